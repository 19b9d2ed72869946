//! P10, P12: what is another's, and what is too much.

use crate::evidence::{Evidence, MESSAGES};
use crate::house_keys::{CARDS, CLIENT_OF_CARDS, CLIENT_OF_OTHER, OTHER, canary};
use crate::journal::Kind;
use crate::report::{Column, Report};

/// Most resident memory, in MiB: a debug build under load stays far below.
const RSS_MAX_MIB: u64 = 700;
/// Most open files.
const FILES_MAX: u64 = 3000;

/// P10.
pub(super) fn isolated(evidence: &Evidence, report: &mut Report) -> Result<(), String> {
    for op in evidence.written.ops.values() {
        let foreign = match op.sent.who.as_str() {
            CARDS | CLIENT_OF_CARDS => canary(OTHER),
            OTHER | CLIENT_OF_OTHER => canary(CARDS),
            _ => continue,
        };
        for got in &op.answers {
            let line = &op.sent.line;
            if got.body.contains(foreign) {
                let text = format!("{} saw another's text: {line}", op.sent.who);
                report.breach("P10", Column::Leaked, text);
            }
            let found = got.status == 200;
            if op.sent.what.kind == Kind::Foreign && found {
                let text = format!("{} found what is another's: {line}", op.sent.who);
                report.breach("P10", Column::Leaked, text);
            }
        }
    }
    for post in &evidence.written.posts {
        let foreign = if post.who == OTHER { canary(CARDS) } else { continue };
        let names = post.body.contains(foreign) || post.body.contains(CARDS);
        if names {
            let text = format!("{} was told of another's: {}", post.who, post.id);
            report.breach("P10", Column::Leaked, text);
        }
    }
    Ok(())
}

/// P12.
pub(super) fn bounded(evidence: &Evidence, report: &mut Report) -> Result<(), String> {
    let samples = &evidence.samples;
    if samples.rss_mib > RSS_MAX_MIB {
        let text = format!("{} MiB of memory", samples.rss_mib);
        report.breach("P12", Column::Unbounded, text);
    }
    if samples.files > FILES_MAX {
        report.breach("P12", Column::Unbounded, format!("{} open files", samples.files));
    }
    for op in evidence.ops(MESSAGES) {
        for got in op.answers.iter().filter(|got| matches!(got.status, 429 | 503)) {
            if got.retry_after.is_none() {
                let named = &op.sent.what.reference;
                let text = format!("{named}: {} without Retry-After", got.status);
                report.breach("P12", Column::Unbounded, text);
            }
        }
    }
    Ok(())
}
