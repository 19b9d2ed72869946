//! What is SQLite's own.

use crate::error::Error;
use rusqlite::ErrorCode;

/// Settings of the connection that writes. `FULL` is what makes a commit survive a power cut in
/// WAL mode; it is asserted after it was set. `wal_autocheckpoint` is for when the thread that
/// empties the log cannot. The file of the log is not cut as long as it is no longer than usual:
/// to make it longer again costs each commit more than to write over it.
pub(crate) const WRITER_SETTINGS: &str = "
    PRAGMA journal_mode = WAL;
    PRAGMA synchronous = FULL;
    PRAGMA foreign_keys = OFF;
    PRAGMA trusted_schema = OFF;
    PRAGMA temp_store = MEMORY;
    PRAGMA cache_size = -65536;
    PRAGMA wal_autocheckpoint = 131072;
    PRAGMA journal_size_limit = 268435456;
";

/// Settings of the connections that read.
pub(crate) const READER_SETTINGS: &str = "
    PRAGMA query_only = ON;
    PRAGMA trusted_schema = OFF;
    PRAGMA temp_store = MEMORY;
    PRAGMA cache_size = -8192;
    PRAGMA mmap_size = 0;
";

/// Settings of the connection that moves pages: it syncs the log before it moves any of them, and
/// the database before the log may begin anew.
pub(crate) const MOVER_SETTINGS: &str = "PRAGMA synchronous = FULL;";

/// Tells how many pages the write-ahead log has, and how many of them were moved.
pub(crate) const TELL_LOG: &str = "PRAGMA wal_checkpoint(NOOP)";

/// Moves pages from the write-ahead log into the database, without waiting for anybody.
pub(crate) const MOVE_LOG: &str = "PRAGMA wal_checkpoint(PASSIVE)";

/// Value of `PRAGMA synchronous` that means `FULL`.
pub(crate) const SYNCHRONOUS_FULL: i64 = 2;

/// Starts a transaction that will write.
pub(crate) const BEGIN_WRITE: &str = "BEGIN IMMEDIATE";

/// Starts a transaction that reads one state of the database.
pub(crate) const BEGIN_READ: &str = "BEGIN";

/// Triggers that keep the log append-only, by schema number.
pub(crate) const TRIGGERS: &[(i64, &str)] = &[
    (1, include_str!("../../migrations/0001_append_only.sqlite.sql")),
    (3, include_str!("../../migrations/0003_payments.sqlite.sql")),
];

/// What a failure of SQLite means to us.
pub(crate) fn error_of(error: &rusqlite::Error) -> Error {
    match error.sqlite_error_code() {
        Some(ErrorCode::DiskFull) => Error::Full,
        Some(
            ErrorCode::SystemIoFailure
            | ErrorCode::DatabaseCorrupt
            | ErrorCode::NotADatabase
            | ErrorCode::FileLockingProtocolFailed,
        ) => Error::Stopped(error.to_string()),
        _ => Error::Database(error.to_string()),
    }
}
