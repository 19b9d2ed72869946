//! The nouns and laws of Acquit: money, invoices, exchanges, letters, findings.
//!
//! What this crate is *not*: it knows no format (EDIFACT, XML, JSON, SQL), does no input or
//! output, reads no clock and draws no random number. Every value that could go wrong at the edge
//! is parsed into a type here, and travels as that type.

pub mod envelope;
pub mod exchange;
pub mod finding;
pub mod id;
pub mod invoice;
pub mod known;
pub mod letter;
pub mod mask;
pub mod money;
pub mod outcome;
pub mod parcel;
pub mod part;
pub mod party;
pub mod pay;
pub mod status;
pub mod time;

pub use envelope::{Envelope, EnvelopeKey};
pub use exchange::{Direction, Exchange, Function, Verdict};
pub use finding::{Finding, Level, Place, Severity};
pub use id::Id;
pub use invoice::{Invoice, InvoiceKey, InvoiceKind, InvoiceMessage, InvoiceNumber};
pub use known::{Keys, Known};
pub use letter::{Letter, LetterKind};
pub use money::{Currency, Money};
pub use outcome::Outcome;
pub use parcel::{Channel, Media, Parcel};
pub use part::{Carried, More, Progress};
pub use party::{Party, PartyCode, Role};
pub use rust_decimal::Decimal;
pub use status::{InvoiceState, Status};
pub use time::{Date, Timestamp};
