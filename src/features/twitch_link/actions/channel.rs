//! Title, category, tags, labels.

use super::{Actions, check, order, question, words};
use crate::adapters::twitch::calls::channel::{self, Change};
use crate::domain::command::Outcome;
use crate::domain::twitch::{Category, Channel};

const RIGHT: &[&str] = &["channel:manage:broadcast"];

impl Actions {
    pub(super) async fn set_channel(
        &self,
        title: Option<&str>,
        category: Option<&str>,
        tags: Option<&[String]>,
        labels: Option<&[String]>,
    ) -> Result<String, Outcome> {
        let change = Change {
            title: title.map(check::title).transpose()?,
            category: category.map(check::category).transpose()?,
            tags: tags.map(check::tags).transpose()?,
            labels: None,
        };
        let labels = match labels {
            Some(wanted) => Some(self.labels(wanted).await?),
            None => None,
        };
        let change = Change { labels, ..change };
        if change == Change::default() {
            return Err(Outcome::Failed(words::NOTHING_TO_CHANGE.to_owned()));
        }
        let sent = &change;
        self.caller
            .own(RIGHT, |helix, access| async move { channel::change(&helix, &access, sent).await })
            .await
            .map_err(|error| order(&error))?;
        let category = self.named(change.category.as_deref()).await;
        let told = told(&change, category.as_ref());
        self.show(change, category);
        Ok(told)
    }

    /// Every label with its wanted state: those that are not named are switched off.
    async fn labels(&self, wanted: &[String]) -> Result<Vec<(String, bool)>, Outcome> {
        let asked = self.caller.own(&[], |helix, access| async move { channel::labels(&helix, &access).await }).await;
        let known = asked.map_err(|error| question(&error))?;
        if let Some(unknown) = wanted.iter().find(|id| known.iter().all(|label| label.id != **id)) {
            let unknown = crate::kit::text::excerpt(unknown, 40);
            return Err(Outcome::Failed(format!("Twitch has no content label '{unknown}'.")));
        }
        // Twitch sets this one itself, by the category.
        let settable = known.into_iter().filter(|label| label.id != "MatureGame");
        Ok(settable.map(|label| (label.id.clone(), wanted.contains(&label.id))).collect())
    }

    /// The category with its name; only for people, so a failure costs nothing but the name.
    async fn named(&self, id: Option<&str>) -> Option<Category> {
        let id = id.filter(|id| *id != "0")?;
        let asked = self.caller.own(&[], |helix, access| async move { channel::category(&helix, &access, id).await });
        asked.await.ok().flatten()
    }

    /// Twitch reads its own change back some seconds late, so the page is told here.
    fn show(&self, change: Change, category: Option<Category>) {
        self.caller.cell.edit_if_changed(|twitch| {
            let Some(channel) = &mut twitch.channel else { return self.refresh.now() };
            let Channel { title, category: shown, tags, labels, .. } = channel;
            *title = change.title.unwrap_or_else(|| title.clone());
            *tags = change.tags.unwrap_or_else(|| tags.clone());
            if change.category.is_some() {
                *shown = category;
            }
            if let Some(switched) = change.labels {
                labels.retain(|id| switched.iter().all(|(one, _)| one != id));
                labels.extend(switched.into_iter().filter(|(_, on)| *on).map(|(id, _)| id));
            }
        });
    }
}

fn told(change: &Change, category: Option<&Category>) -> String {
    let title = change.title.as_ref().map(|title| format!("title '{title}'"));
    let category = change.category.as_deref().map(|id| match (id, category) {
        ("0", _) => "no category".to_owned(),
        (_, Some(category)) => format!("category '{}'", category.name),
        (id, None) => format!("category {id}"),
    });
    let tags = change.tags.as_ref().map(|tags| match tags.is_empty() {
        true => "no tags".to_owned(),
        false => format!("tags {}", tags.join(", ")),
    });
    let labels = change.labels.as_ref().map(|labels| {
        let on: Vec<&str> = labels.iter().filter(|(_, on)| *on).map(|(id, _)| id.as_str()).collect();
        if on.is_empty() { "no content labels".to_owned() } else { format!("content labels {}", on.join(", ")) }
    });
    let all: Vec<String> = [title, category, tags, labels].into_iter().flatten().collect();
    format!("The channel now has: {}.", all.join("; "))
}
