//! Recorded `rtmp_stat` pages and what they mean.

use super::*;
use crate::adapters::ingest::samples;
use crate::kit::units::Kbps;

fn recorded(name: &str) -> String {
    String::from_utf8(samples::bytes(&format!("nginx-rtmp-{name}.xml"))).expect("a recorded page")
}

fn page(name: &str) -> Document {
    parse(recorded(name).as_bytes()).expect("a page that can be read")
}

#[test]
fn a_publisher_is_who_publishes() {
    let table: &[(&str, &str, &[&str])] = &[
        ("idle", "31749", &[]),
        ("after-kill", "31749", &[]),
        ("after-reload", "8509", &[]),
        ("live", "31749", &["publish/feed1"]),
        ("low", "31749", &["publish/feed1"]),
        ("start-1s", "31749", &["publish/feed1"]),
        ("stalled-5s", "31749", &["publish/feed1"]),
        ("stalled-25s", "31749", &["publish/feed1"]),
        // A player waits on the stream; nobody publishes.
        ("player-on-idle-stream", "1489", &[]),
        // The relay to another server is a client too, but it does not publish.
        ("restream-live", "31749", &["restream/feed1"]),
        ("sink-4targets", "8172", &["ok/goodkey", "ok/tlskey"]),
    ];
    for (name, pid, publishers) in table {
        let page = page(name);
        assert_eq!(page.names(), *publishers, "{name}");
        assert_eq!(page.process.as_deref(), Some(*pid), "{name}");
    }
}

/// name, session, age, bytes, media clock, published kbit/s
type Row = (&'static str, &'static str, u64, u64, u64, f64);

#[test]
fn the_figures_of_recorded_pages() {
    let table: [Row; 5] = [
        ("live", "15", 44_910, 12_016_099, 44_723, 2338.392),
        // The published rate is still 0 while bytes count already.
        ("start-1s", "15", 853, 228_450, 656, 0.0),
        ("restream-live", "1326", 13_868, 2_863_743, 13_690, 1846.728),
        // Five seconds into a stall the published rate still looks healthy.
        ("stalled-5s", "15", 49_925, 12_016_099, 44_723, 2338.392),
        ("stalled-25s", "15", 69_942, 12_016_099, 44_723, 0.0),
    ];
    for (name, session, age, bytes, media, kbps) in table {
        let sample = &page(name).publishers[0];
        assert_eq!(sample.session.as_deref(), Some(session), "{name}");
        assert_eq!(sample.age, Some(Millis(age)), "{name}");
        assert_eq!(sample.rx_bytes, Some(Bytes(bytes)), "{name}");
        assert!(sample.counted_for <= sample.age, "{name}: no player was there before");
        assert_eq!(sample.media_ts, Some(Millis(media)), "{name}");
        assert_eq!(sample.kbps_server, Some(Kbps(kbps)), "{name}");
        assert_eq!((sample.publisher, sample.window), (Publisher::Present, Some(BANDWIDTH_WINDOW)), "{name}");
        assert_eq!((sample.rtt, sample.buffer, sample.dropped), (None, None, None), "TCP tells none of these");
    }
}

fn stat(inside: &str) -> String {
    format!("<?xml version=\"1.0\"?>\r\n<rtmp>\r\n<pid>7</pid>\r\n{inside}\r\n</rtmp>\r\n")
}

fn stream(inside: &str) -> String {
    let name = "<application><name>live</name><live><stream><name>k</name>";
    stat(&format!("<server>{name}{inside}<publishing/></stream></live></application></server>"))
}

#[test]
fn odd_pages_are_read_as_far_as_they_make_sense() {
    let all = |page: &str| parse(page.as_bytes()).expect("a page that can be read").publishers;
    let one = |inside: &str| all(&stream(inside)).remove(0);
    assert_eq!(one("").rx_bytes, None, "missing fields are missing, not zero");
    assert_eq!(one("<bytes_in>30.000</bytes_in>").rx_bytes, Some(Bytes(30)));
    for odd in ["-1", "NaN", "1.8e19", "many", ""] {
        assert_eq!(one(&format!("<bytes_in>{odd}</bytes_in>")).rx_bytes, None, "{odd}");
    }
    assert_eq!(one("<compiler>gcc</compiler><bw_data>1</bw_data><bytes_in> 9 </bytes_in>").rx_bytes, Some(Bytes(9)));
    let several = "<server><application><name>a</name></application></server><server><application><name>b</name>\
                   <live><stream><name>x &amp; y&#33;</name><publishing/></stream></live></application></server>";
    assert_eq!(all(&stat(several))[0].feed.as_deref(), Some("b/x & y!"), "several servers, one without <live>");
    let client = "<client><id>3</id><timestamp>5</timestamp><publishing></publishing></client>\
                  <client><id>4</id><timestamp>9</timestamp></client>";
    let sample = one(client);
    assert_eq!(
        (sample.session.as_deref(), sample.media_ts),
        (Some("3"), Some(Millis(5))),
        "the player's clock is not it"
    );
}

#[test]
fn what_is_no_page_says_what_it_is() {
    let live = recorded("live");
    let table = [
        (&live[..live.len() / 2], ParseError::CutOff("XML")),
        ("<rtmp", ParseError::CutOff("XML")),
        ("<rtmp><pid>1</pid>", ParseError::CutOff("XML")),
        ("<rtmp><a></b></rtmp>", ParseError::Broken("XML")),
        ("<rss></rss>", ParseError::OtherXml),
        ("<?xml version=\"1.0\"?>", ParseError::OtherXml),
        ("<html></html>", ParseError::Html),
    ];
    for (body, wanted) in table {
        assert_eq!(parse(body.as_bytes()), Err(wanted), "{body}");
    }
}

#[test]
fn a_page_cut_anywhere_never_passes_for_an_idle_server() {
    let live = recorded("live");
    let whole = live.rfind("</rtmp>").expect("an end") + "</rtmp>".len();
    for end in 0..whole {
        assert!(parse(&live.as_bytes()[..end]).is_err(), "cut after {end} bytes");
    }
}
