//! Bytes to tokens: one pass over a growing window, filling a [`Tape`].
//!
//! The scanner looks at 64 bytes at a time: it [marks](mark), in one bit each, the bytes that
//! may mean something (separators and control characters) and then visits only those. It
//! remembers where it is inside a segment, so that a window may end anywhere and grow later; no
//! byte is visited twice.
//!
//! It is *not* a validator: it cuts any bytes into segments and knows no tag.

mod mark;

use super::separators::{Class, Separators, classes};
use super::tape::{Part, Segment, Tag, Tape};
use mark::{BLOCK, mark};

/// Most parts (components, empty ones included) of one segment; more is a fault. It leaves
/// room in the `u16` positions of a [`Part`] for the block that goes over.
pub const SEGMENT_PARTS_MAX: u32 = 65_000;

/// What stopped the scanner.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stop {
    /// A segment is complete and stands last on the tape.
    Segment,
    /// The window ended before the terminator; more bytes may complete the segment.
    Window,
    /// The segment has more than [`SEGMENT_PARTS_MAX`] parts.
    TooManyParts,
}

/// How far [`Scanner::run`] reads on by itself. What is reached is on the tape when it stops:
/// whether that is too much is for the caller to say.
#[derive(Debug, Clone, Copy)]
pub struct Room {
    /// Stop at this many segments on the tape.
    pub segments: usize,
    /// Stop at this many parts on the tape.
    pub parts: usize,
    /// Stop at a segment of this many bytes.
    pub segment_bytes: usize,
}

/// A resumable tokenizer over one window whose beginning stays where it is.
#[derive(Debug, Clone)]
pub struct Scanner {
    table: [Class; 256],
    marks: [u8; 5],
    /// Next byte to visit when no segment is open.
    at: usize,
    /// The marked bytes of the block not visited yet; bit 0 is the byte at `block`.
    mask: u64,
    block: usize,
    block_end: usize,
    /// A release character was met and the character it releases is not in the window yet.
    releasing: bool,
    /// A segment is open: `part` is its tag (component 0) or part being read.
    open: bool,
    /// The open segment has a tag of the usual form and is none of the service segments.
    plain: bool,
    element: u8,
    segment: Segment,
    part: Part,
    control: Option<u32>,
    line_break: Option<u32>,
}

/// A part that begins at `start`; component 0 is the tag itself.
const fn part_at(start: usize, element: u16, component: u16, repeat: u16) -> Part {
    let start = start as u32;
    Part { start, end: start, element, component, repeat, marks: 0 }
}

const NO_SEGMENT: Segment =
    Segment { tag: Tag(0), tag_len: 0, start: 0, end: 0, first_part: 0, last_part: 0 };

impl Scanner {
    /// A scanner at the beginning of a window.
    #[must_use]
    pub fn new(separators: &Separators) -> Scanner {
        let mut scanner = Scanner {
            table: [Class::Data; 256],
            marks: [0; 5],
            at: 0,
            mask: 0,
            block: 0,
            block_end: 0,
            releasing: false,
            open: false,
            plain: false,
            element: separators.element,
            segment: NO_SEGMENT,
            part: part_at(0, 0, 0, 1),
            control: None,
            line_break: None,
        };
        scanner.separate_by(separators);
        scanner
    }

    /// Changes the separators. Call it between segments only: what was marked is marked again.
    pub fn separate_by(&mut self, separators: &Separators) {
        self.table = classes(separators);
        let Separators { component, element, terminator, .. } = *separators;
        let release = separators.release.unwrap_or(terminator);
        let repetition = separators.repetition.unwrap_or(terminator);
        self.element = element;
        self.marks = [component, element, release, repetition, terminator];
        self.jump(self.at);
    }

    /// Begins again at `start` of a (new) window, between segments, remembering nothing.
    pub fn restart(&mut self, start: usize) {
        self.jump(start);
        self.releasing = false;
        self.open = false;
        self.control = None;
        self.line_break = None;
    }

    /// Where the segment being read begins, or where the next one will at the earliest.
    #[must_use]
    pub fn position(&self) -> usize {
        if self.open { self.segment.start as usize } else { self.at }
    }

    /// Where the segment being read, or else the one read last, begins.
    #[must_use]
    pub fn segment_start(&self) -> u32 {
        self.segment.start
    }

    /// Position of the first control character met since the last restart, if any.
    #[must_use]
    pub fn first_control(&self) -> Option<u32> {
        self.control
    }

    /// Position of the first line break inside a segment since the last restart, if any.
    #[must_use]
    pub fn first_line_break(&self) -> Option<u32> {
        self.line_break
    }

    /// Reads on until a segment is complete or the window ends. White space between segments
    /// is skipped. Parts of a segment not complete yet stay on the tape and are continued.
    pub fn next(&mut self, window: &[u8], tape: &mut Tape) -> Stop {
        self.run(window, tape, Room { segments: 0, parts: 0, segment_bytes: 0 })
    }

    /// Reads on like [`Scanner::next`], and over any number of plain segments: those with a tag
    /// of the usual form that does not begin with `U`. It stops behind the first other segment,
    /// or when the room is used up; the segment it stopped behind stands last on the tape.
    pub fn run(&mut self, window: &[u8], tape: &mut Tape, room: Room) -> Stop {
        if !self.open && !self.open_segment(window, tape) {
            return Stop::Window;
        }
        if self.releasing && !self.release(window) {
            return Stop::Window;
        }
        loop {
            let class = self.separators(window, tape, room);
            let position = self.at;
            match class {
                None if !self.open => return self.judge(),
                None => {
                    let parts = tape.parts.len() - self.segment.first_part as usize;
                    if parts > SEGMENT_PARTS_MAX as usize + BLOCK || !self.load(window) {
                        return self.stop(parts);
                    }
                }
                Some(Class::Terminator) => {
                    self.close_part(window, tape, position);
                    return self.close_segment(tape, position);
                }
                Some(Class::Release) => {
                    self.part.marks |= Part::RELEASED;
                    self.at = position + 1;
                    if !self.release(window) {
                        return Stop::Window;
                    }
                }
                Some(Class::LineBreak) => {
                    self.part.marks |= Part::WRAPPED;
                    self.line_break = self.line_break.or(Some(position as u32));
                }
                Some(Class::Control) => self.control = self.control.or(Some(position as u32)),
                Some(class) => {
                    self.close_part(window, tape, position);
                    let start = position as u32 + 1;
                    self.part = Part::at(following(self.part.place(), class), start, start);
                }
            }
        }
    }

    /// The hot loop: closes parts at their separators and plain segments at their terminators,
    /// up to the first mark that asks for more, whose class is returned and whose position is
    /// left in `at`; `None` when the block is used up, or when a segment is complete and the
    /// next is not to be read on.
    ///
    /// What it works on is kept in variables of its own: fields written piece by piece and then
    /// copied whole would make the processor wait.
    #[inline]
    fn separators(&mut self, window: &[u8], tape: &mut Tape, room: Room) -> Option<Class> {
        let (mut mask, mut block) = (self.mask, self.block);
        let (mut place, mut start) = (self.part.place(), self.part.start);
        let mut segment = self.segment;
        let reads_on = self.plain && self.line_break.is_none();
        let mut ends_at = if reads_on { Class::Terminator } else { Class::Data };
        // Nothing is closed here while the tag itself is being read.
        let last = if self.part.component == 0 { Class::Data } else { Class::Repetition };
        let mut stopped = None;
        while mask != 0 {
            let position = block + mask.trailing_zeros() as usize;
            mask &= mask - 1;
            let class = self.table[usize::from(window[position])];
            if class as u8 <= last as u8 {
                tape.parts.push(Part::at(place, start, position as u32));
                (place, start) = (following(place, class), position as u32 + 1);
                continue;
            }
            if class != ends_at {
                self.at = position;
                stopped = Some(class);
                break;
            }
            tape.parts.push(Part::at(place, start, position as u32));
            (segment.end, segment.last_part) = (position as u32, tape.parts.len() as u32);
            tape.segments.push(Segment { ..segment });
            let at = position + 1;
            let next = usual_tag(&window[at..], self.element);
            let Some(tag) = next.filter(|_| has_room(&segment, tape, room)) else {
                (self.open, self.at) = (false, at);
                break;
            };
            (segment.tag, segment.start, segment.first_part) = (tag, at as u32, segment.last_part);
            if tag.is_service() {
                self.plain = false;
                ends_at = Class::Data;
            }
            let begin = at + USUAL_TAG;
            (place, start) = (FIRST_PLACE, begin as u32);
            if begin < self.block_end {
                mask &= u64::MAX << (begin - block);
            } else {
                (mask, block, self.block_end) = (0, begin, begin);
            }
        }
        (self.mask, self.block, self.segment) = (mask, block, segment);
        self.part = Part::at(place, start, start);
        stopped
    }

    /// Ends the input: a segment still open is closed where the window ends. True when there
    /// was one, that is when its terminator is missing.
    pub fn finish(&mut self, window: &[u8], tape: &mut Tape) -> bool {
        if !self.open {
            return false;
        }
        self.close_part(window, tape, window.len());
        let _ = self.close_segment(tape, window.len());
        self.at = window.len();
        true
    }

    /// Moves between segments to `position`; the block is marked again from there.
    fn jump(&mut self, position: usize) {
        (self.at, self.mask, self.block, self.block_end) = (position, 0, position, position);
    }

    fn stop(&self, parts: usize) -> Stop {
        let too_many = parts > SEGMENT_PARTS_MAX as usize;
        if too_many { Stop::TooManyParts } else { Stop::Window }
    }

    /// Skips the white space before a segment and opens it; false when the window ends first.
    fn open_segment(&mut self, window: &[u8], tape: &Tape) -> bool {
        let from = self.at;
        while window.get(self.at).is_some_and(|byte| matches!(byte, b' ' | b'\t'..=b'\r')) {
            self.at += 1;
        }
        if self.at > from {
            self.forget_until(self.at);
        }
        if self.at >= window.len() {
            return false;
        }
        let (start, first_part) = (self.at as u32, tape.parts.len() as u32);
        self.open = true;
        self.segment = Segment { start, first_part, ..NO_SEGMENT };
        if let Some(tag) = usual_tag(&window[self.at..], self.element) {
            (self.segment.tag, self.segment.tag_len) = (tag, 3);
            self.plain = !tag.is_service();
            self.at += USUAL_TAG;
            self.part = part_at(self.at, 1, 1, 1);
            self.forget_until(self.at);
        } else {
            self.plain = false;
            self.part = part_at(self.at, 0, 0, 1);
        }
        true
    }

    /// Takes the marks off all bytes before `position`.
    fn forget_until(&mut self, position: usize) {
        if position >= self.block_end {
            (self.mask, self.block, self.block_end) = (0, position, position);
        } else {
            self.mask &= u64::MAX << (position - self.block);
        }
    }

    /// Passes over the character after a release character (and over the line breaks between
    /// them); false when it is not in the window yet.
    fn release(&mut self, window: &[u8]) -> bool {
        let mut at = self.at;
        while let Some(byte) = window.get(at) {
            at += 1;
            match self.table[usize::from(*byte)] {
                Class::LineBreak => {
                    self.part.marks |= Part::WRAPPED;
                    self.line_break = self.line_break.or(Some(at as u32 - 1));
                }
                class => {
                    if class == Class::Control {
                        self.control = self.control.or(Some(at as u32 - 1));
                    }
                    self.releasing = false;
                    self.forget_until(at);
                    return true;
                }
            }
        }
        (self.releasing, self.at) = (true, at);
        self.forget_until(at);
        false
    }

    /// Marks the next block of the window; false when the window has no byte left.
    #[inline]
    fn load(&mut self, window: &[u8]) -> bool {
        let rest = &window[self.block_end.min(window.len())..];
        self.block = self.block_end;
        if let Some(block) = rest.first_chunk::<BLOCK>() {
            self.mask = mark(block, &self.marks);
            self.block_end += BLOCK;
            return true;
        }
        let mut block = [b'0'; BLOCK];
        block[..rest.len()].copy_from_slice(rest);
        self.mask = mark(&block, &self.marks) & ((1 << rest.len()) - 1);
        self.block_end += rest.len();
        !rest.is_empty()
    }

    fn close_part(&mut self, window: &[u8], tape: &mut Tape, end: usize) {
        self.part.end = end as u32;
        if self.part.component == 0 {
            self.close_tag(window, self.part);
        } else {
            tape.parts.push(self.part);
        }
    }

    #[inline]
    fn close_tag(&mut self, window: &[u8], part: Part) {
        let bytes = &window[part.start as usize..part.end as usize];
        if let (&[a, b, c], false) = (bytes, !part.is_bare()) {
            self.segment.tag = Tag(u32::from_be_bytes([0, a, b, c]));
            self.segment.tag_len = 3;
        } else {
            let dropped = |byte: &u8| self.table[usize::from(*byte)] == Class::LineBreak;
            let kept = bytes.iter().filter(|byte| !dropped(byte));
            let tag = kept.clone().take(4).fold(0, |tag, byte| tag << 8 | u32::from(*byte));
            self.segment.tag = Tag(tag);
            self.segment.tag_len = kept.count().min(usize::from(u8::MAX)) as u8;
        }
    }

    #[inline]
    fn close_segment(&mut self, tape: &mut Tape, end: usize) -> Stop {
        self.segment.end = end as u32;
        self.segment.last_part = tape.parts.len() as u32;
        tape.segments.push(self.segment);
        self.open = false;
        self.releasing = false;
        self.at = end + 1;
        // A file of lines ended by CR LF whose terminator is LF is not a wrapped file.
        let ends_line = self.table[usize::from(b'\n')] == Class::Terminator;
        if ends_line && self.line_break.is_some_and(|at| at as usize + 1 == end) {
            self.line_break = None;
        }
        self.judge()
    }

    /// Whether the segment just closed keeps the limit.
    #[inline]
    fn judge(&self) -> Stop {
        let parts = self.segment.last_part - self.segment.first_part;
        if parts > SEGMENT_PARTS_MAX { Stop::TooManyParts } else { Stop::Segment }
    }
}

/// The place of a segment's first component.
const FIRST_PLACE: u64 = part_at(0, 1, 1, 1).place();

/// The place after a separator of class `class`. Which separator comes next cannot be foretold,
/// so that a branch would cost more than these tables: what stays of a place, and what is added.
#[inline]
fn following(place: u64, class: Class) -> u64 {
    const ELEMENT: u64 = 0xFFFF;
    const COMPONENT: u64 = ELEMENT << 16;
    const REPEAT: u64 = ELEMENT << 32;
    const KEEP: [u64; 4] = [0, ELEMENT | COMPONENT | REPEAT, ELEMENT, ELEMENT | REPEAT];
    const ADD: [u64; 4] =
        [0, part_at(0, 0, 1, 0).place(), part_at(0, 1, 1, 1).place(), part_at(0, 0, 1, 1).place()];
    let class = class as usize % KEEP.len();
    (place & KEEP[class]) + ADD[class]
}

/// Bytes of a tag of the usual form and the separator behind it.
const USUAL_TAG: usize = 4;

/// The tag at the beginning of some bytes when it has the usual form: a capital letter and two
/// letters or digits, followed by an element separator. Any other tag is left to the loop.
#[inline]
fn usual_tag(rest: &[u8], element: u8) -> Option<Tag> {
    let &[a, b, c, after] = rest.first_chunk::<USUAL_TAG>()?;
    let letter = |byte: u8| byte.is_ascii_uppercase() | byte.is_ascii_digit();
    let usual = a.is_ascii_uppercase() & letter(b) & letter(c) & (after == element);
    usual.then_some(Tag(u32::from_be_bytes([0, a, b, c])))
}

/// Whether more may be read behind a segment.
#[inline]
fn has_room(segment: &Segment, tape: &Tape, room: Room) -> bool {
    let (bytes, parts) = (segment.end - segment.start, segment.last_part - segment.first_part);
    (tape.segments.len() < room.segments)
        & (tape.parts.len() < room.parts)
        & ((bytes as usize) < room.segment_bytes)
        & (parts <= SEGMENT_PARTS_MAX)
}

#[cfg(test)]
mod tests;
