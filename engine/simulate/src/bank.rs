//! A bank: its statement of 120 characters about transfers, its daily file about cheques, its
//! camt.053 and camt.054, and its credit advice CREMUL.

mod advice;
mod iso;

pub use advice::cremul;
pub use iso::{camt053, camt054};

use crate::amount;
use jiff::civil::Date;

/// A movement of a statement.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Movement {
    /// Interbank code: `05` a transfer received, `03` an unpaid cheque.
    pub code: &'static str,
    /// What the payer wrote.
    pub label: String,
    /// The bank's reference, at most 9 characters.
    pub reference: String,
    /// Centimes; negative when they left.
    pub minor: i64,
}

/// A booking as ISO 20022 and EDIFACT tell it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Booking {
    /// The bank's reference.
    pub reference: String,
    /// Centimes; negative when they left.
    pub minor: i64,
    /// Name of who paid.
    pub payer: String,
    /// Account of who paid, a RIB.
    pub payer_account: String,
    /// What the payer wrote.
    pub words: String,
    /// Only announced, not booked.
    pub is_pending: bool,
    /// Takes an earlier booking back.
    pub is_reversal: bool,
}

/// What became of a cheque.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cheque {
    /// The reference of its payment.
    pub payment: String,
    /// « Référence de remise ».
    pub remittance: String,
    /// Centimes.
    pub minor: i64,
    /// Whether the bank paid it.
    pub is_paid: bool,
}

/// The last characters of amounts: 0 to 9 with their sign.
const PLUS: &[u8; 10] = b"{ABCDEFGHI";
const MINUS: &[u8; 10] = b"}JKLMNOPQR";

/// A statement of an account: old balance, movements, new balance.
#[must_use]
pub fn statement(account: &str, day: Date, opening: i64, movements: &[Movement]) -> String {
    let closing = movements.iter().fold(opening, |sum, one| sum + one.minor);
    let date = day.strftime("%d%m%y").to_string();
    let mut text = record("01", account, "  ", &date, "      ", "", "", opening);
    for one in movements {
        let code = one.code;
        text.push_str(&record(
            "04",
            account,
            code,
            &date,
            &date,
            &one.label,
            &one.reference,
            one.minor,
        ));
    }
    text.push_str(&record("07", account, "  ", &date, "      ", "", "", closing));
    text
}

#[expect(clippy::too_many_arguments, reason = "one for each field of the record")]
fn record(
    kind: &str,
    account: &str,
    code: &str,
    date: &str,
    value_date: &str,
    label: &str,
    reference: &str,
    minor: i64,
) -> String {
    let label: String = label.chars().filter(char::is_ascii).take(31).collect();
    let reference: String = reference.chars().filter(char::is_ascii).take(9).collect();
    let signed = overpunched(minor);
    format!(
        "{kind}00007    00001MAD2 {account:0>11}{code}{date}  {value_date}{label:<31}\
         {reference:<11}{signed}{:<16}\r\n",
        ""
    )
}

/// Fourteen characters: digits, the last one with the sign.
fn overpunched(minor: i64) -> String {
    let digits = minor.unsigned_abs();
    let last = usize::try_from(digits % 10).unwrap_or_default();
    let last = if minor < 0 { MINUS[last] } else { PLUS[last] };
    format!("{:013}{}", digits / 10, char::from(last))
}

/// The daily file about cheques.
#[must_use]
pub fn cheques(cheques: &[Cheque]) -> String {
    let line = |one: &Cheque| {
        let said = if one.is_paid { "paid" } else { "unpaid" };
        let amount = amount::write(one.minor);
        format!("|{}|;|{}|;{amount};{said}\r\n", one.payment, one.remittance)
    };
    cheques.iter().map(line).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_record_has_its_length() {
        let movement = Movement {
            code: "05",
            label: "VIR PN-00069321-1 SATAA IMPORT EXPORT SARL".into(),
            reference: "T1".into(),
            minor: 360_000,
        };
        let day = "2026-11-23".parse().expect("a day");
        let text = statement("12345", day, 0, &[movement]);
        assert!(text.lines().all(|line| line.len() == 120), "{text}");
        let amount = |n: usize| text.lines().nth(n).map(|line| &line[90..104]);
        assert_eq!(amount(1), Some("0000000036000{"));
        assert_eq!(amount(2), Some("0000000036000{"));
        assert_eq!(overpunched(-360_000), "0000000036000}");
        let text = text.lines().nth(1).expect("a movement");
        assert_eq!((&text[32..34], &text[34..40], &text[42..48]), ("05", "231126", "231126"));
    }
}
