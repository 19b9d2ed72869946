//! The drawing: an excerpt with carets, through `annotate-snippets`.

use super::excerpt::{Excerpt, excerpt};
use super::{Colour, Look, Origin, Source, Told, WIDTH_MIN, facts, place_line};
use acquit_domain::{Finding, Severity};
use annotate_snippets::{AnnotationKind, Group, Level, Renderer, Snippet};

/// Columns at the left of an excerpt besides its number: ` | `.
const GUTTER: usize = 3;

pub(super) fn draw(
    look: &Look,
    origin: Origin<'_>,
    source: &Source<'_>,
    finding: &Finding,
    told: &Told,
) -> String {
    let width = look.width.max(WIDTH_MIN);
    let renderer = match look.colour {
        Colour::Some => Renderer::styled().hyperlink(false),
        Colour::None => Renderer::plain(),
    };
    let level = level(finding.severity).with_name(look.lang.severity(finding.severity));
    let title = level.primary_title(&*told.sentence).id(&*finding.code);
    let place = annotate_snippets::Origin::path(place_line(look, origin, finding));
    let mut group = title.element(place);
    if let Some((number, excerpt)) = cut(source, finding, width) {
        group = group.element(snippet(number, excerpt, finding));
    }
    for (label, text) in facts(look, origin, source, finding, told) {
        group = group.element(Level::NOTE.with_name(label).message(text));
    }
    let text = renderer.term_width(4 * width).render(&[group] as &[Group<'_>]);
    text.lines().filter(|line| !is_joint(line)).flat_map(|line| [line, "\n"]).collect()
}

/// True for the `:::` that the renderer draws between a place line and an excerpt of its own
/// place: here they are one place.
fn is_joint(line: &str) -> bool {
    let mut bare = String::new();
    let mut is_style = false;
    for letter in line.chars() {
        match (is_style, letter) {
            (false, '\u{1b}') => is_style = true,
            (true, 'm') => is_style = false,
            (true, _) => {}
            (false, letter) => bare.push(letter),
        }
    }
    bare.trim() == ":::"
}

const fn level(severity: Severity) -> Level<'static> {
    match severity {
        Severity::Note => Level::NOTE,
        Severity::Warning => Level::WARNING,
        Severity::Error => Level::ERROR,
    }
}

/// The excerpt and the number at its left: the segment's, or the line's where there are no
/// segments.
fn cut(source: &Source<'_>, finding: &Finding, width: usize) -> Option<(usize, Excerpt)> {
    let place = &finding.place;
    let (first, bytes) = source.around(place.byte, u64::from(place.len))?;
    let number = match place.segment {
        0 => source.line(place.byte).unwrap_or(1),
        segment => segment as usize,
    };
    let room = width.saturating_sub(GUTTER + number.to_string().len());
    let at = usize::try_from(place.byte.saturating_sub(first)).ok()?;
    Some((number, excerpt(&bytes, at, place.len as usize, room)))
}

fn snippet<'a>(
    number: usize,
    excerpt: Excerpt,
    finding: &'a Finding,
) -> Snippet<'a, annotate_snippets::Annotation<'a>> {
    let mut mark = AnnotationKind::Primary.span(excerpt.span);
    // A short expectation stands at the caret; a long one is in the rule below.
    if !finding.expected.is_empty() && finding.expected.chars().count() <= 24 {
        mark = mark.label(super::escaped(&finding.expected));
    }
    Snippet::source(excerpt.text).line_start(number).annotation(mark)
}
