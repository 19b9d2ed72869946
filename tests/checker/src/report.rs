//! What was found, as one line of figures and a sentence for each broken promise.

use std::collections::BTreeMap;

/// What a broken promise is counted as.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Column {
    /// Answered, and not there.
    Lost,
    /// There twice.
    Duplicated,
    /// There, and never sent, or sent and refused.
    Unexpected,
    /// Rows of an invoice in the wrong order, or subscribers told so.
    OrderBreaks,
    /// A state that was left and may not be.
    TerminalBreaks,
    /// An invoice paid twice, or money that is not where it was told.
    DoublePay,
    /// What the log tells differs from what is held.
    RebuildDiff,
    /// Somebody was not answered or not told.
    Unanswered,
    /// Somebody saw what is another's.
    Leaked,
    /// A change of the log that `verify` did not see.
    TamperMissed,
    /// Memory, files or waiting lines above their limits.
    Unbounded,
}

/// A promise that was not kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Breach {
    /// Which, as `P1`.
    pub promise: &'static str,
    /// As what it counts.
    pub column: Column,
    /// What was seen.
    pub text: String,
}

/// Figures of a run.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Report {
    /// Requests that left.
    pub attempts: u64,
    /// Requests with a positive answer.
    pub acknowledged: u64,
    /// Of these, the ones whose effect is there.
    pub applied: u64,
    /// Requests that were answered only when they were sent again, and are there once.
    pub recovered: u64,
    /// Largest resident memory seen, in MiB.
    pub peak_rss: u64,
    /// What was not kept.
    pub breaches: Vec<Breach>,
}

/// Names of the figures, in the order of [`Report::figures`].
pub const NAMES: [&str; 16] = [
    "attempts",
    "acknowledged",
    "applied",
    "lost",
    "duplicated",
    "recovered",
    "unexpected",
    "order_breaks",
    "terminal_breaks",
    "double_pay",
    "rebuild_diff",
    "unanswered",
    "leaked",
    "tamper_missed",
    "unbounded",
    "peak_rss",
];

/// The first figure right of the bar.
pub const BAR: usize = 7;

impl Report {
    /// Notes a broken promise.
    pub fn breach(&mut self, promise: &'static str, column: Column, text: String) {
        self.breaches.push(Breach { promise, column, text });
    }

    /// True when every promise was kept.
    #[must_use]
    pub fn is_kept(&self) -> bool {
        self.breaches.is_empty()
    }

    /// How many breaches count as something.
    #[must_use]
    pub fn count(&self, column: Column) -> u64 {
        self.breaches.iter().filter(|breach| breach.column == column).count() as u64
    }

    /// The figures, in the order of [`NAMES`].
    #[must_use]
    pub fn figures(&self) -> [u64; 16] {
        [
            self.attempts,
            self.acknowledged,
            self.applied,
            self.count(Column::Lost),
            self.count(Column::Duplicated),
            self.recovered,
            self.count(Column::Unexpected),
            self.count(Column::OrderBreaks),
            self.count(Column::TerminalBreaks),
            self.count(Column::DoublePay),
            self.count(Column::RebuildDiff),
            self.count(Column::Unanswered),
            self.count(Column::Leaked),
            self.count(Column::TamperMissed),
            self.count(Column::Unbounded),
            self.peak_rss,
        ]
    }

    /// The line of figures with their names.
    #[must_use]
    pub fn line(&self) -> String {
        let mut text = String::new();
        for (at, (name, figure)) in NAMES.iter().zip(self.figures()).enumerate() {
            if at > 0 {
                text.push_str(if at == BAR { " | " } else { "  " });
            }
            text.push_str(&format!("{name} {figure}"));
        }
        text
    }

    /// The first breaches of each promise, one a line.
    #[must_use]
    pub fn sentences(&self, most: usize) -> Vec<String> {
        let mut by_promise: BTreeMap<&str, Vec<&Breach>> = BTreeMap::new();
        for breach in &self.breaches {
            by_promise.entry(breach.promise).or_default().push(breach);
        }
        let mut lines = Vec::new();
        for (promise, breaches) in by_promise {
            let shown = breaches.iter().take(most);
            lines.extend(shown.map(|breach| format!("  {promise}: {}", breach.text)));
            if breaches.len() > most {
                lines.push(format!("  {promise}: .. and {} more", breaches.len() - most));
            }
        }
        lines
    }

    /// The promises that were not kept.
    #[must_use]
    pub fn promises(&self) -> Vec<&'static str> {
        let mut named: Vec<&'static str> = self.breaches.iter().map(|one| one.promise).collect();
        named.sort_unstable();
        named.dedup();
        named
    }
}
