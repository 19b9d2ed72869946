//! What parcels decided but not yet stored have changed.
//!
//! While one batch is being stored the next is decided; it must see what the first one changes.
//! Should the first one fail after all, everything decided on top of it is decided again.

use acquit_domain::letter::LetterState;
use acquit_domain::{Id, Keys, Known, Outcome};
use std::collections::{BTreeMap, BTreeSet};

/// Changes that the store does not show yet.
#[derive(Debug, Default)]
pub(super) struct Overlay {
    known: Known,
    released: BTreeSet<Id>,
    marks: BTreeMap<Id, LetterState>,
}

impl Overlay {
    /// Adds what an outcome changes.
    pub(super) fn note(&mut self, outcome: Outcome) {
        self.released.extend(outcome.released.iter().copied());
        self.marks.extend(outcome.marks.iter().copied());
        acquit_flow::lay(&mut self.known, outcome);
    }

    /// Puts the changes over what the store said about `keys`. Doing it twice is doing it once:
    /// the store may already show some of them.
    pub(super) fn lay_over(&self, keys: &Keys, known: &mut Known) {
        for key in &keys.invoices {
            if let Some(invoice) = self.known.invoices.get(key) {
                known.invoices.insert(key.clone(), invoice.clone());
            }
            if let Some(parked) = self.known.parked.get(key) {
                let held = known.parked.entry(key.clone()).or_default();
                for message in parked {
                    if held.iter().all(|held| held.exchange != message.exchange) {
                        held.push(message.clone());
                    }
                }
            }
            if let Some(held) = known.parked.get_mut(key) {
                held.retain(|message| !self.released.contains(&message.exchange));
            }
        }
        for key in &keys.envelopes {
            if let Some(envelope) = self.known.envelopes.get(key) {
                known.envelopes.insert(key.clone(), envelope.clone());
            }
        }
        for client in &keys.clients {
            if self.known.clients.contains(client) {
                known.clients.insert(client.clone());
            }
        }
        for key in &keys.letters {
            if let Some(letter) = self.known.letters.get(key) {
                known.letters.insert(key.clone(), letter.clone());
            }
            // A letter that the store holds and this batch marks is not among those above.
            if let Some(letter) = known.letters.get_mut(key)
                && let Some(state) = self.marks.get(&letter.id)
            {
                letter.state = *state;
            }
        }
    }
}
