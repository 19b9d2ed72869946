//! Line and column of a byte offset, computed on demand because only people need them.

/// Line and column, both from 1, of the byte at offset `byte` of `input`.
///
/// Lines end at a line feed. Columns count characters in UTF-8 and in UTF-16 with a byte order
/// mark, and bytes in any other encoding. An offset past the end gives the end.
#[must_use]
pub fn line_column(input: &[u8], byte: u64) -> (u32, u32) {
    let before = &input[..usize::try_from(byte).unwrap_or(usize::MAX).min(input.len())];
    match before {
        [0xFF, 0xFE, rest @ ..] => utf16_position(rest, u16::from_le_bytes),
        [0xFE, 0xFF, rest @ ..] => utf16_position(rest, u16::from_be_bytes),
        [0xEF, 0xBB, 0xBF, rest @ ..] => byte_position(rest),
        _ => byte_position(before),
    }
}

/// Position at the end of ASCII-compatible bytes.
fn byte_position(before: &[u8]) -> (u32, u32) {
    let line_start = memchr::memrchr(b'\n', before).map_or(0, |at| at + 1);
    let line = memchr::memchr_iter(b'\n', before).count();
    let tail = &before[line_start..];
    let column = match std::str::from_utf8(tail) {
        Ok(text) => text.chars().count(),
        Err(_) => tail.len(),
    };
    (from_one(line), from_one(column))
}

/// Position at the end of 16-bit units.
fn utf16_position(before: &[u8], unit: fn([u8; 2]) -> u16) -> (u32, u32) {
    let (pairs, _) = before.as_chunks::<2>();
    let (mut line, mut column) = (0, 0);
    for character in char::decode_utf16(pairs.iter().map(|pair| unit(*pair))) {
        if character == Ok('\n') {
            line += 1;
            column = 0;
        } else {
            column += 1;
        }
    }
    (from_one(line), from_one(column))
}

/// A count turned into an ordinal from 1.
fn from_one(count: usize) -> u32 {
    u32::try_from(count).unwrap_or(u32::MAX).saturating_add(1)
}
