//! What was read from a message: canonical names with their values and places.
//!
//! A record is flat and reusable: entries and items stand in vectors and are linked by position,
//! values point at the message wherever nothing had to be decoded. What it is *not*: an
//! invoice. No rule has been applied to it; a name may be missing.

mod entry;
mod item;

pub(crate) use entry::{Packed, spot_of_part, spot_of_segment};
pub use item::ItemRef;

use crate::value::Value;
use crate::vocabulary::{Field, List};
use acquit_domain::Place;
use acquit_syntax::edifact::value::Content;
use acquit_syntax::fault;
use entry::{Apart, Entry, Run, Source, Texts};
use std::fmt;
use std::sync::OnceLock;

/// "None" in a link.
const NONE: u32 = u32::MAX;

/// An item of a list; [`Record::ROOT`] is the message as a whole.
pub type ItemId = u32;

/// Where a value stands, without its name. Numbers count from 1; 0 means "not applicable".
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Spot {
    /// Offset of the first byte in the whole input.
    pub byte: u64,
    /// Number of bytes.
    pub len: u32,
    /// Ordinal of the segment in its message.
    pub segment: u32,
    /// Position of the element in the segment.
    pub element: u16,
    /// Position of the component in the element.
    pub component: u16,
    /// Which repetition of the element.
    pub repeat: u16,
}

#[derive(Debug, Clone)]
struct Item<'a> {
    list: List,
    next: u32,
    first_run: u32,
    last_run: u32,
    first_child: u32,
    last_child: u32,
    spot: Spot,
    name: &'a str,
}

/// Most parts left unread that are named; those beyond are counted only.
pub const UNREAD_MAX: usize = 200;

/// A part of the message no line of the specimen claimed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unread {
    /// Short name for people (`NAD+DP`, or the path of an XML element).
    pub name: String,
    /// Where it stands.
    pub spot: Spot,
}

/// How a group repetition of a message was read: scratch memory of a reader.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Context {
    /// The line it was read by.
    pub(crate) line: u16,
    /// The item its values go to.
    pub(crate) item: ItemId,
    /// Which of the line's own lines were met.
    pub(crate) seen: u128,
}

impl Context {
    /// Of a group no line claimed.
    pub(crate) const UNREAD: Context = Context { line: u16::MAX - 1, item: NONE, seen: 0 };
}

/// What one message says, name by name.
#[derive(Debug, Clone)]
pub struct Record<'a> {
    /// Ordinal of the interchange or document in the parcel, for places.
    pub interchange: u32,
    /// Ordinal of the message in it, for places.
    pub message: u32,
    /// What was not read, at most [`UNREAD_MAX`] parts.
    pub unread: Vec<Unread>,
    /// How many parts were not read.
    pub unread_count: u32,
    /// How many segments or elements were looked at.
    pub parts: u32,
    source: Option<Source<'a>>,
    entries: Vec<Entry>,
    runs: Vec<Run>,
    /// The item the last run is of.
    speaking: ItemId,
    items: Vec<Item<'a>>,
    /// Values that stand apart.
    apart: Vec<Apart<'a>>,
    /// Keys of code tables.
    keys: Vec<&'a str>,
    /// The texts that are not plain ASCII, once one of them was asked for.
    texts: OnceLock<Texts>,
    pub(crate) contexts: Vec<Context>,
    /// Scratch memory of a reader beside `contexts`.
    pub(crate) claimed: Vec<u32>,
}

impl Default for Record<'_> {
    fn default() -> Self {
        Record::new()
    }
}

impl<'a> Record<'a> {
    /// The message as a whole.
    pub const ROOT: ItemId = 0;

    /// A record that says nothing.
    #[must_use]
    pub fn new() -> Record<'a> {
        let mut record = Record {
            interchange: 0,
            message: 0,
            unread: Vec::new(),
            unread_count: 0,
            parts: 0,
            source: None,
            entries: Vec::new(),
            runs: Vec::new(),
            speaking: NONE,
            items: Vec::new(),
            apart: Vec::new(),
            keys: Vec::new(),
            texts: OnceLock::new(),
            contexts: Vec::new(),
            claimed: Vec::new(),
        };
        record.clear();
        record
    }

    /// Forgets everything and keeps the memory.
    pub fn clear(&mut self) {
        self.interchange = 0;
        self.message = 0;
        self.parts = 0;
        self.unread.clear();
        self.unread_count = 0;
        self.source = None;
        self.entries.clear();
        self.runs.clear();
        self.speaking = NONE;
        self.apart.clear();
        self.keys.clear();
        self.texts.take();
        self.items.clear();
        self.items.push(Item::new(List::Root, Spot::default(), ""));
    }

    /// An empty record for another message, in the same memory.
    #[must_use]
    pub fn recycle<'b>(self) -> Record<'b> {
        let mut record = Record {
            interchange: 0,
            message: 0,
            unread: self.unread,
            unread_count: 0,
            parts: 0,
            source: None,
            entries: self.entries,
            runs: self.runs,
            speaking: NONE,
            items: self.items.into_iter().map_while(|_| None).collect(),
            apart: self.apart.into_iter().map_while(|_| None).collect(),
            keys: self.keys.into_iter().map_while(|_| None).collect(),
            texts: OnceLock::new(),
            contexts: self.contexts,
            claimed: self.claimed,
        };
        record.clear();
        record
    }

    /// Adds an item to a list of `parent`.
    pub fn add(&mut self, parent: ItemId, list: List, spot: Spot, name: &'a str) -> ItemId {
        let id = position(self.items.len());
        self.items.push(Item::new(list, spot, name));
        let parent = &mut self.items[parent as usize];
        let last = std::mem::replace(&mut parent.last_child, id);
        match last {
            NONE => parent.first_child = id,
            last => self.items[last as usize].next = id,
        }
        id
    }

    /// Says a value of an item. What was said first is what is asked for later.
    pub fn put(
        &mut self,
        item: ItemId,
        field: Field,
        value: Value<'a>,
        (spot, name): (Spot, &'a str),
    ) {
        self.begin(item);
        let held = Packed::apart(position(self.apart.len()));
        self.apart.push(Apart { value, spot, name });
        self.entries.push(Entry::new(field, held, NONE));
    }

    /// The entries of a run.
    fn entries_of(&self, run: usize) -> &[Entry] {
        let first = self.runs.get(run).map_or(0, |run| run.first as usize);
        let end = self.runs.get(run + 1).map_or(self.entries.len(), |next| next.first as usize);
        self.entries.get(first..end).unwrap_or_default()
    }

    /// From here on parts are those of this message.
    pub(crate) fn source(&mut self, content: Content<'a>, origin: fault::Place) {
        self.source = Some(Source { content, origin });
        self.texts.take();
    }

    /// From here on values read are of this item.
    #[inline]
    pub(crate) fn begin(&mut self, item: ItemId) {
        if self.speaking != item {
            self.begin_run(item);
        }
    }

    /// Begins a run of another item.
    #[inline(never)]
    fn begin_run(&mut self, item: ItemId) {
        let run = position(self.runs.len());
        self.speaking = item;
        self.runs.push(Run { first: position(self.entries.len()), next: NONE });
        let item = &mut self.items[item as usize];
        match std::mem::replace(&mut item.last_run, run) {
            NONE => item.first_run = run,
            last => self.runs[last as usize].next = run,
        }
    }

    /// Says what was read from a part of the source, by its position on the tape.
    #[inline]
    pub(crate) fn read(&mut self, field: Field, held: Packed, part: u32) {
        self.entries.push(Entry::new(field, held, part));
    }

    /// The characters of a part, decoded with those of all other parts when asked for first.
    fn characters(&self, part: u32) -> &str {
        let Some(source) = &self.source else { return "" };
        let texts = || self.texts.get_or_init(|| Texts::of(source, &self.entries));
        source.plain(part).unwrap_or_else(|| texts().of_part(part))
    }

    /// Keeps the key of a code.
    #[inline]
    pub(crate) fn key(&mut self, key: &'a str) -> Packed {
        self.keys.push(key);
        Packed::key(position(self.keys.len() - 1))
    }

    /// Says a value that stands nowhere: for messages of our own.
    pub fn say(&mut self, item: ItemId, field: Field, value: impl Into<Value<'a>>) {
        self.put(item, field, value.into(), (Spot::default(), ""));
    }

    /// Says the key of a code, for messages of our own.
    pub fn say_code(&mut self, item: ItemId, field: Field, key: &'a str) {
        self.put(item, field, Value::Code(key.into()), (Spot::default(), ""));
    }

    /// Adds an item that stands nowhere: for messages of our own.
    pub fn add_own(&mut self, parent: ItemId, list: List) -> ItemId {
        self.add(parent, list, Spot::default(), "")
    }

    /// Says that something was not read. Its name is only asked for when it is kept.
    pub fn leave_unread(&mut self, spot: Spot, name: impl FnOnce() -> String) {
        self.unread_count += 1;
        if self.unread.len() < UNREAD_MAX {
            self.unread.push(Unread { name: name(), spot });
        }
    }

    /// The message as a whole, to ask.
    #[must_use]
    pub fn root(&self) -> ItemRef<'_, 'a> {
        self.item(Record::ROOT)
    }

    /// An item, to ask.
    #[must_use]
    pub fn item(&self, id: ItemId) -> ItemRef<'_, 'a> {
        ItemRef::of(self, id)
    }

    /// The items of a list of the message as a whole.
    pub fn items(&self, list: List) -> impl Iterator<Item = ItemRef<'_, 'a>> {
        self.root().items(list)
    }

    /// A spot with the ordinals of this message and a name.
    #[must_use]
    pub fn place(&self, spot: Spot, name: &str) -> Place {
        Place {
            interchange: self.interchange,
            message: self.message,
            segment: spot.segment,
            element: spot.element,
            component: spot.component,
            repeat: spot.repeat,
            byte: spot.byte,
            len: spot.len,
            name: name.to_owned(),
        }
    }

    /// What was not read, for the log.
    #[must_use]
    pub fn unread_names(&self) -> Vec<String> {
        self.unread.iter().map(|unread| unread.name.clone()).collect()
    }
}

impl<'a> Item<'a> {
    const fn new(list: List, spot: Spot, name: &'a str) -> Item<'a> {
        Item {
            list,
            next: NONE,
            first_run: NONE,
            last_run: NONE,
            first_child: NONE,
            last_child: NONE,
            spot,
            name,
        }
    }
}

/// A length as a position; a message is limited far below.
fn position(length: usize) -> u32 {
    u32::try_from(length).unwrap_or(NONE - 1)
}

/// Sorted `name = value` lines, items numbered from 1: the form of the golden files.
impl fmt::Display for Record<'_> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut lines = Vec::new();
        describe(self.root(), "", &mut lines);
        lines.iter().try_for_each(|line| writeln!(out, "{line}"))
    }
}

/// The lines of an item: its own values sorted, then its items in order.
fn describe(item: ItemRef<'_, '_>, path: &str, lines: &mut Vec<String>) {
    let from = lines.len();
    let own = item.values().map(|(field, value)| format!("{path}{} = {value:#}", field.key()));
    lines.extend(own);
    lines[from..].sort();
    for list in &List::ALL[1..] {
        for (at, child) in item.items(*list).enumerate() {
            describe(child, &format!("{path}{}[{}].", list.key(), at + 1), lines);
        }
    }
}

/// Two records say the same when every name has the same values in the same items.
impl PartialEq for Record<'_> {
    fn eq(&self, other: &Record<'_>) -> bool {
        same(self.root(), other.root())
    }
}

/// Whether two items say the same, and all in them.
fn same(one: ItemRef<'_, '_>, other: ItemRef<'_, '_>) -> bool {
    let values = |item: ItemRef<'_, '_>| {
        let mut values: Vec<_> =
            item.values().map(|(field, value)| (field, value.into_owned())).collect();
        values.sort_by_key(|(field, _)| *field);
        values
    };
    let lists = |list: &List| {
        let (mut these, mut those) = (one.items(*list), other.items(*list));
        loop {
            match (these.next(), those.next()) {
                (None, None) => return true,
                (Some(this), Some(that)) if same(this, that) => {}
                _ => return false,
            }
        }
    };
    values(one) == values(other) && List::ALL[1..].iter().all(lists)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::vocabulary::field;
    use acquit_domain::Decimal;

    #[test]
    fn what_is_said_is_found_again() {
        let mut record = Record::new();
        record.say(Record::ROOT, field::NUMBER, "00069321");
        let line = record.add_own(Record::ROOT, List::Lines);
        record.say(line, field::LINES_NET, Decimal::new(300_000, 2));
        let tax = record.add_own(Record::ROOT, List::Taxes);
        record.say(tax, field::TAXES_RATE, Decimal::from(20));
        record.say(Record::ROOT, field::CLIENT, "290240");
        let second = record.add_own(Record::ROOT, List::Lines);
        record.say(second, field::LINES_NET, Decimal::ONE);
        assert_eq!(
            record.to_string(),
            "client = 290240\nnumber = 00069321\nlines[1].net = 3000.00\nlines[2].net = 1\n\
             taxes[1].rate = 20\n"
        );
        assert_eq!(record.root().text(field::CLIENT), Some("290240"));
        assert_eq!(record.items(List::Lines).count(), 2);
        let mut other = Record::new();
        other.say(Record::ROOT, field::CLIENT, "290240");
        assert!(record != other);
        let empty: Record<'_> = record.recycle();
        assert_eq!(empty.to_string(), "");
        assert!(!empty.root().has(field::NUMBER));
    }
}
