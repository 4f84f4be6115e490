//! Floor 3: one folder per outside party, each speaking its protocol and nothing else.
//! May import `config`, `domain` and `kit`; never another adapter, the store, or anything above.

pub mod host;
pub mod ingest;
pub mod noalbs;
pub mod obs;
pub mod twitch;
