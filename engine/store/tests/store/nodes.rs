//! Several nodes on one PostgreSQL, and what breaks between a node and its database.

use crate::conformance::{operator, take};
use crate::run;
use crate::sample;
use crate::server::Database;
use acquit_domain::{PartyCode, Role, Timestamp};
use acquit_store::CommitResult::{Committed, Conflict};
use acquit_store::{Error, KeyHolder, Store};
use std::io::{Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};

async fn connect(database: &Database) -> Store {
    Store::connect(&database.url).await.expect("a store")
}

async fn holds(database: &Database, rows: u64) {
    let store = Store::connect_reader(&database.url).await.expect("a store");
    let report = store.verify(sample::HASHES, Vec::new()).await.expect("a report");
    assert!(report.holds(), "{:?}", report.breaks);
    assert_eq!(report.rows, rows);
}

fn threads<T>(test: impl Future<Output = T>) -> T {
    let runtime =
        tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build();
    runtime.expect("a runtime").block_on(test)
}

#[test]
fn many_nodes_write_one_log_without_gaps() {
    let Some(database) = Database::new() else { return };
    threads(async {
        let nodes = [connect(&database).await, connect(&database).await, connect(&database).await];
        let mut tasks = Vec::new();
        for (node, store) in (0u64..).zip(&nodes) {
            for batch in 0..8 {
                let first = 1000 * node + 10 * batch;
                let store = store.clone();
                tasks.push(tokio::spawn(async move {
                    take(&store, (first..first + 10).map(sample::outcome).collect()).await;
                }));
            }
        }
        for task in tasks {
            task.await.expect("taken");
        }
        for store in &nodes {
            let mut seen = store.watch();
            let told = seen.wait_for(|seq| *seq == 480);
            tokio::time::timeout(std::time::Duration::from_secs(5), told).await.expect("told").ok();
        }
        let page = nodes[0].events(&operator(), 0, 1000).await.expect("read");
        assert!(page.rows.is_sorted_by_key(|row| row.seq));
        holds(&database, 480).await;
    });
}

#[test]
fn of_nodes_that_take_the_same_one_is_first() {
    let Some(database) = Database::new() else { return };
    threads(async {
        let nodes = [connect(&database).await, connect(&database).await];
        let mut tasks = Vec::new();
        for store in &nodes {
            let store = store.clone();
            tasks.push(tokio::spawn(async move {
                let mut all = Vec::new();
                for first in (0..60).step_by(6) {
                    let batch = (first..first + 6).map(sample::outcome).collect();
                    all.extend(store.commit(batch).await.expect("answered"));
                }
                all
            }));
        }
        let mut results = Vec::new();
        for task in tasks {
            results.push(task.await.expect("done"));
        }
        for (left, right) in results[0].iter().zip(&results[1]) {
            let both = [left, right];
            assert!(both.contains(&&Committed) && both.contains(&&Conflict), "{both:?}");
        }
        holds(&database, 120).await;
    });
}

#[test]
fn connections_that_broke_are_made_anew() {
    let Some(database) = Database::new() else { return };
    let cut = "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity
        WHERE datname = current_database() AND pid <> pg_backend_pid()";
    run(async {
        let store = connect(&database).await;
        for n in 0..4 {
            take(&store, vec![sample::outcome(n)]).await;
            database.ask(cut);
            let rows = i64::try_from(n + 1).expect("few") * 2;
            assert_eq!(store.counts().await.expect("counted").last_seq, rows);
        }
        holds(&database, 8).await;
    });
}

#[test]
fn the_log_cannot_be_changed_by_mistake() {
    let Some(database) = Database::new() else { return };
    run(async { take(&connect(&database).await, vec![sample::outcome(1)]).await });
    for table in ["exchanges", "checkpoints", "postings", "funds"] {
        let said = database.refusal(&format!("TRUNCATE {table}"));
        assert!(said.contains("append-only") || said.contains("never go"), "{table}: {said}");
    }
    for sql in ["UPDATE exchanges SET observation = 'x'", "DELETE FROM exchanges"] {
        assert!(database.refusal(sql).contains("append-only"), "{sql}");
    }
}

#[test]
fn what_was_changed_all_the_same_is_found() {
    let Some(database) = Database::new() else { return };
    run(async {
        take(&connect(&database).await, (0..20).map(sample::outcome).collect()).await;
        holds(&database, 40).await;
        database.ask("ALTER TABLE exchanges DISABLE TRIGGER ALL");
        database.ask("UPDATE exchanges SET observation = 'x' WHERE seq = 7");
        database.ask(
            "UPDATE invoices SET gross = gross + 1
             WHERE number = (SELECT max(number) FROM invoices)",
        );
        let store = Store::connect_reader(&database.url).await.expect("a store");
        let report = store.verify(sample::HASHES, Vec::new()).await.expect("a report");
        assert_eq!(report.broken, 2, "{:?}", report.breaks);
    });
}

#[test]
fn servers_that_could_lose_answers_are_refused() {
    let Some(database) = Database::new() else { return };
    let name = database.ask("SELECT current_database()").pop().expect("a name");
    let refused = || run(Store::connect(&database.url)).err().map(|error| error.to_string());
    let set = |setting: &str| database.ask_server(&format!("ALTER DATABASE {name} SET {setting}"));
    set("synchronous_commit = off");
    assert!(refused().is_some_and(|text| text.contains("synchronous_commit is off")));
    set("synchronous_commit = on");
    set("default_transaction_read_only = on");
    assert!(refused().is_some_and(|text| text.contains("writes")), "{:?}", refused());
    set("default_transaction_read_only = off");
    assert_eq!(refused(), None);
    database.ask("INSERT INTO schema_version VALUES (999)");
    let newer = run(Store::connect(&database.url)).err();
    assert!(matches!(newer, Some(Error::Newer { found: 999, .. })), "{newer:?}");
}

/// What a proxy does to the next commit.
const PASS: u8 = 0;
const CUT_BEFORE: u8 = 1;
const CUT_AFTER: u8 = 2;

/// Stands between a node and its database.
fn proxy(database: &Database, commits: &Arc<AtomicU8>) -> String {
    let (user, rest) = database.url.rsplit_once('@').expect("a user");
    let (server, path) = rest.split_once('/').expect("a path");
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let port = listener.local_addr().expect("an address").port();
    let (server, commits) = (server.to_owned(), Arc::clone(commits));
    std::thread::spawn(move || {
        for client in listener.incoming().map_while(Result::ok) {
            let Ok(server) = TcpStream::connect(&server) else { continue };
            let commits = Arc::clone(&commits);
            std::thread::spawn(move || between(client, server, &commits));
        }
    });
    format!("{user}@127.0.0.1:{port}/{path}")
}

fn between(mut client: TcpStream, mut server: TcpStream, commits: &AtomicU8) {
    let (mut back, mut answers) =
        (client.try_clone().expect("a copy"), server.try_clone().expect("a copy"));
    let silent = Arc::new(AtomicU8::new(PASS));
    let told = Arc::clone(&silent);
    std::thread::spawn(move || {
        let mut bytes = [0; 65_536];
        while let Ok(count @ 1..) = answers.read(&mut bytes) {
            if told.load(Ordering::SeqCst) == CUT_AFTER {
                // The server has answered; its client never learns.
                let _ = back.shutdown(Shutdown::Both);
                return;
            }
            if back.write_all(&bytes[..count]).is_err() {
                return;
            }
        }
        let _ = back.shutdown(Shutdown::Both);
    });
    let mut bytes = [0; 65_536];
    while let Ok(count @ 1..) = client.read(&mut bytes) {
        let is_commit = bytes[..count].windows(14).any(|part| part == b"NOTIFY acquit;");
        if is_commit {
            match commits.swap(PASS, Ordering::SeqCst) {
                CUT_BEFORE => break,
                cut => silent.store(cut, Ordering::SeqCst),
            }
        }
        if server.write_all(&bytes[..count]).is_err() {
            break;
        }
    }
    let _ = (client.shutdown(Shutdown::Both), server.shutdown(Shutdown::Both));
}

#[test]
fn commits_whose_answer_was_lost_are_looked_up() {
    let Some(database) = Database::new() else { return };
    let commits = Arc::new(AtomicU8::new(PASS));
    let url = proxy(&database, &commits);
    let holder = |label: &str| KeyHolder {
        party: PartyCode::new("P").expect("a code"),
        role: Role::Issuer,
        label: label.to_owned(),
        created_at: Timestamp(0),
        revoked_at: None,
    };
    run(async {
        let store = Store::connect(&url).await.expect("a store");
        for (n, cut) in (0u8..).zip([CUT_AFTER, CUT_BEFORE, CUT_AFTER, PASS, CUT_BEFORE]) {
            commits.store(cut, Ordering::SeqCst);
            // Written again when it was not, and not when it was.
            take(&store, vec![sample::outcome(u64::from(n))]).await;
            commits.store(cut, Ordering::SeqCst);
            let added = store.add_key([n; 32], holder("x")).await;
            match cut {
                CUT_BEFORE => assert!(matches!(added, Err(Error::Unavailable(_))), "{added:?}"),
                _ => assert_eq!(added, Ok(true), "{cut}"),
            }
        }
        assert_eq!(store.keys().await.expect("asked").len(), 3);
        holds(&database, 10).await;
    });
}
