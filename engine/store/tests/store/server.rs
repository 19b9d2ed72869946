//! Databases on the PostgreSQL server of the tests: each test has its own, which goes with it.
#![allow(clippy::print_stdout, dead_code, reason = "each test uses a part, and says what it skips")]

use std::sync::atomic::{AtomicU32, Ordering};
use tokio_postgres::{Client, NoTls};

/// Names the server, and the database in which others may be made.
const SERVER: &str = "ACQUIT_TEST_POSTGRES";

static MADE: AtomicU32 = AtomicU32::new(0);

/// An empty database.
pub(crate) struct Database {
    /// Its address.
    pub(crate) url: String,
    name: String,
    server: String,
}

/// Asks a database as another would.
pub(crate) fn asker(database: &Database) -> impl Fn(&str) -> Vec<String> + Send + use<> {
    let url = database.url.clone();
    move |sql| ask(&url, sql)
}

impl Database {
    /// Makes one; `None`, and says so, when no server is named.
    pub(crate) fn new() -> Option<Database> {
        let Ok(server) = std::env::var(SERVER) else {
            println!("skipped: {SERVER} names no server");
            return None;
        };
        let number = MADE.fetch_add(1, Ordering::Relaxed);
        let name = format!("acquit_{}_{number}", std::process::id());
        ask(&server, &format!("CREATE DATABASE {name} TEMPLATE template0"));
        let (base, query) = server.split_once('?').unwrap_or((&server, ""));
        let (host, _) = base.rsplit_once('/').expect("the address names a database");
        Some(Database { url: format!("{host}/{name}?{query}"), name, server })
    }

    /// Runs statements in it, behind the store's back; gives the first column of the rows.
    pub(crate) fn ask(&self, sql: &str) -> Vec<String> {
        ask(&self.url, sql)
    }

    /// Runs statements in the server's own database.
    pub(crate) fn ask_server(&self, sql: &str) -> Vec<String> {
        ask(&self.server, sql)
    }

    /// What the server says to statements it refuses.
    pub(crate) fn refusal(&self, sql: &str) -> String {
        let asked = on(&self.url, async |client| client.batch_execute(sql).await);
        asked.expect_err("refused").as_db_error().map_or(String::new(), |e| e.message().to_owned())
    }
}

impl Drop for Database {
    fn drop(&mut self) {
        let gone = format!("DROP DATABASE {} WITH (FORCE)", self.name);
        let _ = on(&self.server, async |client| client.batch_execute(&gone).await);
    }
}

fn ask(url: &str, sql: &str) -> Vec<String> {
    use tokio_postgres::SimpleQueryMessage::Row;
    let said = on(url, async |client| client.simple_query(sql).await).expect("asked");
    let first = |message| match message {
        Row(row) => row.get(0).map(str::to_owned),
        _ => None,
    };
    said.into_iter().filter_map(first).collect()
}

/// Works on a connection on a thread of its own: tests may be in a runtime already.
fn on<T: Send>(
    url: &str,
    work: impl AsyncFnOnce(Client) -> Result<T, tokio_postgres::Error> + Send,
) -> Result<T, tokio_postgres::Error> {
    let life = || {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
        runtime.expect("a runtime").block_on(async {
            let (client, connection) = tokio_postgres::connect(url, NoTls).await?;
            tokio::spawn(connection);
            work(client).await
        })
    };
    std::thread::scope(|scope| scope.spawn(life).join().expect("it does not panic"))
}
