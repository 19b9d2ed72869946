//! How many findings are drawn: so many of each severity, the others counted by code.

use acquit_domain::Finding;
use std::collections::BTreeMap;

/// What was drawn of a file's findings, and what was not.
#[derive(Debug)]
pub(super) struct Limit {
    /// Most findings of one severity.
    most: usize,
    /// Findings met, by severity.
    met: [usize; 3],
    /// Findings not drawn, by code.
    hidden: BTreeMap<String, u64>,
}

impl Limit {
    /// Nothing drawn yet.
    pub(super) fn new(most: usize) -> Limit {
        Limit { most, met: [0; 3], hidden: BTreeMap::new() }
    }

    /// Counts a finding; true when it is to be drawn. Each severity has its own limit, so that
    /// many notes hide no error.
    pub(super) fn draws(&mut self, finding: &Finding) -> bool {
        let nth = &mut self.met[finding.severity as usize];
        *nth += 1;
        let is_drawn = *nth <= self.most;
        if !is_drawn {
            *self.hidden.entry(finding.code.to_string()).or_default() += 1;
        }
        is_drawn
    }

    /// The line about what was not drawn: how many, and of each code.
    pub(super) fn rest(&self) -> Option<String> {
        let count: u64 = self.hidden.values().sum();
        let by_code: Vec<String> =
            self.hidden.iter().map(|(code, count)| format!("{code} {count}")).collect();
        let by_code = by_code.join(" \u{b7} ");
        (count > 0).then(|| format!("... and {count} more; --limit shows more: {by_code}"))
    }
}
