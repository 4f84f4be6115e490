//! The kernel's own statistics of the TCP connections to a local port, as `ss -tin` shows them
//! (netlink `sock_diag`, `tcp_info`). They need no privilege, and they go on while a statistics page
//! is away or looks at the wrong worker.
//!
//! The kernel answers within the call; nothing here waits. To find the connections to a port it walks
//! its whole table (about 0.2 ms for each family of addresses), so one walk serves all who ask about
//! the port. It tells which connections there are, and never what they say: each is asked for by its
//! full name when its word counts, which costs a few microseconds.

use crate::domain::signal::Witness;
use crate::kit::clock;
use crate::kit::units::{Bytes, Millis, Mono};
use netlink_packet_core::{NLM_F_DUMP, NLM_F_REQUEST, NetlinkHeader, NetlinkMessage, NetlinkPayload};
use netlink_packet_sock_diag::SockDiagMessage;
use netlink_packet_sock_diag::constants::{AF_INET, AF_INET6, IPPROTO_TCP, TCP_ESTABLISHED};
use netlink_packet_sock_diag::inet::nlas::Nla;
use netlink_packet_sock_diag::inet::{ExtensionFlags, InetRequest, InetResponse, SocketId, StateFlags};
use netlink_sys::protocols::NETLINK_SOCK_DIAG;
use netlink_sys::{Socket, SocketAddr};
use std::collections::HashMap;
use std::io;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, PoisonError};

/// The kernel fills at most 32 KiB at a time.
const BUFFER: usize = 32 * 1024;
/// A known connection that is silent for so long may have a successor: look for it.
const ALIVE: Millis = Millis(1_000);
/// So long a known connection is asked for without a look at the others.
const FAITH: Millis = Millis(10_000);
/// From one look for a connection to the next, and from one walk through the table to the next.
const WALK: Millis = Millis(900);
/// Two looks at the same moment may differ by so much: what is received and not counted yet.
const UNDER_WAY: Bytes = Bytes(64 * 1024);
/// "Whatever its cookie": `INET_DIAG_NOCOOKIE`, twice.
const ANY_COOKIE: [u8; 8] = [0xff; 8];
/// Parts of one answer: thousands of sockets on one port.
const PARTS: usize = 64;

/// A connection's full name: the family of its addresses, and both ends.
type Name = (u8, SocketId);

/// One connection to the port.
#[derive(Clone, Debug, PartialEq)]
struct Connection {
    name: Name,
    /// The other end.
    remote: (IpAddr, u16),
    /// Bytes received so far (`tcpi_bytes_received`).
    received: Bytes,
    /// Bytes sent and acknowledged so far (`tcpi_bytes_acked`).
    sent: Bytes,
    /// Time since the last byte arrived (`tcpi_last_data_recv`).
    silent: Millis,
}

impl Connection {
    /// It takes more than it gives: an encoder, not a player of the same server.
    fn is_publisher(&self) -> bool {
        self.received > self.sent
    }

    /// It comes from this address; what comes from this machine may come from any address of it.
    fn is_from(&self, address: IpAddr) -> bool {
        let here = self.name.1.source_address.to_canonical();
        let own = self.remote.0.is_loopback() || self.remote.0 == here;
        self.remote.0 == address.to_canonical() || (own && address.is_loopback())
    }
}

/// What helps to tell one publisher's connection from another's on the same port: OBS may stream to it
/// as well, and so may other feeds.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Hint<'a> {
    /// Media bytes as the server counted them; `None` while it names no publisher or says nothing.
    pub counted: Option<Bytes>,
    /// The publisher's session as the server tells it.
    pub session: Option<&'a str>,
    /// The server moves its counter no more often than this.
    pub refresh: Millis,
    /// Where OBS is while it may stream: until the server has counted, a connection from there is not
    /// taken for the publisher's.
    pub obs: Option<IpAddr>,
}

/// The kernel's view of local ports. Clones share their walks through its table.
#[derive(Clone, Default)]
pub struct Ports(Arc<Mutex<HashMap<u16, Arc<Mutex<Port>>>>>);

impl Ports {
    /// What publishes to this port.
    ///
    /// # Errors
    /// The system has no `sock_diag` (not Linux, or a sandbox that forbids it).
    pub fn watch(&self, port: u16) -> io::Result<Sockets> {
        let mut ports = lock(&self.0);
        ports.retain(|_, port| Arc::strong_count(port) > 1);
        let shared = match ports.get(&port) {
            Some(shared) => shared.clone(),
            None => Arc::new(Mutex::new(Port::open(port)?)),
        };
        ports.insert(port, shared.clone());
        Ok(Sockets { port: shared, chosen: None, looked: None, mark: None })
    }
}

/// One publisher's connection among those to a port.
pub struct Sockets {
    port: Arc<Mutex<Port>>,
    /// The connection chosen last: it stays chosen where nothing tells otherwise.
    chosen: Option<Name>,
    /// When connections were compared last.
    looked: Option<Mono>,
    mark: Option<Mark>,
}

/// How far everybody was at one moment of the publisher's session: from there on its own connection
/// grows as the server's counter does. What stands in them tells less, since the counter of nginx goes
/// on from one session to the next.
struct Mark {
    at: Mono,
    session: Option<String>,
    counted: Bytes,
    received: Vec<(Name, Bytes)>,
    /// The chosen connection has proved itself over [`FAITH`].
    sure: bool,
}

impl Sockets {
    /// What the publisher's connection says; `None` while nobody is connected, while it is not known
    /// which connection is the publisher's, or where nothing can be read.
    pub fn witness(&mut self, hint: Hint<'_>) -> Option<Witness> {
        let (now, shared) = (clock::mono(), self.port.clone());
        let mut port = lock(&shared);
        let one = match (hint.counted, &self.mark) {
            (Some(counted), _) => self.compare(&mut port, now, counted, hint),
            // Whoever else is there was never the publisher, and who came since may be anybody.
            (None, Some(_)) => self.known(&port),
            (None, None) => self.newest(&mut port, now, hint.obs),
        };
        one.map(|one| Witness { last_received: one.silent, bytes: one.received })
    }

    fn known(&self, port: &Port) -> Option<Connection> {
        self.chosen.as_ref().and_then(|name| port.again(name))
    }

    /// The connection that has grown as the counter has.
    fn compare(&mut self, port: &mut Port, now: Mono, counted: Bytes, hint: Hint<'_>) -> Option<Connection> {
        let same = |mark: &&mut Mark| mark.session.as_deref() == hint.session && mark.counted <= counted;
        let Some(mark) = self.mark.as_mut().filter(same) else { return self.mark_all(port, now, counted, hint) };
        let pause = if mark.sure { FAITH } else { WALK };
        if self.looked.is_some_and(|at| now.since(at) < pause) {
            return self.known(port);
        }
        self.looked = Some(now);
        let growth = |(name, before): &(Name, Bytes)| {
            let one = port.again(name)?;
            let bytes = one.received.0.saturating_sub(before.0);
            Some((one, bytes))
        };
        let all: Vec<(Connection, u64)> = mark.received.iter().filter_map(growth).collect();
        let span = now.since(mark.at);
        let Some(one) = nearest(&all, counted.0 - mark.counted.0, span, hint.refresh) else {
            return self.mark_all(port, now, counted, hint);
        };
        if span >= FAITH {
            let received = all.iter().map(|(one, _)| (one.name.clone(), one.received)).collect();
            (mark.at, mark.counted, mark.received, mark.sure) = (now, counted, received, true);
        }
        self.chosen = Some(one.name.clone());
        Some(one.clone())
    }

    /// Begins to compare: which connection is the publisher's shows at the next look.
    fn mark_all(&mut self, port: &mut Port, now: Mono, counted: Bytes, hint: Hint<'_>) -> Option<Connection> {
        let all = port.connections(now, Millis(0)).unwrap_or_default();
        let received = all.into_iter().map(|one| (one.name, one.received)).collect();
        let session = hint.session.map(str::to_owned);
        self.mark = Some(Mark { at: now, session, counted, received, sure: false });
        (self.chosen, self.looked) = (None, Some(now));
        None
    }

    /// Where no server has counted yet: the one of last time, else the one that receives most recently.
    fn newest(&mut self, port: &mut Port, now: Mono, obs: Option<IpAddr>) -> Option<Connection> {
        let stranger = |one: &Connection| !obs.is_some_and(|obs| one.is_from(obs));
        let known = self.known(port).filter(stranger);
        let gone = self.chosen.is_some() && known.is_none();
        let since_look = self.looked.map(|at| now.since(at));
        let is_recent = since_look.is_some_and(|span| span < WALK);
        let one = match known.filter(|_| since_look.is_some_and(|span| span < FAITH)) {
            Some(one) if one.silent < ALIVE || is_recent => Some(one),
            None if is_recent && !gone => None,
            _ => {
                self.looked = Some(now);
                // Whoever takes the place of one that is gone came after the last walk.
                let mut found = port.connections(now, if gone { Millis(0) } else { WALK }).unwrap_or_default();
                found.retain(stranger);
                let last = found.iter().find(|one| Some(&one.name) == self.chosen.as_ref()).cloned();
                last.or_else(|| found.into_iter().min_by_key(|one| one.silent))
            }
        };
        self.chosen = one.as_ref().map(|one| one.name.clone());
        one
    }
}

/// A port, and who was connected to it at the last walk through the table.
struct Port {
    socket: Socket,
    number: u16,
    walked: Option<Mono>,
    publishers: Vec<Name>,
}

impl Port {
    fn open(number: u16) -> io::Result<Self> {
        let mut socket = Socket::new(NETLINK_SOCK_DIAG)?;
        socket.bind_auto()?;
        socket.connect(&SocketAddr::new(0, 0))?;
        socket.set_non_blocking(true)?;
        Ok(Self { socket, number, walked: None, publishers: Vec::new() })
    }

    /// The publishers' connections, with what they say now; found by a walk that is not older than this.
    fn connections(&mut self, now: Mono, age: Millis) -> io::Result<Vec<Connection>> {
        if self.walked.is_some_and(|at| now.since(at) < age) {
            return Ok(self.publishers.iter().filter_map(|name| self.again(name)).collect());
        }
        (self.walked, self.publishers) = (Some(now), Vec::new());
        let mut found = self.walk()?;
        found.retain(Connection::is_publisher);
        self.publishers = found.iter().map(|one| one.name.clone()).collect();
        Ok(found)
    }

    /// Every established connection to the port.
    fn walk(&self) -> io::Result<Vec<Connection>> {
        let port = |id: SocketId| SocketId { source_port: self.number, ..id };
        let mut found = self.ask(AF_INET, port(SocketId::new_v4()), NLM_F_REQUEST | NLM_F_DUMP)?;
        found.extend(self.ask(AF_INET6, port(SocketId::new_v6()), NLM_F_REQUEST | NLM_F_DUMP)?);
        Ok(found)
    }

    /// A known connection, asked for by its full name; `None` when it is gone.
    fn again(&self, (family, id): &Name) -> Option<Connection> {
        let asked = SocketId { cookie: ANY_COOKIE, ..id.clone() };
        // What was left of a broken answer may come first.
        let found = self.ask(*family, asked, NLM_F_REQUEST).ok()?;
        let remote = (id.destination_address.to_canonical(), id.destination_port);
        found.into_iter().find(|one| one.remote == remote)
    }

    /// Asks for one socket by its full name, or with `NLM_F_DUMP` for all that fit.
    fn ask(&self, family: u8, id: SocketId, flags: u16) -> io::Result<Vec<Connection>> {
        self.socket.send(&request(family, id, flags), 0)?;
        let (mut found, mut part) = (Vec::new(), Vec::with_capacity(BUFFER));
        for _ in 0..PARTS {
            part.clear();
            self.socket.recv(&mut part, 0)?;
            let ended = read_part(&part, self.number, &mut found)?;
            if ended || flags & NLM_F_DUMP == 0 {
                return Ok(found);
            }
        }
        Err(io::Error::other("an answer without an end"))
    }
}

fn lock<T>(shared: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    shared.lock().unwrap_or_else(PoisonError::into_inner)
}

fn request(family: u8, socket_id: SocketId, flags: u16) -> Vec<u8> {
    let request = InetRequest {
        family,
        protocol: IPPROTO_TCP,
        extensions: ExtensionFlags::INFO,
        states: StateFlags::ESTABLISHED,
        socket_id,
    };
    let mut header = NetlinkHeader::default();
    header.flags = flags;
    let mut message = NetlinkMessage::new(header, SockDiagMessage::InetRequest(request).into());
    message.finalize();
    let mut bytes = vec![0; message.buffer_len()];
    message.serialize(&mut bytes);
    bytes
}

/// Reads one part of an answer; true when it was the last.
fn read_part(mut part: &[u8], port: u16, found: &mut Vec<Connection>) -> io::Result<bool> {
    while !part.is_empty() {
        let message = NetlinkMessage::<SockDiagMessage>::deserialize(part).map_err(io::Error::other)?;
        match message.payload {
            NetlinkPayload::InnerMessage(SockDiagMessage::InetResponse(one)) => found.extend(connection(&one, port)),
            NetlinkPayload::Done(_) => return Ok(true),
            NetlinkPayload::Error(error) => return Err(error.to_io()),
            _ => {}
        }
        let length = (message.header.length as usize).next_multiple_of(4).max(16);
        part = part.get(length..).unwrap_or_default();
    }
    Ok(false)
}

fn connection(response: &InetResponse, port: u16) -> Option<Connection> {
    let id = &response.header.socket_id;
    let info = response.nlas.iter().find_map(|nla| match nla {
        Nla::TcpInfo(info) => Some(info),
        _ => None,
    })?;
    // Asked for by its full name, the kernel also finds what is being closed, and the listener.
    (id.source_port == port && response.header.state == TCP_ESTABLISHED).then(|| Connection {
        name: (response.header.family, id.clone()),
        remote: (id.destination_address.to_canonical(), id.destination_port),
        received: Bytes(info.bytes_received),
        sent: Bytes(info.bytes_acked),
        silent: Millis(u64::from(info.last_data_recv)),
    })
}

/// The connection whose growth over `span` comes nearest to that of the counter, if it comes near at
/// all: chunk headers, what is under way, and a counter that moves only once in `refresh` make up for
/// the rest.
fn nearest(all: &[(Connection, u64)], counted: u64, span: Millis, refresh: Millis) -> Option<&Connection> {
    let late = |grown: u64| refresh.scale(2.0).0.saturating_mul(grown).checked_div(span.0).unwrap_or(0);
    let fits = |grown: u64| grown.abs_diff(counted) <= counted / 8 + UNDER_WAY.0 + late(grown);
    let near = all.iter().filter(|(_, grown)| fits(*grown));
    near.min_by_key(|(_, grown)| grown.abs_diff(counted)).map(|(one, _)| one)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    use tokio::net::{TcpListener, TcpStream};

    fn one(host: u8, received: u64, sent: u64, silent: u64) -> Connection {
        let remote = (IpAddr::from([10, 0, 0, host]), 5000);
        let name = (AF_INET, SocketId::new_v4());
        Connection { name, remote, received: Bytes(received), sent: Bytes(sent), silent: Millis(silent) }
    }

    #[test]
    fn the_publisher_is_who_grows_as_the_counter_does() {
        let [phone, obs] = [one(1, 300_000, 3000, 40), one(2, 90_000_000, 3000, 10)];
        let (zero, slow) = (Millis(0), Millis(3000));
        let table = [
            ([250_000, 500_000], 245_000, 1000, zero, Some(1), "headers come on top"),
            ([500_000, 250_000], 245_000, 1000, zero, Some(2), "whatever stood there before"),
            ([0, 250_000], 0, 1000, zero, Some(1), "a stall"),
            ([20_000, 900_000], 300_000, 1000, zero, None, "neither is near"),
            ([250_000, 1_900_000], 0, 1000, slow, Some(1), "the counter moves once in three seconds"),
            ([2_500_000, 12_000_000], 1_800_000, 10_000, slow, Some(1), "the same over a while"),
        ];
        for (grown, counted, span, refresh, wanted, why) in table {
            let all = [(phone.clone(), grown[0]), (obs.clone(), grown[1])];
            let got = nearest(&all, counted, Millis(span), refresh).map(|one| one.remote.0);
            assert_eq!(got, wanted.map(|host: u8| IpAddr::from([10, 0, 0, host])), "{why}");
        }
        let obs = |address: &str| address.parse().expect("an address");
        assert!(phone.is_from(obs("10.0.0.1")) && phone.is_from(obs("::ffff:10.0.0.1")));
        assert!(!phone.is_from(obs("10.0.0.2")) && !phone.is_from(obs("127.0.0.1")));
        assert!(phone.is_publisher() && !one(3, 3000, 800_000, 0).is_publisher(), "a player is no publisher");
    }

    /// Two publishers on one port: the server counts the first one's bytes on top of older ones.
    #[tokio::test]
    async fn another_publisher_never_speaks_for_the_one_that_is_counted() {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let at = listener.local_addr().expect("an address");
        let mut other = TcpStream::connect(at).await.expect("a connection");
        let (mut to_other, _) = listener.accept().await.expect("a connection");
        let mut phone = TcpStream::connect(at).await.expect("a connection");
        let (mut to_phone, _) = listener.accept().await.expect("a connection");
        let mut sockets = Ports::default().watch(at.port()).expect("sock_diag");
        let mut buffer = vec![0; 200_000];
        let mut counted = 1_000_000;
        let hint = |counted| Hint { counted: Some(Bytes(counted)), session: Some("1"), ..Hint::default() };
        let told = async {
            loop {
                phone.write_all(&buffer[..100_000]).await.expect("sent");
                to_phone.read_exact(&mut buffer[..100_000]).await.expect("received");
                other.write_all(&buffer).await.expect("sent");
                to_other.read_exact(&mut buffer).await.expect("received");
                counted += 100_000;
                if let Some(seen) = sockets.witness(hint(counted)) {
                    return seen;
                }
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
        };
        let seen = tokio::time::timeout(Duration::from_secs(60), told).await.expect("it is found");
        assert_eq!(seen.bytes, Bytes(counted - 1_000_000));
        assert!(sockets.witness(Hint::default()).is_some(), "the server says nothing, but the phone is there");
        drop((phone, to_phone));
        other.write_all(b"x").await.expect("sent");
        assert_eq!(sockets.witness(Hint::default()), None, "the other one receives, and is another");
        let again = Hint { session: Some("2"), ..hint(counted) };
        assert_eq!(sockets.witness(again), None, "a new session is to prove itself first");

        let mut late = Ports::default().watch(at.port()).expect("sock_diag");
        let obs = Hint { obs: Some(IpAddr::from([127, 0, 0, 1])), ..Hint::default() };
        assert_eq!(late.witness(obs), None, "nobody has counted yet, and OBS may be the one that streams");
        until_seen(&mut late).await;
        assert_eq!(late.witness(obs), None, "it has begun to stream");
    }

    /// Waits until the connection is noticed: the table is not walked at every look.
    async fn until_seen(sockets: &mut Sockets) {
        let seen = async {
            while sockets.witness(Hint::default()).is_none() {
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
        };
        tokio::time::timeout(Duration::from_secs(10), seen).await.expect("the connection is noticed");
    }

    /// Sends over a real connection and reads what the kernel says of it.
    async fn story(address: &str) {
        let listener = TcpListener::bind(address).await.expect("a port");
        let at = listener.local_addr().expect("an address");
        let mut sockets = Ports::default().watch(at.port()).expect("sock_diag");
        assert_eq!(sockets.witness(Hint::default()), None, "nobody is connected");

        let mut publisher = TcpStream::connect(at).await.expect("a connection");
        let (mut server, _) = listener.accept().await.expect("a connection");
        let mut buffer = vec![0; 50_000];
        publisher.write_all(&buffer).await.expect("sent");
        server.read_exact(&mut buffer).await.expect("received");
        until_seen(&mut sockets).await;
        let fresh = sockets.witness(Hint::default()).expect("a witness");
        assert_eq!(fresh.bytes, Bytes(50_000));

        let silent = tokio::time::timeout(Duration::from_secs(10), async {
            while sockets.witness(Hint::default()).is_some_and(|seen| seen.last_received < Millis(120)) {
                tokio::task::yield_now().await;
            }
        });
        silent.await.expect("the silence grows");
        publisher.write_all(b"x").await.expect("sent");
        server.read_exact(&mut buffer[..1]).await.expect("received");
        let again = sockets.witness(Hint::default()).expect("a witness");
        assert_eq!(again.bytes, Bytes(50_001));
        assert!(again.last_received < Millis(120), "{again:?}");

        drop((publisher, server));
        assert_eq!(sockets.witness(Hint::default()), None, "it is gone");
    }

    #[tokio::test]
    async fn bytes_and_silence_of_a_real_connection_are_seen() {
        story("127.0.0.1:0").await;
        story("[::1]:0").await;
    }

    #[tokio::test]
    async fn a_known_connection_is_found_again_without_a_walk_through_the_table() {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let at = listener.local_addr().expect("an address");
        let mut sockets = Ports::default().watch(at.port()).expect("sock_diag");
        let mut publisher = TcpStream::connect(at).await.expect("a connection");
        let (mut server, _) = listener.accept().await.expect("a connection");
        publisher.write_all(b"x").await.expect("sent");
        server.read_exact(&mut [0]).await.expect("received");
        until_seen(&mut sockets).await;
        let walked = lock(&sockets.port).walked;
        let name = sockets.chosen.as_ref().expect("a connection");
        let known = lock(&sockets.port).again(name).expect("by its full name");
        assert_eq!(known.received, Bytes(1));
        assert!(sockets.witness(Hint::default()).is_some());
        assert_eq!(lock(&sockets.port).walked, walked);
    }

    #[tokio::test]
    async fn one_walk_serves_all_who_ask_and_what_they_hear_is_of_this_moment() {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let at = listener.local_addr().expect("an address");
        let mut publisher = TcpStream::connect(at).await.expect("a connection");
        let (mut server, _) = listener.accept().await.expect("a connection");
        publisher.write_all(b"x").await.expect("sent");
        server.read_exact(&mut [0]).await.expect("received");
        let ports = Ports::default();
        let (mut first, mut second) = (ports.watch(at.port()).expect("asked"), ports.watch(at.port()).expect("asked"));
        until_seen(&mut first).await;
        publisher.write_all(b"yz").await.expect("sent");
        server.read_exact(&mut [0; 2]).await.expect("received");
        let mut port = lock(&first.port);
        // However slow this machine is: the walk stays the newest one.
        port.walked = Some(clock::mono() + Millis(3_600_000));
        let walked = port.walked;
        drop(port);
        assert_eq!(second.witness(Hint::default()).expect("found by the other's walk").bytes, Bytes(3));
        assert_eq!(lock(&second.port).walked, walked, "no walk of its own");
        assert!(!Arc::ptr_eq(&second.port, &ports.watch(1).expect("asked").port), "another port is another matter");
        drop((publisher, server));
        assert_eq!(second.witness(Hint::default()), None, "it is gone, and only a walk of now can tell of another");
        assert_ne!(lock(&second.port).walked, walked);
    }
}
