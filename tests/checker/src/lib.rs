//! Looks from outside whether Acquit keeps its promises.
//!
//! It knows three things: a journal of what its own clients sent and were answered, the public
//! API, and the tables, which it only reads. It shares no code with the engine, so that it finds
//! the engine's mistakes; what it expects of a message it works out by itself.
//!
//! What is *not* here: faults. `tests/faults` makes those, and asks this crate what became of
//! the promises.

pub mod card;
pub mod client;
pub mod drive;
pub mod evidence;
pub mod held;
pub mod house_keys;
pub mod journal;
pub mod messages;
pub mod pause;
pub mod promises;
pub mod random;
pub mod report;
pub mod sink;
