//! One machine: a table from state and event to what follows.

use super::event::{Alert, Effect, Flag, Guard};
use acquit_domain::Status;
use acquit_domain::status::Flags;

/// How long a thing may stay in a state.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stay {
    /// Its life ends here; only what is written may wake it.
    Final,
    /// It may stay as long as nothing happens.
    Rests,
    /// It waits for something, and a clock ends the waiting.
    Waits,
}

/// Every way to stay with its word.
pub(super) const STAYS: &[(Stay, &str)] =
    &[(Stay::Final, "final"), (Stay::Rests, "rests"), (Stay::Waits, "waits")];

/// A clock that ends waiting.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Clock {
    /// Its name.
    pub name: String,
    /// How long, in seconds.
    pub seconds: u64,
    /// How often it is wound again before it ends for good.
    pub tries: u32,
    /// Index of the event when it runs out and tries are left.
    pub event: usize,
    /// Index of the event when it runs out for the last time.
    pub last: usize,
}

/// What follows from one event in one state.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    /// Index of the state after it.
    pub to: usize,
    /// What must be true besides.
    pub when: Option<Guard>,
    /// Code of the refusal when it is not; empty without `when`.
    pub otherwise: String,
    /// Marks set.
    pub set: Vec<Flag>,
    /// Marks cleared.
    pub clear: Vec<Flag>,
    /// What it causes.
    pub send: Vec<Effect>,
    /// What an operator is told of.
    pub alert: Option<Alert>,
    /// Words for the log.
    pub note: String,
    /// Code with which the sender is refused although the fact is recorded.
    pub refuse: Option<String>,
    /// Code with which the message waits.
    pub park: Option<String>,
}

impl Row {
    /// The marks after it.
    #[must_use]
    pub fn apply(&self, mut flags: Flags) -> Flags {
        for (marks, value) in [(&self.set, true), (&self.clear, false)] {
            for mark in marks {
                match mark {
                    Flag::Blocked => flags.blocked = value,
                    Flag::Disputed => flags.disputed = value,
                }
            }
        }
        flags
    }
}

/// A state as the file describes it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct State {
    pub(super) name: &'static str,
    pub(super) stay: Option<Stay>,
    pub(super) clock: Option<usize>,
    /// Where the file describes it.
    pub(super) at: usize,
}

/// A kind of event.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Happening {
    pub(super) name: &'static str,
    pub(super) money: bool,
}

/// One line of the projection: all that is named must hold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Shown {
    pub(super) states: Vec<usize>,
    pub(super) flag: Option<Flag>,
    pub(super) status: Status,
}

/// A machine.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Machine {
    /// Its name.
    pub name: &'static str,
    pub(super) at: usize,
    pub(super) initial: usize,
    pub(super) states: Vec<State>,
    pub(super) events: Vec<Happening>,
    pub(super) clocks: Vec<Clock>,
    pub(super) rows: Vec<Row>,
    /// Index in `rows` by state and event.
    pub(super) table: Vec<Option<u16>>,
    pub(super) projection: Vec<Shown>,
    pub(super) payable: Vec<usize>,
    pub(super) settled: Vec<usize>,
    pub(super) reversals: Vec<usize>,
}

impl Machine {
    /// What follows from an event in a state, both by index; `None` for a pair without a row.
    #[must_use]
    pub fn row(&self, state: usize, event: usize) -> Option<&Row> {
        if event >= self.events.len() {
            return None;
        }
        let cell = self.table.get(state * self.events.len() + event)?;
        self.rows.get(usize::from((*cell)?))
    }

    /// What follows from an event in a state, both by name.
    #[must_use]
    pub fn decide(&self, state: &str, event: &str) -> Option<&Row> {
        self.row(self.state(state)?, self.event(event)?)
    }

    /// Index of a state.
    #[must_use]
    pub fn state(&self, name: &str) -> Option<usize> {
        self.states.iter().position(|state| state.name == name)
    }

    /// Index of an event.
    #[must_use]
    pub fn event(&self, name: &str) -> Option<usize> {
        self.events.iter().position(|event| event.name == name)
    }

    /// Names of the states, in order.
    #[must_use]
    pub fn state_names(&self) -> Vec<&'static str> {
        self.states.iter().map(|state| state.name).collect()
    }

    /// Names of the events, in order.
    #[must_use]
    pub fn event_names(&self) -> Vec<&'static str> {
        self.events.iter().map(|event| event.name).collect()
    }

    /// True when an event is a fact about money.
    #[must_use]
    pub fn is_money(&self, event: usize) -> bool {
        self.events.get(event).is_some_and(|event| event.money)
    }

    /// How long a thing may stay in a state.
    #[must_use]
    pub fn stay(&self, state: usize) -> Option<Stay> {
        self.states.get(state).and_then(|state| state.stay)
    }

    /// Index of the first state.
    #[must_use]
    pub fn initial(&self) -> usize {
        self.initial
    }

    /// The clock of a state that waits.
    #[must_use]
    pub fn clock(&self, state: usize) -> Option<&Clock> {
        self.clocks.get(self.states.get(state)?.clock?)
    }

    /// The visible status of a state with marks.
    #[must_use]
    pub fn shows(&self, state: usize, flags: Flags) -> Option<Status> {
        let holds = |shown: &&Shown| {
            (shown.states.is_empty() || shown.states.contains(&state))
                && match shown.flag {
                    None => true,
                    Some(Flag::Blocked) => flags.blocked,
                    Some(Flag::Disputed) => flags.disputed,
                }
        };
        self.projection.iter().find(holds).map(|shown| shown.status)
    }
}
