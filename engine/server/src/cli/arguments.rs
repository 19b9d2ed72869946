//! The command line as it is written.

use crate::render::Lang;
use clap::{Args, Parser, Subcommand, ValueEnum};
use std::net::SocketAddr;
use std::path::PathBuf;

/// Invoices and payment messages in, statuses and answers out.
#[derive(Debug, Parser)]
#[command(name = "acquit", version, propagate_version = true, max_term_width = 100)]
#[command(after_help = "Exit codes: 0 ok, 1 findings, 2 usage, 3 configuration, \
4 cannot reach, 5 not allowed, 6 refused by the rules, 7 partly done, 70 bug.")]
pub struct Arguments {
    /// Options of every command.
    #[command(flatten)]
    pub global: Global,
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// Options of every command.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Global options")]
pub struct Global {
    /// Results as JSON, one value a line
    #[arg(long, global = true)]
    pub json: bool,
    /// Findings in sentences instead of drawings
    #[arg(long, global = true)]
    pub plain: bool,
    /// Nothing but results
    #[arg(short, long, global = true)]
    pub quiet: bool,
    /// Tell more; twice for everything
    #[arg(short, long, global = true, action = clap::ArgAction::Count)]
    pub verbose: u8,
    /// Colours; NO_COLOR is obeyed
    #[arg(long, global = true, value_enum, default_value_t, value_name = "WHEN")]
    pub color: Always,
    /// Language of findings
    #[arg(long, global = true, value_enum)]
    pub lang: Option<Lang>,
    /// Load the rulebook from this folder instead of the built-in one
    #[arg(long, global = true, value_name = "DIR")]
    pub mappings: Option<PathBuf>,
}

/// When to use colours.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub enum Always {
    /// On a terminal.
    #[default]
    Auto,
    /// Always.
    Always,
    /// Never.
    Never,
}

/// What to do.
#[derive(Debug, Clone, Subcommand)]
pub enum Command {
    /// Take files through the whole pipeline once, without a server
    Run(Run),
    /// Check files: syntax, structure, code lists, arithmetic, profile
    Check(Check),
    /// Say every segment in words
    Explain(Explain),
    /// Translate a file through the canonical record
    Translate(Translate),
    /// Load and check the rulebook
    Rules(Rules),
    /// Serve the samples from a fresh database, with keys to try
    Demo(Demo),
    /// Serve
    Serve(Serve),
    /// Test a connection over AS2 step by step, or list its certificates
    #[cfg(feature = "as2")]
    As2(super::as2::As2Arguments),
    /// List payment providers, or say which field broke a signature
    Provider(super::provider::ProviderArguments),
    /// Match settlements of providers, take statements and files of cheques
    Settle(super::settle_arguments::Settle),
    /// Pay with simulated partners that misbehave as told, and account for every centime
    #[cfg(feature = "simulate")]
    Simulate(super::simulate_arguments::Simulate),
    /// Move the house to PostgreSQL
    #[cfg(feature = "postgres")]
    Db(super::database::Database),
    /// Print the exchange log
    Tail(Tail),
    /// Decide the past again and show what would be different
    Replay(Replay),
    /// Check the log's hash chains, checkpoints and statuses
    Verify(Verify),
    /// Check this machine and the configuration
    Doctor(Home),
    /// Measure throughput on this machine
    Bench(Bench),
    /// Print a shell's completions
    Completions {
        /// The shell
        shell: clap_complete::Shell,
    },
    /// Write the manual pages
    Man {
        /// The folder for them; without it, the page of `acquit` itself on standard output
        #[arg(value_name = "DIR")]
        folder: Option<PathBuf>,
    },
}

/// Arguments of `run`.
#[derive(Debug, Clone, Args)]
pub struct Run {
    /// Files, or `-` for standard input
    #[arg(required = true, value_name = "FILE")]
    pub files: Vec<PathBuf>,
    /// Keep what was done in this folder; in memory without it
    #[arg(long, value_name = "DIR")]
    pub data: Option<PathBuf>,
    /// The partner that hands the files over; the envelope is believed without it
    #[arg(long = "as", value_name = "PARTNER")]
    pub partner: Option<String>,
    /// Draw at most this many findings of a file and a severity; all are counted
    #[arg(long, default_value_t = 20, value_name = "N")]
    pub limit: usize,
}

/// Arguments of `check`.
#[derive(Debug, Clone, Args)]
pub struct Check {
    /// Files of any size, or `-` for standard input
    #[arg(required = true, value_name = "FILE")]
    pub files: Vec<PathBuf>,
    /// Draw at most this many findings of a file and a severity; all are counted
    #[arg(long, default_value_t = 20, value_name = "N")]
    pub limit: usize,
}

/// Arguments of `explain`.
#[derive(Debug, Clone, Args)]
pub struct Explain {
    /// A file, or `-` for standard input
    #[arg(value_name = "FILE")]
    pub file: PathBuf,
    /// Only this place: `[MESSAGE:]SEGMENT[.ELEMENT[.COMPONENT]]`, counted from 1; a tag (`BGM`)
    /// is the first segment of it
    #[arg(long, value_name = "PLACE")]
    pub at: Option<String>,
}

/// Arguments of `translate`.
#[derive(Debug, Clone, Args)]
pub struct Translate {
    /// A file, or `-` for standard input
    #[arg(value_name = "FILE")]
    pub file: PathBuf,
    /// The language to translate to
    #[arg(long, value_enum)]
    pub to: Target,
}

/// What can be translated to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Target {
    /// The canonical record
    Json,
    /// EDIFACT INVOIC D.96A
    #[value(name = "invoic-d96a")]
    InvoicD96a,
    /// EDIFACT INVOIC D.01B
    #[value(name = "invoic-d01b")]
    InvoicD01b,
    /// PortNet XML
    Portnet,
    /// UBL 2.1 (not yet)
    Ubl,
    /// UN/CEFACT CII (not yet)
    Cii,
}

/// Arguments of `rules`.
#[derive(Debug, Clone, Args)]
pub struct Rules {
    /// Only check; print the faults
    #[arg(long)]
    pub check: bool,
    /// Print the matrix of states and events
    #[arg(long)]
    pub matrix: bool,
}

/// Where an engine lives.
#[derive(Debug, Clone, Args)]
pub struct Home {
    /// Configuration file
    #[arg(long, env = "ACQUIT_CONFIG", value_name = "FILE")]
    pub config: Option<PathBuf>,
    /// Data folder
    #[arg(long, value_name = "DIR")]
    pub data: Option<PathBuf>,
}

/// Arguments of `demo`.
#[derive(Debug, Clone, Args)]
pub struct Demo {
    /// Port on the loopback address; 0 for any free one
    #[arg(long, default_value_t = 8080)]
    pub port: u16,
    /// First port of the simulated partners, on the loopback address; 0 for free ones
    #[arg(long, default_value_t = 0, value_name = "PORT")]
    pub partners_port: u16,
    /// Data folder; a fresh temporary one without it
    #[arg(long, value_name = "DIR")]
    pub data: Option<PathBuf>,
}

/// Arguments of `serve`.
#[derive(Debug, Clone, Args)]
pub struct Serve {
    /// Where it lives.
    #[command(flatten)]
    pub home: Home,
    /// Address to listen at
    #[arg(long, value_name = "ADDRESS")]
    pub listen: Option<SocketAddr>,
}

/// Arguments of `tail`.
#[derive(Debug, Clone, Args)]
pub struct Tail {
    /// Where it lives.
    #[command(flatten)]
    pub home: Home,
    /// A running server instead of a folder: `http://127.0.0.1:8080`
    #[arg(long, value_name = "URL", conflicts_with_all = ["data", "config"])]
    pub url: Option<String>,
    /// The key to ask it with, by reference: `env:NAME` or `file:PATH`
    #[arg(long, value_name = "REFERENCE", requires = "url")]
    pub key: Option<String>,
    /// Go on as rows are added
    #[arg(short, long)]
    pub follow: bool,
    /// Begin after this row
    #[arg(long, value_name = "CURSOR")]
    pub after: Option<i64>,
    /// Only rows of this partner
    #[arg(long)]
    pub partner: Option<String>,
    /// Print at most this many of the last rows
    #[arg(short = 'n', long, default_value_t = 20)]
    pub lines: usize,
}

/// Arguments of `replay`.
#[derive(Debug, Clone, Args)]
pub struct Replay {
    /// Where it lives.
    #[command(flatten)]
    pub home: Home,
}

/// Arguments of `verify`.
#[derive(Debug, Clone, Args)]
pub struct Verify {
    /// Where it lives.
    #[command(flatten)]
    pub home: Home,
    /// Checkpoints kept elsewhere, to hold the log against besides `checkpoints.txt` of the folder
    #[arg(long, value_name = "FILE")]
    pub checkpoint: Option<PathBuf>,
}

/// Arguments of `bench`.
#[derive(Debug, Clone, Args)]
pub struct Bench {
    /// Messages to make and measure
    #[arg(long, default_value_t = 20_000, value_name = "N")]
    pub messages: u32,
}
