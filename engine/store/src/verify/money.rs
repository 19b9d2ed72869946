//! The ledger: proved from its postings alone.

use super::{BREAK, Report};
use crate::error::Result;
use crate::link::Link;
use crate::value::fields;
use std::collections::BTreeMap;

/// What must not be there: a description, and how many there are.
const LAWS: [(&str, &str); 9] = [
    (
        "money facts whose postings do not balance",
        "SELECT count(*) FROM (SELECT f.id FROM funds f JOIN postings p ON p.funds = f.id
         GROUP BY f.id HAVING
           sum(CASE WHEN p.account = 'received' THEN p.amount ELSE -p.amount END) <> 0) broken",
    ),
    (
        "money facts whose postings are not their amount",
        "SELECT count(*) FROM funds f WHERE
           CASE WHEN f.state IN ('refund_reopens', 'refund_cancels', 'denied') THEN 0
             WHEN f.kind = 'credit' THEN f.amount ELSE -f.amount END <> coalesce((
             SELECT sum(p.amount) FROM postings p
             WHERE p.funds = f.id AND p.account = 'received'), 0)",
    ),
    (
        "money facts whose suspense is not that of their postings",
        "SELECT count(*) FROM funds f WHERE f.suspense <> coalesce((
           SELECT sum(p.amount) FROM postings p
           WHERE p.funds = f.id AND p.account = 'suspense'), 0)",
    ),
    (
        "postings without their money fact, or not numbered without gaps",
        "SELECT count(*) FROM (SELECT p.funds FROM postings p GROUP BY p.funds
         HAVING count(*) <> max(p.n) + 1
           OR NOT EXISTS (SELECT 1 FROM funds f WHERE f.id = p.funds)) broken",
    ),
    (
        "postings without the log row that tells of them",
        "SELECT count(*) FROM postings p WHERE NOT EXISTS
         (SELECT 1 FROM exchanges e WHERE e.id = p.exchange)",
    ),
    (
        "invoices on which other money lies than was posted",
        "SELECT count(*) FROM (SELECT number, issuer, sum(amount) AS posted FROM postings
         WHERE number IS NOT NULL GROUP BY number, issuer) p
         WHERE p.posted <> coalesce((SELECT i.allocated FROM invoices i
           WHERE i.number = p.number AND i.issuer = p.issuer), 0)",
    ),
    (
        "invoices with money that was never posted",
        "SELECT count(*) FROM invoices i WHERE i.allocated <> 0 AND NOT EXISTS
         (SELECT 1 FROM postings p WHERE p.number = i.number AND p.issuer = i.issuer)",
    ),
    (
        "reversals without the credit they take back",
        "SELECT count(*) FROM funds r WHERE r.of_funds IS NOT NULL AND NOT EXISTS
         (SELECT 1 FROM funds f WHERE f.id = r.of_funds AND f.kind = 'credit')",
    ),
    (
        "receipts without their money",
        "SELECT count(*) FROM receipts r WHERE NOT EXISTS
         (SELECT 1 FROM funds f WHERE f.id = r.funds)",
    ),
];

/// Currencies whose running totals are not those of the postings, or do not balance.
const TOTALS: &str = "SELECT coalesce(l.currency, p.currency) FROM ledger l
FULL JOIN (SELECT f.currency,
    sum(CASE WHEN p.account = 'received' AND f.kind = 'credit' THEN p.amount ELSE 0 END) AS credits,
    sum(CASE WHEN p.account = 'received' AND f.kind = 'reversal' THEN -p.amount ELSE 0 END)
      AS reversals,
    sum(CASE WHEN p.account = 'allocated' THEN p.amount ELSE 0 END) AS allocated,
    sum(CASE WHEN p.account = 'suspense' THEN p.amount ELSE 0 END) AS suspense
  FROM funds f JOIN postings p ON p.funds = f.id GROUP BY f.currency) p
ON p.currency = l.currency
WHERE l.currency IS NULL OR l.credits <> coalesce(p.credits, 0)
  OR l.reversals <> coalesce(p.reversals, 0) OR l.allocated <> coalesce(p.allocated, 0)
  OR l.suspense <> coalesce(p.suspense, 0)
  OR l.credits - l.reversals <> l.allocated + l.suspense";

const RECEIPTS: &str = "SELECT number FROM receipts";
const GIVEN: &str = "SELECT name, value FROM numbers WHERE name LIKE 'receipt:%'";
const POSTINGS: &str = "SELECT count(*) FROM postings";

/// Proves the ledger and the numbers of receipts.
pub(super) fn check(report: &mut Report, link: &Link) -> Result<()> {
    report.postings = link.number(POSTINGS)?.unsigned_abs();
    for (what, sql) in LAWS {
        let broken = link.number(sql)?;
        if broken != 0 {
            report.add(BREAK, None, format!("{broken} {what}"));
        }
    }
    for row in link.select(TOTALS, &[])? {
        let currency = fields("ledger", row).text()?;
        let text = format!("the running totals in {currency} are not those of the postings");
        report.add(BREAK, None, text);
    }
    check_receipts(report, link)
}

/// The receipts of a year have the numbers 1 to the last one given, each once.
fn check_receipts(report: &mut Report, link: &Link) -> Result<()> {
    let mut years: BTreeMap<String, (i64, Vec<i64>)> = BTreeMap::new();
    link.each(GIVEN, &[], |row| {
        let mut row = fields("numbers", row);
        let (name, last) = (row.text()?, row.int()?);
        let year = name.strip_prefix("receipt:").unwrap_or(&name).to_owned();
        years.entry(year).or_default().0 = last;
        Ok(())
    })?;
    link.each(RECEIPTS, &[], |row| {
        let number = fields("receipts", row).text()?;
        let parts = number.split_once('-').and_then(|(year, n)| Some((year, n.parse().ok()?)));
        match parts {
            Some((year, n)) => years.entry(year.to_owned()).or_default().1.push(n),
            None => report.add(BREAK, None, format!("{number} is no number of a receipt")),
        }
        Ok(())
    })?;
    for (year, (last, mut numbers)) in years {
        numbers.sort_unstable();
        if !numbers.into_iter().eq(1..=last) {
            let text = format!("the receipts of {year} are not numbered 1 to {last} without gaps");
            report.add(BREAK, None, text);
        }
    }
    Ok(())
}
