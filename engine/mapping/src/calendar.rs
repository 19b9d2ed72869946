//! `calendars/<name>.toml`: which days are working days, as data.
//!
//! Deadlines of banks and partners count working days (cheques: J+2; answers to notices: a
//! partner books once a working day). What this module is *not*: a clock; it is told the time.

use crate::files::{FileFault, Page, Section};
use acquit_domain::{Date, Timestamp};
use jiff::civil::Weekday;
use jiff::tz::TimeZone;
use std::collections::BTreeSet;

/// Most days in a row that are looked at for a working day: no feast is that long.
const SEARCH_MAX: usize = 366;

const WEEKDAYS: &[(Weekday, &str)] = &[
    (Weekday::Monday, "monday"),
    (Weekday::Tuesday, "tuesday"),
    (Weekday::Wednesday, "wednesday"),
    (Weekday::Thursday, "thursday"),
    (Weekday::Friday, "friday"),
    (Weekday::Saturday, "saturday"),
    (Weekday::Sunday, "sunday"),
];

/// A holiday that comes every year on the same day.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Holiday {
    month: i8,
    day: i8,
    from: i16,
}

/// A calendar of working days.
#[derive(Debug, Clone)]
pub struct Calendar {
    /// The zone its days are of.
    pub zone: TimeZone,
    weekend: Vec<Weekday>,
    holidays: Vec<Holiday>,
    feasts: BTreeSet<Date>,
}

impl Default for Calendar {
    /// Every day is a working day, in UTC.
    fn default() -> Calendar {
        Calendar {
            zone: TimeZone::UTC,
            weekend: Vec::new(),
            holidays: Vec::new(),
            feasts: BTreeSet::new(),
        }
    }
}

impl Calendar {
    /// Reads one calendar.
    #[must_use]
    pub fn read(file: &str, text: &str) -> (Calendar, Vec<FileFault>) {
        let page = Page::parse(file, text);
        let root = page.root();
        let zone = root.needed("zone");
        let zone = TimeZone::get(zone.text).unwrap_or_else(|_| {
            root.fault(zone.at, format!("there is no time zone \"{}\"", zone.text), &[]);
            TimeZone::UTC
        });
        let weekend: Vec<Weekday> = root.choices("weekend", WEEKDAYS);
        if weekend.len() >= WEEKDAYS.len() {
            root.fault(root.at(), "a week needs a working day", &[]);
        }
        let holidays = root.sections("holiday").iter().filter_map(holiday).collect();
        let feasts = root.sections("feast").iter().flat_map(feast).collect();
        root.finish();
        (Calendar { zone, weekend, holidays, feasts }, page.into_faults())
    }

    /// True when banks and partners work that day.
    #[must_use]
    pub fn is_working_day(&self, day: Date) -> bool {
        let holiday = |one: &Holiday| {
            one.month == day.month() && one.day == day.day() && day.year() >= one.from
        };
        !self.weekend.contains(&day.weekday())
            && !self.holidays.iter().any(holiday)
            && !self.feasts.contains(&day)
    }

    /// The day that comes `count` working days after a day; with 0 the day itself when it is one,
    /// else the next.
    #[must_use]
    pub fn working_days_after(&self, day: Date, count: u32) -> Date {
        let mut at = self.next_working_day(day);
        for _ in 0..count.min(SEARCH_MAX as u32) {
            at = self.next_working_day(at.tomorrow().unwrap_or(Date::MAX));
        }
        at
    }

    fn next_working_day(&self, day: Date) -> Date {
        let mut at = day;
        for _ in 0..SEARCH_MAX {
            if self.is_working_day(at) {
                return at;
            }
            at = at.tomorrow().unwrap_or(Date::MAX);
        }
        day
    }

    /// The instant after so many seconds of working days: hours of other days do not count. A day
    /// has the hours it really has, also when the clocks change.
    #[must_use]
    pub fn after(&self, from: Timestamp, seconds: u64) -> Timestamp {
        let mut left = i64::try_from(seconds).unwrap_or(i64::MAX).saturating_mul(1_000_000);
        let mut at = from.0;
        for _ in 0..SEARCH_MAX {
            let (day, midnight) = self.day_of(Timestamp(at));
            let Some(midnight) = midnight else { return Timestamp(at.saturating_add(left)) };
            let rest = midnight.saturating_sub(at);
            if self.is_working_day(day) {
                if left <= rest {
                    return Timestamp(at.saturating_add(left));
                }
                left -= rest;
            }
            at = midnight;
        }
        Timestamp(at.saturating_add(left))
    }

    /// The local day of an instant, and the instant its last hour ends.
    fn day_of(&self, at: Timestamp) -> (Date, Option<i64>) {
        let Ok(instant) = jiff::Timestamp::from_microsecond(at.0) else {
            return (Date::ZERO, None);
        };
        let day = self.zone.to_datetime(instant).date();
        let next = day.tomorrow().ok().and_then(|next| self.zone.to_timestamp(next.into()).ok());
        (day, next.map(|next| next.as_microsecond()))
    }
}

fn holiday(section: &Section<'_, '_>) -> Option<Holiday> {
    let _ = section.needed("name");
    let day = section.needed("day");
    let from = section.integer("from", 1900..=2200).and_then(|year| i16::try_from(year).ok());
    section.finish();
    let parsed = day.text.split_once('-').and_then(|(month, of)| {
        let (month, of) = (month.parse::<i8>().ok()?, of.parse::<i8>().ok()?);
        // A leap year, so that 29 February may be a holiday.
        Date::new(2024, month, of).ok()
    });
    if parsed.is_none() && !day.text.is_empty() {
        section.fault(day.at, format!("\"{}\" is no day: write \"11-18\"", day.text), &[]);
    }
    let parsed = parsed?;
    Some(Holiday { month: parsed.month(), day: parsed.day(), from: from.unwrap_or(i16::MIN) })
}

fn feast(section: &Section<'_, '_>) -> Vec<Date> {
    let _ = section.needed("name");
    let mut days = Vec::new();
    for word in section.words("days") {
        match word.text.parse::<Date>() {
            Ok(day) => days.push(day),
            Err(_) => {
                let message = format!("\"{}\" is no day: write \"2026-03-20\"", word.text);
                section.fault(word.at, message, &[]);
            }
        }
    }
    section.finish();
    days
}

#[cfg(test)]
mod tests {
    use super::*;

    fn calendar() -> Calendar {
        let text = include_str!("../../../mappings/calendars/ma.toml");
        let (calendar, faults) = Calendar::read("ma.toml", text);
        assert_eq!(faults, []);
        calendar
    }

    fn day(text: &str) -> Date {
        text.parse().expect("a day")
    }

    #[test]
    fn working_days_are_counted_over_weekends_and_feasts() {
        let calendar = calendar();
        for (from, count, expected) in [
            ("2026-11-23", 2, "2026-11-25"),
            ("2026-11-20", 1, "2026-11-23"),
            ("2026-11-17", 1, "2026-11-19"),
            ("2026-03-19", 2, "2026-03-24"),
            ("2026-11-21", 0, "2026-11-23"),
            ("2026-12-31", 1, "2027-01-04"),
            ("2023-01-13", 1, "2023-01-16"),
            ("2026-01-13", 1, "2026-01-15"),
        ] {
            assert_eq!(calendar.working_days_after(day(from), count), day(expected), "{from}");
        }
    }

    #[test]
    fn hours_of_free_days_do_not_count() {
        let calendar = calendar();
        let at = |text: &str| {
            let at: jiff::Timestamp = text.parse().expect("an instant");
            Timestamp(at.as_microsecond())
        };
        for (from, hours, expected) in [
            // Morocco is at UTC since 20 September 2026.
            ("2026-11-23T10:00:00Z", 26, "2026-11-24T12:00:00Z"),
            ("2026-11-20T10:00:00Z", 26, "2026-11-23T12:00:00Z"),
            ("2026-11-21T10:00:00Z", 26, "2026-11-24T02:00:00Z"),
            ("2026-11-17T20:00:00Z", 5, "2026-11-19T01:00:00Z"),
            // Until then it was one hour ahead, but for Ramadan (until 22 March 2026).
            ("2026-03-23T10:00:00Z", 14, "2026-03-24T00:00:00Z"),
        ] {
            assert_eq!(calendar.after(at(from), hours * 3600), at(expected), "{from} + {hours} h");
        }
    }

    #[test]
    fn faults_are_told() {
        let (_, faults) = Calendar::read(
            "x",
            "zone = \"Mars/Base\"\nweekend = [\"sun\"]\n\
             [[holiday]]\nname = \"a\"\nday = \"13-40\"\n",
        );
        assert_eq!(faults.len(), 3, "{faults:?}");
    }
}
