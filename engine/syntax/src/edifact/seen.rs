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
        if let Some(spans) = self.spans.get_mut(&self.key) {
            return add(spans, number);
        }
        if self.spans.len() < PREFIXES_MAX {
            self.spans.insert(self.key.clone(), BTreeMap::from([(number, number)]));
        }
        true
    }

    /// Forgets all.
    pub(crate) fn clear(&mut self) {
        self.spans.clear();
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
