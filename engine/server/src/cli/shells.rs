//! Completions of shells and manual pages, both from the definition of the arguments.

use super::arguments::Arguments;
use super::exit::{Exit, Failure};
use super::terminal::Terminal;
use clap::CommandFactory;
use clap_complete::Shell;
use std::path::Path;

/// Prints the completions of a shell.
pub(super) fn completions(shell: Shell, terminal: &mut Terminal) -> Result<Exit, Failure> {
    let mut text = Vec::new();
    clap_complete::generate(shell, &mut Arguments::command(), "acquit", &mut text);
    terminal.bytes(&text)?;
    Ok(Exit::Ok)
}

/// Writes a manual page per command into a folder, or the first one to standard output.
pub(super) fn manual(folder: Option<&Path>, terminal: &mut Terminal) -> Result<Exit, Failure> {
    let Some(folder) = folder else {
        let mut page = Vec::new();
        clap_mangen::Man::new(Arguments::command()).render(&mut page)?;
        terminal.bytes(&page)?;
        return Ok(Exit::Ok);
    };
    let fail = |error| Failure::about(folder.display(), &error);
    std::fs::create_dir_all(folder).map_err(fail)?;
    clap_mangen::generate_to(Arguments::command(), folder).map_err(fail)?;
    Ok(Exit::Ok)
}
