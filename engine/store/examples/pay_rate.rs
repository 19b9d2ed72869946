//! How fast payments are committed, and what knowing about them costs an invoice that has none:
//! `cargo run --release --example pay_rate [ORDERS]`.
#![expect(clippy::print_stdout, reason = "a measurement prints")]
#![expect(clippy::unwrap_used, reason = "a measurement that fails may stop")]
#![allow(dead_code, reason = "a measurement uses a part of what the tests use")]

#[path = "../tests/store/conformance/pay_sample.rs"]
mod pay_sample;
#[path = "../tests/store/sample.rs"]
mod sample;

use acquit_domain::{Keys, Outcome};
use acquit_store::Store;
use pay_sample::{held, paid, started};
use std::time::Instant;

fn main() {
    let orders = std::env::args().nth(1).map_or(10_000, |text| text.parse().unwrap());
    let folder = std::env::temp_dir().join(format!("acquit-pay-rate-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).build().unwrap();
    let firsts: Vec<Outcome> = (1..=orders).map(sample::outcome).collect();
    let mut starts = Vec::new();
    let mut payments = Vec::new();
    for (n, first) in (1..).zip(&firsts) {
        let (start, order) = started(orders + n, &held(first));
        let (mut payment, _) = paid(2 * orders + n, &held(&start), &order);
        payment.payments.receipts[0].number = format!("2026-{n:08}");
        payments.push(payment);
        starts.push(start);
    }
    let last = i64::try_from(orders).unwrap();
    payments[0].payments.counters = vec![("receipt:2026".to_owned(), 0, last)];
    let keys = Keys {
        invoices: firsts.iter().take(500).map(|first| held(first).key).collect(),
        ..Keys::default()
    };
    runtime.block_on(async {
        let store = Store::open(&folder.join("store.db")).unwrap();
        rate(&store, "invoices", firsts).await;
        known(&store, "unpaid invoices", &keys).await;
        rate(&store, "starts", starts).await;
        known(&store, "invoices being paid", &keys).await;
        rate(&store, "payments", payments).await;
        known(&store, "paid invoices", &keys).await;
        let from = Instant::now();
        let report = store.verify(sample::HASHES, Vec::new()).await.unwrap();
        assert!(report.holds(), "{:?}", report.breaks);
        println!("verified {} postings in {} ms", report.postings, from.elapsed().as_millis());
    });
    std::fs::remove_dir_all(&folder).unwrap();
}

/// Commits each outcome alone, 64 callers at a time.
async fn rate(store: &Store, what: &str, outcomes: Vec<Outcome>) {
    let (count, from) = (outcomes.len() as u128, Instant::now());
    let mut waiting = std::collections::VecDeque::new();
    for outcome in outcomes {
        let store = store.clone();
        waiting.push_back(tokio::spawn(async move { store.commit(vec![outcome]).await }));
        if waiting.len() >= 64 {
            waiting.pop_front().unwrap().await.unwrap().unwrap();
        }
    }
    for last in waiting {
        last.await.unwrap().unwrap();
    }
    println!("{what}: {}/s", count * 1_000_000 / from.elapsed().as_micros());
}

/// Asks about 500 invoices at once, twenty times.
async fn known(store: &Store, what: &str, keys: &Keys) {
    let from = Instant::now();
    for _ in 0..20 {
        store.known(keys).await.unwrap();
    }
    println!("known of {what}: {} us each", from.elapsed().as_micros() / 10_000);
}
