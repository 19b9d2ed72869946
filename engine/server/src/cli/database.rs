//! `acquit db`: moving a house from its folder into PostgreSQL.

use super::arguments::Home;
use super::exit::{Exit, Failure};
use super::home;
use super::terminal::Terminal;
use super::verify::HASHES;
use crate::config;
use crate::config::Secret;
use crate::service::DATABASE_FILE;
use acquit_store::{Copied, Report, Store};
use clap::{Args, Subcommand};
use std::fmt::Write;

/// Arguments of `db`.
#[derive(Debug, Clone, Args)]
pub struct Database {
    /// What to do.
    #[command(subcommand)]
    pub command: DatabaseCommand,
}

/// What to do with a database.
#[derive(Debug, Clone, Subcommand)]
pub enum DatabaseCommand {
    /// Copy everything from the data folder into an empty PostgreSQL database, and prove it
    Copy(Copy),
}

/// Arguments of `db copy`.
#[derive(Debug, Clone, Args)]
pub struct Copy {
    /// Where the house lives.
    #[command(flatten)]
    pub home: Home,
    /// The empty database: its address by reference (`env:NAME`, `file:PATH`), or the address
    /// itself when no password is in it; without it, that of `[database] url`
    #[arg(long, value_name = "DATABASE")]
    pub to: Option<String>,
}

/// Runs the command.
pub(super) fn database(arguments: &Database, terminal: &mut Terminal) -> Result<Exit, Failure> {
    let DatabaseCommand::Copy(arguments) = &arguments.command;
    let config = home::config(&arguments.home)?;
    let to = match &arguments.to {
        Some(text) => Secret::parse(text).map_err(Failure::usage)?,
        None => config.database.url.clone().ok_or_else(|| {
            Failure::usage("--to says where to; without it, [database] url of the configuration")
        })?,
    };
    let url = to.value(&config::surroundings());
    let url = url.map_err(|error| Failure::configuration(error.to_string()))?;
    let file = config.data.join(DATABASE_FILE);
    if !file.exists() {
        let text = format!("{}: no database here; --data names the folder", file.display());
        return Err(Failure::unreachable(text));
    }
    let bar = terminal.counter();
    let shown = bar.clone();
    let (copied, report) = home::wait(async {
        let watch = move |progress: acquit_store::Progress| {
            shown.set_length(progress.all);
            shown.set_position(progress.done);
        };
        let copied = Store::copy_to_server(file, url.clone(), watch).await.map_err(home::store)?;
        let store = Store::connect_reader(&url).await.map_err(home::store)?;
        let report = store.verify(HASHES, Vec::new()).await.map_err(home::store)?;
        Ok((copied, report))
    })?;
    bar.finish_and_clear();
    match terminal.is_json {
        true => terminal.json(&json(&copied, &report))?,
        false => print(&copied, &report, terminal)?,
    }
    Ok(if report.holds() { Exit::Ok } else { Exit::Findings })
}

fn print(copied: &[Copied], report: &Report, terminal: &mut Terminal) -> Result<(), Failure> {
    let filled = copied.iter().filter(|one| one.rows > 0);
    for one in filled {
        let proof = hex(&one.sha256);
        terminal.line(format_args!("{:<20} {:>12} rows  {}", one.table, one.rows, &proof[..16]))?;
    }
    let rows: u64 = copied.iter().map(|one| one.rows).sum();
    for found in &report.breaks {
        terminal.line(format_args!("{}  {}", terminal.styled("1;31", found.code), found.text))?;
    }
    let verdict = match report.holds() {
        true => terminal.styled("1;32", "the log holds"),
        false => terminal.styled("1;31", &super::check::counted(report.broken, "break")),
    };
    terminal.line(format_args!("{rows} rows, the same on both sides; {verdict} there"))?;
    Ok(())
}

fn json(copied: &[Copied], report: &Report) -> serde_json::Value {
    let tables: Vec<serde_json::Value> = copied
        .iter()
        .map(|one| {
            let sha256 = hex(&one.sha256);
            serde_json::json!({ "table": one.table, "rows": one.rows, "sha256": sha256 })
        })
        .collect();
    serde_json::json!({ "tables": tables, "holds": report.holds(), "broken": report.broken })
}

fn hex(hash: &[u8; 32]) -> String {
    hash.iter().fold(String::with_capacity(64), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}
