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
use std::collections::BTreeMap;

/// The settings of this page.
const FIELDS: &[&str] =
    &["TWITCH_CLIENT_ID", "TWITCH_CLIENT_SECRET", "TWITCH_BROADCASTER_ID", "TWITCH_BOT", "AUTH_PUBLIC_BASE"];

#[derive(Template)]
#[template(path = "pages/twitch.html")]
pub struct TwitchPage {
    pub frame: Frame,
    /// The server's wall clock: the browser's may be wrong.
    pub now: UnixMs,
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
    /// How the last try ended, where it did not end in a sign-in.
    pub in_vain: Option<String>,
    pub pending: Option<Code>,
    /// A browser can be sent to Twitch.
    pub by_browser: bool,
    pub button: &'static str,
    /// Signing in is what is to be done next.
    pub urgent: bool,
    /// What is lost by signing out; empty where there is nothing to lose.
    pub effect: &'static str,
}

/// A code that waits.
pub struct Code {
    pub text: String,
    /// What is to be done, and as whom.
    pub ask: &'static str,
    pub link: String,
    pub until: UnixMs,
    pub left: String,
}

/// What one account must give a part.
pub struct Rights {
    pub whose: &'static str,
    pub scopes: &'static [&'static str],
    /// Those that it did not give.
    pub missing: String,
}

/// A part of Twitch.
pub struct FeatureRow {
    pub word: &'static str,
    pub title: &'static str,
    pub why: &'static str,
    pub on: bool,
    /// Whether its rights are there, in words; empty where that is not known or of no interest.
    pub chip: &'static str,
    pub level: &'static str,
    /// The rights by Twitch's names, of the channel's account and of the bot.
    pub rights: Vec<Rights>,
}

pub(super) fn page(ctx: &Ctx, person: &SignedIn, typed: Typed<'_>) -> TwitchPage {
    let twitch = ctx.cells.config.with(|config| config.twitch.clone());
    let (states, in_vain) = ctx.cells.twitch.with(|cell| (cell.sign_in.clone(), cell.in_vain.clone()));
    let item = |view: &crate::features::settings::view::SettingsView, key: &&str| {
        view.item(key).map(|item| fields::field(item, typed, &[]))
    };
    let fields: Vec<Field> = ctx.cells.settings.with(|view| FIELDS.iter().filter_map(|key| item(view, key)).collect());
    let redirect = code_grant::redirect(ctx);
    let wanted = Identity::ALL.into_iter().filter(|who| *who == Identity::Broadcaster || twitch.bot);
    TwitchPage {
        frame: Frame::of("/twitch", &person.0.name),
        now: clock::unix(),
        saved: false,
        refused: None,
        grant: None,
        set_up: twitch.client_id.is_some(),
        accounts: wanted
            .map(|who| {
                let one = account(who, &states, twitch.client_secret.is_none());
                let by_browser = twitch.client_secret.is_some() && redirect.is_some();
                // Beside the other way the button names its own.
                let button = if by_browser { words::SIGN_IN_WITH_CODE } else { one.button };
                Account { in_vain: in_vain.get(&who).cloned(), by_browser, button, ..one }
            })
            .collect(),
        redirect: redirect.map_or_else(|| "http://localhost".to_owned(), String::from),
        features: FEATURES.iter().map(|one| feature(one, &twitch, &states)).collect(),
        open: fields.iter().any(|field| field.error.is_some()),
        fields,
    }
}

/// How each account is signed in.
type States = BTreeMap<Identity, SignIn>;

/// What came of a code grant: level and words.
pub(super) fn grant_words(word: Option<&str>) -> Option<(&'static str, &'static str)> {
    match word? {
        "ok" => Some(("saved", words::GRANT_OK)),
        "denied" => Some(("refused", words::GRANT_DENIED)),
        "old" => Some(("refused", words::GRANT_OLD)),
        _ => Some(("refused", words::GRANT_FAILED)),
    }
}

/// A state as the card shows it: its word, the chip with its level, and what is told.
type Shown = (&'static str, &'static str, &'static str, Vec<String>);

fn account(who: Identity, states: &States, public: bool) -> Account {
    let state = states.get(&who).unwrap_or(&SignIn::Unlinked);
    let (word, chip, level, told) = match state {
        SignIn::Unlinked => ("unlinked", "Not signed in", "muted", vec![words::TWITCH_UNLINKED.to_owned()]),
        SignIn::Pending { .. } => ("pending", "Waiting for you", "warn", Vec::new()),
        SignIn::Linked { .. } => linked(state, is_same(who, states), public),
        SignIn::Unknown { reason, ends_at: None } => ("unknown", "Unknown", "muted", vec![reason.clone()]),
        SignIn::Unknown { reason, ends_at: Some(_) } => ("unknown", "Needs you", "bad", vec![reason.clone()]),
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
        in_vain: None,
        pending: code(who, state),
        by_browser: false,
        button: if linked { words::SIGN_IN_AGAIN } else { words::SIGN_IN_WITH_CODE },
        urgent: !linked || level == "warn",
        effect: match (state, who) {
            (SignIn::Unlinked | SignIn::Pending { .. }, _) => "",
            (_, Identity::Broadcaster) => words::SIGN_OUT_CHANNEL,
            (_, Identity::Bot) => words::SIGN_OUT_BOT,
        },
    }
}

fn linked(state: &SignIn, same: bool, public: bool) -> Shown {
    let SignIn::Linked { login, expires_at, missing, unsaved, .. } = state else { return Shown::default() };
    let mut told = vec![words::twitch_life(login, expires_at.since(clock::unix()), public)];
    if !missing.is_empty() {
        told.push(words::rights_missing(missing));
    }
    if same {
        told.push(words::SAME_ACCOUNT.to_owned());
    }
    told.extend(unsaved.as_deref().map(words::tokens_unsaved));
    let (chip, level) = match (unsaved, missing.is_empty(), same) {
        (Some(_), ..) => ("Needs you", "bad"),
        (None, _, true) => ("Same account", "warn"),
        (None, false, _) => ("Rights missing", "warn"),
        (None, true, false) => ("Signed in", "good"),
    };
    ("linked", chip, level, told)
}

/// Whether the bot turned out to be the channel's own account.
fn is_same(who: Identity, states: &States) -> bool {
    let id = |who| match states.get(&who) {
        Some(SignIn::Linked { user_id, .. }) => Some(user_id),
        _ => None,
    };
    who == Identity::Bot && id(Identity::Bot).is_some() && id(Identity::Bot) == id(Identity::Broadcaster)
}

/// Only a web address becomes a link.
fn code(who: Identity, state: &SignIn) -> Option<Code> {
    let SignIn::Pending { user_code, verification_uri, expires_at } = state else { return None };
    let web = verification_uri.starts_with("https://") || verification_uri.starts_with("http://");
    let left = Millis(expires_at.since(clock::unix()).0 / 1000 * 1000);
    Some(Code {
        text: user_code.clone(),
        ask: if who == Identity::Bot { words::ASK_BOT } else { words::ASK_CHANNEL },
        link: if web { verification_uri.clone() } else { String::new() },
        until: *expires_at,
        left: left.to_string(),
    })
}

fn feature(one: &'static Feature, twitch: &config::Twitch, states: &States) -> FeatureRow {
    let on = switched_on(&twitch.features).any(|feature| feature.word == one.word);
    let channel = rights(states, Identity::Broadcaster, one.scopes);
    let bot = (twitch.bot && !one.bot_scopes.is_empty()).then(|| rights(states, Identity::Bot, one.bot_scopes));
    let all: Vec<(Rights, bool)> = std::iter::once(channel).chain(bot).collect();
    let lacks = all.iter().any(|(rights, _)| !rights.missing.is_empty());
    let (chip, level) = match (on, lacks, all.iter().all(|(_, known)| *known)) {
        (true, true, _) => (words::RIGHT_MISSING, "warn"),
        (true, false, true) => (words::RIGHT_GIVEN, "good"),
        _ => ("", "muted"),
    };
    let mut rights: Vec<Rights> = all.into_iter().map(|(rights, _)| rights).collect();
    if !on {
        rights.iter_mut().for_each(|one| one.missing.clear());
    }
    FeatureRow { word: one.word, title: one.title, why: one.why, on, chip, level, rights }
}

/// What an account must give a part, and whether it is known what it gave.
fn rights(states: &States, who: Identity, scopes: &'static [&'static str]) -> (Rights, bool) {
    let has = match states.get(&who) {
        Some(SignIn::Linked { scopes, .. }) => Some(scopes),
        _ => None,
    };
    let lacks = |scope: &&&str| has.is_some_and(|has| !has.iter().any(|one| one == **scope));
    let missing: Vec<&str> = scopes.iter().filter(lacks).copied().collect();
    let whose = if who == Identity::Bot { "Bot: " } else { "" };
    (Rights { whose, scopes, missing: missing.join(", ") }, has.is_some())
}
