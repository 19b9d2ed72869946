//! The command line: reads arguments, calls what does the work, prints, and chooses the exit
//! code.
//!
//! Results go to standard output and nothing else does, so that every command can be piped;
//! with `--json` each result is one JSON value a line. Notices, progress bars and failures go to
//! standard error.
//!
//! What this module is *not*: it decides nothing about messages and holds no SQL.

pub mod arguments;
#[cfg(feature = "as2")]
mod as2;
mod bench;
mod book;
mod channels;
mod check;
mod completion;
#[cfg(feature = "postgres")]
mod database;
mod demo;
mod doctor;
mod exit;
mod explain;
mod home;
mod input;
mod limit;
mod log;
mod partners;
mod provider;
mod replay;
mod rules;
mod run;
mod serve;
mod settle;
mod settle_arguments;
mod shells;
#[cfg(feature = "simulate")]
mod simulate;
#[cfg(feature = "simulate")]
mod simulate_arguments;
#[cfg(feature = "simulate")]
mod simulate_report;
mod specimens;
mod tail;
mod terminal;
mod translate;
mod verify;

use arguments::{Arguments, Command};
use clap::Parser;
use exit::{Exit, Failure};
use std::panic;
use std::process::ExitCode;
use terminal::{Terminal, tell};

/// Runs the program.
#[must_use]
pub fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let mut terminal = Terminal::new(&arguments.global);
    // The hook has printed where it happened; here it only becomes an exit code.
    let ended = panic::catch_unwind(panic::AssertUnwindSafe(|| {
        let ended = run(&arguments, &mut terminal);
        let flushed = terminal.flush();
        ended.and_then(|exit| flushed.map(|()| exit).map_err(Failure::from))
    }));
    match ended {
        Ok(Ok(exit)) => exit.into(),
        Ok(Err(failure)) => {
            if !failure.text.is_empty() {
                tell(format_args!("acquit: {}", failure.text));
            }
            failure.exit.into()
        }
        Err(_) => {
            tell(format_args!("acquit {}: this is a bug of ours", env!("CARGO_PKG_VERSION")));
            Exit::Bug.into()
        }
    }
}

fn run(arguments: &Arguments, terminal: &mut Terminal) -> Result<Exit, Failure> {
    let folder = arguments.global.mappings.as_deref();
    let book = || book::load(folder);
    match &arguments.command {
        Command::Run(arguments) => run::run(&book()?, arguments, terminal),
        Command::Check(arguments) => check::check(&*book()?, arguments, terminal),
        Command::Explain(arguments) => explain::explain(&*book()?, arguments, terminal),
        Command::Translate(arguments) => translate::translate(&*book()?, arguments, terminal),
        Command::Rules(arguments) => rules::rules(folder, arguments, terminal),
        Command::Demo(arguments) => demo::demo(folder, arguments, terminal),
        Command::Serve(arguments) => {
            let config = serve::configured(arguments)?;
            let book = book::load(folder.or(config.mappings.as_deref()))?;
            serve::serve(&book, &config, terminal)
        }
        #[cfg(feature = "as2")]
        Command::As2(arguments) => as2::as2(arguments, terminal),
        Command::Provider(arguments) => provider::provider(&*book()?, arguments, terminal),
        Command::Settle(arguments) => settle::settle(&book()?, arguments, terminal),
        #[cfg(feature = "simulate")]
        Command::Simulate(arguments) => simulate::simulate(&book()?, arguments, terminal),
        #[cfg(feature = "postgres")]
        Command::Db(arguments) => database::database(arguments, terminal),
        Command::Tail(arguments) => tail::tail(arguments, terminal),
        Command::Replay(arguments) => replay::replay(&book()?, arguments, terminal),
        Command::Verify(arguments) => verify::verify(arguments, terminal),
        Command::Doctor(arguments) => doctor::doctor(folder, arguments, terminal),
        Command::Bench(arguments) => bench::bench(&book()?, arguments, terminal),
        Command::Completions { shell } => shells::completions(*shell, terminal),
        Command::Man { folder } => shells::manual(folder.as_deref(), terminal),
    }
}
