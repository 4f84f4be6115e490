//! A streamer's encoder: ffmpeg sending a moving test picture and a tone by RTMP.

use tempfile::TempDir;

use super::{Process, tied};

/// A publisher at a steady bit rate. Dropping it cuts the feed.
pub struct Publisher {
    process: Process,
    _folder: TempDir,
}

impl Publisher {
    /// Sends about `kbps`, 64 of them sound, to an RTMP address.
    pub fn start(url: &str, kbps: u32) -> Self {
        Self::filtered(url, kbps, "null")
    }

    /// The same, but after five seconds the picture stands still at the same rate.
    pub fn freezing(url: &str, kbps: u32) -> Self {
        Self::filtered(url, kbps, "loop=loop=-1:size=1:start=75,realtime")
    }

    fn filtered(url: &str, kbps: u32, filter: &str) -> Self {
        let folder = TempDir::new().expect("temporary folder");
        let (rate, buffer) = {
            let picture = kbps.saturating_sub(64).max(32);
            (format!("{picture}k"), format!("{}k", picture / 2))
        };
        let mut command = tied("ffmpeg");
        command
            .args(["-hide_banner", "-nostdin", "-nostats", "-loglevel", "warning", "-re"])
            .args(["-f", "lavfi", "-i", "testsrc2=s=640x360:r=15"])
            .args(["-f", "lavfi", "-i", "sine=sample_rate=44100"])
            .args(["-vf", filter, "-c:v", "libx264", "-preset", "ultrafast", "-tune", "zerolatency"])
            // Key frames are close together: whoever opens the feed for half a second finds its picture.
            .args(["-threads", "1", "-pix_fmt", "yuv420p", "-g", "6"])
            // Filler holds the rate where the picture needs less.
            .args(["-b:v", &rate, "-maxrate", &rate, "-bufsize", &buffer, "-x264-params", "nal-hrd=cbr"])
            .args(["-c:a", "aac", "-b:a", "64k", "-f", "flv", url]);
        let process = Process::start(command, &folder.path().join("ffmpeg.log"));
        Self { process, _folder: folder }
    }

    /// Stops sending and keeps the connection: a stalled encoder (SIGSTOP).
    pub fn stall(&self) {
        self.process.stop();
    }

    /// Goes on after [`Self::stall`], first with what piled up (SIGCONT).
    pub fn resume(&self) {
        self.process.signal("CONT");
    }

    /// Ends it at once without a goodbye (SIGKILL); the kernel closes the connection.
    pub fn kill(&mut self) {
        self.process.kill();
    }
}
