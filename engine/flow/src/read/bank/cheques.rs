//! Files of cheques: what became of each, line by line.

use super::super::settlement::{Unread, finding, minor_of};
use super::{BANK, not_agreed};
use acquit_domain::pay::{FundsSource, News, NewsKind};
use acquit_domain::{Currency, Date, Finding, Money, Place, Severity};
use acquit_mapping::bank::Bank;
use acquit_mapping::record::ItemRef;
use acquit_mapping::rulebook::Rulebook;
use acquit_mapping::vocabulary::{List, field};
use acquit_mapping::xml::Strictness;

/// The specimen of such a file.
const CHEQUES: &str = "cheques";

/// One line of a file of cheques.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChequeLine {
    /// Line of the file, from 1.
    pub line: u32,
    /// Number of the cheque, or of the order it pays.
    pub reference: String,
    /// Reference of the remittance (« référence de remise »).
    pub remittance: String,
    /// Amount in minor units.
    pub amount_minor: i64,
    /// False when it came back unpaid.
    pub paid: bool,
}

impl ChequeLine {
    /// What the line says, on the day its file came.
    #[must_use]
    pub fn news(&self, currency: Currency, on: Date) -> News {
        let kind = if self.paid { NewsKind::Booked } else { NewsKind::Reversed };
        News {
            reference: self.reference.clone(),
            transaction: self.reference.clone(),
            channel_reference: self.remittance.clone(),
            amount: Some(Money::new(self.amount_minor, currency)),
            means: "cheque".to_owned(),
            on: Some(on),
            ..News::new(BANK, kind, FundsSource::Cheques)
        }
    }
}

/// Reads a file of cheques. A line that cannot be read is told with its number, the others are
/// taken.
#[must_use]
pub fn read_cheques(
    book: &Rulebook,
    bank: &Bank,
    bytes: &[u8],
    currency: Currency,
) -> (Vec<ChequeLine>, Vec<Finding>) {
    if !bank.may_send(CHEQUES) {
        return (Vec::new(), vec![not_agreed(CHEQUES)]);
    }
    let Some(form) = book.catalogue.carrier(&bank.folder, CHEQUES) else {
        return (Vec::new(), vec![finding("FIL-NONE", CHEQUES, Place::default())]);
    };
    let read = form.specimen.read(bytes, Strictness { unknown: Severity::Note });
    let mut findings = read.findings;
    let mut lines = Vec::new();
    for item in read.records.iter().flat_map(|record| record.items(List::Entries)) {
        match cheque_of(item, currency) {
            Ok(line) => lines.push(line),
            Err(found) => findings.extend(found.map(|found| *found)),
        }
    }
    (lines, findings)
}

fn cheque_of(item: ItemRef<'_, '_>, currency: Currency) -> Result<ChequeLine, Unread> {
    let text = |name| item.text(name).map(str::to_owned).ok_or(None);
    let amount_minor = minor_of(item, field::ENTRIES_AMOUNT, currency)?.ok_or(None)?;
    let place = item.place(field::ENTRIES_AMOUNT);
    if amount_minor <= 0 {
        return Err(Some(Box::new(finding("PAY-NUM", &amount_minor.to_string(), place))));
    }
    let paid = match item.code(field::ENTRIES_RESULT) {
        Some("paid") => true,
        Some("unpaid") => false,
        _ => return Err(None),
    };
    Ok(ChequeLine {
        line: place.segment,
        reference: text(field::ENTRIES_PAYMENT_REFERENCE)?,
        remittance: text(field::ENTRIES_REMITTANCE)?,
        amount_minor,
        paid,
    })
}
