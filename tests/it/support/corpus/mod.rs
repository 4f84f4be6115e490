//! The fault traces as recordings: converted from what was recorded on real servers, or made up from
//! what such a server is known to say. Four polls a second; the machine takes those it would ask for.

pub mod made;
pub mod pages;
pub mod recorded;

use stream_control::config::{Config, Values};
use stream_control::domain::failover::Place;
use stream_control::replay::{self, Options};

/// A recording in the form of docs/replay.md, its lines with their seconds.
#[derive(Clone, Default)]
pub struct Tape {
    lines: Vec<(f64, String)>,
    settings: Vec<(&'static str, &'static str)>,
    scene: Option<&'static str>,
    feeds: Vec<&'static str>,
}

impl Tape {
    /// These lines.
    pub fn of(lines: Vec<(f64, String)>) -> Self {
        Self { lines, ..Self::default() }
    }

    /// Appends a poll, its line given as JSON without time.
    pub fn poll(&mut self, t: f64, line: &str) {
        let inside = line.strip_prefix('{').expect("an object");
        self.lines.push((t, format!("{{\"t\":{t},{inside}\n")));
    }

    /// With something of OBS that is otherwise from `t` on.
    pub fn show(mut self, t: f64, body: &str) -> Self {
        let line = format!("{{\"t\":{t},\"type\":\"show\",\"body\":{body}}}\n");
        let at = self.lines.partition_point(|(other, _)| *other < t);
        self.lines.insert(at, (t, line));
        self
    }

    /// With other polls in place of those from `from` to `to`.
    pub fn instead(mut self, from: f64, to: f64, line: &str) -> Self {
        for (t, text) in self.lines.iter_mut().filter(|(t, _)| (from..to).contains(t)) {
            *text = format!("{{\"t\":{t},{}\n", line.strip_prefix('{').expect("an object"));
        }
        self
    }

    /// Played with this setting.
    pub fn with(mut self, key: &'static str, value: &'static str) -> Self {
        self.settings.push((key, value));
        self
    }

    /// Entered with this scene on, in place of LIVE.
    pub fn entered_in(mut self, scene: &'static str) -> Self {
        self.scene = Some(scene);
        self
    }

    /// Two recordings side by side, as two feeds of these names; the first comes first.
    pub fn beside(self, other: Tape, names: [&'static str; 2]) -> Self {
        let named = |tape: Tape, name: &str| -> Vec<(f64, String)> {
            let name = format!("\"feed\":\"{name}\",\"t\":");
            tape.lines.into_iter().map(|(t, line)| (t, line.replacen("\"t\":", &name, 1))).collect()
        };
        let mut lines = named(self, names[0]);
        lines.extend(named(other, names[1]));
        lines.sort_by(|a, b| a.0.total_cmp(&b.0));
        Self { lines, feeds: names.into(), ..Self::default() }
    }

    /// The decisions when the first poll is the one of this number.
    pub fn play(&self, phase: usize) -> Vec<(f64, Place)> {
        let settings = self.settings.iter().copied();
        let mut config = Config::parse(&Values::from_pairs(settings)).expect("good settings");
        lineup(&mut config, &self.feeds);
        let scene = self.scene.map_or_else(|| config.scenes.live.clone(), Into::into);
        let text = self.from(phase);
        let mut decisions = Vec::new();
        let keep = |decision: &replay::Decision| {
            decisions.push((decision.t, decision.to));
            Ok(())
        };
        replay::play(text.as_bytes(), &Options { config, scene, thin_out: true }, keep).expect("a good recording");
        decisions
    }

    /// The recording as text.
    pub fn text(&self) -> String {
        self.from(0)
    }

    /// The same without the first polls; what OBS shows stays.
    fn from(&self, phase: usize) -> String {
        let (mut text, mut left) = (String::new(), phase);
        for (_, line) in &self.lines {
            if left == 0 || line.contains("\"type\":\"show\"") {
                text.push_str(line);
            } else {
                left -= 1;
            }
        }
        text
    }

    /// With everything from `from` on as much later: nobody asked meanwhile.
    pub fn later(mut self, from: f64, by: f64) -> Self {
        for (t, line) in self.lines.iter_mut().filter(|(t, _)| *t >= from) {
            *line = line.replacen(&format!("\"t\":{t},"), &format!("\"t\":{},", *t + by), 1);
            *t += by;
        }
        self
    }
}

fn lineup(config: &mut Config, names: &[&'static str]) {
    if names.is_empty() {
        return;
    }
    let (feed, member) = (config.feeds.remove(0), config.lineup.members.remove(0));
    for (priority, name) in names.iter().enumerate() {
        let (id, name) = ((*name).into(), (*name).to_owned());
        config.feeds.push(stream_control::config::Feed { id, name: name.clone(), ..feed.clone() });
        let (id, priority) = (name.as_str().into(), priority as u32);
        config.lineup.members.push(stream_control::domain::failover::lineup::Member {
            id,
            name,
            priority,
            ..member.clone()
        });
    }
}
