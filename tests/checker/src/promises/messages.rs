//! P1, P2, P7, P13: what becomes of messages.

use crate::evidence::{CAPTURES, Evidence, MESSAGES, is_captured};
use crate::held::Cell;
use crate::house_keys::{CARDS, OTHER};
use crate::journal::{Kind, Op, sha256};
use crate::report::{Column, Report};
use std::collections::{BTreeMap, BTreeSet};

/// Whether a request was answered as taken.
fn is_taken(op: &Op) -> bool {
    let Some(last) = op.last() else { return false };
    match op.sent.what.kind {
        kind if CAPTURES.contains(&kind) => is_captured(op),
        _ => last.status == 200,
    }
}

/// Parcels by the hash of their bytes: how many, and the verdicts.
fn parcels(evidence: &Evidence) -> Result<BTreeMap<String, Vec<String>>, String> {
    let mut found: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for row in evidence.held.rows("SELECT sha256, verdict FROM parcels")? {
        found.entry(row[0].hex()).or_default().push(row[1].text().to_owned());
    }
    Ok(found)
}

/// P1.
pub(super) fn never_lost(evidence: &Evidence, report: &mut Report) -> Result<(), String> {
    let parcels = parcels(evidence)?;
    let mut kept = BTreeSet::new();
    for row in evidence.held.rows("SELECT sha256, bytes FROM blobs")? {
        let (named, Cell::Bytes(bytes)) = (row[0].hex(), &row[1]) else { continue };
        if sha256(bytes) != named {
            report.breach("P1", Column::Lost, format!("bytes of {named} have changed"));
        }
        kept.insert(named);
    }
    for op in evidence.written.ops.values() {
        let kind = op.sent.what.kind;
        let counts = MESSAGES.contains(&kind) || CAPTURES.contains(&kind) || kind == Kind::Order;
        report.attempts += if counts { op.tries as u64 } else { 0 };
        if !counts || !is_taken(op) {
            continue;
        }
        report.acknowledged += 1;
        let sha = &op.sent.sha256;
        let (held, named) = (parcels.get(sha), &op.sent.what.reference);
        if held.is_none() || !kept.contains(sha) {
            report.breach("P1", Column::Lost, format!("{kind:?} {named} was answered: {sha}"));
            continue;
        }
        if held.is_some_and(|held| held.iter().any(String::is_empty)) {
            report.breach("P1", Column::Lost, format!("{kind:?} {named} has no verdict"));
        }
        report.applied += 1;
        report.recovered += u64::from(op.is_uncertain());
    }
    let late = "SELECT count(*) FROM parked WHERE until < \
                (SELECT coalesce(max(at), 0) FROM exchanges) - 600000000";
    if evidence.held.number(late)? > 0 {
        report.breach("P1", Column::Lost, "a message waits beyond its time".to_owned());
    }
    Ok(())
}

/// P2.
pub(super) fn never_twice(evidence: &Evidence, report: &mut Report) -> Result<(), String> {
    let taken = evidence.held.rows(
        "SELECT p.sha256, e.number, e.event, count(*) FROM exchanges e \
         JOIN parcels p ON p.id = e.parcel \
         WHERE e.direction = 'in' AND e.verdict = 'accepted' AND p.channel = 'http' \
           AND e.function = 'INV' AND e.event <> 'original_again' \
         GROUP BY p.sha256, e.number, e.event HAVING count(*) > 1",
    )?;
    for row in taken {
        let (number, event, times) = (row[1].text(), row[2].text(), row[3].number());
        report.breach("P2", Column::Duplicated, format!("{number}: {event} {times} times"));
    }
    let born = evidence.held.rows(
        "SELECT issuer, number, count(*) FROM exchanges \
         WHERE state_from = 'absent' AND state_to = 'open' GROUP BY issuer, number \
         HAVING count(*) > 1",
    )?;
    for row in born {
        let (number, times) = (row[1].text(), row[2].number());
        report.breach("P2", Column::Duplicated, format!("{number} began {times} times"));
    }
    let mut answers: BTreeMap<(&str, &str), (String, &Op)> = BTreeMap::new();
    for op in evidence.ops(MESSAGES) {
        let Some(letters) = letters(op) else { continue };
        let key = (op.sent.who.as_str(), op.sent.sha256.as_str());
        let (first, _) = answers.entry(key).or_insert_with(|| (letters.clone(), op));
        if *first != letters {
            let named = &op.sent.what.reference;
            let text = format!("{named} was answered with other letters when it came again");
            report.breach("P2", Column::Duplicated, text);
        }
    }
    for op in evidence.ops(&[Kind::Repeat]) {
        let verdict = op.verdict();
        if matches!(verdict.as_str(), "accepted" | "parked") {
            let named = &op.sent.what.reference;
            let text = format!("{named} came again and was {verdict}");
            report.breach("P2", Column::Duplicated, text);
        }
    }
    let mut told: BTreeMap<&str, &str> = BTreeMap::new();
    for op in evidence.ops(&[Kind::Capture]) {
        for got in op.answers.iter().filter(|got| got.status == 200) {
            let first = told.entry(&op.sent.sha256).or_insert(&got.body);
            if *first != got.body {
                let named = &op.sent.what.reference;
                let text = format!("{named} was answered {first}, then {}", got.body);
                report.breach("P2", Column::Duplicated, text);
            }
        }
    }
    Ok(())
}

/// The letters of an answer, as one text.
fn letters(op: &Op) -> Option<String> {
    let json = op.last().filter(|got| got.status == 200).map(|_| op.json())?;
    let letters = json["letters"].as_array()?;
    Some(letters.iter().map(|one| format!("{}\n{}\n", one["type"], one["body"])).collect())
}

/// P7.
pub(super) fn accounted(evidence: &Evidence, report: &mut Report) -> Result<(), String> {
    for text in sums(&evidence.held)?.iter().chain(&evidence.samples.sums) {
        report.breach("P7", Column::Unexpected, text.clone());
    }
    let sent: BTreeSet<&str> =
        evidence.written.ops.values().map(|op| op.sent.sha256.as_str()).collect();
    let rows = evidence.held.rows("SELECT sha256, partner FROM parcels WHERE channel = 'http'")?;
    for row in rows {
        let (sha, partner) = (row[0].hex(), row[1].text());
        if (partner == CARDS || partner == OTHER) && !sent.contains(sha.as_str()) {
            let text = format!("a parcel of {partner} that was never sent: {sha}");
            report.breach("P7", Column::Unexpected, text);
        }
    }
    Ok(())
}

/// Sums that hold at any instant; what does not is named. Also for samples of a running server.
///
/// # Errors
/// What the database says.
pub fn sums(held: &crate::held::Held) -> Result<Vec<String>, String> {
    let mut wrong = Vec::new();
    let counted = "SELECT verdict, count(*) FROM exchanges GROUP BY verdict ORDER BY verdict";
    let noted = "SELECT name, value FROM counters WHERE name IN \
                 (SELECT verdict FROM exchanges) ORDER BY name";
    let (counted, noted) = (held.rows(counted)?, held.rows(noted)?);
    if counted != noted {
        wrong.push(format!("rows by verdict are {counted:?}, counted were {noted:?}"));
    }
    for (what, sql) in [
        (
            "parcels without a row of the log",
            "SELECT count(*) FROM parcels WHERE id NOT IN (SELECT parcel FROM exchanges)",
        ),
        (
            "rows of the log without a parcel",
            "SELECT count(*) FROM exchanges e WHERE NOT EXISTS \
             (SELECT 1 FROM parcels p WHERE p.id = e.parcel)",
        ),
        ("numbers missing in the log", "SELECT coalesce(max(seq), 0) - count(*) FROM exchanges"),
        (
            "parked messages that do not wait",
            "SELECT count(*) FROM parked p WHERE NOT EXISTS \
             (SELECT 1 FROM exchanges e WHERE e.id = p.exchange AND e.verdict = 'parked')",
        ),
        (
            "currencies whose ledger does not balance",
            "SELECT count(*) FROM ledger WHERE credits - reversals <> allocated + suspense",
        ),
    ] {
        let number = held.number(sql)?;
        if number != 0 {
            wrong.push(format!("{what}: {number}"));
        }
    }
    Ok(wrong)
}

/// P13.
pub(super) fn no_half_answer(evidence: &Evidence, report: &mut Report) -> Result<(), String> {
    let parcels = parcels(evidence)?;
    let mut may: BTreeSet<&str> = BTreeSet::new();
    for op in evidence.written.ops.values() {
        if op.is_uncertain() || op.last().is_some() {
            may.insert(&op.sent.sha256);
        }
    }
    for op in evidence.written.ops.values() {
        let sha = op.sent.sha256.as_str();
        if MESSAGES.contains(&op.sent.what.kind) && !may.contains(sha) && parcels.contains_key(sha)
        {
            let named = &op.sent.what.reference;
            report.breach("P13", Column::Unexpected, format!("{named} was refused and is there"));
        }
    }
    // The same from the other side: whoever was told no before was told "known" after.
    let mut seen: BTreeSet<&str> = BTreeSet::new();
    for op in evidence.ops(MESSAGES) {
        if !seen.insert(&op.sent.sha256) {
            continue;
        }
        let first_no = op.answers.iter().any(|got| matches!(got.status, 429 | 503));
        if first_no && !op.is_uncertain() && op.verdict() == "known" {
            let named = &op.sent.what.reference;
            let text = format!("{named} was answered \"later\", and was known when it came again");
            report.breach("P13", Column::Unexpected, text);
        }
    }
    Ok(())
}
