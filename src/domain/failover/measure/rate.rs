//! The received rate: from counters where the server has them, else as far as its own can be believed.

use super::Meter;
use crate::domain::signal::Sample;
use crate::kit::units::{Kbps, Millis};

/// Rates are taken over this span: longer than the usual 2 s between key frames.
const WINDOW: Millis = Millis(3000);
/// Shortest span that gives a rate at all: two quick polls.
const SHORTEST_SPAN: Millis = Millis(450);

impl Meter {
    pub(super) fn rate(&self, sample: &Sample) -> Option<Kbps> {
        if sample.rx_bytes.is_some() {
            return match sample.refresh {
                Millis(0) => self.counted_rate().or_else(|| self.first_rate(sample)),
                refresh => self.stepped_rate(refresh),
            };
        }
        // The first rates that SLS publishes are 0 and a few kbit/s whatever arrives: the mean since
        // the session began tells the truth until the session is old enough.
        let settled = sample.age.is_none() || sample.buffer.is_none() || self.is_settled(sample);
        let frozen = sample.buffer == Some(Millis(0));
        match (frozen, settled) {
            (true, _) => None,
            (false, true) => sample.kbps_server,
            (false, false) => sample.kbps_mean,
        }
    }

    fn counted_rate(&self) -> Option<Kbps> {
        let last = self.points.back()?;
        let first = self.points.iter().find(|p| p.at >= self.rate_from)?;
        let span = last.at.since(first.at);
        let bytes = last.bytes?.checked_sub(first.bytes?)?;
        (span >= SHORTEST_SPAN).then(|| Kbps(bytes as f64 * 8.0 / span.0 as f64))
    }

    /// From one step of the counter to a later one: two refreshes apart if there are so many.
    fn stepped_rate(&self, refresh: Millis) -> Option<Kbps> {
        let mut steps = self.points.iter().filter(|p| p.stepped && p.at >= self.rate_from);
        let last = steps.clone().next_back()?;
        let first = steps.find(|p| last.at.since(p.at) <= refresh.scale(2.5))?;
        let span = last.at.since(first.at);
        let bytes = last.bytes?.checked_sub(first.bytes?)?;
        (span >= SHORTEST_SPAN.max(refresh.scale(0.5))).then(|| Kbps(bytes as f64 * 8.0 / span.0 as f64))
    }

    /// A session that was just found has counted since it began. The counter of nginx goes on from one
    /// session to the next while a player holds the stream: what stood there before is not its own, and
    /// where nobody saw what stood there nothing is known yet.
    fn first_rate(&self, sample: &Sample) -> Option<Kbps> {
        let (bytes, age) = (sample.rx_bytes?.0, sample.age?);
        let is_older = sample.counted_for.is_some_and(|span| span > age);
        let own = match self.counted.and_then(|counted| bytes.checked_sub(counted)) {
            Some(own) => own,
            None if is_older => return None,
            None => bytes,
        };
        let young = age >= SHORTEST_SPAN && age <= WINDOW;
        young.then(|| Kbps(own as f64 * 8.0 / age.0 as f64))
    }

    pub(super) fn counted(&self) -> Option<u64> {
        if self.unseen {
            return None;
        }
        self.points.back().and_then(|last| last.bytes).or(self.counted)
    }
}

/// How long points are kept: enough of them for two steps of the counter with one yet to come.
pub(super) fn kept(refresh: Millis) -> Millis {
    WINDOW.max(refresh.scale(3.5))
}
