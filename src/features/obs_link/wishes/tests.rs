//! Stories of orders as tables: what happens, and what the room does about it.

use super::*;

const START: ObsOrder = ObsOrder::StartStream;
const STOP: ObsOrder = ObsOrder::StopStream;
const FIX: ObsOrder = ObsOrder::RestartMedia { feed: None };

#[derive(Clone)]
enum Step {
    /// Someone gives this order.
    Press(Id, ObsOrder),
    Accept(Id),
    /// OBS refuses with this code.
    Refuse(Id, u16),
    /// OBS reports the output by itself.
    Output(Output),
    /// OBS reports by itself that it records, or not.
    Record(bool),
    /// The record output was read.
    ReadRecord(bool),
    /// The output was read.
    ReadOutput(Output),
    /// The output was read: it has ended, and OBS is not through with it.
    ReadEnding,
    /// OBS reports the scene by itself.
    Scene(&'static str),
    /// The scene was read.
    ReadScene(&'static str),
    /// OBS reports that the media source plays.
    Plays,
    /// The media source was read and moves.
    Moves,
    Lose,
    /// A new connection, with this output.
    Connect(Output),
    /// Milliseconds pass.
    Wait(u64),
}
use Output::{Reconnecting, Starting, Stopped, Stopping, Streaming};
use Step::{
    Accept, Connect, Lose, Moves, Plays, Press, ReadEnding, ReadOutput, ReadRecord, ReadScene, Record, Refuse, Scene,
    Wait,
};

const STOP_SHOW: ObsOrder = ObsOrder::StopShow;

fn to(scene: &str) -> ObsOrder {
    ObsOrder::SwitchScene { scene: scene.into(), reason: "test".to_owned() }
}

fn obs(output: Output) -> Obs {
    let media = crate::domain::stream::MediaInput {
        playing: true,
        over: false,
        moving: Some(false),
        ..crate::domain::stream::MediaInput::unread(crate::domain::ids::FeedId::main(), "Feed".to_owned())
    };
    Obs {
        link: ObsLink::Connected,
        output: Some(output),
        scene: Some("LIVE".into()),
        scenes: ["LIVE", "Low bitrate", "BRB"].map(SceneName::from).into(),
        media: vec![media],
        recording: Some(false),
        ..Obs::default()
    }
}

fn lost() -> Obs {
    Obs { link: ObsLink::Lost { reason: "OBS was closed.".to_owned(), repair: None }, ..Obs::default() }
}

/// Plays a story that begins with this cell; every effect as a line.
fn play(mut cell: Obs, story: &[Step]) -> Vec<String> {
    let mut wishes = Wishes::default();
    let mut now = Mono(1_000);
    let mut lines = Vec::new();
    for step in story.iter().cloned() {
        let error;
        let origin = Origin::Automation("test");
        let order;
        let input = match step {
            Press(id, given) => {
                order = given;
                Input::Asked(id, &order, &origin)
            }
            Accept(id) => Input::Accepted(id),
            Refuse(id, code) => {
                error = ObsError::Refused { code, text: "no".to_owned() };
                Input::Refused(id, &error)
            }
            Step::Output(output) => {
                (cell.output, cell.ending) = (Some(output), output == Stopped);
                Input::Output(output)
            }
            ReadOutput(output) => {
                (cell.output, cell.ending) = (Some(output), false);
                Input::Read
            }
            ReadEnding => {
                (cell.output, cell.ending) = (Some(Stopped), true);
                Input::Read
            }
            Record(on) => {
                cell.recording = Some(on);
                Input::Record
            }
            ReadRecord(on) => {
                cell.recording = Some(on);
                Input::Read
            }
            Scene(scene) => {
                cell.scene = Some(scene.into());
                Input::Scene
            }
            ReadScene(scene) => {
                cell.scene = Some(scene.into());
                Input::Read
            }
            Plays => Input::MediaPlays("Feed"),
            Moves => {
                cell.media.iter_mut().for_each(|media| media.moving = Some(true));
                Input::Tick
            }
            Lose => {
                cell = lost();
                Input::Lost
            }
            Connect(output) => {
                cell = obs(output);
                Input::Connected
            }
            Wait(ms) => {
                now = now + Millis(ms);
                Input::Tick
            }
        };
        lines.extend(wishes.step(now, &cell, &input).iter().map(line));
    }
    lines
}

fn line(effect: &Effect) -> String {
    match effect {
        Effect::Read => "read".to_owned(),
        Effect::Send(id, request) => format!("{id} send {request:?}"),
        Effect::Answer(id, Outcome::Done(text)) => format!("{id} done: {text}"),
        Effect::Answer(id, Outcome::TimedOut(text)) => format!("{id} timed out: {text}"),
        Effect::Answer(id, outcome) => format!("{id} failed: {}", outcome.text()),
    }
}

/// Each line must begin with what is wanted.
#[track_caller]
fn expect(name: &str, cell: Obs, story: &[Step], wanted: &[&str]) {
    let lines = play(cell, story);
    let fits = lines.len() == wanted.len() && lines.iter().zip(wanted).all(|(line, wanted)| line.starts_with(wanted));
    assert!(fits, "{name}: {lines:#?}");
}

#[test]
fn a_start_ends_at_obs_own_report() {
    let table: &[(&str, Output, &[Step], &[&str])] = &[
        (
            "confirmed by the report",
            Stopped,
            &[Press(1, START), Accept(1), Step::Output(Starting), Step::Output(Streaming)],
            &["1 send Start", "read", "1 done: OBS is streaming."],
        ),
        (
            "confirmed by a read when the report was lost",
            Stopped,
            &[Press(1, START), Accept(1), ReadOutput(Streaming)],
            &["1 send Start", "read", "1 done"],
        ),
        ("already so", Streaming, &[Press(1, START)], &["1 done: Already streaming."]),
        ("reconnecting is live", Reconnecting, &[Press(1, START)], &["1 done: Already streaming."]),
        (
            "pressed twice, sent once, both answered",
            Stopped,
            &[Press(1, START), Press(2, START), Accept(1), Step::Output(Streaming)],
            &["1 send Start", "read", "1 done", "2 done"],
        ),
        ("someone else started it a moment ago", Starting, &[Press(1, START), Step::Output(Streaming)], &["1 done"]),
        (
            "still stopping: sent when it has stopped",
            Stopping,
            &[Press(1, START), Step::Output(Stopped), ReadOutput(Stopped), Accept(1), Step::Output(Streaming)],
            &["1 send Start", "read", "1 done"],
        ),
        (
            "it has ended, and OBS would forget a start until it is through with it",
            Streaming,
            &[Step::Output(Stopped), Press(1, START), ReadEnding, Wait(20_000), ReadEnding],
            &[],
        ),
        (
            "OBS is through with it",
            Streaming,
            &[Step::Output(Stopped), Press(1, START), ReadEnding, ReadOutput(Stopped), Step::Output(Streaming)],
            &["1 send Start", "1 done"],
        ),
        (
            "OBS is never through with it",
            Streaming,
            &[Step::Output(Stopped), Press(1, START), ReadEnding, Wait(30_000), ReadOutput(Stopped)],
            &["1 timed out: OBS is not through with the last stream after 30 s."],
        ),
        (
            "called off before OBS is through with it: nothing begins",
            Streaming,
            &[Step::Output(Stopped), Press(1, START), Press(2, STOP), ReadEnding, ReadOutput(Stopped), Wait(60_000)],
            &["1 failed: Cancelled", "2 done: The stream is not running."],
        ),
        (
            "OBS says it runs already: its state decides",
            Stopped,
            &[Press(1, START), Refuse(1, 500), ReadOutput(Streaming)],
            &["1 send Start", "read", "1 done"],
        ),
        ("OBS refuses", Stopped, &[Press(1, START), Refuse(1, 702)], &["1 send Start", "1 failed: OBS says: no"]),
        (
            "bad stream settings: it stops at once",
            Stopped,
            &[Press(1, START), Accept(1), Step::Output(Starting), Step::Output(Stopped)],
            &["1 send Start", "read", "1 failed: OBS tried to start and stopped at once. Check the stream settings"],
        ),
        (
            "the reports overtake the acceptance",
            Stopped,
            &[Press(1, START), Step::Output(Starting), Step::Output(Stopped)],
            &["1 send Start", "1 failed: OBS tried to start"],
        ),
        (
            "someone stops it in OBS while it starts",
            Stopped,
            &[Press(1, START), Accept(1), Step::Output(Starting), Step::Output(Stopping)],
            &["1 send Start", "read", "1 failed: The stream was stopped in OBS."],
        ),
        (
            "a dialog blocks it: accepted and never started",
            Stopped,
            &[Press(1, START), Accept(1), ReadOutput(Stopped), Wait(29_999), Wait(1)],
            &[
                "1 send Start",
                "read",
                "1 timed out: OBS took the order but is not streaming after 30 s. Perhaps a dialog",
            ],
        ),
    ];
    for (name, output, story, wanted) in table {
        expect(name, obs(*output), story, wanted);
    }
}

#[test]
fn a_stop_ends_at_obs_own_report() {
    let table: &[(&str, Output, &[Step], &[&str])] = &[
        (
            "confirmed by the report",
            Streaming,
            &[Press(1, STOP), Accept(1), Step::Output(Stopping), Step::Output(Stopped)],
            &["1 send Stop", "read", "1 done: The stream has ended."],
        ),
        ("already so", Stopped, &[Press(1, STOP)], &["1 done: The stream is not running."]),
        (
            "a reconnect to the platform in between is no contrary report",
            Reconnecting,
            &[Press(1, STOP), Accept(1), Step::Output(Streaming), Step::Output(Stopped)],
            &["1 send Stop", "read", "1 done"],
        ),
        (
            "not running yet: asked again when it runs",
            Starting,
            &[Press(1, STOP), Refuse(1, 501), Step::Output(Streaming), Step::Output(Stopped)],
            &["1 send Stop", "read", "1 send Stop", "1 done"],
        ),
        (
            "someone starts it again in OBS",
            Streaming,
            &[Press(1, STOP), Accept(1), Step::Output(Stopping), Step::Output(Starting)],
            &["1 send Stop", "read", "1 failed: The stream was started again in OBS."],
        ),
        (
            "never confirmed",
            Streaming,
            &[Press(1, STOP), Accept(1), Wait(30_000)],
            &["1 send Stop", "read", "1 timed out"],
        ),
    ];
    for (name, output, story, wanted) in table {
        expect(name, obs(*output), story, wanted);
    }
}

#[test]
fn the_newest_press_counts() {
    let cancelled = "1 failed: Cancelled: the opposite was asked.";
    let table: &[(&str, Output, &[Step], &[&str])] = &[
        (
            "stop while it starts",
            Stopped,
            &[
                Press(1, START),
                Accept(1),
                Step::Output(Starting),
                Press(2, STOP),
                Step::Output(Streaming),
                Accept(2),
                Step::Output(Stopped),
            ],
            &["1 send Start", "read", cancelled, "2 send Stop", "read", "2 done"],
        ),
        (
            "stop while a dialog blocks the start: believed after a second look",
            Stopped,
            &[Press(1, START), Accept(1), Press(2, STOP), ReadOutput(Stopped), Wait(1_000), ReadOutput(Stopped)],
            &["1 send Start", "read", cancelled, "read", "2 done: The stream has ended."],
        ),
        (
            "start while it stops",
            Streaming,
            &[
                Press(1, STOP),
                Accept(1),
                Press(2, START),
                Step::Output(Stopping),
                Step::Output(Stopped),
                ReadOutput(Stopped),
            ],
            &["1 send Stop", "read", cancelled, "2 send Start"],
        ),
        (
            "a late answer to the cancelled press changes nothing",
            Stopped,
            &[Press(1, START), Press(2, STOP), Accept(1), Step::Output(Starting), Step::Output(Stopped)],
            &["1 send Start", cancelled, "2 send Stop", "2 done"],
        ),
    ];
    for (name, output, story, wanted) in table {
        expect(name, obs(*output), story, wanted);
    }
}

#[test]
fn wishes_outlive_a_lost_connection_until_their_deadline() {
    let table: &[(&str, Obs, &[Step], &[&str])] = &[
        (
            "a start is sent again",
            obs(Stopped),
            &[Press(1, START), Accept(1), Lose, Connect(Stopped), Accept(1), Step::Output(Streaming)],
            &["1 send Start", "read", "1 send Start", "read", "1 done"],
        ),
        (
            "a start that worked is not sent again",
            obs(Stopped),
            &[Press(1, START), Accept(1), Lose, Connect(Streaming)],
            &["1 send Start", "read", "1 done"],
        ),
        ("a start waits for OBS", lost(), &[Press(1, START), Wait(20_000), Connect(Stopped)], &["1 send Start"]),
        ("a stop waits for OBS", lost(), &[Press(1, STOP), Wait(20_000), Connect(Stopped)], &["1 done"]),
        (
            "past its deadline it is over",
            lost(),
            &[Press(1, START), Wait(30_000), Connect(Stopped)],
            &["1 failed: OBS is not connected: OBS was closed."],
        ),
        (
            "a switch is not",
            obs(Streaming),
            &[Press(1, to("BRB")), Accept(1), Lose, Connect(Streaming)],
            &["1 send Switch", "read", "1 failed: The connection to OBS was lost"],
        ),
        (
            "a media restart is never sent again",
            obs(Streaming),
            &[Press(1, FIX), Accept(1), Lose, Connect(Streaming), Wait(9_000)],
            &["1 send Restart(\"Feed\")", "1 failed: The connection to OBS was lost. It is not asked again."],
        ),
        ("no switch without OBS", lost(), &[Press(1, to("BRB"))], &["1 failed: OBS is not connected: OBS was closed."]),
        ("no restart without OBS", lost(), &[Press(1, FIX)], &["1 failed: OBS is not connected: OBS was closed."]),
    ];
    for (name, cell, story, wanted) in table {
        expect(name, cell.clone(), story, wanted);
    }
}

#[test]
fn what_a_human_stopped_stays_stopped() {
    let story = [
        Press(1, START),
        Accept(1),
        Step::Output(Streaming),
        Step::Output(Stopped),
        Lose,
        Connect(Stopped),
        Wait(60_000),
    ];
    expect("done, then stopped in OBS", obs(Stopped), &story, &["1 send Start", "read", "1 done"]);
}

#[test]
fn a_switch_is_verified() {
    let sent = r#"1 send Switch(SceneName("BRB"))"#;
    let table: &[(&str, &[Step], &[&str])] = &[
        ("confirmed by the report", &[Press(1, to("BRB")), Scene("BRB")], &[sent, "1 done: OBS shows 'BRB'."]),
        (
            "confirmed by a read when the report was lost",
            &[Press(1, to("BRB")), Accept(1), ReadScene("BRB")],
            &[sent, "read", "1 done"],
        ),
        ("already there", &[Press(1, to("LIVE"))], &["1 done: OBS already shows 'LIVE'."]),
        (
            "no such scene",
            &[Press(1, to("LOW"))],
            &["1 failed: There is no scene 'LOW' in OBS. Did you mean 'Low bitrate'?"],
        ),
        ("nothing like it", &[Press(1, to("XYZ"))], &["1 failed: There is no scene 'XYZ' in OBS."]),
        (
            "refused, then done",
            &[Press(1, to("BRB")), Refuse(1, 702), Wait(499), Wait(1), Accept(1), Scene("BRB")],
            &[sent, sent, "read", "1 done"],
        ),
        (
            "refused four times",
            &[
                Press(1, to("BRB")),
                Refuse(1, 702),
                Wait(500),
                Refuse(1, 702),
                Wait(500),
                Refuse(1, 702),
                Wait(500),
                Refuse(1, 702),
            ],
            &[sent, sent, sent, sent, "1 failed: OBS says: no (code 702)."],
        ),
        (
            "accepted and forgotten",
            &[Press(1, to("BRB")), Accept(1), Wait(2_999), ReadScene("LIVE"), Wait(1)],
            &[sent, "read", "read", "1 timed out: OBS took the order but does not show 'BRB' after 3.0 s."],
        ),
        ("never answered", &[Press(1, to("BRB")), Wait(3_000)], &[sent, "1 timed out: OBS did not answer"]),
        (
            "someone else switches meanwhile",
            &[Press(1, to("BRB")), Scene("Low bitrate"), Scene("BRB")],
            &[sent, "1 done"],
        ),
        (
            "a newer order replaces it",
            &[Press(1, to("BRB")), Press(2, to("Low bitrate")), Accept(1), Scene("BRB"), Scene("Low bitrate")],
            &[sent, "1 failed: Replaced by a newer order", "2 send Switch", "2 done"],
        ),
        (
            "back again before the first came through: the cell is not believed",
            &[Press(1, to("BRB")), Press(2, to("LIVE")), Scene("BRB"), Scene("LIVE")],
            &[sent, "1 failed: Replaced", "2 send Switch", "2 done"],
        ),
    ];
    for (name, story, wanted) in table {
        expect(name, obs(Streaming), story, wanted);
    }
}

#[test]
fn recording_is_a_wish_and_never_a_toggle() {
    const START: ObsOrder = ObsOrder::StartRecord;
    const STOP: ObsOrder = ObsOrder::StopRecord;
    let recording = || Obs { recording: Some(true), ..obs(Streaming) };
    let table: [(&str, Obs, &[Step], &[&str]); 12] = [
        (
            "confirmed by the report",
            obs(Streaming),
            &[Press(1, START), Accept(1), Record(true)],
            &["1 send StartRecord", "read", "1 done: OBS is recording."],
        ),
        (
            "confirmed by a read, where the report was lost",
            recording(),
            &[Press(1, STOP), Accept(1), ReadRecord(true), ReadRecord(false)],
            &["1 send StopRecord", "read", "1 done: The recording has ended."],
        ),
        ("it records already", recording(), &[Press(1, START)], &["1 done: Already recording."]),
        ("nothing to stop", obs(Stopped), &[Press(1, STOP)], &["1 done: Nothing is being recorded."]),
        (
            "two presses are one request",
            obs(Streaming),
            &[Press(1, START), Press(2, START), Record(true)],
            &["1 send StartRecord", "1 done", "2 done"],
        ),
        (
            "the opposite counts",
            obs(Streaming),
            &[Press(1, START), Press(2, STOP), Record(false)],
            &["1 send StartRecord", "1 failed: Cancelled", "2 send StopRecord", "2 done"],
        ),
        (
            "refused because somebody was quicker",
            obs(Streaming),
            &[Press(1, START), Refuse(1, 500), ReadRecord(true)],
            &["1 send StartRecord", "read", "1 done"],
        ),
        (
            "refused because the last one has not quite ended",
            obs(Streaming),
            &[Press(1, START), Refuse(1, 500), ReadRecord(false), Wait(499), Wait(1), Record(true)],
            &["1 send StartRecord", "read", "1 send StartRecord", "1 done"],
        ),
        (
            "refused because OBS cannot",
            obs(Streaming),
            &[Press(1, START), Refuse(1, 702)],
            &["1 send StartRecord", "1 failed: OBS says"],
        ),
        (
            "a full disk",
            obs(Streaming),
            &[Press(1, START), Accept(1), Record(false)],
            &["1 send StartRecord", "read", "1 failed: The recording ended at once."],
        ),
        (
            "sent again after a reconnect",
            obs(Streaming),
            &[Press(1, START), Lose, Connect(Streaming), Record(true)],
            &["1 send StartRecord", "1 send StartRecord", "1 done"],
        ),
        (
            "no answer",
            obs(Streaming),
            &[Press(1, START), Accept(1), Wait(30_000)],
            &["1 send StartRecord", "read", "1 timed out"],
        ),
    ];
    for (name, cell, story, wanted) in table {
        expect(name, cell, story, wanted);
    }
}

#[test]
fn a_media_restart_is_verified_and_sent_once() {
    let unset = Obs {
        media: Vec::new(),
        media_notes: vec![(crate::domain::ids::FeedId::main(), "Set MEDIA_SOURCE_NAME.".to_owned())],
        ..obs(Streaming)
    };
    let table: &[(&str, Obs, &[Step], &[&str])] = &[
        (
            "by the report",
            obs(Streaming),
            &[Press(1, FIX), Plays],
            &["1 send Restart(\"Feed\")", "1 done: OBS restarted 'Feed'."],
        ),
        (
            "by the moving picture",
            obs(Streaming),
            &[Press(1, FIX), Moves],
            &["1 send Restart(\"Feed\")", "1 done: 'Feed' plays again."],
        ),
        (
            "twice",
            obs(Streaming),
            &[Press(1, FIX), Press(2, FIX), Plays],
            &["1 send Restart(\"Feed\")", "2 failed: A restart", "1 done"],
        ),
        (
            "nothing plays",
            obs(Streaming),
            &[Press(1, FIX), Accept(1), Wait(7_999), Wait(1)],
            &["1 send Restart(\"Feed\")", "1 timed out"],
        ),
        (
            "refused",
            obs(Streaming),
            &[Press(1, FIX), Refuse(1, 604)],
            &["1 send Restart(\"Feed\")", "1 failed: OBS says"],
        ),
        ("no media source", unset, &[Press(1, FIX)], &["1 failed: Set MEDIA_SOURCE_NAME."]),
    ];
    for (name, cell, story, wanted) in table {
        expect(name, cell.clone(), story, wanted);
    }
}

#[test]
fn a_scene_change_is_ours_only_while_we_may_have_asked_for_it() {
    let ours = Origin::Automation("failover");
    let brb = SceneName::from("BRB");
    let mut wishes = Wishes::default();
    assert_eq!(wishes.author_of(Mono(0), &brb), None, "nobody asked");
    wishes.step(Mono(0), &obs(Streaming), &Input::Asked(1, &to("BRB"), &ours));
    assert_eq!(wishes.author_of(Mono(10), &"Low bitrate".into()), None, "another scene");
    assert_eq!(wishes.author_of(Mono(20), &brb), Some(ours.clone()));
    assert_eq!(wishes.author_of(Mono(30), &brb), None, "used up");

    wishes.step(Mono(40), &obs(Streaming), &Input::Asked(2, &to("BRB"), &ours));
    wishes.step(Mono(50), &obs(Streaming), &Input::Asked(3, &to("Low bitrate"), &ours));
    assert_eq!(wishes.author_of(Mono(60), &brb), Some(ours.clone()), "replaced, but it still came through");

    wishes.step(Mono(70), &obs(Streaming), &Input::Asked(4, &to("BRB"), &ours));
    wishes.step(Mono(3_070), &obs(Streaming), &Input::Tick);
    assert_eq!(wishes.author_of(Mono(5_000), &brb), Some(ours.clone()), "late, but ours");

    let on_brb = Obs { scene: Some(brb.clone()), ..obs(Streaming) };
    wishes.step(Mono(5_100), &obs(Streaming), &Input::Asked(5, &to("BRB"), &ours));
    wishes.step(Mono(5_110), &obs(Streaming), &Input::Accepted(5));
    wishes.step(Mono(5_120), &on_brb, &Input::Read);
    assert_eq!(wishes.author_of(Mono(5_200), &brb), None, "done: what comes now is someone else's");

    wishes.step(Mono(6_000), &obs(Streaming), &Input::Asked(6, &to("BRB"), &ours));
    assert_eq!(wishes.author_of(Mono(16_000), &brb), None, "too late to be ours");
}

#[test]
fn automation_waits_while_a_person_switches() {
    let anna = Origin::Person { name: "Anna".to_owned(), role: crate::domain::people::Role::Owner };
    let rule = Origin::Automation("failover");
    let mut wishes = Wishes::default();
    wishes.step(Mono(0), &obs(Streaming), &Input::Asked(1, &to("BRB"), &anna));
    let effects = wishes.step(Mono(10), &obs(Streaming), &Input::Asked(2, &to("Low bitrate"), &rule));
    assert_eq!(
        effects.iter().map(line).collect::<Vec<_>>(),
        ["2 failed: A person is switching the scene at this moment."]
    );
    let effects = wishes.step(Mono(20), &obs(Streaming), &Input::Asked(3, &to("Low bitrate"), &anna));
    assert_eq!(effects.len(), 2, "a person's newer word counts: {effects:?}");
}

#[test]
fn the_room_is_woken_for_every_deadline() {
    let mut wishes = Wishes::default();
    let by = Origin::Automation("test");
    assert_eq!(wishes.due(), None);
    wishes.step(Mono(0), &obs(Stopped), &Input::Asked(1, &START, &by));
    assert_eq!(wishes.due(), Some(Mono(30_000)));
    wishes.step(Mono(0), &obs(Stopped), &Input::Asked(2, &FIX, &by));
    assert_eq!(wishes.due(), Some(Mono(8_000)));
    wishes.step(Mono(0), &obs(Stopped), &Input::Asked(3, &to("BRB"), &by));
    assert_eq!(wishes.due(), Some(Mono(3_000)));
    wishes.step(Mono(0), &obs(Stopped), &Input::Refused(3, &ObsError::Refused { code: 702, text: String::new() }));
    assert_eq!(wishes.due(), Some(Mono(500)));
}

#[test]
fn a_stop_of_one_show_ends_with_the_connection() {
    let table: &[(&str, Output, &[Step], &[&str])] = &[
        (
            "confirmed",
            Streaming,
            &[Press(1, STOP_SHOW), Accept(1), Step::Output(Stopped)],
            &["1 send Stop", "read", "1 done: The stream has ended."],
        ),
        (
            "another show may run over the next connection",
            Streaming,
            &[Press(1, STOP_SHOW), Lose, Connect(Streaming)],
            &["1 send Stop", "1 failed: OBS is not connected"],
        ),
        (
            "a person wants it too: then it is wanted over the next connection as well",
            Streaming,
            &[Press(1, STOP_SHOW), Press(2, STOP), Lose, Connect(Streaming), Step::Output(Stopped)],
            &["1 send Stop", "1 send Stop", "1 done", "2 done"],
        ),
        (
            "a person wanted it before",
            Streaming,
            &[Press(1, STOP), Press(2, STOP_SHOW), Lose, Connect(Streaming), Step::Output(Stopped)],
            &["1 send Stop", "1 send Stop", "1 done", "2 done"],
        ),
    ];
    for (name, output, story, wanted) in table {
        expect(name, obs(*output), story, wanted);
    }
    expect("without a connection", lost(), &[Press(1, STOP_SHOW)], &["1 failed: OBS is not connected"]);
}
