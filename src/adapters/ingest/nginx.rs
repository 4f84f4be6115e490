//! nginx-rtmp `rtmp_stat all`: XML with one `<stream>` per key under each `<application>`.
//!
//! Read with an event reader and a path of open tags, because the module's forks add and leave out
//! elements freely, and because several `server{}` blocks give several `<server>` elements.

use super::document::{Document, ParseError, Server};
use super::number;
use crate::domain::signal::{Publisher, Sample};
use crate::kit::units::{Bytes, Millis, Mono};
use quick_xml::Reader;
use quick_xml::events::{BytesRef, Event};

/// `bw_in` is the bytes of an eleven-second bucket (divided by ten: the module's own rounding).
const BANDWIDTH_WINDOW: Millis = Millis(11_000);

/// Reads an `rtmp_stat` page. A stream without `<publishing/>` (a player waits for it) is not a
/// connected publisher.
pub fn parse(body: &[u8]) -> Result<Document, ParseError> {
    let text = String::from_utf8_lossy(body);
    let mut reader = Reader::from_str(&text);
    reader.config_mut().expand_empty_elements = true;
    let mut page = Page::default();
    loop {
        match reader.read_event() {
            Ok(Event::Start(tag)) => page.open(tag.local_name().as_ref())?,
            Ok(Event::Text(part)) => page.text.push_str(&part.xml10_content()),
            Ok(Event::CData(part)) => page.text.push_str(&part.xml10_content()),
            Ok(Event::GeneralRef(entity)) => page.text.extend(character(&entity)),
            Ok(Event::End(_)) => page.close(),
            Ok(Event::Eof) => return page.finish(),
            Ok(_) => {}
            Err(quick_xml::Error::Syntax(_)) => return Err(ParseError::CutOff("XML")),
            Err(_) => return Err(ParseError::Broken("XML")),
        }
    }
}

/// The character behind `&amp;` or `&#233;`; an unknown entity is left out.
fn character(entity: &BytesRef<'_>) -> Option<char> {
    if let Ok(Some(character)) = entity.resolve_char_ref() {
        return Some(character);
    }
    match entity.xml10_content().as_ref() {
        "amp" => Some('&'),
        "lt" => Some('<'),
        "gt" => Some('>'),
        "quot" => Some('"'),
        "apos" => Some('\''),
        _ => None,
    }
}

/// The page as far as it has been read.
#[derive(Default)]
struct Page {
    path: Vec<String>,
    text: String,
    rooted: bool,
    pid: Option<String>,
    uptime: Option<Millis>,
    application: String,
    stream: Stream,
    client: Client,
    publishers: Vec<Sample>,
}

#[derive(Default)]
struct Stream {
    name: String,
    time: Option<f64>,
    bytes_in: Option<f64>,
    bw_in: Option<f64>,
    publishing: bool,
    publisher: Option<Client>,
}

#[derive(Default)]
struct Client {
    id: Option<String>,
    time: Option<f64>,
    timestamp: Option<f64>,
    publishing: bool,
}

impl Page {
    fn open(&mut self, tag: &str) -> Result<(), ParseError> {
        if self.path.is_empty() {
            match tag {
                "rtmp" => self.rooted = true,
                "html" | "HTML" => return Err(ParseError::Html),
                _ => return Err(ParseError::OtherXml),
            }
        }
        match tag {
            "application" => self.application.clear(),
            "stream" => self.stream = Stream::default(),
            "client" => self.client = Client::default(),
            _ => {}
        }
        self.path.push(tag.to_owned());
        self.text.clear();
        Ok(())
    }

    fn close(&mut self) {
        let Some(tag) = self.path.pop() else { return };
        let text = std::mem::take(&mut self.text).trim().to_owned();
        let parent = self.path.last().map_or("", String::as_str);
        match (parent, tag.as_str()) {
            ("rtmp", "pid") if !text.is_empty() => self.pid = Some(text),
            ("rtmp", "uptime") => self.uptime = number::text(&text).map(|secs| number::millis(secs * 1000.0)),
            ("application", "name") => self.application = text,
            ("stream", _) => self.stream.field(&tag, text, &mut self.client),
            ("client", _) => self.client.field(&tag, text),
            (_, "stream") => self.stream_ended(),
            _ => {}
        }
    }

    fn stream_ended(&mut self) {
        let stream = std::mem::take(&mut self.stream);
        if stream.publishing || stream.publisher.is_some() {
            self.publishers.push(stream.into_sample(&self.application));
        }
    }

    fn finish(self) -> Result<Document, ParseError> {
        if !self.path.is_empty() {
            return Err(ParseError::CutOff("XML"));
        }
        if !self.rooted {
            return Err(ParseError::OtherXml);
        }
        let (process, process_age) = (self.pid, self.uptime);
        Ok(Document { server: Server::Nginx, process, process_age, publishers: self.publishers })
    }
}

impl Stream {
    fn field(&mut self, tag: &str, text: String, client: &mut Client) {
        match tag {
            "name" => self.name = text,
            "time" => self.time = number::text(&text),
            "bytes_in" => self.bytes_in = number::text(&text),
            "bw_in" => self.bw_in = number::text(&text),
            "publishing" => self.publishing = true,
            "client" if client.publishing => self.publisher = Some(std::mem::take(client)),
            _ => {}
        }
    }

    /// The session is the publishing client's id: the stream's own counters outlive a publisher
    /// while a player holds the element.
    fn into_sample(self, application: &str) -> Sample {
        let client = self.publisher.unwrap_or_default();
        Sample {
            publisher: Publisher::Present,
            feed: Some(format!("{application}/{}", self.name)),
            session: client.id,
            age: client.time.map(number::millis),
            rx_bytes: self.bytes_in.map(|bytes| Bytes(bytes as u64)),
            counted_for: self.time.map(number::millis),
            media_ts: client.timestamp.map(number::millis),
            kbps_server: self.bw_in.and_then(|bits| number::kbps(bits / 1000.0)),
            window: self.bw_in.map(|_| BANDWIDTH_WINDOW),
            ..Sample::absent(Mono::default())
        }
    }
}

impl Client {
    fn field(&mut self, tag: &str, text: String) {
        match tag {
            "id" if !text.is_empty() => self.id = Some(text),
            "time" => self.time = number::text(&text),
            "timestamp" => self.timestamp = number::text(&text),
            "publishing" => self.publishing = true,
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests;
