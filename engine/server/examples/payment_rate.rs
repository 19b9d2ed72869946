//! How fast payments are confirmed from their callers to the disk, beside how fast their invoices
//! were taken: `cargo run --release -p acquit-server --example payment_rate [INVOICES]`.
#![expect(clippy::print_stdout, reason = "a measurement prints")]
#![expect(clippy::unwrap_used, reason = "a measurement that fails may stop")]

use acquit_domain::pay::{FundsSource, News, NewsKind, Payer};
use acquit_domain::{Channel, Currency, InvoiceKey, InvoiceNumber, Money, Parcel, PartyCode};
use acquit_flow::Occurrence;
use acquit_flow::pay::StartOrder;
use acquit_mapping::rulebook::Rulebook;
use acquit_server::embedded::{self, SAMPLES};
use acquit_server::shell::{Arrival, Cashier, Clock, Engine, Intake};
use acquit_store::Store;
use std::sync::Arc;
use std::time::Instant;

const ISSUER: &str = "6110D00116";
const SAMPLE: &str = "messages/portnet-inv/original.xml";
/// Callers at one time.
const CALLERS: usize = 256;

fn main() {
    let count: usize = std::env::args().nth(1).map_or(10_000, |text| text.parse().unwrap());
    let folder = std::env::temp_dir().join(format!("acquit-payment-rate-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let book = Arc::new(Rulebook::load(&embedded::mappings()).unwrap());
        let store = Store::open(&folder.join("store.db")).unwrap();
        let engine = Engine::new(store, book, Clock::System);
        let (intake, _deciding) = Intake::start(engine.clone(), 1024);
        let (cashier, _paying) = Cashier::start(engine.clone(), 1024);
        let numbers: Vec<String> = (0..count).map(|n| format!("{:08}", 10_000_000 + n)).collect();
        let sent = numbers.iter().map(|number| invoice(&engine, number)).collect();
        let invoices = rate("invoices", sent, |parcel| {
            let intake = intake.clone();
            async move { drop(intake.submit(parcel).await.unwrap()) }
        });
        let invoices = invoices.await;
        let wishes = numbers.iter().map(|number| (parcel(&engine), start(number))).collect();
        let decide = |(parcel, occurrence)| {
            let cashier = cashier.clone();
            async move { drop(cashier.decide(parcel, occurrence).await.unwrap()) }
        };
        rate("starts", wishes, decide).await;
        let news = (1..=count).map(|n| (parcel(&engine), booked(n))).collect();
        let payments = rate("confirmed payments", news, decide).await;
        println!(
            "payments to invoices: {}.{:02}",
            payments / invoices,
            payments * 100 / invoices % 100
        );
        let totals = engine.store.totals().await.unwrap();
        println!("suspense {} of {}", totals[0].suspense, totals[0].credits);
    });
    std::fs::remove_dir_all(&folder).unwrap();
}

fn parcel(engine: &Engine) -> Parcel {
    Arrival::over(Channel::Http).parcel(&engine.clock, b"{}".as_slice())
}

fn invoice(engine: &Engine, number: &str) -> Parcel {
    let (_, bytes) = SAMPLES.iter().find(|(name, _)| *name == SAMPLE).unwrap();
    let text = String::from_utf8(bytes.to_vec()).unwrap();
    let text = text.replace("00069321", number).replace("999900000000115", &format!("9{number}"));
    let partner = PartyCode::new(ISSUER);
    let arrival = Arrival { partner, ..Arrival::over(Channel::Http) };
    arrival.parcel(&engine.clock, text.into_bytes())
}

fn start(number: &str) -> Occurrence {
    let issuer = PartyCode::new(ISSUER).unwrap();
    Occurrence::Start(StartOrder {
        invoices: vec![InvoiceKey { issuer, number: InvoiceNumber::new(number).unwrap() }],
        means: "cheque".to_owned(),
        payer: Payer::default(),
        user: String::new(),
        reference: String::new(),
    })
}

fn booked(n: usize) -> Occurrence {
    let mut news = News::new("BANQUE", NewsKind::Booked, FundsSource::Statement);
    news.order = format!("PN{n:010}");
    news.transaction = format!("T{n}");
    news.amount = Some(Money::new(360_000, Currency::MAD));
    "cheque".clone_into(&mut news.means);
    Occurrence::News { news: vec![news] }
}

/// Does everything with so many callers at one time; how many a second.
async fn rate<T, F: Future<Output = ()> + Send + 'static>(
    what: &str,
    things: Vec<T>,
    act: impl Fn(T) -> F,
) -> u128 {
    let (count, from) = (things.len() as u128, Instant::now());
    let mut waiting = std::collections::VecDeque::new();
    for thing in things {
        waiting.push_back(tokio::spawn(act(thing)));
        if waiting.len() >= CALLERS {
            waiting.pop_front().unwrap().await.unwrap();
        }
    }
    for left in waiting {
        left.await.unwrap();
    }
    let a_second = count * 1_000_000 / from.elapsed().as_micros().max(1);
    println!("{what}: {a_second}/s");
    a_second.max(1)
}
