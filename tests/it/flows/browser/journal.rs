//! The journal page: a day drawn, zoomed, read, filtered, taken away.

use super::{DOWN, Person, UP, looks};
use crate::support::past::past;
use crate::support::show::Show;
use fantoccini::actions::PointerAction;
use serde_json::json;
use stream_control::demo::fake_ingest::Shape;
use stream_control::kit::clock;
use stream_control::kit::units::UnixMs;
use stream_control::store::Store;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_journal_page_draws_a_day_zooms_filters_and_hands_it_out() {
    let show = Show::on_air(Shape::Sls, &[]).await;
    let store = Store::open(show.app.folder()).await.expect("the same database");
    past(&store, UnixMs(clock::unix().0 - 120_000), 24 * 3600, &["main", "cam2"]).await;
    let person = Person::at(show.app.url("")).await;
    person.sign_in().await;
    person.open("/journal").await;
    person.reads("#standing", "All is well").await;
    let width = async || person.browser.run("return Number(document.querySelector('#timeline').dataset.width)").await;
    for (width, theme) in [(1280, "dark"), (360, "light")] {
        person.browser.resize(width, 800).await;
        person.browser.run(&format!("document.documentElement.dataset.theme = '{theme}'")).await;
        person.browser.until("document.querySelector('#plot-kbps').dataset.drawn").await;
        // Blue of the curve, green and amber of the scenes: what a day with sags looks like.
        let ink = format!("(({{curve, live, low}}) => curve > 200 && live > 200 && low > 20)({INK})");
        person.browser.until(&ink).await;
        looks(&person, "/journal").await;
        person.browser.run(&format!("document.documentElement.dataset.theme = '{theme}'")).await;
        assert_eq!(person.faults("small").await, json!([]), "sizes on /journal at {width}");
    }
    person.browser.resize(1280, 800).await;
    person.reads("#feed-legend", "cam2").await;

    person.press("[data-span='3600000']").await;
    person.browser.until("document.querySelector('#timeline').dataset.width === '3600000'").await;
    person.browser.until("document.querySelector('#timeline').dataset.step < 15001").await;
    person.press("[data-zoom='0.5']").await;
    person.browser.until("document.querySelector('#timeline').dataset.width === '1800000'").await;
    let to = |x: f64| PointerAction::MoveBy { duration: None, x, y: 0.0 };
    person.mouse("#plot-kbps .u-over", [DOWN, to(100.0), to(100.0), UP]).await;
    person.browser.until("document.querySelector('#timeline').dataset.width < 600000").await;
    assert!(width().await.as_f64().expect("a number") >= 60_000.0);
    person.mouse("#plot-kbps .u-over", [to(20.0)]).await;
    person.reads("#readout-line", "Mbit/s").await;
    person.press("[data-curve=rtt]").await;
    person
        .browser
        .until("document.querySelector('#plot-rtt').dataset.drawn && document.querySelector('#plot-rtt canvas')")
        .await;
    person.press("#to-now").await;
    person.browser.until("document.querySelector('#to-now').getAttribute('aria-pressed') === 'true'").await;

    person.press("[data-topic=decision]").await;
    person
        .browser
        .until("[...document.querySelectorAll('#journal .line-text')].every((one) => one.innerText.includes('→'))")
        .await;
    person.fill("#q", "LIVE → LOW").await;
    person
        .browser
        .until("[...document.querySelectorAll('#journal .line-text')].every((one) => one.innerText.includes('→ LOW'))")
        .await;
    person.press("#journal details summary").await;
    person.reads("#journal details[open] .numbers", "62 ms").await;
    let csv = person.browser.run("return document.querySelector('#lines-csv').getAttribute('href')").await;
    let csv = show.page.get(csv.as_str().expect("an address")).await.body;
    assert_eq!(csv.lines().count(), 48, "the head and 47 decisions: {csv}");
    person.no_complaints(&[]).await;
    store.close().await;
    show.app.stop().await;
}

/// Counts the pixels of the bitrate's chart by what they show.
const INK: &str = "(() => { \
    const canvas = document.querySelector('#plot-kbps canvas'); \
    const all = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height).data; \
    const found = { curve: 0, live: 0, low: 0 }; \
    for (let at = 0; at < all.length; at += 4) { \
        const [r, g, b, a] = all.slice(at, at + 4); \
        if (a > 40 && b > r + 40 && b > g + 20) found.curve += 1; \
        if (a > 40 && g > r + 40 && g > b + 20) found.live += 1; \
        if (a > 40 && r > b + 60 && g > b + 30) found.low += 1; \
    } return found; })()";
