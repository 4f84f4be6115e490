//! The figures of the product, printed as a table: `cargo bench --bench figures`.
//!
//! Decision times come from recorded traces, read in all four phases of the poll; what OBS confirms
//! comes from the daemon against the built-in OBS and, for nginx rows, from real parts. Name a part
//! (`traces`, `machine`, `own`, `fakes`, `chat`, `real`, `process`, `twitch`) to run it alone.
//!
//! `real` needs what `tests/setup.sh` installs.

mod chat;
mod fakes;
mod machine;
mod own;
mod process;
mod real_parts;
mod stage;
mod table;
mod trace_rows;
mod twitch;
mod watch;

#[path = "../../tests/it/support/app.rs"]
#[expect(dead_code, reason = "the tests use more of it")]
mod app;
#[path = "../../tests/it/support/real/mod.rs"]
#[expect(dead_code, reason = "the tests use more of it")]
mod real;
#[path = "../../tests/it/support/traces.rs"]
mod traces;
#[path = "../../tests/it/support/twitch_room.rs"]
#[expect(dead_code, reason = "the tests use more of it")]
mod twitch_room;

use table::Table;

fn main() -> anyhow::Result<()> {
    let asked: Vec<String> = std::env::args().skip(1).filter(|word| !word.starts_with('-')).collect();
    let wanted = |part: &str| asked.is_empty() || asked.iter().any(|word| word == part);
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    let mut table = Table::default();
    if wanted("traces") {
        trace_rows::measure(&mut table);
    }
    if wanted("machine") {
        runtime.block_on(machine::measure(&mut table))?;
    }
    if wanted("own") {
        runtime.block_on(own::measure(&mut table));
    }
    if wanted("fakes") {
        runtime.block_on(fakes::measure(&mut table));
    }
    if wanted("chat") {
        chat::measure(&mut table)?;
    }
    if wanted("real") {
        runtime.block_on(real_parts::measure(&mut table));
    }
    if wanted("process") {
        runtime.block_on(process::measure(&mut table))?;
    }
    if wanted("twitch") {
        twitch::measure(&mut table)?;
    }
    table.print()
}
