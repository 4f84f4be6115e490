//! A fake OBS that speaks obs-websocket 5 over a real socket: scenes, a stream output with its
//! times, a media source whose picture moves or stands, and a script of misbehaviour.
//!
//! The demo shows it to people, the tests turn its script against the room that talks to OBS.

mod session;
mod studio;

pub use studio::{Input, Script, Start};

use crate::kit::clock;
use crate::kit::units::Mono;
use serde_json::{Value, json};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use studio::Studio;
use tokio::net::TcpListener;
use tokio::sync::{broadcast, watch};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

/// Reports that wait for a slow client.
const EVENTS: usize = 256;

/// OBS takes a moment to close.
const CLOSING: Duration = Duration::from_millis(100);

/// A running fake. Dropping it ends it as a crash would.
pub struct FakeObs {
    shared: Arc<Shared>,
    port: u16,
    power: CancellationToken,
    tasks: TaskTracker,
}

/// One request that arrived.
#[derive(Clone, Debug, PartialEq)]
pub struct Received {
    /// When.
    pub at: Mono,
    /// `requestType`.
    pub request: String,
    /// `requestData`; null if there was none.
    pub data: Value,
}

struct Shared {
    studio: Mutex<Studio>,
    log: watch::Sender<Vec<Received>>,
    events: broadcast::Sender<Report>,
}

/// An event on its way to the clients.
#[derive(Clone, Debug)]
struct Report {
    /// obs-websocket's `EventSubscription` bit.
    intent: u32,
    kind: &'static str,
    data: Value,
}

impl FakeObs {
    /// Starts on this port of loopback; 0 takes a free one.
    ///
    /// # Errors
    /// The port is taken.
    pub async fn start(port: u16, script: Script) -> std::io::Result<Self> {
        let shared = Shared {
            studio: Mutex::new(Studio::new(script)),
            log: watch::Sender::default(),
            events: broadcast::channel(EVENTS).0,
        };
        let mut fake =
            Self { shared: Arc::new(shared), port, power: CancellationToken::new(), tasks: TaskTracker::new() };
        fake.power_on().await?;
        Ok(fake)
    }

    /// The port it listens on.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// Changes the script; new behaviour holds from the next request.
    pub fn set(&self, change: impl FnOnce(&mut Script)) {
        change(&mut self.shared.studio().script);
    }

    /// The program scene.
    pub fn current_scene(&self) -> String {
        self.shared.studio().scene().to_owned()
    }

    /// Whether the stream output runs.
    pub fn is_streaming(&self) -> bool {
        self.shared.studio().is_streaming()
    }

    /// Every request so far, oldest first.
    pub fn log(&self) -> Vec<Received> {
        self.shared.log.borrow().clone()
    }

    /// How many requests of this type came so far.
    pub fn count(&self, request: &str) -> usize {
        self.log().iter().filter(|received| received.request == request).count()
    }

    /// Waits until so many requests of this type have come.
    pub async fn until_heard(&self, request: &str, count: usize) {
        let enough = |log: &Vec<Received>| log.iter().filter(|one| one.request == request).count() >= count;
        // The sender lives in `self`, so the wait cannot end otherwise.
        let _ = self.shared.log.subscribe().wait_for(enough).await;
    }

    /// Someone sits at OBS and clicks a scene.
    pub fn human_switch(&self, scene: &str) {
        self.shared.show(scene);
    }

    /// Someone sits at OBS and renames a scene.
    pub fn rename_scene(&self, from: &str, to: &str) {
        self.shared.studio().rename(from, to);
        self.shared.report(
            SCENES,
            "SceneNameChanged",
            json!({"sceneUuid": studio::uuid(from), "oldSceneName": from, "sceneName": to}),
        );
    }

    /// Someone sits at OBS and presses Start Streaming.
    pub fn human_start(&self) {
        session::begin_stream(&self.shared);
    }

    /// Someone sits at OBS and presses Stop Streaming.
    pub fn human_stop(&self) {
        session::end_stream(&self.shared);
    }

    /// Someone sits at OBS and presses Start Recording.
    pub fn human_record(&self, on: bool) {
        session::turn_record(on, &self.shared);
    }

    /// Whether the record output runs.
    pub fn is_recording(&self) -> bool {
        self.shared.studio().recording
    }

    /// Whether a source of the scenes is visible.
    pub fn shows(&self, source: &str) -> bool {
        self.shared.studio().items.iter().any(|(name, on)| name == source && *on)
    }

    /// The scene collection in use.
    pub fn collection(&self) -> String {
        self.shared.studio().collection.clone()
    }

    /// The media source goes on, but shows one and the same picture, or moves again.
    pub fn freeze_picture(&self, frozen: bool) {
        self.shared.studio().frozen = frozen;
    }

    /// OBS reports how loud a source is, once, to those who asked for it.
    pub fn sound(&self, name: &str, peak: f32) {
        let inputs = json!([{"inputName": name, "inputLevelsMul": [[peak, peak, peak]]}]);
        self.shared.report(VOLUMES, "InputVolumeMeters", json!({"inputs": inputs}));
    }

    /// The media source's cursor moves, or stands still.
    pub fn move_media(&self, name: &str, moving: bool) {
        self.shared.studio().move_media(name, moving);
    }

    /// Puts another input in; one of the same name is replaced.
    pub fn put_input(&self, input: Input) {
        let name = input.name.clone();
        self.shared.studio().put_input(input);
        self.shared.report(
            INPUTS,
            "InputNameChanged",
            json!({"inputUuid": studio::uuid(&name), "oldInputName": name, "inputName": name}),
        );
    }

    /// Tells the clients that OBS is being closed, then ends.
    pub async fn exit(&mut self) {
        self.shared.report(GENERAL, "ExitStarted", Value::Null);
        tokio::time::sleep(CLOSING).await;
        self.crash().await;
    }

    /// Ends at once: sockets vanish, and a stream ends with it. Returns when the port is free.
    pub async fn crash(&mut self) {
        self.power.cancel();
        self.tasks.close();
        self.tasks.wait().await;
        self.shared.studio().power_off();
    }

    /// Starts again on the same port, not streaming, on the scene it showed last.
    ///
    /// # Errors
    /// Someone else took the port.
    pub async fn restart(&mut self) -> std::io::Result<()> {
        self.power = CancellationToken::new();
        self.tasks = TaskTracker::new();
        self.power_on().await
    }

    async fn power_on(&mut self) -> std::io::Result<()> {
        let listener = TcpListener::bind(("127.0.0.1", self.port)).await?;
        self.port = listener.local_addr()?.port();
        let (shared, power, tasks) = (self.shared.clone(), self.power.clone(), self.tasks.clone());
        let serve = serve(listener, shared, power.clone(), tasks);
        self.tasks.spawn(async move { power.run_until_cancelled(serve).await });
        Ok(())
    }
}

impl Drop for FakeObs {
    fn drop(&mut self) {
        self.power.cancel();
    }
}

async fn serve(listener: TcpListener, shared: Arc<Shared>, power: CancellationToken, tasks: TaskTracker) {
    while let Ok((socket, _)) = listener.accept().await {
        // Else a report that follows an answer waits 40 ms for the client's acknowledgement.
        let _ = socket.set_nodelay(true);
        let (shared, power) = (shared.clone(), power.clone());
        tasks.spawn(async move { power.run_until_cancelled(session::talk(socket, shared)).await });
    }
}

/// obs-websocket's `EventSubscription` bits.
const GENERAL: u32 = 1;
const CONFIG: u32 = 1 << 1;
const SCENES: u32 = 1 << 2;
const INPUTS: u32 = 1 << 3;
const OUTPUTS: u32 = 1 << 6;
const SCENE_ITEMS: u32 = 1 << 7;
const MEDIA_INPUTS: u32 = 1 << 8;
const VOLUMES: u32 = 1 << 16;

impl Shared {
    fn studio(&self) -> MutexGuard<'_, Studio> {
        self.studio.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn note(&self, request: &str, data: &Value) {
        let received = Received { at: clock::mono(), request: request.to_owned(), data: data.clone() };
        self.log.send_modify(|log| log.push(received));
    }

    fn report(&self, intent: u32, kind: &'static str, data: Value) {
        if !self.studio().script.lose_events {
            let _ = self.events.send(Report { intent, kind, data });
        }
    }

    fn show(&self, scene: &str) {
        if self.studio().show(scene) {
            let data = json!({"sceneName": scene, "sceneUuid": studio::uuid(scene)});
            self.report(SCENES, "CurrentProgramSceneChanged", data);
        }
    }

    fn report_record(&self, active: bool, state: &str) {
        let path = (state == "STOPPED").then_some("/recordings/show.mkv");
        let state = format!("OBS_WEBSOCKET_OUTPUT_{state}");
        let data = json!({"outputActive": active, "outputState": state, "outputPath": path});
        self.report(OUTPUTS, "RecordStateChanged", data);
    }

    fn report_output(&self, active: bool, state: &str) {
        let state = format!("OBS_WEBSOCKET_OUTPUT_{state}");
        self.report(OUTPUTS, "StreamStateChanged", json!({"outputActive": active, "outputState": state}));
    }
}
