//! Statements of 120 characters into payments.

use crate::house::{BANKS, BOOK, DAY, house};
use crate::records::statement;
use acquit_domain::{Date, InvoiceState};
use acquit_server::settlement;

#[tokio::test]
async fn transfers_find_their_orders() {
    let mut house = house();
    let by_order = house.start(BANKS, "00080001", "transfer", "").await;
    house.start(BANKS, "00080002", "transfer", "").await;
    house.start(BANKS, "00080003", "transfer", "VIR-2026-77").await;
    let named = format!("VIR RECU {}", by_order.number);
    let text = statement(
        "231126",
        &[
            ("05", &named, "A1", 10_000),
            ("13", "FACT 00080002 MERCI", "A2", 10_000),
            ("05", "VIR-2026-77", "A3", 9_000),
            ("05", "SANS RIEN", "A4", 777),
            ("01", "CHEQUE PAYE 00080003", "A5", -500),
        ],
        0,
    );
    let parcel = house.parcel("BANK", text.as_bytes());
    let (told, _) = settlement::statements(&house.engine, &house.cashier, parcel).await.unwrap();
    assert_eq!((told.movements, told.payments), (5, 4));
    assert_eq!((told.applied, told.suspended, told.known), (2, 2, 0));
    assert_eq!(house.state(BANKS, "00080001").await, InvoiceState::AwaitingIssuer);
    assert_eq!(house.state(BANKS, "00080002").await, InvoiceState::AwaitingIssuer);
    assert_eq!(house.cases().await.len(), 2);
    // A statement that comes twice tells nothing new.
    let parcel = house.parcel("BANK", text.as_bytes());
    let (told, _) = settlement::statements(&house.engine, &house.cashier, parcel).await.unwrap();
    assert_eq!((told.applied, told.suspended, told.known), (0, 0, 4));
    house.balances().await;
}

#[test]
fn statements_are_checked() {
    let today: Date = DAY.parse().unwrap();
    let code = |text: &str| {
        let (read, findings) =
            acquit_flow::read_statements(&BOOK, BOOK.bank("BANK").unwrap(), text.as_bytes(), today);
        let wrong = findings.iter().find(|finding| finding.rejects());
        (read.len(), wrong.map_or(String::new(), |one| one.code.to_string()))
    };
    let one: &[(&str, &str, &str, i64)] = &[("05", "X", "R", 100)];
    assert_eq!(code(&statement("231126", one, 0)), (1, String::new()));
    // Years first: 26-11-23.
    assert_eq!(code(&statement("261123", one, 0)), (1, String::new()));
    assert_eq!(code(&statement("231126", one, 1)).1, "FIL-BALANCE");
    assert_eq!(code(&statement("231190", one, 0)).1, "FIL-DATES");
    assert_eq!(code("").0, 0);
}
