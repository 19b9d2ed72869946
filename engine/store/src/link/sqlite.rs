//! SQLite, in a file or in memory. Nothing above this file names rusqlite.

use crate::dialect::sqlite::{
    BEGIN_READ, BEGIN_WRITE, READER_SETTINGS, SYNCHRONOUS_FULL, TRIGGERS, WRITER_SETTINGS, error_of,
};
use crate::error::{Error, Result};
use crate::value::{Row, Value};
use rusqlite::types::{ToSqlOutput, ValueRef};
use rusqlite::{CachedStatement, Connection, OpenFlags, ToSql};
use std::path::Path;

/// How many prepared statements a connection keeps.
const STATEMENTS_KEPT: usize = 128;

/// How long a connection waits for another's lock, in milliseconds. With one writer and WAL only
/// the recovery at start can make it wait.
const BUSY_TIMEOUT_MS: u64 = 5_000;

/// Told the place of a row that changed nothing.
type Unchanged<'a> = &'a mut dyn FnMut(usize);

/// One connection.
pub(crate) struct Link {
    connection: Connection,
}

impl ToSql for Value {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(ToSqlOutput::Borrowed(match self {
            Value::Null => ValueRef::Null,
            Value::Int(value) => ValueRef::Integer(*value),
            Value::Text(value) => ValueRef::Text(value.as_bytes()),
            Value::Word(value) => ValueRef::Text(value.as_bytes()),
            Value::Blob(value) => ValueRef::Blob(value),
            Value::Shared(value) => ValueRef::Blob(value),
            Value::Id(value) => ValueRef::Blob(value),
            Value::Hash(value) => ValueRef::Blob(value),
        }))
    }
}

impl Link {
    /// Opens the connection that writes; makes the file when there is none.
    pub(in crate::link) fn writer(path: &Path) -> Result<Link> {
        let link = Link::open(path, OpenFlags::default())?;
        link.script(WRITER_SETTINGS)?;
        let full = link.select("PRAGMA synchronous", &[])?;
        match full.first().map(Vec::as_slice) {
            Some([Value::Int(SYNCHRONOUS_FULL)]) => Ok(link),
            other => Err(Error::Database(format!("synchronous is {other:?}, not FULL"))),
        }
    }

    /// Opens a connection that reads.
    pub(in crate::link) fn reader(path: &Path) -> Result<Link> {
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let link = Link::open(path, flags)?;
        link.script(READER_SETTINGS)?;
        Ok(link)
    }

    /// A database that lives in memory and ends with its connection.
    pub(in crate::link) fn memory() -> Result<Link> {
        let connection = Connection::open_in_memory().map_err(|error| error_of(&error))?;
        connection.set_prepared_statement_cache_capacity(STATEMENTS_KEPT);
        Ok(Link { connection })
    }

    fn open(path: &Path, flags: OpenFlags) -> Result<Link> {
        let wrong = |error: rusqlite::Error| Error::Open {
            path: path.display().to_string(),
            reason: error.to_string(),
        };
        let connection = Connection::open_with_flags(path, flags).map_err(wrong)?;
        connection
            .busy_timeout(std::time::Duration::from_millis(BUSY_TIMEOUT_MS))
            .map_err(wrong)?;
        connection.set_prepared_statement_cache_capacity(STATEMENTS_KEPT);
        Ok(Link { connection })
    }

    pub(in crate::link) fn script(&self, sql: &str) -> Result<()> {
        self.connection.execute_batch(sql).map_err(|error| error_of(&error))
    }

    pub(in crate::link) fn schema(&self, number: i64, shared: &str) -> Result<()> {
        self.script(shared)?;
        let own = TRIGGERS.iter().filter(|(of, _)| *of == number);
        own.map(|(_, script)| script).try_for_each(|script| self.script(script))
    }

    pub(in crate::link) fn select(&self, sql: &str, args: &[Value]) -> Result<Vec<Row>> {
        let mut found = Vec::new();
        self.stream(sql, args, &mut |row| {
            found.push(row?);
            Ok(())
        })?;
        Ok(found)
    }

    pub(in crate::link) fn stream(
        &self,
        sql: &str,
        args: &[Value],
        take: &mut dyn FnMut(Result<Row>) -> Result<()>,
    ) -> Result<()> {
        let mut statement = self.prepare(sql)?;
        bind(&mut statement, args)?;
        let columns = statement.column_count();
        let mut rows = statement.raw_query();
        while let Some(row) = rows.next().map_err(|error| error_of(&error))? {
            take(values_of(row, columns))?;
        }
        Ok(())
    }

    pub(in crate::link) fn write<'a>(
        &self,
        sql: &str,
        rows: impl Iterator<Item = &'a [Value]>,
        mut unchanged: Option<Unchanged<'_>>,
    ) -> Result<()> {
        let mut statement = self.prepare(sql)?;
        for (at, row) in rows.enumerate() {
            bind(&mut statement, row)?;
            let changed = statement.raw_execute().map_err(|error| error_of(&error))?;
            if let (0, Some(unchanged)) = (changed, &mut unchanged) {
                unchanged(at);
            }
        }
        Ok(())
    }

    pub(in crate::link) fn execute(&self, sql: &str, args: &[Value]) -> Result<usize> {
        let mut statement = self.prepare(sql)?;
        bind(&mut statement, args)?;
        statement.raw_execute().map_err(|error| error_of(&error))
    }

    pub(in crate::link) fn begin_write(&self) -> Result<()> {
        self.script(BEGIN_WRITE)
    }

    pub(in crate::link) fn begin_read(&self) -> Result<()> {
        self.script(BEGIN_READ)
    }

    pub(in crate::link) fn commit(&self) -> Result<()> {
        self.script("COMMIT")
    }

    /// Ends a transaction, if there is one, with nothing of it.
    pub(in crate::link) fn rollback(&self) -> Result<()> {
        match self.connection.is_autocommit() {
            true => Ok(()),
            false => self.script("ROLLBACK"),
        }
    }

    fn prepare(&self, sql: &str) -> Result<CachedStatement<'_>> {
        // SQLite numbers `$n` by appearance, but `?n` by its number.
        let sql = sql.replace('$', "?");
        self.connection.prepare_cached(&sql).map_err(|error| error_of(&error))
    }
}

fn bind(statement: &mut CachedStatement<'_>, args: &[Value]) -> Result<()> {
    for (at, value) in args.iter().enumerate() {
        statement.raw_bind_parameter(at + 1, value).map_err(|error| error_of(&error))?;
    }
    Ok(())
}

fn values_of(row: &rusqlite::Row<'_>, columns: usize) -> Result<Row> {
    let mut values = Vec::with_capacity(columns);
    for column in 0..columns {
        let value = row.get_ref(column).map_err(|error| error_of(&error))?;
        values.push(value_of(value)?);
    }
    Ok(values)
}

fn value_of(value: ValueRef<'_>) -> Result<Value> {
    Ok(match value {
        ValueRef::Null => Value::Null,
        ValueRef::Integer(value) => Value::Int(value),
        ValueRef::Text(bytes) => Value::Text(
            std::str::from_utf8(bytes)
                .map_err(|error| Error::Database(error.to_string()))?
                .to_owned(),
        ),
        ValueRef::Blob(bytes) => Value::Blob(bytes.to_vec()),
        ValueRef::Real(_) => return Err(Error::Database("a floating-point value".to_owned())),
    })
}
