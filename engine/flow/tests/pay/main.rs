//! Payments decided: the transitions as a table, and laws over random lives.
#![expect(clippy::disallowed_methods, reason = "tests read golden files")]

mod house;
mod lives;
#[path = "../support/mod.rs"]
mod support;
mod talk;
mod transitions;
