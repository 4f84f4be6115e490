//! Twitch's events: a flood of chat on one core, the way back after a cut, and a day of churn in
//! accelerated cycles. Room and fake Twitch share one thread.

use crate::table::Table;
use crate::twitch_room::{TwitchRoom, all_rights, churn, hurry};
use serde_json::json;
use std::time::{Duration, Instant};
use stream_control::demo::fake_twitch::BROADCASTER;
use stream_control::domain::chat::Identity;
use stream_control::features::twitch_link::Pace;

/// Messages of each step, and steps: 2,000 a second for a minute.
const FLOOD: (usize, u32) = (20, 6000);
const STEP: Duration = Duration::from_millis(10);
/// Breaks of a day: a bad one has one every three minutes.
const CYCLES: usize = 500;

/// Adds the rows.
pub fn measure(table: &mut Table) -> anyhow::Result<()> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(async {
        flood(table).await;
        cut(table).await;
        day(table).await;
    });
    Ok(())
}

async fn flood(table: &mut Table) {
    let mut room = TwitchRoom::start().await;
    room.restored().await;
    let (mut worst, began, mut facts) = (Duration::ZERO, Instant::now(), 0);
    let mut step = tokio::time::interval(STEP);
    for at in 0..FLOOD.1 {
        step.tick().await;
        let sent = Instant::now();
        {
            let mut world = room.twitch.world();
            (0..FLOOD.0)
                .for_each(|_| drop(world.chat(BROADCASTER, "Viewer_One", "hello out there !bitrate", &["vip"])));
            if at % 100 == 0 {
                world.emit_for(BROADCASTER, "channel.follow", json!({"user_id": "7", "user_name": "Anna"}));
            }
        }
        for _ in 0..FLOOD.0 {
            room.message().await;
        }
        worst = worst.max(sent.elapsed());
    }
    let took = began.elapsed();
    for _ in 0..FLOOD.1 / 100 {
        room.happening().await;
        facts += 1;
    }
    let lost = room.bus.missed() + room.bus.missed_chat();
    let what = format!(
        "twitch: {} chat messages in {:.1} s, one core, {facts} facts",
        FLOOD.0 * FLOOD.1 as usize,
        took.as_secs_f64()
    );
    table.row(
        &what,
        format!("{lost} lost"),
        format!("20 at once taken in {:.1} ms", worst.as_secs_f64() * 1000.0),
        "0 lost",
    );
}

async fn cut(table: &mut Table) {
    let mut worst = Duration::ZERO;
    for _ in 0..5 {
        let rights = all_rights(Identity::Broadcaster);
        let mut room = TwitchRoom::start_with(Pace::default(), &[], |_| {}, &[(Identity::Broadcaster, &rights)]).await;
        room.restored().await;
        room.line("events arrive").await;
        let began = Instant::now();
        room.twitch.world().close_sockets(0);
        room.line("events arrive").await;
        room.restored().await;
        worst = worst.max(began.elapsed());
    }
    table.row("twitch: cut → every subscription again", "", format!("{:.2} s", worst.as_secs_f64()), "≤ 2 s");
}

async fn day(table: &mut Table) {
    let mut room =
        TwitchRoom::start_with(hurry(), &[], |_| {}, &[(Identity::Broadcaster, &all_rights(Identity::Broadcaster))])
            .await;
    let churned = churn(&mut room, CYCLES).await;
    let what = format!("twitch: {CYCLES} cuts, moves, revocations and dead tokens");
    let measured = format!("{} of {} heard, {} twice", churned.heard, churned.said, churned.repeated);
    table.row(&what, "all restored", measured, "all, none twice");
}
