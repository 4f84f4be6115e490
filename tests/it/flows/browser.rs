//! The page in a real browser: what a streamer sees, presses and hears about.

mod journal;
mod raid;
mod twitch_sign_in;

use crate::support::app::App;
use crate::support::real::browser::Browser;
use crate::support::real::ports::free_port;
use crate::support::show::{GOOD, PASSWORD, Show, WEAK, settings};
use crate::support::visitor::Visitor;
use fantoccini::actions::{InputSource, MOUSE_BUTTON_LEFT, MouseActions, PointerAction};
use fantoccini::{Client, Locator};
use serde_json::{Value, json};
use stream_control::demo::fake_ingest::{FakeIngest, Mode, Shape};
use stream_control::demo::fake_obs::{FakeObs, Script, Start};
use tempfile::TempDir;

/// What the tests ask of a page.
const RULES: &str = include_str!("browser.js");

/// Breaches of the content policy are collected on each page beside the browser's own log.
const WATCH: &str = "window.breaches = []; document.addEventListener('securitypolicyviolation', \
    (event) => breaches.push(event.violatedDirective + ' ' + event.blockedURI));";

/// One person at one browser.
pub struct Person {
    pub browser: Browser,
    pub base: String,
}

impl Person {
    /// A browser for the house at this address.
    pub async fn at(base: String) -> Self {
        Self { browser: Browser::start().await, base }
    }

    /// The browser's remote control.
    pub fn client(&self) -> &Client {
        &self.browser.client
    }

    /// Opens a page and watches what its policy blocks.
    pub async fn open(&self, path: &str) {
        self.client().goto(&format!("{}{path}", self.base)).await.expect("the page loads");
        self.browser.run(WATCH).await;
    }

    /// Signs in as the owner.
    pub async fn sign_in(&self) {
        self.open("/login").await;
        self.password(PASSWORD).await;
        self.browser.until("document.querySelector('#strip-word')").await;
    }

    /// Types a password and sends it.
    pub async fn password(&self, password: &str) {
        self.fill("#password", password).await;
        self.press("button[type=submit]").await;
    }

    /// Types into a field.
    pub async fn fill(&self, field: &str, text: &str) {
        self.client().find(Locator::Css(field)).await.expect("the field").send_keys(text).await.expect("it takes text");
    }

    /// Presses what the selector finds first.
    pub async fn press(&self, button: &str) {
        self.client().find(Locator::Css(button)).await.expect("the button").click().await.expect("it can be pressed");
    }

    /// Waits until the element's text contains this.
    pub async fn reads(&self, element: &str, text: &str) {
        let text = Value::from(text);
        self.browser.until(&format!("document.querySelector('{element}')?.innerText.includes({text})")).await;
    }

    /// Presses it and waits until it has told that the order is done, which it does for a second only.
    pub async fn press_until_done(&self, button: &str) {
        let note = format!(
            "window.looks = []; const one = document.querySelector({}); \
             new MutationObserver(() => looks.push(one.dataset.state)).observe(one, {{ attributeFilter: ['data-state'] }})",
            Value::from(button)
        );
        self.browser.run(&note).await;
        self.press(button).await;
        self.browser.until("looks.includes('done')").await;
    }

    /// Taps it, both ends at once: a mouse on a busy machine may take longer than a press that counts.
    pub async fn tap(&self, button: &str) {
        let tap = "for (const name of ['pointerdown', 'pointerup']) one.dispatchEvent(new PointerEvent(name)); \
            one.dispatchEvent(new MouseEvent('click', { detail: 1 }))";
        self.browser.run(&format!("const one = document.querySelector({}); {tap}", Value::from(button))).await;
    }

    /// Moves the mouse there and does this.
    pub async fn mouse(&self, button: &str, actions: impl IntoIterator<Item = PointerAction>) {
        let element = self.client().find(Locator::Css(button)).await.expect("the button");
        let begin = MouseActions::new("mouse".to_owned()).then(PointerAction::MoveToElement {
            element,
            duration: None,
            x: 0.0,
            y: 0.0,
        });
        let mouse = actions.into_iter().fold(begin, MouseActions::then);
        self.client().perform_actions(mouse).await.expect("the mouse moves");
    }

    /// No complaint in the browser's log but those that `expected` names.
    pub async fn no_complaints(&self, expected: &[&str]) {
        let complaints = self.browser.complaints().await;
        let odd: Vec<_> = complaints.iter().filter(|text| !expected.iter().any(|part| text.contains(part))).collect();
        assert!(odd.is_empty(), "{odd:#?}");
        assert_eq!(self.browser.run("return window.breaches ?? []").await, json!([]), "breaches of the content policy");
    }

    /// The faults that one of the rules finds.
    pub async fn faults(&self, rule: &str) -> Value {
        self.browser.run(&format!("{RULES}; return {rule}();")).await
    }
}

const DOWN: PointerAction = PointerAction::Down { button: MOUSE_BUTTON_LEFT };
const UP: PointerAction = PointerAction::Up { button: MOUSE_BUTTON_LEFT };

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn from_the_claim_to_a_show_with_a_sag() {
    let obs = FakeObs::start(0, Script::default()).await.expect("a free port");
    let ingest = FakeIngest::start(Shape::Sls).await.expect("a free port");
    ingest.set(Mode::Healthy(GOOD));
    let (port, url) = (obs.port().to_string(), ingest.url().to_string());
    let settings: Vec<_> = settings(&port, &url).into_iter().filter(|(key, _)| *key != "LOGIN_PASSWORD").collect();
    let app = App::start(&settings).await;
    let person = Person::at(app.url("")).await;

    person.open(&app.ctx.access.claim_path().expect("nobody owns it yet")).await;
    person.fill("#password", PASSWORD).await;
    person.fill("#again", PASSWORD).await;
    person.press("button[type=submit]").await;
    person.reads("#strip-scene", "LIVE").await;
    person.browser.run(WATCH).await;
    person.browser.run("window.sameDocument = true").await;
    obs.human_start();
    person.reads("#strip-word", "Good").await;
    person.reads("#strip-rate", "2.5").await;
    person.reads("#strip-air", "On air").await;
    person.reads("#failover-chip", "On").await;
    person.browser.until("document.querySelector('.spark-line').getAttribute('d').length > 10").await;

    ingest.set(Mode::Weak(WEAK));
    person.reads("#strip-word", "Low").await;
    person.reads("#strip-headline", "Low scene is on – ").await;
    person.reads("#strip-scene", "LOW").await;
    person.reads("#journal", "LIVE → LOW: ").await;
    person.reads("#alerts", "Weak signal, picture may stutter").await;
    assert_eq!(person.browser.run("return window.sameDocument").await, true, "without a reload");
    person.no_complaints(&[]).await;

    person.press(".rail button[type=submit]").await;
    person.browser.until("location.pathname === '/login'").await;
    person.sign_in().await;
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn orders_are_pressed_confirmed_held_and_asked_about() {
    let show = Show::on_air(Shape::Nginx, &[]).await;
    let person = Person::at(show.app.url("")).await;
    person.sign_in().await;
    person.browser.run(WATCH).await;

    let brb = "document.querySelector('#key-brb button')";
    person.press_until_done("#key-brb button").await;
    person.browser.until(&format!("{brb}.getAttribute('aria-pressed') === 'true'")).await;
    assert_eq!(show.obs.current_scene(), "BRB");
    person.reads("#failover-chip", "Not managed").await;
    person.press("#scenes-first .scene:first-child").await;
    person.reads("#strip-scene", "LIVE").await;
    assert_eq!(show.obs.current_scene(), "LIVE");

    show.obs.set(|script| script.forget_switches = true);
    person.press("#key-brb button").await;
    person.browser.until(&format!("{brb}.dataset.state === 'failed'")).await;
    person.browser.until("document.querySelector('#key-brb .note').innerText.length > 10").await;
    show.obs.set(|script| script.forget_switches = false);

    person.tap("#stream-button").await;
    person.reads(".key-slot:has(#stream-button) .note", "Keep it pressed for one second.").await;

    person.press("#failover-button").await;
    person.reads("#failover-chip", "Paused").await;
    person.reads("#failover-more", "Paused by owner").await;
    person.reads("#failover-button", "Resume switching").await;
    person.reads("#strip-word", "Paused").await;
    person.press("#failover-button").await;
    person.reads("#failover-chip", "On").await;

    person.browser.run("document.querySelector('#stream-button').focus()").await;
    person.fill("#stream-button", "\u{E007}").await;
    person.reads("#confirm[open]", "Viewers lose the picture at once.").await;
    person.press("#confirm button[value=no]").await;
    person.browser.until("!document.querySelector('#confirm').open").await;
    assert_eq!(show.obs.count("StopStream"), 0, "neither a tap nor a question that was answered with no");

    // The message of the order that failed is still there and covers no key.
    person.browser.until("document.querySelector('.toast[data-level=bad]')").await;
    person.mouse("#stream-button", [DOWN]).await;
    person.reads("#strip-air", "Off air").await;
    person.mouse("#stream-button", [UP]).await;
    assert_eq!((show.obs.count("StopStream"), show.obs.is_streaming()), (1, false));

    person.reads("#stream-button", "Hold to start the stream").await;
    person.browser.until("document.querySelector('#stream-button').dataset.state !== 'sent'").await;
    person.fill("#stream-button", "\u{E007}").await;
    person.reads("#confirm[open]", "Start the stream?").await;
    person.press("#confirm-yes").await;
    person.reads("#strip-air", "On air").await;
    assert_eq!(show.obs.count("StartStream"), 1);
    // The order that OBS forgot is answered with 504, and the browser says so too.
    person.no_complaints(&["/api/v1/obs/scene - Failed to load resource"]).await;
    show.app.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_lost_connection_looks_lost_and_heals_by_itself() {
    let (obs, ingest) = (FakeObs::start(0, Script::default()).await, FakeIngest::start(Shape::Sls).await);
    let (obs, ingest) = (obs.expect("a free port"), ingest.expect("a free port"));
    ingest.set(Mode::Healthy(GOOD));
    let (obs_port, url) = (obs.port().to_string(), ingest.url().to_string());
    let settings = settings(&obs_port, &url);
    let port = free_port();
    let app = App::start_at(port, TempDir::new().expect("a folder"), &settings).await;
    let person = Person::at(app.url("")).await;
    person.sign_in().await;
    person.browser.run("window.sameDocument = true").await;
    person.reads("#strip-rate", "2.5").await;

    let folder = app.stop().await;
    person.browser.until("document.body.classList.contains('stale')").await;
    person.reads("#banner", "Connection to server lost – last values").await;
    person.reads("#strip-age", "not connected").await;
    let grey = "getComputedStyle(document.querySelector('.strip-state')).filter.includes('grayscale')";
    person.browser.until(grey).await;
    person.press("#key-brb button").await;
    person.reads("#key-brb .note", "The server cannot be reached. Try again.").await;

    let app = App::start_at(port, folder, &settings).await;
    person
        .browser
        .until("!document.body.classList.contains('stale') && document.querySelector('#banner').hidden")
        .await;
    obs.human_start();
    person.reads("#strip-air", "On air").await;
    assert_eq!(person.browser.run("return window.sameDocument").await, true, "without a reload");
    person.no_complaints(&["ERR_CONNECTION_REFUSED"]).await;
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_overlay_shows_an_alert_without_a_login() {
    let show = Show::on_air(Shape::Sls, &[]).await;
    let person = Person::at(show.app.url("")).await;
    person.open("/overlay").await;
    let hidden = "document.querySelector('#alert').hidden";
    person.browser.until(hidden).await;
    let raise = async |kind: &str, message: &str| {
        let answer = Visitor::new(show.app.address).post("/api/alert", json!({"type": kind, "message": message})).await;
        assert_eq!(answer.status, 200, "{answer:?}");
    };
    // The socket may open a moment after the page: it does not get what was said before.
    person.browser.until("performance.getEntriesByType('resource').some((one) => one.name.endsWith('.js'))").await;
    let mut seats = show.app.ctx.overlay_seats.available_permits();
    let seated = crate::support::real::comes_true(std::time::Duration::from_secs(60), async || {
        seats = show.app.ctx.overlay_seats.available_permits();
        seats == 63
    });
    assert!(seated.await, "the overlay listens: {seats}");
    show.ingest.set(Mode::Weak(WEAK));
    person.reads("#alert-text", "Weak signal, picture may stutter").await;
    raise("low", "Tunnel ahead <b>now</b>").await;
    person.reads("#alert-text", "Tunnel ahead <b>now</b>").await;
    person.browser.until("document.querySelector('#alert').dataset.type === 'low'").await;
    raise("restored", "Out of the tunnel").await;
    person.reads("#alert-text", "Out of the tunnel").await;
    person.browser.until("document.querySelector('#alert').dataset.type === 'restored'").await;
    // In a plain browser sound waits for a tap, and the page says so; OBS allows it at once.
    person.no_complaints(&["The AudioContext was not allowed to start."]).await;
    person.browser.until("!document.querySelector('#unlock').hidden").await;
    show.app.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn wrong_passwords_are_told_and_the_sixth_has_to_wait() {
    let app = App::start(&[("LOGIN_PASSWORD", PASSWORD)]).await;
    let person = Person::at(app.url("")).await;
    person.open("/settings").await;
    person.browser.until("location.pathname === '/login'").await;
    // A minute later the first one would be forgotten, so most are typed without a browser.
    for _ in 0..4 {
        let answer = Visitor::new(app.address).form("/login", &[("password", "not the password")]).await;
        assert_eq!(answer.status, 401);
    }
    person.password("not the password").await;
    person.reads("#password-error", "That is not the password.").await;
    person.password(PASSWORD).await;
    person.reads("#password-error", "Too many wrong passwords from your address. Try again in").await;
    assert_eq!(Visitor::new(app.address).form("/login", &[("password", PASSWORD)]).await.status, 429);
    person.no_complaints(&["status of 401", "status of 429"]).await;
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_page_fits_a_narrow_phone_and_can_be_read_and_pressed() {
    let show = Show::on_air(Shape::Sls, &[]).await;
    let person = Person::at(show.app.url("")).await;
    let unclaimed = App::start(&[]).await;
    let claim = unclaimed.url(&unclaimed.ctx.access.claim_path().expect("nobody owns it yet"));
    let stranger = Person { base: String::new(), browser: Browser::start().await };
    stranger.browser.resize(360, 740).await;
    assert_eq!(stranger.browser.run("return innerWidth").await, 360);
    stranger.open(&claim).await;
    looks(&stranger, "/claim").await;
    stranger.no_complaints(&[]).await;

    person.browser.resize(360, 740).await;
    person.open("/login").await;
    looks(&person, "/login").await;
    person.sign_in().await;
    person.reads("#strip-word", "Good").await;
    looks(&person, "/").await;
    assert_eq!(person.faults("small").await, json!([]), "sizes on /");
    show.obs.set(|script| script.start = Start::Blocked);
    show.ingest.set(Mode::Weak(WEAK));
    person.reads("#strip-word", "Low").await;
    looks(&person, "/ in LOW").await;
    person.browser.run("document.querySelector('#help').showModal()").await;
    looks(&person, "the help").await;
    person.open("/settings/switching").await;
    person.browser.run("document.querySelector('#part-1 summary').scrollIntoView({ block: 'center' })").await;
    person.press("#part-1 summary").await;
    person.fill("#BITRATE_LOW_KBPS", "x").await;
    person.press(".save-bar button").await;
    person.reads("#BITRATE_LOW_KBPS-error", "Allowed: a number from 1").await;
    looks(&person, "/settings/switching with a mistake").await;
    let pages = ["/settings", "/settings?saved=1", "/settings/switching", "/settings/feeds", "/settings/feeds/new"];
    for path in pages.into_iter().chain([
        "/health",
        "/journal",
        "/import",
        "/find",
        "/more",
        "/stream",
        "/chat",
        "/nothing-here",
    ]) {
        person.open(path).await;
        looks(&person, path).await;
    }
    person.browser.resize(1280, 800).await;
    show.ingest.set(Mode::Gone);
    person.open("/").await;
    person.reads("#strip-word", "Lost").await;
    looks(&person, "/ on a desk").await;
    assert_eq!(person.faults("small").await, json!([]), "sizes on a desk");
    // A page that is not there and a form with a mistake are answered so.
    person.no_complaints(&["/nothing-here - Failed to load resource", "status of 422"]).await;
    unclaimed.stop().await;
    show.app.stop().await;
}

/// Nothing is cut off sideways, and all text can be read in dark and light.
pub async fn looks(person: &Person, page: &str) {
    assert_eq!(person.faults("wide").await, json!([]), "width of {page}");
    for theme in ["dark", "light"] {
        person.browser.run(&format!("document.documentElement.dataset.theme = '{theme}'")).await;
        assert_eq!(person.faults("faint").await, json!([]), "contrast of {page} in {theme}");
    }
}
