//! Limits and tolerances of a reader.

#[cfg(doc)]
use crate::edifact::kind::Kind;

/// Longest segment by default, in bytes.
pub const SEGMENT_BYTES_MAX: usize = 4 << 20;
/// Longest message by default, in bytes.
pub const MESSAGE_BYTES_MAX: usize = 16 << 20;
/// Most parts of one message: bounds the memory of the tape.
pub const MESSAGE_PARTS_MAX: usize = 2_000_000;
/// Most segments of one message: bounds the memory of the tape (0074 counts to 999,999).
pub const MESSAGE_SEGMENTS_MAX: usize = 500_000;
/// Most messages of one interchange by default.
pub const MESSAGES_MAX: u32 = 2_000_000;
/// Most bytes looked through for the beginning of an interchange.
pub const JUNK_BYTES_MAX: usize = 64 << 10;
/// Most faults kept for one item; further ones are left out.
pub const FAULTS_MAX: usize = 1_000;

/// What a partner's files may hold beyond the letter of the standard.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Repertoire {
    /// Small letters and ASCII punctuation under UNOA and UNOB are a note, once an interchange.
    #[default]
    Lenient,
    /// They are faults, one per element.
    Strict,
}

/// Limits and tolerances of a reader.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Options {
    /// Longest segment, in bytes; a longer one ends the reading with [`Kind::SegmentTooLarge`].
    pub segment_bytes_max: usize,
    /// Longest message, in bytes; a longer one ends the reading with [`Kind::MessageTooLarge`].
    pub message_bytes_max: usize,
    /// Most messages in an interchange; one more ends the reading with
    /// [`Kind::TooManyMessages`].
    pub messages_max: u32,
    /// How strictly the ASCII repertoires are taken.
    pub repertoire: Repertoire,
}

impl Default for Options {
    fn default() -> Options {
        Options {
            segment_bytes_max: SEGMENT_BYTES_MAX,
            message_bytes_max: MESSAGE_BYTES_MAX,
            messages_max: MESSAGES_MAX,
            repertoire: Repertoire::default(),
        }
    }
}
