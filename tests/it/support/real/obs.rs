//! A real OBS Studio 30 without a screen, from the Debian 13 root of `tests/setup.sh`.
//!
//! Each instance has its own processes, its own `/tmp` (a folder of this machine
//! put over the root's) with its home in it, and its own X display.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use obws::Client;
use obws::requests::inputs::Create;
use obws::requests::scenes::SceneId;
use serde_json::{Value, json};
use tempfile::TempDir;

use super::{Process, cache, caged, comes_true, port_open};

/// The name of the media source that [`RealObs::prepare`] makes.
pub const FEED: &str = "Feed";

const CONFIG: &str = "home/.config/obs-studio";
/// Colours of the scenes as OBS writes them (alpha, blue, green, red).
const COLOURS: [u32; 6] = [0xff20_8020, 0xff20_a0e0, 0xff30_30d0, 0xffd0_7030, 0xff90_4090, 0xff80_8080];

/// Puts the instance's folder (`$2`) over the root's `/tmp` and goes into the root (`$1`).
const ENTER: &str = r#"
set -e
mount --rbind /dev "$1/dev"
mount -t proc proc "$1/proc"
mount --bind "$2" "$1/tmp"
exec chroot "$1" /bin/sh /tmp/start.sh
"#;

/// Runs inside the root: a display of its own (by a free number), then OBS.
const START: &str = r#"
set -e
cd /tmp
rm -rf .X* display
mkfifo display
Xvfb -displayfd 3 -screen 0 1024x768x24 -nolisten tcp 3>display &
read -r number <display
export DISPLAY=":$number" HOME=/tmp/home XDG_RUNTIME_DIR=/tmp/home LANG=C.UTF-8
export LIBGL_ALWAYS_SOFTWARE=1 QT_QPA_PLATFORM=xcb
exec obs --multi --minimize-to-tray --disable-updater --disable-shutdown-check --disable-missing-files-check
"#;

/// What [`RealObs::prepare`] makes.
pub struct Setup<'a> {
    /// The address the media source plays; it lies in the first scene.
    pub media_url: &'a str,
    /// Where OBS streams to.
    pub stream_server: &'a str,
    /// The stream key.
    pub stream_key: &'a str,
    /// The scenes, each with a colour of its own; the first one is put on air.
    pub scenes: &'a [&'a str],
}

/// An OBS that can be killed and started again with the same home.
pub struct RealObs {
    process: Process,
    folder: TempDir,
    port: u16,
    password: String,
}

impl RealObs {
    /// Starts OBS with an empty scene collection and waits for its websocket.
    pub async fn start(password: &str, port: u16) -> Self {
        let folder = TempDir::new().expect("temporary folder");
        write_config(folder.path(), password, port);
        let process = launch(folder.path());
        let obs = Self { process, folder, port, password: password.to_owned() };
        obs.wait_ready().await;
        obs
    }

    /// SIGKILL to OBS and all its processes, as in a crash.
    pub fn kill(&mut self) {
        self.process.kill();
    }

    /// Kills it if it runs, starts it again and waits for its websocket.
    pub async fn restart(&mut self) {
        self.launch_again();
        self.wait_ready().await;
    }

    /// Like [`Self::restart`], without waiting until it is ready.
    pub fn launch_again(&mut self) {
        self.kill();
        self.process = launch(self.folder.path());
    }

    /// Holds OBS still, as when it hangs (SIGSTOP): connections stay, answers do not come.
    pub fn freeze(&self) {
        self.process.stop();
    }

    /// Lets a frozen OBS go on.
    pub fn thaw(&self) {
        self.process.signal("CONT");
    }

    /// Waits until the websocket accepts a session.
    pub async fn wait_ready(&self) {
        let up = comes_true(Duration::from_secs(60), async || self.answers().await).await;
        assert!(up, "OBS does not come up: {}", self.process.log_tail());
    }

    /// The websocket's port.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// A session of its own, to look at OBS from the outside.
    pub async fn client(&self) -> Client {
        let client = Client::connect("127.0.0.1", self.port, Some(&self.password)).await;
        client.expect("OBS accepts a session")
    }

    /// Makes the scenes, the media source and the stream target, and waits until
    /// OBS has saved them, so that they outlive a crash.
    pub async fn prepare(&self, setup: &Setup<'_>) {
        let client = self.client().await;
        for (scene, colour) in setup.scenes.iter().zip(COLOURS.iter().cycle()) {
            client.scenes().create(scene).await.expect("OBS makes a scene");
            let settings = json!({"color": colour, "width": 640, "height": 360});
            add_input(&client, scene, &format!("{scene} colour"), "color_source_v3", settings).await;
        }
        let first = setup.scenes.first().expect("a setup has a scene");
        add_input(&client, first, FEED, "ffmpeg_source", feed_settings(setup.media_url)).await;
        set_stream(&client, setup.stream_server, setup.stream_key).await;
        let scenes = client.scenes();
        scenes.set_current_program_scene(*first).await.expect("OBS changes its scene");
        scenes.remove(SceneId::Name("Scene")).await.expect("OBS drops the scene it came with");
        self.saved().await;
    }

    async fn answers(&self) -> bool {
        port_open(self.port).await && Client::connect("127.0.0.1", self.port, Some(&self.password)).await.is_ok()
    }

    async fn saved(&self) {
        let file = self.folder.path().join(CONFIG).join("basic/scenes/Untitled.json");
        let saved = comes_true(Duration::from_secs(60), async || {
            fs::read_to_string(&file).is_ok_and(|json| json.contains(FEED) && !json.contains("\"Scene\""))
        });
        assert!(saved.await, "OBS does not save its scenes in {}", file.display());
    }
}

async fn add_input(client: &Client, scene: &str, name: &str, kind: &str, settings: Value) {
    let scene = SceneId::Name(scene);
    let input = Create { scene, input: name, kind, settings: Some(settings), enabled: Some(true) };
    client.inputs().create(input).await.expect("OBS makes an input");
}

async fn set_stream(client: &Client, server: &str, key: &str) {
    let settings = json!({"server": server, "key": key});
    let done = client.config().set_stream_service_settings("rtmp_custom", &settings).await;
    done.expect("OBS takes the stream target");
}

fn feed_settings(url: &str) -> Value {
    // OBS looks at a feed for up to five seconds before it plays: tests want it sooner.
    json!({
        "ffmpeg_options": "analyzeduration=500000",
        "is_local_file": false, "input": url, "input_format": "", "reconnect_delay_sec": 1,
        "buffering_mb": 1, "close_when_inactive": false, "restart_on_activate": false, "hw_decode": false,
    })
}

fn launch(folder: &Path) -> Process {
    let root = root();
    assert!(root.join(".stream-control-ready").exists(), "no OBS in {root:?}: run tests/setup.sh");
    let mut command = caged("sh");
    command.args(["-c", ENTER, "sh"]).arg(root).arg(folder);
    Process::start(command, &folder.join("obs.log"))
}

/// Where `tests/setup.sh` puts the Debian 13 root.
fn root() -> PathBuf {
    cache().join("obs-trixie")
}

fn write_config(folder: &Path, password: &str, port: u16) {
    let config = folder.join(CONFIG);
    let websocket = json!({
        "alerts_enabled": false, "auth_required": true, "first_load": false,
        "server_enabled": true, "server_password": password, "server_port": port,
    });
    write(&folder.join("start.sh"), START);
    write(&config.join("global.ini"), GLOBAL_INI);
    write(&config.join("basic/profiles/Untitled/basic.ini"), BASIC_INI);
    write(&config.join("plugin_config/obs-websocket/config.json"), &websocket.to_string());
    fs::create_dir_all(folder.join("home/rec")).expect("recording folder is made");
}

fn write(file: &Path, text: &str) {
    fs::create_dir_all(file.parent().expect("a file lies in a folder")).expect("folder is made");
    fs::write(file, text).expect("file is written");
}

const GLOBAL_INI: &str = "[General]
FirstRun=true
LastVersion=503447555
EnableAutoUpdates=false
[Basic]
Profile=Untitled
ProfileDir=Untitled
SceneCollection=Untitled
SceneCollectionFile=Untitled
";

/// A small picture at few frames a second, and a replay buffer of ten seconds.
const BASIC_INI: &str = "[General]
Name=Untitled
[Video]
BaseCX=640
BaseCY=360
OutputCX=640
OutputCY=360
FPSCommon=10
[Output]
Mode=Simple
[SimpleOutput]
FilePath=/tmp/home/rec
RecFormat2=mkv
RecQuality=Small
RecRB=true
RecRBTime=10
VBitrate=600
StreamEncoder=x264
RecEncoder=x264
";
