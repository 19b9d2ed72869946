//! Laying an outcome over what is known, so that the parcels of one batch see each other.

use acquit_domain::known::Parked;
use acquit_domain::{Known, Outcome};

/// Changes `known` as the commit of `outcome` will change the store.
pub fn apply(known: &mut Known, outcome: &Outcome) {
    for change in &outcome.invoices {
        known.invoices.insert(change.invoice.key.clone(), change.invoice.clone());
    }
    for envelope in &outcome.envelopes {
        known.envelopes.insert(envelope.key.clone(), envelope.clone());
    }
    for party in &outcome.parties {
        known.clients.insert(party.code.as_str().to_owned());
    }
    for letter in &outcome.letters {
        let address = (letter.to.clone(), letter.reference.clone());
        known.letters.insert(address, letter.clone());
    }
    for (id, state) in &outcome.marks {
        if let Some(letter) = known.letters.values_mut().find(|letter| letter.id == *id) {
            letter.state = *state;
        }
    }
    for parked in known.parked.values_mut() {
        parked.retain(|message| !outcome.released.contains(&message.exchange));
    }
    lay_payments(known, outcome);
    for park in &outcome.parked {
        known.parked.entry(park.invoice.clone()).or_default().push(Parked {
            exchange: park.exchange,
            parcel: outcome.parcel.clone(),
            interchange: park.interchange,
            message: park.message,
            reason: park.reason.clone(),
            until: park.until,
        });
    }
}

fn lay_payments(known: &mut Known, outcome: &Outcome) {
    let (held, changed) = (&mut known.payments, &outcome.payments);
    let orders = changed.orders.iter().map(|change| (change.after.id, change.after.clone()));
    held.orders.extend(orders);
    let funds = changed.funds.iter().map(|change| (change.after.key.clone(), change.after.clone()));
    held.funds.extend(funds);
    let notices = changed.notices.iter().map(|change| (change.after.id, change.after.clone()));
    held.notices.extend(notices);
    let requests = changed.requests.iter().map(|change| (change.after.id, change.after.clone()));
    held.requests.extend(requests);
    held.receipts.extend(changed.receipts.iter().map(|receipt| (receipt.funds, receipt.clone())));
    for case in &changed.cases {
        match case.closed_at {
            None => drop(held.cases.insert(case.id, case.clone())),
            Some(_) => drop(held.cases.remove(&case.id)),
        }
    }
    for (name, _, given) in &changed.counters {
        held.counters.insert(name.clone(), *given);
    }
}
