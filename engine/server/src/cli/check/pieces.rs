//! A long EDIFACT stream as a run of short interchanges.
//!
//! Messages are collected until there are [`PIECE_BYTES`] of them; then they are put into the
//! envelope they came in and read as the pipeline reads a parcel, and the findings are moved to
//! the places they have in the file. What the envelope itself says comes from the reader of the
//! stream.

use super::Said;
use super::reading::{kind, moved, piece};
use acquit_domain::{Finding, Level, Place};
use acquit_mapping::findings::of_edifact;
use acquit_mapping::rulebook::Rulebook;
use acquit_syntax::edifact::envelope::Interchange;
use acquit_syntax::edifact::reader::{Item, Options, Reader};
use acquit_syntax::edifact::writer::{LineEnd, Writer};

/// Messages are read together when there are this many bytes of them.
const PIECE_BYTES: usize = 1024 * 1024;

/// One message of a piece: where it was, where it is, and its number in the stream.
#[derive(Debug, Clone, Copy)]
struct Moved {
    from: u64,
    to: u64,
    interchange: u32,
    number: u32,
}

/// Collects messages of a stream.
pub(super) struct Pieces<'b> {
    book: &'b Rulebook,
    name: String,
    reader: Reader<'static>,
    batch: Batch,
    is_foreign: bool,
}

/// The messages collected, in an envelope that is not closed yet.
#[derive(Default)]
struct Batch {
    /// The bytes of UNA and UNB.
    head: Vec<u8>,
    /// The bytes of UNZ, with a count of 0.
    tail: Vec<u8>,
    bytes: Vec<u8>,
    messages: Vec<Moved>,
    /// True once the envelope's own findings were told.
    is_told: bool,
}

impl<'b> Pieces<'b> {
    pub(super) fn new(book: &'b Rulebook, name: &str) -> Pieces<'b> {
        let reader = Reader::new(Options::default());
        Pieces { book, name: name.to_owned(), reader, batch: Batch::default(), is_foreign: false }
    }

    /// True when the stream is no EDIFACT at all.
    pub(super) fn is_foreign(&self) -> bool {
        self.is_foreign
    }

    /// Adds bytes of the stream.
    pub(super) fn push(&mut self, bytes: &[u8], take: &mut dyn FnMut(Said<'_>)) {
        self.reader.push(bytes);
        self.drain(take);
    }

    /// Tells that the stream has ended.
    pub(super) fn finish(mut self, take: &mut dyn FnMut(Said<'_>)) {
        self.reader.finish();
        self.drain(take);
        self.batch.read(self.book, &self.name, take);
    }

    fn drain(&mut self, take: &mut dyn FnMut(Said<'_>)) {
        while let Some(item) = self.reader.next() {
            match item {
                Item::Unreadable { .. } if self.batch.head.is_empty() => self.is_foreign = true,
                Item::Unreadable { faults } => tell(faults, take),
                Item::Start { header, faults, .. } => {
                    self.batch.read(self.book, &self.name, take);
                    tell(faults, take);
                    self.batch.begin(header);
                }
                Item::GroupStart { faults, .. } | Item::GroupEnd { faults } => tell(faults, take),
                Item::Message(message) => {
                    self.batch.messages.push(Moved {
                        from: message.byte,
                        to: self.batch.bytes.len() as u64,
                        interchange: message.interchange,
                        number: message.number,
                    });
                    self.batch.bytes.extend_from_slice(message.content.window);
                    if self.batch.bytes.len() >= PIECE_BYTES {
                        self.batch.read(self.book, &self.name, take);
                    }
                }
                Item::End { faults, .. } => {
                    self.batch.read(self.book, &self.name, take);
                    tell(faults, take);
                }
            }
        }
    }
}

impl Batch {
    /// Begins an interchange.
    fn begin(&mut self, header: &Interchange) {
        self.is_told = false;
        (self.head, self.tail) = envelope(header);
        self.bytes.clear();
        self.bytes.extend_from_slice(&self.head);
    }

    /// Reads the messages collected and begins anew in the same envelope.
    fn read(&mut self, book: &Rulebook, name: &str, take: &mut dyn FnMut(Said<'_>)) {
        if self.messages.is_empty() {
            return;
        }
        let mut bytes = std::mem::replace(&mut self.bytes, self.head.clone());
        let moves = std::mem::take(&mut self.messages);
        bytes.extend_from_slice(&counting(&self.tail, moves.len()));
        let reading = piece(book, name, bytes);
        for transmission in &reading.transmissions {
            // Agreement, sender, recipient: the same for every piece, so told once. What the
            // reader of the stream tells (faults of the syntax) is not told again.
            let outer = transmission.findings.iter().filter(|found| found.place.segment <= 1);
            if !self.is_told {
                outer
                    .filter(|found| is_about_the_agreement(found))
                    .for_each(|found| take(Said::Finding(found, "")));
                self.is_told = true;
            }
            for (message, place) in transmission.messages.iter().zip(&moves) {
                let kind = kind(message);
                take(Said::Message(&kind));
                let by = |at: &Place| place.back(at);
                for finding in &message.findings {
                    take(Said::Finding(&moved(finding, &by), &kind));
                }
            }
        }
    }
}

impl Moved {
    /// The place in the stream of a place in the piece.
    fn back(&self, at: &Place) -> Place {
        Place {
            interchange: self.interchange,
            message: self.number,
            byte: (at.byte + self.from).saturating_sub(self.to),
            ..at.clone()
        }
    }
}

/// True for findings that only the agreement can make: who sends, who receives, a test, an age.
fn is_about_the_agreement(finding: &Finding) -> bool {
    let codes = ["EDI-007", "EDI-017", "EDI-023", "EDI-024", "EDI-025", "EDI-043"];
    finding.level == Level::Business || codes.contains(&&*finding.code)
}

/// Tells faults of the syntax.
fn tell(faults: &[acquit_syntax::edifact::Fault], take: &mut dyn FnMut(Said<'_>)) {
    for fault in faults {
        take(Said::Finding(&of_edifact(fault), ""));
    }
}

/// The beginning of an interchange (UNA and UNB) and its end (UNZ, counting nothing), as our
/// writer writes them.
fn envelope(header: &Interchange) -> (Vec<u8>, Vec<u8>) {
    let mut head = Writer::new(header, LineEnd::None).finish().unwrap_or_default();
    let end = head.windows(3).rposition(|tag| tag == b"UNZ").unwrap_or(head.len());
    let tail = head.split_off(end);
    (head, tail)
}

/// The same UNZ with another count.
fn counting(tail: &[u8], messages: usize) -> Vec<u8> {
    // `UNZ`, a separator, `0`, and the rest.
    let (Some(first), Some(rest)) = (tail.get(..4), tail.get(5..)) else { return Vec::new() };
    [first, messages.to_string().as_bytes(), rest].concat()
}
