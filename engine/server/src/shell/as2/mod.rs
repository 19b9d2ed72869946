//! Partners who speak AS2 (RFC 4130): messages to the intake, letters to the partner, receipts
//! both ways.
//!
//! A receipt is given only after everything the message caused is stored, and it is stored itself
//! before it leaves: as a parcel of its own under a key made of the message's identifier, with a
//! row of the log. Who sends the message again gets those bytes again, after a crash and after a
//! change of keys too. That is why receipts are kept and not made anew: what they are made with
//! changes.
//!
//! What it is *not*: it knows no format of messages, and decides nothing.

mod open;
mod outlet;
mod receipts;
mod taking;

pub use open::{Partner, Partners};
pub use taking::{Given, Taken};

use acquit_connectors::as2::Proof;
use acquit_domain::Id;
use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};
use tokio::sync::oneshot;

/// What follows the identifier of a letter in the `Message-ID` of its message.
const DOMAIN: &str = "@acquit";

/// The `Message-ID` of a letter: the same in every try.
fn message_id(letter: Id) -> String {
    format!("{letter}{DOMAIN}")
}

/// The letter of a `Message-ID` of ours.
fn letter_of(message_id: &str) -> Option<Id> {
    message_id.strip_suffix(DOMAIN)?.parse().ok()
}

/// Letters whose receipts come later, and who waits for each.
#[derive(Debug, Default)]
pub(super) struct Waiting(Mutex<BTreeMap<Id, oneshot::Sender<Proof>>>);

impl Waiting {
    /// Waits for the receipt of a letter; whoever waited for it before waits no more.
    fn wait(&self, letter: Id) -> oneshot::Receiver<Proof> {
        let (sender, receiver) = oneshot::channel();
        self.0.lock().unwrap_or_else(PoisonError::into_inner).insert(letter, sender);
        receiver
    }

    /// Says what a receipt proved; false when nobody waits.
    fn say(&self, letter: Id, proof: Proof) -> bool {
        let waits = self.0.lock().unwrap_or_else(PoisonError::into_inner).remove(&letter);
        waits.is_some_and(|waits| waits.send(proof).is_ok())
    }

    /// Nobody waits any more.
    fn forget(&self, letter: Id) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).remove(&letter);
    }
}
