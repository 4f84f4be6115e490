//! Serves the router on a socket until told to stop. The accept loop is our own because
//! `axum::serve` waits for ever for a request's head, and takes any number of connections.

use super::ctx::Ctx;
use axum::Extension;
use axum::Router;
use axum::extract::ConnectInfo;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto::Builder;
use hyper_util::server::graceful::{GracefulShutdown, Watcher};
use hyper_util::service::TowerToHyperService;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// Time for open requests and sockets to end after the stop.
const GRACE: Duration = Duration::from_secs(2);

/// Longest wait for the head of a request; an idle connection is closed after it too.
const HEAD_TIME: Duration = Duration::from_secs(15);

/// Connections at a time; more wait in the kernel's queue.
const CONNECTIONS: usize = 512;

/// Pause after an accept that failed (no file handles left), so that the loop does not spin.
const ACCEPT_PAUSE: Duration = Duration::from_millis(100);

/// Serves until `ctx.stop` is cancelled, then lets open requests end and sockets say goodbye,
/// within two seconds. Errors: none at present; a failed accept is logged and tried again.
pub async fn serve(listener: TcpListener, ctx: Ctx) -> std::io::Result<()> {
    let app = super::router(ctx.clone());
    let open = GracefulShutdown::new();
    let places = Arc::new(Semaphore::new(CONNECTIONS));
    while let Some((stream, peer, place)) = next(&listener, &places, &ctx).await {
        tokio::spawn(converse(stream, peer, app.clone(), open.watcher(), place));
    }
    drop(listener);
    let ending = async {
        open.shutdown().await;
        ctx.all_seats_free().await;
    };
    let _ = tokio::time::timeout(GRACE, ending).await;
    Ok(())
}

/// The next connection; `None` once it is time to stop.
async fn next(
    listener: &TcpListener,
    places: &Arc<Semaphore>,
    ctx: &Ctx,
) -> Option<(TcpStream, SocketAddr, OwnedSemaphorePermit)> {
    loop {
        let place = tokio::select! {
            () = ctx.stop.cancelled() => return None,
            place = places.clone().acquire_owned() => place.ok()?,
        };
        let accepted = tokio::select! {
            () = ctx.stop.cancelled() => return None,
            accepted = listener.accept() => accepted,
        };
        match accepted {
            Ok((stream, peer)) => return Some((stream, peer, place)),
            Err(error) => {
                tracing::warn!(%error, "a connection could not be accepted");
                tokio::time::sleep(ACCEPT_PAUSE).await;
            }
        }
    }
}

async fn converse(stream: TcpStream, peer: SocketAddr, app: Router, open: Watcher, _place: OwnedSemaphorePermit) {
    // A push of a few bytes must not wait for more to come.
    let _ = stream.set_nodelay(true);
    let mut builder = Builder::new(TokioExecutor::new());
    builder.http1().timer(TokioTimer::new()).header_read_timeout(HEAD_TIME);
    let service = TowerToHyperService::new(app.layer(Extension(ConnectInfo(peer))));
    let talk = builder.serve_connection_with_upgrades(TokioIo::new(stream), service);
    if let Err(error) = open.watch(talk).await {
        tracing::debug!(%error, %peer, "a connection ended early");
    }
}
