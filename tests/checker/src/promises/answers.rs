//! P8: every interchange is answered once, and rightly.

use crate::evidence::{Evidence, MESSAGES};
use crate::journal::{Kind, Op};
use crate::report::{Column, Report};

/// P8.
pub(super) fn answered(evidence: &Evidence, report: &mut Report) -> Result<(), String> {
    for op in evidence.ops(MESSAGES) {
        let named = &op.sent.what.reference;
        let Some(last) = op.last() else {
            let text = format!("{named} was never answered");
            report.breach("P8", Column::Unanswered, text);
            continue;
        };
        if last.status >= 500 {
            let text = format!("{named} was answered {}", last.status);
            report.breach("P8", Column::Unanswered, text);
        }
        if let Some(text) = judged(op) {
            report.breach("P8", Column::Unanswered, format!("{named}: {text}"));
        }
    }
    let twice = "SELECT count(*) FROM (SELECT recipient, body FROM letters \
                 WHERE kind = 'CONTRL' GROUP BY recipient, body HAVING count(*) > 1)";
    let number = evidence.held.number(twice)?;
    if number > 0 {
        let text = format!("{number} CONTRL are there more than once");
        report.breach("P8", Column::Unanswered, text);
    }
    Ok(())
}

/// What is wrong with the CONTRL of an answer.
fn judged(op: &Op) -> Option<String> {
    if !op.sent.line.contains("edifact") || op.last().is_none_or(|got| got.status != 200) {
        return None;
    }
    let json = op.json();
    let all = json["letters"].as_array().cloned().unwrap_or_default();
    let bodies: Vec<&str> = all
        .iter()
        .filter(|one| one["type"] == "CONTRL")
        .map(|one| one["body"].as_str().unwrap_or_default())
        .collect();
    if op.sent.what.kind == Kind::Control {
        return (!all.is_empty()).then(|| "a CONTRL was answered".to_owned());
    }
    let [body] = bodies.as_slice() else {
        return Some(format!("{} CONTRL", bodies.len()));
    };
    let named = &op.sent.what.reference;
    let interchange = segment(body, "UCI")?;
    if !interchange.contains(&format!("UCI+{named}+")) {
        return Some(format!("its CONTRL is about {interchange}"));
    }
    let message = segment(body, "UCM").unwrap_or_default();
    let says_no = is_refusal(&interchange) || is_refusal(&message);
    match op.sent.what.kind {
        Kind::BadSyntax if !says_no => Some(format!("wrong counts, yet {interchange} {message}")),
        Kind::Original | Kind::Replace | Kind::Cancel if says_no => {
            Some(format!("well formed, yet {interchange} {message}"))
        }
        _ => None,
    }
}

/// The first segment with a tag.
fn segment(body: &str, tag: &str) -> Option<String> {
    let mut segments = body.split('\'').map(str::trim);
    segments.find(|segment| segment.starts_with(tag)).map(str::to_owned)
}

/// Whether action 4 stands where an action does (data element 0083).
fn is_refusal(segment: &str) -> bool {
    let place = if segment.starts_with("UCI") { 4 } else { 3 };
    segment.split('+').nth(place) == Some("4")
}
