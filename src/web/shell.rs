//! Serves the router on a socket until told to stop.

use super::ctx::Ctx;
use std::net::SocketAddr;
use std::time::Duration;
use tokio::net::TcpListener;

/// Time for open requests to end after the stop; sockets say goodbye at once.
const GRACE: Duration = Duration::from_secs(2);

/// Serves until `ctx.stop` is cancelled, then closes every connection within two seconds.
/// Errors: the listener broke.
pub async fn serve(listener: TcpListener, ctx: Ctx) -> std::io::Result<()> {
    let stop = ctx.stop.clone();
    let app = super::router(ctx).into_make_service_with_connect_info::<SocketAddr>();
    let ending = stop.clone();
    let serving = axum::serve(listener, app).with_graceful_shutdown(async move { ending.cancelled().await });
    tokio::select! {
        ended = serving => ended,
        () = async { stop.cancelled().await; tokio::time::sleep(GRACE).await } => Ok(()),
    }
}
