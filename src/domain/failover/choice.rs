//! The choice among several feeds: who takes over, who comes first, which scene shows several.

use super::lineup::{GroupMode, Lineup, MultiCamera};
use super::machine::{Effect, Inputs, Machine, Move, Spot};
use super::rules::Rules;
use super::scenes::{Cast, Staging};
use super::watch::Watch;
use super::{Class, Place};
use crate::domain::ids::SceneName;
use crate::kit::units::Mono;

impl Machine {
    /// A better spot although nothing falls: a feed that comes first is back, a scene that shows
    /// several may be shown, a feed that the scenes need is gone or back.
    pub(super) fn choose(&self, now: Mono, inputs: Inputs<'_>) -> Option<Move> {
        if !inputs.lineup.is_several() {
            return None;
        }
        self.prefer(now, inputs).or_else(|| self.restage(now, inputs))
    }

    /// When something of that kind may be due.
    pub(super) fn choice_due(&self, inputs: Inputs<'_>) -> Vec<Mono> {
        if !inputs.lineup.is_several() {
            return Vec::new();
        }
        let preferred = self.preferred(inputs).map(|(_, due)| due);
        let cameras = inputs.lineup.cameras.iter().filter_map(|camera| self.camera_due(camera, inputs));
        let turns = self.watches.iter().filter_map(|watch| watch.turns_at(inputs.rules));
        let weak = self.watches.iter().filter_map(|watch| watch.weak_due(Mono(0), inputs.rules));
        preferred.into_iter().chain(cameras).chain(turns).chain(weak).collect()
    }

    /// In a group of which any will do the scene is the same for all: a fine member stands in at once
    /// for one that is not, and one of which nothing is known for one that is lost, since then the
    /// group is not known to be.
    pub(super) fn follow_group(&mut self, now: Mono, inputs: Inputs<'_>) -> Option<Effect> {
        let (lineup, class) = (inputs.lineup, self.current().class());
        let content = matches!(class, Class::Good | Class::Mid | Class::Unknown);
        if !lineup.is_several() || content || now < self.hold_until.max(self.grace_until) {
            return None;
        }
        let lost = self.current().lost_due(inputs.rules).is_some_and(|due| due <= now);
        let order = |feed: &usize| (stand_in_order(&self.watches[*feed], lost, inputs.rules), lineup.rank(*feed));
        let others = (0..self.watches.len()).filter(|feed| self.is_companion(*feed, lineup));
        let best = others.filter(|feed| order(feed).0.is_some()).min_by_key(order)?;
        let (from, gone) = (self.shot(inputs), self.told(self.spot.feed, lineup));
        self.spot = Spot { feed: best, place: from.place, staging: self.home(best, inputs) };
        let to = self.shot(inputs);
        if from.scene == to.scene {
            return None;
        }
        self.why = format!("{gone}; {}", self.told(best, lineup));
        Some(Effect::Decided { from, to, reason: self.why.clone() })
    }

    fn is_companion(&self, feed: usize, lineup: &Lineup) -> bool {
        feed != self.spot.feed && lineup.together(feed, self.spot.feed) == Some(GroupMode::Any)
    }

    /// Who takes over when the feed on air is lost: one that OBS is not known to stand still on, one
    /// that is fine before one that is weak, then by priority.
    pub(super) fn heir(&self, inputs: Inputs<'_>) -> Option<usize> {
        let usable = |class| matches!(class, Class::Low | Class::Mid | Class::Good);
        let others = self.watches.iter().enumerate().filter(|(feed, _)| *feed != self.spot.feed);
        let heirs = others.filter(|(_, watch)| usable(watch.class()));
        let order = |(feed, watch): &(usize, &Watch)| {
            (watch.stands_still(), watch.class() == Class::Low, inputs.lineup.rank(*feed))
        };
        let best = heirs.min_by_key(order);
        best.map(|(feed, _)| feed)
    }

    fn prefer(&self, now: Mono, inputs: Inputs<'_>) -> Option<Move> {
        let (feed, due) = self.preferred(inputs)?;
        if due > now || self.picture_is_missing(now, feed) {
            return None;
        }
        let watch = self.watches.get(feed)?;
        let reason = self.told_as(feed, watch.reason_since(now, watch.since.good), inputs.lineup);
        let fell = false;
        Some(Move { fell, ..self.to(feed, Place::Live, reason, inputs) })
    }

    /// The feed that comes before the one on air and may take over, and when.
    pub(super) fn preferred(&self, inputs: Inputs<'_>) -> Option<(usize, Mono)> {
        if self.spot.place == Place::Offline {
            return None;
        }
        let due = |feed| self.preferred_due(feed, inputs).map(|due| (feed, due));
        (0..self.watches.len()).filter_map(due).min_by_key(|(feed, due)| (*due, inputs.lineup.rank(*feed)))
    }

    fn preferred_due(&self, feed: usize, inputs: Inputs<'_>) -> Option<Mono> {
        let (lineup, rules, on) = (inputs.lineup, inputs.rules, self.spot.feed);
        let before = lineup.members.get(feed)?.priority < lineup.members.get(on)?.priority;
        let stays = matches!(lineup.together(feed, on), Some(GroupMode::Handover | GroupMode::Any));
        let watch = self.watches.get(feed).filter(|watch| watch.class() == Class::Good)?;
        if !before || stays || self.camera_of(lineup).is_some_and(|camera| camera.feeds.contains(watch.id())) {
            return None;
        }
        let fine = self.spot.place == Place::Live && matches!(self.current().class(), Class::Mid | Class::Good);
        // A feed that keeps getting lost is not taken up again and again.
        let hold = watch.stretched(if fine { rules.prefer_after } else { rules.prefer_after_poor }, rules);
        let due = (watch.since.good? + hold).max(self.on_since + hold).max(self.hold_until);
        let spent = self.flaps.spent_until(rules).filter(|_| self.spot.place != Place::Live);
        Some(spent.map_or(due, |at| due.max(at)))
    }

    fn restage(&self, now: Mono, inputs: Inputs<'_>) -> Option<Move> {
        let (staging, about) = self.right_staging(now, inputs);
        if staging == self.spot.staging {
            return None;
        }
        let fell = matches!(self.spot.staging, Staging::Camera(_));
        let reason = about.map_or_else(String::new, |feed| self.told(feed, inputs.lineup));
        Some(Move { to: Spot { staging, ..self.spot.clone() }, reason, fell })
    }

    /// How the scenes are to be cast, and the feed because of which.
    fn right_staging(&self, now: Mono, inputs: Inputs<'_>) -> (Staging, Option<usize>) {
        let on = self.spot.feed;
        if self.spot.place == Place::Live {
            if let Some(camera) = self.camera_of(inputs.lineup) {
                let fallen = self.feeds_of(camera).find(|(_, watch)| has_fallen(watch, now, inputs));
                return match fallen {
                    None => (self.spot.staging.clone(), None),
                    Some((feed, _)) => (self.home(on, inputs), Some(feed)),
                };
            }
            let due = |camera: &&MultiCamera| self.camera_due(camera, inputs).is_some_and(|due| due <= now);
            if let Some(camera) = inputs.lineup.cameras.iter().find(due) {
                let other = self.feeds_of(camera).map(|(feed, _)| feed).find(|feed| *feed != on);
                return (Staging::Camera(camera.scene.clone()), other);
            }
        }
        let needed = inputs.lineup.members.get(on).and_then(|member| member.depends_on.as_ref());
        (self.home(on, inputs), needed.and_then(|other| inputs.lineup.position(&other.feed)))
    }

    /// The usual casting of a feed's scenes: others while a feed that they need is lost.
    pub(super) fn home(&self, feed: usize, inputs: Inputs<'_>) -> Staging {
        let needed = inputs.lineup.members.get(feed).and_then(|member| member.depends_on.as_ref());
        let other = needed.and_then(|other| self.watches.iter().find(|watch| *watch.id() == other.feed));
        if other.is_some_and(Watch::is_down) { Staging::Backup } else { Staging::Own }
    }

    pub(super) fn home_cast<'a>(&self, feed: usize, inputs: Inputs<'a>) -> Cast<'a> {
        let staging: &'static Staging = match self.home(feed, inputs) {
            Staging::Backup => &Staging::Backup,
            _ => &Staging::Own,
        };
        Cast::of(inputs.scenes, inputs.lineup.members.get(feed), staging)
    }

    /// What a scene with several feeds means, if it is one.
    pub(super) fn camera_spot(&self, scene: &SceneName, lineup: &Lineup) -> Option<Spot> {
        let camera = lineup.cameras.iter().find(|camera| camera.scene == *scene)?;
        let first = self.feeds_of(camera).map(|(feed, _)| feed).min_by_key(|feed| lineup.rank(*feed))?;
        let on = self.feeds_of(camera).any(|(feed, _)| feed == self.spot.feed);
        let feed = if on { self.spot.feed } else { first };
        Some(Spot { feed, place: Place::Live, staging: Staging::Camera(scene.clone()) })
    }

    /// Another feed of the scene that is on, which may go on alone.
    pub(super) fn camera_partner(&self, lineup: &Lineup) -> Option<usize> {
        let partners = self.feeds_of(self.camera_of(lineup)?);
        let good = partners.filter(|(feed, watch)| *feed != self.spot.feed && watch.class() == Class::Good);
        good.map(|(feed, _)| feed).min_by_key(|feed| lineup.rank(*feed))
    }

    fn camera_of<'a>(&self, lineup: &'a Lineup) -> Option<&'a MultiCamera> {
        let Staging::Camera(scene) = &self.spot.staging else { return None };
        lineup.cameras.iter().find(|camera| camera.scene == *scene)
    }

    fn feeds_of<'a>(&'a self, camera: &'a MultiCamera) -> impl Iterator<Item = (usize, &'a Watch)> {
        self.watches.iter().enumerate().filter(|(_, watch)| camera.feeds.contains(watch.id()))
    }

    /// When a scene with several feeds may be shown: all of them good, for as long as a recovery holds.
    fn camera_due(&self, camera: &MultiCamera, inputs: Inputs<'_>) -> Option<Mono> {
        let shown = self.spot.place == Place::Live && self.spot.staging != Staging::Camera(camera.scene.clone());
        let all = camera.feeds.len() >= 2 && self.feeds_of(camera).count() == camera.feeds.len();
        let with_ours = camera.feeds.contains(self.current().id());
        if !shown || !all || !with_ours || !inputs.scenes.has(&camera.scene) {
            return None;
        }
        let good = |watch: &Watch| watch.since.good.filter(|_| watch.class() == Class::Good);
        let last =
            self.feeds_of(camera).map(|(_, watch)| good(watch)).collect::<Option<Vec<_>>>()?.into_iter().max()?;
        let hold = self.flaps.stretch(inputs.rules.recover_low, inputs.rules);
        Some((last + hold).max(self.entered + inputs.rules.dwell).max(self.hold_until))
    }

    /// The feed's newest reason, with its name where there are several.
    pub(super) fn told(&self, feed: usize, lineup: &Lineup) -> String {
        let reason = self.watches.get(feed).map_or("", |watch| watch.verdict().reason.as_str());
        self.told_as(feed, reason.to_owned(), lineup)
    }

    pub(super) fn told_as(&self, feed: usize, reason: String, lineup: &Lineup) -> String {
        if lineup.is_several() { format!("{}: {reason}", lineup.name(feed)) } else { reason }
    }
}

/// How well a feed stands in for a companion; `None` where it does not.
fn stand_in_order(watch: &Watch, lost: bool, rules: &Rules) -> Option<u8> {
    match watch.class() {
        Class::Good => Some(0),
        Class::Mid => Some(1),
        Class::Low if lost => Some(2),
        Class::Unknown if lost && watch.lost_due(rules).is_none() => Some(3),
        _ => None,
    }
}

fn has_fallen(watch: &Watch, now: Mono, inputs: Inputs<'_>) -> bool {
    let falls = [watch.lost_due(inputs.rules), watch.weak_due(Mono(0), inputs.rules)];
    falls.into_iter().flatten().any(|due| due <= now)
}
