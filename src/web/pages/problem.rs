//! An error as a page.

use super::Frame;
use askama::Template;
use axum::http::StatusCode;
use axum::response::{Html, IntoResponse, Response};

#[derive(Template)]
#[template(path = "pages/problem.html")]
struct Problem<'a> {
    frame: Frame,
    status: u16,
    text: &'a str,
    request_id: &'a str,
}

/// The page for a status with its text and the request's number.
pub fn render(status: StatusCode, text: &str, request_id: &str) -> Response {
    let page = Problem { frame: Frame::door(), status: status.as_u16(), text, request_id };
    match page.render() {
        Ok(html) => (status, Html(html)).into_response(),
        Err(_) => (status, text.to_owned()).into_response(),
    }
}
