//! How patient the connections and the sign-in are.

use std::time::Duration;

/// The usual values are Twitch's rules; tests are in a hurry.
#[derive(Clone, Copy, Debug)]
pub struct Pace {
    /// The shortest and the longest wait before a new connection.
    pub waits: (Duration, Duration),
    /// A connection that lived so long begins the waits anew.
    pub settled: Duration,
    /// Longest wait for connection and welcome.
    pub welcome: Duration,
    /// From the last answer to what a session asked for, or from what its list lacked, to the look at what
    /// Twitch has of it.
    pub check: Duration,
    /// What is off is tried again after this, and Twitch's list read again.
    pub again: Duration,
    /// The old socket is read so long after the session moved.
    pub linger: Duration,
    /// The shortest and the longest wait before a sign-in that Twitch refused is tried again.
    pub refused: (Duration, Duration),
}

impl Default for Pace {
    fn default() -> Self {
        Self {
            waits: (Duration::from_secs(1), Duration::from_secs(60)),
            settled: Duration::from_secs(60),
            welcome: Duration::from_secs(10),
            check: Duration::from_secs(30),
            again: Duration::from_secs(3600),
            linger: Duration::from_secs(10),
            refused: (Duration::from_secs(60), Duration::from_secs(3600)),
        }
    }
}
