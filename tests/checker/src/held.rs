//! The tables, which are only read.

use rusqlite::types::ValueRef;
use rusqlite::{Connection, OpenFlags};
use std::path::Path;

/// A value of a row.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Cell {
    /// Nothing.
    Nothing,
    /// A number.
    Number(i64),
    /// A text.
    Text(String),
    /// Bytes.
    Bytes(Vec<u8>),
}

impl Cell {
    /// The text, or empty.
    #[must_use]
    pub fn text(&self) -> &str {
        if let Cell::Text(text) = self { text } else { "" }
    }

    /// The number, or 0.
    #[must_use]
    pub fn number(&self) -> i64 {
        if let Cell::Number(number) = self { *number } else { 0 }
    }

    /// The bytes in hexadecimal, or empty.
    #[must_use]
    pub fn hex(&self) -> String {
        let Cell::Bytes(bytes) = self else { return String::new() };
        bytes.iter().map(|byte| format!("{byte:02x}")).collect()
    }
}

/// Where the tables are.
pub struct Held {
    connection: Connection,
}

impl Held {
    /// Opens the SQLite file for reading.
    ///
    /// # Errors
    /// What the database says.
    pub fn sqlite(path: &Path) -> Result<Held, String> {
        let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let connection = Connection::open_with_flags(path, flags).map_err(|e| e.to_string())?;
        connection.execute_batch("PRAGMA busy_timeout = 5000; BEGIN").map_err(|e| e.to_string())?;
        Ok(Held { connection })
    }

    /// Opens the SQLite file of an image, which may have to be recovered first.
    ///
    /// # Errors
    /// What the database says.
    pub fn recovered(path: &Path) -> Result<Held, String> {
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let connection = Connection::open_with_flags(path, flags).map_err(|e| e.to_string())?;
        Ok(Held { connection })
    }

    /// The rows of a question.
    ///
    /// # Errors
    /// What the database says.
    pub fn rows(&self, sql: &str) -> Result<Vec<Vec<Cell>>, String> {
        let said = |error: rusqlite::Error| format!("{sql}: {error}");
        let mut statement = self.connection.prepare(sql).map_err(said)?;
        let columns = statement.column_count();
        let mut rows = statement.query([]).map_err(said)?;
        let mut found = Vec::new();
        while let Some(row) = rows.next().map_err(said)? {
            let cells = (0..columns).map(|at| row.get_ref(at).map(cell)).collect::<Result<_, _>>();
            found.push(cells.map_err(said)?);
        }
        Ok(found)
    }

    /// The one number of a question.
    ///
    /// # Errors
    /// What the database says.
    pub fn number(&self, sql: &str) -> Result<i64, String> {
        let rows = self.rows(sql)?;
        Ok(rows.first().and_then(|row| row.first()).map_or(0, Cell::number))
    }
}

fn cell(value: ValueRef<'_>) -> Cell {
    match value {
        ValueRef::Null => Cell::Nothing,
        ValueRef::Integer(number) => Cell::Number(number),
        ValueRef::Real(_) => Cell::Text("a floating-point number".to_owned()),
        ValueRef::Text(text) => Cell::Text(String::from_utf8_lossy(text).into_owned()),
        ValueRef::Blob(bytes) => Cell::Bytes(bytes.to_vec()),
    }
}
