//! A day of an unlucky show, hour by hour without the hours: connections, rights and tokens come and go,
//! every event comes twice, and each command is carried out once.

use crate::support::twitch_room::{Churned, TwitchRoom, all_rights, break_it, churn, hurry};
use serde_json::json;
use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;
use stream_control::demo::fake_twitch::BROADCASTER;
use stream_control::domain::chat::Identity;
use stream_control::domain::command::{Order, Outcome};
use stream_control::domain::failover::View;
use stream_control::domain::stream::{Obs, ObsLink, Output};
use stream_control::domain::twitch_features::SUBSCRIPTIONS;
use stream_control::features::chat::{self, ChatRoom};
use stream_control::features::twitch_link::Pace;
use stream_control::runtime::desk::{DeskBuilder, Room};
use stream_control::runtime::journal;
use stream_control::runtime::shared::{self, Writer};
use stream_control::runtime::supervisor::Supervisor;
use tokio::sync::mpsc;

/// The room of commands on the bus of a Twitch room, and what it orders of OBS.
struct Commands {
    orders: mpsc::UnboundedReceiver<String>,
    _obs: Writer<Obs>,
    _supervisor: Supervisor,
}

impl Commands {
    fn start(room: &TwitchRoom) -> Self {
        let (journal, _) = journal::lane();
        let mut desk = DeskBuilder::new(journal.clone());
        let (told, orders) = mpsc::unbounded_channel();
        for kind in [Room::Obs, Room::Twitch] {
            let (mut tickets, told) = (desk.room(kind), told.clone());
            tokio::spawn(async move {
                while let Some(ticket) = tickets.recv().await {
                    if matches!(ticket.order, Order::Obs(_)) {
                        let _ = told.send(ticket.order.to_string());
                    }
                    ticket.answer(Outcome::Done("Done.".to_owned()));
                }
            });
        }
        let own = desk.room(Room::Chat);
        let scenes = ["LIVE", "BRB"].map(Into::into).to_vec();
        let studio = Obs { link: ObsLink::Connected, output: Some(Output::Streaming), scenes, ..Obs::default() };
        let (_obs, obs) = shared::cell(studio);
        let mut supervisor = Supervisor::new(journal.clone());
        supervisor.start(ChatRoom::new(chat::Parts {
            config: room.config.clone(),
            obs,
            view: shared::cell(View::default()).1,
            twitch: room.cell.clone(),
            lookup: Arc::new(|_| Box::pin(async { Ok(HashMap::new()) })),
            bus: room.bus.clone(),
            desk: desk.open(),
            orders: own,
            store: room.store.clone(),
            cell: shared::cell(Default::default()).0,
            journal,
        }));
        Self { orders, _obs, _supervisor: supervisor }
    }

    async fn order(&mut self) -> String {
        let order = tokio::time::timeout(Duration::from_secs(60), self.orders.recv()).await;
        order.expect("an order in time").expect("an order")
    }
}

/// Somebody who may writes a command, each another person: what one gives too fast is not obeyed.
/// Told in this frame.
fn write(room: &TwitchRoom, frame: &str, message: &str, text: &str) {
    let event = json!({"broadcaster_user_id": BROADCASTER, "chatter_user_id": format!("of {message}"),
        "chatter_user_login": "somebody", "message_id": message, "message": {"text": text},
        "badges": [{"set_id": "broadcaster", "id": "1", "info": ""}]});
    room.twitch.world().emit_as(frame, "channel.chat.message", "1", event);
}

#[tokio::test]
async fn a_day_of_churn_restores_every_subscription_and_carries_each_command_out_once() {
    let pace = Pace { again: Duration::from_millis(800), ..hurry() };
    let rights = all_rights(Identity::Broadcaster);
    let room = TwitchRoom::start_with(pace, &[], |_| {}, &[(Identity::Broadcaster, &rights)]).await;
    let mut commands = Commands::start(&room);
    room.restored().await;
    for hour in 0..24 {
        {
            let mut world = room.twitch.world();
            world.manners.twice = true;
            match hour % 4 {
                1 => world.revoke("channel.follow", "moderator_removed"),
                2 => world.lose_subscriptions("channel.raid"),
                _ => {}
            }
        }
        break_it(&room, hour).await;
        room.restored().await;
        let (scene, message) = (["LIVE", "BRB"][hour % 2], format!("message {hour}"));
        write(&room, &format!("frame {hour}"), &message, &format!("!{}", scene.to_lowercase()));
        let order = commands.order().await;
        assert!(order.contains(&format!("'{scene}'")), "hour {hour}: {order}");
        // Twitch tells it again, once in the same frame and once in another one.
        write(&room, &format!("frame {hour}"), &message, &format!("!{}", scene.to_lowercase()));
        write(&room, &format!("frame {hour} again"), &message, &format!("!{}", scene.to_lowercase()));
    }
    write(&room, "the last frame", "the last message", "!brb");
    assert!(commands.order().await.contains("'BRB'"));
    assert!(commands.orders.try_recv().is_err(), "no command was carried out twice");
    room.restored().await;
    assert_eq!(room.twitch.world().subscribed().len(), SUBSCRIPTIONS.len());
}

#[tokio::test]
async fn whatever_breaks_every_subscription_comes_back_and_nothing_comes_twice() {
    let mut room = TwitchRoom::start().await;
    let churned = churn(&mut room, 25).await;
    assert_eq!(churned, Churned { said: 25, heard: 25, repeated: 0, obeyed: 25 });
}
