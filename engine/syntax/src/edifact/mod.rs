//! EDIFACT, ISO 9735 syntax versions 1 to 4 (batch).

pub mod kind;
pub mod tape;

/// What was found wrong in an EDIFACT input.
pub type Fault = crate::fault::Fault<kind::Kind>;
