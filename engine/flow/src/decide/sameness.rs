//! Whether an invoice sent again says the same as what is held.
//!
//! An issuer may send one invoice in two standards, and they do not carry the same details: the
//! two are the same when they agree in everything that both say.

use acquit_domain::invoice::{InvoiceMessage, Service};
use acquit_domain::time::{date_from_days, days_of};
use acquit_domain::{Currency, Date, Decimal, Invoice, InvoiceNumber, Money};

/// The first thing in which a message and what is held differ.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Difference {
    /// The name of the vocabulary (`gross`).
    pub(super) name: &'static str,
    /// What the message says.
    pub(super) said: String,
    /// What is held.
    pub(super) held: String,
}

/// The first thing in which a message differs from what is held; `None` when they agree.
/// `due_days` is the term an invoice without due date was given.
pub(super) fn difference(
    said: &InvoiceMessage,
    held: &Invoice,
    due_days: u32,
) -> Option<Difference> {
    if said.content == held.content {
        return None;
    }
    let currency = said.currency.unwrap_or(held.gross.currency);
    let money = |minor: Option<i64>| minor.map(|minor| Money::new(minor, currency).to_string());
    let term = i32::try_from(due_days).unwrap_or(0);
    let due_on = said.due_on.or_else(|| Some(date_from_days(days_of(said.issued_on?) + term)));
    let number = |number: &Option<InvoiceNumber>| number.as_ref().map(ToString::to_string);
    let texts = |text: &str| (!text.is_empty()).then(|| text.to_owned());
    let date = |date: Option<Date>| date.map(|date| date.to_string());
    let code = |currency: Currency| currency.code().to_owned();
    let pairs = [
        ("kind", said.kind.map(|kind| kind.key().to_owned()), Some(held.kind.key().to_owned())),
        ("principal", number(&said.principal), number(&held.principal)),
        ("client", texts(&said.client.code), texts(&held.client.code)),
        ("issued_on", date(said.issued_on), date(Some(held.issued_on))),
        ("due_on", date(due_on), date(held.due_on)),
        ("currency", said.currency.map(code), Some(code(held.gross.currency))),
        ("net", money(said.net_minor), Some(held.net.to_string())),
        ("gross", money(said.gross_minor), Some(held.gross.to_string())),
        ("description", texts(&said.description), texts(&held.description)),
    ];
    let differing = pairs.into_iter().find_map(|(name, said, held)| both(name, said, held));
    differing.or_else(|| services(&said.services, &held.services))
}

/// What both say and say differently.
fn both(name: &'static str, said: Option<String>, held: Option<String>) -> Option<Difference> {
    let (said, held) = (said?, held?);
    (said != held).then_some(Difference { name, said, held })
}

fn services(said: &[Service], held: &[Service]) -> Option<Difference> {
    if said.is_empty() || held.is_empty() {
        return None;
    }
    if said.len() != held.len() {
        let counts = (said.len().to_string(), held.len().to_string());
        return Some(Difference { name: "lines", said: counts.0, held: counts.1 });
    }
    said.iter().zip(held).find_map(|(said, held)| service(said, held))
}

fn service(said: &Service, held: &Service) -> Option<Difference> {
    let text = |text: &str| (!text.is_empty()).then(|| text.to_owned());
    let number = |number: Option<Decimal>| number.map(|number| number.normalize().to_string());
    let minor = |minor: Option<i64>| minor.map(|minor| minor.to_string());
    let date = |date: Option<Date>| date.map(|date| date.to_string());
    let pairs = [
        ("lines.service", text(&said.service), text(&held.service)),
        ("lines.operation", text(&said.operation), text(&held.operation)),
        ("lines.reference", text(&said.reference), text(&held.reference)),
        ("lines.label", text(&said.label), text(&held.label)),
        ("lines.quantity", number(said.quantity), number(held.quantity)),
        ("lines.price", number(said.price), number(held.price)),
        ("lines.net", minor(said.net_minor), minor(held.net_minor)),
        ("lines.ends_on", date(said.ends_on), date(held.ends_on)),
    ];
    pairs.into_iter().find_map(|(name, said, held)| both(name, said, held))
}
