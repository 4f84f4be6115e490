//! What deciding costs: one step of the machine, the replay of a day, and the polling of many feeds.

use crate::process::Daemon;
use crate::table::Table;
use std::fmt::Write as _;
use std::io::Cursor;
use std::time::{Duration, Instant};
use stream_control::config::{Config, Values};
use stream_control::demo::fake_ingest::{FakeIngest, Mode, Shape};
use stream_control::demo::fake_obs::{FakeObs, Script};
use stream_control::domain::failover::lineup::{Lineup, Member, SceneSet};
use stream_control::domain::failover::machine::{Inputs, Machine};
use stream_control::domain::failover::rules::Rules;
use stream_control::domain::failover::scenes::{Reported, Scenes};
use stream_control::domain::ids::{FeedId, SceneName};
use stream_control::domain::signal::{Publisher, Sample};
use stream_control::kit::units::{Bytes, Kbps, Millis, Mono};
use stream_control::replay;

/// Steps that are timed together: one alone is shorter than a clock can tell.
const BATCH: u64 = 200;
const BATCHES: u64 = 2000;
const SECONDS_OF_A_DAY: u64 = 86_400;
const FEEDS: usize = 16;
/// How long the polling of many feeds is watched.
const WATCHED: Duration = Duration::from_secs(30);

/// Adds the rows.
pub async fn measure(table: &mut Table) -> anyhow::Result<()> {
    // The daemon steps whenever a poll has come in; all polls in the same moment is the worst.
    let (one, all) = (format!("{FEEDS} feeds, one polled"), format!("{FEEDS} feeds, all polled"));
    for (name, feeds, polled, reach) in
        [("1 feed", 1, 1, "≤ 2 µs"), (&one, FEEDS, 1, "≤ 2 µs"), (&all, FEEDS, FEEDS, "")]
    {
        let mut costs = steps(feeds, polled);
        costs.sort_unstable_by(f64::total_cmp);
        let at = |share: f64| costs[((costs.len() - 1) as f64 * share) as usize];
        let name = format!("one step of the machine, {name}");
        table.row(&name, format!("p50 {:.2} µs", at(0.5)), format!("p99 {:.2} µs", at(0.99)), reach);
    }
    let day = a_day();
    let options = replay::Options { config: config()?, scene: "LIVE".into(), thin_out: false };
    let mut decisions = 0;
    let began = Instant::now();
    let played = replay::play(Cursor::new(&day), &options, |_| {
        decisions += 1;
        Ok(())
    })?;
    let took = began.elapsed().as_secs_f64();
    anyhow::ensure!(played.polls == SECONDS_OF_A_DAY && decisions > 0, "{played:?}, {decisions} decisions");
    table.row("replay of 24 h at 1 Hz", format!("{decisions} decisions"), format!("{took:.2} s"), "≤ 2 s");
    for (shape, name) in [(Shape::Sls, "SLS"), (Shape::Nginx, "nginx")] {
        many(table, shape, name).await?;
    }
    Ok(())
}

fn config() -> anyhow::Result<Config> {
    Config::parse(&Values::from_pairs([("LOW_SCENE_NAME", "LOW")])).map_err(|wrong| anyhow::anyhow!("{wrong:?}"))
}

/// Microseconds of one step of healthy feeds at 1 Hz each, with so many of them polled for it; each from a batch.
fn steps(feeds: usize, polled: usize) -> Vec<f64> {
    let ids: Vec<FeedId> = (0..feeds).map(|index| FeedId(format!("feed-{index}"))).collect();
    let member = |id: &FeedId| Member {
        id: id.clone(),
        name: id.to_string(),
        priority: 0,
        group: None,
        scenes: SceneSet::default(),
        depends_on: None,
    };
    let lineup = Lineup { members: ids.iter().map(member).collect(), ..Lineup::default() };
    let existing: Vec<SceneName> = ["LIVE", "LOW", "OFFLINE"].map(SceneName::from).into();
    let scenes = Scenes::new(&existing[0], &existing[1], Some(&existing[2]), &existing);
    let obs = Reported { live: Some(true), scene: Some("LIVE".into()), ..Reported::default() };
    let rules = Rules::default();
    let mut machine = Machine::default();
    let mut polls = 0;
    (0..BATCHES)
        .map(|_| {
            let rounds: Vec<Vec<(FeedId, Sample)>> = (0..BATCH)
                .map(|_| {
                    let turn = polls..polls + polled;
                    polls += polled;
                    turn.map(|poll| (ids[poll % feeds].clone(), healthy(polls * 1000 / feeds))).collect()
                })
                .collect();
            let began = Instant::now();
            for samples in &rounds {
                let now = samples[0].1.at;
                let inputs = Inputs {
                    samples,
                    obs: &obs,
                    scenes: &scenes,
                    lineup: &lineup,
                    rules: &rules,
                    paused: false,
                    testing: false,
                    switching: None,
                };
                std::hint::black_box(machine.step(now, inputs));
            }
            began.elapsed().as_secs_f64() * 1e6 / BATCH as f64
        })
        .collect()
}

/// A sample of this moment, in milliseconds.
fn healthy(at: usize) -> Sample {
    let at = at as u64;
    Sample {
        publisher: Publisher::Present,
        session: Some("31749/15".to_owned()),
        age: Some(Millis(at)),
        rx_bytes: Some(Bytes(at * 500)),
        media_ts: Some(Millis(at)),
        ..Sample::absent(Mono(at))
    }
}

/// A day of nginx-rtmp at one poll a second, with a weak half minute in every hour.
fn a_day() -> Vec<u8> {
    let mut text = String::new();
    let mut bytes = 0_u64;
    for second in 0..SECONDS_OF_A_DAY {
        bytes += if second % 3600 < 30 { 40_000 } else { 500_000 };
        let media = second * 1000;
        let body = format!(
            "<rtmp><pid>31749</pid><uptime>{second}</uptime><server><application><name>publish</name><live><stream>\
             <name>feed1</name><time>{media}</time><bw_in>4000000</bw_in><bytes_in>{bytes}</bytes_in><client><id>15</id>\
             <address>127.0.0.1</address><time>{media}</time><flashver>FMLE/3.0</flashver><timestamp>{media}</timestamp>\
             <publishing/><active/></client><nclients>1</nclients><publishing/><active/></stream></live></application>\
             </server></rtmp>"
        );
        let _ = writeln!(text, "{}", serde_json::json!({"t": second, "type": "nginx", "status": 200, "body": body}));
    }
    text.into_bytes()
}

/// The daemon with many feeds: what their polling costs beyond that of one.
async fn many(table: &mut Table, shape: Shape, name: &str) -> anyhow::Result<()> {
    let obs = FakeObs::start(0, Script::default()).await?;
    obs.human_start();
    let mut ingests = Vec::new();
    for _ in 0..FEEDS {
        let ingest = FakeIngest::start(shape).await?;
        ingest.set(Mode::Healthy(Kbps(4000.0)));
        ingests.push(ingest);
    }
    let one = share(&obs, &ingests[..1]).await?;
    let all = share(&obs, &ingests).await?;
    let per_poll = (all - one).max(0.0) / (FEEDS - 1) as f64;
    table.row(
        &format!("polling {FEEDS} feeds ({name}), 2 Hz"),
        format!("{:.0} µs a poll", per_poll * 1e6),
        format!("{:.2} % of a core", per_poll * 2.0 * FEEDS as f64 * 100.0),
        "≤ 1 %",
    );
    Ok(())
}

/// The share of a core that the daemon takes with these feeds, each polled once a second.
async fn share(obs: &FakeObs, ingests: &[FakeIngest]) -> anyhow::Result<f64> {
    let feeds: Vec<serde_json::Value> = ingests
        .iter()
        .enumerate()
        .map(|(index, ingest)| serde_json::json!({"id": format!("f{index}"), "url": ingest.url().to_string()}))
        .collect();
    let data = tempfile::TempDir::new()?;
    let settings = [
        ("OBS_PORT", obs.port().to_string()),
        ("FEEDS", serde_json::json!({ "feeds": feeds }).to_string()),
        ("LOW_SCENE_NAME", "LOW".to_owned()),
        ("DATA_DIR", data.path().to_string_lossy().into_owned()),
    ];
    let (daemon, _) = Daemon::start(&settings).await?;
    tokio::time::sleep(Duration::from_secs(5)).await;
    let (before, began) = (daemon.cpu_secs()?, Instant::now());
    tokio::time::sleep(WATCHED).await;
    let share = (daemon.cpu_secs()? - before) / began.elapsed().as_secs_f64();
    daemon.stop().await?;
    Ok(share)
}
