//! Names of files: data of the partner, never a path.
//!
//! A [`FileName`] is one component that can be joined to a folder of ours and shown on a
//! terminal. Everything else is a [`NameFault`], and the file is refused with `FIL-NAME`.

use std::fmt::{self, Write};

/// Longest name in bytes (`NAME_MAX` of the usual file systems).
pub const NAME_BYTES_MAX: usize = 255;

/// Longest name that leaves room for the suffixes this crate adds (`.txt`, `.123`).
pub const NAME_BYTES_KEPT: usize = 240;

/// A checked name: one path component of printable characters, at most [`NAME_BYTES_MAX`] bytes,
/// not beginning with a dot or a hyphen.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FileName(String);

/// Why a name is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NameFault {
    /// Nothing, or only blanks.
    Empty,
    /// More than [`NAME_BYTES_MAX`] bytes.
    TooLong,
    /// Not UTF-8.
    Encoding,
    /// A control character, a line break, or a character that reorders the text around it.
    Control,
    /// A path separator, a drive letter, or a step (`..`).
    Path,
    /// Begins with a dot (hidden) or a hyphen (an option to other programs).
    Start,
}

impl NameFault {
    /// One sentence, in English; the rulebook has the texts of `FIL-NAME` in three languages.
    #[must_use]
    pub const fn text(self) -> &'static str {
        match self {
            NameFault::Empty => "the name is empty",
            NameFault::TooLong => "the name has more than 255 bytes",
            NameFault::Encoding => "the name is no UTF-8",
            NameFault::Control => "the name holds a control character",
            NameFault::Path => "the name holds a part of a path",
            NameFault::Start => "the name begins with a dot or a hyphen",
        }
    }
}

impl FileName {
    /// Checks a name.
    ///
    /// # Errors
    /// The first reason why it cannot be used, in the order of [`NameFault`].
    pub fn new(bytes: &[u8]) -> Result<FileName, NameFault> {
        if bytes.trim_ascii().is_empty() {
            return Err(NameFault::Empty);
        }
        if bytes.len() > NAME_BYTES_MAX {
            return Err(NameFault::TooLong);
        }
        let text = std::str::from_utf8(bytes).map_err(|_| NameFault::Encoding)?;
        if text.chars().any(hidden) {
            return Err(NameFault::Control);
        }
        if text.contains(['/', '\\', ':']) || text == ".." {
            return Err(NameFault::Path);
        }
        if text.starts_with(['.', '-']) {
            return Err(NameFault::Start);
        }
        Ok(FileName(text.to_owned()))
    }

    /// The name.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for FileName {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.0)
    }
}

/// A name as it may be shown: control characters and bytes that are no UTF-8 escaped, cut after
/// [`NAME_BYTES_MAX`] characters.
#[must_use]
pub fn shown(bytes: &[u8]) -> String {
    let mut text = String::new();
    for chunk in bytes.utf8_chunks() {
        for letter in chunk.valid().chars() {
            match hidden(letter) || letter == '\\' {
                true => text.extend(letter.escape_default()),
                false => text.push(letter),
            }
        }
        for byte in chunk.invalid() {
            let _ = write!(text, "\\x{byte:02x}");
        }
    }
    match text.char_indices().nth(NAME_BYTES_MAX) {
        Some((end, _)) => format!("{}...", &text[..end]),
        None => text,
    }
}

/// Characters that are not seen or change how others are seen: controls, line and paragraph
/// separators, the bidirectional controls of Unicode, and the invisible joiners.
fn hidden(letter: char) -> bool {
    letter.is_control()
        || matches!(letter, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}')
        || matches!(letter, '\u{2060}'..='\u{2069}' | '\u{feff}')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(name: &[u8], expected: Result<&str, NameFault>) {
        let expected = expected.map(str::to_owned);
        assert_eq!(FileName::new(name).map(|name| name.to_string()), expected);
    }

    #[test]
    fn names() {
        check(b"INV_115.xml", Ok("INV_115.xml"));
        check("facture n\u{b0} 12 \u{641}.edi".as_bytes(), Ok("facture n\u{b0} 12 \u{641}.edi"));
        check(b"../../autorun/x.xml", Err(NameFault::Path));
        check(b"..", Err(NameFault::Path));
        check(b"c:\\x.edi", Err(NameFault::Path));
        check(b"a\0\n\x1b[31m.edi", Err(NameFault::Control));
        check("a\u{202e}idc.edi".as_bytes(), Err(NameFault::Control));
        check(&[b'a'; 300], Err(NameFault::TooLong));
        check(b"", Err(NameFault::Empty));
        check(b"a\xff", Err(NameFault::Encoding));
        check(b".hidden", Err(NameFault::Start));
        check(b"-rf", Err(NameFault::Start));
    }

    #[test]
    fn shown_names_carry_no_control_character() {
        assert_eq!(shown(b"a\0\n\x1b[31m.edi"), "a\\u{0}\\n\\u{1b}[31m.edi");
        assert_eq!(shown(b"a\xffb\\"), "a\\xffb\\\\");
        assert_eq!(shown(&[b'a'; 300]).len(), NAME_BYTES_MAX + 3);
    }
}
