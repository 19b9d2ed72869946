//! Days of providers matched with the ledger, reports of banks by every door, files of cheques:
//! over the committed rules and a store in memory.
#![expect(clippy::unwrap_used, clippy::print_stderr, reason = "tests")]

mod cheques;
mod corpus;
mod days;
mod doors;
mod house;
mod records;
mod reports;
mod statements;
mod transfers;
