//! Transfers whose reference is missing or damaged: one order fits, or an operator decides.

use crate::house::{BANKS, house};
use crate::reports::{ACCOUNT, booking, day};
use acquit_domain::InvoiceState;
use acquit_domain::pay::CaseKind;
use acquit_simulate::bank::{Booking, camt053};

#[tokio::test]
async fn damaged_references_are_mended() {
    let mut house = house();
    let order = house.start(BANKS, "00080001", "transfer", "").await;
    let digits = order.number.trim_start_matches("PN");
    let words = format!("vir pn {} {}", &digits[..5], &digits[5..]);
    let text = camt053(ACCOUNT, 1, day(), 0, &[booking("B1", 10_000, &words)]);
    house.report(&text).await.unwrap();
    assert_eq!(house.state(BANKS, "00080001").await, InvoiceState::AwaitingIssuer);
}

#[tokio::test]
async fn one_order_of_this_amount_and_payer() {
    let mut house = house();
    house.start(BANKS, "00080001", "transfer", "").await;
    // Another payer's name is no match, although the amount is; neither is another amount.
    let stranger = Booking { payer: "TMTA".to_owned(), ..booking("B1", 10_000, "LOYER") };
    let text = camt053(ACCOUNT, 1, day(), 0, &[stranger, booking("B2", 9_999, "FACTURE")]);
    let said = house.report(&text).await.unwrap();
    assert_eq!((said.applied, said.suspended), (0, 2));
    assert_eq!(house.state(BANKS, "00080001").await, InvoiceState::Open);
    let texts = house.case_texts().await;
    assert!(texts.iter().any(|text| text.contains("payeur TMTA; PN")), "{texts:?}");
    assert!(texts.iter().any(|text| text.ends_with("payeur SATAA IMPORT EXPORT")), "{texts:?}");
    // Payer and amount fit just one.
    let right = camt053(ACCOUNT, 2, day(), 19_999, &[booking("B3", 10_000, "FACTURE")]);
    let said = house.report(&right).await.unwrap();
    assert_eq!((said.applied, said.suspended), (1, 0));
    assert_eq!(house.state(BANKS, "00080001").await, InvoiceState::AwaitingIssuer);
    let again = house.report(&right).await.unwrap();
    assert_eq!((again.applied, again.known, again.repeated), (0, 1, true));
    house.balances().await;
}

#[tokio::test]
async fn two_orders_that_fit_are_an_operator_s() {
    let mut house = house();
    let one = house.start(BANKS, "00080001", "transfer", "").await;
    let other = house.start(BANKS, "00080002", "transfer", "").await;
    let text = camt053(ACCOUNT, 1, day(), 0, &[booking("B1", 10_000, "FACTURE")]);
    let said = house.report(&text).await.unwrap();
    assert_eq!((said.applied, said.suspended), (0, 1));
    assert_eq!(house.cases().await, [CaseKind::Orphan]);
    let texts = house.case_texts().await;
    assert!(texts[0].contains(&one.number) && texts[0].contains(&other.number), "{texts:?}");
    // A payer whose account has the wrong key is nobody.
    let mut house = crate::house::house();
    house.start(BANKS, "00080001", "transfer", "").await;
    let odd = Booking {
        payer_account: "011519000001205000534922".to_owned(),
        ..booking("B1", 10_000, "FACTURE")
    };
    let said = house.report(&camt053(ACCOUNT, 1, day(), 0, &[odd])).await.unwrap();
    assert_eq!((said.applied, said.suspended), (0, 1));
    assert!(house.case_texts().await[0].contains("clé du compte"));
}

#[tokio::test]
async fn one_transfer_pays_several_orders() {
    let mut house = house();
    house.start(BANKS, "00080001", "transfer", "").await;
    house.start(BANKS, "00080002", "transfer", "").await;
    let words = "FACT 00080001 ET 00080002";
    let paid = booking("B1", 20_000, words);
    let text = camt053(ACCOUNT, 1, day(), 0, std::slice::from_ref(&paid));
    let said = house.report(&text).await.unwrap();
    assert_eq!((said.payments, said.applied, said.suspended), (1, 1, 0));
    for number in ["00080001", "00080002"] {
        assert_eq!(house.state(BANKS, number).await, InvoiceState::AwaitingIssuer);
    }
    // Told again by another statement, it is known; taken back, all of it goes back.
    let again = camt053(ACCOUNT, 2, day(), 20_000, std::slice::from_ref(&paid));
    let said = house.report(&again).await.unwrap();
    assert_eq!((said.applied, said.known, said.repeated), (0, 1, false));
    let back = Booking { is_reversal: true, minor: -20_000, ..paid };
    house.report(&camt053(ACCOUNT, 3, day(), 40_000, &[back])).await.unwrap();
    for number in ["00080001", "00080002"] {
        assert_eq!(house.state(BANKS, number).await, InvoiceState::Open);
    }
    // Not to the last unit: nothing is divided, and an operator decides.
    house.start(BANKS, "00080003", "transfer", "").await;
    house.start(BANKS, "00080004", "transfer", "").await;
    let less = booking("B2", 19_000, "FACT 00080003 ET 00080004");
    let said = house.report(&camt053(ACCOUNT, 4, day(), 20_000, &[less])).await.unwrap();
    assert_eq!((said.applied, said.suspended), (0, 1));
    house.balances().await;
}
