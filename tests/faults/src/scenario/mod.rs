//! The scenarios, in the order they are run.

mod clock;
mod disk;
mod kill;
mod overload;
mod planted;
mod power;
mod slow;
mod wire;

use crate::setting::Setting;
use crate::table::Done;

/// A scenario.
pub(crate) struct Scenario {
    /// Its name.
    pub(crate) name: &'static str,
    /// What is done to the engine.
    pub(crate) sentence: &'static str,
    /// Makes it.
    pub(crate) run: fn(&Setting) -> Result<Done, String>,
}

/// All of them.
pub(crate) const SCENARIOS: [Scenario; 12] = [
    Scenario { name: "calm", sentence: "nothing at all", run: kill::calm },
    Scenario { name: "kill", sentence: "SIGKILL at random instants", run: kill::random },
    Scenario { name: "points", sentence: "killed at named points", run: kill::points },
    Scenario { name: "two", sentence: "a second engine over the same file", run: kill::two },
    Scenario { name: "sync", sentence: "a sync of the disk fails", run: disk::sync },
    Scenario { name: "full", sentence: "the disk is full, then not", run: disk::full },
    Scenario { name: "power", sentence: "the power goes", run: power::cut },
    Scenario { name: "clock", sentence: "the clock jumps", run: clock::jumps },
    Scenario { name: "overload", sentence: "ten times too much", run: overload::tenfold },
    Scenario { name: "slow", sentence: "consumers that do not read", run: slow::consumers },
    Scenario { name: "wire", sentence: "connections cut, delayed, reset", run: wire::faults },
    Scenario { name: "planted", sentence: "bugs planted on purpose", run: planted::bugs },
];

/// Scenarios that run only when they are named.
pub(crate) fn is_by_name_only(name: &str) -> bool {
    name == "planted"
}
