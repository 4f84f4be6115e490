//! Hides what must not be seen in logs, pages and errors: keys inside URLs.

use std::borrow::Cow;

/// `text` with the user info, query values and stream keys of every URL in it replaced by `••••`.
/// Ordinary words pass untouched.
pub fn urls(text: &str) -> Cow<'_, str> {
    if !text.contains("://") {
        return Cow::Borrowed(text);
    }
    let words: Vec<Cow<'_, str>> = text.split(' ').map(word).collect();
    Cow::Owned(words.join(" "))
}

/// A publisher's name as it may be written down: on RTMP servers its last part is the stream key, of
/// which two characters at each end stay, so that a person knows which one is meant. A key too short
/// for that, and what some encoders send behind a `?`, is hidden whole.
pub fn publisher(name: &str) -> String {
    let (path, query) = name.split_once('?').map_or((name, ""), |(path, _)| (path, "?••••"));
    let (app, key) = path.rfind('/').map_or(("", path), |at| path.split_at(at + 1));
    format!("{app}{}{query}", key_ends(key))
}

/// The same of several, with commas.
pub fn publishers(names: &[String]) -> String {
    let names: Vec<String> = names.iter().map(|name| publisher(name)).collect();
    names.join(", ")
}

fn key_ends(key: &str) -> String {
    let letters: Vec<char> = key.chars().collect();
    match letters.as_slice() {
        [] => String::new(),
        [a, b, middle @ .., y, z] if !middle.is_empty() => format!("{a}{b}…{y}{z}"),
        _ => "••••".to_owned(),
    }
}

fn word(word: &str) -> Cow<'_, str> {
    match word.find("://") {
        Some(at) => Cow::Owned(one_url(word, at + 3)),
        None => Cow::Borrowed(word),
    }
}

/// Keeps scheme, host and path; of an ingest URL (rtmp, srt) the last path segment is the stream key.
/// Whatever stands before the last `@` is hidden: a password with `/` or `?` in it, or a second URL in
/// the same word, must not slip through, even if a harmless `@` behind them costs the host.
fn one_url(url: &str, after_scheme: usize) -> String {
    let (scheme, rest) = url.split_at(after_scheme);
    let (login, rest) = rest.rsplit_once('@').map_or(("", rest), |(_, rest)| ("••••@", rest));
    let (rest, query) = rest.split_once('?').map_or((rest, None), |(rest, query)| (rest, Some(query)));
    let (host, path) = rest.find('/').map_or((rest, ""), |slash| rest.split_at(slash));
    let query = query.map(hide_values).unwrap_or_default();
    format!("{scheme}{login}{host}{}{query}", hide_key(scheme, path))
}

fn hide_key(scheme: &str, path: &str) -> String {
    let carries_key = scheme.contains("rtmp") || scheme.contains("srt");
    match path.rsplit_once('/') {
        Some((folder, key)) if carries_key && !folder.is_empty() && !key.is_empty() => format!("{folder}/••••"),
        _ => path.to_owned(),
    }
}

fn hide_values(query: &str) -> String {
    let pairs: Vec<String> = query
        .split('&')
        .map(|pair| pair.split_once('=').map_or("••••".to_owned(), |(name, _)| format!("{name}=••••")))
        .collect();
    format!("?{}", pairs.join("&"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_a_stream_key_only_the_ends_are_written_down() {
        let table = [
            ("publish/feed1", "publish/fe…d1"),
            ("publish/live/feed1", "publish/live/fe…d1"),
            ("live/live_123_abcDEF", "live/li…EF"),
            ("live/abcd", "live/••••"),
            ("live/a", "live/••••"),
            ("feed1", "fe…d1"),
            ("live/", "live/"),
            ("", ""),
            ("live/feed1?key=secret", "live/fe…d1?••••"),
            ("live/кухня", "live/ку…ня"),
            ("0.0.0.0:9000", "0.…00"),
        ];
        for (name, wanted) in table {
            assert_eq!(publisher(name), wanted);
        }
        assert_eq!(publishers(&["live/feed1".to_owned(), "live/b".to_owned()]), "live/fe…d1, live/••••");
    }

    #[test]
    fn keys_and_passwords_in_urls_are_hidden() {
        let table = [
            ("cannot reach http://10.0.0.2:8080/stat now", "cannot reach http://10.0.0.2:8080/stat now"),
            ("http://bob:pw@host/stats", "http://••••@host/stats"),
            ("http://h/stats?publisher=a&key=b", "http://h/stats?publisher=••••&key=••••"),
            ("rtmp://live.twitch.tv/app/live_123", "rtmp://live.twitch.tv/app/••••"),
            ("srt://h:9000?streamid=x", "srt://h:9000?streamid=••••"),
            ("http://bob:p?w@host/stats", "http://••••@host/stats"),
            ("http://bob:p/w@host/stats", "http://••••@host/stats"),
            ("(http://a/,http://bob:pw@b/)", "(http://••••@b/)"),
            ("plain words", "plain words"),
        ];
        for (given, wanted) in table {
            assert_eq!(urls(given), wanted);
        }
    }
}
