//! The Twitch page from the first visit to a bot that is signed in, with the fake Twitch's own pages.

use super::{Person, looks};
use crate::support::app::App;
use crate::support::show::PASSWORD;
use stream_control::demo::fake_twitch::{BROADCASTER, CLIENT_ID, FakeTwitch};

/// On a phone and on a desk, in both themes.
async fn looks_everywhere(person: &Person, page: &str) {
    for width in [1280, 360] {
        person.browser.resize(width, 800).await;
        looks(person, page).await;
    }
    person.browser.resize(1280, 1000).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn from_no_application_to_two_accounts() {
    let twitch = FakeTwitch::start(0).await.expect("a free port");
    twitch.world().manners.device_interval = 1;
    let settings = twitch.settings();
    let settings: Vec<(&str, &str)> = settings
        .iter()
        .map(|(key, value)| (*key, value.as_str()))
        .filter(|(key, _)| *key != "TWITCH_CLIENT_ID")
        .chain([("LOGIN_PASSWORD", PASSWORD), ("TWITCH_BOT", "true")])
        .collect();
    let app = App::start(&settings).await;
    let person = Person::at(app.url("")).await;
    person.sign_in().await;

    person.open("/twitch").await;
    person.browser.until("document.querySelectorAll('.steps li').length === 4").await;
    looks_everywhere(&person, "/twitch without an application").await;
    person.fill("#first-id", CLIENT_ID).await;
    person.press("form[action='/twitch'] button[type=submit]").await;
    person.reads("[data-account=broadcaster] .chip", "Not signed in").await;
    looks_everywhere(&person, "/twitch without accounts").await;

    // By the link, in the browser itself.
    person.press("[data-account=broadcaster] form[action*=sign_in] button").await;
    person.browser.until("document.querySelector('.qr')?.naturalWidth > 100").await;
    person.browser.until("/^(29|30):[0-5][0-9]$/.test(document.querySelector('[data-until]').innerText)").await;
    looks_everywhere(&person, "/twitch with a code").await;
    let link = person.browser.run("return document.querySelector('.code-box a').href").await;
    let code = person.browser.run("return document.querySelector('.user-code').innerText").await;
    person.client().goto(link.as_str().expect("a link")).await.expect("the fake's page");
    assert_eq!(person.browser.run("return document.querySelector('input').value").await, code);
    person.press("button[value='40112233']").await;
    // A page that is still on its way would take the place of the next one.
    person.reads("body", "Done.").await;
    person.open("/twitch").await;
    person.reads("[data-account=broadcaster]", "Signed in as mobile_mia").await;
    person.reads(".parts .chip", "Rights given").await;

    // Elsewhere, while the page stays open and notices: first the wrong account, then a refusal.
    person.press("[data-account=bot] form[action*=sign_in] button").await;
    person.reads("[data-account=bot]", "as the bot (a private window").await;
    twitch.world().approve_device(BROADCASTER);
    person.reads("[data-account=bot]", "This is the channel's own account").await;
    looks_everywhere(&person, "/twitch with one account twice").await;
    person.press("[data-account=bot] form[action*=sign_in] button").await;
    person.browser.until("document.querySelector('[data-account=bot] .user-code')").await;
    twitch.world().deny_device();
    person.reads("[data-account=bot] .refused", "refused on Twitch's page").await;
    looks_everywhere(&person, "/twitch after a refusal").await;

    person.press("[data-account=bot] summary").await;
    person.press("[data-account=bot] form[action*=sign_out] button").await;
    person.reads("[data-account=bot] .chip", "Not signed in").await;
    // The fake has no icon.
    person.no_complaints(&["favicon.ico"]).await;
    app.stop().await;
}
