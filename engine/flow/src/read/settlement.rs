//! Reading a provider's settlement: what it says it took, gave back and kept, line by line.
//!
//! What this module is *not*: it compares nothing with the ledger; that is
//! [`match_day`](crate::pay::settle::match_day).

use acquit_domain::{Currency, Date, Finding, Money, Place, Severity};
use acquit_mapping::record::ItemRef;
use acquit_mapping::rulebook::Rulebook;
use acquit_mapping::vocabulary::{Field, List, field};
use acquit_mapping::xml::Strictness;
use std::borrow::Cow;

/// Name of the specimen of a settlement; a provider's own one stands in its folder.
const SPECIMEN: &str = "settlement";

/// Why something was not read; nothing when the reader told it already.
pub(super) type Unread = Option<Box<Finding>>;

/// What a line says of a payment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LineKind {
    /// It was taken.
    Paid,
    /// It was given back.
    Refunded,
    /// The payer's bank took it back.
    Disputed,
    /// It was not taken.
    Declined,
}

/// One line of a settlement file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileLine {
    /// Line of the file, from 1.
    pub line: u32,
    /// The provider's number of the transaction.
    pub transaction: String,
    /// Our order number, or empty.
    pub order: String,
    /// The payer's reference, or empty.
    pub reference: String,
    /// What it says.
    pub kind: LineKind,
    /// Amount in minor units, never negative.
    pub amount_minor: i64,
    /// Currency.
    pub currency: Currency,
    /// Fees in minor units, when told.
    pub fee_minor: Option<i64>,
    /// Day of the payment.
    pub day: Date,
    /// Sub-channel, or empty.
    pub operator: String,
}

impl FileLine {
    /// What the line adds to the sum of the file, in minor units.
    #[must_use]
    pub const fn signed_minor(&self) -> i64 {
        match self.kind {
            LineKind::Paid => self.amount_minor,
            LineKind::Refunded | LineKind::Disputed => -self.amount_minor,
            LineKind::Declined => 0,
        }
    }
}

/// Reads a settlement file of a provider, named by its folder. With a finding that rejects,
/// nothing of the file may be used: a sum over a part of it would explain nothing.
#[must_use]
pub fn read_settlement(
    book: &Rulebook,
    folder: &str,
    bytes: &[u8],
) -> (Vec<FileLine>, Vec<Finding>) {
    let Some(form) = book.catalogue.carrier(folder, SPECIMEN) else {
        return (Vec::new(), vec![finding("FIL-NONE", SPECIMEN, Place::default())]);
    };
    let read = form.specimen.read(bytes, Strictness { unknown: Severity::Note });
    let mut findings = read.findings;
    let mut lines = Vec::new();
    for item in read.records.iter().flat_map(|record| record.items(List::Entries)) {
        match line_of(item) {
            Ok(line) => lines.push(line),
            // What is missing was told by the reader.
            Err(None) => {}
            Err(Some(found)) => findings.push(*found),
        }
    }
    if lines.is_empty() && !findings.iter().any(Finding::rejects) {
        findings.push(finding("FIL-NOTHING", "", Place::default()));
    }
    (lines, findings)
}

fn line_of(item: ItemRef<'_, '_>) -> Result<FileLine, Unread> {
    let text = |name| item.text(name).unwrap_or_default().to_owned();
    let transaction = text(field::ENTRIES_TRANSACTION);
    let currency = item.code(field::ENTRIES_CURRENCY).and_then(Currency::of).ok_or(None)?;
    let minor = minor_of(item, field::ENTRIES_AMOUNT, currency)?.ok_or(None)?;
    let fee_minor = minor_of(item, field::ENTRIES_FEE, currency)?.map(i64::abs);
    let kind = match item.code(field::ENTRIES_RESULT) {
        Some("paid") if minor < 0 => LineKind::Refunded,
        Some("paid") => LineKind::Paid,
        Some("refunded") => LineKind::Refunded,
        Some("disputed") => LineKind::Disputed,
        Some("declined") => LineKind::Declined,
        _ => return Err(None),
    };
    let place = item.place(field::ENTRIES_AMOUNT);
    if minor == 0 && kind != LineKind::Declined {
        return Err(Some(Box::new(finding("PAY-NUM", "0", place))));
    }
    let amount_minor = minor.checked_abs().ok_or(None)?;
    let day = item.date(field::ENTRIES_PAID_ON).ok_or(None)?;
    Ok(FileLine {
        line: place.segment,
        transaction,
        order: text(field::ENTRIES_PAYMENT_ORDER),
        reference: text(field::ENTRIES_PAYMENT_REFERENCE),
        kind,
        amount_minor,
        currency,
        fee_minor,
        day,
        operator: text(field::ENTRIES_OPERATOR),
    })
}

/// A number in minor units; one that has too many decimals or digits is told.
pub(super) fn minor_of(
    item: ItemRef<'_, '_>,
    name: Field,
    currency: Currency,
) -> Result<Option<i64>, Unread> {
    let Some(number) = item.decimal(name) else { return Ok(None) };
    match Money::exact(number, currency) {
        Ok(money) => Ok(Some(money.minor)),
        Err(_) => {
            let found = finding("PAY-NUM", &number.to_string(), item.place(name));
            Err(Some(Box::new(found)))
        }
    }
}

/// A finding that rejects.
pub(super) fn finding(code: &'static str, value: &str, place: Place) -> Finding {
    let mut finding = Finding::business("", Severity::Error, place);
    finding.code = Cow::Borrowed(code);
    if value.is_empty() { finding } else { finding.with_value(value) }
}
