//! Reads the recorded fault traces and plays them through the real machine.
//!
//! Two recorder forms exist, one JSON object a line. SLS: `{"t", "code", "body"}` with the server's
//! own document as `body`. nginx-rtmp: `{"t", "streams":[{app, name, bytes_in, pub, act, cl:[{ts, time}]}]}`,
//! the numbers of one `rtmp_stat` page; [`nginx_page`] writes them back as such a page. Both then go
//! through the product's own adapters. An `.events` file beside a trace names what was done when.

use serde_json::Value;
use std::fmt::Write as _;
use std::path::PathBuf;
use stream_control::adapters::ingest::detect;
use stream_control::adapters::ingest::memory::Memory;
use stream_control::domain::failover::Place;
use stream_control::domain::failover::lineup::{Lineup, Member, SceneSet};
use stream_control::domain::failover::machine::{Effect, Inputs, Machine};
use stream_control::domain::failover::rules::Rules;
use stream_control::domain::failover::scenes::{Reported, Scenes};
use stream_control::domain::ids::{FeedId, SceneName};
use stream_control::domain::signal::{Pace, Sample};
use stream_control::kit::units::Mono;

/// A trace: samples at 4 Hz and the events beside them, in milliseconds since the first sample.
pub struct Trace {
    /// Every sample, oldest first.
    pub samples: Vec<Sample>,
    events: Vec<(u64, String)>,
}

impl Trace {
    /// Reads `tests/samples/traces/<name>.jsonl` and `.events`.
    pub fn read(name: &str) -> Self {
        let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/samples/traces");
        let lines =
            std::fs::read_to_string(folder.join(format!("{name}.jsonl"))).expect("the trace is in the repository");
        let rows: Vec<Value> = lines.lines().map(|line| serde_json::from_str(line).expect("a JSON line")).collect();
        let begin = rows[0]["t"].as_f64().expect("a time");
        let events = std::fs::read_to_string(folder.join(format!("{name}.events"))).expect("its events");
        let since = |t: f64| ((t - begin) * 1000.0).round().max(0.0) as u64;
        let mut memory = Memory::default();
        let samples = rows.iter().map(|row| {
            let at = Mono(since(row["t"].as_f64().expect("a time")));
            let document = detect::parse(document(row).as_bytes()).expect("a document of a known kind");
            memory.sample(at, &document, None)
        });
        Self {
            samples: samples.collect(),
            events: events
                .lines()
                .filter_map(|line| line.split_once(' '))
                .map(|(t, what)| (since(t.parse().expect("a time")), what.to_owned()))
                .collect(),
        }
    }

    /// When the named event happened.
    pub fn event(&self, what: &str) -> u64 {
        self.events.iter().find(|(_, name)| name == what).unwrap_or_else(|| panic!("no event {what}")).0
    }

    /// When the first picture came after `from`: the buffer at 90 % of the latency, or the second
    /// media clock that advances.
    pub fn first_picture(&self, from: u64) -> u64 {
        let mut clock = None;
        for sample in self.samples.iter().filter(|s| s.at.0 >= from) {
            let full = sample.buffer.zip(sample.latency).is_some_and(|(level, latency)| level.0 * 10 >= latency.0 * 9);
            let advanced = clock.zip(sample.media_ts).is_some_and(|(before, now)| now > before);
            if full || advanced {
                return sample.at.0;
            }
            clock = sample.media_ts;
        }
        panic!("no picture after {from}");
    }

    /// The decisions of a machine that polls this trace at the pace it asks for, from the sample at
    /// `from` plus `phase` (0 to 3) quarter seconds up to `to`. OBS streams, shows LIVE and obeys at once.
    pub fn play(&self, from: u64, to: u64, phase: usize, rules: &Rules) -> Vec<(u64, Place)> {
        let first = self.samples.iter().position(|sample| sample.at.0 >= from).unwrap_or(0);
        play(&self.samples[first + phase..], to, rules)
    }
}

/// The decisions over samples at 4 Hz, read at 1 Hz and at the faster poll when the machine asks.
pub fn play(samples: &[Sample], to: u64, rules: &Rules) -> Vec<(u64, Place)> {
    let mut player = Player::new(rules);
    let mut index = 0;
    while let Some(sample) = samples.get(index).filter(|sample| sample.at.0 <= to) {
        player.wait_until(sample.at);
        player.step(sample.at, Some(sample));
        index += match player.machine.pace() {
            Pace::Calm => 4,
            Pace::Quick => 1,
        };
    }
    player.decisions
}

struct Player<'a> {
    machine: Machine,
    obs: Reported,
    scenes: Scenes,
    lineup: Lineup,
    rules: &'a Rules,
    now: Mono,
    decisions: Vec<(u64, Place)>,
}

impl<'a> Player<'a> {
    fn new(rules: &'a Rules) -> Self {
        let names = ["LIVE", "LOW", "OFFLINE"].map(SceneName::from);
        Self {
            machine: Machine::default(),
            obs: Reported { live: Some(true), scene: Some(names[0].clone()), ..Reported::default() },
            scenes: Scenes::new(&names[0], &names[1], Some(&names[2]), &names),
            lineup: Lineup { members: vec![one_feed()], ..Lineup::default() },
            rules,
            now: Mono(0),
            decisions: Vec::new(),
        }
    }

    /// Steps at the machine's own deadlines up to the next poll.
    fn wait_until(&mut self, next: Mono) {
        while let Some(at) = self.machine.wake_at(self.now, self.inputs(&[])).filter(|at| *at < next) {
            self.step(at, None);
        }
    }

    fn step(&mut self, at: Mono, sample: Option<&Sample>) {
        let samples: Vec<_> = sample.map(|sample| (FeedId::main(), sample.clone())).into_iter().collect();
        let mut machine = std::mem::take(&mut self.machine);
        let effects = machine.step(at, self.inputs(&samples));
        (self.machine, self.now) = (machine, at);
        for effect in effects {
            match effect {
                Effect::Decided { to, .. } => self.decisions.push((at.0, to.place)),
                Effect::Switch { scene, .. } => self.obs.scene = Some(scene),
                Effect::StopStream { .. } => self.obs.live = Some(false),
            }
        }
    }

    fn inputs<'b>(&'b self, samples: &'b [(FeedId, Sample)]) -> Inputs<'b> {
        Inputs {
            samples,
            obs: &self.obs,
            scenes: &self.scenes,
            lineup: &self.lineup,
            rules: self.rules,
            paused: false,
            testing: false,
            switching: None,
        }
    }
}

fn one_feed() -> Member {
    Member {
        id: FeedId::main(),
        name: FeedId::MAIN.to_owned(),
        priority: 0,
        group: None,
        scenes: SceneSet::default(),
        depends_on: None,
    }
}

/// The raw document of a recorder line.
pub fn document(row: &Value) -> String {
    match row.get("streams") {
        Some(streams) => nginx_page(streams.as_array().map_or(&[], Vec::as_slice)),
        None => row["body"].to_string(),
    }
}

/// An `rtmp_stat` page with the recorded numbers. The recorder did not keep the client's id; a new
/// connection shows in the client's `time` going back, which the byte counter does as well.
fn nginx_page(streams: &[Value]) -> String {
    let mut page = String::from("<?xml version=\"1.0\"?>\r\n<rtmp><pid>1</pid><server>");
    for stream in streams {
        let text = |field: &str| stream[field].as_str().unwrap_or_default();
        let _ = write!(
            page,
            "<application><name>{}</name><live><stream><name>{}</name><time>{}</time><bw_in>{}</bw_in><bytes_in>{}</bytes_in>",
            text("app"),
            text("name"),
            text("time"),
            text("bw_in"),
            text("bytes_in"),
        );
        for client in stream["cl"].as_array().into_iter().flatten() {
            let _ = write!(
                page,
                "<client><id>1</id><time>{}</time><timestamp>{}</timestamp>",
                client["time"].as_str().unwrap_or_default(),
                client["ts"].as_str().unwrap_or_default()
            );
            page.push_str(if client["pub"] == true { "<publishing/>" } else { "" });
            page.push_str(if client["act"] == true { "<active/></client>" } else { "</client>" });
        }
        page.push_str(if stream["pub"] == true { "<publishing/>" } else { "" });
        page.push_str(if stream["act"] == true { "<active/>" } else { "" });
        page.push_str("</stream></live></application>");
    }
    page.push_str("</server></rtmp>\r\n");
    page
}
