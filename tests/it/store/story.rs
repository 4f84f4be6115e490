//! One story through every table, told against a URL, so that each kind of database hears the same.

use stream_control::domain::history::{Program, SceneRole};
use stream_control::domain::journal::{Entry, Tone, Topic};
use stream_control::domain::people::Role;
use stream_control::kit::secret::Secret;
use stream_control::kit::units::{Kbps, Millis, UnixMs};
use stream_control::store::Store;
use stream_control::store::accounts::Account;
use stream_control::store::journal::{Line, Wanted};
use stream_control::store::rollups::Bucket;
use stream_control::store::samples::{Mark, SampleRow};
use stream_control::store::sessions::Session;
use stream_control::store::wanted::Wanted as Wish;

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
    steps(&store).await;
    programs(&store).await;
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
    look_back(store).await;
    assert_eq!(store.prune_journal(UnixMs(1000), 100).await.expect("prune"), 1, "by age");
    assert_eq!(store.prune_journal(UnixMs(1000), 1).await.expect("prune"), 1, "by number");
    assert_eq!(store.newest_lines(10).await.expect("lines"), lines[2..]);
}

async fn wishes(store: &Store) {
    let wish = |value: &str| Wish {
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

/// Lines in pages, both ways, by topic, tone, text and time.
async fn look_back(store: &Store) {
    let all = Wanted::default();
    let texts = |lines: Vec<Line>| lines.into_iter().map(|line| line.entry.text).collect::<Vec<_>>();
    let newest = store.lines_before(None, &all, 2).await.expect("lines");
    let oldest = store.lines_before(Some(newest[1].id), &all, 2).await.expect("lines");
    assert_eq!(texts(oldest.clone()), ["old"]);
    assert_eq!(texts(store.lines_after(oldest[0].id, &all, 9).await.expect("lines"))[1..], ["ünïcode 🎥"]);
    let found = async |wanted: Wanted| texts(store.lines_before(None, &wanted, 9).await.expect("lines")).len();
    let by_text = |text: &str| Wanted { text: text.to_owned(), ..Wanted::default() };
    assert_eq!(found(by_text("DROP table")).await, 1);
    assert_eq!(found(by_text("ünï")).await, 1);
    assert_eq!(found(by_text("FAIL")).await, 3, "the origin counts too");
    assert_eq!(found(by_text("_")).await, 0, "no wildcard");
    assert_eq!(found(Wanted { topics: vec![Topic::Order, Topic::Decision], ..Wanted::default() }).await, 3);
    assert_eq!(found(Wanted { topics: vec![Topic::Order], ..Wanted::default() }).await, 0);
    assert_eq!(found(Wanted { tones: vec![Tone::Bad], ..Wanted::default() }).await, 0);
    let part = Wanted { from: Some(UnixMs(5000)), to: Some(UnixMs(6000)), ..Wanted::default() };
    assert_eq!(found(part).await, 1);
    assert_eq!(store.marks(UnixMs(1), UnixMs(5001), 9).await.expect("lines").len(), 2);
}

/// What single samples say and what the rows made from them say is the same.
async fn steps(store: &Store) {
    let sample = |at: i64, kbps: Option<f64>, rtt: Option<u64>| SampleRow {
        at: UnixMs(at),
        feed: "main".to_owned(),
        class: "GOOD".to_owned(),
        kbps: kbps.map(Kbps),
        rtt: rtt.map(Millis),
        buffer: None,
        latency: None,
        lost: None,
        dropped: None,
    };
    let day = 86_400_000;
    let rows = [
        sample(day, Some(1000.0), Some(50)),
        sample(day + 1000, Some(3000.0), None),
        sample(day + 14_000, None, Some(150)),
        sample(day + 15_000, None, None),
        sample(day + 31_000, Some(500.0), Some(70)),
    ];
    // Twice, as they come: a step grows over several writes.
    store.add_samples(&rows[..1]).await.expect("samples");
    store.add_samples(&rows[1..]).await.expect("samples");
    let bucket = |at: i64, kbps: Option<(f64, f64, f64)>, rtt: Option<(u64, u64)>| Bucket {
        at: UnixMs(at),
        feed: "main".to_owned(),
        kbps: kbps.map(|(least, mean, most)| (Kbps(least), Kbps(mean), Kbps(most))),
        rtt: rtt.map(|(mean, most)| (Millis(mean), Millis(most))),
        buffer: None,
    };
    let wanted = [
        bucket(day, Some((1000.0, 2000.0, 3000.0)), Some((100, 150))),
        bucket(day + 15_000, None, None),
        bucket(day + 30_000, Some((500.0, 500.0, 500.0)), Some((70, 70))),
    ];
    let (from, to) = (UnixMs(day), UnixMs(2 * day));
    assert_eq!(store.buckets(from, to, Millis(15_000)).await.expect("steps"), wanted);
    let exact = store.buckets(from, to, Millis(5000)).await.expect("steps");
    assert_eq!(exact[0], bucket(day, Some((1000.0, 2000.0, 3000.0)), Some((50, 50))));
    let whole = bucket(day, Some((500.0, 1500.0, 3000.0)), Some((90, 150)));
    assert_eq!(store.buckets(from, to, Millis(60_000)).await.expect("steps"), [whole]);
    let (page, mark) = store.samples_from(Mark::before(from), to, 3).await.expect("a page");
    assert_eq!(page, rows[..3]);
    let (rest, end) = store.samples_from(mark.expect("there is more"), to, 3).await.expect("a page");
    assert_eq!((rest.as_slice(), end), (&rows[3..], None));
    assert_eq!(store.prune_rollups(UnixMs(day + 15_000)).await.expect("prune"), 3, "two are from the samples before");
    assert_eq!(store.buckets(from, to, Millis(15_000)).await.expect("steps"), wanted[1..]);
    assert_eq!(store.last_sign().await.expect("a sign"), Some(UnixMs(day + 31_000)));
}

async fn programs(store: &Store) {
    let program =
        |at: i64, scene: &str, role| Program { at: UnixMs(at), scene: Some(scene.into()), role, live: Some(true) };
    let rows = [
        program(10, "LIVE", SceneRole::Live),
        program(20, "ünïcode 🎥", SceneRole::Other),
        Program::unknown(UnixMs(30)),
        program(40, "LOW", SceneRole::Low),
    ];
    store.add_programs(&rows).await.expect("programs");
    let between = async |from, to| store.programs(UnixMs(from), UnixMs(to)).await.expect("programs");
    assert_eq!(between(0, 99).await, rows);
    assert_eq!(between(25, 40).await, rows[1..3], "the one in force at the beginning comes along");
    assert_eq!(store.prune_programs(UnixMs(35)).await.expect("prune"), 2, "all but the one in force then");
    assert_eq!(between(0, 99).await, rows[2..]);
}
