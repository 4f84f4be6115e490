//! Twitch's events: the way back after a cut, and a day of churn in accelerated cycles. Room and fake
//! Twitch share one thread.

use crate::table::Table;
use crate::twitch_room::{TwitchRoom, all_rights, churn, hurry};
use std::time::{Duration, Instant};
use stream_control::domain::chat::Identity;
use stream_control::features::twitch_link::Pace;

/// Breaks of a day, each kind in turn: a bad one has one every three minutes, and a hundred dead tokens
/// where four hours of life make six.
const CYCLES: usize = 500;

/// Adds the rows.
pub fn measure(table: &mut Table) -> anyhow::Result<()> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(async {
        cut(table).await;
        day(table).await;
    });
    Ok(())
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
    let each = CYCLES / 5;
    let what = format!("twitch: 24 h: {each} moves, {each} revocations, {each} dead tokens, {} cuts", CYCLES - each);
    let heard = format!("{} of {} heard, {} twice", churned.heard, churned.said, churned.repeated);
    let obeyed = format!("all restored; {heard}; {} commands carried out", churned.obeyed);
    table.row(&what, "", obeyed, "all, each once");
}
