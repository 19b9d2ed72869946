//! A provider's day against the ledger.

use crate::house::{BOOK, CARDS, DAY, House, house};
use crate::records::statement;
use acquit_domain::pay::{CaseKind, Day};
use acquit_domain::{Currency, Date, InvoiceState, Timestamp};
use acquit_server::settlement::{self, Import, Refused};

const HEADER: &str = "transaction;order;reference;type;amount;currency;fee;date;operator\n";

/// A settlement file: `transaction order type amount fee day` a line.
fn file(lines: &[&str]) -> String {
    let mut text = HEADER.to_owned();
    for line in lines {
        let words: Vec<&str> = line.split(' ').map(|word| word.trim_matches('-')).collect();
        let [transaction, order, kind, amount, fee, day] = words[..] else { panic!("{line}") };
        let day = if day.is_empty() { DAY } else { &format!("2026-11-{day}") };
        text.push_str(&format!("{transaction};{order};;{kind};{amount};MAD;{fee};{day};\n"));
    }
    text
}

/// The classes of the lines, in order.
fn classes(day: &Day) -> String {
    let word = |line: &acquit_domain::pay::SettlementLine| {
        let case = if line.case.is_some() { "!" } else { "" };
        format!("{}:{}{case}", line.transaction, line.class.key())
    };
    day.lines.iter().map(word).collect::<Vec<_>>().join(" ")
}

#[tokio::test]
async fn every_line_of_a_day_is_in_a_class() {
    let mut house = house();
    for (number, transaction, fee) in
        [("1", "T1", 0), ("2", "T2", 0), ("4", "T4", 0), ("5", "T5", 0), ("6", "T6", 0)]
    {
        house.paid(&format!("0007000{number}"), transaction, fee).await;
    }
    house.paid("00070007", "T7", 0).await;
    house.paid("00070009", "T9", 200).await;
    let lost = house.start(CARDS, "00070003", "cmi.card", "").await;
    let text = file(&[
        "T1 - paid 100.00 1.00 -",
        &format!("T3 {} paid 100.00 - -", lost.number),
        "T4 - paid 90.00 - -",
        "T5 - paid 100.00 - 22",
        "T6 - paid 100.00 - -",
        "T6 - paid 100.00 - -",
        "T7 - declined 100.00 - -",
        "T8 - paid 55.00 - -",
        "T9 - paid 100.00 3.00 -",
    ]);
    let day = house.import(&text, Import::default()).await.unwrap();
    let expected = "T1:match T3:provider_only T4:amount_diff! T5:date_diff T6:match \
                    T6:duplicate! T7:status_diff! T8:provider_only! T9:fee_diff! T2:engine_only";
    assert_eq!(classes(&day), expected);
    assert_eq!((day.on.to_string().as_str(), day.file_minor), (DAY, 74_500));
    assert_eq!(house.state(CARDS, "00070003").await, InvoiceState::AwaitingIssuer);
    let report = settlement::json(&day, true);
    assert_eq!((report.unexplained.as_str(), report.due.as_str()), ("0.00", "741.00"));
    house.balances().await;
    // The same file again is known: the same day, no second case, no second payment.
    let cases = house.cases().await;
    let again = house.import(&text, Import::default()).await.unwrap();
    assert_eq!(classes(&again), expected);
    assert_eq!(house.cases().await, cases);
    assert_eq!(again.lines, house.stored().await.lines);
    house.balances().await;
}

impl House {
    async fn stored(&self) -> Day {
        let on: Date = DAY.parse().unwrap();
        let store = &self.engine.store;
        let day = store.settlement_day("CMI".to_owned(), on, Currency::MAD).await.unwrap();
        day.unwrap()
    }
}

#[tokio::test]
async fn a_closed_day_never_changes() {
    let mut house = house();
    house.paid("00070001", "T1", 0).await;
    let text = file(&["T1 - paid 100.00 - -"]);
    let closed = Import { close: true, ..Import::default() };
    let day = house.import(&text, closed).await.unwrap();
    assert!(day.closed_at.is_some());
    // The same file gives the same; another one is for a later day.
    assert_eq!(house.import(&text, Import::default()).await.unwrap(), day);
    let other = file(&["T1 - paid 100.00 - -", "T2 - paid 10.00 - -"]);
    let refused = house.import(&other, Import::default()).await;
    assert!(matches!(refused, Err(Refused::Closed(_))), "{refused:?}");
    assert_eq!(house.stored().await, day);
    let on = Some("2026-11-24".parse().unwrap());
    let later = house.import(&other, Import { on, ..Import::default() }).await.unwrap();
    assert_eq!(classes(&later), "T1:duplicate! T2:provider_only!");
    house.balances().await;
}

#[tokio::test]
async fn what_a_file_lacks_has_some_days() {
    let mut house = house();
    house.paid("00070001", "T1", 0).await;
    house.paid("00070002", "T2", 0).await;
    house.paid("00070003", "T3", 0).await;
    let day = house.import(&file(&["T1 - paid 100.00 - -"]), Import::default()).await.unwrap();
    assert_eq!(classes(&day), "T1:match T2:engine_only T3:engine_only");
    // The next file has one of them.
    let next = Import { on: Some("2026-11-24".parse().unwrap()), ..Import::default() };
    let day = house.import(&file(&["T2 - paid 100.00 - 23"]), next).await.unwrap();
    assert_eq!(classes(&day), "T2:match T3:engine_only");
    // Days later the other is asked for.
    let now = house.engine.clock.now();
    house.engine.clock.set(Timestamp(now.0 + 5 * 86_400_000_000));
    let late = Import { on: Some("2026-11-28".parse().unwrap()), ..Import::default() };
    let day = house.import(&file(&["T9 - declined 1.00 - 28"]), late).await.unwrap();
    assert_eq!(classes(&day), "T9:match T3:engine_only!");
    assert_eq!(house.cases().await, [CaseKind::Reconciliation]);
    assert_eq!(house.state(CARDS, "00070003").await, InvoiceState::AwaitingIssuer, "no reversal");
}

#[tokio::test]
async fn a_file_that_cannot_be_read_counts_for_nothing() {
    let house = house();
    for text in [
        "",
        HEADER,
        "a;b\n1;2\n",
        &file(&["T1 - paid 1o0.00 - -"]),
        &file(&["T1 - gold 100.00 - -"]),
        &file(&["T1 - paid 0.00 - -"]),
        &file(&["T1 - paid 10.001 - -"]),
        &file(&["T1 - paid 99999999999999999999 - -"]),
    ] {
        let refused = house.import(text, Import::default()).await;
        assert!(matches!(refused, Err(Refused::Findings(_))), "{text}: {refused:?}");
    }
    assert!(house.engine.store.settlement_days(None, 10).await.unwrap().is_empty());
}

#[tokio::test]
async fn exports_are_safe_in_spreadsheets() {
    let house = house();
    // badinputs L001, L002.
    let text = format!(
        "{HEADER}\"=HYPERLINK(\"\"http://evil\"\")\";+1;@x;paid;1.00;MAD;;{DAY};\n-1;;;refund;1.00;\
         MAD;;{DAY};\n"
    );
    let day = house.import(&text, Import::default()).await.unwrap();
    let csv = String::from_utf8(settlement::csv(&day)).unwrap();
    assert!(csv.contains("\"'=HYPERLINK(\"\"http://evil\"\")\",\"'+1\",\"'@x\",1.00,"), "{csv}");
    assert!(csv.contains("\"'-1\",,,-1.00,"), "{csv}");
}

#[tokio::test]
async fn a_day_is_compared_with_the_bank() {
    let mut house = house();
    house.paid("00070001", "T1", 0).await;
    let text = file(&["T1 - paid 100.00 1.00 -"]);
    let today: Date = DAY.parse().unwrap();
    let bank = |minor| {
        let text = statement("241126", &[("30", "REMISE CMI 231126", "R1", minor)], 0);
        let (read, findings) =
            acquit_flow::read_statements(&BOOK, BOOK.bank("BANK").unwrap(), text.as_bytes(), today);
        assert!(!findings.iter().any(acquit_domain::Finding::rejects), "{findings:?}");
        Import { bank: Some(read), ..Import::default() }
    };
    let day = house.import(&text, bank(9_900)).await.unwrap();
    assert_eq!((classes(&day).as_str(), day.bank_minor), ("T1:match", Some(9_900)));
    let day = house.import(&text, bank(9_000)).await.unwrap();
    assert_eq!(classes(&day), "T1:match :bank_short!");
    let again = house.import(&text, bank(9_000)).await.unwrap();
    assert_eq!(again.lines, day.lines, "one case");
}
