//! The built program and its tokens: killed at any moment, signed in from a terminal.

use super::twitch_page::leaks;
use crate::support::program::{FullDisk, Program};
use crate::support::real::comes_true;
use crate::support::visitor::Visitor;
use serde_json::Value;
use std::time::Duration;
use stream_control::demo::fake_twitch::{
    BOT, BROADCASTER, CLIENT_ID, CONFIDENTIAL_ID, CONFIDENTIAL_SECRET, FakeTwitch, Fault,
};
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

/// The channel's account as the page's API tells it, once it is so.
async fn account(owner: &Visitor, what: &str, wanted: impl Fn(&Value) -> bool) -> Value {
    let mut last = Value::Null;
    let come = comes_true(LIMIT, async || {
        last = owner.get("/api/v1/twitch/sign_in").await.json()["accounts"][0].take();
        wanted(&last)
    });
    assert!(come.await, "waited in vain for {what}: {last:#}");
    last
}

/// The state of the channel's account with its reason, once it is known.
async fn state(owner: &Visitor) -> (String, String) {
    let known = |account: &Value| matches!(account["state"].as_str(), Some("linked" | "needs_sign_in"));
    let last = account(owner, "a known state", known).await;
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
    assert!(told < ROUNDS, "the window is small: {told} of {ROUNDS}");
    assert!(!program.output().contains("panicked"), "{}", program.output());
}

#[tokio::test]
async fn a_terminal_signs_in_and_a_daemon_that_runs_takes_it_over() {
    let twitch = FakeTwitch::start(0).await.expect("a free port");
    twitch.world().manners.device_interval = 1;
    let (mut program, file) = program(&twitch);
    program.settings.retain(|(key, _)| key != "TWITCH_CLIENT_ID");
    let _daemon = program.start().await;
    let owner = Visitor::signed_in(program.address, PASSWORD).await;
    // The application is named on the page alone.
    let named = [("TWITCH_CLIENT_ID", CLIENT_ID), ("was.TWITCH_CLIENT_ID", "")];
    assert_eq!(owner.form("/twitch", &named).await.status, 303);
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

#[tokio::test]
async fn a_terminal_signs_the_bot_in_while_no_daemon_runs() {
    let twitch = FakeTwitch::start(0).await.expect("a free port");
    twitch.world().manners.device_interval = 1;
    let (mut program, file) = program(&twitch);
    program.settings.push(("TWITCH_BOT".to_owned(), "true".to_owned()));
    grant(&twitch, &file);
    let mut terminal = program.launch(&["authorize", "--bot"]);
    program.line("Sign in the bot account of your channel").await;
    program.line("check that the code is").await;
    twitch.world().approve_device(BOT);
    assert_eq!(terminal.ended(LIMIT).await, Some(0), "{}", program.output());
    assert!(program.output().contains("Signed in as miasbot."), "{}", program.output());
    assert!(!leaks(&program.output()), "{}", program.output());
    let _daemon = program.start().await;
    let owner = Visitor::signed_in(program.address, PASSWORD).await;
    let both = comes_true(LIMIT, async || {
        let accounts = owner.get("/api/v1/twitch/sign_in").await.json()["accounts"].take();
        accounts[0]["login"] == "mobile_mia" && accounts[1]["login"] == "miasbot"
    });
    assert!(both.await, "{}", program.output());
}

#[tokio::test]
async fn a_terminal_says_what_is_missing_and_what_is_wrong() {
    let twitch = FakeTwitch::start(0).await.expect("a free port");
    let (mut program, _) = program(&twitch);
    twitch.world().fail("/oauth2/device", Fault::Html(503), 1);
    let mut terminal = program.launch(&["authorize"]);
    assert_eq!(terminal.ended(LIMIT).await, Some(1));
    let told = program.output();
    assert!(told.contains("could not be begun") && told.contains("Twitch is in trouble"), "{told}");
    program.settings.retain(|(key, _)| key != "TWITCH_CLIENT_ID");
    let mut terminal = program.launch(&["authorize"]);
    assert_eq!(terminal.ended(LIMIT).await, Some(1));
    assert!(program.output().contains("dev.twitch.tv/console"), "{}", program.output());
}

#[tokio::test]
async fn killed_while_the_answer_is_on_its_way_the_next_start_says_so() {
    let twitch = FakeTwitch::start(0).await.expect("a free port");
    let (program, file) = program(&twitch);
    grant(&twitch, &file);
    {
        let mut world = twitch.world();
        world.expire_tokens();
        world.fail("/oauth2/token", Fault::LostReply, 1);
    }
    let mut process = program.start().await;
    let asked = comes_true(LIMIT, async || twitch.world().count("POST", "/oauth2/token") == 1);
    assert!(asked.await, "{}", program.output());
    process.kill();
    let _process = program.start().await;
    let owner = Visitor::signed_in(program.address, PASSWORD).await;
    let (state, reason) = state(&owner).await;
    assert_eq!(state, "needs_sign_in");
    assert!(reason.contains("never reached the disk"), "{reason}");
}

#[tokio::test]
async fn the_file_of_an_earlier_program_is_taken_over_and_a_damaged_one_is_named() {
    let twitch = FakeTwitch::start(0).await.expect("a free port");
    let (program, file) = program(&twitch);
    let old = TokenFile::new(program.folder.path().join("twitch_tokens.json"));
    std::fs::write(old.path(), "{\"access_token\": \"access").expect("a file");
    let mut process = program.start().await;
    program.line("could not be taken over").await;
    process.kill();
    std::fs::remove_file(old.path()).expect("it is there");
    grant(&twitch, &old);
    let _process = program.start().await;
    let owner = Visitor::signed_in(program.address, PASSWORD).await;
    assert_eq!(state(&owner).await.0, "linked");
    assert_eq!(file.read(Identity::Broadcaster).expect("a file"), old.read(Identity::Broadcaster).expect("a file"));
    assert!(program.output().contains("in the working folder were taken over"), "{}", program.output());
}

#[tokio::test]
async fn on_a_full_disk_the_file_stays_whole_and_the_new_pair_comes_with_the_first_free_space() {
    let twitch = FakeTwitch::start(0).await.expect("a free port");
    {
        let mut world = twitch.world();
        (world.manners.device_interval, world.manners.token_life) = (1, 8);
    }
    let (program, _) = program(&twitch);
    let process = program.launch_on_disk("size=2m");
    program.ready().await;
    let owner = Visitor::signed_in(program.address, PASSWORD).await;
    assert_eq!(owner.form("/twitch/sign_in/broadcaster", &[]).await.status, 303);
    twitch.world().approve_device(BROADCASTER);
    account(&owner, "a sign-in", |account| account["state"] == "linked").await;
    // The disk is mounted for the program alone; this is the way to it from outside.
    let disk = std::path::PathBuf::from(format!("/proc/{}/root{}", process.id(), program.data().display()));
    let file = TokenFile::new(disk.join("twitch_tokens.json"));
    let full = FullDisk::fill(&disk).await;

    let told = account(&owner, "a word about it", |account| account["reason"].is_string()).await;
    assert!(
        told["state"] == "linked" && told["reason"].as_str().is_some_and(|why| why.contains("No space")),
        "{told:#}"
    );
    assert!(file.read(Identity::Broadcaster).expect("a whole file").is_some());
    full.empty().await;
    account(&owner, "the disk again", |account| account["state"] == "linked" && account["reason"].is_null()).await;
    let kept = comes_true(LIMIT, async || {
        let pair = file.read(Identity::Broadcaster).expect("a whole file").expect("a pair");
        twitch.world().knows(pair.access.reveal(), pair.refresh.reveal())
    });
    assert!(kept.await, "{}", program.output());
}

#[tokio::test]
async fn in_a_whole_life_of_a_sign_in_no_secret_leaves_the_token_file() {
    let twitch = FakeTwitch::start(0).await.expect("a free port");
    {
        let mut world = twitch.world();
        (world.manners.device_interval, world.manners.token_life) = (1, 4);
    }
    let (mut program, file) = program(&twitch);
    let base = format!("http://{}", program.address);
    let set = |key: &str, value: &str| (key.to_owned(), value.to_owned());
    program.settings.retain(|(key, _)| key != "TWITCH_CLIENT_ID");
    program.settings.extend([
        set("TWITCH_CLIENT_ID", CONFIDENTIAL_ID),
        set("TWITCH_CLIENT_SECRET", CONFIDENTIAL_SECRET),
        set("AUTH_PUBLIC_BASE", &base),
        set("RUST_LOG", "trace"),
    ]);
    let mut process = program.start().await;
    let owner = Visitor::signed_in(program.address, PASSWORD).await;
    let linked = |account: &Value| account["state"] == "linked";
    let paths =
        ["/twitch", "/api/v1/twitch/sign_in", "/api/v1/journal", "/journal", "/api/v1/live", "/health", "/settings"];
    let mut seen = String::new();

    // By code: begun twice, refused once, agreed to once.
    for denied in [true, false] {
        assert_eq!(owner.form("/twitch/sign_in/broadcaster", &[]).await.status, 303);
        let code = account(&owner, "a code", |account| account["state"] == "pending").await["user_code"].take();
        seen.push_str(&owner.get("/twitch").await.body);
        match denied {
            true => twitch.world().deny_device(),
            false => twitch.world().approve_device(BROADCASTER),
        }
        account(&owner, "its end", |account| account["state"] == if denied { "unlinked" } else { "linked" }).await;
        assert!(!program.output().contains(code.as_str().expect("a code")), "the code stays on the page");
    }
    // By browser: once with a code that Twitch refuses, once well.
    let browser = Visitor::new(program.address);
    for fault in [Some(Fault::Status(400, "Invalid authorization code")), None] {
        let worked = fault.is_none();
        if let Some(fault) = fault {
            twitch.world().fail("/oauth2/token", fault, 1);
        }
        let sent = owner.get("/twitch/authorize/broadcaster").await.location;
        let back = browser.follow(&sent).await;
        let path = back.strip_prefix(&base).expect("back to us");
        let wanted = if worked { "/twitch?grant=ok" } else { "/twitch?grant=failed" };
        let came = owner.get(path).await.location;
        // A renewal of the pair from before may have met the fault instead.
        assert!(came == wanted || !worked, "{came}");
    }
    // Renewed, refused, and given back.
    let renewals = |twitch: &FakeTwitch| {
        twitch.world().asked.iter().filter(|one| one.body.contains("grant_type=refresh_token")).count()
    };
    let before = renewals(&twitch);
    assert!(comes_true(LIMIT, async || renewals(&twitch) > before).await, "{}", program.output());
    account(&owner, "a renewed sign-in", linked).await;
    let in_file = std::fs::read_to_string(file.path()).expect("a file");
    assert!(leaks(&in_file), "the search would find one");
    for path in paths {
        seen.push_str(&owner.get(path).await.body);
    }
    assert_eq!(owner.form("/twitch/sign_out/broadcaster", &[]).await.status, 303);
    assert_eq!(twitch.world().count("POST", "/oauth2/revoke"), 1);
    seen.push_str(&owner.get("/api/v1/journal").await.body);
    process.signal("TERM");
    assert_eq!(process.ended(LIMIT).await, Some(0));

    let lost = |text: &str| leaks(text) || text.contains(CONFIDENTIAL_SECRET);
    let found = |text: &str| text.lines().filter(|line| lost(line)).map(str::to_owned).collect::<Vec<String>>();
    assert_eq!(found(&seen), Vec::<String>::new(), "on a page");
    assert_eq!(found(&program.output()), Vec::<String>::new(), "in the log");
    for entry in std::fs::read_dir(program.data()).expect("the folder").flatten() {
        let bytes = std::fs::read(entry.path()).expect("a file");
        assert!(!lost(&String::from_utf8_lossy(&bytes)), "{}", entry.path().display());
    }
}
