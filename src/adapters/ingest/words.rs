//! What people are told about logins: which setting of the feed is wrong or missing.

use crate::config::Feed;
use crate::domain::ids::FeedId;
use crate::domain::server::Server;
use crate::domain::signal::Reach;

/// A refused login with the setting that mends it; any other reach as it is.
pub(super) fn with_setting(reach: Reach, server: Option<Server>, feed: &Feed) -> Reach {
    match (reach, server) {
        (Reach::Auth(status), Some(server)) => Reach::Login(refused(status, server, feed)),
        // OpenIRL's "Invalid player key": the key is the last part of the address.
        (Reach::Refused(why), _) if why.contains("key") => {
            Reach::Login(format!("{why}: the key in the address ({}) is wrong", url_setting(feed)))
        }
        (reach, _) => reach,
    }
}

fn refused(status: u16, server: Server, feed: &Feed) -> String {
    let given = if feed.token.is_some() { "refuses the token" } else { "wants a login" };
    format!("{server} {given} (HTTP {status}): {}", mend(server, feed))
}

/// What to set, by how the server is asked for entry.
pub(super) fn mend(server: Server, feed: &Feed) -> String {
    let login = login_setting(feed);
    match server {
        Server::Sls => {
            "write ?publisher=NAME behind the address, or set this feed's token to the server's API key".to_owned()
        }
        Server::MediaMtx => {
            format!("{login} (a user with the action 'api' in mediamtx.yml), or set this feed's token")
        }
        Server::Nimble => "set this feed's token to management_token of nimble.conf".to_owned(),
        Server::Ome => "set this feed's token to the AccessToken of Server.xml".to_owned(),
        _ => login,
    }
}

fn url_setting(feed: &Feed) -> String {
    if feed.id.as_str() == FeedId::MAIN { "STATS_URL".to_owned() } else { format!("url of the feed '{}'", feed.name) }
}

/// The main feed has its login in the address; the feeds of FEEDS have fields for it.
fn login_setting(feed: &Feed) -> String {
    if feed.id.as_str() == FeedId::MAIN {
        "write STATS_URL as http://user:password@host/…".to_owned()
    } else {
        format!("set user and password of the feed '{}'", feed.name)
    }
}
