//! What is PostgreSQL's own: how its text is made from the shared one, what its settings must be,
//! and what its failures mean.

use crate::error::Error;
use std::fmt::Write;
use std::io;
use tokio_postgres::error::SqlState;

/// Settings of every session. A plan is made anew each time: a plan kept from when a table was
/// empty reads it from end to end when it is not.
pub(crate) const SESSION: &str = "
    SET standard_conforming_strings = on;
    SET client_min_messages = warning;
    SET plan_cache_mode = force_custom_plan;
    SET jit = off;
    SET work_mem = '64MB';
    SET random_page_cost = 1.1;
    SET lock_timeout = '20s';
    SET idle_in_transaction_session_timeout = '60s';
    SET TimeZone = 'UTC';
";

/// Key of the lock that makes one transaction write at a time, on all nodes together: the letters
/// `acquit` as a number.
///
/// It is taken when a transaction that writes begins and ends with it. Therefore everything is as
/// with SQLite's `BEGIN IMMEDIATE`: what a transaction reads stays true until it commits, and the
/// positions of the log have no gaps and become visible in their order. Taking it only before the
/// log is written would let two nodes write invoices at the same time, but not sync at the same
/// time - and what was compared before (numbers given, versions of orders, what lies on an
/// invoice) would need locks of its own. It is advisory because a lock of a row writes to the
/// disk, and because a reader never waits for it.
const LOCK: i64 = 0x6163_7175_6974;

/// Starts a transaction that will write: when it goes on, nobody else is writing.
pub(crate) fn begin_write() -> String {
    format!("BEGIN; SELECT pg_advisory_xact_lock({LOCK})")
}

/// Starts a transaction that reads one state of the database.
pub(crate) const BEGIN_READ: &str = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY";

/// The channel on which every commit is told to all nodes.
pub(crate) const CHANNEL: &str = "acquit";

/// What a node says of itself: a name nobody else has.
pub(crate) const NODE: &str = "INSERT INTO writers (node, committed)
VALUES (gen_random_uuid()::text, 0) RETURNING node";

/// Nodes that have not been seen for so long are forgotten.
pub(crate) const FORGET_NODES: &str =
    "DELETE FROM writers WHERE since < now() - interval '30 days' AND committed = 0";

/// Ends a transaction of a node with the number of its commit, and tells the others.
pub(crate) fn commit(node: &str, number: i64) -> String {
    format!(
        "UPDATE writers SET committed = {number}, since = now() WHERE node = '{node}';
         NOTIFY {CHANNEL}; COMMIT"
    )
}

/// The number of the last commit of a node.
pub(crate) const COMMITTED: &str = "SELECT committed FROM writers WHERE node = $1";

/// Settings without which what was answered could be lost, or half a page read back.
pub(crate) const SAFETY: &str = "SELECT current_setting('server_version_num')::bigint,
  current_setting('server_encoding'), current_setting('fsync'),
  current_setting('full_page_writes'), current_setting('synchronous_commit'),
  current_setting('synchronous_standby_names'), current_setting('transaction_read_only')";

/// Oldest version that has what is used here.
const VERSION_MIN: i64 = 130_000;

/// Why a server with these settings is not written to; in the order of [`SAFETY`].
pub(crate) fn unsafe_because(version: i64, settings: [&str; 6]) -> Option<String> {
    let [encoding, fsync, pages, commit, standbys, read_only] = settings;
    if version < VERSION_MIN {
        return Some(format!("it is version {}; 13 or later is needed", version / 10_000));
    }
    if encoding != "UTF8" {
        return Some(format!("its database is encoded in {encoding}; create it with UTF8"));
    }
    if fsync != "on" {
        return Some("fsync is off: a power cut would lose what was answered".to_owned());
    }
    if pages != "on" {
        return Some("full_page_writes is off: a power cut could leave torn pages".to_owned());
    }
    let weak = ["off", if standbys.is_empty() { "off" } else { "local" }];
    if weak.contains(&commit) {
        return Some(format!(
            "synchronous_commit is {commit}: what was answered could be lost; set it to on"
        ));
    }
    (read_only == "on").then(|| "it takes no writes: it is a standby, or read-only".to_owned())
}

/// Scripts that follow a shared one, by schema number.
pub(crate) const TRIGGERS: &[(i64, &str)] = &[
    (1, include_str!("../../migrations/0001_append_only.postgres.sql")),
    (3, include_str!("../../migrations/0003_payments.postgres.sql")),
];

/// Tables whose first column is a position without gaps, with the column. A sequence would leave
/// a gap for each transaction rolled back.
pub(crate) const NUMBERED: [(&str, &str); 3] =
    [("exchanges", "seq"), ("letters", "seq"), ("alerts", "seq")];

/// A shared script as PostgreSQL takes it.
///
/// Text is compared by its bytes, as SQLite does, whatever the collation of the database. An index
/// entry has at most 2,704 bytes, so the text of all lines of an invoice is in none.
pub(crate) fn script(shared: &str) -> String {
    let mut text = shared.to_owned();
    let identity = "id BIGINT GENERATED BY DEFAULT AS IDENTITY PRIMARY KEY";
    for (from, to) in [
        ("id INTEGER PRIMARY KEY", identity),
        ("INTEGER PRIMARY KEY", "BIGINT PRIMARY KEY"),
        (" BLOB", " BYTEA"),
        (" TEXT", " TEXT COLLATE \"C\""),
        (" WITHOUT ROWID", ""),
        ("gross, number, lines\n", "gross, number\n"),
    ] {
        text = text.replace(from, to);
    }
    text
}

/// Stands before a digit in text that PostgreSQL cannot hold as it is: a character that stands
/// for nothing (Unicode, section 23.7).
pub(crate) const ESCAPE: char = '\u{FDD0}';

/// A shared statement as PostgreSQL takes it.
pub(crate) fn statement(shared: &str) -> String {
    let mut text = String::with_capacity(shared.len() + 64);
    let mut rest = shared;
    while let Some((word, at)) = next(rest) {
        text.push_str(&rest[..at]);
        rest = &rest[at + word.len()..];
        match word {
            "instr(" => text.push_str("strpos("),
            "INDEXED BY " => {
                let end = rest.find(|c: char| !(c.is_alphanumeric() || c == '_'));
                rest = &rest[end.unwrap_or(rest.len())..];
            }
            _ => {
                let end = rest.find(')').unwrap_or(rest.len());
                let _ = write!(text, "jsonb_array_elements({}", elements(&rest[..end]));
                rest = &rest[end..];
            }
        }
    }
    text.push_str(rest);
    text
}

/// The first word of a statement that PostgreSQL does not know.
fn next(text: &str) -> Option<(&'static str, usize)> {
    let words = ["instr(", "INDEXED BY ", "json_each("];
    let found = words.into_iter().filter_map(|word| Some((word, text.find(word)?)));
    found.min_by_key(|(_, at)| *at)
}

/// A JSON text as `jsonb`. In an argument, what `jsonb` cannot hold was escaped before; in a
/// column it is escaped here.
fn elements(what: &str) -> String {
    if what.starts_with('$') {
        return format!("{what}::jsonb");
    }
    format!(
        "regexp_replace({what}, '(?<!\\\\)((?:\\\\\\\\)*)\\\\u0000', '\\1{ESCAPE}0', 'g')::jsonb"
    )
}

/// What a failure means to us. Values are never told: they may be of partners.
pub(crate) fn error_of(error: &tokio_postgres::Error) -> Error {
    let Some(said) = error.as_db_error() else {
        let cause = std::error::Error::source(error);
        let of_connection = error.is_closed() || cause.is_some_and(|cause| cause.is::<io::Error>());
        let text = match cause {
            Some(cause) => format!("{error}: {cause}"),
            None => error.to_string(),
        };
        return match of_connection {
            true => Error::Unavailable(text),
            false => Error::Database(text),
        };
    };
    let text = match said.constraint() {
        Some(name) => format!("{} ({name}, {})", said.message(), said.code().code()),
        None => format!("{} ({})", said.message(), said.code().code()),
    };
    let again = [
        SqlState::T_R_SERIALIZATION_FAILURE,
        SqlState::T_R_DEADLOCK_DETECTED,
        SqlState::LOCK_NOT_AVAILABLE,
        SqlState::QUERY_CANCELED,
        SqlState::ADMIN_SHUTDOWN,
        SqlState::CRASH_SHUTDOWN,
        SqlState::CANNOT_CONNECT_NOW,
        SqlState::TOO_MANY_CONNECTIONS,
        SqlState::READ_ONLY_SQL_TRANSACTION,
        SqlState::IDLE_IN_TRANSACTION_SESSION_TIMEOUT,
        SqlState::OUT_OF_MEMORY,
    ];
    let broken = [SqlState::IO_ERROR, SqlState::DATA_CORRUPTED, SqlState::INDEX_CORRUPTED];
    match said.code() {
        code if *code == SqlState::DISK_FULL => Error::Full,
        code if broken.contains(code) => Error::Stopped(text),
        code if again.contains(code) || code.code().starts_with("08") => Error::Unavailable(text),
        _ => Error::Database(text),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(shared: &str, expected: &str) {
        assert_eq!(statement(shared), expected);
    }

    #[test]
    fn statements_are_translated() {
        check("SELECT 1", "SELECT 1");
        check("0 < instr(i.lines, $1)", "0 < strpos(i.lines, $1)");
        check("FROM invoices i INDEXED BY a_b WHERE", "FROM invoices i  WHERE");
        check("FROM json_each($1) k", "FROM jsonb_array_elements($1::jsonb) k");
    }

    #[test]
    fn scripts_are_translated() {
        let shared = "CREATE TABLE t (seq INTEGER PRIMARY KEY, a TEXT, b BLOB) WITHOUT ROWID;";
        let own = "CREATE TABLE t (seq BIGINT PRIMARY KEY, a TEXT COLLATE \"C\", b BYTEA);";
        assert_eq!(script(shared), own);
    }

    fn check_safety(settings: [&str; 6], expected: &str) {
        let found = unsafe_because(150_000, settings).unwrap_or_default();
        assert!(found.contains(expected) && found.is_empty() == expected.is_empty(), "{found}");
    }

    #[test]
    fn unsafe_servers_are_refused() {
        check_safety(["UTF8", "on", "on", "on", "", "off"], "");
        check_safety(["UTF8", "on", "on", "local", "", "off"], "");
        check_safety(["UTF8", "on", "on", "remote_write", "*", "off"], "");
        check_safety(["UTF8", "on", "on", "local", "*", "off"], "synchronous_commit is local");
        check_safety(["UTF8", "on", "on", "off", "", "off"], "synchronous_commit is off");
        check_safety(["UTF8", "off", "on", "on", "", "off"], "fsync is off");
        check_safety(["UTF8", "on", "off", "on", "", "off"], "full_page_writes is off");
        check_safety(["SQL_ASCII", "on", "on", "on", "", "off"], "SQL_ASCII");
        check_safety(["UTF8", "on", "on", "on", "", "on"], "takes no writes");
        assert!(unsafe_because(120_003, ["UTF8", "on", "on", "on", "", "off"]).is_some());
    }
}
