//! Jobs of the calendar: once a slot, whoever runs them.

use crate::house::{House, ISSUER, noon, until};
use acquit_domain::Timestamp;
use acquit_server::shell::Clock;
use std::time::Duration;

#[tokio::test(flavor = "multi_thread")]
async fn a_silent_partner_is_told_once_a_slot() {
    let house = House::new("[clocks]\nsilent_partners = \"0 9 * * 1-5\"\n").await;
    house.invoice("00073001").await.expect("taken");
    // Tuesday at 9:00 it is silent for 21 hours only.
    house.clock.set(Timestamp::parse("2026-11-24T09:00:00Z").expect("an instant"));
    tokio::time::sleep(Duration::from_millis(1500)).await;
    assert_eq!(house.alerts("partner.silent").await, [""; 0]);
    let wednesday = Timestamp::parse("2026-11-25T09:00:00Z").expect("an instant");
    house.clock.set(wednesday);
    let alerts = until(|| async {
        Some(house.alerts("partner.silent").await).filter(|alerts| !alerts.is_empty())
    });
    let alerts = alerts.await;
    assert!(alerts[0].contains(ISSUER) && alerts[0].contains("2026-11-23T12:00:00Z"), "{alerts:?}");

    // Another node over the same store, and the same one with a clock that goes back and forth.
    let other = House::over(house.store.clone(), Clock::manual(wednesday), "").await;
    house.clock.set(noon());
    tokio::time::sleep(Duration::from_secs(1)).await;
    house.clock.set(wednesday);
    tokio::time::sleep(Duration::from_secs(1)).await;
    assert_eq!(house.alerts("partner.silent").await.len(), 1);
    house.service.stop().await;
    other.service.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_bank_that_says_nothing_is_told() {
    let house = House::new("").await;
    crate::deadlines::begun(&house, "00073002").await;
    house.clock.set(Timestamp::parse("2026-11-26T10:00:00Z").expect("an instant"));
    tokio::time::sleep(Duration::from_millis(1500)).await;
    assert_eq!(house.alerts("bank.silent").await, [""; 0], "three working days are given");
    house.clock.set(Timestamp::parse("2026-11-27T10:00:00Z").expect("an instant"));
    let alerts = until(|| async {
        Some(house.alerts("bank.silent").await).filter(|alerts| !alerts.is_empty())
    });
    assert!(alerts.await[0].contains("cheque"));
    house.service.stop().await;
}

/// The numbers of these invoices' messages are 9 and their own.
#[tokio::test(flavor = "multi_thread")]
async fn a_number_that_never_came_is_told_once() {
    let house = House::new("").await;
    for number in ["00073011", "00073013", "00073016", "00073015"] {
        house.invoice(number).await.expect("taken");
    }
    house.pass(14 * 60);
    tokio::time::sleep(Duration::from_millis(1500)).await;
    assert_eq!(house.alerts("sequence.gap").await, [""; 0], "a quarter of an hour is given");
    house.invoice("00073014").await.expect("taken");
    house.pass(6 * 60);
    let alerts = until(|| async {
        Some(house.alerts("sequence.gap").await).filter(|alerts| !alerts.is_empty())
    });
    assert_eq!(alerts.await, [format!("900073012 of {ISSUER} never came by http")]);
    // Another node reads the same log, and the same one runs again.
    let later = Clock::manual(Timestamp(house.clock.now().0 + 600_000_000));
    let other = House::over(house.store.clone(), later, "").await;
    house.pass(600);
    tokio::time::sleep(Duration::from_millis(1500)).await;
    assert_eq!(house.alerts("sequence.gap").await.len(), 1);
    house.service.stop().await;
    other.service.stop().await;
}

#[test]
fn what_is_no_cron_line_is_refused_with_its_key() {
    let read = |text: &str| acquit_server::config::read("acquit.toml", text, &Default::default());
    let wrong = read("[clocks]\nday_end = \"at night\"\n").expect_err("refused").to_string();
    assert!(wrong.contains("clocks.day_end"), "{wrong}");
    assert!(read("[clocks]\nday_end = \"never\"\n").is_ok());
    let wrong = read("[mail]\nhost = \"h\"\nfrom = \"a@b.example\"\npassword = \"x\"\n");
    assert!(wrong.expect_err("refused").to_string().contains("file:PATH"));
}
