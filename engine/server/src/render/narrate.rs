//! The narration: one fact a line, no drawing, for screen readers and for searching.

use super::{Look, Origin, Source, Told, escaped, facts, place_line};
use acquit_domain::Finding;
use std::fmt::Write;

pub(super) fn narrate(
    look: &Look,
    origin: Origin<'_>,
    source: &Source<'_>,
    finding: &Finding,
    told: &Told,
) -> String {
    let labels = look.lang.labels();
    let severity = look.lang.severity(finding.severity);
    let mut text = format!("{severity} {}: {}\n", finding.code, told.sentence);
    let mut line = |label: &str, value: &str| {
        let _ = writeln!(text, "  {label}: {value}");
    };
    line(labels.place, &place_line(look, origin, finding));
    if !finding.value.is_empty() {
        line(labels.value, &escaped(&finding.value));
    }
    for (label, value) in facts(look, origin, source, finding, told) {
        line(label, &value);
    }
    text
}
