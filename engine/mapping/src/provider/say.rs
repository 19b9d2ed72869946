//! Saying something to a provider: what we know as a record, and the record as bytes.
//!
//! What this module is *not*: it sends nothing, and holds no key longer than a signature takes.

use super::message::Message;
use super::{Provider, hear};
use crate::carrier::Carrier;
use crate::record::{Record, Spot};
use crate::rulebook::Rulebook;
use crate::signature::{Scheme, cmi, fatourati};
use crate::value::{Instant, Value};
use crate::vocabulary::{Field, List, field};
use crate::xml::write_xml;
use acquit_domain::Timestamp;
use acquit_domain::pay::{Attempt, Order};

/// What a house knows of itself at a provider, by the names of holes.
#[derive(Debug, Clone, Default)]
pub struct Wanted<'a> {
    /// Texts: field and what stands there.
    pub texts: Vec<(Field, &'a str)>,
}

/// What is to be sent.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Saying {
    /// The media type.
    pub media: &'static str,
    /// The bytes.
    pub bytes: Vec<u8>,
    /// The names and values, when it is a form.
    pub fields: Vec<(String, String)>,
    /// The header its signature stands in, and the signature.
    pub header: Option<(String, String)>,
    /// Names that it needs and nobody said.
    pub missing: Vec<String>,
}

/// What a house knows of itself, as a record.
#[must_use]
pub fn known(wanted: &Wanted<'_>) -> Record<'static> {
    let mut record = Record::new();
    for (field, text) in wanted.texts.iter().filter(|(_, text)| !text.is_empty()) {
        let value = Value::from((*text).to_owned());
        record.put(Record::ROOT, *field, value, (Spot::default(), ""));
    }
    record
}

/// What we know of an attempt, as a record a specimen writes.
#[must_use]
pub fn record(
    book: &Rulebook,
    order: &Order,
    attempt: &Attempt,
    wanted: &Wanted<'_>,
) -> Record<'static> {
    let mut record = known(wanted);
    let mut put = |field: Field, value: Value<'static>| {
        record.put(Record::ROOT, field, value, (Spot::default(), ""));
    };
    let number = format!("{}-{}", order.number, attempt.ordinal);
    let told = book.means(&attempt.means).map_or("", |(_, means)| means.told.as_str());
    let means = if told.is_empty() { attempt.means.as_str() } else { told };
    let texts = [
        (field::PAYMENT_ORDER, number.as_str()),
        (field::NUMBER, order.number.as_str()),
        (field::PAYMENT_REFERENCE, attempt.reference.as_str()),
        (field::TRANSACTION, attempt.transaction.as_str()),
        (field::MEANS, means),
        (field::CLIENT, order.client.as_str()),
        (field::CLIENT_NAME, order.client_name.as_str()),
        (field::ISSUER, order.issuer.as_str()),
        (field::PAYER_NAME, name(order)),
        (field::PAYER_EMAIL, order.payer.email.as_str()),
        (field::PAYER_PHONE, order.payer.phone.as_str()),
        (field::LANGUAGE, language(order)),
    ];
    for (field, text) in texts.into_iter().filter(|(_, text)| !text.is_empty()) {
        put(field, Value::from(text.to_owned()));
    }
    put(field::NONCE, Value::from(attempt.id.to_string()));
    put(field::DUE, Value::from(order.total.decimal()));
    let currency = order.total.currency.code().to_owned();
    put(field::CURRENCY, Value::Code(currency.into()));
    let zoned = book.provider(&attempt.provider).is_some_and(|provider| provider.zoned);
    for (field, at) in
        [(field::WRITTEN_AT, Some(attempt.started_at)), (field::EXPIRES_AT, attempt.expires_at)]
    {
        if let Some(at) = at.and_then(|at| local(book, at, zoned)) {
            put(field, Value::from(at));
        }
    }
    invoices(&mut record, order);
    record
}

fn name(order: &Order) -> &str {
    if order.payer.name.is_empty() { &order.client_name } else { &order.payer.name }
}

fn language(order: &Order) -> &str {
    if order.payer.language.is_empty() { "fr" } else { &order.payer.language }
}

fn invoices(record: &mut Record<'static>, order: &Order) {
    for item in &order.items {
        let id = record.add(Record::ROOT, List::Invoices, Spot::default(), "");
        let number = item.invoice.number.to_string();
        let money = acquit_domain::Money::new(item.amount_minor, order.total.currency);
        for (field, value) in [
            (field::INVOICES_NUMBER, Value::from(number)),
            (field::INVOICES_GROSS, Value::from(money.decimal())),
        ] {
            record.put(id, field, value, (Spot::default(), ""));
        }
    }
}

/// An instant on the wall of the platform, to the second.
pub(super) fn local(book: &Rulebook, at: Timestamp, zoned: bool) -> Option<Instant> {
    let zone = jiff::tz::TimeZone::get(&book.platform.zone).ok()?;
    let at = jiff::Timestamp::from_second(at.0.div_euclid(1_000_000)).ok()?;
    let offset_seconds = zoned.then(|| zone.to_offset(at).seconds());
    Some(Instant { at: zone.to_datetime(at), offset_seconds })
}

/// Writes a message and signs it with the key.
#[must_use]
pub fn say(
    book: &Rulebook,
    provider: &Provider,
    message: &Message,
    record: &mut Record<'static>,
    (scheme, key): (Option<Scheme>, &str),
) -> Saying {
    let scheme = match message.signature {
        Scheme::Nothing => Scheme::Nothing,
        usual => scheme.unwrap_or(usual),
    };
    let mut header = None;
    match scheme {
        Scheme::CmiVer3 => {
            let fields = hear::fields(&written(book, provider, message, record).bytes);
            let hash = cmi::hash(&fields, key, cmi::Way::Request);
            let value = Value::from(hash);
            record.put(Record::ROOT, field::SIGNATURE, value, (Spot::default(), ""));
        }
        Scheme::FatouratiHmac | Scheme::FatouratiSha256 | Scheme::FatouratiMac => {
            let texts = message.signed_texts(record);
            let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
            header = Some((message.header.clone(), fatourati::sign(&texts, key, scheme)));
        }
        Scheme::Nothing | Scheme::Webhook => {}
    }
    Saying { header, ..written(book, provider, message, record) }
}

fn written(book: &Rulebook, provider: &Provider, message: &Message, record: &Record<'_>) -> Saying {
    if let Some(carrier) = hear::specimen(book, provider, &message.name) {
        let written = carrier.write(record);
        let fields = match carrier {
            Carrier::Form(_) => hear::fields(&written.bytes),
            _ => Vec::new(),
        };
        let missing = written.unwritten.iter().map(|one| one.field.to_string()).collect();
        let media = carrier.media_type();
        return Saying { media, bytes: written.bytes, fields, header: None, missing };
    }
    let Some(form) = book.catalogue.xml(&provider.folder, &message.name) else {
        return Saying { missing: vec![message.name.clone()], ..Saying::default() };
    };
    let (text, unwritten) = write_xml(&form.specimen, record);
    let missing = unwritten.iter().map(|one| one.field.to_string()).collect();
    let media = "application/xml";
    Saying { media, bytes: text.into_bytes(), missing, ..Saying::default() }
}

/// An address with its holes filled; what a hole holds is escaped as one part of a path. Of names
/// with `|` between them the first that is said counts.
/// `None` when something is missing: an address with a hole is another address.
#[must_use]
pub fn path(template: &str, record: &Record<'_>) -> Option<String> {
    let mut path = String::with_capacity(template.len() + 32);
    let mut rest = template;
    while let Some((before, after)) = rest.split_once('{') {
        let (name, after) = after.split_once('}')?;
        let said = |name: &str| record.root().text(Field::of(List::Root, name)?);
        let text = name.split('|').find_map(said)?;
        path.push_str(before);
        for byte in text.bytes() {
            match byte {
                b'-' | b'_' | b'~' => path.push(char::from(byte)),
                _ if byte.is_ascii_alphanumeric() => path.push(char::from(byte)),
                _ => path.push_str(&format!("%{byte:02X}")),
            }
        }
        rest = after;
    }
    path.push_str(rest);
    Some(path)
}
