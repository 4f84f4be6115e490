//! The raid page and the bar about a raid that is out.

use super::{DOWN, Person, UP, looks};
use crate::support::app::App;
use crate::support::show::{PASSWORD, Show};
use fantoccini::key::Key;
use std::time::Duration;
use stream_control::demo::fake_ingest::Shape;
use stream_control::demo::fake_twitch::{BROADCASTER, CLIENT_ID, FRIEND, FakeTwitch};
use stream_control::domain::chat::Identity;
use stream_control::domain::event::Fact;
use stream_control::domain::twitch::SignIn;
use stream_control::domain::twitch_features;
use stream_control::kit::clock;
use stream_control::kit::secret::Secret;
use stream_control::store::tokens::{Pair, TokenFile};
use tempfile::TempDir;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_raid_is_seen_cancelled_and_stopped_after() {
    let show = Show::on_air(Shape::Sls, &[("RAID_AUTO_STOP_DELAY", "3600")]).await;
    let raided = |id: &str, name: &str| {
        let (to_id, to_name) = (id.to_owned(), name.to_owned());
        show.app.ctx.bus.tell(Fact::RaidSent { to_id, to_name, viewers: 87, at: clock::unix() });
    };
    let person = Person::at(show.app.url("")).await;
    person.sign_in().await;
    raided("9001", "TrailRunner");
    for path in ["/", "/raid"] {
        person.open(path).await;
        for (width, theme) in [(1280, "dark"), (360, "light")] {
            person.browser.resize(width, 800).await;
            person.browser.run(&format!("document.documentElement.dataset.theme = '{theme}'")).await;
            person.reads("#raid", "Raided TrailRunner with 87 viewers").await;
            person.reads("#raid-count", "The stream stops in ").await;
            looks(&person, path).await;
        }
    }
    person.reads("#rule", "the stream stops after 1 h 0 min").await;
    person.reads("#history", "Raided TrailRunner").await;
    person.press("#raid-cancel").await;
    person.reads("#ended", "was cancelled").await;
    person.browser.until("document.querySelector('#raid').hidden").await;
    assert!(show.obs.is_streaming());

    raided("9002", "Seawatcher");
    person.browser.until("document.querySelector('#raid-stop').checkVisibility()").await;
    // Held until it is done: on a busy machine the page may hear of both ends of a short press at once.
    person.mouse("#raid-stop", [DOWN]).await;
    person.reads("#ended", "The stream has ended after the raid to Seawatcher").await;
    person.mouse("main", [UP]).await;
    assert!(!show.obs.is_streaming());
    person.no_complaints(&[]).await;
    show.app.stop().await;
}

/// A daemon whose channel is signed in.
async fn signed_in(twitch: &FakeTwitch) -> App {
    let folder = TempDir::new().expect("a folder");
    let scopes = twitch_features::scopes(&[], Identity::Broadcaster);
    let (access, refresh) = twitch.world().grant(CLIENT_ID, BROADCASTER, &scopes);
    let pair = Pair { access: Secret::new(access), refresh: Secret::new(refresh) };
    let file = TokenFile::new(folder.path().join("twitch_tokens.json"));
    file.write(Identity::Broadcaster, &pair).expect("a token file");
    let settings = twitch.settings();
    let all = settings.iter().map(|(key, value)| (*key, value.as_str())).chain([("LOGIN_PASSWORD", PASSWORD)]);
    let app = App::start_in(folder, &all.collect::<Vec<_>>()).await;
    let linked = |state: Option<&SignIn>| matches!(state, Some(SignIn::Linked { .. }));
    let mut cell = app.ctx.cells.twitch.clone();
    let waited = cell.until(|twitch| linked(twitch.sign_in.get(&Identity::Broadcaster)));
    tokio::time::timeout(Duration::from_secs(60), waited).await.expect("a sign-in");
    app
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_channel_is_found_and_raided_by_keys_alone_and_stands_in_the_list_then() {
    let twitch = FakeTwitch::start(0).await.expect("a free port");
    twitch.world().go_live(FRIEND, 7);
    let app = signed_in(&twitch).await;
    let person = Person::at(app.url("")).await;
    person.sign_in().await;
    person.open("/raid").await;
    let key = |key: Key| String::from(char::from(key));
    person.fill("#q", "e").await;
    person.reads("#found", "Viewer_One").await;
    person.reads("#found", "TrailRunner").await;
    let own = "!document.querySelector('#found').innerText.includes('Mobile_Mia')";
    person.browser.until(own).await;
    person.fill("#q", &key(Key::Down)).await;
    person.browser.until("document.querySelectorAll('#found [aria-selected=true]').length === 1").await;
    person.browser.until("document.querySelector('#q').getAttribute('aria-activedescendant') === 'found-1'").await;
    looks(&person, "/raid").await;

    person.client().find(fantoccini::Locator::Css("#q")).await.expect("the field").clear().await.expect("empty");
    person.fill("#q", "trail").await;
    person.browser.until("document.querySelectorAll('#found [role=option]').length === 1").await;
    person.fill("#q", &key(Key::Enter)).await;
    person.reads("#go", "Hold to raid TrailRunner").await;
    person.reads("#whom", "TrailRunner is live now").await;
    person.browser.until("document.activeElement.id === 'go'").await;
    person.fill("#go", &key(Key::Enter)).await;
    person.reads("#confirm-effect", "In 90 seconds Twitch sends your viewers to TrailRunner").await;
    person.press("#confirm-yes").await;
    person.reads("#raid", "Twitch is counting down to the raid to TrailRunner").await;
    person.reads("#raid-count", "The raid goes out in 1:").await;
    person.reads("#recent", "Live, 7 viewers").await;
    looks(&person, "/raid").await;

    person.press("#raid-cancel").await;
    person.reads("#ended", "was cancelled").await;
    person.browser.until("document.querySelector('#raid').hidden").await;
    assert!(twitch.world().raid.is_none());
    person.press("#takeback").await;
    person.reads("#elsewhere .note", "No raid is waiting").await;
    // The browser notes the answer 409 or 422 of the order that failed.
    person.no_complaints(&["/api/v1/raid/cancel"]).await;
    app.stop().await;
}
