//! Small text tools: bounded excerpts and the nearest existing name for a misspelled one.

/// `text` on one line, with nothing in it that moves a terminal's cursor, turns the order of reading
/// round or takes no room: names from outside must not look like something else. Joiners (U+200C,
/// U+200D) stay, since scripts and emoji need them.
pub fn plain(text: &str) -> String {
    let hidden = |c: char| {
        matches!(c, '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}' | '\u{200e}'..='\u{200f}' | '\u{202a}'..='\u{202e}')
            || matches!(c, '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}')
    };
    let space = |c: char| c.is_control() || matches!(c, '\u{2028}' | '\u{2029}');
    text.chars().filter(|c| !hidden(*c)).map(|c| if space(c) { ' ' } else { c }).collect()
}

/// At most `max` characters of `text`, [`plain`], `…` where cut.
pub fn excerpt(text: &str, max: usize) -> String {
    let text = plain(text);
    let mut out: String = text.chars().take(max).collect();
    if text.chars().nth(max).is_some() {
        out.push('…');
    }
    out
}

/// The candidate most like `wanted`, if one is near enough to be a likely typo. Case and spaces
/// do not count as differences.
pub fn nearest<'a>(wanted: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let plain = |s: &str| s.to_lowercase().split_whitespace().collect::<String>();
    let target = plain(wanted);
    candidates
        .into_iter()
        .map(|name| (strsim::jaro_winkler(&target, &plain(name)), name))
        .filter(|(score, _)| *score >= 0.75)
        .max_by(|a, b| a.0.total_cmp(&b.0))
        .map(|(_, name)| name)
}

/// ` Did you mean 'clips'?` for a likely typo, to be put behind a full stop; empty for anything else.
pub fn did_you_mean<'a>(wanted: &str, candidates: impl IntoIterator<Item = &'a str>) -> String {
    nearest(wanted, candidates).map(|near| format!(" Did you mean '{near}'?")).unwrap_or_default()
}

/// `a, b or c`; empty for nothing.
pub fn one_of<S: AsRef<str>>(items: &[S]) -> String {
    match items {
        [] => String::new(),
        [only] => only.as_ref().to_owned(),
        [head @ .., last] => {
            let head: Vec<&str> = head.iter().map(AsRef::as_ref).collect();
            format!("{} or {}", head.join(", "), last.as_ref())
        }
    }
}

/// `1 poll`, `2 polls`.
pub fn counted(count: u64, what: &str) -> String {
    format!("{count} {what}{}", if count == 1 { "" } else { "s" })
}

/// First letter large, a full stop at the end if no other mark stands there.
pub fn sentence(text: &str) -> String {
    let mut chars = text.chars();
    let first: String = chars.next().map(|c| c.to_uppercase().collect()).unwrap_or_default();
    let end = if text.is_empty() || text.ends_with(['.', '!', '?']) { "" } else { "." };
    format!("{first}{}{end}", chars.as_str())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_typo_finds_its_scene() {
        let scenes = ["LIVE", "Low bitrate", "BRB"];
        assert_eq!(nearest("lowbitrate", scenes), Some("Low bitrate"));
        assert_eq!(nearest("live", scenes), Some("LIVE"));
        assert_eq!(nearest("OFFLINE", ["Camera"]), None);
        assert_eq!(did_you_mean("live", scenes), " Did you mean 'LIVE'?");
        assert_eq!(did_you_mean("OFFLINE", ["Camera"]), "");
    }

    #[test]
    fn excerpts_are_bounded_and_on_one_line() {
        assert_eq!(excerpt("a\nb", 9), "a b");
        assert_eq!(excerpt("abcdef", 3), "abc…");
    }

    #[test]
    fn names_from_outside_cannot_dress_up() {
        let table = [
            ("a\r\nb\tc", "a  b c"),
            ("\u{1b}[31mred\u{9b}2J", " [31mred 2J"),
            ("\u{202e}gnp.exe\u{2066}", "gnp.exe"),
            ("LI\u{200b}VE\u{feff}", "LIVE"),
            ("line\u{2028}end", "line end"),
            ("👩\u{200d}💻 é 配信", "👩\u{200d}💻 é 配信"),
        ];
        for (given, wanted) in table {
            assert_eq!(plain(given), wanted, "{given:?}");
        }
    }

    #[test]
    fn choices_read_as_a_sentence() {
        assert_eq!(one_of(&["a", "b", "c"]), "a, b or c");
        assert_eq!(one_of(&["a"]), "a");
    }

    #[test]
    fn a_reason_becomes_a_sentence() {
        assert_eq!(sentence("the password is wrong"), "The password is wrong.");
        assert_eq!(sentence("Done."), "Done.");
        assert_eq!(sentence(""), "");
    }
}
