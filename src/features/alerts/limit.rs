//! How often alerts may speak: a flapping link must not chatter on the show.

use crate::domain::alert::AlertKind;
use crate::kit::units::{Millis, Mono};

/// The shortest time between two automatic alerts of one kind.
const QUIET: Millis = Millis(30_000);

/// Remembers what was shown. One alert per kind per 30 s; a `restored` that answers a shown `low`
/// always passes, because a viewer who heard the bad news must hear the good.
#[derive(Debug, Default)]
pub struct Limit {
    low: Option<Mono>,
    restored: Option<Mono>,
    low_unanswered: bool,
}

impl Limit {
    /// Whether an automatic alert may be shown now.
    pub fn admits(&self, kind: AlertKind, now: Mono) -> bool {
        let quiet_over = |last: Option<Mono>| last.is_none_or(|at| now.since(at) >= QUIET);
        match kind {
            AlertKind::Low => quiet_over(self.low),
            AlertKind::Restored => self.low_unanswered || quiet_over(self.restored),
        }
    }

    /// Notes that an automatic alert was shown.
    pub fn shown(&mut self, kind: AlertKind, now: Mono) {
        self.low_unanswered = kind == AlertKind::Low;
        match kind {
            AlertKind::Low => self.low = Some(now),
            AlertKind::Restored => self.restored = Some(now),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use AlertKind::{Low, Restored};

    #[test]
    fn one_of_a_kind_in_thirty_seconds_but_good_news_answers_bad() {
        let story = [
            (0, Low, true, "the first speaks"),
            (3_000, Low, false, "too soon after the first"),
            (5_000, Restored, true, "answers the shown low"),
            (10_000, Low, false, "flapping stays silent"),
            (15_000, Restored, false, "there is nothing to answer"),
            (30_000, Low, true, "30 s after the first"),
            (31_000, Restored, true, "answers again, though 26 s after the last"),
            (90_000, Restored, true, "after a restart in a low the good news stands alone"),
        ];
        let mut limit = Limit::default();
        for (at, kind, wanted, why) in story {
            assert_eq!(limit.admits(kind, Mono(at)), wanted, "{at} ms: {why}");
            if wanted {
                limit.shown(kind, Mono(at));
            }
        }
    }
}
