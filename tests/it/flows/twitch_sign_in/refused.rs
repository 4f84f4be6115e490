//! Refusals that were Twitch's mistake: the pair lives on, nobody has to sign in again, nobody is bothered.

use super::*;
use crate::support::twitch_room::{TwitchRoom, all_rights};

/// A room whose token died and whose renewal Twitch refuses so many times.
async fn refused(status: u16, times: u32) -> TwitchRoom {
    let mut room = TwitchRoom::start().await;
    room.restored().await;
    {
        let mut world = room.twitch.world();
        world.expire_tokens();
        world.fail("/oauth2/token", Fault::Status(status, "Invalid refresh token"), times);
        world.close_sockets(4000);
    }
    room.line("Sign in to Twitch again: Twitch no longer accepts the stored sign-in (Invalid refresh token)").await;
    room
}

#[tokio::test]
async fn a_pair_that_was_refused_by_mistake_lives_again_by_itself_and_quietly() {
    for status in [400, 401, 403] {
        let mut room = refused(status, 4).await;
        let lines = room.line("accepts the stored sign-in again").await;
        assert!(!lines.iter().any(|line| line.contains("Sign in to Twitch again")), "{lines:#?}");
        room.restored().await;
        let world = room.twitch.world();
        assert_eq!(world.count("POST", "/oauth2/token"), 5);
        let kept = room.tokens().read(Identity::Broadcaster).expect("a file").expect("a pair");
        assert!(world.knows(kept.access.reveal(), kept.refresh.reveal()));
    }
}

#[tokio::test]
async fn a_pair_that_was_refused_gives_way_to_a_newer_one_and_is_not_spent() {
    let mut room = refused(400, u32::MAX).await;
    let needs = |twitch: &Twitch| match twitch.sign_in.get(&Identity::Broadcaster) {
        Some(SignIn::NeedsSignIn { reason }) => reason.contains("no longer accepts"),
        _ => false,
    };
    room.until("the reason", needs).await;
    let rights = all_rights(Identity::Broadcaster);
    let newer = pair(room.twitch.world().grant(CLIENT_ID, BROADCASTER, &rights));
    room.tokens().write(Identity::Broadcaster, &newer).expect("a token file");
    let tries = room.twitch.world().count("POST", "/oauth2/token");
    room.line("newer Twitch tokens than ours").await;
    room.restored().await;
    assert_eq!(room.tokens().read(Identity::Broadcaster).expect("a file"), Some(newer));
    // One try may have been on its way when the newer pair came.
    assert!(room.twitch.world().count("POST", "/oauth2/token") <= tries + 1);
}
