//! How the program ends: one closed list of exit codes, and the failures that lead to them.

use std::fmt;
use std::io;
use std::process::ExitCode;

/// Exit codes of every command.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Exit {
    /// Done, nothing to object to.
    Ok = 0,
    /// Done; something was found that rejects.
    Findings = 1,
    /// The command line is wrong, or names a file that is not there.
    Usage = 2,
    /// The configuration or the rulebook is wrong.
    Configuration = 3,
    /// A network, a database or a disk cannot be reached.
    Unreachable = 4,
    /// Access is denied.
    NotAllowed = 5,
    /// The rules say no: `acquit run` of what is well written and may not happen now.
    Refused = 6,
    /// Some of it was done.
    Partly = 7,
    /// A bug of ours.
    Bug = 70,
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> ExitCode {
        ExitCode::from(exit as u8)
    }
}

/// Why a command could not be done: told on standard error, in one or more lines.
#[derive(Debug)]
pub(super) struct Failure {
    /// How the program ends.
    pub(super) exit: Exit,
    /// What happened to which thing, and what can be done.
    pub(super) text: String,
}

impl Failure {
    /// A failure of the command line.
    pub(super) fn usage(text: impl Into<String>) -> Failure {
        Failure { exit: Exit::Usage, text: text.into() }
    }

    /// A failure of the configuration or the rulebook.
    pub(super) fn configuration(text: impl Into<String>) -> Failure {
        Failure { exit: Exit::Configuration, text: text.into() }
    }

    /// Something that cannot be reached.
    pub(super) fn unreachable(text: impl Into<String>) -> Failure {
        Failure { exit: Exit::Unreachable, text: text.into() }
    }

    /// A failure of the file system, told for the path concerned.
    pub(super) fn about(path: impl fmt::Display, error: &io::Error) -> Failure {
        let exit = match error.kind() {
            io::ErrorKind::NotFound | io::ErrorKind::IsADirectory => Exit::Usage,
            io::ErrorKind::PermissionDenied => Exit::NotAllowed,
            _ => Exit::Unreachable,
        };
        Failure { exit, text: format!("{}: {error}", crate::render::escaped(&path.to_string())) }
    }
}

impl From<crate::records::Unreadable> for Failure {
    fn from(why: crate::records::Unreadable) -> Failure {
        Failure::usage(why.0)
    }
}

/// Writing to standard output failed. A reader that has gone (`| head`) is no failure.
impl From<io::Error> for Failure {
    fn from(error: io::Error) -> Failure {
        match error.kind() {
            io::ErrorKind::BrokenPipe => Failure { exit: Exit::Ok, text: String::new() },
            _ => Failure::unreachable(format!("standard output: {error}")),
        }
    }
}
