//! docs/twitch.md tells the features and rights of this version.

use stream_control::domain::twitch_features::FEATURES;

const BEGIN: &str = "<!-- features -->\n";
const END: &str = "<!-- /features -->";

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
    let document = include_str!("../../../docs/twitch.md");
    let told = document.split_once(BEGIN).and_then(|(_, rest)| rest.split_once(END)).expect("the table's marks").0;
    let wanted = table();
    assert_eq!(told, wanted, "put this between the marks:\n{wanted}");
}
