//! Read, decide and commit durably, beside a bare loop that inserts the very same rows in the
//! same batches with prepared statements.

use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use acquit_domain::parcel::{Channel, Media};
use acquit_domain::{Id, Keys, Outcome, Parcel, Timestamp};
use acquit_flow::{apply_asked, decide, read};
use acquit_mapping::rulebook::Rulebook;
use acquit_store::{Batch, Store};
use acquit_tests::house::book;
use acquit_tests::invoices::{Wanted, interchange};
use rusqlite::Connection;
use rusqlite::types::Value;
use sha2::{Digest as _, Sha256};

use crate::{named, processor, ratio, thread};

/// Parcels committed together.
const BATCH: usize = 256;

/// Measures and prints.
pub(crate) fn run(invoices: u64) {
    let folder = std::env::temp_dir().join(format!("acquit-bench-{}", std::process::id()));
    std::fs::create_dir_all(&folder).expect("a folder");
    let book = book();
    for (name, per_parcel) in [("one invoice a parcel", 1), ("100 invoices a parcel", 100)] {
        let parcels: Vec<Parcel> =
            (0..invoices / per_parcel).map(|n| parcel(1 + n * per_parcel, per_parcel)).collect();
        let batch = (BATCH / per_parcel as usize).max(3);
        let path = folder.join(format!("ours-{per_parcel}.db"));
        let ours = ours(&book, &path, &parcels, batch);
        let batches = parcels.len().div_ceil(batch);
        let bare = bare(&path, &folder.join(format!("bare-{per_parcel}.db")), batches);
        let rate = |took: Duration| u128::from(invoices) * 1_000_000 / took.as_micros().max(1);
        let each = |took: Duration| {
            let tenths = took.as_micros() * 10 / u128::from(invoices);
            format!("{}.{}", tenths / 10, tenths % 10)
        };
        let [read, decided, ready, writer, mover] = ours.steps.map(each);
        println!(
            "{name}: pipeline {} invoices/s, bare loop {}/s, ratio {}; {batch} parcels a commit\n  \
             processor time an invoice: {} us, bare loop {} us, ratio {}; reading {read}, \
             deciding {decided}, making ready {ready}, writing {writer}, moving {mover}",
            rate(ours.took),
            rate(bare.took),
            ratio(bare.took.as_micros(), ours.took.as_micros()),
            each(ours.busy),
            each(bare.busy),
            ratio(bare.busy.as_micros(), ours.busy.as_micros()),
        );
    }
    std::fs::remove_dir_all(&folder).expect("the folder goes");
}

fn parcel(first: u64, messages: u64) -> Parcel {
    let wanted = Wanted { seed: first, messages, first, issuer: "", client: "" };
    let bytes = interchange(&wanted);
    Parcel {
        id: Id::new(1_763_892_000_000 + first, first.into()),
        partner: None,
        channel: Channel::Http,
        media: Media::Edifact,
        charset: String::new(),
        name: String::new(),
        received_at: Timestamp::parse("2026-11-23T10:35:00Z").expect("an instant"),
        sha256: Sha256::digest(&bytes).into(),
        bytes: bytes.into(),
        idempotency_key: String::new(),
    }
}

/// What a run took.
struct Run {
    took: Duration,
    /// Processor time of all threads.
    busy: Duration,
    /// Processor time of reading, of deciding, of making ready to store, of the thread that
    /// stores, of the one that empties the write-ahead log.
    steps: [Duration; 5],
}

/// The whole pipeline, one batch computed while the one before is committed.
fn ours(book: &Rulebook, path: &Path, parcels: &[Parcel], batch: usize) -> Run {
    let store = Store::open(path).expect("a store");
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).build();
    let runtime = runtime.expect("a runtime");
    let (started, busy) = (Instant::now(), processor());
    let mut steps = [Duration::ZERO; 5];
    runtime.block_on(async {
        let mut before: Option<tokio::task::JoinHandle<_>> = None;
        for parcels in parcels.chunks(batch) {
            let from = thread();
            let readings: Vec<_> = parcels.iter().map(|parcel| read(book, parcel)).collect();
            steps[0] += thread().saturating_sub(from);
            let (mut keys, mut again) = (Keys::default(), Keys::default());
            readings.iter().for_each(|of| keys.extend_telling(of.keys(), &mut again));
            let mut known = store.known_of(&Arc::new(keys)).await.expect("the store answers");
            let from = thread();
            let decide = |reading| {
                let outcome = decide(book, reading, &known, parcels[0].received_at);
                apply_asked(&mut known, &outcome, &again);
                outcome
            };
            let outcomes: Vec<Outcome> = readings.iter().map(decide).collect();
            steps[1] += thread().saturating_sub(from);
            assert!(outcomes.iter().all(|of| !of.invoices.is_empty()), "invoices are taken");
            let from = thread();
            let mut ready = Batch::default();
            for (outcome, reading) in outcomes.into_iter().zip(&readings) {
                ready.push(outcome, reading.keys());
            }
            steps[2] += thread().saturating_sub(from);
            if let Some(before) = before.take() {
                before.await.expect("the commit ends");
            }
            let store = store.clone();
            before = Some(tokio::spawn(async move {
                store.commit_batch(ready).await.expect("the store commits");
            }));
        }
        if let Some(before) = before {
            before.await.expect("the commit ends");
        }
        steps[3] = named("store-writer");
        steps[4] = named("store-mover");
    });
    Run { took: started.elapsed(), busy: processor().saturating_sub(busy), steps }
}

/// Inserts the rows of a database into a new one, every table in so many batches.
fn bare(from: &Path, to: &Path, batches: usize) -> Run {
    let source = Connection::open(from).expect("the database");
    let target = Connection::open(to).expect("a database");
    let pragmas = "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;
        PRAGMA cache_size = -65536; PRAGMA wal_autocheckpoint = 32768;";
    target.execute_batch(pragmas).expect("the settings of the store");
    for sql in texts(
        &source,
        "SELECT sql FROM sqlite_master WHERE sql IS NOT NULL \
        AND name NOT LIKE 'sqlite_%' AND type IN ('table', 'index')",
    ) {
        target.execute_batch(&sql).expect("the tables of the store");
    }
    let tables: Vec<(String, Vec<Vec<Value>>)> = texts(
        &source,
        "SELECT name FROM sqlite_master WHERE type = 'table' \
            AND name NOT LIKE 'sqlite_%'",
    )
    .into_iter()
    .map(|name| rows(&source, &name))
    .collect();
    let (started, busy) = (Instant::now(), processor());
    for batch in 0..batches {
        target.execute_batch("BEGIN IMMEDIATE").expect("a transaction");
        for (insert, rows) in &tables {
            let (first, last) = (rows.len() * batch / batches, rows.len() * (batch + 1) / batches);
            let mut statement = target.prepare_cached(insert).expect("a statement");
            for row in &rows[first..last] {
                statement.execute(rusqlite::params_from_iter(row)).expect("a row");
            }
        }
        target.execute_batch("COMMIT").expect("a commit");
    }
    let steps = [Duration::ZERO; 5];
    Run { took: started.elapsed(), busy: processor().saturating_sub(busy), steps }
}

fn texts(of: &Connection, sql: &str) -> Vec<String> {
    let mut statement = of.prepare(sql).expect("a question");
    let rows = statement.query_map([], |row| row.get(0)).expect("an answer");
    rows.filter_map(Result::ok).collect()
}

/// What orders the rows of tables that are kept in the order of their keys as they came.
const CAME: [(&str, &str); 2] = [
    ("parties", "(SELECT min(i.id) FROM invoices i WHERE i.client = t.code)"),
    (
        "invoice_references",
        "(SELECT i.id FROM invoices i WHERE i.number = t.number AND i.issuer = t.issuer)",
    ),
];

fn rows(of: &Connection, table: &str) -> (String, Vec<Vec<Value>>) {
    let sql = match CAME.iter().find(|(kept, _)| *kept == table) {
        None => format!("SELECT * FROM {table}"),
        Some((_, order)) => format!("SELECT * FROM {table} t ORDER BY {order}"),
    };
    let mut statement = of.prepare(&sql).expect("a question");
    let columns = statement.column_count();
    let marks = vec!["?"; columns].join(", ");
    let rows = statement
        .query_map([], |row| (0..columns).map(|column| row.get(column)).collect())
        .expect("an answer");
    (format!("INSERT INTO {table} VALUES ({marks})"), rows.filter_map(Result::ok).collect())
}
