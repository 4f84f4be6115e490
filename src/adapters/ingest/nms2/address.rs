//! The address of the list, whichever page of Node-Media-Server 2 a person wrote down.

use crate::adapters::ingest::document::Server;
use crate::adapters::ingest::known;
use crate::adapters::ingest::page::Page;
use url::Url;

const STREAMS: &str = "/api/streams";

/// Whether this is the list's address, on which an empty object means that nobody is connected.
pub fn is_list(url: &Url) -> bool {
    url.path().ends_with(STREAMS)
}

/// The list of the server, and the one publisher that the address names.
pub fn page(url: &Url) -> Page {
    let url = known::completed(Server::Nms2, url);
    let Some((_, only)) = url.path().split_once(STREAMS) else { return Page::of(url.clone()) };
    let only = Some(only.trim_matches('/')).filter(|only| !only.is_empty()).map(known::decoded);
    let url = known::on_machine(&url, &format!("{}{STREAMS}", known::before(&url, STREAMS)));
    Page { url, only, empty: Some(Server::Nms2) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_list_is_asked_for_whatever_page_is_named() {
        let table = [
            ("http://h:8000", "http://h:8000/api/streams", None),
            ("http://h:8000/api/streams", "http://h:8000/api/streams", None),
            ("http://h/nms/api/streams/live/a%20b", "http://h/nms/api/streams", Some("live/a b")),
            ("http://h/else", "http://h/else", None),
        ];
        for (given, wanted, only) in table {
            let page = page(&Url::parse(given).expect("an address"));
            assert_eq!((page.url.as_str(), page.only.as_deref()), (wanted, only));
        }
    }
}
