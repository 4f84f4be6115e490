//! What OBS says when asked, cut down to what the daemon uses.

use crate::domain::ids::SceneName;
use crate::kit::units::Millis;
use serde_json::Value;

/// `GetStreamStatus`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StreamReport {
    /// The output runs.
    pub active: bool,
    /// The output runs, but OBS is reconnecting to the platform.
    pub reconnecting: bool,
    /// How long the output has run.
    pub duration: Millis,
    /// Frames skipped since the output began.
    pub skipped_frames: u64,
}

/// `GetSceneList`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SceneReport {
    /// The program scene.
    pub current: Option<SceneName>,
    /// All scenes in OBS's order from top to bottom.
    pub all: Vec<SceneName>,
}

/// `GetMediaInputStatus`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MediaReport {
    /// `OBS_MEDIA_STATE_PLAYING`.
    pub playing: bool,
    /// Where playback stands; `None` while nothing is open.
    pub cursor: Option<Millis>,
    /// `OBS_MEDIA_STATE_ENDED`, `…_STOPPED` or `…_ERROR`, and it does not only rest off air.
    pub over: bool,
    /// It does not play because OBS stops it while it is not on air; that says nothing of the feed.
    pub resting: bool,
}

/// An input of kind `ffmpeg_source` or `vlc_source`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MediaSource {
    /// The input's name in OBS.
    pub name: String,
    /// The network addresses it plays; empty for files.
    pub urls: Vec<String>,
    /// OBS stops it while its scene is not on air.
    pub rests_off_air: bool,
}

impl MediaSource {
    /// Reads the settings of `GetInputSettings`: `input` of an ffmpeg source (unless
    /// `is_local_file`), every `playlist[].value` of a VLC source.
    pub fn from_settings(name: String, settings: &Value) -> Self {
        let input = settings["input"].as_str().filter(|_| settings["is_local_file"] == Value::Bool(false));
        let playlist = settings["playlist"].as_array().into_iter().flatten().filter_map(|item| item["value"].as_str());
        let urls = input.into_iter().chain(playlist).filter(|url| url.contains("://")).map(str::to_owned).collect();
        Self { name, urls, rests_off_air: rests_off_air(settings) }
    }
}

/// `restart_on_activate` and `close_when_inactive` of an ffmpeg source, `playback_behavior` of a VLC
/// source. `GetInputSettings` leaves out what stands at its default: restart on, close off, stop.
fn rests_off_air(settings: &Value) -> bool {
    let is = |key: &str, value: bool| settings[key] == Value::Bool(value);
    if settings["playlist"].is_array() {
        return settings["playback_behavior"] != "always_play";
    }
    !is("restart_on_activate", false) || is("close_when_inactive", true)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_source_rests_off_air_unless_it_is_told_to_go_on() {
        let table = [
            (json!({"is_local_file": false}), true),
            (json!({"restart_on_activate": false}), false),
            (json!({"restart_on_activate": false, "close_when_inactive": true}), true),
            (json!({"playlist": []}), true),
            (json!({"playlist": [], "playback_behavior": "always_play"}), false),
        ];
        for (settings, wanted) in table {
            assert_eq!(MediaSource::from_settings("Feed".to_owned(), &settings).rests_off_air, wanted, "{settings}");
        }
    }

    #[test]
    fn only_network_addresses_count() {
        let table = [
            (json!({"is_local_file": false, "input": "rtmp://h/publish/feed1"}), vec!["rtmp://h/publish/feed1"]),
            // `is_local_file` is true unless said otherwise; a stale `input` may stand beside it.
            (json!({"input": "rtmp://h/old", "local_file": "/clip.mp4"}), vec![]),
            (
                json!({"playlist": [{"value": "srt://h:4000?streamid=a"}, {"value": "/clip.mp4"}]}),
                vec!["srt://h:4000?streamid=a"],
            ),
            (json!({"is_local_file": false, "input": 7, "playlist": "x"}), vec![]),
            (json!(null), vec![]),
        ];
        for (settings, wanted) in table {
            assert_eq!(MediaSource::from_settings("Feed".to_owned(), &settings).urls, wanted, "{settings}");
        }
    }
}
