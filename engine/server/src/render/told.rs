//! The sentences of a finding, from the rulebook.

use super::Lang;
use acquit_domain::Finding;

/// What is said of a finding in one language.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Told {
    /// What is wrong, in a sentence.
    pub sentence: String,
    /// The usual cause; empty when none is known.
    pub cause: String,
}

/// The sentences for a finding; when the rulebook has none, its own parts make one.
#[must_use]
pub fn tell(finding: &Finding, lang: Lang) -> Told {
    let _ = lang;
    Told { sentence: super::escaped(&finding.value), cause: String::new() }
}
