//! The one table of a feed's fields: it drives reading, writing, the page and the help.

use crate::config::keys::HIDDEN;
use crate::kit::{redact, text};

/// What a field's value looks like.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Shape {
    /// A feed's short name.
    Id,
    /// Text on one line.
    Text,
    /// Text that is never shown.
    Secret,
    /// An http or https address; login, keys and query are not shown.
    Address,
    /// A number in a range, with its unit.
    Number(f64, f64, &'static str),
    /// A whole number in a range.
    Count(u32, u32),
    /// true or false.
    Flag,
    /// One of a few words.
    Word(&'static [&'static str]),
    /// A JSON pointer (RFC 6901).
    Pointer,
    /// The name of a scene in OBS.
    Scene,
    /// The id of another feed.
    Feed,
    /// The name of a group in the document.
    Group,
}

/// One row of the table.
#[derive(Clone, Copy, Debug)]
pub struct Field {
    /// Its path in the document, with dots for what is nested.
    pub path: &'static str,
    /// Its name for people.
    pub label: &'static str,
    /// One line of help.
    pub help: &'static str,
    /// What a value looks like.
    pub shape: Shape,
    /// What holds while it is not given; empty for nothing.
    pub default: &'static str,
}

const fn field(
    path: &'static str,
    shape: Shape,
    default: &'static str,
    label: &'static str,
    help: &'static str,
) -> Field {
    Field { path, label, help, shape, default }
}

/// Units of a published rate.
pub const UNITS: &[&str] = &["kbps", "bps", "mbps", "bytes"];

/// Every field, in the order of the page.
pub const FIELDS: &[Field] = {
    use Shape::{Address, Count, Feed, Flag, Group, Id, Number, Pointer, Scene, Secret, Text, Word};
    &[
        field("name", Text, "", "Name", "What you call it: Phone, Backpack, Second camera."),
        field(
            "id",
            Id,
            "",
            "Short name",
            "For addresses and the journal: small letters, digits and dashes. Keep it once it is in use.",
        ),
        field("enabled", Flag, "true", "In use", "A feed that is not in use is not asked and not switched to."),
        field(
            "type",
            Word(crate::domain::server::WORDS),
            "auto",
            "Kind of server",
            "auto finds out by the answer; a wrong choice still works where the answer is clear.",
        ),
        field(
            "url",
            Address,
            "",
            "Statistics address",
            "Where the server tells its numbers, such as http://127.0.0.1:8080/stat.",
        ),
        field(
            "publisher",
            Text,
            "",
            "Publisher",
            "Which one, if several send there: app/key for nginx, the stream's name elsewhere. Empty: the only one.",
        ),
        field("user", Text, "", "User", "For servers that want a sign-in."),
        field("password", Secret, "", "Password", "For servers that want a sign-in."),
        field("token", Secret, "", "Token", "API key, access token or bearer, for servers that want one."),
        field(
            "push_key",
            Secret,
            "",
            "Push key",
            "The key that the server sends when it pushes its numbers here, or calls on publish and done.",
        ),
        field(
            "timeout_sec",
            Number(0.1, 10.0, "seconds"),
            "",
            "Patience",
            "Longest wait for one answer. Empty: as in REQUEST_TIMEOUT.",
        ),
        field(
            "priority",
            Count(0, 1000),
            "0",
            "Priority",
            "Smaller comes first. Equal ones come in the order of the list.",
        ),
        field("group", Group, "", "Group", "Feeds of one group belong together, such as two phones of one person."),
        field("scenes.live", Scene, "", "Live scene", "While this feed is good. Empty: the common one."),
        field("scenes.low", Scene, "", "Low scene", "While this feed is weak. Empty: the common one."),
        field("scenes.offline", Scene, "", "Offline scene", "While this feed is lost. Empty: the common one."),
        field("depends_on.feed", Feed, "", "Needs", "Another feed that is part of this one's scenes."),
        field(
            "depends_on.scenes.live",
            Scene,
            "",
            "Live scene without it",
            "Shown instead of the live scene while the other feed is lost.",
        ),
        field(
            "depends_on.scenes.low",
            Scene,
            "",
            "Low scene without it",
            "Shown instead of the low scene while the other feed is lost.",
        ),
        field(
            "depends_on.scenes.offline",
            Scene,
            "",
            "Offline scene without it",
            "Shown instead of the offline scene while the other feed is lost.",
        ),
        field(
            "media_source",
            Text,
            "",
            "Media source",
            "The source in OBS that plays this feed. Empty: found by its address.",
        ),
        field(
            "control_url",
            Address,
            "",
            "Control address",
            "nginx's rtmp_control, such as http://127.0.0.1:8080/control: a dead connection is dropped through it, so that the encoder can come back.",
        ),
        field(
            "port",
            Count(1, 65535),
            "",
            "Ingest port",
            "The TCP port on this machine that the encoder sends to, such as 1935. Its connection is watched as a second witness.",
        ),
        field(
            "json.bytes",
            Pointer,
            "",
            "Byte counter",
            "Where the byte counter stands in the answer, such as /rx/bytes.",
        ),
        field(
            "json.rate",
            Pointer,
            "",
            "Rate",
            "Where the rate stands in the answer, such as /rx/rate, if there is no counter.",
        ),
        field(
            "json.unit",
            Word(UNITS),
            "kbps",
            "Unit of the rate",
            "What the rate is counted in; bytes are bytes a second.",
        ),
        field(
            "json.online",
            Pointer,
            "",
            "Online flag",
            "Where the answer says whether somebody publishes, such as /online.",
        ),
    ]
};

/// The row of a path.
pub fn find(path: &str) -> Option<&'static Field> {
    FIELDS.iter().find(|field| field.path == path)
}

impl Field {
    /// What is allowed, as the end of the sentence "Allowed: …".
    pub fn allowed(&self) -> String {
        match self.shape {
            Shape::Id => "1 to 32 small letters, digits and dashes, beginning with a letter or digit".to_owned(),
            Shape::Text | Shape::Secret => "text on one line".to_owned(),
            Shape::Address => "an address that begins with http:// or https://".to_owned(),
            Shape::Number(min, max, unit) => format!("a number from {min} to {max} {unit}"),
            Shape::Count(min, max) => format!("a whole number from {min} to {max}"),
            Shape::Flag => "true or false".to_owned(),
            Shape::Word(words) => text::one_of(words),
            Shape::Pointer => "a JSON pointer such as /rx/bytes (RFC 6901)".to_owned(),
            Shape::Scene => "the name of a scene in OBS".to_owned(),
            Shape::Feed => "the short name of another feed".to_owned(),
            Shape::Group => "the name of a group".to_owned(),
        }
    }

    /// A value as it may be shown: secrets masked.
    pub fn shown(&self, value: &str) -> String {
        match self.shape {
            _ if value.is_empty() => String::new(),
            Shape::Secret => HIDDEN.to_owned(),
            Shape::Address if value.contains("://") => text::excerpt(&redact::urls(value), 200),
            Shape::Address => HIDDEN.to_owned(),
            _ => text::excerpt(value, 120),
        }
    }
}
