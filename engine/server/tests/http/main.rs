//! The HTTP surface from outside: a real listener on a free port, raw sockets as callers.
#![expect(clippy::unwrap_used, reason = "tests")]

mod directory;
mod documentation;
mod fairness;
mod findings;
mod harness;
mod inbox;
mod nodes;
mod pay;
mod queries;
mod raw;
mod reading;
mod samples;
mod shell;
mod tenant;
mod watchers;
