//! Tables as files: CSV and JSON from the same rows, streamed, so that years of them need no memory.

use crate::store;
use axum::body::Body;
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};
use futures_util::stream::{self, Stream, StreamExt};
use serde_json::Value;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use crate::kit::units::UnixMs;

/// The two kinds of file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// RFC 4180, with a head line; UTF-8.
    Csv,
    /// One array of objects.
    Json,
}

/// A moment in ISO 8601, UTC, to the millisecond; empty for what no calendar holds.
pub fn iso(at: UnixMs) -> String {
    let moment = OffsetDateTime::from_unix_timestamp_nanos(i128::from(at.0) * 1_000_000);
    moment.ok().and_then(|moment| moment.format(&Rfc3339).ok()).unwrap_or_default()
}

/// A file `name.csv` or `name.json` with these columns. Rows are cells in the order of the columns;
/// when a page cannot be read the download breaks off instead of looking whole.
pub fn file<T: Send + 'static>(
    form: Form,
    name: &str,
    columns: &'static [&'static str],
    pages: impl Stream<Item = store::Result<Vec<T>>> + Send + 'static,
    mut cells: impl FnMut(T) -> Vec<Value> + Send + 'static,
) -> Response {
    let mut first = true;
    let rows = pages.map(move |page| {
        let write = |mut text: String, row: T| {
            match form {
                Form::Csv => csv_line(&mut text, &cells(row)),
                Form::Json => json_item(&mut text, columns, cells(row), std::mem::take(&mut first)),
            }
            text
        };
        page.map(|rows| rows.into_iter().fold(String::new(), write))
    });
    let (kind, ending, head, foot) = match form {
        Form::Csv => ("text/csv; charset=utf-8; header=present", "csv", format!("{}\r\n", columns.join(",")), ""),
        Form::Json => ("application/json", "json", "[".to_owned(), "\n]\n"),
    };
    let body = stream::iter([Ok(head)]).chain(rows).chain(stream::iter([Ok(foot.to_owned())]));
    let as_file = HeaderValue::from_str(&format!("attachment; filename=\"{name}.{ending}\""));
    let mut response = ([(header::CONTENT_TYPE, kind)], Body::from_stream(body)).into_response();
    if let Ok(line) = as_file {
        response.headers_mut().insert(header::CONTENT_DISPOSITION, line);
    }
    response
}

fn json_item(text: &mut String, columns: &[&str], cells: Vec<Value>, first: bool) {
    let object = columns.iter().map(|name| (*name).to_owned()).zip(cells).collect();
    text.push_str(if first { "\n" } else { ",\n" });
    text.push_str(&Value::Object(object).to_string());
}

fn csv_line(text: &mut String, cells: &[Value]) {
    for (index, cell) in cells.iter().enumerate() {
        if index > 0 {
            text.push(',');
        }
        match cell {
            Value::Null => {}
            Value::String(words) => csv_text(text, words),
            Value::Number(_) | Value::Bool(_) => text.push_str(&cell.to_string()),
            Value::Array(_) | Value::Object(_) => csv_text(text, &cell.to_string()),
        }
    }
    text.push_str("\r\n");
}

/// Quoted where it must be. A spreadsheet runs what begins like a formula, so an apostrophe goes ahead
/// of it (OWASP, "CSV Injection").
fn csv_text(text: &mut String, words: &str) {
    let formula =
        words.trim_start().starts_with(['=', '+', '-', '@', '＝', '＋', '－', '＠']) || words.starts_with(['\t', '\r']);
    let guard = if formula { "'" } else { "" };
    if formula || words.contains([',', '"', '\n', '\r', ';']) {
        text.push_str(&format!("\"{guard}{}\"", words.replace('"', "\"\"")));
    } else {
        text.push_str(words);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn line(cell: Value) -> String {
        let mut text = String::new();
        csv_line(&mut text, &[cell]);
        text.trim_end().to_owned()
    }

    #[test]
    fn cells_are_quoted_and_formulas_defused() {
        let table = [
            (json!("LOW: 410 kbit/s"), "LOW: 410 kbit/s"),
            (json!("a,b"), "\"a,b\""),
            (json!("say \"no\"\r\nnow"), "\"say \"\"no\"\"\r\nnow\""),
            (json!("=HYPERLINK(\"http://x\")"), "\"'=HYPERLINK(\"\"http://x\"\")\""),
            (json!("+1"), "\"'+1\""),
            (json!("-1"), "\"'-1\""),
            (json!("@SUM(A1)"), "\"'@SUM(A1)\""),
            (json!("\t=1"), "\"'\t=1\""),
            (json!("  =1"), "\"'  =1\""),
            (json!("＝1"), "\"'＝1\""),
            (json!(-12.5), "-12.5"),
            (json!(null), ""),
            (json!(true), "true"),
            (json!({"kbps": 410}), "\"{\"\"kbps\"\":410}\""),
        ];
        for (cell, wanted) in table {
            assert_eq!(line(cell.clone()), wanted, "{cell}");
        }
    }

    #[test]
    fn moments_are_iso_8601_in_utc() {
        assert_eq!(iso(UnixMs(1_700_000_000_123)), "2023-11-14T22:13:20.123Z");
        assert_eq!(iso(UnixMs(0)), "1970-01-01T00:00:00Z");
        assert_eq!(iso(UnixMs(i64::MAX)), "");
    }
}
