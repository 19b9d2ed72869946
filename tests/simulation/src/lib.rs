//! The pure core in simulated worlds: nodes, a store, a network, issuers, providers, clients,
//! operators and clocks, all from one seed. A seed replays exactly.
//!
//! What this is *not*: a test of the shell, of SQL or of sockets; those are proved where they
//! are. Reading and deciding are the product's own ([`acquit_flow`]); everything around them is a
//! model that keeps the promises of the real thing and storms as badly as it may.

pub mod book;
pub mod bugs;
pub mod dice;
mod end;
pub mod laws;
pub mod network;
pub mod node;
pub mod people;
pub mod provider;
pub mod rebuild;
pub mod run;
pub mod store;
pub mod story;
pub mod words;
pub mod world;
