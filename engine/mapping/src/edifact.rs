//! EDIFACT specimens: parsing, laying one over another, compiling, reading and writing.
//!
//! A specimen is compiled against the segment table of its release, so that every line knows the
//! slot it stands in; reading then walks the tree the table made of a message. What this is
//! *not*: a check of the message's structure; that is `acquit_syntax::edifact::check`.

mod compile;
mod line;
mod overlay;
mod read;
mod source;
mod write;

pub use compile::{EdifactSpecimen, SIBLINGS_MAX};
pub use line::{Cell, Line};
pub use overlay::lay_over;
pub use read::{FINDINGS_MAX, read_edifact};
pub use source::{EdifactSource, LINES_MAX, parse_edifact};
pub use write::{Unwritten, WrittenSegment, write_edifact, write_marked, write_message};
