//! A stretch of network between a player and a server that can be clogged: connections stay and carry
//! nothing any more, as when a mobile carrier or a firewall forgets them. New ones work.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;

/// The stretch. Dropping it clogs it for good and takes no new connections.
pub struct Hose {
    port: u16,
    opened: Arc<AtomicUsize>,
    /// Connections up to this number carry nothing.
    clogged: watch::Sender<usize>,
    listening: tokio::task::JoinHandle<()>,
}

impl Hose {
    /// One that leads to a port of 127.0.0.1.
    pub async fn start(to: u16) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.expect("a free port");
        let port = listener.local_addr().expect("an address").port();
        let (clogged, _) = watch::channel(0);
        let opened = Arc::new(AtomicUsize::new(0));
        let (count, clogs) = (opened.clone(), clogged.clone());
        let listening = tokio::spawn(async move {
            while let Ok((player, _)) = listener.accept().await {
                let Ok(server) = TcpStream::connect(("127.0.0.1", to)).await else { continue };
                let number = count.fetch_add(1, Ordering::SeqCst) + 1;
                let (from_player, to_player) = player.into_split();
                let (from_server, to_server) = server.into_split();
                tokio::spawn(carry(from_player, to_server, number, clogs.subscribe()));
                tokio::spawn(carry(from_server, to_player, number, clogs.subscribe()));
            }
        });
        Self { port, opened, clogged, listening }
    }

    /// Where a player finds the feed behind it.
    pub fn rtmp_url(&self, path: &str) -> String {
        format!("rtmp://127.0.0.1:{}/{path}", self.port)
    }

    /// How many connections were opened so far.
    pub fn opened(&self) -> usize {
        self.opened.load(Ordering::SeqCst)
    }

    /// The connections that stand carry nothing from now on.
    pub fn clog(&self) {
        self.clogged.send_replace(self.opened());
    }
}

impl Drop for Hose {
    fn drop(&mut self) {
        self.listening.abort();
    }
}

async fn carry(
    mut from: impl AsyncRead + Unpin,
    mut to: impl AsyncWrite + Unpin,
    number: usize,
    mut clogged: watch::Receiver<usize>,
) {
    let mut buffer = vec![0; 16 * 1024];
    loop {
        let read = tokio::select! {
            _ = clogged.wait_for(|upto| *upto >= number) => break,
            read = from.read(&mut buffer) => read,
        };
        let Ok(size @ 1..) = read else { return };
        if to.write_all(&buffer[..size]).await.is_err() {
            return;
        }
    }
    // Both ends stay open and hear nothing.
    std::future::pending::<()>().await;
}
