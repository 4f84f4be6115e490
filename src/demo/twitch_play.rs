//! The demo's chat: made-up people who talk, follow, cheer and redeem, so that every page shows life.

use super::fake_twitch::{BROADCASTER, CLIENT_ID, FakeTwitch, World};
use crate::domain::chat::Identity;
use crate::domain::twitch_features::scopes;
use crate::kit::secret::Secret;
use crate::store::tokens::{Pair, TokenFile};
use serde_json::{Value, json};
use std::path::Path;
use std::time::Duration;

/// Pause between two things that happen.
const PAUSE: Duration = Duration::from_millis(2500);

/// Who watches at first.
const VIEWERS: u64 = 42;

/// Something in the demo's chat.
enum Cue {
    /// Who says what, with which badges.
    Says(&'static str, &'static str, &'static [&'static str]),
    /// An emote: who, the words around it, its id and name.
    Emote(&'static str, &'static str, &'static str, &'static str),
    Follows(&'static str),
    Cheers(&'static str, u64, &'static str),
    Redeems(&'static str, &'static str),
    /// Viewers more or fewer.
    Viewers(u64),
}

/// Played over and over.
const CUES: &[Cue] = {
    use Cue::{Cheers, Emote, Follows, Redeems, Says, Viewers};
    &[
        Says("Viewer_One", "Good morning from Oslo!", &[]),
        Says("RainyRita", "The sound is great today", &["subscriber"]),
        Emote("TomOnTour", "That view ", "25", "Kappa"),
        Follows("Lena_Walks"),
        Says("ModMarten", "Welcome Lena_Walks!", &["moderator"]),
        Says("Viewer_One", "!bitrate", &[]),
        Viewers(47),
        Says("Pixel_Pete", "Is that the old lighthouse?", &["vip"]),
        Cheers("TomOnTour", 100, "Cheer100 for the train ticket"),
        Says("RainyRita", "It is, she was there last week too", &["subscriber"]),
        Redeems("Pixel_Pete", "Say hello to the next dog"),
        Says("ModMarten", "No spoilers please", &["moderator"]),
        Says("Lena_Walks", "First time here, this is lovely", &[]),
        Viewers(44),
    ]
};

/// Signs the broadcaster in before the daemon starts, and lets the channel go live.
///
/// # Errors
/// The token file cannot be written.
pub fn prepare(twitch: &FakeTwitch, folder: &Path) -> anyhow::Result<()> {
    let rights = scopes(&[], Identity::Broadcaster);
    let (access, refresh) = {
        let mut world = twitch.world();
        world.go_live(BROADCASTER, VIEWERS);
        world.grant(CLIENT_ID, BROADCASTER, &rights)
    };
    let pair = Pair { access: Secret::new(access), refresh: Secret::new(refresh) };
    std::fs::create_dir_all(folder)?;
    TokenFile::new(folder.join("twitch_tokens.json")).write(Identity::Broadcaster, &pair)?;
    Ok(())
}

/// Plays the cues for as long as it is let.
pub async fn play(twitch: FakeTwitch) {
    for cue in CUES.iter().cycle() {
        tokio::time::sleep(PAUSE).await;
        give(&mut twitch.world(), cue);
    }
}

fn give(world: &mut World, cue: &Cue) {
    match cue {
        Cue::Says(who, text, badges) => {
            world.chat(BROADCASTER, who, text, badges);
        }
        Cue::Emote(who, before, id, name) => said(world, who, before, json!({"id": id, "name": name})),
        Cue::Follows(who) => {
            let at = crate::kit::clock::unix();
            let at = jiff::Timestamp::from_millisecond(at.0).map(|at| at.to_string()).unwrap_or_default();
            happens(world, "channel.follow", who, json!({"followed_at": at}));
        }
        Cue::Cheers(who, bits, text) => {
            happens(world, "channel.cheer", who, json!({"is_anonymous": false, "message": text, "bits": bits}));
        }
        Cue::Redeems(who, title) => {
            let reward = json!({"id": "dog", "title": title, "prompt": "", "cost": 300});
            let event = json!({"id": "r", "user_input": "", "status": "unfulfilled", "reward": reward});
            happens(world, "channel.channel_points_custom_reward_redemption.add", who, event);
        }
        Cue::Viewers(count) => {
            if let Some(stream) = world.streams.get_mut(BROADCASTER) {
                stream.viewers = *count;
            }
        }
    }
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
        "message_id": format!("demo-{}", crate::kit::clock::unix().0),
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
