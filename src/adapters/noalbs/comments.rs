//! Takes out what people leave in a JSON file: `//` and `/* */` comments and a comma before a closing
//! bracket. Line breaks stay, so that a mistake is told at its line.

/// The text without them.
pub(super) fn without(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let used = match first {
            '"' => keep(&mut out, &rest[..quoted(rest)]),
            '/' if rest.starts_with("//") => blank(&mut out, &rest[..rest.find('\n').unwrap_or(rest.len())]),
            '/' if rest.starts_with("/*") => blank(&mut out, &rest[..rest.find("*/").map_or(rest.len(), |at| at + 2)]),
            '}' | ']' => {
                drop_comma(&mut out);
                keep(&mut out, &rest[..1])
            }
            other => keep(&mut out, &rest[..other.len_utf8()]),
        };
        rest = &rest[used..];
    }
    out
}

fn keep(out: &mut String, part: &str) -> usize {
    out.push_str(part);
    part.len()
}

fn blank(out: &mut String, part: &str) -> usize {
    out.extend(part.chars().map(|c| if c == '\n' { '\n' } else { ' ' }));
    part.len()
}

/// The length of the string that begins `text`, quotes included; all of it where it never ends.
fn quoted(text: &str) -> usize {
    let mut escaped = false;
    for (at, c) in text.char_indices().skip(1) {
        match c {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            '"' => return at + 1,
            _ => {}
        }
    }
    text.len()
}

fn drop_comma(out: &mut String) {
    let end = out.trim_end().len();
    if out[..end].ends_with(',') {
        out.replace_range(end - 1..end, " ");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn comments_and_spare_commas_go_and_strings_stay() {
        let table = [
            ("{\"a\":1 // one\n}", "{\"a\":1       \n}"),
            ("[1,/* \n */2,]", "[1,   \n   2 ]"),
            ("{\"u\":\"http://h/*x*/,]\"}", "{\"u\":\"http://h/*x*/,]\"}"),
            ("\"a\\\"//b\"", "\"a\\\"//b\""),
            ("/* never ends", "             "),
            ("\"never ends", "\"never ends"),
        ];
        for (given, wanted) in table {
            assert_eq!(without(given), wanted);
        }
    }
}
