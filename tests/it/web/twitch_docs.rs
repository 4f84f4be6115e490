//! docs/twitch.md tells the features, rights and events of this version.

use stream_control::domain::twitch_features::{FEATURES, SUBSCRIPTIONS, rights};

/// What stands in the document between the marks of this name.
fn told(name: &str) -> &'static str {
    let document = include_str!("../../../docs/twitch.md");
    let rest = document.split_once(&format!("<!-- {name} -->\n")).expect("a mark").1;
    rest.split_once(&format!("<!-- /{name} -->")).expect("a mark").0
}

fn events() -> String {
    let row = |one: &stream_control::domain::twitch_features::Wanted| {
        let rights: Vec<String> = rights(one.kind).iter().map(|right| format!("`{right}`")).collect();
        let right = if rights.is_empty() { "none".to_owned() } else { rights.join(" or ") };
        let part = one.feature.map_or_else(|| "–".to_owned(), |word| format!("`{word}`"));
        format!("| `{}` | {part} | {right} |\n", one.name())
    };
    "| Event | Part | Right |\n|---|---|---|\n".to_owned() + &SUBSCRIPTIONS.iter().map(row).collect::<String>()
}

#[test]
fn the_table_of_events_is_made_from_the_code() {
    let wanted = events();
    assert_eq!(told("events"), wanted, "put this between the marks:\n{wanted}");
}

fn table() -> String {
    let words = |all: &[&str]| match all {
        [] => "–".to_owned(),
        all => all.iter().map(|word| format!("`{word}`")).collect::<Vec<_>>().join(", "),
    };
    let head =
        "| `TWITCH_FEATURES` | Part | What for | Rights of your account | Rights of the bot |\n|---|---|---|---|---|\n";
    let row = |one: &stream_control::domain::twitch_features::Feature| {
        let (own, bot) = (words(one.scopes), words(one.bot_scopes));
        format!("| `{}` | {} | {} | {own} | {bot} |\n", one.word, one.title, one.why)
    };
    head.to_owned() + &FEATURES.iter().map(row).collect::<String>()
}

#[test]
fn the_table_of_features_is_made_from_the_code() {
    let wanted = table();
    assert_eq!(told("features"), wanted, "put this between the marks:\n{wanted}");
}
