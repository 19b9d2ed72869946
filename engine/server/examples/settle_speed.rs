//! How long a settlement file takes: `cargo run --example settle_speed [LINES]`. Half of a per
//! cent of its lines differ from the ledger in one way or another.
#![expect(clippy::print_stdout, clippy::unwrap_used, reason = "a measurement prints")]

use acquit_domain::pay::{FundsSource, News, NewsKind};
use acquit_domain::{Channel, Currency, Money, PartyCode, Timestamp};
use acquit_flow::Occurrence;
use acquit_mapping::rulebook::Rulebook;
use acquit_server::embedded;
use acquit_server::settlement::{self, Import};
use acquit_server::shell::{Arrival, Cashier, Clock, Engine};
use acquit_store::Store;
use std::fmt::Write as _;
use std::sync::Arc;
use std::time::Instant;

/// Payments entered in one transaction.
const TOGETHER: usize = 250;
/// One line in so many differs.
const DIFFERS: usize = 200;

fn main() {
    let lines = std::env::args().nth(1).and_then(|text| text.parse().ok()).unwrap_or(50_000);
    tokio::runtime::Runtime::new().unwrap().block_on(measure(lines));
}

async fn measure(lines: usize) {
    let book = Arc::new(Rulebook::load(&embedded::mappings()).unwrap());
    let clock = Clock::manual(Timestamp::parse("2026-11-23T12:00:00Z").unwrap());
    let engine = Engine::new(Store::in_memory().unwrap(), book, clock);
    let (cashier, _) = Cashier::start(engine.clone(), 16);
    let all: Vec<usize> = (0..lines).collect();
    let begun = Instant::now();
    for part in all.chunks(TOGETHER) {
        // One in so many was never told.
        let told = part.iter().filter(|at| *at % DIFFERS != 1).map(|at| News {
            transaction: format!("T{at:08}"),
            amount: Some(Money::new(10_000, Currency::MAD)),
            ..News::new("CMI", NewsKind::Paid, FundsSource::Query)
        });
        let parcel = Arrival::over(Channel::Cli).parcel(&engine.clock, b"{}".to_vec());
        cashier.decide(parcel, Occurrence::News { news: told.collect() }).await.unwrap();
    }
    println!("{lines} payments entered in {:.1?}", begun.elapsed());
    let mut file =
        "transaction;order;reference;type;amount;currency;fee;date;operator\n".to_owned();
    for at in 0..lines {
        let amount = if at % DIFFERS == 0 { "90.00" } else { "100.00" };
        let _ = writeln!(file, "T{at:08};;;paid;{amount};MAD;1.00;2026-11-23;");
    }
    let arrival = Arrival { partner: PartyCode::new("CMI"), ..Arrival::over(Channel::Cli) };
    let parcel = arrival.parcel(&engine.clock, file.into_bytes());
    let wanted = Import { provider: "CMI".to_owned(), ..Import::default() };
    let begun = Instant::now();
    let done = settlement::import(&engine, &cashier, parcel, &wanted, &|_, _| ()).await;
    let (days, _) = done.unwrap();
    let spent = begun.elapsed();
    for day in &days {
        let report = settlement::json(day, false);
        println!("{lines} lines in {spent:.1?}, unexplained {}", report.unexplained);
        for sum in &report.classes {
            println!("  {} {}", sum.class, sum.count);
        }
    }
}
