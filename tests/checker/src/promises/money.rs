//! P5, P14: money.

use crate::evidence::{CAPTURES, Evidence, is_captured};
use crate::journal::Kind;
use crate::report::{Column, Report};
use std::collections::{BTreeMap, BTreeSet};

/// P5.
pub(super) fn one_payer(evidence: &Evidence, report: &mut Report) -> Result<(), String> {
    for (what, sql) in [
        (
            "more lies on it than it is worth",
            "SELECT i.number FROM invoices i WHERE i.allocated > i.gross",
        ),
        (
            "other money lies on it than was posted",
            "SELECT i.number FROM invoices i LEFT JOIN (SELECT number, issuer, \
             sum(amount) AS posted FROM postings WHERE account = 'allocated' \
             GROUP BY number, issuer) p ON p.number = i.number AND p.issuer = i.issuer \
             WHERE i.allocated <> coalesce(p.posted, 0)",
        ),
        (
            "several payments lie on it",
            "SELECT number FROM postings WHERE account = 'allocated' \
             GROUP BY number, issuer HAVING count(DISTINCT funds) > 1",
        ),
        (
            "money in suspense without a case",
            "SELECT f.transaction_number FROM funds f WHERE f.suspense <> 0 AND NOT EXISTS \
             (SELECT 1 FROM cases c WHERE c.funds = f.id)",
        ),
        (
            "a transaction entered twice",
            "SELECT transaction_number FROM funds WHERE kind = 'credit' \
             GROUP BY transaction_number HAVING count(*) > 1",
        ),
        (
            "paid, and no money lies on it",
            "SELECT number FROM invoices WHERE state IN ('awaiting_issuer', 'confirmed') \
             AND allocated <> gross",
        ),
    ] {
        for row in evidence.held.rows(sql)? {
            let text = format!("{}: {what}", row[0].text());
            report.breach("P5", Column::DoublePay, text);
        }
    }
    let mut takers: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for op in evidence.ops(CAPTURES).filter(|op| is_captured(op)) {
        let what = &op.sent.what;
        let taken = takers.entry(&what.number).or_default();
        if !taken.contains(&what.reference.as_str()) {
            taken.push(&what.reference);
        }
        if what.kind != Kind::Capture {
            let text = format!("{}: {:?} was taken", what.number, what.kind);
            report.breach("P5", Column::DoublePay, text);
        }
    }
    for (number, taken) in takers.iter().filter(|(_, taken)| taken.len() > 1) {
        let text = format!("{number}: the provider was told to take {} payments", taken.len());
        report.breach("P5", Column::DoublePay, text);
    }
    Ok(())
}

/// P14.
pub(super) fn exact(evidence: &Evidence, report: &mut Report) -> Result<(), String> {
    let mut told: BTreeMap<&str, i64> = BTreeMap::new();
    for op in evidence.ops(CAPTURES).filter(|op| is_captured(op)) {
        told.insert(&op.sent.what.reference, op.sent.what.amount);
    }
    let funds = "SELECT transaction_number, amount, currency FROM funds WHERE kind = 'credit' AND \
         provider = 'CMI'";
    let open: BTreeSet<&str> = evidence
        .ops(CAPTURES)
        .filter(|op| op.last().is_none())
        .map(|op| op.sent.what.reference.as_str())
        .collect();
    let mut entered = 0;
    for row in evidence.held.rows(funds)? {
        let (transaction, amount) = (row[0].text(), row[1].number());
        entered += amount;
        match told.get(transaction) {
            Some(told) if *told == amount && row[2].text() == "MAD" => {}
            Some(told) => {
                let text = format!("{transaction}: {told} was told, {amount} is entered");
                report.breach("P14", Column::DoublePay, text);
            }
            None => {
                let known = open.contains(transaction);
                if !known {
                    let text = format!("{transaction} is entered, and its provider was told no");
                    report.breach("P14", Column::DoublePay, text);
                }
            }
        }
    }
    let sum: i64 = told.values().sum();
    let unsure = !open.is_empty();
    if sum != entered && !unsure {
        let text = format!("{sum} was taken, {entered} is entered");
        report.breach("P14", Column::DoublePay, text);
    }
    let ledger = evidence.held.number("SELECT coalesce(sum(credits), 0) FROM ledger")?;
    let posted = evidence
        .held
        .number("SELECT coalesce(sum(amount), 0) FROM postings WHERE account = 'received'")?;
    if ledger != posted.abs() || ledger != entered {
        let text = format!("the ledger has {ledger}, {posted} was posted, {entered} is entered");
        report.breach("P14", Column::DoublePay, text);
    }
    floats(evidence, report)
}

/// No amount is held as a floating-point number.
fn floats(evidence: &Evidence, report: &mut Report) -> Result<(), String> {
    for (table, column) in
        [("invoices", "gross"), ("invoices", "net"), ("postings", "amount"), ("funds", "amount")]
    {
        let sql = format!("SELECT count(*) FROM {table} WHERE typeof({column}) <> 'integer'");
        let number = evidence.held.number(&sql)?;
        if number > 0 {
            let text = format!("{number} amounts in {table}.{column} are no whole numbers");
            report.breach("P14", Column::DoublePay, text);
        }
    }
    Ok(())
}
