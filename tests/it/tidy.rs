//! Tidy: the walls of the house, checked by reading the source as text.

use std::collections::{BTreeMap, BTreeSet};
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

/// The module that a file is: `web/live/view.rs` is `["web", "live", "view"]`, `web/mod.rs` is `["web"]`.
fn module(path: &Path) -> Vec<String> {
    let mut parts = parts(path);
    let last = parts.pop().expect("a file name");
    parts.extend(Some(last.trim_end_matches(".rs").to_owned()).filter(|name| name != "mod" && name != "lib"));
    parts
}

/// Every path below `crate` that a file's code names outside its tests, lists in braces taken apart.
/// What it only passes on (`pub use`) does not count: nothing in it needs that.
fn paths(own: &[String], text: &str) -> Vec<Vec<String>> {
    let code = text.split("#[cfg(test)]").next().unwrap_or_default();
    let lines = code.lines().filter(|line| !line.trim_start().starts_with("//") && !line.starts_with("pub use"));
    let code = lines.collect::<Vec<_>>().join(" ");
    let mut found = Vec::new();
    for start in ["crate::", "super::"] {
        for (at, _) in code.match_indices(start) {
            if !code[..at].ends_with(|c: char| c.is_alphanumeric() || c == '_' || c == ':') {
                let base = if start == "crate::" { Vec::new() } else { own[..own.len() - 1].to_vec() };
                branch(base, &code[at + start.len()..], &mut found);
            }
        }
    }
    found
}

fn branch(mut base: Vec<String>, rest: &str, found: &mut Vec<Vec<String>>) {
    let Some(list) = rest.strip_prefix('{') else {
        let word: String = rest.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect();
        if word == "super" {
            base.pop();
        } else {
            base.push(word.clone());
        }
        return match rest[word.len()..].strip_prefix("::") {
            Some(rest) => branch(base, rest, found),
            None => found.push(base),
        };
    };
    let (mut depth, mut begin) = (0, 0);
    for (at, c) in list.char_indices() {
        match c {
            '{' => depth += 1,
            '}' if depth > 0 => depth -= 1,
            ',' | '}' if depth == 0 => {
                branch(base.clone(), list[begin..at].trim(), found);
                begin = at + 1;
                if c == '}' {
                    return;
                }
            }
            _ => {}
        }
    }
}

/// Those of the modules that lie on a circle (or between two), each with the ones it names there. A
/// module and those inside it are one thing and may name each other.
fn circles(files: &[(Vec<String>, String)]) -> BTreeMap<String, BTreeSet<String>> {
    let known: BTreeSet<&[String]> = files.iter().map(|(module, _)| module.as_slice()).collect();
    let mut named: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for (own, text) in files.iter().filter(|(own, _)| !own.is_empty()) {
        let others = paths(own, text).into_iter().filter_map(|path| {
            let module = (1..=path.len()).rev().map(|end| &path[..end]).find(|part| known.contains(part))?;
            (!own.starts_with(module)).then(|| module.join("::"))
        });
        named.insert(own.join("::"), others.collect());
    }
    loop {
        let before = named.len();
        let open: BTreeSet<String> = named.keys().cloned().collect();
        let wanted: BTreeSet<String> = named.values().flatten().cloned().collect();
        named.values_mut().for_each(|others| others.retain(|other| open.contains(other)));
        named.retain(|module, others| !others.is_empty() && wanted.contains(module));
        if named.len() == before {
            return named;
        }
    }
}

#[test]
fn no_two_files_need_each_other() {
    let files: Vec<_> = sources("src").into_iter().map(|(path, text)| (module(&path), text)).collect();
    let found = circles(&files);
    assert!(found.is_empty(), "files that import each other, in a circle: {found:#?}");
}

#[test]
fn a_circle_would_be_noticed() {
    let files = [
        ("a::one", "use crate::b::{three, two::{self, Two}};"),
        ("b::two", "// crate::a::one is only a word\nfn f() { super::three::g() }"),
        ("b::three", "use super::super::a::one;\n#[cfg(test)]\nuse crate::c;"),
        ("b", "pub use two::Two;\nuse crate::c;"),
        ("c", "use crate::b::Two;\nuse crate::a::one;"),
        ("c::inside", "use super::Thing;"),
    ];
    let files = files.map(|(module, text)| (module.split("::").map(str::to_owned).collect(), text.to_owned()));
    let found = circles(&files);
    assert_eq!(found.keys().collect::<Vec<_>>(), ["a::one", "b", "b::three", "b::two", "c"]);
    assert!(circles(&files[..2]).is_empty() && circles(&files[3..4]).is_empty());
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
