//! The paths of Stream-Control (Python), over HTTP against an OBS, an ingest server and a Twitch: each
//! answers in the form that its clients know.

use crate::support::show::Show;
use crate::support::visitor::Answer;
use serde_json::{Value, json};
use stream_control::demo::fake_ingest::Shape;
use stream_control::demo::fake_obs::Script;
use stream_control::demo::fake_twitch::{BROADCASTER, CLIENT_ID, FRIEND, FakeTwitch, Fault};
use stream_control::domain::chat::Identity;
use stream_control::domain::twitch::Twitch;
use stream_control::domain::twitch_features::scopes;
use tokio::time::timeout;

/// A show whose owner is signed in to Twitch and live there.
async fn on_air() -> (FakeTwitch, Show) {
    let twitch = FakeTwitch::start(0).await.expect("a free port");
    let rights = scopes(&[], Identity::Broadcaster);
    let (access, refresh) = twitch.world().grant(CLIENT_ID, BROADCASTER, &rights);
    twitch.world().go_live(BROADCASTER, 12);
    let addresses = twitch.settings();
    let mut settings: Vec<(&str, &str)> = addresses.iter().map(|(key, value)| (*key, value.as_str())).collect();
    settings.extend([("TWITCH_OAUTH_TOKEN", access.as_str()), ("TWITCH_REFRESH_TOKEN", refresh.as_str())]);
    settings.push(("OFFLINE_SCENE_NAME", "OFFLINE"));
    let show = Show::on_air(Shape::Sls, &settings).await;
    knows(&show, |twitch| twitch.channel.is_some() && twitch.live.is_some()).await;
    (twitch, show)
}

async fn knows(show: &Show, wanted: impl Fn(&Twitch) -> bool) {
    let mut cell = show.app.ctx.cells.twitch.clone();
    let waited = timeout(std::time::Duration::from_secs(60), cell.until(wanted)).await;
    assert!(waited.is_ok(), "waited in vain: {:?}", cell.get());
}

/// What an answer looks like.
enum Form {
    /// JSON with these fields and no other.
    Fields(&'static [&'static str]),
    /// A sentence that contains this.
    Says(&'static str),
}

fn check(what: &str, answer: &Answer, status: u16, form: &Form) {
    assert_eq!(answer.status, status, "{what}: {answer:?}");
    match form {
        Form::Fields(wanted) => {
            let body = answer.json();
            let mut has: Vec<&str> = body.as_object().expect("an object").keys().map(String::as_str).collect();
            let mut wanted = wanted.to_vec();
            has.sort_unstable();
            wanted.sort_unstable();
            assert_eq!(has, wanted, "{what}");
        }
        Form::Says(part) => {
            assert!(answer.body.contains(part) && !answer.body.starts_with(['{', '<', '"']), "{what}: {answer:?}");
        }
    }
}

#[tokio::test]
async fn each_path_answers_in_the_form_that_its_clients_know() {
    use Form::{Fields, Says};
    let (twitch, show) = on_air().await;
    let questions = [
        ("/obs/stream_status", 200, Fields(&["isStreaming", "currentScene", "server_now_unix", "obs_uptime_seconds"])),
        ("/twitch/search_categories?query=irl", 200, Fields(&["data", "pagination"])),
        ("/twitch/search_categories?query=", 400, Says("Query parameter is required")),
        ("/twitch/channel_info", 200, Fields(&["title", "category", "broadcaster_name"])),
        (
            "/twitch/stream_info",
            200,
            Fields(&[
                "is_live",
                "viewer_count",
                "title",
                "game_name",
                "started_at",
                "started_at_unix",
                "server_now_unix",
                "uptime_seconds",
            ]),
        ),
        (
            "/api/sg_status",
            200,
            Fields(&[
                "obs_connected",
                "raid_ws",
                "raid_subscribed",
                "chat_ws",
                "chat_subscribed",
                "token_valid",
                "token_expires_in",
                "streamguard_state",
                "chatbot_state",
                "chatbot_autostart",
                "unified_chat_state",
                "nginx_state",
                "sls_state",
                "stunnel_state",
            ]),
        ),
    ];
    for (path, status, form) in &questions {
        check(path, &show.page.get(path).await, *status, form);
    }
    let orders = [
        ("/obs/update_title", json!({"title": "Rain again"}), 200, "Rain again"),
        ("/obs/update_title", json!({"title": " "}), 409, "The title is empty."),
        ("/twitch/update_category", json!({"category_id": "509658", "title": "Talk"}), 200, "Just Chatting"),
        ("/twitch/raid", json!({"channel_name": "nobody_at_all"}), 409, "knows no channel"),
        ("/twitch/raid", json!({"channel_name": "TrailRunner"}), 200, "TrailRunner"),
        ("/obs/switch_scene", json!({"scene": "BRB"}), 200, "BRB"),
        ("/obs/switch_scene", json!({"scene": "nowhere"}), 409, "nowhere"),
        ("/obs/stop_stream", Value::Null, 200, "stream"),
        ("/obs/start_stream", Value::Null, 200, "stream"),
    ];
    for (path, body, status, says) in orders {
        check(&format!("{path} {body}"), &show.page.post(path, body).await, status, &Says(says));
    }
    for path in ["/obs/update_title", "/twitch/update_category", "/twitch/raid", "/obs/switch_scene"] {
        assert_eq!(show.page.post(path, json!([])).await.status, 400, "{path}");
    }
    let info = show.page.get("/twitch/channel_info").await.json();
    assert_eq!(info["category"], json!({"name": "Just Chatting", "id": "509658"}));
    assert_eq!((&info["title"], &info["broadcaster_name"]), (&json!("Talk"), &json!("Mobile_Mia")));
    let stream = show.page.get("/twitch/stream_info").await.json();
    assert_eq!((&stream["is_live"], &stream["viewer_count"]), (&json!(true), &json!(12)));
    assert!(stream["started_at"].as_str().is_some_and(|at| at.ends_with('Z')), "{stream}");
    let status = show.page.get("/api/sg_status").await.json();
    assert_eq!((&status["sls_state"], &status["token_valid"]), (&json!("ok"), &json!(true)));
    assert_eq!(status["nginx_state"], "offline", "the feed comes by another server: {status}");
    let raid = twitch.world().raid.clone();
    assert_eq!(raid, Some((BROADCASTER.to_owned(), FRIEND.to_owned())));
}

#[tokio::test]
async fn what_twitch_does_not_tell_is_an_error_and_never_offline() {
    let (twitch, show) = on_air().await;
    twitch.world().go_offline(BROADCASTER);
    show.app.ctx.twitch.refresh().now();
    knows(&show, |twitch| matches!(twitch.live, Some(stream_control::domain::twitch::Live::Off { .. }))).await;
    let form = Form::Fields(&["is_live", "viewer_count", "server_now_unix"]);
    check("offline", &show.page.get("/twitch/stream_info").await, 200, &form);
    twitch.world().fail("/helix/search/categories", Fault::Html(503), 3);
    let answer = show.page.get("/twitch/search_categories?query=irl").await;
    check("Helix is down", &answer, 503, &Form::Says("Twitch"));
    let nobody = Show::with(Shape::Sls, Script::default(), &[]).await;
    for path in ["/twitch/channel_info", "/twitch/stream_info"] {
        check(path, &nobody.page.get(path).await, 503, &Form::Fields(&["error"]));
    }
    let refused = nobody.page.post("/obs/update_title", json!({"title": "x"})).await;
    check("nobody is signed in", &refused, 409, &Form::Says("Twitch"));
    assert_eq!(nobody.page.get("/api/sg_status").await.json()["token_valid"], json!(false));
}
