//! The pure pipeline: read, decide, answer.
//!
//! ```text
//! Parcel --read--> Reading --decide--> Outcome
//! ```
//!
//! [`read`] turns bytes into facts and findings, [`decide`] turns facts and what is already held
//! into log rows, moves and letters. Both are functions of their arguments alone: no clock, no
//! randomness, no input or output. That is what allows a parcel to be decided again after a
//! conflict, a past to be replayed under another rulebook, and an answer to be produced twice
//! byte for byte.
//!
//! What this crate is *not*: it does not know SQL, HTTP or files, and it is the only place where
//! a status changes.

mod check;
mod claim;
mod decide;
mod letters;
mod log;
mod read;
mod reading;

pub use decide::{apply, decide, expire};
pub use log::row_hash;
pub use read::read;
pub use reading::{Acknowledged, MessageReading, Reading, Said, Standard, Transmission};
