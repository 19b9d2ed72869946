//! What a receipt says became of a message (RFC 4130, section 7.4.3, and RFC 8098).
//!
//! What it is *not*: a receipt says that a message arrived whole, from whom it says; never what its
//! business content is worth.

use std::fmt;

/// What became of a message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Disposition {
    /// Taken.
    Processed,
    /// Taken, with a warning.
    Warning(String),
    /// Not taken: its content could not be worked with.
    Error(Modifier),
    /// Not taken: what it asks for cannot be done.
    Failure(Modifier),
}

/// Why a message was not taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Modifier {
    /// Nobody of the agreement signed it, or it was changed.
    AuthenticationFailed,
    /// It could not be decrypted.
    DecryptionFailed,
    /// It could not be decompressed.
    DecompressionFailed,
    /// It is less protected than agreed.
    InsufficientMessageSecurity,
    /// What arrived is not what was sent.
    IntegrityCheckFailed,
    /// There is no agreement between these two names.
    UnknownTradingPartner,
    /// Its identifier was used for something else.
    DuplicateDocument,
    /// Anything else.
    UnexpectedProcessingError,
    /// The receipt cannot be made in the form that is required.
    UnsupportedFormat,
    /// The receipt cannot be made with the digests that are required.
    UnsupportedMicAlgorithms,
    /// Words of others.
    Other(String),
}

/// Modifiers with their words.
const MODIFIERS: &[(Modifier, &str)] = &[
    (Modifier::AuthenticationFailed, "authentication-failed"),
    (Modifier::DecryptionFailed, "decryption-failed"),
    (Modifier::DecompressionFailed, "decompression-failed"),
    (Modifier::InsufficientMessageSecurity, "insufficient-message-security"),
    (Modifier::IntegrityCheckFailed, "integrity-check-failed"),
    (Modifier::UnknownTradingPartner, "unknown-trading-partner"),
    (Modifier::DuplicateDocument, "duplicate-document"),
    (Modifier::UnexpectedProcessingError, "unexpected-processing-error"),
    (Modifier::UnsupportedFormat, "unsupported format"),
    (Modifier::UnsupportedMicAlgorithms, "unsupported MIC-algorithms"),
];

impl Modifier {
    fn of(text: &str) -> Modifier {
        let found = MODIFIERS.iter().find(|(_, word)| word.eq_ignore_ascii_case(text));
        found.map_or_else(|| Modifier::Other(text.to_owned()), |(modifier, _)| modifier.clone())
    }

    /// Its words.
    #[must_use]
    pub fn text(&self) -> &str {
        match self {
            Modifier::Other(text) => text,
            known => MODIFIERS.iter().find(|(one, _)| one == known).map_or("", |(_, word)| word),
        }
    }
}

impl Disposition {
    /// Reads the value of `Disposition`. `None` when it is none.
    #[must_use]
    pub fn read(value: &str) -> Option<Disposition> {
        let (_, kind) = value.rsplit_once(';')?;
        let (kind, text) = match kind.split_once(':') {
            Some((kind, text)) => (kind.trim(), text.trim()),
            None => (kind.trim(), ""),
        };
        let kind = kind.to_ascii_lowercase();
        // Some write the modifier without its kind: "processed/error".
        match kind.as_str() {
            "processed" => Some(Disposition::Processed),
            "processed/warning" => Some(Disposition::Warning(text.to_owned())),
            "processed/error" | "error" => Some(Disposition::Error(Modifier::of(text))),
            "failed" | "failed/failure" | "processed/failure" | "failed/error" => {
                Some(Disposition::Failure(Modifier::of(text)))
            }
            _ => None,
        }
    }

    /// Whether the message was taken.
    #[must_use]
    pub fn is_positive(&self) -> bool {
        matches!(self, Disposition::Processed | Disposition::Warning(_))
    }
}

impl fmt::Display for Disposition {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Disposition::Processed => out.write_str("processed"),
            Disposition::Warning(text) => write!(out, "processed/warning: {text}"),
            Disposition::Error(modifier) => write!(out, "processed/error: {}", modifier.text()),
            Disposition::Failure(modifier) => write!(out, "failed/failure: {}", modifier.text()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dispositions() {
        let check = |text: &str, expected: Option<&str>| {
            let value = format!("automatic-action/MDN-sent-automatically; {text}");
            let found = Disposition::read(&value);
            assert_eq!(found.map(|found| found.to_string()).as_deref(), expected, "{text}");
        };
        let authentication = "processed/error: authentication-failed";
        check("processed", Some("processed"));
        check("Processed/Error: Authentication-Failed", Some(authentication));
        check("processed/Error:authentication-failed", Some(authentication));
        check("processed/Warning: duplicate", Some("processed/warning: duplicate"));
        check("failed/Failure: unsupported format", Some("failed/failure: unsupported format"));
        check("failed/failure: sunspots", Some("failed/failure: sunspots"));
        check("displayed", None);
        check("", None);
        assert_eq!(Disposition::read("processed"), None);
    }
}
