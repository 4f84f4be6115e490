//! Waiting times between tries: doubling from a floor to a ceiling, with jitter.

use std::time::Duration;

/// Doubles from `floor` to `ceiling`; [`Backoff::reset`] after a success.
#[derive(Clone, Debug)]
pub struct Backoff {
    floor: Duration,
    ceiling: Duration,
    next: Duration,
}

impl Backoff {
    /// A back-off that begins at `floor` and never waits longer than `ceiling`.
    pub fn new(floor: Duration, ceiling: Duration) -> Self {
        Self { floor, ceiling, next: floor }
    }

    /// The next waiting time. `jitter` in 0..=1 spreads it over 75..100 % of the step, so that
    /// several daemons do not knock in step after a power cut.
    pub fn next(&mut self, jitter: f64) -> Duration {
        let step = self.next;
        self.next = (step * 2).min(self.ceiling);
        step.mul_f64(0.75 + 0.25 * jitter.clamp(0.0, 1.0))
    }

    /// Back to the floor.
    pub fn reset(&mut self) {
        self.next = self.floor;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn doubles_to_the_ceiling_and_starts_over_after_a_success() {
        let mut backoff = Backoff::new(Duration::from_secs(1), Duration::from_secs(10));
        let waits: Vec<u64> = (0..6).map(|_| backoff.next(1.0).as_secs()).collect();
        assert_eq!(waits, [1, 2, 4, 8, 10, 10]);
        backoff.reset();
        assert_eq!(backoff.next(0.0), Duration::from_millis(750));
    }
}
