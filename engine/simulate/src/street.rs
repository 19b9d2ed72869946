//! What all partners of one simulation share.

use crate::journal::{Journal, lock};
use crate::misbehaviour::{Misbehaviour, Misbehaviours};
use crate::pace::Pace;
use std::collections::BTreeSet;
use std::sync::{Arc, Mutex};

/// Chances, pace and journal of a simulation.
#[derive(Debug, Clone, Default)]
pub struct Street {
    /// What goes wrong, and how often.
    pub misbehaviours: Misbehaviours,
    /// How fast partners are.
    pub pace: Pace,
    /// What they did with money.
    pub journal: Journal,
    failed: Arc<Mutex<BTreeSet<String>>>,
}

impl Street {
    /// A street with its journal empty.
    #[must_use]
    pub fn new(misbehaviours: Misbehaviours, pace: Pace) -> Street {
        Street { misbehaviours, pace, ..Street::default() }
    }

    /// Whether a call about this fails: only the first one does, since partners come back.
    #[must_use]
    pub fn fails(&self, what: Misbehaviour, about: &str) -> bool {
        let name = format!("{} {about}", what.name());
        self.misbehaviours.happens(what, about) && lock(&self.failed).insert(name)
    }
}
