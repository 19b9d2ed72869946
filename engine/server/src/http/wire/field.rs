//! Every value of a canonical record with the place it came from.

use super::PlaceWire;
use crate::records::{Seen, Unreadable, visit_some};
use acquit_domain::mask::mask;
use acquit_mapping::record::{ItemRef, Record};
use acquit_mapping::rulebook::Rulebook;
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};
use utoipa::ToSchema;

/// Longest value shown, in characters: documents travel inside of messages.
const VALUE_MAX: usize = 1_000;

/// Most values of one message.
const FIELDS_MAX: usize = 10_000;

/// One value of the canonical record.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct FieldWire {
    /// Its canonical name; below an item of a list, with the list and the item's ordinal from 1
    /// (`lines[2].net`).
    pub name: String,
    /// The value, decoded; card numbers masked; of a file the number of its bytes.
    pub value: String,
    /// Where it stands. EDIFACT: segment, element, component and byte; XML: path and byte.
    pub place: PlaceWire,
}

/// The values of some messages, each by the ordinals of its interchange or document and of the
/// message in it. What no specimen reads has none.
pub(crate) fn fields(
    book: &Rulebook,
    bytes: &[u8],
    wanted: &BTreeSet<(u32, u32)>,
) -> BTreeMap<(u32, u32), Vec<FieldWire>> {
    let mut found = BTreeMap::new();
    let is_wanted = |interchange, message| wanted.contains(&(interchange, message));
    let visited = visit_some::<Unreadable>(book, bytes, &is_wanted, &mut |seen| {
        let (ordinals, record) = match seen {
            Seen::Edifact(seen) => ((seen.message.interchange, seen.message.number), seen.record),
            Seen::Xml { document, record } => ((document.ordinal(), 1), record),
        };
        found.insert(ordinals, record.map(of_record).unwrap_or_default());
        Ok(())
    });
    if let Err(Unreadable(why)) = visited {
        tracing::debug!(why, "no places can be shown");
    }
    found
}

fn of_record(record: &Record<'_>) -> Vec<FieldWire> {
    let mut fields = Vec::new();
    item(record.root(), "", &mut fields);
    fields.sort_by_key(|field: &FieldWire| field.place.byte);
    fields
}

fn item(from: ItemRef<'_, '_>, path: &str, fields: &mut Vec<FieldWire>) {
    for (field, value) in from.values() {
        if fields.len() >= FIELDS_MAX {
            return;
        }
        let text = value.to_string();
        let cut = text.char_indices().nth(VALUE_MAX).map_or(text.len(), |(end, _)| end);
        fields.push(FieldWire {
            name: format!("{path}{}", field.key()),
            value: mask(&text[..cut]).into_owned(),
            place: PlaceWire::from(&from.place(field)),
        });
    }
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    for child in from.children() {
        let list = child.list().key();
        let count = counts.entry(list).or_default();
        *count += 1;
        item(child, &format!("{path}{list}[{count}]."), fields);
    }
}
