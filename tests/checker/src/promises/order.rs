//! P3, P4: the order of what happens to an invoice, and its end.

use crate::evidence::{Evidence, Key};
use crate::journal::Kind;
use crate::report::{Column, Report};
use std::collections::BTreeMap;

/// P3.
pub(super) fn in_order(evidence: &Evidence, report: &mut Report) -> Result<(), String> {
    let rows = evidence.rows()?;
    for ((issuer, number), rows) in &rows {
        let mut wrong = |text: String| {
            report.breach("P3", Column::OrderBreaks, format!("{issuer} {number}: {text}"));
        };
        for (at, row) in rows.iter().enumerate() {
            if row.n != at as i64 + 1 {
                wrong(format!("row {} stands at place {}", row.n, at + 1));
            }
            let Some(before) = at.checked_sub(1).and_then(|at| rows.get(at)) else { continue };
            if row.hashes[0] != before.hashes[1] {
                wrong(format!("row {} does not follow the hash of the one before", row.n));
            }
            if !row.from.is_empty() && !before.to.is_empty() && row.from != before.to {
                wrong(format!("row {} begins {}, {} was before", row.n, row.from, before.to));
            }
        }
    }
    content(evidence, report)
}

/// The content written last is held, and the state is that of the last row.
fn content(evidence: &Evidence, report: &mut Report) -> Result<(), String> {
    let mut expected: BTreeMap<Key, (i64, i64)> = BTreeMap::new();
    for op in evidence.ops(&[Kind::Original, Kind::Replace, Kind::Paid, Kind::Cancel]) {
        let what = &op.sent.what;
        let said = op.verdict();
        let counts = match what.kind {
            Kind::Original | Kind::Replace => {
                matches!(said.as_str(), "accepted" | "known" | "parked")
            }
            _ => false,
        };
        let key = (what.issuer.clone(), what.number.clone());
        let held = expected.entry(key).or_insert((i64::MIN, 0));
        if counts && what.written >= held.0 {
            *held = (what.written, what.amount);
        }
    }
    let rows = evidence.rows()?;
    let invoices = evidence
        .held
        .rows("SELECT issuer, number, gross, state, exchanges, last_hash FROM invoices")?;
    let mut found: BTreeMap<Key, i64> = BTreeMap::new();
    for invoice in invoices {
        let key = (invoice[0].text().to_owned(), invoice[1].text().to_owned());
        let (gross, state) = (invoice[2].number(), invoice[3].text());
        found.insert(key.clone(), gross);
        let mut wrong = |text: String| {
            report.breach("P3", Column::OrderBreaks, format!("{} {}: {text}", key.0, key.1));
        };
        let last = rows.get(&key).and_then(|rows| rows.last());
        let to = rows.get(&key).and_then(|rows| rows.iter().rfind(|row| !row.to.is_empty()));
        if to.is_none_or(|row| row.to != state) {
            wrong(format!("it is {state}, the log says {:?}", to.map(|row| &row.to)));
        }
        let count = rows.get(&key).map_or(0, Vec::len);
        if invoice[4].number() != count as i64 {
            wrong(format!("{} rows are counted, {count} are there", invoice[4].number()));
        }
        if last.is_none_or(|row| row.hashes[1] != invoice[5].hex()) {
            wrong("it names another last row".to_owned());
        }
    }
    for ((issuer, number), (written, amount)) in expected {
        if written == i64::MIN {
            continue;
        }
        match found.get(&(issuer.clone(), number.clone())) {
            Some(held) if *held == amount => {}
            Some(held) => report.breach(
                "P3",
                Column::OrderBreaks,
                format!("{issuer} {number}: {held} is held, {amount} was written last"),
            ),
            None => report.breach(
                "P1",
                Column::Lost,
                format!("{issuer} {number}: there is no such invoice"),
            ),
        }
    }
    Ok(())
}

/// States from which nothing leads back to where an invoice can be paid, but money that goes back.
const SETTLED: [&str; 3] = ["awaiting_issuer", "confirmed", "paid"];
/// States in which an invoice can be paid.
const PAYABLE: [&str; 5] = ["absent", "requested", "open", "in_process", "partial"];
/// What leads back: the guide's events of money that goes back.
const REVERSALS: [&str; 4] =
    ["cheque_unpaid", "refund_reopens", "refund_partial", "chargeback_lost"];

/// P4.
pub(super) fn one_end(evidence: &Evidence, report: &mut Report) -> Result<(), String> {
    for ((issuer, number), rows) in evidence.rows()? {
        for row in rows {
            let (from, to) = (row.from.as_str(), row.to.as_str());
            let legal = match from {
                _ if from == to || to.is_empty() => true,
                "cancelled" => to == "paid",
                from if SETTLED.contains(&from) && PAYABLE.contains(&to) => {
                    REVERSALS.contains(&row.event.as_str())
                }
                "paid" => row.event == "refund_cancels",
                "confirmed" => to != "awaiting_issuer",
                _ => true,
            };
            if !legal {
                let text = format!("{issuer} {number}: {} led from {from} to {to}", row.event);
                report.breach("P4", Column::TerminalBreaks, text);
            }
        }
    }
    ends(evidence, report)
}

/// What was answered as taken back or paid elsewhere is so.
fn ends(evidence: &Evidence, report: &mut Report) -> Result<(), String> {
    let mut states: BTreeMap<Key, String> = BTreeMap::new();
    for row in evidence.held.rows("SELECT issuer, number, state FROM invoices")? {
        let key = (row[0].text().to_owned(), row[1].text().to_owned());
        states.insert(key, row[2].text().to_owned());
    }
    for op in evidence.ops(&[Kind::Paid, Kind::Cancel]) {
        let what = &op.sent.what;
        if !matches!(op.verdict().as_str(), "accepted" | "known") {
            continue;
        }
        let state = states.get(&(what.issuer.clone(), what.number.clone()));
        let state = state.map_or("nowhere", String::as_str);
        let ended = match what.kind {
            Kind::Paid => state == "paid",
            _ => matches!(state, "cancelled" | "paid"),
        };
        // A repetition of what was refused is known, and refused.
        if !ended && op.verdict() == "accepted" {
            let text = format!(
                "{} {}: {:?} was accepted, it is {state}",
                what.issuer, what.number, what.kind
            );
            report.breach("P4", Column::TerminalBreaks, text);
        }
    }
    Ok(())
}
