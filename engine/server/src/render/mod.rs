//! Findings for people: drawn as `rustc` draws its own, or told in sentences.
//!
//! One function serves the terminal (`acquit check`, `acquit run`) and the text beside a refused
//! file in a partner's folder. An interchange is often one line of a megabyte, so the excerpt is
//! cut around the place and the number at its left is the segment's, not the line's. Whatever the
//! input holds, no control character of it reaches the terminal.
//!
//! What this module is *not*: it finds nothing and decides nothing; the sentences come from the
//! rulebook.

mod draw;
mod excerpt;
mod label;
mod narrate;
mod partner;
mod source;
mod told;

use acquit_domain::Finding;

pub use excerpt::escaped;
pub(crate) use excerpt::is_harmless;
pub use label::Lang;
pub use source::Source;
pub use told::{Told, tell};

/// Narrowest drawing, in columns.
pub const WIDTH_MIN: usize = 50;

/// Columns of a drawing when nothing is known of the terminal.
pub const WIDTH_DEFAULT: usize = 100;

/// How findings are to look.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Look {
    /// Drawn with an excerpt and carets, or told in sentences.
    pub form: Form,
    /// Whether colours are wanted.
    pub colour: Colour,
    /// Columns of the terminal.
    pub width: usize,
    /// Language of every word that is ours.
    pub lang: Lang,
}

/// Drawing or sentences.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// An excerpt with carets.
    Drawn,
    /// Sentences, one fact a line: for screen readers and for searching.
    Narrated,
}

/// Colours or none.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Colour {
    /// ANSI colours.
    Some,
    /// Nothing but text.
    None,
}

/// Where the findings come from, for the line that says the place.
#[derive(Debug, Clone, Copy)]
pub struct Origin<'a> {
    /// Name of the file as the reader of the text knows it.
    pub file: &'a str,
    /// Type of the message concerned (`INVOIC D.96A`), when known; empty otherwise.
    pub message: &'a str,
}

/// A finding as text, ending with a line break.
#[must_use]
pub fn render(
    look: &Look,
    origin: Origin<'_>,
    source: &Source<'_>,
    finding: &Finding,
    told: &Told,
) -> String {
    match look.form {
        Form::Drawn => draw::draw(look, origin, source, finding, told),
        Form::Narrated => narrate::narrate(look, origin, source, finding, told),
    }
}

/// One fact about a finding: its label and its text.
type Fact = (&'static str, String);

/// What is said under the place: the rule, the likely value and cause, what the partner sees,
/// and where to read more. Facts that are not known are left out.
fn facts(
    look: &Look,
    origin: Origin<'_>,
    source: &Source<'_>,
    finding: &Finding,
    told: &Told,
) -> Vec<Fact> {
    let labels = look.lang.labels();
    let facts = [
        (labels.rule, rule(look, finding)),
        (labels.likely, escaped(&finding.likely)),
        (labels.cause, told.cause.clone()),
        (labels.partner_sees, partner::partner_sees(finding, told, look.lang, source.wire())),
        (labels.more, more(origin, finding)),
    ];
    facts.into_iter().filter(|(_, text)| !text.is_empty()).collect()
}

/// The rule that was broken: the node and what was expected of it.
fn rule(look: &Look, finding: &Finding) -> String {
    let labels = look.lang.labels();
    let place = &finding.place;
    let mut parts = vec![escaped(&place.name)];
    if place.element > 0 {
        parts.push(format!("{} {}", labels.element, place.element));
    }
    if place.component > 0 {
        parts.push(format!("{} {}", labels.component, place.component));
    }
    parts.push(escaped(&finding.expected));
    parts.retain(|part| !part.is_empty());
    parts.join("  ")
}

/// Where to read more: the command that explains the place, and the code's own page.
fn more(origin: Origin<'_>, finding: &Finding) -> String {
    let place = &finding.place;
    let page = format!("docs/codes.md#{}", finding.code.to_lowercase());
    if place.segment == 0 || origin.file.is_empty() {
        return page;
    }
    let mut at = place.segment.to_string();
    for part in [place.element, place.component] {
        if part == 0 {
            break;
        }
        at = format!("{at}.{part}");
    }
    if place.message > 1 {
        at = format!("{}:{at}", place.message);
    }
    format!("acquit explain {} --at {at}   {page}", escaped(origin.file))
}

/// The line that says the place: file, interchange, message, segment, byte.
fn place_line(look: &Look, origin: Origin<'_>, finding: &Finding) -> String {
    let labels = look.lang.labels();
    let place = &finding.place;
    let mut parts = Vec::new();
    if place.interchange > 0 {
        parts.push(format!("{} {}", labels.interchange, place.interchange));
    }
    if place.message > 0 {
        let kind = match origin.message {
            "" => String::new(),
            kind => format!(" ({})", escaped(kind)),
        };
        parts.push(format!("{} {}{kind}", labels.message, place.message));
    }
    if place.segment > 0 {
        parts.push(format!("{} {}", labels.segment, place.segment));
    }
    parts.push(format!("{} {}", labels.byte, place.byte));
    format!("{}  {}", escaped(origin.file), parts.join(" \u{b7} "))
}

#[cfg(test)]
mod tests;
