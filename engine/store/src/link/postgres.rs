//! PostgreSQL, asked and waited for by one thread. Nothing above `link` names its driver.
//!
//! A connection that breaks is made anew, in good time, where that loses nothing: at the begin of
//! a transaction. What breaks in the middle fails with [`Error::Unavailable`], for nothing of it
//! was written. What breaks while committing is looked up: each node has a row with the number of
//! its last commit, which is written with it.

use super::bulk::Many;
use super::column::{Argument, Column};
use super::server::{PAUSE, Server, runtime};
use crate::dialect::postgres::{
    BEGIN_READ, COMMITTED, FORGET_NODES, NODE, TRIGGERS, begin_write, commit, error_of, script,
    statement,
};
use crate::error::{Error, Result};
use crate::value::{Row, Value};
use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use std::pin::pin;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::runtime::Runtime;
use tokio_postgres::types::Type;
use tokio_postgres::{Client, Statement};

/// How many prepared statements a connection keeps.
const STATEMENTS_KEPT: usize = 512;

/// Rows, and bytes of their values, that one statement writes at most.
const ROWS_AT_ONCE: usize = 4096;
const BYTES_AT_ONCE: usize = 16 << 20;

/// How long a connection that broke is tried to be made anew: by who writes, and by who reads.
const PATIENCE: [Duration; 2] = [Duration::from_secs(10), Duration::from_secs(3)];

type Said<T> = std::result::Result<T, tokio_postgres::Error>;

/// Told the place of a row that changed nothing.
type Unchanged<'a> = &'a mut dyn FnMut(usize);

/// One connection.
pub(crate) struct Link {
    server: Arc<Server>,
    /// `None` only while it is dropped.
    runtime: Option<Runtime>,
    writes: bool,
    live: RefCell<Option<Live>>,
    /// The name of this node, once it has one.
    node: RefCell<Option<String>>,
    /// The number of the last commit that was tried.
    number: Cell<i64>,
    state: Cell<State>,
}

/// Whether a transaction is open.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    Idle,
    Reading,
    Writing,
}

/// What ends with a connection.
struct Live {
    client: Client,
    statements: HashMap<String, Statement>,
    many: HashMap<(String, bool), Arc<Ready>>,
}

/// A statement for many rows, prepared.
struct Ready {
    many: Many,
    statement: Statement,
    types: Vec<Type>,
}

impl Link {
    /// Connects; when it `writes`, only to a server that keeps what it was told.
    pub(crate) fn connect(server: &Arc<Server>, writes: bool) -> Result<Link> {
        let link = Link {
            server: Arc::clone(server),
            runtime: Some(runtime()?),
            writes,
            live: RefCell::new(None),
            node: RefCell::new(None),
            number: Cell::new(0),
            state: Cell::new(State::Idle),
        };
        match link.open() {
            Err(Error::Unavailable(reason)) => {
                Err(Error::Open { path: server.shown.clone(), reason })
            }
            done => done.map(|()| link),
        }
    }

    /// Gives this node a name, by which it finds its own commits again.
    pub(crate) fn register(&self) -> Result<()> {
        self.execute(FORGET_NODES, &[])?;
        match self.select(NODE, &[])?.pop().and_then(|mut row| row.pop()) {
            Some(Value::Text(node)) => {
                self.node.replace(Some(node));
                Ok(())
            }
            _ => Err(Error::Database("a node without name".to_owned())),
        }
    }

    fn runtime(&self) -> &Runtime {
        self.runtime.as_ref().expect("it goes last")
    }

    /// Connects, trying again for a while.
    fn open(&self) -> Result<()> {
        let begun = Instant::now();
        let [mut pause, pause_max] = PAUSE;
        let patience = PATIENCE[usize::from(!self.writes)];
        loop {
            match self.runtime().block_on(self.server.connect(self.writes)) {
                Ok(client) => {
                    let (statements, many) = (HashMap::new(), HashMap::new());
                    self.live.replace(Some(Live { client, statements, many }));
                    self.state.set(State::Idle);
                    return Ok(());
                }
                Err(Error::Unavailable(_)) if begun.elapsed() + pause < patience => {
                    std::thread::sleep(pause);
                    pause = pause_max.min(pause * 2);
                }
                Err(error) => return Err(error),
            }
        }
    }

    fn is_open(&self) -> bool {
        self.live.borrow().as_ref().is_some_and(|live| !live.client.is_closed())
    }

    /// Asks over the connection, and forgets it when it broke.
    fn ask<T>(&self, work: impl AsyncFnOnce(&mut Live) -> Said<T>) -> Result<T> {
        let mut held = self
            .live
            .try_borrow_mut()
            .map_err(|_| Error::Database("asked while an answer is read".to_owned()))?;
        let live = held.as_mut().ok_or_else(gone)?;
        let said = self.runtime().block_on(work(live));
        let closed = live.client.is_closed();
        if closed {
            *held = None;
        }
        said.map_err(|error| match error_of(&error) {
            Error::Unavailable(text) | Error::Database(text) if closed => Error::Unavailable(text),
            other => other,
        })
    }

    pub(super) fn script(&self, sql: &str) -> Result<()> {
        self.ask(async |live| live.client.batch_execute(sql).await)
    }

    pub(super) fn schema(&self, number: i64, shared: &str) -> Result<()> {
        self.script(&script(shared))?;
        let own = TRIGGERS.iter().filter(|(of, _)| *of == number);
        own.map(|(_, text)| script(text)).try_for_each(|text| self.script(&text))
    }

    pub(super) fn select(&self, sql: &str, args: &[Value]) -> Result<Vec<Row>> {
        let rows = self.ask(async |live| {
            let statement = live.prepared(sql).await?;
            let rows = live.client.query_raw(&statement, args.iter().map(Argument)).await?;
            gathered(rows).await
        })?;
        rows.iter().map(values_of).collect()
    }

    pub(super) fn stream(
        &self,
        sql: &str,
        args: &[Value],
        take: &mut dyn FnMut(Result<Row>) -> Result<()>,
    ) -> Result<()> {
        let mut stopped = Ok(());
        self.ask(async |live| {
            let statement = live.prepared(sql).await?;
            let rows = live.client.query_raw(&statement, args.iter().map(Argument)).await?;
            let mut rows = pin!(rows);
            while let Some(row) = next(rows.as_mut()).await? {
                stopped = take(values_of(&row));
                if stopped.is_err() {
                    break;
                }
            }
            Ok(())
        })?;
        stopped
    }

    pub(super) fn execute(&self, sql: &str, args: &[Value]) -> Result<usize> {
        let changed = self.ask(async |live| {
            let statement = live.prepared(sql).await?;
            live.client.execute_raw(&statement, args.iter().map(Argument)).await
        })?;
        Ok(usize::try_from(changed).unwrap_or(usize::MAX))
    }

    pub(super) fn write<'a>(
        &self,
        sql: &str,
        rows: impl Iterator<Item = &'a [Value]>,
        mut unchanged: Option<Unchanged<'_>>,
    ) -> Result<()> {
        let all: Vec<&[Value]> = rows.collect();
        let telling = unchanged.is_some();
        let mut first = 0;
        for piece in pieces(&all) {
            let Some(ready) = self.ask(async |live| live.many(sql, telling).await)? else {
                return Err(Error::Database("a statement for one row only".to_owned()));
            };
            for round in ready.many.rounds(piece) {
                let rows: Vec<&[Value]> = round.iter().map(|at| piece[*at]).collect();
                let told = self.ask(async |live| ready.run(live, &rows).await)?;
                let Some(unchanged) = &mut unchanged else { continue };
                if told.len() != rows.len() {
                    let told: Vec<Row> = told.iter().map(values_of).collect::<Result<_>>()?;
                    for at in ready.many.unchanged(&rows, told) {
                        unchanged(first + round[at]);
                    }
                }
            }
            first += piece.len();
        }
        Ok(())
    }

    pub(super) fn begin_write(&self) -> Result<()> {
        self.begin(&begin_write(), State::Writing)
    }

    pub(super) fn begin_read(&self) -> Result<()> {
        self.begin(BEGIN_READ, State::Reading)
    }

    /// Begins a transaction; on a new connection when the one held broke since it was last used.
    fn begin(&self, sql: &str, state: State) -> Result<()> {
        let was_open = self.is_open();
        if !was_open {
            self.open()?;
        }
        match self.script(sql) {
            Err(Error::Unavailable(_)) if was_open && !self.is_open() => {
                self.open()?;
                self.script(sql)?;
            }
            Err(error) => {
                // A lock that was waited for in vain leaves a transaction behind.
                let _ = self.script("ROLLBACK");
                return Err(error);
            }
            Ok(()) => {}
        }
        self.state.set(state);
        Ok(())
    }

    pub(super) fn commit(&self) -> Result<()> {
        let state = self.state.replace(State::Idle);
        let node = self.node.borrow().clone();
        match (state, node) {
            (State::Writing, Some(node)) => {
                self.number.set(self.number.get() + 1);
                let done = self.script(&commit(&node, self.number.get()));
                match done {
                    Err(Error::Unavailable(reason)) if !self.is_open() => {
                        self.look_up(&node, &reason)
                    }
                    done => done,
                }
            }
            _ => self.script("COMMIT"),
        }
    }

    /// What became of a commit whose answer was lost. Beginning to write waits until the server has
    /// ended what it was doing for the connection that broke.
    fn look_up(&self, node: &str, reason: &str) -> Result<()> {
        let in_doubt = |error: Error| Error::InDoubt(error.to_string());
        self.begin_write().map_err(in_doubt)?;
        let found = self.select(COMMITTED, &[node.into()]).map_err(in_doubt)?;
        self.rollback().map_err(in_doubt)?;
        match found.first().map(Vec::as_slice) {
            Some([Value::Int(number)]) if *number == self.number.get() => Ok(()),
            _ => Err(Error::Unavailable(reason.to_owned())),
        }
    }

    /// Ends a transaction, if there is one, with nothing of it.
    pub(super) fn rollback(&self) -> Result<()> {
        match self.state.replace(State::Idle) {
            State::Idle if !self.is_open() => Ok(()),
            _ if !self.is_open() => Err(gone()),
            _ => self.script("ROLLBACK"),
        }
    }
}

impl Drop for Link {
    fn drop(&mut self) {
        self.live.replace(None);
        if let Some(runtime) = self.runtime.take() {
            // It may be dropped where nothing may wait.
            runtime.shutdown_background();
        }
    }
}

impl Live {
    async fn prepared(&mut self, sql: &str) -> Said<Statement> {
        if let Some(statement) = self.statements.get(sql) {
            return Ok(statement.clone());
        }
        if self.statements.len() >= STATEMENTS_KEPT {
            self.statements.clear();
        }
        let prepared = self.client.prepare(&statement(sql)).await?;
        self.statements.insert(sql.to_owned(), prepared.clone());
        Ok(prepared)
    }

    /// The statement for many rows; the server says of which types they are. `None` when there is
    /// no such form.
    async fn many(&mut self, sql: &str, telling: bool) -> Said<Option<Arc<Ready>>> {
        let key = (sql.to_owned(), telling);
        if let Some(ready) = self.many.get(&key) {
            return Ok(Some(Arc::clone(ready)));
        }
        let types = self.prepared(sql).await?.params().to_vec();
        let names: Vec<String> = types.iter().map(|of| of.name().to_owned()).collect();
        let Some(many) = Many::of(&statement(sql), &names, telling) else {
            return Ok(None);
        };
        let prepared = self.client.prepare(&many.sql).await?;
        let ready = Arc::new(Ready { many, statement: prepared, types });
        self.many.insert(key, Arc::clone(&ready));
        Ok(Some(ready))
    }
}

impl Ready {
    async fn run(&self, live: &mut Live, rows: &[&[Value]]) -> Said<Vec<tokio_postgres::Row>> {
        let columns = self.types.iter().enumerate();
        let columns = columns.map(|(at, of)| Column { rows, at, of: of.clone() });
        gathered(live.client.query_raw(&self.statement, columns).await?).await
    }
}

/// Cuts rows so that none of the statements is too large.
fn pieces<'a, 'b>(rows: &'a [&'b [Value]]) -> Vec<&'a [&'b [Value]]> {
    let mut pieces = Vec::new();
    let (mut first, mut bytes) = (0, 0);
    for (at, row) in rows.iter().enumerate() {
        let size: usize = row.iter().map(Value::size).sum();
        if at > first && (at - first >= ROWS_AT_ONCE || bytes + size > BYTES_AT_ONCE) {
            pieces.push(&rows[first..at]);
            (first, bytes) = (at, 0);
        }
        bytes += size;
    }
    if first < rows.len() {
        pieces.push(&rows[first..]);
    }
    pieces
}

async fn next(
    rows: std::pin::Pin<&mut tokio_postgres::RowStream>,
) -> Said<Option<tokio_postgres::Row>> {
    use futures_util::TryStreamExt;
    let mut rows = rows;
    rows.try_next().await
}

async fn gathered(rows: tokio_postgres::RowStream) -> Said<Vec<tokio_postgres::Row>> {
    let mut rows = pin!(rows);
    let mut found = Vec::new();
    while let Some(row) = next(rows.as_mut()).await? {
        found.push(row);
    }
    Ok(found)
}

fn values_of(row: &tokio_postgres::Row) -> Result<Row> {
    let value = |at| row.try_get(at).map_err(|error| error_of(&error));
    (0..row.len()).map(value).collect()
}

fn gone() -> Error {
    Error::Unavailable("the connection was lost".to_owned())
}
