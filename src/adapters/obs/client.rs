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
use obws::requests::inputs::InputId;
use obws::requests::scenes::SceneId;
use obws::requests::sources::SourceId;
use obws::responses::media_inputs::MediaState;
use std::time::Duration;

/// Longest wait for a connection or for one answer.
pub const DEADLINE: Duration = Duration::from_secs(5);

/// Reports that wait for the room before the connection counts as lost.
const EVENTS: usize = 1024;

/// The kinds of input that play a stream.
const MEDIA_KINDS: [&str; 2] = ["ffmpeg_source", "vlc_source"];

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

    async fn settings(&self, input: &str) -> Result<serde_json::Value, ObsError> {
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

    /// `TriggerMediaInputAction` with `RESTART`.
    ///
    /// # Errors
    /// As every request; [`ObsError::Missing`] when the input is gone.
    pub async fn restart_media(&self, input: &str) -> Result<(), ObsError> {
        let input = InputId::Name(input);
        bounded(async { self.wire.media_inputs().trigger_action(input, MediaAction::Restart).await }).await
    }
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
        event_subscriptions: Some(
            EventSubscription::GENERAL
                | EventSubscription::CONFIG
                | EventSubscription::SCENES
                | EventSubscription::INPUTS
                | EventSubscription::OUTPUTS
                | EventSubscription::MEDIA_INPUTS,
        ),
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
