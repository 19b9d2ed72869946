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
//! A parcel of very many messages is read twice: [`survey`] reads its envelopes, and [`parts`]
//! its messages, of which [`decide_part`] decides some hundreds at a time. The answer is written
//! with the last part.
//!
//! What this crate is *not*: it does not know SQL, HTTP or files, and it is the only place where
//! a status changes.

mod check;
mod claim;
mod decide;
mod letters;
mod log;
pub mod pay;
mod read;
mod reading;

pub use decide::{
    apply, apply_asked, decide, decide_part, decide_survey, expire, lay, must_wait, retry,
    retry_keys,
};
pub use log::{invoice_hash, letter_hash, letters_hash, row_hash};
pub use pay::{Occurrence, decide_payment, payment_keys};
pub use read::{
    BANK, BankEntry, ChequeLine, FileLine, LineKind, Statement, is_statement, read_cheques,
    read_settlement, read_statements, statement_news,
};
pub use read::{
    PART_MESSAGES, Part, Parts, Piece, Survey, Surveyed, may_be_large, parts, read, survey,
};
pub use reading::{Acknowledged, MessageReading, Reading, Said, Standard, Transmission};
