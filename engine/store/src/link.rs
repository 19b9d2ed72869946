//! A connection to the database: statements in, rows out. Nothing above this file names rusqlite.

use crate::dialect::{
    BEGIN_READ, BEGIN_WRITE, READER_SETTINGS, SYNCHRONOUS_FULL, WRITER_SETTINGS, error_of,
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
    pub(crate) fn writer(path: &Path) -> Result<Link> {
        let link = Link::open(path, OpenFlags::default())?;
        link.script(WRITER_SETTINGS)?;
        let full = link.number("PRAGMA synchronous")?;
        if full != SYNCHRONOUS_FULL {
            return Err(Error::Database(format!("synchronous is {full}, not FULL")));
        }
        Ok(link)
    }

    /// Opens a connection that reads.
    pub(crate) fn reader(path: &Path) -> Result<Link> {
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let link = Link::open(path, flags)?;
        link.script(READER_SETTINGS)?;
        Ok(link)
    }

    /// A database that lives in memory and ends with its connection.
    pub(crate) fn memory() -> Result<Link> {
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

    /// Runs several statements without arguments.
    pub(crate) fn script(&self, sql: &str) -> Result<()> {
        self.connection.execute_batch(sql).map_err(|error| error_of(&error))
    }

    /// The rows of a question.
    pub(crate) fn select(&self, sql: &str, args: &[Value]) -> Result<Vec<Row>> {
        let mut found = Vec::new();
        self.each(sql, args, |row| {
            found.push(row);
            Ok(())
        })?;
        Ok(found)
    }

    /// Gives the rows of a question one by one, for answers too large to hold.
    pub(crate) fn each(
        &self,
        sql: &str,
        args: &[Value],
        mut take: impl FnMut(Row) -> Result<()>,
    ) -> Result<()> {
        self.each_or_not(sql, args, |row| take(row?))
    }

    /// The same, for those who go on after a row that holds what no row of ours can.
    pub(crate) fn each_or_not(
        &self,
        sql: &str,
        args: &[Value],
        mut take: impl FnMut(Result<Row>) -> Result<()>,
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

    /// The one number a question asks for; 0 when there is none.
    pub(crate) fn number(&self, sql: &str) -> Result<i64> {
        match self.select(sql, &[])?.first().and_then(|row| row.first()) {
            Some(Value::Int(value)) => Ok(*value),
            _ => Ok(0),
        }
    }

    /// Runs one statement for each of `rows` and names those that changed nothing.
    pub(crate) fn write<'a>(
        &self,
        sql: &str,
        rows: impl Iterator<Item = &'a [Value]>,
        mut unchanged: impl FnMut(usize),
    ) -> Result<()> {
        let mut statement = self.prepare(sql)?;
        for (at, row) in rows.enumerate() {
            bind(&mut statement, row)?;
            let changed = statement.raw_execute().map_err(|error| error_of(&error))?;
            if changed == 0 {
                unchanged(at);
            }
        }
        Ok(())
    }

    /// Runs one statement once; says how many rows it changed.
    pub(crate) fn execute(&self, sql: &str, args: &[Value]) -> Result<usize> {
        let mut statement = self.prepare(sql)?;
        bind(&mut statement, args)?;
        statement.raw_execute().map_err(|error| error_of(&error))
    }

    /// Runs `work` in a transaction: all it writes stays, or, when it fails, nothing.
    pub(crate) fn transaction<T>(&self, work: impl FnOnce(&Link) -> Result<T>) -> Result<T> {
        self.within(BEGIN_WRITE, work)
    }

    /// Runs `work` in a transaction that stays only when `work` finds nothing against it.
    pub(crate) fn attempt<T>(&self, work: impl FnOnce(&Link) -> Result<Vec<T>>) -> Result<Vec<T>> {
        self.script(BEGIN_WRITE)?;
        let end = |against: Vec<T>| {
            let end = if against.is_empty() { "COMMIT" } else { "ROLLBACK" };
            self.script(end).map(|()| against)
        };
        let done = work(self).and_then(end);
        self.leave_no_transaction(done.is_err());
        done
    }

    /// Runs `work` on one unchanging state of the database.
    pub(crate) fn snapshot<T>(&self, work: impl FnOnce(&Link) -> Result<T>) -> Result<T> {
        self.within(BEGIN_READ, work)
    }

    fn within<T>(&self, begin: &str, work: impl FnOnce(&Link) -> Result<T>) -> Result<T> {
        self.script(begin)?;
        let done = work(self).and_then(|value| self.script("COMMIT").map(|()| value));
        self.leave_no_transaction(done.is_err());
        done
    }

    fn leave_no_transaction(&self, failed: bool) {
        if failed && !self.connection.is_autocommit() {
            // The first error is the one to tell; SQLite has often rolled back by itself.
            let _ = self.script("ROLLBACK");
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
