//! The watching room with several feeds: nobody waits for another, settings touch only whom they
//! concern, nudges, and orders to servers.

use super::ingest::{PATIENT, Watched, fake, settings};
use crate::support::real::nginx::RealNginx;
use crate::support::real::publisher::Publisher as Encoder;
use crate::support::scripted::{Say, Scripted, fine};
use std::time::Duration;
use stream_control::config::Feed as Settings;
use stream_control::demo::fake_ingest::{FakeIngest, Manners, Mode, Shape};
use stream_control::domain::command::{IngestOrder, Order, Outcome};
use stream_control::domain::ids::FeedId;
use stream_control::domain::people::Origin;
use stream_control::domain::server::Server;
use stream_control::domain::signal::{Feed, Feeds, Pace, Paces, Publisher, Reach};
use stream_control::kit::secret::Secret;
use stream_control::kit::units::{Kbps, Millis};

fn named(id: &str, url: Option<url::Url>) -> Settings {
    Settings { id: id.into(), name: id.to_uppercase(), ..settings(url, None, PATIENT) }
}

async fn healthy(shape: Shape) -> FakeIngest {
    fake(shape, Mode::Healthy(Kbps(2500.0))).await
}

fn seen<'a>(feeds: &'a Feeds, id: &str) -> &'a Feed {
    feeds.get(&id.into()).expect("the feed is listed")
}

fn reach(feeds: &Feeds, id: &str) -> Option<Reach> {
    seen(feeds, id).sample.as_ref().map(|sample| sample.reach.clone())
}

#[tokio::test]
async fn a_server_that_hangs_delays_no_other_feed() {
    let (hanging, good) = (healthy(Shape::Sls).await, healthy(Shape::Nginx).await);
    hanging.behave(Manners::Hang);
    let stuck = Settings { timeout: Millis(3_600_000), ..named("cam", Some(hanging.url())) };
    let feeds = vec![stuck, named("phone", Some(good.url())), named("spare", None)];
    let mut room = Watched::over(feeds, Paces::default().with(&"phone".into(), Pace::Quick));
    room.until(|feeds| feeds.list.len() == 3 && seen(feeds, "phone").polls >= 5).await;
    room.until(|feeds| reach(feeds, "spare") == Some(Reach::NotSetUp)).await;
    room.feeds.with(|feeds| {
        assert_eq!(reach(feeds, "phone"), Some(Reach::Ok));
        assert_eq!((seen(feeds, "cam").polls, reach(feeds, "cam")), (0, None), "still waiting");
        assert_eq!(seen(feeds, "phone").server, Some(Server::Nginx));
    });
}

#[tokio::test]
async fn each_feed_has_its_own_pace() {
    let (calm, quick) = (healthy(Shape::Sls).await, healthy(Shape::Sls).await);
    let feeds = vec![named("a", Some(calm.url())), named("b", Some(quick.url()))];
    let mut room = Watched::over(feeds, Paces::default().with(&"b".into(), Pace::Quick));
    room.until(|feeds| feeds.list.len() == 2 && seen(feeds, "b").polls >= 9).await;
    let slow = room.feeds.with(|feeds| seen(feeds, "a").polls);
    assert!((1..=5).contains(&slow), "9 polls of the one in 2 s, {slow} of the other");
}

#[tokio::test]
async fn new_settings_touch_only_the_feeds_that_they_concern() {
    let (stays, changes) = (healthy(Shape::Sls).await, healthy(Shape::Sls).await);
    let feeds = vec![named("a", Some(stays.url())), named("b", Some(changes.url()))];
    let mut room = Watched::over(feeds, Paces::default());
    room.until(|feeds| feeds.list.len() == 2 && seen(feeds, "a").polls >= 2 && seen(feeds, "b").polls >= 2).await;
    let before = room.feeds.with(|feeds| seen(feeds, "b").polls);

    room.config.edit(|config| {
        config.feeds.insert(0, named("new", Some(changes.url())));
        config.feeds[2].publisher = Some("feed1".to_owned());
    });
    room.until(|feeds| feeds.list.len() == 3 && seen(feeds, "b").polls > before && seen(feeds, "a").polls >= 4).await;
    room.feeds.with(|feeds| {
        let order: Vec<&str> = feeds.list.iter().map(|(id, _)| id.as_str()).collect();
        assert_eq!(order, ["new", "a", "b"]);
    });
    assert_eq!(stays.connections(), 2, "one until the server was recognised, one for good: never begun anew");

    room.config.edit(|config| config.feeds.truncate(1));
    room.until(|feeds| feeds.list.len() == 1).await;
    assert!(!room.door.nudge(&"a".into()), "nobody by that name any more");
}

#[tokio::test]
async fn lines_about_one_of_several_feeds_begin_with_its_name() {
    let fake = healthy(Shape::Sls).await;
    let mut room = Watched::over(vec![named("a", Some(fake.url())), named("b", None)], Paces::default());
    room.until(|feeds| feeds.list.iter().all(|(_, feed)| feed.polls > 0) && feeds.list.len() == 2).await;
    let mut told = room.told();
    told.sort();
    assert_eq!(
        told,
        [
            "A: Connected to the ingest: publish/live/fe…d1.",
            "A: The ingest statistics can be read: SRT Live Server answers.",
            "B: No ingest is set up (its url is empty).",
        ]
    );
}

#[tokio::test]
async fn a_nudge_has_a_feed_polled_before_its_time() {
    let fake = healthy(Shape::Nginx).await;
    let mut room = Watched::over(vec![named("a", Some(fake.url()))], Paces::default());
    room.until(|feeds| feeds.first().is_some_and(|feed| feed.polls == 1)).await;
    fake.set(Mode::Gone);
    for polls in 2..=6 {
        assert!(room.door.nudge(&"a".into()));
        room.until(|feeds| seen(feeds, "a").polls == polls).await;
    }
    let gaps: Vec<u64> = fake.asked().windows(2).map(|pair| pair[1].at.since(pair[0].at).0).collect();
    assert!(gaps.iter().any(|gap| *gap < 900), "sooner than the second that was left: {gaps:?}");
    assert!(gaps.iter().sum::<u64>() >= 750, "not all in one breath: {gaps:?}");
    room.feeds.with(|feeds| {
        assert_eq!(seen(feeds, "a").sample.as_ref().map(|sample| sample.publisher), Some(Publisher::Absent));
    });
}

async fn ordered(room: &Watched, id: &str) -> Outcome {
    let order = Order::Ingest(IngestOrder::DropPublisher { feed: id.into() });
    room.desk.give(Origin::Automation("repair"), order).await
}

#[tokio::test]
async fn the_answers_of_nginx_control_are_put_into_words() {
    let table: &[(u16, &str, Result<&str, &str>)] = &[
        (200, "1", Ok("The publisher of 'PHONE' was dropped; the encoder can come back.")),
        (200, "2\n", Ok("was dropped")),
        (200, "0", Err("nginx dropped nobody for 'PHONE'. After a reload the old worker still holds")),
        (200, "<html>", Err("no number of dropped connections")),
        (404, "", Err("nothing is at its control_url (HTTP 404)")),
        (403, "", Err("its control_url wants a login (HTTP 403)")),
    ];
    for (status, body, wanted) in table {
        let scripted = Scripted::start(|_| Say::This(*status, (*body).to_owned())).await;
        let feed = Settings {
            kind: Some(Server::Nginx),
            publisher: Some("publish/feed 1".to_owned()),
            control: Some(Secret::new(scripted.url("/control"))),
            ..named("phone", None)
        };
        let room = Watched::over(vec![feed], Paces::default());
        match (ordered(&room, "phone").await, wanted) {
            (Outcome::Done(text), Ok(part)) | (Outcome::Failed(text), Err(part)) => {
                assert!(text.contains(part), "{text}");
            }
            (outcome, wanted) => panic!("{outcome:?}, not {wanted:?}"),
        }
        assert_eq!(scripted.lines(), ["GET /control/drop/publisher?app=publish&name=feed%201"]);
    }
}

#[tokio::test]
async fn an_order_that_nobody_can_carry_out_says_why() {
    let fake = healthy(Shape::Sls).await;
    let mut room = Watched::over(vec![named("phone", Some(fake.url())), named("bare", None)], Paces::default());
    room.until(|feeds| feeds.list.len() == 2 && seen(feeds, "phone").polls > 0).await;
    let table = [
        ("other", "There is no feed 'other'."),
        ("phone", "'PHONE' is served by SRT Live Server, and only nginx-rtmp can be told to drop a publisher."),
        ("bare", "'BARE' has no control_url: put nginx's rtmp_control location there to drop publishers."),
    ];
    for (id, wanted) in table {
        assert_eq!(ordered(&room, id).await, Outcome::Failed(wanted.to_owned()));
    }
}

#[tokio::test]
async fn an_order_to_a_silent_server_holds_up_no_poll() {
    let (good, silent) = (healthy(Shape::Nginx).await, Scripted::start(|_| Say::Nothing).await);
    let feed = Settings { control: Some(Secret::new(silent.url("/c"))), ..named("phone", Some(good.url())) };
    let mut room = Watched::over(vec![feed], Paces::default().with(&"phone".into(), Pace::Quick));
    room.until(|feeds| feeds.first().is_some_and(|feed| feed.polls > 0)).await;
    let before = room.feeds.with(|feeds| seen(feeds, "phone").polls);
    let outcome = ordered(&room, "phone").await;
    assert!(matches!(outcome, Outcome::TimedOut(_)), "{outcome:?}");
    assert!(room.feeds.with(|feeds| seen(feeds, "phone").polls) > before + 4);
}

/// A ghost: connected and silent, and nginx refuses another with the same key. Dropping it makes room.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_ghost_is_thrown_out_of_the_real_nginx_and_the_encoder_comes_back() {
    let nginx = RealNginx::start().await;
    let address = |page: &str| nginx.stats_url().replace("/stat", page).parse::<url::Url>().expect("an address");
    let ghost = Encoder::start(&nginx.publish_url("feed1"), 600);
    let feed = Settings { control: Some(Secret::new(address("/control"))), ..named("phone", Some(address("/stat"))) };
    let mut room = Watched::over(vec![feed], Paces::default().with(&"phone".into(), Pace::Quick));
    let present = |feeds: &Feeds, wanted| {
        feeds.first().and_then(|feed| feed.sample.as_ref()).is_some_and(|sample| sample.publisher == wanted)
    };
    room.until(|feeds| present(feeds, Publisher::Present)).await;
    ghost.stall();
    let outcome = ordered(&room, "phone").await;
    assert_eq!(outcome, Outcome::Done("The publisher of 'PHONE' was dropped; the encoder can come back.".to_owned()));
    room.until(|feeds| present(feeds, Publisher::Absent)).await;
    let _back = Encoder::start(&nginx.publish_url("feed1"), 600);
    room.until(|feeds| present(feeds, Publisher::Present)).await;
}

#[tokio::test]
async fn one_feed_alone_may_have_any_id() {
    let scripted = Scripted::start(|_| fine(r#"{"publishers":{}}"#)).await;
    let mut room = Watched::over(vec![named("only", Some(scripted.url("/stats")))], Paces::default());
    room.until(|feeds| feeds.first().is_some_and(|feed| feed.polls > 0)).await;
    assert_eq!(room.feeds.with(|feeds| feeds.list[0].0.clone()), FeedId::from("only"));
    let told = tokio::time::timeout(Duration::from_secs(60), async { room.told() }).await.expect("told");
    assert_eq!(told[1], "Nobody is connected to the ingest.", "without its name");
}
