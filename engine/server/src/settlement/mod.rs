//! What providers and banks report by the day: settlements are matched with the ledger, statements
//! and files of cheques tell of payments.
//!
//! ```text
//! file --read--> lines --match with the ledger--> differences --decide, some at a time--> commit
//!                                            \--> the day with all its lines, in one commit
//! ```
//!
//! A file that was interrupted is given again: what of it was entered is known by its own keys, and
//! the day is stored last. What it is *not*: it decides nothing; the flow does.

mod banks;
mod door;
mod import;
mod report;

pub use banks::{Cheques, ChequesWire, RejectWire, StatementsWire, cheques, statements};
pub use door::{Report, receive, report};
pub use import::{Import, close, import};
pub use report::{DayWire, LineWire, SumWire, agrees, csv, json, text};

use banks::EXISTS;

use crate::shell::{Arrival, Clock, Refusal};
use acquit_domain::pay::Day;
use acquit_domain::{Channel, Finding, Media, Parcel, PartyCode};

/// Why a file was not taken; nothing of it counts then.
#[derive(Debug)]
pub enum Refused {
    /// No provider has this code.
    Provider,
    /// It cannot be read, or says what cannot be.
    Findings(Vec<Finding>),
    /// Its day is closed.
    Closed(Box<Day>),
    /// The engine takes nothing now.
    Shell(Refusal),
    /// The store cannot be asked.
    Store(acquit_store::Error),
}

impl From<Refusal> for Refused {
    fn from(refusal: Refusal) -> Refused {
        Refused::Shell(refusal)
    }
}

impl From<acquit_store::Error> for Refused {
    fn from(error: acquit_store::Error) -> Refused {
        Refused::Store(error)
    }
}

/// A parcel for some lines of a file that is kept in a parcel of its own.
fn note(clock: &Clock, file: &Parcel, what: &serde_json::Value) -> Parcel {
    let arrival = Arrival {
        media: Media::Json,
        name: file.name.clone(),
        ..of(file.partner.clone(), file.channel)
    };
    arrival.parcel(clock, what.to_string().into_bytes())
}

fn of(partner: Option<PartyCode>, channel: Channel) -> Arrival {
    Arrival { partner, ..Arrival::over(channel) }
}
