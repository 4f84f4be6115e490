//! A pause that outlives a restart: a person's word counts until a person takes it back.

use crate::kit::units::UnixMs;
use crate::store::wanted::Wanted;
use crate::store::{Store, StoreError};

const NAME: &str = "failover.pause";

/// Writes the pause down.
pub async fn keep(store: &Store, who: String, since: UnixMs) -> Result<(), StoreError> {
    let never = UnixMs(i64::MAX);
    let wish = Wanted { name: NAME.to_owned(), value: who, bound_to: String::new(), deadline: never, asked_at: since };
    store.want(&wish).await
}

/// Takes the pause back.
pub async fn forget(store: &Store) -> Result<(), StoreError> {
    store.unwant(NAME).await
}

/// Who paused and since when, if someone did before the last restart.
pub async fn recall(store: &Store) -> Option<(String, UnixMs)> {
    let wishes = store.patient().wanted(UnixMs(0)).await.ok()?;
    wishes.into_iter().find(|wish| wish.name == NAME).map(|wish| (wish.value, wish.asked_at))
}
