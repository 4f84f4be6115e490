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
}

/// An input of kind `ffmpeg_source` or `vlc_source`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MediaSource {
    /// The input's name in OBS.
    pub name: String,
    /// The network addresses it plays; empty for files.
    pub urls: Vec<String>,
}

impl MediaSource {
    /// Reads the settings of `GetInputSettings`: `input` of an ffmpeg source (unless
    /// `is_local_file`), every `playlist[].value` of a VLC source.
    pub fn from_settings(name: String, settings: &Value) -> Self {
        let input = settings["input"].as_str().filter(|_| settings["is_local_file"] == Value::Bool(false));
        let playlist = settings["playlist"].as_array().into_iter().flatten().filter_map(|item| item["value"].as_str());
        let urls = input.into_iter().chain(playlist).filter(|url| url.contains("://")).map(str::to_owned).collect();
        Self { name, urls }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

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
