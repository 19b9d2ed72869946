//! Outcomes made ready to be stored together, and which of them rest on which.
//!
//! A repeat may be decided on the original before it in its batch, and change nothing that the
//! original changes: no version tells it that the original turned out to be late. So each outcome
//! notes on which of those before it it was decided, and is late when one of them is.
//!
//! What it is *not*: the guard against other engines; those are the versions and the guarded
//! [steps](crate::steps).

use crate::steps::{Prepared, prepare};
use acquit_domain::{EnvelopeKey, InvoiceKey, Keys, Outcome, PartyCode};
use std::collections::HashMap;
use std::collections::hash_map::RandomState;
use std::hash::{BuildHasher, Hash};

/// Outcomes made ready to be stored, which takes about half as long as storing them: a batch may
/// be made ready while the one before is stored.
#[derive(Default)]
pub struct Batch {
    outcomes: Vec<Prepared>,
    /// Who changed a thing last, by the hash of its name: two things of one hash make somebody
    /// decide again in vain, which is all.
    changed: HashMap<u64, usize>,
    hasher: RandomState,
}

/// Things that an outcome changes and others ask for.
#[derive(Hash)]
enum Thing<'t> {
    Invoice(&'t InvoiceKey),
    Envelope(&'t EnvelopeKey),
    Client(&'t str),
    Letter(&'t PartyCode, &'t str),
    /// All orders, money facts, notices, requests, cases and numbers, and the invoices they lie
    /// on: who asks for one of them is told of others.
    Money,
}

impl Batch {
    /// Adds an outcome that was decided on what the store says about `asked` and on what those
    /// before it in the batch change of it. Gives back what is left of it: everything but its log
    /// rows.
    pub fn push(&mut self, outcome: Outcome, asked: &Keys) -> Outcome {
        let at = self.outcomes.len();
        let moves_money = moves_money(&outcome);
        let mut rests_on: Vec<usize> = Vec::new();
        let hasher = &self.hasher;
        each_asked(asked, moves_money || !asked.payments.is_empty(), |thing| {
            rests_on.extend(self.changed.get(&hasher.hash_one(thing)).map(|before| at - before));
        });
        rests_on.sort_unstable();
        rests_on.dedup();
        each_changed(&outcome, asked, moves_money, |thing| {
            self.changed.insert(hasher.hash_one(thing), at);
        });
        let (prepared, left) = prepare(outcome);
        self.outcomes.push(Prepared { rests_on, ..prepared });
        left
    }

    /// The outcomes, in their order.
    pub(crate) fn into_outcomes(self) -> Vec<Prepared> {
        self.outcomes
    }
}

/// True when what an outcome changes may be seen by those who ask for something else.
fn moves_money(outcome: &Outcome) -> bool {
    let moved = &outcome.payments;
    outcome.invoices.iter().any(|change| change.read_version.is_some())
        || !moved.orders.is_empty()
        || !moved.funds.is_empty()
        || !moved.notices.is_empty()
        || !moved.requests.is_empty()
        || !moved.receipts.is_empty()
        || !moved.cases.is_empty()
        || !moved.counters.is_empty()
}

fn each_asked(asked: &Keys, money: bool, mut take: impl FnMut(Thing<'_>)) {
    asked.invoices.iter().for_each(|key| take(Thing::Invoice(key)));
    asked.envelopes.iter().for_each(|key| take(Thing::Envelope(key)));
    asked.clients.iter().for_each(|code| take(Thing::Client(code)));
    asked.letters.iter().for_each(|(to, reference)| take(Thing::Letter(to, reference)));
    if money {
        take(Thing::Money);
    }
}

/// What an outcome changes. Marks and releases do not name what they are about: it was asked for.
fn each_changed(outcome: &Outcome, asked: &Keys, money: bool, mut take: impl FnMut(Thing<'_>)) {
    outcome.invoices.iter().for_each(|change| take(Thing::Invoice(&change.invoice.key)));
    outcome.parked.iter().for_each(|park| take(Thing::Invoice(&park.invoice)));
    if !outcome.released.is_empty() {
        asked.invoices.iter().for_each(|key| take(Thing::Invoice(key)));
    }
    outcome.envelopes.iter().for_each(|envelope| take(Thing::Envelope(&envelope.key)));
    outcome.replaced.iter().for_each(|key| take(Thing::Envelope(key)));
    outcome.parties.iter().for_each(|party| take(Thing::Client(party.code.as_str())));
    outcome.letters.iter().for_each(|letter| take(Thing::Letter(&letter.to, &letter.reference)));
    if !outcome.marks.is_empty() {
        asked.letters.iter().for_each(|(to, reference)| take(Thing::Letter(to, reference)));
    }
    if money {
        take(Thing::Money);
    }
}

/// Outcomes each of which was decided on what the store says alone.
impl FromIterator<Outcome> for Batch {
    fn from_iter<I: IntoIterator<Item = Outcome>>(outcomes: I) -> Batch {
        let outcomes = outcomes.into_iter().map(|outcome| prepare(outcome).0).collect();
        Batch { outcomes, ..Batch::default() }
    }
}
