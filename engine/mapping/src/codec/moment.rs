//! Dates and times, in the forms partners write.

mod unusual;

use super::{ReadValue, Unreadable, Why};
use crate::value::{Instant, Value};
use acquit_domain::Date;
use jiff::civil::{DateTime, Time};

/// A form of a date or of a date and time. Digits are ASCII; every reading checks the calendar.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Form {
    /// `20171031` (2379 code 102).
    Day,
    /// `171031`: 00 to 69 are of this century (2379 code 101).
    ShortDay,
    /// `1710311149` (2379 code 201).
    ShortMinute,
    /// `201710311149` (2379 code 203).
    Minute,
    /// `20171031114900` (2379 code 204).
    Second,
    /// `311017`: as `ShortDay`, the day first.
    DayFirstShort,
    /// `31102017`.
    DayFirst,
    /// `31/10/2017`.
    DayFirstSlashes,
    /// `20171031 11:49:00`.
    DayClock,
    /// `1509450540`: seconds since 1970 in UTC.
    Epoch,
    /// `2017-10-31`; when reading also with a time behind it.
    Iso,
    /// `2017-10-31T11:49:00`; a fraction and an offset are read; the time may be left out.
    IsoSeconds,
}

/// Every form with its word and its code in data element 2379, if it has one.
const FORMS: &[(Form, &str, &str)] = &[
    (Form::Day, "ccyymmdd", "102"),
    (Form::ShortDay, "yymmdd", "101"),
    (Form::ShortMinute, "yymmddhhmm", "201"),
    (Form::Minute, "ccyymmddhhmm", "203"),
    (Form::Second, "ccyymmddhhmmss", "204"),
    (Form::DayFirstShort, "ddmmyy", ""),
    (Form::DayFirst, "ddmmccyy", ""),
    (Form::DayFirstSlashes, "dd/mm/ccyy", ""),
    (Form::DayClock, "ccyymmdd_hh:mm:ss", ""),
    (Form::Epoch, "epoch_seconds", ""),
    (Form::Iso, "iso", ""),
    (Form::IsoSeconds, "iso_seconds", ""),
];

/// Two-digit years below this one are of this century.
const CENTURY_PIVOT: i16 = 70;

impl Form {
    /// The words of every form.
    pub fn words() -> impl Iterator<Item = &'static str> {
        FORMS.iter().map(|(_, word, _)| *word)
    }

    /// The form of a word.
    #[must_use]
    pub fn of(word: &str) -> Option<Form> {
        FORMS.iter().find(|(_, known, _)| *known == word).map(|(form, ..)| *form)
    }

    /// The form of a code of data element 2379.
    #[must_use]
    #[inline]
    pub fn of_code(code: &str) -> Option<Form> {
        // Nearly always.
        if code == "102" {
            return Some(Form::Day);
        }
        let known = |(_, _, known): &&(Form, &str, &str)| !known.is_empty() && *known == code;
        FORMS.iter().find(known).map(|(form, ..)| *form)
    }

    /// The day of a text in the form of whole days, the usual one.
    #[inline]
    pub(crate) fn whole_day(digits: &[u8]) -> Option<Date> {
        long_day(digits)
    }

    /// The code of data element 2379 of that form.
    pub(crate) const WHOLE_DAY: &[u8] = b"102";

    /// The codes of data element 2379 that have a form.
    #[must_use]
    pub fn codes() -> String {
        let codes: Vec<&str> =
            FORMS.iter().map(|(.., code)| *code).filter(|code| !code.is_empty()).collect();
        codes.join(", ")
    }

    /// The word.
    #[must_use]
    pub fn word(self) -> &'static str {
        FORMS.iter().find(|(form, ..)| *form == self).map_or("", |(_, word, _)| word)
    }

    /// Reads a date and time; `None` when it is not of this form or not of the calendar.
    #[must_use]
    pub fn read(self, text: &str) -> Option<Instant> {
        let bytes = text.as_bytes();
        let (century, time) = match (self, bytes.len()) {
            (Form::Day, 8) => (true, 0),
            (Form::ShortDay, 6) => (false, 0),
            (Form::ShortMinute, 10) => (false, 4),
            (Form::Minute, 12) => (true, 4),
            (Form::Second, 14) => (true, 6),
            (Form::Iso | Form::IsoSeconds, _) => return iso(text),
            _ => return unusual::read(self, text),
        };
        let (day, clock) = bytes.split_at(bytes.len() - time);
        let date = if century { long_day(day)? } else { short_day(day)? };
        let (hour, minute, second) = match clock {
            [] => (0, 0, 0),
            [h1, h2, m1, m2] => (two(*h1, *h2)?, two(*m1, *m2)?, 0),
            [h1, h2, m1, m2, s1, s2] => (two(*h1, *h2)?, two(*m1, *m2)?, two(*s1, *s2)?),
            _ => return None,
        };
        let time = Time::new(hour as i8, minute as i8, second as i8, 0).ok()?;
        Some(Instant::local(DateTime::from_parts(date, time)))
    }

    /// Writes a date and time in this form.
    #[must_use]
    pub fn write(self, instant: Instant) -> String {
        let at = instant.at;
        let (year, month, day) = (at.year(), at.month(), at.day());
        let (hour, minute, second) = (at.hour(), at.minute(), at.second());
        let short = year.rem_euclid(100);
        match self {
            Form::Day => format!("{year:04}{month:02}{day:02}"),
            Form::ShortDay => format!("{short:02}{month:02}{day:02}"),
            Form::ShortMinute => format!("{short:02}{month:02}{day:02}{hour:02}{minute:02}"),
            Form::Minute => format!("{year:04}{month:02}{day:02}{hour:02}{minute:02}"),
            Form::Second => {
                format!("{year:04}{month:02}{day:02}{hour:02}{minute:02}{second:02}")
            }
            Form::Iso => at.date().to_string(),
            Form::IsoSeconds => instant.to_string(),
            Form::DayFirstShort => format!("{day:02}{month:02}{short:02}"),
            Form::DayFirst => format!("{day:02}{month:02}{year:04}"),
            Form::DayFirstSlashes => format!("{day:02}/{month:02}/{year:04}"),
            Form::DayClock => {
                format!("{year:04}{month:02}{day:02} {hour:02}:{minute:02}:{second:02}")
            }
            Form::Epoch => unusual::seconds(instant),
        }
    }
}

/// Reads a day in the first form that fits.
pub(crate) fn read_date<'a>(text: &str, forms: &[Form]) -> ReadValue<'a> {
    let date = forms.iter().find_map(|form| form.read(text)).map(|instant| instant.at.date());
    date.map(|date| (Some(Value::Date(date)), None)).ok_or_else(|| unreadable(forms))
}

/// Reads a date and time in the first form that fits.
pub(crate) fn read_instant<'a>(text: &str, forms: &[Form]) -> ReadValue<'a> {
    let instant = forms.iter().find_map(|form| form.read(text));
    instant.map(|at| (Some(Value::Instant(at)), None)).ok_or_else(|| unreadable(forms))
}

fn unreadable(forms: &[Form]) -> Unreadable {
    let words: Vec<&str> = forms.iter().map(|form| form.word()).collect();
    Unreadable { why: Why::Date, expected: words.join(" or ") }
}

/// Two digits.
fn two(tens: u8, units: u8) -> Option<i16> {
    let digits = tens.is_ascii_digit() && units.is_ascii_digit();
    digits.then(|| i16::from(tens - b'0') * 10 + i16::from(units - b'0'))
}

/// `ccyymmdd`.
#[inline]
fn long_day(digits: &[u8]) -> Option<Date> {
    let [c1, c2, y1, y2, m1, m2, d1, d2] = *digits else { return None };
    let year = two(c1, c2)? * 100 + two(y1, y2)?;
    Date::new(year, two(m1, m2)? as i8, two(d1, d2)? as i8).ok()
}

/// `yymmdd`.
fn short_day(digits: &[u8]) -> Option<Date> {
    let [y1, y2, m1, m2, d1, d2] = *digits else { return None };
    let short = two(y1, y2)?;
    let year = if short < CENTURY_PIVOT { 2000 + short } else { 1900 + short };
    Date::new(year, two(m1, m2)? as i8, two(d1, d2)? as i8).ok()
}

/// ISO 8601 as partners write it: a day, a day and a time after `T` or a blank, with or without
/// a fraction, with or without an offset.
fn iso(text: &str) -> Option<Instant> {
    let shape = |at: usize| text.as_bytes().get(at).copied();
    if !text.is_ascii() || shape(4)? != b'-' || shape(7)? != b'-' {
        return None;
    }
    let day = [&text[..4], &text[5..7], text.get(8..10)?].concat();
    let date = long_day(day.as_bytes())?;
    let rest = &text[10..];
    if rest.is_empty() {
        return Some(Instant::local(date.at(0, 0, 0, 0)));
    }
    let rest = rest.strip_prefix(['T', ' '])?;
    let (clock, offset) = split_offset(rest)?;
    let time: Time = (clock.len() >= 5).then(|| clock.parse().ok())??;
    let leap = clock.len() >= 8 && &clock[6..8] == "60";
    (!leap).then_some(Instant { at: DateTime::from_parts(date, time), offset_seconds: offset })
}

/// A time without its offset, and the offset in seconds.
fn split_offset(text: &str) -> Option<(&str, Option<i32>)> {
    if let Some(clock) = text.strip_suffix('Z') {
        return Some((clock, Some(0)));
    }
    let Some(at) = text.rfind(['+', '-']) else { return Some((text, None)) };
    let [h1, h2, b':', m1, m2] = *text.as_bytes().get(at + 1..)? else { return None };
    let (hours, minutes) = (two(h1, h2)?, two(m1, m2)?);
    if hours > 18 || minutes > 59 {
        return None;
    }
    let seconds = i32::from(hours) * 3600 + i32::from(minutes) * 60;
    let negative = text.as_bytes()[at] == b'-';
    Some((&text[..at], Some(if negative { -seconds } else { seconds })))
}

impl From<DateTime> for Instant {
    fn from(at: DateTime) -> Instant {
        Instant::local(at)
    }
}
