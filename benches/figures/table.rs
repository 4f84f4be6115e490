//! The table that the figures are printed as.

use std::io::Write as _;

/// Rows of text, printed in columns.
#[derive(Default)]
pub struct Table {
    rows: Vec<[String; 4]>,
}

impl Table {
    /// Adds a row: what, decision, confirmed by OBS (or the one measured value), what to reach.
    pub fn row(&mut self, what: &str, decided: impl ToString, confirmed: impl ToString, reach: &str) {
        self.rows.push([what.to_owned(), decided.to_string(), confirmed.to_string(), reach.to_owned()]);
    }

    /// Prints it to standard output.
    pub fn print(&self) -> anyhow::Result<()> {
        let head = ["what", "decided (worst)", "confirmed / measured (worst)", "reach"].map(str::to_owned);
        let all: Vec<&[String; 4]> = std::iter::once(&head).chain(&self.rows).collect();
        let widths: Vec<usize> =
            (0..4).map(|column| all.iter().map(|row| row[column].chars().count()).max().unwrap_or(0)).collect();
        let mut out = std::io::stdout().lock();
        for row in all {
            for (cell, width) in row.iter().zip(&widths) {
                write!(out, "| {cell:width$} ")?;
            }
            writeln!(out, "|")?;
        }
        Ok(())
    }
}

/// As `4.21 ms`.
pub fn millis(span: std::time::Duration) -> String {
    format!("{:.2} ms", span.as_secs_f64() * 1e3)
}

/// `1234 ms` as seconds.
pub fn secs(millis: u64) -> String {
    format!("{:.2} s", millis as f64 / 1000.0)
}
