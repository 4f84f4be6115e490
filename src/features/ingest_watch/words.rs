//! What people are told about orders to an ingest server, and about feeds that nobody is asked for.

use crate::config::Feed;
use crate::domain::ids::FeedId;
use crate::domain::server::Server;
use crate::domain::signal::Reach;
use std::time::Duration;

/// Nothing has come for `silence`; `ever` if something did before.
pub(super) fn nothing_pushed(ever: bool, silence: Duration) -> Reach {
    Reach::Silent(match ever {
        true => format!("nothing was pushed for {} s", silence.as_secs()),
        false => "nothing was pushed yet".to_owned(),
    })
}

pub(super) fn obs_away() -> Reach {
    Reach::Silent("OBS is not connected".to_owned())
}

pub(super) fn no_media_source() -> Reach {
    Reach::Silent("OBS has no media source for this feed".to_owned())
}

pub(super) fn obs_does_not_say(source: &str) -> Reach {
    Reach::Silent(format!("OBS does not say whether '{source}' plays"))
}

pub(super) fn no_such_feed(id: &FeedId) -> String {
    format!("There is no feed '{id}'.")
}

pub(super) fn not_nginx(server: Server, feed: &Feed) -> String {
    format!("'{}' is served by {server}, and only nginx-rtmp can be told to drop a publisher.", feed.name)
}

pub(super) fn no_control(feed: &Feed) -> String {
    format!("'{}' has no control_url: put nginx's rtmp_control location there to drop publishers.", feed.name)
}

pub(super) fn no_publisher(feed: &Feed) -> String {
    format!("Nobody knows whom to drop: set the publisher of '{}' as app/key.", feed.name)
}

pub(super) fn dropped(feed: &Feed) -> String {
    format!("The publisher of '{}' was dropped; the encoder can come back.", feed.name)
}

pub(super) fn dropped_nobody(feed: &Feed) -> String {
    format!(
        "nginx dropped nobody for '{}'. After a reload the old worker still holds the connection: stop the encoder \
         for a moment, or restart nginx.",
        feed.name
    )
}

pub(super) fn control_failed(feed: &Feed, reach: &Reach) -> String {
    let why = match reach {
        Reach::Http(404) => "nothing is at its control_url (HTTP 404)".to_owned(),
        Reach::Http(status) => format!("its control_url answers HTTP {status}"),
        Reach::Auth(status) => format!("its control_url wants a login (HTTP {status}): http://user:password@host/…"),
        Reach::Refused(why) => why.clone(),
        Reach::Malformed(what) => format!("its control_url answers with {what}"),
        other => other.reason(),
    };
    format!("The publisher of '{}' was not dropped: {why}.", feed.name)
}

pub(super) fn control_silent(feed: &Feed) -> String {
    format!("nginx did not answer in time whether the publisher of '{}' was dropped.", feed.name)
}
