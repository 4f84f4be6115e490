//! The command line as a person meets it: the built program, its output and its exit code.

use std::process::Output;
use tokio::process::Command;

async fn program(dotenv: &str, words: &[&str]) -> Output {
    let dir = tempfile::tempdir().expect("a folder");
    std::fs::write(dir.path().join(".env"), dotenv).expect("a .env");
    let mut command = Command::new(env!("CARGO_BIN_EXE_stream-control"));
    command.args(words).current_dir(dir.path()).env_clear().env("DATA_DIR", dir.path().join("data"));
    let output = tokio::time::timeout(std::time::Duration::from_secs(60), command.output()).await;
    output.expect("it ends by itself").expect("it starts")
}

const MISTAKES: &str = "BIND_ADDR=nowhere\nOBS_PORT=0\nno equals sign\nOBS_PASSWORD=hunter2\nLOW_SCENE_NAME=LIVE\n";

#[tokio::test]
async fn check_tells_all_mistakes_at_once_and_ends_with_1() {
    let output = program(MISTAKES, &["check"]).await;
    let text = String::from_utf8_lossy(&output.stdout);
    for told in ["BIND_ADDR is 'nowhere'", "OBS_PORT is '0'", "Line 3", "LOW_SCENE_NAME is 'LIVE'"] {
        assert!(text.contains(told), "{told} is missing from:\n{text}");
    }
    assert!(!text.contains("hunter2"), "{text}");
    assert_eq!(output.status.code(), Some(1));
}

#[tokio::test]
async fn mistakes_keep_the_daemon_from_starting() {
    let output = program(MISTAKES, &[]).await;
    let text = String::from_utf8_lossy(&output.stderr);
    assert!(text.contains("BIND_ADDR") && text.contains("LOW_SCENE_NAME"), "{text}");
    assert_eq!(output.status.code(), Some(1));
}

#[tokio::test]
async fn a_stream_control_env_is_good_and_its_standings_are_told() {
    let dotenv = "FLASK_SECRET_KEY=hunter2\nTWITCH_CLIENT_ID=abc\nSTARTING_SCENE_NAME=Starting soon\n\
        RAID_CHAT_MESSAGE=Let's raid {channel}\nLOW_CONSEC_SAMPLES=3\nCONFIG_PATH=a.json\nPOLL_INTERVAL_SEC=1\nOBS_HOTS=box\n";
    let output = program(dotenv, &["check"]).await;
    let text = String::from_utf8_lossy(&output.stdout);
    for told in
        ["Starting soon  [from .env]", "CONFIG_PATH                Restream", "sessions are kept", "mean OBS_HOST?"]
    {
        assert!(text.contains(told), "{told} is missing from:\n{text}");
    }
    assert!(!text.contains("hunter2"), "{text}");
    assert_eq!(output.status.code(), Some(0));
}

#[tokio::test]
async fn the_example_is_printed_as_committed() {
    let output = program("", &["check", "--env-example"]).await;
    assert_eq!(String::from_utf8_lossy(&output.stdout), include_str!("../../.env.example"));
}
