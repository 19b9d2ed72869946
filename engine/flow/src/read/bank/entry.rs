//! What entries of every report have in common: what tells them apart, and how those booked
//! together are taken one by one.

use super::super::settlement::{Unread, finding};
use super::BankEntry;
use acquit_domain::{Date, Place};
use acquit_mapping::bank::plain_account;
use std::collections::BTreeMap;

/// Words for "none" where a reference must stand.
const NO_REFERENCE: [&str; 3] = ["NOTPROVIDED", "NONREF", "NOREF"];

/// Counts movements that have nothing to tell them apart.
#[derive(Debug, Default)]
pub(super) struct Alike(BTreeMap<(String, Date, i64), u32>);

impl Alike {
    /// What tells a movement apart: the bank's reference, which is the same in a statement and in
    /// the advice before it; without one the day, the amount and which of those alike.
    pub(super) fn name(
        &mut self,
        account: &str,
        reference: &str,
        booked_on: Date,
        amount_minor: i64,
    ) -> String {
        let account = plain_account(account);
        let account = account.trim_start_matches('0');
        if !reference.is_empty() {
            return format!("{account}/{reference}");
        }
        let alike = self.0.entry((account.to_owned(), booked_on, amount_minor)).or_default();
        *alike += 1;
        format!("{account}/{booked_on}/{amount_minor}/{alike}")
    }
}

/// One transfer of a booking.
#[derive(Debug, Clone, Default)]
pub(super) struct Transfer {
    pub(super) reference: String,
    /// Minor units, never negative; `None` when it says none in the account's currency.
    pub(super) minor: Option<i64>,
    pub(super) payer: String,
    pub(super) payer_account: String,
    /// What the payer wrote, piece by piece.
    pub(super) words: Vec<String>,
}

/// A reference that says something.
pub(super) fn meant(reference: &str) -> &str {
    let none = NO_REFERENCE.iter().any(|none| reference.eq_ignore_ascii_case(none));
    if none { "" } else { reference }
}

/// The movements of a booking: one for each of its transfers when they all say their amount, else
/// one with everything that was written.
///
/// # Errors
/// When the transfers do not add up to the booking.
pub(super) fn entries(
    booking: &BankEntry,
    reference: &str,
    transfers: &[Transfer],
    (account, alike): (&str, &mut Alike),
) -> Result<Vec<BankEntry>, Unread> {
    let parts: Option<Vec<i64>> = transfers.iter().map(|one| one.minor).collect();
    let sign = booking.amount_minor.signum();
    let (day, minor) = (booking.booked_on, booking.amount_minor);
    let parts = match parts {
        Some(parts) if parts.len() > 1 => parts,
        _ => {
            let own = transfers.first().filter(|_| transfers.len() == 1);
            let reference = match own.map(|one| one.reference.as_str()) {
                Some(own) if reference.is_empty() => own,
                _ => reference,
            };
            let mut entry = booking.clone();
            entry.transaction = alike.name(account, reference, day, minor);
            for one in transfers {
                fill(&mut entry, one);
            }
            return Ok(vec![entry]);
        }
    };
    let sum = parts.iter().try_fold(0i64, |sum, part| sum.checked_add(*part));
    if sum != minor.checked_abs() {
        let place = Place { segment: booking.line, ..Place::default() };
        let said = sum.map_or(String::new(), |sum| sum.to_string());
        let wrong = finding("BNK-BATCH", &said, place).with_expected(minor.unsigned_abs());
        return Err(Some(Box::new(wrong)));
    }
    let mut entries = Vec::with_capacity(parts.len());
    for (at, (one, part)) in transfers.iter().zip(parts).enumerate() {
        let amount_minor = sign * part;
        let own = match (one.reference.as_str(), reference) {
            ("", "") => String::new(),
            (own, whole) if own.is_empty() || own == whole => format!("{whole}/{}", at + 1),
            (own, _) => own.to_owned(),
        };
        let mut entry = BankEntry { amount_minor, ..booking.clone() };
        entry.transaction = alike.name(account, &own, day, amount_minor);
        fill(&mut entry, one);
        entries.push(entry);
    }
    Ok(entries)
}

/// What a transfer says of its payer, beside what the bank says of the booking.
fn fill(entry: &mut BankEntry, transfer: &Transfer) {
    for (place, said) in
        [(&mut entry.payer, &transfer.payer), (&mut entry.payer_account, &transfer.payer_account)]
    {
        if place.is_empty() {
            place.clone_from(said);
        }
    }
    let own = transfer.words.iter().map(|word| meant(word.trim())).filter(|word| !word.is_empty());
    let mut words: Vec<&str> = own.collect();
    if !entry.label.is_empty() {
        words.push(&entry.label);
    }
    entry.label = words.join(" ");
}

#[cfg(test)]
mod tests {
    use super::*;

    fn booking(amount_minor: i64) -> BankEntry {
        let booked_on = acquit_domain::time::date_from_days(20_000);
        BankEntry { amount_minor, booked_on, is_booked: true, ..BankEntry::default() }
    }

    fn transfer(reference: &str, minor: Option<i64>) -> Transfer {
        Transfer { reference: reference.to_owned(), minor, ..Transfer::default() }
    }

    fn check(amount: i64, reference: &str, transfers: &[Transfer], expected: &str) {
        let mut alike = Alike::default();
        let told = match entries(&booking(amount), reference, transfers, ("0012", &mut alike)) {
            Ok(entries) => entries
                .iter()
                .map(|one| format!("{}={}", one.transaction, one.amount_minor))
                .collect::<Vec<_>>()
                .join(" "),
            Err(found) => found.map_or(String::new(), |found| found.code.to_string()),
        };
        assert_eq!(told, expected);
    }

    #[test]
    fn bookings_are_taken_apart() {
        check(900, "R", &[], "12/R=900");
        check(900, "", &[], "12/2024-10-04/900/1=900");
        check(900, "R", &[transfer("T", Some(5))], "12/R=900");
        check(900, "", &[transfer("T", None)], "12/T=900");
        let two = [transfer("A", Some(400)), transfer("B", Some(500))];
        check(900, "R", &two, "12/A=400 12/B=500");
        check(-900, "R", &two, "12/A=-400 12/B=-500");
        check(901, "R", &two, "BNK-BATCH");
        let same = [transfer("R", Some(400)), transfer("", Some(500))];
        check(900, "R", &same, "12/R/1=400 12/R/2=500");
        let silent = [transfer("A", Some(400)), transfer("B", None)];
        check(900, "R", &silent, "12/R=900");
        let alike = [transfer("", Some(450)), transfer("", Some(450))];
        check(900, "", &alike, "12/2024-10-04/450/1=450 12/2024-10-04/450/2=450");
    }
}
