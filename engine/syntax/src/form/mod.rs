//! Forms as browsers and payment pages post them: `application/x-www-form-urlencoded`
//! (WHATWG URL, section 5).
//!
//! [`read`] keeps the order, the raw bytes and the decoded text of every pair, because signatures
//! are computed over values exactly as they were posted. It never fails; a name that comes twice,
//! also when only its case differs, is a fault, and both pairs are kept.
//!
//! ```
//! use acquit_syntax::form::{Options, read};
//!
//! let (form, faults) = read(b"oid=PI-0001&BillToName=L%27AMI+SARL", &Options::default());
//! assert!(faults.is_empty());
//! assert_eq!(form.value("BillToName"), Some("L'AMI SARL"));
//! assert_eq!(form.pairs[1].raw_value, b"L%27AMI+SARL");
//! ```
//!
//! What it is *not*: it reads no `multipart/form-data`, and it checks no signature.

mod kind;
mod percent;
mod reader;
mod writer;

#[cfg(test)]
mod tests;

pub use kind::Kind;
pub use percent::percent_decode;
pub use reader::{Form, INPUT_MAX, Limits, NAME_MAX, Options, PAIRS_MAX, Pair, VALUE_MAX, read};
pub use writer::write;
