//! Free ports, so that no test needs a fixed one.

use std::collections::HashSet;
use std::hash::{BuildHasher, RandomState};
use std::net::TcpListener;
use std::sync::Mutex;

static GIVEN: Mutex<Option<HashSet<u16>>> = Mutex::new(None);

/// A TCP port of 127.0.0.1 that nobody listens on. It lies below the kernel's own
/// range (32768 and up), so that no outgoing connection takes it in the meantime,
/// and is given only once by this process.
pub fn free_port() -> u16 {
    let mut given = GIVEN.lock().expect("no thread panics while it holds the ports");
    let given = given.get_or_insert_default();
    loop {
        let port = 10_000 + random_number() % 22_000;
        if TcpListener::bind(("127.0.0.1", port)).is_ok() && given.insert(port) {
            return port;
        }
    }
}

/// A random number, by way of the random key of the standard hash maps.
pub(super) fn random_number() -> u16 {
    (RandomState::new().hash_one(0) & 0xffff) as u16
}
