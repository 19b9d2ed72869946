//! Laying an outcome over what is known, so that the parcels of one batch see each other.

use acquit_domain::known::Parked;
use acquit_domain::pay::Payments;
use acquit_domain::{Keys, Known, Outcome};

/// Changes `known` as the commit of `outcome` will change the store.
pub fn apply(known: &mut Known, outcome: &Outcome) {
    lay(known, seen(outcome, None));
}

/// The same for those who will ask only what `asked` names: what is new and not among it is left
/// out, because taking a copy of an invoice costs a tenth of deciding it.
pub fn apply_asked(known: &mut Known, outcome: &Outcome, asked: &Keys) {
    lay(known, seen(outcome, Some(asked)));
}

/// The same for those who need the outcome no more.
pub fn lay(known: &mut Known, outcome: Outcome) {
    for change in outcome.invoices {
        known.invoices.insert(change.invoice.key.clone(), change.invoice);
    }
    for envelope in outcome.envelopes {
        known.envelopes.insert(envelope.key.clone(), envelope);
    }
    for party in &outcome.parties {
        known.clients.insert(party.code.as_str().to_owned());
    }
    for letter in outcome.letters {
        known.letters.insert((letter.to.clone(), letter.reference.clone()), letter);
    }
    for (id, state) in &outcome.marks {
        if let Some(letter) = known.letters.values_mut().find(|letter| letter.id == *id) {
            letter.state = *state;
        }
    }
    for parked in known.parked.values_mut() {
        parked.retain(|message| !outcome.released.contains(&message.exchange));
    }
    lay_payments(known, outcome.payments);
    for park in outcome.parked {
        known.parked.entry(park.invoice).or_default().push(Parked {
            exchange: park.exchange,
            parcel: outcome.parcel.clone(),
            interchange: park.interchange,
            message: park.message,
            reason: park.reason,
            until: park.until,
        });
    }
}

/// A copy of what of an outcome later ones may see. An invoice that was held may be seen by those
/// who ask for another one of its order; a new one only by those who name it.
fn seen(outcome: &Outcome, asked: Option<&Keys>) -> Outcome {
    let named = |is_among: &dyn Fn(&Keys) -> bool| asked.is_none_or(is_among);
    let invoices = outcome.invoices.iter().filter(|change| {
        let key = &change.invoice.key;
        change.read_version.is_some() || named(&|asked| asked.invoices.contains(key))
    });
    let envelopes = outcome.envelopes.iter();
    let envelopes = envelopes.filter(|one| named(&|asked| asked.envelopes.contains(&one.key)));
    let letters = outcome.letters.iter().filter(|_| named(&|asked| !asked.letters.is_empty()));
    Outcome {
        invoices: invoices.cloned().collect(),
        envelopes: envelopes.cloned().collect(),
        parties: outcome.parties.clone(),
        letters: letters.cloned().collect(),
        marks: outcome.marks.clone(),
        released: outcome.released.clone(),
        parked: outcome.parked.clone(),
        payments: outcome.payments.clone(),
        ..Outcome::new(outcome.parcel.clone(), outcome.verdict)
    }
}

fn lay_payments(known: &mut Known, changed: Payments) {
    let held = &mut known.payments;
    held.orders.extend(changed.orders.into_iter().map(|change| (change.after.id, change.after)));
    let funds = changed.funds.into_iter().map(|change| (change.after.key.clone(), change.after));
    held.funds.extend(funds);
    held.notices.extend(changed.notices.into_iter().map(|change| (change.after.id, change.after)));
    let requests = changed.requests.into_iter();
    held.requests.extend(requests.map(|change| (change.after.id, change.after)));
    held.receipts.extend(changed.receipts.into_iter().map(|receipt| (receipt.funds, receipt)));
    for case in changed.cases {
        match case.closed_at {
            None => drop(held.cases.insert(case.id, case)),
            Some(_) => drop(held.cases.remove(&case.id)),
        }
    }
    for (name, _, given) in changed.counters {
        held.counters.insert(name, given);
    }
}
