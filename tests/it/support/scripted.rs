//! A small HTTP server on loopback that answers as a test tells it, and remembers what it was asked.

use axum::Router;
use axum::extract::Request;
use axum::http::StatusCode;
use axum::response::IntoResponse;
use std::sync::{Arc, Mutex, PoisonError};
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

/// What was asked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Asked {
    /// Method, path and query: `GET /stat`.
    pub line: String,
    /// The header `Authorization`.
    pub authorization: Option<String>,
    /// The body.
    pub body: String,
}

/// What to answer.
pub enum Say {
    /// This status and body.
    This(u16, String),
    /// Nothing, for ever.
    Nothing,
}

/// Success with this body.
pub fn fine(body: impl Into<String>) -> Say {
    Say::This(200, body.into())
}

/// Nothing is there.
pub fn not_found() -> Say {
    Say::This(404, "<html><body>404 Not Found</body></html>".to_owned())
}

/// The server; it ends with its handle.
pub struct Scripted {
    port: u16,
    asked: Arc<Mutex<Vec<Asked>>>,
    task: JoinHandle<()>,
}

impl Scripted {
    /// Starts one that answers so.
    pub async fn start(answer: impl Fn(&Asked) -> Say + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let port = listener.local_addr().expect("an address").port();
        let asked = Arc::new(Mutex::new(Vec::new()));
        let (answer, remembered) = (Arc::new(answer), asked.clone());
        let handle = move |request: Request| {
            let (answer, remembered) = (answer.clone(), remembered.clone());
            async move {
                let asked = read(request).await;
                let said = answer(&asked);
                remembered.lock().unwrap_or_else(PoisonError::into_inner).push(asked);
                match said {
                    Say::This(status, body) => (StatusCode::from_u16(status).expect("a status"), body).into_response(),
                    Say::Nothing => std::future::pending().await,
                }
            }
        };
        let app = Router::new().fallback(handle);
        let task = tokio::spawn(async move { axum::serve(listener, app).await.expect("it serves") });
        Self { port, asked, task }
    }

    /// The machine with this path.
    pub fn url(&self, path: &str) -> url::Url {
        format!("http://127.0.0.1:{}{path}", self.port).parse().expect("an address")
    }

    /// What it was asked so far, oldest first.
    pub fn asked(&self) -> Vec<Asked> {
        self.asked.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// The first lines of that.
    pub fn lines(&self) -> Vec<String> {
        self.asked().into_iter().map(|asked| asked.line).collect()
    }
}

impl Drop for Scripted {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn read(request: Request) -> Asked {
    let line = format!("{} {}", request.method(), request.uri());
    let authorization = request.headers().get("authorization").and_then(|value| value.to_str().ok());
    let authorization = authorization.map(str::to_owned);
    let body = axum::body::to_bytes(request.into_body(), 65_536).await.expect("a body");
    Asked { line, authorization, body: String::from_utf8_lossy(&body).into_owned() }
}
