//! Bytes to nodes with places: EDIFACT (ISO 9735 syntax 1 to 4), XML, JSON, forms, CSV and records
//! of fixed width.
//!
//! This crate knows no business word: it does not know what an invoice is. It does no input or
//! output, reads no clock and never fails: every reader returns what was said *and* every
//! [`Fault`](fault::Fault) it met, each with its place and, for EDIFACT, the code of data
//! element 0085 it maps to.

pub mod charset;
pub mod csv;
pub mod edifact;
pub mod fault;
pub mod fixed;
pub mod form;
pub mod json;
mod report;
pub mod xml;
