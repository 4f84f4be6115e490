//! When a recording is started and stopped for the stream's sake. Pure: what OBS reports goes in,
//! what to ask of it comes out.

use crate::domain::command::ObsOrder;
use crate::domain::stream::{Obs, Output};
use crate::kit::units::{Millis, UnixMs};

/// Two beginnings of a stream closer than this are one: OBS counts the time in frames, which lags
/// behind the clock.
const SAME: Millis = Millis(120_000);

/// What was decided for one stream.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Memory {
    /// When the stream began.
    pub(super) stream: UnixMs,
    /// The recording that runs was started for this stream; else recording is left to people.
    pub(super) ours: bool,
}

/// What to do, and what to remember from now on.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Decision {
    pub(super) memory: Option<Memory>,
    pub(super) order: Option<ObsOrder>,
}

/// One look. `wanted` is RECORD_WITH_STREAM; `None` while OBS cannot be read, when nothing is decided.
///
/// A stream of which nothing is remembered began while nobody looked, or this very moment: it is
/// recorded from now on. A recording that ran already, or that ended in the middle, is a person's.
pub(super) fn decide(wanted: bool, memory: Option<Memory>, obs: &Obs) -> Option<Decision> {
    let (live, recording) = (on_air(obs)?, obs.recording?);
    let same = |memory: &Memory| began(obs).is_none_or(|at| is_same(at, memory.stream));
    let known = memory.filter(|memory| !live || same(memory));
    let decision = match (live, known) {
        (true, None) => {
            let ours = wanted && !recording;
            let memory = Memory { stream: began(obs)?, ours };
            Decision { memory: Some(memory), order: ours.then_some(ObsOrder::StartRecord) }
        }
        (true, Some(memory)) => Decision { memory: Some(memory), order: None },
        (false, Some(Memory { ours: true, .. })) if recording => {
            Decision { memory: None, order: Some(ObsOrder::StopRecord) }
        }
        (false, _) => Decision { memory: None, order: None },
    };
    Some(decision)
}

/// The recording was seen to end while the stream goes on: a person's doing, or OBS could not go on.
pub(super) fn let_go(memory: Memory) -> Memory {
    Memory { ours: false, ..memory }
}

/// On air, a stream that is being stopped included; `None` while OBS cannot be read.
fn on_air(obs: &Obs) -> Option<bool> {
    let output = obs.output.filter(|_| obs.is_connected())?;
    Some(output.is_live() || output == Output::Stopping)
}

fn began(obs: &Obs) -> Option<UnixMs> {
    obs.live_since
}

fn is_same(one: UnixMs, other: UnixMs) -> bool {
    UnixMs(one.0.max(other.0)).since(UnixMs(one.0.min(other.0))) < SAME
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::stream::ObsLink;

    const BEGAN: UnixMs = UnixMs(1_000_000);

    fn obs(output: Output, recording: bool) -> Obs {
        let live_since = output.is_live().then_some(BEGAN);
        let link = ObsLink::Connected;
        Obs { link, output: Some(output), recording: Some(recording), live_since, ..Obs::default() }
    }

    #[test]
    fn only_what_was_started_for_the_stream_is_stopped_with_it() {
        use Output::{Reconnecting, Stopped, Stopping, Streaming};
        let ours = Some(Memory { stream: BEGAN, ours: true });
        let left = Some(Memory { stream: BEGAN, ours: false });
        let earlier = Some(Memory { stream: UnixMs(0), ours: true });
        let (start, stop) = (Some(ObsOrder::StartRecord), Some(ObsOrder::StopRecord));
        let table = [
            (true, None, obs(Streaming, false), ours, start.clone(), "the stream began"),
            (true, None, obs(Streaming, true), left, None, "a person records already"),
            (false, None, obs(Streaming, false), left, None, "not wanted"),
            (true, ours, obs(Streaming, true), ours, None, "goes on"),
            (true, ours, obs(Reconnecting, true), ours, None, "goes on, reconnecting"),
            (true, left, obs(Streaming, false), left, None, "a person stopped it"),
            (true, ours, obs(Stopping, true), ours, None, "until the very end"),
            (true, ours, obs(Stopped, true), None, stop.clone(), "the stream ended"),
            (false, ours, obs(Stopped, true), None, stop, "ours is stopped though no longer wanted"),
            (true, left, obs(Stopped, true), None, None, "a person's recording goes on"),
            (true, ours, obs(Stopped, false), None, None, "nothing is left to stop"),
            (true, earlier, obs(Streaming, false), ours, start, "another stream began while nobody looked"),
        ];
        for (wanted, memory, obs, then, order, why) in table {
            assert_eq!(decide(wanted, memory, &obs), Some(Decision { memory: then, order }), "{why}");
        }
    }

    #[test]
    fn nothing_is_decided_blindly() {
        let away = Obs { link: ObsLink::Starting, ..obs(Output::Stopped, true) };
        let unread = Obs { recording: None, ..obs(Output::Streaming, false) };
        let no_beginning = Obs { live_since: None, ..obs(Output::Streaming, false) };
        for blind in [away, unread, no_beginning] {
            assert_eq!(decide(true, None, &blind), None, "{blind:?}");
        }
    }
}
