//! Cron lines of five fields, in a time zone.
//!
//! A line with a fixed time runs once a day whatever the clocks do: what falls into the hour that
//! is left out runs when that hour ends, what falls into the hour that comes twice runs the first
//! time. A line that repeats runs as often as real time passes.
//!
//! What this is *not*: it knows no job and reads no clock.

use acquit_domain::Timestamp;
use croner::errors::CronError;
use croner::parser::{CronParser, Seconds, Year};
use croner::time::{CivilDate, CivilDateTime, CivilTime, CronDateTime, Resolution, Weekday};
use jiff::SignedDuration;
use jiff::tz::{AmbiguousOffset, TimeZone};
use std::cmp::Ordering;

/// Longest cron line.
const LINE_MAX: usize = 200;

/// A cron line.
#[derive(Debug, Clone)]
pub struct Line(croner::Cron);

impl Line {
    /// Reads a line of five fields.
    ///
    /// # Errors
    /// Why it is none.
    pub fn read(text: &str) -> Result<Line, String> {
        if text.len() > LINE_MAX {
            return Err("it is too long".to_owned());
        }
        let parser = CronParser::builder().seconds(Seconds::Disallowed).year(Year::Disallowed);
        parser.build().parse(text).map(Line).map_err(|error| error.to_string())
    }

    /// The last time of this line at `now` or before; `None` when it has none.
    #[must_use]
    pub fn last(&self, now: Timestamp, zone: &TimeZone) -> Option<Timestamp> {
        let at = jiff::Timestamp::from_microsecond(now.0).ok()?;
        let now = Local { at, zone: zone.clone() };
        let last = self.0.find_previous_occurrence(&now, true).ok()?;
        Some(Timestamp(last.at.as_microsecond()))
    }
}

/// An instant on the wall of a zone, as cron lines see it.
#[derive(Debug, Clone)]
struct Local {
    at: jiff::Timestamp,
    zone: TimeZone,
}

impl CronDateTime for Local {
    fn to_civil(&self) -> CivilDateTime {
        let wall = self.zone.to_datetime(self.at);
        let part = |number: i8| u32::try_from(number).unwrap_or_default();
        let (month, day) = (part(wall.month()), part(wall.day()));
        let (hour, minute, second) = (part(wall.hour()), part(wall.minute()), part(wall.second()));
        CivilDateTime::new(
            CivilDate::from_parts_unchecked(wall.year().into(), month, day),
            CivilTime::from_parts_unchecked(hour, minute, second),
        )
    }

    fn civil_weekday(&self) -> Weekday {
        let days = self.zone.to_datetime(self.at).weekday().to_sunday_zero_offset();
        Weekday::from_days_from_sunday(u32::try_from(days).unwrap_or_default())
    }

    fn resolve_civil(&self, civil: CivilDateTime) -> Result<Resolution<Local>, CronError> {
        let wall = wall(civil).ok_or(CronError::InvalidDate)?;
        let meant = self.zone.to_ambiguous_timestamp(wall);
        let local = |found: Result<jiff::Timestamp, jiff::Error>| match found {
            Ok(at) => Ok(Local { at, zone: self.zone.clone() }),
            Err(_) => Err(CronError::InvalidTime),
        };
        Ok(match meant.offset() {
            AmbiguousOffset::Gap { .. } => Resolution::Gap,
            AmbiguousOffset::Unambiguous { .. } => Resolution::Single(local(meant.compatible())?),
            AmbiguousOffset::Fold { .. } => {
                Resolution::Ambiguous(local(meant.earlier())?, local(meant.later())?)
            }
        })
    }

    fn checked_add_seconds(&self, seconds: i64) -> Option<Local> {
        let at = self.at.checked_add(SignedDuration::from_secs(seconds)).ok()?;
        Some(Local { at, zone: self.zone.clone() })
    }

    fn cmp_instant(&self, other: &Local) -> Ordering {
        self.at.cmp(&other.at)
    }
}

/// A wall clock time that the calendar of the zone can hold.
fn wall(civil: CivilDateTime) -> Option<jiff::civil::DateTime> {
    let part = |number: u32| i8::try_from(number).ok();
    let date = jiff::civil::Date::new(
        i16::try_from(civil.year()).ok()?,
        part(civil.month())?,
        part(civil.day())?,
    );
    let (hour, minute) = (part(civil.hour())?, part(civil.minute())?);
    let time = jiff::civil::Time::new(hour, minute, part(civil.second())?, 0);
    Some(date.ok()?.to_datetime(time.ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;
    use acquit_domain::time::SECOND;

    /// The times of a line between two instants, as a server sees them that looks every minute.
    fn times(line: &str, from: &str, until: &str) -> Vec<String> {
        let line = Line::read(line).expect("a line");
        let zone = TimeZone::get("Africa/Casablanca").expect("a zone");
        let at = |text: &str| Timestamp::parse(text).expect("an instant");
        let mut seen = Vec::new();
        let mut now = at(from);
        while now <= at(until) {
            let last = line.last(now, &zone).expect("it has run").to_string();
            if seen.last() != Some(&last) {
                seen.push(last);
            }
            now.0 += 60 * SECOND;
        }
        seen.split_off(1)
    }

    #[test]
    fn a_day_has_one_of_each_time_when_clocks_change() {
        // Row K003. Morocco was an hour ahead of UTC until 20 September 2026 but for Ramadan: the
        // clocks went back on 15 February 2026 at 3:00 and ahead on 22 March 2026 at 2:00.
        let back = times("30 2 * * *", "2026-02-14T12:00:00Z", "2026-02-16T12:00:00Z");
        assert_eq!(back, ["2026-02-15T01:30:00Z", "2026-02-16T02:30:00Z"]);
        let ahead = times("30 2 * * *", "2026-03-21T12:00:00Z", "2026-03-23T12:00:00Z");
        assert_eq!(ahead.len(), 2, "{ahead:?}");
        assert!(ahead[0].starts_with("2026-03-22T02:"), "{ahead:?}");
        assert_eq!(ahead[1], "2026-03-23T01:30:00Z");
        // It left that hour for good on 20 September 2026.
        let left = times("30 2 * * *", "2026-09-19T12:00:00Z", "2026-09-21T12:00:00Z");
        assert_eq!(left.len(), 2, "{left:?}");
    }

    #[test]
    fn what_repeats_goes_on_in_the_hour_that_comes_twice() {
        let times = times("*/30 * * * *", "2026-02-15T00:50:00Z", "2026-02-15T03:10:00Z");
        assert_eq!(times.len(), 5, "{times:?}");
    }

    #[test]
    fn what_is_no_line() {
        for text in ["", "x", "0 9 * *", "0 0 9 * * *", "61 * * * *", "0 9 * * 1-5 2026"] {
            assert!(Line::read(text).is_err(), "{text}");
        }
        assert!(Line::read("0 9 * * 1-5").is_ok());
    }
}
