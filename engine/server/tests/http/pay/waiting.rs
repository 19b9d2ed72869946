//! A wish to pay waits for the provider's answer, and not for ever.

use crate::samples::xml;
use acquit_domain::pay::{CallPurpose, Handoff, Payer};
use acquit_domain::{Channel, InvoiceKey, InvoiceNumber, Parcel, PartyCode, Role};
use acquit_flow::Occurrence;
use acquit_flow::pay::{Beginning, StartOrder};
use acquit_mapping::rulebook::Rulebook;
use acquit_server::embedded;
use acquit_server::shell::{Arrival, Cashier, Clock, Engine};
use acquit_store::{Store, Viewer};
use std::sync::Arc;
use std::time::{Duration, Instant};

const ISSUER: &str = "6110D00116";
/// A means whose provider must be called first.
const PROVIDER_S: &str = "amanpay.amanty";
/// Longer than any answer of these tests takes.
const PATIENCE: Duration = Duration::from_secs(20);

fn portal() -> Viewer {
    Viewer { party: PartyCode::new("PORTAIL").unwrap(), role: Role::Portal }
}

/// An engine.
fn house() -> Engine {
    let book = Arc::new(Rulebook::load(&embedded::mappings()).unwrap());
    Engine::new(Store::in_memory().unwrap(), book, Clock::System)
}

/// An invoice that an engine holds, and a wish to pay it.
async fn wish(engine: &Engine, number: &str, means: &str) -> Occurrence {
    let arrival = Arrival { partner: PartyCode::new(ISSUER), ..Arrival::over(Channel::Http) };
    let parcel = arrival.parcel(&engine.clock, xml(number).into_bytes());
    engine.run_once(vec![parcel]).await.unwrap();
    let issuer = PartyCode::new(ISSUER).unwrap();
    Occurrence::Start(StartOrder {
        invoices: vec![InvoiceKey { issuer, number: InvoiceNumber::new(number).unwrap() }],
        means: means.to_owned(),
        payer: Payer::default(),
        user: String::new(),
        reference: String::new(),
    })
}

fn parcel(engine: &Engine) -> Parcel {
    Arrival::over(Channel::Http).parcel(&engine.clock, b"{}".as_slice())
}

#[tokio::test]
async fn the_answer_wakes_who_waits() {
    let engine = house();
    let start = wish(&engine, "00085001", PROVIDER_S).await;
    let (cashier, decider) = Cashier::start(engine.clone(), 16);
    let mut calls = engine.calls.open().unwrap();
    assert!(engine.calls.open().is_none(), "one makes the calls");
    let outcome = cashier.decide(parcel(&engine), start).await.unwrap();
    let reply = outcome.payments.reply.unwrap();
    let order = reply.order.unwrap();
    let call = calls.recv().await.unwrap();
    assert_eq!((call.purpose, call.subject, call.attempt), (CallPurpose::Start, order, 1));
    let waiting = {
        let cashier = cashier.clone();
        tokio::spawn(async move { cashier.begun(&portal(), order, 1, PATIENCE).await })
    };
    let url = "https://pay.example.com/1".to_owned();
    let answer = Beginning::Redirect { url, transaction: "T1".to_owned() };
    let began = Occurrence::Began { order, attempt: 1, answer };
    let begun = Instant::now();
    cashier.decide(parcel(&engine), began).await.unwrap();
    let file = waiting.await.unwrap().unwrap().unwrap();
    assert!(begun.elapsed() < PATIENCE / 2, "woken");
    let handoff = cashier.handoff(&file.order, file.order.attempt(1).unwrap());
    assert!(matches!(handoff, Handoff::Redirect { url } if url.ends_with("/1")));
    drop((cashier, engine));
    decider.await.unwrap();
}

#[tokio::test]
async fn without_an_answer_patience_ends() {
    let engine = house();
    let start = wish(&engine, "00085002", PROVIDER_S).await;
    let (cashier, _decider) = Cashier::start(engine.clone(), 16);
    let outcome = cashier.decide(parcel(&engine), start).await.unwrap();
    let order = outcome.payments.reply.unwrap().order.unwrap();
    let short = Duration::from_millis(50);
    let file = cashier.begun(&portal(), order, 1, short).await.unwrap().unwrap();
    assert_eq!(file.order.attempt(1).unwrap().handoff, Handoff::None);
}

#[tokio::test]
async fn many_at_once_are_all_decided_and_numbered_once() {
    let engine = house();
    let (cashier, _decider) = Cashier::start(engine.clone(), 256);
    let mut wishes = Vec::new();
    for at in 0..40 {
        let wish = wish(&engine, &format!("000851{at:02}"), "cheque").await;
        let (cashier, parcel) = (cashier.clone(), parcel(&engine));
        wishes.push(tokio::spawn(async move { cashier.decide(parcel, wish).await }));
    }
    let mut numbers = Vec::new();
    for wish in wishes {
        let outcome = wish.await.unwrap().unwrap();
        numbers.push(outcome.payments.orders[0].after.number.clone());
    }
    numbers.sort();
    numbers.dedup();
    assert_eq!(numbers.len(), 40, "{numbers:?}");
    assert_eq!(numbers.last().map(String::as_str), Some("PN0000000040"));
}
