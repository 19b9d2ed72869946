//! Payments over HTTP.

mod money;
mod operators;
mod orders;
mod requests;
mod subscriptions;
mod waiting;

use crate::harness::{Answer, SERVER};
use crate::samples::xml;
use acquit_domain::pay::{FundsSource, News, NewsKind};
use acquit_domain::{Currency, Money, Outcome, Role};
use acquit_flow::Occurrence;
use serde_json::{Value, json};

pub(crate) const ISSUER: (&str, Role) = ("6110D00116", Role::Issuer);
pub(crate) const OTHER_ISSUER: (&str, Role) = ("ANP", Role::Issuer);
pub(crate) const CLIENT: (&str, Role) = ("290240", Role::Client);
pub(crate) const OTHER_CLIENT: (&str, Role) = ("6110D00116", Role::Client);
pub(crate) const PORTAL: (&str, Role) = ("PORTAIL", Role::Portal);
pub(crate) const PROVIDER: (&str, Role) = ("CMI", Role::Provider);
pub(crate) const OPERATOR: (&str, Role) = ("OPERATOR", Role::Operator);

/// An invoice of 3 600.00 MAD for the client, sent by its issuer.
pub(crate) fn invoice(number: &str) -> Value {
    let kind = "Content-Type: application/xml\r\n";
    let answer = SERVER.send(ISSUER, kind, xml(number).as_bytes());
    assert_eq!(answer.json()["verdict"], "accepted", "{}", answer.body);
    json!({ "issuer": ISSUER.0, "number": number })
}

/// A wish to pay, as one party.
pub(crate) fn pay(party: (&'static str, Role), invoices: &[&Value], channel: &str) -> Answer {
    SERVER.post("/v1/orders", party, "", &json!({ "invoices": invoices, "channel": channel }))
}

/// The bank booked a payment.
pub(crate) fn booked(order: &str, transaction: &str, minor: i64) -> Outcome {
    let mut news = News::new("BANQUE", NewsKind::Booked, FundsSource::Statement);
    order.clone_into(&mut news.order);
    transaction.clone_into(&mut news.transaction);
    news.amount = Some(Money::new(minor, Currency::MAD));
    "cheque".clone_into(&mut news.means);
    SERVER.happens(Occurrence::News { news: vec![news] })
}

/// Text of a field.
pub(crate) fn text<'v>(value: &'v Value, pointer: &str) -> &'v str {
    value.pointer(pointer).and_then(Value::as_str).unwrap_or_else(|| panic!("{pointer}: {value}"))
}
