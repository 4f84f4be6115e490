//! A server of the file as a feed: alone in the STATS_* settings, or together in the FEEDS document.

use crate::adapters::noalbs::draft::Draft;
use crate::adapters::noalbs::plan::Fate;
use crate::adapters::noalbs::words;
use crate::config::keys::HIDDEN;
use crate::domain::server::Server;
use crate::kit::{redact, text};
use serde_json::{Map, Value, json};

/// Scenes by role: normal, low, offline.
type Scenes = [Option<String>; 3];

#[derive(Default)]
pub(in crate::adapters::noalbs) struct Feed {
    /// Where it stands in the file.
    pub path: String,
    /// In the file of version 1.
    pub old: bool,
    pub id: String,
    pub name: String,
    /// `None` where the kind is unknown: the answers tell.
    pub kind: Option<Server>,
    pub url: Option<String>,
    /// The address is a key by itself.
    pub secret_address: bool,
    pub publisher: Option<String>,
    pub user: Option<String>,
    pub password: Option<String>,
    pub token: Option<String>,
    pub media_source: Option<String>,
    /// Nothing can be asked of it until a person has done something.
    pub silent: bool,
    /// As the file has it.
    pub priority: Option<i64>,
    /// As it is written.
    pub rank: i64,
    pub enabled: bool,
    pub scenes: Option<Scenes>,
    pub depends_on: Option<(String, Option<Scenes>)>,
    /// What is different here.
    pub notes: Vec<String>,
}

impl Feed {
    /// Nothing about it needs the FEEDS document.
    pub fn stands_alone(&self) -> bool {
        self.enabled && !self.silent && self.scenes.is_none() && self.depends_on.is_none()
    }

    fn word(&self) -> &'static str {
        self.kind.map_or("auto", Server::word)
    }

    /// The address as it may be shown.
    fn shown_address(&self) -> String {
        match (&self.url, &self.media_source) {
            (Some(url), _) if self.secret_address => match url::Url::parse(url) {
                Ok(url) => format!("{}://{}/{HIDDEN}", url.scheme(), url.host_str().unwrap_or_default()),
                Err(_) => HIDDEN.to_owned(),
            },
            (Some(url), _) => redact::urls(url).into_owned(),
            (None, Some(source)) => format!("the source '{}' in OBS", text::excerpt(source, 40)),
            (None, None) => words::NO_ADDRESS.to_owned(),
        }
    }

    fn shown_publisher(&self) -> Option<&str> {
        self.publisher.as_deref().map(|name| if self.secret_address { HIDDEN } else { name })
    }

    fn note(&self) -> String {
        self.notes.join(" ")
    }

    /// Becomes the one feed of the STATS_* settings.
    pub fn alone(&self, draft: &mut Draft) {
        let server = if self.old { self.path.clone() } else { format!("{}.streamServer", self.path) };
        if !self.old {
            draft.no_place(&format!("{}.name", self.path), &self.name, words::CALLED);
        }
        draft.becomes(&format!("{server}.{}", self.field("type")), "STATS_TYPE", self.word(), &self.note());
        for (name, key, value, shown) in [
            ("statsUrl", "STATS_URL", &self.url, Some(self.shown_address())),
            ("publisher", "STATS_FEED", &self.publisher, self.shown_publisher().map(str::to_owned)),
            ("auth.username", "STATS_USER", &self.user, self.user.clone()),
            ("auth.password", "STATS_PASSWORD", &self.password, Some(HIDDEN.to_owned())),
            ("apiKey", "STATS_TOKEN", &self.token, Some(HIDDEN.to_owned())),
            ("source", "MEDIA_SOURCE_NAME", &self.media_source, self.media_source.clone()),
        ] {
            draft.set(key, value.as_deref().unwrap_or_default());
            if value.is_some() {
                let shown = shown.unwrap_or_default();
                let path = format!("{server}.{}", self.field(name));
                draft.line(&path, &shown, Fate::Becomes { key, shown: shown.clone() }, "");
            }
        }
        draft.set("FEEDS", "");
    }

    /// The name that a field has in the file.
    fn field(&self, name: &'static str) -> &'static str {
        let named = matches!(self.kind, Some(Server::Sls | Server::Belabox | Server::IrlHosting) | None);
        match name {
            "type" if self.old => "server",
            "statsUrl" if self.old => "stats",
            "publisher" if !named => "application, key",
            other => other,
        }
    }

    /// The entry of the FEEDS document. Nothing stands in it that is not given.
    fn entry(&self, all: &[Feed]) -> Value {
        let mut entry = Map::new();
        let mut put = |name: &str, value: Option<Value>| {
            value.and_then(|value| entry.insert(name.to_owned(), value));
        };
        let text = |value: &Option<String>| value.clone().map(Value::from);
        put("id", Some(self.id.clone().into()));
        put("name", Some(&self.name).filter(|name| !name.is_empty()).map(|name| name.clone().into()));
        put("type", Some(self.word().into()));
        put("url", text(&self.url));
        put("publisher", text(&self.publisher));
        put("user", text(&self.user));
        put("password", text(&self.password));
        put("token", text(&self.token));
        put("media_source", text(&self.media_source));
        put("priority", Some(self.rank.into()));
        put("scenes", self.scenes.as_ref().map(scenes));
        put("depends_on", self.depends(all).map(|(feed, own)| json!({ "feed": feed, "scenes": own })));
        put("enabled", (!self.enabled || self.silent).then_some(Value::Bool(false)));
        Value::Object(entry)
    }

    /// The id of the feed that its scenes need, where there is one, and the scenes instead.
    fn depends(&self, all: &[Feed]) -> Option<(String, Value)> {
        let (name, backup) = self.depends_on.as_ref()?;
        let other = all.iter().find(|feed| feed.name == *name && feed.id != self.id)?;
        Some((other.id.clone(), backup.as_ref().map(scenes).unwrap_or_else(|| json!({}))))
    }

    /// What a line shows of it.
    fn shown(&self) -> String {
        let publisher = self.shown_publisher().map(|name| format!(", {name}")).unwrap_or_default();
        format!("{} at {}{publisher}", self.word(), self.shown_address())
    }

    fn own_lines(&self, all: &[Feed], draft: &mut Draft) {
        let path = |name: &str| format!("{}.{name}", self.path);
        let becomes = |shown: String| Fate::Becomes { key: "FEEDS", shown };
        let of = |what: &str| format!("{what} of {}", self.id);
        draft.line(&path("streamServer"), &self.shown(), becomes(format!("feed {}", self.id)), &self.note());
        if self.password.is_some() || self.token.is_some() {
            draft.line(&path("streamServer"), HIDDEN, becomes(of("login")), "");
        }
        let priority = self.priority.map_or(words::NONE.to_owned(), |priority| priority.to_string());
        draft.line(&path("priority"), &priority, becomes(format!("{} {}", of("priority"), self.rank)), "");
        if let Some(own) = &self.scenes {
            draft.line(&path("overrideScenes"), &listed(own), becomes(of("scenes")), "");
        }
        if let Some((name, backup)) = &self.depends_on {
            let shown = format!("{name}: {}", backup.as_ref().map(listed).unwrap_or_default());
            match self.depends(all) {
                Some((other, _)) => {
                    draft.line(
                        &path("dependsOn"),
                        &shown,
                        becomes(format!("{} needs {other}", self.id)),
                        words::DEPENDS,
                    );
                }
                None => draft.no_place(&path("dependsOn"), &shown, &words::no_such_server(&text::excerpt(name, 40))),
            }
        }
        if !self.enabled {
            draft.line(&path("enabled"), "false", becomes(format!("{} off", self.id)), words::FEED_OFF);
        }
    }
}

/// Writes all of them as the FEEDS document.
pub(super) fn together(feeds: &[Feed], draft: &mut Draft) {
    let mut sorted: Vec<&Feed> = feeds.iter().collect();
    sorted.sort_by_key(|feed| feed.rank);
    let entries: Vec<Value> = sorted.iter().map(|feed| feed.entry(feeds)).collect();
    draft.set("FEEDS", &json!({ "feeds": entries }).to_string());
    for feed in feeds {
        feed.own_lines(feeds, draft);
    }
    if feeds.len() > 1 {
        let ids: Vec<&str> = sorted.iter().map(|feed| feed.id.as_str()).collect();
        draft.already("switcher.streamServers", &ids.join(", "), words::FIRST_GOOD);
    }
}

fn scenes(names: &Scenes) -> Value {
    let [live, low, offline] = names;
    let given = [("live", live), ("low", low), ("offline", offline)];
    given.into_iter().filter_map(|(role, scene)| Some((role.to_owned(), Value::from(scene.clone()?)))).collect()
}

fn listed(names: &Scenes) -> String {
    names.iter().flatten().map(String::as_str).collect::<Vec<_>>().join(", ")
}
