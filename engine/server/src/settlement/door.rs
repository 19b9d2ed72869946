//! Reports by every door: what a bank or a provider hands over as a parcel (inbox, folder, queue)
//! is taken as the file it is.
//!
//! What this module is *not*: a reader. What the bytes are is told by their beginning and by who
//! hands them over; the reader tells what is wrong with them.

use super::{Cheques, Import, Refused, StatementsWire};
use crate::shell::{Answer, Cashier, Engine, Refusal, steps};
use acquit_domain::pay::Day;
use acquit_domain::{Finding, Id, More, Parcel, Place, Severity, Verdict};
use acquit_mapping::rulebook::Rulebook;
use std::borrow::Cow;

/// Most findings an answer lists.
const FINDINGS_MAX: usize = 200;

/// What a parcel is, when it is no message of the pipeline.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Report {
    /// A bank's report on accounts of ours.
    Statement,
    /// A bank's file of cheques.
    Cheques,
    /// A provider's settlement, with the provider's code.
    Settlement(String),
}

/// What report a parcel is, by who hands it over: banks report, providers settle in CSV. `None` for
/// everything else.
#[must_use]
pub fn report(book: &Rulebook, parcel: &Parcel) -> Option<Report> {
    let party = parcel.partner.as_ref()?.as_str();
    if book.bank(party).is_some() {
        return Some(match acquit_flow::is_statement(&parcel.bytes) {
            true => Report::Statement,
            false => Report::Cheques,
        });
    }
    let provider = book.provider(party)?;
    let text = parcel.bytes.trim_ascii_start();
    let first = text.strip_prefix(&[0xEF, 0xBB, 0xBF]).unwrap_or(text).first()?;
    let message = matches!(first, b'<' | b'{' | b'[') || text.starts_with(b"UN");
    (!message).then(|| Report::Settlement(provider.code.clone()))
}

/// Takes a report, and answers it like any parcel: what cannot be read is kept and logged.
///
/// # Errors
/// When the engine takes nothing now; a part may be stored then, and is known when it comes again.
pub async fn receive(
    engine: &Engine,
    cashier: &Cashier,
    parcel: Parcel,
    report: Report,
) -> Result<Answer, Refusal> {
    let (book, id) = (&engine.book, parcel.id);
    let kept = parcel.clone();
    let taken = match report {
        Report::Statement => {
            let taken = super::statements(engine, cashier, parcel).await;
            taken.map(|(told, findings)| (of_statements(&told), told.exchange, findings))
        }
        Report::Cheques => {
            let taken = super::cheques(engine, cashier, parcel).await;
            taken.map(|(told, mut findings)| {
                findings.extend(rejects(&told));
                (of_cheques(&told), told.exchange, findings)
            })
        }
        Report::Settlement(provider) => {
            let user = provider.clone();
            let wanted = Import { provider, user, ..Import::default() };
            let taken = super::import(engine, cashier, parcel, &wanted, &|_, _| ()).await;
            taken.map(|(days, findings)| (of_days(&days), None, findings))
        }
    };
    let (verdict, exchange, mut findings) = match taken {
        Ok(taken) => taken,
        Err(Refused::Shell(refusal)) => return Err(refusal),
        Err(Refused::Store(error)) => return Err(Refusal::Stopped(error.to_string())),
        Err(Refused::Findings(findings)) => (Verdict::Rejected, None, findings),
        Err(Refused::Closed(day)) => {
            let value = format!("{} {}", day.provider, day.on);
            (Verdict::Rejected, None, vec![told("FIL-CLOSED", Severity::Error, &value, 0)])
        }
        Err(Refused::Provider) => {
            (Verdict::Rejected, None, vec![told("FIL-NONE", Severity::Error, "", 0)])
        }
    };
    findings.truncate(FINDINGS_MAX);
    let exchange = match verdict {
        Verdict::Rejected => Some(refuse(engine, book, kept, &findings).await?),
        _ => exchange,
    };
    Ok(Answer {
        parcel: id,
        exchange: exchange.unwrap_or(id),
        verdict,
        messages: Vec::new(),
        findings,
        more: More::default(),
        letters: Vec::new(),
    })
}

/// Keeps a file that cannot be taken, and logs why.
async fn refuse(
    engine: &Engine,
    book: &Rulebook,
    parcel: Parcel,
    findings: &[Finding],
) -> Result<Id, Refusal> {
    let outcome = steps::unreadable(book, parcel, findings);
    let row = outcome.exchanges.first().map(|row| row.id);
    let parcel = outcome.parcel.id;
    let stored = engine.store.commit(vec![outcome]).await;
    stored.map_err(|error| Refusal::Stopped(error.to_string()))?;
    Ok(row.unwrap_or(parcel))
}

fn of_statements(told: &StatementsWire) -> Verdict {
    match told.repeated {
        true => Verdict::Known,
        false => Verdict::Accepted,
    }
}

fn of_cheques(told: &Cheques) -> Verdict {
    match (told.rejects.is_empty(), told.loaded) {
        (true, _) => Verdict::Accepted,
        (false, 0) if told.rejects.iter().all(|(_, motive)| *motive == super::EXISTS) => {
            Verdict::Known
        }
        _ => Verdict::Partly,
    }
}

fn of_days(days: &[Day]) -> Verdict {
    match days.iter().all(super::agrees) {
        true => Verdict::Accepted,
        // The day is taken; what differs is with the operators.
        false => Verdict::Partly,
    }
}

/// The lines of a file of cheques that the bank gets back, with their motives.
fn rejects(told_of: &Cheques) -> Vec<Finding> {
    let rejects = told_of.rejects.iter().map(|(line, motive)| {
        told("BNK-CHEQUE", Severity::Warning, &format!("{}: {motive}", line.reference), line.line)
    });
    rejects.collect()
}

fn told(code: &'static str, severity: Severity, value: &str, line: u32) -> Finding {
    let place = Place { segment: line, ..Place::default() };
    let mut finding = Finding::business("", severity, place).with_value(value);
    finding.code = Cow::Borrowed(code);
    finding
}
