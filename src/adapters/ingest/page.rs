//! The simplest conversation: one GET of a page that is read by its shape.

use super::document::{Document, Server};
use super::talk::{Miss, Talk};
use super::{detect, json};
use url::Url;

/// A page, and the publisher that its address names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Page {
    /// The page.
    pub url: Url,
    /// Of the publishers on it only this one counts; all where it is `None`.
    pub only: Option<String>,
    /// An empty object on this page says that nobody is connected to this server.
    pub empty: Option<Server>,
}

impl Page {
    /// A page with whoever is on it.
    pub fn of(url: Url) -> Self {
        Self { url, only: None, empty: None }
    }

    /// One GET, read by its shape. A refusal that only one kind of server words so gives it away.
    pub async fn ask(&self, talk: &mut Talk<'_>) -> Result<Document, Miss> {
        let request = talk.get(&self.url);
        let reply = talk.send(request).await?;
        if let Some(server) = detect::refusal(&reply) {
            return Err(Miss::Other(server));
        }
        let mut document = reply.read(|body| match self.empty {
            Some(server) if body.trim_ascii() == b"{}" => Ok(json::document(server, Vec::new())),
            _ => detect::parse(body),
        })?;
        if let Some(only) = &self.only {
            document.publishers.retain(|one| one.feed.as_ref().is_none_or(|name| name == only));
        }
        Ok(document)
    }
}
