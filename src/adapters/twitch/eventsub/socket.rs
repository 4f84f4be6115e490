//! One EventSub socket. We never send anything: Twitch closes with 4001 whoever does; pongs are
//! tungstenite's. Keepalives and notifications show that it lives, pings do not.

use super::frame::{Frame, Session, read};
use crate::kit::text;
use crate::kit::units::Millis;
use futures_util::StreamExt as _;
use std::time::Duration;
use tokio::net::TcpStream;
use tokio::time::{Instant, timeout, timeout_at};
use tokio_tungstenite::tungstenite::error::CapacityError;
use tokio_tungstenite::tungstenite::protocol::{CloseFrame, WebSocketConfig};
use tokio_tungstenite::tungstenite::{Error, Message};
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, connect_async_with_config};
use url::{Host, Url};

/// Seconds between two signs of life that we ask for.
const KEEPALIVE: &str = "30";
/// A socket that says nothing for its keepalive times this is dead.
const WATCHDOG: f64 = 1.2;
/// The largest frame. Real ones have a few KiB.
const LARGEST: usize = 1024 * 1024;

/// A socket that was welcomed.
pub struct Socket {
    stream: WebSocketStream<MaybeTlsStream<TcpStream>>,
    session: Session,
    heard: Instant,
}

/// Why there is no socket any more.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Lost {
    /// No connection.
    #[error("Twitch's events cannot be reached ({0})")]
    Unreachable(String),
    /// A connection without welcome.
    #[error("Twitch's events did not answer")]
    NoWelcome,
    /// The address to move to cannot be used.
    #[error("Twitch named an address that cannot be used")]
    BadAddress,
    /// Nothing came for longer than the keepalive.
    #[error("nothing came for {0}")]
    Silent(Millis),
    /// A frame above 1 MiB.
    #[error("Twitch sent a frame that is too large")]
    TooLarge,
    /// Twitch closed it.
    #[error("Twitch closed the connection: {0}")]
    Closed(Close),
    /// It broke without a word.
    #[error("the connection broke")]
    Broken,
}

/// Twitch's close codes ("WebSocket close codes").
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Close {
    /// 4000
    #[error("trouble at Twitch")]
    ServerError,
    /// 4001
    #[error("it says that we spoke")]
    WeSpoke,
    /// 4002
    #[error("it missed our answer to a ping")]
    NoPong,
    /// 4003
    #[error("no subscription came in time")]
    Unused,
    /// 4004
    #[error("we did not move in time")]
    GraceOver,
    /// 4005
    #[error("its network was too slow")]
    NetworkTimeout,
    /// 4006
    #[error("its network failed")]
    NetworkError,
    /// 4007
    #[error("it does not know the address that it named")]
    BadReconnect,
    /// Another one, or none.
    #[error("{0}")]
    Other(String),
}

impl From<Option<CloseFrame>> for Close {
    fn from(frame: Option<CloseFrame>) -> Self {
        let Some(frame) = frame else { return Self::Other("no reason given".to_owned()) };
        match u16::from(frame.code) {
            4000 => Self::ServerError,
            4001 => Self::WeSpoke,
            4002 => Self::NoPong,
            4003 => Self::Unused,
            4004 => Self::GraceOver,
            4005 => Self::NetworkTimeout,
            4006 => Self::NetworkError,
            4007 => Self::BadReconnect,
            code => Self::Other(format!("code {code} {}", text::excerpt(&frame.reason, 80)).trim_end().to_owned()),
        }
    }
}

impl Socket {
    /// A fresh session at the address of the settings; connection and welcome may take `patience`.
    ///
    /// # Errors
    /// See [`Lost`].
    pub async fn open(base: &Url, patience: Duration) -> Result<Self, Lost> {
        let mut url = base.clone();
        url.query_pairs_mut().append_pair("keepalive_timeout_seconds", KEEPALIVE);
        Self::welcomed(url.as_str(), patience).await
    }

    /// The session that moves: to the address as Twitch named it, nothing added. Only a socket as safe
    /// as `base`, of the same house, will do.
    ///
    /// # Errors
    /// See [`Lost`].
    pub async fn follow(base: &Url, named: &str, patience: Duration) -> Result<Self, Lost> {
        let url = Url::parse(named).map_err(|_| Lost::BadAddress)?;
        let as_safe = url.scheme() == "wss" || url.scheme() == "ws" && base.scheme() == "ws";
        if !as_safe || !is_same_house(base, &url) {
            return Err(Lost::BadAddress);
        }
        Self::welcomed(named, patience).await
    }

    async fn welcomed(url: &str, patience: Duration) -> Result<Self, Lost> {
        timeout(patience, Self::connect(url)).await.unwrap_or(Err(Lost::NoWelcome))
    }

    async fn connect(url: &str) -> Result<Self, Lost> {
        let limits = WebSocketConfig::default().max_frame_size(Some(LARGEST)).max_message_size(Some(LARGEST));
        let (mut stream, _) =
            connect_async_with_config(url, Some(limits), true).await.map_err(|error| unreachable(&error))?;
        loop {
            if let Heard::Frame(Frame::Welcome(session)) = hear(&mut stream).await? {
                return Ok(Self { stream, session, heard: Instant::now() });
            }
        }
    }

    /// The session as welcomed.
    pub fn session(&self) -> &Session {
        &self.session
    }

    /// The next frame. May be dropped while it waits without losing one.
    ///
    /// # Errors
    /// The socket is over; see [`Lost`].
    pub async fn next(&mut self) -> Result<Frame, Lost> {
        let silence = self.session.keepalive.scale(WATCHDOG);
        loop {
            let heard = timeout_at(self.heard + silence.into(), hear(&mut self.stream)).await;
            match heard.unwrap_or(Err(Lost::Silent(silence)))? {
                Heard::Frame(frame) => {
                    self.heard = Instant::now();
                    return Ok(frame);
                }
                Heard::Nothing => {}
            }
        }
    }
}

/// The same host, or a neighbour below the same domain: `cell-a.eventsub.wss.twitch.tv` stands in for
/// `eventsub.wss.twitch.tv`.
fn is_same_house(base: &Url, named: &Url) -> bool {
    let (Some(Host::Domain(base)), Some(Host::Domain(named))) = (base.host(), named.host()) else {
        return base.host() == named.host();
    };
    let at = base.rmatch_indices('.').nth(1).map(|(at, _)| at + 1);
    let domain = at.map_or(base, |at| &base[at..]);
    base == named || named.strip_suffix(domain).is_some_and(|before| before.ends_with('.'))
}

enum Heard {
    Frame(Frame),
    Nothing,
}

async fn hear(stream: &mut WebSocketStream<MaybeTlsStream<TcpStream>>) -> Result<Heard, Lost> {
    match stream.next().await {
        Some(Ok(Message::Text(text))) => Ok(Heard::Frame(read(&text))),
        Some(Ok(Message::Binary(_))) => Ok(Heard::Frame(Frame::Unknown("binary".to_owned()))),
        Some(Ok(Message::Close(frame))) => Err(Lost::Closed(frame.into())),
        Some(Ok(_)) => Ok(Heard::Nothing),
        Some(Err(Error::Capacity(CapacityError::MessageTooLong { .. }))) => Err(Lost::TooLarge),
        Some(Err(_)) | None => Err(Lost::Broken),
    }
}

/// tungstenite's own words may hold the address, and a reconnect address holds a secret.
fn unreachable(error: &Error) -> Lost {
    Lost::Unreachable(match error {
        Error::Http(answer) => format!("HTTP {}", answer.status().as_u16()),
        Error::Tls(_) => "no safe connection".to_owned(),
        Error::Io(error) => error.kind().to_string(),
        _ => "no connection".to_owned(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_close_code_has_its_words() {
        let close = |code: u16| Close::from(Some(CloseFrame { code: code.into(), reason: "by\u{202e}e".into() }));
        let known: std::collections::BTreeSet<String> = (4000..=4007).map(|code| close(code).to_string()).collect();
        assert_eq!(known.len(), 8);
        assert_eq!(close(4042), Close::Other("code 4042 bye".to_owned()));
        assert_eq!(Close::from(None), Close::Other("no reason given".to_owned()));
    }

    #[tokio::test]
    async fn a_session_never_moves_to_an_unsafe_address() {
        let base = Url::parse("wss://eventsub.example/ws").unwrap();
        for named in ["ws://eventsub.example/ws", "http://x/", "file:///etc/passwd", "nonsense"] {
            let followed = Socket::follow(&base, named, Duration::from_secs(1)).await;
            assert_eq!(followed.err(), Some(Lost::BadAddress), "{named}");
        }
    }

    #[test]
    fn a_session_stays_in_the_house() {
        let twitch = "wss://eventsub.wss.twitch.tv/ws";
        let table = [
            (twitch, "wss://cell-a.eventsub.wss.twitch.tv/ws?challenge=x", true),
            (twitch, "wss://eventsub-beta.wss.twitch.tv/ws", true),
            (twitch, "wss://eventsub.wss.twitch.tv.evil.example/ws", false),
            (twitch, "wss://eviltwitch.tv/ws", false),
            (twitch, "wss://127.0.0.1:8080/ws", false),
            (twitch, "wss://[::1]/ws", false),
            (twitch, "wss://eventsub.wss.twitch.tv@evil.example/ws", false),
            ("ws://127.0.0.1:1/ws", "ws://127.0.0.1:2/ws", true),
            ("ws://127.0.0.1:1/ws", "ws://127.0.0.2:1/ws", false),
            ("ws://localhost:1/ws", "ws://localhost:2/ws", true),
            ("ws://localhost:1/ws", "ws://evil.example/ws", false),
        ];
        for (base, named, good) in table {
            let (base, url) = (Url::parse(base).unwrap(), Url::parse(named).unwrap());
            assert_eq!(is_same_house(&base, &url), good, "{named}");
        }
    }
}
