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

    /// How far its bytes are from what the server counted, headers included.
    fn distance(&self, counted: Bytes) -> u64 {
        self.received.0.abs_diff(counted.0)
    }
}

/// What helps to tell one publisher's connection from another's on the same port.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Hint {
    /// The publisher's address as the server tells it.
    pub remote: Option<IpAddr>,
    /// Media bytes of the session as the server counted them.
    pub counted: Option<Bytes>,
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
        Ok(Sockets { port: shared, chosen: None, looked: None })
    }
}

/// One publisher's connection among those to a port.
pub struct Sockets {
    port: Arc<Mutex<Port>>,
    /// The connection chosen last: it stays chosen where nothing tells otherwise.
    chosen: Option<Connection>,
    /// When the connections to the port were looked through last.
    looked: Option<Mono>,
}

impl Sockets {
    /// What the publisher's connection says; `None` while nobody is connected or nothing can be read.
    pub fn witness(&mut self, hint: Hint) -> Option<Witness> {
        let now = clock::mono();
        let mut port = lock(&self.port);
        let since_look = self.looked.map(|at| now.since(at));
        let known = self.chosen.as_ref().and_then(|one| port.again(&one.name));
        let gone = self.chosen.is_some() && known.is_none();
        let is_recent = since_look.is_some_and(|span| span < WALK);
        let one = match known.filter(|_| since_look.is_some_and(|span| span < FAITH)) {
            Some(one) if one.silent < ALIVE || is_recent => Some(one),
            None if is_recent && !gone => None,
            _ => {
                self.looked = Some(now);
                // Whoever takes the place of one that is gone came after the last walk.
                let found = port.connections(now, if gone { Millis(0) } else { WALK }).unwrap_or_default();
                choose(&found, hint, self.chosen.as_ref().map(|one| one.remote)).cloned()
            }
        };
        drop(port);
        self.chosen = one;
        self.chosen.as_ref().map(|one| Witness { last_received: one.silent, bytes: one.received })
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

/// The publisher's connection: by its address, else by the bytes that the server counted, else the
/// one of last time, else the one that receives most recently.
fn choose(all: &[Connection], hint: Hint, last: Option<(IpAddr, u16)>) -> Option<&Connection> {
    let mut fitting: Vec<&Connection> = all.iter().filter(|one| one.is_publisher()).collect();
    if let Some(remote) = hint.remote.map(|remote| remote.to_canonical())
        && fitting.iter().any(|one| one.remote.0 == remote)
    {
        fitting.retain(|one| one.remote.0 == remote);
    }
    if let Some(counted) = hint.counted {
        return fitting.into_iter().min_by_key(|one| one.distance(counted));
    }
    let known = fitting.iter().find(|one| Some(one.remote) == last).copied();
    known.or_else(|| fitting.into_iter().min_by_key(|one| one.silent))
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
    fn the_publisher_is_told_from_players_and_other_publishers() {
        let (mine, other, player) = (one(1, 900_000, 3000, 40), one(2, 5_000_000, 3000, 10), one(3, 3000, 800_000, 0));
        let all = [mine, other, player];
        let by_address = Hint { remote: Some(all[0].remote.0), counted: None };
        let by_bytes = Hint { remote: None, counted: Some(Bytes(890_000)) };
        let table = [
            (&all[..], Hint::default(), None, Some(2), "the one that receives most recently"),
            (&all, Hint::default(), Some(all[0].remote), Some(1), "the one of last time"),
            (&all, by_address, None, Some(1), "by address"),
            (&all, by_bytes, Some(all[1].remote), Some(1), "by the bytes that the server counted"),
            (&all[2..], Hint::default(), None, None, "a player is no publisher"),
            (&[], by_address, None, None, "nobody"),
        ];
        for (all, hint, last, wanted, why) in table {
            let got = choose(all, hint, last).map(|one| one.remote.0);
            assert_eq!(got, wanted.map(|host: u8| IpAddr::from([10, 0, 0, host])), "{why}");
        }
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
        let name = &sockets.chosen.as_ref().expect("a connection").name;
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
