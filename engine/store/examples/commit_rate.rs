//! How fast outcomes are committed, against a bare loop of prepared statements that writes the
//! very same rows in the same batches: `cargo run --release --example commit_rate [MESSAGES]`.
#![expect(clippy::print_stdout, reason = "a measurement prints")]
#![expect(clippy::unwrap_used, reason = "a measurement that fails may stop")]

#[path = "../tests/store/sample.rs"]
mod sample;

use acquit_domain::Outcome;
use acquit_store::Store;
use rusqlite::Connection;
use rusqlite::types::Value;
use std::path::Path;
use std::time::{Duration, Instant};

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

struct Table {
    insert: String,
    rows: Vec<Vec<Value>>,
}

fn main() {
    let messages = std::env::args().nth(1).map_or(50_000, |text| text.parse().unwrap());
    let folder = std::env::temp_dir().join(format!("acquit-commit-rate-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    for batch in [256, 1000] {
        for round in 0..2 {
            let path = folder.join(format!("ours-{batch}-{round}.db"));
            let flight = [1, 2][round];
            let ours = ours(&path, messages, batch, flight);
            let bare = bare(&path, &folder.join(format!("bare-{batch}-{round}.db")), batch);
            let busy = [ours.1, bare.1].map(|busy| busy * 10_000 / messages);
            let (ours, bare) = (rate(messages, ours.0), rate(messages, bare.0));
            println!(
                "batch {batch:>4}, {flight} in flight: store {ours:>6}/s, bare loop {bare:>6}/s, \
                 ratio {}.{:02}; processor time of a message {} and {} us",
                ours / bare,
                ours * 100 / bare % 100,
                busy[0],
                busy[1]
            );
        }
    }
    std::fs::remove_dir_all(&folder).unwrap();
}

fn rate(messages: u64, took: Duration) -> u64 {
    messages * 1_000_000 / u64::try_from(took.as_micros()).unwrap()
}

/// Processor time this program has used, in hundredths of a second; 0 where that cannot be told.
fn processor() -> u64 {
    let text = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let words = text.split(' ').skip(13).take(2);
    words.filter_map(|word| word.parse::<u64>().ok()).sum()
}

/// Commits the messages, `flight` batches waiting at a time.
fn ours(path: &Path, messages: u64, batch: u64, flight: usize) -> (Duration, u64) {
    let store = Store::open(path).unwrap();
    let all: Vec<Outcome> = (0..messages).map(sample::outcome).collect();
    let mut batches: Vec<Vec<Outcome>> = Vec::new();
    let mut all = all.into_iter().peekable();
    while all.peek().is_some() {
        batches.push(all.by_ref().take(usize::try_from(batch).unwrap()).collect());
    }
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).build().unwrap();
    let (from, busy) = (Instant::now(), processor());
    runtime.block_on(async {
        let mut waiting = std::collections::VecDeque::new();
        for batch in batches {
            let store = store.clone();
            waiting.push_back(tokio::spawn(async move { store.commit(batch).await }));
            if waiting.len() >= flight {
                waiting.pop_front().unwrap().await.unwrap().unwrap();
            }
        }
        for last in waiting {
            last.await.unwrap().unwrap();
        }
    });
    (from.elapsed(), processor() - busy)
}

/// Writes the rows of `from` into a new file with one prepared statement a table.
fn bare(from: &Path, to: &Path, batch: u64) -> (Duration, u64) {
    let source = Connection::open(from).unwrap();
    let tables: Vec<Table> =
        TABLES.iter().map(|(name, order)| load(&source, name, order)).collect();
    let target = Connection::open(to).unwrap();
    target
        .execute_batch(
            "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA temp_store = MEMORY;
             PRAGMA cache_size = -65536; PRAGMA wal_autocheckpoint = 8192;",
        )
        .unwrap();
    for sql in schema(&source) {
        target.execute_batch(&sql).unwrap();
    }
    let messages = u64::try_from(tables[0].rows.len()).unwrap();
    let (started, busy) = (Instant::now(), processor());
    for first in (0..messages).step_by(usize::try_from(batch).unwrap()) {
        target.execute_batch("BEGIN IMMEDIATE").unwrap();
        for table in &tables {
            let per_message = table.rows.len() / tables[0].rows.len();
            let last = (first + batch).min(messages);
            let rows = &table.rows[usize::try_from(first).unwrap() * per_message
                ..usize::try_from(last).unwrap() * per_message];
            let mut statement = target.prepare_cached(&table.insert).unwrap();
            for row in rows {
                statement.execute(rusqlite::params_from_iter(row)).unwrap();
            }
        }
        target.execute_batch("COMMIT").unwrap();
    }
    (started.elapsed(), processor() - busy)
}

fn schema(source: &Connection) -> Vec<String> {
    let mut statement = source
        .prepare("SELECT sql FROM sqlite_master WHERE sql IS NOT NULL AND name NOT LIKE 'sqlite_%'")
        .unwrap();
    statement.query_map([], |row| row.get(0)).unwrap().map(Result::unwrap).collect()
}

fn load(source: &Connection, name: &str, order: &str) -> Table {
    let mut statement =
        source.prepare(&format!("SELECT * FROM {name} t ORDER BY {order}")).unwrap();
    let columns = statement.column_count();
    let marks = vec!["?"; columns].join(", ");
    let rows = statement
        .query_map([], |row| (0..columns).map(|column| row.get(column)).collect())
        .unwrap()
        .map(Result::unwrap)
        .collect();
    Table { insert: format!("INSERT INTO {name} VALUES ({marks})"), rows }
}
