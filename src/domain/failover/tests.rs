//! The machine's specification: what the feed does, what OBS reports, what follows.

use super::lineup::{Lineup, Member, SceneSet};
use super::machine::{Effect, Inputs, Machine, Standing};
use super::rules::Rules;
use super::scenes::{Media, Reported, Scenes};
use super::{Class, Place};
use crate::domain::ids::{FeedId, SceneName};
use crate::domain::signal::{Pace, Publisher, Reach, Sample};
use crate::kit::units::{Bytes, Kbps, Millis, Mono};
use proptest::prelude::*;

/// A show in one struct: a machine, an OBS that obeys at once, and a feed polled at the asked pace.
#[derive(Clone)]
struct Show {
    machine: Machine,
    obs: Reported,
    scenes: Scenes,
    lineup: Lineup,
    rules: Rules,
    paused: bool,
    now: u64,
    bytes: f64,
    session: u32,
    /// When nobody published last: the session began then.
    born: u64,
    decisions: Vec<(u64, Place)>,
}

/// What the publisher does meanwhile.
#[derive(Clone, Copy, Debug)]
enum Feed {
    /// Publishing at so many kbit/s.
    At(f64),
    Stalled,
    Gone,
    Unreadable,
}

impl Show {
    fn new() -> Self {
        Self {
            machine: Machine::default(),
            obs: Reported { live: Some(true), scene: Some("LIVE".into()), ..Reported::default() },
            scenes: scenes(&["LIVE", "LOW", "OFFLINE", "BRB"]),
            lineup: Lineup { members: vec![member("main", 0)], ..Lineup::default() },
            rules: Rules::default(),
            paused: false,
            now: 0,
            bytes: 0.0,
            session: 1,
            born: 0,
            decisions: Vec::new(),
        }
    }

    /// A show that has been good for ten seconds.
    fn good() -> Self {
        let mut show = Self::new();
        show.run(Feed::At(3000.0), 10_000);
        show
    }

    /// Lets time pass; decisions carry the milliseconds since this call began.
    fn run(&mut self, feed: Feed, span: u64) -> Vec<(u64, Place)> {
        let began = self.now;
        self.decisions.clear();
        while self.now < began + span {
            let elapsed = self.machine.pace().interval().0;
            self.tick_until(self.now + elapsed);
            self.now += elapsed;
            let sample = self.sample(feed, elapsed);
            self.step(self.now, Some(&sample));
        }
        self.decisions.iter().map(|(at, place)| (at - began, *place)).collect()
    }

    /// Steps at the machine's own deadlines before the next poll.
    fn tick_until(&mut self, next_poll: u64) {
        let mut last = self.now;
        while let Some(at) = self.machine.wake_at(Mono(last), self.inputs(&[])).filter(|at| at.0 < next_poll) {
            self.step(at.0, None);
            last = at.0;
        }
    }

    fn sample(&mut self, feed: Feed, elapsed: u64) -> Sample {
        let at = Mono(self.now);
        if let Feed::At(kbps) = feed {
            self.bytes += kbps / 8.0 * elapsed as f64;
        }
        match feed {
            Feed::Gone => {
                self.session += 1;
                self.born = self.now;
                self.bytes = 0.0;
                Sample::absent(at)
            }
            Feed::Unreadable => Sample::unreadable(at, Reach::Http(500)),
            Feed::At(_) | Feed::Stalled => Sample {
                publisher: Publisher::Present,
                session: Some(self.session.to_string()),
                age: Some(Millis(self.now - self.born)),
                rx_bytes: Some(Bytes(self.bytes as u64)),
                media_ts: Some(Millis(self.bytes as u64 / 100)),
                ..Sample::absent(at)
            },
        }
    }

    fn step(&mut self, at: u64, sample: Option<&Sample>) {
        let samples: Vec<_> = sample.map(|sample| (FeedId::main(), sample.clone())).into_iter().collect();
        let mut machine = std::mem::take(&mut self.machine);
        let effects = machine.step(Mono(at), self.inputs(&samples));
        self.machine = machine;
        let decisions = effects.iter().filter(|effect| matches!(effect, Effect::Decided { .. })).count();
        assert!(decisions <= 1 && effects.len() - decisions <= 1, "one decision, one order: {effects:?}");
        for effect in effects {
            match effect {
                Effect::Decided { to, .. } => self.decisions.push((at, to.place)),
                Effect::Switch { scene, .. } => self.obs.scene = Some(scene),
                Effect::StopStream { .. } => self.obs.live = Some(false),
            }
        }
    }

    fn inputs<'a>(&'a self, samples: &'a [(FeedId, Sample)]) -> Inputs<'a> {
        Inputs {
            samples,
            obs: &self.obs,
            scenes: &self.scenes,
            lineup: &self.lineup,
            rules: &self.rules,
            paused: self.paused,
            testing: false,
            switching: None,
        }
    }

    /// What is known of OBS's media source.
    fn media_moves(&mut self, moving: Option<bool>) {
        self.obs.media = vec![(FeedId::main(), Media { moving, ..Media::default() })];
    }

    fn human_chooses(&mut self, scene: &str) {
        self.obs.scene = Some(scene.into());
        self.obs.human_switches += 1;
        self.step(self.now, None);
    }

    fn scene(&self) -> &str {
        self.obs.scene.as_ref().map_or("", SceneName::as_str)
    }

    fn standing(&self) -> Standing {
        self.machine.standing(Mono(self.now), self.inputs(&[]))
    }
}

fn scenes(existing: &[&str]) -> Scenes {
    let existing: Vec<SceneName> = existing.iter().map(|name| SceneName::from(*name)).collect();
    Scenes::new(&"LIVE".into(), &"LOW".into(), Some(&"OFFLINE".into()), &existing)
}

fn member(id: &str, priority: u32) -> Member {
    Member { id: id.into(), name: id.to_owned(), priority, group: None, scenes: SceneSet::default(), depends_on: None }
}

fn places(decisions: &[(u64, Place)]) -> Vec<Place> {
    decisions.iter().map(|(_, place)| *place).collect()
}

#[test]
fn a_good_feed_changes_nothing() {
    let mut show = Show::good();
    assert_eq!(show.run(Feed::At(3000.0), 600_000), []);
    assert_eq!(show.scene(), "LIVE");
    assert_eq!(show.machine.pace(), Pace::Calm);
}

#[test]
fn every_fault_leaves_live_in_its_time() {
    let table = [
        ("weak", Feed::At(600.0), Place::Low, 5000),
        ("nothing arrives", Feed::Stalled, Place::Offline, 2600),
        ("a trickle", Feed::At(50.0), Place::Offline, 5500),
        ("publisher gone", Feed::Gone, Place::Offline, 1500),
    ];
    for (name, feed, wanted, budget) in table {
        let mut show = Show::good();
        let decisions = show.run(feed, 12_000);
        let (at, _) = *decisions.iter().find(|(_, place)| *place == wanted).expect(name);
        assert!(at <= budget, "{name}: {at} ms > {budget} ms");
    }
}

#[test]
fn short_gaps_switch_nothing() {
    for feed in [Feed::Stalled, Feed::At(300.0), Feed::Unreadable] {
        let mut show = Show::good();
        let during = show.run(feed, 1000);
        let after = show.run(Feed::At(3000.0), 20_000);
        assert_eq!((during, after), (vec![], vec![]));
    }
}

#[test]
fn live_returns_quickly_from_offline_and_patiently_from_low() {
    let mut show = Show::good();
    show.run(Feed::Gone, 10_000);
    assert_eq!(show.scene(), "OFFLINE");
    let back = show.run(Feed::At(3000.0), 10_000);
    assert_eq!(places(&back), [Place::Live]);
    assert!(back[0].0 <= 3000, "first sample at up to 1 s, picture, then 0.9 s: {back:?}");

    let mut show = Show::good();
    show.run(Feed::At(600.0), 20_000);
    assert_eq!(show.scene(), "LOW");
    let back = show.run(Feed::At(3000.0), 20_000);
    assert_eq!(places(&back), [Place::Live]);
    assert!((4000..9000).contains(&back[0].0), "{back:?}");
}

#[test]
fn a_publisher_that_returns_at_once_is_live_within_a_second_and_a_half_of_its_picture() {
    let mut show = Show::good();
    let gone = show.run(Feed::Gone, 1500);
    assert_eq!(places(&gone), [Place::Offline]);
    let since_offline = 1500 - gone[0].0;
    let back = show.run(Feed::At(3000.0), 5000);
    assert_eq!(places(&back), [Place::Live]);
    assert!(back[0].0 + since_offline <= 250 + 1500, "one poll to find it, then the figure: {back:?}");
}

#[test]
fn between_the_limits_the_scene_stays_as_it_is() {
    let mut show = Show::good();
    assert_eq!(show.run(Feed::At(900.0), 60_000), []);
    show.run(Feed::At(600.0), 20_000);
    assert_eq!(show.run(Feed::At(900.0), 60_000), []);
    assert_eq!(show.scene(), "LOW");
}

#[test]
fn a_weak_feed_after_offline_shows_the_low_scene() {
    let mut show = Show::good();
    show.run(Feed::Gone, 5000);
    for kbps in [500.0, 900.0] {
        let mut show = show.clone();
        assert_eq!(places(&show.run(Feed::At(kbps), 30_000)), [Place::Low], "{kbps}");
    }
}

#[test]
fn unreadable_statistics_leave_the_scene_alone_while_nobody_says_otherwise() {
    for moving in [None, Some(true)] {
        let mut show = Show::good();
        show.media_moves(moving);
        assert_eq!(show.run(Feed::Unreadable, 300_000), [], "{moving:?}");
        assert!(matches!(show.standing(), Standing::Unknown(reason) if reason.contains("500")));
    }
    let mut show = Show::good();
    show.media_moves(Some(false));
    let decisions = show.run(Feed::Unreadable, 30_000);
    assert_eq!(places(&decisions), [Place::Offline], "the second witness sees no picture either");
    assert!(decisions[0].0 >= 15_000);
}

#[test]
fn it_acts_only_while_obs_streams_whatever_upstreams_switches_say() {
    for bits in 0..8 {
        let mut show = Show::new();
        show.rules.wait_for_stream_start = bits & 1 != 0;
        show.rules.idle_when_stream_ends = bits & 2 != 0;
        show.rules.exit_when_stream_ends = bits & 4 != 0;
        show.obs.live = Some(false);
        assert_eq!(show.run(Feed::Gone, 20_000), [], "before the stream, {bits:03b}");
        assert_eq!(show.standing(), Standing::NotStreaming);
        show.obs.live = Some(true);
        assert_eq!(places(&show.run(Feed::Gone, 20_000)), [Place::Offline], "while it runs, {bits:03b}");
        show.obs.live = Some(false);
        assert_eq!(show.run(Feed::At(3000.0), 20_000), [], "after it, {bits:03b}");
        show.obs.live = Some(true);
        assert_eq!(places(&show.run(Feed::At(3000.0), 20_000)), [Place::Live], "at the next start, {bits:03b}");
    }
}

#[test]
fn the_end_of_the_stream_forgets_the_flapping_unless_idle_is_off() {
    for (idle, wanted) in [(true, 900), (false, 1440)] {
        let mut show = Show::good();
        show.rules.idle_when_stream_ends = idle;
        show.run(Feed::Gone, 5000);
        show.run(Feed::At(3000.0), 10_000);
        show.obs.live = Some(false);
        show.run(Feed::At(3000.0), 2000);
        show.obs.live = Some(true);
        show.run(Feed::At(3000.0), 3000);
        show.run(Feed::Gone, 5000);
        let back = show.run(Feed::At(3000.0), 10_000)[0].0;
        let picture = 2000 - 250;
        assert!(back <= picture + wanted + 250 && back + 1000 >= wanted, "idle={idle}: {back}");
    }
}

#[test]
fn obs_out_of_sight_means_hands_off_and_a_fresh_look_after() {
    let mut show = Show::good();
    show.obs.live = None;
    assert_eq!(show.run(Feed::Gone, 20_000), []);
    assert_eq!(show.standing(), Standing::NoObs);
    show.obs.live = Some(true);
    assert_eq!(places(&show.run(Feed::Gone, 5000)), [Place::Offline]);
}

#[test]
fn a_person_who_picks_a_managed_scene_is_left_alone_for_the_grace() {
    let mut show = Show::good();
    show.human_chooses("LOW");
    assert_eq!(show.standing(), Standing::HumanHold);
    let back = show.run(Feed::At(3000.0), 20_000);
    assert!(back[0].0 >= show.rules.grace.0, "{back:?}");

    let mut show = Show::good();
    show.run(Feed::Gone, 5000);
    show.human_chooses("LIVE");
    let fell = show.run(Feed::Gone, 10_000);
    assert!((3000..4000).contains(&fell[0].0), "absence may act after the grace: {fell:?}");
}

#[test]
fn a_scene_outside_the_set_pauses_automation_until_a_managed_one_returns() {
    let mut show = Show::good();
    show.human_chooses("BRB");
    assert_eq!(show.standing(), Standing::NotManaged("BRB".to_owned()));
    assert_eq!(show.run(Feed::Gone, 60_000), []);
    assert_eq!(show.scene(), "BRB");
    show.human_chooses("LIVE");
    let fell = show.run(Feed::Gone, 10_000);
    assert_eq!(places(&fell), [Place::Offline]);
    assert!(fell[0].0 >= 3000, "the return is a person's choice too: {fell:?}");
}

#[test]
fn a_pause_leaves_everything_alone() {
    let mut show = Show::good();
    show.paused = true;
    assert_eq!(show.run(Feed::Gone, 60_000), []);
    assert_eq!(show.standing(), Standing::Paused);
    show.paused = false;
    assert_eq!(places(&show.run(Feed::Gone, 5000)), [Place::Offline]);
}

#[test]
fn a_missing_low_scene_stays_and_says_so() {
    let mut show = Show::good();
    show.scenes = scenes(&["LIVE", "OFFLINE"]);
    show.run(Feed::At(600.0), 20_000);
    assert_eq!(show.scene(), "LIVE");
    assert_eq!(show.standing(), Standing::SceneMissing(Place::Low));
}

#[test]
fn low_stands_in_for_a_missing_offline_scene() {
    let mut show = Show::good();
    show.scenes = scenes(&["LIVE", "LOW"]);
    show.run(Feed::Gone, 10_000);
    assert_eq!(show.scene(), "LOW");
    show.run(Feed::At(3000.0), 10_000);
    assert_eq!(show.scene(), "LIVE");
}

#[test]
fn a_lost_order_heals_because_the_scene_is_a_level() {
    let mut show = Show::good();
    show.run(Feed::Gone, 5000);
    // OBS shows LIVE again although nobody switched: its report of our switch was wrong or undone.
    show.obs.scene = Some("LIVE".into());
    show.run(Feed::Gone, 2000);
    assert_eq!(show.scene(), "OFFLINE");
}

#[test]
fn the_picture_in_obs_is_waited_for_but_not_for_ever() {
    let mut show = Show::good();
    show.run(Feed::Gone, 5000);
    show.media_moves(Some(false));
    assert_eq!(show.run(Feed::At(3000.0), 5000), []);
    assert!(matches!(show.standing(), Standing::Recovering { for_picture: true, .. }));
    let mut patient = show.clone();
    assert_eq!(places(&patient.run(Feed::At(3000.0), 10_000)), [Place::Live], "after ten seconds it goes anyway");
    show.media_moves(Some(true));
    let back = show.run(Feed::At(3000.0), 2000);
    assert!(back[0].0 <= 250, "{back:?}");
}

#[test]
fn tunnels_make_recovery_slower_each_time() {
    let mut show = Show::good();
    show.rules.flap_limit = 9;
    let mut recoveries = Vec::new();
    for _ in 0..5 {
        show.run(Feed::Gone, 3000);
        recoveries.push(show.run(Feed::At(3000.0), 25_000)[0].0);
    }
    assert!(recoveries.windows(2).all(|pair| pair[0] <= pair[1]), "{recoveries:?}");
    assert!(recoveries[4] > recoveries[0] + 3000, "{recoveries:?}");
}

#[test]
fn polling_is_quick_only_while_something_is_open() {
    let mut show = Show::good();
    show.run(Feed::Stalled, 1000);
    assert_eq!((show.machine.verdict().class, show.machine.pace()), (Class::Stalled, Pace::Quick));
    show.run(Feed::Stalled, 10_000);
    assert_eq!(show.machine.pace(), Pace::Calm, "decided");
    show.obs.live = Some(false);
    show.run(Feed::Gone, 5000);
    assert_eq!(show.machine.pace(), Pace::Calm, "no show, no hurry");
}

#[test]
fn upstreams_sample_count_slows_the_bitrate_rule_only() {
    let mut show = Show::good();
    show.rules.low_after = Millis(10_000);
    show.rules.low_after_severe = Millis(10_000);
    let low = show.run(Feed::At(600.0), 30_000);
    assert!(low[0].0 >= 10_000, "{low:?}");
    let mut show = Show::good();
    show.rules.low_after = Millis(10_000);
    assert!(show.run(Feed::Stalled, 10_000)[0].0 <= 2600);
}

#[test]
fn an_unreadable_answer_in_between_neither_hides_a_fault_nor_stops_recovery() {
    let alternate = |show: &mut Show, feed: Feed| {
        let mut decisions = Vec::new();
        for _ in 0..20 {
            decisions.extend(places(&show.run(feed, 1)));
            decisions.extend(places(&show.run(Feed::Unreadable, 1)));
        }
        decisions
    };
    for feed in [Feed::Gone, Feed::Stalled, Feed::At(50.0)] {
        let mut show = Show::good();
        assert_eq!(alternate(&mut show, feed).last(), Some(&Place::Offline));
        assert_eq!(alternate(&mut show, Feed::At(3000.0)), [Place::Live]);
    }
}

#[test]
fn a_long_silence_of_the_statistics_forgets_what_was_before() {
    let mut show = Show::good();
    show.run(Feed::At(600.0), 2000);
    show.run(Feed::Unreadable, 10_000);
    assert_eq!(show.run(Feed::At(600.0), 1000), []);
}

#[test]
fn a_publisher_that_comes_and_goes_counts_as_lost() {
    let mut show = Show::good();
    let mut decisions = Vec::new();
    for _ in 0..10 {
        decisions.extend(places(&show.run(Feed::Gone, 250)));
        decisions.extend(places(&show.run(Feed::Stalled, 750)));
    }
    assert_eq!(decisions, [Place::Offline], "each kind of nothing is short, but there is never a picture");
}

#[test]
fn a_witness_that_blinks_is_no_witness() {
    let mut show = Show::good();
    show.media_moves(Some(true));
    show.run(Feed::Unreadable, 60_000);
    show.media_moves(Some(false));
    assert_eq!(show.run(Feed::Unreadable, 2000), []);
    assert!(matches!(show.standing(), Standing::Falling { left } if left.0 <= 500), "{:?}", show.standing());
    show.media_moves(Some(true));
    assert_eq!(show.run(Feed::Unreadable, 60_000), []);
    show.media_moves(Some(false));
    assert_eq!(places(&show.run(Feed::Unreadable, 3000)), [Place::Offline]);
    assert!(show.machine.why().ends_with("and the picture in OBS stands still"), "{}", show.machine.why());
}

#[test]
fn a_scene_that_is_missing_is_told_before_it_is_wanted() {
    let mut show = Show::good();
    show.scenes = scenes(&["LIVE", "OFFLINE"]);
    show.run(Feed::At(600.0), 2500);
    assert_eq!((show.machine.wanted(), show.standing()), (Some(Place::Live), Standing::SceneMissing(Place::Low)));
}

#[test]
fn a_reading_that_nobody_renews_is_no_reading() {
    let mut show = Show::good();
    let silent = |show: &mut Show, span: u64| {
        show.now += span;
        show.step(show.now, None);
        show.standing()
    };
    assert_eq!(silent(&mut show, 14_900), Standing::Settled);
    assert!(matches!(silent(&mut show, 200), Standing::Unknown(reason) if reason.contains("15 s")));
    assert_eq!(show.scene(), "LIVE");
}

#[test]
fn nobody_is_hurried_for_ever() {
    let table = [("no picture ever", Feed::Stalled, 0), ("between the limits", Feed::At(900.0), 10_000)];
    for (name, feed, before) in table {
        let mut show = Show::new();
        show.run(Feed::At(3000.0), before);
        show.run(feed, 15_000);
        assert_eq!(show.machine.pace(), Pace::Quick, "{name}");
        show.run(feed, 30_000);
        assert_eq!(show.machine.pace(), Pace::Calm, "{name}");
    }
}

#[test]
fn a_feed_that_swings_between_gone_and_weak_is_followed_ever_more_slowly() {
    let mut show = Show::good();
    let mut decisions = 0;
    for _ in 0..40 {
        decisions += show.run(Feed::At(500.0), 6000).len();
        decisions += show.run(Feed::Gone, 1500).len();
    }
    assert!(decisions <= 20, "{decisions} switches in five minutes");
}

#[test]
fn a_new_name_for_the_low_scene_does_not_leave_the_old_one_on_air() {
    let mut show = Show::good();
    show.run(Feed::At(600.0), 20_000);
    assert_eq!(show.scene(), "LOW");
    let existing = ["LIVE", "LOW", "Weak", "OFFLINE"].map(SceneName::from);
    show.scenes = Scenes::new(&"LIVE".into(), &"Weak".into(), Some(&"OFFLINE".into()), &existing);
    show.step(show.now, None);
    assert_eq!(show.scene(), "Weak");
    show.run(Feed::At(3000.0), 20_000);
    assert_eq!(show.scene(), "LIVE");
    show.human_chooses("LOW");
    assert_eq!(show.run(Feed::At(3000.0), 20_000), [], "now it is a scene like any other");
    assert_eq!(show.scene(), "LOW");
}

#[test]
fn a_show_that_stops_or_pauses_in_the_middle_of_a_fault_starts_afresh() {
    let breaks: [fn(&mut Show, bool); 3] = [
        |show, on| show.obs.live = Some(!on),
        |show, on| show.obs.live = if on { None } else { Some(true) },
        |show, on| show.paused = on,
    ];
    for interrupt in breaks {
        let mut show = Show::good();
        show.run(Feed::At(600.0), 3500);
        interrupt(&mut show, true);
        assert_eq!(show.run(Feed::At(600.0), 20_000), []);
        interrupt(&mut show, false);
        let low = show.run(Feed::At(600.0), 10_000);
        assert_eq!(places(&low), [Place::Low]);
        assert!(low[0].0 >= 1500, "its time is counted from the return: {low:?}");
    }
}

#[test]
fn an_order_under_way_is_not_given_twice_and_a_newer_one_replaces_it() {
    let mut show = Show::good();
    show.run(Feed::At(600.0), 20_000);
    show.obs.scene = Some("LIVE".into());
    let mut machine = show.machine.clone();
    let ask = |machine: &mut Machine, switching| machine.step(Mono(show.now), Inputs { switching, ..show.inputs(&[]) });
    let to_low =
        |effects: Vec<Effect>| matches!(&effects[..], [Effect::Switch { scene, .. }] if scene.as_str() == "LOW");
    let [low, live] = ["LOW", "LIVE"].map(SceneName::from);
    assert_eq!(ask(&mut machine, Some(&low)), []);
    assert!(to_low(ask(&mut machine, Some(&live))));
    assert!(to_low(ask(&mut machine, None)));
}

/// Anything that may come in, in any order.
#[derive(Clone, Copy, Debug)]
enum Chaos {
    Feed(Feed, u64),
    Media(Option<bool>),
    Link(Option<bool>),
    Scene(&'static str),
    Pause(bool),
    Low(u32),
    Missing(bool),
}

fn chaos() -> impl Strategy<Value = Chaos> {
    let feed = prop_oneof![
        (0u32..6000).prop_map(|kbps| Feed::At(f64::from(kbps))),
        Just(Feed::Stalled),
        Just(Feed::Gone),
        Just(Feed::Unreadable),
    ];
    prop_oneof![
        12 => (feed, 1u64..8000).prop_map(|(feed, span)| Chaos::Feed(feed, span)),
        2 => prop_oneof![Just(None), Just(Some(true)), Just(Some(false))].prop_map(Chaos::Media),
        1 => prop_oneof![Just(None), Just(Some(true))].prop_map(Chaos::Link),
        1 => prop_oneof![Just("LIVE"), Just("LOW"), Just("OFFLINE"), Just("BRB")].prop_map(Chaos::Scene),
        1 => any::<bool>().prop_map(Chaos::Pause),
        1 => (0u32..4000).prop_map(Chaos::Low),
        1 => any::<bool>().prop_map(Chaos::Missing),
    ]
}

proptest! {
    #[test]
    fn whatever_comes_in_the_machine_stays_calm(events in proptest::collection::vec(chaos(), 1..120)) {
        let mut show = Show::good();
        let mut decided: Vec<u64> = Vec::new();
        for event in events {
            match event {
                Chaos::Feed(feed, span) => {
                    let began = show.now;
                    decided.extend(show.run(feed, span).iter().map(|(at, _)| began + at));
                }
                Chaos::Media(moving) => show.media_moves(moving),
                Chaos::Link(live) => show.obs.live = live,
                Chaos::Scene(scene) => show.human_chooses(scene),
                Chaos::Pause(paused) => show.paused = paused,
                Chaos::Low(low) => {
                    let low = f64::from(low);
                    (show.rules.low, show.rules.high) = (Kbps(low), Kbps(low * 1.25));
                }
                Chaos::Missing(missing) if missing => show.scenes = scenes(&["LIVE", "OFFLINE"]),
                Chaos::Missing(_) => show.scenes = scenes(&["LIVE", "LOW", "OFFLINE", "BRB"]),
            }
            show.step(show.now, None);
            let standing = show.standing();
            prop_assert_eq!(show.machine.wanted().is_none(), matches!(
                standing,
                Standing::NoObs | Standing::NotStreaming | Standing::Paused | Standing::NotManaged(_)
            ) , "{:?}", standing);
        }
        for at in &decided {
            let minute = decided.iter().filter(|other| (*at..*at + 60_000).contains(*other)).count();
            prop_assert!(minute <= 24, "{minute} decisions in a minute");
        }
    }

    #[test]
    fn unreadable_statistics_alone_never_leave_live(
        moving in prop_oneof![Just(None), Just(Some(true))],
        spans in proptest::collection::vec((1u64..40_000, 1u64..5000), 1..12),
    ) {
        let mut show = Show::good();
        show.media_moves(moving);
        for (dark, good) in spans {
            prop_assert_eq!(show.run(Feed::Unreadable, dark), []);
            prop_assert_eq!(show.run(Feed::At(3000.0), good), []);
        }
    }
}

#[test]
fn a_limit_changed_in_the_middle_counts_at_once() {
    let mut show = Show::good();
    show.rules.low = Kbps(4000.0);
    show.rules.high = Kbps(5000.0);
    assert_eq!(places(&show.run(Feed::At(3000.0), 10_000)), [Place::Low]);
}
