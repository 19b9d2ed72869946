//! Where each value of a record stands: the way back from a place to its canonical names.

use acquit_mapping::record::{ItemRef, Record};
use std::collections::BTreeMap;

/// Canonical names by the first byte of the value they were read from.
pub(super) type Fields = BTreeMap<u64, Vec<String>>;

/// The names of everything a record says.
pub(super) fn fields(record: Option<&Record<'_>>) -> Fields {
    let mut fields = Fields::new();
    if let Some(record) = record {
        item(record.root(), &mut fields);
    }
    fields
}

fn item(from: ItemRef<'_, '_>, fields: &mut Fields) {
    for (field, _) in from.values() {
        let place = from.place(field);
        let names = fields.entry(place.byte).or_default();
        let name = field.to_string();
        if place.len > 0 && !names.contains(&name) {
            names.push(name);
        }
    }
    from.children().for_each(|child| item(child, fields));
}
