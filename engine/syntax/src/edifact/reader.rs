//! Reading: a stream of bytes to interchanges, groups and messages, each with its faults.
//!
//! A [`Reader`] takes bytes as they come and lends one [`Item`] at a time. It keeps no more than
//! one message, so that an interchange of any length needs the memory of its largest message.
//! It works the same over a whole slice ([`Reader::over`]) and for any division of a stream
//! into pieces: the items are the same.
//!
//! Faults come with the item they belong to, sorted by position: what rejects the interchange
//! ([`Level::Interchange`]) only on [`Item::Start`] and [`Item::End`], what rejects a group on
//! its start and end, everything else on its message. A closing segment that is missing is told
//! at the place where it should stand. A fault is told once, on one item.
//!
//! The reader is *not* a judge of structure: which segments a message may have, and which
//! values they may hold, is decided against a directory elsewhere.

mod faults;
mod inner;
mod item;
mod options;
mod outer;
mod package;
mod repertoire;
mod seek;
mod seeking;
mod service;
#[cfg(test)]
mod tests;

use super::envelope::{Group, Interchange};
use super::kind::Kind;
use super::seen::Seen;
use super::separators::Separators;
use super::tape::Tape;
use super::tokenizer::{Room, Scanner, Stop};
use super::value::Content;
use crate::fault::Level;
use faults::Faults;
pub use item::{Item, Message, Totals};
pub use options::{
    FAULTS_MAX, JUNK_BYTES_MAX, MESSAGE_BYTES_MAX, MESSAGE_PARTS_MAX, MESSAGE_SEGMENTS_MAX,
    MESSAGES_MAX, Options, Repertoire, SEGMENT_BYTES_MAX,
};
use std::borrow::Cow;

/// Where the reader is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    /// Before an interchange.
    Seek,
    /// At UNB.
    Head,
    /// In the interchange, outside messages.
    Outer,
    /// In a message.
    Inner,
    /// After UNZ, to see what follows.
    Tail,
    /// Nothing more is read.
    Done,
}

/// What one step of reading led to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Step {
    Again,
    Wait,
    Emit(Emit),
}

/// Which item is ready.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Emit {
    Unreadable,
    Start,
    GroupStart,
    Message,
    GroupEnd,
    End,
}

/// What the tokenizer came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Scan {
    /// A segment stands last on the tape.
    Segment,
    /// The window ended; more bytes may come.
    Wait,
    /// The input ended between segments.
    End,
    /// A limit was met.
    Limit(Kind),
}

/// Counts of the interchange being read.
#[derive(Debug, Clone, Copy, Default)]
struct Counts {
    interchange: u32,
    messages: u32,
    in_group: u32,
    loose: u32,
    groups: u32,
    packages: u32,
    segments: u32,
}

/// Reads EDIFACT from bytes that are pushed, or from a whole slice.
#[derive(Debug, Clone)]
pub struct Reader<'b> {
    options: Options,
    buffer: Cow<'b, [u8]>,
    /// How many bytes were given away before the first of the buffer.
    dropped: u64,
    /// Where in the buffer the window of the tokenizer begins.
    origin: usize,
    ended: bool,
    state: State,
    scanner: Scanner,
    tape: Tape,
    header: Interchange,
    version: u8,
    begin: u64,
    group: Option<Group>,
    group_kind: Option<Vec<u8>>,
    counts: Counts,
    seen: Seen,
    /// What a UNH of this interchange said behind its reference and was right.
    right_header: Vec<u8>,
    faults: Faults,
    /// The segment last on the tape ended with the input, without its terminator.
    cut: bool,
    /// Length of the message being lent.
    message_len: usize,
    /// Bytes of a package's object still to pass over.
    object: u64,
    /// Length and reference of the package that UNP must close.
    package: Option<(u32, String)>,
    /// Offset one past the last byte of the interchange, once it is closed.
    end: u64,
    /// The segment last on the tape waits for bytes after it to be judged.
    held: bool,
    /// The message's first security segment was told.
    secured: bool,
    /// Index on the tape of the last UNH met inside the message.
    nested: Option<usize>,
    /// A UNH inside a message up to this byte is known to begin a message of its own.
    split_until: Option<u64>,
    lent: Option<Emit>,
}

impl Reader<'static> {
    /// A reader of bytes to be pushed.
    #[must_use]
    pub fn new(options: Options) -> Reader<'static> {
        Reader::with(options, Cow::Owned(Vec::new()), false)
    }
}

impl<'b> Reader<'b> {
    /// A reader over a whole input.
    #[must_use]
    pub fn over(input: &'b [u8], options: Options) -> Reader<'b> {
        Reader::with(options, Cow::Borrowed(input), true)
    }

    fn with(options: Options, buffer: Cow<'b, [u8]>, ended: bool) -> Reader<'b> {
        Reader {
            options,
            buffer,
            dropped: 0,
            origin: 0,
            ended,
            state: State::Seek,
            scanner: Scanner::new(&Separators::DEFAULT),
            tape: Tape::default(),
            header: Interchange::default(),
            version: 0,
            begin: 0,
            group: None,
            group_kind: None,
            counts: Counts::default(),
            seen: Seen::default(),
            right_header: Vec::new(),
            faults: Faults::default(),
            cut: false,
            message_len: 0,
            object: 0,
            package: None,
            end: 0,
            held: false,
            secured: false,
            nested: None,
            split_until: None,
            lent: None,
        }
    }

    /// Adds bytes to the input. Take the items out with [`Reader::next`] between pushes: what
    /// was not read yet is kept (after the last item, nothing is).
    pub fn push(&mut self, bytes: &[u8]) {
        self.take_back();
        if self.state == State::Done {
            return;
        }
        if self.origin > 0 && self.origin >= self.buffer.len() / 2 {
            self.buffer.to_mut().drain(..self.origin);
            self.dropped += self.origin as u64;
            self.origin = 0;
        }
        self.buffer.to_mut().extend_from_slice(bytes);
    }

    /// Tells that the input is complete.
    pub fn finish(&mut self) {
        self.ended = true;
    }

    /// The next item; `None` when more bytes are needed, or, after [`Reader::finish`], when all
    /// was read.
    #[expect(clippy::should_implement_trait, reason = "the item borrows from the reader")]
    pub fn next(&mut self) -> Option<Item<'_>> {
        self.take_back();
        let emit = loop {
            let step = match self.state {
                State::Seek => self.seek(),
                State::Head => self.head(),
                State::Outer => self.outer(),
                State::Inner => self.inner(),
                State::Tail => self.tail(),
                State::Done => return None,
            };
            match step {
                Step::Again => {}
                Step::Wait => return None,
                Step::Emit(emit) => break emit,
            }
        };
        self.lent = Some(emit);
        Some(self.item(emit))
    }

    fn item(&mut self, emit: Emit) -> Item<'_> {
        let faults = self.faults.sorted(emit);
        match emit {
            Emit::Unreadable => Item::Unreadable { faults },
            Emit::Start => Item::Start { header: &self.header, byte: self.begin, faults },
            Emit::GroupStart => {
                Item::GroupStart { header: self.group.get_or_insert_default(), faults }
            }
            Emit::GroupEnd => Item::GroupEnd { faults },
            Emit::End => {
                let Counts { messages, groups, packages, segments, .. } = self.counts;
                let byte_end = self.end;
                let totals = Totals { messages, groups, packages, segments, byte_end };
                Item::End { totals, faults }
            }
            Emit::Message => {
                let window = &self.buffer[self.origin..self.origin + self.message_len];
                let (separators, charset) = (self.header.separators, self.header.charset);
                let content = Content { window, tape: &self.tape, separators, charset };
                let byte = self.dropped + self.origin as u64;
                let Counts { messages: number, interchange, .. } = self.counts;
                Item::Message(Message { number, interchange, byte, content, faults })
            }
        }
    }

    /// Takes back what the last item lent.
    fn take_back(&mut self) {
        let Some(emit) = self.lent.take() else { return };
        self.faults.forget(emit);
        match emit {
            Emit::Message => self.move_to(self.message_len),
            Emit::GroupEnd => self.group = None,
            Emit::Unreadable | Emit::Start | Emit::GroupStart | Emit::End => {}
        }
    }

    /// Moves the window on by some bytes, to stand between segments with an empty tape.
    fn move_to(&mut self, by: usize) {
        self.origin = (self.origin + by).min(self.buffer.len());
        self.rescan();
    }

    /// Begins again at the first byte of the window.
    fn rescan(&mut self) {
        self.tape.clear();
        self.scanner.restart(0);
        (self.cut, self.held, self.secured) = (false, false, false);
        self.nested = None;
    }

    /// The bytes the tokenizer may look at.
    fn window(&self) -> &[u8] {
        let rest = &self.buffer[self.origin..];
        &rest[..rest.len().min(self.options.message_bytes_max)]
    }

    fn content(&self) -> Content<'_> {
        let (separators, charset) = (self.header.separators, self.header.charset);
        Content { window: self.window(), tape: &self.tape, separators, charset }
    }

    /// Reads one segment onto the tape; in a message, the plain segments before it too.
    #[inline]
    fn scan(&mut self) -> Scan {
        let most = self.options.message_bytes_max;
        let rest = &self.buffer[self.origin..];
        let window = &rest[..rest.len().min(most)];
        // Only plain segments of a message need no look at each.
        let segments = if self.state == State::Inner { MESSAGE_SEGMENTS_MAX } else { 0 };
        let segment_bytes = self.options.segment_bytes_max;
        let room = Room { segments, parts: MESSAGE_PARTS_MAX, segment_bytes };
        match self.scanner.run(window, &mut self.tape, room) {
            Stop::Segment => self.measure(),
            Stop::TooManyParts => Scan::Limit(Kind::SegmentTooLarge),
            Stop::Window if window.len() - self.scanner.position() > self.segment_max() => {
                Scan::Limit(Kind::SegmentTooLarge)
            }
            Stop::Window if window.len() == most => Scan::Limit(Kind::MessageTooLarge),
            Stop::Window if !self.ended => Scan::Wait,
            Stop::Window if self.scanner.finish(window, &mut self.tape) => {
                self.cut = true;
                self.measure()
            }
            Stop::Window => Scan::End,
        }
    }

    const fn segment_max(&self) -> usize {
        self.options.segment_bytes_max
    }

    /// Whether the segment just read keeps the limits.
    #[inline]
    fn measure(&self) -> Scan {
        let length = self.tape.segments.last().map_or(0, |segment| segment.end - segment.start);
        if length as usize > self.segment_max() {
            Scan::Limit(Kind::SegmentTooLarge)
        } else if self.tape.parts.len() > MESSAGE_PARTS_MAX
            || self.tape.segments.len() > MESSAGE_SEGMENTS_MAX
        {
            Scan::Limit(Kind::MessageTooLarge)
        } else {
            Scan::Segment
        }
    }

    /// Ends the reading at a limit: the interchange is rejected and nothing more is read.
    fn limit(&mut self, kind: Kind) -> Step {
        let of_segment = kind == Kind::SegmentTooLarge;
        let start = if of_segment { self.scanner.segment_start() } else { 0 };
        let place = self.place_at(start, 0, 0);
        self.faults.push(self.faults.make(kind, Level::Interchange, place));
        self.end = place.byte;
        self.state = State::Done;
        Step::Emit(Emit::End)
    }
}
