//! Which media source in OBS plays which feed.

use crate::adapters::obs::MediaSource;
use crate::config::{Config, Feed};
use crate::domain::ids::FeedId;
use crate::kit::text;

/// For each feed the name of the media source that plays it, or why none was chosen and what to set,
/// for people.
pub(super) type Choice = Vec<(FeedId, Result<String, String>)>;

/// Chooses for every feed of the settings.
pub(super) fn choose(sources: &[MediaSource], config: &Config) -> Choice {
    config.feeds.iter().map(|feed| (feed.id.clone(), choose_one(sources, feed, &config.feeds))).collect()
}

fn choose_one(sources: &[MediaSource], feed: &Feed, feeds: &[Feed]) -> Result<String, String> {
    let alone = feeds.len() == 1;
    let key = key(feed, alone);
    if let Some(name) = &feed.media_source {
        return named(sources, name, &key);
    }
    let network: Vec<&MediaSource> =
        sources.iter().filter(|source| !source.urls.is_empty() && (alone || points_at(source, feed, feeds))).collect();
    let best = network.iter().map(|source| score(source, feed)).max().unwrap_or(0);
    let fitting: Vec<&str> =
        network.iter().filter(|source| score(source, feed) == best).map(|source| source.name.as_str()).collect();
    match fitting.as_slice() {
        [only] => Ok((*only).to_owned()),
        [] if alone => {
            Err("OBS has no media source that plays a network stream. Add one that plays your feed.".to_owned())
        }
        [] => {
            Err(format!("No media source in OBS points at the feed '{}'. Set {key} to the one that does.", feed.name))
        }
        several => Err(format!(
            "Several media sources in OBS could play the feed ({}). Set {key} to one of them.",
            several.join(", ")
        )),
    }
}

/// What a person sets to choose by hand.
fn key(feed: &Feed, alone: bool) -> String {
    if alone { "MEDIA_SOURCE_NAME".to_owned() } else { format!("media_source of the feed '{}'", feed.id) }
}

fn named(sources: &[MediaSource], wanted: &str, key: &str) -> Result<String, String> {
    if sources.iter().any(|source| source.name == wanted) {
        return Ok(wanted.to_owned());
    }
    let near = text::nearest(wanted, sources.iter().map(|source| source.name.as_str()));
    let hint = near.map(|name| format!(" Did you mean '{name}'?")).unwrap_or_default();
    Err(format!("OBS has no media source '{wanted}' ({key}).{hint}"))
}

/// Among several feeds a source must point at the one that it is taken for: at no other more clearly,
/// and by the host alone only where no other feed comes from there.
fn points_at(source: &MediaSource, feed: &Feed, feeds: &[Feed]) -> bool {
    let own = score(source, feed);
    let others = feeds.iter().filter(|other| other.id != feed.id).map(|other| score(source, other)).max().unwrap_or(0);
    if own < NAMED { own > others } else { own >= others }
}

/// The points of a source that carries the feed's name.
const NAMED: u32 = 2;

/// The feed's name counts more than the host: one server may carry several feeds.
fn score(source: &MediaSource, ingest: &Feed) -> u32 {
    let host = ingest.url.as_ref().and_then(|url| url.reveal().host_str());
    let feed = ingest.publisher.as_deref().and_then(|name| name.rsplit('/').next()).filter(|name| !name.is_empty());
    let points = |url: &String| {
        NAMED * u32::from(feed.is_some_and(|feed| carries(url, feed)))
            + u32::from(host.is_some_and(|host| same_host(host_of(url), host)))
    };
    source.urls.iter().map(points).max().unwrap_or(0)
}

fn carries(url: &str, feed: &str) -> bool {
    url.split(['/', '?', '&', '=', ',', ':', '#']).any(|part| part == feed)
}

fn host_of(url: &str) -> &str {
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    let authority = rest.split(['/', '?']).next().unwrap_or(rest);
    let host = authority.rsplit('@').next().unwrap_or(authority);
    match host.rsplit_once(':') {
        Some((host, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => host,
        _ => host,
    }
}

fn same_host(one: &str, other: &str) -> bool {
    let is_here = |host: &str| matches!(host, "localhost" | "127.0.0.1" | "[::1]");
    one.eq_ignore_ascii_case(other) || is_here(one) && is_here(other)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kit::secret::Secret;

    fn ingest(url: Option<&str>, publisher: Option<&str>) -> Feed {
        let url = url.map(|url| Secret::new(url.parse().expect("a URL")));
        let publisher = publisher.map(str::to_owned);
        Feed { url, publisher, ..Feed::unset(crate::domain::ids::FeedId::main()) }
    }

    fn source(name: &str, url: &str) -> MediaSource {
        let urls = if url.is_empty() { vec![] } else { vec![url.to_owned()] };
        MediaSource { name: name.to_owned(), urls, rests_off_air: false }
    }

    fn chosen(sources: &[MediaSource], ingest: Feed, wanted: Option<&str>) -> Result<String, String> {
        let mut config = crate::features::obs_link::tests::config(4455);
        config.feeds = vec![Feed { media_source: wanted.map(str::to_owned), ..ingest }];
        choose(sources, &config).remove(0).1
    }

    #[test]
    fn the_source_that_points_at_the_ingest_is_found() {
        let feed = source("Feed", "rtmp://localhost:1935/publish/feed1");
        let other = source("Guest", "srt://10.0.0.9:4000?streamid=play/live/guest");
        let same_server = source("Second", "rtmp://127.0.0.1/publish/feed2");
        let clip = source("Jingle", "");
        let here = Some("http://127.0.0.1:8080/stats");
        let table: [(Vec<MediaSource>, Feed, &str); 6] = [
            (vec![clip.clone(), feed.clone()], ingest(None, None), "Feed"),
            (vec![other.clone(), feed.clone()], ingest(here, None), "Feed"),
            (vec![same_server.clone(), feed.clone()], ingest(here, Some("publish/feed1")), "Feed"),
            (vec![other.clone(), feed.clone()], ingest(None, Some("publish/live/guest")), "Guest"),
            (vec![other.clone(), clip.clone()], ingest(here, Some("feed1")), "Guest"),
            (vec![other, clip, feed, same_server], ingest(Some("http://10.0.0.9/"), None), "Guest"),
        ];
        for (sources, ingest, wanted) in table {
            assert_eq!(chosen(&sources, ingest, None).as_deref(), Ok(wanted));
        }
    }

    #[test]
    fn without_a_choice_the_note_says_what_to_set() {
        let two = [source("A", "rtmp://a/x"), source("B", "rtmp://b/x")];
        let table = [
            (&two[..], None, "MEDIA_SOURCE_NAME to one of them"),
            (&[source("Clip", "")][..], None, "no media source that plays a network stream"),
            (&[source("Feed", "rtmp://a/x")][..], Some("feed"), "Did you mean 'Feed'?"),
        ];
        for (sources, wanted, text) in table {
            let note = chosen(sources, ingest(None, None), wanted).expect_err("no choice");
            assert!(note.contains(text), "{note}");
        }
    }

    #[test]
    fn each_feed_has_the_source_that_points_at_it() {
        let feed = |id: &str, publisher: &str| Feed {
            publisher: Some(publisher.to_owned()),
            ..Feed::unset(crate::domain::ids::FeedId::from(id))
        };
        let sources = [source("A", "rtmp://h/publish/feed1"), source("B", "rtmp://h/publish/feed2")];
        let mut config = crate::features::obs_link::tests::config(4455);
        config.feeds = vec![feed("phone", "publish/feed2"), feed("cam", "publish/feed1"), feed("pc", "publish/feed3")];
        let choice: Vec<Option<String>> = choose(&sources, &config).into_iter().map(|(_, one)| one.ok()).collect();
        assert_eq!(choice, [Some("B".to_owned()), Some("A".to_owned()), None], "a stranger's source is no witness");
        let note = choose(&sources, &config).remove(2).1.expect_err("no source");
        assert!(note.contains("media_source of the feed 'pc'"), "{note}");
    }

    #[test]
    fn the_source_of_another_feed_on_the_same_server_is_no_witness() {
        let feed = |id: &str, host: &str, publisher: Option<&str>| Feed {
            id: crate::domain::ids::FeedId::from(id),
            ..ingest(Some(host), publisher)
        };
        let (here, there) = ("http://127.0.0.1:8080/stat", "http://10.0.0.9/stats");
        let one = source("Feed", "rtmp://127.0.0.1:1935/publish/a");
        let play_key = source("Feed", "srt://10.0.0.9:4000?streamid=play_7f3a");
        let table = [
            (&one, [feed("a", here, Some("publish/a")), feed("b", here, Some("publish/b"))], [true, false]),
            (&one, [feed("a", here, Some("publish/c")), feed("b", here, Some("publish/d"))], [false, false]),
            (&one, [feed("a", here, Some("publish/a")), feed("b", here, None)], [true, false]),
            (&one, [feed("a", there, Some("publish/a")), feed("b", here, Some("publish/a"))], [false, true]),
            (&one, [feed("a", here, Some("publish/a")), feed("b", here, Some("publish/a"))], [true, true]),
            (&play_key, [feed("a", here, Some("publish/a")), feed("b", there, Some("live_7f3a"))], [false, true]),
        ];
        for (at, (source, feeds, wanted)) in table.into_iter().enumerate() {
            let mut config = crate::features::obs_link::tests::config(4455);
            config.feeds = feeds.to_vec();
            let found = choose(std::slice::from_ref(source), &config);
            let found: Vec<bool> = found.iter().map(|(_, one)| one.is_ok()).collect();
            assert_eq!(found, wanted, "row {at}");
        }
    }

    #[test]
    fn a_name_in_the_settings_wins() {
        let sources = [source("A", "rtmp://127.0.0.1/x"), source("B", "")];
        assert_eq!(chosen(&sources, ingest(Some("http://127.0.0.1/"), None), Some("B")).as_deref(), Ok("B"));
    }
}
