//! Shapes of the columns of JSON text. The types of the domain have no wire form; these private
//! ones stand for them. Keys are short because there is one column in each of a million rows;
//! they are part of the database.

use acquit_domain::exchange::MessageVerdict;
use acquit_domain::invoice::{Service, Tax};
use acquit_domain::time::{date_from_days, days_of};
use acquit_domain::{Decimal, Finding, Level, Place, Severity, Status, Verdict};
use serde::{Deserialize, Serialize};
use std::borrow::Cow;

/// A finding.
#[derive(Serialize, Deserialize)]
pub(crate) struct FindingWire<'a> {
    #[serde(rename = "c")]
    code: Cow<'a, str>,
    #[serde(rename = "s")]
    severity: Cow<'a, str>,
    #[serde(rename = "l")]
    level: Cow<'a, str>,
    #[serde(rename = "p")]
    place: (u32, u32, u32, u16, u16, u16, u64, u32, Cow<'a, str>),
    #[serde(rename = "v")]
    value: Cow<'a, str>,
    #[serde(rename = "e")]
    expected: Cow<'a, str>,
    #[serde(rename = "k")]
    likely: Cow<'a, str>,
    #[serde(rename = "x")]
    syntax_error: Option<u8>,
}

/// What was decided of a message.
#[derive(Serialize, Deserialize)]
pub(crate) struct MessageWire<'a> {
    #[serde(rename = "k")]
    kind: Cow<'a, str>,
    #[serde(rename = "r")]
    reference: Cow<'a, str>,
    #[serde(rename = "i")]
    invoice: Cow<'a, str>,
    #[serde(rename = "b")]
    before: Option<Cow<'a, str>>,
    #[serde(rename = "s")]
    status: Option<Cow<'a, str>>,
    #[serde(rename = "v")]
    verdict: Cow<'a, str>,
}

/// A service line: code, operation, reference, label, quantity, price, net, end of period.
#[derive(Serialize, Deserialize)]
pub(crate) struct ServiceWire<'a>(
    Cow<'a, str>,
    Cow<'a, str>,
    Cow<'a, str>,
    Cow<'a, str>,
    Option<String>,
    Option<String>,
    Option<i64>,
    Option<i32>,
);

/// Tax at one rate: rate, category, base, amount.
#[derive(Serialize, Deserialize)]
pub(crate) struct TaxWire<'a>(String, Cow<'a, str>, Option<i64>, Option<i64>);

/// The findings as a column.
pub(crate) fn findings_out(findings: &[Finding]) -> Vec<FindingWire<'_>> {
    findings.iter().map(finding_out).collect()
}

pub(crate) fn finding_out(finding: &Finding) -> FindingWire<'_> {
    let place = &finding.place;
    FindingWire {
        code: Cow::Borrowed(&finding.code),
        severity: finding.severity.key().into(),
        level: finding.level.key().into(),
        place: (
            place.interchange,
            place.message,
            place.segment,
            place.element,
            place.component,
            place.repeat,
            place.byte,
            place.len,
            Cow::Borrowed(&place.name),
        ),
        value: Cow::Borrowed(&finding.value),
        expected: Cow::Borrowed(&finding.expected),
        likely: Cow::Borrowed(&finding.likely),
        syntax_error: finding.syntax_error,
    }
}

/// The findings of a column; `None` when a word is unknown.
pub(crate) fn findings_in(wires: Vec<FindingWire<'_>>) -> Option<Vec<Finding>> {
    wires.into_iter().map(finding_in).collect()
}

pub(crate) fn finding_in(wire: FindingWire<'_>) -> Option<Finding> {
    let (interchange, message, segment, element, component, repeat, byte, len, name) = wire.place;
    let name = name.into_owned();
    Some(Finding {
        code: Cow::Owned(wire.code.into_owned()),
        severity: severity_of(&wire.severity)?,
        level: level_of(&wire.level)?,
        place: Place { interchange, message, segment, element, component, repeat, byte, len, name },
        value: wire.value.into_owned(),
        expected: wire.expected.into_owned(),
        likely: wire.likely.into_owned(),
        syntax_error: wire.syntax_error,
    })
}

fn severity_of(key: &str) -> Option<Severity> {
    [Severity::Note, Severity::Warning, Severity::Error]
        .into_iter()
        .find(|severity| severity.key() == key)
}

fn level_of(key: &str) -> Option<Level> {
    [
        Level::Input,
        Level::Interchange,
        Level::Group,
        Level::Message,
        Level::Segment,
        Level::Element,
        Level::Business,
    ]
    .into_iter()
    .find(|level| level.key() == key)
}

/// The messages as a column.
pub(crate) fn messages_out(messages: &[MessageVerdict]) -> Vec<MessageWire<'_>> {
    messages.iter().map(message_out).collect()
}

pub(crate) fn message_out(message: &MessageVerdict) -> MessageWire<'_> {
    MessageWire {
        kind: Cow::Borrowed(&message.kind),
        reference: Cow::Borrowed(&message.reference),
        invoice: Cow::Borrowed(&message.invoice),
        before: message.before.map(|status| status.key().into()),
        status: message.status.map(|status| status.key().into()),
        verdict: message.verdict.key().into(),
    }
}

/// The messages of a column; `None` when a word is unknown.
pub(crate) fn messages_in(wires: Vec<MessageWire<'_>>) -> Option<Vec<MessageVerdict>> {
    wires.into_iter().map(message_in).collect()
}

pub(crate) fn message_in(wire: MessageWire<'_>) -> Option<MessageVerdict> {
    Some(MessageVerdict {
        kind: wire.kind.into_owned(),
        reference: wire.reference.into_owned(),
        invoice: wire.invoice.into_owned(),
        before: status_in(wire.before)?,
        status: status_in(wire.status)?,
        verdict: Verdict::of(&wire.verdict)?,
    })
}

fn status_in(key: Option<Cow<'_, str>>) -> Option<Option<Status>> {
    match key {
        None => Some(None),
        Some(key) => Status::of(&key).map(Some),
    }
}

/// The service lines as a column.
pub(crate) fn services_out(services: &[Service]) -> Vec<ServiceWire<'_>> {
    services
        .iter()
        .map(|line| {
            ServiceWire(
                Cow::Borrowed(&line.service),
                Cow::Borrowed(&line.operation),
                Cow::Borrowed(&line.reference),
                Cow::Borrowed(&line.label),
                line.quantity.map(|value| value.to_string()),
                line.price.map(|value| value.to_string()),
                line.net_minor,
                line.ends_on.map(days_of),
            )
        })
        .collect()
}

/// The service lines of a column; `None` when a number cannot be read.
pub(crate) fn services_in(wires: Vec<ServiceWire<'_>>) -> Option<Vec<Service>> {
    wires
        .into_iter()
        .map(|ServiceWire(service, operation, reference, label, quantity, price, net, ends)| {
            Some(Service {
                service: service.into_owned(),
                operation: operation.into_owned(),
                reference: reference.into_owned(),
                label: label.into_owned(),
                quantity: decimal_in(quantity)?,
                price: decimal_in(price)?,
                net_minor: net,
                ends_on: ends.map(date_from_days),
            })
        })
        .collect()
}

fn decimal_in(text: Option<String>) -> Option<Option<Decimal>> {
    match text {
        None => Some(None),
        Some(text) => text.parse().ok().map(Some),
    }
}

/// The taxes as a column.
pub(crate) fn taxes_out(taxes: &[Tax]) -> Vec<TaxWire<'_>> {
    taxes
        .iter()
        .map(|tax| {
            let category = Cow::Borrowed(tax.category.as_str());
            TaxWire(tax.rate.to_string(), category, tax.base_minor, tax.amount_minor)
        })
        .collect()
}

/// The taxes of a column; `None` when a number cannot be read.
pub(crate) fn taxes_in(wires: Vec<TaxWire<'_>>) -> Option<Vec<Tax>> {
    wires
        .into_iter()
        .map(|TaxWire(rate, category, base_minor, amount_minor)| {
            let rate = rate.parse().ok()?;
            Some(Tax { rate, category: category.into_owned(), base_minor, amount_minor })
        })
        .collect()
}
