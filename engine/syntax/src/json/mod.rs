//! JSON (RFC 8259), read strictly, with every place, and written byte-stably.
//!
//! [`read`] turns bytes into a [`Document`]: an arena of nodes whose names and texts are spans of
//! the input, or own their characters where an escape needed decoding. Numbers stay the text
//! they are written as: no number passes through floating point here. It never fails and never
//! panics; what is wrong comes back as [`Fault`](crate::fault::Fault)s of a closed list of
//! [`Kind`]s. A name written twice in one object is a fault, and both members are kept.
//!
//! ```
//! use acquit_syntax::json::{Limits, read};
//!
//! let input = br#"{"amount": 3600.00, "items": [{"id": "A"}]}"#;
//! let (document, faults) = read(input, &Limits::default());
//! assert!(faults.is_empty());
//! let root = document.unwrap();
//! let amount = root.root().member("amount").unwrap();
//! assert_eq!((amount.text(), amount.pointer()), ("3600.00", "/amount".to_owned()));
//! ```
//!
//! What it is *not*: it has no comments, no trailing commas and no other extension, it streams
//! no sequence of documents, and it knows no schema.

mod document;
mod kind;
mod limits;
mod number;
mod reader;
mod text;
mod writer;

#[cfg(test)]
mod tests;

pub use document::{Document, Node, Shape};
pub use kind::Kind;
pub use limits::{DEPTH_MAX, INPUT_MAX, Limits, NAME_MAX, NODES_MAX, TEXT_MAX};
pub use number::is_number;
pub use reader::read;
pub use writer::{Layout, Tree, write};
