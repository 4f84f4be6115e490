//! The kinds of server that NOALBS knows, with the fields that each has (its `src/stream_servers/*`).

use super::feed::Feed;
use crate::adapters::noalbs::draft::Draft;
use crate::adapters::noalbs::fields::{Field, Fields};
use crate::adapters::noalbs::words;
use crate::config::keys::HIDDEN;
use crate::domain::server::Server;
use crate::kit::text;

/// NOALBS's word, the server, and whether its statistics address is a secret by itself.
const KINDS: &[(&str, Server, bool)] = &[
    ("Nginx", Server::Nginx, false),
    ("NodeMediaServer", Server::Nms2, false),
    ("Nimble", Server::Nimble, false),
    ("SrtLiveServer", Server::Sls, false),
    ("Belabox", Server::Belabox, true),
    ("Mediamtx", Server::MediaMtx, false),
    ("Rist", Server::Rist, false),
    ("Xiu", Server::Xiu, false),
    ("OpenIRL", Server::OpenIrl, true),
    ("Irlhosting", Server::IrlHosting, true),
    ("Librtmp2", Server::OpenRtmp, false),
    ("OpenRTMP", Server::OpenRtmp, false),
    ("Obs", Server::Obs, false),
    ("WebSocket", Server::Push, false),
];

pub(super) fn read(fields: &mut Fields, feed: &mut Feed, draft: &mut Draft) {
    let kind = fields.text("type", draft);
    let known = kind.as_ref().and_then(|kind| KINDS.iter().find(|row| row.0.eq_ignore_ascii_case(&kind.value)));
    match (known, kind) {
        (Some((_, server, secret)), _) => {
            feed.kind = Some(*server);
            feed.secret_address = *secret;
        }
        (None, Some(kind)) => feed.notes.push(words::unknown_server(&text::excerpt(&kind.value, 40))),
        (None, None) => draft.mistake(&fields.path("type"), "is missing: the kind of server, such as \"Nginx\""),
    }
    match feed.kind {
        Some(Server::Obs) => feed.media_source = fields.text("source", draft).map(|source| source.value),
        Some(Server::Push) => socket(fields, feed, draft),
        _ => page(fields, feed, draft),
    }
}

fn page(fields: &mut Fields, feed: &mut Feed, draft: &mut Draft) {
    match fields.text("statsUrl", draft) {
        Some(url) => feed.url = stats_url(&url, draft),
        None => draft.mistake(&fields.path("statsUrl"), "is missing: the address of the statistics page"),
    }
    let [application, key] = ["application", "key"].map(|name| fields.text(name, draft).map(|field| field.value));
    let publisher = fields.text("publisher", draft).map(|field| field.value);
    feed.publisher = publisher.or(match (application, key) {
        (Some(application), Some(key)) => Some(format!("{application}/{key}")),
        _ => None,
    });
    feed.token = fields.text("apiKey", draft).map(|key| key.value);
    if fields.text("id", draft).is_some() {
        feed.notes.push(words::NIMBLE_ID.to_owned());
    }
    let mut auth = fields.below("auth", draft);
    let [user, password] = ["username", "password"].map(|name| auth.text(name, draft).map(|field| field.value));
    (feed.user, feed.password) = (user, password);
    auth.rest(draft);
    if feed.kind == Some(Server::Nms2) {
        feed.notes.push(words::NMS.to_owned());
    }
}

/// A feed of statistics over a WebSocket that NOALBS calls: `url`, `feed`, `token`.
fn socket(fields: &mut Fields, feed: &mut Feed, draft: &mut Draft) {
    feed.publisher = fields.text("feed", draft).map(|field| field.value);
    feed.silent = true;
    feed.notes.push(words::WS.to_owned());
    for name in ["url", "token"] {
        if let Some(part) = fields.text(name, draft) {
            draft.no_place(&part.path, HIDDEN, words::WS_PART);
        }
    }
    for name in ["reconnectIntervalMs", "staleTimeoutMs"] {
        if let Some(time) = fields.whole(name, u64::MAX, draft) {
            draft.no_place(&time.path, &time.value.to_string(), words::WS_PART);
        }
    }
}

/// The address, where it is one; NOALBS's users often leave out `http://`.
pub(in crate::adapters::noalbs) fn stats_url(url: &Field<String>, draft: &mut Draft) -> Option<String> {
    let whole = if url.value.contains("://") { url.value.clone() } else { format!("http://{}", url.value) };
    let good = |url: &url::Url| matches!(url.scheme(), "http" | "https") && url.has_host();
    if url::Url::parse(&whole).is_ok_and(|url| good(&url)) && whole.len() <= 2048 {
        return Some(whole);
    }
    draft.mistake(&url.path, &words::wrong("no such address", words::A_URL));
    None
}
