//! What differs between the two databases. The rest of the SQL in this crate is the subset both
//! share, written as SQLite takes it: arguments `$1..$n`, `ON CONFLICT .. DO ..`, `RETURNING`, row
//! values, partial indexes, `->>` on JSON. PostgreSQL's text is made from it, once for each
//! statement.

#[cfg(feature = "postgres")]
pub(crate) mod postgres;
pub(crate) mod sqlite;

/// The words that make a search of SQLite read one index and no other; PostgreSQL chooses itself.
pub(crate) const FORCE_INDEX: &str = "INDEXED BY";
