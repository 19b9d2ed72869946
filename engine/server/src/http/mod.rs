//! The HTTP surface: who may ask, within which limits, and the JSON shapes of the answers.
//!
//! Order of work on a request: method, address, key, role, declared size, media type; only then
//! is a byte of the body read. Whatever is refused before that costs nothing and stores nothing.
//!
//! What it is *not*: it decides nothing about invoices; it hands parcels to the shell and shows
//! what the store holds.

mod alerts;
mod app;
#[cfg(feature = "as2")]
mod as2;
mod authentication;
mod body;
mod callbacks;
mod codes;
mod documentation;
mod documents;
mod events;
mod exchanges;
mod guard;
mod health;
mod inbox;
mod invoices;
mod language;
pub mod limits;
mod media;
mod operator;
mod outbox;
mod parties;
mod pay;
mod posted;
mod problem;
mod query;
mod routes;
mod server;
mod settlements;
mod share;
mod socket;
mod validate;
pub mod wire;

pub use app::App;
pub use problem::{CODES, Code, Problem, ProblemWire};
pub use routes::{openapi, router};
pub use server::serve;
pub use share::Fairness;
