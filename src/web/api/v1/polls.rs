//! The last ten minutes of polls, as a file for a bug report.

use crate::domain::people::Role;
use crate::kit::clock;
use crate::web::auth::SignedIn;
use crate::web::ctx::Ctx;
use crate::web::error::WebError;
use crate::web::words;
use axum::body::{Body, Bytes};
use axum::extract::State;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use futures_util::stream;
use std::convert::Infallible;

/// GET /api/v1/polls.jsonl
pub async fn last_minutes(State(ctx): State<Ctx>, person: SignedIn) -> Result<Response, WebError> {
    if person.0.role < Role::Admin {
        return Err(WebError::Forbidden(words::ADMINS_ONLY.to_owned()));
    }
    let name = format!("attachment; filename=\"polls-{}.jsonl\"", clock::unix().day());
    let headers = [(header::CONTENT_TYPE, "application/jsonl".to_owned()), (header::CONTENT_DISPOSITION, name)];
    // Unpacked while it is sent: all at once would be ten times what is kept.
    let pieces = ctx.cells.tape.pieces().into_iter();
    let body = stream::iter(pieces.map(|piece| Ok::<_, Infallible>(Bytes::from(piece.lines()))));
    Ok((headers, Body::from_stream(body)).into_response())
}
