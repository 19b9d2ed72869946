//! CSV (RFC 4180) as banks and providers write it, read as a stream and written safely.
//!
//! A [`Reader`] goes over the bytes once and fills one [`Row`] after the other, whose memory is
//! used again: a settlement file of a hundred thousand rows needs that of its longest row.
//! Delimiter, quote, header and character set are the partner's. Places count lines from 1
//! (`segment`) and columns from 1 (`element`). It never fails; a quote that nobody closes is told
//! and read as a character, so that it does not swallow the rest of the file.
//!
//! ```
//! use acquit_syntax::csv::{Header, Options, Reader, Row};
//!
//! let options = Options { delimiter: b';', quote: Some(b'|'), ..Options::default() };
//! let mut reader = Reader::over(b"|P;1|;R7;3600.00;paid\r\n", options);
//! let mut row = Row::default();
//! assert!(reader.next(&mut row));
//! assert_eq!(row.fields().collect::<Vec<_>>(), ["P;1", "R7", "3600.00", "paid"]);
//! assert!(!reader.next(&mut row) && reader.faults().is_empty());
//! assert_eq!(Options::default().header, Header::Absent);
//! ```
//!
//! What it is *not*: it guesses no dialect, no type and no column.

mod kind;
mod options;
mod reader;
mod row;
mod writer;

#[cfg(test)]
mod tests;

pub use kind::Kind;
pub use options::{COLUMNS_MAX, FIELD_MAX, Header, INPUT_MAX, Limits, Options, ROWS_MAX};
pub use reader::Reader;
pub use row::Row;
pub use writer::{Cell, Layout, LineEnd, Writer};
