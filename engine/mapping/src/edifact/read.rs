//! Reading: the tree of a message, line by line, into a record.

mod told;

use super::compile::{
    EdifactSpecimen, Literal, PlanHole, PlanLine, ROOT_LINE, WORD_BYTES, position, word,
};
use crate::codec::{Codec, Form, Notation, ReadValue, number, read_date, read_instant};
use crate::record::{Context, ItemId, Record, Spot};
use crate::specimen::Mark;
use crate::value::Value;
use acquit_domain::Finding;
use acquit_syntax::edifact::check::{Checked, Node};
use acquit_syntax::edifact::tape::{Part, Segment, Tag};
use acquit_syntax::edifact::value::{Ascii, Content};
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
    let (ascii, findings) = (Ascii::new(content.window), Vec::new());
    let mut reading =
        Reading { specimen, checked, content, ascii, origin, record, contexts, claimed, findings };
    // What stands there from another message is written over before it is read.
    if reading.contexts.len() < checked.nodes.len() {
        reading.contexts.resize(checked.nodes.len(), Context::UNREAD);
    }
    if let Some(root) = reading.contexts.first_mut() {
        *root = Context { line: ROOT_LINE, item: Record::ROOT, seen: 0 };
    }
    for at in 1..checked.nodes.len() {
        reading.node(at);
    }
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
    ascii: Ascii<'a>,
    origin: Place,
    record: &'r mut Record<'a>,
    /// For each node that is a group repetition: the line it was read by.
    contexts: Vec<Context>,
    /// The nodes of the group repetitions a line was found for.
    claimed: Vec<u32>,
    findings: Vec<Finding>,
}

impl<'a> Reading<'_, 'a> {
    /// Reads one segment.
    #[inline]
    fn node(&mut self, at: usize) {
        let node = self.checked.nodes[at];
        let slot = self.specimen.slots[node.slot.index()];
        if slot.group {
            self.contexts[at] = Context::UNREAD;
            return;
        }
        self.record.parts += 1;
        let holder = node.parent as usize;
        let around = if slot.trigger { self.checked.nodes[holder].parent as usize } else { holder };
        let Context { line: parent, item, seen } = self.contexts[around];
        let segment = &self.content.tape.segments[node.segment as usize];
        let parts = self.content.tape.parts_of(segment);
        let candidates = &self.specimen.candidates[usize::from(slot.first)..usize::from(slot.last)];
        let first = self.first_word(parts);
        let mut repeated = None;
        for candidate in candidates {
            let differs =
                candidate.first != 0 && first.is_some_and(|first| first != candidate.first);
            if candidate.parent != parent || differs {
                continue;
            }
            let line = &self.specimen.plan[usize::from(candidate.line)];
            if !self.agrees(line, parts) {
                continue;
            }
            if seen & line.mask != 0 && !matches!(line.mark, Mark::Each(_)) {
                repeated = Some(line);
                continue;
            }
            self.contexts[around].seen |= line.mask;
            let item = self.take(line, segment, parts, node, item);
            if slot.trigger {
                self.claimed.push(node.parent);
                self.contexts[holder] = Context { line: candidate.line, item, seen: 0 };
            }
            return;
        }
        self.leave(node, segment, parts, repeated);
    }

    /// The first component as a [`word`], when it is short and stands there as it is meant.
    #[inline]
    fn first_word(&self, parts: &[Part]) -> Option<u64> {
        let part = parts.first()?;
        let length = (part.end - part.start) as usize;
        let short = position(part.element, part.component) == position(1, 1)
            && length <= WORD_BYTES
            && !part.released
            && !part.wrapped;
        short.then(|| word(&self.content.window[part.start as usize..], length))
    }

    /// Whether the literals of a line stand in a segment.
    #[inline]
    fn agrees(&self, line: &PlanLine, parts: &[Part]) -> bool {
        let mut rest = parts.iter();
        line.literals.iter().all(|literal| {
            loop {
                let Some(part) = rest.next() else { return false };
                let here = position(part.element, part.component);
                if here >= literal.position {
                    return here == literal.position && self.is(part, literal);
                }
            }
        })
    }

    /// Whether a part says exactly this.
    #[inline]
    fn is(&self, part: &Part, literal: &Literal) -> bool {
        let length = (part.end - part.start) as usize;
        if part.released || part.wrapped {
            return self.content.text(part).as_bytes() == &*literal.bytes;
        }
        length == literal.bytes.len()
            && word(&self.content.window[part.start as usize..], length) == literal.word
            && (length <= WORD_BYTES || self.content.raw(part) == &*literal.bytes)
    }

    /// The value of a part.
    #[inline]
    fn text(&mut self, part: &Part) -> Cow<'a, str> {
        self.ascii.get(part).map_or_else(|| self.content.text(part), Cow::Borrowed)
    }

    /// Reads the holes of a line that agreed, and says in which item.
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
        let mut at = 0;
        for hole in &line.holes {
            while at < parts.len()
                && (position(parts[at].element, parts[at].component) < hole.position
                    || parts[at].repeat > 1)
            {
                at += 1;
            }
            let found = parts.get(at).filter(|part| {
                position(part.element, part.component) == hole.position && part.end > part.start
            });
            match found {
                Some(part) => self.value(line, hole, part, &parts[at..], parts, node, item),
                None if hole.hole.optional => {}
                None => self.absent(line, hole, node, segment),
            }
        }
        item
    }

    /// Reads one value.
    #[expect(clippy::too_many_arguments, reason = "the line, the hole and what stands there")]
    #[inline]
    fn value(
        &mut self,
        line: &'a PlanLine,
        hole: &'a PlanHole,
        part: &Part,
        rest: &[Part],
        parts: &[Part],
        node: Node,
        item: ItemId,
    ) {
        if self.at_once(line, hole, part, rest, node, item) {
            return;
        }
        let text = match hole.hole.codec {
            Codec::Split { count, width } => self.joined(part, rest, count, width),
            _ => self.text(part),
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

    /// Reads plain words when there is nothing to tell of them, nearly always; false when they
    /// must be read with care. Each kind of value is put where it stands: carrying it there in
    /// an option would make the processor wait for it.
    #[inline]
    fn at_once(
        &mut self,
        line: &'a PlanLine,
        hole: &'a PlanHole,
        part: &Part,
        rest: &[Part],
        node: Node,
        item: ItemId,
    ) -> bool {
        let Some(words) = self.ascii.get(part) else { return false };
        if words.as_bytes().first() == Some(&b' ') {
            return false;
        }
        let next = rest.get(1).map_or(0, |next| position(next.element, next.component));
        let place = (self.spot(node, part), &*line.tag);
        let (field, record) = (hole.hole.field, &mut *self.record);
        match &hole.hole.codec {
            Codec::Split { .. } if next == hole.position + 1 => return false,
            Codec::Text | Codec::Split { .. } => {
                record.put(item, field, Value::Text(Cow::Borrowed(words)), place);
            }
            Codec::Decimal | Codec::Money => {
                let Some(number) = number::short(words) else { return false };
                record.put(item, field, Value::Decimal(number), place);
            }
            Codec::Integer => {
                let Some(number) = number::short_integer(words) else { return false };
                record.put(item, field, Value::Integer(number), place);
            }
            Codec::Code(table) => {
                let Some(key) = table.key_of(words) else { return false };
                record.put(item, field, Value::Code(Cow::Borrowed(key)), place);
            }
            Codec::Date(_) if hole.format == hole.position + 1 && next == hole.format => {
                let form = rest.get(1).and_then(|form| self.ascii.get(form));
                let form = form.and_then(Form::of_code);
                let Some(day) = form.and_then(|form| form.day(words)) else { return false };
                record.put(item, field, Value::Date(day), place);
            }
            _ => return false,
        }
        true
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
    #[inline(always)]
    fn spot(&self, node: Node, part: &Part) -> Spot {
        Spot {
            byte: self.origin.byte + u64::from(part.start),
            len: part.end - part.start,
            segment: self.origin.segment + node.segment + 1,
            element: part.element,
            component: part.component,
            repeat: part.repeat,
        }
    }

    /// Where a segment stands.
    fn spot_of_segment(&self, node: Node, segment: &Segment) -> Spot {
        Spot {
            byte: self.origin.byte + u64::from(segment.start),
            len: segment.end - segment.start,
            segment: self.origin.segment + node.segment + 1,
            ..Spot::default()
        }
    }
}

/// Reads a date in the form the message says.
fn dated<'a>(codec: &Codec, form: Form, text: &str) -> ReadValue<'a> {
    match codec {
        Codec::Date(_) => read_date(text, &[form]),
        _ => read_instant(text, &[form]),
    }
}
