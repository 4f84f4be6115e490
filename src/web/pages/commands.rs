//! /chat-commands: what people in chat may write, who may, and by which other words. Each command is
//! saved by itself and in force at once.

use super::{Frame, html};
use crate::domain::chat_command::{Audience, ChatCommand};
use crate::domain::chat_rules::table::{self, Spec};
use crate::domain::command::{ChatOrder, Order, Outcome};
use crate::web::auth::SignedIn;
use crate::web::ctx::Ctx;
use crate::web::error::WebError;
use askama::Template;
use axum::Form;
use axum::extract::{Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use serde::Deserialize;

#[derive(Template)]
#[template(path = "pages/commands.html")]
struct Commands {
    frame: Frame,
    saved: Option<String>,
    rows: Vec<Row>,
}

/// One command with finished values.
struct Row {
    name: &'static str,
    /// As it is written in chat.
    usage: String,
    does: &'static str,
    enabled: bool,
    audiences: Vec<(&'static str, bool)>,
    aliases: String,
    people: String,
    /// Empty where nobody has to wait.
    cooldown: String,
    error: Option<String>,
}

/// Set after a save.
#[derive(Deserialize)]
pub struct Done {
    saved: Option<String>,
}

/// One command as it is sent.
#[derive(Deserialize)]
pub struct Wanted {
    name: String,
    enabled: Option<String>,
    audience: String,
    aliases: String,
    people: String,
}

/// GET /chat-commands
pub async fn show(State(ctx): State<Ctx>, person: SignedIn, Query(done): Query<Done>) -> Result<Response, WebError> {
    let saved = done.saved.filter(|name| table::find(name).is_some());
    Ok(html(&page(&ctx, &person, saved))?.into_response())
}

/// POST /chat-commands
pub async fn save(State(ctx): State<Ctx>, person: SignedIn, Form(form): Form<Wanted>) -> Result<Response, WebError> {
    let wanted = command(&form);
    let name = wanted.name.clone();
    let (status, text) = match ctx.desk.give(person.origin(), Order::Chat(ChatOrder::SetCommand(wanted.clone()))).await
    {
        Outcome::Done(_) => return Ok(Redirect::to(&format!("/chat-commands?saved={name}#{name}")).into_response()),
        Outcome::Failed(text) => (StatusCode::UNPROCESSABLE_ENTITY, text),
        Outcome::TimedOut(text) => (StatusCode::GATEWAY_TIMEOUT, text),
        Outcome::Refused(text) => (StatusCode::FORBIDDEN, text),
    };
    let mut page = page(&ctx, &person, None);
    let prefix = prefix(&ctx);
    if let Some((row, spec)) = page.rows.iter_mut().find(|row| row.name == name).zip(table::find(&name)) {
        *row = Row { error: Some(text), ..row_of(spec, &wanted, &prefix) };
    }
    Ok((status, html(&page)?).into_response())
}

fn page(ctx: &Ctx, person: &SignedIn, saved: Option<String>) -> Commands {
    let prefix = prefix(ctx);
    let commands = ctx.cells.commands.with(|commands| table::merged(commands));
    let rows = commands.iter().filter_map(|command| Some(row_of(table::find(&command.name)?, command, &prefix)));
    Commands { frame: Frame::of("/chat-commands", &person.0.name), saved, rows: rows.collect() }
}

fn prefix(ctx: &Ctx) -> String {
    ctx.cells.config.with(|config| config.chat.prefix.clone())
}

fn row_of(spec: &'static Spec, command: &ChatCommand, prefix: &str) -> Row {
    let waits = command.audience.least() < Audience::Moderators.least();
    Row {
        name: spec.name,
        usage: format!("{prefix}{} {}", spec.name, spec.args).trim_end().to_owned(),
        does: spec.does,
        enabled: command.enabled,
        audiences: Audience::ALL.map(|one| (one.word(), one == command.audience)).into(),
        aliases: command.aliases.join(", "),
        people: command.people.join(", "),
        cooldown: if waits { spec.cooldown.to_string() } else { String::new() },
        error: None,
    }
}

fn command(form: &Wanted) -> ChatCommand {
    let list = |text: &str| text.split(',').map(str::trim).filter(|word| !word.is_empty()).map(str::to_owned).collect();
    ChatCommand {
        name: form.name.clone(),
        enabled: form.enabled.is_some(),
        audience: Audience::from_word(&form.audience).unwrap_or(Audience::Admins),
        aliases: list(&form.aliases),
        people: list(&form.people),
    }
}
