//! What was read from a message: canonical names with their values and places.
//!
//! A record is flat and reusable: entries and items stand in vectors and are linked by position,
//! values borrow from the message wherever nothing had to be decoded. What it is *not*: an
//! invoice. No rule has been applied to it; a name may be missing.

use crate::value::{Instant, Value};
use crate::vocabulary::{Field, List};
use acquit_domain::{Date, Decimal, Place};
use std::fmt;

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
struct Entry<'a> {
    field: Field,
    next: u32,
    value: Value<'a>,
    spot: Spot,
    name: &'a str,
}

#[derive(Debug, Clone)]
struct Item<'a> {
    list: List,
    next: u32,
    first_entry: u32,
    last_entry: u32,
    first_child: u32,
    last_child: u32,
    spot: Spot,
    name: &'a str,
}

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

    /// Whether no line claimed it.
    pub(crate) const fn is_unread(self) -> bool {
        self.item == NONE
    }
}

/// What one message says, name by name.
#[derive(Debug, Clone)]
pub struct Record<'a> {
    /// Ordinal of the interchange or document in the parcel, for places.
    pub interchange: u32,
    /// Ordinal of the message in it, for places.
    pub message: u32,
    /// What was not read.
    pub unread: Vec<Unread>,
    /// How many segments or elements were looked at.
    pub parts: u32,
    entries: Vec<Entry<'a>>,
    items: Vec<Item<'a>>,
    pub(crate) contexts: Vec<Context>,
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
            parts: 0,
            entries: Vec::new(),
            items: Vec::new(),
            contexts: Vec::new(),
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
        self.entries.clear();
        self.items.clear();
        self.items.push(Item::new(List::Root, Spot::default(), ""));
    }

    /// An empty record for another message, in the same memory.
    #[must_use]
    pub fn recycle<'b>(mut self) -> Record<'b> {
        self.clear();
        self.items.clear();
        let mut record = Record {
            interchange: 0,
            message: 0,
            unread: self.unread,
            parts: 0,
            entries: self.entries.into_iter().map_while(|_| None).collect(),
            items: self.items.into_iter().map_while(|_| None).collect(),
            contexts: self.contexts,
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
    #[inline(always)]
    pub fn put(
        &mut self,
        item: ItemId,
        field: Field,
        value: Value<'a>,
        (spot, name): (Spot, &'a str),
    ) {
        let id = position(self.entries.len());
        self.entries.push(Entry { field, next: NONE, value, spot, name });
        let item = &mut self.items[item as usize];
        match std::mem::replace(&mut item.last_entry, id) {
            NONE => item.first_entry = id,
            last => self.entries[last as usize].next = id,
        }
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

    /// Says that something was not read.
    pub fn leave_unread(&mut self, name: String, spot: Spot) {
        self.unread.push(Unread { name, spot });
    }

    /// The message as a whole, to ask.
    #[must_use]
    pub fn root(&self) -> ItemRef<'_, 'a> {
        self.item(Record::ROOT)
    }

    /// An item, to ask.
    #[must_use]
    pub fn item(&self, id: ItemId) -> ItemRef<'_, 'a> {
        ItemRef { record: self, id }
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
            first_entry: NONE,
            last_entry: NONE,
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

/// One item of a record, to ask for its values.
#[derive(Debug, Clone, Copy)]
pub struct ItemRef<'r, 'a> {
    record: &'r Record<'a>,
    id: ItemId,
}

impl<'r, 'a> ItemRef<'r, 'a> {
    /// Which item.
    #[must_use]
    pub fn id(self) -> ItemId {
        self.id
    }

    /// The list it is an item of.
    #[must_use]
    pub fn list(self) -> List {
        self.inner().list
    }

    /// Its items of a list, in order.
    pub fn items(self, list: List) -> impl Iterator<Item = ItemRef<'r, 'a>> {
        self.children().filter(move |item| item.list() == list)
    }

    /// The value of a name, as it was said first.
    #[must_use]
    pub fn value(self, field: Field) -> Option<&'r Value<'a>> {
        self.entry(field).map(|entry| &entry.value)
    }

    /// True when the name has a value.
    #[must_use]
    pub fn has(self, field: Field) -> bool {
        self.entry(field).is_some()
    }

    /// The value of a text.
    #[must_use]
    pub fn text(self, field: Field) -> Option<&'r str> {
        match self.value(field)? {
            Value::Text(text) | Value::Code(text) => Some(text),
            _ => None,
        }
    }

    /// The key of a code.
    #[must_use]
    pub fn code(self, field: Field) -> Option<&'r str> {
        self.text(field)
    }

    /// The value of a number.
    #[must_use]
    pub fn decimal(self, field: Field) -> Option<Decimal> {
        match self.value(field)? {
            Value::Decimal(number) => Some(*number),
            Value::Integer(number) => Some(Decimal::from(*number)),
            _ => None,
        }
    }

    /// The value of a whole number.
    #[must_use]
    pub fn integer(self, field: Field) -> Option<i64> {
        match self.value(field)? {
            Value::Integer(number) => Some(*number),
            _ => None,
        }
    }

    /// The value of a date; of an instant its day.
    #[must_use]
    pub fn date(self, field: Field) -> Option<Date> {
        match self.value(field)? {
            Value::Date(date) => Some(*date),
            Value::Instant(instant) => Some(instant.at.date()),
            _ => None,
        }
    }

    /// The value of an instant; of a date its midnight.
    #[must_use]
    pub fn instant(self, field: Field) -> Option<Instant> {
        match self.value(field)? {
            Value::Instant(instant) => Some(*instant),
            Value::Date(date) => Some(Instant::local(date.at(0, 0, 0, 0))),
            _ => None,
        }
    }

    /// The value of a file.
    #[must_use]
    pub fn bytes(self, field: Field) -> Option<&'r [u8]> {
        match self.value(field)? {
            Value::Bytes(bytes) => Some(bytes),
            _ => None,
        }
    }

    /// Where a value stands; where the item stands when it has no such value.
    #[must_use]
    pub fn place(self, field: Field) -> Place {
        match self.entry(field) {
            Some(entry) => self.record.place(entry.spot, entry.name),
            None => self.record.place(self.inner().spot, self.inner().name),
        }
    }

    /// Every value of the item in the order it was read.
    pub fn values(self) -> impl Iterator<Item = (Field, &'r Value<'a>)> {
        self.entries().map(|entry| (entry.field, &entry.value))
    }

    /// Its items of every list, in order.
    pub fn children(self) -> impl Iterator<Item = ItemRef<'r, 'a>> {
        let record = self.record;
        let at = move |id: u32| (id != NONE).then_some(ItemRef { record, id });
        std::iter::successors(at(self.inner().first_child), move |item| at(item.inner().next))
    }

    fn entries(self) -> impl Iterator<Item = &'r Entry<'a>> {
        let entries = &self.record.entries;
        let first = entries.get(self.inner().first_entry as usize);
        std::iter::successors(first, move |entry| entries.get(entry.next as usize))
    }

    fn entry(self, field: Field) -> Option<&'r Entry<'a>> {
        self.entries().find(|entry| entry.field == field)
    }

    fn inner(self) -> &'r Item<'a> {
        &self.record.items[self.id as usize]
    }
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

/// Two records say the same when every name has the same value in the same item.
impl PartialEq for Record<'_> {
    fn eq(&self, other: &Record<'_>) -> bool {
        self.to_string() == other.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::vocabulary::field;

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
        let empty: Record<'_> = record.recycle();
        assert_eq!(empty.to_string(), "");
        assert!(!empty.root().has(field::NUMBER));
    }
}
