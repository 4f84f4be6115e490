//! The built program and its tokens: killed at any moment, signed in from a terminal.

use crate::support::program::Program;
use crate::support::real::comes_true;
use crate::support::visitor::Visitor;
use std::time::Duration;
use stream_control::demo::fake_twitch::{BROADCASTER, CLIENT_ID, FakeTwitch};
use stream_control::domain::chat::Identity;
use stream_control::kit::clock;
use stream_control::kit::secret::Secret;
use stream_control::store::tokens::{Pair, TokenFile};

const PASSWORD: &str = "correct horse battery";
const LIMIT: Duration = Duration::from_secs(60);
const ROUNDS: u64 = 20;

fn program(twitch: &FakeTwitch) -> (Program, TokenFile) {
    let settings = twitch.settings();
    let mut pairs: Vec<(&str, &str)> = settings.iter().map(|(key, value)| (*key, value.as_str())).collect();
    pairs.push(("LOGIN_PASSWORD", PASSWORD));
    let program = Program::new("", &pairs);
    let file = TokenFile::new(program.data().join("twitch_tokens.json"));
    (program, file)
}

fn grant(twitch: &FakeTwitch, file: &TokenFile) {
    let (access, refresh) = twitch.world().grant(CLIENT_ID, BROADCASTER, &["user:read:chat"]);
    let pair = Pair { access: Secret::new(access), refresh: Secret::new(refresh) };
    file.write(Identity::Broadcaster, &pair).expect("a token file");
}

/// The state of the channel's account with its reason, once it is known.
async fn state(owner: &Visitor) -> (String, String) {
    let mut last = serde_json::Value::Null;
    let come = comes_true(LIMIT, async || {
        last = owner.get("/api/v1/twitch/sign_in").await.json()["accounts"][0].take();
        matches!(last["state"].as_str(), Some("linked" | "needs_sign_in"))
    });
    assert!(come.await, "waited in vain: {last:#}");
    let text = |key: &str| last[key].as_str().unwrap_or_default().to_owned();
    (text("state"), text("reason"))
}

#[tokio::test]
async fn killed_at_any_moment_the_file_is_whole_and_the_next_start_recovers_or_says_why() {
    let twitch = FakeTwitch::start(0).await.expect("a free port");
    twitch.world().manners.token_life = 2;
    let (program, file) = program(&twitch);
    grant(&twitch, &file);
    let mut owner = None;
    let mut told = 0;
    for round in 0..ROUNDS {
        let before = twitch.world().count("POST", "/oauth2/token");
        let mut process = program.start().await;
        if owner.is_none() {
            owner = Some(Visitor::signed_in(program.address, PASSWORD).await);
        }
        let (state, reason) = state(owner.as_ref().expect("an owner")).await;
        if state == "needs_sign_in" {
            assert!(reason.contains("never reached the disk"), "{reason}");
            told += 1;
            process.kill();
            grant(&twitch, &file);
            continue;
        }
        // Half of the rounds strike within milliseconds of a renewal, the others anywhere.
        if round % 2 == 0 {
            let renewed = comes_true(LIMIT, async || twitch.world().count("POST", "/oauth2/token") > before + 1);
            assert!(renewed.await, "no renewal: {}", program.output());
        }
        let moment =
            Duration::from_micros((clock::jitter() * if round % 2 == 0 { 20_000.0 } else { 900_000.0 }) as u64);
        tokio::time::sleep(moment).await;
        process.kill();
        let pair = file.read(Identity::Broadcaster).expect("a whole file").expect("a pair");
        let world = twitch.world();
        assert!(world.knows(pair.access.reveal(), pair.refresh.reveal()), "the old pair or the new one");
    }
    assert!(told <= ROUNDS / 2, "the window is small: {told} of {ROUNDS}");
    assert!(!program.output().contains("panicked"), "{}", program.output());
}

#[tokio::test]
async fn a_terminal_signs_in_and_a_daemon_that_runs_takes_it_over() {
    let twitch = FakeTwitch::start(0).await.expect("a free port");
    twitch.world().manners.device_interval = 1;
    let (program, file) = program(&twitch);
    let _daemon = program.start().await;
    let owner = Visitor::signed_in(program.address, PASSWORD).await;
    let mut terminal = program.launch(&["authorize"]);
    let code = program.line("check that the code is").await;
    assert!(code.starts_with("MIA"), "{}", program.output());
    twitch.world().approve_device(BROADCASTER);
    assert_eq!(terminal.ended(LIMIT).await, Some(0), "{}", program.output());
    assert!(program.output().contains("Signed in as mobile_mia."));
    assert!(file.read(Identity::Broadcaster).expect("a file").is_some());
    let linked = comes_true(LIMIT, async || {
        owner.get("/api/v1/twitch/sign_in").await.json()["accounts"][0]["state"] == "linked"
    });
    assert!(linked.await, "the daemon takes it over: {}", program.output());

    // Refused, and broken off: nothing is written.
    let before = file.read(Identity::Broadcaster).expect("a file");
    let mut terminal = program.launch(&["authorize", "--bot"]);
    let asked = comes_true(LIMIT, async || twitch.world().count("POST", "/oauth2/device") == 2);
    assert!(asked.await);
    twitch.world().deny_device();
    assert_eq!(terminal.ended(LIMIT).await, Some(1), "{}", program.output());
    let mut terminal = program.launch(&["authorize"]);
    let waits = comes_true(LIMIT, async || program.output().matches("Ctrl-C gives up").count() == 3);
    assert!(waits.await);
    terminal.signal("INT");
    assert_eq!(terminal.ended(LIMIT).await, Some(1), "{}", program.output());
    assert!(program.output().contains("Nothing was changed."));
    assert_eq!(
        file.read(Identity::Broadcaster).expect("a file").map(|pair| pair.refresh),
        before.map(|pair| pair.refresh)
    );
    assert_eq!(file.read(Identity::Bot).expect("a file"), None);
}
