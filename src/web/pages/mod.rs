//! The pages: one file and one template of the same name each; a view struct holds finished values.

pub mod chat;
pub mod claim;
pub mod commands;
pub mod feed;
pub mod feeds;
pub mod fields;
pub mod find;
pub mod health;
pub mod import;
pub mod journal;
pub mod live;
pub mod login;
pub mod more;
pub mod overlay;
pub mod problem;
pub mod raid;
pub mod settings;
pub mod stream_info;
pub mod switching;
pub mod twitch;

use super::assets;
use super::error::WebError;
use askama::Template;
use axum::response::Html;

/// What the frame round every page needs.
pub struct Frame {
    /// Where this build's files are.
    pub base: String,
    /// Who is signed in; empty on the doors.
    pub person: String,
    /// Path of the page, to mark its entry.
    pub here: &'static str,
}

/// An entry of the navigation.
pub struct Entry {
    /// Path.
    pub path: &'static str,
    /// Label.
    pub label: &'static str,
    /// Name of the icon in `parts/icons.html`.
    pub icon: &'static str,
}

/// The bar: five places; the other pages are found under the last one.
pub const NAVIGATION: &[Entry] = &[
    Entry { path: "/", label: "Live", icon: "live" },
    Entry { path: "/chat", label: "Chat", icon: "chat" },
    Entry { path: "/journal", label: "Journal", icon: "journal" },
    Entry { path: "/health", label: "Health", icon: "health" },
    MORE,
];

const MORE: Entry = Entry { path: "/more", label: "More", icon: "more" };

impl Frame {
    /// The frame of a page behind the sign-in.
    pub fn of(here: &'static str, person: &str) -> Self {
        Self { base: assets::base(), person: person.to_owned(), here }
    }

    /// The frame of a page before the sign-in.
    pub fn door() -> Self {
        Self::of("", "")
    }

    /// The entries.
    pub fn navigation(&self) -> &'static [Entry] {
        NAVIGATION
    }

    /// Whether this entry stands for the page: its own, or the last one for all that have none.
    pub fn is_at(&self, entry: &Entry) -> bool {
        let own = NAVIGATION.iter().any(|one| one.path == self.here);
        if own { entry.path == self.here } else { entry.path == MORE.path }
    }
}

/// Renders a template.
pub fn html(template: &impl Template) -> Result<Html<String>, WebError> {
    Ok(Html(template.render()?))
}
