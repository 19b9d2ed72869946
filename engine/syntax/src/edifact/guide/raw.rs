//! `segments.guide` as written, line by line, before its numbers are resolved.

use std::collections::BTreeMap;

use super::shape::{Class, ElementId, representation};
use super::text::{Flaws, GuideFile, Line, Word, lines};
use crate::edifact::tape::Tag;

/// Most lines read of a `segments.guide`, so that every index fits in 16 bits.
const LINES_MAX: usize = 60_000;

/// `segments.guide` as written, before numbers are resolved.
#[derive(Default)]
pub(super) struct Raw<'a> {
    pub(super) directory: &'a str,
    pub(super) segments: BTreeMap<Tag, RawList<'a>>,
    pub(super) composites: BTreeMap<ElementId, RawList<'a>>,
    pub(super) elements: BTreeMap<ElementId, RawElement<'a>>,
}

/// A segment or composite: its name and the lines below it.
pub(super) struct RawList<'a> {
    pub(super) name: &'a str,
    pub(super) uses: Vec<RawUse<'a>>,
}

/// One such line: a status and a number.
#[derive(Clone, Copy)]
pub(super) struct RawUse<'a> {
    pub(super) mandatory: bool,
    pub(super) id: ElementId,
    pub(super) repeat: u16,
    pub(super) at: Word<'a>,
}

/// A simple data element: class, fewest and most characters.
pub(super) struct RawElement<'a> {
    pub(super) shape: (Class, u16, u16),
    pub(super) coded: bool,
    pub(super) name: &'a str,
}

#[derive(Clone, Copy)]
enum Section {
    None,
    Segments(Option<Tag>),
    Composites(Option<ElementId>),
    Elements,
}

impl<'a> Raw<'a> {
    pub(super) fn read(text: &'a str) -> (Raw<'a>, Flaws) {
        let mut flaws = Flaws::new(GuideFile::Segments);
        let mut raw = Raw::default();
        let mut section = Section::None;
        for (count, mut line) in lines(text).enumerate() {
            if count == LINES_MAX {
                flaws.at(line.rest, format!("only the first {LINES_MAX} lines are read"));
                break;
            }
            if line.level > 0 {
                raw.usage(section, line, &mut flaws);
                continue;
            }
            let word = line.word();
            section = match (word.text, section) {
                ("directory", _) => {
                    raw.directory = line.rest.text;
                    section
                }
                ("segments", _) => Section::Segments(None),
                ("composites", _) => Section::Composites(None),
                ("elements", _) => Section::Elements,
                (_, Section::Segments(_)) => Section::Segments(raw.segment(word, line, &mut flaws)),
                (_, Section::Composites(_)) => {
                    Section::Composites(raw.composite(word, line, &mut flaws))
                }
                (_, Section::Elements) => {
                    raw.element(word, line, &mut flaws);
                    section
                }
                (_, Section::None) => {
                    flaws.at(word, "expected `directory`, `segments`, `composites` or `elements`");
                    section
                }
            };
        }
        (raw, flaws)
    }

    fn segment(&mut self, word: Word<'a>, line: Line<'a>, flaws: &mut Flaws) -> Option<Tag> {
        let good = word.text.len() == 3 && word.text.bytes().all(|b| b.is_ascii_uppercase());
        let tag = Tag::new(word.text.as_bytes());
        if !good {
            flaws.at(word, "a segment tag is three upper-case letters");
            return None;
        }
        let list = RawList { name: line.rest.text, uses: Vec::new() };
        if self.segments.insert(tag, list).is_some() {
            flaws.at(word, format!("segment {} is defined twice", word.text));
        }
        Some(tag)
    }

    fn composite(
        &mut self,
        word: Word<'a>,
        line: Line<'a>,
        flaws: &mut Flaws,
    ) -> Option<ElementId> {
        let id = ElementId::new(word.text).filter(|id| id.is_composite());
        let Some(id) = id else {
            flaws.at(word, "a composite is a letter and three digits, as `C507`");
            return None;
        };
        let list = RawList { name: line.rest.text, uses: Vec::new() };
        if self.composites.insert(id, list).is_some() {
            flaws.at(word, format!("composite {id} is defined twice"));
        }
        Some(id)
    }

    fn element(&mut self, word: Word<'a>, mut line: Line<'a>, flaws: &mut Flaws) {
        let id = ElementId::new(word.text).filter(|id| !id.is_composite());
        let Some(id) = id else {
            flaws.at(word, "an element is four digits, as `2380`");
            return;
        };
        let notation = line.word();
        let Some(shape) = representation(notation.text) else {
            flaws.at(notation, "expected a representation, as `an..35`, `n6` or `a3`");
            return;
        };
        let mut ahead = line;
        let coded = ahead.word().text == "code";
        let name = if coded { ahead.rest.text } else { line.rest.text };
        if self.elements.insert(id, RawElement { shape, coded, name }).is_some() {
            flaws.at(word, format!("element {id} is defined twice"));
        }
    }

    /// An indented line: `M C507`, `C C076 3`.
    fn usage(&mut self, section: Section, mut line: Line<'a>, flaws: &mut Flaws) {
        let list = match section {
            Section::Segments(Some(tag)) => self.segments.get_mut(&tag),
            Section::Composites(Some(id)) => self.composites.get_mut(&id),
            _ => None,
        };
        let Some(list) = list else {
            flaws.at(line.rest, "this line belongs to no segment or composite");
            return;
        };
        let (status, at, times) = (line.word(), line.word(), line.word());
        let mandatory = match status.text {
            "M" => true,
            "C" => false,
            _ => return flaws.at(status, "expected the status `M` or `C`"),
        };
        let Some(id) = ElementId::new(at.text) else {
            return flaws.at(at, "expected an element or composite, as `2380` or `C507`");
        };
        let repeat = if times.text.is_empty() { Some(1) } else { times.text.parse().ok() };
        match repeat.filter(|repeat| *repeat > 0) {
            Some(repeat) => list.uses.push(RawUse { mandatory, id, repeat, at }),
            None => flaws.at(times, "expected how often it may repeat, as `3`"),
        }
    }
}
