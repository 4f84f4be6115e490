//! Chat: how soon a command is an order at OBS, and what a busy chat costs.
//!
//! A command goes the whole way over real sockets: the frame of Twitch's event socket, parsing, bus,
//! matching, desk, OBS's socket. The share of both fakes is in the time.

use crate::stage::Fakes;
use crate::table::{Table, millis};
use serde_json::json;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};
use stream_control::demo::fake_twitch::{BROADCASTER, FakeTwitch};
use stream_control::domain::happening::{Happening, HappeningKind};
use stream_control::runtime::bus::Listener;
use tokio::runtime::Handle;
use tokio::task::JoinHandle;

/// Commands given one after the other.
const COMMANDS: usize = 500;
/// Messages of each step, and steps: 2,000 a second for a minute.
const FLOOD: (usize, usize) = (20, 6000);
const STEP: Duration = Duration::from_millis(10);
/// In every so many steps somebody follows, and one of the messages is a command that counts.
const FACT: usize = 10;
const COMMAND: usize = 100;
/// What the commands come to at OBS.
const SWITCH: &str = "SetCurrentProgramScene";

/// Adds the rows.
pub fn measure(table: &mut Table) -> anyhow::Result<()> {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    let mut spans = runtime.block_on(orders());
    let name = format!("chat: frame of a command at Twitch → order at OBS, {COMMANDS} times");
    table.row(
        &name,
        format!("p50 {}", millis(share(&mut spans, 0.5))),
        format!("p99 {}", millis(share(&mut spans, 0.99))),
        "≤ 5 ms p99",
    );
    flood(table)
}

async fn orders() -> Vec<Duration> {
    let fakes = Fakes::start().await;
    let app = fakes.daemon().await;
    let mut spans = Vec::new();
    for round in 0..COMMANDS {
        let (text, scene) = if round % 2 == 0 { ("!brb", "BRB") } else { ("!live", "LIVE") };
        let before = fakes.obs.count(SWITCH);
        let began = Instant::now();
        fakes.command(round, text);
        fakes.heard(SWITCH, before + 1).await;
        spans.push(began.elapsed());
        app.scene(scene).await;
    }
    app.stop().await;
    spans
}

/// The whole daemon on one thread, the fakes on others.
fn flood(table: &mut Table) -> anyhow::Result<()> {
    let outside = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build()?;
    let fakes = Arc::new(outside.block_on(Fakes::start()));
    let inside = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let mut heard = inside.block_on(Heard::of(fakes, outside.handle()))?;
    let name =
        format!("chat: {} messages in {:.1} s, the daemon on one core", heard.messages, heard.took.as_secs_f64());
    let lost = format!("{} messages and {} facts missed", heard.missed.0, heard.missed.1);
    table.row(&name, lost, format!("{:.0} % of the core", heard.load * 100.0), "none missed");
    let name = format!("chat: a fact meanwhile, Twitch → listener, {} times", heard.facts.len());
    let (usual, slow) = (share(&mut heard.facts, 0.5), share(&mut heard.facts, 0.99));
    table.row(&name, format!("p50 {}", millis(usual)), format!("p99 {}", millis(slow)), "no lag");
    let name = format!("chat: commands meanwhile, {} given", FLOOD.1 / COMMAND);
    table.row(&name, "", format!("{} carried out", heard.orders), "each once");
    Ok(())
}

/// What came of the flood.
struct Heard {
    messages: usize,
    took: Duration,
    missed: (u64, u64),
    facts: Vec<Duration>,
    orders: usize,
    /// The share of a core that the daemon's thread took.
    load: f64,
}

impl Heard {
    async fn of(fakes: Arc<Fakes>, outside: &Handle) -> anyhow::Result<Self> {
        let app = fakes.daemon().await;
        let bus = &app.ctx.bus;
        let told = Arc::new(Mutex::new(Vec::new()));
        let facts = follow(bus.listen_to_happenings(), told.clone());
        let mut chat = bus.listen_to_chat();
        let (before, began) = (thread_secs()?, Instant::now());
        let (orders, pouring) = (fakes.obs.count(SWITCH), fakes.clone());
        outside.spawn(async move { pour(&pouring, &told).await });
        let mut messages = 0;
        while messages < FLOOD.0 * FLOOD.1 {
            tokio::time::timeout(Duration::from_secs(60), chat.next()).await?;
            messages += 1;
        }
        let (took, spent) = (began.elapsed(), thread_secs()? - before);
        let facts = tokio::time::timeout(Duration::from_secs(60), facts).await??;
        fakes.heard(SWITCH, orders + FLOOD.1 / COMMAND).await;
        let orders = fakes.obs.count(SWITCH) - orders;
        let missed = (bus.missed_chat(), bus.missed());
        app.stop().await;
        Ok(Self { messages, took, missed, facts, orders, load: spent / took.as_secs_f64() })
    }
}

/// How long each follow was on its way; `told` holds when they were sent.
fn follow(mut happenings: Listener<Arc<Happening>>, told: Arc<Mutex<Vec<Instant>>>) -> JoinHandle<Vec<Duration>> {
    tokio::spawn(async move {
        let mut spans = Vec::new();
        while spans.len() < FLOOD.1 / FACT {
            match happenings.next().await {
                Some(one) if one.kind == HappeningKind::Follow => {
                    let sent = told.lock().expect("no panic")[spans.len()];
                    spans.push(sent.elapsed());
                }
                Some(_) => {}
                None => break,
            }
        }
        spans
    })
}

/// Chat of many people, some of it commands that are not for them, one a second from the broadcaster.
async fn pour(fakes: &Fakes, told: &Mutex<Vec<Instant>>) {
    let texts = ["hello there, what a nice view today", "!bitrate", "Kappa Kappa Kappa", "!stop", "one two !three"];
    let mut due = tokio::time::interval(STEP);
    for step in 0..FLOOD.1 {
        due.tick().await;
        if step % FACT == 0 {
            let mut world = fakes.twitch.world();
            told.lock().expect("no panic").push(Instant::now());
            world.emit_for(BROADCASTER, "channel.follow", json!({"user_id": step.to_string(), "user_name": "Anna"}));
        }
        let is_command = step % COMMAND == COMMAND - 1;
        if is_command {
            fakes.command(step, if step % (2 * COMMAND) < COMMAND { "!brb" } else { "!live" });
        }
        (usize::from(is_command)..FLOOD.0)
            .for_each(|at| say(&fakes.twitch, step * FLOOD.0 + at, texts[at % texts.len()]));
    }
}

fn say(twitch: &FakeTwitch, number: usize, text: &str) {
    twitch.world().chat(BROADCASTER, &format!("Viewer_{}", number % 997), text, &["subscriber"]);
}

/// Processor time of this thread so far (the first field of its schedstat, in nanoseconds).
fn thread_secs() -> anyhow::Result<f64> {
    let stat = std::fs::read_to_string("/proc/thread-self/schedstat")?;
    Ok(stat.split_whitespace().next().unwrap_or_default().parse::<f64>()? / 1e9)
}

fn share(spans: &mut [Duration], share: f64) -> Duration {
    spans.sort_unstable();
    spans[((spans.len() - 1) as f64 * share) as usize]
}
