//! `[clocks]` of `acquit.toml`: when the jobs of the calendar run.

use super::cron::Line;
use super::jobs::JobKind;
use serde::Deserialize;

/// What is written instead of a cron line to switch a job off.
const NEVER: &str = "never";

/// `[clocks]`. Cron lines have five fields and are read in the platform's zone; `never` switches a
/// job off.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Clocks {
    /// When partners are looked for that sent nothing.
    pub silent_partners: String,
    /// How many hours of working days a partner may be silent.
    pub silent_hours: u32,
    /// When letters are looked for that nobody took.
    pub waiting_letters: String,
    /// How many minutes a letter may wait to be taken.
    pub letter_minutes: u32,
    /// When cheques and transfers are looked for of which the bank said nothing.
    pub silent_banks: String,
    /// Working days a bank may take; a cheque is booked after two.
    pub bank_days: u32,
    /// When numbers are looked for that are missing among a partner's messages.
    pub sequence_gaps: String,
    /// How many minutes a number may be missing: messages overtake each other.
    pub gap_minutes: u32,
    /// When the day is looked over: money that belongs to no invoice is told.
    pub day_end: String,
}

impl Default for Clocks {
    fn default() -> Clocks {
        Clocks {
            silent_partners: "0 9 * * 1-5".to_owned(),
            silent_hours: 24,
            waiting_letters: "*/10 * * * *".to_owned(),
            letter_minutes: 30,
            silent_banks: "30 8 * * 1-5".to_owned(),
            bank_days: 3,
            sequence_gaps: "*/5 * * * *".to_owned(),
            gap_minutes: 15,
            day_end: "30 23 * * *".to_owned(),
        }
    }
}

/// The cron lines of a configuration, read.
#[derive(Debug, Clone, Default)]
pub struct Lines {
    /// Each job with its line; one that is switched off is not here.
    pub(super) jobs: Vec<(JobKind, Line)>,
    /// The limits.
    pub(super) limits: Limits,
}

/// How long is too long.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Limits {
    pub(super) silent_hours: u32,
    pub(super) letter_minutes: u32,
    pub(super) bank_days: u32,
    pub(super) gap_minutes: u32,
}

impl Clocks {
    /// Reads the cron lines.
    ///
    /// # Errors
    /// The key of a line that cannot be read, and why.
    pub fn lines(&self) -> Result<Lines, String> {
        let mut jobs = Vec::new();
        for (kind, text) in [
            (JobKind::SilentPartners, &self.silent_partners),
            (JobKind::WaitingLetters, &self.waiting_letters),
            (JobKind::SilentBanks, &self.silent_banks),
            (JobKind::SequenceGaps, &self.sequence_gaps),
            (JobKind::DayEnd, &self.day_end),
        ] {
            if text != NEVER {
                let wrong = |why| format!("clocks.{}: {text:?} is no cron line: {why}", kind.key());
                jobs.push((kind, Line::read(text).map_err(wrong)?));
            }
        }
        let limits = Limits {
            silent_hours: self.silent_hours,
            letter_minutes: self.letter_minutes,
            bank_days: self.bank_days,
            gap_minutes: self.gap_minutes,
        };
        Ok(Lines { jobs, limits })
    }
}
