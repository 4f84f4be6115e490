//! Carries out what a command asks for, one step after the other, and says what really happened.

use super::mouth::{Mouth, To};
use crate::domain::chat_rules::phrases as say;
use crate::domain::chat_rules::phrases::Reply;
use crate::domain::chat_rules::plan::{End, Plan, Step};
use crate::domain::command::{Order, Outcome};
use crate::domain::ids::SceneName;
use crate::domain::people::Origin;
use crate::domain::stream::Obs;
use crate::kit::units::Millis;
use crate::runtime::desk::Desk;
use crate::runtime::shared::Reader;
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

/// After this, whoever asked hears that it is not done yet.
const PATIENCE: Duration = Duration::from_secs(6);

/// What the hands work with.
#[derive(Clone)]
pub(super) struct Hands {
    pub(super) desk: Desk,
    pub(super) obs: Reader<Obs>,
    pub(super) mouth: Mouth,
    /// Rises with every command that changes the scene, so that the end of an earlier one does not
    /// come over it.
    pub(super) moves: Arc<AtomicU64>,
}

impl Hands {
    /// Takes the plan on; the work itself is the returned future. Called in the order of chat.
    pub(super) fn carry(&self, origin: Origin, plan: Plan, to: To) -> impl Future<Output = ()> + use<> {
        let turn = match plan.moves_scene() {
            true => self.moves.fetch_add(1, Ordering::Relaxed) + 1,
            false => self.moves.load(Ordering::Relaxed),
        };
        let hands = self.clone();
        async move {
            let reply = hands.work(&origin, plan, turn, &to).await;
            hands.mouth.reply(&reply, &to).await;
        }
    }

    async fn work(&self, origin: &Origin, plan: Plan, turn: u64, to: &To) -> Reply {
        let mut last = String::new();
        for (at, step) in plan.steps.into_iter().enumerate() {
            if at > 0 && self.moves.load(Ordering::Relaxed) != turn {
                return say::MOVED.plain();
            }
            match step {
                Step::Give { order, failed } => match self.give(origin, order, to).await {
                    Outcome::Done(text) => last = text,
                    other => return failed.with([("reason", other.text())]),
                },
                Step::Wait { span, scene } if !self.stays(span, &scene).await => return say::MOVED.plain(),
                Step::Wait { .. } => {}
            }
        }
        match plan.end {
            End::Say(reply) => reply,
            End::Outcome(phrase) => phrase.with([("text", &last)]),
        }
    }

    /// Gives an order and waits for its end; says so when that takes long.
    async fn give(&self, origin: &Origin, order: Order, to: &To) -> Outcome {
        let mut giving = pin!(self.desk.give(origin.clone(), order));
        if let Ok(outcome) = tokio::time::timeout(PATIENCE, &mut giving).await {
            return outcome;
        }
        self.mouth.reply(&say::PENDING.plain(), to).await;
        giving.await
    }

    /// Waits; true if the scene was on all the time.
    async fn stays(&self, span: Millis, scene: &SceneName) -> bool {
        let mut obs = self.obs.clone();
        let left = obs.until(|obs| obs.scene.as_ref() != Some(scene));
        tokio::time::timeout(span.into(), left).await.is_err()
    }
}
