//! `acquit tail`: the exchange log of a data folder or of a server, as a table or as JSON.

mod local;
mod remote;
mod table;

use super::arguments::Tail;
use super::exit::{Exit, Failure};
use super::home;
use super::terminal::{Terminal, tell};
use crate::render::escaped;
use acquit_domain::PartyCode;
use std::time::Duration;

/// Pause between two looks at the log.
const PAUSE: Duration = Duration::from_millis(500);

/// A row of the log: its position, and what `/v1/exchanges` says of it.
struct Row {
    position: i64,
    said: serde_json::Value,
}

/// Where rows come from.
enum Log {
    Folder(local::Folder),
    Server(remote::Server),
}

impl Log {
    /// The last rows, oldest first.
    async fn last(&self, lines: usize) -> Result<Vec<Row>, Failure> {
        match self {
            Log::Folder(folder) => folder.last(lines).await,
            Log::Server(server) => server.last(lines).await,
        }
    }

    /// Rows after a position, and whether there may be more at once.
    async fn after(&self, position: i64) -> Result<(Vec<Row>, bool), Failure> {
        match self {
            Log::Folder(folder) => folder.after(position).await,
            Log::Server(server) => server.after(position).await,
        }
    }

    /// Whether a failure passes when one waits: a server comes back, a folder does not.
    fn comes_back(&self, failure: &Failure) -> bool {
        matches!(self, Log::Server(_)) && failure.exit == Exit::Unreachable
    }
}

/// Runs the command.
pub(super) fn tail(arguments: &Tail, terminal: &mut Terminal) -> Result<Exit, Failure> {
    let partner = match &arguments.partner {
        None => None,
        Some(text) => {
            let wrong = || Failure::usage(format!("--partner {}: no party code", escaped(text)));
            Some(PartyCode::new(text).ok_or_else(wrong)?)
        }
    };
    let log = match &arguments.url {
        Some(url) => {
            Log::Server(remote::Server::new(url, arguments.key.as_deref(), partner.as_ref())?)
        }
        None => {
            let config = home::config(&arguments.home)?;
            Log::Folder(home::wait(local::Folder::open(&config, partner))?)
        }
    };
    home::wait(async {
        let mut position = arguments.after.unwrap_or_default();
        if arguments.after.is_none() {
            let rows = log.last(arguments.lines).await?;
            position = print(&rows, position, terminal)?;
        }
        loop {
            let (rows, more) = log.after(position).await?;
            position = print(&rows, position, terminal)?;
            if more {
                continue;
            }
            terminal.flush()?;
            if !arguments.follow {
                return Ok(Exit::Ok);
            }
            if !follow(&log, &mut position, terminal).await? {
                break;
            }
        }
        if !terminal.is_quiet {
            tell(format_args!("cursor {position}; --after {position} goes on from here"));
        }
        Ok(Exit::Ok)
    })
}

/// Goes on as rows are added; false when the reader ends it.
async fn follow(log: &Log, position: &mut i64, terminal: &mut Terminal) -> Result<bool, Failure> {
    let mut patience = remote::Patience::default();
    let mut pause = PAUSE;
    loop {
        tokio::select! {
            () = tokio::time::sleep(pause) => {}
            _ = tokio::signal::ctrl_c() => return Ok(false),
        }
        match log.after(*position).await {
            Ok((rows, _)) => {
                if patience.is_tried() {
                    tell("acquit: connected again");
                }
                (patience, pause) = (remote::Patience::default(), PAUSE);
                *position = print(&rows, *position, terminal)?;
                terminal.flush()?;
            }
            Err(failure) if log.comes_back(&failure) => {
                if !patience.is_tried() {
                    tell(format_args!("acquit: {}; trying again", failure.text));
                }
                pause = patience.next();
            }
            Err(failure) => return Err(failure),
        }
    }
}

/// Prints rows and gives the position of the last one.
fn print(rows: &[Row], before: i64, terminal: &mut Terminal) -> Result<i64, Failure> {
    for row in rows {
        match terminal.is_json {
            true => terminal.json(&row.said)?,
            false => terminal.line(table::line(row, terminal.look.width))?,
        }
    }
    Ok(rows.last().map_or(before, |row| row.position))
}
