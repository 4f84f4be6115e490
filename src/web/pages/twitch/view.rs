//! The page's finished values.

use super::super::Frame;
use super::super::fields::{self, Field, Typed};
use super::code_grant;
use crate::config;
use crate::domain::chat::Identity;
use crate::domain::twitch::SignIn;
use crate::domain::twitch_features::{FEATURES, Feature, switched_on};
use crate::kit::clock;
use crate::kit::units::{Millis, UnixMs};
use crate::web::auth::SignedIn;
use crate::web::ctx::Ctx;
use crate::web::words;
use askama::Template;

/// The settings of this page.
const FIELDS: &[&str] =
    &["TWITCH_CLIENT_ID", "TWITCH_CLIENT_SECRET", "TWITCH_BROADCASTER_ID", "TWITCH_BOT", "AUTH_PUBLIC_BASE"];

#[derive(Template)]
#[template(path = "pages/twitch.html")]
pub struct TwitchPage {
    pub frame: Frame,
    pub saved: bool,
    pub refused: Option<String>,
    pub grant: Option<(&'static str, &'static str)>,
    pub set_up: bool,
    /// Where Twitch sends the browser back to, or what to enter where it never does.
    pub redirect: String,
    pub accounts: Vec<Account>,
    pub features: Vec<FeatureRow>,
    pub fields: Vec<Field>,
    pub open: bool,
}

/// One account's card.
pub struct Account {
    pub word: &'static str,
    pub title: &'static str,
    pub state: &'static str,
    pub chip: &'static str,
    pub level: &'static str,
    pub told: Vec<String>,
    pub pending: Option<Code>,
    /// A browser can be sent to Twitch.
    pub by_browser: bool,
    pub button: &'static str,
    pub linked: bool,
    /// What is lost by signing out; empty where there is nothing to lose.
    pub effect: &'static str,
}

/// A code that waits.
pub struct Code {
    pub text: String,
    pub link: String,
    pub until: UnixMs,
    pub left: String,
}

/// A part of Twitch.
pub struct FeatureRow {
    pub word: &'static str,
    pub title: &'static str,
    pub why: &'static str,
    pub on: bool,
    /// Rights in words: whose are missing.
    pub rights: &'static str,
    pub level: &'static str,
    pub scopes: String,
}

pub(super) fn page(ctx: &Ctx, person: &SignedIn, typed: Typed<'_>) -> TwitchPage {
    let twitch = ctx.cells.config.with(|config| config.twitch.clone());
    let states = ctx.cells.twitch.with(|cell| cell.sign_in.clone());
    let state = |who: Identity| states.get(&who).cloned().unwrap_or_default();
    let item = |view: &crate::features::settings::view::SettingsView, key: &&str| {
        view.item(key).map(|item| fields::field(item, typed, &[]))
    };
    let fields: Vec<Field> = ctx.cells.settings.with(|view| FIELDS.iter().filter_map(|key| item(view, key)).collect());
    let redirect = code_grant::redirect(ctx);
    let wanted = Identity::ALL.into_iter().filter(|who| *who == Identity::Broadcaster || twitch.bot);
    TwitchPage {
        frame: Frame::of("/twitch", &person.0.name),
        saved: false,
        refused: None,
        grant: None,
        set_up: twitch.client_id.is_some(),
        accounts: wanted.map(|who| account(who, &state(who), &twitch, redirect.is_some())).collect(),
        redirect: redirect.map_or_else(|| "http://localhost".to_owned(), String::from),
        features: FEATURES.iter().map(|one| feature(one, &twitch, &state)).collect(),
        open: fields.iter().any(|field| field.error.is_some()),
        fields,
    }
}

/// What came of a code grant: level and words.
pub(super) fn grant_words(word: Option<&str>) -> Option<(&'static str, &'static str)> {
    match word? {
        "ok" => Some(("saved", words::GRANT_OK)),
        "denied" => Some(("refused", words::GRANT_DENIED)),
        "old" => Some(("refused", words::GRANT_OLD)),
        _ => Some(("refused", words::GRANT_FAILED)),
    }
}

fn account(who: Identity, state: &SignIn, twitch: &config::Twitch, reachable: bool) -> Account {
    let public = twitch.client_secret.is_none();
    let (word, chip, level, told) = match state {
        SignIn::Unlinked => ("unlinked", "Not signed in", "muted", vec![words::TWITCH_UNLINKED.to_owned()]),
        SignIn::Pending { .. } => ("pending", "Waiting for you", "warn", Vec::new()),
        SignIn::Linked { login, expires_at, missing, unsaved, .. } => {
            linked(login, *expires_at, missing, unsaved.as_deref(), public)
        }
        SignIn::Unknown { reason } => ("unknown", "Unknown", "muted", vec![reason.clone()]),
        SignIn::NeedsSignIn { reason } => ("needs_sign_in", "Needs you", "bad", vec![reason.clone()]),
    };
    let linked = matches!(state, SignIn::Linked { .. });
    Account {
        word: who.word(),
        title: if who == Identity::Bot { words::BOT_ACCOUNT } else { words::CHANNEL_ACCOUNT },
        state: word,
        chip,
        level,
        told,
        pending: code(state),
        by_browser: !public && reachable,
        button: if linked { words::SIGN_IN_AGAIN } else { words::SIGN_IN_WITH_CODE },
        linked,
        effect: match (state, who) {
            (SignIn::Unlinked | SignIn::Pending { .. }, _) => "",
            (_, Identity::Broadcaster) => words::SIGN_OUT_CHANNEL,
            (_, Identity::Bot) => words::SIGN_OUT_BOT,
        },
    }
}

fn linked(
    login: &str,
    expires_at: UnixMs,
    missing: &[String],
    unsaved: Option<&str>,
    public: bool,
) -> (&'static str, &'static str, &'static str, Vec<String>) {
    let mut told = vec![words::twitch_life(login, expires_at.since(clock::unix()), public)];
    if !missing.is_empty() {
        told.push(words::RIGHTS_MISSING.to_owned());
    }
    told.extend(unsaved.map(words::tokens_unsaved));
    let (chip, level) = match (unsaved, missing) {
        (Some(_), _) => ("Needs you", "bad"),
        (None, []) => ("Signed in", "good"),
        (None, _) => ("Rights missing", "warn"),
    };
    ("linked", chip, level, told)
}

/// Only a web address becomes a link.
fn code(state: &SignIn) -> Option<Code> {
    let SignIn::Pending { user_code, verification_uri, expires_at } = state else { return None };
    let web = verification_uri.starts_with("https://") || verification_uri.starts_with("http://");
    let left = Millis(expires_at.since(clock::unix()).0 / 1000 * 1000);
    Some(Code {
        text: user_code.clone(),
        link: if web { verification_uri.clone() } else { String::new() },
        until: *expires_at,
        left: left.to_string(),
    })
}

fn feature(one: &'static Feature, twitch: &config::Twitch, state: &impl Fn(Identity) -> SignIn) -> FeatureRow {
    let on = switched_on(&twitch.features).any(|feature| feature.word == one.word);
    let lacks = |who: Identity, scopes: &[&str]| match state(who) {
        SignIn::Linked { scopes: has, .. } => Some(scopes.iter().any(|scope| !has.iter().any(|one| one == scope))),
        _ => None,
    };
    let bot = if twitch.bot { lacks(Identity::Bot, one.bot_scopes) } else { Some(false) };
    let (rights, level) = match (on, lacks(Identity::Broadcaster, one.scopes), bot) {
        (false, ..) => ("", "muted"),
        (true, Some(true), _) | (true, _, Some(true)) => (words::RIGHT_MISSING, "warn"),
        (true, Some(false), Some(false)) => (words::RIGHT_GIVEN, "good"),
        (true, ..) => ("", "muted"),
    };
    let scopes = one.scopes.join(", ");
    FeatureRow { word: one.word, title: one.title, why: one.why, on, rights, level, scopes }
}
