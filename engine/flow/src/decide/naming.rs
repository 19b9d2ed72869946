//! Names the guide gives to messages and documents.

use acquit_domain::Id;

/// « Nom Message »: the function and the number of the message, `INV_115` (guide, line 194).
///
/// Senders number their messages with a constant prefix `9999` and zeros (`999900000000115`);
/// people see the number alone.
pub(crate) fn message_name(function: &str, reference: &str) -> String {
    match message_number(reference) {
        "" => function.to_owned(),
        number => format!("{function}_{number}"),
    }
}

/// The number in a message reference, without its constant prefix and zeros.
pub(crate) fn message_number(reference: &str) -> &str {
    let digits = reference.len() >= 14 && reference.bytes().all(|byte| byte.is_ascii_digit());
    let number = match reference.strip_prefix("9999") {
        Some(rest) if digits => rest,
        _ => reference,
    };
    match number.trim_start_matches('0') {
        "" => number,
        trimmed => trimmed,
    }
}

/// Longest part of a document's name kept from the sender, in characters.
const FILE_NAME_MAX: usize = 120;

/// « Nom » of a document: `<number>#<issuer>#<yyyyMMddHHmmss>#<file>` (guide, line 187).
///
/// The file's own name is data: path separators and control characters in it become `_`.
pub(crate) fn document_name(number: &str, issuer: &str, local: &str, file: &str) -> String {
    let safe: String = file
        .chars()
        .take(FILE_NAME_MAX)
        .map(|c| if c.is_control() || matches!(c, '/' | '\\' | '#' | ':') { '_' } else { c })
        .collect();
    format!("{number}#{issuer}#{local}#{safe}")
}

/// Our own control reference, at most 14 characters of digits and capital letters
/// (data element 0020 is an..14): 40 bits of time and 30 bits of the letter's identifier.
pub(crate) fn control_reference(letter: Id) -> String {
    const ALPHABET: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";
    let time = u128::from(letter.millis()) & ((1 << 40) - 1);
    let mixed = time << 30 | (letter.0 ^ letter.0 >> 40) & ((1 << 30) - 1);
    (0..14).rev().map(|at| char::from(ALPHABET[(mixed >> (5 * at)) as usize & 31])).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_as_the_guide_shows_them() {
        for (reference, name) in [
            ("999900000000115", "INV_115"),
            ("99990000000115", "INV_115"),
            ("IC0001", "INV_IC0001"),
            ("000", "INV_000"),
            ("", "INV"),
        ] {
            assert_eq!(message_name("INV", reference), name);
        }
        let name = document_name("242", "6110D00116", "20171101114900", "INV00069321.pdf");
        assert_eq!(name, "242#6110D00116#20171101114900#INV00069321.pdf");
        assert_eq!(document_name("1", "A", "2", "../x#y"), "1#A#2#.._x_y");
        assert_eq!(control_reference(Id::new(1_763_900_000_000, 9)).len(), 14);
    }
}
