//! Committing: everything is compared with what is held, then all of it is written, or nothing.

use super::{Committed, Store, ledger};
use crate::bugs::Bug;
use acquit_domain::known::Parked;
use acquit_domain::pay::Payments;
use acquit_domain::{InvoiceState, Letter, Outcome};
use std::collections::btree_map::Entry;

impl Store {
    /// Writes an outcome, whole or not at all.
    pub fn commit(&mut self, outcome: &Outcome) -> Committed {
        self.commits += 1;
        let conflict = self.moved(outcome).or_else(|| self.payments_moved(&outcome.payments));
        if let Some(what) = conflict
            && self.bug != Some(Bug::VersionsIgnored)
        {
            return Committed::Conflict(what);
        }
        match ledger::check(self, outcome) {
            Ok(totals) => self.totals = totals,
            Err(why) => return Committed::Unbalanced(why),
        }
        self.write(outcome);
        Committed::Yes
    }

    /// What of the messages, invoices and rows stands against writing them.
    fn moved(&self, outcome: &Outcome) -> Option<&'static str> {
        let held = &self.held;
        if self.parcels.contains_key(&outcome.parcel.id) {
            return Some("the parcel is there");
        }
        let key = &outcome.parcel.idempotency_key;
        if !key.is_empty() && self.idempotent.contains_key(key) {
            return Some("the idempotency key is taken");
        }
        let bug = self.bug;
        if outcome.replaced.iter().any(|key| !held.envelopes.contains_key(key)) {
            return Some("a transmission to replace is gone");
        }
        let taken = outcome.envelopes.iter().any(|one| {
            held.envelopes.contains_key(&one.key) && !outcome.replaced.contains(&one.key)
        });
        if taken && bug != Some(Bug::RepeatsForgotten) {
            return Some("a transmission was taken");
        }
        let version = |change: &acquit_domain::outcome::InvoiceChange| {
            held.invoices.get(&change.invoice.key).map(|held| held.version) != change.read_version
        };
        if outcome.invoices.iter().any(version) {
            return Some("an invoice moved");
        }
        let row = |row: &acquit_domain::Exchange| {
            let place = row.invoice.clone().zip(row.n);
            self.rows.contains(&row.id) || place.is_some_and(|place| self.places.contains(&place))
        };
        if outcome.exchanges.iter().any(row) {
            return Some("a place in the log is taken");
        }
        // What waits for an invoice waits for ever when that came meanwhile.
        let came = |park: &acquit_domain::outcome::Park| {
            let invoice = held.invoices.get(&park.invoice);
            let written = outcome.invoices.iter().any(|one| one.invoice.key == park.invoice);
            let waits = [InvoiceState::Absent, InvoiceState::Requested, InvoiceState::Empty];
            !written && invoice.is_some_and(|invoice| !waits.contains(&invoice.state))
        };
        if outcome.parked.iter().any(came) && bug != Some(Bug::ParkedTooLate) {
            return Some("the invoice came meanwhile");
        }
        let waits = |id| held.parked.values().flatten().any(|parked| parked.exchange == id);
        if outcome.released.iter().any(|id| !waits(*id)) {
            return Some("a parked message waits no more");
        }
        None
    }

    fn payments_moved(&self, changed: &Payments) -> Option<&'static str> {
        let held = &self.held.payments;
        for change in &changed.orders {
            let version = held.orders.get(&change.after.id).map(|one| one.version);
            if version != change.read_version {
                return Some("an order moved");
            }
            let named = |order: &&acquit_domain::pay::Order| order.number == change.after.number;
            if held.orders.values().any(|order| named(&order) && order.id != change.after.id) {
                return Some("an order's number is taken");
            }
        }
        for change in &changed.funds {
            let version = held.funds.get(&change.after.key).map(|one| one.version);
            if version != change.read_version {
                return Some("a fact moved");
            }
        }
        for change in &changed.notices {
            if held.notices.get(&change.after.id).map(|one| one.version) != change.read_version {
                return Some("a notice moved");
            }
        }
        for change in &changed.requests {
            if held.requests.get(&change.after.id).map(|one| one.version) != change.read_version {
                return Some("a request moved");
            }
        }
        let number = |receipt: &acquit_domain::pay::Receipt| {
            self.receipts.get(&receipt.number).is_some_and(|other| other.id != receipt.id)
        };
        if changed.receipts.iter().any(number) {
            return Some("a receipt's number is taken");
        }
        let given = |(name, read, _): &(String, i64, i64)| {
            held.counters.get(name).copied().unwrap_or(0) != *read
        };
        if changed.counters.iter().any(given) {
            return Some("a number was given");
        }
        let closed = |case: &acquit_domain::pay::Case| {
            self.cases.get(&case.id).is_some_and(|held| held.closed_at.is_some())
        };
        changed.cases.iter().any(closed).then_some("a case was closed")
    }

    fn write(&mut self, outcome: &Outcome) {
        let parcel = &outcome.parcel;
        self.parcels.insert(parcel.id, parcel.sha256);
        if outcome.keep_bytes && self.bug != Some(Bug::BytesLost) {
            self.bytes.insert(parcel.sha256);
        }
        if !parcel.idempotency_key.is_empty() {
            self.idempotent.insert(parcel.idempotency_key.clone(), parcel.id);
        }
        outcome.replaced.iter().for_each(|key| drop(self.held.envelopes.remove(key)));
        let remember = self.bug != Some(Bug::RepeatsForgotten) || self.commits.is_multiple_of(2);
        for envelope in outcome.envelopes.iter().filter(|_| remember) {
            self.held.envelopes.insert(envelope.key.clone(), envelope.clone());
        }
        for change in &outcome.invoices {
            self.held.invoices.insert(change.invoice.key.clone(), change.invoice.clone());
        }
        for row in &outcome.exchanges {
            if self.bug == Some(Bug::RowsLost) && self.commits.is_multiple_of(7) && row.n.is_some()
            {
                continue;
            }
            self.rows.insert(row.id);
            self.places.extend(row.invoice.clone().zip(row.n));
            self.log.push(row.clone());
        }
        let clients = outcome.parties.iter().map(|party| party.code.as_str().to_owned());
        self.held.clients.extend(clients);
        self.write_letters(outcome);
        self.write_parked(outcome);
        self.write_payments(&outcome.payments);
    }

    fn write_letters(&mut self, outcome: &Outcome) {
        for letter in &outcome.letters {
            self.keep(letter, true);
        }
        let kept = outcome.envelopes.iter().flat_map(|envelope| &envelope.letters);
        kept.chain(&outcome.answers).for_each(|letter| self.keep(letter, false));
        for (id, state) in &outcome.marks {
            if let Some((letter, _)) = self.letters.get_mut(id) {
                letter.state = *state;
                let name = (letter.to.clone(), letter.reference.clone());
                self.held.letters.insert(name, letter.clone());
            }
        }
    }

    fn keep(&mut self, letter: &Letter, queued: bool) {
        if let Entry::Vacant(place) = self.letters.entry(letter.id) {
            place.insert((letter.clone(), queued));
            let name = (letter.to.clone(), letter.reference.clone());
            self.held.letters.insert(name, letter.clone());
        }
    }

    fn write_parked(&mut self, outcome: &Outcome) {
        for waiting in self.held.parked.values_mut() {
            waiting.retain(|parked| !outcome.released.contains(&parked.exchange));
        }
        for park in outcome.parked.iter().filter(|_| self.bug != Some(Bug::ParkedLost)) {
            self.held.parked.entry(park.invoice.clone()).or_default().push(Parked {
                exchange: park.exchange,
                parcel: outcome.parcel.clone(),
                interchange: park.interchange,
                message: park.message,
                reason: park.reason.clone(),
                until: park.until,
            });
        }
        self.held.parked.retain(|_, waiting| !waiting.is_empty());
    }

    fn write_payments(&mut self, changed: &Payments) {
        let held = &mut self.held.payments;
        for change in &changed.orders {
            held.orders.insert(change.after.id, change.after.clone());
        }
        for change in &changed.funds {
            held.funds.insert(change.after.key.clone(), change.after.clone());
        }
        for change in &changed.notices {
            held.notices.insert(change.after.id, change.after.clone());
        }
        for change in &changed.requests {
            held.requests.insert(change.after.id, change.after.clone());
        }
        for receipt in &changed.receipts {
            held.receipts.insert(receipt.funds, receipt.clone());
            self.receipts.insert(receipt.number.clone(), receipt.clone());
        }
        for case in &changed.cases {
            self.cases.insert(case.id, case.clone());
            match case.closed_at {
                None => drop(held.cases.insert(case.id, case.clone())),
                Some(_) => drop(held.cases.remove(&case.id)),
            }
        }
        self.deliveries.extend(changed.deliveries.iter().map(|delivery| delivery.id));
        for (name, _, given) in &changed.counters {
            held.counters.insert(name.clone(), *given);
        }
    }
}
