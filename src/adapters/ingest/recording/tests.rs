//! The form as tables of lines.

use super::*;

fn request(kind: Option<Server>, status: Status, body: &str) -> News<'_> {
    News::Request { kind, status, body: body.into(), publisher: None }
}

#[test]
fn a_line_is_read_as_a_person_would_write_it() {
    let fine = Status::Http(200);
    let table = [
        (r#"{"t":0}"#, request(None, fine.clone(), "")),
        (
            r#"{"t":1.5,"type":"sls","status":200,"body":{"publishers":{}}}"#,
            request(Some(Server::Sls), fine.clone(), r#"{"publishers":{}}"#),
        ),
        (r#"{"t":1,"type":"auto","body":"<rtmp>\r\n</rtmp>"}"#, request(None, fine.clone(), "<rtmp>\r\n</rtmp>")),
        (r#"{"t":1,"status":"timeout","body":null,"note":"the tunnel"}"#, request(None, Status::Timeout, "")),
        (r#"{"t":1,"type":"srs","status":"refused"}"#, request(Some(Server::Srs), Status::Refused, "")),
        (r#"{"t":1,"status":404,"body":[1]}"#, request(None, Status::Http(404), "[1]")),
        (r#"{"t":1,"type":"maintenance","body":{"seconds":2.5}}"#, News::Maintenance(Millis(2500))),
        (r#"{"t":1,"type":"maintenance","body":{"seconds":0}}"#, News::Maintenance(Millis(0))),
        (r#"{"t":1,"type":"show","body":{"live":false}}"#, News::Show(Show { live: Some(false), ..Show::default() })),
    ];
    for (line, wanted) in table {
        assert_eq!(Line::parse(line).map(|line| line.news), Ok(wanted), "{line}");
    }
}

#[test]
fn a_bad_line_says_what_is_wrong_and_what_is_allowed() {
    let table = [
        ("", "this is no recorded poll (it is empty). A line is one JSON object, for instance {\"t\":0.5,"),
        ("{\"t\":1", "the line breaks off (column 6)"),
        ("{\"t\":1,}", "this is no JSON (column 8)"),
        ("nonsense", "this is no recorded poll (it begins 'nonsense'). A line is one JSON object, for instance"),
        ("[]", "(it begins '[]')"),
        ("{}", "missing field `t` (column 2)"),
        (r#"{"t":-1}"#, "t is -1. Allowed: seconds, 0 or more"),
        (r#"{"t":1e300}"#, "t is 1e300. Allowed: seconds, 0 or more"),
        (r#"{"t":"1"}"#, "invalid type: string \"1\", expected f64 (column 8)"),
        (r#"{"t":1,"stauts":200}"#, "unknown field `stauts`, expected one of `t`, `type`, `status`, `body`"),
        (r#"{"t":1,"status":99}"#, "nor \"timeout\" nor \"refused\""),
        (r#"{"t":1,"status":"slow"}"#, "neither an HTTP status (100 to 599)"),
        (r#"{"t":1,"type":"nginks"}"#, "type is 'nginks'. Allowed: auto, nginx, sls"),
        (r#"{"t":1,"type":"work"}"#, "show or maintenance"),
        (r#"{"t":1,"type":"maintenance"}"#, "missing field `seconds`"),
        (r#"{"t":1,"type":"maintenance","body":30}"#, "invalid type: integer `30`"),
        (r#"{"t":1,"type":"maintenance","body":{"seconds":-1}}"#, "seconds is -1e0. Allowed: how long the work may"),
        (r#"{"t":1,"type":"maintenance","body":{"seconds":1e300}}"#, "seconds is 1e300. Allowed: how long"),
        (r#"{"t":1,"type":"maintenance","body":{"seconds":"long"}}"#, "invalid type: string \"long\""),
        (r#"{"t":1,"type":"maintenance","body":{"second":1}}"#, "unknown field `second`, expected `seconds`"),
        (r#"{"t":1,"type":"show","body":{"lvie":1}}"#, "unknown field `lvie`, expected one of `connected`, `live`"),
    ];
    for (line, wanted) in table {
        let error = Line::parse(line).expect_err(line);
        assert!(error.contains(wanted), "{line}: {error}");
    }
}

#[test]
fn what_is_written_reads_the_same() {
    let bodies = ["", "offline", "<rtmp>\r\n</rtmp>", r#"{"publishers":{}}"#, "{\n}", "{\"cut", "\u{1}\u{2028}é\"\\"];
    for status in [Status::Http(200), Status::Http(503), Status::Timeout, Status::Refused] {
        for body in bodies {
            for (kind, feed) in [(None, None), (Some(Server::Nms4), Some("phone"))] {
                let publisher = feed.map(|_| Cow::Borrowed("live/a\"b"));
                let news = News::Request { kind, status: status.clone(), body: body.into(), publisher };
                let mut out = Vec::new();
                write(Millis(1250), feed, &news, &mut out);
                let text = String::from_utf8(out).expect("UTF-8");
                assert_eq!(text.matches('\n').count(), 1, "one line: {text}");
                let wanted = Line { t: 1.25, feed: feed.map(Cow::Borrowed), news };
                assert_eq!(Line::parse(&text), Ok(wanted), "{text}");
            }
        }
    }
}

#[test]
fn announced_work_is_written_and_read_the_same_and_what_obs_shows_is_not_written() {
    for feed in [None, Some("phone")] {
        let (news, mut out) = (News::Maintenance(Millis(30_500)), Vec::new());
        write(Millis(1250), feed, &News::Show(Show::default()), &mut out);
        write(Millis(1250), feed, &news, &mut out);
        let text = String::from_utf8(out).expect("UTF-8");
        assert_eq!(text.matches('\n').count(), 1, "one line: {text}");
        assert_eq!(Line::parse(&text), Ok(Line { t: 1.25, feed: feed.map(Cow::Borrowed), news }), "{text}");
    }
}
