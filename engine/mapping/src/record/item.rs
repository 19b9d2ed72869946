//! Asking a record, item by item.

use super::entry::{Entry, Held};
use super::{Item, ItemId, NONE, Record};
use crate::value::{Instant, Value};
use crate::vocabulary::{Field, List};
use acquit_domain::{Date, Decimal, Place};
use std::borrow::Cow;

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
    pub fn value(self, field: Field) -> Option<Value<'r>> {
        self.entry(field).map(|entry| self.lent(entry))
    }

    /// True when the name has a value.
    #[must_use]
    pub fn has(self, field: Field) -> bool {
        self.entry(field).is_some()
    }

    /// The value of a text.
    #[must_use]
    pub fn text(self, field: Field) -> Option<&'r str> {
        self.characters(self.entry(field)?)
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
            Value::Decimal(number) => Some(number),
            Value::Integer(number) => Some(Decimal::from(number)),
            _ => None,
        }
    }

    /// The value of a whole number.
    #[must_use]
    pub fn integer(self, field: Field) -> Option<i64> {
        match self.value(field)? {
            Value::Integer(number) => Some(number),
            _ => None,
        }
    }

    /// The value of a date; of an instant its day.
    #[must_use]
    pub fn date(self, field: Field) -> Option<Date> {
        match self.value(field)? {
            Value::Date(date) => Some(date),
            Value::Instant(instant) => Some(instant.at.date()),
            _ => None,
        }
    }

    /// The value of an instant; of a date its midnight.
    #[must_use]
    pub fn instant(self, field: Field) -> Option<Instant> {
        match self.value(field)? {
            Value::Instant(instant) => Some(instant),
            Value::Date(date) => Some(Instant::local(date.at(0, 0, 0, 0))),
            _ => None,
        }
    }

    /// The value of a file.
    #[must_use]
    pub fn bytes(self, field: Field) -> Option<&'r [u8]> {
        let Held::Apart(at) = self.entry(field)?.held() else { return None };
        match &self.record.apart[at as usize].value {
            Value::Bytes(bytes) => Some(bytes),
            _ => None,
        }
    }

    /// Where a value stands; where the item stands when it has no such value.
    #[must_use]
    pub fn place(self, field: Field) -> Place {
        let record = self.record;
        let Some(entry) = self.entry(field) else {
            return record.place(self.inner().spot, self.inner().name);
        };
        if let Held::Apart(at) = entry.held() {
            let apart = &record.apart[at as usize];
            return record.place(apart.spot, apart.name);
        }
        let found = record.source.map(|source| source.spot(entry.part));
        let (spot, tag) = found.unwrap_or_default();
        record.place(spot, &tag)
    }

    /// Every value of the item in the order it was read.
    pub fn values(self) -> impl Iterator<Item = (Field, Value<'r>)> {
        self.entries().map(move |entry| (entry.field, self.lent(entry)))
    }

    /// Its items of every list, in order.
    pub fn children(self) -> impl Iterator<Item = ItemRef<'r, 'a>> {
        let record = self.record;
        let at = move |id: u32| (id != NONE).then_some(ItemRef { record, id });
        std::iter::successors(at(self.inner().first_child), move |item| at(item.inner().next))
    }

    /// The entries, in the order they were read.
    fn entries(self) -> impl Iterator<Item = &'r Entry> {
        let record = self.record;
        let at = move |run: u32| (run != NONE).then_some(run as usize);
        let runs =
            std::iter::successors(
                at(self.inner().first_run),
                move |run| at(record.runs[*run].next),
            );
        runs.flat_map(move |run| record.entries_of(run))
    }

    fn entry(self, field: Field) -> Option<&'r Entry> {
        let record = self.record;
        let mut run = self.inner().first_run;
        while let Some(this) = record.runs.get(run as usize) {
            let of_run = record.entries_of(run as usize);
            if let Some(entry) = of_run.iter().find(|entry| entry.field == field) {
                return Some(entry);
            }
            run = this.next;
        }
        None
    }

    /// The characters of a text or a key.
    fn characters(self, entry: &Entry) -> Option<&'r str> {
        let record = self.record;
        match entry.held() {
            Held::Text => Some(record.characters(entry.part)),
            Held::Key(at) => record.keys.get(at as usize).copied(),
            Held::Apart(at) => match &record.apart[at as usize].value {
                Value::Text(text) | Value::Code(text) => Some(text),
                _ => None,
            },
            Held::Decimal { .. } | Held::Integer(_) | Held::Date(_) => None,
        }
    }

    /// The value of an entry.
    fn lent(self, entry: &Entry) -> Value<'r> {
        let characters = || Cow::Borrowed(self.characters(entry).unwrap_or_default());
        match entry.held() {
            Held::Text => Value::Text(characters()),
            Held::Key(_) => Value::Code(characters()),
            Held::Decimal { mantissa, scale } => {
                Value::Decimal(Decimal::new(mantissa, u32::from(scale)))
            }
            Held::Integer(number) => Value::Integer(number),
            Held::Date(date) => Value::Date(date),
            Held::Apart(at) => self.record.apart[at as usize].value.lent(),
        }
    }

    fn inner(self) -> &'r Item<'a> {
        &self.record.items[self.id as usize]
    }
}
