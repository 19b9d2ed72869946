//! What all partners of one simulation share.

use crate::journal::Journal;
use crate::misbehaviour::Misbehaviours;
use crate::pace::Pace;

/// Chances, pace and journal of a simulation.
#[derive(Debug, Clone, Default)]
pub struct Street {
    /// What goes wrong, and how often.
    pub misbehaviours: Misbehaviours,
    /// How fast partners are.
    pub pace: Pace,
    /// What they did with money.
    pub journal: Journal,
}
