//! `acquit verify`: the log against itself, its checkpoints (those in the database, in the file
//! beside it, and in a file kept elsewhere), and the invoices it leads to.

use super::arguments::Verify;
use super::exit::{Exit, Failure};
use super::home;
use super::terminal::Terminal;
use crate::shell::timers::CHECKPOINTS_FILE;
use acquit_store::{Hashes, Report};
use std::path::Path;

/// What the flow makes everything hash to.
pub(super) const HASHES: Hashes = Hashes {
    row: acquit_flow::row_hash,
    invoice: acquit_flow::invoice_hash,
    letter: acquit_flow::letter_hash,
    letters: acquit_flow::letters_hash,
};

/// Runs the command.
pub(super) fn verify(arguments: &Verify, terminal: &mut Terminal) -> Result<Exit, Failure> {
    let config = home::config(&arguments.home)?;
    let beside = config.data.join(CHECKPOINTS_FILE);
    let mut kept = if beside.exists() { lines(&beside)? } else { Vec::new() };
    if let Some(path) = &arguments.checkpoint {
        kept.extend(lines(path)?);
    }
    let report = home::wait(async {
        let store = home::reader(&config).await?;
        store.verify(HASHES, kept).await.map_err(home::store)
    })?;
    match terminal.is_json {
        true => terminal.json(&json(&report))?,
        false => print(&report, terminal)?,
    }
    Ok(if report.holds() { Exit::Ok } else { Exit::Findings })
}

/// Checkpoints that were kept somewhere else, a line each.
fn lines(path: &Path) -> Result<Vec<String>, Failure> {
    let text =
        std::fs::read_to_string(path).map_err(|error| Failure::about(path.display(), &error))?;
    Ok(text.lines().filter(|line| !line.trim().is_empty()).map(str::to_owned).collect())
}

fn print(report: &Report, terminal: &mut Terminal) -> Result<(), Failure> {
    for found in &report.breaks {
        let code = terminal.styled("1;31", found.code);
        let row = found.seq.map_or(String::new(), |seq| format!("  row {seq}"));
        terminal.line(format_args!("{code}{row}  {}", found.text))?;
    }
    let verdict = match report.holds() {
        true => terminal.styled("1;32", "the log holds"),
        false => terminal.styled("1;31", &super::check::counted(report.broken, "break")),
    };
    terminal.line(format_args!(
        "{verdict}: {} rows \u{b7} {} invoices \u{b7} {} checkpoints \u{b7} {} documents",
        report.rows, report.invoices, report.checkpoints, report.blobs
    ))?;
    Ok(())
}

fn json(report: &Report) -> serde_json::Value {
    let breaks: Vec<serde_json::Value> = report
        .breaks
        .iter()
        .map(
            |found| serde_json::json!({ "code": found.code, "seq": found.seq, "text": found.text }),
        )
        .collect();
    serde_json::json!({
        "holds": report.holds(),
        "rows": report.rows,
        "invoices": report.invoices,
        "checkpoints": report.checkpoints,
        "documents": report.blobs,
        "broken": report.broken,
        "breaks": breaks,
    })
}
