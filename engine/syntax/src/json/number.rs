//! What a number looks like (RFC 8259, 6). Its value is nobody's business here.

/// Whether a text is a number of JSON: `-`, digits without zeros in front, a fraction, an exponent.
#[must_use]
pub fn is_number(text: &str) -> bool {
    let rest = text.strip_prefix('-').unwrap_or(text).as_bytes();
    let whole = digits(rest);
    if whole == 0 || (whole > 1 && rest[0] == b'0') {
        return false;
    }
    let mut rest = &rest[whole..];
    if let [b'.', fraction @ ..] = rest {
        let length = digits(fraction);
        if length == 0 {
            return false;
        }
        rest = &fraction[length..];
    }
    if let [b'e' | b'E', exponent @ ..] = rest {
        let exponent = match exponent {
            [b'+' | b'-', exponent @ ..] => exponent,
            _ => exponent,
        };
        return !exponent.is_empty() && digits(exponent) == exponent.len();
    }
    rest.is_empty()
}

/// How many digits stand in front.
fn digits(bytes: &[u8]) -> usize {
    bytes.iter().take_while(|byte| byte.is_ascii_digit()).count()
}

/// Whether a word that is no number was meant to be one.
pub(super) fn is_meant(text: &str) -> bool {
    let unsigned = text.trim_start_matches(['+', '-']);
    let digit = |character: char| character.is_ascii_digit() || character == '.';
    unsigned.starts_with(digit) || ["nan", "infinity"].contains(&&*unsigned.to_ascii_lowercase())
}
