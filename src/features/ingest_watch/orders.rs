//! Errands to ingest servers: what the room is ordered to do there.

use super::door::Door;
use super::words;
use crate::adapters::ingest::http::Http;
use crate::adapters::ingest::nginx_control::{self, Publisher};
use crate::config::{self, Config};
use crate::domain::command::{IngestOrder, Order, Outcome};
use crate::domain::ids::FeedId;
use crate::domain::server::Server;
use crate::domain::signal::{Feed, Feeds};
use crate::runtime::desk::Ticket;
use crate::runtime::shared::{Reader, Writer};

/// An order with what is needed to carry it out, or why it cannot be.
pub(super) struct Errand(Result<Drop, String>);

struct Drop {
    feed: config::Feed,
    publisher: Publisher,
}

impl Errand {
    /// Reads the order against settings and statistics.
    pub(super) fn of(order: &Order, config: &Reader<Config>, feeds: &Writer<Feeds>) -> Self {
        let Order::Ingest(IngestOrder::DropPublisher { feed: id }) = order else {
            return Self(Err(format!("The ingest room cannot {order}.")));
        };
        let settings = config.with(|config| config.feeds.iter().find(|feed| feed.id == *id).cloned());
        let seen = feeds.with(|feeds| feeds.get(id).cloned()).unwrap_or_default();
        Self(drop(id, settings, &seen))
    }
}

fn drop(id: &FeedId, settings: Option<config::Feed>, seen: &Feed) -> Result<Drop, String> {
    let feed = settings.ok_or_else(|| words::no_such_feed(id))?;
    if let Some(server) = seen.server.or(feed.kind).filter(|server| *server != Server::Nginx) {
        return Err(words::not_nginx(server, &feed));
    }
    if feed.control.is_none() {
        return Err(words::no_control(&feed));
    }
    let told = seen.sample.as_ref().and_then(|sample| sample.feed.as_deref());
    let name = told.or(feed.publisher.as_deref());
    let publisher = name.and_then(Publisher::of).ok_or_else(|| words::no_publisher(&feed))?;
    Ok(Drop { feed, publisher })
}

/// Carries it out and answers the one who asked; the next poll then shows what became of it.
pub(super) async fn run(errand: Errand, ticket: Ticket, mut http: Http, door: Door) {
    let drop = match errand.0 {
        Ok(drop) => drop,
        Err(why) => return ticket.answer(Outcome::Failed(why)),
    };
    let Drop { feed, publisher } = &drop;
    let Some(control) = &feed.control else { return ticket.answer(Outcome::Failed(words::no_control(feed))) };
    let asked = nginx_control::drop_publisher(&mut http, control.reveal(), publisher);
    let outcome = match tokio::time::timeout(nginx_control::PATIENCE, asked).await {
        Ok(Ok(0)) => Outcome::Failed(words::dropped_nobody(feed)),
        Ok(Ok(_)) => Outcome::Done(words::dropped(feed)),
        Ok(Err(reach)) => Outcome::Failed(words::control_failed(feed, &reach)),
        Err(_) => Outcome::TimedOut(words::control_silent(feed)),
    };
    door.nudge(&feed.id);
    ticket.answer(outcome);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::signal::Sample;
    use crate::kit::secret::Secret;
    use crate::kit::units::Mono;

    fn seen(server: Server, feed: Option<&str>) -> Feed {
        let sample = Sample { feed: feed.map(str::to_owned), ..Sample::absent(Mono(0)) };
        Feed { server: Some(server), sample: Some(sample), ..Feed::default() }
    }

    #[test]
    fn only_a_publisher_of_nginx_with_a_control_address_can_be_dropped() {
        let control = Secret::new(url::Url::parse("http://h/control").expect("an address"));
        let plain = config::Feed::unset("phone".into());
        let able = config::Feed { control: Some(control), ..plain.clone() };
        let wished = config::Feed { publisher: Some("live/b".to_owned()), ..able.clone() };
        let vague = config::Feed { publisher: Some("b".to_owned()), ..able.clone() };
        let table = [
            (None, seen(Server::Nginx, Some("live/a")), Err("no feed")),
            (Some(plain), seen(Server::Nginx, Some("live/a")), Err("rtmp_control")),
            (Some(able.clone()), seen(Server::Sls, Some("publish/live/a")), Err("SRT Live Server")),
            (Some(able.clone()), seen(Server::Nginx, None), Err("app/key")),
            (Some(vague), seen(Server::Nginx, None), Err("app/key")),
            (Some(able), seen(Server::Nginx, Some("live/a")), Ok("live a")),
            (Some(wished), seen(Server::Nginx, None), Ok("live b")),
        ];
        for (settings, seen, wanted) in table {
            let found = drop(&"phone".into(), settings, &seen);
            let found = found.map(|drop| format!("{} {}", drop.publisher.app, drop.publisher.name));
            match (found, wanted) {
                (Ok(found), Ok(wanted)) => assert_eq!(found, wanted),
                (Err(why), Err(part)) => assert!(why.contains(part), "{why} / {part}"),
                (found, wanted) => panic!("{found:?}, not {wanted:?}"),
            }
        }
    }
}
