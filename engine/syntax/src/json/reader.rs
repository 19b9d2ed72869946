//! From bytes to nodes, without recursion: no nesting of the input uses the stack.

use super::document::{Document, Held, NONE, Shape};
use super::kind::Kind;
use super::limits::{DEPTH_CEILING, INPUT_CEILING, Limits};
use super::number::{is_meant, is_number};
use super::text::{Broken, quoted};
use crate::fault::Fault;
use crate::report::{Report, Said, span};
use std::borrow::Cow;

/// The byte order mark in UTF-8.
const MARK: &[u8] = &[0xEF, 0xBB, 0xBF];

/// Reads a text. There is no document when nothing could be read at all; one that is not complete
/// holds what stands before the fault that ended the reading.
#[must_use]
pub fn read<'i>(input: &'i [u8], limits: &Limits) -> (Option<Document<'i>>, Vec<Fault<Kind>>) {
    let mut report = Report::default();
    let most = limits.input.min(INPUT_CEILING);
    if input.len() > most {
        let said = Said { expected: &format!("at most {most}"), ..Said::default() };
        report.add((Kind::InputLength, Kind::InputLength.level()), span(most, input.len()), said);
        return (None, report.faults);
    }
    let text = match std::str::from_utf8(input) {
        Ok(text) => text,
        Err(error) => {
            let at = error.valid_up_to();
            let length = error.error_len().unwrap_or(input.len() - at);
            let said = Said { expected: "UTF-8", ..Said::default() };
            report.add((Kind::Encoding, Kind::Encoding.level()), span(at, at + length), said);
            return (None, report.faults);
        }
    };
    let mut reader =
        Reader { text, at: 0, limits, nodes: Vec::new(), open: Vec::new(), name: None, report };
    if input.starts_with(MARK) {
        reader.at = MARK.len();
        reader.tell(Kind::ByteOrderMark, 0, MARK.len(), Said::default());
    }
    let complete = reader.run().is_ok();
    let document = (!reader.nodes.is_empty()).then_some(Document { nodes: reader.nodes, complete });
    (document, reader.report.faults)
}

/// Reading stops here; the fault that says why is already told.
struct Stopped;

/// What may come next.
#[derive(Clone, Copy)]
enum Next {
    Value,
    Name,
    After,
}

struct Reader<'i, 'l> {
    text: &'i str,
    at: usize,
    limits: &'l Limits,
    nodes: Vec<Held<'i>>,
    /// The arrays and objects that are open.
    open: Vec<u32>,
    /// The name of the member whose value comes next.
    name: Option<(Cow<'i, str>, (u32, u32))>,
    report: Report<Kind>,
}

impl<'i> Reader<'i, '_> {
    fn run(&mut self) -> Result<(), Stopped> {
        if self.white().is_none() {
            return Err(self.stop(Kind::Empty, self.at, self.at, "a value"));
        }
        let mut next = Next::Value;
        while !matches!((next, self.open.is_empty()), (Next::After, true)) {
            next = match next {
                Next::Value => self.value()?,
                Next::Name => self.member()?,
                Next::After => self.after()?,
            };
        }
        if self.white().is_some() {
            let (at, end) = (self.at, self.text.len());
            let text = self.text;
            self.tell(Kind::Trailing, at, end, Said { value: &text[at..], ..Said::default() });
        }
        Ok(())
    }

    /// A value of any shape.
    fn value(&mut self) -> Result<Next, Stopped> {
        let Some(byte) = self.white() else { return Err(self.unfinished()) };
        let start = self.at;
        match byte {
            b'{' | b'[' => self.enter(byte == b'{'),
            b'"' => {
                let text = self.quoted(self.limits.text, Kind::TextLength)?;
                self.push(Shape::Text, start, text)?;
                Ok(Next::After)
            }
            _ => self.word(),
        }
    }

    /// The beginning of an array or object; an empty one is closed at once.
    fn enter(&mut self, object: bool) -> Result<Next, Stopped> {
        let start = self.at;
        let most = self.limits.depth.min(DEPTH_CEILING);
        if self.open.len() >= most {
            return Err(self.limit(Kind::Depth, start, start + 1, most));
        }
        self.at += 1;
        let shape = if object { Shape::Object } else { Shape::Array };
        let at = self.push(shape, start, Cow::Borrowed(""))?;
        self.open.push(at);
        match (self.white(), object) {
            (Some(b'}'), true) | (Some(b']'), false) => {
                self.leave();
                Ok(Next::After)
            }
            (_, true) => Ok(Next::Name),
            (_, false) => Ok(Next::Value),
        }
    }

    /// The name of a member and its colon.
    fn member(&mut self) -> Result<Next, Stopped> {
        match self.white() {
            Some(b'"') => {}
            Some(_) => return Err(self.malformed("a name in quotes")),
            None => return Err(self.unfinished()),
        }
        let start = self.at;
        let name = self.quoted(self.limits.name, Kind::NameLength)?;
        self.name = Some((name, (narrow(start), narrow(self.at))));
        match self.white() {
            Some(b':') => {
                self.at += 1;
                Ok(Next::Value)
            }
            Some(_) => Err(self.malformed(":")),
            None => Err(self.unfinished()),
        }
    }

    /// What follows a value in an array or object.
    fn after(&mut self) -> Result<Next, Stopped> {
        let inside = self.open.last().map(|at| self.nodes[*at as usize].shape);
        let object = inside == Some(Shape::Object);
        match (self.white(), object) {
            (Some(b','), _) => {
                self.at += 1;
                Ok(if object { Next::Name } else { Next::Value })
            }
            (Some(b'}'), true) | (Some(b']'), false) => {
                self.leave();
                Ok(Next::After)
            }
            (Some(_), true) => Err(self.malformed(", or }")),
            (Some(_), false) => Err(self.malformed(", or ]")),
            (None, _) => Err(self.unfinished()),
        }
    }

    /// The end of an array or object.
    fn leave(&mut self) {
        self.at += 1;
        let Some(at) = self.open.pop() else { return };
        self.nodes[at as usize].end = narrow(self.at);
        if self.nodes[at as usize].shape == Shape::Object {
            self.duplicates(at);
        }
    }

    /// Tells the names an object has twice.
    fn duplicates(&mut self, object: u32) {
        let mut members = Vec::new();
        let mut at = self.nodes[object as usize].first;
        while at != NONE {
            members.push(at);
            at = self.nodes[at as usize].next;
        }
        // Stable: of equal names the first stays in front.
        members.sort_by(|one, other| {
            self.nodes[*one as usize].name.cmp(&self.nodes[*other as usize].name)
        });
        let mut again: Vec<u32> = members
            .windows(2)
            .filter(|pair| self.nodes[pair[0] as usize].name == self.nodes[pair[1] as usize].name)
            .map(|pair| pair[1])
            .collect();
        again.sort_unstable();
        for at in again {
            let Held { name, name_at: (start, end), .. } = &self.nodes[at as usize];
            let said = Said { name, value: name, expected: "1" };
            let place = span(*start as usize, *end as usize);
            self.report.add((Kind::Duplicate, Kind::Duplicate.level()), place, said);
        }
    }

    /// `true`, `false`, `null`, a number, or what was meant to be one.
    fn word(&mut self) -> Result<Next, Stopped> {
        let text = self.text;
        let start = self.at;
        let ends = |byte: &u8| matches!(byte, b' ' | b'\t' | b'\n' | b'\r' | b',' | b'}' | b']');
        let rest = &text.as_bytes()[start..];
        let length = rest.iter().position(ends).unwrap_or(rest.len());
        let word = &text[start..start + length];
        let shape = match word {
            "true" | "false" => Shape::Boolean,
            "null" => Shape::Null,
            _ if is_number(word) => Shape::Number,
            _ if is_meant(word) => {
                let said = Said { value: word, expected: "a number of JSON", ..Said::default() };
                self.tell(Kind::Number, start, start + length, said);
                Shape::Number
            }
            _ => return Err(self.malformed("a value")),
        };
        if length > self.limits.text {
            return Err(self.limit(Kind::TextLength, start, start + length, self.limits.text));
        }
        self.at += length;
        self.push(shape, start, Cow::Borrowed(word))?;
        Ok(Next::After)
    }

    /// A text in quotes.
    fn quoted(&mut self, most: usize, too_long: Kind) -> Result<Cow<'i, str>, Stopped> {
        let start = self.at;
        match quoted(self.text, start) {
            Ok(found) if found.end - start - 2 > most => {
                Err(self.limit(too_long, start, found.end, most))
            }
            Ok(found) => {
                self.at = found.end;
                if let Some(at) = found.suspicious {
                    let expected = "an escaped character";
                    self.tell(Kind::Character, at, at + 1, Said { expected, ..Said::default() });
                }
                Ok(found.text)
            }
            Err(Broken::Open) => Err(self.stop(Kind::Malformed, start, self.text.len(), "\"")),
            Err(Broken::Escape(at)) => {
                let expected = "\\\" \\\\ \\/ \\b \\f \\n \\r \\t or \\uXXXX";
                Err(self.stop(Kind::Malformed, at, at + 2, expected))
            }
        }
    }

    /// Adds a value to the array or object that is open.
    fn push(&mut self, shape: Shape, start: usize, text: Cow<'i, str>) -> Result<u32, Stopped> {
        if self.nodes.len() >= self.limits.nodes {
            return Err(self.limit(Kind::Nodes, start, self.at, self.limits.nodes));
        }
        let at = narrow(self.nodes.len());
        let parent = self.open.last().copied().unwrap_or(NONE);
        let (name, name_at) = self.name.take().unwrap_or_default();
        let mut index = 0;
        if let Some(around) = self.nodes.get_mut(parent as usize) {
            match std::mem::replace(&mut around.last, at) {
                NONE => around.first = at,
                last => {
                    self.nodes[last as usize].next = at;
                    index = self.nodes[last as usize].index + 1;
                }
            }
        }
        self.nodes.push(Held {
            shape,
            start: narrow(start),
            end: narrow(self.at),
            name,
            name_at,
            text,
            parent,
            next: NONE,
            first: NONE,
            last: NONE,
            index,
        });
        Ok(at)
    }

    /// Passes over white space and says what stands behind it.
    fn white(&mut self) -> Option<u8> {
        let bytes = self.text.as_bytes();
        while let Some(b' ' | b'\t' | b'\n' | b'\r') = bytes.get(self.at) {
            self.at += 1;
        }
        bytes.get(self.at).copied()
    }

    fn tell(&mut self, kind: Kind, start: usize, end: usize, said: Said<'_>) {
        self.report.add((kind, kind.level()), span(start, end), said);
    }

    fn stop(&mut self, kind: Kind, start: usize, end: usize, expected: &str) -> Stopped {
        let text = self.text;
        let end = text.floor_char_boundary(end.min(text.len()));
        let value = text.get(start..end).unwrap_or_default();
        self.tell(kind, start, end, Said { value, expected, ..Said::default() });
        Stopped
    }

    fn limit(&mut self, kind: Kind, start: usize, end: usize, most: usize) -> Stopped {
        self.stop(kind, start, end, &format!("at most {most}"))
    }

    fn malformed(&mut self, expected: &str) -> Stopped {
        self.stop(Kind::Malformed, self.at, self.at + 1, expected)
    }

    fn unfinished(&mut self) -> Stopped {
        let end = self.text.len();
        self.stop(Kind::Malformed, end, end, "more")
    }
}

/// A position; inputs are limited far below.
fn narrow(at: usize) -> u32 {
    u32::try_from(at).unwrap_or(NONE - 1)
}
