//! Whether trying again can help.
//!
//! What this module is *not*: it waits for nothing; when to try again is the caller's schedule.

/// What a failure to deliver means for the next attempt.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Retry {
    /// The world may be different next time.
    Later,
    /// The same attempt would fail the same way: somebody has to mend something first.
    Never,
}
