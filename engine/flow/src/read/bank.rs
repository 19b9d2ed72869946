//! Reading what banks say: statements of 120 characters, camt.053 and camt.054, CREADV and CREMUL,
//! and files of cheques.
//!
//! What the bytes are is told by the bytes; what a bank may send is told by its agreement. What
//! this module is *not*: it finds no order; who is meant is decided with what is known
//! (`pay::settle_bank`).

mod advice;
mod camt;
mod cheques;
mod entry;
mod etebac;
mod news;

pub use cheques::{ChequeLine, read_cheques};
pub use news::statement_news;

use super::settlement::finding;
use acquit_domain::{Currency, Date, Finding, Money, Place, Severity};
use acquit_mapping::bank::{AccountCheck, Bank, account_check};
use acquit_mapping::rulebook::Rulebook;
use std::borrow::Cow;

/// Code of the provider that stands for all banks.
pub const BANK: &str = "BANK";
/// Most remarks about single entries of a report.
const REMARKS_MAX: usize = 20;

/// One account over some time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Statement {
    /// What it was read by: the name of the specimen.
    pub report: &'static str,
    /// Code of the bank, or empty.
    pub bank: String,
    /// The account, as the bank writes it.
    pub account: String,
    /// Currency of its amounts.
    pub currency: Currency,
    /// Its number in the account, or empty.
    pub number: String,
    /// The bank's own reference of it, or empty.
    pub reference: String,
    /// Day of the old balance, when it has one.
    pub opened_on: Option<Date>,
    /// The old balance in minor units; an advice has none.
    pub opening_minor: Option<i64>,
    /// The new balance in minor units; an advice has none.
    pub closing_minor: Option<i64>,
    /// The movements.
    pub entries: Vec<BankEntry>,
}

impl Statement {
    /// What tells it apart among those of its account.
    #[must_use]
    pub fn identity(&self) -> String {
        let opening = || {
            let day = self.opened_on.map_or(String::new(), |day| day.to_string());
            format!("{day}/{}", self.opening_minor.unwrap_or_default())
        };
        let own = if self.reference.is_empty() { opening() } else { self.reference.clone() };
        format!("{}/{own}", self.report)
    }

    /// What its booked movements add up to, in minor units; `None` beyond all reason.
    fn moved(&self) -> Option<i64> {
        let booked = self.entries.iter().filter(|one| one.is_booked);
        booked.map(|one| one.amount_minor).try_fold(0i64, i64::checked_add)
    }
}

/// One movement of an account.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct BankEntry {
    /// Line, or segment, of the file, from 1; 0 in XML.
    pub line: u32,
    /// What kind of movement: a key of the code table `bank_operation` or `bank_family`, or the
    /// bank's own code; empty when it says none.
    pub operation: String,
    /// Day of the booking.
    pub booked_on: Date,
    /// Minor units; negative when money went out.
    pub amount_minor: i64,
    /// Words of the bank and the payer.
    pub label: String,
    /// Name of the payer, or empty.
    pub payer: String,
    /// Account of the payer, or empty.
    pub payer_account: String,
    /// What tells it apart: account and the bank's reference; without one the day, the amount and
    /// which of those alike.
    pub transaction: String,
    /// True when the bank has booked it: what is only announced is no money.
    pub is_booked: bool,
    /// True when it takes an earlier movement back.
    pub is_reversal: bool,
}

/// Reads a report of a bank: statements or advices. With a finding that rejects, nothing of it may
/// be used.
#[must_use]
pub fn read_statements(
    book: &Rulebook,
    bank: &Bank,
    bytes: &[u8],
    today: Date,
) -> (Vec<Statement>, Vec<Finding>) {
    let (mut statements, mut findings) = match first_of(bytes) {
        Some(b'<') => camt::read(book, bank, bytes),
        Some(b'U') => advice::read(book, bank, bytes),
        _ => etebac::read(book, bank, bytes, today),
    };
    for statement in &statements {
        findings.extend(judge(bank, statement));
    }
    if statements.is_empty() && !findings.iter().any(Finding::rejects) {
        findings.push(finding("FIL-NOTHING", "", Place::default()));
    }
    if findings.iter().any(Finding::rejects) {
        statements.clear();
    }
    (statements, findings)
}

/// Whether some bytes look like a report on accounts rather than a file of cheques: EDIFACT, XML,
/// or a record that begins with an old balance.
#[must_use]
pub fn is_statement(bytes: &[u8]) -> bool {
    let bytes = bytes.strip_prefix(&[0xEF, 0xBB, 0xBF]).unwrap_or(bytes);
    match first_of(bytes) {
        Some(b'<') => true,
        Some(b'U') => bytes.trim_ascii_start().starts_with(b"UN"),
        _ => {
            let record = bytes.split(|byte| matches!(byte, b'\r' | b'\n')).next();
            bytes.starts_with(b"01") && record.is_some_and(|record| !record.contains(&b';'))
        }
    }
}

/// The first byte that is no white space and no mark of the byte order.
fn first_of(bytes: &[u8]) -> Option<u8> {
    let bytes = bytes.strip_prefix(&[0xEF, 0xBB, 0xBF]).unwrap_or(bytes);
    bytes.iter().copied().find(|byte| !byte.is_ascii_whitespace())
}

/// What is wrong, or to be remarked, with a statement as a whole.
fn judge(bank: &Bank, statement: &Statement) -> Vec<Finding> {
    let mut findings = Vec::new();
    let place = Place { name: statement.account.clone(), ..Place::default() };
    if !bank.has_account(&statement.account) {
        findings.push(finding("BNK-ACCOUNT", &statement.account, place.clone()));
    }
    match (statement.opening_minor, statement.closing_minor) {
        (Some(opening), Some(closing)) => {
            let sum = statement.moved().and_then(|moved| moved.checked_add(opening));
            if sum != Some(closing) {
                let money = |minor| Money::new(minor, statement.currency).to_string();
                let wrong = finding("FIL-BALANCE", &sum.map_or(String::new(), money), place);
                findings.push(wrong.with_expected(money(closing)));
            }
        }
        (None, None) => {}
        _ => findings.push(remark("BNK-NOBALANCE", &statement.account, place)),
    }
    let entries = statement.entries.iter();
    let pending = entries.clone().filter(|one| !one.is_booked).map(|one| ("BNK-PENDING", one));
    let wrong = entries.filter(|one| account_check(&one.payer_account) == AccountCheck::Wrong);
    let told = pending.chain(wrong.map(|one| ("BNK-RIB", one))).take(REMARKS_MAX);
    findings.extend(told.map(|(code, entry)| {
        let place = Place { segment: entry.line, ..Place::default() };
        let value = match code {
            "BNK-RIB" => entry.payer_account.clone(),
            _ => Money::new(entry.amount_minor, statement.currency).to_string(),
        };
        remark(code, &value, place)
    }));
    findings
}

/// A finding that refuses nothing.
fn remark(code: &'static str, value: &str, place: Place) -> Finding {
    let mut remark = Finding::business("", Severity::Note, place).with_value(value);
    remark.code = Cow::Borrowed(code);
    remark
}

/// A report this bank may not send.
fn not_agreed(report: &str) -> Finding {
    finding("BNK-REPORT", report, Place::default())
}
