//! Reads a `.env` as python-dotenv does, since that is what our users' files were written for:
//! `NAME=value`, `export NAME=value`, single and double quotes (also over several lines), unquoted
//! values with blanks, quotes and `$` inside, comments after a blank and `#`. Nothing is expanded:
//! a password hash is full of `$`. Nothing is written into the process environment.

use std::io::Read as _;
use std::path::Path;

/// A `.env` longer than this is no settings file.
const LIMIT: u64 = 1024 * 1024;

/// What stands in a file: pairs in order, and the lines that could not be understood.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct DotEnv {
    /// Names and values, in order; a later one wins.
    pub pairs: Vec<(String, String)>,
    /// Line number (from 1) and what is wrong with it; never the line itself, it may hold a secret.
    pub bad: Vec<(usize, &'static str)>,
}

/// Reads a file; a missing one is an empty one. The error says in plain words why it cannot be read.
pub fn read(path: &Path) -> Result<DotEnv, String> {
    // Asked before it is opened: opening a pipe would wait for ever.
    match std::fs::metadata(path) {
        Ok(meta) if meta.is_file() => {}
        Ok(_) => return Err("is not an ordinary file".to_owned()),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(DotEnv::default()),
        Err(error) => return Err(format!("cannot be opened ({error})")),
    }
    let file = std::fs::File::open(path).map_err(|error| format!("cannot be opened ({error})"))?;
    let mut bytes = Vec::new();
    file.take(LIMIT + 1).read_to_end(&mut bytes).map_err(|error| format!("cannot be read ({error})"))?;
    if bytes.len() as u64 > LIMIT {
        return Err("is longer than 1 MiB, so it is no settings file".to_owned());
    }
    let text = String::from_utf8(bytes).map_err(|_| "is not text (UTF-8)".to_owned())?;
    if text.contains('\0') {
        return Err("is not text (it contains zero bytes)".to_owned());
    }
    Ok(parse(&text))
}

/// Reads the text of a file.
pub fn parse(text: &str) -> DotEnv {
    let mut found = DotEnv::default();
    let mut rest = text.strip_prefix('\u{feff}').unwrap_or(text);
    let mut number = 1;
    while !rest.is_empty() {
        let (entry, used) = entry(rest);
        match entry {
            Ok(Some(pair)) => found.pairs.push(pair),
            Ok(None) => {}
            Err(why) => found.bad.push((number, why)),
        }
        number += rest[..used].matches('\n').count();
        rest = &rest[used..];
    }
    found
}

type Entry = Result<Option<(String, String)>, &'static str>;

/// One entry at the beginning of `text` and the bytes it takes, line end included.
fn entry(text: &str) -> (Entry, usize) {
    let line_end = text.find('\n').map_or(text.len(), |at| at + 1);
    let line = text[..line_end].trim();
    if line.is_empty() || line.starts_with('#') {
        return (Ok(None), line_end);
    }
    let Some(equals) = text[..line_end].find('=') else {
        return (Err("no = in it"), line_end);
    };
    let name = text[..equals].trim();
    let name = name.strip_prefix("export").filter(|rest| rest.starts_with([' ', '\t'])).unwrap_or(name).trim();
    if name.is_empty() || name.contains(|c: char| !(c.is_ascii_alphanumeric() || c == '_' || c == '.')) {
        return (Err("the name before the = has other signs than letters, digits and _"), line_end);
    }
    let start = equals
        + 1
        + (text[equals + 1..line_end].len() - text[equals + 1..line_end].trim_start_matches([' ', '\t']).len());
    match text[start..].chars().next() {
        Some(quote @ ('"' | '\'')) => quoted(name, quote, text, start, line_end),
        _ => (Ok(Some((name.to_owned(), unquoted(&text[start..line_end]).to_owned()))), line_end),
    }
}

/// Up to a blank and `#`, without the blanks at the end.
fn unquoted(value: &str) -> &str {
    let comment =
        value.char_indices().find(|(at, c)| *c == '#' && (*at == 0 || value[..*at].ends_with(char::is_whitespace)));
    value[..comment.map_or(value.len(), |(at, _)| at)].trim()
}

fn quoted(name: &str, quote: char, text: &str, start: usize, line_end: usize) -> (Entry, usize) {
    let body = &text[start + 1..];
    let Some((value, used)) = up_to_quote(body, quote) else {
        return (Err("a quote is opened and never closed"), line_end);
    };
    let after = start + 1 + used;
    let end = text[after..].find('\n').map_or(text.len(), |at| after + at + 1);
    let tail = text[after..end].trim();
    if tail.is_empty() || tail.starts_with('#') {
        (Ok(Some((name.to_owned(), value))), end)
    } else {
        (Err("something stands behind the closing quote"), end)
    }
}

/// The value up to the closing quote, escapes resolved, and the bytes read, the quote included.
fn up_to_quote(body: &str, quote: char) -> Option<(String, usize)> {
    let mut value = String::new();
    let mut signs = body.char_indices();
    while let Some((at, c)) = signs.next() {
        match c {
            c if c == quote => return Some((value, at + 1)),
            '\\' => match (signs.next()?.1, quote) {
                ('n', '"') => value.push('\n'),
                ('r', '"') => value.push('\r'),
                ('t', '"') => value.push('\t'),
                (c, _) if c == '\\' || c == quote => value.push(c),
                (c, _) => value.extend(['\\', c]),
            },
            c => value.push(c),
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_read_as_python_dotenv_reads_them() {
        let table = [
            ("A=1", "1"),
            ("  A = 1  ", "1"),
            ("export A=1", "1"),
            ("\u{feff}A=1\r\n", "1"),
            ("A=", ""),
            ("A= # nothing", ""),
            ("A=Starting soon", "Starting soon"),
            ("A=Let's go", "Let's go"),
            ("A=a#b # comment", "a#b"),
            ("A=scrypt:32768:8:1$salt$00ff", "scrypt:32768:8:1$salt$00ff"),
            ("A=\"scrypt:32768:8:1$salt$00ff\"", "scrypt:32768:8:1$salt$00ff"),
            ("A='a # b' # comment", "a # b"),
            ("A=\"a \\\"b\\\" \\\\ c\"", "a \"b\" \\ c"),
            ("A=\"two\nlines\"", "two\nlines"),
            ("A='C:\\new'", "C:\\new"),
            ("A=http://h/stat?a=b&c=d", "http://h/stat?a=b&c=d"),
        ];
        for (text, value) in table {
            let found = parse(text);
            assert_eq!(found.pairs, [("A".to_owned(), value.to_owned())], "{text:?}");
            assert!(found.bad.is_empty(), "{text:?}");
        }
    }

    #[test]
    fn bad_lines_are_named_by_number_and_the_rest_is_read() {
        let found = parse("# head\n\nA=1\nnonsense\nB-C=2\nD=\"open\nE='x' y\nF=3\n");
        assert_eq!(found.pairs.iter().map(|(name, _)| name.as_str()).collect::<Vec<_>>(), ["A", "F"]);
        assert_eq!(found.bad.iter().map(|(line, _)| *line).collect::<Vec<_>>(), [4, 5, 6, 7]);
    }

    #[test]
    fn a_missing_file_is_empty_and_a_strange_one_is_an_error() {
        let dir = tempfile::tempdir().unwrap();
        assert_eq!(read(&dir.path().join("none")), Ok(DotEnv::default()));
        assert!(read(dir.path()).is_err());
        for (name, content) in [("huge", vec![b'a'; 2_000_000]), ("binary", vec![0xff, 0xfe, 0]), ("zero", vec![0; 9])]
        {
            let path = dir.path().join(name);
            std::fs::write(&path, content).unwrap();
            assert!(read(&path).is_err(), "{name}");
        }
    }

    #[test]
    fn no_text_makes_it_panic_or_hang() {
        proptest::proptest!(|(text in "[\\x00-\\x7fä=\"'\\\\#\n]{0,200}")| { parse(&text); });
    }
}
