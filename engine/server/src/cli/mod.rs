//! The command line: reads arguments, calls what does the work, prints, and chooses the exit
//! code.
//!
//! Results go to standard output and nothing else does, so that every command can be piped;
//! with `--json` each result is one JSON value a line. Notices, progress bars and failures go to
//! standard error.
//!
//! What this module is *not*: it decides nothing about messages and holds no SQL.

pub mod arguments;
mod exit;
mod input;
mod shells;
mod terminal;

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
    match &arguments.command {
        Command::Completions { shell } => shells::completions(*shell, terminal),
        Command::Man { folder } => shells::manual(folder.as_deref(), terminal),
        _ => Err(Failure::usage("not in this build")),
    }
}
