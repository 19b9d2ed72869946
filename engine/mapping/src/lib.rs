//! The declarative files to one immutable rulebook; messages to records and back.
//!
//! This is the only crate that knows wire and meaning. It takes text, not paths; it does no
//! input or output and decides nothing. See `docs/mapping.md` for the language people write.

pub mod agreement;
pub mod bank;
pub mod calendar;
pub mod carrier;
pub mod catalogue;
pub mod codec;
pub mod codes;
pub mod csv;
pub mod edifact;
pub mod files;
pub mod findings;
pub mod fixed;
pub mod form;
pub mod json;
pub mod language;
pub mod letters;
pub mod lifecycle;
pub mod matrix;
pub mod parties;
pub mod platform;
pub mod provider;
pub mod record;
pub mod rulebook;
pub mod signature;
pub mod specimen;
pub mod value;
pub mod vat;
pub mod vocabulary;
pub mod words;
pub mod xml;
