//! XML specimens: the document as it travels, with holes in texts and attributes.
//!
//! A comment on the line of a start tag marks the element: `<!-- optional -->`,
//! `<!-- each lines -->`; an element without one stands once. The first comments say what the
//! file is. What this is *not*: a schema. The order of elements is free when reading; an element
//! the specimen does not name is told.

mod parse;
mod read;
mod source;
mod write;

pub use read::{FINDINGS_MAX, Strictness, read_xml};
pub use source::{XmlLine, XmlSpecimen};
pub use write::write_xml;
