//! Claim, sign-in and sessions, with a real database file.

use super::*;
use crate::config::{Config, Values};
use crate::runtime::journal;
use sqlx::{AnyConnection, Connection as _, Executor as _};

const PASSWORD: &str = "correct horse battery";
const HERE: IpAddr = IpAddr::V4(std::net::Ipv4Addr::LOCALHOST);

async fn access(dir: &tempfile::TempDir, settings: &[(&str, &str)]) -> Access {
    let web = Config::parse(&Values::from_pairs(settings.iter().copied())).unwrap().web;
    let store = Store::open(dir.path()).await.unwrap();
    Access::open(store, &web, journal::lane().0).await.unwrap()
}

fn code(access: &Access) -> String {
    access.claim_path().unwrap().trim_start_matches("/claim?code=").to_owned()
}

#[tokio::test]
async fn a_new_daemon_is_claimed_once_and_stays_claimed() {
    let dir = tempfile::tempdir().unwrap();
    let new = access(&dir, &[]).await;
    assert!(!new.claimed());
    assert_eq!(new.sign_in(PASSWORD, HERE, "").await, Err(SignInError::Unclaimed));
    let code = code(&new);
    assert_eq!(code.len(), 64);
    let refused = [
        ("", PASSWORD, ClaimError::WrongCode),
        (&"0".repeat(64), PASSWORD, ClaimError::WrongCode),
        (&code, "eleven char", ClaimError::Password),
        (&code, &"x".repeat(1025), ClaimError::Password),
    ];
    for (code, password, wanted) in refused {
        assert_eq!(new.claim(code, password).await, Err(wanted));
    }
    assert_eq!(new.claim(&code, PASSWORD).await, Ok(()));
    assert!(new.claimed() && new.claim_path().is_none());
    assert_eq!(new.claim(&code, "another password").await, Err(ClaimError::AlreadyClaimed));

    let later = access(&dir, &[]).await;
    assert!(later.claimed());
    assert!(later.sign_in(PASSWORD, HERE, "").await.is_ok());
    assert_eq!(later.sign_in("wrong", HERE, "").await, Err(SignInError::Wrong));
}

#[tokio::test]
async fn two_claims_at_once_make_one_owner() {
    let dir = tempfile::tempdir().unwrap();
    let new = access(&dir, &[]).await;
    let code = code(&new);
    let (one, two) = tokio::join!(new.claim(&code, PASSWORD), new.claim(&code, "another password"));
    assert_eq!(usize::from(one.is_ok()) + usize::from(two.is_ok()), 1, "{one:?} {two:?}");
}

#[tokio::test]
async fn a_password_of_the_settings_is_the_owners() {
    let hash = "pbkdf2:sha256:1000$saltysalt$985acd92fe624861fdd6bcf8f06eb0bf3f712998a1434dca993653591f200c0a";
    for setting in [("LOGIN_PASSWORD", PASSWORD), ("LOGIN_PASSWORD_HASH", hash)] {
        let dir = tempfile::tempdir().unwrap();
        let access = access(&dir, &[setting]).await;
        assert!(access.claimed() && access.claim_path().is_none());
        let token = access.sign_in(PASSWORD, HERE, "Firefox").await.unwrap();
        let person = access.person(token.reveal()).await.unwrap();
        assert_eq!((person.name.as_str(), person.role), ("owner", Role::Owner));
    }
}

#[tokio::test]
async fn the_sixth_wrong_password_waits_even_if_it_would_be_right() {
    let dir = tempfile::tempdir().unwrap();
    let access = access(&dir, &[("LOGIN_PASSWORD", PASSWORD)]).await;
    let long = "x".repeat(2000);
    let tries = ["a", "b", "c", "d", &long].map(|wrong| access.sign_in(wrong, HERE, ""));
    for outcome in futures_util::future::join_all(tries).await {
        assert_eq!(outcome, Err(SignInError::Wrong));
    }
    assert!(matches!(access.sign_in(PASSWORD, HERE, "").await, Err(SignInError::TooMany { .. })));
    assert!(access.sign_in(PASSWORD, "10.0.0.9".parse().unwrap(), "").await.is_ok());
}

#[tokio::test]
async fn a_session_outlives_a_restart_and_ends_with_the_sign_out() {
    let dir = tempfile::tempdir().unwrap();
    let settings = [("LOGIN_PASSWORD", PASSWORD)];
    let token = access(&dir, &settings).await.sign_in(PASSWORD, HERE, "").await.unwrap();
    let later = access(&dir, &settings).await;
    assert!(later.person(token.reveal()).await.is_some());
    assert_eq!(later.person(&"0".repeat(64)).await, None);
    later.sign_out(token.reveal()).await;
    assert_eq!(later.person(token.reveal()).await, None);
    assert_eq!(access(&dir, &settings).await.person(token.reveal()).await, None);
}

#[tokio::test]
async fn a_new_password_ends_every_session_of_the_old_one() {
    let dir = tempfile::tempdir().unwrap();
    let token = access(&dir, &[("LOGIN_PASSWORD", PASSWORD)]).await.sign_in(PASSWORD, HERE, "").await.unwrap();
    let changed = access(&dir, &[("LOGIN_PASSWORD", "another password")]).await;
    assert_eq!(changed.person(token.reveal()).await, None);
    assert!(access(&dir, &[("LOGIN_PASSWORD", PASSWORD)]).await.person(token.reveal()).await.is_some());
}

#[tokio::test]
async fn a_locked_database_signs_nobody_out_and_keeps_nobody_out() {
    let dir = tempfile::tempdir().unwrap();
    let access = access(&dir, &[("LOGIN_PASSWORD", PASSWORD)]).await;
    let before = access.sign_in(PASSWORD, HERE, "").await.unwrap();
    let url = format!("sqlite://{}", dir.path().join(crate::store::FILE).display());
    let mut other = AnyConnection::connect(&url).await.unwrap();
    other.execute("BEGIN EXCLUSIVE").await.unwrap();
    let during = access.sign_in(PASSWORD, HERE, "").await.unwrap();
    assert!(access.person(before.reveal()).await.is_some());
    assert!(access.person(during.reveal()).await.is_some());
    access.sign_out(before.reveal()).await;
    assert_eq!(access.person(before.reveal()).await, None);
    other.execute("ROLLBACK").await.unwrap();
    assert_eq!(access.person(before.reveal()).await, None, "signed out stays signed out");
}

#[tokio::test]
async fn who_was_signed_in_stays_so_while_the_database_cannot_be_asked() {
    let dir = tempfile::tempdir().unwrap();
    let access = access(&dir, &[("LOGIN_PASSWORD", PASSWORD)]).await;
    guard(&access.0.known).fresh = Millis(0);
    let token = access.sign_in(PASSWORD, HERE, "").await.unwrap();
    access.0.store.close().await;
    assert!(access.person(token.reveal()).await.is_some());
    assert_eq!(access.person(&"0".repeat(64)).await, None);
}

#[tokio::test]
async fn a_sign_in_during_a_lock_is_written_afterwards() {
    let dir = tempfile::tempdir().unwrap();
    let access = access(&dir, &[("LOGIN_PASSWORD", PASSWORD)]).await;
    guard(&access.0.known).fresh = Millis(0);
    let url = format!("sqlite://{}", dir.path().join(crate::store::FILE).display());
    let mut other = AnyConnection::connect(&url).await.unwrap();
    other.execute("BEGIN EXCLUSIVE").await.unwrap();
    let token = access.sign_in(PASSWORD, HERE, "").await.unwrap();
    other.execute("ROLLBACK").await.unwrap();
    let hash = Tie::to(PASSWORD).token_hash(token.reveal()).unwrap();
    assert_eq!(access.0.store.session_owner(&hash, clock::unix()).await, Ok(None));
    assert!(access.person(token.reveal()).await.is_some());
    assert!(access.0.store.session_owner(&hash, clock::unix()).await.unwrap().is_some());
}
