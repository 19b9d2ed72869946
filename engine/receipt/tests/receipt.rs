//! Receipts of every language: the same bytes each time, pages as needed, no name too odd.

use acquit_domain::{Currency, Date, Money, Timestamp};
use acquit_mapping::language::{LANGUAGES, Language};
use acquit_receipt::{CLAIM_DAYS, Named, ReceiptData, ReceiptLine, References, pdf};
use proptest::prelude::*;

/// The receipt of the user guide's specimen, with a number of invoices.
fn receipt(count: u32) -> ReceiptData {
    let mad = |minor| Money::new(minor, Currency::MAD);
    let line = |at: u32| ReceiptLine {
        number: format!("{:08}", 28_653 + at),
        date: Date::new(2016, 3, 26).ok(),
        amount: mad(360_000),
    };
    ReceiptData {
        number: "R-2026-000042".to_owned(),
        at: Timestamp::parse("2026-11-23T10:30:00Z").expect("a moment"),
        zone: "Africa/Casablanca".to_owned(),
        platform: "PortNet".to_owned(),
        issuer: Named { name: "Agence Nationale des Ports".to_owned(), code: "ANP".to_owned() },
        client: Named {
            name: "شركة ASKA للاستيراد".to_owned(), code: "93583".to_owned()
        },
        means: "Carte bancaire".to_owned(),
        provider: "CMI".to_owned(),
        channel: Some("Fatourati – CIH Online".to_owned()),
        references: References {
            fatourati: Some("1089010000162".to_owned()),
            provider_transaction: Some("100030811926".to_owned()),
            channel: Some("CB4648".to_owned()),
            order: "2288650".to_owned(),
        },
        lines: (0..count).map(line).collect(),
        total: mad(360_000 * i64::from(count) + 1_500),
        fees: mad(1_500),
        claim_days: CLAIM_DAYS,
        verification: Some("https://portal.example/receipts/R-2026-000042?c=9f2b".to_owned()),
    }
}

/// How many pages a receipt has: the count of its page tree, which is not compressed.
fn page_count(bytes: &[u8]) -> usize {
    let text = String::from_utf8_lossy(bytes);
    let count = text.split("/Count ").nth(1).expect("a page tree");
    count.split(|c: char| !c.is_ascii_digit()).next().and_then(|n| n.parse().ok()).unwrap_or(0)
}

#[test]
fn the_same_data_is_the_same_file() {
    for (language, key) in LANGUAGES {
        let bytes = pdf(&receipt(3), *language).expect("a receipt");
        assert!(bytes.starts_with(b"%PDF-1.7"), "{key}");
        assert!(bytes == pdf(&receipt(3), *language).expect("a receipt"), "{key}");
        assert!(bytes.len() < 60_000, "{key}: {} bytes", bytes.len());
        // Kept for people to look at when a folder is named.
        if let Some(folder) = std::env::var_os("ACQUIT_KEEP") {
            for (count, bytes) in [(3, bytes), (40, pdf(&receipt(40), *language).expect("one"))] {
                let path = std::path::Path::new(&folder).join(format!("receipt-{key}-{count}.pdf"));
                std::fs::write(path, bytes).expect("the folder is there");
            }
        }
    }
}

#[test]
fn pages() {
    let check = |count, pages| {
        let bytes = pdf(&receipt(count), Language::Fr).expect("a receipt");
        assert_eq!(page_count(&bytes), pages, "{count} invoices");
    };
    check(0, 1);
    check(1, 1);
    check(40, 1);
    check(60, 2);
    check(500, 8);
    assert!(pdf(&receipt(10_001), Language::Fr).is_err());
}

#[test]
fn long_and_odd_texts() {
    let mut data = receipt(2);
    data.client.name = "N".repeat(100_000);
    data.issuer.name = "اسم طويل ".repeat(200);
    data.number = "\u{202e}4242\u{0}".to_owned();
    data.platform = String::new();
    data.lines[0].number = "9".repeat(3_000);
    data.lines[1].amount = Money::new(i64::MIN, Currency::MAD);
    data.total = Money::new(i64::MAX, Currency::MAD);
    data.verification = Some("x".repeat(10_000));
    for (language, key) in LANGUAGES {
        pdf(&data, *language).expect(key);
    }
}

#[test]
fn json() {
    let text = serde_json::to_value(receipt(1)).expect("it serializes");
    assert_eq!(text["at"], "2026-11-23T10:30:00Z");
    assert_eq!(text["lines"][0]["amount"], "3600.00");
    assert_eq!(text["lines"][0]["date"], "2016-03-26");
    assert_eq!(text["total"]["amount"], "3615.00");
    assert_eq!(text["total"]["currency"], "MAD");
    assert_eq!(text["references"]["fatourati"], "1089010000162");
}

proptest! {
    #![proptest_config(ProptestConfig {
        failure_persistence: None,
        ..ProptestConfig::with_cases(64)
    })]

    #[test]
    fn no_text_fails(
        name in "\\PC{0,80}",
        any in any::<String>(),
        arabic in "[ء-ي0-9a-z .()\u{300}-\u{310}]{0,60}",
    ) {
        let mut data = receipt(1);
        data.client.name = name.clone();
        data.issuer.name = arabic;
        data.references.order = any.clone();
        data.lines[0].number = any;
        data.verification = Some(name);
        for language in [Language::Fr, Language::Ar] {
            prop_assert!(pdf(&data, language).is_ok());
        }
    }
}
