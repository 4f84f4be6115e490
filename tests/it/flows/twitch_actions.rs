//! What Twitch is asked to do, over the wire: each order with its answer, and every way in which Twitch
//! can say no.

use crate::support::app::{App, owner};
use std::time::Duration;
use stream_control::demo::fake_twitch::{BOT, BROADCASTER, CLIENT_ID, FRIEND, FakeTwitch, Fault, User};
use stream_control::domain::chat::Identity;
use stream_control::domain::command::{Order, Outcome, TwitchOrder};
use stream_control::domain::event::Fact;
use stream_control::domain::people::Origin;
use stream_control::domain::twitch::{Live, SignIn, Twitch};
use stream_control::domain::twitch_features;
use stream_control::kit::secret::Secret;
use stream_control::kit::units::UnixMs;
use stream_control::store::tokens::{Pair, TokenFile};
use tempfile::TempDir;

struct Stage {
    twitch: FakeTwitch,
    app: App,
}

impl Stage {
    /// Signed in with every right, and with the bot.
    async fn set() -> Self {
        Self::with(&twitch_features::scopes(&[], Identity::Broadcaster)).await
    }

    async fn with(scopes: &[&str]) -> Self {
        let twitch = FakeTwitch::start(0).await.expect("a free port");
        let folder = TempDir::new().expect("a folder");
        let file = TokenFile::new(folder.path().join("twitch_tokens.json"));
        let bot = twitch_features::scopes(&[], Identity::Bot);
        for (identity, id, scopes) in [(Identity::Broadcaster, BROADCASTER, scopes), (Identity::Bot, BOT, &bot)] {
            let (access, refresh) = twitch.world().grant(CLIENT_ID, id, scopes);
            let pair = Pair { access: Secret::new(access), refresh: Secret::new(refresh) };
            file.write(identity, &pair).expect("a token file");
        }
        let settings = twitch.settings();
        let settings: Vec<(&str, &str)> =
            settings.iter().map(|(key, value)| (*key, value.as_str())).chain([("TWITCH_BOT", "true")]).collect();
        let app = App::start_in(folder, &settings).await;
        let stage = Self { twitch, app };
        stage
            .until("both sign-ins and a first look", |twitch| {
                let linked = |who| matches!(twitch.sign_in.get(who), Some(SignIn::Linked { .. }));
                linked(&Identity::Broadcaster)
                    && linked(&Identity::Bot)
                    && twitch.channel.is_some()
                    && twitch.live.is_some()
            })
            .await;
        stage
    }

    async fn until(&self, what: &str, wanted: impl Fn(&Twitch) -> bool) {
        let mut cell = self.app.ctx.cells.twitch.clone();
        let waited = tokio::time::timeout(Duration::from_secs(60), cell.until(wanted)).await;
        if waited.is_err() {
            cell.with(|twitch| panic!("waited in vain for {what}: {twitch:?}"));
        }
    }

    async fn order(&self, order: TwitchOrder) -> Outcome {
        self.app.ctx.desk.give(owner(), Order::Twitch(order)).await
    }

    async fn done(&self, order: TwitchOrder) -> String {
        let outcome = self.order(order).await;
        assert!(outcome.is_done(), "{outcome:?}");
        outcome.text().to_owned()
    }

    async fn fails(&self, order: TwitchOrder, why: &str) {
        let outcome = self.order(order).await;
        assert!(matches!(&outcome, Outcome::Failed(text) if text.contains(why)), "{why}: {outcome:?}");
    }

    fn count(&self, method: &str, path: &str) -> usize {
        self.twitch.world().count(method, path)
    }

    fn fault(&self, path: &'static str, fault: Fault, times: u32) {
        self.twitch.world().fail(path, fault, times);
    }

    fn go_live(&self) {
        self.twitch.world().go_live(BROADCASTER, 12);
        self.app.ctx.twitch.refresh().now();
    }
}

fn title(title: &str) -> TwitchOrder {
    TwitchOrder::SetChannel { title: Some(title.to_owned()), category: None, tags: None, labels: None }
}

fn raid(channel: &str) -> TwitchOrder {
    TwitchOrder::StartRaid { channel: channel.to_owned() }
}

fn say(message: &str) -> TwitchOrder {
    TwitchOrder::Say { message: message.to_owned(), identity: None, reply_to: None }
}

fn marker() -> TwitchOrder {
    TwitchOrder::Marker { description: "here".to_owned() }
}

#[tokio::test]
async fn the_channel_is_changed_and_the_page_knows_at_once() {
    let stage = Stage::set().await;
    let told = stage
        .done(TwitchOrder::SetChannel {
            title: Some("Over the hills".to_owned()),
            category: Some("509671".to_owned()),
            tags: Some(vec!["#IRL".to_owned(), "Hiking".to_owned()]),
            labels: Some(vec!["Gambling".to_owned()]),
        })
        .await;
    assert!(told.contains("Over the hills") && told.contains("Travel & Outdoors"), "{told}");
    stage
        .until("the new channel", |twitch| {
            twitch.channel.as_ref().is_some_and(|channel| {
                channel.title == "Over the hills"
                    && channel.category.as_ref().is_some_and(|one| one.box_art.contains("104x144"))
                    && channel.tags == ["IRL", "Hiking"]
                    && channel.labels == ["Gambling"]
            })
        })
        .await;
    stage.done(title("Only the title")).await;
    stage.app.ctx.twitch.refresh().now();
    stage.until("what Twitch has", |twitch| twitch.channel.as_ref().is_some_and(|one| one.tags.len() == 2)).await;
    stage.fails(title(&"x".repeat(141)), "141").await;
    let label = Some(vec!["Unheard".to_owned()]);
    stage.fails(TwitchOrder::SetChannel { title: None, category: None, tags: None, labels: label }, "Unheard").await;
    stage.fails(TwitchOrder::SetChannel { title: None, category: None, tags: None, labels: None }, "Nothing").await;
    assert_eq!(stage.count("PATCH", "/helix/channels"), 2, "what is wrong is never sent");
}

#[tokio::test]
async fn a_raid_is_begun_taken_back_confirmed_and_remembered() {
    let stage = Stage::set().await;
    assert!(stage.done(raid("@TrailRunner")).await.contains("90 seconds"));
    stage.until("a raid", |twitch| twitch.raid.as_ref().is_some_and(|one| one.to_id == FRIEND)).await;
    stage.fails(raid(FRIEND), "already").await;
    stage.done(TwitchOrder::CancelRaid).await;
    stage.until("no raid", |twitch| twitch.raid.is_none()).await;
    stage.fails(TwitchOrder::CancelRaid, "No raid is waiting").await;
    stage.fails(raid("mobile_mia"), "this very channel").await;
    stage.fails(raid("nobody_at_all"), "knows no channel").await;
    stage.fails(raid("two words"), "letters, digits").await;
    stage.done(raid(FRIEND)).await;
    let fact =
        Fact::RaidSent { to_id: FRIEND.to_owned(), to_name: "TrailRunner".to_owned(), viewers: 87, at: UnixMs(5) };
    stage.app.ctx.bus.tell(fact);
    let sent = |twitch: &Twitch| {
        twitch.raid.as_ref().is_some_and(|raid| raid.confirmed_at == Some(UnixMs(5)) && raid.asked_at.is_some())
    };
    stage.until("a confirmed raid", sent).await;
    let raided: Vec<String> = stage.app.ctx.twitch.raided().await.into_iter().map(|one| one.name).collect();
    assert_eq!(raided, ["TrailRunner"]);
}

#[tokio::test]
async fn digits_may_be_a_name_or_an_id_and_are_refused_where_they_are_both() {
    let stage = Stage::set().await;
    let user = |id: &str, name: &str| User { id: id.to_owned(), login: name.to_lowercase(), name: name.to_owned() };
    stage.twitch.world().users.extend([user("31415", "271828"), user("27182", FRIEND)]);
    let of = async |channel: &str| {
        let begun = stage.done(raid(channel)).await;
        stage.done(TwitchOrder::CancelRaid).await;
        begun.contains("to 271828")
    };
    assert!(of("271828").await, "nobody's id, but a name");
    assert!(of("31415").await, "nobody's name, but an id");
    stage.fails(raid(FRIEND), "These digits mean two channels").await;
    assert!(stage.done(raid(&format!("id:{FRIEND}"))).await.contains("TrailRunner"));
    stage.done(TwitchOrder::CancelRaid).await;
    assert!(stage.done(raid(&format!("@{FRIEND}"))).await.contains(&format!("to {FRIEND} ")));
}

#[tokio::test]
async fn the_eleventh_raid_order_is_not_sent() {
    let stage = Stage::set().await;
    for _ in 0..10 {
        stage.fails(TwitchOrder::CancelRaid, "No raid is waiting").await;
    }
    stage.fails(TwitchOrder::CancelRaid, "again in").await;
    assert_eq!(stage.count("DELETE", "/helix/raids"), 10);
}

#[tokio::test]
async fn what_needs_a_live_channel_says_so_and_then_works() {
    let stage = Stage::set().await;
    let clip = || TwitchOrder::Clip { title: "Rain".to_owned(), seconds: Some(30.0) };
    let shout = || TwitchOrder::Shoutout { channel: "trailrunner".to_owned() };
    let ads = || TwitchOrder::RunAds { seconds: 60 };
    stage.fails(marker(), "while the channel is live").await;
    stage.fails(clip(), "not live").await;
    stage.fails(shout(), "not streaming live").await;
    stage.fails(ads(), "streaming live").await;
    stage.go_live();
    stage.until("live", |twitch| matches!(twitch.live, Some(Live::On { viewers: 12, .. }))).await;
    stage
        .until("ads before the first", |twitch| {
            twitch.ads.as_ref().is_some_and(|ads| ads.next_at.is_some() && ads.last_at.is_none() && ads.snoozes == 3)
        })
        .await;
    stage.done(marker()).await;
    assert!(stage.done(clip()).await.contains("https://clips.twitch.tv/"));
    stage.done(shout()).await;
    stage.fails(shout(), "again in").await;
    assert!(stage.done(ads()).await.contains("60 seconds"));
    for left in ["2 snoozes", "1 snooze", "0 snoozes"] {
        assert!(stage.done(TwitchOrder::SnoozeAd).await.contains(left));
    }
    stage.fails(TwitchOrder::SnoozeAd, "No snooze is left").await;
    let announce = || TwitchOrder::Announce { message: "Hello".to_owned(), colour: "blue".to_owned() };
    stage.done(announce()).await;
    stage.fails(announce(), "again in").await;
    stage.fails(TwitchOrder::RunAds { seconds: 45 }, "30, 60").await;
    assert_eq!(stage.count("POST", "/helix/chat/announcements"), 1);
}

#[tokio::test]
async fn a_clip_that_never_appears_is_not_confirmed() {
    let stage = Stage::set().await;
    stage.go_live();
    stage.twitch.world().manners.clips_lost = true;
    let outcome = stage.order(TwitchOrder::Clip { title: String::new(), seconds: None }).await;
    assert!(matches!(&outcome, Outcome::TimedOut(text) if text.contains("/edit")), "{outcome:?}");
}

#[tokio::test]
async fn chat_is_spoken_by_the_bot_or_the_channel_and_never_twice_the_same() {
    let stage = Stage::set().await;
    stage.done(say("hello")).await;
    let as_channel = TwitchOrder::Say {
        message: "hello".to_owned(),
        identity: Some(Identity::Broadcaster),
        reply_to: Some("an-id".to_owned()),
    };
    stage.done(as_channel).await;
    stage.fails(say("hello"), "again in").await;
    let senders: Vec<String> = stage.twitch.world().said.iter().map(|said| said.sender.clone()).collect();
    assert_eq!(senders, [BOT, BROADCASTER]);
    let automatic = stage.app.ctx.desk.give(Origin::Automation("commands"), Order::Twitch(say("hello"))).await;
    assert!(automatic.is_done(), "an answer may repeat itself: {automatic:?}");
    stage.fails(say(&"x".repeat(501)), "501").await;
    stage.fails(say("  "), "empty").await;
}

#[tokio::test]
async fn what_does_not_stand_in_chat_has_its_reason() {
    let stage = Stage::set().await;
    for (code, why) in [("msg_slowmode", "slow mode"), ("automod_held", "AutoMod"), ("brand_new", "Said by Twitch.")] {
        stage.twitch.world().manners.chat_dropped = Some((code, "said by Twitch"));
        stage.fails(say("the same"), why).await;
    }
    stage.twitch.world().manners.chat_dropped = None;
    stage.done(say("the same")).await;
}

#[tokio::test]
async fn a_missing_right_is_named_and_costs_no_renewal() {
    let stage = Stage::with(&["user:read:chat"]).await;
    stage.fails(raid("trailrunner"), "'channel:manage:raids' (Raids) is missing").await;
    assert_eq!(stage.count("POST", "/helix/raids"), 0);
    stage.app.stop().await;
    let stage = Stage::set().await;
    stage.fault("/helix/raids", Fault::Status(401, "Missing scope: channel:manage:raids"), 2);
    stage.fails(raid("trailrunner"), "sign in to Twitch again").await;
    assert_eq!(stage.count("POST", "/oauth2/token"), 0);
}

#[tokio::test]
async fn every_answer_has_its_words() {
    let stage = Stage::set().await;
    stage.go_live();
    let path = "/helix/streams/markers";
    for (fault, why) in [
        (Fault::Status(403, "You may not."), "You may not."),
        (Fault::Status(409, "Too often."), "Too often."),
        (Fault::Status(422, "Too large."), "Too large."),
        (Fault::Html(400), "HTTP 400"),
        (Fault::RateLimited(50), "again in"),
    ] {
        stage.fault(path, fault, 1);
        stage.fails(marker(), why).await;
    }
    for fault in [Fault::Html(502), Fault::Status(500, "x"), Fault::Garbage, Fault::LostReply] {
        stage.fault(path, fault.clone(), 1);
        let outcome = stage.order(marker()).await;
        assert!(matches!(&outcome, Outcome::TimedOut(text) if text.contains("look before")), "{fault:?}: {outcome:?}");
    }
    assert_eq!(stage.count("POST", path), 9, "an order is never sent twice");
}

#[tokio::test]
async fn trouble_at_helix_is_shown_with_its_beginning_and_ends() {
    let stage = Stage::set().await;
    stage.fault("/helix/streams", Fault::Html(503), 3);
    stage.app.ctx.twitch.refresh().now();
    stage.until("trouble", |twitch| twitch.helix_trouble.is_some()).await;
    stage.app.ctx.twitch.refresh().now();
    stage.until("no trouble", |twitch| twitch.helix_trouble.is_none()).await;
    stage.until("a rate", |twitch| twitch.rate.is_some_and(|rate| rate.limit == 800)).await;
}

#[tokio::test]
async fn searches_are_ranked() {
    let stage = Stage::set().await;
    let found = stage.app.ctx.twitch.categories("i").await.expect("an answer");
    assert_eq!(found.first().map(|one| one.name.as_str()), Some("IRL"));
    assert!(found.iter().all(|one| !one.box_art.contains('{')));
    let found = stage.app.ctx.twitch.channels("trail").await.expect("an answer");
    assert_eq!(found.first().map(|one| one.id.as_str()), Some(FRIEND));
    assert!(stage.app.ctx.twitch.labels().await.expect("an answer").len() > 2);
    assert_eq!(stage.app.ctx.twitch.categories("  ").await, Ok(Vec::new()));
}
