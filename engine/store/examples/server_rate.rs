//! How fast outcomes are committed to PostgreSQL, against a bare loop that writes the very same
//! rows in the same batches with one UNNEST a table:
//! `ACQUIT_TEST_POSTGRES=URL cargo run --release -p acquit-store --example server_rate [MESSAGES]`.
//!
//! With two nodes, each commits half of the messages to the same database at the same time.
#![expect(clippy::print_stdout, reason = "a measurement prints")]
#![expect(clippy::unwrap_used, reason = "a measurement that fails may stop")]

#[path = "../tests/store/sample.rs"]
mod sample;
#[path = "../tests/store/server.rs"]
mod server;

use acquit_domain::Outcome;
use acquit_store::{CommitResult, Store};
use server::Database;
use std::time::{Duration, Instant};
use tokio_postgres::types::{ToSql, Type};
use tokio_postgres::{Client, NoTls};

/// Tables with what orders their rows as they came.
const TABLES: [(&str, &str); 7] = [
    ("parcels", "received_at, id"),
    ("blobs", "id"),
    ("envelopes", "id"),
    ("invoices", "id"),
    (
        "invoice_references",
        "(SELECT i.id FROM invoices i WHERE i.number = t.number AND i.issuer = t.issuer)",
    ),
    ("exchanges", "seq"),
    ("letters", "seq"),
];

/// The rows of a batch, a column as one array.
type Columns = Vec<Box<dyn ToSql + Sync + Send>>;

struct Table {
    insert: String,
    batches: Vec<Columns>,
}

fn main() {
    let messages = std::env::args().nth(1).map_or(50_000, |text| text.parse().unwrap());
    let runtime =
        tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    for batch in [256, 1000] {
        let Some(first) = Database::new() else { return };
        let ours = runtime.block_on(ours(&first, messages, batch, 1));
        let second = Database::new().unwrap();
        let bare = runtime.block_on(bare(&first, &second, batch));
        let third = Database::new().unwrap();
        let two = runtime.block_on(self::ours(&third, messages, batch, 2));
        let [ours, bare, two] = [ours, bare, two].map(|took| rate(messages, took));
        println!(
            "batch {batch:>4}: store {ours:>6}/s, bare loop {bare:>6}/s, ratio {}.{:02}; \
             two nodes {two:>6}/s",
            ours / bare,
            ours * 100 / bare % 100
        );
    }
}

fn rate(messages: u64, took: Duration) -> u64 {
    messages * 1_000_000 / u64::try_from(took.as_micros()).unwrap()
}

/// Commits the messages from some nodes at once, each with two batches under way.
async fn ours(database: &Database, messages: u64, batch: u64, nodes: u64) -> Duration {
    let mut parts = Vec::new();
    for node in 0..nodes {
        let store = Store::connect(&database.url).await.unwrap();
        let mut all = (messages * node / nodes..messages * (node + 1) / nodes)
            .map(sample::outcome)
            .peekable();
        let mut batches: Vec<Vec<Outcome>> = Vec::new();
        while all.peek().is_some() {
            batches.push(all.by_ref().take(usize::try_from(batch).unwrap()).collect());
        }
        parts.push((store, batches));
    }
    let from = Instant::now();
    let nodes = parts.into_iter().map(|(store, batches)| tokio::spawn(node(store, batches)));
    for node in nodes.collect::<Vec<_>>() {
        node.await.unwrap();
    }
    from.elapsed()
}

async fn node(store: Store, batches: Vec<Vec<Outcome>>) {
    let mut waiting = std::collections::VecDeque::new();
    for batch in batches {
        let store = store.clone();
        waiting.push_back(tokio::spawn(async move { store.commit(batch).await.unwrap() }));
        if waiting.len() >= 2 {
            settled(waiting.pop_front().unwrap().await.unwrap());
        }
    }
    for last in waiting {
        settled(last.await.unwrap());
    }
}

fn settled(results: Vec<CommitResult>) {
    assert!(results.iter().all(|result| *result == CommitResult::Committed));
}

/// Writes the rows of one database into another, which has the same tables and indexes.
async fn bare(from: &Database, to: &Database, batch: u64) -> Duration {
    drop(Store::connect(&to.url).await.unwrap());
    let source = client(&from.url).await;
    let counted = source.query_one("SELECT count(*) FROM parcels", &[]).await.unwrap();
    let batches = counted.get::<_, i64>(0).unsigned_abs().div_ceil(batch);
    let mut tables = Vec::new();
    for (name, order) in TABLES {
        tables.push(load(&source, name, order, usize::try_from(batches).unwrap()).await);
    }
    let target = client(&to.url).await;
    let mut statements = Vec::new();
    for table in &tables {
        statements.push(target.prepare(&table.insert).await.unwrap());
    }
    let started = Instant::now();
    for at in 0..usize::try_from(batches).unwrap() {
        target.batch_execute("BEGIN").await.unwrap();
        for (table, statement) in tables.iter().zip(&statements) {
            let columns = &table.batches[at];
            let columns: Vec<&(dyn ToSql + Sync)> =
                columns.iter().map(|column| &**column as &(dyn ToSql + Sync)).collect();
            target.execute(statement, &columns).await.unwrap();
        }
        target.batch_execute("COMMIT").await.unwrap();
    }
    started.elapsed()
}

async fn client(url: &str) -> Client {
    let (client, connection) = tokio_postgres::connect(url, NoTls).await.unwrap();
    tokio::spawn(connection);
    client
}

async fn load(source: &Client, name: &str, order: &str, batches: usize) -> Table {
    let rows = format!("SELECT * FROM {name} t ORDER BY {order}");
    let rows = source.query(&rows, &[]).await.unwrap();
    let types: Vec<Type> = rows[0].columns().iter().map(|c| c.type_().clone()).collect();
    let arrays = types.iter().zip(1..).map(|(of, at)| format!("${at}::{}[]", of.name()));
    let arrays = arrays.collect::<Vec<_>>().join(", ");
    let size = rows.len().div_ceil(batches);
    let column = |rows: &[tokio_postgres::Row], at: usize| -> Box<dyn ToSql + Sync + Send> {
        match types[at] {
            Type::INT8 => Box::new(rows.iter().map(|r| r.get(at)).collect::<Vec<Option<i64>>>()),
            Type::BYTEA => {
                Box::new(rows.iter().map(|r| r.get(at)).collect::<Vec<Option<Vec<u8>>>>())
            }
            _ => Box::new(rows.iter().map(|r| r.get(at)).collect::<Vec<Option<String>>>()),
        }
    };
    let batches = rows
        .chunks(size)
        .map(|rows| (0..types.len()).map(|at| column(rows, at)).collect())
        .collect();
    Table { insert: format!("INSERT INTO {name} SELECT * FROM UNNEST({arrays})"), batches }
}
