//! Moving a house: everything a SQLite file holds, into an empty PostgreSQL database.
//!
//! All of it is one transaction of the target, which is kept only after every table was read back
//! and found equal: a copy that was interrupted leaves the target empty, and is begun again.
//!
//! What the tables and their columns are is asked of the file: a table that is added by a later
//! schema is copied without a word here.

use crate::error::{Error, Result};
use crate::link::{Link, Server};
use crate::migration::{check, migrate};
use crate::store::{Store, blocking, lock_file};
use crate::value::{Row, Value, fields};
use sha2::{Digest, Sha256};
use std::path::{Path, PathBuf};

/// Rows, and bytes of their values, that are written at once.
const ROWS_AT_ONCE: usize = 2000;
const BYTES_AT_ONCE: usize = 8 << 20;

/// A table that was copied: what is the same on both sides.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Copied {
    /// Its name.
    pub table: String,
    /// Rows.
    pub rows: u64,
    /// SHA-256 over all values of all rows, in the order of their keys.
    pub sha256: [u8; 32],
}

/// How far a copy is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Progress {
    /// Rows written, and then read back.
    pub done: u64,
    /// Rows to write and to read back, of all tables.
    pub all: u64,
}

/// A table of the file.
struct Table {
    name: String,
    columns: Vec<String>,
    key: Vec<String>,
    /// The column that gives rows their numbers by itself.
    numbers_itself: bool,
}

impl Table {
    fn select(&self) -> String {
        let (columns, key) = (self.columns.join(", "), self.key.join(", "));
        format!("SELECT {columns} FROM {} ORDER BY {key}", self.name)
    }

    fn insert(&self) -> String {
        let values: Vec<String> = (1..=self.columns.len()).map(|at| format!("${at}")).collect();
        let (columns, values) = (self.columns.join(", "), values.join(", "));
        format!("INSERT INTO {} ({columns}) VALUES ({values})", self.name)
    }
}

impl Store {
    /// Copies everything the SQLite file holds into an empty PostgreSQL database, and proves that
    /// every table is the same on both sides. No engine may hold the file meanwhile. `progress` is
    /// told from time to time.
    ///
    /// # Errors
    /// [`Error::InUse`] for a file an engine holds, [`Error::Open`] for a database that is not
    /// empty, [`Error::Unequal`] when what was read back is not what was written; what the
    /// databases say. Nothing was written then.
    pub async fn copy_to_server(
        file: PathBuf,
        url: String,
        progress: impl FnMut(Progress) + Send + 'static,
    ) -> Result<Vec<Copied>> {
        blocking(move || copy(&file, &url, progress)).await
    }
}

fn copy(file: &Path, url: &str, mut progress: impl FnMut(Progress)) -> Result<Vec<Copied>> {
    let _held = lock_file(file)?;
    let source = Link::reader(file)?;
    let server = Server::of(url)?;
    let target = Link::server(&server, true)?;
    migrate(&target)?;
    let (here, there) = (check(&source)?, check(&target)?);
    if here != there {
        let reason = format!("its schema is {here}: serve it once with this version, then copy it");
        return Err(Error::Open { path: file.display().to_string(), reason });
    }
    source.snapshot(|source| {
        let tables = tables(source)?;
        let mut all = 0;
        for table in &tables {
            all += 2 * count(source, &table.name)?;
        }
        target.transaction(|target| {
            let mut done = 0;
            let mut step = |rows: u64| {
                done += rows;
                progress(Progress { done, all });
            };
            let mut copied = Vec::new();
            for table in &tables {
                refuse_rows(target, &server.shown, &table.name)?;
                copied.push(copy_table(source, target, table, &mut step)?);
            }
            for (table, written) in tables.iter().zip(&copied) {
                prove(target, table, written, &mut step)?;
            }
            Ok(copied)
        })
    })
}

/// The tables of the file. Lines of settlements come before their days, because a day that is
/// closed takes no lines.
fn tables(source: &Link) -> Result<Vec<Table>> {
    let names = source.select(
        "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'
         AND name <> 'schema_version' ORDER BY name DESC",
        &[],
    )?;
    let names = names.into_iter().map(|row| fields("sqlite_master", row).text());
    names.map(|name| table(source, name?)).collect()
}

fn table(source: &Link, name: String) -> Result<Table> {
    let sql = "SELECT name, type, pk FROM pragma_table_info($1) ORDER BY cid";
    let (mut columns, mut key, mut numbers_itself) = (Vec::new(), Vec::new(), false);
    for row in source.select(sql, &[name.as_str().into()])? {
        let mut row = fields("pragma_table_info", row);
        let (column, of, place) = (row.text()?, row.text()?, row.int()?);
        if place > 0 {
            key.push((place, column.clone()));
            numbers_itself |= of == "INTEGER" && column == "id";
        }
        columns.push(column);
    }
    key.sort();
    let key = key.into_iter().map(|(_, column)| column).collect();
    Ok(Table { name, columns, key, numbers_itself })
}

fn count(link: &Link, table: &str) -> Result<u64> {
    Ok(link.number(&format!("SELECT count(*) FROM {table}"))?.unsigned_abs())
}

fn refuse_rows(target: &Link, shown: &str, table: &str) -> Result<()> {
    if target.select(&format!("SELECT 1 FROM {table} LIMIT 1"), &[])?.is_empty() {
        return Ok(());
    }
    let reason = format!("it is not empty: {table} has rows; copy into a new database");
    Err(Error::Open { path: shown.to_owned(), reason })
}

/// Writes the rows of a table, and says what they were.
fn copy_table(
    source: &Link,
    target: &Link,
    table: &Table,
    step: &mut impl FnMut(u64),
) -> Result<Copied> {
    let insert = table.insert();
    let (mut waiting, mut bytes): (Vec<Row>, usize) = (Vec::new(), 0);
    let mut sum = Sum::default();
    let mut write = |rows: &mut Vec<Row>| {
        target.write_all(&insert, rows.iter().map(Vec::as_slice))?;
        step(rows.len() as u64);
        rows.clear();
        Ok(())
    };
    source.each_or_not(&table.select(), &[], |row| {
        let row = row?;
        sum.add(&row);
        bytes += row.iter().map(Value::size).sum::<usize>();
        waiting.push(row);
        if waiting.len() >= ROWS_AT_ONCE || bytes >= BYTES_AT_ONCE {
            bytes = 0;
            write(&mut waiting)?;
        }
        Ok(())
    })?;
    write(&mut waiting)?;
    if table.numbers_itself {
        let name = &table.name;
        let go_on = format!(
            "SELECT setval(pg_get_serial_sequence('{name}', 'id'), coalesce(max(id), 1), \
             max(id) IS NOT NULL) FROM {name}"
        );
        target.select(&go_on, &[])?;
    }
    Ok(sum.of(&table.name))
}

/// Reads a table back.
fn prove(target: &Link, table: &Table, written: &Copied, step: &mut impl FnMut(u64)) -> Result<()> {
    let mut sum = Sum::default();
    let mut unsaid = 0;
    target.each_or_not(&table.select(), &[], |row| {
        sum.add(&row?);
        unsaid += 1;
        if unsaid >= ROWS_AT_ONCE as u64 {
            step(std::mem::take(&mut unsaid));
        }
        Ok(())
    })?;
    step(unsaid);
    match sum.of(&table.name) == *written {
        true => Ok(()),
        false => Err(Error::Unequal(table.name.clone())),
    }
}

/// Rows added up.
#[derive(Default)]
struct Sum {
    rows: u64,
    hasher: Sha256,
}

impl Sum {
    /// Adds a row: of each value what it is, how long, and its bytes.
    fn add(&mut self, row: &[Value]) {
        self.rows += 1;
        for value in row {
            let number;
            let (mark, bytes): (u8, &[u8]) = match value {
                Value::Null => (0, &[]),
                Value::Int(value) => {
                    number = value.to_be_bytes();
                    (1, &number)
                }
                Value::Text(text) => (2, text.as_bytes()),
                Value::Word(text) => (2, text.as_bytes()),
                Value::Blob(bytes) => (3, bytes),
                Value::Shared(bytes) => (3, bytes),
                Value::Id(bytes) => (3, bytes),
                Value::Hash(bytes) => (3, bytes),
            };
            self.hasher.update([mark]);
            self.hasher.update((bytes.len() as u64).to_be_bytes());
            self.hasher.update(bytes);
        }
    }

    fn of(self, table: &str) -> Copied {
        let sha256 = self.hasher.finalize().into();
        Copied { table: table.to_owned(), rows: self.rows, sha256 }
    }
}
