//! `acquit doctor`: is this machine fit to serve, and is the configuration?

use super::arguments::Home;
use super::exit::{Exit, Failure};
use super::terminal::Terminal;
use super::{book, home};
use crate::config::Config;
use crate::service::DATABASE_FILE;
use crate::shell::Clock;
use acquit_domain::Timestamp;
use std::fs::{self, File};
use std::io::{self, Write};
use std::path::Path;
use std::time::Instant;

/// How well something is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Grade {
    Good,
    Doubtful,
    Bad,
}

/// One thing looked at.
struct Found {
    what: &'static str,
    grade: Grade,
    text: String,
}

/// Slowest durable write that is nothing to mention, in microseconds.
const SYNC_SLOW_US: u128 = 20_000;

/// A clock before this moment (2026-01-01T00:00:00Z) is wrong.
const CLOCK_MIN: Timestamp = Timestamp(1_767_225_600_000_000);

/// Runs the command.
pub(super) fn doctor(
    mappings: Option<&Path>,
    arguments: &Home,
    terminal: &mut Terminal,
) -> Result<Exit, Failure> {
    let mut found = Vec::new();
    let config = match home::config(arguments) {
        Ok(config) => {
            let partners = config.partners.len();
            let text = format!("{partners} partners, {} channels", config.channels.len());
            found.push(Found { what: "config", grade: Grade::Good, text });
            config
        }
        Err(failure) => {
            found.push(Found { what: "config", grade: Grade::Bad, text: failure.text });
            Config::default()
        }
    };
    found.push(rulebook(mappings.or(config.mappings.as_deref())));
    found.push(folder(&config.data));
    found.push(database(&config));
    found.push(clock());
    found.push(port(&config));
    for one in &found {
        print(one, terminal)?;
    }
    let count = |grade| found.iter().filter(|one| one.grade == grade).count();
    let (good, doubtful, bad) = (count(Grade::Good), count(Grade::Doubtful), count(Grade::Bad));
    if !terminal.is_json {
        terminal.line(format_args!("{good} good \u{b7} {doubtful} doubtful \u{b7} {bad} bad"))?;
    }
    Ok(if bad > 0 { Exit::Findings } else { Exit::Ok })
}

fn rulebook(folder: Option<&Path>) -> Found {
    let (grade, text) = match book::load(folder) {
        Ok(book) => {
            let hash = &crate::http::wire::hex(&book.hash)[..16];
            (Grade::Good, format!("{} partners, {hash}", book.agreements.len()))
        }
        Err(failure) => (Grade::Bad, failure.text),
    };
    Found { what: "rulebook", grade, text }
}

/// Whether the data folder can be written, and how long a durable write takes.
fn folder(data: &Path) -> Found {
    let (grade, text) = match sync(data) {
        Ok(micros) if micros > SYNC_SLOW_US => {
            (Grade::Doubtful, format!("a durable write takes {} ms", micros / 1000))
        }
        Ok(micros) => (Grade::Good, format!("{}, durable write {micros} us", data.display())),
        Err(error) => (Grade::Bad, format!("{}: {error}", data.display())),
    };
    Found { what: "data", grade, text }
}

/// Writes durably into the data folder, or where it would be made: looking changes nothing.
fn sync(data: &Path) -> io::Result<u128> {
    let here = Path::new(".");
    let exists = |folder: &&Path| folder.as_os_str().is_empty() || folder.is_dir();
    let folder = data.ancestors().find(exists).unwrap_or(here);
    let folder = if folder.as_os_str().is_empty() { here } else { folder };
    let path = folder.join(format!(".doctor-{}", std::process::id()));
    let mut file = File::create(&path)?;
    let started = Instant::now();
    let written = file.write_all(&[0; 4096]).and_then(|()| file.sync_data());
    let took = started.elapsed().as_micros();
    fs::remove_file(&path)?;
    written.map(|()| took)
}

/// The database as it answers. PostgreSQL is asked as a server is: one that could lose what was
/// answered is refused, and its tables are made.
fn database(config: &Config) -> Found {
    let path = config.data.join(DATABASE_FILE);
    let is_shared = config.database.url.is_some();
    if !is_shared && !path.exists() {
        let text = "none yet; `acquit serve` makes it".to_owned();
        return Found { what: "database", grade: Grade::Good, text };
    }
    let counted = home::wait(async {
        let store = match is_shared {
            true => home::writer(config).await?,
            false => home::reader(config).await?,
        };
        store.counts().await.map_err(home::store)
    });
    let place = match is_shared {
        true => "PostgreSQL".to_owned(),
        false => {
            let size = fs::metadata(&path).map_or(0, |data| data.len()) / 1024;
            format!("SQLite, {size} KiB")
        }
    };
    let (grade, text) = match counted {
        Ok(counts) => {
            let (rows, waiting) = (counts.last_seq, counts.outbox);
            (Grade::Good, format!("{place}, {rows} rows, {waiting} letters wait"))
        }
        Err(failure) => (Grade::Bad, failure.text),
    };
    Found { what: "database", grade, text }
}

fn clock() -> Found {
    let now = Clock::System.now();
    let grade = if now > CLOCK_MIN { Grade::Good } else { Grade::Bad };
    Found { what: "clock", grade, text: now.to_string() }
}

fn port(config: &Config) -> Found {
    let address = config.http.listen;
    let (grade, text) = match std::net::TcpListener::bind(address) {
        Ok(_) => (Grade::Good, format!("{address} is free")),
        Err(error) => (Grade::Doubtful, format!("{address}: {error}")),
    };
    Found { what: "port", grade, text }
}

fn print(found: &Found, terminal: &mut Terminal) -> Result<(), Failure> {
    let (mark, style, word) = match found.grade {
        Grade::Good => ("\u{2713}", "32", "good"),
        Grade::Doubtful => ("!", "33", "doubtful"),
        Grade::Bad => ("\u{2715}", "31", "bad"),
    };
    if terminal.is_json {
        terminal.json(&serde_json::json!({
            "check": found.what,
            "grade": word,
            "text": found.text,
        }))?;
        return Ok(());
    }
    let mark = terminal.styled(style, mark);
    terminal.line(format_args!("{mark} {:<10} {}", found.what, found.text))?;
    Ok(())
}
