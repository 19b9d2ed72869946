//! The dialect of a file, and the limits of a reading.

use crate::charset::Charset;

/// Longest input in bytes.
pub const INPUT_MAX: usize = 256 * 1024 * 1024;
/// Most rows, the header not counted.
pub const ROWS_MAX: usize = 2_000_000;
/// Most columns.
pub const COLUMNS_MAX: usize = 512;
/// Longest field in bytes; also how far a closing quote is looked for.
pub const FIELD_MAX: usize = 64 * 1024;

/// Whether the first row names the columns.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub enum Header {
    /// The first row is data.
    #[default]
    Absent,
    /// The first row names the columns.
    Present,
}

/// The dialect of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Options {
    /// What stands between fields.
    pub delimiter: u8,
    /// What stands around a field that holds delimiters, quotes or line ends; written twice it is
    /// itself. `None` when there is no such character.
    pub quote: Option<u8>,
    /// Whether the first row names the columns.
    pub header: Header,
    /// The character set.
    pub charset: Charset,
    /// How many columns a row has; `None` when the first row says it.
    pub columns: Option<usize>,
    /// The limits.
    pub limits: Limits,
}

impl Default for Options {
    /// RFC 4180 without header.
    fn default() -> Self {
        Options {
            delimiter: b',',
            quote: Some(b'"'),
            header: Header::Absent,
            charset: Charset::Utf8,
            columns: None,
            limits: Limits::default(),
        }
    }
}

/// The limits of one reading, which ends at the first one passed; a field that is too long ends
/// only itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// See [`INPUT_MAX`].
    pub input: usize,
    /// See [`ROWS_MAX`].
    pub rows: usize,
    /// See [`COLUMNS_MAX`].
    pub columns: usize,
    /// See [`FIELD_MAX`].
    pub field: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Limits { input: INPUT_MAX, rows: ROWS_MAX, columns: COLUMNS_MAX, field: FIELD_MAX }
    }
}
