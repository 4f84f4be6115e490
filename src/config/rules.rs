//! The limits and times of switching: a preset gives them, single keys override them.

use super::form::Form;
use crate::domain::failover::preset::Preset;
use crate::domain::failover::rules::{Frozen, Rules};
use crate::kit::units::{Kbps, Millis};

/// A value that the preset gives unless its own key is set.
struct Knob {
    key: &'static str,
    get: fn(&Rules) -> f64,
    set: fn(&mut Rules, f64),
}

const fn knob(key: &'static str, get: fn(&Rules) -> f64, set: fn(&mut Rules, f64)) -> Knob {
    Knob { key, get, set }
}

/// The limits are set by [`limits`], since they follow from one another.
const KNOBS: &[Knob] = &[
    knob("BITRATE_LOW_KBPS", |r| r.low.0, |_, _| {}),
    knob("BITRATE_HIGH_KBPS", |r| r.high.0, |_, _| {}),
    knob("BITRATE_OFFLINE_KBPS", |r| r.offline.0, |_, _| {}),
    knob("LOW_AFTER_SEC", |r| r.low_after.secs_f64(), |r, v| low_after(r, Millis::from_secs_f64(v))),
    knob("LOST_AFTER_SEC", |r| r.stall_after.secs_f64(), |r, v| r.stall_after = Millis::from_secs_f64(v)),
    knob("GONE_AFTER_SEC", |r| r.absent_after.secs_f64(), |r, v| r.absent_after = Millis::from_secs_f64(v)),
    knob("UNKNOWN_HOLD_SEC", |r| r.unknown_hold.secs_f64(), |r, v| r.unknown_hold = Millis::from_secs_f64(v)),
    knob("RECOVER_FROM_LOW_SEC", |r| r.recover_low.secs_f64(), |r, v| r.recover_low = Millis::from_secs_f64(v)),
    knob(
        "RECOVER_FROM_LOST_SEC",
        |r| r.recover_offline.secs_f64(),
        |r, v| r.recover_offline = Millis::from_secs_f64(v),
    ),
    knob("MIN_STAY_SEC", |r| r.dwell.secs_f64(), |r, v| min_stay(r, Millis::from_secs_f64(v))),
    knob("DROPS_PER_SEC", |r| r.drops_per_sec, |r, v| r.drops_per_sec = v),
    knob("FLAP_LIMIT", |r| f64::from(r.flap_limit), |r, v| r.flap_limit = v as u32),
    knob("PREFER_AFTER_SEC", |r| r.prefer_after.secs_f64(), |r, v| prefer_after(r, Millis::from_secs_f64(v))),
];

/// The value in force of a key that follows the preset while it is not set; `None` for other keys.
pub fn in_force(key: &str, rules: &Rules) -> Option<f64> {
    KNOBS.iter().find(|knob| knob.key == key).map(|knob| (knob.get)(rules))
}

/// What each preset gives for a key, in the order of [`Preset::ALL`]; `None` for keys that no preset
/// knows.
pub fn by_preset(key: &str) -> Option<[f64; 3]> {
    let knob = KNOBS.iter().find(|knob| knob.key == key)?;
    Some(Preset::ALL.map(|preset| (knob.get)(&preset.rules())))
}

/// Reads the rules: the preset's, with what the single keys say instead.
pub(super) fn read(form: &mut Form<'_>) -> (Preset, Rules) {
    let preset = form.read("SWITCHING_PRESET", Preset::from_word).unwrap_or_default();
    let mut rules = preset.rules();
    limits(form, &mut rules);
    old_low_time(form, &mut rules);
    for knob in KNOBS {
        if let Some(value) = form.number(knob.key) {
            (knob.set)(&mut rules, value);
        }
    }
    triggers(form, &mut rules);
    show(form, &mut rules);
    (preset, rules)
}

/// Low, high and offline limit, in their order: offline < low < high.
fn limits(form: &mut Form<'_>, rules: &mut Rules) {
    let usual = rules.clone();
    let set = form.number("BITRATE_LOW_KBPS");
    let low = set.unwrap_or(usual.low.0);
    let in_step = if set.is_some() { low * usual.high.0 / usual.low.0 } else { usual.high.0 };
    let high = form.number("BITRATE_HIGH_KBPS").unwrap_or(in_step);
    let offline = form.number("BITRATE_OFFLINE_KBPS").unwrap_or_else(|| usual.offline.0.min(low / 4.0));
    form.demand("BITRATE_HIGH_KBPS", high > low, &format!("more than BITRATE_LOW_KBPS ({low})"));
    form.demand("BITRATE_OFFLINE_KBPS", offline < low, &format!("less than BITRATE_LOW_KBPS ({low})"));
    (rules.low, rules.high, rules.offline) = (Kbps(low), Kbps(high), Kbps(offline));
}

/// LOW_CONSEC_SAMPLES samples span one interval less than their number.
fn old_low_time(form: &mut Form<'_>, rules: &mut Rules) {
    let samples = form.number("LOW_CONSEC_SAMPLES");
    let interval = form.number("POLL_INTERVAL_SEC");
    if samples.is_some() || interval.is_some() {
        low_after(rules, Millis::from_secs_f64((samples.unwrap_or(3.0) - 1.0) * interval.unwrap_or(1.0)));
    }
}

fn triggers(form: &mut Form<'_>, rules: &mut Rules) {
    let span = |ms: f64| Millis::from_secs_f64(ms / 1000.0);
    rules.rtt_low = form.number("RTT_LOW_MS").map(span);
    rules.rtt_offline = form.number("RTT_LOST_MS").map(span);
    let low = rules.rtt_low.unwrap_or_default();
    let apart = rules.rtt_offline.is_none_or(|lost| lost > low);
    form.demand("RTT_LOST_MS", apart, &format!("more than RTT_LOW_MS ({})", low.0));
}

/// Start and end of a show, and what people did.
fn show(form: &mut Form<'_>, rules: &mut Rules) {
    rules.start_grace = form.seconds("START_GRACE_SEC").unwrap_or_default();
    rules.live_from_starting = form.switch("LIVE_FROM_STARTING");
    rules.offline_stop = form.number("OFFLINE_STOP_MIN").map(|minutes| Millis::from_secs_f64(minutes * 60.0));
    rules.frozen_picture = form.read("FROZEN_PICTURE", frozen).unwrap_or_default();
    rules.self_repair = form.switch("SELF_REPAIR");
    rules.grace = form.seconds("LIVE_SCENE_LOW_GRACE_SEC").unwrap_or(rules.grace);
    rules.wait_for_stream_start = form.switch("WAIT_FOR_STREAM_START");
    rules.idle_when_stream_ends = form.switch("IDLE_WHEN_STREAM_ENDS");
    rules.exit_when_stream_ends = form.switch("EXIT_WHEN_STREAM_ENDS");
}

fn frozen(word: &str) -> Option<Frozen> {
    match word.to_ascii_lowercase().as_str() {
        "tell" => Some(Frozen::Tell),
        "repair" => Some(Frozen::Repair),
        "switch" => Some(Frozen::Switch),
        _ => None,
    }
}

// What is quicker than the usual time stays quicker when that one is shortened.

fn low_after(rules: &mut Rules, span: Millis) {
    rules.low_after = span;
    rules.low_after_severe = rules.low_after_severe.min(span);
}

fn min_stay(rules: &mut Rules, span: Millis) {
    rules.dwell = span;
    rules.dwell_offline = rules.dwell_offline.min(span);
}

fn prefer_after(rules: &mut Rules, span: Millis) {
    rules.prefer_after = span;
    rules.prefer_after_poor = rules.prefer_after_poor.min(span);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::keys::{self, Kind};
    use crate::config::{Config, Values};

    fn rules(pairs: &[(&str, &str)]) -> Rules {
        Config::parse(&Values::from_pairs(pairs.iter().copied())).expect("good values").rules
    }

    #[test]
    fn a_preset_gives_all_values_and_each_key_changes_its_own() {
        for preset in Preset::ALL {
            let pair = ("SWITCHING_PRESET", preset.word());
            assert_eq!(rules(&[pair]), preset.rules(), "{preset:?}");
            for knob in KNOBS {
                let value = (knob.get)(&preset.rules()) + 1.0;
                let changed = rules(&[pair, (knob.key, &value.to_string())]);
                assert_eq!((knob.get)(&changed), value, "{} in {preset:?}", knob.key);
            }
        }
    }

    #[test]
    fn every_value_of_a_preset_is_one_that_its_key_takes() {
        for knob in KNOBS {
            let key = keys::find(knob.key).unwrap_or_else(|| panic!("{} is no key", knob.key));
            assert_eq!(key.default, "", "{}: the preset gives it", knob.key);
            let (min, max) = match key.kind {
                Kind::Number { min, max, .. } => (min, max),
                Kind::Count { min, max } => (f64::from(min), f64::from(max)),
                other => panic!("{} is {other:?}", knob.key),
            };
            assert!(by_preset(knob.key).into_iter().flatten().all(|v| (min..=max).contains(&v)), "{}", knob.key);
        }
    }

    #[test]
    fn triggers_and_the_show() {
        let all = rules(&[
            ("RTT_LOW_MS", "900"),
            ("RTT_LOST_MS", "2500"),
            ("START_GRACE_SEC", "20"),
            ("LIVE_FROM_STARTING", "yes"),
            ("OFFLINE_STOP_MIN", "30"),
            ("FROZEN_PICTURE", "Switch"),
            ("SELF_REPAIR", "off"),
        ]);
        assert_eq!((all.rtt_low, all.rtt_offline), (Some(Millis(900)), Some(Millis(2500))));
        assert_eq!((all.start_grace, all.offline_stop), (Millis(20_000), Some(Millis(1_800_000))));
        assert_eq!((all.live_from_starting, all.frozen_picture, all.self_repair), (true, Frozen::Switch, false));
        let wrong = Config::parse(&Values::from_pairs([("RTT_LOW_MS", "900"), ("RTT_LOST_MS", "800")]));
        assert_eq!(wrong.expect_err("a mistake")[0].key, "RTT_LOST_MS");
    }

    #[test]
    fn shorter_times_shorten_what_must_be_quicker() {
        let all = rules(&[("LOW_AFTER_SEC", "0.5"), ("MIN_STAY_SEC", "1"), ("PREFER_AFTER_SEC", "2")]);
        assert_eq!(
            (all.low_after_severe, all.dwell_offline, all.prefer_after_poor),
            (Millis(500), Millis(1000), Millis(2000))
        );
        let longer = rules(&[("LOW_AFTER_SEC", "6"), ("LOW_CONSEC_SAMPLES", "2")]);
        assert_eq!((longer.low_after, longer.low_after_severe), (Millis(6000), Millis(1000)), "the plain key wins");
    }
}
