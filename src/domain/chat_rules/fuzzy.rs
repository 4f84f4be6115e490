//! Finds the name that somebody meant.

use crate::kit::text;

/// What a word of chat may mean.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Meant<'a> {
    /// This one.
    One(&'a str),
    /// One of these; nobody can know which.
    Several(Vec<&'a str>),
    /// Nothing is like it.
    None,
}

/// The best match among `names`: the same, the same in other letters, the only one that begins so,
/// the only one that has it in it, else a likely typo.
pub fn meant<'a>(wanted: &str, names: &[&'a str]) -> Meant<'a> {
    let plain = |name: &str| name.to_lowercase().split_whitespace().collect::<Vec<_>>().join(" ");
    let target = plain(wanted);
    if target.is_empty() {
        return Meant::None;
    }
    if let Some(same) = names.iter().find(|name| **name == wanted) {
        return Meant::One(same);
    }
    let tests: [&dyn Fn(&str) -> bool; 3] =
        [&|name| name == target, &|name| name.starts_with(&target), &|name| name.contains(&target)];
    for test in tests {
        let found: Vec<&str> = names.iter().copied().filter(|name| test(&plain(name))).collect();
        match found.as_slice() {
            [] => {}
            [only] => return Meant::One(only),
            _ => return Meant::Several(found),
        }
    }
    typo(wanted, names)
}

fn typo<'a>(wanted: &str, names: &[&'a str]) -> Meant<'a> {
    let Some(best) = text::nearest(wanted, names.iter().copied()) else { return Meant::None };
    let others = names.iter().copied().filter(|name| *name != best);
    let score = |name: &str| strsim::jaro_winkler(&wanted.to_lowercase(), &name.to_lowercase());
    // A runner-up that is about as like it makes the typo ambiguous.
    match others.max_by(|a, b| score(a).total_cmp(&score(b))).filter(|other| score(best) - score(other) < 0.03) {
        Some(other) => Meant::Several(vec![best, other]),
        None => Meant::One(best),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_meant_is_found_or_asked() {
        let names = ["LIVE", "Live 2", "lowbitrate", "BRB", "Cam front", "Cam rear", "OFFLINE"];
        let table = [
            ("LIVE", Meant::One("LIVE")),
            ("live", Meant::One("LIVE")),
            ("live  2", Meant::One("Live 2")),
            ("off", Meant::One("OFFLINE")),
            ("rear", Meant::One("Cam rear")),
            ("cam", Meant::Several(vec!["Cam front", "Cam rear"])),
            ("lowbitrat", Meant::One("lowbitrate")),
            ("lwobitrate", Meant::One("lowbitrate")),
            ("xyz", Meant::None),
            ("", Meant::None),
        ];
        for (wanted, found) in table {
            assert_eq!(meant(wanted, &names), found, "{wanted}");
        }
    }
}
