//! What can go wrong in the store. All of it is ours to repair, never the sender's mistake.

/// Why the store could not do what was asked.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// The data folder or file cannot be opened.
    #[error("cannot open {path}: {reason}")]
    Open {
        /// The file.
        path: String,
        /// Why not.
        reason: String,
    },
    /// Another engine holds the file.
    #[error("{path} is in use by another engine; stop it first")]
    InUse {
        /// The file.
        path: String,
    },
    /// The file was written by a newer version of the engine.
    #[error("the database has schema {found}, this version knows up to {known}: upgrade Acquit")]
    Newer {
        /// Schema number in the file.
        found: i64,
        /// Newest schema number known here.
        known: i64,
    },
    /// The disk is full: nothing of the batch was written, and it may be tried again.
    #[error("the disk is full: nothing was written")]
    Full,
    /// The database cannot be reached, or asks to be tried again: nothing was written.
    #[error("the database does not answer, nothing was written: {0}")]
    Unavailable(String),
    /// The connection broke while committing, and what became of it could not be asked: it is there
    /// with all its rows, or with none. Repeating is safe.
    #[error("the connection broke while committing, it may be there or not: {0}")]
    InDoubt(String),
    /// A table that was copied is not the same on both sides: nothing of the copy was kept.
    #[error("table {0} is not the same on both sides; nothing of the copy was kept")]
    Unequal(String),
    /// The settings of the database would lose what was answered.
    #[error("the database is not safe to write to: {0}")]
    Unsafe(String),
    /// Writing failed before, so nothing is taken until the store is opened again: after a failed
    /// sync, a second one that succeeds proves nothing.
    #[error("the store stopped after a failed write: {0}")]
    Stopped(String),
    /// The database refused a statement.
    #[error("database: {0}")]
    Database(String),
    /// What was decided would break the ledger: a mistake of ours, and nothing of it was written.
    #[error("the ledger would not balance: {0}")]
    Unbalanced(String),
    /// A row that cannot be.
    #[error("impossible row in {table}: {reason}")]
    Row {
        /// The table.
        table: &'static str,
        /// What is wrong with it.
        reason: String,
    },
    /// The cursor is damaged, or belongs to another search or another viewer.
    #[error("the cursor belongs to another search")]
    Cursor,
    /// The store was opened for reading only.
    #[error("the store was opened for reading only")]
    ReadOnly,
}

/// A result of the store.
pub type Result<T> = std::result::Result<T, Error>;
