//! Looks for ingest servers on a machine.

use crate::features::probe::{Refusal, Report};
use crate::web::api::answer;
use crate::web::auth::SignedIn;
use crate::web::ctx::Ctx;
use crate::web::error::WebError;
use crate::web::pages::find;
use crate::web::words;
use axum::Json;
use axum::extract::State;
use axum::extract::rejection::JsonRejection;
use serde::Deserialize;

/// Which machine.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ProbeBody {
    /// Its name or address, without a port.
    pub host: String,
}

/// POST /api/v1/probe {host}: 200 with what was found, 400 for what is no machine, 503 while another
/// look is under way or after six within a minute.
pub async fn probe(
    State(ctx): State<Ctx>,
    person: SignedIn,
    body: Result<Json<ProbeBody>, JsonRejection>,
) -> Result<Json<Report>, WebError> {
    find::allowed(&person)?;
    let ProbeBody { host } = answer::body(body, words::PROBE_SHAPE)?;
    ctx.probe.look(&host).await.map(Json).map_err(|refusal| match refusal {
        Refusal::NoHost => WebError::Bad(refusal.to_string()),
        other => WebError::Unavailable(other.to_string()),
    })
}
