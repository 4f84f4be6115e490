//! What the fake OBS holds: scenes, inputs, the stream output, and its script of misbehaviour.

use crate::kit::clock;
use crate::kit::units::{Millis, Mono};
use serde_json::{Value, json};
use std::time::Duration;

/// How the fake behaves; the default is a healthy OBS 30.2 without a password.
#[derive(Clone, Debug)]
pub struct Script {
    /// The password it asks for.
    pub password: Option<String>,
    /// Versions of OBS Studio and obs-websocket. Before 30.2 the replies name no `sceneUuid`.
    pub version: (String, String),
    /// Accepts connections and never says a word.
    pub mute: bool,
    /// Answers no request any more, although the sockets stay open.
    pub hang: bool,
    /// Closes every connection at its first request.
    pub close: bool,
    /// What comes of `StartStream`.
    pub start: Start,
    /// From a start to its "started", and from a stop to its "stopped".
    pub output_delay: Duration,
    /// For so long after its "stopped" it says that it still streams, and forgets every start.
    pub ending: Duration,
    /// From the acceptance of a scene switch to the switch.
    pub switch_delay: Duration,
    /// So many scene switches are refused before one works.
    pub refuse_switches: u32,
    /// So many stops are refused before one works.
    pub refuse_stops: u32,
    /// Accepts scene switches and forgets them.
    pub forget_switches: bool,
    /// Does what it is told but reports nothing.
    pub lose_events: bool,
    /// Accepts to show or hide a source and forgets it.
    pub forget_items: bool,
    /// Accepts a media restart without doing or reporting anything.
    pub ignore_restart: bool,
}

/// What comes of `StartStream`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Start {
    /// It starts.
    #[default]
    Works,
    /// Accepted, but a dialog waits for a person.
    Blocked,
    /// Refused with `RequestProcessingFailed` (702).
    Refused,
    /// Begins, finds that the server does not take the key, and stops.
    Fails,
}

impl Default for Script {
    fn default() -> Self {
        Self {
            password: None,
            version: ("30.2.3".to_owned(), "5.5.2".to_owned()),
            mute: false,
            hang: false,
            close: false,
            start: Start::Works,
            output_delay: Duration::from_millis(40),
            ending: Duration::ZERO,
            switch_delay: Duration::ZERO,
            refuse_switches: 0,
            refuse_stops: 0,
            forget_switches: false,
            lose_events: false,
            forget_items: false,
            ignore_restart: false,
        }
    }
}

impl Script {
    /// Debian 12's OBS 29.0.2, whose replies lack `sceneUuid`.
    pub fn is_old(&self) -> bool {
        let mut parts = self.version.0.split('.').map(|part| part.parse::<u32>().unwrap_or(0));
        (parts.next().unwrap_or(0), parts.next().unwrap_or(0)) < (30, 2)
    }
}

/// An input.
#[derive(Clone, Debug, PartialEq)]
pub struct Input {
    /// Its name.
    pub name: String,
    /// `ffmpeg_source`, `vlc_source`, `color_source_v3`…
    pub kind: String,
    /// `inputSettings`.
    pub settings: Value,
}

impl Input {
    /// A media source that plays an address, in the scene 'LIVE', and goes on while that is off air.
    pub fn media(name: &str, url: &str) -> Self {
        let settings =
            json!({"is_local_file": false, "input": url, "reconnect_delay_sec": 1, "restart_on_activate": false});
        Self { name: name.to_owned(), kind: "ffmpeg_source".to_owned(), settings }
    }
}

/// The stream output.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Output {
    Off,
    Starting,
    On(Mono),
    Stopping(Mono),
    /// Stopped by its own report, and not through with it.
    Ending(Mono),
}

/// The playhead of a media source: where it stood when, and whether it goes on.
#[derive(Clone, Copy, Debug)]
struct Playhead {
    from: Millis,
    since: Mono,
    moving: bool,
}

pub(super) struct Studio {
    pub(super) script: Script,
    pub(super) output: Output,
    pub(super) recording: bool,
    /// Sources go on, but their pictures stay as they are.
    pub(super) frozen: bool,
    scenes: Vec<String>,
    current: String,
    inputs: Vec<(Input, Playhead)>,
    /// Every scene has these sources: name, and whether it is visible.
    pub(super) items: Vec<(String, bool)>,
    pub(super) collection: String,
}

/// The scene collections.
pub(super) const COLLECTIONS: [&str; 2] = ["Outdoors", "At home"];

impl Studio {
    pub(super) fn new(script: Script) -> Self {
        let scenes = ["Starting soon", "LIVE", "LOW", "OFFLINE", "BRB", "Intro"].map(str::to_owned).into();
        let (output, current, inputs) = (Output::Off, "LIVE".to_owned(), Vec::new());
        let items = [("Feed", true), ("Map", false), ("Chat box", true)].map(|(name, on)| (name.to_owned(), on)).into();
        let collection = COLLECTIONS[0].to_owned();
        let mut studio =
            Self { script, output, recording: false, frozen: false, scenes, current, inputs, items, collection };
        studio.put_input(Input {
            name: "Stinger".to_owned(),
            kind: "ffmpeg_source".to_owned(),
            settings: json!({"local_file": "/home/anna/stinger.webm"}),
        });
        studio.put_input(Input::media("Feed", "rtmp://127.0.0.1:1935/publish/feed1"));
        studio
    }

    pub(super) fn scene(&self) -> &str {
        &self.current
    }

    pub(super) fn has_scene(&self, scene: &str) -> bool {
        self.scenes.iter().any(|name| name == scene)
    }

    /// True if that changed something.
    pub(super) fn show(&mut self, scene: &str) -> bool {
        let changes = self.current != scene && self.has_scene(scene);
        if changes {
            self.current = scene.to_owned();
        }
        changes
    }

    pub(super) fn rename(&mut self, from: &str, to: &str) {
        let names = self.scenes.iter_mut().chain(std::iter::once(&mut self.current));
        names.filter(|name| *name == from).for_each(|name| *name = to.to_owned());
    }

    pub(super) fn is_streaming(&self) -> bool {
        matches!(self.output, Output::On(_) | Output::Stopping(_) | Output::Ending(_))
    }

    pub(super) fn power_off(&mut self) {
        (self.output, self.recording) = (Output::Off, false);
    }

    pub(super) fn put_input(&mut self, input: Input) {
        self.inputs.retain(|(old, _)| old.name != input.name);
        self.inputs.push((input, Playhead { from: Millis(0), since: clock::mono(), moving: true }));
    }

    pub(super) fn move_media(&mut self, name: &str, moving: bool) {
        if let Some((_, head)) = self.inputs.iter_mut().find(|(input, _)| input.name == name) {
            *head = Playhead { from: head.at(), since: clock::mono(), moving };
        }
    }

    /// Back to the beginning, moving; false if there is no such input.
    pub(super) fn restart_media(&mut self, name: &str) -> bool {
        let found = self.inputs.iter_mut().find(|(input, _)| input.name == name);
        found.map(|(_, head)| *head = Playhead { from: Millis(0), since: clock::mono(), moving: true }).is_some()
    }

    pub(super) fn version(&self) -> Value {
        json!({
            "obsVersion": self.script.version.0, "obsWebSocketVersion": self.script.version.1, "rpcVersion": 1,
            "availableRequests": ["GetVersion"], "supportedImageFormats": ["png"],
            "platform": "linux", "platformDescription": "A fake OBS",
        })
    }

    pub(super) fn stream_status(&self) -> Value {
        let duration = match self.output {
            Output::On(since) | Output::Stopping(since) | Output::Ending(since) => clock::mono().since(since).0,
            Output::Off | Output::Starting => 0,
        };
        let (secs, millis) = (duration / 1000, duration % 1000);
        json!({
            "outputActive": self.is_streaming(), "outputReconnecting": false, "outputDuration": duration,
            "outputTimecode": format!("{:02}:{:02}:{:02}.{millis:03}", secs / 3600, secs / 60 % 60, secs % 60),
            "outputCongestion": 0.0, "outputBytes": duration * 300, "outputSkippedFrames": 2,
            "outputTotalFrames": duration * 30 / 1000,
        })
    }

    pub(super) fn record_status(&self) -> Value {
        json!({
            "outputActive": self.recording, "outputPaused": false, "outputTimecode": "00:00:00.000",
            "outputDuration": 0, "outputBytes": 0,
        })
    }

    /// `GetSourceScreenshot`: no image, but as with a real one equal pictures are equal texts.
    pub(super) fn screenshot(&self, name: &str) -> Option<Value> {
        let (_, head) = self.inputs.iter().find(|(input, _)| input.name == name)?;
        let shown = if self.frozen { 0 } else { head.at().0 };
        Some(json!({"imageData": format!("data:image/png;base64,{shown:08}")}))
    }

    /// As OBS does it: the list runs from bottom to top, `sceneIndex` counts from the bottom.
    pub(super) fn scene_list(&self) -> Value {
        let scenes: Vec<Value> = self
            .scenes
            .iter()
            .rev()
            .enumerate()
            .map(|(index, name)| self.with_uuid("scene", name, json!({"sceneIndex": index})))
            .collect();
        self.with_uuid(
            "currentProgramScene",
            &self.current,
            json!({"currentPreviewSceneName": null, "currentPreviewSceneUuid": null, "scenes": scenes}),
        )
    }

    /// `GetSceneItemList`; an item's number is its place, from 1.
    pub(super) fn item_list(&self) -> Value {
        let row = |(at, (name, on)): (usize, &(String, bool))| {
            json!({"sceneItemId": at + 1, "sceneItemIndex": at, "sourceName": name, "sourceUuid": uuid(name),
                "sourceType": "OBS_SOURCE_TYPE_INPUT", "inputKind": "ffmpeg_source", "isGroup": null, "sceneItemEnabled": on})
        };
        json!({"sceneItems": self.items.iter().enumerate().map(row).collect::<Vec<_>>()})
    }

    /// The item of a `sceneItemId`.
    pub(super) fn item(&mut self, data: &Value) -> Option<&mut (String, bool)> {
        let at = usize::try_from(data["sceneItemId"].as_u64()?).ok()?.checked_sub(1)?;
        self.items.get_mut(at)
    }

    fn with_uuid(&self, prefix: &str, name: &str, mut object: Value) -> Value {
        object[format!("{prefix}Name")] = json!(name);
        if !self.script.is_old() {
            object[format!("{prefix}Uuid")] = json!(uuid(name));
        }
        object
    }

    pub(super) fn input_list(&self) -> Value {
        let row = |input: &Input| {
            let plain = input.kind.trim_end_matches("_v3");
            json!({"inputName": input.name, "inputUuid": uuid(&input.name), "inputKind": input.kind, "unversionedInputKind": plain})
        };
        json!({"inputs": self.inputs.iter().map(|(input, _)| row(input)).collect::<Vec<_>>()})
    }

    pub(super) fn input_settings(&self, name: &str) -> Option<Value> {
        let (input, _) = self.inputs.iter().find(|(input, _)| input.name == name)?;
        Some(json!({"inputSettings": input.settings, "inputKind": input.kind}))
    }

    /// `GetSourceActive`: every input lies in the scene 'LIVE'.
    pub(super) fn source_active(&self) -> Value {
        json!({"videoActive": self.is_active(), "videoShowing": self.is_active()})
    }

    pub(super) fn is_active(&self) -> bool {
        self.current == "LIVE"
    }

    pub(super) fn media_status(&self, name: &str) -> Option<Value> {
        let (input, head) = self.inputs.iter().find(|(input, _)| input.name == name)?;
        // OBS's own default stops a source off air.
        if input.settings["restart_on_activate"] != false && !self.is_active() {
            return Some(json!({"mediaState": "OBS_MEDIA_STATE_ENDED", "mediaDuration": null, "mediaCursor": null}));
        }
        Some(json!({"mediaState": "OBS_MEDIA_STATE_PLAYING", "mediaDuration": null, "mediaCursor": head.at().0}))
    }
}

impl Playhead {
    fn at(self) -> Millis {
        if self.moving { Millis(self.from.0 + clock::mono().since(self.since).0) } else { self.from }
    }
}

/// A steady UUID for a name.
pub(super) fn uuid(name: &str) -> String {
    let sum = name.bytes().fold(0_u64, |sum, byte| sum.wrapping_mul(131).wrapping_add(u64::from(byte)));
    format!("5c3e0b5e-0000-4000-8000-{:012x}", sum & 0xffff_ffff_ffff)
}
