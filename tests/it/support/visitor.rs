//! Someone at the page who speaks HTTP as a browser does: with cookie and Origin, redirects in sight.

use super::real::comes_true;
use serde_json::Value;
use std::net::SocketAddr;
use std::sync::Mutex;
use std::time::Duration;
use url::form_urlencoded::Serializer;

/// Longest wait for anything. Only a bug needs it; it is no measure of speed.
const LIMIT: Duration = Duration::from_secs(60);

/// Keeps its session over restarts of the daemon.
pub struct Visitor {
    client: reqwest::Client,
    /// Where the daemon serves.
    pub address: SocketAddr,
    cookie: Mutex<String>,
}

/// One answer.
#[derive(Debug)]
pub struct Answer {
    /// HTTP status.
    pub status: u16,
    /// Where a redirect leads.
    pub location: String,
    /// The whole body.
    pub body: String,
}

impl Answer {
    /// The body as JSON.
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_else(|e| panic!("{e}: {self:?}"))
    }

    /// The text of an order's end.
    pub fn text(&self) -> String {
        self.json()["text"].as_str().unwrap_or_default().to_owned()
    }
}

impl Visitor {
    /// Nobody yet.
    pub fn new(address: SocketAddr) -> Self {
        let _ = rustls::crypto::ring::default_provider().install_default();
        let client = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).no_proxy();
        let client = client.pool_max_idle_per_host(0).build().expect("an HTTP client");
        Self { client, address, cookie: Mutex::default() }
    }

    /// Signed in as the owner.
    pub async fn signed_in(address: SocketAddr, password: &str) -> Self {
        let visitor = Self::new(address);
        let answer = visitor.form("/login", &[("password", password)]).await;
        assert_eq!((answer.status, answer.location.as_str()), (303, "/"), "{answer:?}");
        visitor
    }

    /// The session's cookie line, for sockets.
    pub fn cookie(&self) -> String {
        self.cookie.lock().expect("no thread panics with the cookie").clone()
    }

    /// GET.
    pub async fn get(&self, path: &str) -> Answer {
        self.send(self.client.get(self.url(path))).await.expect("the daemon answers")
    }

    /// Where a foreign page sends its visitor on to.
    pub async fn follow(&self, url: &str) -> String {
        let answer = self.client.get(url).send().await.expect("the other side answers");
        let to = answer.headers().get("location").and_then(|value| value.to_str().ok());
        to.unwrap_or_default().to_owned()
    }

    /// POST of a form, as a page sends it.
    pub async fn form(&self, path: &str, fields: &[(&str, &str)]) -> Answer {
        let body = Serializer::new(String::new()).extend_pairs(fields).finish();
        let post = self.client.post(self.url(path)).header("content-type", "application/x-www-form-urlencoded");
        self.send(post.body(body)).await.expect("the daemon answers")
    }

    /// POST of JSON, or of nothing for null.
    pub async fn post(&self, path: &str, body: Value) -> Answer {
        let post = self.client.post(self.url(path)).header("content-type", "application/json");
        let body = if body.is_null() { String::new() } else { body.to_string() };
        self.send(post.body(body)).await.expect("the daemon answers")
    }

    /// Waits until the Live page's sections satisfy `wanted`, and gives them.
    pub async fn live(&self, what: &str, wanted: impl Fn(&Value) -> bool) -> Value {
        let mut last = Value::Null;
        let come = comes_true(LIMIT, async || {
            let answer = self.send(self.client.get(self.url("/api/v1/live"))).await;
            last = answer.map(|answer| answer.json()["sections"].take()).unwrap_or_default();
            !last.is_null() && wanted(&last)
        });
        assert!(come.await, "waited in vain for {what}: {last:#}");
        last
    }

    fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    async fn send(&self, request: reqwest::RequestBuilder) -> reqwest::Result<Answer> {
        let origin = format!("http://{}", self.address);
        let request = request.header("origin", origin).header("accept", "application/json, text/html");
        let response = request.header("cookie", self.cookie()).send().await?;
        let header =
            |name: &str| response.headers().get(name).and_then(|value| value.to_str().ok()).unwrap_or_default();
        if let Some((pair, _)) = header("set-cookie").split_once(';') {
            *self.cookie.lock().expect("no thread panics with the cookie") = pair.to_owned();
        }
        let (status, location) = (response.status().as_u16(), header("location").to_owned());
        Ok(Answer { status, location, body: response.text().await? })
    }
}

/// The health row of this name.
pub fn row<'a>(sections: &'a Value, name: &str) -> &'a Value {
    let rows = sections["health"].as_array().into_iter().flatten();
    rows.into_iter().find(|row| row["name"] == name).unwrap_or(&Value::Null)
}
