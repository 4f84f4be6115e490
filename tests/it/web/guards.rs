//! What guards every request: Origin, policy, sizes, errors, files.

use super::house::{House, header, json};
use quick_xml::Reader;
use quick_xml::events::{BytesStart, Event};
use stream_control::domain::alert::AlertKind;
use stream_control::domain::command::{Order, Outcome, RaiseAlert};

#[tokio::test]
async fn a_post_must_come_from_our_own_pages() {
    let house = House::claimed().await;
    let owner = house.owner().await;
    let own = owner.base.clone();
    let referer = format!("{own}/settings");
    let table = [
        ("origin", own.as_str(), 200),
        ("referer", referer.as_str(), 200),
        ("origin", "http://evil.example", 403),
        ("origin", "null", 403),
        ("x-nothing", "", 403),
    ];
    for (name, value, status) in table {
        let request = owner.request(reqwest::Method::POST, "/api/v1/obs/stop").header(name, value);
        assert_eq!(request.send().await.unwrap().status(), status, "{name}: {value}");
    }
    assert_eq!(house.orders.lock().unwrap().len(), 2, "refused requests give no orders");
}

#[tokio::test]
async fn no_page_has_inline_script_or_style_and_all_have_the_policy() {
    let house = House::claimed().await;
    let (owner, visitor) = (house.owner().await, house.visitor());
    let unclaimed = House::open(&[], |_| Outcome::Done(String::new())).await;
    let pages = [
        (&owner, "/"),
        (&owner, "/health"),
        (&owner, "/settings"),
        (&owner, "/more"),
        (&owner, "/stream"),
        (&owner, "/chat"),
        (&owner, "/settings/switching"),
        (&owner, "/settings/feeds"),
        (&owner, "/settings/feeds/new"),
        (&owner, "/settings/feed/main"),
        (&owner, "/nowhere"),
        (&visitor, "/login"),
        (&visitor, "/overlay"),
        (&unclaimed.visitor(), "/claim?code=%22%3E%3Cscript%3Ex"),
    ];
    for (who, path) in pages {
        let page = who.page(path).await;
        let policy = header(&page, "content-security-policy").to_owned();
        assert!(policy.starts_with("default-src 'none'; script-src 'self'; style-src 'self'"), "{path}: {policy}");
        assert!(!policy.contains("unsafe"), "{path}: {policy}");
        let framed = policy.ends_with("frame-ancestors *");
        assert_eq!(framed, path == "/overlay", "only the overlay may be framed: {path}");
        assert_eq!(header(&page, "x-content-type-options"), "nosniff");
        assert_eq!(header(&page, "referrer-policy"), "same-origin");
        assert_eq!(inline(&page.text().await.unwrap()), Vec::<String>::new(), "{path}");
    }
}

#[test]
fn the_inline_check_finds_what_it_looks_for() {
    let bad = r#"<!doctype html><p style="x"><a onclick="y()">z</a><script>1</script><style>p{}</style>
        <a href="javascript:x">"#;
    assert_eq!(inline(bad).len(), 5);
    assert!(inline(r#"<script src="/a.js"></script><input autofocus><p class="style">"#).is_empty());
}

/// Everything in a page that a policy without 'unsafe-inline' would block.
fn inline(html: &str) -> Vec<String> {
    let mut reader = Reader::from_str(html);
    reader.config_mut().check_end_names = false;
    let mut found = Vec::new();
    loop {
        match reader.read_event().expect("well-formed tags") {
            Event::Start(tag) | Event::Empty(tag) => found.extend(faults(&tag)),
            Event::Eof => return found,
            _ => {}
        }
    }
}

fn faults(tag: &BytesStart<'_>) -> Vec<String> {
    let name = tag.name().as_ref().to_lowercase();
    let attributes: Vec<(String, String)> = tag
        .html_attributes()
        .map(|attribute| attribute.expect("a readable attribute"))
        .map(|attribute| {
            let key = attribute.key.as_ref().to_lowercase();
            (key, attribute.value.to_lowercase())
        })
        .collect();
    let has = |wanted: &str| attributes.iter().any(|(key, _)| key == wanted);
    let bare = (name == "script" && !has("src")) || name == "style";
    let mut faults: Vec<String> = bare.then(|| format!("<{name}>")).into_iter().collect();
    for (key, value) in &attributes {
        if key == "style" || key.starts_with("on") || value.trim_start().starts_with("javascript:") {
            faults.push(format!("<{name} {key}>"));
        }
    }
    faults
}

#[tokio::test]
async fn errors_are_a_page_or_json_with_the_number_of_the_request() {
    let house = House::claimed().await;
    let visitor = house.visitor();
    let page = visitor.page("/nowhere").await;
    assert_eq!(page.status(), 404);
    let id = header(&page, "x-request-id").to_owned();
    assert!(!id.is_empty() && page.text().await.unwrap().contains(&id));

    let answer = visitor.get("/api/v1/nowhere").await;
    let id = header(&answer, "x-request-id").to_owned();
    let body = json(answer).await;
    assert_eq!(
        (body["error"].as_str(), body["request_id"].as_str()),
        (Some("There is nothing at this address."), Some(id.as_str()))
    );
    let wrong_verb = visitor.get("/api/v1/obs/start").await;
    assert_eq!(wrong_verb.status(), 405);
    assert!(json(wrong_verb).await["error"].is_string());
}

#[tokio::test]
async fn bodies_over_the_limit_are_refused_with_413() {
    let house = House::claimed().await;
    let owner = house.owner().await;
    let big = |bytes: usize| format!(r#"{{"type":"low","scene":"x","message":"{}"}}"#, "a".repeat(bytes));
    let table = [
        ("/api/alert", 17 * 1024, 413),
        ("/api/alert", 15 * 1024, 200),
        ("/api/v1/obs/scene", 65 * 1024, 413),
        ("/api/v1/obs/scene", 60 * 1024, 200),
    ];
    for (path, bytes, status) in table {
        let answer = owner.post_json(path, &big(bytes)).await;
        assert_eq!(answer.status(), status, "{path} with {bytes} bytes");
    }
}

#[tokio::test]
async fn a_head_over_the_limit_is_refused_with_431() {
    let house = House::claimed().await;
    for (bytes, status) in [(8 * 1024, 404), (48 * 1024, 431)] {
        let request = house.visitor().request(reqwest::Method::GET, "/nowhere").header("x-long", "a".repeat(bytes));
        assert_eq!(request.send().await.unwrap().status(), status, "{bytes} bytes");
    }
}

#[tokio::test]
async fn an_alert_needs_its_token_or_this_machine() {
    const TOKEN: &[(&str, &str)] = &[("LOGIN_PASSWORD", "correct horse battery"), ("ALERT_TOKEN", "sesame-sesame")];
    const BARE: &[(&str, &str)] = &[("LOGIN_PASSWORD", "correct horse battery")];
    let low = r#"{"type":"low","message":"Weak."}"#;
    let table = [
        ("right token", TOKEN, vec![("x-alert-token", "sesame-sesame")], low, 200),
        ("wrong token", TOKEN, vec![("x-alert-token", "sesame")], low, 403),
        ("no token", TOKEN, vec![], low, 403),
        ("wrong type", TOKEN, vec![("x-alert-token", "sesame-sesame")], r#"{"type":"high","message":"x"}"#, 400),
        ("no JSON", TOKEN, vec![("x-alert-token", "sesame-sesame")], "hello", 400),
        ("unset, from here", BARE, vec![], low, 200),
        ("unset, through a proxy here", BARE, vec![("x-forwarded-for", "127.0.0.1")], low, 403),
        ("unset, through a proxy here that only passes the name on", BARE, vec![("host", "live.example")], low, 403),
        ("unset, from a foreign page", BARE, vec![("origin", "http://evil.example")], low, 403),
    ];
    for (what, env, headers, body, status) in table {
        let house = House::open(env, |_| Outcome::Done("Out.".to_owned())).await;
        let mut request = house.visitor().request(reqwest::Method::POST, "/api/alert");
        request = request.header("content-type", "application/json");
        for (name, value) in headers {
            request = request.header(name, value);
        }
        let answer = request.body(body).send().await.unwrap();
        assert_eq!(answer.status(), status, "{what}");
        let text = answer.text().await.unwrap();
        assert!(status != 400 || text.contains("restored"), "a 400 names what is allowed: {text}");
        let wanted = RaiseAlert { kind: AlertKind::Low, message: "Weak.".to_owned() };
        let given = house.orders.lock().unwrap().clone();
        assert_eq!(given, if status == 200 { vec![Order::Alerts(wanted)] } else { vec![] }, "{what}");
    }
}

#[tokio::test]
async fn files_are_kept_for_ever_under_their_build_and_checked_otherwise() {
    let house = House::claimed().await;
    let visitor = house.visitor();
    let page = visitor.page("/overlay").await.text().await.unwrap();
    let css = page.split('"').find(|part| part.ends_with("overlay.css")).expect("a stylesheet");
    let file = visitor.get(css).await;
    assert_eq!(file.status(), 200);
    assert!(header(&file, "cache-control").contains("immutable"));
    assert!(header(&file, "content-type").starts_with("text/css"));
    let tag = header(&file, "etag").to_owned();
    let again = visitor.request(reqwest::Method::GET, css).header("if-none-match", tag).send().await.unwrap();
    assert_eq!(again.status(), 304);
    let old_build = visitor.get("/static/000000/css/overlay.css").await;
    assert_eq!((old_build.status().as_u16(), header(&old_build, "cache-control")), (200, "no-cache"));
    for missing in ["/static/x/nothing.css", "/static/x/../../Cargo.toml", "/static/x/%2e%2e/Cargo.toml"] {
        assert_eq!(visitor.get(missing).await.status(), 404, "{missing}");
    }
}

#[tokio::test]
async fn every_file_that_a_page_or_module_names_is_served() {
    let house = House::claimed().await;
    let (owner, visitor) = (house.owner().await, house.visitor());
    let mut wanted = Vec::new();
    for (who, path) in
        [(&owner, "/"), (&owner, "/health"), (&owner, "/journal"), (&owner, "/settings"), (&visitor, "/overlay")]
    {
        let html = who.page(path).await.text().await.unwrap();
        let named = html.split('"').filter(|part| part.starts_with("/static/") && part.contains('.'));
        wanted.extend(named.map(str::to_owned));
    }
    let folder = wanted[0].rsplit_once("/js/").or(wanted[0].rsplit_once("/css/")).expect("a folder").0.to_owned();
    wanted.extend(["low.wav", "restored.wav"].map(|name| format!("{folder}/sounds/{name}")));
    let mut seen = std::collections::BTreeSet::new();
    while let Some(path) = wanted.pop() {
        if !seen.insert(path.clone()) {
            continue;
        }
        let file = visitor.get(&path).await;
        assert_eq!(file.status(), 200, "{path}");
        if path.ends_with(".js") {
            let text = file.text().await.unwrap();
            let imports = text.split(" from \"./").skip(1).filter_map(|rest| rest.split('"').next());
            wanted.extend(imports.map(|name| format!("{folder}/js/{name}")));
        }
    }
    assert!(seen.len() > 15, "pages, modules and sounds were followed: {seen:?}");
}

#[tokio::test]
async fn before_the_claim_a_visitor_from_behind_a_proxy_is_kept_out() {
    let house = House::open(&[], |_| Outcome::Done(String::new())).await;
    let request = house.visitor().request(reqwest::Method::GET, "/claim").header("accept", "text/html");
    let answer = request.header("x-forwarded-for", "192.168.1.5").send().await.unwrap();
    assert_eq!(answer.status(), 403);
    assert!(answer.text().await.unwrap().contains("no owner yet"));
}
