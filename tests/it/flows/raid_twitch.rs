//! Raids with the channel signed in: asked for, heard of over EventSub, taken back, told in chat.

use crate::support::app::{App, owner};
use crate::support::program::Program;
use crate::support::real::comes_true;
use crate::support::visitor::Visitor;
use serde_json::json;
use std::path::Path;
use std::time::Duration;
use stream_control::demo::fake_obs::{FakeObs, Script};
use stream_control::demo::fake_twitch::{BROADCASTER, CLIENT_ID, FRIEND, FakeTwitch, Fault};
use stream_control::domain::chat::Identity;
use stream_control::domain::command::{Order, Outcome, RaidOrder, TwitchOrder};
use stream_control::domain::raid::{RaidView, Stage};
use stream_control::domain::twitch::{SubscriptionState, Twitch};
use stream_control::domain::twitch_features;
use stream_control::kit::secret::Secret;
use stream_control::store::tokens::{Pair, TokenFile};
use tempfile::TempDir;

/// Only a bug needs it.
const LIMIT: Duration = Duration::from_secs(60);
const PASSWORD: &str = "correct horse battery";

/// On air, signed in, and Twitch's events arrive.
struct Night {
    obs: FakeObs,
    twitch: FakeTwitch,
    app: App,
}

impl Night {
    async fn on_air(more: &[(&str, &str)]) -> Self {
        let obs = FakeObs::start(0, Script::default()).await.expect("a free port");
        let twitch = FakeTwitch::start(0).await.expect("a free port");
        let folder = TempDir::new().expect("a folder");
        sign_in(&twitch, folder.path());
        let (port, settings) = (obs.port().to_string(), twitch.settings());
        let all = settings.iter().map(|(key, value)| (*key, value.as_str())).chain(more.iter().copied());
        let all: Vec<_> = all.chain([("OBS_PORT", port.as_str())]).collect();
        let app = App::start_in(folder, &all).await;
        let night = Self { obs, twitch, app };
        night.app.obs("OBS", |obs| obs.is_connected() && obs.output.is_some()).await;
        night.obs.human_start();
        night.app.obs("on air", |obs| obs.is_live() == Some(true) && obs.live_since.is_some()).await;
        let heard = |name: &str| {
            let name = name.to_owned();
            move |twitch: &Twitch| {
                let active = |one: &&stream_control::domain::twitch::Subscription| {
                    one.wanted.name().starts_with(&name) && one.state == SubscriptionState::Active
                };
                twitch.subscriptions.iter().any(|one| active(&one))
            }
        };
        for name in ["channel.raid (out)", "channel.raid (in)", "channel.chat.message", "channel.chat.notification"] {
            night.cell(name, heard(name)).await;
        }
        night
    }

    async fn cell(&self, what: &str, wanted: impl Fn(&Twitch) -> bool) {
        let mut cell = self.app.ctx.cells.twitch.clone();
        let waited = tokio::time::timeout(LIMIT, cell.until(wanted)).await;
        assert!(waited.is_ok(), "waited in vain for {what}: {:?}", cell.get());
    }

    async fn raid(&self, what: &str, wanted: impl Fn(&RaidView) -> bool) {
        let mut cell = self.app.ctx.cells.raid.clone();
        let waited = tokio::time::timeout(LIMIT, cell.until(wanted)).await;
        assert!(waited.is_ok(), "waited in vain for {what}: {:?}", cell.get());
    }

    async fn ended(&self, text: &str) {
        self.raid(text, |view| view.ended.as_ref().is_some_and(|ended| ended.text.contains(text))).await;
    }

    async fn ask(&self, channel: &str) -> Outcome {
        self.app.order(Order::Twitch(TwitchOrder::StartRaid { channel: channel.to_owned() })).await
    }

    async fn waits(&self) {
        self.raid("Twitch's countdown", |view| matches!(view.stage, Stage::Waiting { heard: true, .. })).await;
    }

    async fn said(&self, text: &str) {
        let said = comes_true(LIMIT, async || self.twitch.world().said.iter().any(|one| one.message == text)).await;
        assert!(said, "{:?}", self.twitch.world().said);
    }

    fn stops(&self) -> usize {
        self.obs.count("StopStream")
    }
}

fn sign_in(twitch: &FakeTwitch, data: &Path) {
    let scopes = twitch_features::scopes(&[], Identity::Broadcaster);
    let (access, refresh) = twitch.world().grant(CLIENT_ID, BROADCASTER, &scopes);
    let pair = Pair { access: Secret::new(access), refresh: Secret::new(refresh) };
    let file = TokenFile::new(data.join("twitch_tokens.json"));
    file.write(Identity::Broadcaster, &pair).expect("a token file");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn from_the_order_over_the_event_to_the_chat_line() {
    let night = Night::on_air(&[("RAID_CHAT_MESSAGE", "Off to {channel}, bye!")]).await;
    night.twitch.world().manners.raid_secs = 1;
    assert!(night.ask("trailrunner").await.is_done());
    night.ended("The stream has ended after the raid to TrailRunner.").await;
    night.said("Off to TrailRunner, bye!").await;
    assert_eq!((night.stops(), night.obs.is_streaming()), (1, false));
    night.app.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_raid_begun_elsewhere_is_seen_and_one_that_comes_in_stops_nothing() {
    let night = Night::on_air(&[("RAID_AUTO_STOP_DELAY", "3600")]).await;
    night.twitch.world().raid = Some((FRIEND.to_owned(), BROADCASTER.to_owned()));
    night.twitch.world().send_raid(5);
    night.twitch.world().raid = Some((BROADCASTER.to_owned(), FRIEND.to_owned()));
    night.twitch.world().send_raid(9);
    let ours = |view: &RaidView| matches!(&view.stage, Stage::Counting { raid, .. } if raid.to_id == FRIEND && raid.viewers == Some(9));
    night.raid("our raid", ours).await;
    // Nobody stands there while the database is busy.
    let known = async |live: Option<bool>, viewers: Option<u64>| {
        comes_true(LIMIT, async || {
            let lately = night.app.ctx.twitch.raided().await;
            lately.iter().any(|one| (one.login.as_str(), one.live, one.viewers) == ("trailrunner", live, viewers))
        })
        .await
    };
    assert!(known(Some(false), None).await, "it stands among those raided lately");
    night.twitch.world().go_live(FRIEND, 7);
    assert!(known(Some(true), Some(7)).await);
    night.twitch.world().fail("/helix/streams", Fault::Html(502), 9);
    assert!(known(None, None).await, "not known is not offline");
    assert_eq!(night.stops(), 0);
    night.app.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_word_in_chat_takes_the_raid_back_and_later_the_stop() {
    let night = Night::on_air(&[("RAID_AUTO_STOP_DELAY", "3600")]).await;
    assert!(night.ask(FRIEND).await.is_done());
    night.waits().await;
    night.twitch.world().chat(BROADCASTER, "Mobile_Mia", "!cancel", &["broadcaster"]);
    night.cell("no raid", |twitch| twitch.raid.is_none()).await;
    night.raid("rest", |view| view.stage == Stage::Idle).await;
    assert!(night.twitch.world().raid.is_none());
    night.app.line("cancel the raid or the stop after it – done").await;

    // The same channel again: what was cancelled does not stand in its way.
    night.twitch.world().manners.raid_secs = 1;
    assert!(night.ask(FRIEND).await.is_done());
    night.raid("the stop's countdown", |view| matches!(view.stage, Stage::Counting { .. })).await;
    night.twitch.world().chat(BROADCASTER, "Mobile_Mia", "!cancel", &["broadcaster"]);
    night.ended("was cancelled").await;
    assert_eq!((night.stops(), night.obs.is_streaming()), (0, true));
    night.app.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_begun_or_called_off_on_twitch_itself() {
    let night = Night::on_air(&[]).await;
    night.twitch.world().raid = Some((BROADCASTER.to_owned(), FRIEND.to_owned()));
    let busy = night.ask("viewer_one").await;
    assert!(busy.text().contains("under way already"), "{busy:?}");
    let taken = night.app.ctx.desk.give(owner(), Order::Raid(RaidOrder::Cancel)).await;
    assert!(taken.is_done() && night.twitch.world().raid.is_none(), "{taken:?}");
    let none = night.app.ctx.desk.give(owner(), Order::Raid(RaidOrder::Cancel)).await;
    assert!(none.text().contains("No raid is waiting"), "{none:?}");
    night.app.line("owner: cancel the raid or the stop after it – failed. No raid is waiting").await;
    let told = night
        .app
        .ctx
        .cells
        .tail
        .with(|tail| tail.lines.iter().filter(|line| line.text.contains("failed. No raid")).count());
    assert_eq!(told, 1, "one order, one line");

    assert!(night.ask(FRIEND).await.is_done());
    night.waits().await;
    night.twitch.world().raid = None;
    night.twitch.world().emit_for(
        BROADCASTER,
        "channel.chat.notification",
        json!({"notice_type": "unraid", "chatter_user_id": BROADCASTER, "chatter_user_name": "Mobile_Mia", "system_message": ""}),
    );
    // Told by chat, or by the cell from which it vanishes, whichever the room sees first.
    night.raid("rest", |view| view.stage == Stage::Idle).await;
    night.ended("raid to TrailRunner").await;
    night.cell("no raid", |twitch| twitch.raid.is_none()).await;
    assert_eq!(night.stops(), 0);
    night.app.stop().await;
}

/// What the raid page shows.
async fn page(visitor: &Visitor, what: &str, wanted: impl Fn(&serde_json::Value) -> bool) {
    visitor.live(what, |live| wanted(&live["raid"])).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn killed_at_any_stage_the_show_ends_once_and_only_after_its_raid() {
    let obs = FakeObs::start(0, Script::default()).await.expect("a free port");
    let twitch = FakeTwitch::start(0).await.expect("a free port");
    let (port, settings) = (obs.port().to_string(), twitch.settings());
    let pairs = settings.iter().map(|(key, value)| (*key, value.as_str()));
    let more = [("LOGIN_PASSWORD", PASSWORD), ("OBS_PORT", port.as_str()), ("RAID_AUTO_STOP_DELAY", "8")];
    let program = Program::new("", &pairs.chain(more).collect::<Vec<_>>());
    sign_in(&twitch, &program.data());
    obs.human_start();

    let mut process = program.start().await;
    let visitor = Visitor::signed_in(program.address, PASSWORD).await;
    visitor.live("on air", |live| !live["obs"]["live_since"].is_null() && live["raid"]["word"] == "No raid").await;
    let heard = comes_true(LIMIT, async || visitor.get("/api/sg_status").await.json()["raid_subscribed"] == true);
    assert!(heard.await, "EventSub");
    let begun = visitor.post("/api/v1/twitch/raid", json!({"channel": "trailrunner"})).await;
    assert_eq!(begun.status, 200, "{}", begun.text());
    page(&visitor, "Twitch's countdown", |raid| raid["word"] == "Raid under way").await;
    process.kill();

    let mut process = program.start().await;
    page(&visitor, "the countdown again", |raid| raid["word"] == "Raid under way").await;
    let heard = comes_true(LIMIT, async || visitor.get("/api/sg_status").await.json()["raid_subscribed"] == true);
    assert!(heard.await, "EventSub");
    twitch.world().send_raid(87);
    page(&visitor, "the stop's countdown", |raid| raid["word"] == "Raid is out").await;
    process.kill();
    assert_eq!(obs.count("StopStream"), 0);

    // As often as it is asked before it is killed.
    obs.set(|script| script.refuse_stops = 1000);
    let mut process = program.start().await;
    obs.until_heard("StopStream", 1).await;
    process.kill();
    assert!(obs.is_streaming(), "OBS refused");
    obs.set(|script| script.refuse_stops = 0);
    let refused = obs.count("StopStream");

    let _process = program.start().await;
    page(&visitor, "the end", |raid| {
        raid["ended"].as_str().is_some_and(|text| text.contains("has ended after the raid"))
    })
    .await;
    assert_eq!((obs.count("StopStream"), obs.is_streaming()), (refused + 1, false));
    obs.human_start();
    visitor.live("the next show", |live| !live["obs"]["live_since"].is_null()).await;
    page(&visitor, "rest", |raid| raid["word"] == "No raid").await;
    assert_eq!((obs.count("StopStream"), obs.is_streaming()), (refused + 1, true));
}
