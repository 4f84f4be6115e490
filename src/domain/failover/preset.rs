//! Three ready sets of limits and times, for people who do not want to tune twenty numbers.

use super::rules::Rules;
use crate::kit::units::{Kbps, Millis};

/// How quickly scenes follow the feed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Preset {
    /// Fewer switches: short dips are sat out.
    Calm,
    /// The product's own choice.
    #[default]
    Normal,
    /// Every weakness shows at once; for links that are good or gone.
    Fast,
}

impl Preset {
    /// All of them, from slow to quick.
    pub const ALL: [Preset; 3] = [Preset::Calm, Preset::Normal, Preset::Fast];

    /// The words in the settings, in the order of [`Preset::ALL`].
    pub const WORDS: &[&str] = &["calm", "normal", "fast"];

    /// The word in the settings.
    pub fn word(self) -> &'static str {
        Self::WORDS[self as usize]
    }

    /// The preset that a word in the settings names, in any case.
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|preset| preset.word().eq_ignore_ascii_case(word))
    }

    /// The limits and times that it stands for.
    pub fn rules(self) -> Rules {
        match self {
            Preset::Calm => calm(),
            Preset::Normal => Rules::default(),
            Preset::Fast => fast(),
        }
    }
}

fn calm() -> Rules {
    Rules {
        low: Kbps(600.0),
        high: Kbps(900.0),
        offline: Kbps(150.0),
        low_after: Millis(4000),
        low_after_severe: Millis(2000),
        stall_after: Millis(3000),
        absent_after: Millis(1500),
        unknown_hold: Millis(30_000),
        recover_low: Millis(8000),
        recover_offline: Millis(2500),
        offline_to_low: Millis(3000),
        dwell: Millis(4000),
        dwell_offline: Millis(2500),
        drops_per_sec: 40.0,
        prefer_after: Millis(20_000),
        prefer_after_poor: Millis(8000),
        flap_limit: 1,
        ..Rules::default()
    }
}

fn fast() -> Rules {
    Rules {
        low: Kbps(1000.0),
        high: Kbps(1300.0),
        offline: Kbps(250.0),
        low_after: Millis(1000),
        low_after_severe: Millis(500),
        stall_after: Millis(1200),
        absent_after: Millis(300),
        unknown_hold: Millis(10_000),
        recover_low: Millis(2500),
        recover_offline: Millis(700),
        offline_to_low: Millis(1500),
        dwell: Millis(1200),
        dwell_offline: Millis(1000),
        drops_per_sec: 12.0,
        prefer_after: Millis(5000),
        prefer_after_poor: Millis(3000),
        flap_limit: 4,
        ..Rules::default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn normal_is_what_the_machine_does_by_itself() {
        assert_eq!(Preset::Normal.rules(), Rules::default());
        assert_eq!(Preset::default(), Preset::Normal);
    }

    #[test]
    fn words_lead_to_their_presets() {
        for preset in Preset::ALL {
            assert_eq!(Preset::from_word(&preset.word().to_uppercase()), Some(preset));
        }
        assert_eq!(Preset::from_word("turbo"), None);
    }

    #[test]
    fn each_step_from_calm_to_fast_is_quicker_and_every_set_is_in_order() {
        for [slow, quick] in [[Preset::Calm, Preset::Normal], [Preset::Normal, Preset::Fast]] {
            let (slow, quick) = (slow.rules(), quick.rules());
            assert!(slow.low.0 < quick.low.0 && slow.offline.0 < quick.offline.0);
            let times = |r: &Rules| {
                [r.low_after, r.low_after_severe, r.stall_after, r.absent_after, r.unknown_hold, r.recover_low]
                    .into_iter()
                    .chain([r.recover_offline, r.offline_to_low, r.dwell, r.dwell_offline, r.prefer_after])
                    .collect::<Vec<_>>()
            };
            assert!(times(&slow).iter().zip(times(&quick)).all(|(slow, quick)| *slow > quick));
            assert!(slow.drops_per_sec > quick.drops_per_sec && slow.flap_limit < quick.flap_limit);
        }
        for rules in Preset::ALL.map(Preset::rules) {
            assert!(rules.offline.0 < rules.low.0 && rules.low.0 < rules.high.0);
            assert!(rules.low_after_severe <= rules.low_after && rules.dwell_offline <= rules.dwell);
            assert!(rules.prefer_after_poor <= rules.prefer_after);
        }
    }
}
