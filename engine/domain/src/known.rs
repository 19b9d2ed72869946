//! What is asked of the store before deciding, and what it answers.

use crate::pay::{PaymentKeys, PaymentsKnown};
use crate::{Envelope, EnvelopeKey, Id, Invoice, InvoiceKey, Letter, Parcel, PartyCode, Timestamp};
use std::collections::{BTreeMap, BTreeSet};

/// What a parcel is about: the questions to ask the store.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Keys {
    /// Invoices named.
    pub invoices: BTreeSet<InvoiceKey>,
    /// Transmissions to compare with.
    pub envelopes: BTreeSet<EnvelopeKey>,
    /// Codes of clients named.
    pub clients: BTreeSet<String>,
    /// Letters of ours that an acknowledgement names: to whom, and our reference.
    pub letters: BTreeSet<(PartyCode, String)>,
    /// Orders, money and notices named.
    pub payments: PaymentKeys,
}

impl Keys {
    /// Adds the questions of another parcel.
    pub fn extend(&mut self, other: &Keys) {
        self.invoices.extend(other.invoices.iter().cloned());
        self.envelopes.extend(other.envelopes.iter().cloned());
        self.clients.extend(other.clients.iter().cloned());
        self.letters.extend(other.letters.iter().cloned());
        self.payments.extend(&other.payments);
    }

    /// The same. What others of those asking may see of what one of them changes is added to
    /// `again`: what was asked before, and every letter, since nobody asks for what it writes.
    /// Clients and payments are left out.
    pub fn extend_telling(&mut self, other: &Keys, again: &mut Keys) {
        extend(&mut self.invoices, &other.invoices, &mut again.invoices);
        extend(&mut self.envelopes, &other.envelopes, &mut again.envelopes);
        again.letters.extend(other.letters.iter().cloned());
        self.letters.extend(other.letters.iter().cloned());
        self.clients.extend(other.clients.iter().cloned());
        self.payments.extend(&other.payments);
    }
}

fn extend<T: Ord + Clone>(all: &mut BTreeSet<T>, more: &BTreeSet<T>, again: &mut BTreeSet<T>) {
    for key in more {
        if !all.insert(key.clone()) {
            again.insert(key.clone());
        }
    }
}

/// A message kept aside until something it needs has come.
#[derive(Debug, Clone)]
pub struct Parked {
    /// The log row that parked it.
    pub exchange: Id,
    /// The parcel it came in, to be read again.
    pub parcel: Parcel,
    /// Ordinal of the interchange or document in the parcel, from 1.
    pub interchange: u32,
    /// Ordinal of the message in it, from 1.
    pub message: u32,
    /// Why it waits: code of a finding (`PARK-ORDER`, `REF-CLIENT`).
    pub reason: String,
    /// When waiting ends.
    pub until: Timestamp,
}

/// What is held about the things named by [`Keys`].
#[derive(Debug, Clone, Default)]
pub struct Known {
    /// Invoices held.
    pub invoices: BTreeMap<InvoiceKey, Invoice>,
    /// Transmissions taken before.
    pub envelopes: BTreeMap<EnvelopeKey, Envelope>,
    /// Clients of whom there is a record.
    pub clients: BTreeSet<String>,
    /// Letters of ours, by addressee and reference.
    pub letters: BTreeMap<(PartyCode, String), Letter>,
    /// Messages parked for invoices named.
    pub parked: BTreeMap<InvoiceKey, Vec<Parked>>,
    /// Orders, money and notices held.
    pub payments: PaymentsKnown,
}
