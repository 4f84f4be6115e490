//! The socket side: plain HTTP/1.1 by hand, because half of what it must do is wrong on purpose.

use super::{Manners, Mode, Shape, World};
use crate::kit::clock;
use crate::kit::units::Mono;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;
use tokio_util::sync::{CancellationToken, DropGuard};
use url::Url;

/// Requests remembered for the tests.
const REMEMBERED: usize = 200;

/// A request longer than this is not answered.
const LONGEST_REQUEST: usize = 16 * 1024;

struct State {
    world: World,
    since: Mono,
    manners: Manners,
    asked: Vec<Asked>,
    connections: u64,
}

/// One request that came in.
#[derive(Clone, Debug)]
pub struct Asked {
    /// When.
    pub at: Mono,
    /// Request line and headers.
    pub head: String,
}

/// A running fake; it stops when dropped.
pub struct FakeIngest {
    url: Url,
    state: Arc<Mutex<State>>,
    _stop: DropGuard,
}

impl FakeIngest {
    /// Starts on a free port of loopback; nobody is connected to it yet.
    pub async fn start(shape: Shape) -> std::io::Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let url = page(shape, listener.local_addr()?.port()).map_err(std::io::Error::other)?;
        let state = State {
            world: World::new(shape),
            since: clock::mono(),
            manners: Manners::Good,
            asked: Vec::new(),
            connections: 0,
        };
        let state = Arc::new(Mutex::new(state));
        let stop = CancellationToken::new();
        tokio::spawn(stop.clone().run_until_cancelled_owned(serve(listener, state.clone())));
        Ok(Self { url, state, _stop: stop.drop_guard() })
    }

    /// The address of the page.
    pub fn url(&self) -> Url {
        self.url.clone()
    }

    /// From now on the link does this.
    pub fn set(&self, mode: Mode) {
        let mut state = lock(&self.state);
        let now = clock::mono();
        state.world = state.world.then(now.since(state.since), mode);
        state.since = now;
    }

    /// From now on the page behaves like this.
    pub fn behave(&self, manners: Manners) {
        lock(&self.state).manners = manners;
    }

    /// From now on another worker answers; with [`Mode::Gone`] this is what a reload of nginx looks
    /// like.
    pub fn reload(&self) {
        lock(&self.state).world.pid += 1;
    }

    /// The newest requests, oldest first.
    pub fn asked(&self) -> Vec<Asked> {
        lock(&self.state).asked.clone()
    }

    /// How many connections came in so far.
    pub fn connections(&self) -> u64 {
        lock(&self.state).connections
    }
}

fn page(shape: Shape, port: u16) -> Result<Url, url::ParseError> {
    let page = match shape {
        Shape::Sls => "stats?publisher=publish/live/feed1",
        Shape::Nginx => "stat",
    };
    Url::parse(&format!("http://127.0.0.1:{port}/{page}"))
}

fn lock(state: &Mutex<State>) -> MutexGuard<'_, State> {
    state.lock().unwrap_or_else(PoisonError::into_inner)
}

async fn serve(listener: TcpListener, state: Arc<Mutex<State>>) {
    // Dropped with this future, and the connections with it.
    let mut connections = JoinSet::new();
    while let Ok((socket, _)) = listener.accept().await {
        while connections.try_join_next().is_some() {}
        lock(&state).connections += 1;
        let state = state.clone();
        connections.spawn(async move {
            // A client that goes away in the middle is its own affair.
            let _ = answer(socket, &state).await;
        });
    }
}

async fn answer(mut socket: TcpStream, state: &Mutex<State>) -> std::io::Result<()> {
    while let Some(head) = request(&mut socket).await? {
        let reply = reply(&mut lock(state), head);
        match reply {
            Reply::Nothing => return Ok(()),
            Reply::Never => tokio::time::sleep(Duration::from_secs(3600)).await,
            Reply::Last(bytes) => {
                socket.write_all(&bytes).await?;
                return socket.shutdown().await;
            }
            Reply::Whole(bytes) => socket.write_all(&bytes).await?,
        }
    }
    Ok(())
}

/// The first byte of a TLS handshake.
const TLS_HELLO: u8 = 0x16;

/// The head of the next request; `None` when the client is done. A TLS greeting counts as one: real
/// servers answer it in plain HTTP too.
async fn request(socket: &mut TcpStream) -> std::io::Result<Option<String>> {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") && head.first() != Some(&TLS_HELLO) {
        if head.len() > LONGEST_REQUEST || socket.read_buf(&mut head).await? == 0 {
            return Ok(None);
        }
    }
    Ok(Some(String::from_utf8_lossy(&head).into_owned()))
}

enum Reply {
    Whole(Vec<u8>),
    Last(Vec<u8>),
    Nothing,
    Never,
}

fn reply(state: &mut State, head: String) -> Reply {
    let now = clock::mono();
    if state.asked.len() == REMEMBERED {
        state.asked.remove(0);
    }
    state.asked.push(Asked { at: now, head });
    let document = state.world.document_with(now.since(state.since), state.manners);
    misbehave(state.manners, document)
}

fn misbehave(manners: Manners, document: String) -> Reply {
    let half = document.len() / 2;
    match manners {
        Manners::Hang => Reply::Never,
        Manners::Close => Reply::Nothing,
        Manners::NotHttp => Reply::Last(b"\x03hello, this is RTMP\r\n\r\n".to_vec()),
        Manners::Status(status) => Reply::Whole(http(status, "", "<html><body>Trouble</body></html>")),
        Manners::RateLimit { retry_after } => {
            let body = r#"{"message":"Rate limit exceeded","status":"error"}"#;
            Reply::Whole(http(429, &format!("Retry-After: {retry_after}\r\n"), body))
        }
        Manners::Html => Reply::Whole(http(200, "", "<!DOCTYPE html>\n<html><body>Please log in</body></html>")),
        Manners::HalfDocument => Reply::Whole(http(200, "", &document[..half])),
        Manners::HalfBody => {
            let mut bytes = http(200, "", &document);
            bytes.truncate(bytes.len() - half);
            Reply::Last(bytes)
        }
        Manners::Empty => Reply::Whole(http(200, "", "")),
        Manners::TenMebibytes => Reply::Last(http(200, "", &" ".repeat(10 * 1024 * 1024))),
        _ => Reply::Whole(http(200, "", &document)),
    }
}

fn http(status: u16, headers: &str, body: &str) -> Vec<u8> {
    format!("HTTP/1.1 {status} As told\r\nContent-Length: {}\r\n{headers}\r\n{body}", body.len()).into_bytes()
}
