//! The message references met in one interchange, to find those used twice.
//!
//! References usually count up, so that runs of numbers are kept as one span and a million
//! messages need no more memory than one.

use std::collections::BTreeMap;

/// Longest run of final digits read as a number; it fits a `u64`.
const DIGITS_MAX: usize = 18;

/// Most different beginnings of references remembered; a repetition among further ones is not
/// found. References that count up need one.
const PREFIXES_MAX: usize = 100_000;

/// Type and reference of every message so far: what stands before the final digits, and for
/// each the spans of numbers met (first to last).
#[derive(Debug, Clone, Default)]
pub(crate) struct Seen {
    spans: BTreeMap<Vec<u8>, BTreeMap<u64, u64>>,
    key: Vec<u8>,
    /// The span met last, under `run_key`; the one in `spans` ends where it ended when found.
    run: Run,
    run_key: Vec<u8>,
}

/// A span of numbers being met one after the other.
#[derive(Debug, Clone, Copy, Default)]
struct Run {
    first: u64,
    last: u64,
    /// Where the next span begins; 0 when there is no run.
    until: u64,
}

impl Seen {
    /// Notes a reference; false when it was there already.
    pub(crate) fn insert(&mut self, kind: &[u8], reference: &[u8]) -> bool {
        let digits = reference.iter().rev().take(DIGITS_MAX);
        let digits = digits.take_while(|byte| byte.is_ascii_digit()).count();
        let (prefix, number) = reference.split_at(reference.len() - digits);
        let number = number.iter().fold(0, |sum, digit| sum * 10 + u64::from(digit - b'0'));
        self.key.clear();
        self.key.extend_from_slice(kind);
        self.key.extend([0, digits as u8]);
        self.key.extend_from_slice(prefix);
        let counts_up = self.run.last + 1 == number && number < self.run.until;
        if counts_up && self.key == self.run_key {
            self.run.last = number;
            return true;
        }
        self.close_run();
        self.add(number)
    }

    /// Notes a number under `key`, and begins a run there.
    fn add(&mut self, number: u64) -> bool {
        if !self.spans.contains_key(&self.key) {
            if self.spans.len() >= PREFIXES_MAX {
                return true;
            }
            self.spans.insert(self.key.clone(), BTreeMap::new());
        }
        let Some(spans) = self.spans.get_mut(&self.key) else { return true };
        let new = add(spans, number);
        let run = spans.range(..=number).next_back().map(|(first, last)| (*first, *last));
        let until = spans.range(number + 1..).next().map_or(u64::MAX, |(first, _)| *first);
        if let Some((first, last)) = run {
            self.run = Run { first, last, until };
            self.run_key.clone_from(&self.key);
        }
        new
    }

    /// Puts the run with the other spans.
    fn close_run(&mut self) {
        let Run { first, mut last, until } = std::mem::take(&mut self.run);
        if until == 0 {
            return;
        }
        if let Some(spans) = self.spans.get_mut(&self.run_key) {
            if last + 1 == until {
                last = spans.remove(&until).unwrap_or(last);
            }
            spans.insert(first, last);
        }
    }

    /// Forgets all.
    pub(crate) fn clear(&mut self) {
        self.spans.clear();
        self.run = Run::default();
    }
}

/// Adds a number to the spans, joining its neighbours; false when it is in one of them.
fn add(spans: &mut BTreeMap<u64, u64>, number: u64) -> bool {
    let before = spans.range(..=number).next_back().map(|(first, last)| (*first, *last));
    if before.is_some_and(|(_, last)| number <= last) {
        return false;
    }
    let after = spans.remove(&(number + 1));
    let last = after.unwrap_or(number);
    let joined = before.filter(|(_, last)| last + 1 == number);
    spans.insert(joined.map_or(number, |(first, _)| first), last);
    true
}

#[cfg(test)]
mod tests {
    use super::Seen;

    fn check(references: &str, repeated: &str, spans: usize) {
        let mut seen = Seen::default();
        let found = references.split(' ').filter(|text| !seen.insert(b"INVOIC", text.as_bytes()));
        assert_eq!(found.collect::<Vec<_>>().join(" "), repeated, "{references}");
        seen.close_run();
        assert_eq!(seen.spans.values().map(|spans| spans.len()).sum::<usize>(), spans);
    }

    #[test]
    fn repeated_references() {
        check("1 2 3 2", "2", 1);
        check("1 3 2 3 4 0", "3", 1);
        check("M001 M01 M1 N1 M001", "M001", 4);
        check("A B A", "A", 2);
        check("999999999999999999 999999999999999999", "999999999999999999", 1);
        check("12345678901234567890 2345678901234567890", "", 2);
    }
}
