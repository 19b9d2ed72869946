//! Gaps in the numbers of a partner's messages: a message that never came is seen by the numbers
//! around it.
//!
//! Systems skip numbers when they take something back, so a gap is a warning and stops nothing.
//! What an issuer sends shares one sequence, whatever it says; each channel has its own order, so
//! each is watched by itself.

use crate::shell::engine::Engine;
use acquit_domain::time::SECOND;
use acquit_domain::{Direction, Exchange, Function, PartyCode, Role, Timestamp};
use acquit_store::{ExchangeFilter, Viewer};
use std::collections::BTreeMap;

/// Most numbers missing at one place: a larger leap is a new sequence.
const GAP_MAX: u64 = 100;
/// Most digits of a number; longer ones are no numbers that count up.
const DIGITS_MAX: usize = 18;
/// Rows of the log looked back at after a start: what is older was told before.
const LOOK_BACK: i64 = 20_000;
/// Rows read at a time.
const PAGE: u32 = 1_000;
/// Name in the store under which a gap that was told is remembered.
const TOLD: &str = "sequence_gap";

/// Whose numbers: the partner and the key of the channel.
type Sender = (PartyCode, &'static str);

/// The numbers of every sender.
#[derive(Debug, Default)]
pub(super) struct Sequences {
    /// The last row of the log that was looked at.
    after: Option<i64>,
    senders: BTreeMap<Sender, Series>,
}

/// The numbers of one sender.
#[derive(Debug, Default)]
struct Series {
    /// The number after the highest one; 0 when there was none.
    next: u64,
    /// Numbers that are missing, and when a later one came.
    missing: BTreeMap<u64, Timestamp>,
}

impl Series {
    fn note(&mut self, number: u64, at: Timestamp) {
        if number < self.next {
            self.missing.remove(&number);
            return;
        }
        if self.next > 0 && number - self.next <= GAP_MAX {
            self.missing.extend((self.next..number).map(|absent| (absent, at)));
        }
        self.next = number.saturating_add(1);
    }

    /// Takes out the numbers that are missing since before an instant, as first and last of each
    /// run.
    fn overdue(&mut self, before: Timestamp) -> Vec<(u64, u64)> {
        let absent: Vec<u64> = self
            .missing
            .iter()
            .filter(|(_, at)| **at <= before)
            .map(|(number, _)| *number)
            .collect();
        let mut runs: Vec<(u64, u64)> = Vec::new();
        for number in absent {
            self.missing.remove(&number);
            match runs.last_mut().filter(|(_, last)| *last + 1 == number) {
                Some((_, last)) => *last = number,
                None => runs.push((number, number)),
            }
        }
        runs
    }
}

impl Sequences {
    /// Reads on in the log, and gives a sentence for each gap that is open for too long and was
    /// not told before.
    pub(super) async fn look(
        &mut self,
        engine: &Engine,
        minutes: u32,
        now: Timestamp,
    ) -> acquit_store::Result<Vec<String>> {
        self.read_on(engine).await?;
        let before = Timestamp(now.0.saturating_sub(i64::from(minutes) * 60 * SECOND));
        let mut texts = Vec::new();
        for ((partner, channel), series) in &mut self.senders {
            for (first, last) in series.overdue(before) {
                let numbers =
                    if first == last { first.to_string() } else { format!("{first} to {last}") };
                let gap = format!("{partner} {channel} {numbers}");
                if engine.store.take_slot(TOLD, &gap, now).await? {
                    texts.push(format!("{numbers} of {partner} never came by {channel}"));
                }
            }
        }
        Ok(texts)
    }

    async fn read_on(&mut self, engine: &Engine) -> acquit_store::Result<()> {
        let last = *engine.store.watch().borrow();
        let mut after = self.after.unwrap_or_else(|| last.saturating_sub(LOOK_BACK).max(0));
        let viewer = Viewer { party: super::jobs::operator(), role: Role::Operator };
        loop {
            let filter = ExchangeFilter { after, ..ExchangeFilter::default() };
            let rows = engine.store.exchanges(&viewer, &filter, PAGE).await?;
            for row in &rows {
                if let Some((sender, number)) = numbered(&row.exchange) {
                    self.senders.entry(sender).or_default().note(number, row.exchange.at);
                }
                after = after.max(row.seq);
            }
            self.after = Some(after);
            if rows.len() < PAGE as usize {
                return Ok(());
            }
        }
    }
}

/// The sender and the number of a message that counts up.
fn numbered(row: &Exchange) -> Option<(Sender, u64)> {
    let counts = row.direction == Direction::In
        && matches!(row.function, Function::Inv | Function::Unm)
        && row.reference.len() <= DIGITS_MAX
        && row.reference.bytes().all(|byte| byte.is_ascii_digit());
    let number = row.reference.parse().ok().filter(|_| counts)?;
    Some(((row.partner.clone(), row.channel.key()), number))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Numbers that come at the seconds 0, 1, 2 and so on; the gaps older than the last of them.
    fn check(numbers: &[u64], expected: &[(u64, u64)]) {
        let mut series = Series::default();
        for (at, number) in (0..).zip(numbers) {
            series.note(*number, Timestamp(at));
        }
        let now = i64::try_from(numbers.len()).unwrap_or(i64::MAX);
        assert_eq!(series.overdue(Timestamp(now)), expected, "{numbers:?}");
        assert_eq!(series.overdue(Timestamp(now)), [], "each is told once");
    }

    #[test]
    fn gaps() {
        check(&[], &[]);
        check(&[5, 6, 7], &[]);
        check(&[5, 7], &[(6, 6)]);
        check(&[5, 9, 12], &[(6, 8), (10, 11)]);
        check(&[5, 7, 6], &[]);
        check(&[5, 7, 7, 5], &[(6, 6)]);
        check(&[5, 106], &[(6, 105)]);
        check(&[5, 107], &[]);
        check(&[u64::MAX, 1], &[]);
    }

    #[test]
    fn a_gap_has_its_time() {
        let mut series = Series::default();
        series.note(1, Timestamp(10));
        series.note(3, Timestamp(20));
        assert_eq!(series.overdue(Timestamp(19)), []);
        assert_eq!(series.overdue(Timestamp(20)), [(2, 2)]);
    }
}
