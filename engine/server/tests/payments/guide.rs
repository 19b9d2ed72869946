//! The guide's own day, by an outside client over HTTP under a clock that is set.

use crate::house::House;
use crate::partners::{Desk, ISSUER, amanpay, card, cmi, code, number, oid, open, street, tell};
use crate::samples::xml;
use acquit_domain::Timestamp;
use serde_json::{Value, json};

fn at(house: &House, instant: &str) {
    house.clock.set(Timestamp::parse(instant).unwrap());
}

/// Lines 193 to 197 of the guide: the invoice comes on 1 November at 11:49, « yary » begins at
/// 10:00, at 10:04 and at 11:53 on 22 December, and the third one is paid.
#[test]
fn three_attempts_and_the_third_is_paid() {
    let (house, _street) = open();
    let desk = Desk::new(&house);
    at(&house, "2017-11-01T11:49:00Z");
    house.invoice("00069321");
    let mut last = Value::Null;
    for instant in ["2017-12-22T10:00:00Z", "2017-12-22T10:04:00Z", "2017-12-22T11:53:00Z"] {
        at(&house, instant);
        last = desk.pays(ISSUER, &["00069321"], "amanpay.amanty");
        assert_eq!(last["handoff"]["kind"], "redirect", "{last}");
    }
    assert_eq!(last["ordinal"], 3);
    let rows = |desk: &Desk<'_>| -> Vec<String> {
        let path = format!("/v1/invoices/{ISSUER}/00069321/exchanges?limit=100");
        let page = desk.sees(&path);
        let items = page["items"].as_array().unwrap_or_else(|| panic!("{page}"));
        let text = |row: &Value, name: &str| row[name].as_str().unwrap_or("?").to_owned();
        let line = |row: &Value| {
            let of = ["function", "state", "at", "user", "recipient", "observation"];
            let of: Vec<String> = of.iter().map(|name| text(row, name)).collect();
            format!("{} {}", row["n"], of.join(" | "))
        };
        items.iter().map(line).collect()
    };
    let seen = rows(&desk);
    let begun = |time: &str| {
        format!(
            "Dans le processus de paiement (AMA) | Non réglée | 2017-12-22T{time}:00Z | yary | \
             Amanpay | Règlement des factures: 00069321"
        )
    };
    let first = "1 Invoice (facture) (INV) | Non réglée | 2017-11-01T11:49:00Z |  | PortNet | \
        Création de la Facture";
    assert_eq!(seen[0], first);
    for time in ["10:00", "10:04", "11:53"] {
        let line = begun(time);
        assert!(seen.iter().any(|row| row.ends_with(&line)), "{line}: {seen:#?}");
    }
    let paid = tell(&house, "payment.confirmed", &number(&last), &json!({ "transaction": "242" }));
    assert_eq!(code(&paid), "OK");
    assert_eq!(desk.stands("00069321"), ("awaiting_partner".to_owned(), "0.00".to_owned()));
    let held = desk.sees(&format!("/v1/invoices/{ISSUER}/00069321"));
    let payments = held["payments"].as_array().unwrap();
    let in_force: Vec<&Value> = payments.iter().filter(|one| one["in_force"] == true).collect();
    assert_eq!((payments.len(), in_force.len()), (3, 1), "{held}");
    assert_eq!(in_force[0]["transaction"], "242", "« ID transaction »");
    house.stop();
}

/// An INVOIC of a terminal of Marsa Maroc: 2 202.00 without tax, 2 642.40 with it.
pub(crate) fn terminal(number: &str) -> String {
    xml(number)
        .replace("<Emetteur>6110D00116<", "<Emetteur>MARSA-MAROC<")
        .replace("<MontantHT>3000.00<", "<MontantHT>2202.00<")
        .replace("<MontantTTC>3600.00<", "<MontantTTC>2642.40<")
}

/// Line 583 of the guide, which shows « Total TVA 880.80000000002 MAD ».
#[test]
fn two_invoices_of_a_terminal_together() {
    let (house, _street) = open();
    let desk = Desk::of(&house, "MARSA-MAROC");
    for number in ["02296945", "02296946"] {
        assert_eq!(desk.sends(&terminal(number)), "accepted");
    }
    let order = desk.pays("MARSA-MAROC", &["02296945", "02296946"], "cmi.card");
    let amount = |name: &str| order[name]["amount"].as_str().unwrap().to_owned();
    assert_eq!(
        (amount("total"), amount("net"), amount("vat")),
        ("5284.80".to_owned(), "4404.00".to_owned(), "880.80".to_owned())
    );
    assert_eq!(order["handoff"]["fields"]["amount"], "5284.80");
    let form = card(&oid(&order), &[("amount", "5284.80")]);
    assert_eq!(house.form("/callbacks/cmi", &form).body, "ACTION=POSTAUTH");
    let seen = desk.sees(&format!("/v1/orders/{}", order["order"].as_str().unwrap()));
    assert_eq!(seen["state"], "paid", "{seen}");
    let receipt = seen["receipts"][0].as_str().unwrap();
    let receipt = desk.sees(&format!("/v1/receipts/{receipt}"));
    assert_eq!(receipt["total"]["amount"], "5284.80", "{receipt}");
    assert_eq!(receipt["lines"].as_array().map(Vec::len), Some(2), "{receipt}");
    house.stop();
}

/// Line 326: a reference ends after three hours; the channel takes the money all the same.
#[test]
fn a_reference_that_ended_is_paid_late() {
    let street = street();
    let accounts = [("cmi", cmi("http://127.0.0.1:1")), ("amanpay", amanpay(&street))];
    let house = House::open(&accounts);
    let desk = Desk::new(&house);
    house.invoice("00069321");
    let order = house.pay("00069321", "amanpay.cashcode");
    assert_eq!(order["handoff"]["reference"], "0123456789", "{order}");
    let expires = order["handoff"]["expires_at"].as_str().unwrap().to_owned();
    assert_eq!(expires, "2026-11-23T15:00:00Z", "three hours");
    at(&house, "2026-11-23T15:00:01Z");
    house.until(&order, "expired");
    assert_eq!(desk.stands("00069321").0, "unpaid");
    at(&house, "2026-11-24T09:00:00Z");
    let paid = tell(&house, "payment.confirmed", &number(&order), &json!({}));
    assert_eq!(code(&paid), "OK", "late, and within what is expected");
    assert_eq!(desk.stands("00069321"), ("awaiting_partner".to_owned(), "0.00".to_owned()));
    house.stop();
}
