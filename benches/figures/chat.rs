//! Chat: how soon a command is an order at OBS, and what it costs to look through a busy chat.

use crate::app::App;
use crate::table::Table;
use std::hint::black_box;
use std::sync::Arc;
use std::time::{Duration, Instant};
use stream_control::demo::fake_obs::{FakeObs, Script};
use stream_control::domain::chat::{Author, Badge, ChatMessage};
use stream_control::domain::chat_rules::book::{Book, Manners};
use stream_control::domain::chat_rules::ear::Ear;
use stream_control::domain::chat_rules::people::People;
use stream_control::kit::clock;

/// Commands given one after the other.
const COMMANDS: usize = 200;
/// Messages looked through: a minute of 2,000 a second.
const MESSAGES: usize = 120_000;

/// Adds the rows.
pub async fn measure(table: &mut Table) {
    let p99 = orders().await;
    let shown = format!("{:.1} ms", p99.as_secs_f64() * 1000.0);
    table.row("chat: command heard → order at OBS (p99)", "–", shown, "≤ 5 ms");
    let spent = matching().as_secs_f64() / MESSAGES as f64;
    let shown = format!("{:.2} µs each, {:.2} % of a core", spent * 1e6, spent * 2000.0 * 100.0);
    table.row("chat: matching 2,000 messages/s", "–", shown, "one core");
}

async fn orders() -> Duration {
    let obs = FakeObs::start(0, Script::default()).await.expect("a port");
    let port = obs.port().to_string();
    let app = App::start(&[("OBS_PORT", &port), ("LOW_SCENE_NAME", "LOW")]).await;
    app.obs("a connection", |obs| obs.is_connected()).await;
    let mut spans = Vec::new();
    for round in 0..COMMANDS {
        let (text, scene) = if round % 2 == 0 { ("!brb", "BRB") } else { ("!live", "LIVE") };
        let before = obs.count("SetCurrentProgramScene");
        let began = Instant::now();
        app.ctx.bus.say(Arc::new(message(round, text)));
        obs.until_heard("SetCurrentProgramScene", before + 1).await;
        spans.push(began.elapsed());
        app.scene(scene).await;
    }
    app.stop().await;
    spans.sort_unstable();
    spans[COMMANDS * 99 / 100 - 1]
}

fn matching() -> Duration {
    let manners = Manners { prefix: "!".to_owned(), relaxed: false, public: true, moderators: true };
    let (book, people, mut ear) = (Book::new(manners, &[]), People::default(), Ear::default());
    let texts = ["hello there, what a nice view today", "!bitrate", "Kappa Kappa Kappa", "!stop"];
    let messages: Vec<ChatMessage> = (0..MESSAGES).map(|n| message(n, texts[n % texts.len()])).collect();
    let now = (clock::mono(), clock::unix());
    let began = Instant::now();
    for message in &messages {
        black_box(ear.hear(now, &book, &people, message));
    }
    began.elapsed()
}

fn message(id: usize, text: &str) -> ChatMessage {
    let badges = vec![Badge { set: "broadcaster".to_owned(), id: "1".to_owned(), info: String::new() }];
    ChatMessage {
        id: id.to_string(),
        at: clock::unix(),
        author: Author { id: "1".to_owned(), login: "mia".to_owned(), badges, ..Author::default() },
        text: text.to_owned(),
        fragments: Vec::new(),
        reply_to: None,
        bits: None,
        reward: None,
        from_channel: None,
        own: false,
    }
}
