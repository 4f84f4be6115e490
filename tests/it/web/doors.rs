//! Claim, sign-in, sign-out.

use super::house::{House, PASSWORD, header, session_of};
use stream_control::domain::command::Outcome;

async fn unclaimed() -> House {
    House::open(&[], |_| Outcome::Done(String::new())).await
}

#[tokio::test]
async fn before_the_claim_every_page_leads_to_it_and_programs_get_401() {
    let house = unclaimed().await;
    let visitor = house.visitor();
    for path in ["/", "/settings", "/health", "/journal", "/login"] {
        let answer = visitor.page(path).await;
        assert_eq!((answer.status().as_u16(), header(&answer, "location")), (303, "/claim"), "{path}");
    }
    let answer = visitor.get("/api/v1/live").await;
    assert_eq!(answer.status(), 401);
    assert!(answer.text().await.unwrap().contains("no owner yet"));
}

#[tokio::test]
async fn a_callback_of_nginx_is_never_refused_whichever_method_it_uses() {
    let house = House::claimed().await;
    let visitor = house.visitor();
    for path in ["/ingest/nginx/main", "/ingest/nginx/nobody?key=wrong", "/ingest/nginx/main?key=a&key=b"] {
        assert_eq!(visitor.get(path).await.status(), 200, "notify_method get: {path}");
        assert_eq!(visitor.post_form(path, &[("call", "publish_done")]).await.status(), 200, "{path}");
    }
}

#[tokio::test]
async fn a_claim_names_each_mistake_and_then_signs_the_owner_in() {
    let house = unclaimed().await;
    let visitor = house.visitor();
    let link = house.access.claim_path().expect("a link while unclaimed");
    let code = link.split_once("code=").expect("a code in the link").1;
    let page = visitor.page(&link).await;
    assert_eq!(page.status(), 200);
    assert!(page.text().await.unwrap().contains(code), "the form carries the code of the link");

    let table = [
        ("tiny5", "tiny5", code, 422, "has 5 characters; it needs at least 12"),
        ("a long password", "another one here", code, 422, "not the same"),
        ("a long password", "a long password", "nonsense", 403, "no longer valid"),
    ];
    for (password, again, code, status, text) in table {
        let form = [("code", code), ("password", password), ("again", again)];
        let answer = visitor.post_form("/claim", &form).await;
        assert_eq!(answer.status(), status, "{text}");
        let html = answer.text().await.unwrap();
        assert!(html.contains(text) && !html.contains(password), "{text}: {html}");
    }

    let form = [("code", code), ("password", "a long password"), ("again", "a long password")];
    let answer = visitor.post_form("/claim", &form).await;
    assert_eq!((answer.status().as_u16(), header(&answer, "location")), (303, "/"));
    let owner = super::house::Visitor { cookie: session_of(&answer), ..house.visitor() };
    assert_eq!(owner.page("/").await.status(), 200);
    let second = visitor.page("/claim").await;
    assert_eq!(header(&second, "location"), "/login", "nobody claims twice");
}

#[tokio::test]
async fn signing_in_sets_a_safe_cookie_and_goes_where_one_wanted_to() {
    let house = House::claimed().await;
    let visitor = house.visitor();
    let asked = visitor.page("/settings?x=1").await;
    assert_eq!(header(&asked, "location"), "/login?next=%2Fsettings%3Fx%3D1");

    let answer = visitor.post_form("/login", &[("password", PASSWORD), ("next", "/settings?x=1")]).await;
    assert_eq!(header(&answer, "location"), "/settings?x=1");
    let cookie = header(&answer, "set-cookie");
    let parts: Vec<&str> = cookie.split("; ").skip(1).collect();
    assert_eq!(parts, ["HttpOnly", "SameSite=Lax", "Path=/", "Max-Age=604800"]);

    let foreign = visitor.post_form("/login", &[("password", PASSWORD), ("next", "//evil.example")]).await;
    assert_eq!(header(&foreign, "location"), "/");
}

#[tokio::test]
async fn the_cookie_is_secure_when_a_proxy_on_this_machine_says_https() {
    let house = House::claimed().await;
    let request = house.visitor().request(reqwest::Method::POST, "/login").header("origin", house.visitor().base);
    let request = request.header("x-forwarded-proto", "https");
    let request = request.header("content-type", "application/x-www-form-urlencoded");
    let answer = request.body("password=correct+horse+battery").send().await.unwrap();
    assert!(header(&answer, "set-cookie").ends_with("; Secure"), "{:?}", answer.headers());
}

#[tokio::test]
async fn wrong_passwords_are_told_so_and_the_sixth_must_wait() {
    let house = House::claimed().await;
    let visitor = house.visitor();
    for _ in 0..5 {
        let answer = visitor.post_form("/login", &[("password", "wrong")]).await;
        assert_eq!(answer.status(), 401);
        assert!(session_of(&answer).is_none());
        assert!(answer.text().await.unwrap().contains("not the password"));
    }
    let answer = visitor.post_form("/login", &[("password", PASSWORD)]).await;
    assert_eq!(answer.status(), 429);
    let wait: u64 = header(&answer, "retry-after").parse().expect("seconds");
    assert!((1..=60).contains(&wait), "{wait}");
    assert!(answer.text().await.unwrap().contains("Too many wrong passwords"));
}

#[tokio::test]
async fn signing_out_ends_the_session_everywhere() {
    let house = House::claimed().await;
    let owner = house.owner().await;
    assert_eq!(owner.get("/api/v1/live").await.status(), 200);
    let answer = owner.post_form("/logout", &[]).await;
    assert!(header(&answer, "set-cookie").contains("Max-Age=0"));
    assert_eq!(owner.get("/api/v1/live").await.status(), 401, "the old cookie is worth nothing");
}
