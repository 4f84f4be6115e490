//! One story through every table, told against a URL, so that each kind of database hears the same.

use stream_control::domain::journal::{Entry, Tone, Topic};
use stream_control::domain::people::Role;
use stream_control::kit::secret::Secret;
use stream_control::kit::units::{Kbps, Millis, UnixMs};
use stream_control::store::Store;
use stream_control::store::accounts::Account;
use stream_control::store::samples::SampleRow;
use stream_control::store::sessions::Session;
use stream_control::store::wanted::Wanted;

#[tokio::test]
async fn on_a_sqlite_file() {
    let dir = tempfile::tempdir().expect("a folder");
    let url = format!("sqlite://{}?mode=rwc", dir.path().join("story.db").display());
    whole_story(&url).await;
}

/// Tells all of it and closes; then opens again and finds it.
async fn whole_story(url: &str) {
    let store = Store::connect(url).await.expect("a new database");
    settings(&store).await;
    journal(&store).await;
    wishes(&store).await;
    sign_ins(&store).await;
    samples(&store).await;
    store.close().await;

    let again = Store::connect(url).await.expect("the same database");
    assert_eq!(again.settings().await.expect("rows"), [("OBS_PORT".to_owned(), "4456".to_owned())]);
    assert_eq!(again.newest_lines(10).await.expect("lines").len(), 1);
}

async fn settings(store: &Store) {
    let change = |key: &str, value: Option<&str>| (key.to_owned(), value.map(str::to_owned));
    store
        .put_settings(&[change("OBS_HOST", Some("box")), change("OBS_PORT", Some("4455"))], "Anna")
        .await
        .expect("put");
    store.put_settings(&[change("OBS_HOST", None), change("OBS_PORT", Some("4456"))], "Ben").await.expect("put");
    assert_eq!(store.settings().await.expect("rows"), [("OBS_PORT".to_owned(), "4456".to_owned())]);
}

async fn journal(store: &Store) {
    let line = |at: i64, text: &str| Entry {
        at: UnixMs(at),
        topic: Topic::Decision,
        tone: Tone::Warn,
        text: text.to_owned(),
        origin: "failover".to_owned(),
        data: serde_json::json!({ "kbps": 312.5 }),
    };
    let lines = [line(1, "old"), line(5000, "'); DROP TABLE journal; --"), line(6000, "ünïcode 🎥")];
    store.add_lines(&lines).await.expect("lines");
    assert_eq!(store.newest_lines(10).await.expect("lines"), lines);
    assert_eq!(store.newest_lines(1).await.expect("lines"), lines[2..]);
    assert_eq!(store.prune_journal(UnixMs(1000), 100).await.expect("prune"), 1, "by age");
    assert_eq!(store.prune_journal(UnixMs(1000), 1).await.expect("prune"), 1, "by number");
    assert_eq!(store.newest_lines(10).await.expect("lines"), lines[2..]);
}

async fn wishes(store: &Store) {
    let wish = |value: &str| Wanted {
        name: "stream".to_owned(),
        value: value.to_owned(),
        bound_to: "obs".to_owned(),
        deadline: UnixMs(30_000),
        asked_at: UnixMs(1),
    };
    store.want(&wish("start")).await.expect("want");
    store.want(&wish("stop")).await.expect("want");
    assert_eq!(store.wanted(UnixMs(2)).await.expect("wishes"), [wish("stop")]);
    assert_eq!(store.wanted(UnixMs(30_000)).await.expect("wishes"), []);
    store.unwant("stream").await.expect("unwant");
    assert_eq!(store.wanted(UnixMs(2)).await.expect("wishes"), []);
}

async fn sign_ins(store: &Store) {
    let owner = Account {
        id: "owner".to_owned(),
        name: "owner".to_owned(),
        role: Role::Owner,
        password_hash: Some(Secret::from("$argon2id$…")),
    };
    assert_eq!(store.account("owner").await.expect("account"), None);
    store.put_account(&Account { password_hash: None, ..owner.clone() }).await.expect("put");
    store.put_account(&owner).await.expect("put");
    assert_eq!(store.account("owner").await.expect("account"), Some(owner));

    let session = |token: &str, expires: i64| Session {
        token_hash: token.to_owned(),
        account_id: "owner".to_owned(),
        created_at: UnixMs(10),
        expires_at: UnixMs(expires),
        address: "10.0.0.9".to_owned(),
        agent: "Firefox".to_owned(),
    };
    store.add_session(&session("aa", 20)).await.expect("session");
    store.touch_session("aa", UnixMs(15)).await.expect("touch");
    let found = store.session_owner("aa", UnixMs(19)).await.expect("owner").expect("someone");
    assert_eq!((found.name.as_str(), found.role, found.expires_at), ("owner", Role::Owner, UnixMs(20)));
    assert_eq!(store.session_owner("aa", UnixMs(20)).await.expect("owner"), None, "it ended");
    store.end_session("aa").await.expect("end");
    assert_eq!(store.session_owner("aa", UnixMs(19)).await.expect("owner"), None, "signed out");
    let stranger = Session { account_id: "nobody".to_owned(), ..session("bb", 20) };
    assert!(store.add_session(&stranger).await.is_err(), "a session needs its account");
}

async fn samples(store: &Store) {
    let sample = SampleRow {
        at: UnixMs(1000),
        feed: "live/cam".to_owned(),
        class: "good".to_owned(),
        kbps: Some(Kbps(5800.0)),
        rtt: Some(Millis(62)),
        buffer: None,
        latency: Some(Millis(2000)),
        lost: Some(u64::from(u32::MAX)),
        dropped: Some(0),
    };
    let bare = SampleRow {
        at: UnixMs(2000),
        kbps: None,
        rtt: None,
        latency: None,
        lost: None,
        dropped: None,
        ..sample.clone()
    };
    store.add_samples(&[sample.clone(), bare.clone()]).await.expect("samples");
    assert_eq!(store.samples_since(UnixMs(0)).await.expect("samples"), [sample, bare.clone()]);
    assert_eq!(store.prune_samples(UnixMs(1500)).await.expect("prune"), 1);
    assert_eq!(store.samples_since(UnixMs(0)).await.expect("samples"), [bare]);
}
