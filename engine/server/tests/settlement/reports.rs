//! camt.053, camt.054 and CREMUL into payments: what is booked confirms, and only that.

use crate::house::{BANKS, BOOK, House, house};
use acquit_domain::InvoiceState;
use acquit_domain::pay::CaseKind;
use acquit_server::settlement::{self, Refused, StatementsWire};
use acquit_simulate::bank::{Booking, camt053, camt054, cremul};

/// An account of ours, and one of a payer.
pub(crate) const ACCOUNT: &str = "007780000000000001234582";
pub(crate) const PAYER: &str = "011519000001205000534921";

pub(crate) fn day() -> jiff::civil::Date {
    jiff::civil::date(2026, 11, 23)
}

pub(crate) fn booking(reference: &str, minor: i64, words: &str) -> Booking {
    Booking {
        reference: reference.to_owned(),
        minor,
        payer: "SATAA IMPORT EXPORT".to_owned(),
        payer_account: PAYER.to_owned(),
        words: words.to_owned(),
        ..Booking::default()
    }
}

impl House {
    pub(crate) async fn report(&self, text: &str) -> Result<StatementsWire, Refused> {
        let parcel = self.parcel("BANK", text.as_bytes());
        settlement::statements(&self.engine, &self.cashier, parcel).await.map(|(told, _)| told)
    }

    pub(crate) async fn case_texts(&self) -> Vec<String> {
        let filter = acquit_store::CaseFilter { open: Some(true), kind: None, after: None };
        let cases = self.engine.store.cases(filter, 100).await.unwrap();
        cases.into_iter().map(|case| case.text).collect()
    }

    pub(crate) async fn alerts(&self) -> Vec<String> {
        let alerts = self.engine.store.alerts(0, 100).await.unwrap();
        alerts.into_iter().map(|(_, alert)| alert.code).collect()
    }
}

fn told(told: &StatementsWire) -> String {
    format!(
        "{} of {}: {} applied {} suspended {} known {} pending",
        told.payments, told.movements, told.applied, told.suspended, told.known, told.pending
    )
}

#[tokio::test]
async fn only_booked_funds_confirm() {
    let mut house = house();
    let order = house.start(BANKS, "00080001", "transfer", "").await;
    let announced = Booking { is_pending: true, ..booking("B1", 10_000, &order.number) };
    let fee = booking("F1", -500, "FRAIS");
    // camt.054 announces it, then tells it booked; camt.053 tells the same again at night.
    let first = camt054(ACCOUNT, "N1", day(), std::slice::from_ref(&announced));
    let said = house.report(&first).await.unwrap();
    assert_eq!(told(&said), "0 of 1: 0 applied 0 suspended 0 known 1 pending");
    assert_eq!(house.state(BANKS, "00080001").await, InvoiceState::Open);
    let booked = booking("B1", 10_000, &order.number);
    let second = camt054(ACCOUNT, "N2", day(), std::slice::from_ref(&booked));
    let said = house.report(&second).await.unwrap();
    assert_eq!(told(&said), "1 of 1: 1 applied 0 suspended 0 known 0 pending");
    assert_eq!(house.state(BANKS, "00080001").await, InvoiceState::AwaitingIssuer);
    let night = camt053(ACCOUNT, 1, day(), 50_000, &[booked.clone(), fee]);
    let said = house.report(&night).await.unwrap();
    assert_eq!(told(&said), "1 of 2: 0 applied 0 suspended 1 known 0 pending");
    assert!(!said.repeated);
    // The same file again.
    let said = house.report(&night).await.unwrap();
    assert!(said.repeated, "{}", told(&said));
    // It is taken back under the bank's own reference.
    let back = Booking { is_reversal: true, minor: -10_000, ..booked };
    let said = house.report(&camt053(ACCOUNT, 2, day(), 59_500, &[back])).await.unwrap();
    assert_eq!(said.payments, 1);
    assert_eq!(house.state(BANKS, "00080001").await, InvoiceState::Open);
    assert_eq!(house.case_texts().await.len(), 1, "nothing that was paid is unpaid silently");
    house.balances().await;
}

#[tokio::test]
async fn edifact_tells_the_same() {
    let mut house = house();
    let order = house.start(BANKS, "00080001", "transfer", "").await;
    let before = Booking { is_pending: true, ..booking("B1", 10_000, &order.number) };
    let said = house.report(&cremul(ACCOUNT, "C1", day(), &[before])).await.unwrap();
    assert_eq!(told(&said), "0 of 1: 0 applied 0 suspended 0 known 1 pending");
    let booked = booking("B1", 10_000, &format!("REF {} MERCI?", order.number));
    let said =
        house.report(&cremul(ACCOUNT, "C2", day(), std::slice::from_ref(&booked))).await.unwrap();
    assert_eq!(told(&said), "1 of 1: 1 applied 0 suspended 0 known 0 pending");
    assert_eq!(house.state(BANKS, "00080001").await, InvoiceState::AwaitingIssuer);
    // The statement of the night names the same booking.
    let again = camt053(ACCOUNT, 7, day(), 0, std::slice::from_ref(&booked));
    let said = house.report(&again).await.unwrap();
    assert_eq!(told(&said), "1 of 1: 0 applied 0 suspended 1 known 0 pending");
    let back = Booking { is_reversal: true, ..booked };
    house.report(&cremul(ACCOUNT, "C3", day(), &[back])).await.unwrap();
    assert_eq!(house.state(BANKS, "00080001").await, InvoiceState::Open);
    house.balances().await;
}

#[tokio::test]
async fn what_is_missing_or_odd_is_told() {
    let house = house();
    let say = async |number, opening, minor| {
        let text = camt053(ACCOUNT, number, day(), opening, &[booking("X", minor, "RIEN")]);
        house.report(&text).await.unwrap();
    };
    say(11, 0, -100).await;
    say(12, -100, -200).await;
    assert_eq!(house.alerts().await, Vec::<String>::new());
    say(14, -300, -300).await;
    assert_eq!(house.alerts().await, ["statement.gap"]);
    // The one that was missing comes late, and is no gap; neither is a new year.
    say(13, -300, -10).await;
    say(1, -600, -10).await;
    assert_eq!(house.alerts().await, ["statement.gap"]);
    // The same number with another content.
    say(1, -600, -11).await;
    let alerts = house.alerts().await;
    assert_eq!(alerts, ["statement.gap", "statement.reuse"]);
    say(1, -600, -11).await;
    assert_eq!(house.alerts().await.len(), 2, "told once");
}

#[tokio::test]
async fn a_bank_keeps_to_what_was_agreed() {
    let code = |bank: &str, text: &str| {
        let bank = BOOK.bank(bank).unwrap();
        let today = "2026-11-23".parse().unwrap();
        let (_, findings) = acquit_flow::read_statements(&BOOK, bank, text.as_bytes(), today);
        findings.iter().find(|one| one.rejects()).map_or(String::new(), |one| one.code.to_string())
    };
    let one = [booking("B1", 100, "X")];
    let good = camt053(ACCOUNT, 1, day(), 0, &one);
    assert_eq!(code("ATTIJARIWAFA", &good), "");
    assert_eq!(code("BANK", &good.replace(".001.08", ".001.02")), "", "any version");
    assert_eq!(code("BANK", &good.replace("camt.053", "camt.052")), "FIL-NONE");
    assert_eq!(code("BANK", &good.replace("<Cd>CLBD</Cd>", "<Cd>ITBD</Cd>")), "");
    assert_eq!(code("BANK", &good.replacen("1.00", "1.01", 1)), "FIL-BALANCE");
    assert_eq!(code("BANK", &good.replace("1.00", "1.001")), "PAY-NUM");
    assert_eq!(code("BANK", &good.replace("1.00", "1,00")), "XML-NUM");
    assert_eq!(code("BANK", &good.replace("\"MAD\"", "\"XXX\"")), "BIZ-CUR");
    assert_eq!(code("BANK", &good.replace("BOOK", "GONE")), "XML-012");
    assert_eq!(code("BANK", &good.replace("</Stmt>", "")), "XML-MALFORMED");
    assert_eq!(code("BANK", "<a/>"), "FIL-NONE");
    let advice = cremul(ACCOUNT, "C1", day(), &one);
    assert_eq!(code("ATTIJARIWAFA", &advice), "");
    assert_eq!(code("ATTIJARIWAFA", &advice.replace("BCMAMAMC", "SOMEBODY")), "EDI-023");
    assert_eq!(code("BANK", &advice.replace("96A", "01B")), "FIL-NONE");
    // One transfer is worth its booking, whatever it says itself.
    assert_eq!(code("BANK", &advice.replace("MOA+143:1.00", "MOA+143:1.01")), "");
    assert_eq!(code("BANK", &advice.replace("MOA+60:1.00", "MOA+60:1.0o")), "EDI-037");
}

#[tokio::test]
async fn a_batch_is_taken_apart() {
    let mut house = house();
    let one = house.start(BANKS, "00080001", "transfer", "").await;
    let other = house.start(BANKS, "00080002", "transfer", "").await;
    let text = camt053(ACCOUNT, 1, day(), 0, &[booking("B1", 20_000, &one.number)]);
    let (before, rest) = text.split_once("<TxDtls>").unwrap();
    let (details, after) = rest.split_once("</TxDtls>").unwrap();
    let details = details.replace("200.00", "100.00");
    let second = details.replace(&one.number, &other.number);
    let text = format!("{before}<TxDtls>{details}</TxDtls><TxDtls>{second}</TxDtls>{after}");
    let said = house.report(&text).await.unwrap();
    assert_eq!(told(&said), "2 of 2: 2 applied 0 suspended 0 known 0 pending");
    assert_eq!(house.state(BANKS, "00080002").await, InvoiceState::AwaitingIssuer);
    // Parts that do not add up are nothing to be relied on.
    let wrong = text.replacen("100.00", "100.01", 1);
    let refused = house.report(&wrong).await;
    assert!(matches!(&refused, Err(Refused::Findings(found)) if found[0].code == "BNK-BATCH"));
    assert_eq!(house.cases().await, Vec::<CaseKind>::new());
    house.balances().await;
}
