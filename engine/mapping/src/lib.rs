//! The declarative files to one immutable rulebook; messages to records and back.
//!
//! This is the only crate that knows wire and meaning. It takes text, not paths; it does no
//! input or output and decides nothing. See `docs/mapping.md` for the language people write.

pub mod codec;
pub mod codes;
pub mod edifact;
pub mod files;
pub mod findings;
pub mod language;
pub mod record;
pub mod specimen;
pub mod value;
pub mod vocabulary;
pub mod xml;
