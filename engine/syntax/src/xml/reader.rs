//! From bytes to documents: the tokens of the tokenizer, checked and put in their place.

use super::builder::{Builder, Phase};
use super::characters::{is_allowed, is_blank, may_hold_forbidden};
use super::document::Document;
use super::encoding::{self, Decoded, Label, Undecodable};
use super::kind::Kind;
use super::options::{DEPTH_CEILING, INPUT_MAX, Limits, NAME_CEILING, Options};
use super::report::{Report, Stopped, excerpt};
use super::tag;
use crate::fault::{Fault, Place};
use quick_xml::Reader;
use quick_xml::events::Event;
use std::ops::Range;

/// The character a byte order mark is, wherever it stands.
const BYTE_ORDER_MARK: char = '\u{FEFF}';

/// Read one input: the documents it holds, and everything wrong with it, in the order met.
///
/// Never fails. A fault of [`Level::Message`](crate::fault::Level::Message) or worse ends the
/// reading; the document it stands in is still returned as far as it was read, and is then not
/// [complete](Document::is_complete) unless its root was closed before.
#[must_use]
pub fn read<'i>(input: &'i [u8], options: &Options<'_>) -> (Vec<Document<'i>>, Vec<Fault<Kind>>) {
    let mut limits = options.limits;
    limits.depth = limits.depth.min(DEPTH_CEILING);
    limits.input = limits.input.min(INPUT_MAX);
    limits.name = limits.name.min(NAME_CEILING);
    if input.len() > limits.input {
        let expected = format!("at most {} bytes", limits.input);
        return (Vec::new(), vec![unreadable(Kind::InputLength, 0, String::new(), expected)]);
    }
    match encoding::decode(input, options.charset_hint) {
        Ok(decoded) => read_text(&decoded, &limits, options.several_documents),
        Err(Undecodable { at, found, expected }) => {
            let found = if found.is_empty() { bytes_at(input, at) } else { excerpt(&found) };
            (Vec::new(), vec![unreadable(Kind::Encoding, at, found, expected)])
        }
    }
}

/// A fault of an input that cannot even be taken as text.
fn unreadable(kind: Kind, at: usize, value: String, expected: String) -> Fault<Kind> {
    let place = Place { interchange: 1, byte: at as u64, len: 1, ..Place::default() };
    Fault { kind, level: kind.level(), place, name: String::new(), value, expected }
}

/// The bytes at an offset, in hexadecimal, to show what no encoding explains.
fn bytes_at(input: &[u8], at: usize) -> String {
    /// How many bytes tell enough.
    const SHOWN: usize = 4;
    let shown = input.iter().skip(at).take(SHOWN).map(|byte| format!("{byte:02X}"));
    shown.collect::<Vec<_>>().join(" ")
}

/// Read a decoded input.
fn read_text<'i>(
    decoded: &Decoded<'i>,
    limits: &Limits,
    several: bool,
) -> (Vec<Document<'i>>, Vec<Fault<Kind>>) {
    let text = decoded.source.text();
    let report = Report {
        decoded,
        text,
        limits,
        suspicious: may_hold_forbidden(text),
        ordinal: 1,
        faults: Vec::new(),
    };
    let current = Builder::begin(decoded.clone(), 1);
    let mut reading = Reading {
        report,
        decoded,
        several,
        documents: Vec::new(),
        current,
        begin: Some(decoded.begin),
    };
    if decoded.begin > 0 {
        reading.report.note(Kind::ByteOrderMark, 0..decoded.begin, "", "");
    }
    // The fault that stopped the reading is in the report already.
    let _stopped: Result<(), Stopped> = reading.run();
    reading.finish()
}

/// The state between two tokens.
struct Reading<'a, 'i> {
    report: Report<'a>,
    decoded: &'a Decoded<'i>,
    several: bool,
    documents: Vec<Document<'i>>,
    current: Builder<'i>,
    /// Where the current document begins, until anything but white space was met in it.
    begin: Option<usize>,
}

impl<'i> Reading<'_, 'i> {
    /// Take token after token until the end or until a fault stops the reading.
    fn run(&mut self) -> Result<(), Stopped> {
        let text = self.report.text;
        let base = self.report.decoded.begin;
        if text[base..].starts_with(BYTE_ORDER_MARK) {
            // A second mark is a character like any other, but the tokenizer would drop it.
            return self.inside(&(base..base + BYTE_ORDER_MARK.len_utf8()));
        }
        let mut reader = Reader::from_str(&text[base..]);
        let config = reader.config_mut();
        config.check_end_names = false;
        config.allow_unmatched_ends = true;
        config.check_comments = true;
        loop {
            let start = base + position(reader.buffer_position());
            let token = reader.read_event();
            let span = start..base + position(reader.buffer_position());
            match token {
                Ok(Event::Eof) => return self.end(span.end),
                Ok(token) => self.take(&token, span)?,
                Err(_) => {
                    let at = base + position(reader.error_position());
                    return Err(self.broken_token(start, at.max(start)));
                }
            }
        }
    }

    /// Put one token in its place; faults name the innermost element where they name none.
    fn take(&mut self, token: &Event<'_>, span: Range<usize>) -> Result<(), Stopped> {
        let count = self.report.faults.len();
        let taken = self.dispatch(token, span);
        self.report.name_since(count, self.current.innermost());
        taken
    }

    /// Hand one token to what is made for it.
    fn dispatch(&mut self, token: &Event<'_>, span: Range<usize>) -> Result<(), Stopped> {
        match token {
            Event::Text(_) => self.text(span),
            Event::Start(_) => self.open(span, false),
            Event::Empty(_) => self.open(span, true),
            Event::End(_) => self.current.close(&mut self.report, span),
            Event::GeneralRef(_) => {
                self.inside(&span)?;
                self.current.reference(&mut self.report, span)
            }
            Event::CData(_) => {
                self.inside(&span)?;
                let inside = span.start + "<![CDATA[".len()..span.end - "]]>".len();
                self.current.text(&mut self.report, inside, true)
            }
            Event::Comment(_) => self.comment(span),
            Event::Decl(_) => self.declaration(span),
            Event::PI(_) => Err(self.stop(Kind::ProcessingInstruction, span, "none")),
            Event::DocType(_) => Err(self.stop(Kind::Doctype, span, "none")),
            Event::Eof => Ok(()),
        }
    }

    /// Text: inside the root it is content, around it only white space may stand.
    fn text(&mut self, span: Range<usize>) -> Result<(), Stopped> {
        if self.current.phase() == Phase::Root {
            return self.current.text(&mut self.report, span, false);
        }
        let piece = &self.report.text[span.clone()];
        if is_blank(piece) {
            return Ok(());
        }
        let marked = self.several
            && self.current.phase() == Phase::Epilog
            && is_blank(piece.replacen(BYTE_ORDER_MARK, "", 1).as_str());
        if marked {
            self.report.note(Kind::ByteOrderMark, span, "", "");
            return Ok(());
        }
        self.inside(&span)
    }

    /// Stop when not inside the root element.
    fn inside(&mut self, span: &Range<usize>) -> Result<(), Stopped> {
        match self.current.phase() {
            Phase::Root => Ok(()),
            Phase::Prolog => Err(self.stop(Kind::Malformed, span.clone(), "root element")),
            Phase::Epilog => Err(self.stop(Kind::Trailing, span.clone(), "end of input")),
        }
    }

    /// A start tag. After the root it begins the next document, where there may be several.
    fn open(&mut self, span: Range<usize>, empty: bool) -> Result<(), Stopped> {
        if self.current.phase() == Phase::Epilog {
            self.next_document(&span)?;
        }
        self.begin = None;
        self.current.open(&mut self.report, span, empty)
    }

    /// A comment: nothing is kept of it, but it must be one.
    fn comment(&mut self, span: Range<usize>) -> Result<(), Stopped> {
        if self.current.phase() == Phase::Prolog {
            self.begin = None;
        }
        let limit = self.report.limits.comment;
        if span.len() > limit {
            return Err(self.report.limit(Kind::TextLength, span, limit));
        }
        if !self.report.suspicious {
            return Ok(());
        }
        let text = self.report.text;
        for (at, character) in text[span.clone()].char_indices() {
            if !is_allowed(character) {
                let at = span.start + at;
                let span = at..at + character.len_utf8();
                self.report.note(Kind::Character, span, "", "a character of XML 1.0");
            }
        }
        Ok(())
    }

    /// An XML declaration (XML 1.0, 2.8), which only the beginning of a document may be.
    fn declaration(&mut self, span: Range<usize>) -> Result<(), Stopped> {
        if self.current.phase() == Phase::Epilog {
            self.next_document(&span)?;
        }
        match self.begin.take() {
            Some(begin) if begin < span.start && self.documents.is_empty() => {
                self.report.note(Kind::Declaration, begin..span.start, "", "");
            }
            Some(_) => {}
            None => return Err(self.stop(Kind::Malformed, span, "nothing before it")),
        }
        let (mut at, end) = (span.start + "<?xml".len(), span.end - "?>".len());
        let mut allowed: &[&str] = &["version", "encoding", "standalone"];
        let text = self.report.text;
        loop {
            let pair = match tag::next_pair(text, &mut at, end) {
                Ok(Some(pair)) => pair,
                Ok(None) if allowed.len() < 3 => return Ok(()),
                Ok(None) => return Err(self.stop(Kind::Malformed, span, "version")),
                Err(broken) => {
                    return Err(self.stop(Kind::Malformed, span, broken.expected));
                }
            };
            let (name, value) = (&text[pair.name.clone()], &text[pair.value.clone()]);
            let Some(place) = allowed.iter().position(|allowed| *allowed == name) else {
                return Err(self.stop(Kind::Malformed, pair.name, allowed.first().unwrap_or(&"")));
            };
            let right = match name {
                "version" => is_version(value),
                "encoding" => self.check_encoding(pair.value.clone())?,
                _ => matches!(value, "yes" | "no"),
            };
            if !right || (allowed.len() == 3 && place > 0) {
                return Err(self.stop(Kind::Malformed, pair.value, "version=\"1.0\""));
            }
            allowed = &allowed[place + 1..];
        }
    }

    /// Whether a declaration names the encoding the input was decoded with.
    fn check_encoding(&mut self, span: Range<usize>) -> Result<bool, Stopped> {
        let used = self.report.decoded.encoding;
        let name = &self.report.text[span.clone()];
        if Label::find(name).is_some_and(|label| label.agrees(used)) {
            return Ok(true);
        }
        Err(self.stop(Kind::Encoding, span, used.name()))
    }

    /// Put the document away and begin the next one at `span`, if there may be several.
    fn next_document(&mut self, span: &Range<usize>) -> Result<(), Stopped> {
        if !self.several {
            return Err(self.stop(Kind::Trailing, span.clone(), "end of input"));
        }
        if self.documents.len() + 1 >= self.report.limits.documents {
            let limit = self.report.limits.documents;
            return Err(self.report.limit(Kind::Documents, span.clone(), limit));
        }
        let first = self.report.ordinal == 1;
        self.report.ordinal += 1;
        if first {
            self.report.note(Kind::Several, span.clone(), "", "one document");
        }
        let next = Builder::begin(self.decoded.clone(), self.report.ordinal);
        let finished = std::mem::replace(&mut self.current, next);
        self.documents.extend(finished.finish(span.start));
        self.begin = Some(span.start);
        Ok(())
    }

    /// A token that begins at `start` and that the tokenizer could not make out from `at`. A
    /// document type declaration is refused as such, closed or not.
    fn broken_token(&mut self, start: usize, at: usize) -> Stopped {
        let text = self.report.text;
        let begin = text.get(start..start + "<!DOCTYPE".len());
        if begin.is_some_and(|begin| begin.eq_ignore_ascii_case("<!DOCTYPE")) {
            return self.stop(Kind::Doctype, start..text.len(), "none");
        }
        self.stop(Kind::Malformed, at..text.len(), "")
    }

    /// The end of the input: every element must be closed, and there must have been one.
    fn end(&mut self, end: usize) -> Result<(), Stopped> {
        match self.current.phase() {
            Phase::Epilog => Ok(()),
            Phase::Root => {
                let expected = format!("</{}>", self.current.innermost());
                Err(self.stop(Kind::Malformed, end..end, &expected))
            }
            Phase::Prolog if self.documents.is_empty() => {
                Err(self.stop(Kind::Empty, end..end, "root element"))
            }
            Phase::Prolog => Err(self.stop(Kind::Malformed, end..end, "root element")),
        }
    }

    /// Stop with a fault that names the innermost open element.
    fn stop(&mut self, kind: Kind, span: Range<usize>, expected: &str) -> Stopped {
        self.report.stop(kind, span, self.current.innermost(), expected)
    }

    /// What was read, and what was wrong.
    fn finish(mut self) -> (Vec<Document<'i>>, Vec<Fault<Kind>>) {
        let end = self.report.text.len();
        self.documents.extend(self.current.finish(end));
        (self.documents, self.report.faults)
    }
}

/// Whether a version is one of XML 1.x (XML 1.0, production 26).
fn is_version(value: &str) -> bool {
    value
        .strip_prefix("1.")
        .is_some_and(|minor| !minor.is_empty() && minor.bytes().all(|byte| byte.is_ascii_digit()))
}

/// An offset of the tokenizer, which counts within a text in memory.
fn position(offset: u64) -> usize {
    usize::try_from(offset).expect("an offset in a text in memory")
}
