//! `words/*.toml`: what a finding says to people, in three languages, and which codes tell it to
//! partners.
//!
//! A sentence has holes: `{value}`, `{expected}`, `{place}`, `{name}`, `{likely}`. What stands in
//! square brackets is left out when a hole in it has nothing to say:
//! `Élément manquant[ : {name}][ ({expected})].`
//!
//! What this module is *not*: it finds nothing, and it decides no severity; the severity here is
//! the usual one, for the reference.

use std::collections::BTreeMap;
use std::fmt::Write;

use crate::files::{FileFault, Page, Section};
use crate::language::{Language, Sentence};
use acquit_domain::{Finding, Place, Severity};

/// The words of severities.
const SEVERITIES: &[(Severity, &str)] =
    &[(Severity::Note, "note"), (Severity::Warning, "warning"), (Severity::Error, "error")];
/// Holes a sentence may have.
const HOLES: &[&str] = &["value", "expected", "place", "name", "likely"];
/// Highest code of data element 0085.
const CODE_0085_MAX: i64 = 999;

/// What one code of findings means.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wording {
    /// The code.
    pub code: String,
    /// The file it is in, without folder and ending: a family of codes.
    pub family: String,
    /// How bad it usually is.
    pub severity: Severity,
    /// What happened.
    pub sentence: Sentence,
    /// The likely cause, and what to do.
    pub cause: Option<Sentence>,
    /// Data element 0085 of CONTRL, for findings of syntax.
    pub contrl: Option<u16>,
    /// Application error code (APERAK ERC, data element 9321, agency ZZZ) and code of ACC.
    pub aperak: Option<String>,
}

impl Wording {
    /// The anchor in `docs/codes.md`.
    #[must_use]
    pub fn anchor(&self) -> String {
        self.code.to_lowercase()
    }
}

/// Every code, and the labels of what people see.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Words {
    wordings: BTreeMap<String, Wording>,
    labels: BTreeMap<String, Sentence>,
}

impl Words {
    /// Reads one file of findings into the table. `errors` are the application error codes there
    /// are.
    pub fn read(
        &mut self,
        family: &str,
        file: &str,
        text: &str,
        errors: &[&str],
    ) -> Vec<FileFault> {
        let page = Page::parse(file, text);
        for (word, section) in page.root().tables() {
            let wording = read_wording(family, word.text, &section);
            if let Some(code) = section.word("aperak")
                && !errors.contains(&code.text)
            {
                section.unknown(code, errors);
            }
            section.finish();
            if self.wordings.insert(word.text.to_owned(), wording).is_some() {
                page.fault(word.at, format!("\"{}\" is in another file too", word.text), &[]);
            }
        }
        page.into_faults()
    }

    /// Reads `labels.toml`: a table per list, a table per word in it.
    pub fn read_labels(&mut self, file: &str, text: &str) -> Vec<FileFault> {
        let page = Page::parse(file, text);
        for (list, mut words) in page.root().tables() {
            for (word, section) in words.tables() {
                let sentence = Sentence::read(&section);
                section.finish();
                self.labels.insert(format!("{}.{}", list.text, word.text), sentence);
            }
        }
        page.into_faults()
    }

    /// What a code means.
    #[must_use]
    pub fn get(&self, code: &str) -> Option<&Wording> {
        self.wordings.get(code)
    }

    /// Every code, in order.
    pub fn iter(&self) -> impl Iterator<Item = &Wording> {
        self.wordings.values()
    }

    /// The label of a word in a list (`status`, `kind`, `function`, `verdict`, ..).
    #[must_use]
    pub fn label(&self, list: &str, word: &str, language: Language) -> Option<&str> {
        self.labels.get(&format!("{list}.{word}")).map(|label| label.text(language))
    }

    /// A finding in words; the code alone when nobody wrote words for it.
    #[must_use]
    pub fn say(&self, finding: &Finding, language: Language) -> String {
        match self.get(&finding.code) {
            Some(wording) => fill(wording.sentence.text(language), finding, language),
            None => finding.code.to_string(),
        }
    }

    /// The likely cause of a finding in words, when there is one.
    #[must_use]
    pub fn cause(&self, finding: &Finding, language: Language) -> Option<String> {
        let cause = self.get(&finding.code)?.cause.as_ref()?;
        Some(fill(cause.text(language), finding, language))
    }
}

fn read_wording(family: &str, code: &str, section: &Section<'_, '_>) -> Wording {
    let sentence = Sentence::read(section);
    let cause = section.section("cause").map(|cause| {
        let sentence = Sentence::read(&cause);
        cause.finish();
        sentence
    });
    for (_, key) in crate::language::LANGUAGES {
        for text in [Some(&sentence), cause.as_ref()].into_iter().flatten() {
            let language = Language::of(key).unwrap_or_default();
            for hole in holes(text.text(language)) {
                if !HOLES.contains(&hole) {
                    section.fault(section.at(), format!("unknown hole {{{hole}}}"), HOLES);
                }
            }
        }
    }
    let _ = section.needed("severity");
    Wording {
        code: code.to_owned(),
        family: family.to_owned(),
        severity: section.choice("severity", SEVERITIES).unwrap_or(Severity::Error),
        sentence,
        cause,
        contrl: section.integer("contrl", 1..=CODE_0085_MAX).and_then(|n| u16::try_from(n).ok()),
        aperak: section.text("aperak").map(str::to_owned),
    }
}

/// The holes of a sentence.
pub(crate) fn holes(text: &str) -> impl Iterator<Item = &str> {
    text.split('{').skip(1).filter_map(|rest| rest.split_once('}').map(|(hole, _)| hole))
}

/// A sentence with its holes filled.
fn fill(text: &str, finding: &Finding, language: Language) -> String {
    let place = place(&finding.place, language);
    let value = |hole: &str| match hole {
        "value" => finding.value.as_str(),
        "expected" => finding.expected.as_str(),
        "place" => place.as_str(),
        "name" => finding.place.name.as_str(),
        "likely" => finding.likely.as_str(),
        _ => "",
    };
    fill_holes(text, &value)
}

/// A sentence with its holes filled; what stands in square brackets is left out when a hole in it
/// has nothing to say.
pub(crate) fn fill_holes<'v>(text: &str, value: &impl Fn(&str) -> &'v str) -> String {
    let mut out = String::with_capacity(text.len() + 32);
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('[') {
        let (inside, next) = after.split_once(']').unwrap_or((after, ""));
        put(&mut out, before, value);
        if holes(inside).all(|hole| !value(hole).is_empty()) {
            put(&mut out, inside, value);
        }
        rest = next;
    }
    put(&mut out, rest, value);
    out
}

fn put<'v>(out: &mut String, text: &str, value: &impl Fn(&str) -> &'v str) {
    let mut parts = text.split('{');
    out.push_str(parts.next().unwrap_or_default());
    for part in parts {
        let (hole, after) = part.split_once('}').unwrap_or((part, ""));
        out.push_str(value(hole));
        out.push_str(after);
    }
}

/// A place in words: `segment 12 MOA, element 2, component 1`; empty when nowhere in particular.
#[must_use]
pub fn place(place: &Place, language: Language) -> String {
    let [message, segment, element, component] = match language {
        Language::Fr => ["message", "segment", "élément", "composant"],
        Language::En => ["message", "segment", "element", "component"],
        Language::Ar => ["الرسالة", "المقطع", "العنصر", "المكوّن"],
    };
    let comma = if language == Language::Ar { "، " } else { ", " };
    let mut parts: Vec<String> = Vec::new();
    if place.message > 0 {
        parts.push(format!("{message} {}", place.message));
    }
    match (place.segment, place.name.as_str()) {
        (0, "") => {}
        (0, name) => parts.push(name.to_owned()),
        (number, "") => parts.push(format!("{segment} {number}")),
        (number, name) => parts.push(format!("{segment} {number} {name}")),
    }
    for (word, number) in [(element, place.element), (component, place.component)] {
        if number > 0 {
            parts.push(format!("{word} {number}"));
        }
    }
    parts.join(comma)
}

/// `docs/codes.md`: every code in all three languages.
#[must_use]
pub fn reference(words: &Words) -> String {
    let mut text = String::from(REFERENCE_HEAD);
    let mut families: Vec<&str> = words.iter().map(|wording| wording.family.as_str()).collect();
    families.sort_unstable();
    families.dedup();
    for family in families {
        let _ = write!(text, "\n## {family}\n");
        for wording in words.iter().filter(|wording| wording.family == family) {
            describe(&mut text, wording);
        }
    }
    text
}

const REFERENCE_HEAD: &str = "# Codes of findings

Written from `mappings/words/`; a test compares them. Every finding carries one of these codes, on
every surface: answers to partners, the console, the command line. Codes never change their
meaning. *CONTRL* is the code of data element 0085, *APERAK* the application error code (ERC,
data element 9321, agency ZZZ), which ACC quotes too. Words in braces are filled from the finding;
what stands in square brackets is left out when there is nothing to fill.
";

fn describe(text: &mut String, wording: &Wording) {
    let _ = write!(text, "\n### <a id=\"{}\"></a>{}\n\n", wording.anchor(), wording.code);
    let _ = write!(text, "{}", wording.severity.key());
    if let Some(code) = wording.contrl {
        let _ = write!(text, " · CONTRL {code}");
    }
    if let Some(code) = &wording.aperak {
        let _ = write!(text, " · APERAK {code}");
    }
    text.push_str("\n\n");
    for (language, key) in crate::language::LANGUAGES {
        let _ = write!(text, "- *{key}* {}", wording.sentence.text(*language));
        if let Some(cause) = &wording.cause {
            let _ = write!(text, " {}", cause.text(*language));
        }
        text.push('\n');
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "\
[EDI-013]
severity = \"error\"
contrl = 13
fr = \"Manque[ : {name}][ ({expected})].\"
en = \"Missing[ at {place}].\"
ar = \"{value}\"
[EDI-013.cause]
fr = \"a\"
en = \"b\"
ar = \"c\"
";

    fn finding() -> Finding {
        let place = Place { segment: 12, element: 2, name: "MOA".to_owned(), ..Place::default() };
        let mut finding = Finding::business("EDI-013", Severity::Error, place);
        finding.value = "x".to_owned();
        finding
    }

    #[test]
    fn sentences_are_filled() {
        let mut words = Words::default();
        assert_eq!(words.read("edifact", "words/edifact.toml", TEXT, &[]), []);
        for (language, said) in [
            (Language::Fr, "Manque : MOA."),
            (Language::En, "Missing at segment 12 MOA, element 2."),
            (Language::Ar, "x"),
        ] {
            assert_eq!(words.say(&finding(), language), said);
        }
        assert_eq!(words.cause(&finding(), Language::En).as_deref(), Some("b"));
        let other = Finding::business("ZZZ", Severity::Error, Place::default());
        assert_eq!(words.say(&other, Language::Fr), "ZZZ");
    }

    #[test]
    fn what_is_wrong_in_words() {
        let mut words = Words::default();
        let text = "[A-1]\nfr = \"{sum}\"\nen = \"x\"\naperak = \"ZZZ001\"";
        let faults = words.read("a", "words/a.toml", text, &["AMT001"]);
        let found: Vec<String> = faults.iter().map(ToString::to_string).collect();
        let expected = [
            "words/a.toml:1:1: \"ar\" is missing",
            "words/a.toml:1:1: \"severity\" is missing",
            "words/a.toml:1:1: unknown hole {sum}; known: value, expected, place, name, likely",
            "words/a.toml:4:10: unknown word \"ZZZ001\"; known: AMT001",
        ];
        assert_eq!(found, expected);
    }
}
