//! What happened in a world: always as one number, and as sentences when somebody listens.

use crate::dice::mix;
use acquit_domain::Timestamp;
use std::collections::VecDeque;

/// Sentences kept: enough to see what led to a broken promise.
pub const LAST: usize = 30;

/// What happened.
#[derive(Debug, Clone, Default)]
pub struct Story {
    /// The hash of everything that happened so far, in order.
    pub hash: u64,
    /// The last sentences; none when nobody listens.
    pub last: VecDeque<String>,
    /// Whether sentences are made, and whether all of them are printed as they come.
    listening: Option<Listening>,
}

/// Who listens to a story.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Listening {
    /// The last sentences are kept.
    Last,
    /// All of them are.
    Whole,
}

impl Story {
    /// A story nobody listens to, or somebody does.
    #[must_use]
    pub fn new(listening: Option<Listening>) -> Story {
        Story { listening, ..Story::default() }
    }

    /// Takes a number into the hash.
    pub fn mark(&mut self, word: u64) {
        self.hash = mix(self.hash ^ word.wrapping_mul(0x9E37_79B9_7F4A_7C15));
    }

    /// Takes bytes into the hash.
    pub fn mark_bytes(&mut self, bytes: &[u8]) {
        for piece in bytes.chunks(8) {
            let word = piece.iter().fold(0u64, |word, byte| word << 8 | u64::from(*byte));
            self.mark(word);
        }
        self.mark(bytes.len() as u64);
    }

    /// Tells a sentence, which is made only when somebody listens.
    pub fn tell(&mut self, step: u64, now: Timestamp, sentence: impl FnOnce() -> String) {
        let Some(listening) = self.listening else { return };
        if listening == Listening::Last && self.last.len() >= LAST {
            self.last.pop_front();
        }
        self.last.push_back(format!("{step:>5} {now} {}", sentence()));
    }
}
