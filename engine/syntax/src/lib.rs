//! Bytes to nodes with places: EDIFACT (ISO 9735 syntax 1 to 4) and XML.
//!
//! This crate knows no business word: it does not know what an invoice is. It does no input or
//! output, reads no clock and never fails: every reader returns what was said *and* every
//! [`Fault`](fault::Fault) it met, each with its place and, for EDIFACT, the code of data
//! element 0085 it maps to.

pub mod edifact;
pub mod fault;
pub mod xml;
