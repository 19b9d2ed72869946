//! Statements and files of cheques into payments.

use super::{Refused, note};
use crate::http::wire::hex;
use crate::shell::{Cashier, Engine};
use acquit_domain::pay::News;
use acquit_domain::{Currency, Date, Finding, Id, Outcome, Parcel, Verdict};
use acquit_flow::pay::ReportSeen;
use acquit_flow::{ChequeLine, Occurrence};
use acquit_mapping::bank::Bank;
use serde::Serialize;
use utoipa::ToSchema;

/// Movements or cheques decided in one transaction.
const ENTRIES_MAX: usize = 100;
/// Currency of files of cheques, which name none.
const CHEQUES_CURRENCY: &str = "MAD";

/// What became of statements.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, ToSchema)]
pub struct StatementsWire {
    /// How many accounts were told of.
    pub accounts: usize,
    /// How many movements there were.
    pub movements: usize,
    /// How many of them are payments.
    pub payments: usize,
    /// How many went on invoices in whole.
    pub applied: usize,
    /// How many wait for an operator.
    pub suspended: usize,
    /// How many were known, or moved nothing.
    pub known: usize,
    /// How many are only announced: they are told again when they are booked.
    pub pending: usize,
    /// True when all of it was told before, in the same bytes.
    pub repeated: bool,
    /// The first log row, for the answer to a parcel.
    #[serde(skip)]
    #[schema(ignore)]
    pub exchange: Option<Id>,
}

/// Takes a bank's reports: statements of 120 characters, camt.053 and camt.054, CREADV and CREMUL.
/// Which bank it is, is told by who hands them over.
///
/// # Errors
/// When they cannot be read, or the engine takes nothing now.
pub async fn statements(
    engine: &Engine,
    cashier: &Cashier,
    parcel: Parcel,
) -> Result<(StatementsWire, Vec<Finding>), Refused> {
    let today = today(engine);
    let bank = bank_of(engine, &parcel);
    let (book, bytes) = (engine.book.clone(), parcel.bytes.clone());
    let read = tokio::task::spawn_blocking(move || {
        acquit_flow::read_statements(&book, &bank, &bytes, today)
    });
    let (read, findings) = read.await.unwrap_or_default();
    if read.is_empty() || findings.iter().any(Finding::rejects) {
        return Err(Refused::Findings(findings));
    }
    let book = &engine.book;
    let said: Vec<News> =
        read.iter().flat_map(|one| acquit_flow::statement_news(book, one)).collect();
    let seen: Vec<ReportSeen> = read.iter().map(|one| ReportSeen::of(one, parcel.sha256)).collect();
    let entries = || read.iter().flat_map(|one| &one.entries);
    let mut told = StatementsWire {
        accounts: read.len(),
        movements: entries().count(),
        payments: said.len(),
        pending: entries().filter(|one| !one.is_booked).count(),
        repeated: true,
        ..StatementsWire::default()
    };
    // A statement without payments is kept all the same; a report is remembered with the last of
    // its payments, so that one that was interrupted is taken up again.
    let chunks = if said.is_empty() { vec![&said[..]] } else { said.chunks(ENTRIES_MAX).collect() };
    let last = chunks.len().saturating_sub(1);
    for (at, news) in chunks.into_iter().enumerate() {
        let parcel = part(engine, &parcel, at);
        let reports = if at == last { seen.clone() } else { Vec::new() };
        let said = Occurrence::Statement { news: news.to_vec(), reports };
        let outcome = cashier.decide(parcel, said).await?;
        told.repeated &= outcome.verdict == Verdict::Known;
        told.exchange = told.exchange.or(outcome.exchanges.first().map(|row| row.id));
        for one in news {
            match fate(&outcome, &one.transaction) {
                Fate::Applied => told.applied += 1,
                Fate::Suspended => told.suspended += 1,
                Fate::Known => told.known += 1,
            }
        }
    }
    Ok((told, findings))
}

/// The day it is in our zone.
pub(super) fn today(engine: &Engine) -> Date {
    acquit_flow::pay::local_day(&engine.book, engine.clock.now())
}

/// The bank a file comes from; any, when an operator hands it over.
fn bank_of(engine: &Engine, parcel: &Parcel) -> Bank {
    let party = parcel.partner.as_ref().map_or(acquit_flow::BANK, |party| party.as_str());
    let book = &engine.book;
    book.bank(party).or_else(|| book.bank(acquit_flow::BANK)).cloned().unwrap_or_default()
}

/// The first part carries the file itself.
fn part(engine: &Engine, file: &Parcel, at: usize) -> Parcel {
    if at == 0 {
        return file.clone();
    }
    let what = serde_json::json!({
        "file": file.name, "sha256": hex(&file.sha256), "part": at + 1,
    });
    note(&engine.clock, file, &what)
}

/// What became of money told of.
enum Fate {
    /// It lies on invoices.
    Applied,
    /// It waits for an operator, in whole or in part.
    Suspended,
    /// Nothing new.
    Known,
}

fn fate(outcome: &Outcome, transaction: &str) -> Fate {
    let changed = outcome.payments.funds.iter().map(|change| &change.after);
    // A cheque presented again bears its day behind its number, a part of a transfer its own.
    let bears = |held: &str| {
        held == transaction
            || held.strip_prefix(transaction).is_some_and(|rest| rest.starts_with(['@', '#']))
    };
    match changed.into_iter().find(|funds| bears(&funds.key.transaction)) {
        None => Fate::Known,
        Some(funds) if funds.suspense() != 0 => Fate::Suspended,
        Some(_) => Fate::Applied,
    }
}

/// What became of a file of cheques.
#[derive(Debug, Clone, Default)]
pub struct Cheques {
    /// How many lines there were.
    pub lines: usize,
    /// How many were taken.
    pub loaded: usize,
    /// Lines to be looked at, with why, in the words of the bank's folder.
    pub rejects: Vec<(ChequeLine, &'static str)>,
    /// The first log row, for the answer to a parcel.
    pub exchange: Option<Id>,
}

/// What became of a file of cheques.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct ChequesWire {
    /// How many lines there were.
    pub lines: usize,
    /// How many were taken.
    pub loaded: usize,
    /// Lines to be looked at.
    pub rejects: Vec<RejectWire>,
}

/// A line of a file of cheques that the bank gets back.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct RejectWire {
    /// Line of the file.
    pub line: u32,
    /// Number of the cheque, or of the order it pays.
    pub reference: String,
    /// Reference of the remittance.
    pub remittance: String,
    /// Amount.
    pub amount: String,
    /// Why.
    pub motive: &'static str,
}

impl From<&Cheques> for ChequesWire {
    fn from(told: &Cheques) -> ChequesWire {
        let reject = |(line, motive): &(ChequeLine, &'static str)| RejectWire {
            line: line.line,
            reference: line.reference.clone(),
            remittance: line.remittance.clone(),
            amount: acquit_domain::Money::new(line.amount_minor, currency()).to_string(),
            motive,
        };
        ChequesWire {
            lines: told.lines,
            loaded: told.loaded,
            rejects: told.rejects.iter().map(reject).collect(),
        }
    }
}

/// No order or cheque of this reference.
const NO_PAYMENT: &str = "NoPaymentFound";
/// The amount is not that of the order, or the order cannot be paid.
const AMOUNT: &str = "NoAccountMoveLineFound OR AmountError";
/// The remittance told of this payment before.
pub(super) const EXISTS: &str = "ReferenceDeliveryAlreadyExist";

impl Cheques {
    /// The file of rejected lines, as the bank's folder wants it back.
    #[must_use]
    pub fn rejects_file(&self) -> String {
        let mut file = String::new();
        for (line, motive) in &self.rejects {
            let amount = acquit_domain::Money::new(line.amount_minor, currency());
            let paid = if line.paid { "paid" } else { "unpaid" };
            let quoted = |text: &str| match text.contains([';', '|', '\r', '\n']) {
                true => format!("|{}|", text.replace('|', "||")),
                false => text.to_owned(),
            };
            file.push_str(&format!(
                "{};{};{amount};{paid};{motive}\r\n",
                quoted(&line.reference),
                quoted(&line.remittance)
            ));
        }
        file
    }
}

fn currency() -> Currency {
    Currency::of(CHEQUES_CURRENCY).expect("the dirham is a currency")
}

/// Takes a file of cheques. A line that names nothing known is rejected in the answer; its money,
/// when it was paid, lies in suspense all the same.
///
/// # Errors
/// When it cannot be read, or the engine takes nothing now.
pub async fn cheques(
    engine: &Engine,
    cashier: &Cashier,
    parcel: Parcel,
) -> Result<(Cheques, Vec<Finding>), Refused> {
    let bank = bank_of(engine, &parcel);
    let (lines, findings) =
        acquit_flow::read_cheques(&engine.book, &bank, &parcel.bytes, currency());
    if lines.is_empty() {
        return Err(Refused::Findings(findings));
    }
    let today = today(engine);
    let mut told = Cheques { lines: lines.len(), ..Cheques::default() };
    for (at, lines) in lines.chunks(ENTRIES_MAX).enumerate() {
        let news = lines.iter().map(|line| line.news(currency(), today)).collect();
        let parcel = part(engine, &parcel, at);
        let outcome = cashier.decide(parcel, Occurrence::News { news }).await?;
        told.exchange = told.exchange.or(outcome.exchanges.first().map(|row| row.id));
        for line in lines {
            match motive(&outcome, line) {
                None => told.loaded += 1,
                Some(motive) => told.rejects.push((line.clone(), motive)),
            }
        }
    }
    Ok((told, findings))
}

/// Why a line is rejected; `None` when it did what it should.
fn motive(outcome: &Outcome, line: &ChequeLine) -> Option<&'static str> {
    let changed = outcome.payments.funds.iter().map(|change| &change.after);
    let own = changed.filter(|funds| {
        let key = &funds.key.transaction;
        key == &line.reference
            || key.strip_prefix(&line.reference).is_some_and(|rest| rest.starts_with('@'))
    });
    let kind = match line.paid {
        true => acquit_domain::pay::FundsKind::Credit,
        false => acquit_domain::pay::FundsKind::Reversal,
    };
    match own.into_iter().find(|funds| funds.key.kind == kind) {
        Some(funds) if funds.order.is_none() => Some(NO_PAYMENT),
        Some(funds) if funds.suspense() != 0 => Some(AMOUNT),
        Some(_) => None,
        None if line.paid => Some(EXISTS),
        None => {
            // Nothing had come: the attempt failed, when there is one.
            let failed = outcome.payments.orders.iter().any(|change| {
                let order = &change.after;
                order.number == line.reference
                    || order.attempts.iter().any(|one| one.reference == line.reference)
            });
            if failed { None } else { Some(EXISTS) }
        }
    }
}
