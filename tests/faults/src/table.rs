//! The table at the end.

use acquit_checker::report::{BAR, NAMES, Report};
use std::time::Duration;

/// Breaches of one promise that are shown.
const SHOWN: usize = 4;

/// What a scenario found.
#[derive(Debug, Clone, Default)]
pub(crate) struct Done {
    /// The figures.
    pub(crate) report: Report,
    /// What else is worth saying.
    pub(crate) notes: Vec<String>,
    /// Why it could not be made, when it could not.
    pub(crate) skipped: Option<String>,
}

/// A row of the table.
#[derive(Debug, Clone)]
pub(crate) struct Line {
    name: &'static str,
    took: Duration,
    done: Result<Done, String>,
}

impl Line {
    pub(crate) fn new(name: &'static str, took: Duration, done: Result<Done, String>) -> Line {
        Line { name, took, done }
    }

    /// True when every promise held, or the scenario could not be made here.
    pub(crate) fn is_kept(&self) -> bool {
        self.done.as_ref().is_ok_and(|done| done.report.is_kept())
    }

    /// One line with names.
    pub(crate) fn row(&self) -> String {
        let seconds = self.took.as_secs();
        match &self.done {
            Err(why) => format!("{:<10} {seconds:>4} s  FAILED: {why}", self.name),
            Ok(Done { skipped: Some(why), .. }) => {
                format!("{:<10} {seconds:>4} s  not made: {why}", self.name)
            }
            Ok(done) => format!("{:<10} {seconds:>4} s  {}", self.name, done.report.line()),
        }
    }

    /// What else is worth saying.
    pub(crate) fn notes(&self) -> Vec<String> {
        let Ok(done) = &self.done else { return Vec::new() };
        let mut notes = done.notes.clone();
        notes.extend(done.report.sentences(SHOWN));
        notes
    }

    fn cells(&self) -> Vec<String> {
        match &self.done {
            Ok(Done { skipped: None, report, .. }) => {
                report.figures().iter().map(u64::to_string).collect()
            }
            Ok(_) => vec!["-".to_owned(); NAMES.len()],
            Err(_) => vec!["!".to_owned(); NAMES.len()],
        }
    }
}

/// All rows under one head.
pub(crate) fn table(lines: &[Line]) -> String {
    let mut rows = vec![NAMES.map(str::to_owned).to_vec()];
    rows.extend(lines.iter().map(Line::cells));
    let width = |column: usize| rows.iter().map(|row| row[column].len()).max().unwrap_or(0);
    let widths: Vec<usize> = (0..NAMES.len()).map(width).collect();
    let names = std::iter::once("").chain(lines.iter().map(|line| line.name));
    let mut text = String::new();
    for (name, row) in names.zip(&rows) {
        text.push_str(&format!("{name:<10}"));
        for (at, cell) in row.iter().enumerate() {
            text.push_str(if at == BAR { " | " } else { "  " });
            text.push_str(&format!("{cell:>width$}", width = widths[at]));
        }
        text.push('\n');
    }
    let kept = lines.iter().filter(|line| line.is_kept()).count();
    text.push_str(&format!("{kept} of {} scenarios kept every promise\n", lines.len()));
    text
}
