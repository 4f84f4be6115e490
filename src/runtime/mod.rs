//! Floor 4: what carries the talk between rooms: facts on the bus, orders through the desk, latest
//! values in shared cells, journal lines on their own lane, tasks under the supervisor.
//! May import `store`, `config`, `domain` and `kit`; never adapters, features or web.

pub mod bus;
pub mod desk;
pub mod journal;
pub mod shared;
pub mod supervisor;
