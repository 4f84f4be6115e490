//! `stream-control import noalbs`: shows what becomes of NOALBS's settings and writes them.

use super::{runtime, say};
use crate::adapters::noalbs::{self, LIMIT, Plan};
use crate::config::{Config, Values, mistake, settle};
use crate::features::settings::weigh::weigh;
use crate::store::Store;
use anyhow::{Context as _, bail};
use std::fs::File;
use std::io::Read as _;
use std::path::Path;

/// Who stands beside rows that the command line wrote.
const BY: &str = "command line";

const RUNNING: &str = "Is Stream Control running already? Then restart it, so that it reads them. \
    On its page, under Settings → Import from NOALBS, they would be in force at once.";

/// Prints what becomes of each field; writes it unless this is a dry run. False after a mistake.
pub(super) fn noalbs(env_file: &Path, from: &Path, dry_run: bool) -> anyhow::Result<bool> {
    let (config, env) = files(from)?;
    let plan = match noalbs::read(&config, env.as_deref()) {
        Ok(plan) => plan,
        Err(mistakes) => {
            say(&format!("Nothing was imported.\n{}\n", mistake::all(&mistakes)))?;
            return Ok(false);
        }
    };
    say(&table(&plan))?;
    write(&Values::load(env_file), &plan, dry_run)
}

fn table(plan: &Plan) -> String {
    let [taken, mind, none] = plan.counts();
    format!("{}\n{taken} taken over as they are, {mind} to mind, {none} without a place here.\n", plan.table())
}

/// `config.json` and, if it is there, `.env`: of a folder, or beside a file.
fn files(from: &Path) -> anyhow::Result<(Vec<u8>, Option<Vec<u8>>)> {
    let (config, env) = match from.is_dir() {
        true => (from.join("config.json"), from.join(".env")),
        false => (from.to_owned(), from.with_file_name(".env")),
    };
    let env = if env.is_file() { Some(file(&env)?) } else { None };
    Ok((file(&config)?, env))
}

/// One byte more than is taken, so that what is too long shows as such.
fn file(path: &Path) -> anyhow::Result<Vec<u8>> {
    if !path.is_file() {
        bail!("{} is not there, or no ordinary file. Name the folder of NOALBS, or its config.json", path.display());
    }
    let mut bytes = Vec::new();
    let opened = File::open(path).with_context(|| format!("{} cannot be opened", path.display()))?;
    opened.take(LIMIT as u64 + 1).read_to_end(&mut bytes)?;
    Ok(bytes)
}

fn write(base: &Values, plan: &Plan, dry_run: bool) -> anyhow::Result<bool> {
    let config = match Config::parse(base) {
        Ok(config) => config,
        Err(mistakes) => {
            say(&format!("\nNothing was written. Settings to correct first:\n{}\n", mistake::all(&mistakes)))?;
            return Ok(false);
        }
    };
    let folder = &config.web.data_dir;
    let there = folder.join(crate::store::FILE).exists();
    runtime()?.block_on(async {
        // A dry run makes no files.
        let store = if there || !dry_run { Some(Store::open(folder).await?) } else { None };
        let rows = match &store {
            Some(store) => store.settings().await?,
            None => Vec::new(),
        };
        let settled = settle(base, rows).map_err(|mistakes| anyhow::anyhow!(mistake::all(&mistakes)))?;
        let order = plan.order();
        let text = match (weigh(&settled.values, &order.change), store) {
            (Err(mistakes), _) => {
                say(&format!("\nNothing was written:\n{}\n", mistake::all(&mistakes)))?;
                return Ok(false);
            }
            (Ok(weighed), Some(store)) if !dry_run => {
                store.put_import(&weighed.rows, order.commands.as_deref(), BY).await?;
                store.close().await;
                format!("\nWritten to {}. {RUNNING}\n", folder.join(crate::store::FILE).display())
            }
            _ => "\nNothing was written: this was a dry run.\n".to_owned(),
        };
        say(&text).map(|()| true)
    })
}
