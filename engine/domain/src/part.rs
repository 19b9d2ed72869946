//! Large parcels are taken part by part: what one part leaves for the next ones.
//!
//! What it is *not*: the answer. That is written with the last part, from what all left.

use crate::exchange::MessageVerdict;
use crate::{Finding, Id, Verdict};

/// Most messages, and most findings, listed in the answer to a large parcel. What was not
/// accepted goes before what was; the rest is counted.
pub const LISTED_MAX: usize = 1_000;

/// How much of an answer was left out of its lists.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct More {
    /// Messages decided and not listed.
    pub messages: u32,
    /// Findings made and not listed.
    pub findings: u32,
}

/// Whether an outcome is all of its parcel.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Progress {
    /// The parcel as a whole, in one transaction.
    #[default]
    Whole,
    /// A part that is not the last.
    Part {
        /// Its number, from 1.
        number: u32,
        /// What it leaves for the next ones.
        carried: Box<Carried>,
    },
    /// The last part: the answer goes with it.
    Last {
        /// How many parts were committed before it.
        before: u32,
        /// The letters of the parts before it that answer the parcel, in order.
        letters: Vec<Id>,
    },
}

/// How far the parts of a parcel have come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub struct Reached {
    /// Ordinal of the transmission, from 1; 0 before the first.
    pub transmission: u32,
    /// Ordinal of the last message decided in it; 0 when none was.
    pub message: u32,
}

/// How many had each verdict.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Tally(Vec<(Verdict, u32)>);

impl Tally {
    /// Counts one.
    pub fn count(&mut self, verdict: Verdict) {
        self.add(verdict, 1);
    }

    /// Counts several.
    pub fn add(&mut self, verdict: Verdict, number: u32) {
        match self.0.iter_mut().find(|(known, _)| *known == verdict) {
            Some((_, count)) => *count = count.saturating_add(number),
            None => self.0.push((verdict, number)),
        }
    }

    /// Each verdict that was counted, in the order first met.
    pub fn iter(&self) -> impl Iterator<Item = (Verdict, u32)> + '_ {
        self.0.iter().copied()
    }

    /// All counted.
    #[must_use]
    pub fn total(&self) -> u32 {
        self.0.iter().fold(0, |sum, (_, count)| sum.saturating_add(*count))
    }
}

/// What the answer to an interchange will say of one of its messages.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Told {
    /// Ordinal of its transmission.
    pub transmission: u32,
    /// Type as the sender calls it.
    pub kind: String,
    /// Version as the sender calls it.
    pub version: String,
    /// The message's own reference.
    pub reference: String,
    /// Number of the invoice concerned; empty when it could not be read.
    pub invoice: String,
    /// What was decided.
    pub verdict: Verdict,
    /// One sentence for people.
    pub sentence: String,
    /// The findings that are told.
    pub findings: Vec<Finding>,
}

/// One line of an answer's list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry<T> {
    /// Ordinal of the transmission it belongs to.
    pub transmission: u32,
    /// Whether it goes before others when there are too many.
    pub matters: bool,
    /// What is listed.
    pub item: T,
}

/// A list of at most [`LISTED_MAX`] lines, in order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listed<T> {
    /// The lines.
    pub entries: Vec<Entry<T>>,
    /// How many lines there was no room for.
    pub left_out: u32,
    mattering: usize,
}

impl<T> Default for Listed<T> {
    fn default() -> Listed<T> {
        Listed { entries: Vec::new(), left_out: 0, mattering: 0 }
    }
}

impl<T> Listed<T> {
    /// A list read again.
    #[must_use]
    pub fn of(entries: Vec<Entry<T>>, left_out: u32) -> Listed<T> {
        let mattering = entries.iter().filter(|entry| entry.matters).count();
        Listed { entries, left_out, mattering }
    }

    /// Whether a line would be listed in this list when it follows `before`.
    #[must_use]
    pub fn takes_after(&self, before: &Listed<T>, matters: bool) -> bool {
        let taken = match matters {
            true => self.mattering + before.mattering,
            false => self.entries.len() + before.entries.len(),
        };
        taken < LISTED_MAX
    }

    /// Adds a line; when there is no room, one that matters takes the place of the last that
    /// does not.
    pub fn push(&mut self, entry: Entry<T>) {
        if self.entries.len() >= LISTED_MAX {
            self.left_out = self.left_out.saturating_add(1);
            let lesser = self.entries.iter().rposition(|held| !held.matters);
            match lesser.filter(|_| entry.matters && self.mattering < LISTED_MAX) {
                Some(at) => drop(self.entries.remove(at)),
                None => return,
            }
        }
        self.mattering += usize::from(entry.matters);
        self.entries.push(entry);
    }

    /// Adds the lines of a list that follows.
    pub fn extend(&mut self, next: Listed<T>) {
        self.left_out = self.left_out.saturating_add(next.left_out);
        next.entries.into_iter().for_each(|entry| self.push(entry));
    }
}

/// What the parts decided so far leave for the next ones: where to go on, and what the answer
/// will say. Everything else they caused is in the store.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Carried {
    /// How far they came.
    pub reached: Reached,
    /// The transmission reached was taken and has messages still to come.
    pub open: bool,
    /// What was decided of the messages of the transmission reached.
    pub messages_tally: Tally,
    /// What was decided of the transmissions before it.
    pub transmissions_tally: Tally,
    /// What the answer to the open transmission will say of its messages.
    pub told: Vec<Told>,
    /// Messages for the answer's list.
    pub messages: Listed<MessageVerdict>,
    /// Findings for the answer's list.
    pub findings: Listed<Finding>,
    /// Letters that answer transmissions before it.
    pub letters: Vec<Id>,
}

impl Carried {
    /// Adds what the next part leaves: the lists grow, the rest takes the place of what was.
    pub fn extend(&mut self, next: Carried) {
        self.reached = next.reached;
        self.open = next.open;
        self.messages_tally = next.messages_tally;
        self.transmissions_tally = next.transmissions_tally;
        self.told.extend(next.told);
        let (open, reached) = (self.open, self.reached.transmission);
        if self.told.first().is_some_and(|told| !open || told.transmission != reached) {
            self.told.retain(|told| open && told.transmission == reached);
        }
        self.messages.extend(next.messages);
        self.findings.extend(next.findings);
        self.letters.extend(next.letters);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_matters_stays_listed() {
        let entry = |at: usize, matters| Entry { transmission: 1, matters, item: at };
        let mut list = Listed::default();
        (0..LISTED_MAX + 5).for_each(|at| list.push(entry(at, false)));
        assert_eq!((list.entries.len(), list.left_out), (LISTED_MAX, 5));
        list.push(entry(7_777, true));
        assert_eq!((list.entries.len(), list.left_out), (LISTED_MAX, 6));
        assert_eq!(list.entries.last(), Some(&entry(7_777, true)));
        (0..2 * LISTED_MAX).for_each(|at| list.push(entry(at, true)));
        assert!(list.entries.iter().all(|entry| entry.matters));
        assert_eq!(list.entries.first(), Some(&entry(7_777, true)));
    }
}
