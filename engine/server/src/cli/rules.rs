//! `acquit rules`: the rulebook, checked, and its matrix of states and events.

use super::arguments::Rules;
use super::book;
use super::exit::{Exit, Failure};
use super::terminal::Terminal;
use crate::http::wire::hex;
use acquit_mapping::files::FileFault;
use acquit_mapping::matrix::matrix;
use acquit_mapping::rulebook::Rulebook;
use std::path::Path;

/// Runs the command.
pub(super) fn rules(
    folder: Option<&Path>,
    arguments: &Rules,
    terminal: &mut Terminal,
) -> Result<Exit, Failure> {
    let texts = book::texts(folder)?;
    match Rulebook::load(&texts) {
        Err(faults) => {
            report(&faults, terminal)?;
            Ok(Exit::Findings)
        }
        Ok(_) if arguments.check && !arguments.matrix => {
            let files = texts.len();
            match terminal.is_json {
                true => terminal.json(&serde_json::json!({ "files": files, "faults": [] }))?,
                false => terminal.line(format_args!("{files} files \u{b7} no fault"))?,
            }
            Ok(Exit::Ok)
        }
        Ok(book) if arguments.matrix => {
            terminal.text(&matrix(&book.lifecycle))?;
            Ok(Exit::Ok)
        }
        Ok(book) => {
            summary(&book, texts.len(), terminal)?;
            Ok(Exit::Ok)
        }
    }
}

fn report(faults: &[FileFault], terminal: &mut Terminal) -> Result<(), Failure> {
    if !terminal.is_json {
        for fault in faults {
            terminal.line(fault)?;
        }
        terminal.line(super::check::counted(faults.len() as u64, "fault"))?;
        return Ok(());
    }
    let faults: Vec<serde_json::Value> = faults
        .iter()
        .map(|fault| {
            serde_json::json!({
                "file": fault.file,
                "line": fault.line,
                "column": fault.column,
                "message": fault.message,
                "known": fault.known,
            })
        })
        .collect();
    terminal.json(&serde_json::json!({ "faults": faults }))?;
    Ok(())
}

fn summary(book: &Rulebook, files: usize, terminal: &mut Terminal) -> Result<(), Failure> {
    let hash = hex(&book.hash);
    let agreements: Vec<&str> = book.agreements.iter().map(|agreed| agreed.code.as_str()).collect();
    if terminal.is_json {
        terminal.json(&serde_json::json!({
            "hash": hash,
            "files": files,
            "platform": book.platform.name,
            "partners": agreements,
        }))?;
        return Ok(());
    }
    terminal.line(format_args!("rulebook  {hash}"))?;
    terminal.line(format_args!("files     {files}"))?;
    terminal.line(format_args!("platform  {}", book.platform.name))?;
    terminal.line(format_args!("partners  {}", agreements.join(", ")))?;
    terminal.line("no fault; --matrix prints what may follow what")?;
    Ok(())
}
