//! XML 1.0 with namespaces, read tolerantly and safely, and written byte-stably.
//!
//! [`read`] turns bytes into [`Document`]s: arenas of elements whose names and texts are spans
//! into the input (or into a buffer where a reference or a charset needed decoding). It never
//! fails and never panics; what is wrong comes back as [`Fault`](crate::fault::Fault)s of a
//! closed list of [`Kind`]s. [`write`] is its inverse: reading what was written gives the same
//! tree.
//!
//! ```
//! use acquit_syntax::xml::{Options, read};
//!
//! let input = b"<Facture><Montant devise='MAD'>3600.00</Montant></Facture>";
//! let (documents, faults) = read(input, &Options::default());
//! assert!(faults.is_empty());
//! let amount = documents[0].root().child("Montant").unwrap();
//! assert_eq!((amount.trimmed(), amount.attribute("devise")), ("3600.00", Some("MAD")));
//! assert_eq!(amount.path(), "/Facture/Montant");
//! ```
//!
//! What it is *not*: it validates against no schema, knows no dialect, reads no document type
//! definition, expands no entity but the five predefined ones and opens no file. Comments are
//! read over. The order of text among child elements (mixed content) is not kept: an element
//! has its children and, apart from them, its text.

mod builder;
mod characters;
mod document;
mod element;
mod encoding;
mod gathered;
mod kind;
mod namespaces;
mod options;
mod position;
mod reader;
mod report;
mod resolve;
mod tag;
mod tree;
mod writer;

#[cfg(test)]
mod tests;

pub use document::Document;
pub use element::{Attribute, Attributes, Children, Declaration, Element};
pub use encoding::Encoding;
pub use kind::Kind;
pub use options::{
    ATTRIBUTES_MAX, COMMENT_MAX, DEPTH_MAX, DOCUMENTS_MAX, FAULTS_MAX, INPUT_MAX, Limits, NAME_MAX,
    NAMESPACES_IN_SCOPE_MAX, NAMESPACES_MAX, NODES_MAX, Options, TEXT_MAX,
};
pub use position::line_column;
pub use reader::read;
pub use tree::Tree;
pub use writer::{INDENT, Layout, write};

/// The namespace bound to the prefix `xml` everywhere (Namespaces in XML 1.0, section 3).
pub const XML_NAMESPACE: &str = "http://www.w3.org/XML/1998/namespace";
