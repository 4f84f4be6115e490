//! OBS's own media source as the ingest of last resort: for servers without any statistics.
//!
//! Its cursor is a media clock and nothing else is known, so a frozen feed is seen and a weak one is
//! not. Absent is only what OBS itself calls ended, stopped or failed.

use super::words;
use crate::adapters::ingest::document::{Document, Server};
use crate::config::Feed;
use crate::domain::signal::{Publisher, Reach, Sample};
use crate::domain::stream::{MediaInput, Obs, ObsLink};
use crate::kit::units::Mono;

/// What OBS knows of the feed, or why it knows nothing.
pub(super) fn read(obs: &Obs, feed: &Feed) -> Result<Document, Reach> {
    if obs.link != ObsLink::Connected {
        return Err(words::obs_away());
    }
    match obs.media_of(&feed.id) {
        None => Err(words::no_media_source()),
        Some(media) => publishers(media).map(|publishers| Document {
            server: Server::Obs,
            process: None,
            process_age: None,
            publishers,
        }),
    }
}

fn publishers(media: &MediaInput) -> Result<Vec<Sample>, Reach> {
    match (media.playing, media.over) {
        (true, _) if media.cursor.is_some() => Ok(vec![Sample {
            publisher: Publisher::Present,
            media_ts: media.cursor,
            ..Sample::absent(Mono::default())
        }]),
        (false, true) => Ok(Vec::new()),
        _ => Err(words::obs_does_not_say(&media.name)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kit::units::Millis;

    #[test]
    fn only_what_obs_says_counts() {
        let cursor = Some(Millis(183_400));
        // playing, over, cursor, what is known
        let table = [
            (true, false, cursor, Some(1)),
            (false, true, None, Some(0)),
            (false, true, cursor, Some(0)),
            (false, false, None, None),
            (true, false, None, None),
        ];
        for (playing, over, cursor, wanted) in table {
            let media = MediaInput { playing, over, cursor, ..MediaInput::unread("Feed".to_owned()) };
            let known = publishers(&media).ok().map(|all| all.len());
            assert_eq!(known, wanted, "{playing} {over} {cursor:?}");
        }
    }

    #[test]
    fn without_obs_nothing_is_known() {
        let feed = Feed::unset(crate::domain::ids::FeedId::main());
        assert_eq!(read(&Obs::default(), &feed), Err(words::obs_away()));
        let connected = Obs { link: ObsLink::Connected, ..Obs::default() };
        assert_eq!(read(&connected, &feed), Err(words::no_media_source()));
    }
}
