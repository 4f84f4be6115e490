//! The two wire forms, number by number, so that each number can be made an odd one.

use super::Manners;
use super::standing::{LATENCY, Standing};
use std::fmt::Write;

/// A number as it stands in the document.
fn number(value: f64, manners: Manners) -> String {
    match manners {
        Manners::Strings => format!("\"{value:.0}\""),
        Manners::MinusOne => "-1".to_owned(),
        Manners::NaN => "NaN".to_owned(),
        Manners::Huge => "1.8e19".to_owned(),
        _ => format!("{value:.0}"),
    }
}

/// irl-srt-server's `/stats?publisher=…`.
pub(super) fn sls(publishers: &[(&str, Standing)], manners: Manners) -> String {
    let entries: Vec<String> =
        publishers.iter().map(|(name, standing)| format!("\"{name}\":{{{}}}", sls_fields(standing, manners))).collect();
    let extra = if manners == Manners::ExtraFields { r#""fixed_by":"somebody","novelty":{"a":[1]},"# } else { "" };
    format!("{{{extra}\"publishers\":{{{}}},\"status\":\"ok\"}}", entries.join(","))
}

fn sls_fields(now: &Standing, manners: Manners) -> String {
    let secs = (now.age / 1000) as f64;
    let mean = if now.age == 0 { 0.0 } else { now.bytes * 8.0 / 1000.0 / now.age as f64 };
    let fields = [
        ("bitrate", now.published),
        ("latency", LATENCY as f64),
        ("mbpsBandwidth", 694.0),
        ("mbpsRecvRate", mean),
        ("msRcvBuf", now.buffer as f64),
        ("pktRcvDrop", now.dropped),
        ("pktRcvLoss", now.dropped * 2.0),
        ("rtt", now.rtt),
        ("uptime", secs),
    ];
    if manners == Manners::MissingFields {
        return String::new();
    }
    let mut fields: Vec<String> =
        fields.iter().map(|(name, value)| format!("\"{name}\":{}", number(*value, manners))).collect();
    if manners == Manners::ExtraFields {
        fields.push(r#""quality":"fine","peers":7,"sendBackpressure":-1"#.to_owned());
    }
    fields.join(",")
}

/// nginx-rtmp's `rtmp_stat all`, with its CRLF line ends.
pub(super) fn nginx(pid: u32, publishers: &[(&str, Standing)], manners: Manners) -> String {
    let mut page = format!(
        "<?xml version=\"1.0\" encoding=\"utf-8\" ?>\r\n<rtmp>\r\n<nginx_version>1.22.1</nginx_version>\r\n\
         <pid>{pid}</pid>\r\n<naccepted>1</naccepted>\r\n<server>\r\n"
    );
    for application in ["publish", "out"] {
        let _ = write!(page, "<application>\r\n<name>{application}</name>\r\n<live>\r\n");
        for (name, standing) in publishers {
            if let Some((_, key)) = name.split_once('/').filter(|(owner, _)| *owner == application) {
                page.push_str(&nginx_stream(key, standing, manners));
            }
        }
        page.push_str("<nclients>0</nclients>\r\n</live>\r\n</application>\r\n");
    }
    page + "</server>\r\n</rtmp>\r\n"
}

fn nginx_stream(key: &str, now: &Standing, manners: Manners) -> String {
    let value = |value: f64| number(value, manners);
    let (age, media) = (value(now.age as f64), value(now.media as f64));
    let extra =
        if manners == Manners::ExtraFields { "<bw_data>1</bw_data><port>1</port><novelty a=\"1\"/>" } else { "" };
    let figures = format!(
        "<time>{age}</time><bw_in>{}</bw_in>\r\n<bytes_in>{}</bytes_in>\r\n<client><id>{}</id><time>{age}</time>{extra}\
         <timestamp>{media}</timestamp><publishing/><active/></client>\r\n",
        value(now.published * 1100.0),
        value(now.bytes),
        now.session,
    );
    let figures = if manners == Manners::MissingFields { "" } else { &figures };
    format!("<stream>\r\n<name>{key}</name>\r\n{figures}<publishing/>\r\n<active/>\r\n</stream>\r\n")
}
