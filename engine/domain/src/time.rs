//! Dates and instants. The current time is always passed in.

pub use jiff::civil::Date;
use std::fmt;

/// An instant: microseconds since 1970-01-01T00:00:00Z.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Timestamp(pub i64);

/// Microseconds in a second.
pub const SECOND: i64 = 1_000_000;
/// Microseconds in a day of 24 hours.
pub const DAY: i64 = 86_400 * SECOND;

impl Timestamp {
    /// The calendar date in UTC.
    #[must_use]
    pub fn date(self) -> Date {
        let days = self.0.div_euclid(DAY);
        date_from_days(days.clamp(-4_371_222, 2_932_896) as i32)
    }

    /// Parses RFC 3339 (`2026-11-23T10:30:00Z`, offsets and fractions allowed).
    #[must_use]
    pub fn parse(text: &str) -> Option<Timestamp> {
        text.parse::<jiff::Timestamp>().ok().map(|at| Timestamp(at.as_microsecond()))
    }
}

/// The date `days` after 1970-01-01.
#[must_use]
pub fn date_from_days(days: i32) -> Date {
    Date::constant(1970, 1, 1).saturating_add(jiff::Span::new().days(days))
}

/// Days from 1970-01-01 to `date`.
#[must_use]
pub fn days_of(date: Date) -> i32 {
    (date - Date::constant(1970, 1, 1)).get_days()
}

/// RFC 3339 in UTC; fractions only when there are some.
impl fmt::Display for Timestamp {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match jiff::Timestamp::from_microsecond(self.0) {
            Ok(at) => at.fmt(out),
            Err(_) => write!(out, "@{}us", self.0),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rfc_3339_and_dates() {
        let at = Timestamp::parse("2017-11-01T11:49:00Z").expect("a valid instant");
        assert_eq!(at.to_string(), "2017-11-01T11:49:00Z");
        assert_eq!(at.date().to_string(), "2017-11-01");
        assert_eq!(Timestamp(-1).date().to_string(), "1969-12-31");
        assert_eq!(date_from_days(days_of(Date::constant(1997, 3, 5))), Date::constant(1997, 3, 5));
        assert_eq!(Timestamp::parse("2026-02-30T00:00:00Z"), None);
    }
}
