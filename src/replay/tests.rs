//! Small files, written by hand.

use super::*;
use crate::config::Values;

fn options() -> Options {
    let config = Config::parse(&Values::from_pairs([])).expect("the defaults are good");
    Options { scene: config.scenes.live.clone(), config, thin_out: false }
}

fn played(text: &str) -> (Vec<(f64, Place)>, Played) {
    let mut decisions = Vec::new();
    let keep = |decision: &Decision| {
        decisions.push((decision.t, decision.to));
        Ok(())
    };
    let played = play(text.as_bytes(), &options(), keep).expect("a good file");
    (decisions, played)
}

/// An SRT feed that is well until `end` and then reported gone.
fn feed(begin: u64, end: u64, seconds: u64) -> String {
    let line = |at: u64| {
        let here = r#""live/a":{"bitrate":3000,"uptime":UP,"msRcvBuf":1970,"latency":2000,"rtt":40}"#;
        let here = if at < end { here.replace("UP", &(at + 60).to_string()) } else { String::new() };
        format!("{{\"t\":{},\"type\":\"sls\",\"body\":{{\"publishers\":{{{here}}}}}}}\n", begin + at)
    };
    (0..seconds).map(line).collect()
}

#[test]
fn decisions_fall_in_the_files_own_time() {
    let (decisions, played) = played(&feed(100, 20, 40));
    assert_eq!(decisions, [(120.5, Place::Offline)]);
    assert_eq!((played.polls, played.seconds, played.warnings.len()), (40, 39.0, 0));
}

#[test]
fn the_end_of_a_file_decides_nothing() {
    assert_eq!(played(&feed(0, 20, 20)).0, []);
    assert_eq!(played("").1, Played::default());
    assert_eq!(played("\n \n").1, Played::default());
}

#[test]
fn a_torn_last_line_is_left_out_and_told() {
    let text = feed(0, 20, 40);
    let (whole, _) = played(&text);
    for cut in 1..60 {
        let (decisions, played) = played(&format!("{text}{}", &text[..cut]));
        assert_eq!(decisions, whole);
        assert_eq!(played.warnings.len(), 1, "{cut}: {:?}", played.warnings);
        assert!(played.warnings[0].starts_with("line 41, the last, breaks off"), "{:?}", played.warnings);
    }
}

#[test]
fn a_bad_line_stops_with_its_number() {
    for (line, wanted) in
        [("{}", "missing field `t`"), ("\u{0}", "no recorded poll"), ("[]", "line 21: this is no recorded poll")]
    {
        let text = format!("{}{line}\n{}", feed(0, 99, 20), feed(20, 99, 5));
        let trouble = play(text.as_bytes(), &options(), |_| Ok(())).expect_err(line).to_string();
        assert!(trouble.starts_with("line 21: ") && trouble.contains(wanted), "{trouble}");
    }
    let trouble = play(&b"\xff\n"[..], &options(), |_| Ok(())).expect_err("no text").to_string();
    assert_eq!(trouble, "line 1: not text in UTF-8");
}

#[test]
fn time_that_goes_back_begins_a_new_recording() {
    let (decisions, played) = played(&format!("{}{}", feed(50, 20, 30), feed(0, 20, 30)));
    assert_eq!(decisions, [(70.5, Place::Offline), (20.5, Place::Offline)]);
    assert_eq!(played.warnings, ["line 31: the time goes back, so a new recording begins here"]);
}

#[test]
fn obs_does_what_the_file_says() {
    let dark = feed(0, 20, 22);
    let back = "{\"t\":30,\"type\":\"show\",\"body\":{\"connected\":true}}\n";
    let table = [
        ("{\"t\":0,\"type\":\"show\",\"body\":{\"live\":false}}\n", "", vec![]),
        ("{\"t\":0,\"type\":\"show\",\"body\":{\"scene\":\"Intro\"}}\n", "", vec![]),
        ("{\"t\":0,\"type\":\"show\",\"body\":{\"connected\":false}}\n", "", vec![]),
        ("{\"t\":0,\"type\":\"show\",\"body\":{\"connected\":false}}\n", back, vec![(30.5, Place::Offline)]),
        ("", "", vec![(20.5, Place::Offline)]),
    ];
    for (before, after, wanted) in table {
        let rest = if after.is_empty() { String::new() } else { format!("{after}{}", feed(31, 0, 9)) };
        assert_eq!(played(&format!("{before}{dark}{rest}")).0, wanted, "{before}{after}");
    }
}

#[test]
fn announced_work_is_no_outage_here_either() {
    let line = |t: f64, feed: &str, seconds: f64| {
        format!("{{\"t\":{t},\"type\":\"maintenance\"{feed},\"body\":{{\"seconds\":{seconds}}}}}\n")
    };
    let (before, after) = (feed(0, 20, 20), feed(20, 0, 30));
    let table = [
        (line(19.5, "", 15.0), vec![(35.5, Place::Offline)], "until its time is over"),
        (line(19.5, "", 3600.0), vec![], "to the end of the file"),
        (line(19.5, "", 3600.0) + &line(19.5, "", 0.0), vec![(20.5, Place::Offline)], "taken back"),
        (line(19.5, ",\"feed\":\"main\"", 15.0), vec![(35.5, Place::Offline)], "by the feed's name"),
        (String::new(), vec![(20.5, Place::Offline)], "none"),
    ];
    for (work, wanted, why) in table {
        assert_eq!(played(&format!("{before}{work}{after}")).0, wanted, "{why}");
    }
    // As the first line, of all feeds: it brings none of its own.
    let (decisions, played) = played(&format!("{}{}", line(0.0, "", 5.0), feed(0, 20, 40)));
    assert_eq!((decisions, played.polls), (vec![(20.5, Place::Offline)], 41));
}

/// What a kind of server that takes several requests said, as several lines of one moment.
#[test]
fn several_requests_of_one_moment_are_one_poll() {
    let path =
        r#"{"name":"live/a","source":{"type":"srtConn","id":"1"},"readers":[],"online":true,"inboundBytes":BYTES}"#;
    let connection = r#"{"id":"1","msRTT":42,"msReceiveBuf":BUFFER,"msReceiveTsbPdDelay":2000}"#;
    // The bytes go on and the buffer runs dry: only the second answer tells.
    let poll = |at: u64| {
        let level = if at < 20 { 1970 } else { 1970_u64.saturating_sub((at - 19) * 900) };
        let (path, connection) =
            (path.replace("BYTES", &(at * 300_000).to_string()), connection.replace("BUFFER", &level.to_string()));
        [path, connection].map(|body| format!("{{\"t\":{at},\"type\":\"mediamtx\",\"body\":{body}}}\n")).concat()
    };
    let (decisions, played) = played(&(0..30).map(poll).collect::<String>());
    assert_eq!(played.polls, 30);
    assert!(matches!(decisions[..], [(at, Place::Low), ..] if at < 24.0), "{decisions:?}");
}

/// The measure of a day (under 2 s in release) is a bench; here a whole day's shape, shortened.
#[test]
fn ten_minutes_at_four_polls_a_second_are_played_in_one_go() {
    let line = |quarter: u64| {
        feed(quarter, 1, 1).replace(&format!("\"t\":{quarter},"), &format!("\"t\":{},", quarter as f64 / 4.0))
    };
    let text: String = (0..2400).map(line).collect();
    let (decisions, played) = played(&text);
    assert_eq!((decisions.len(), played.polls, played.seconds), (0, 2400, 599.75));
}
