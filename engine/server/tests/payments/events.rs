//! How subscribers learn of orders and of receipts: from the events there are for their invoices.

use crate::partners::{Desk, ISSUER, card, oid, open};
use serde_json::Value;

const NUMBER: &str = "00069321";

/// Types and references of the events of the invoice after a position.
fn events(desk: &Desk<'_>, after: &str) -> (Vec<(String, String)>, String) {
    let page = desk.issuer_sees(&format!("/v1/events?after={after}"));
    let text = |value: &Value| value.as_str().unwrap_or_else(|| panic!("{page}")).to_owned();
    let items = page["items"].as_array().unwrap_or_else(|| panic!("{page}"));
    let subject = format!("{ISSUER}/{NUMBER}");
    let own = items.iter().filter(|event| event["subject"] == subject.as_str());
    let of = own.map(|event| (text(&event["type"]), text(&event["data"]["reference"])));
    (of.collect(), items.last().map_or(after.to_owned(), |event| text(&event["id"])))
}

#[test]
fn an_order_and_a_receipt_are_told_by_the_events_of_their_invoice() {
    let (house, _street) = open();
    let desk = Desk::new(&house);
    house.invoice(NUMBER);
    let (_, position) = events(&desk, "0");

    // The first attempt of an order is the order: the event names it.
    let order = house.pay(NUMBER, "cmi.card");
    let (told, position) = events(&desk, &position);
    let name = order["number"].as_str().unwrap().to_owned();
    let started = ("ma.acquit.attempt.started.v1".to_owned(), name.clone());
    assert_eq!(told, [started]);

    // The receipt is given in the transaction that moves the invoice: the event names its order,
    // which names its receipt.
    assert_eq!(house.form("/callbacks/cmi", &card(&oid(&order), &[])).body, "ACTION=POSTAUTH");
    let (told, _) = events(&desk, &position);
    let kind = "ma.acquit.invoice.awaiting_partner.v1";
    assert_eq!(told[0], (kind.to_owned(), name), "{told:?}");
    let id = order["order"].as_str().unwrap();
    let receipts = desk.sees(&format!("/v1/orders/{id}"))["receipts"].clone();
    assert_eq!(receipts.as_array().map(Vec::len), Some(1), "{receipts}");
    house.stop();
}
