//! Room without a task: "find my ingest" for the page. One look at a time and six a minute, and only
//! at the usual places of ingest servers, so that nobody scans a network with it.

pub use crate::adapters::ingest::probe::{Found, ProbeError, Report, Seen, host};

use crate::adapters::ingest::probe;
use crate::kit::clock;
use crate::kit::text;
use crate::kit::units::{Millis, Mono};
use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};
use tokio::sync::Semaphore;

const A_MINUTE: usize = 6;
const MINUTE: Millis = Millis(60_000);

/// Looks for ingest servers; clones share the limit.
#[derive(Clone)]
pub struct Probe {
    one: Arc<Semaphore>,
    looks: Arc<Mutex<VecDeque<Mono>>>,
}

/// Why nothing was looked at.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// Not the name or address of a machine.
    #[error("Write the name or address of a machine, without http:// and port: 192.168.1.7, ingest.local.")]
    NoHost,
    /// Another look is under way.
    #[error("Another look is under way. Try again in a few seconds.")]
    Busy,
    /// More than six a minute.
    #[error("That was six times within a minute. Wait a little, then try again.")]
    TooOften,
    /// Nobody could be asked.
    #[error("{}", text::sentence(&.0.to_string()))]
    Nobody(#[from] ProbeError),
}

impl Default for Probe {
    fn default() -> Self {
        Self { one: Arc::new(Semaphore::new(1)), looks: Arc::default() }
    }
}

impl Probe {
    /// Looks round on a machine; five seconds at most.
    pub async fn look(&self, machine: &str) -> Result<Report, Refusal> {
        let host = host(machine).ok_or(Refusal::NoHost)?;
        let _one = self.one.try_acquire().map_err(|_| Refusal::Busy)?;
        if !self.may(clock::mono()) {
            return Err(Refusal::TooOften);
        }
        Ok(probe::probe(&host, &[]).await?)
    }

    fn may(&self, now: Mono) -> bool {
        let mut looks = self.looks.lock().unwrap_or_else(PoisonError::into_inner);
        looks.retain(|look| now.since(*look) < MINUTE);
        let free = looks.len() < A_MINUTE;
        if free {
            looks.push_back(now);
        }
        free
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn six_a_minute_and_then_a_wait() {
        let probe = Probe::default();
        assert!((0..6).all(|at| probe.may(Mono(at * 1000))));
        assert!(!probe.may(Mono(59_999)));
        assert!(probe.may(Mono(60_001)), "the first is a minute ago");
        assert!(!probe.may(Mono(60_002)));
    }

    #[tokio::test]
    async fn only_machines_and_one_at_a_time() {
        let probe = Probe::default();
        assert_eq!(probe.look("http://box").await, Err(Refusal::NoHost));
        let held = probe.one.clone().try_acquire_owned().expect("free");
        assert_eq!(probe.look("127.0.0.1").await, Err(Refusal::Busy));
        drop(held);
    }
}
