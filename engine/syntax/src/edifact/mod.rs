//! EDIFACT, ISO 9735 syntax versions 1 to 4 (batch).

pub mod charset;
pub mod check;
pub mod envelope;
pub mod guide;
pub mod kind;
pub mod reader;
pub mod scan;
mod seen;
pub mod separators;
pub mod tape;
pub mod tokenizer;
pub mod value;
pub mod writer;

/// What was found wrong in an EDIFACT input.
pub type Fault = crate::fault::Fault<kind::Kind>;
