//! Records of fixed width: every record has as many characters as every other one, and a field is
//! a place in it, counted from 1. Bank statements travel so (CFONB 120, ETEBAC 3).
//!
//! A [`Reader`] gives one [`Record`] after the other, with or without line ends between them.
//! Places count records by their line (`segment`) and characters from 1 (`element`). It never
//! fails: a record that is too short or too long is told and read as far as it goes.
//!
//! ```
//! use acquit_syntax::fixed::{Options, Reader};
//!
//! let mut reader = Reader::over(b"01007  12\r\n04007  34\r\n", Options::of_length(9));
//! let record = reader.next().unwrap();
//! assert_eq!((&*record.text(1, 2), &*record.text(8, 2), record.line()), ("01", "12", 1));
//! ```
//!
//! What it is *not*: it knows no record type and no field; a specimen says them.

mod kind;
mod reader;
mod record;
mod writer;

#[cfg(test)]
mod tests;

pub use kind::Kind;
pub use reader::{INPUT_MAX, LENGTH_MAX, Limits, Options, RECORDS_MAX, Reader};
pub use record::Record;
pub use writer::{Align, LineEnd, Writer};
