//! The limits of a reading.

/// Longest input in bytes; a document attached in base64 must fit.
pub const INPUT_MAX: usize = 64 * 1024 * 1024;
/// Deepest nesting; the outermost value is at depth 1.
pub const DEPTH_MAX: usize = 64;
/// Most values in one document.
pub const NODES_MAX: usize = 200_000;
/// Longest name of a member, in bytes of the input.
pub const NAME_MAX: usize = 256;
/// Longest text or number, in bytes of the input.
pub const TEXT_MAX: usize = 24 * 1024 * 1024;

/// Deepest nesting whatever the limits say: trees are copied and written by recursion.
pub(super) const DEPTH_CEILING: usize = 512;
/// Longest input whatever the limits say: places in a document are 32 bits wide.
pub(super) const INPUT_CEILING: usize = 1 << 31;

/// The limits of one reading, which ends at the first one passed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// See [`INPUT_MAX`].
    pub input: usize,
    /// See [`DEPTH_MAX`]; a value above 512 is cut to it.
    pub depth: usize,
    /// See [`NODES_MAX`].
    pub nodes: usize,
    /// See [`NAME_MAX`].
    pub name: usize,
    /// See [`TEXT_MAX`].
    pub text: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Limits {
            input: INPUT_MAX,
            depth: DEPTH_MAX,
            nodes: NODES_MAX,
            name: NAME_MAX,
            text: TEXT_MAX,
        }
    }
}
