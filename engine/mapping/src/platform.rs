//! `platform.toml`: who we are in messages, our zone, and the limits that hold for everyone.
//!
//! What this module is *not*: the configuration of a running server (addresses, databases, keys);
//! that is `acquit.toml`, and no rule depends on it.

use crate::files::{FileFault, Page, Section, Word};
use crate::language::{LANGUAGES, Language};
use acquit_domain::PartyCode;

/// An identification in an EDIFACT envelope: data elements 0004 or 0010 with 0007.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Identification {
    /// The identification (`ANP`).
    pub id: String,
    /// Its code qualifier (`ZZ`); empty when the message carries none.
    pub qualifier: String,
}

impl Identification {
    /// Reads `ANP:ZZ`, or `ANP` when there is no qualifier.
    #[must_use]
    pub fn parse(text: &str) -> Identification {
        let (id, qualifier) = text.split_once(':').unwrap_or((text, ""));
        Identification { id: id.to_owned(), qualifier: qualifier.to_owned() }
    }

    /// True when it is this identification with this qualifier.
    #[must_use]
    pub fn is(&self, id: &str, qualifier: &str) -> bool {
        self.id == id && self.qualifier == qualifier
    }
}

/// Limits that hold where a partner's own file says nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// How long a reference of a sender is remembered, in days (13 months).
    pub repeat_window_days: u32,
    /// Oldest transmission taken, in days; `None` takes any age.
    pub max_age_days: Option<u32>,
    /// How far in the future a transmission may be dated, in hours.
    pub max_ahead_hours: u32,
    /// How long a message for an unknown client waits for its record, in hours.
    pub park_client_hours: u32,
    /// How long a message for an unknown invoice waits for the original, in days.
    pub park_order_days: u32,
    /// How long a gap in a sender's numbers may stand before it is told, in minutes.
    pub gap_minutes: u32,
    /// How long after a payment a claim is taken, in days.
    pub claim_days: u32,
    /// Within which an answer is due from us, in seconds.
    pub answer_seconds: u32,
    /// How long a payment may be missing from its provider's settlements before it is a case, in
    /// days.
    pub settlement_grace_days: u32,
    /// Within how many days a bank credits what a provider settled.
    pub settlement_bank_days: u32,
}

/// Who we are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Platform {
    /// Our name in the log (« Récepteur du message »).
    pub name: String,
    /// Our party code; what we write as sender.
    pub code: String,
    /// Zone of local times that carry none (an IANA name).
    pub zone: String,
    /// Languages people are spoken to in; the first is used when none is asked for.
    pub languages: Vec<Language>,
    /// EDIFACT identifications that are us; the first is what we write.
    pub edifact: Vec<Identification>,
    /// XML identifications (`Destinataire`) that are us; the first is what we write.
    pub xml: Vec<String>,
    /// Limits for everyone.
    pub limits: Limits,
}

/// Most days any limit may name: a hundred years.
pub(crate) const DAYS_MAX: i64 = 36_525;
/// Most hours, minutes or seconds any limit may name.
const SMALL_MAX: i64 = 10_000_000;

impl Platform {
    /// Reads `platform.toml`.
    #[must_use]
    pub fn read(file: &str, text: &str) -> (Platform, Vec<FileFault>) {
        let page = Page::parse(file, text);
        let root = page.root();
        let limits = root.section("limits").map(|section| {
            let limits = read_limits(&section);
            section.finish();
            limits
        });
        if limits.is_none() {
            root.fault(0, "the table \"limits\" is missing", &[]);
        }
        let platform = Platform {
            name: root.needed("name").text.to_owned(),
            code: party_code(&root, root.needed("code")),
            zone: root.needed("zone").text.to_owned(),
            languages: root.choices("languages", LANGUAGES),
            edifact: list(&root, "edifact").map(|word| Identification::parse(word.text)).collect(),
            xml: list(&root, "xml").map(|word| word.text.to_owned()).collect(),
            limits: limits.unwrap_or(NO_LIMITS),
        };
        if platform.languages.is_empty() {
            root.fault(0, "\"languages\" names none", &["fr", "en", "ar"]);
        }
        root.finish();
        (platform, page.into_faults())
    }

    /// True when an EDIFACT recipient is us.
    #[must_use]
    pub fn is_us_in_edifact(&self, id: &str, qualifier: &str) -> bool {
        self.edifact.iter().any(|known| known.is(id, qualifier))
    }

    /// True when a `Destinataire` is us.
    #[must_use]
    pub fn is_us_in_xml(&self, id: &str) -> bool {
        self.xml.iter().any(|known| known == id)
    }
}

/// Limits of a platform whose file could not be read; such a rulebook is never used.
const NO_LIMITS: Limits = Limits {
    repeat_window_days: 0,
    max_age_days: None,
    max_ahead_hours: 0,
    park_client_hours: 0,
    park_order_days: 0,
    gap_minutes: 0,
    claim_days: 0,
    answer_seconds: 0,
    settlement_grace_days: 0,
    settlement_bank_days: 0,
};

fn list<'p>(root: &Section<'p, '_>, key: &'static str) -> impl Iterator<Item = Word<'p>> {
    let words = root.words(key);
    if words.is_empty() && !root.has(key) {
        root.fault(0, format!("\"{key}\" is missing"), &[]);
    }
    words.into_iter()
}

fn read_limits(section: &Section<'_, '_>) -> Limits {
    let needed = |key: &'static str, most: i64| {
        if !section.has(key) {
            section.fault(section.at(), format!("\"{key}\" is missing"), &[]);
        }
        number(section, key, most).unwrap_or(0)
    };
    Limits {
        repeat_window_days: needed("repeat_window_days", DAYS_MAX),
        max_age_days: number(section, "max_age_days", DAYS_MAX),
        max_ahead_hours: needed("max_ahead_hours", SMALL_MAX),
        park_client_hours: needed("park_client_hours", SMALL_MAX),
        park_order_days: needed("park_order_days", DAYS_MAX),
        gap_minutes: needed("gap_minutes", SMALL_MAX),
        claim_days: needed("claim_days", DAYS_MAX),
        answer_seconds: needed("answer_seconds", SMALL_MAX),
        settlement_grace_days: needed("settlement_grace_days", DAYS_MAX),
        settlement_bank_days: needed("settlement_bank_days", DAYS_MAX),
    }
}

/// A number from 1 to `most`, if the key is written.
pub(crate) fn number(section: &Section<'_, '_>, key: &'static str, most: i64) -> Option<u32> {
    section.integer(key, 1..=most).and_then(|number| u32::try_from(number).ok())
}

/// The text of a word that is to be a party code.
pub(crate) fn party_code(section: &Section<'_, '_>, word: Word<'_>) -> String {
    if !word.text.is_empty() && PartyCode::new(word.text).is_none() {
        section.fault(word.at, format!("\"{}\" is no party code", word.text), &[]);
    }
    word.text.trim().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_missing_is_told_at_once() {
        let (_, faults) =
            Platform::read("platform.toml", "name = \"P\"\n[limits]\nrepeat_window_days = 0");
        let found: Vec<String> = faults.iter().map(ToString::to_string).collect();
        assert_eq!(found.len(), 14, "{found:#?}");
        assert!(
            found.contains(
                &"platform.toml:3:22: \"repeat_window_days\" is to be from 1 to 36525, not 0"
                    .to_owned()
            )
        );
    }

    #[test]
    fn identifications() {
        assert!(Identification::parse("ANP:ZZ").is("ANP", "ZZ"));
        assert!(Identification::parse("ANP").is("ANP", ""));
        assert!(!Identification::parse("ANP:ZZ").is("ANP", ""));
    }
}
