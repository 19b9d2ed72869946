//! The store: the only SQL of Acquit.
//!
//! It keeps what the flow decided - each outcome in one transaction, or not at
//! all - and answers what is known and what people look for.
//!
//! What this crate is *not*: it decides nothing, computes no status and no hash of a log row,
//! reads no clock and draws no random number. Whoever asks says who is asking: every list of
//! invoices takes a [`Viewer`], so that one party cannot be given another's rows by omission.

mod answers;
mod apply;
mod batch;
mod checkpoint;
mod codes;
mod commit;
#[cfg(feature = "postgres")]
mod copy;
mod cursor;
mod dialect;
mod error;
mod exchange_row;
mod filter;
mod invoice_row;
mod invoices;
mod keys;
mod known;
mod letter_row;
mod link;
mod log;
mod merkle;
mod migration;
mod outbox;
mod parcel_row;
mod part_row;
mod parties;
mod pay;
#[cfg(feature = "faults")]
pub mod planted;
mod search;
mod steps;
mod store;
mod value;
mod verify;
mod viewer;
mod wal;
mod wire;

pub use answers::{Answer, Counts};
pub use batch::Batch;
pub use checkpoint::{CHECKPOINT_ROWS, Checkpoint};
pub use commit::{CommitResult, GROUP_MAX, QUEUE_MAX};
#[cfg(feature = "postgres")]
pub use copy::{Copied, Progress};
pub use error::{Error, Result};
pub use filter::{
    InvoiceFilter, PAGE_MAX, Page, PageRequest, Relation, SORT_COLUMNS, Sort, SortColumn,
    TOTAL_MAX, Total,
};
pub use invoices::{DocumentEntry, EXCHANGES_MAX, InvoiceFile};
pub use keys::KeyHolder;
pub use log::{EVENTS_SCANNED, EventPage, ExchangeFilter, LogRow, ROWS_MAX};
pub use outbox::LETTERS_MAX;
pub use part_row::Unfinished;
pub use parties::{PARTIES_MAX, PartyFilter};
pub use pay::{Backlog, CaseFilter, DUE_MAX, Money, OrderFile, OrderFilter, Subscription, Totals};
pub use store::{READERS, Store};
pub use verify::{
    BREAKS_MAX, Break, Hashes, InvoiceHash, LetterHash, LettersHash, Report, RowHash,
};
pub use viewer::Viewer;
