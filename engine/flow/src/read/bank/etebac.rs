//! Statements of 120 characters (CFONB 120 as Moroccan banks profile it): old balance, movements,
//! new balance.

use super::super::settlement::{Unread, finding, minor_of};
use super::{BankEntry, Statement};
use acquit_domain::{Currency, Date, Finding, Place, Severity};
use acquit_mapping::bank::Bank;
use acquit_mapping::record::{ItemRef, Record};
use acquit_mapping::rulebook::Rulebook;
use acquit_mapping::vocabulary::{List, field};
use acquit_mapping::xml::Strictness;
use std::collections::BTreeMap;

/// The specimens of a statement: the usual one, and the one for banks that write years first.
const REPORTS: [&str; 2] = ["etebac3", "etebac3-year-first"];
/// Longest time between the balances of a statement, in days.
const STATEMENT_DAYS_MAX: i32 = 92;
/// How long ago a statement may have been written, in days.
const STATEMENT_AGE_MAX: i32 = 2 * 366;

/// Reads statements. The one way of writing dates that agrees with the balances and with today is
/// taken.
pub(super) fn read(
    book: &Rulebook,
    bank: &Bank,
    bytes: &[u8],
    today: Date,
) -> (Vec<Statement>, Vec<Finding>) {
    let mut first = None;
    for name in REPORTS.into_iter().filter(|name| bank.may_send(name)) {
        let (statements, findings) = read_as(book, bank, name, bytes);
        let good = !findings.iter().any(Finding::rejects);
        if good && statements.iter().all(|one| is_plausible(one, today)) {
            return (statements, findings);
        }
        first.get_or_insert((statements, findings));
    }
    let Some((statements, mut findings)) = first else {
        return (Vec::new(), vec![super::not_agreed(REPORTS[0])]);
    };
    if !findings.iter().any(Finding::rejects) {
        let wrong = statements.iter().find(|one| !is_plausible(one, today));
        let day = wrong.and_then(|one| one.opened_on);
        let value = day.map_or(String::new(), |day| day.to_string());
        findings.push(finding("FIL-DATES", &value, Place::default()));
    }
    (Vec::new(), findings)
}

fn read_as(
    book: &Rulebook,
    bank: &Bank,
    name: &'static str,
    bytes: &[u8],
) -> (Vec<Statement>, Vec<Finding>) {
    let Some(form) = book.catalogue.carrier(&bank.folder, name) else {
        return (Vec::new(), vec![finding("FIL-NONE", name, Place::default())]);
    };
    let read = form.specimen.read(bytes, Strictness { unknown: Severity::Warning });
    let mut findings = read.findings;
    let mut statements = Vec::new();
    for record in &read.records {
        match statement_of(record, name) {
            Ok(statement) => statements.push(statement),
            Err(found) => findings.extend(found.map(|found| *found)),
        }
    }
    (statements, findings)
}

fn statement_of(record: &Record<'_>, report: &'static str) -> Result<Statement, Unread> {
    let root = record.root();
    let text = |name| root.text(name).unwrap_or_default().to_owned();
    let currency = root.code(field::CURRENCY).and_then(Currency::of).ok_or(None)?;
    let opening_minor = minor_of(root, field::OPENING, currency)?.ok_or(None)?;
    let closing_minor = minor_of(root, field::CLOSING, currency)?.ok_or(None)?;
    let account = text(field::ACCOUNT);
    let mut seen: BTreeMap<(Date, String, i64), u32> = BTreeMap::new();
    let mut entries = Vec::new();
    for item in root.items(List::Entries) {
        entries.push(entry_of(item, &account, currency, &mut seen)?);
    }
    Ok(Statement {
        report,
        bank: text(field::BANK),
        account,
        currency,
        number: String::new(),
        reference: String::new(),
        opened_on: Some(root.date(field::OPENED_ON).ok_or(None)?),
        opening_minor: Some(opening_minor),
        closing_minor: Some(closing_minor),
        entries,
    })
}

/// Nine characters of a reference are no key: with the day, the amount and which of those alike
/// they are.
fn entry_of(
    item: ItemRef<'_, '_>,
    account: &str,
    currency: Currency,
    seen: &mut BTreeMap<(Date, String, i64), u32>,
) -> Result<BankEntry, Unread> {
    let text = |name| item.text(name).unwrap_or_default().to_owned();
    let booked_on = item.date(field::ENTRIES_BOOKED_ON).ok_or(None)?;
    let amount_minor = minor_of(item, field::ENTRIES_AMOUNT, currency)?.ok_or(None)?;
    let reference = text(field::ENTRIES_TRANSACTION);
    let alike = seen.entry((booked_on, reference.clone(), amount_minor)).or_default();
    *alike += 1;
    let account = account.trim_start_matches('0');
    let transaction = format!("{account}/{booked_on}/{reference}/{amount_minor}/{alike}");
    Ok(BankEntry {
        line: item.place(field::ENTRIES_AMOUNT).segment,
        operation: text(field::ENTRIES_OPERATION),
        booked_on,
        amount_minor,
        label: text(field::ENTRIES_LABEL),
        transaction,
        is_booked: true,
        ..BankEntry::default()
    })
}

/// True when no movement is before the old balance by more than days of value go back, none is
/// long after it, and all of it is of the last time.
fn is_plausible(statement: &Statement, today: Date) -> bool {
    let days = |day: Date| acquit_domain::time::days_of(day);
    let Some(opened) = statement.opened_on.map(days) else { return false };
    let moved = statement.entries.iter().map(|entry| days(entry.booked_on));
    let near = moved.into_iter().all(|day| (day - opened).abs() <= STATEMENT_DAYS_MAX);
    let age = days(today) - opened;
    near && (-STATEMENT_DAYS_MAX..=STATEMENT_AGE_MAX).contains(&age)
}
