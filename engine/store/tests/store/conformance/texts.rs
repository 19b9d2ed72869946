//! Text and bytes as senders give them: both databases hold the same, and sort the same.

use super::take;
use crate::sample;
use acquit_domain::*;
use acquit_store::{PartyFilter, Store};

fn party(code: &str, name: &str) -> Party {
    Party {
        code: sample::party(code),
        role: Role::Client,
        name: name.to_owned(),
        cin: String::new(),
        rc_centre: String::new(),
        rc: String::new(),
        ifu: String::new(),
        ice: String::new(),
        address: String::new(),
        active: true,
    }
}

/// Text is sorted by its bytes, not as a dictionary of some language would.
pub async fn text_is_sorted_by_its_bytes(store: &Store) {
    let codes = ["A", "B", "Z", "_", "a", "a-b", "aB", "ab", "b", "É", "é", "œ", "ع"];
    let parties = codes.iter().rev().map(|code| party(code, "X")).collect();
    store.put_parties(parties).await.expect("written");
    let found = store.parties(PartyFilter::default(), 100).await.expect("asked");
    let found: Vec<&str> = found.iter().map(|party| party.code.as_str()).collect();
    assert_eq!(found, codes);
    let upper = PartyFilter { code: "AB".to_owned(), ..PartyFilter::default() };
    assert_eq!(store.parties(upper, 100).await, Ok(Vec::new()), "A is not a");
}

/// Every character comes back as it was, in columns and within JSON, also those a database may
/// not like.
pub async fn every_character_comes_back(store: &Store) {
    let hostile = "a\0b\u{FDD0}0\\u0000\\\0'\"%_\u{1F9FE}\u{7f}\u{202e}";
    store.put_parties(vec![party("P", hostile)]).await.expect("written");
    let found = store.party(sample::party("P")).await.expect("asked").expect("there");
    assert_eq!(found.name, hostile);
    let part = PartyFilter { name: "B\u{FDD0}0\\U0000\\\0'".to_owned(), ..PartyFilter::default() };
    assert_eq!(store.parties(part, 9).await.expect("asked").len(), 1);

    let mut outcome = sample::outcome(1);
    let invoice = &mut outcome.invoices[0].invoice;
    invoice.description = hostile.to_owned();
    invoice.services[0].label = hostile.to_owned();
    invoice.services[0].reference = hostile.to_owned();
    let written = invoice.clone();
    take(store, vec![outcome]).await;
    let keys = Keys { invoices: [written.key.clone()].into(), ..Keys::default() };
    let known = store.known(&keys).await.expect("asked");
    let held = &known.invoices[&written.key];
    assert_eq!(held.description, written.description);
    assert_eq!(held.services, written.services);

    // Its references are forgotten and written anew when it is replaced.
    let mut again = sample::outcome(2);
    let mut change = again.invoices.remove(0);
    change.read_version = Some(held.version);
    change.content_changed = true;
    change.invoice = held.clone();
    change.invoice.version += 1;
    change.invoice.services[0].reference = "plain".to_owned();
    again.invoices = vec![change];
    again.exchanges.clear();
    take(store, vec![again]).await;
    let known = store.known(&keys).await.expect("asked");
    assert_eq!(known.invoices[&written.key].services[0].reference, "plain");
}

/// What is large comes back whole.
pub async fn large_files_come_back(store: &Store) {
    let mut outcome = sample::outcome(1);
    let bytes: Vec<u8> =
        (0..20_000_000u32).map(|n| u8::try_from(n % 251).expect("small")).collect();
    let issuer = sample::issuer(1);
    let name = format!("00000000000000#{issuer}#20260101000000#facture.pdf");
    outcome.documents = vec![sample::document(&outcome, &name, &bytes)];
    let id = outcome.documents[0].id;
    take(store, vec![outcome]).await;
    let found = store.document(&super::operator(), id).await.expect("asked").expect("there");
    assert!(found.bytes[..] == bytes[..]);
}
