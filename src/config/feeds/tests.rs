//! The document of feeds: what it may say, what is wrong with it, and that it comes back as written.

use super::{Document, Wrong};
use crate::config::{Config, Feed, RateUnit, Values};
use crate::domain::failover::lineup::{GroupMode, Lineup};
use crate::domain::server::Server;
use crate::kit::units::Millis;

const WHOLE: &str = r#"{"feeds":[
  {"id":"phone","name":"Phone","type":"nginx","url":"http://127.0.0.1:8080/stat","publisher":"publish/feed1",
   "user":"admin","password":"hunter2","token":"hunter3","timeout_sec":0.8,"priority":1,"group":"main",
   "scenes":{"live":"LIVE","low":"LOW","offline":"OFFLINE"},
   "depends_on":{"feed":"cam2","scenes":{"live":"SOLO"}},
   "media_source":"Feed","control_url":"http://127.0.0.1:8080/control","port":1935,
   "json":{"bytes":"/rx/bytes","rate":"/rx/rate","unit":"mbps","online":"/on~1line"},"push_key":"hunter4","enabled":true},
  {"id":"cam2"}],
 "groups":[{"name":"main","mode":"any"}],
 "cameras":[{"scene":"SPLIT","feeds":["phone","cam2"]}]}"#;

fn settle(text: &str) -> Result<(Vec<Feed>, Lineup), Vec<Wrong>> {
    Document::read(text).and_then(|document| document.settle(Millis(800)))
}

/// The mistakes in a document, as people read them.
fn mistakes(text: &str) -> Vec<String> {
    settle(text).expect_err("mistakes").iter().map(Wrong::to_string).collect()
}

#[test]
fn every_field_has_its_place() {
    let (feeds, lineup) = settle(WHOLE).expect("a good document");
    let phone = &feeds[0];
    assert_eq!((phone.name.as_str(), phone.kind, phone.port), ("Phone", Some(Server::Nginx), Some(1935)));
    assert_eq!(phone.publisher.as_deref(), Some("publish/feed1"));
    let login = phone.login.as_ref().expect("a login");
    assert_eq!((login.user.as_str(), login.password.reveal().as_str()), ("admin", "hunter2"));
    assert_eq!(phone.token.as_ref().map(|token| token.reveal().as_str()), Some("hunter3"));
    assert_eq!(phone.push_key.as_ref().map(|key| key.reveal().as_str()), Some("hunter4"));
    assert_eq!(phone.control.as_ref().map(|url| url.reveal().as_str()), Some("http://127.0.0.1:8080/control"));
    let pointers = phone.pointers.as_ref().expect("pointers");
    assert_eq!((pointers.unit, pointers.online.as_deref()), (RateUnit::Mbps, Some("/on~1line")));
    let member = &lineup.members[0];
    assert_eq!((member.priority, member.group.as_deref()), (1, Some("main")));
    assert_eq!(member.scenes.low, Some("LOW".into()));
    let needed = member.depends_on.as_ref().expect("a dependence");
    assert_eq!((needed.feed.as_str(), &needed.scenes.live), ("cam2", &Some("SOLO".into())));
    assert_eq!(lineup.groups[0].mode, GroupMode::Any);
    assert_eq!(lineup.cameras[0].feeds.len(), 2);
    assert_eq!(feeds[1], Feed { timeout: Millis(800), ..Feed::unset("cam2".into()) }, "all but the id is optional");
}

#[test]
fn what_is_read_is_written_and_prints_no_secret() {
    let document = Document::read(WHOLE).expect("a good document");
    assert_eq!(Document::read(&document.to_json()), Ok(document.clone()));
    let wanted: serde_json::Value = serde_json::from_str(WHOLE).expect("JSON");
    let written: serde_json::Value = serde_json::from_str(&document.to_json()).expect("JSON");
    assert_eq!(written, wanted);
    assert!(!format!("{document:?}").contains("hunter"));
}

#[test]
fn every_mistake_names_feed_field_value_and_what_is_allowed() {
    let table = [
        ("[]", "it has to be an object such as"),
        ("{\"feeds\":", "it is no JSON, at line 1 column 9."),
        (r#"{"feed":[]}"#, "'feed' is no part. Did you mean 'feeds'?"),
        (r#"{"feeds":{}}"#, "feeds has to be a list, in square brackets."),
        (r#"{"feeds":["phone"]}"#, "feeds, number 1: it has to be an object, in curly brackets."),
        (r#"{"feeds":[{"name":"Phone"}]}"#, "feed 1: id is not given."),
        (r#"{"feeds":[{"id":"My Phone"}]}"#, "feed 'My Phone': id is 'My Phone'. Allowed: 1 to 32 small letters"),
        (r#"{"feeds":[{"id":"a","urll":"x"}]}"#, "feed 'a': 'urll' is no field. Did you mean 'url'?"),
        (r#"{"feeds":[{"id":"a","scenes":{"life":"x"}}]}"#, "'scenes.life' is no field. Did you mean 'scenes.live'?"),
        (r#"{"feeds":[{"id":"a","scenes":"LIVE"}]}"#, "feed 'a': 'scenes' is no field. Did you mean 'scenes.low'?"),
        (r#"{"feeds":[{"id":"a","url":{"x":1}}]}"#, "url is no single value. Allowed: an address"),
        (r#"{"feeds":[{"id":"a","type":"ngnix"}]}"#, "type is 'ngnix'. Allowed: auto, nginx"),
        (r#"{"feeds":[{"id":"a","type":"ngnix"}]}"#, "or obs. Did you mean 'nginx'?"),
        (
            r#"{"feeds":[{"id":"a","url":"ftp://bob:hunter2@h/"}]}"#,
            "feed 'a': url is 'ftp://••••@h/'. Allowed: an address",
        ),
        (r#"{"feeds":[{"id":"a","url":"hunter2"}]}"#, "url is '••••'. Allowed: an address"),
        (r#"{"feeds":[{"id":"a","priority":-1}]}"#, "priority is '-1'. Allowed: a whole number from 0 to 1000."),
        (
            r#"{"feeds":[{"id":"a","timeout_sec":60}]}"#,
            "timeout_sec is '60'. Allowed: a number from 0.1 to 10 seconds.",
        ),
        (r#"{"feeds":[{"id":"a","port":0}]}"#, "port is '0'."),
        (r#"{"feeds":[{"id":"a","enabled":"maybe"}]}"#, "enabled is 'maybe'. Allowed: true or false."),
        (r#"{"feeds":[{"id":"a","enabled":false}]}"#, "no feed is in use. At least one has to be."),
        (r#"{"feeds":[{"id":"a","password":"hunter2"}]}"#, "user is not given, but a password is."),
        (r#"{"feeds":[{"id":"a","password":"hunter\u0007"}]}"#, "password is '••••'. Allowed: text on one line."),
        (r#"{"feeds":[{"id":"a","json":{"bytes":"rx"}}]}"#, "json.bytes is 'rx'. Allowed: a JSON pointer"),
        (r#"{"feeds":[{"id":"a","json":{"bytes":"/a~2"}}]}"#, "json.bytes is '/a~2'. Allowed: a JSON pointer"),
        (r#"{"feeds":[{"id":"a","json":{"online":"/up"}}]}"#, "json.bytes is not given."),
        (r#"{"feeds":[{"id":"a","type":"json"}]}"#, "json.bytes is not given."),
        (r#"{"feeds":[{"id":"a"},{"id":"a"}]}"#, "feed 'a': id 'a' is given twice."),
        (
            r#"{"feeds":[{"id":"a","group":"mian"}],"groups":[{"name":"main"}]}"#,
            "group 'mian' does not exist. Allowed: main. Did you mean 'main'?",
        ),
        (
            r#"{"feeds":[{"id":"a"}],"groups":[{"name":"g","mode":"all"}]}"#,
            "group 'g': mode is \"all\". Allowed: any, priority or handover.",
        ),
        (r#"{"feeds":[{"id":"a"}],"groups":[{"name":"g"},{"name":"g"}]}"#, "group 2: name 'g' is given twice."),
        (r#"{"feeds":[{"id":"a"}],"groups":[{"mode":"any"}]}"#, "group 1: name has to be text"),
        (
            r#"{"feeds":[{"id":"cam"},{"id":"a","depends_on":{"feed":"cams"}}]}"#,
            "depends_on.feed 'cams' does not exist. Allowed: cam or a. Did you mean 'cam'?",
        ),
        (r#"{"feeds":[{"id":"a","depends_on":{"scenes":{"live":"X"}}}]}"#, "depends_on.feed is not given."),
        (r#"{"feeds":[{"id":"a","depends_on":{"feed":"a"}}]}"#, "depends_on.feed 'a' leads back to this feed."),
        (
            r#"{"feeds":[{"id":"a"}],"cameras":[{"scene":"S","feeds":["a"]}]}"#,
            "camera 1: a scene of several cameras shows at least two feeds.",
        ),
        (r#"{"feeds":[{"id":"a"}],"cameras":[{"scene":"S","feeds":["a","a"]}]}"#, "shows at least two feeds."),
        (r#"{"feeds":[{"id":"a"},{"id":"b"}],"cameras":[{"feeds":["a","b"]}]}"#, "camera 1: scene is not given."),
        (
            r#"{"feeds":[{"id":"a"},{"id":"b"}],"cameras":[{"scene":"S","feeds":["a","c"]}]}"#,
            "camera 1: feeds 'c' does not exist.",
        ),
        (r#"{"feeds":[{"id":"a"}],"cameras":[{"scene":"S","feeds":"a"}]}"#, "camera 1: "),
    ];
    for (text, wanted) in table {
        let found = mistakes(text);
        assert!(found.iter().any(|one| one.contains(wanted)), "{text}\n{found:#?}");
        assert!(found.iter().all(|one| !one.contains("hunter")), "{found:?}");
    }
}

#[test]
fn all_mistakes_are_told_at_once() {
    let text = r#"{"feeds":[{"id":"a","type":"x","priority":"y","group":"g"},{"id":"a","depends_on":{"feed":"b"}}]}"#;
    assert_eq!(mistakes(text).len(), 5, "{:#?}", mistakes(text));
    let text = r#"{"feeds":[{"id":"a","x1":1,"x2":2}],"groups":[{"nmae":"g"}],"x3":0}"#;
    assert_eq!(mistakes(text).len(), 4, "{:#?}", mistakes(text));
}

#[test]
fn circles_and_crowds_are_refused() {
    let ring = r#"{"feeds":[{"id":"a","depends_on":{"feed":"b"}},{"id":"b","depends_on":{"feed":"c"}},
        {"id":"c","depends_on":{"feed":"a"}},{"id":"d","depends_on":{"feed":"a"}}]}"#;
    assert_eq!(mistakes(ring).len(), 3, "d is not on the ring: {:#?}", mistakes(ring));
    let many = |n: usize| {
        let feeds: Vec<_> = (0..n).map(|at| format!("{{\"id\":\"f{at}\"}}")).collect();
        format!("{{\"feeds\":[{}]}}", feeds.join(","))
    };
    assert_eq!(settle(&many(16)).map(|(feeds, _)| feeds.len()), Ok(16));
    assert_eq!(mistakes(&many(17)), ["17 feeds are too many. At most 16 are possible."]);
    let long = format!("{{\"feeds\":[{{\"id\":\"a\",\"name\":\"{}\"}}]}}", "x".repeat(64 * 1024));
    assert_eq!(mistakes(&long), ["it is longer than 64 KiB."]);
    assert!(!mistakes(&"[".repeat(60_000)).is_empty(), "deep nesting is no JSON of ours");
}

#[test]
fn a_feed_that_is_not_in_use_is_left_out_with_what_needs_it() {
    let text = r#"{"feeds":[{"id":"a","depends_on":{"feed":"b"}},{"id":"b","enabled":false},{"id":"c"}],
        "cameras":[{"scene":"AB","feeds":["a","b"]},{"scene":"AC","feeds":["a","c"]}]}"#;
    let (feeds, lineup) = settle(text).expect("good");
    assert_eq!(feeds.iter().map(|feed| feed.id.as_str()).collect::<Vec<_>>(), ["a", "c"]);
    assert_eq!(lineup.members.len(), 2);
    assert_eq!(lineup.members[0].depends_on, None);
    assert_eq!(lineup.cameras.len(), 1);
}

#[test]
fn without_a_document_the_stats_settings_make_the_one_feed_and_its_document_says_the_same() {
    let pairs = [
        ("STATS_URL", "http://h/stat"),
        ("STATS_TYPE", "datarhei"),
        ("STATS_USER", "admin"),
        ("STATS_PASSWORD", "hunter2"),
        ("STATS_TOKEN", "t"),
        ("STATS_CONTROL_URL", "http://h/control"),
        ("STATS_PORT", "1935"),
        ("STATS_PUSH_KEY", "k"),
        ("STATS_FEED", "publish/feed1"),
        ("MEDIA_SOURCE_NAME", "Feed"),
        ("REQUEST_TIMEOUT", "2"),
    ];
    let values = Values::from_pairs(pairs);
    let plain = Config::parse(&values).expect("good values");
    let document = Document::of_stats(&values).to_json();
    let mut pairs = pairs.to_vec();
    pairs.push(("FEEDS", &document));
    let written = Config::parse(&Values::from_pairs(pairs)).expect("good values");
    assert_eq!(written, plain);
    assert_eq!(plain.feeds[0].port, Some(1935));
}

#[test]
fn a_feed_waits_as_long_as_request_timeout_says_unless_it_says_itself() {
    let feeds = r#"{"feeds":[{"id":"a"},{"id":"b","timeout_sec":3}]}"#;
    let config = Config::parse(&Values::from_pairs([("FEEDS", feeds), ("REQUEST_TIMEOUT", "1.5")])).expect("good");
    assert_eq!([config.feeds[0].timeout, config.feeds[1].timeout], [Millis(1500), Millis(3000)]);
}

#[test]
fn the_mistakes_stand_among_those_of_the_other_settings() {
    let values = Values::from_pairs([("FEEDS", r#"{"feeds":[{"id":"a","port":"x"}]}"#), ("OBS_PORT", "x")]);
    let text = crate::config::mistake::all(&Config::parse(&values).expect_err("mistakes"));
    assert!(
        text.contains("FEEDS (from the environment): feed 'a': port is 'x'. Allowed: a whole number from 1 to 65535."),
        "{text}"
    );
    assert!(text.contains("OBS_PORT"), "{text}");
}
