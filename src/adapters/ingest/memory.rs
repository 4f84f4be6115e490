//! What a single document cannot tell: whether this is still the same connection of the publisher,
//! and whether the process that answers is the one that carries it.

use super::choose::{Choice, choose};
use super::document::Document;
use crate::domain::signal::{Reach, Sample};
use crate::kit::units::{Millis, Mono};

/// How long an absence is not believed when another nginx worker reports it than the one that
/// carried the publisher. After a reload the new worker answers while the old one still carries the
/// stream; with several workers each answers for itself alone.
pub const RESTART_DOUBT: Millis = Millis(10_000);

/// Turns documents into samples, one after the other.
#[derive(Clone, Debug, Default)]
pub struct Memory {
    last: Option<Sample>,
    sessions: u32,
    process: Option<Process>,
    restarts: u32,
    replaced_pid: Option<String>,
    several_workers: bool,
}

#[derive(Clone, Debug)]
struct Process {
    pid: String,
    age: Option<Millis>,
}

impl Memory {
    /// The sample that `document` gives at `at` for the wanted publisher.
    pub fn sample(&mut self, at: Mono, document: &Document, wish: Option<&str>) -> Sample {
        let epoch = self.epoch(document);
        let sample = match choose(document, wish) {
            Choice::One(sample) => self.present(Sample { at, server_epoch: epoch.clone(), ..sample.clone() }),
            Choice::Nobody => self.absent(at, epoch.as_deref()),
            Choice::Several(names) => Sample::unreadable(at, Reach::Ambiguous(names)),
        };
        Sample { server_epoch: epoch, ..sample }
    }

    /// The pid; a process that is younger than before is another one, even under the same pid (in a
    /// container nginx gets the same pid each time).
    fn epoch(&mut self, document: &Document) -> Option<String> {
        let now = Process { pid: document.process.clone()?, age: document.process_age };
        match self.process.replace(now.clone()) {
            Some(before) if before.pid != now.pid => {
                // A pid that was replaced never answers again, unless both are at work.
                self.several_workers |= self.replaced_pid.as_ref() == Some(&now.pid);
                self.replaced_pid = Some(before.pid);
            }
            Some(before) if fell(before.age, now.age) => self.restarts += 1,
            _ => {}
        }
        Some(if self.restarts == 0 { now.pid } else { format!("{}+{}", now.pid, self.restarts) })
    }

    /// Whether several nginx workers were seen to answer in turn, each for its own streams alone.
    pub fn several_workers(&self) -> bool {
        self.several_workers
    }

    fn present(&mut self, sample: Sample) -> Sample {
        let session = match (&sample.session, &sample.server_epoch) {
            (Some(id), Some(epoch)) => format!("{epoch}/{id}"),
            (Some(id), None) => id.clone(),
            (None, _) => self.derived_session(&sample),
        };
        let sample = Sample { session: Some(session), ..sample };
        self.last = Some(sample.clone());
        sample
    }

    /// SRT servers give no id: a publisher that is younger than before has connected anew.
    fn derived_session(&mut self, sample: &Sample) -> String {
        if self.last.as_ref().is_none_or(|last| is_another(last, sample)) {
            self.sessions += 1;
        }
        format!("{}#{}", sample.feed.as_deref().unwrap_or("publisher"), self.sessions)
    }

    fn absent(&mut self, at: Mono, epoch: Option<&str>) -> Sample {
        let elsewhere = |last: &Sample| last.server_epoch.as_deref() != epoch && at.since(last.at) < RESTART_DOUBT;
        if self.last.as_ref().is_some_and(elsewhere) {
            return Sample::unreadable(at, Reach::Restarted);
        }
        self.last = None;
        Sample::absent(at)
    }
}

/// Counters are asked only where the age is not told: they may fall for other reasons (`?reset`).
fn is_another(last: &Sample, now: &Sample) -> bool {
    let counters = || fell(last.dropped, now.dropped) || fell(last.lost, now.lost);
    let told = last.age.is_some() && now.age.is_some();
    last.feed != now.feed || if told { fell(last.age, now.age) } else { counters() }
}

fn fell<T: PartialOrd>(before: Option<T>, now: Option<T>) -> bool {
    matches!((before, now), (Some(before), Some(now)) if now < before)
}

#[cfg(test)]
mod tests;
