//! Gathering faults: no more than a reader's list can hold, values cut to what is kept of them.

use crate::fault::{Fault, Level, Place, VALUE_MAX};

/// Most faults kept that do not end the reading; those after are dropped.
pub(crate) const FAULTS_MAX: usize = 200;

/// The faults of one reading.
#[derive(Debug, Clone)]
pub(crate) struct Report<K> {
    pub(crate) faults: Vec<Fault<K>>,
}

impl<K> Default for Report<K> {
    fn default() -> Self {
        Report { faults: Vec::new() }
    }
}

impl<K> Report<K> {
    /// Adds a fault. One that ends the reading is always kept.
    pub(crate) fn add(&mut self, told: (K, Level), place: Place, said: Said<'_>) {
        let (kind, level) = told;
        if level != Level::Input && self.faults.len() >= FAULTS_MAX {
            return;
        }
        self.faults.push(Fault {
            kind,
            level,
            place,
            name: excerpt(said.name),
            value: excerpt(said.value),
            expected: said.expected.to_owned(),
        });
    }
}

/// The words of a fault.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Said<'s> {
    /// Name of what is concerned.
    pub(crate) name: &'s str,
    /// What stands there.
    pub(crate) value: &'s str,
    /// What was expected.
    pub(crate) expected: &'s str,
}

/// A stretch of the input as a place.
pub(crate) fn span(start: usize, end: usize) -> Place {
    Place {
        interchange: 1,
        byte: start as u64,
        len: u32::try_from(end.saturating_sub(start)).unwrap_or(u32::MAX),
        ..Place::default()
    }
}

/// The beginning of a text, as long as a fault keeps it.
pub(crate) fn excerpt(text: &str) -> String {
    text.chars().take(VALUE_MAX).collect()
}
