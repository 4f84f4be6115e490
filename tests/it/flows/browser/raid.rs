//! The raid page and the bar about a raid that is out.

use super::{DOWN, Person, UP, looks};
use crate::support::show::Show;
use fantoccini::actions::PointerAction;
use serde_json::json;
use std::time::Duration;
use stream_control::demo::fake_ingest::Shape;
use stream_control::demo::fake_twitch::{BROADCASTER, CLIENT_ID, FRIEND, FakeTwitch};
use stream_control::domain::chat::Identity;
use stream_control::domain::event::Fact;
use stream_control::domain::twitch_features;
use stream_control::kit::clock;
use stream_control::kit::secret::Secret;
use stream_control::store::raids::RaidTarget;
use stream_control::store::tokens::{Pair, TokenFile};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_raid_is_seen_cancelled_and_stopped_after() {
    let show = Show::on_air(Shape::Sls, &[("RAID_AUTO_STOP_DELAY", "300")]).await;
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
    person.reads("#rule", "the stream stops after 5 min 0 s").await;
    person.reads("#history", "Raided TrailRunner").await;
    person.press("#raid-cancel").await;
    person.reads("#ended", "was cancelled").await;
    person.browser.until("document.querySelector('#raid').hidden").await;
    assert!(show.obs.is_streaming());

    raided("9002", "Seawatcher");
    person.browser.until("!document.querySelector('#raid-stop').hidden").await;
    person.mouse("#raid-stop", [DOWN, PointerAction::Pause { duration: Duration::from_millis(1500) }, UP]).await;
    person.reads("#ended", "The stream has ended after the raid to Seawatcher").await;
    assert!(!show.obs.is_streaming());
    person.no_complaints(&[]).await;
    show.app.stop().await;
}
