//! What the journal room promises, with a real database file.

use super::*;
use crate::domain::history::SceneRole;
use crate::domain::journal::Topic;
use crate::kit::units::{Millis, UnixMs};
use crate::runtime::journal;
use crate::runtime::supervisor::Supervisor;
use sqlx::{AnyConnection, Connection as _, Executor as _};

struct House {
    dir: tempfile::TempDir,
    store: Store,
    journal: Journal,
    samples: mpsc::Sender<SampleRow>,
    tail: Reader<Tail>,
    supervisor: Supervisor,
    obs: Writer<Obs>,
    _config: Writer<Config>,
}

async fn house(store: Store, dir: tempfile::TempDir) -> House {
    let (journal, entries) = journal::lane();
    let (samples, sample_rows) = mpsc::channel(64);
    let settled = crate::config::settle(&crate::config::Values::from_pairs([]), Vec::new()).unwrap();
    let (obs_cell, obs) = shared::cell(Obs::default());
    let (config_cell, config) = shared::cell(settled.config);
    let room = JournalRoom::new(Parts {
        store: store.clone(),
        journal: journal.clone(),
        entries,
        samples: sample_rows,
        config,
        obs,
    });
    let tail = room.tail();
    let mut supervisor = Supervisor::new(journal.clone());
    supervisor.start(room);
    House { dir, store, journal, samples, tail, supervisor, obs: obs_cell, _config: config_cell }
}

async fn new_house() -> House {
    let dir = tempfile::tempdir().unwrap();
    house(Store::open(dir.path()).await.unwrap(), dir).await
}

fn sample() -> SampleRow {
    let (feed, class) = ("live/cam".to_owned(), "good".to_owned());
    let at = clock::unix();
    SampleRow { at, feed, class, kbps: None, rtt: None, buffer: None, latency: None, lost: None, dropped: None }
}

async fn eventually(what: &str, mut holds: impl AsyncFnMut() -> bool) {
    let waiting = async {
        while !holds().await {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    timeout(Duration::from_secs(15), waiting).await.unwrap_or_else(|_| panic!("never: {what}"));
}

#[tokio::test]
async fn lines_show_at_once_and_are_written_within_the_second() {
    let mut house = new_house().await;
    house.journal.note(Topic::Decision, Tone::Warn, "failover", "Feed weak");
    house.tail.until(|tail| tail.lines.len() == 1).await;
    eventually("the row", async || house.store.newest_lines(5).await.is_ok_and(|lines| lines.len() == 1)).await;
    assert_eq!(house.tail.with(|tail| (tail.not_writing.clone(), tail.lost)), (None, 0));
}

#[tokio::test]
async fn the_end_writes_what_waits_and_the_next_start_shows_it() {
    let mut house = new_house().await;
    for number in 0..250 {
        house.journal.note(Topic::System, Tone::Info, "test", format!("line {number}"));
    }
    house.samples.send(sample()).await.unwrap();
    house.tail.until(|tail| !tail.lines.is_empty()).await;
    house.supervisor.stop(Duration::from_secs(5)).await;
    assert_eq!(house.store.newest_lines(1000).await.unwrap().len(), 250);
    assert_eq!(house.store.samples_since(UnixMs(0)).await.unwrap().len(), 1);

    let mut next = super::tests::house(house.store, house.dir).await;
    next.tail.until(|tail| tail.lines.len() == 50).await;
    assert_eq!(next.tail.with(|tail| tail.lines.back().unwrap().text.clone()), "line 249");
}

#[tokio::test]
async fn a_locked_database_is_told_and_the_lines_are_written_later() {
    let mut house = new_house().await;
    let url = format!("sqlite://{}", house.dir.path().join(crate::store::FILE).display());
    let mut other = AnyConnection::connect(&url).await.unwrap();
    other.execute("BEGIN EXCLUSIVE").await.unwrap();
    house.journal.note(Topic::System, Tone::Info, "test", "during the lock");
    house.tail.until(|tail| tail.not_writing.is_some()).await;
    house.journal.note(Topic::System, Tone::Info, "test", "still shown");
    house.tail.until(|tail| tail.lines.len() == 2).await;
    other.execute("ROLLBACK").await.unwrap();
    house.tail.until(|tail| tail.not_writing.is_none()).await;
    eventually("both rows", async || house.store.newest_lines(5).await.unwrap().len() == 2).await;
}

#[tokio::test]
async fn what_obs_shows_is_kept_until_the_end_and_unknown_after_it() {
    let house = new_house().await;
    let show = |scene: &str| {
        house.obs.edit(|obs| {
            obs.link = crate::domain::stream::ObsLink::Connected;
            obs.output = Some(crate::domain::stream::Output::Streaming);
            obs.scene = Some(scene.into());
        });
    };
    let roles = async |store: &Store| {
        let rows = store.programs(UnixMs(0), UnixMs(i64::MAX)).await.unwrap();
        rows.iter().map(|program| program.role).collect::<Vec<_>>()
    };
    show("LIVE");
    eventually("LIVE", async || roles(&house.store).await == [SceneRole::Live]).await;
    show("lowbitrate");
    eventually("LOW", async || roles(&house.store).await == [SceneRole::Live, SceneRole::Low]).await;
    house.supervisor.stop(Duration::from_secs(5)).await;
    assert_eq!(roles(&house.store).await, [SceneRole::Live, SceneRole::Low, SceneRole::Unknown]);
}

#[tokio::test]
async fn a_run_that_ended_without_a_word_is_known_up_to_its_last_sign() {
    let dir = tempfile::tempdir().unwrap();
    let store = Store::open(dir.path()).await.unwrap();
    let program = Program {
        scene: Some("LIVE".into()),
        role: SceneRole::Live,
        live: Some(true),
        ..Program::unknown(UnixMs(1000))
    };
    store.add_programs(std::slice::from_ref(&program)).await.unwrap();
    store.add_samples(&[SampleRow { at: UnixMs(9000), ..sample() }]).await.unwrap();
    let house = house(store, dir).await;
    let wanted = [program, Program::unknown(UnixMs(9000))];
    eventually("the end", async || {
        house.store.programs(UnixMs(0), UnixMs(10_000)).await.is_ok_and(|rows| rows == wanted)
    })
    .await;
}

#[tokio::test]
async fn what_is_older_than_the_settings_say_goes() {
    let dir = tempfile::tempdir().unwrap();
    let store = Store::open(dir.path()).await.unwrap();
    let ago = |days: i64| UnixMs(clock::unix().0 - days * 24 * 3600 * 1000);
    for days in [8, 3, 0] {
        let line = Entry {
            at: ago(days),
            topic: Topic::System,
            tone: Tone::Info,
            text: format!("{days} days"),
            origin: String::new(),
            data: serde_json::Value::Null,
        };
        store.add_lines(&[line]).await.unwrap();
        store.add_samples(&[SampleRow { at: ago(days), ..sample() }]).await.unwrap();
    }
    let keep = crate::config::Keep { journal_days: 7, samples_days: 2, polls: None };
    assert_eq!(clean::round(store.clone(), keep).await, clean::PAUSE, "nothing is left to do");
    let lines: Vec<String> = store.newest_lines(9).await.unwrap().into_iter().map(|line| line.text).collect();
    assert_eq!(lines, ["3 days", "0 days"]);
    assert_eq!(store.samples_since(UnixMs(0)).await.unwrap().len(), 1);
    assert_eq!(store.buckets(UnixMs(0), ago(-1), Millis(15_000)).await.unwrap().len(), 1);
}
