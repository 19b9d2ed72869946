//! Writing: an interchange from its headers and the values of its segments.
//!
//! The writer counts, numbers and closes: UNT, UNE and UNZ are never written by hand. Empty
//! elements and components at the end are left out, service characters in values are released,
//! and the same calls give the same bytes. What cannot be written is refused, not changed.
//!
//! It is *not* a checker: which segments a message needs is not its concern.

use super::charset::Charset;
use super::envelope::{Group, Header, Interchange, Party};
use super::separators::Separators;
use super::tape::Segment;
use super::value::Content;
use std::fmt;

/// What follows each segment terminator.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum LineEnd {
    /// Nothing: one long line.
    #[default]
    None,
    /// CR LF, for people.
    CrLf,
}

/// Why an interchange could not be written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Refused {
    /// A value of this segment holds a character the set does not have, or one that would have
    /// to be released where no release character is in use.
    Character {
        /// The character.
        character: char,
        /// Tag of the segment.
        tag: String,
    },
    /// A tag that is not three capital letters or digits.
    Tag(String),
    /// A tag of the envelope, which the writer writes itself.
    ServiceTag(String),
    /// A repetition of an element where no repetition separator is in use.
    Repetition(String),
    /// Service characters a reader would not understand: not declared by UNA and not the
    /// default, or impossible ones.
    Separators,
    /// Something asked for where it cannot stand, such as a segment outside a message.
    OutOfPlace(String),
}

impl fmt::Display for Refused {
    fn fmt(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Refused::Character { character, tag } => {
                write!(to, "the character {character:?} in {tag} cannot be written")
            }
            Refused::Tag(tag) => write!(to, "{tag:?} is not a segment tag"),
            Refused::ServiceTag(tag) => write!(to, "{tag} belongs to the envelope"),
            Refused::Repetition(tag) => write!(to, "{tag} repeats an element before syntax 4"),
            Refused::Separators => write!(to, "the service characters cannot be read back"),
            Refused::OutOfPlace(tag) => write!(to, "{tag} cannot stand here"),
        }
    }
}

impl std::error::Error for Refused {}

/// The envelope's tags.
const ENVELOPE: [&str; 13] =
    ["UNA", "UNB", "UNE", "UNG", "UNH", "UNO", "UNP", "UNT", "UNZ", "UIB", "UIH", "UIT", "UIZ"];

/// Separators owed before the next value that is not empty.
#[derive(Debug, Clone, Copy, Default)]
struct Owed {
    elements: u16,
    repeats: u16,
    components: u16,
}

/// Writes one interchange. The first refusal is kept and given by [`Writer::finish`].
#[derive(Debug, Clone)]
pub struct Writer {
    out: Vec<u8>,
    scratch: Vec<u8>,
    separators: Separators,
    charset: Charset,
    line_end: LineEnd,
    reference: String,
    message: Option<String>,
    group: Option<String>,
    segments: u32,
    messages: u32,
    in_group: u32,
    groups: u32,
    tag: String,
    owed: Owed,
    refused: Option<Refused>,
}

impl Writer {
    /// Begins an interchange: UNA when the header has one, and UNB. The separators and the
    /// character set are the header's; the syntax identifier written is the character set's.
    #[must_use]
    pub fn new(header: &Interchange, line_end: LineEnd) -> Writer {
        let mut writer = Writer {
            out: Vec::new(),
            scratch: Vec::new(),
            separators: header.separators,
            charset: header.charset,
            line_end,
            reference: header.reference.clone(),
            message: None,
            group: None,
            segments: 0,
            messages: 0,
            in_group: 0,
            groups: 0,
            tag: String::new(),
            owed: Owed::default(),
            refused: None,
        };
        writer.begin(header);
        writer
    }

    /// The service characters in use, for numbers and for what is written apart.
    #[must_use]
    pub const fn separators(&self) -> &Separators {
        &self.separators
    }

    fn begin(&mut self, header: &Interchange) {
        match readable(header) {
            Some(una) => self.out.extend_from_slice(&una),
            None => self.refuse(Refused::Separators),
        }
        if header.una.is_some() && self.line_end == LineEnd::CrLf {
            self.out.extend_from_slice(b"\r\n");
        }
        let Interchange { date, time, reference, .. } = header;
        self.open("UNB");
        self.composite([self.charset.identifier(), &header.version]);
        self.party(&header.sender).party(&header.recipient);
        self.composite([date.as_str(), time]).element(reference).element("");
        self.element(&header.application).element(&header.priority);
        self.element(&header.acknowledgement).element(&header.agreement).element(&header.test);
    }

    /// Begins a functional group, closing the one before. A group without reference is
    /// numbered.
    pub fn group(&mut self, header: &Group) {
        self.end_group();
        if self.messages > self.in_groups() {
            self.refuse(Refused::OutOfPlace("UNG".to_owned()));
        }
        self.groups += 1;
        self.in_group = 0;
        let reference = numbered(&header.reference, self.groups);
        let Group { date, time, version, release, association, .. } = header;
        self.open("UNG");
        self.element(&header.kind).party(&header.sender).party(&header.recipient);
        self.composite([date.as_str(), time]).element(&reference).element(&header.agency);
        self.composite([version.as_str(), release, association]);
        self.group = Some(reference);
    }

    /// Begins a message, closing the one before. A message without reference is numbered.
    pub fn message(&mut self, header: &Header) {
        self.end_message();
        if self.groups > 0 && self.group.is_none() {
            self.refuse(Refused::OutOfPlace("UNH".to_owned()));
        }
        self.messages += 1;
        self.in_group += 1;
        self.segments = 0;
        let reference = numbered(&header.reference, self.messages);
        let Header { kind, version, release, agency, association, .. } = header;
        self.open("UNH");
        self.element(&reference);
        self.composite([kind.as_str(), version, release, agency, association]);
        self.element(&header.access).composite([header.sequence.as_str(), &header.transfer]);
        self.message = Some(reference);
    }

    /// Begins a segment of the message; its elements follow.
    pub fn segment(&mut self, tag: &str) -> &mut Writer {
        let letters = |byte: u8| byte.is_ascii_uppercase() || byte.is_ascii_digit();
        if !(tag.len() == 3 && tag.bytes().all(letters)) {
            self.refuse(Refused::Tag(tag.to_owned()));
        } else if ENVELOPE.contains(&tag) {
            self.refuse(Refused::ServiceTag(tag.to_owned()));
        } else if self.message.is_none() {
            self.refuse(Refused::OutOfPlace(tag.to_owned()));
        }
        self.open(tag);
        self
    }

    /// Adds an element of one component.
    pub fn element(&mut self, value: &str) -> &mut Writer {
        self.composite([value])
    }

    /// Adds an element of several components.
    pub fn composite<'v>(&mut self, values: impl IntoIterator<Item = &'v str>) -> &mut Writer {
        self.owed = Owed { elements: self.owed.elements + 1, ..Owed::default() };
        self.values(values)
    }

    /// Adds a further repetition of the last element (syntax 4).
    pub fn repeat<'v>(&mut self, values: impl IntoIterator<Item = &'v str>) -> &mut Writer {
        self.owed = Owed { repeats: self.owed.repeats + 1, components: 0, ..self.owed };
        if self.separators.repetition.is_none() {
            self.refuse(Refused::Repetition(self.tag.clone()));
        }
        self.values(values)
    }

    /// Adds a segment as it was read elsewhere, with the separators and the set of this
    /// interchange.
    pub fn copy(&mut self, content: &Content<'_>, segment: &Segment) -> &mut Writer {
        let [_, tag @ ..] = segment.tag.0.to_be_bytes();
        self.segment(&String::from_utf8_lossy(&tag));
        let mut values = Vec::new();
        let mut parts = content.tape.parts_of(segment).iter().peekable();
        while let Some(part) = parts.next() {
            values.push(content.text(part));
            let place = (part.element, part.repeat);
            if parts.peek().is_none_or(|next| (next.element, next.repeat) != place) {
                let run = values.iter().map(AsRef::as_ref);
                let _ = if part.repeat > 1 { self.repeat(run) } else { self.composite(run) };
                values.clear();
            }
        }
        self
    }

    /// Ends the message, if one is open, with its count.
    pub fn end_message(&mut self) {
        if let Some(reference) = self.message.take() {
            self.open("UNT");
            self.element(&self.segments.to_string()).element(&reference);
        }
    }

    /// Ends the group, if one is open, with its count.
    pub fn end_group(&mut self) {
        self.end_message();
        if let Some(reference) = self.group.take() {
            self.open("UNE");
            self.element(&self.in_group.to_string()).element(&reference);
        }
    }

    /// Ends the interchange with its count and gives its bytes.
    ///
    /// # Errors
    /// The first thing that could not be written.
    pub fn finish(mut self) -> Result<Vec<u8>, Refused> {
        self.end_group();
        let count = if self.groups > 0 { self.groups } else { self.messages };
        let reference = std::mem::take(&mut self.reference);
        self.open("UNZ");
        self.element(&count.to_string()).element(&reference);
        self.close();
        self.refused.map_or(Ok(self.out), Err)
    }

    /// How many messages stand in groups; all of them once there is a group.
    const fn in_groups(&self) -> u32 {
        if self.groups > 0 { self.messages } else { 0 }
    }

    fn party(&mut self, party: &Party) -> &mut Writer {
        let Party { id, qualifier, internal, internal_sub } = party;
        self.composite([id.as_str(), qualifier, internal, internal_sub])
    }

    fn refuse(&mut self, refused: Refused) {
        self.refused.get_or_insert(refused);
    }

    fn open(&mut self, tag: &str) {
        self.close();
        self.segments += 1;
        self.tag.clear();
        self.tag.push_str(tag);
        self.out.extend_from_slice(tag.as_bytes());
    }

    /// Terminates the segment being written, if any.
    fn close(&mut self) {
        if !std::mem::take(&mut self.tag).is_empty() {
            self.out.push(self.separators.terminator);
            if self.line_end == LineEnd::CrLf {
                self.out.extend_from_slice(b"\r\n");
            }
        }
        self.owed = Owed::default();
    }

    fn values<'v>(&mut self, values: impl IntoIterator<Item = &'v str>) -> &mut Writer {
        for (index, value) in values.into_iter().enumerate() {
            self.owed.components += u16::from(index > 0);
            if !value.is_empty() {
                self.pay();
                self.value(value);
            }
        }
        self
    }

    /// Writes the separators owed.
    fn pay(&mut self) {
        let Owed { elements, repeats, components } = std::mem::take(&mut self.owed);
        let repetition = self.separators.repetition.unwrap_or_default();
        for (times, separator) in [
            (elements, self.separators.element),
            (repeats, repetition),
            (components, self.separators.component),
        ] {
            self.out.extend(std::iter::repeat_n(separator, times.into()));
        }
    }

    fn value(&mut self, value: &str) {
        self.scratch.clear();
        if let Err(character) = self.charset.encode(value, &mut self.scratch) {
            let tag = self.tag.clone();
            return self.refuse(Refused::Character { character, tag });
        }
        for &byte in &self.scratch {
            if self.separators.reserves(byte) {
                let Some(release) = self.separators.release else {
                    let (character, tag) = (char::from(byte), self.tag.clone());
                    return self.refuse(Refused::Character { character, tag });
                };
                self.out.push(release);
            }
            self.out.push(byte);
        }
    }
}

fn numbered(reference: &str, ordinal: u32) -> String {
    if reference.is_empty() { ordinal.to_string() } else { reference.to_owned() }
}

/// The service string advice to write (empty when there is none) if a reader will find the
/// header's separators again.
fn readable(header: &Interchange) -> Option<Vec<u8>> {
    let version = header.version_number();
    let Some(una) = header.una else {
        let found = [Separators::DEFAULT, Separators::LEVEL_B]
            .map(|separators| separators.with_version(version, None));
        return found.contains(&header.separators).then(Vec::new);
    };
    let read = |una: [u8; 6]| {
        let separators = Separators::from_una(una).ok()?;
        Some(separators.with_version(version, Some(una)))
    };
    if read(una) == Some(header.separators) {
        return Some([b"UNA".as_slice(), &una].concat());
    }
    let written = header.separators.to_una();
    let own = *written.last_chunk::<6>()?;
    (read(own) == Some(header.separators)).then(|| written.to_vec())
}

#[cfg(test)]
mod tests;
