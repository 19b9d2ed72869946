//! Races: what an outcome was decided on, and does not write itself, has moved meanwhile.

use super::take;
use crate::sample;
use acquit_domain::letter::LetterState;
use acquit_domain::outcome::Park;
use acquit_domain::*;
use acquit_store::CommitResult::{Committed, Conflict};
use acquit_store::{Batch, CommitResult, Store};

/// The outcome of a repeat: it asked for what the first one brought, and changes nothing of it.
fn repeat(n: u64, of: &Outcome) -> (Outcome, Keys) {
    let mut outcome = sample::empty(sample::parcel(n, n.to_be_bytes().to_vec()));
    outcome.verdict = Verdict::Known;
    outcome.answers.clone_from(&of.answers);
    (outcome, asked(of))
}

/// What was asked for before an outcome was decided.
fn asked(outcome: &Outcome) -> Keys {
    Keys {
        invoices: outcome.invoices.iter().map(|change| change.invoice.key.clone()).collect(),
        envelopes: outcome.envelopes.iter().map(|envelope| envelope.key.clone()).collect(),
        ..Keys::default()
    }
}

async fn commit(store: &Store, outcomes: Vec<(Outcome, Keys)>) -> Vec<CommitResult> {
    let mut batch = Batch::default();
    for (outcome, asked) in outcomes {
        batch.push(outcome, &asked);
    }
    store.commit_batch(batch).await.expect("answered")
}

fn with_keys(outcome: Outcome) -> (Outcome, Keys) {
    let keys = asked(&outcome);
    (outcome, keys)
}

/// A message kept aside for an invoice.
fn parks(n: u64, invoice: &InvoiceKey) -> Outcome {
    let mut outcome = sample::empty(sample::parcel(n, n.to_be_bytes().to_vec()));
    outcome.parked = vec![Park {
        exchange: outcome.parcel.id.derive(1, 1),
        invoice: invoice.clone(),
        parcel: outcome.parcel.id,
        interchange: 1,
        message: 1,
        reason: "PARK-ORDER".to_owned(),
        until: Timestamp(i64::MAX),
    }];
    outcome
}

async fn waiting(store: &Store, invoice: &InvoiceKey) -> usize {
    let keys = Keys { invoices: [invoice.clone()].into(), ..Keys::default() };
    let known = store.known(&keys).await.expect("known");
    known.parked.get(invoice).map_or(0, Vec::len)
}

/// A repeat of what turned out to be late is late, and so is what was decided on the repeat's
/// like; the others of the batch stay, and all are in time when they are decided again.
pub async fn what_was_decided_on_the_late_is_late(store: &Store) {
    let original = sample::outcome(1);
    // Another engine brings the invoice, in another transmission.
    let mut other = sample::outcome(2);
    other.invoices.clone_from(&original.invoices);
    take(store, vec![other]).await;

    let known = repeat(3, &original);
    let mut on_it = sample::outcome(4);
    on_it.invoices.clear();
    let follows = (on_it.clone(), asked(&original));
    let of_that = repeat(5, &on_it);
    let apart = with_keys(sample::outcome(6));
    let batch = vec![with_keys(original.clone()), known, follows, of_that, apart];
    let results = commit(store, batch).await;
    assert_eq!(results, [Conflict, Conflict, Conflict, Conflict, Committed]);
    assert!(store.answer(sample::parcel(3, vec![]).id).await.expect("asked").is_none());

    // In time, a repeat goes with its original.
    let batch = vec![with_keys(sample::outcome(7)), repeat(8, &sample::outcome(7))];
    assert_eq!(commit(store, batch).await, [Committed, Committed]);
}

/// What was decided on money is late with what moved money before it in its batch.
pub async fn what_was_decided_on_late_money_is_late(store: &Store) {
    let first = sample::outcome(1);
    take(store, vec![first.clone()]).await;
    let mut stale = sample::empty(sample::parcel(2, b"2".to_vec()));
    stale.invoices.clone_from(&first.invoices);
    stale.invoices[0].read_version = Some(7);
    let told_again = sample::empty(sample::parcel(3, b"3".to_vec()));
    let mut keys = Keys::default();
    keys.payments.funds.insert(("CMI".to_owned(), "T1".to_owned()));
    // What asks for neither money nor an invoice of these is in time.
    let batch = vec![with_keys(stale), (told_again, keys), with_keys(sample::outcome(4))];
    assert_eq!(commit(store, batch).await, [Conflict, Conflict, Committed]);
}

/// Nothing waits for an invoice that came at the same time, whichever of the two is first.
pub async fn nothing_waits_for_what_has_come(store: &Store) {
    let invoice = sample::outcome(1);
    let key = invoice.invoices[0].invoice.key.clone();
    take(store, vec![invoice]).await;
    let late = store.commit(vec![parks(2, &key)]).await.expect("answered");
    assert_eq!((late, waiting(store, &key).await), (vec![Conflict], 0));

    // The other way round: the invoice was decided before anything waited for it.
    let mut invoice = sample::outcome(3);
    let key = invoice.invoices[0].invoice.key.clone();
    take(store, vec![parks(4, &key)]).await;
    let unseen = store.commit(vec![invoice.clone()]).await.expect("answered");
    assert_eq!((unseen, waiting(store, &key).await), (vec![Conflict], 1));
    invoice.invoices[0].waiting = 1;
    invoice.released = vec![parks(4, &key).parked[0].exchange];
    take(store, vec![invoice]).await;
    assert_eq!(waiting(store, &key).await, 0);

    // In one transaction, from two engines.
    let invoice = sample::outcome(5);
    let key = invoice.invoices[0].invoice.key.clone();
    let both = store.commit(vec![parks(6, &key), invoice.clone()]).await.expect("answered");
    assert_eq!(both, [Committed, Conflict]);
    let (mut invoice, other) = (sample::outcome(7), sample::outcome(8));
    let key = invoice.invoices[0].invoice.key.clone();
    let three = vec![invoice.clone(), parks(9, &key), other];
    let results = store.commit(three).await.expect("answered");
    assert_eq!(results, [Committed, Conflict, Committed]);

    // Parked and released at once, by what brings its invoice.
    invoice = sample::outcome(10);
    let key = invoice.invoices[0].invoice.key.clone();
    invoice.parked = parks(11, &key).parked;
    invoice.released = vec![invoice.parked[0].exchange];
    take(store, vec![invoice]).await;
    assert_eq!(waiting(store, &key).await, 0);
}

/// Of two final answers to a letter that come at the same time the first counts; the second is
/// decided again, and is then an operator's case.
pub async fn the_first_final_answer_counts(store: &Store) {
    let first = sample::outcome(1);
    let letter = first.letters[0].clone();
    take(store, vec![first]).await;
    let answers = |n: u64, state| {
        let mut outcome = sample::empty(sample::parcel(n, n.to_be_bytes().to_vec()));
        outcome.marks = vec![(letter.id, state)];
        outcome
    };
    let both = vec![answers(2, LetterState::Refused), answers(3, LetterState::Acknowledged)];
    assert_eq!(store.commit(both).await.expect("answered"), [Committed, Conflict]);
    let keys = Keys { letters: [(letter.to, letter.reference)].into(), ..Keys::default() };
    let known = store.known(&keys).await.expect("known");
    assert_eq!(known.letters.values().next().map(|one| one.state), Some(LetterState::Refused));
}
