//! Which of the connected publishers is the show. Never the one with the largest number.

use super::document::{Document, Server, names};
use crate::domain::signal::Sample;
use std::borrow::Cow;

/// The answer.
#[derive(Clone, Debug, PartialEq)]
pub enum Choice<'a> {
    /// This one.
    One(&'a Sample),
    /// It is not connected.
    Nobody,
    /// Several fit; their names, sorted.
    Several(Vec<String>),
}

/// Without a wish the only publisher is taken. A wish is a name as the server writes it, or its last
/// parts (`feed1` for `publish/live/feed1`) as long as only one name ends so. A publisher without a
/// name was already chosen by the address and fits every wish.
pub fn choose<'a>(document: &'a Document, wish: Option<&str>) -> Choice<'a> {
    let all = &document.publishers;
    let wish = wish.map(str::trim).filter(|wish| !wish.is_empty()).map(|wish| as_written_by(document.server, wish));
    let wish = wish.as_deref();
    let exact = |one: &&Sample| one.feed.as_deref().is_none_or(|name| wish.is_none_or(|wish| name == wish));
    let tail = |one: &&Sample| one.feed.as_deref().is_some_and(|name| wish.is_some_and(|wish| ends_in(name, wish)));
    let mut fitting: Vec<&Sample> = all.iter().filter(exact).collect();
    if fitting.is_empty() {
        fitting = all.iter().filter(tail).collect();
    }
    match fitting[..] {
        [] => Choice::Nobody,
        [one] => Choice::One(one),
        _ => Choice::Several(names(fitting)),
    }
}

/// nginx-rtmp writes a space for each byte that is not plain ASCII (`ngx_rtmp_stat_module.c`).
fn as_written_by(server: Server, wish: &str) -> Cow<'_, str> {
    let plain = |byte: u8| byte.is_ascii_graphic() || byte == b' ';
    if server != Server::Nginx || wish.bytes().all(plain) {
        return Cow::Borrowed(wish);
    }
    let written: String = wish.bytes().map(|byte| if plain(byte) { char::from(byte) } else { ' ' }).collect();
    Cow::Owned(written.trim().to_owned())
}

fn ends_in(name: &str, wish: &str) -> bool {
    let wish = wish.trim_matches('/');
    !wish.is_empty() && name.strip_suffix(wish).is_some_and(|head| head.is_empty() || head.ends_with('/'))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kit::units::Mono;

    fn connected(names: &[&str]) -> Document {
        let one = |name: &&str| Sample { feed: Some((*name).to_owned()), ..Sample::absent(Mono(0)) };
        let publishers = names.iter().map(one).collect();
        Document { server: Server::Sls, process: None, process_age: None, publishers }
    }

    #[test]
    fn a_key_that_nginx_cannot_write_is_found_as_nginx_writes_it() {
        let nginx = Document { server: Server::Nginx, ..connected(&["live/k  che", "live/other"]) };
        let found = |document: &Document, wish| match choose(document, Some(wish)) {
            Choice::One(sample) => sample.feed.clone(),
            _ => None,
        };
        assert_eq!(found(&nginx, "live/küche").as_deref(), Some("live/k  che"));
        assert_eq!(found(&nginx, "küche").as_deref(), Some("live/k  che"));
        assert_eq!(found(&connected(&["live/k  che"]), "live/küche"), None, "SRT Live Server writes what it got");
    }

    /// connected, wish, the one taken or those to choose from
    type Row = (&'static [&'static str], Option<&'static str>, Result<Option<&'static str>, &'static [&'static str]>);

    #[test]
    fn the_publisher_is_chosen_by_name_and_never_by_size() {
        const NONE: &[&str] = &[];
        let table: &[Row] = &[
            (NONE, None, Ok(None)),
            (NONE, Some("feed1"), Ok(None)),
            (&["live/a"], None, Ok(Some("live/a"))),
            (&["out/b", "live/a"], None, Err(&["live/a", "out/b"])),
            (&["out/b", "live/a"], Some("live/a"), Ok(Some("live/a"))),
            (&["out/b", "live/a"], Some("a"), Ok(Some("live/a"))),
            (&["out/a", "live/a"], Some("a"), Err(&["live/a", "out/a"])),
            (&["out/a", "a"], Some("a"), Ok(Some("a"))),
            (&["publish/live/feed1"], Some("feed1"), Ok(Some("publish/live/feed1"))),
            (&["publish/live/feed1"], Some("live/feed1"), Ok(Some("publish/live/feed1"))),
            (&["publish/live/feed1"], Some("/live/feed1"), Ok(Some("publish/live/feed1"))),
            (&["publish/live/feed1"], Some("eed1"), Ok(None)),
            (&["publish/live/feed1"], Some("feed2"), Ok(None)),
            (&["publish/live/feed1"], Some("/"), Ok(None)),
            (&["publish/live/feed1"], Some(" "), Ok(Some("publish/live/feed1"))),
        ];
        for (names, wish, wanted) in table {
            let chosen = match choose(&connected(names), *wish) {
                Choice::One(sample) => Ok(sample.feed.clone()),
                Choice::Nobody => Ok(None),
                Choice::Several(names) => Err(names),
            };
            let wanted = wanted.map(|name| name.map(str::to_owned));
            assert_eq!(
                chosen,
                wanted.map_err(|names| names.iter().map(|n| (*n).to_owned()).collect()),
                "{names:?} {wish:?}"
            );
        }
    }
}
