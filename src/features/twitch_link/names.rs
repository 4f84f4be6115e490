//! Ids behind names: Helix `Get Users`.

use crate::adapters::twitch::access::Access;
use crate::adapters::twitch::error::TwitchError;
use crate::adapters::twitch::helix::Helix;
use std::collections::HashMap;
use twitch_api::helix::users::GetUsersRequest;
use twitch_api::types::UserName;

/// The ids of those names that exist, by name in lower case. At most 100 names.
pub(super) async fn ids(
    helix: &Helix,
    access: &Access,
    names: &[String],
) -> Result<HashMap<String, String>, TwitchError> {
    // A name that Twitch would not take (it has a space in it) is nobody's.
    let good = |name: &&String| name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
    let logins: Vec<UserName> = names.iter().filter(good).map(|name| UserName::new(name.clone())).collect();
    if logins.is_empty() {
        return Ok(HashMap::new());
    }
    let found = helix.get(GetUsersRequest::logins(logins), access).await?;
    Ok(found.data.into_iter().map(|user| (user.login.to_string().to_lowercase(), user.id.to_string())).collect())
}
