//! `stream-control probe`: finds the ingest servers of a machine.

use super::{runtime, say};
use crate::adapters::ingest::probe::{self, Report};
use crate::kit::text;
use std::fmt::Write as _;

/// Prints what was found, as text or JSON. False where nothing was.
pub(super) fn probe(host: &str, ports: &[u16], json: bool) -> anyhow::Result<bool> {
    let Some(host) = probe::host(host) else {
        anyhow::bail!(
            "'{}' is no machine. Write its name or address, without http:// and port",
            text::excerpt(host, 60)
        );
    };
    let _ = rustls::crypto::ring::default_provider().install_default();
    let report = runtime()?.block_on(probe::probe(&host, ports))?;
    let text =
        if json { format!("{}\n", serde_json::to_string_pretty(&report)?) } else { words(&report, &host.to_string()) };
    say(&text)?;
    Ok(!report.found.is_empty())
}

fn words(report: &Report, host: &str) -> String {
    let mut out = String::new();
    for found in &report.found {
        let _ = writeln!(out, "{} at {}", found.server, found.url);
        if !found.note.is_empty() {
            let _ = writeln!(out, "  It {}.", found.note);
        } else if found.publishers.is_empty() {
            let _ = writeln!(out, "  Nobody sends at the moment.");
        }
        for seen in &found.publishers {
            let rate = seen.kbps.map_or("rate unknown".to_owned(), |kbps| format!("{kbps} kbit/s"));
            let name = text::excerpt(seen.name.as_deref().unwrap_or("the one publisher"), 80);
            let _ = writeln!(out, "  {name}: {rate}");
        }
        let _ = writeln!(out, "  For .env, or the Settings page:");
        for (key, value) in found.settings() {
            let _ = writeln!(out, "    {key}={}", text::plain(&value));
        }
        out.push('\n');
    }
    if report.found.is_empty() {
        let _ = writeln!(
            out,
            "Nothing found on {host}: none of {} usual addresses answered as an ingest server.",
            report.tried
        );
        let _ = writeln!(out, "nginx needs `rtmp_stat all;`, MediaMTX needs `api: true`. Another port: --port 8080.");
    }
    out
}
