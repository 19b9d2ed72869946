//! A large parcel at a glance, and then its messages part by part.
//!
//! The count and the reference of an interchange stand in its last segment. What is wrong with
//! an envelope must be known before the first of its messages has an effect, so a large parcel
//! is read twice: once for its envelopes, keeping almost nothing of the messages, and once for
//! the messages, of which only one part is held at a time.

use super::edifact::{Desk, reader};
use super::{is_edifact, keys};
use crate::reading::{MessageReading, Said, Transmission};
use acquit_domain::part::{LISTED_MAX, Reached};
use acquit_domain::{Finding, Keys, Parcel};
use acquit_mapping::findings::of_edifact;
use acquit_mapping::rulebook::Rulebook;
use acquit_syntax::edifact::reader::{Item, Message, Reader};

/// Most messages decided in one transaction: a parcel with more is taken part by part.
pub const PART_MESSAGES: u32 = 500;

/// Most transmissions begun in one part.
const PART_TRANSMISSIONS: usize = 500;

/// The envelopes of a parcel with all their findings, and how many messages each has.
#[derive(Debug, Clone)]
pub struct Survey {
    /// The parcel.
    pub parcel: Parcel,
    /// Its interchanges. Of their messages only the first are here, without what they say.
    pub transmissions: Vec<Surveyed>,
    /// Findings about the parcel as a whole.
    pub findings: Vec<Finding>,
    /// What must be asked of the store about the envelopes.
    pub keys: Keys,
}

/// One interchange of a survey.
#[derive(Debug, Clone)]
pub struct Surveyed {
    /// What its envelope says.
    pub sent: Transmission,
    /// How many messages it has.
    pub messages: u32,
}

impl Survey {
    /// True when the parcel is to be taken part by part.
    #[must_use]
    pub fn is_large(&self) -> bool {
        let all = self.transmissions.iter().map(|one| u64::from(one.messages)).sum::<u64>();
        all > u64::from(PART_MESSAGES)
    }
}

/// True when a parcel may have more messages than are decided in one transaction: worth a
/// [`survey`]. Cheap, and never false for one that has.
#[must_use]
pub fn may_be_large(parcel: &Parcel) -> bool {
    // The shortest message has 13 bytes, UNH and the terminators not counted.
    let bytes = &parcel.bytes;
    if bytes.len() < PART_MESSAGES as usize * 16 || !is_edifact(parcel) {
        return false;
    }
    let mut rest: &[u8] = bytes;
    for _ in 0..=PART_MESSAGES {
        let Some(at) = rest.windows(3).position(|tag| tag == b"UNH") else { return false };
        rest = &rest[at + 3..];
    }
    true
}

/// Reads the envelopes of an EDIFACT parcel.
#[must_use]
pub fn survey(book: &Rulebook, parcel: &Parcel) -> Survey {
    let mut desk = Desk::new(book, parcel);
    let mut reader = reader(parcel);
    let mut counts: Vec<Count> = Vec::new();
    let mut room = LISTED_MAX;
    while let Some(item) = reader.next() {
        match item {
            Item::Message(message) => {
                let (Some(sent), Some(count)) = (desk.transmissions.last_mut(), counts.last_mut())
                else {
                    continue;
                };
                let wrapped = count.message(&message);
                if room > 0 || sent.messages.is_empty() || wrapped.is_some() {
                    room = room.saturating_sub(1);
                    sent.messages.push(outline(sent.ordinal, &message, wrapped));
                }
            }
            Item::Start { .. } => {
                counts.push(Count::default());
                desk.item(item);
            }
            item => desk.item(item),
        }
    }
    let (mut transmissions, findings) = desk.finish();
    for (sent, count) in transmissions.iter_mut().zip(&counts) {
        // An answer is never answered.
        sent.answerable &= count.messages == 0 || count.others > 0;
    }
    let keys = keys(&transmissions);
    let counted = transmissions.into_iter().zip(counts);
    let transmissions =
        counted.map(|(sent, count)| Surveyed { sent, messages: count.messages }).collect();
    Survey { parcel: parcel.clone(), transmissions, findings, keys }
}

/// What is counted of one interchange.
#[derive(Default)]
struct Count {
    messages: u32,
    /// Messages that are no answers.
    others: u32,
    /// A line break inside a segment was met.
    wrapped: bool,
}

impl Count {
    /// Counts a message; gives the first note of a line break inside a segment.
    fn message(&mut self, message: &Message<'_>) -> Option<Finding> {
        self.messages += 1;
        let answers = matches!(message.header().kind.as_str(), "CONTRL" | "APERAK");
        self.others += u32::from(!answers);
        if self.wrapped {
            return None;
        }
        let mut found = message.faults.iter().map(of_edifact);
        let wrapped = found.find(|finding| finding.code == "WARN-WRAP");
        self.wrapped = wrapped.is_some();
        wrapped
    }
}

/// A message without what it says.
fn outline(transmission: u32, message: &Message<'_>, note: Option<Finding>) -> MessageReading {
    let header = message.header();
    MessageReading {
        transmission,
        ordinal: message.number,
        kind: header.kind,
        version: String::new(),
        reference: header.reference,
        first_byte: message.byte,
        bytes: message.content.window.len() as u64,
        said: Said::Nothing,
        findings: note.into_iter().collect(),
        unread: Vec::new(),
    }
}

/// Some messages of one interchange.
#[derive(Debug, Clone)]
pub struct Piece {
    /// The interchange with these messages alone.
    pub sent: Transmission,
    /// How many messages the whole interchange has.
    pub messages: u32,
    /// The first message of the interchange is here, when it has any.
    pub begins: bool,
    /// The last one is here.
    pub ends: bool,
}

/// The messages that are decided together.
#[derive(Debug, Clone)]
pub struct Part {
    /// The parcel.
    pub parcel: Parcel,
    /// Its number, from 1.
    pub number: u32,
    /// How far the parcel is read with it.
    pub reached: Reached,
    /// The last part of its parcel.
    pub is_last: bool,
    /// Findings about the parcel as a whole; with the first part only.
    pub findings: Vec<Finding>,
    /// What was read, in order.
    pub pieces: Vec<Piece>,
    /// What must be asked of the store before deciding.
    pub keys: Keys,
}

/// The parts of a large parcel, read one after the other.
pub struct Parts<'p> {
    survey: &'p Survey,
    desk: Desk<'p>,
    reader: Reader<'p>,
    number: u32,
    /// What was done before, and is passed over.
    done: Reached,
    reached: Reached,
    pieces: Vec<Piece>,
    held: u32,
}

/// Reads the messages of a surveyed parcel part by part, going on after what `done` parts reached.
#[must_use]
pub fn parts<'p>(book: &'p Rulebook, survey: &'p Survey, done: u32, reached: Reached) -> Parts<'p> {
    Parts {
        survey,
        desk: Desk::new(book, &survey.parcel),
        reader: reader(&survey.parcel),
        number: done,
        done: reached,
        reached,
        pieces: Vec::new(),
        held: 0,
    }
}

impl Iterator for Parts<'_> {
    type Item = Part;

    fn next(&mut self) -> Option<Part> {
        while !self.is_done() {
            match self.reader.next()? {
                item @ Item::Start { .. } => {
                    self.desk.transmissions.clear();
                    self.desk.item(item);
                    self.begin();
                }
                Item::Message(message) => {
                    let at = Reached { transmission: self.desk.begun, message: message.number };
                    if at > self.done {
                        self.desk.message(&message);
                        self.add(at);
                    }
                }
                _ => {}
            }
            let full = self.held >= PART_MESSAGES || self.pieces.len() >= PART_TRANSMISSIONS;
            if full || (self.is_done() && !self.pieces.is_empty()) {
                return Some(self.part());
            }
        }
        None
    }
}

impl Parts<'_> {
    /// True when everything was read.
    fn is_done(&self) -> bool {
        let last = self.survey.transmissions.last();
        last.is_none_or(|last| self.reached >= end_of(last))
    }

    /// The interchange that began, without its messages; one without any ends at once.
    fn begin(&mut self) {
        let ordinal = self.desk.begun;
        let at = Reached { transmission: ordinal, message: 0 };
        if at > self.done {
            self.reached = at;
            self.piece(true);
        }
    }

    /// Adds the message just read.
    fn add(&mut self, at: Reached) {
        let read = self.desk.transmissions.last_mut().and_then(|sent| sent.messages.pop());
        if self.pieces.last().is_none_or(|piece| piece.sent.ordinal != at.transmission) {
            self.piece(false);
        }
        let (Some(piece), Some(message)) = (self.pieces.last_mut(), read) else { return };
        piece.sent.messages.push(message);
        piece.ends = at.message >= piece.messages;
        self.reached = at;
        self.held += 1;
    }

    /// Begins a piece of the interchange that is being read.
    fn piece(&mut self, begins: bool) {
        let at = self.desk.begun.saturating_sub(1) as usize;
        let Some(surveyed) = self.survey.transmissions.get(at) else { return };
        let sent = Transmission { messages: Vec::new(), ..surveyed.sent.clone() };
        let (messages, ends) = (surveyed.messages, surveyed.messages == 0);
        self.pieces.push(Piece { sent, messages, begins, ends });
    }

    fn part(&mut self) -> Part {
        self.number += 1;
        self.held = 0;
        let pieces = std::mem::take(&mut self.pieces);
        let keys = keys(pieces.iter().map(|piece| &piece.sent));
        let findings = match self.number {
            1 => self.survey.findings.clone(),
            _ => Vec::new(),
        };
        let (number, reached) = (self.number, self.reached);
        let parcel = self.survey.parcel.clone();
        Part { parcel, number, reached, is_last: self.is_done(), findings, pieces, keys }
    }
}

/// The last place of an interchange.
const fn end_of(surveyed: &Surveyed) -> Reached {
    Reached { transmission: surveyed.sent.ordinal, message: surveyed.messages }
}

/// Reads one message of a large parcel, passing over those before it.
pub(super) fn one(
    book: &Rulebook,
    parcel: &Parcel,
    transmission: u32,
    message: u32,
) -> Option<(Transmission, MessageReading)> {
    let mut desk = Desk::new(book, parcel);
    let mut reader = reader(parcel);
    while let Some(item) = reader.next() {
        match item {
            item @ Item::Start { .. } => {
                desk.transmissions.clear();
                desk.item(item);
            }
            Item::Message(found) if desk.begun == transmission && found.number == message => {
                desk.message(&found);
                let mut sent = desk.transmissions.pop()?;
                let message = sent.messages.pop()?;
                return Some((sent, message));
            }
            _ if desk.begun > transmission => return None,
            _ => {}
        }
    }
    None
}
