//! Amounts and dates as people read them.
//!
//! What this module is *not*: it rounds nothing; an amount is shown with every digit it has.

use acquit_domain::{Date, Money, Timestamp};
use acquit_mapping::language::Language;
use jiff::tz::TimeZone;

/// A space that does not break, between thousands.
const NO_BREAK_SPACE: char = '\u{a0}';

/// An amount with its currency: `3 600,00 MAD`, in English `3,600.00 MAD`.
pub(crate) fn amount(money: Money, language: Language) -> String {
    let plain = money.decimal().to_string();
    let (sign, digits) = match plain.strip_prefix('-') {
        Some(digits) => ("-", digits),
        None => ("", plain.as_str()),
    };
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    let (group, point) = match language {
        Language::En => (',', '.'),
        Language::Fr | Language::Ar => (NO_BREAK_SPACE, ','),
    };
    let mut shown = String::from(sign);
    for (at, digit) in whole.chars().enumerate() {
        if at > 0 && (whole.len() - at).is_multiple_of(3) {
            shown.push(group);
        }
        shown.push(digit);
    }
    if !fraction.is_empty() {
        shown.push(point);
        shown.push_str(fraction);
    }
    shown.push(NO_BREAK_SPACE);
    shown.push_str(money.currency.code());
    shown
}

/// A day: `26/03/2016`, in English `2016-03-26`, which reads one way on both sides of an ocean.
pub(crate) fn day(date: Date, language: Language) -> String {
    let (year, month, day) = (date.year(), date.month(), date.day());
    match language {
        Language::En => format!("{year:04}-{month:02}-{day:02}"),
        Language::Fr | Language::Ar => format!("{day:02}/{month:02}/{year:04}"),
    }
}

/// A moment in a zone, with its distance from UTC: clocks of a country may change.
pub(crate) fn moment(at: Timestamp, zone: &str, language: Language) -> String {
    let zone = TimeZone::get(zone).unwrap_or(TimeZone::UTC);
    let Ok(instant) = jiff::Timestamp::from_microsecond(at.0) else { return at.to_string() };
    let local = instant.to_zoned_datetime(zone);
    let seconds = local.offset().seconds();
    let (sign, minutes) = (if seconds < 0 { '-' } else { '+' }, seconds.unsigned_abs() / 60);
    let day = day(local.date(), language);
    let (hour, minute) = (local.hour(), local.minute());
    let (off_hours, off_minutes) = (minutes / 60, minutes % 60);
    format!("{day} {hour:02}:{minute:02} (UTC{sign}{off_hours:02}:{off_minutes:02})")
}

#[cfg(test)]
mod tests {
    use super::*;
    use acquit_domain::Currency;

    fn check(minor: i64, currency: &str, french: &str, english: &str) {
        let currency = Currency::of(currency).unwrap_or(Currency::MAD);
        let money = Money::new(minor, currency);
        assert_eq!(amount(money, Language::Fr).replace(NO_BREAK_SPACE, " "), french);
        assert_eq!(amount(money, Language::En).replace(NO_BREAK_SPACE, " "), english);
    }

    #[test]
    fn amounts() {
        check(360_000, "MAD", "3 600,00 MAD", "3,600.00 MAD");
        check(-5, "MAD", "-0,05 MAD", "-0.05 MAD");
        check(1_234_567, "JPY", "1 234 567 JPY", "1,234,567 JPY");
        check(1_234_567, "TND", "1 234,567 TND", "1,234.567 TND");
        check(i64::MIN, "MAD", "-92 233 720 368 547 758,08 MAD", "-92,233,720,368,547,758.08 MAD");
    }

    #[test]
    fn moments() {
        let said = |text: &str, zone| {
            let at = Timestamp::parse(text).expect("a moment");
            moment(at, zone, Language::Fr)
        };
        let zone = "Africa/Casablanca";
        assert_eq!(said("2026-08-01T10:30:00Z", zone), "01/08/2026 11:30 (UTC+01:00)");
        assert_eq!(said("2026-11-23T10:30:00Z", zone), "23/11/2026 10:30 (UTC+00:00)");
        assert_eq!(said("2026-11-23T10:30:00Z", "Nowhere"), "23/11/2026 10:30 (UTC+00:00)");
    }
}
