//! The demo's Twitch: made-up people who talk, follow, give and redeem, ads that come, a channel that is
//! live while OBS streams, so that every page shows life and every button does something.

use super::fake_twitch::{BOT, BROADCASTER, CLIENT_ID, FRIEND, FakeTwitch, User, World};
use super::twitch_cues::{CUES, Cue};
use crate::domain::chat::Identity;
use crate::domain::twitch_features::scopes;
use crate::kit::clock;
use crate::kit::secret::Secret;
use crate::store::tokens::{Pair, TokenFile};
use serde_json::{Value, json};
use std::path::Path;
use std::time::Duration;

/// Pause between two things that happen.
const PAUSE: Duration = Duration::from_millis(2500);

/// Who watches at first.
const VIEWERS: u64 = 42;

/// Channels that can be found and raided: id, name, title, category, viewers (0: not live).
const NEIGHBOURS: &[(&str, &str, &str, &str, u64)] = &[
    (FRIEND, "TrailRunner", "Forty kilometres before breakfast", "509671", 87),
    ("50998878", "TrailMixTina", "Mountain huts, day three", "509671", 15),
    ("50998879", "NightTrainNils", "Last train north", "509672", 230),
    ("50998880", "QuietQuill", "", "26936", 0),
];

/// Signs both accounts in before the daemon starts, and lets the channels go live.
///
/// # Errors
/// The token file cannot be written.
pub fn prepare(twitch: &FakeTwitch, folder: &Path) -> anyhow::Result<()> {
    std::fs::create_dir_all(folder)?;
    let file = TokenFile::new(folder.join("twitch_tokens.json"));
    let mut world = twitch.world();
    world.go_live(BROADCASTER, VIEWERS);
    if let Some(channel) = world.channels.get_mut(BROADCASTER) {
        channel.tags = ["Oslo", "Rain", "Walking"].map(str::to_owned).to_vec();
    }
    NEIGHBOURS.iter().for_each(|neighbour| settle(&mut world, neighbour));
    for (identity, id) in [(Identity::Broadcaster, BROADCASTER), (Identity::Bot, BOT)] {
        let (access, refresh) = world.grant(CLIENT_ID, id, &scopes(&[], identity));
        file.write(identity, &Pair { access: Secret::new(access), refresh: Secret::new(refresh) })?;
    }
    Ok(())
}

fn settle(world: &mut World, (id, name, title, category, viewers): &(&str, &str, &str, &str, u64)) {
    if world.user(id).is_none() {
        world.users.push(User { id: (*id).to_owned(), login: name.to_lowercase(), name: (*name).to_owned() });
    }
    let channel = world.channels.entry((*id).to_owned()).or_default();
    (channel.title, channel.category) = ((*title).to_owned(), (*category).to_owned());
    if *viewers > 0 {
        world.go_live(id, *viewers);
    }
}

/// Plays the cues for as long as it is let; the channel is live while `on_air`.
pub async fn play(twitch: FakeTwitch, on_air: impl Fn() -> bool) {
    for cue in CUES.iter().cycle() {
        tokio::time::sleep(PAUSE).await;
        follow(&mut twitch.world(), on_air());
        let spam = give(&mut twitch.world(), cue);
        if let Some((who, message)) = spam {
            tokio::time::sleep(PAUSE).await;
            let event = json!({"target_user_id": format!("8{who}"), "target_user_login": who.to_lowercase(),
                "target_user_name": who, "message_id": message});
            twitch.world().emit_for(BROADCASTER, "channel.chat.message_delete", event);
        }
    }
}

/// The channel is live while OBS streams, and its ads come when they are due.
fn follow(world: &mut World, on_air: bool) {
    match (on_air, world.streams.contains_key(BROADCASTER)) {
        (true, false) => world.go_live(BROADCASTER, VIEWERS),
        (false, true) => world.go_offline(BROADCASTER),
        _ => {}
    }
    if on_air && world.next_ad.is_some_and(|at| at <= clock::unix()) {
        world.run_ads(60, true);
    }
}

/// Lets it happen; the author and id of a message that is to be deleted.
fn give(world: &mut World, cue: &Cue) -> Option<(&'static str, String)> {
    match cue {
        Cue::Says(who, text, badges) => {
            world.chat(BROADCASTER, who, text, badges);
        }
        Cue::Deleted(who, text) => return Some((who, world.chat(BROADCASTER, who, text, &[]))),
        Cue::Emote(who, before, id, name) => said(world, who, before, json!({"id": id, "name": name})),
        Cue::Follows(who) => happens(world, "channel.follow", who, json!({"followed_at": now()})),
        Cue::Subscribes(who) => happens(world, "channel.subscribe", who, json!({"tier": "1000", "is_gift": false})),
        Cue::Again(who, months, text) => {
            let message = json!({"text": text, "emotes": []});
            let event = json!({"tier": "1000", "cumulative_months": months, "streak_months": months,
                "duration_months": 1, "message": message});
            happens(world, "channel.subscription.message", who, event);
        }
        Cue::Gives(who, total) => {
            let event = json!({"tier": "1000", "total": total, "cumulative_total": total, "is_anonymous": false});
            happens(world, "channel.subscription.gift", who, event);
        }
        Cue::Cheers(who, bits, text) => {
            happens(world, "channel.cheer", who, json!({"is_anonymous": false, "message": text, "bits": bits}));
        }
        Cue::Redeems(who, title) => {
            let reward = json!({"id": "dog", "title": title, "prompt": "", "cost": 300});
            let event = json!({"id": "r", "user_input": "", "status": "unfulfilled", "reward": reward});
            happens(world, "channel.channel_points_custom_reward_redemption.add", who, event);
        }
        Cue::Raid(viewers) => world.raided_by(FRIEND, *viewers),
        Cue::Train(step, level) => {
            let event = json!({"id": "train", "level": level, "total": level * 1500, "progress": 200, "goal": 1800,
                "type": "regular", "is_shared_train": false, "top_contributions": [], "started_at": now(),
                "expires_at": now(), "ended_at": now()});
            world.emit_for(BROADCASTER, &format!("channel.hype_train.{step}"), event);
        }
        Cue::Viewers(count) => {
            if let Some(stream) = world.streams.get_mut(BROADCASTER) {
                stream.viewers = *count;
            }
        }
    }
    None
}

fn now() -> String {
    jiff::Timestamp::from_millisecond(clock::unix().0).map(|at| at.to_string()).unwrap_or_default()
}

/// An event of the channel, with the name of who did it.
fn happens(world: &mut World, kind: &str, who: &str, mut event: Value) {
    if let Some(fields) = event.as_object_mut() {
        fields.insert("user_id".to_owned(), json!(format!("8{who}")));
        fields.insert("user_login".to_owned(), json!(who.to_lowercase()));
        fields.insert("user_name".to_owned(), json!(who));
    }
    world.emit_for(BROADCASTER, kind, event);
}

/// A message that ends with an emote (EventSub `channel.chat.message`, fragments).
fn said(world: &mut World, who: &str, before: &str, emote: Value) {
    let name = emote["name"].as_str().unwrap_or_default().to_owned();
    let picture = json!({"id": emote["id"], "emote_set_id": "0", "owner_id": "0", "format": ["static"]});
    let event = json!({
        "chatter_user_id": format!("8{who}"), "chatter_user_login": who.to_lowercase(), "chatter_user_name": who,
        "message_id": format!("demo-{}", clock::unix().0),
        "message": {"text": format!("{before}{name}"), "fragments": [
            {"type": "text", "text": before, "cheermote": null, "emote": null, "mention": null},
            {"type": "emote", "text": name, "cheermote": null, "emote": picture, "mention": null},
        ]},
        "message_type": "text", "badges": [], "cheer": null, "color": "#8A2BE2", "reply": null,
        "channel_points_custom_reward_id": null, "source_broadcaster_user_id": null, "source_message_id": null,
        "source_badges": null, "is_source_only": null,
    });
    world.emit_for(BROADCASTER, "channel.chat.message", event);
}
