//! The command line of `acquit settle` as it is written.

use super::arguments::Home;
use clap::{Args, Subcommand, ValueEnum};
use std::path::PathBuf;

/// Arguments of `settle`.
#[derive(Debug, Clone, Args)]
pub struct Settle {
    /// What to do.
    #[command(subcommand)]
    pub command: SettleCommand,
}

/// What to do with settlements and what banks report.
#[derive(Debug, Clone, Subcommand)]
pub enum SettleCommand {
    /// Match a provider's settlement file with the ledger
    Import(SettleImport),
    /// Print a day that was matched
    Show(SettleShow),
    /// Close a day: it never changes again
    Close(SettleShow),
    /// Take a bank's report (120 characters, camt.053, camt.054, CREADV, CREMUL)
    Statement(SettleFile),
    /// Take a bank's file of cheques, and print the lines it gets back
    Cheques(SettleFile),
}

/// How a report is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub enum Shape {
    /// For people.
    #[default]
    Text,
    /// For spreadsheets, every line.
    Csv,
    /// For programs, every line.
    Json,
}

/// Arguments of `settle import`.
#[derive(Debug, Clone, Args)]
pub struct SettleImport {
    /// Where it lives.
    #[command(flatten)]
    pub home: Home,
    /// A file, or `-` for standard input
    #[arg(value_name = "FILE")]
    pub file: PathBuf,
    /// The provider, by its code or folder
    #[arg(long, value_name = "PROVIDER")]
    pub provider: String,
    /// The day; the one most lines name without it
    #[arg(long, value_name = "DAY")]
    pub day: Option<String>,
    /// The bank's statement, to see whether the money came
    #[arg(long, value_name = "FILE")]
    pub bank: Option<PathBuf>,
    /// Close the day: it never changes again
    #[arg(long)]
    pub close: bool,
    /// How to print the report
    #[arg(long, value_enum, default_value_t, value_name = "FORMAT")]
    pub format: Shape,
}

/// Arguments of `settle show` and `settle close`.
#[derive(Debug, Clone, Args)]
pub struct SettleShow {
    /// Where it lives.
    #[command(flatten)]
    pub home: Home,
    /// The provider, by its code
    #[arg(long, value_name = "PROVIDER")]
    pub provider: String,
    /// The day
    #[arg(long, value_name = "DAY")]
    pub day: String,
    /// Currency of the amounts
    #[arg(long, default_value = "MAD", value_name = "CURRENCY")]
    pub currency: String,
    /// How to print it
    #[arg(long, value_enum, default_value_t, value_name = "FORMAT")]
    pub format: Shape,
}

/// Arguments of `settle statement` and `settle cheques`.
#[derive(Debug, Clone, Args)]
pub struct SettleFile {
    /// Where it lives.
    #[command(flatten)]
    pub home: Home,
    /// The bank, by its code or folder
    #[arg(long, default_value = "any", value_name = "BANK")]
    pub bank: String,
    /// A file, or `-` for standard input
    #[arg(value_name = "FILE")]
    pub file: PathBuf,
}
