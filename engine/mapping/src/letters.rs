//! `letters/*.toml`: what people are written, in three languages; the file's name is the kind.
//!
//! A letter has a subject and a text, both with holes as in [`crate::words`]: `{reference}` is
//! filled, and what stands in square brackets is left out when a hole in it has nothing to say.
//! Values are put in as they are: what looks like a hole in one is no hole.
//!
//! What this module is *not*: it decides nobody to write to and sends nothing.

use std::collections::BTreeMap;
use std::fmt::Write;

use crate::files::{FileFault, Page, Section};
use crate::language::{LANGUAGES, Language, Sentence};
use crate::words::{fill_holes, holes};

/// The letters there are.
pub const KINDS: &[&str] = &[
    "cheque_unpaid",
    "invoice_cancelled",
    "payment_confirmed",
    "payment_declined",
    "payment_started",
    "reference_expired",
    "reference_reminder",
    "refund",
];

/// The holes a letter may have.
pub const HOLES: &[&str] = &[
    "platform",
    "client",
    "issuer",
    "invoices",
    "amount",
    "fees",
    "means",
    "provider",
    "channel",
    "reference",
    "order",
    "receipt",
    "at",
    "expires",
    "reason",
    "link",
    "claim_days",
];

/// What keeps a value of another direction from turning its neighbours (UAX #9, isolates).
const ISOLATE: char = '\u{2068}';
const ISOLATE_END: char = '\u{2069}';

/// One kind of letter.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Template {
    subject: Sentence,
    text: Sentence,
}

/// A letter in one language.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Said {
    /// The subject, on one line.
    pub subject: String,
    /// The text, plain.
    pub text: String,
}

impl Template {
    /// Reads a text. What is wrong is told, and the rest is read all the same.
    #[must_use]
    pub fn read(file: &str, text: &str) -> (Template, Vec<FileFault>) {
        let page = Page::parse(file, text);
        let root = page.root();
        let part = |name| match root.section(name) {
            Some(section) => sentence(&section, text),
            None => {
                root.fault(root.at(), format!("\"{name}\" is missing"), &[]);
                Sentence::default()
            }
        };
        let template = Template { subject: part("subject"), text: part("text") };
        root.finish();
        (template, page.into_faults())
    }

    /// The letter in a language, its holes filled; a hole without a value has nothing to say.
    #[must_use]
    pub fn say(&self, language: Language, values: &[(&str, &str)]) -> Said {
        let value = |hole: &str| {
            let found = values.iter().find(|(name, _)| *name == hole);
            found.map_or("", |(_, value)| *value)
        };
        let subject = fill_holes(self.subject.text(language), &value).replace(['\r', '\n'], " ");
        let isolated: Vec<(&str, String)> =
            values.iter().map(|(name, value)| (*name, isolate(value, language))).collect();
        let value = |hole: &str| {
            let found = isolated.iter().find(|(name, _)| *name == hole);
            found.map_or("", |(_, value)| value.as_str())
        };
        let mut text = fill_holes(self.text.text(language), &value);
        // What was left out leaves no hole in the page.
        while text.contains("\n\n\n") {
            text = text.replace("\n\n\n", "\n\n");
        }
        Said { subject: subject.trim().to_owned(), text: text.trim().to_owned() }
    }
}

/// A value as it stands in a text of a language: among Arabic every line of it by itself.
fn isolate(value: &str, language: Language) -> String {
    match language {
        Language::Fr | Language::En => value.to_owned(),
        Language::Ar => {
            let alone = value.lines().map(|line| format!("{ISOLATE}{line}{ISOLATE_END}"));
            alone.collect::<Vec<_>>().join("\n")
        }
    }
}

/// Subject or text in every language, its holes looked at.
fn sentence(section: &Section<'_, '_>, file_text: &str) -> Sentence {
    let sentence = Sentence::read(section);
    for (language, _) in LANGUAGES {
        let said = sentence.text(*language);
        for hole in holes(said).filter(|hole| !HOLES.contains(hole)) {
            let after = file_text.get(section.at()..).unwrap_or_default();
            let at = after.find(&format!("{{{hole}}}")).unwrap_or(0);
            section.fault(section.at() + at, format!("unknown hole {{{hole}}}"), HOLES);
        }
        let unpaired =
            [('{', '}'), ('[', ']')].iter().any(|(open, close)| unpaired(said, *open, *close));
        if unpaired {
            section.fault(
                section.at(),
                "a bracket is opened and not closed, or the other way",
                &[],
            );
        }
    }
    section.finish();
    sentence
}

/// Whether brackets do not alternate: they are never nested.
fn unpaired(text: &str, open: char, close: char) -> bool {
    let mut inside = false;
    for character in text.chars().filter(|c| *c == open || *c == close) {
        if inside == (character == open) {
            return true;
        }
        inside = !inside;
    }
    inside
}

/// Every letter.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Letters {
    templates: BTreeMap<String, Template>,
}

impl Letters {
    /// Reads one file into the table.
    pub fn read(&mut self, kind: &str, file: &str, text: &str) -> Vec<FileFault> {
        let (template, mut faults) = Template::read(file, text);
        if !KINDS.contains(&kind) {
            let known = KINDS.iter().map(|kind| (*kind).to_owned()).collect();
            let message = format!("no letter is called \"{kind}\"");
            faults.push(FileFault { file: file.to_owned(), line: 1, column: 1, message, known });
        }
        self.templates.insert(kind.to_owned(), template);
        faults
    }

    /// The letter of a kind; `None` when nobody wrote it.
    #[must_use]
    pub fn get(&self, kind: &str) -> Option<&Template> {
        self.templates.get(kind)
    }
}

/// A plain text as a page of HTML: empty lines part paragraphs, a line that is an address becomes a
/// link. Everything else is shown as it is written.
#[must_use]
pub fn html(text: &str, language: Language) -> String {
    let direction = if language == Language::Ar { "rtl" } else { "ltr" };
    let mut page = format!(
        "<!doctype html>\n<html lang=\"{}\" dir=\"{direction}\">\n<head><meta charset=\"utf-8\">\
         </head>\n<body style=\"font-family: sans-serif; line-height: 1.5\">\n",
        language.key()
    );
    for paragraph in text.replace('\r', "").split("\n\n").filter(|said| !said.trim().is_empty()) {
        let lines: Vec<String> = paragraph.trim_matches('\n').lines().map(html_line).collect();
        let _ = writeln!(page, "<p>{}</p>", lines.join("<br>\n"));
    }
    page.push_str("</body>\n</html>\n");
    page
}

fn html_line(line: &str) -> String {
    let bare = line.trim().trim_matches([ISOLATE, ISOLATE_END]);
    let shown = escape(line);
    match bare.starts_with("https://") && !bare.contains(char::is_whitespace) {
        true => format!("<a href=\"{}\">{shown}</a>", escape(bare)),
        false => shown,
    }
}

fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            other => escaped.push(other),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "\
[subject]
fr = \"Paiement {reference}\"
en = \"Payment {reference}\"
ar = \"أداء {reference}\"
[text]
fr = \"Montant : {amount}.[ Motif : {reason}.]\"
en = \"\"\"
Amount: {amount}.

{link}\"\"\"
ar = \"المبلغ: {amount}\"
";

    fn check(language: Language, values: &[(&str, &str)], subject: &str, text: &str) {
        let (template, faults) = Template::read("letters/x.toml", TEXT);
        assert_eq!(faults, []);
        let said = template.say(language, values);
        assert_eq!((said.subject.as_str(), said.text.as_str()), (subject, text));
    }

    #[test]
    fn letters_are_filled() {
        let values = &[("reference", "10\r\nBcc: x"), ("amount", "{link} <b>")];
        check(Language::Fr, values, "Paiement 10  Bcc: x", "Montant : {link} <b>.");
        let values = &[("amount", "1"), ("reason", "[solde]"), ("link", "https://a.example/?b&c")];
        check(Language::Fr, values, "Paiement", "Montant : 1. Motif : [solde].");
        check(Language::En, values, "Payment", "Amount: 1.\n\nhttps://a.example/?b&c");
        check(Language::Ar, values, "أداء", "المبلغ: \u{2068}1\u{2069}");
    }

    #[test]
    fn html_shows_what_is_written() {
        let text = "a <script>\nb & \"c\"\n\nhttps://a.example/?b&c\n\njavascript:alert(1)";
        let page = html(text, Language::Ar);
        assert!(page.contains("<html lang=\"ar\" dir=\"rtl\">"), "{page}");
        assert!(page.contains("<p>a &lt;script&gt;<br>\nb &amp; &quot;c&quot;</p>"), "{page}");
        let link = "<a href=\"https://a.example/?b&amp;c\">https://a.example/?b&amp;c</a>";
        assert!(page.contains(link), "{page}");
        assert_eq!(page.matches("<a ").count(), 1);
    }

    #[test]
    fn what_is_wrong_in_letters() {
        let text = "[subject]\nfr = \"{sum}\"\nen = \"x\"\nar = \"[x\"\n[txt]\n";
        let mut letters = Letters::default();
        let faults = letters.read("thanks", "letters/thanks.toml", text);
        let found: Vec<String> = faults.iter().map(ToString::to_string).collect();
        let holes = HOLES.join(", ");
        let expected = [
            "letters/thanks.toml:1:1: \"text\" is missing".to_owned(),
            "letters/thanks.toml:1:1: a bracket is opened and not closed, or the other way".into(),
            format!("letters/thanks.toml:2:7: unknown hole {{sum}}; known: {holes}"),
            "letters/thanks.toml:5:2: unknown key \"txt\"; known: subject, text".into(),
            format!("letters/thanks.toml:1:1: no letter is called \"thanks\"; known: {}", {
                KINDS.join(", ")
            }),
        ];
        assert_eq!(found, expected);
    }
}
