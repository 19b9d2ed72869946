//! Committing, conflicts, and what is known afterwards.

use super::{operator, take, viewer};
use crate::sample;
use acquit_domain::exchange::MessageVerdict;
use acquit_domain::outcome::{InvoiceChange, Park};
use acquit_domain::*;
use acquit_store::{CommitResult, InvoiceFilter, PageRequest, Sort, Store};

fn keys_of(outcome: &Outcome) -> Keys {
    Keys {
        invoices: outcome.invoices.iter().map(|change| change.invoice.key.clone()).collect(),
        envelopes: outcome.envelopes.iter().map(|envelope| envelope.key.clone()).collect(),
        clients: outcome.parties.iter().map(|party| party.code.to_string()).collect(),
        letters: outcome.letters.iter().map(|l| (l.to.clone(), l.reference.clone())).collect(),
        payments: Default::default(),
    }
}

/// The next outcome about an invoice: one more row, another state, the same or other lines.
fn follow(n: u64, held: &Invoice, lines: Option<&str>) -> Outcome {
    let mut outcome = sample::empty(sample::parcel(n, n.to_be_bytes().to_vec()));
    let mut invoice = held.clone();
    invoice.version += 1;
    invoice.state = InvoiceState::Paid;
    invoice.status = Status::Paid;
    if let Some(reference) = lines {
        invoice.services.truncate(1);
        invoice.services[0].reference = reference.to_owned();
    }
    let mut row = sample::exchange(&outcome.parcel, &invoice, 1, Function::Unm);
    (row.from, row.before) = (Some(held.state), Some(held.status));
    outcome.exchanges = sample::chain(&mut invoice, vec![row], held.exchanges);
    outcome.invoices = vec![InvoiceChange {
        invoice,
        read_version: Some(held.version),
        content_changed: lines.is_some(),
        waiting: 0,
    }];
    outcome
}

fn with_everything(n: u64) -> Outcome {
    let mut outcome = sample::outcome(n);
    let place = Place { segment: 3, byte: 40, name: "MOA".to_owned(), ..Place::default() };
    let mut finding = Finding::business("BIZ-SUM", Severity::Warning, place)
        .with_value("36,00")
        .with_expected("3600.00")
        .with_likely("3600.00");
    finding.syntax_error = Some(12);
    outcome.findings = vec![finding.clone()];
    outcome.exchanges[0].findings = vec![finding.clone()];
    outcome.exchanges[0].unread = vec!["NAD+DP".to_owned()];
    let mut invoice = outcome.invoices[0].invoice.clone();
    (invoice.exchanges, invoice.last_hash) = (0, [0; 32]);
    outcome.exchanges = sample::chain(&mut invoice, outcome.exchanges, 0);
    invoice.principal = InvoiceNumber::new("00069321");
    invoice.flags.disputed = true;
    invoice.services[0].ends_on = Some(Date::constant(2026, 3, 31));
    outcome.invoices[0].invoice = invoice;
    outcome.envelopes[0].findings = vec![finding];
    outcome.documents = vec![sample::document(&outcome, "INV00069321.pdf", b"%PDF-1.7")];
    let client = sample::party("C000001");
    outcome.parties = vec![Party::named(client, Role::Client, "SATAA".to_owned())];
    outcome.parcel.idempotency_key = "k-1".to_owned();
    outcome
}

/// Everything committed is known again, equal in all its fields.
pub async fn what_was_committed_is_known(store: &Store) {
    let outcome = with_everything(1);
    take(store, vec![outcome.clone(), sample::outcome(2)]).await;
    let known = store.known(&keys_of(&outcome)).await.expect("known");
    let invoice = &outcome.invoices[0].invoice;
    assert_eq!(known.invoices.values().collect::<Vec<_>>(), [invoice]);
    assert_eq!(known.envelopes.values().collect::<Vec<_>>(), [&outcome.envelopes[0]]);
    assert_eq!(known.letters.values().collect::<Vec<_>>(), [&outcome.letters[0]]);
    assert_eq!(known.clients.into_iter().collect::<Vec<_>>(), ["C000001"]);
    let file = store.invoice(&operator(), &invoice.key).await.expect("found").expect("there");
    assert_eq!(&file.invoice, invoice);
    let rows: Vec<_> = file.exchanges.iter().map(|row| row.exchange.clone()).collect();
    assert_eq!(rows, outcome.exchanges);
    let document = store.document(&operator(), file.documents[0].id).await.expect("found");
    assert_eq!(document.as_ref(), Some(&outcome.documents[0]));
    let parcel = store.parcel(outcome.parcel.id).await.expect("found").expect("there");
    assert_eq!(parcel.bytes, outcome.parcel.bytes);
    assert_eq!(parcel.idempotency_key, "k-1");
}

/// The one that came too late leaves nothing; the others of its batch stay.
pub async fn conflicts_spoil_nobody_else(store: &Store) {
    let first = sample::outcome(1);
    let mut same_invoice = sample::outcome(2);
    same_invoice.invoices = first.invoices.clone();
    let mut same_envelope = sample::outcome(3);
    same_envelope.envelopes[0].key = first.envelopes[0].key.clone();
    let batch = vec![first.clone(), same_invoice, sample::outcome(4), same_envelope];
    let results = store.commit(batch).await.expect("the store answers");
    use CommitResult::{Committed, Conflict};
    assert_eq!(results, [Committed, Conflict, Committed, Conflict]);
    let counts = store.counts().await.expect("counted");
    assert_eq!((counts.last_seq, counts.outbox), (4, 2));
    assert_eq!(counts.verdicts, [(Verdict::Accepted, 4)]);
    assert!(store.answer(sample::outcome(2).parcel.id).await.expect("asked").is_none());

    let held = &first.invoices[0].invoice;
    let stale = Invoice { version: 7, ..held.clone() };
    let results = store.commit(vec![follow(5, &stale, None), follow(6, held, None)]).await;
    assert_eq!(results.expect("answered"), [Conflict, Committed]);
    let again = store.commit(vec![follow(7, held, None), first]).await;
    assert_eq!(again.expect("answered"), [Conflict, Conflict]);
}

/// Outcomes of one batch may follow each other about the same invoice.
pub async fn a_batch_sees_itself(store: &Store) {
    let first = sample::outcome(1);
    let held = first.invoices[0].invoice.clone();
    let second = follow(2, &held, Some("NEW-1"));
    let third = follow(3, &second.invoices[0].invoice, Some("NEW-2"));
    let last = third.invoices[0].invoice.clone();
    take(store, vec![first, second, third]).await;
    let file = store.invoice(&operator(), &held.key).await.expect("found").expect("there");
    assert_eq!(file.invoice, Invoice { created_at: held.created_at, ..last });
    assert_eq!(file.exchanges.iter().map(|row| row.seq).collect::<Vec<_>>(), [1, 2, 3, 4]);
    for (reference, hits) in [("NEW-1", 0), ("NEW-2", 1), (&*held.services[1].reference, 0)] {
        let reference = Some(reference.to_owned());
        let filter = InvoiceFilter { reference, ..InvoiceFilter::default() };
        let page = PageRequest { limit: 10, after: None };
        let found = store.invoices(&operator(), &filter, Sort::default(), &page).await;
        assert_eq!(found.expect("searched").items.len(), hits, "{filter:?}");
    }
}

/// A mended transmission takes the place of the rejected one.
pub async fn transmissions_can_be_replaced(store: &Store) {
    let mut rejected = sample::outcome(1);
    rejected.envelopes[0].verdict = Verdict::Rejected;
    let mut mended = sample::outcome(2);
    mended.envelopes[0].key = rejected.envelopes[0].key.clone();
    mended.replaced = vec![rejected.envelopes[0].key.clone()];
    take(store, vec![rejected.clone(), mended.clone()]).await;
    let known = store.known(&keys_of(&rejected)).await.expect("known");
    assert_eq!(known.envelopes.values().collect::<Vec<_>>(), [&mended.envelopes[0]]);
}

/// Many callers at once share commits and each is told its own results.
pub async fn many_callers_share_commits(store: &Store) {
    let mut waiting = Vec::new();
    for n in 0..200 {
        let store = store.clone();
        let twice = n / 2;
        waiting.push(tokio::spawn(async move { store.commit(vec![sample::outcome(twice)]).await }));
    }
    let mut committed = 0;
    for caller in waiting {
        let results = caller.await.expect("no panic").expect("answered");
        committed += results.iter().filter(|result| **result == CommitResult::Committed).count();
    }
    assert_eq!(committed, 100);
    assert_eq!(*store.watch().borrow(), 200);
}

/// Parked messages come back with their parcels, by invoice and by time.
pub async fn parked_messages_come_back(store: &Store) {
    let mut outcome = sample::outcome(1);
    let key = sample::key_of(77);
    let park = |n: u32, until: i64| Park {
        exchange: outcome.parcel.id.derive(9, n),
        invoice: key.clone(),
        parcel: outcome.parcel.id,
        interchange: 1,
        message: n,
        reason: "PARK-ORDER".to_owned(),
        until: Timestamp(until),
    };
    outcome.parked = vec![park(1, 100), park(2, 200)];
    take(store, vec![outcome.clone()]).await;
    let due = store.parked_due(Timestamp(150), 10).await.expect("asked");
    assert_eq!(due.iter().map(|(_, parked)| parked.message).collect::<Vec<_>>(), [1]);
    assert_eq!((&due[0].0, &due[0].1.parcel.bytes), (&key, &outcome.parcel.bytes));
    let keys = Keys { invoices: [key.clone()].into(), ..Keys::default() };
    assert_eq!(store.known(&keys).await.expect("known").parked[&key].len(), 2);
    let mut release = sample::outcome(2);
    release.released = vec![outcome.parked[0].exchange];
    take(store, vec![release]).await;
    assert_eq!(store.known(&keys).await.expect("known").parked[&key].len(), 1);
}

/// A repeat is answered with the first answer, byte for byte, by key and by parcel.
pub async fn answers_are_kept(store: &Store) {
    let mut outcome = sample::outcome(1);
    outcome.parcel.idempotency_key = "k-1".to_owned();
    outcome.messages.push(MessageVerdict {
        verdict: Verdict::Rejected,
        status: None,
        ..outcome.messages[0].clone()
    });
    take(store, vec![outcome.clone()]).await;
    let party = outcome.parcel.partner.clone().expect("a partner");
    let answer = store.idempotent(party, "k-1".to_owned()).await.expect("asked").expect("there");
    assert_eq!(answer.messages, outcome.messages);
    assert_eq!(answer.letters, outcome.answers);
    assert_eq!(answer.sha256, outcome.parcel.sha256);
    assert_eq!(store.answer(outcome.parcel.id).await.expect("asked"), Some(answer));
    let other = viewer(Role::Issuer, "OTHER").party;
    assert_eq!(store.idempotent(other, "k-1".to_owned()).await.expect("asked"), None);
    let mut repeat = sample::outcome(2);
    repeat.parcel.partner = outcome.parcel.partner;
    repeat.parcel.idempotency_key = "k-1".to_owned();
    assert_eq!(store.commit(vec![repeat]).await.expect("answered"), [CommitResult::Conflict]);
}
