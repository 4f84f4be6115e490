//! Codes that wait to be typed: every answer of Twitch, and which rights are asked for.

use super::*;
use stream_control::demo::fake_twitch::Asked;

fn quick(twitch: &FakeTwitch, _: &TokenFile) {
    twitch.world().manners.device_interval = 1;
}

fn in_vain(twitch: &Twitch, why: &str) -> bool {
    twitch.in_vain.get(&Identity::Broadcaster).is_some_and(|told| told.contains(why))
}

/// The rights that the newest device sign-in asked for.
fn asked_for(stage: &Stage) -> Vec<String> {
    let world = stage.twitch.world();
    let begun = world.asked.iter().rfind(|asked| asked.target.starts_with("/oauth2/device")).expect("a beginning");
    let fields: Vec<(String, String)> = url::form_urlencoded::parse(begun.body.as_bytes()).into_owned().collect();
    let scopes = fields.iter().find(|(key, _)| key == "scopes").expect("scopes");
    scopes.1.split(' ').map(str::to_owned).collect()
}

#[tokio::test]
async fn a_code_waits_through_every_trouble_and_slows_down_when_told_to() {
    let stage = Stage::set(quick).await;
    {
        let mut world = stage.twitch.world();
        let passing = [Fault::Html(502), Fault::Html(400), Fault::Garbage, Fault::Status(500, "oops")];
        let waiting = [Fault::Status(400, "authorization_pending"), Fault::Status(400, "slow_down")];
        passing.into_iter().chain(waiting).for_each(|fault| world.fail("/oauth2/token", fault, 1));
    }
    assert!(stage.order(TwitchOrder::BeginSignIn(Identity::Broadcaster)).await.is_done());
    stage.twitch.world().approve_device(BROADCASTER);
    stage.linked().await;
    let world = stage.twitch.world();
    let asked: Vec<&Asked> = world.asked.iter().filter(|asked| asked.target.starts_with("/oauth2/token")).collect();
    let [.., slow_down, granted] = asked.as_slice() else { panic!("{asked:?}") };
    assert_eq!((asked.len(), slow_down.status, granted.status), (7, 400, 200));
    assert!(granted.at.since(slow_down.at).0 >= 5000, "five seconds more");
}

#[tokio::test]
async fn a_code_that_ends_says_why_until_the_next_one_is_begun() {
    let stage = Stage::set(quick).await;
    let ends = [("access_denied", "refused"), ("expired_token", "too old"), ("invalid device code", "too old")];
    for (answer, why) in ends {
        stage.twitch.world().fail("/oauth2/token", Fault::Status(400, answer), 1);
        assert!(stage.order(TwitchOrder::BeginSignIn(Identity::Broadcaster)).await.is_done());
        stage.until(answer, |twitch| in_vain(twitch, why)).await;
        stage.sign_in("nobody", |state| *state == SignIn::Unlinked).await;
    }
    // It cannot even be begun: the person who pressed is told, and what stood there stays.
    stage.twitch.world().fail("/oauth2/device", Fault::Html(503), 1);
    let told = stage.order(TwitchOrder::BeginSignIn(Identity::Broadcaster)).await;
    assert!(!told.is_done() && told.text().contains("Twitch is in trouble"), "{told:?}");
    assert!(stage.order(TwitchOrder::BeginSignIn(Identity::Broadcaster)).await.is_done());
    stage.until("a clean card", |twitch| twitch.in_vain.is_empty()).await;
}

#[tokio::test]
async fn a_new_sign_in_keeps_the_rights_of_before_and_those_of_other_programs() {
    let only = [("TWITCH_FEATURES", "chat,clips")];
    let stage = Stage::set_with(&only, |twitch, file| {
        quick(twitch, file);
        let has = ["user:read:chat", "user:write:chat", "channel:bot", "chat:read", "channel:read:polls"];
        let granted = pair(twitch.world().grant(CLIENT_ID, BROADCASTER, &has));
        file.write(Identity::Broadcaster, &granted).expect("a token file");
    })
    .await;
    let lacks = |state: &SignIn| matches!(state, SignIn::Linked { missing, .. } if missing == &["clips:edit"]);
    stage.sign_in("a right that is missing", lacks).await;
    // A right of another program that Twitch refuses keeps nobody out.
    stage.twitch.world().fail("/oauth2/device", Fault::Status(400, "invalid scope"), 1);
    assert!(stage.order(TwitchOrder::BeginSignIn(Identity::Broadcaster)).await.is_done());
    assert_eq!(asked_for(&stage), ["channel:bot", "clips:edit", "user:read:chat", "user:write:chat"]);

    assert!(stage.order(TwitchOrder::BeginSignIn(Identity::Broadcaster)).await.is_done());
    let wanted = ["channel:bot", "clips:edit", "user:read:chat", "user:write:chat", "chat:read"];
    assert_eq!(asked_for(&stage), wanted, "polls are off, so their right is not asked for again");
    stage.twitch.world().approve_device(BROADCASTER);
    let has = move |state: &SignIn| matches!(state, SignIn::Linked { scopes, missing, .. } if scopes == &wanted && missing.is_empty());
    stage.sign_in("all rights", has).await;
}
