//! Forms only some partners write: the day first, a clock with colons, seconds since 1970.

use super::{Form, long_day, short_day, two};
use crate::value::Instant;
use jiff::civil::{DateTime, Time};
use jiff::tz::Offset;

/// Most digits of seconds since 1970; eleven reach the year 5138.
const SECONDS_DIGITS_MAX: usize = 11;

/// Reads one of these forms.
pub(super) fn read(form: Form, text: &str) -> Option<Instant> {
    let bytes = text.as_bytes();
    let date = match (form, bytes) {
        (Form::DayFirstShort, [d1, d2, m1, m2, y1, y2]) => {
            short_day(&[*y1, *y2, *m1, *m2, *d1, *d2])?
        }
        (Form::DayFirst, [d1, d2, m1, m2, c1, c2, y1, y2])
        | (Form::DayFirstSlashes, [d1, d2, b'/', m1, m2, b'/', c1, c2, y1, y2]) => {
            long_day(&[*c1, *c2, *y1, *y2, *m1, *m2, *d1, *d2])?
        }
        (Form::DayClock, [day @ .., b' ', h1, h2, b':', m1, m2, b':', s1, s2]) => {
            let (hour, minute, second) = (two(*h1, *h2)?, two(*m1, *m2)?, two(*s1, *s2)?);
            let time = Time::new(hour as i8, minute as i8, second as i8, 0).ok()?;
            return Some(Instant::local(DateTime::from_parts(long_day(day)?, time)));
        }
        (Form::Epoch, digits) => return epoch(digits),
        _ => return None,
    };
    Some(Instant::local(date.at(0, 0, 0, 0)))
}

/// An instant from seconds since 1970.
fn epoch(digits: &[u8]) -> Option<Instant> {
    let sound = (1..=SECONDS_DIGITS_MAX).contains(&digits.len());
    if !sound || !digits.iter().all(u8::is_ascii_digit) {
        return None;
    }
    let seconds = digits.iter().fold(0i64, |sum, digit| sum * 10 + i64::from(digit - b'0'));
    let at = Offset::UTC.to_datetime(jiff::Timestamp::from_second(seconds).ok()?);
    Some(Instant { at, offset_seconds: Some(0) })
}

/// The seconds since 1970 of an instant; one without zone is taken as UTC.
pub(super) fn seconds(instant: Instant) -> String {
    let at = instant.timestamp(0).map_or(0, |at| at.0.div_euclid(1_000_000));
    at.to_string()
}
