//! A payer at the portal, and the card provider that tells what became of it.

use super::{Payable, Person, Wish};
use crate::card::{Callback, form};
use crate::house_keys::{CARD_KEY, CARDS, CLIENT_OF_CARDS, MERCHANT, canary};
use crate::journal::{Kind, What};
use crate::messages::{Act, Message, amount, now};
use crate::pause::pause;
use serde_json::json;
use std::sync::PoisonError;
use std::time::Duration;

pub(super) fn run(mut person: Person, payable: Payable) {
    while !person.is_over() {
        let found = payable.lock().unwrap_or_else(PoisonError::into_inner).pop();
        match found {
            Some((number, gross)) => drop(pay(&mut person, &number, gross)),
            None => pause(Duration::from_millis(5)),
        }
    }
}

/// Pays an invoice, one way or another.
fn pay(person: &mut Person, number: &str, gross: i64) -> Option<()> {
    let order = order(person, number, gross)?;
    match person.random.below(10) {
        0 => tell(person, &order, number, gross + 100, "504", CARD_KEY, Kind::CaptureAmount)?,
        1 => tell(person, &order, number, gross, "978", CARD_KEY, Kind::CaptureCurrency)?,
        2 => tell(person, &order, number, gross, "504", "OTHER", Kind::CaptureUnsigned)?,
        3 => return tell(person, &order, number, gross, "504", CARD_KEY, Kind::Declined),
        4 => return cancelled_before(person, &order, number, gross),
        _ => {}
    }
    tell(person, &order, number, gross, "504", CARD_KEY, Kind::Capture)?;
    match person.random.below(4) {
        // Somebody pays a second time: another transaction.
        0 => tell(person, &order, number, gross, "504", CARD_KEY, Kind::Capture),
        // An issuer takes back what is paid.
        1 => cancel(person, number, gross),
        _ => Some(()),
    }
}

/// The issuer takes the invoice back while its payer is at the provider's page.
fn cancelled_before(person: &mut Person, order: &str, number: &str, gross: i64) -> Option<()> {
    cancel(person, number, gross)?;
    tell(person, order, number, gross, "504", CARD_KEY, Kind::Capture)
}

/// Begins a payment; the number the provider knows it by.
fn order(person: &mut Person, number: &str, gross: i64) -> Option<String> {
    let name = person.name();
    let body = json!({ "invoices": [{ "issuer": CARDS, "number": number }],
        "channel": "cmi.card", "payer": { "name": "Payeur" } });
    let (body, key) = (body.to_string(), person.load.keys.portal.clone());
    let headers = format!("Content-Type: application/json\r\nIdempotency-Key: {name}\r\n");
    let (line, who) = ("POST /v1/orders", "portal");
    let what = what(Kind::Order, number, gross, name);
    let body = body.as_bytes();
    let answer = person.ask(Wish { who, key: &key, line, headers: &headers, body, what })?;
    Some(answer.json()["handoff"]["fields"]["oid"].as_str()?.to_owned())
}

/// The provider tells, sometimes twice.
fn tell(
    person: &mut Person,
    order: &str,
    number: &str,
    paid: i64,
    currency: &str,
    key: &str,
    kind: Kind,
) -> Option<()> {
    let transaction = format!("T{}", person.name());
    let result = if kind == Kind::Declined { "05" } else { "00" };
    let (paid_text, merchant) = (amount(paid), MERCHANT);
    let body = form(
        Callback {
            order,
            transaction: &transaction,
            amount: &paid_text,
            currency,
            merchant,
            result,
        },
        key,
    );
    for _ in 0..=person.random.below(2) {
        person.ask(Wish {
            who: "provider",
            key: "",
            line: "POST /callbacks/cmi",
            headers: "Content-Type: application/x-www-form-urlencoded\r\n",
            body: body.as_bytes(),
            what: what(kind, number, paid, transaction.clone()),
        })?;
    }
    Some(())
}

fn cancel(person: &mut Person, number: &str, gross: i64) -> Option<()> {
    let reference = person.name();
    let message = Message {
        issuer: CARDS.to_owned(),
        reference: reference.clone(),
        number: number.to_owned(),
        act: Act::Cancel,
        net: gross / 6 * 5,
        written: now() - 80_000,
        client: CLIENT_OF_CARDS.to_owned(),
        canary: canary(CARDS).to_owned(),
    };
    let key = person.load.keys.cards.clone();
    let mut what = what(Kind::Cancel, number, gross, reference);
    what.written = message.written;
    let (who, line) = (CARDS, "POST /v1/inbox");
    let headers = "Content-Type: application/xml\r\n";
    person.ask(Wish { who, key: &key, line, headers, body: message.xml().as_bytes(), what })?;
    Some(())
}

fn what(kind: Kind, number: &str, paid: i64, reference: String) -> What {
    let (issuer, number) = (CARDS.to_owned(), number.to_owned());
    What { kind, issuer, number, amount: paid, written: 0, reference }
}
