//! One connection to the fake OBS: greeting with password, then requests and events.
//! Protocol: obs-websocket 5, op codes 0 Hello, 1 Identify, 2 Identified, 3 Reidentify, 5 Event,
//! 6 Request, 7 RequestResponse.

use super::studio::{COLLECTIONS, Output, Start, Studio, uuid};
use super::{CONFIG, INPUTS, MEDIA_INPUTS, Report, SCENE_ITEMS, Shared};
use crate::kit::clock;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use futures_util::{SinkExt, StreamExt};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use std::sync::Arc;
use tokio::net::TcpStream;
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::protocol::CloseFrame;

const SALT: &str = "c2FsdCBvZiB0aGUgZGVtbw==";
const CHALLENGE: &str = "Y2hhbGxlbmdlIG9mIHRoZSBkZW1v";
/// `WebSocketCloseCode::AuthenticationFailed`
const AUTHENTICATION_FAILED: u16 = 4009;

/// Op code of a client that wants other events from now on.
const REIDENTIFY: u8 = 3;

type Socket = WebSocketStream<TcpStream>;
/// The data of an answer, or the code and comment of a refusal.
type Answer = Result<Value, (u16, &'static str)>;

const NO_SOURCE: (u16, &str) = (600, "No source was found by the name of the request.");

pub(super) async fn talk(socket: TcpStream, shared: Arc<Shared>) {
    if shared.studio().script.mute {
        return std::future::pending().await;
    }
    let Ok(mut socket) = tokio_tungstenite::accept_async(socket).await else { return };
    if let Some(subscribed) = greet(&mut socket, &shared).await {
        serve(socket, subscribed, shared).await;
    }
}

/// Hello, Identify, Identified; the client's event subscriptions.
async fn greet(socket: &mut Socket, shared: &Shared) -> Option<u32> {
    let (password, version) = {
        let script = &shared.studio().script;
        (script.password.clone(), script.version.1.clone())
    };
    let mut hello = json!({"obsWebSocketVersion": version, "rpcVersion": 1});
    if password.is_some() {
        hello["authentication"] = json!({"challenge": CHALLENGE, "salt": SALT});
    }
    send(socket, 0, hello).await?;
    let identify = receive(socket).await?;
    if let Some(password) = password
        && identify["d"]["authentication"] != json!(proof(&password))
    {
        let frame = CloseFrame { code: AUTHENTICATION_FAILED.into(), reason: "Authentication failed.".into() };
        let _ = socket.close(Some(frame)).await;
        return None;
    }
    send(socket, 2, json!({"negotiatedRpcVersion": 1})).await?;
    Some(wanted_events(&identify))
}

/// The subscriptions of Identify or Reidentify; without any, all but the frequent ones.
fn wanted_events(message: &Value) -> u32 {
    message["d"]["eventSubscriptions"].as_u64().and_then(|bits| u32::try_from(bits).ok()).unwrap_or(0x7ff)
}

/// base64(sha256(base64(sha256(password + salt)) + challenge))
fn proof(password: &str) -> String {
    let secret = STANDARD.encode(Sha256::digest(format!("{password}{SALT}")));
    STANDARD.encode(Sha256::digest(format!("{secret}{CHALLENGE}")))
}

async fn serve(mut socket: Socket, mut subscribed: u32, shared: Arc<Shared>) {
    let mut events = shared.events.subscribe();
    loop {
        let went_well = tokio::select! {
            message = receive(&mut socket) => match message {
                Some(message) if message["op"] == REIDENTIFY => {
                    subscribed = wanted_events(&message);
                    send(&mut socket, 2, json!({"negotiatedRpcVersion": 1})).await
                }
                Some(message) => answer(&mut socket, &message["d"], &shared).await,
                None => None,
            },
            event = events.recv() => match event {
                Ok(event) if event.intent & subscribed != 0 => tell(&mut socket, event, &shared).await,
                _ => Some(()),
            },
        };
        if went_well.is_none() {
            return;
        }
    }
}

async fn tell(socket: &mut Socket, event: Report, shared: &Shared) -> Option<()> {
    if shared.studio().script.hang {
        return Some(());
    }
    let mut data = json!({"eventType": event.kind, "eventIntent": event.intent});
    // An event without data has no such field, not a null.
    if !event.data.is_null() {
        data["eventData"] = event.data;
    }
    send(socket, 5, data).await
}

async fn answer(socket: &mut Socket, request: &Value, shared: &Arc<Shared>) -> Option<()> {
    let kind = request["requestType"].as_str()?;
    shared.note(kind, &request["requestData"]);
    let (hang, close) = {
        let script = &shared.studio().script;
        (script.hang, script.close)
    };
    if close {
        return None;
    }
    if hang {
        return Some(());
    }
    let (status, data) = match perform(kind, &request["requestData"], shared) {
        Ok(data) => (json!({"result": true, "code": 100}), data),
        Err((code, comment)) => (json!({"result": false, "code": code, "comment": comment}), Value::Null),
    };
    let response =
        json!({"requestType": kind, "requestId": request["requestId"], "requestStatus": status, "responseData": data});
    send(socket, 7, response).await
}

fn perform(kind: &str, data: &Value, shared: &Arc<Shared>) -> Answer {
    let input = data["inputName"].as_str().unwrap_or_default();
    match kind {
        "GetVersion" => Ok(shared.studio().version()),
        "GetStreamStatus" => Ok(shared.studio().stream_status()),
        "GetSceneList" => Ok(shared.studio().scene_list()),
        "GetInputList" => Ok(shared.studio().input_list()),
        "GetInputSettings" => shared.studio().input_settings(input).ok_or(NO_SOURCE),
        "GetMediaInputStatus" => shared.studio().media_status(input).ok_or(NO_SOURCE),
        "GetSourceActive" => Ok(shared.studio().source_active()),
        "SetInputSettings" => set_settings(input, shared),
        "TriggerMediaInputAction" => restart_media(input, shared),
        "SetCurrentProgramScene" => switch(data["sceneName"].as_str().unwrap_or_default(), shared),
        "StartStream" => start(shared),
        "StopStream" => stop(shared),
        "GetRecordStatus" => Ok(shared.studio().record_status()),
        "StartRecord" => record(true, shared),
        "StopRecord" => record(false, shared),
        "GetSceneItemList" => with_scene(data, shared, |studio| Ok(studio.item_list())),
        "GetSceneItemEnabled" => with_scene(data, shared, |studio| {
            studio.item(data).map(|item| json!({"sceneItemEnabled": item.1})).ok_or(NO_SOURCE)
        }),
        "SetSceneItemEnabled" => show_item(data, shared),
        "GetSceneCollectionList" => {
            let current = shared.studio().collection.clone();
            Ok(json!({"currentSceneCollectionName": current, "sceneCollections": COLLECTIONS}))
        }
        "SetCurrentSceneCollection" => set_collection(data["sceneCollectionName"].as_str().unwrap_or_default(), shared),
        "GetSourceScreenshot" => {
            shared.studio().screenshot(data["sourceName"].as_str().unwrap_or_default()).ok_or(NO_SOURCE)
        }
        _ => Err((204, "Your request type is not valid.")),
    }
}

fn switch(scene: &str, shared: &Arc<Shared>) -> Answer {
    let delay = {
        let mut studio = shared.studio();
        if !studio.has_scene(scene) {
            return Err(NO_SOURCE);
        }
        if studio.script.refuse_switches > 0 {
            studio.script.refuse_switches -= 1;
            return Err((702, "The scene is busy."));
        }
        if studio.script.forget_switches {
            return Ok(Value::Null);
        }
        studio.script.switch_delay
    };
    let (scene, shared) = (scene.to_owned(), shared.clone());
    after(delay, move || shared.show(&scene));
    Ok(Value::Null)
}

/// As with a real one a network source opens its stream anew, on air or not; the settings stay as they are.
fn set_settings(input: &str, shared: &Shared) -> Answer {
    if shared.studio().script.ignore_restart {
        return Ok(Value::Null);
    }
    if !shared.studio().restart_media(input) {
        return Err(NO_SOURCE);
    }
    let data = json!({"inputName": input, "inputUuid": uuid(input), "inputSettings": {}});
    shared.report(INPUTS, "InputSettingsChanged", data);
    shared.report(MEDIA_INPUTS, "MediaInputPlaybackStarted", json!({"inputName": input, "inputUuid": uuid(input)}));
    Ok(Value::Null)
}

fn with_scene(data: &Value, shared: &Shared, look: impl FnOnce(&mut Studio) -> Answer) -> Answer {
    let mut studio = shared.studio();
    let known = studio.has_scene(data["sceneName"].as_str().unwrap_or_default());
    if known { look(&mut studio) } else { Err(NO_SOURCE) }
}

fn show_item(data: &Value, shared: &Shared) -> Answer {
    let on = data["sceneItemEnabled"] == true;
    with_scene(data, shared, |studio| {
        let forget = studio.script.forget_items;
        let item = studio.item(data).ok_or(NO_SOURCE)?;
        item.1 = if forget { item.1 } else { on };
        Ok(Value::Null)
    })?;
    let scene = data["sceneName"].clone();
    let data = json!({"sceneName": scene, "sceneItemId": data["sceneItemId"], "sceneItemEnabled": on});
    shared.report(SCENE_ITEMS, "SceneItemEnableStateChanged", data);
    Ok(Value::Null)
}

fn set_collection(name: &str, shared: &Shared) -> Answer {
    if !COLLECTIONS.contains(&name) {
        return Err(NO_SOURCE);
    }
    let before = std::mem::replace(&mut shared.studio().collection, name.to_owned());
    shared.report(CONFIG, "CurrentSceneCollectionChanging", json!({"sceneCollectionName": before}));
    shared.report(CONFIG, "CurrentSceneCollectionChanged", json!({"sceneCollectionName": name}));
    Ok(Value::Null)
}

/// As with a real one this does nothing to a source that hangs: it is told, and the cursor stands.
fn restart_media(input: &str, shared: &Shared) -> Answer {
    if shared.studio().script.ignore_restart || !shared.studio().is_active() {
        return Ok(Value::Null);
    }
    if shared.studio().media_status(input).is_none() {
        return Err(NO_SOURCE);
    }
    let action = "OBS_WEBSOCKET_MEDIA_INPUT_ACTION_RESTART";
    let data = json!({"inputName": input, "inputUuid": uuid(input), "mediaAction": action});
    shared.report(MEDIA_INPUTS, "MediaInputActionTriggered", data);
    Ok(Value::Null)
}

fn start(shared: &Arc<Shared>) -> Answer {
    let (start, output) = {
        let studio = shared.studio();
        (studio.script.start, studio.output)
    };
    match start {
        _ if matches!(output, Output::Ending(_)) => Ok(Value::Null),
        _ if matches!(output, Output::On(_) | Output::Stopping(_)) => Err((500, "The output is already running.")),
        Start::Refused => Err((702, "The stream could not be started.")),
        Start::Blocked => Ok(Value::Null),
        Start::Works | Start::Fails => {
            begin_stream(shared);
            Ok(Value::Null)
        }
    }
}

fn stop(shared: &Arc<Shared>) -> Answer {
    if !matches!(shared.studio().output, Output::On(_) | Output::Stopping(_)) {
        return Err((501, "The output is not running."));
    }
    let refusals = std::mem::take(&mut shared.studio().script.refuse_stops);
    if refusals > 0 {
        shared.studio().script.refuse_stops = refusals - 1;
        return Err((702, "Processing the request failed."));
    }
    end_stream(shared);
    Ok(Value::Null)
}

fn record(on: bool, shared: &Arc<Shared>) -> Answer {
    match (on, shared.studio().recording) {
        (true, true) => return Err((500, "The output is already running.")),
        (false, false) => return Err((501, "The output is not running.")),
        _ => {}
    }
    turn_record(on, shared);
    Ok(if on { Value::Null } else { json!({"outputPath": "/recordings/show.mkv"}) })
}

pub(super) fn turn_record(on: bool, shared: &Arc<Shared>) {
    shared.report_record(on, if on { "STARTING" } else { "STOPPING" });
    let delay = shared.studio().script.output_delay;
    let shared = shared.clone();
    after(delay, move || {
        shared.studio().recording = on;
        shared.report_record(on, if on { "STARTED" } else { "STOPPED" });
    });
}

pub(super) fn begin_stream(shared: &Arc<Shared>) {
    shared.studio().output = Output::Starting;
    shared.report_output(false, "STARTING");
    let (delay, fails) = {
        let script = &shared.studio().script;
        (script.output_delay, script.start == Start::Fails)
    };
    let shared = shared.clone();
    after(delay, move || {
        if shared.studio().output != Output::Starting {
            return;
        }
        shared.studio().output = if fails { Output::Off } else { Output::On(clock::mono()) };
        shared.report_output(!fails, if fails { "STOPPED" } else { "STARTED" });
    });
}

pub(super) fn end_stream(shared: &Arc<Shared>) {
    let (delay, ending, began) = {
        let studio = shared.studio();
        let Output::On(began) = studio.output else { return };
        (studio.script.output_delay, studio.script.ending, began)
    };
    shared.studio().output = Output::Stopping(began);
    shared.report_output(true, "STOPPING");
    let shared = shared.clone();
    after(delay, move || {
        if shared.studio().output != Output::Stopping(began) {
            return;
        }
        shared.studio().output = if ending.is_zero() { Output::Off } else { Output::Ending(began) };
        shared.report_output(false, "STOPPED");
        after(ending, move || {
            if shared.studio().output == Output::Ending(began) {
                shared.studio().output = Output::Off;
            }
        });
    });
}

fn after(delay: std::time::Duration, act: impl FnOnce() + Send + 'static) {
    tokio::spawn(async move {
        tokio::time::sleep(delay).await;
        act();
    });
}

async fn send(socket: &mut Socket, op: u8, data: Value) -> Option<()> {
    socket.send(Message::text(json!({"op": op, "d": data}).to_string())).await.ok()
}

/// The next message of the client; `None` when it is gone.
async fn receive(socket: &mut Socket) -> Option<Value> {
    loop {
        match socket.next().await?.ok()? {
            Message::Text(text) => return serde_json::from_str(&text).ok(),
            Message::Close(_) => return None,
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_proof_is_two_hashes_as_the_protocol_says() {
        // Computed apart, with the formula of protocol.md, "Creating an authentication string".
        assert_eq!(super::proof("supersecretpassword"), "3WBYooJJEQnO+ref4mburfDUFHgmVCv2IHKUaJtYvmM=");
    }
}
