//! The stream of what OBS reports by itself, cut down to what the daemon uses.

use super::error::ObsError;
use crate::domain::ids::SceneName;
use crate::domain::stream::Output;
use futures_util::StreamExt;
use obws::events::{Event, EventStream, OutputState};

/// One report.
#[derive(Clone, Debug, PartialEq)]
pub enum ObsEvent {
    /// `StreamStateChanged`.
    Output(Output),
    /// `CurrentProgramSceneChanged`.
    Scene(SceneName),
    /// `SceneNameChanged`.
    SceneRenamed {
        /// The name until now.
        from: SceneName,
        /// The name from now on.
        to: SceneName,
    },
    /// `SceneListChanged`, `SceneCreated` or `SceneRemoved`.
    ScenesChanged,
    /// `CurrentSceneCollectionChanging`: OBS must not be asked anything until it is over.
    CollectionChanging,
    /// `CurrentSceneCollectionChanged`.
    CollectionChanged,
    /// An input was created, removed, renamed or got other settings.
    InputsChanged,
    /// `MediaInputPlaybackStarted`, with the input's name.
    MediaStarted(String),
    /// `MediaInputPlaybackEnded`, with the input's name.
    MediaEnded(String),
    /// `MediaInputActionTriggered`, with the input's name.
    MediaAction(String),
    /// `RecordStateChanged`: the record output runs, or does not.
    Record(bool),
    /// `InputVolumeMeters`, where they were asked for: each active input with its loudest channel's
    /// peak since the last report, 0 to 1.
    Volumes(Vec<(String, f32)>),
    /// The connection is gone (after `ExitStarted`: [`ObsError::Exited`]), or reports were lost and
    /// everything must be read anew.
    Closed(ObsError),
}

/// The reports of one connection.
pub struct Events {
    stream: EventStream,
    end: ObsError,
}

impl Events {
    pub(super) fn new(stream: EventStream) -> Self {
        Self { stream, end: ObsError::Gone }
    }

    /// The next report that matters. After the end it says [`ObsEvent::Closed`] again and again.
    pub async fn next(&mut self) -> ObsEvent {
        loop {
            match self.stream.next().await {
                None | Some(Event::ServerStopping | Event::ServerStopped) => {
                    return ObsEvent::Closed(self.end.clone());
                }
                Some(Event::ExitStarted) => self.end = ObsError::Exited,
                Some(event) => {
                    if let Some(event) = translate(event) {
                        return event;
                    }
                }
            }
        }
    }
}

fn translate(event: Event) -> Option<ObsEvent> {
    Some(match event {
        Event::StreamStateChanged { active, state } => ObsEvent::Output(output(active, state)),
        Event::CurrentProgramSceneChanged { id } => ObsEvent::Scene(SceneName(id.name)),
        Event::SceneNameChanged { old_name, new_name, .. } => {
            ObsEvent::SceneRenamed { from: SceneName(old_name), to: SceneName(new_name) }
        }
        Event::SceneListChanged { .. } | Event::SceneCreated { .. } | Event::SceneRemoved { .. } => {
            ObsEvent::ScenesChanged
        }
        Event::CurrentSceneCollectionChanging { .. } => ObsEvent::CollectionChanging,
        Event::CurrentSceneCollectionChanged { .. } => ObsEvent::CollectionChanged,
        Event::InputCreated { .. }
        | Event::InputRemoved { .. }
        | Event::InputNameChanged { .. }
        | Event::InputSettingsChanged { .. } => ObsEvent::InputsChanged,
        Event::MediaInputPlaybackStarted { id } => ObsEvent::MediaStarted(id.name),
        Event::MediaInputPlaybackEnded { id } => ObsEvent::MediaEnded(id.name),
        Event::MediaInputActionTriggered { id, .. } => ObsEvent::MediaAction(id.name),
        Event::RecordStateChanged { state, .. } => ObsEvent::Record(record(&state)?),
        Event::InputVolumeMeters { inputs } => {
            ObsEvent::Volumes(inputs.into_iter().map(|input| (input.name, loudest(&input.levels))).collect())
        }
        _ => return None,
    })
}

/// What a state says for sure: on the way there it is neither.
fn record(state: &OutputState) -> Option<bool> {
    match state {
        OutputState::Started | OutputState::Paused | OutputState::Resumed => Some(true),
        OutputState::Stopped => Some(false),
        _ => None,
    }
}

/// A channel is [magnitude, peak, peak before the volume slider]; the slider may be down.
fn loudest(channels: &[[f32; 3]]) -> f32 {
    channels.iter().map(|[_, _, input_peak]| *input_peak).fold(0.0, f32::max)
}

fn output(active: bool, state: OutputState) -> Output {
    match state {
        OutputState::Starting => Output::Starting,
        OutputState::Stopping => Output::Stopping,
        OutputState::Stopped => Output::Stopped,
        OutputState::Reconnecting => Output::Reconnecting,
        OutputState::Started | OutputState::Reconnected | OutputState::Resumed => Output::Streaming,
        _ if active => Output::Streaming,
        _ => Output::Stopped,
    }
}
