//! Reading what banks say: statements of 120 characters, and files of cheques.
//!
//! What this module is *not*: it finds no order; who is meant is decided with what is known
//! (`pay::settle_bank`).

use super::settlement::{Unread, finding, minor_of};
use acquit_domain::pay::{FundsSource, News, NewsKind};
use acquit_domain::{Currency, Date, Finding, Money, Severity};
use acquit_mapping::record::{ItemRef, Record};
use acquit_mapping::rulebook::Rulebook;
use acquit_mapping::vocabulary::{List, field};
use acquit_mapping::xml::Strictness;
use std::collections::BTreeMap;

/// Code of the provider that stands for all banks.
pub const BANK: &str = "BANK";
/// The specimens of a statement: the usual one, and the one for banks that write years first.
const STATEMENTS: [&str; 2] = ["etebac3", "etebac3-year-first"];
const CHEQUES: &str = "cheques";
/// Longest time between the balances of a statement, in days.
const STATEMENT_DAYS_MAX: i32 = 92;
/// How long ago a statement may have been written, in days.
const STATEMENT_AGE_MAX: i32 = 2 * 366;

/// One account over some days.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Statement {
    /// Code of the bank.
    pub bank: String,
    /// The account.
    pub account: String,
    /// Currency of its amounts.
    pub currency: Currency,
    /// Day of the old balance.
    pub opened_on: Date,
    /// The old balance in minor units.
    pub opening_minor: i64,
    /// The new balance in minor units.
    pub closing_minor: i64,
    /// The movements.
    pub entries: Vec<BankEntry>,
}

/// One movement of an account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BankEntry {
    /// Line of the file, from 1.
    pub line: u32,
    /// What kind of movement: a key of the code table `bank_operation`, or the bank's own code.
    pub operation: String,
    /// Day of value.
    pub booked_on: Date,
    /// Minor units; negative when money went out.
    pub amount_minor: i64,
    /// Words of the bank and the payer.
    pub label: String,
    /// What tells it apart: account, day, the bank's reference, and which of those alike.
    pub transaction: String,
}

/// Reads statements. The one way of writing dates that agrees with the balances and with today is
/// taken; a statement whose movements do not lead from its old to its new balance is refused.
#[must_use]
pub fn read_statements(
    book: &Rulebook,
    bytes: &[u8],
    today: Date,
) -> (Vec<Statement>, Vec<Finding>) {
    let mut first = None;
    for name in STATEMENTS {
        let (statements, findings) = read_as(book, name, bytes);
        let good = !findings.iter().any(Finding::rejects);
        if good && statements.iter().all(|one| is_plausible(one, today)) {
            return (statements, findings);
        }
        first.get_or_insert((statements, findings));
    }
    let (statements, mut findings) = first.unwrap_or_default();
    if !findings.iter().any(Finding::rejects) {
        let wrong = statements.iter().find(|one| !is_plausible(one, today));
        let value = wrong.map_or(String::new(), |one| one.opened_on.to_string());
        findings.push(finding("FIL-DATES", &value, acquit_domain::Place::default()));
    }
    (Vec::new(), findings)
}

fn read_as(book: &Rulebook, name: &str, bytes: &[u8]) -> (Vec<Statement>, Vec<Finding>) {
    let Some(form) = book.catalogue.carrier("", name) else {
        let none = finding("FIL-NONE", name, acquit_domain::Place::default());
        return (Vec::new(), vec![none]);
    };
    let read = form.specimen.read(bytes, Strictness { unknown: Severity::Warning });
    let mut findings = read.findings;
    let mut statements = Vec::new();
    for record in &read.records {
        match statement_of(record) {
            Ok(statement) => statements.push(statement),
            Err(found) => findings.extend(found.map(|found| *found)),
        }
    }
    if statements.is_empty() && !findings.iter().any(Finding::rejects) {
        findings.push(finding("FIL-NOTHING", "", acquit_domain::Place::default()));
    }
    (statements, findings)
}

fn statement_of(record: &Record<'_>) -> Result<Statement, Unread> {
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
    let moved =
        entries.iter().try_fold(opening_minor, |sum, one| sum.checked_add(one.amount_minor));
    if moved != Some(closing_minor) {
        let expected = Money::new(closing_minor, currency).to_string();
        let found = moved.map_or(String::new(), |sum| Money::new(sum, currency).to_string());
        let wrong = finding("FIL-BALANCE", &found, root.place(field::CLOSING));
        return Err(Some(Box::new(wrong.with_expected(expected))));
    }
    Ok(Statement {
        bank: text(field::BANK),
        account,
        currency,
        opened_on: root.date(field::OPENED_ON).ok_or(None)?,
        opening_minor,
        closing_minor,
        entries,
    })
}

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
    })
}

/// True when no movement is before the old balance by more than days of value go back, none is
/// long after it, and all of it is of the last time.
fn is_plausible(statement: &Statement, today: Date) -> bool {
    let days = |day: Date| acquit_domain::time::days_of(day);
    let opened = days(statement.opened_on);
    let moved = statement.entries.iter().map(|entry| days(entry.booked_on));
    let near = moved.into_iter().all(|day| (day - opened).abs() <= STATEMENT_DAYS_MAX);
    let age = days(today) - opened;
    near && (-STATEMENT_DAYS_MAX..=STATEMENT_AGE_MAX).contains(&age)
}

/// What a statement says of payments: transfers that came, cheques and card payments that went
/// back. Of other movements (remittances, fees, settlements of providers) nothing is entered.
#[must_use]
pub fn statement_news(statement: &Statement) -> Vec<News> {
    let news = |entry: &BankEntry| {
        let (kind, means) = match (entry.operation.as_str(), entry.amount_minor > 0) {
            ("transfer_in", true) => (NewsKind::Booked, "transfer"),
            ("cheque_back", false) => (NewsKind::Reversed, "cheque"),
            ("card_back", false) => (NewsKind::Disputed, "cmi.card"),
            _ => return None,
        };
        let minor = entry.amount_minor.checked_abs()?;
        Some(News {
            transaction: entry.transaction.clone(),
            amount: Some(Money::new(minor, statement.currency)),
            means: means.to_owned(),
            operator: statement.bank.clone(),
            reason: entry.label.clone(),
            on: Some(entry.booked_on),
            ..News::new(BANK, kind, FundsSource::Statement)
        })
    };
    statement.entries.iter().filter_map(news).collect()
}

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
    bytes: &[u8],
    currency: Currency,
) -> (Vec<ChequeLine>, Vec<Finding>) {
    let Some(form) = book.catalogue.carrier("", CHEQUES) else {
        let none = finding("FIL-NONE", CHEQUES, acquit_domain::Place::default());
        return (Vec::new(), vec![none]);
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
