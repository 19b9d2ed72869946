//! Reports of banks as such: told before, told otherwise, or one between missing.
//!
//! What this module is *not*: a reason to refuse money. Each movement is known by its own name;
//! what is odd about its report is told to operators.

use super::occurrence::ReportSeen;
use super::settle_bank::telling;
use super::telling::finding;
use crate::decide::Desk;
use acquit_domain::time::days_of;
use acquit_domain::{Envelope, EnvelopeKey, Keys, Money, More, Severity, Verdict};
use acquit_mapping::bank::plain_account;

/// The word of reports among the transmissions.
const STANDARD: &str = "statement";

/// What identifies a report.
fn key(report: &ReportSeen) -> EnvelopeKey {
    EnvelopeKey {
        standard: STANDARD,
        sender: plain_account(&report.account),
        recipient: report.currency.code().to_owned(),
        reference: report.identity.clone(),
    }
}

/// Asks whether a report was told before.
pub(super) fn ask(keys: &mut Keys, report: &ReportSeen) {
    let key = key(report);
    keys.envelopes.insert(key.conflicting(&report.sha256));
    keys.envelopes.insert(key);
}

/// Remembers a report, and tells what is odd about it.
pub(super) fn decide(desk: &mut Desk<'_>, report: &ReportSeen) -> Verdict {
    let key = key(report);
    let held = desk.known.envelopes.get(&key).map(|held| held.sha256);
    let what = format!("Relevé {} du compte {}", report.identity, report.account);
    let told = telling(&report.identity);
    let verdict = match held {
        Some(sha256) if sha256 == report.sha256 => {
            let remark = finding("BNK-REPEAT", Severity::Note, &report.identity);
            told.with(remark).note(desk, None, Verdict::Known, &format!("{what}, déjà pris"));
            return Verdict::Known;
        }
        Some(_) => {
            let again = key.conflicting(&report.sha256);
            if desk.known.envelopes.contains_key(&again) {
                let remark = finding("BNK-REPEAT", Severity::Note, &report.identity);
                told.with(remark).note(desk, None, Verdict::Known, &format!("{what}, déjà pris"));
                return Verdict::Known;
            }
            let remark = finding("BNK-REUSE", Severity::Warning, &report.identity);
            let text = format!("{what}: autre contenu que le premier");
            let row = told.with(remark).note(desk, None, Verdict::KnownButDifferent, &text);
            desk.alert("statement.reuse", text, Some(row));
            remember(desk, again, report, Verdict::KnownButDifferent);
            return Verdict::KnownButDifferent;
        }
        None => Verdict::Accepted,
    };
    match gap(desk, report) {
        Some(text) => {
            let remark = finding("BNK-GAP", Severity::Warning, &report.identity);
            let text = format!("{what}: {text}");
            let row = told.with(remark).note(desk, None, verdict, &text);
            desk.alert("statement.gap", text, Some(row));
        }
        None => {
            told.note(desk, None, verdict, &what);
        }
    }
    follow(desk, report);
    remember(desk, key, report, verdict);
    verdict
}

fn remember(desk: &mut Desk<'_>, key: EnvelopeKey, report: &ReportSeen, verdict: Verdict) {
    let envelope = Envelope {
        key,
        sha256: report.sha256,
        parcel: desk.parcel.id,
        received_at: desk.parcel.received_at,
        verdict,
        messages: Vec::new(),
        findings: Vec::new(),
        more: More::default(),
        in_parts: false,
        letters: Vec::new(),
    };
    desk.outcome.envelopes.push(envelope);
}

/// The names under which the last report of an account is remembered.
fn series(report: &ReportSeen, what: &str) -> String {
    let account = plain_account(&report.account);
    let kind = report.identity.split('/').next().unwrap_or_default();
    format!("{STANDARD}.{what}:{kind}:{account}:{}", report.currency.code())
}

/// Whether the report is the next one as far as its number or its day tell.
fn is_next(desk: &Desk<'_>, report: &ReportSeen) -> bool {
    let last = desk.remembered(&series(report, "day"));
    match (report.opened_on, last) {
        (Some(day), Some(last)) => i64::from(days_of(day)) >= last,
        _ => true,
    }
}

/// What is missing between the last report of the account and this one.
fn gap(desk: &Desk<'_>, report: &ReportSeen) -> Option<String> {
    let number = desk.remembered(&series(report, "number"));
    if let (Some(number), Some(last)) = (report.number, number) {
        // Numbers begin again, most often with the year.
        let missing = number > last.saturating_add(1);
        return missing.then(|| format!("le n° {} manque, après le n° {last}", last + 1));
    }
    let closing = desk.remembered(&series(report, "closing")).filter(|_| is_next(desk, report));
    let (opening, closing) = (report.opening_minor?, closing?);
    let money = |minor| Money::new(minor, report.currency).to_string();
    (opening != closing).then(|| {
        format!("ancien solde {}, le dernier relevé finit à {}", money(opening), money(closing))
    })
}

/// This report is the last one of its account now, unless it came late.
fn follow(desk: &mut Desk<'_>, report: &ReportSeen) {
    if let Some(number) = report.number {
        let last = desk.remembered(&series(report, "number"));
        // One that comes late does not turn the numbers back; a new series begins with 1.
        if last.is_none_or(|last| number > last || number == 1) {
            desk.remember(&series(report, "number"), number);
        }
    }
    if !is_next(desk, report) {
        return;
    }
    if let (Some(day), Some(closing)) = (report.opened_on, report.closing_minor) {
        desk.remember(&series(report, "closing"), closing);
        desk.remember(&series(report, "day"), i64::from(days_of(day)));
    }
}
