//! A connection to the database: statements in, rows out. Nothing above names a driver.
//!
//! Its face is that of a thread that waits: the writer and the readers have threads of their own,
//! and what is asked next depends on what came back. It is not shared: one thread at a time.

#[cfg(feature = "postgres")]
mod bulk;
#[cfg(feature = "postgres")]
mod column;
#[cfg(feature = "postgres")]
pub(crate) mod postgres;
#[cfg(feature = "postgres")]
mod server;
mod sqlite;
#[cfg(feature = "postgres")]
mod tls;

#[cfg(feature = "postgres")]
pub(crate) use server::{Listener, Server};

use crate::error::Result;
use crate::value::{Row, Value};
use std::path::Path;

/// One connection.
pub(crate) enum Link {
    /// To a file, or to memory.
    Sqlite(sqlite::Link),
    /// To a server.
    #[cfg(feature = "postgres")]
    Postgres(Box<postgres::Link>),
}

/// Hands a call to the driver.
macro_rules! driver {
    ($link:expr, $driver:ident => $call:expr) => {
        match $link {
            Link::Sqlite($driver) => $call,
            #[cfg(feature = "postgres")]
            Link::Postgres($driver) => $call,
        }
    };
}

impl Link {
    /// Opens the connection that writes to a file; makes the file when there is none.
    pub(crate) fn writer(path: &Path) -> Result<Link> {
        sqlite::Link::writer(path).map(Link::Sqlite)
    }

    /// Opens a connection that reads a file.
    pub(crate) fn reader(path: &Path) -> Result<Link> {
        sqlite::Link::reader(path).map(Link::Sqlite)
    }

    /// A database that lives in memory and ends with its connection.
    pub(crate) fn memory() -> Result<Link> {
        sqlite::Link::memory().map(Link::Sqlite)
    }

    /// Opens a connection to a server; one that `writes` only when it keeps what it was told.
    #[cfg(feature = "postgres")]
    pub(crate) fn server(server: &std::sync::Arc<Server>, writes: bool) -> Result<Link> {
        let link = postgres::Link::connect(server, writes)?;
        Ok(Link::Postgres(Box::new(link)))
    }

    /// Makes a connection to a server find its own commits again.
    #[cfg(feature = "postgres")]
    pub(crate) fn register(&self) -> Result<()> {
        match self {
            Link::Sqlite(_) => Ok(()),
            Link::Postgres(link) => link.register(),
        }
    }

    /// Runs several statements without arguments.
    pub(crate) fn script(&self, sql: &str) -> Result<()> {
        driver!(self, driver => driver.script(sql))
    }

    /// Runs a script of the schema.
    pub(crate) fn schema(&self, number: i64, shared: &str) -> Result<()> {
        driver!(self, driver => driver.schema(number, shared))
    }

    /// The rows of a question.
    pub(crate) fn select(&self, sql: &str, args: &[Value]) -> Result<Vec<Row>> {
        driver!(self, driver => driver.select(sql, args))
    }

    /// Gives the rows of a question one by one; others may be asked meanwhile.
    pub(crate) fn each(
        &self,
        sql: &str,
        args: &[Value],
        mut take: impl FnMut(Row) -> Result<()>,
    ) -> Result<()> {
        self.select(sql, args)?.into_iter().try_for_each(&mut take)
    }

    /// Gives the rows of a question one by one, for answers too large to hold, and goes on after a
    /// row that holds what no row of ours can. Nothing else is asked meanwhile.
    pub(crate) fn each_or_not(
        &self,
        sql: &str,
        args: &[Value],
        mut take: impl FnMut(Result<Row>) -> Result<()>,
    ) -> Result<()> {
        driver!(self, driver => driver.stream(sql, args, &mut take))
    }

    /// The one number a question asks for; 0 when there is none.
    pub(crate) fn number(&self, sql: &str) -> Result<i64> {
        match self.select(sql, &[])?.first().and_then(|row| row.first()) {
            Some(Value::Int(value)) => Ok(*value),
            _ => Ok(0),
        }
    }

    /// Runs one statement for each of `rows` and names those that changed nothing. A statement
    /// that adds rows tells them apart by the first two columns it names.
    pub(crate) fn write<'a>(
        &self,
        sql: &str,
        rows: impl Iterator<Item = &'a [Value]>,
        mut unchanged: impl FnMut(usize),
    ) -> Result<()> {
        driver!(self, driver => driver.write(sql, rows, Some(&mut unchanged)))
    }

    /// Runs one statement for each of `rows`, whatever each of them changes.
    pub(crate) fn write_all<'a>(
        &self,
        sql: &str,
        rows: impl Iterator<Item = &'a [Value]>,
    ) -> Result<()> {
        driver!(self, driver => driver.write(sql, rows, None))
    }

    /// Runs one statement once; says how many rows it changed.
    pub(crate) fn execute(&self, sql: &str, args: &[Value]) -> Result<usize> {
        driver!(self, driver => driver.execute(sql, args))
    }

    /// Runs `work` in a transaction: all it writes stays, or, when it fails, nothing.
    pub(crate) fn transaction<T>(&self, work: impl FnOnce(&Link) -> Result<T>) -> Result<T> {
        driver!(self, driver => driver.begin_write())?;
        self.end(work(self), |_| true)
    }

    /// Runs `work` in a transaction that stays only when `work` finds nothing against it.
    pub(crate) fn attempt<T>(&self, work: impl FnOnce(&Link) -> Result<Vec<T>>) -> Result<Vec<T>> {
        driver!(self, driver => driver.begin_write())?;
        self.end(work(self), Vec::is_empty)
    }

    /// Runs `work` on one unchanging state of the database.
    pub(crate) fn snapshot<T>(&self, work: impl FnOnce(&Link) -> Result<T>) -> Result<T> {
        driver!(self, driver => driver.begin_read())?;
        self.end(work(self), |_| true)
    }

    fn end<T>(&self, done: Result<T>, stays: impl FnOnce(&T) -> bool) -> Result<T> {
        let done = done.and_then(|value| match stays(&value) {
            true => driver!(self, driver => driver.commit()).map(|()| value),
            false => driver!(self, driver => driver.rollback()).map(|()| value),
        });
        if done.is_err() {
            // The first error is the one to tell; the database has often rolled back by itself.
            let _ = driver!(self, driver => driver.rollback());
        }
        done
    }
}
