//! The pages of switching and feeds in a real browser: what is chosen, previewed, saved and in force.

use super::browser::Person;
use crate::support::show::Show;
use serde_json::json;
use stream_control::config::Config;
use stream_control::demo::fake_ingest::Shape;

/// What the settings in force say.
fn in_force<T>(show: &Show, look: impl FnOnce(&Config) -> T) -> T {
    show.app.ctx.cells.config.with(look)
}

/// Presses Save and waits for the answer's page.
async fn save(person: &Person, button: &str) {
    person.browser.run("window.sent = true").await;
    person.press(button).await;
    person.browser.until("!window.sent && document.readyState === 'complete'").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_preset_is_previewed_saved_and_overridden_without_a_restart() {
    let show = Show::on_air(Shape::Sls, &[]).await;
    let person = Person::at(show.app.url("")).await;
    person.sign_in().await;
    person.open("/settings").await;
    person.press(".ways a[href='/settings/switching']").await;
    person.browser.until("location.pathname === '/settings/switching'").await;

    person.press("input[value=fast]").await;
    let preview = "document.querySelector('#MIN_STAY_SEC')";
    person.browser.until(&format!("{preview}.placeholder === '1.2'")).await;
    person
        .browser
        .until("document.querySelector('#part-3').textContent.includes('Fast gives 1.2 seconds, once saved.')")
        .await;
    assert_eq!(in_force(&show, |config| config.rules.dwell.0), 2000, "nothing is saved yet");
    save(&person, ".save-bar button").await;
    person.reads(".saved", "Saved, and in force now.").await;
    person.browser.until("document.querySelector('input[value=fast]').checked").await;
    assert_eq!(in_force(&show, |config| (config.rules.dwell.0, config.rules.low.0)), (1200, 1000.0));

    person.press("#part-1 summary").await;
    person.fill("#BITRATE_LOW_KBPS", "1500").await;
    save(&person, ".save-bar button").await;
    person.reads("#part-1", "In force: 1500 kbit/s, set in the page.").await;
    person.reads("#part-1", "In force: 1950 kbit/s, from the preset 'fast'.").await;
    person.reads("main", "One value below is set by hand.").await;
    person.browser.run("document.querySelector('#BITRATE_LOW_KBPS').value = ''").await;
    save(&person, ".save-bar button").await;
    person.reads(".saved", "Saved").await;
    assert_eq!(in_force(&show, |config| config.rules.low.0), 1000.0, "an emptied field follows the preset");
    person.reads("#test-chip", "No test").await;
    person.browser.until("document.querySelector('#test-state').innerText.length > 5").await;
    person.no_complaints(&[]).await;
    show.app.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn feeds_are_seen_edited_added_found_and_removed() {
    let show = Show::on_air(Shape::Sls, &[]).await;
    let person = Person::at(show.app.url("")).await;
    person.sign_in().await;
    person.open("/settings/feeds").await;
    person.reads("[data-feed=main] [data-part=chip]", "Good").await;
    person.reads("[data-feed=main] [data-part=rate]", "2.5 Mbit/s").await;

    person.press("[data-feed=main] .button").await;
    person.fill("#name", "Phone").await;
    save(&person, ".save-bar button").await;
    person.reads("[data-feed=main] h2", "Phone").await;
    assert_eq!(in_force(&show, |config| config.feeds[0].name.clone()), "Phone");
    assert!(in_force(&show, |config| config.feeds[0].url.is_some()), "its address came along");

    // What a search finds; the server's own search has its own tests.
    let found = json!({"found": [{"server": "nginx", "url": "http://127.0.0.1:9/stat?key=secret", "note": "",
        "publishers": [{"name": "publish/cam", "kbps": 1234.4}]}], "tried": 12});
    person.browser.run(&format!("window.fetch = async () => new Response(JSON.stringify({found}))")).await;
    person.press("#probe-button").await;
    person.reads("#probe-note", "Tap the one that is yours. 12 addresses were tried.").await;
    person.reads("#found", "1234 kbit/s").await;
    save(&person, "#found button").await;
    person.reads("h1", "New feed").await;
    person.browser.until("document.querySelector('#publisher').value === 'publish/cam'").await;
    assert_eq!(person.browser.run("return location.search").await, "", "no key in the address");
    person.browser.run("document.querySelector('#name').value = 'Second camera'").await;
    person.browser.run("document.querySelector('#priority').closest('details').open = true").await;
    person.browser.run("document.querySelector('#priority').value = 'many'").await;
    save(&person, ".save-bar button").await;
    person.reads("#priority-error", "Priority is 'many'. Allowed: a whole number").await;
    person.browser.run("document.querySelector('#priority').value = '2'").await;
    save(&person, ".save-bar button").await;
    person.reads("[data-feed=second-camera]", "nginx-rtmp. Priority 2.").await;
    assert_eq!(in_force(&show, |config| config.lineup.members[1].priority), 2);

    person.press("#together select").await;
    person.browser.run("document.querySelector('#camera-0').value = 'LIVE'").await;
    person
        .browser
        .run("document.querySelectorAll('#together input[type=checkbox]').forEach((box) => box.click())")
        .await;
    save(&person, "#together button").await;
    assert_eq!(in_force(&show, |config| config.lineup.cameras.len()), 1);

    person.press("[data-feed=second-camera] summary").await;
    person.reads("[data-feed=second-camera] .ask", "One scene of several feeds will no longer be shown.").await;
    save(&person, "[data-feed=second-camera] .ask button").await;
    person.browser.until("!document.querySelector('[data-feed=second-camera]')").await;
    assert_eq!(in_force(&show, |config| (config.feeds.len(), config.lineup.cameras.len())), (1, 0));
    person.no_complaints(&["status of 422"]).await;
    show.app.stop().await;
}
