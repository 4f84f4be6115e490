//! One connection to OBS. Every request has its own deadline, because `obws` bounds only the
//! handshake and a hung OBS keeps its sockets open.

use super::error::ObsError;
use super::events::Events;
use super::reports::{MediaReport, MediaSource, SceneReport, StreamReport};
use crate::config;
use crate::domain::ids::SceneName;
use crate::kit::units::Millis;
use obws::client::{ConnectConfig, DangerousConnectConfig};
use obws::common::MediaAction;
use obws::error::Error as Wire;
use obws::requests::EventSubscription;
use obws::requests::inputs::{InputId, SetSettings};
use obws::requests::scene_items::SetEnabled;
use obws::requests::scenes::SceneId;
use obws::requests::sources::{SourceId, TakeScreenshot};
use obws::responses::media_inputs::MediaState;
use serde_json::{Value, json};
use std::hash::{DefaultHasher, Hash, Hasher};
use std::time::Duration;

/// Longest wait for a connection or for one answer.
pub const DEADLINE: Duration = Duration::from_secs(5);

/// Reports that wait for the room before the connection counts as lost.
const EVENTS: usize = 1024;

/// Longest wait for another scene collection.
const COLLECTION: Duration = Duration::from_secs(25);

/// Sources of a scene that are looked at.
const MOST_ITEMS: usize = 128;

/// A screenshot to compare with the one before: small, so that it costs OBS and us little, and PNG,
/// so that equal frames are equal bytes (OBS 30.2.3: about 2 kB, 2 ms).
const SHOT: (&str, u32, u32) = ("png", 64, 36);

/// What is reported without asking.
const REPORTS: EventSubscription = EventSubscription::GENERAL
    .union(EventSubscription::CONFIG)
    .union(EventSubscription::SCENES)
    .union(EventSubscription::INPUTS)
    .union(EventSubscription::OUTPUTS)
    .union(EventSubscription::MEDIA_INPUTS);

/// Within this OBS has surely put away what it was told to close: some frames at 10 a second.
const TICKS: Duration = Duration::from_millis(500);

/// OBS's own media source.
const FFMPEG: &str = "ffmpeg_source";

/// The kinds of input that play a stream.
const MEDIA_KINDS: [&str; 2] = [FFMPEG, "vlc_source"];

/// A connection whose version has been judged.
pub struct Client {
    wire: obws::Client,
    version: String,
}

impl Client {
    /// Connects, signs in and judges the version, all within [`DEADLINE`].
    ///
    /// # Errors
    /// Unreachable, wrong password, too old, hung, or not obs-websocket 5.
    pub async fn connect(settings: &config::Obs) -> Result<(Self, Events), ObsError> {
        bounded(async {
            let wire = open(settings).await?;
            let version = wire.general().version().await?.obs_studio_version.to_string();
            let events = Events::new(wire.events()?);
            Ok((Self { wire, version }, events))
        })
        .await
    }

    /// OBS Studio's version.
    pub fn version(&self) -> &str {
        &self.version
    }

    /// `GetVersion`, to hear whether OBS still answers.
    ///
    /// # Errors
    /// Hung or gone.
    pub async fn ping(&self) -> Result<(), ObsError> {
        bounded(async { self.wire.general().version().await.map(drop) }).await
    }

    /// `GetStreamStatus`.
    ///
    /// # Errors
    /// As every request: hung, gone, refused, malformed.
    pub async fn stream(&self) -> Result<StreamReport, ObsError> {
        let status = bounded(async { self.wire.streaming().status().await }).await?;
        Ok(StreamReport {
            active: status.active,
            reconnecting: status.reconnecting,
            duration: millis(status.duration.whole_milliseconds()),
            skipped_frames: u64::from(status.skipped_frames),
        })
    }

    /// `GetSceneList`.
    ///
    /// # Errors
    /// As every request.
    pub async fn scenes(&self) -> Result<SceneReport, ObsError> {
        let mut list = bounded(async { self.wire.scenes().list().await }).await?;
        // obs-websocket counts `sceneIndex` from the bottom of OBS's list.
        list.scenes.sort_by_key(|scene| std::cmp::Reverse(scene.index));
        Ok(SceneReport {
            current: list.current_program_scene.map(|scene| SceneName(scene.name)),
            all: list.scenes.into_iter().map(|scene| SceneName(scene.id.name)).collect(),
        })
    }

    /// `SetCurrentProgramScene`; that it is shown is told by a report.
    ///
    /// # Errors
    /// As every request.
    pub async fn switch(&self, scene: &SceneName) -> Result<(), ObsError> {
        let scene = SceneId::Name(scene.as_str());
        bounded(async { self.wire.scenes().set_current_program_scene(scene).await }).await
    }

    /// `StartStream`; that it runs is told by a report.
    ///
    /// # Errors
    /// As every request.
    pub async fn start_stream(&self) -> Result<(), ObsError> {
        bounded(async { self.wire.streaming().start().await }).await
    }

    /// `StopStream`; that it ended is told by a report.
    ///
    /// # Errors
    /// As every request.
    pub async fn stop_stream(&self) -> Result<(), ObsError> {
        bounded(async { self.wire.streaming().stop().await }).await
    }

    /// `GetRecordStatus`: whether the record output runs.
    ///
    /// # Errors
    /// As every request.
    pub async fn recording(&self) -> Result<bool, ObsError> {
        Ok(bounded(async { self.wire.recording().status().await }).await?.active)
    }

    /// `StartRecord`; that it runs is told by a report.
    ///
    /// # Errors
    /// As every request.
    pub async fn start_record(&self) -> Result<(), ObsError> {
        bounded(async { self.wire.recording().start().await }).await
    }

    /// `StopRecord`; that it ended is told by a report.
    ///
    /// # Errors
    /// As every request.
    pub async fn stop_record(&self) -> Result<(), ObsError> {
        bounded(async { self.wire.recording().stop().await.map(drop) }).await
    }

    /// `GetSceneItemList` and `GetSceneItemEnabled`: each source's name, its number in the scene, and
    /// whether it is visible.
    ///
    /// # Errors
    /// As every request; [`ObsError::Missing`] when the scene is gone.
    pub async fn items(&self, scene: &SceneName) -> Result<Vec<(String, i64, bool)>, ObsError> {
        let scene = SceneId::Name(scene.as_str());
        let mut items = Vec::new();
        for item in bounded(async { self.wire.scene_items().list(scene).await }).await?.into_iter().take(MOST_ITEMS) {
            let visible = bounded(async { self.wire.scene_items().enabled(scene, item.id).await }).await?;
            items.push((item.source_name, item.id, visible));
        }
        Ok(items)
    }

    /// `SetSceneItemEnabled`.
    ///
    /// # Errors
    /// As every request.
    pub async fn show_item(&self, scene: &SceneName, item: i64, visible: bool) -> Result<(), ObsError> {
        let enabled = SetEnabled { scene: SceneId::Name(scene.as_str()), item_id: item, enabled: visible };
        bounded(async { self.wire.scene_items().set_enabled(enabled).await }).await
    }

    /// `GetSceneCollectionList`: the one in use, and all.
    ///
    /// # Errors
    /// As every request.
    pub async fn collections(&self) -> Result<(String, Vec<String>), ObsError> {
        let list = bounded(async { self.wire.scene_collections().list().await }).await?;
        Ok((list.current, list.collections))
    }

    /// `SetCurrentSceneCollection`; OBS answers when it is done, which may take a while.
    ///
    /// # Errors
    /// As every request.
    pub async fn set_collection(&self, name: &str) -> Result<(), ObsError> {
        let change = async { self.wire.scene_collections().set_current(name).await };
        tokio::time::timeout(COLLECTION, change).await.map_err(|_| ObsError::Hung)?.map_err(ObsError::from)
    }

    /// `GetSourceActive`, and where the source is on air `GetSourceScreenshot`, tiny: a number that
    /// is the same for the same picture. `None` off air or where OBS has no picture of it.
    ///
    /// # Errors
    /// Hung or gone.
    pub async fn glimpse(&self, input: &str) -> Result<Option<u64>, ObsError> {
        let source = SourceId::Name(input);
        let (format, width, height) = SHOT;
        let (width, height) = (Some(width), Some(height));
        let shot = TakeScreenshot { source, format, width, height, compression_quality: None };
        let taken = async {
            if !bounded(async { self.wire.sources().active(source).await }).await?.active {
                return Ok(None);
            }
            bounded(async { self.wire.sources().take_screenshot(shot).await }).await.map(Some)
        };
        match taken.await {
            Ok(image) => Ok(image.map(|image| fingerprint(&image))),
            Err(error) if error.is_loss() => Err(error),
            Err(_) => Ok(None),
        }
    }

    /// `Reidentify`: whether OBS reports `InputVolumeMeters`, twenty times a second.
    ///
    /// # Errors
    /// As every request.
    pub async fn listen(&self, wanted: bool) -> Result<(), ObsError> {
        let meters = if wanted { EventSubscription::INPUT_VOLUME_METERS } else { EventSubscription::NONE };
        bounded(async { self.wire.reidentify(REPORTS | meters).await }).await
    }

    /// `GetInputList` and `GetInputSettings` of the inputs that can play a stream.
    ///
    /// # Errors
    /// As every request.
    pub async fn media_sources(&self) -> Result<Vec<MediaSource>, ObsError> {
        let inputs = bounded(async { self.wire.inputs().list(None).await }).await?;
        let mut sources = Vec::new();
        for input in inputs.into_iter().filter(|input| MEDIA_KINDS.contains(&input.unversioned_kind.as_str())) {
            match self.settings(&input.id.name).await {
                Ok(settings) => sources.push(MediaSource::from_settings(input.id.name, &settings)),
                // Removed between the two requests.
                Err(ObsError::Missing(_)) => {}
                Err(error) => return Err(error),
            }
        }
        Ok(sources)
    }

    async fn settings(&self, input: &str) -> Result<Value, ObsError> {
        let found = bounded(async { self.wire.inputs().settings(InputId::Name(input)).await }).await?;
        Ok(found.settings)
    }

    /// `GetMediaInputStatus`, and `GetSourceActive` where it does not play although that may be by
    /// its settings.
    ///
    /// # Errors
    /// As every request; [`ObsError::Missing`] when the input is gone.
    pub async fn media(&self, source: &MediaSource) -> Result<MediaReport, ObsError> {
        let input = source.name.as_str();
        let status = bounded(async { self.wire.media_inputs().status(InputId::Name(input)).await }).await?;
        let playing = status.state == MediaState::Playing;
        let resting = !playing && source.rests_off_air && {
            let input = SourceId::Name(input);
            !bounded(async { self.wire.sources().active(input).await }).await?.active
        };
        let over = !resting && matches!(status.state, MediaState::Ended | MediaState::Stopped | MediaState::Error);
        let cursor = status.cursor.map(|cursor| millis(cursor.whole_milliseconds()));
        Ok(MediaReport { playing, over, resting, cursor })
    }

    /// Has a media source open its stream anew.
    ///
    /// A network stream of an `ffmpeg_source` gets its own settings again (`SetInputSettings` with
    /// none): its `update` throws the connection away and opens another. Where the old one hung, its end
    /// is taken for the end of the new one (`media_stopped` sets `destroy_media`), and OBS would wait for
    /// `reconnect_delay_sec`, 10 s by default. So half a second later comes a `RESTART`, which opens at once
    /// what is closed and leaves alone what is opening; it counts only where the source is shown, so off
    /// air the settings are sent once more. Tried on OBS 30.2.3, with RTMP and 2.5 s of analysis:
    ///
    /// | the source | `RESTART` alone | its settings alone |
    /// |---|---|---|
    /// | hangs on a connection that carries nothing: `PLAYING`, the cursor stands | nothing, nor does `PLAY` | plays after `reconnect_delay_sec` and 3 s |
    /// | the same off air | nothing, not on air either | the same |
    /// | stopped by hand (by itself again after `reconnect_delay_sec`) | plays after 4.4 s | 4.0 s |
    /// | ended, waiting for `reconnect_delay_sec` (60 s) | plays after 4.4 s | 4.5 s |
    /// | paused by hand | goes on, late | plays after 4.4 s |
    ///
    /// Both together, with a delay of 10 s: a source that hangs plays after 3.7 s, off air after 5.2 s.
    /// Each request was answered within 2 ms. No help was needed after a publisher that stalled for 60 s
    /// or was killed and came again, nor after nginx was killed and started again: OBS found back by
    /// itself. A `vlc_source` stops and plays again by `RESTART` (`vlcs_restart`), shown or not, while its
    /// `update` plays only on air; a file begins anew by `RESTART`, and unchanged settings do nothing to it.
    ///
    /// # Errors
    /// As every request; [`ObsError::Missing`] when the input is gone.
    pub async fn restart_media(&self, input: &str) -> Result<(), ObsError> {
        let id = InputId::Name(input);
        let found = bounded(async { self.wire.inputs().settings::<Value>(id).await }).await?;
        if found.kind != FFMPEG || found.settings["is_local_file"] != Value::Bool(false) {
            return self.trigger_restart(id).await;
        }
        self.same_settings(id).await?;
        tokio::time::sleep(TICKS).await;
        let source = SourceId::Name(input);
        match bounded(async { self.wire.sources().active(source).await }).await?.showing {
            true => self.trigger_restart(id).await,
            false => self.same_settings(id).await,
        }
    }

    async fn trigger_restart(&self, input: InputId<'_>) -> Result<(), ObsError> {
        bounded(async { self.wire.media_inputs().trigger_action(input, MediaAction::Restart).await }).await
    }

    async fn same_settings(&self, input: InputId<'_>) -> Result<(), ObsError> {
        let same = SetSettings { input, settings: &json!({}), overlay: Some(true) };
        bounded(async { self.wire.inputs().set_settings(same).await }).await
    }
}

fn fingerprint(image: &str) -> u64 {
    let mut hasher = DefaultHasher::new();
    image.hash(&mut hasher);
    hasher.finish()
}

async fn bounded<T>(request: impl Future<Output = Result<T, Wire>>) -> Result<T, ObsError> {
    tokio::time::timeout(DEADLINE, request).await.map_err(|_| ObsError::Hung)?.map_err(ObsError::from)
}

/// `obws` judges the version; by the rules of semver it also refuses every pre-release of a newer
/// OBS, so these are let in on a second try.
async fn open(settings: &config::Obs) -> Result<obws::Client, Wire> {
    match obws::Client::connect_with_config(wire_config(settings, false)).await {
        Err(Wire::ObsStudioVersion(version, _)) if (version.major, version.minor) >= (30, 2) => {
            obws::Client::connect_with_config(wire_config(settings, true)).await
        }
        result => result,
    }
}

fn wire_config(settings: &config::Obs, any_version: bool) -> ConnectConfig<String, String> {
    let dangerous = DangerousConnectConfig { skip_studio_version_check: true, skip_websocket_version_check: false };
    ConnectConfig {
        host: bracketed(&settings.host),
        port: settings.port,
        dangerous: any_version.then_some(dangerous),
        password: settings.password.as_ref().map(|password| password.reveal().clone()),
        event_subscriptions: Some(REPORTS),
        broadcast_capacity: EVENTS,
        connect_timeout: DEADLINE,
    }
}

/// An IPv6 address stands in brackets inside a URL.
fn bracketed(host: &str) -> String {
    if host.contains(':') && !host.starts_with('[') { format!("[{host}]") } else { host.to_owned() }
}

fn millis(value: i128) -> Millis {
    Millis(u64::try_from(value).unwrap_or(0))
}
