//! EDIFACT, ISO 9735 syntax versions 1 to 4 (batch).
//!
//! Reading goes in three steps, each usable alone: [`tokenizer`] cuts bytes into segments and
//! parts on a reusable [`tape`]; [`reader`] follows the envelope over any stream and lends one
//! message at a time with its faults; [`scan`](mod@scan) looks over a whole input before any of
//! it is used. [`value`] turns parts into text. [`writer`] writes what the reader reads.
//!
//! ```
//! use acquit_syntax::edifact::reader::{Item, Options, Reader};
//! use acquit_syntax::edifact::writer::{LineEnd, Writer};
//!
//! let input = b"UNB+UNOC:3+ANP+PORTNET+261123:1030+7'UNH+1+INVOIC:D:96A:UN'\
//!     BGM+380+A?+1'UNT+9+1'UNZ+1+7'";
//! let mut reader = Reader::over(input, Options::default());
//! let mut writer = None;
//! let mut found = Vec::new();
//! while let Some(item) = reader.next() {
//!     match item {
//!         Item::Start { header, .. } => writer = Some(Writer::new(header, LineEnd::None)),
//!         Item::Message(message) => {
//!             let bgm = message.content.tape.segments[1];
//!             assert_eq!(message.content.get(&bgm, 2, 1), "A+1");
//!             found.extend(message.faults.iter().map(|fault| fault.kind.name()));
//!             let writer = writer.as_mut().expect("a message stands in an interchange");
//!             writer.message(&message.header());
//!             writer.copy(&message.content, &bgm);
//!         }
//!         _ => {}
//!     }
//! }
//! assert_eq!(found, ["EDI-029"]); // UNT counts 9 segments, there are 3
//! let written = writer.expect("an interchange").finish().expect("what was read");
//! assert!(written.ends_with(b"BGM+380+A?+1'UNT+3+1'UNZ+1+7'"));
//! ```
//!
//! This module is *not* a judge of messages: it knows the service segments of the envelope and
//! no other. Interactive interchanges, packages (UNO, UNP) and security segments are told as
//! not supported.

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
