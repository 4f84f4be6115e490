//! Room without a task: reads another program's files for the page and keeps what was read until the
//! person has seen it and says yes. Nothing of it is written before; no secret goes back to the
//! browser.

pub use crate::adapters::noalbs::{Fate, LIMIT, Line, Plan, Version};

use crate::adapters::noalbs;
use crate::config::Mistake;
use crate::domain::command::Import;
use crate::kit::clock;
use crate::kit::units::{Millis, Mono};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// How long a plan waits for its yes.
const WAITS: Millis = Millis(15 * 60_000);
/// Plans that wait at a time; one more sends the oldest away.
const MOST: usize = 8;

/// The plans that wait.
#[derive(Clone, Default)]
pub struct Imports(Arc<Mutex<Vec<Waiting>>>);

struct Waiting {
    ticket: String,
    person: String,
    since: Mono,
    order: Import,
}

impl Imports {
    /// Reads NOALBS's files. The ticket stands for the plan until [`Imports::take`]. Errors: every
    /// mistake in the files, or none and no ticket where the system has no random numbers.
    pub fn read(&self, person: &str, config: &[u8], env: Option<&[u8]>) -> Result<(String, Plan), Vec<Mistake>> {
        let plan = noalbs::read(config, env)?;
        let mut random = [0; 16];
        getrandom::fill(&mut random).map_err(|_| Vec::new())?;
        let ticket = hex::encode(random);
        let mut waiting = self.waiting();
        if waiting.len() == MOST {
            waiting.remove(0);
        }
        let (person, since) = (person.to_owned(), clock::mono());
        waiting.push(Waiting { ticket: ticket.clone(), person, since, order: plan.order() });
        Ok((ticket, plan))
    }

    /// The order of a plan, once, for the person who had it read.
    pub fn take(&self, person: &str, ticket: &str) -> Option<Import> {
        let mut waiting = self.waiting();
        let at = waiting.iter().position(|one| one.ticket == ticket && one.person == person)?;
        Some(waiting.remove(at).order)
    }

    fn waiting(&self) -> MutexGuard<'_, Vec<Waiting>> {
        let mut waiting = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let now = clock::mono();
        waiting.retain(|one| now.since(one.since) < WAITS);
        waiting
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const FILE: &[u8] = br#"{"switcher": {}, "software": {"host": "box"}}"#;

    #[test]
    fn a_plan_is_carried_out_once_and_by_its_own_person() {
        let imports = Imports::default();
        let (ticket, _) = imports.read("Anna", FILE, None).unwrap();
        assert_eq!(imports.take("Ben", &ticket), None);
        assert!(imports.take("Anna", &ticket).is_some_and(|order| order.from == "NOALBS"));
        assert_eq!(imports.take("Anna", &ticket), None);
    }

    #[test]
    fn the_oldest_plan_makes_room() {
        let imports = Imports::default();
        let tickets: Vec<String> = (0..=MOST).map(|_| imports.read("Anna", FILE, None).unwrap().0).collect();
        assert_eq!(imports.take("Anna", &tickets[0]), None);
        assert!(imports.take("Anna", &tickets[1]).is_some());
    }
}
