//! Reading: the tree of a message, line by line, into a record.

mod told;

use super::compile::{
    EdifactSpecimen, Glance, Literal, PlanHole, PlanLine, ROOT_LINE, WORD_BYTES, position, word,
};
use crate::codec::{Codec, Form, Notation, ReadValue, number, read_date, read_instant};
use crate::record::{Context, ItemId, Packed, Record, Spot, spot_of_part, spot_of_segment};
use crate::specimen::Mark;
use crate::value::Value;
use acquit_domain::Finding;
use acquit_syntax::edifact::check::{Checked, Node};
use acquit_syntax::edifact::tape::{Part, Segment, Tag};
use acquit_syntax::edifact::value::Content;
use acquit_syntax::fault::Place;
use std::borrow::Cow;

/// Most findings told of one message, as CONTRL has room for 999 segments of a message.
pub const FINDINGS_MAX: usize = 999;

/// Longest name of a segment left unread, in characters.
const UNREAD_NAME_MAX: usize = 35;

/// Counted and compared by the envelope, never mapped.
const UNT: Tag = Tag::new(b"UNT");

/// Reads a grouped message into a record, which is emptied first.
///
/// `origin` is the place the check counted from (interchange, message, segments before the first
/// one on the tape, offset of the window). Findings are in the order of the message; those the
/// check of the structure made already are left to [`merge`](crate::findings::merge).
pub fn read_edifact<'a>(
    specimen: &'a EdifactSpecimen,
    checked: &Checked,
    content: &Content<'a>,
    origin: Place,
    record: &mut Record<'a>,
) -> Vec<Finding> {
    record.clear();
    record.interchange = origin.interchange;
    record.message = origin.message;
    let contexts = std::mem::take(&mut record.contexts);
    let mut claimed = std::mem::take(&mut record.claimed);
    claimed.clear();
    record.source(*content, origin);
    let findings = Vec::new();
    let mut reading =
        Reading { specimen, checked, content, origin, record, contexts, claimed, findings };
    // What stands there from another message is written over before it is read.
    if reading.contexts.len() < checked.nodes.len() {
        reading.contexts.resize(checked.nodes.len(), Context::UNREAD);
    }
    if let Some(root) = reading.contexts.first_mut() {
        *root = Context { line: ROOT_LINE, item: Record::ROOT, seen: 0 };
    }
    reading.segments();
    reading.missing(0);
    for at in 0..reading.claimed.len() {
        reading.missing(reading.claimed[at] as usize);
    }
    let Reading { record, contexts, mut findings, claimed, .. } = reading;
    (record.contexts, record.claimed) = (contexts, claimed);
    findings.sort_by_key(|finding| {
        (finding.place.segment, finding.place.element, finding.place.component)
    });
    findings
}

/// What is being read into what.
struct Reading<'r, 'a> {
    specimen: &'a EdifactSpecimen,
    checked: &'r Checked,
    content: &'r Content<'a>,
    origin: Place,
    record: &'r mut Record<'a>,
    /// For each node that is a group repetition: the line it was read by.
    contexts: Vec<Context>,
    /// The nodes of the group repetitions a line was found for that lines must stand in.
    claimed: Vec<u32>,
    findings: Vec<Finding>,
}

impl<'a> Reading<'_, 'a> {
    /// Reads every segment that has a place.
    fn segments(&mut self) {
        // At hand, so that they are not looked up again for every segment.
        let EdifactSpecimen { slots, plan, .. } = self.specimen;
        let (slots, plan) = (&slots[..], &plan[..]);
        let (nodes, tape, window) =
            (&self.checked.nodes[..], self.content.tape, self.content.window);
        for (at, node) in (1..).zip(nodes.get(1..).unwrap_or_default()) {
            let slot = &slots[node.slot.index()];
            if slot.group {
                self.contexts[at] = Context::UNREAD;
                continue;
            }
            self.record.parts += 1;
            let holder = node.parent as usize;
            let around = if slot.trigger { nodes[holder].parent as usize } else { holder };
            let context = &mut self.contexts[around];
            let segment = &tape.segments[node.segment as usize];
            let parts = tape.parts_of(segment);
            let first = first_word(window, parts);
            let mut repeated = None;
            let mut found = None;
            for candidate in &slot.candidates {
                // A literal that agreed as a word need not be looked at again.
                let known = (candidate.first == first) & (first != 0);
                let differs = (candidate.first != 0) & (first != 0) & !known;
                if (candidate.parent != context.line) | differs {
                    continue;
                }
                let line = &plan[usize::from(candidate.line)];
                let rest = candidate.more || !known;
                if rest && !agrees(self.content, &line.literals[usize::from(known)..], parts) {
                    continue;
                }
                if context.seen & line.mask == 0 || matches!(line.mark, Mark::Each(_)) {
                    context.seen |= line.mask;
                    found = Some((candidate, line));
                    break;
                }
                repeated = Some(line);
            }
            let Some((candidate, line)) = found else {
                self.leave(*node, segment, parts, repeated);
                continue;
            };
            let item = context.item;
            let item = self.take(line, segment, parts, *node, item);
            if slot.trigger {
                if line.required != 0 {
                    self.claimed.push(node.parent);
                }
                self.contexts[holder] = Context { line: candidate.line, item, seen: 0 };
            }
        }
    }

    /// Reads the holes of a line that agreed, and says in which item.
    #[inline]
    fn take(
        &mut self,
        line: &'a PlanLine,
        segment: &Segment,
        parts: &[Part],
        node: Node,
        item: ItemId,
    ) -> ItemId {
        let item = match line.mark {
            Mark::Each(list) => {
                let spot = self.spot_of_segment(node, segment);
                self.record.add(item, list, spot, &line.tag)
            }
            Mark::Once | Mark::Optional => item,
        };
        if line.holes.is_empty() {
            return item;
        }
        self.record.begin(item);
        for hole in &line.holes {
            let at = usize::from(hole.likely);
            // Nearly always; repetitions come behind what they repeat.
            if let Some(part) = parts.get(at)
                && part.unreleased_place() == hole.place
                && part.start < part.end
                && let Some(held) = self.at_once(hole, part, parts.get(at + 1))
            {
                self.record.read(hole.field, held, segment.first_part + at as u32);
            } else {
                self.slowly(line, hole, (segment, parts), node, item);
            }
        }
        item
    }

    /// Reads a hole that does not stand where it is likely, or not at a glance.
    #[inline(never)]
    fn slowly(
        &mut self,
        line: &'a PlanLine,
        hole: &'a PlanHole,
        (segment, parts): (&Segment, &[Part]),
        node: Node,
        item: ItemId,
    ) {
        let at = first_at(parts, hole.position);
        match parts.get(at).filter(|part| stands_at(part, hole.position)) {
            Some(part) if part.is_wrapped() => {
                self.with_care(line, hole, &parts[at..], parts, node, item);
            }
            Some(part) => match self.at_once(hole, part, parts.get(at + 1)) {
                Some(held) => self.record.read(hole.field, held, segment.first_part + at as u32),
                None => self.with_care(line, hole, &parts[at..], parts, node, item),
            },
            None if hole.hole.optional => {}
            None => self.absent(line, hole, node, segment),
        }
    }

    /// Reads a value without line breaks when there is nothing to tell of it, nearly always;
    /// nothing when it must be read with care.
    #[inline(always)]
    fn at_once(&mut self, hole: &'a PlanHole, part: &Part, next: Option<&Part>) -> Option<Packed> {
        let content = self.content;
        match hole.glance {
            Glance::Words => self.words(part),
            Glance::Pieces if next.is_some_and(|next| is_piece(next, hole.position)) => None,
            Glance::Pieces => self.words(part),
            Glance::Number => {
                let (mantissa, scale) = number::short(content.raw(part))?;
                Some(Packed::decimal(mantissa, scale))
            }
            Glance::Whole => number::short_integer(content.raw(part)).map(Packed::integer),
            Glance::Coded if part.is_released() => None,
            Glance::Coded => {
                let Codec::Code(table) = &hole.hole.codec else { return None };
                let (word, length) = (word_of(content.window, part)?, part.end - part.start);
                Some(self.record.key(table.key_at_once(word, length as usize)?))
            }
            Glance::Day => {
                let form = next.filter(|next| stands_at(next, hole.position + 1))?;
                let whole = content.raw(form) == Form::WHOLE_DAY;
                whole.then(|| Form::whole_day(content.raw(part))).flatten().map(Packed::date)
            }
            Glance::Care => None,
        }
    }

    /// Words are left where they stand, unless they may begin with a blank.
    #[inline]
    fn words(&self, part: &Part) -> Option<Packed> {
        let first = self.content.window.get(part.start as usize).copied();
        let doubtful = part.is_released() && first == self.content.separators.release;
        (first != Some(b' ') && !doubtful).then_some(Packed::TEXT)
    }

    /// Reads one value, with whatever there is to tell of it.
    #[cold]
    fn with_care(
        &mut self,
        line: &'a PlanLine,
        hole: &'a PlanHole,
        rest: &[Part],
        parts: &[Part],
        node: Node,
        item: ItemId,
    ) {
        let part = &rest[0];
        let text = match hole.hole.codec {
            Codec::Split { count, width } => self.joined(part, rest, count, width),
            _ => self.content.text(part),
        };
        if text.as_bytes().first() == Some(&b' ') && text.bytes().all(|byte| byte == b' ') {
            if !hole.hole.optional {
                self.tell("EDI-012", line, self.spot(node, part), &text, "a value");
            }
            return;
        }
        if matches!(hole.hole.codec, Codec::Text | Codec::Split { .. }) {
            let place = (self.spot(node, part), &*line.tag);
            self.record.put(item, hole.hole.field, Value::Text(text), place);
            return;
        }
        let read = match hole.format {
            0 => hole.hole.codec.read(text, Notation::Edifact),
            format => match self.form(format, line, parts, node) {
                Ok(Some(form)) => dated(&hole.hole.codec, form, &text),
                Ok(None) => hole.hole.codec.read(text, Notation::Edifact),
                Err(()) => return,
            },
        };
        match read {
            Ok((Some(value), None)) => {
                let place = (self.spot(node, part), &*line.tag);
                self.record.put(item, hole.hole.field, value, place);
            }
            other => self.oddly(line, hole, (node, part), other, item),
        }
    }

    /// The form the message says its date is in.
    fn form(
        &mut self,
        format: u32,
        line: &PlanLine,
        parts: &[Part],
        node: Node,
    ) -> Result<Option<Form>, ()> {
        let found = parts.iter().find(|part| position(part.element, part.component) == format);
        let Some(part) = found.filter(|part| part.end > part.start) else { return Ok(None) };
        let code = self.content.text(part);
        match Form::of_code(&code) {
            Some(form) => Ok(Some(form)),
            None => {
                let spot = self.spot(node, part);
                self.tell("EDI-012", line, spot, &code, &Form::codes());
                Err(())
            }
        }
    }

    /// A text over several components: where one is not full, a line ended.
    fn joined(&self, first: &Part, rest: &[Part], count: u16, width: u16) -> Cow<'a, str> {
        let last = position(first.element, first.component + count - 1);
        let mut text = self.content.text(first);
        let mut full = text.chars().count() >= usize::from(width);
        let more = rest.iter().skip(1).take_while(|part| {
            position(part.element, part.component) <= last && part.repeat == first.repeat
        });
        for part in more.filter(|part| part.end > part.start) {
            let piece = self.content.text(part);
            let whole = text.to_mut();
            if !full {
                whole.push('\n');
            }
            whole.push_str(&piece);
            full = piece.chars().count() >= usize::from(width);
        }
        text
    }

    /// Where a part stands.
    fn spot(&self, node: Node, part: &Part) -> Spot {
        spot_of_part(&self.origin, node.segment, part)
    }

    /// Where a segment stands.
    fn spot_of_segment(&self, node: Node, segment: &Segment) -> Spot {
        spot_of_segment(&self.origin, node.segment, segment)
    }
}

/// The first component as a [`word`], when it is short and stands there as it is meant; else 0.
#[inline]
fn first_word(window: &[u8], parts: &[Part]) -> u64 {
    const FIRST: u64 = Part::place_of(1, 1);
    match parts.first() {
        Some(part) if part.place() == FIRST => word_of(window, part).unwrap_or(0),
        _ => 0,
    }
}

/// A part as a [`word`], when it is short.
#[inline]
fn word_of(window: &[u8], part: &Part) -> Option<u64> {
    let length = (part.end - part.start) as usize;
    (length <= WORD_BYTES).then(|| word(&window[part.start as usize..], length))
}

/// Whether literals stand in a segment.
#[inline]
fn agrees(content: &Content<'_>, literals: &[Literal], parts: &[Part]) -> bool {
    literals.iter().all(|literal| {
        let part = parts.get(usize::from(literal.likely));
        match part.filter(|part| part.place() == literal.place) {
            Some(part) => is(content, part, literal),
            None => stands_in(content, literal, parts),
        }
    })
}

/// Whether a literal stands in a segment that is not written as the line is.
#[inline(never)]
fn stands_in(content: &Content<'_>, literal: &Literal, parts: &[Part]) -> bool {
    let behind =
        parts.iter().find(|part| position(part.element, part.component) >= literal.position);
    behind.is_some_and(|part| {
        position(part.element, part.component) == literal.position && is(content, part, literal)
    })
}

/// Whether a part says exactly this.
#[inline]
fn is(content: &Content<'_>, part: &Part, literal: &Literal) -> bool {
    let length = (part.end - part.start) as usize;
    if !part.is_bare() {
        return content.text(part).as_bytes() == &*literal.bytes;
    }
    length == literal.bytes.len()
        && word(&content.window[part.start as usize..], length) == literal.word
        && (length <= WORD_BYTES || content.raw(part) == &*literal.bytes)
}

/// The first part at or behind a position that repeats nothing.
fn first_at(parts: &[Part], place: u32) -> usize {
    let is_before =
        |part: &&Part| position(part.element, part.component) < place || part.repeat > 1;
    parts.iter().take_while(is_before).count()
}

/// Whether a part stands right behind a position.
#[inline]
fn is_piece(part: &Part, place: u32) -> bool {
    position(part.element, part.component) == place + 1
}

/// Whether a part stands at a position and says something.
#[inline]
fn stands_at(part: &Part, place: u32) -> bool {
    position(part.element, part.component) == place && part.end > part.start
}

/// Reads a date in the form the message says.
fn dated<'a>(codec: &Codec, form: Form, text: &str) -> ReadValue<'a> {
    match codec {
        Codec::Date(_) => read_date(text, &[form]),
        _ => read_instant(text, &[form]),
    }
}
