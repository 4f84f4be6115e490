//! Decision times over recorded traces, the worst of the four phases of the poll.

use crate::table::{Table, secs};
use crate::traces::Trace;
use stream_control::domain::failover::Place;
use stream_control::domain::failover::rules::Rules;

const SLS: &str = "sls-loss-rtt-cap-blackhole-sigstop";
const NGINX: &str = "nginx-stall28s-kill-low";
const BEFORE: u64 = 8000;

/// Adds the rows.
pub fn measure(table: &mut Table) {
    let damage = [
        ("SRT blackhole", SLS, "blackhole", "≤ 2.5 s"),
        ("SRT link capped to 400 kbit/s", SLS, "cap400k", "≤ 3 s"),
        ("SRT encoder paused", SLS, "sigstop", "≤ 3.2 s"),
        ("nginx stall", NGINX, "sigstop", "≤ 3.2 s"),
        ("nginx kill", NGINX, "sigkill", "≤ 1.5 s"),
    ];
    for (what, trace, event, reach) in damage {
        table.row(&format!("trace: {what} → LOW or OFFLINE"), secs(worst_damage(trace, event)), "", reach);
    }
    let pictures = [
        ("SRT start", SLS, "start_2500"),
        ("SRT restart", SLS, "restart_2500"),
        ("nginx start", NGINX, "start_push_2000"),
        ("nginx resume", NGINX, "sigcont"),
    ];
    for (what, trace, event) in pictures {
        table.row(&format!("trace: {what}, first picture → LIVE"), secs(worst_picture(trace, event)), "", "≤ 1.5 s");
    }
    let harmless = [("5 % loss", "loss5pct"), ("25 % loss", "loss25pct"), ("RTT 800 ms", "delay400")];
    for (what, event) in harmless {
        table.row(&format!("trace: {what} without damage"), format!("{} switches", switches(event)), "", "0 switches");
    }
}

fn worst_damage(name: &str, event: &str) -> u64 {
    let trace = Trace::read(name);
    let at = trace.event(event);
    let first = |phase| {
        let decisions = trace.play(at - BEFORE, at + 15_000, phase, &Rules::default());
        decisions.into_iter().find(|(t, _)| *t >= at).map_or(u64::MAX, |(t, _)| t - at)
    };
    (0..4).map(first).max().unwrap_or(u64::MAX)
}

fn worst_picture(name: &str, event: &str) -> u64 {
    let trace = Trace::read(name);
    let start = trace.event(event);
    let picture = trace.first_picture(start);
    let live = |phase| {
        let decisions = trace.play(start.saturating_sub(BEFORE), start + 10_000, phase, &Rules::default());
        let live = decisions.into_iter().find(|(t, place)| *t >= start && *place == Place::Live);
        live.map_or(u64::MAX, |(t, _)| t.saturating_sub(picture))
    };
    (0..4).map(live).max().unwrap_or(u64::MAX)
}

fn switches(event: &str) -> usize {
    let trace = Trace::read(SLS);
    let at = trace.event(event);
    (0..4).map(|phase| trace.play(at - BEFORE, at + 10_000, phase, &Rules::default()).len()).sum()
}
