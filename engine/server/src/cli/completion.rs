//! What a message in another language needs and its source says elsewhere, or not at all but
//! beyond doubt: the envelope's date and parties, totals that follow from others, numbers of
//! lines.
//!
//! What this is *not*: guessing. What does not follow stays unsaid, and the command refuses.

use super::specimens::REFERENCE_MAX;
use acquit_domain::{Date, Decimal};
use acquit_mapping::record::Record;
use acquit_mapping::value::Instant;
use acquit_mapping::vocabulary::{List, field};
use acquit_syntax::edifact::envelope::Interchange;

/// Says what follows.
pub(super) fn complete(record: &mut Record<'_>, interchange: Option<&Interchange>) {
    if let Some(interchange) = interchange {
        envelope(record, interchange);
    }
    if !record.root().has(field::STATE) {
        let state = match record.root().code(field::EVENT) {
            Some("cancel") => "cancelled",
            Some("paid") => "paid",
            _ => "open",
        };
        record.say_code(Record::ROOT, field::STATE, state);
    }
    reference(record);
    totals(record);
    let numbered = |item: acquit_mapping::record::ItemRef<'_, '_>| {
        (item.id(), item.has(field::LINES_POSITION))
    };
    let lines: Vec<_> = record.items(List::Lines).map(numbered).collect();
    for ((line, has_number), number) in lines.into_iter().zip(1i64..) {
        if !has_number {
            record.say(line, field::LINES_POSITION, number);
        }
    }
}

/// Who receives, and when it was written: as the envelope says.
fn envelope(record: &mut Record<'_>, interchange: &Interchange) {
    if !record.root().has(field::RECIPIENT) {
        record.say(Record::ROOT, field::RECIPIENT, interchange.recipient.id.clone());
    }
    if !record.root().has(field::WRITTEN_AT)
        && let Some(instant) = prepared(interchange)
    {
        record.say(Record::ROOT, field::WRITTEN_AT, instant);
    }
}

fn prepared(interchange: &Interchange) -> Option<Instant> {
    let prepared = interchange.prepared()?;
    let small = |number: u8| i8::try_from(number).ok();
    let year = i16::try_from(prepared.year).ok()?;
    let date = Date::new(year, small(prepared.month)?, small(prepared.day)?).ok()?;
    let (hour, minute) = (small(prepared.hour)?, small(prepared.minute)?);
    Some(Instant::local(date.at(hour, minute, 0, 0)))
}

/// A reference too long for a control reference is said whole as the document's.
fn reference(record: &mut Record<'_>) {
    let whole = record.root().text(field::MESSAGE).unwrap_or_default().to_owned();
    if whole.chars().count() > REFERENCE_MAX && !record.root().has(field::REFERENCE) {
        record.say(Record::ROOT, field::REFERENCE, whole);
    }
}

/// The net total is the sum of the lines, the tax what the gross total has more.
fn totals(record: &mut Record<'_>) {
    let root = record.root();
    let (net, vat, gross) =
        (root.decimal(field::NET), root.decimal(field::VAT), root.decimal(field::GROSS));
    let net = net.or_else(|| match (gross, vat) {
        (Some(gross), Some(vat)) => gross.checked_sub(vat),
        _ => sum_of_lines(record),
    });
    if let (false, Some(net)) = (record.root().has(field::NET), net) {
        record.say(Record::ROOT, field::NET, net);
    }
    if let (None, Some(net), Some(gross)) = (vat, net, gross)
        && let Some(vat) = gross.checked_sub(net).filter(|vat| !vat.is_sign_negative())
    {
        record.say(Record::ROOT, field::VAT, vat);
    }
}

/// The sum of the lines, when every line has an amount.
fn sum_of_lines(record: &Record<'_>) -> Option<Decimal> {
    let mut amounts = record.items(List::Lines).map(|line| line.decimal(field::LINES_NET));
    let first = amounts.next()??;
    amounts.try_fold(first, |sum, amount| sum.checked_add(amount?))
}
