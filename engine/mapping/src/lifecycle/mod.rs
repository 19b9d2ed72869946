//! `lifecycle.toml`: the machines, as tables that are checked when they are loaded.
//!
//! A machine is a set of states, a set of events, and one row per pair of both that means
//! something. A pair without a row is refused by name - but facts about money always have one.
//! States and events are closed lists in Rust, because code classifies what comes in; what
//! follows is data.
//!
//! What this module is *not*: it classifies nothing and applies nothing. It answers "what
//! follows", and the flow does it.

mod check;
pub mod event;
mod machine;
mod read;
mod vocabulary;

pub use event::{Alert, Effect, Event, Flag, Guard};
pub use machine::{Clock, Machine, Row, Stay};

use crate::files::{FileFault, Page};
use acquit_domain::status::{Flags, STATES};
use acquit_domain::{InvoiceState, Status};

/// Code of the refusal of a pair without a row.
pub const NOT_WRITTEN: &str = "STATE-EVENT";

/// Every machine.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Lifecycle {
    /// The invoice machine first.
    machines: Vec<Machine>,
}

/// What follows from an event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Decision<'a> {
    /// It is recorded, and this follows.
    Move(Move<'a>),
    /// The rules say no; nothing changes.
    Refused {
        /// Code of the finding that says why.
        code: &'a str,
    },
}

/// What follows from an event that is recorded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Move<'a> {
    /// The state after it; often the same.
    pub to: InvoiceState,
    /// The marks after it.
    pub flags: Flags,
    /// What it causes.
    pub send: &'a [Effect],
    /// What an operator is told of.
    pub alert: Option<Alert>,
    /// « Observations », in the guide's words; holes like `{invoices}` are filled by the flow.
    pub note: &'a str,
    /// Code of the finding with which the sender is refused although the fact is recorded.
    pub refuse: Option<&'a str>,
    /// Code of the finding with which the message waits for the original.
    pub park: Option<&'a str>,
}

impl Lifecycle {
    /// Reads and checks `lifecycle.toml`. `codes` are the codes of findings there are.
    #[must_use]
    pub fn read(file: &str, text: &str, codes: &[&str]) -> (Lifecycle, Vec<FileFault>) {
        let page = Page::parse(file, text);
        let machines = read::machines(&page, codes);
        for machine in &machines {
            check::check(machine, &page);
        }
        (Lifecycle { machines }, page.into_faults())
    }

    /// Every machine, the invoice first.
    #[must_use]
    pub fn machines(&self) -> &[Machine] {
        &self.machines
    }

    /// The machine of a name (`invoice`, `order`, `attempt`, `funds`, `notification`).
    #[must_use]
    pub fn machine(&self, name: &str) -> Option<&Machine> {
        self.machines.iter().find(|machine| machine.name == name)
    }

    /// What follows when something happens to an invoice.
    #[must_use]
    pub fn decide(&self, state: InvoiceState, flags: Flags, event: Event) -> Decision<'_> {
        let row =
            self.machines.first().and_then(|machine| machine.row(state as usize, event as usize));
        let Some(row) = row else { return Decision::Refused { code: NOT_WRITTEN } };
        if row.when.is_some_and(|guard| !holds(guard, flags)) {
            return Decision::Refused { code: &row.otherwise };
        }
        Decision::Move(Move {
            to: STATES.get(row.to).map_or(state, |(state, _)| *state),
            flags: row.apply(flags),
            send: &row.send,
            alert: row.alert,
            note: &row.note,
            refuse: row.refuse.as_deref(),
            park: row.park.as_deref(),
        })
    }

    /// The status people see: the first line of the projection that holds.
    #[must_use]
    pub fn status(&self, state: InvoiceState, flags: Flags) -> Status {
        let shown = self.machines.first().and_then(|machine| machine.shows(state as usize, flags));
        shown.unwrap_or(Status::Unpaid)
    }

    /// The clock that runs while an invoice is in a state.
    #[must_use]
    pub fn clock(&self, state: InvoiceState) -> Option<&Clock> {
        self.machines.first().and_then(|machine| machine.clock(state as usize))
    }
}

fn holds(guard: Guard, flags: Flags) -> bool {
    match guard {
        Guard::NotBlocked => !flags.blocked,
        Guard::Blocked => flags.blocked,
        Guard::Disputed => flags.disputed,
    }
}

#[cfg(test)]
mod tests;
