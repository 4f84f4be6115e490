//! `stream-control replay FILE`: the decisions on standard output, warnings and mistakes beside.

use super::{Decision, Options, Trouble, play};
use crate::config::{Config, Values, keys, mistake};
use crate::domain::ids::SceneName;
use crate::kit::text;
use anyhow::Context as _;
use std::fs::File;
use std::io::{self, BufRead, BufReader, BufWriter, Write};
use std::path::{Path, PathBuf};

/// The words after `replay`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// A recording, one JSON object a line (docs/replay.md); `-` reads standard input.
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// Print each decision as one JSON object a line.
    #[arg(long)]
    json: bool,
    /// Play with another setting than that of the environment and .env, for instance
    /// `--set BITRATE_LOW_KBPS=1200`. May be given several times.
    #[arg(long = "set", value_name = "KEY=VALUE")]
    sets: Vec<String>,
    /// The scene that is on at the beginning, if not LIVE_SCENE_NAME.
    #[arg(long, value_name = "SCENE")]
    scene: Option<String>,
}

/// Plays the file; false after a mistake in the file or the settings.
/// Errors: the file cannot be opened or read, nothing can be written.
pub fn run(args: &Args, env_file: &Path) -> anyhow::Result<bool> {
    let values = match with_sets(Values::load(env_file), &args.sets) {
        Ok(values) => values,
        Err(why) => return complain(&why),
    };
    let config = match Config::parse(&values) {
        Ok(config) => config,
        Err(mistakes) => return complain(&format!("Settings to correct:\n{}", mistake::all(&mistakes))),
    };
    let scene = args.scene.clone().map_or_else(|| config.scenes.live.clone(), SceneName);
    let options = Options { config, scene, thin_out: false };
    if args.file == Path::new("-") {
        return replay(&options, io::stdin().lock(), "standard input", args.json);
    }
    let name = args.file.display().to_string();
    let file = File::open(&args.file).with_context(|| format!("cannot open {name}"))?;
    replay(&options, BufReader::with_capacity(1 << 18, file), &name, args.json)
}

fn with_sets(mut values: Values, sets: &[String]) -> Result<Values, String> {
    for set in sets {
        let Some((name, value)) = set.split_once('=') else {
            return Err("--set wants KEY=VALUE, for instance --set BITRATE_LOW_KBPS=1200.".to_owned());
        };
        if keys::find(name).is_none() {
            let near = text::nearest(name, keys::KEYS.iter().map(|key| key.name));
            let hint = near.map_or(String::new(), |near| format!(" Did you mean {near}?"));
            return Err(format!("--set {} is no known setting.{hint}", text::excerpt(name, 40)));
        }
        values = values.with(name, value);
    }
    Ok(values)
}

fn replay(options: &Options, input: impl BufRead, name: &str, json: bool) -> anyhow::Result<bool> {
    let mut out = BufWriter::new(io::stdout().lock());
    let mut decisions = 0_u64;
    let played = play(input, options, |decision| {
        decisions += 1;
        print(&mut out, decision, json)
    });
    match played.and_then(|played| out.flush().map(|()| played).map_err(Trouble::Io)) {
        // A reader that went away (`| head`) has seen enough.
        Err(Trouble::Io(error)) if error.kind() == io::ErrorKind::BrokenPipe => Ok(true),
        Err(Trouble::Io(error)) => Err(anyhow::Error::new(error).context(name.to_owned())),
        Err(trouble) => {
            let _ = out.flush();
            complain(&format!("{name}, {trouble}"))
        }
        Ok(played) => {
            let mut said: Vec<String> = played.warnings.iter().map(|warning| format!("{name}, {warning}")).collect();
            let polls = text::counted(played.polls, "poll");
            said.push(format!("{polls} in {:.0} s, {}.", played.seconds, text::counted(decisions, "decision")));
            complain(&said.join("\n")).map(|_| true)
        }
    }
}

fn print(out: &mut impl Write, decision: &Decision, json: bool) -> io::Result<()> {
    if json {
        serde_json::to_writer(&mut *out, decision)?;
        return out.write_all(b"\n");
    }
    let feed = decision.feed.as_ref().map_or(String::new(), |feed| format!("{feed}: "));
    let (from, to) = (decision.from.name(), decision.to.name());
    let reason = text::plain(&decision.reason);
    writeln!(out, "{:>10.2} s  {from:>7} -> {to:<7}  {:<7}  {feed}{reason}", decision.t, decision.class.name())
}

/// Says it where it does not mix with the decisions.
fn complain(what: &str) -> anyhow::Result<bool> {
    writeln!(io::stderr().lock(), "{what}")?;
    Ok(false)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_setting_is_set_by_its_name() {
        let table = [
            ("BITRATE_LOW_KBPS=900", Ok("900")),
            ("BITRATE_LOW_KBPS", Err("--set wants KEY=VALUE")),
            ("BITRATE_LOW_KPBS=1", Err("Did you mean BITRATE_LOW_KBPS?")),
        ];
        for (set, wanted) in table {
            let got = with_sets(Values::from_pairs([("BITRATE_LOW_KBPS", "700")]), &[set.to_owned()]);
            match (got, wanted) {
                (Ok(values), Ok(value)) => assert_eq!(values.get("BITRATE_LOW_KBPS").0, value),
                (Err(said), Err(wanted)) => assert!(said.contains(wanted), "{said}"),
                (got, _) => panic!("{set}: {got:?}"),
            }
        }
    }

    #[test]
    fn a_decision_is_one_line() {
        let decision = Decision {
            t: 12.25,
            from: crate::domain::failover::Place::Live,
            to: crate::domain::failover::Place::Offline,
            scene: Some("BRB".into()),
            class: crate::domain::failover::Class::Stalled,
            reason: "nothing\narrives".to_owned(),
            feed: None,
        };
        let printed = |json| {
            let mut out = Vec::new();
            print(&mut out, &decision, json).expect("memory");
            String::from_utf8(out).expect("UTF-8")
        };
        assert_eq!(printed(false), "     12.25 s     LIVE -> OFFLINE  STALLED  nothing arrives\n");
        assert_eq!(
            printed(true),
            "{\"t\":12.25,\"from\":\"LIVE\",\"to\":\"OFFLINE\",\"scene\":\"BRB\",\"class\":\"STALLED\",\"reason\":\"nothing\\narrives\"}\n"
        );
    }
}
