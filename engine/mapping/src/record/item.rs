//! Asking a record, item by item.

use super::{Entry, Item, ItemId, NONE, Record};
use crate::value::{Instant, Value};
use crate::vocabulary::{Field, List};
use acquit_domain::{Date, Decimal, Place};

/// One item of a record, to ask for its values.
#[derive(Debug, Clone, Copy)]
pub struct ItemRef<'r, 'a> {
    record: &'r Record<'a>,
    id: ItemId,
}

impl<'r, 'a> ItemRef<'r, 'a> {
    /// An item of a record.
    pub(super) const fn of(record: &'r Record<'a>, id: ItemId) -> ItemRef<'r, 'a> {
        ItemRef { record, id }
    }

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
