//! The three languages people are spoken to in.
//!
//! What this module is *not*: it holds no words; those are in `mappings/words/`.

use crate::files::Section;

/// A language of screens, answers and reports.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub enum Language {
    /// French, the guide's own language.
    #[default]
    Fr,
    /// English.
    En,
    /// Arabic.
    Ar,
}

/// Every language with its ISO 639-1 code.
pub const LANGUAGES: &[(Language, &str)] =
    &[(Language::Fr, "fr"), (Language::En, "en"), (Language::Ar, "ar")];

impl Language {
    /// The ISO 639-1 code.
    #[must_use]
    pub const fn key(self) -> &'static str {
        match self {
            Language::Fr => "fr",
            Language::En => "en",
            Language::Ar => "ar",
        }
    }

    /// The language of a code.
    #[must_use]
    pub fn of(key: &str) -> Option<Language> {
        LANGUAGES.iter().find(|(_, known)| *known == key).map(|(language, _)| *language)
    }
}

/// One sentence in every language.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Sentence {
    fr: String,
    en: String,
    ar: String,
}

impl Sentence {
    /// The sentence in one language.
    #[must_use]
    pub fn text(&self, language: Language) -> &str {
        match language {
            Language::Fr => &self.fr,
            Language::En => &self.en,
            Language::Ar => &self.ar,
        }
    }

    /// Reads `fr`, `en` and `ar` of a section; each must be there.
    #[must_use]
    pub fn read(section: &Section<'_, '_>) -> Sentence {
        let text = |key| section.needed(key).text.to_owned();
        Sentence { fr: text("fr"), en: text("en"), ar: text("ar") }
    }
}
