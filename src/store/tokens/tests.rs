//! The token file: whose pair is where, what a stop at any moment leaves, what is never touched.

use super::*;

fn made(text: Option<&str>) -> (tempfile::TempDir, TokenFile) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("twitch_tokens.json");
    if let Some(text) = text {
        std::fs::write(&path, text).unwrap();
    }
    (folder, TokenFile::new(path))
}

fn pair(word: &str) -> Pair {
    Pair { access: Secret::new(format!("a-{word}")), refresh: Secret::new(format!("r-{word}")) }
}

#[test]
fn each_identity_has_its_place_and_strangers_keep_theirs() {
    let (_folder, file) = made(Some(r#"{"access_token":"oauth:old","refresh_token":"r","kick":{"x":1}}"#));
    assert_eq!(file.read(Identity::Broadcaster).unwrap().unwrap().access, Secret::from("old"));
    assert_eq!(file.read(Identity::Bot).unwrap(), None);
    file.write(Identity::Bot, &pair("bot")).unwrap();
    file.write(Identity::Broadcaster, &pair("me")).unwrap();
    assert_eq!(file.read(Identity::Bot).unwrap(), Some(pair("bot")));
    let text = std::fs::read_to_string(file.path()).unwrap();
    let document: Value = serde_json::from_str(&text).unwrap();
    assert_eq!((&document["access_token"], &document["kick"]["x"]), (&"a-me".into(), &1.into()));
    file.forget(Identity::Broadcaster).unwrap();
    assert_eq!(file.read(Identity::Broadcaster).unwrap(), None);
    assert_eq!(file.read(Identity::Bot).unwrap(), Some(pair("bot")));
}

#[test]
fn a_damaged_file_is_named_never_quoted_and_never_overwritten() {
    let large = format!("hunter2{}", " ".repeat(300_000));
    for text in [r#"{"access_token": "hunter2", "#, "[1]", "", "hunter2", &large] {
        let (_folder, file) = made(Some(text));
        let error = file.read(Identity::Broadcaster).unwrap_err().to_string();
        assert!(error.contains("twitch_tokens.json") && !error.contains("hunter2"), "{error}");
        assert!(file.write(Identity::Broadcaster, &pair("x")).is_err());
        assert_eq!(std::fs::read_to_string(file.path()).unwrap(), text);
        file.set_aside().unwrap();
        file.write(Identity::Broadcaster, &pair("x")).unwrap();
    }
}

#[test]
fn what_was_damaged_first_is_kept_and_no_more_than_nine() {
    let (folder, file) = made(None);
    let aside = |n: u8| if n == 1 { "damaged".to_owned() } else { format!("damaged-{n}") };
    for n in 1..=12 {
        std::fs::write(file.path(), format!("{n}")).unwrap();
        std::fs::set_permissions(file.path(), Permissions::from_mode(0o644)).unwrap();
        let wanted = folder.path().join(format!("twitch_tokens.json.{}", aside(n.min(9))));
        assert_eq!(file.set_aside().unwrap().as_ref(), Some(&wanted));
        assert_eq!(std::fs::metadata(wanted).unwrap().permissions().mode() & 0o077, 0, "it may hold tokens");
    }
    let kept = |n| std::fs::read_to_string(folder.path().join(format!("twitch_tokens.json.{}", aside(n)))).unwrap();
    assert_eq!((1..=9).map(kept).collect::<Vec<_>>(), ["1", "2", "3", "4", "5", "6", "7", "8", "12"]);
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 9);
    file.write(Identity::Bot, &pair("x")).unwrap();
    assert_eq!(file.set_aside().unwrap(), None, "a good one stays where it is");
    assert_eq!(file.read(Identity::Bot).unwrap(), Some(pair("x")));
}

#[test]
fn a_pair_is_put_back_with_its_notes_and_never_over_another() {
    let notes = Notes { renewed_at: Some(UnixMs(1_700_000_000_000)), renewing: true };
    for who in Identity::ALL {
        let (_folder, file) = made(Some(r#"{"kick":1}"#));
        file.put_back(who, &pair("ours"), notes).unwrap();
        assert_eq!((file.read(who).unwrap(), file.notes(who).unwrap()), (Some(pair("ours")), notes));
        file.write(who, &pair("newer")).unwrap();
        file.put_back(who, &pair("ours"), notes).unwrap();
        assert_eq!(file.read(who).unwrap(), Some(pair("newer")));
        assert!(!file.notes(who).unwrap().renewing && std::fs::read_to_string(file.path()).unwrap().contains("kick"));
    }
}

#[test]
fn who_signed_out_is_known_until_the_next_sign_in() {
    let (_folder, file) = made(None);
    for who in Identity::ALL {
        assert!(!file.signed_out(who).unwrap());
        file.write(who, &pair("x")).unwrap();
        file.forget(who).unwrap();
        assert!(file.signed_out(who).unwrap() && file.read(who).unwrap().is_none());
        file.write(who, &pair("y")).unwrap();
        assert!(!file.signed_out(who).unwrap());
    }
}

#[test]
fn a_renewal_that_begins_without_a_file_notes_the_pair_too() {
    let (_folder, file) = made(None);
    file.begin_renewal(Identity::Broadcaster, &pair("ours"), Notes::default()).unwrap();
    assert_eq!(file.read(Identity::Broadcaster).unwrap(), Some(pair("ours")));
    assert!(file.notes(Identity::Broadcaster).unwrap().renewing);
}

#[test]
fn a_renewal_that_was_begun_shows_until_its_pair_is_there() {
    let (_folder, file) = made(None);
    for who in Identity::ALL {
        file.write(who, &pair("old")).unwrap();
        assert!(file.notes(who).unwrap().renewed_at.is_some_and(|at| at.0 > 0));
        file.begin_renewal(who, &pair("old"), Notes::default()).unwrap();
        assert!(file.notes(who).unwrap().renewing);
        assert_eq!(file.read(who).unwrap(), Some(pair("old")));
        file.write(who, &pair("new")).unwrap();
        assert!(!file.notes(who).unwrap().renewing);
        file.begin_renewal(who, &pair("new"), Notes::default()).unwrap();
        file.end_renewal(who).unwrap();
        assert!(!file.notes(who).unwrap().renewing && file.read(who).unwrap() == Some(pair("new")));
    }
}

/// Names the step at which the second process dies, and its file.
const DIE_AT: &str = "TOKENS_TEST_DIE_AT";

#[test]
#[expect(clippy::disallowed_methods, clippy::disallowed_types, reason = "the test is its own second process")]
fn whoever_is_killed_anywhere_in_a_renewal_leaves_a_pair_and_the_reason_for_its_end() {
    use std::os::unix::process::ExitStatusExt as _;
    use std::process::{Command, Stdio};
    let who = Identity::Bot;
    if let Ok(order) = std::env::var(DIE_AT) {
        return renew_and_die(&order, who);
    }
    let itself = std::env::current_exe().unwrap();
    let name = "store::tokens::tests::whoever_is_killed_anywhere_in_a_renewal_leaves_a_pair_and_the_reason_for_its_end";
    for (half, (n, step)) in
        [false, true].into_iter().flat_map(|half| file::Step::ALL.into_iter().enumerate().map(move |one| (half, one)))
    {
        let (_folder, file) = made(Some(r#"{"access_token":"a","refresh_token":"r","kick":{"x":1}}"#));
        file.write(who, &pair("old")).unwrap();
        if half {
            file.begin_renewal(who, &pair("old"), Notes::default()).unwrap();
        }
        let order = format!("{n} {half} {}", file.path().display());
        let mut second = Command::new(&itself);
        second.args(["--exact", name, "--nocapture"]).env(DIE_AT, order).stdout(Stdio::null());
        assert_eq!(second.status().unwrap().signal(), Some(9), "{half} {step:?}");

        let there = matches!(step, file::Step::Renamed | file::Step::FolderSynced);
        let left = file.read(who).unwrap();
        assert_eq!(left, Some(pair(if half && there { "new" } else { "old" })), "{half} {step:?}");
        // Twitch is asked only once the note is there, so an old pair without one was never used.
        assert_eq!(file.notes(who).unwrap().renewing, half != there, "{half} {step:?}");
        assert!(file.read(Identity::Broadcaster).unwrap().is_some(), "{half} {step:?}");
        assert!(std::fs::read_to_string(file.path()).unwrap().contains("kick"), "{half} {step:?}");
        file.write(who, &pair("next")).unwrap();
    }
}

/// The second process: begins or ends a renewal, and is killed as `kill -9` does it.
#[expect(clippy::disallowed_types, reason = "a process can be killed by another only")]
fn renew_and_die(order: &str, who: Identity) {
    let mut words = order.splitn(3, ' ');
    let step = file::Step::ALL[words.next().unwrap().parse::<usize>().unwrap()];
    let half = words.next().unwrap() == "true";
    let file = TokenFile::new(words.next().unwrap().into());
    let die = &mut |now| {
        if now == step {
            std::process::Command::new("kill").args(["-9", &std::process::id().to_string()]).status()?;
        }
        Ok(())
    };
    let change = |document: &mut Map<String, Value>| match half {
        true => put(document, who, &pair("new")),
        false => begun(document, who, &pair("old"), Notes::default()),
    };
    file.change_watched(change, die).unwrap();
}

#[test]
fn another_programs_file_is_taken_over_whole_and_once() {
    let (_old_folder, old) = made(Some(r#"{"access_token":"a","refresh_token":"r","kick":{"x":1}}"#));
    let (_folder, file) = made(None);
    assert!(file.take_over(old.path()).unwrap());
    assert!(file.read(Identity::Broadcaster).unwrap().is_some());
    assert!(std::fs::read_to_string(file.path()).unwrap().contains("kick"));
    assert!(!file.take_over(old.path()).unwrap(), "never over what is there");
    assert!(!made(None).1.take_over(&old.path().with_extension("none")).unwrap());
}

#[test]
fn two_identities_that_write_at_once_do_not_undo_each_other() {
    let (_folder, file) = made(None);
    std::thread::scope(|scope| {
        for who in Identity::ALL {
            let file = file.clone();
            scope.spawn(move || (0..50).for_each(|n| file.write(who, &pair(&format!("{n}"))).unwrap()));
        }
    });
    for who in Identity::ALL {
        assert_eq!(file.read(who).unwrap(), Some(pair("49")), "{who:?}");
    }
}

#[test]
fn no_file_and_half_a_pair_are_no_pair() {
    for text in [None, Some("{}"), Some(r#"{"access_token":"a"}"#), Some(r#"{"access_token":"a","refresh_token":""}"#)]
    {
        assert_eq!(made(text).1.read(Identity::Broadcaster).unwrap(), None, "{text:?}");
    }
}

#[test]
fn what_is_no_file_is_named_and_makes_way() {
    let (_folder, file) = made(None);
    std::fs::create_dir(file.path()).unwrap();
    assert!(file.read(Identity::Bot).unwrap_err().to_string().contains("it is no file"));
    assert!(file.write(Identity::Bot, &pair("x")).is_err() && !file.close().unwrap());
    file.set_aside().unwrap();
    file.write(Identity::Bot, &pair("x")).unwrap();
}

#[test]
fn a_file_that_others_can_read_is_closed_to_them() {
    let (_folder, file) = made(Some("{}"));
    for (mode, open) in [(0o644, true), (0o640, true), (0o600, false), (0o400, false)] {
        std::fs::set_permissions(file.path(), Permissions::from_mode(mode)).unwrap();
        assert_eq!(file.close().unwrap(), open, "{mode:o}");
        assert_eq!(std::fs::metadata(file.path()).unwrap().permissions().mode() & 0o077, 0, "{mode:o}");
    }
    assert!(!made(None).1.close().unwrap());
}

#[test]
fn what_sister_programs_keep_beside_a_pair_stays_through_its_whole_life() {
    let (_folder, file) = made(Some(
        r#"{"access_token":"a","refresh_token":"r","note":"mine","identities":{"bot":{"colour":"red"},"other":[1]}}"#,
    ));
    for who in Identity::ALL {
        file.write(who, &pair("one")).unwrap();
        file.begin_renewal(who, &pair("one"), Notes::default()).unwrap();
        file.write(who, &pair("two")).unwrap();
        file.forget(who).unwrap();
    }
    let mut document: Value = serde_json::from_slice(&std::fs::read(file.path()).unwrap()).unwrap();
    for place in ["", "/identities/bot"] {
        document.pointer_mut(place).unwrap().as_object_mut().unwrap().remove("signed_out").unwrap();
    }
    assert_eq!(document, serde_json::json!({"note": "mine", "identities": {"bot": {"colour": "red"}, "other": [1]}}));
}
