//! Which characters XML 1.0 allows where, and what a reference stands for.

/// Whether a character is in the production `Char` (XML 1.0, 2.2).
pub(super) fn is_allowed(character: char) -> bool {
    matches!(character,
        '\t' | '\n' | '\r' | ' '..='\u{D7FF}' | '\u{E000}'..='\u{FFFD}' | '\u{10000}'..)
}

/// Whether a text may hold a character that is not allowed. One pass over the bytes, so that
/// nearly every input needs no second look: U+FFFE and U+FFFF begin with the byte EF, which the
/// few texts with a replacement character or a full-width form have too.
pub(super) fn may_hold_forbidden(text: &str) -> bool {
    text.as_bytes().chunks(64).any(|chunk| {
        chunk.iter().fold(false, |found, &byte| {
            found | (byte == 0xEF) | ((byte < 0x20) & !matches!(byte, b'\t' | b'\n' | b'\r'))
        })
    })
}

/// White space, production `S` (XML 1.0, 2.3).
pub(super) const fn is_white(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\n' | b'\r')
}

/// Whether a text is nothing but white space, or nothing at all.
pub(super) fn is_blank(text: &str) -> bool {
    text.bytes().all(is_white)
}

/// Whether a text is a qualified name (Namespaces in XML 1.0, productions 7 to 11): a `Name`
/// with at most one colon, which parts two names. Gives the length of the prefix, 0 when none.
pub(super) fn qualified_name(text: &str) -> Option<usize> {
    match text.split_once(':') {
        None => is_simple_name(text).then_some(0),
        Some((prefix, local)) => {
            (is_simple_name(prefix) && is_simple_name(local)).then_some(prefix.len())
        }
    }
}

/// Whether a text is an `NCName`: a name without a colon.
fn is_simple_name(text: &str) -> bool {
    let mut bytes = text.bytes();
    let starts = bytes.next().is_some_and(|byte| byte.is_ascii_alphabetic() || byte == b'_');
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_');
    if starts && bytes.all(plain) {
        return true;
    }
    let mut characters = text.chars();
    characters.next().is_some_and(is_name_start) && characters.all(is_name_part)
}

/// `NameStartChar` without the colon (XML 1.0 fifth edition, 2.3).
fn is_name_start(character: char) -> bool {
    matches!(character,
        'A'..='Z' | 'a'..='z' | '_'
        | '\u{C0}'..='\u{D6}' | '\u{D8}'..='\u{F6}' | '\u{F8}'..='\u{2FF}'
        | '\u{370}'..='\u{37D}' | '\u{37F}'..='\u{1FFF}' | '\u{200C}'..='\u{200D}'
        | '\u{2070}'..='\u{218F}' | '\u{2C00}'..='\u{2FEF}' | '\u{3001}'..='\u{D7FF}'
        | '\u{F900}'..='\u{FDCF}' | '\u{FDF0}'..='\u{FFFD}' | '\u{10000}'..='\u{EFFFF}')
}

/// `NameChar` without the colon (XML 1.0 fifth edition, 2.3).
fn is_name_part(character: char) -> bool {
    is_name_start(character)
        || matches!(character,
            '0'..='9' | '-' | '.' | '\u{B7}' | '\u{300}'..='\u{36F}' | '\u{203F}'..='\u{2040}')
}

/// What a reference stands for, from the text between `&` and `;` (XML 1.0, 4.1 and 4.6).
/// `None` when it is no predefined entity and no Unicode character, or is U+0000.
pub(super) fn referenced(name: &str) -> Option<char> {
    match name {
        "amp" => return Some('&'),
        "lt" => return Some('<'),
        "gt" => return Some('>'),
        "quot" => return Some('"'),
        "apos" => return Some('\''),
        _ => {}
    }
    let number = name.strip_prefix('#')?;
    let (digits, radix) = match number.strip_prefix('x') {
        Some(digits) => (digits, 16),
        None => (number, 10),
    };
    if digits.is_empty() || !digits.chars().all(|digit| digit.is_digit(radix)) {
        return None;
    }
    let code = u32::from_str_radix(digits, radix).ok()?;
    char::from_u32(code).filter(|&character| character != '\0')
}
