//! Names of partners in AS2 (RFC 4130, section 6.2), and identifiers of messages.
//!
//! What it is *not*: a name says who somebody claims to be. Only a signature proves it.

use super::mime::unquoted;
use std::fmt;

/// Longest name, in characters (RFC 4130, section 6.2).
pub const NAME_MAX: usize = 128;
/// Longest `Message-ID`, in characters (RFC 4130, section 5.3.3, speaks of 255).
pub const MESSAGE_ID_MAX: usize = 255;

/// A name of AS2: 1 to 128 printable ASCII characters, compared as they are.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Name(String);

impl Name {
    /// A name from its text, without quotes. `None` when it cannot be one.
    #[must_use]
    pub fn new(text: &str) -> Option<Name> {
        let fits = (1..=NAME_MAX).contains(&text.len()) && !text.trim().is_empty();
        let plain = text.bytes().all(|byte| (0x20..0x7f).contains(&byte));
        (fits && plain).then(|| Name(text.to_owned()))
    }

    /// A name from the value of `AS2-From` or `AS2-To`, in quotes or not.
    #[must_use]
    pub fn read(value: &str) -> Option<Name> {
        Name::new(&unquoted(value.trim()))
    }

    /// The name.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The name as it stands in a header: in quotes when it holds a blank, a quote or a backslash.
    #[must_use]
    pub fn header(&self) -> String {
        if !self.0.contains([' ', '"', '\\']) {
            return self.0.clone();
        }
        format!("\"{}\"", self.0.replace('\\', "\\\\").replace('"', "\\\""))
    }
}

impl fmt::Display for Name {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.0)
    }
}

/// The identifier of a message without its angle brackets. `None` when it is none.
#[must_use]
pub fn message_id(value: &str) -> Option<String> {
    let text = value.trim();
    let text = text.strip_prefix('<').and_then(|text| text.strip_suffix('>')).unwrap_or(text);
    let plain = text.bytes().all(|byte| (0x21..0x7f).contains(&byte) && !b"<>".contains(&byte));
    ((1..=MESSAGE_ID_MAX).contains(&text.len()) && plain).then(|| text.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names() {
        let check = |value: &str, expected: Option<&str>| {
            let found = Name::read(value);
            assert_eq!(found.as_ref().map(Name::as_str), expected, "{value:?}");
            if let Some(name) = found {
                assert_eq!(Name::read(&name.header()), Some(name), "{value:?}");
            }
        };
        check("ACQUIT", Some("ACQUIT"));
        check("\"MARSA MAROC\"", Some("MARSA MAROC"));
        check(r#""a \"b\\ c""#, Some(r#"a "b\ c"#));
        check("", None);
        check("\"\"", None);
        check("\" \"", None);
        check("é", None);
        check("a\r\nb", None);
        check(&"a".repeat(129), None);
    }

    #[test]
    fn identifiers_of_messages() {
        let check = |value: &str, expected: Option<&str>| {
            assert_eq!(message_id(value).as_deref(), expected, "{value:?}");
        };
        check("<a@b>", Some("a@b"));
        check("a@b", Some("a@b"));
        check(" <a@b> ", Some("a@b"));
        check("<>", None);
        check("<a b>", None);
        check("<a\r\nb>", None);
        check("<<a>>", None);
        check(&"a".repeat(256), None);
    }
}
