//! Tidy: the walls of the house, checked by reading the source as text.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use stream_control::config::keys;

/// What each top-level module may import, as the floor table of `src/lib.rs` says.
const FLOORS: &[(&str, &[&str])] = &[
    ("kit", &[]),
    ("domain", &["kit"]),
    ("config", &["domain", "kit"]),
    ("adapters", &["config", "domain", "kit"]),
    ("store", &["config", "domain", "kit"]),
    ("runtime", &["store", "config", "domain", "kit"]),
    ("features", &["adapters", "store", "runtime", "config", "domain", "kit"]),
    ("web", &["features", "runtime", "store", "config", "domain", "kit"]),
];

/// Crates that floor 1 never sees: it decides, it does not act.
const NOT_IN_DOMAIN: &[&str] = &["tokio", "axum", "sqlx", "reqwest", "std::fs", "std::net", "std::time", "std::env"];

fn sources(folder: &str) -> Vec<(PathBuf, String)> {
    let mut found = Vec::new();
    let mut waiting = vec![PathBuf::from(env!("CARGO_MANIFEST_DIR")).join(folder)];
    while let Some(place) = waiting.pop() {
        for entry in fs::read_dir(&place).expect("a folder") {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                waiting.push(path);
            } else if path.extension().is_some_and(|ending| ending == "rs") {
                let text = fs::read_to_string(&path).expect("a text");
                found.push((path, text));
            }
        }
    }
    found
}

/// The parts of a file's path below `src/`: `["features", "failover", "mod.rs"]`.
fn parts(path: &Path) -> Vec<String> {
    let below = path.strip_prefix(Path::new(env!("CARGO_MANIFEST_DIR")).join("src")).expect("below src");
    below.iter().map(|part| part.to_string_lossy().into_owned()).collect()
}

/// Every `crate::a::b` that a file names, as (a, b).
fn names(text: &str) -> BTreeSet<(String, String)> {
    let word = |s: &str| s.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect::<String>();
    let code = text.lines().filter(|line| !line.trim_start().starts_with("//")).collect::<Vec<_>>().join("\n");
    code.match_indices("crate::")
        .flat_map(|(at, _)| {
            let rest = &code[at + 7..];
            let first = word(rest);
            let behind = rest[first.len()..].trim_start_matches("::");
            // `use crate::{a::b, c}` names several.
            let group = first.is_empty().then(|| rest.trim_start_matches('{').split('}').next().unwrap_or_default());
            match group {
                Some(list) => list.split(',').map(|one| (word(one.trim()), String::new())).collect::<Vec<_>>(),
                None => vec![(first, word(behind))],
            }
        })
        .filter(|(first, _)| !first.is_empty())
        .collect()
}

#[test]
fn imports_go_down_only() {
    let mut wrong = Vec::new();
    for (path, text) in sources("src") {
        let parts = parts(&path);
        let Some((floor, allowed)) = FLOORS.iter().find(|(floor, _)| parts[0] == *floor) else { continue };
        for (name, _) in names(&text) {
            if name != *floor && !allowed.contains(&name.as_str()) {
                wrong.push(format!("{} names crate::{name}", path.display()));
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn neighbours_on_the_same_floor_do_not_know_each_other() {
    let mut wrong = Vec::new();
    for (path, text) in sources("src") {
        let parts = parts(&path);
        if !matches!(parts[0].as_str(), "features" | "adapters") || parts.len() < 3 {
            continue;
        }
        for (first, second) in names(&text) {
            if first == parts[0] && second != parts[1] {
                wrong.push(format!("{} names crate::{first}::{second}", path.display()));
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn domain_is_pure() {
    let mut wrong = Vec::new();
    for (path, text) in sources("src/domain") {
        for banned in NOT_IN_DOMAIN {
            if text.lines().any(|line| line.trim_start().starts_with("use ") && line.contains(banned)) {
                wrong.push(format!("{} uses {banned}", path.display()));
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn every_file_says_what_it_is() {
    let files = ["src", "tests", "benches"].into_iter().flat_map(sources);
    let silent: Vec<_> = files.filter(|(_, text)| !text.starts_with("//!")).map(|(path, _)| path).collect();
    assert!(silent.is_empty(), "without a //! head: {silent:#?}");
}

#[test]
fn the_env_example_is_made_from_the_table_of_keys() {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join(".env.example");
    let text = fs::read_to_string(file).expect("the file");
    assert_eq!(text, keys::env_example(), "write it anew: cargo run -- check --env-example > .env.example");
}

#[test]
fn the_walls_would_be_noticed() {
    let text = "use crate::{adapters::obs, kit};\nlet x = crate::web::live::run();\n// crate::boot is only a word";
    let firsts: Vec<String> = names(text).into_iter().map(|(first, _)| first).collect();
    assert_eq!(firsts, ["adapters", "kit", "web"]);
}
