//! nginx-rtmp `rtmp_control`: `GET …/drop/publisher?app=A&name=K` throws a publisher out and answers
//! with the number of connections that were dropped (nginx-rtmp-module wiki, "Control module").

use super::http::Http;
use crate::domain::signal::Reach;
use reqwest::header::CONNECTION;
use std::time::Duration;
use url::Url;

/// Longest wait for nginx's answer.
pub const PATIENCE: Duration = Duration::from_secs(3);

/// Whom to drop.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Publisher {
    /// The application.
    pub app: String,
    /// The stream's key.
    pub name: String,
}

impl Publisher {
    /// From `app/key`.
    pub fn of(name: &str) -> Option<Self> {
        let (app, name) = name.trim().trim_matches('/').split_once('/')?;
        (!app.is_empty() && !name.is_empty()).then(|| Self { app: app.to_owned(), name: name.to_owned() })
    }
}

/// Drops the publisher; how many connections that ended. 0 is nobody by that name, or one that a
/// worker from before a reload still holds. Errors: no answer, or none with a number in it.
pub async fn drop_publisher(http: &mut Http, control: &Url, publisher: &Publisher) -> Result<u32, Reach> {
    // A kept connection may lead to a worker that is about to end.
    let request = http.client.get(address(control, publisher)).header(CONNECTION, "close");
    let reply = http.send_secret(request).await?.admitted()?;
    if !reply.status.is_success() {
        return Err(Reach::Http(reply.status.as_u16()));
    }
    let text = String::from_utf8_lossy(&reply.body);
    text.trim().parse().map_err(|_| Reach::Malformed("no number of dropped connections".to_owned()))
}

fn address(control: &Url, publisher: &Publisher) -> Url {
    let mut url = control.clone();
    url.set_path(&format!("{}/drop/publisher", control.path().trim_end_matches('/')));
    url.query_pairs_mut().append_pair("app", &publisher.app).append_pair("name", &publisher.name);
    // nginx reads a plus as a plus.
    let query = url.query().map(|query| query.replace('+', "%20"));
    url.set_query(query.as_deref());
    url
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_written_so_that_nginx_reads_them_back() {
        let table = [
            ("http://h:8080/control", "publish/feed1", "http://h:8080/control/drop/publisher?app=publish&name=feed1"),
            ("http://h/control/", "live/a b&c+d", "http://h/control/drop/publisher?app=live&name=a%20b%26c%2Bd"),
            (
                "http://u:p@h/control?x=1",
                "live/é/2",
                "http://u:p@h/control/drop/publisher?x=1&app=live&name=%C3%A9%2F2",
            ),
        ];
        for (control, name, wanted) in table {
            let publisher = Publisher::of(name).expect("a publisher");
            assert_eq!(address(&Url::parse(control).expect("an address"), &publisher).as_str(), wanted);
        }
        assert_eq!([None, None, None], ["feed1", "/", "live/"].map(Publisher::of));
    }
}
