//! CREMUL D.96A, as a bank writes it: one booking (LIN) for each payment.

use super::Booking;
use crate::amount;
use jiff::civil::Date;

/// A credit advice. A pending one is a preadvice; reversals take a message of their own.
#[must_use]
pub fn cremul(account: &str, reference: &str, day: Date, bookings: &[Booking]) -> String {
    let kind = match bookings.first() {
        Some(first) if first.is_pending => "435",
        Some(first) if first.is_reversal => "458",
        _ => "454",
    };
    let date = day.strftime("%Y%m%d").to_string();
    let mut segments = vec![
        "UNH+1+CREMUL:D:96A:UN".to_owned(),
        format!("BGM+{kind}+{}+9", released(reference)),
        format!("DTM+137:{date}:102"),
    ];
    for (at, one) in bookings.iter().enumerate() {
        let money = amount::write(one.minor.abs());
        segments.extend([
            format!("LIN+{}", at + 1),
            format!("DTM+202:{date}:102"),
            format!("MOA+60:{money}:MAD"),
            format!("RFF+ACK:{}", released(&one.reference)),
            format!("FII+BF+{account}"),
            "SEQ++1".to_owned(),
            format!("FII+OR+{}", released(&one.payer_account)),
            format!("RFF+ACK:{}", released(&one.reference)),
            format!("MOA+143:{money}"),
            format!("NAD+PL+++{}", released(&one.payer)),
            "PRC+11".to_owned(),
            format!("FTX+PMD+++{}", released(&one.words)),
        ]);
    }
    segments.push(format!("CNT+2:{}", bookings.len()));
    segments.push(format!("UNT+{}+1", segments.len() + 1));
    let date = day.strftime("%y%m%d").to_string();
    format!(
        "UNA:+.? 'UNB+UNOC:3+BCMAMAMC:ZZZ+611PNET00100:ZZZ+{date}:1800+{reference}'{}'\
         UNZ+1+{reference}'",
        segments.join("'")
    )
}

/// A text with its service characters released.
fn released(text: &str) -> String {
    text.chars()
        .flat_map(|one| {
            matches!(one, '+' | ':' | '\'' | '?').then_some('?').into_iter().chain([one])
        })
        .collect()
}
