//! The Twitch page over HTTP: setting up, both ways to sign in, rights, and no secret anywhere.

use crate::support::app::App;
use crate::support::real::comes_true;
use crate::support::real::ports::free_port;
use crate::support::visitor::Visitor;
use serde_json::{Value, json};
use std::time::Duration;
use stream_control::adapters::twitch::error::TwitchError;
use stream_control::demo::fake_twitch::{BROADCASTER, CONFIDENTIAL_ID, CONFIDENTIAL_SECRET, FakeTwitch, Fault};
use stream_control::domain::chat::Identity;
use stream_control::domain::twitch_features::FEATURES;
use tempfile::TempDir;

const PASSWORD: &str = "correct horse battery";
const LIMIT: Duration = Duration::from_secs(60);

/// A daemon, its owner, and the Twitch that it speaks with.
struct Stage {
    twitch: FakeTwitch,
    app: App,
    owner: Visitor,
}

impl Stage {
    async fn set(more: &[(&str, &str)]) -> Self {
        let twitch = FakeTwitch::start(0).await.expect("a free port");
        twitch.world().manners.device_interval = 1;
        let port = free_port();
        let base = format!("http://127.0.0.1:{port}");
        let settings = twitch.settings();
        let settings: Vec<(&str, &str)> = settings
            .iter()
            .map(|(key, value)| (*key, value.as_str()))
            .filter(|(key, _)| more.iter().all(|(other, _)| other != key))
            .chain(more.iter().copied())
            .chain([("LOGIN_PASSWORD", PASSWORD), ("AUTH_PUBLIC_BASE", base.as_str())])
            .collect();
        let app = App::start_at(port, TempDir::new().expect("a folder"), &settings).await;
        let owner = Visitor::signed_in(app.address, PASSWORD).await;
        Self { twitch, app, owner }
    }

    async fn account(&self, state: &str) -> Value {
        let mut last = Value::Null;
        let come = comes_true(LIMIT, async || {
            last = self.owner.get("/api/v1/twitch/sign_in").await.json()["accounts"][0].take();
            last["state"] == state
        });
        assert!(come.await, "waited in vain for {state}: {last:#}");
        last
    }
}

/// Whether a token, a refresh token, a device code or an authorization code of the fake is in a text.
pub(super) fn leaks(text: &str) -> bool {
    ["access", "refresh", "device", "code"].iter().any(|word| {
        text.match_indices(word).any(|(at, _)| {
            let hex = text[at + word.len()..].chars().take(16).filter(char::is_ascii_hexdigit);
            hex.count() == 16
        })
    })
}

#[tokio::test]
async fn without_an_application_the_page_says_how_to_get_one_and_takes_its_id() {
    let stage = Stage::set(&[("TWITCH_CLIENT_ID", "")]).await;
    let page = stage.owner.get("/twitch").await.body;
    assert!(page.contains("dev.twitch.tv/console") && page.contains("/twitch/callback"), "{page}");
    let saved = stage.owner.form("/twitch", &[("TWITCH_CLIENT_ID", "abc123"), ("was.TWITCH_CLIENT_ID", "")]).await;
    assert_eq!(saved.location, "/twitch?saved=1", "{saved:?}");
    let page = stage.owner.get("/twitch").await.body;
    assert!(page.contains("Sign in with code") && !page.contains("Register your own"), "{page}");
}

#[tokio::test]
async fn a_code_is_shown_with_its_picture_and_no_secret_leaves() {
    let stage = Stage::set(&[]).await;
    let begun = stage.owner.form("/twitch/sign_in/broadcaster", &[]).await;
    assert_eq!((begun.status, begun.location.as_str()), (303, "/twitch"), "{begun:?}");
    let account = stage.account("pending").await;
    let page = stage.owner.get("/twitch").await.body;
    let code = account["user_code"].as_str().expect("a code").to_owned();
    assert!(page.contains(&code) && page.contains("/twitch/qr/broadcaster"), "{page}");
    assert!(stage.owner.get("/twitch/qr/broadcaster").await.body.contains("<svg"));
    stage.twitch.world().approve_device(BROADCASTER);
    let account = stage.account("linked").await;
    assert_eq!(account["login"], "mobile_mia");
    assert_eq!(account["missing"], Value::Null, "{account:#}");
    assert_eq!(stage.owner.get("/twitch/qr/broadcaster").await.status, 404);

    let mut seen = page;
    for path in ["/twitch", "/api/v1/twitch/sign_in", "/api/v1/journal", "/api/v1/live", "/health", "/settings"] {
        seen.push_str(&stage.owner.get(path).await.body);
    }
    assert!(seen.contains("Signed in as mobile_mia") && !leaks(&seen), "{seen}");
    let journal = stage.owner.get("/api/v1/journal").await.body;
    assert!(journal.contains("Signed in to Twitch as mobile_mia") && !journal.contains(&code), "{journal}");
    let file = std::fs::read_to_string(stage.app.folder().join("twitch_tokens.json")).expect("a file");
    assert!(leaks(&file), "the search would find one");

    // Fewer parts, more rights than needed: nothing is missing. A part that comes back is asked for.
    let only = stage.owner.form("/twitch/features", &[("feature", "chat")]).await;
    assert_eq!(only.location, "/twitch?saved=1", "{only:?}");
    stage.account("linked").await;
    let gone = stage.owner.form("/twitch/sign_out/broadcaster", &[]).await;
    assert_eq!(gone.status, 303, "{gone:?}");
    stage.account("unlinked").await;
    stage.owner.form("/twitch/sign_in/broadcaster", &[]).await;
    stage.twitch.world().approve_device(BROADCASTER);
    stage.account("linked").await;
    stage.owner.form("/twitch/features", &[("feature", "chat"), ("feature", "clips")]).await;
    let missing = comes_true(LIMIT, async || stage.account("linked").await["missing"] == json!(["clips:edit"])).await;
    assert!(missing, "{:#}", stage.account("linked").await);
    let page = stage.owner.get("/twitch").await.body;
    assert!(page.contains("This right was not given yet: clips:edit") && page.contains("Right missing"), "{page}");
    stage.owner.form("/twitch/sign_in/broadcaster", &[]).await;
    stage.account("pending").await;
    assert_eq!(stage.owner.form("/twitch/give_up/broadcaster", &[]).await.status, 303);
    stage.account("linked").await;

    // Refused: the card says so and nothing else changes. Agreed: the right is there beside the old ones.
    stage.owner.form("/twitch/sign_in/broadcaster", &[]).await;
    stage.twitch.world().deny_device();
    assert_eq!(stage.account("linked").await["missing"], json!(["clips:edit"]));
    assert!(stage.owner.get("/twitch").await.body.contains("refused on Twitch&#39;s page"), "it stands on the card");
    stage.owner.form("/twitch/sign_in/broadcaster", &[]).await;
    stage.account("pending").await;
    stage.twitch.world().approve_device(BROADCASTER);
    assert_eq!(stage.account("linked").await["missing"], Value::Null);
    let page = stage.owner.get("/twitch").await.body;
    assert!(!page.contains("not given") && !page.contains("refused on"), "{page}");
    assert_eq!(page.matches("Rights given").count(), 2, "chat and clips");
}

#[tokio::test]
async fn each_right_stands_beside_its_reason_and_the_same_account_twice_is_named() {
    let stage = Stage::set(&[("TWITCH_BOT", "true")]).await;
    let page = stage.owner.get("/twitch").await.body;
    for feature in FEATURES {
        assert!(page.contains(feature.why), "{}", feature.word);
        for scope in feature.scopes.iter().chain(feature.bot_scopes) {
            assert!(page.contains(&format!("<code>{scope}</code>")), "{scope}");
        }
    }
    for who in ["broadcaster", "bot"] {
        stage.owner.form(&format!("/twitch/sign_in/{who}"), &[]).await;
        let page = stage.owner.get("/twitch").await.body;
        assert_eq!(page.contains("as the bot (a private window"), who == "bot", "whom to sign in as");
        stage.twitch.world().approve_device(BROADCASTER);
        let linked = comes_true(LIMIT, async || {
            let accounts = stage.owner.get("/api/v1/twitch/sign_in").await.json()["accounts"].take();
            accounts[usize::from(who == "bot")]["state"] == "linked"
        });
        assert!(linked.await, "{who}");
    }
    let page = stage.owner.get("/twitch").await.body;
    assert!(page.contains("Same account") && page.contains("This is the channel&#39;s own account"), "{page}");
}

#[tokio::test]
async fn a_browser_that_was_sent_to_twitch_comes_back_once_with_its_code() {
    let secret = [("TWITCH_CLIENT_ID", CONFIDENTIAL_ID), ("TWITCH_CLIENT_SECRET", CONFIDENTIAL_SECRET)];
    let stage = Stage::set(&secret).await;
    let browser = Visitor::new(stage.app.address);
    let own = format!("http://{}", stage.app.address);
    let back = async |more: &str| {
        let sent = stage.owner.get("/twitch/authorize/broadcaster").await;
        assert_eq!(sent.status, 303, "{sent:?}");
        let to = browser.follow(&format!("{}{more}", sent.location)).await;
        to.strip_prefix(&own).expect("back to us").to_owned()
    };
    let denied = back("&deny=1").await;
    assert_eq!(stage.owner.get(&denied).await.location, "/twitch?grant=denied");
    let good = back("").await;
    let stranger = Visitor::new(stage.app.address);
    assert_eq!(stranger.get(&good).await.location, "/login?next=/twitch", "the code goes nowhere");
    let another = Visitor::signed_in(stage.app.address, PASSWORD).await;
    assert_eq!(another.get(&good).await.location, "/twitch?grant=failed", "another session");
    assert_eq!(
        stage.owner.get(&good.replace("state=broadcaster.", "state=broadcaster.0")).await.location,
        "/twitch?grant=failed"
    );
    assert_eq!(stage.owner.get(&good).await.location, "/twitch?grant=ok");
    assert_eq!(stage.owner.get(&good).await.location, "/twitch?grant=failed", "once");
    assert_eq!(stage.owner.get("/twitch/callback?code=x").await.location, "/twitch?grant=old");
    let page = stage.owner.get("/twitch").await.body;
    assert!(page.contains("Sign in at Twitch") && page.contains("Sign in with code"), "each way by its name: {page}");
    // The reason of a failure stands in the journal, and on the card.
    stage.twitch.world().fail("/oauth2/token", Fault::Status(400, "Invalid authorization code"), 1);
    let refused = back("").await;
    assert_eq!(stage.owner.get(&refused).await.location, "/twitch?grant=failed");
    for path in ["/api/v1/journal", "/twitch"] {
        let body = stage.owner.get(path).await.body;
        assert!(body.contains("Invalid authorization code"), "{body}");
    }
    stage.account("linked").await;

    // A renewal sends the secret.
    stage.twitch.world().expire_tokens();
    let tokens = stage.app.ctx.sign_in[&Identity::Broadcaster].clone();
    let old = tokens.access().await.expect("a token").token;
    let called = tokens.with(|access| {
        let dead = access.token == old;
        async move { if dead { Err(TwitchError::Unauthorised("dead".to_owned())) } else { Ok(()) } }
    });
    assert_eq!(called.await, Ok(()));
    let world = stage.twitch.world();
    let renewal = world.asked.iter().find(|asked| asked.body.contains("grant_type=refresh_token")).expect("a renewal");
    assert!(renewal.body.contains(&format!("client_secret={CONFIDENTIAL_SECRET}")) && renewal.status == 200);
}
