//! /chat-commands: what people in chat may write, who may, and by which other words. Each command is
//! saved by itself and in force at once.

use super::{Frame, html};
use crate::domain::chat_command::{Audience, ChatCommand, ChatTable};
use crate::domain::chat_rules::table::{self, Spec};
use crate::domain::command::{ChatOrder, Order, Outcome};
use crate::web::auth::SignedIn;
use crate::web::ctx::Ctx;
use crate::web::error::WebError;
use crate::web::input::Sent;
use askama::Template;
use axum::extract::{Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use serde::Deserialize;

#[derive(Template)]
#[template(path = "pages/commands.html")]
struct Commands {
    frame: Frame,
    prefix: String,
    relaxed: bool,
    viewers: bool,
    moderators: bool,
    admins: Vec<Named>,
    rows: Vec<Row>,
}

/// A name that counts, and whether it is known whose it is.
struct Named {
    name: String,
    /// The word beside it.
    state: &'static str,
    /// Nobody obeys it as it is.
    open: bool,
}

/// One command with finished values.
struct Row {
    name: &'static str,
    /// As it is written in chat.
    usage: String,
    does: &'static str,
    enabled: bool,
    /// Who may and by which other words, in one line.
    summary: String,
    audiences: Vec<(&'static str, &'static str, bool)>,
    aliases: String,
    people: String,
    /// Those of them that count for nobody yet.
    open: Vec<Named>,
    wait: String,
    usual_wait: u64,
    saved: bool,
    error: Option<String>,
}

/// Set after a save.
#[derive(Deserialize)]
pub struct Done {
    saved: Option<String>,
}

/// One command as it is sent.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Wanted {
    name: String,
    enabled: Option<String>,
    audience: String,
    aliases: String,
    people: String,
    #[serde(default)]
    wait: String,
}

/// GET /chat-commands
pub async fn show(State(ctx): State<Ctx>, person: SignedIn, Query(done): Query<Done>) -> Result<Response, WebError> {
    let saved = done.saved.filter(|name| table::find(name).is_some());
    Ok(html(&page(&ctx, &person, saved))?.into_response())
}

/// POST /chat-commands
pub async fn save(State(ctx): State<Ctx>, person: SignedIn, Sent(form): Sent<Wanted>) -> Result<Response, WebError> {
    let given = match command(&form) {
        Ok(wanted) => ctx.desk.give(person.origin(), Order::Chat(ChatOrder::SetCommand(wanted))).await,
        Err(why) => Outcome::Failed(why),
    };
    let (status, text) = match given {
        Outcome::Done(_) => {
            let name = &form.name;
            return Ok(Redirect::to(&format!("/chat-commands?saved={name}#{name}")).into_response());
        }
        Outcome::Failed(text) => (StatusCode::UNPROCESSABLE_ENTITY, text),
        Outcome::TimedOut(text) => (StatusCode::GATEWAY_TIMEOUT, text),
        Outcome::Refused(text) => (StatusCode::FORBIDDEN, text),
    };
    let mut page = page(&ctx, &person, None);
    let Some(row) = page.rows.iter_mut().find(|row| row.name == form.name) else {
        return Err(WebError::Bad(text));
    };
    row.refused(form, text);
    Ok((status, html(&page)?).into_response())
}

fn page(ctx: &Ctx, person: &SignedIn, saved: Option<String>) -> Commands {
    let table = ctx.cells.commands.get();
    let chat = ctx.cells.config.with(|config| config.chat.clone());
    let admins = ctx.cells.config.with(|config| config.twitch.admins.clone());
    let commands = table::merged(&table.commands);
    let rows = commands.iter().filter_map(|command| Some(Row::of(table::find(&command.name)?, command, &chat.prefix)));
    Commands {
        frame: Frame::of("/chat-commands", &person.0.name),
        rows: rows
            .map(|row| Row { open: row.open_names(&table), saved: saved.as_deref() == Some(row.name), ..row })
            .collect(),
        admins: admins.into_iter().map(|name| Named::of(name, &table)).collect(),
        relaxed: chat.relaxed,
        viewers: chat.public,
        moderators: chat.moderators,
        prefix: chat.prefix,
    }
}

impl Row {
    fn of(spec: &'static Spec, command: &ChatCommand, prefix: &str) -> Self {
        let (aliases, people) = (command.aliases.join(", "), command.people.join(", "));
        Self {
            name: spec.name,
            usage: format!("{prefix}{} {}", spec.name, spec.args).trim_end().to_owned(),
            does: spec.does,
            enabled: command.enabled,
            summary: summary(command, &aliases, &people),
            audiences: audiences(Some(command.audience)),
            aliases,
            people,
            open: Vec::new(),
            wait: command.wait_sec.map(|seconds| seconds.to_string()).unwrap_or_default(),
            usual_wait: spec.cooldown.0 / 1000,
            saved: false,
            error: None,
        }
    }

    /// What was typed stays, with the reason beside it.
    fn refused(&mut self, form: Wanted, why: String) {
        self.enabled = form.enabled.is_some();
        self.audiences = audiences(Audience::from_word(&form.audience));
        (self.aliases, self.people, self.wait) = (form.aliases, form.people, form.wait);
        self.error = Some(why);
    }

    fn open_names(&self, table: &ChatTable) -> Vec<Named> {
        let names = self.people.split(", ").filter(|name| !name.is_empty());
        names.map(|name| Named::of(name.to_owned(), table)).filter(|name| name.open).collect()
    }
}

impl Named {
    fn of(name: String, table: &ChatTable) -> Self {
        let (state, open) = match table.names.get(&name) {
            Some(Some(_)) => ("found on Twitch", false),
            Some(None) => ("nobody on Twitch is called so", true),
            None => ("not looked up yet; that is done while Twitch is signed in", true),
        };
        Self { name, state, open }
    }
}

fn summary(command: &ChatCommand, aliases: &str, people: &str) -> String {
    if !command.enabled {
        return "Off: it is not listened to.".to_owned();
    }
    let with = |before: &str, list: &str| if list.is_empty() { String::new() } else { format!("{before}{list}") };
    let who = match command.audience {
        Audience::Broadcaster => "the streamer",
        Audience::Vips => "VIPs",
        other => other.word(),
    };
    format!("For {who}{}.{}", with(", and ", people), with(" Also: ", aliases))
}

fn audiences(chosen: Option<Audience>) -> Vec<(&'static str, &'static str, bool)> {
    let words = |one: Audience| match one {
        Audience::Broadcaster => "the streamer alone",
        Audience::Admins => "admins, and the streamer",
        Audience::Moderators => "moderators, and those above",
        Audience::Vips => "VIPs, and those above",
        Audience::Subscribers => "subscribers, and those above",
        Audience::Everyone => "everyone",
    };
    Audience::ALL.map(|one| (one.word(), words(one), Some(one) == chosen)).into()
}

/// What the form asks for. Errors: what is wrong, for people.
fn command(form: &Wanted) -> Result<ChatCommand, String> {
    let list = |text: &str| text.split(',').map(str::trim).filter(|word| !word.is_empty()).map(str::to_owned).collect();
    let audience = Audience::from_word(&form.audience).ok_or("Choose who may use it.")?;
    let wait_sec = match form.wait.trim() {
        "" => None,
        number => Some(number.parse().map_err(|_| "The wait is a whole number of seconds, or empty.")?),
    };
    let (name, enabled) = (form.name.clone(), form.enabled.is_some());
    Ok(ChatCommand { name, enabled, audience, aliases: list(&form.aliases), people: list(&form.people), wait_sec })
}
