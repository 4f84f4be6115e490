//! Counts wrong passwords by address: five a minute, then wait. Nobody is banned for ever.

use crate::kit::units::{Millis, Mono};
use std::collections::{HashMap, VecDeque};
use std::net::{IpAddr, Ipv6Addr};

/// Wrong passwords that an address has in a minute.
const TRIES: usize = 5;
const MINUTE: Millis = Millis(60_000);
/// Addresses that are remembered; a flood of new ones beyond this waits.
const ADDRESSES: usize = 10_000;

/// The tries of the last minute.
#[derive(Default)]
pub(super) struct Doors(HashMap<IpAddr, VecDeque<Mono>>);

impl Doors {
    /// One try, counted as wrong before it is checked, so that many at once are many. The error is
    /// the time to wait.
    pub fn knock(&mut self, address: IpAddr, now: Mono) -> Result<(), Millis> {
        if self.0.len() >= ADDRESSES {
            self.0.retain(|_, tries| tries.back().is_some_and(|last| now.since(*last) < MINUTE));
        }
        let full = self.0.len() >= ADDRESSES;
        let address = household(address);
        if full && !self.0.contains_key(&address) {
            return Err(MINUTE);
        }
        let tries = self.0.entry(address).or_default();
        while tries.front().is_some_and(|first| now.since(*first) >= MINUTE) {
            tries.pop_front();
        }
        match tries.front() {
            Some(first) if tries.len() >= TRIES => Err(Millis(MINUTE.0 - now.since(*first).0)),
            _ => {
                tries.push_back(now);
                Ok(())
            }
        }
    }

    /// The last try was right, or was never checked: it does not count.
    pub fn forgive(&mut self, address: IpAddr) {
        let address = household(address);
        if let Some(tries) = self.0.get_mut(&address) {
            tries.pop_back();
            if tries.is_empty() {
                self.0.remove(&address);
            }
        }
    }
}

/// One household has a whole /64 of IPv6 addresses: they count as one.
fn household(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(v6) => IpAddr::V6(Ipv6Addr::from(u128::from(v6) & !u128::from(u64::MAX))),
        v4 @ IpAddr::V4(_) => v4,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ip(text: &str) -> IpAddr {
        text.parse().unwrap()
    }

    #[test]
    fn five_wrong_ones_a_minute_then_wait() {
        let mut doors = Doors::default();
        for second in 0..5 {
            assert_eq!(doors.knock(ip("10.0.0.9"), Mono(second * 1000)), Ok(()));
        }
        assert_eq!(doors.knock(ip("10.0.0.9"), Mono(10_000)), Err(Millis(50_000)));
        assert_eq!(doors.knock(ip("::ffff:10.0.0.9"), Mono(10_000)), Err(Millis(50_000)), "the same in IPv6 clothes");
        assert_eq!(doors.knock(ip("10.0.0.8"), Mono(10_000)), Ok(()), "others may enter");
        assert_eq!(doors.knock(ip("10.0.0.9"), Mono(60_000)), Ok(()), "the first is a minute old");
        assert_eq!(doors.knock(ip("10.0.0.9"), Mono(60_500)), Err(Millis(500)));
    }

    #[test]
    fn right_ones_do_not_count() {
        let mut doors = Doors::default();
        for _ in 0..50 {
            assert_eq!(doors.knock(ip("10.0.0.9"), Mono(0)), Ok(()));
            doors.forgive(ip("10.0.0.9"));
        }
    }

    #[test]
    fn a_flood_of_addresses_stays_bounded_and_one_household_is_one() {
        let mut doors = Doors::default();
        for number in 0..20_000u128 {
            let _ = doors.knock(IpAddr::V6(Ipv6Addr::from(number << 64)), Mono(0));
        }
        assert_eq!(doors.0.len(), ADDRESSES);
        assert_eq!(doors.knock(ip("10.0.0.9"), Mono(1)), Err(MINUTE));
        assert_eq!(doors.knock(ip("10.0.0.9"), Mono(70_000)), Ok(()), "the flood is forgotten");
        let mut doors = Doors::default();
        let refused = (0..6).filter(|number| doors.knock(ip(&format!("2001:db8::{number}")), Mono(0)).is_err()).count();
        assert_eq!(refused, 1);
    }
}
