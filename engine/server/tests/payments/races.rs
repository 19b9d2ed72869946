//! Races, from end to end: the same money told at the same time by several, or while the server
//! is killed.

use crate::partners::{Desk, card, code, number, oid, open, tell};
use crate::rows::cancellation;
use serde_json::json;
use std::sync::Barrier;
use std::thread;

/// Rounds of a race; `ACQUIT_ROUNDS` asks for others (the rows say 1000).
fn rounds() -> u32 {
    std::env::var("ACQUIT_ROUNDS").ok().and_then(|text| text.parse().ok()).unwrap_or(60)
}

/// Does two things at once, in both orders of starting.
fn at_once<A: Send, B: Send>(
    round: u32,
    one: impl FnOnce() -> A + Send,
    other: impl FnOnce() -> B + Send,
) -> (A, B) {
    let barrier = Barrier::new(2);
    thread::scope(|scope| {
        let wait = |first: bool| {
            barrier.wait();
            if first {
                // Less than a millisecond apart, each of them first in its turn.
                thread::sleep(std::time::Duration::from_micros(u64::from(round % 10) * 50));
            }
        };
        let one = scope.spawn(move || {
            wait(round.is_multiple_of(2));
            one()
        });
        let wait = |first: bool| {
            barrier.wait();
            if first {
                thread::sleep(std::time::Duration::from_micros(u64::from(round % 10) * 50));
            }
        };
        let other = scope.spawn(move || {
            wait(!round.is_multiple_of(2));
            other()
        });
        (one.join().unwrap(), other.join().unwrap())
    })
}

/// Row C024: exactly one of two providers is believed; the other is refused before it takes
/// anything, or its money lies in suspense with a case.
#[test]
fn two_providers_confirm_within_a_millisecond() {
    let (house, _street) = open();
    let desk = Desk::new(&house);
    let (mut cards, mut doubles) = (0, 0);
    for round in 0..rounds() {
        let name = format!("{:08}", 70_000_000 + round);
        house.invoice(&name);
        let by_card = house.pay(&name, "cmi.card");
        let by_page = house.pay(&name, "amanpay.amanty");
        let transaction = format!("C{round}");
        let form = card(&oid(&by_card), &[("TransId", &transaction)]);
        let more = json!({ "transaction": format!("A{round}") });
        let (card, page) = at_once(
            round,
            || house.form("/callbacks/cmi", &form).body,
            || code(&tell(&house, "payment.confirmed", &number(&by_page), &more)),
        );
        match (card.as_str(), page.as_str()) {
            ("ACTION=POSTAUTH", "PAY-TWICE") => (cards, doubles) = (cards + 1, doubles + 1),
            ("FAILURE", "OK") => {}
            other => panic!("round {round}: {other:?}"),
        }
        assert_eq!(desk.stands(&name), ("awaiting_partner".to_owned(), "0.00".to_owned()));
    }
    let (came, suspense) = desk.totals();
    let money = |count: u32| format!("{}.00", count * 3_600);
    assert_eq!((came, suspense), (money(rounds() + doubles), money(doubles)), "{cards} cards");
    house.stop();
}

/// Row P002: the issuer cancels and a card is authorised; one end, and the loser is told.
#[test]
fn cancelled_and_confirmed_within_a_millisecond() {
    let (house, _street) = open();
    let desk = Desk::new(&house);
    for round in 0..rounds() {
        let name = format!("{:08}", 71_000_000 + round);
        house.invoice(&name);
        let order = house.pay(&name, "cmi.card");
        let transaction = format!("C{round}");
        let form = card(&oid(&order), &[("TransId", &transaction)]);
        let (card, verdict) = at_once(
            round,
            || house.form("/callbacks/cmi", &form).body,
            || desk.sends(&cancellation(&name)),
        );
        let status = desk.stands(&name).0;
        match (card.as_str(), verdict.as_str()) {
            ("ACTION=POSTAUTH", "rejected") => assert_eq!(status, "awaiting_partner"),
            ("FAILURE", "accepted") => assert_eq!(status, "cancelled"),
            other => panic!("round {round}: {other:?} {status}"),
        }
    }
    house.stop();
}
