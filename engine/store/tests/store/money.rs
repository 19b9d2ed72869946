//! The ledger in its file: what a failure leaves, what is never changed, and what the audit finds
//! when it was changed all the same.

use crate::conformance::pay_sample::{held, moved, orphan, paid, started};
use crate::conformance::take;
use crate::run;
use crate::sample::{self, Folder};
use acquit_store::{Error, Report, Store};
use rusqlite::Connection;
use std::path::Path;

/// A file with an order that was paid, and money in suspense.
pub(crate) fn filled(path: &Path) {
    run(async {
        let store = Store::open(path).expect("a store");
        let first = sample::outcome(1);
        let (start, order) = started(2, &held(&first));
        let (mut pay, _) = paid(3, &held(&start), &order);
        pay.payments.receipts[0].number = "2026-00000001".to_owned();
        pay.payments.counters = vec![("receipt:2026".to_owned(), 0, 1)];
        let (told, _) = orphan(4, &held(&pay), 500);
        take(&store, vec![first, start, pay, told]).await;
    });
}

fn verify(path: &Path) -> Report {
    let store = Store::open_reader(path).expect("a store");
    run(store.verify(sample::HASHES, Vec::new())).expect("a report")
}

fn texts(report: &Report) -> Vec<&str> {
    report.breaks.iter().map(|broken| broken.text.as_str()).collect()
}

#[test]
fn an_untouched_ledger_holds() {
    let folder = Folder::new("money-untouched");
    let path = folder.file("store.db");
    filled(&path);
    let report = verify(&path);
    assert!(report.holds(), "{:?}", report.breaks);
    assert_eq!(report.postings, 4);
}

const GUARDS: [&str; 4] =
    ["postings_never_change", "postings_never_go", "funds_keep_their_amount", "funds_never_go"];

/// Each change is refused by the database, and found by the audit when the guard was taken away.
#[test]
fn changes_of_the_ledger_are_found() {
    let changes = [
        ("UPDATE postings SET amount = amount + 1 WHERE account = 'allocated'", "do not balance"),
        ("UPDATE postings SET amount = amount + 1 WHERE account = 'received'", "their amount"),
        ("UPDATE postings SET amount = amount + 1 WHERE account = 'suspense'", "suspense"),
        ("UPDATE postings SET amount = amount + 1", "running totals"),
        ("UPDATE postings SET exchange = x'00' WHERE n = 1", "log row"),
        ("DELETE FROM postings WHERE account = 'received'", "without gaps"),
        ("DELETE FROM postings WHERE number IS NOT NULL", "never posted"),
        ("UPDATE postings SET number = 'X' WHERE number IS NOT NULL", "other money"),
        ("UPDATE funds SET amount = amount + 1", "not their amount"),
        ("UPDATE funds SET kind = 'reversal'", "running totals"),
        ("DELETE FROM funds WHERE order_id IS NOT NULL", "without their money"),
    ];
    for (sql, expected) in changes {
        let folder = Folder::new("money-changed");
        let path = folder.file("store.db");
        filled(&path);
        let file = Connection::open(&path).expect("the file");
        file.execute_batch(sql).expect_err("guarded");
        for guard in GUARDS {
            file.execute_batch(&format!("DROP TRIGGER {guard}")).expect("an attacker can");
        }
        file.execute_batch(sql).expect("the change");
        let report = verify(&path);
        let found = texts(&report);
        assert!(found.iter().any(|text| text.contains(expected)), "{sql}: {found:?}");
    }
}

/// What has no guard is found all the same.
#[test]
fn other_changes_about_money_are_found() {
    let changes = [
        ("UPDATE invoices SET allocated = 7 WHERE allocated <> 0", "other money"),
        ("UPDATE invoices SET allocated = 0", "other money"),
        ("UPDATE ledger SET credits = credits + 1", "running totals"),
        ("UPDATE ledger SET allocated = allocated + 1, suspense = suspense - 1", "running totals"),
        ("DELETE FROM ledger", "running totals"),
        ("UPDATE funds SET suspense = 0", "suspense"),
        ("UPDATE funds SET of_funds = x'00'", "reversals without"),
        ("DELETE FROM receipts", "1 to 1"),
        ("UPDATE receipts SET number = '2026-00000002'", "1 to 1"),
        ("UPDATE receipts SET number = 'x'", "no number"),
        ("UPDATE numbers SET value = 2", "1 to 2"),
    ];
    for (sql, expected) in changes {
        let folder = Folder::new("money-other");
        let path = folder.file("store.db");
        filled(&path);
        let file = Connection::open(&path).expect("the file");
        file.execute_batch(sql).expect("the change");
        let report = verify(&path);
        let found = texts(&report);
        assert!(found.iter().any(|text| text.contains(expected)), "{sql}: {found:?}");
    }
}

/// How many rows the tables have that a payment is written to.
fn rows(path: &Path) -> Vec<i64> {
    let file = Connection::open(path).expect("the file");
    let tables = [
        "parcels",
        "exchanges",
        "orders",
        "attempts",
        "order_items",
        "funds",
        "postings",
        "notices",
        "notice_messages",
        "receipts",
        "deliveries",
        "invoice_references",
        "cases",
    ];
    let count = |table: &str| {
        file.query_row(&format!("SELECT count(*) FROM {table}"), [], |row| row.get(0))
    };
    tables.iter().map(|table| count(table).expect("counted")).collect()
}

/// Whatever statement of a payment fails, nothing of it is there, and the engine goes on.
#[test]
fn a_commit_that_fails_half_way_leaves_nothing() {
    let places = ["orders", "attempts", "funds", "postings", "ledger", "notices", "receipts"];
    for place in places {
        let folder = Folder::new("money-half");
        let path = folder.file("store.db");
        let first = sample::outcome(1);
        let (start, order) = started(2, &held(&first));
        let (pay, funds) = paid(3, &held(&start), &order);
        let store = Store::open(&path).expect("a store");
        run(take(&store, vec![first.clone(), start]));
        let before = rows(&path);
        let file = Connection::open(&path).expect("the file");
        let fail = |event: &str| {
            format!(
                "CREATE TRIGGER fail_{event} BEFORE {event} ON {place}
                 BEGIN SELECT RAISE(ABORT, 'broken here'); END;"
            )
        };
        file.execute_batch(&format!("{}{}", fail("INSERT"), fail("UPDATE"))).expect("a trap");
        match run(store.commit(vec![pay.clone()])) {
            Err(Error::Database(text)) => assert!(text.contains("broken here"), "{text}"),
            other => panic!("{place}: {other:?}"),
        }
        assert_eq!(rows(&path), before, "{place}");
        let unpaid = run(store.payments_of(&crate::conformance::operator(), &held(&first).key));
        let unpaid = unpaid.expect("asked").expect("an invoice");
        assert_eq!((unpaid.funds.len(), &unpaid.orders[0]), (0, &order), "{place}");
        file.execute_batch("DROP TRIGGER fail_INSERT; DROP TRIGGER fail_UPDATE;").expect("freed");
        run(take(&store, vec![pay]));
        assert_eq!(run(store.funds(funds.id)), Ok(Some(funds)), "{place}");
    }
}

/// An invoice nothing was paid on costs its payments two questions that find nothing.
#[test]
fn an_outcome_without_money_writes_none() {
    let folder = Folder::new("money-none");
    let path = folder.file("store.db");
    let store = Store::open(&path).expect("a store");
    let first = sample::outcome(1);
    let second = moved(2, &held(&first), |_| ());
    run(take(&store, vec![first, second]));
    assert_eq!(rows(&path)[2..11], [0; 9]);
}
