//! The sentences of a finding, from the rulebook.

use super::{Lang, escaped};
use acquit_domain::Finding;
use acquit_mapping::words::Words;

/// What is said of a finding in one language.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Told {
    /// What is wrong, in a sentence.
    pub sentence: String,
    /// The usual cause; empty when none is known.
    pub cause: String,
    /// The code in APERAK's ERC; empty when there is none.
    pub aperak: String,
}

/// The sentences for a finding. Values of the input in them are escaped.
#[must_use]
pub fn tell(words: &Words, finding: &Finding, lang: Lang) -> Told {
    let language = lang.language();
    let aperak = words.get(&finding.code).and_then(|wording| wording.aperak.clone());
    Told {
        sentence: escaped(&words.say(finding, language)),
        cause: escaped(&words.cause(finding, language).unwrap_or_default()),
        aperak: aperak.unwrap_or_default(),
    }
}
