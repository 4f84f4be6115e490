//! /more: the pages that have no place in the bar.

use super::{Entry, Frame, html};
use crate::web::auth::SignedIn;
use crate::web::error::WebError;
use askama::Template;
use axum::response::{IntoResponse, Response};

#[derive(Template)]
#[template(path = "pages/more.html")]
struct More {
    frame: Frame,
    places: &'static [(Entry, &'static str)],
}

const fn place(path: &'static str, label: &'static str, about: &'static str) -> (Entry, &'static str) {
    (Entry { path, label, icon: "next" }, about)
}

/// The pages, with what each is for.
const PLACES: &[(Entry, &str)] = &[
    place("/stream", "Stream info", "Title, category, tags, clips, ads."),
    place("/raid", "Raid", "Send your viewers on, and end the show after it."),
    place("/chat-commands", "Chat commands", "What chat may order, and who."),
    place("/twitch", "Twitch", "Sign in, and choose what Twitch may be asked."),
    place("/settings", "Settings", "OBS, scenes, feeds, automatic switching."),
    place("/find", "Find my ingest", "Looks for the server that your encoder sends to."),
    place("/import", "Import", "Take over the settings of NOALBS."),
];

/// GET /more
pub async fn show(person: SignedIn) -> Result<Response, WebError> {
    let frame = Frame::of("/more", &person.0.name);
    Ok(html(&More { frame, places: PLACES })?.into_response())
}
