//! /settings.

use crate::web::auth::SignedIn;
use crate::web::error::WebError;

/// GET /settings
pub async fn show(_person: SignedIn) -> Result<String, WebError> {
    Err(WebError::NotFound)
}

/// POST /settings
pub async fn save(_person: SignedIn) -> Result<String, WebError> {
    Err(WebError::NotFound)
}
