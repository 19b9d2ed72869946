//! An XML document, element by element.

use super::fields::fields;
use super::{Block, Line};
use acquit_mapping::record::Record;
use acquit_syntax::xml::Document;

/// Longest value shown, in characters: documents are sent inside of documents.
const VALUE_MAX: usize = 200;

/// Every element of a document that says something, explained; the segment number is its
/// ordinal among them.
pub(super) fn blocks(document: &Document<'_>, record: Option<&Record<'_>>) -> Vec<Block> {
    let known = fields(record);
    let mut blocks: Vec<Block> = Vec::new();
    for element in document.elements() {
        let text = element.trimmed();
        if text.is_empty() {
            continue;
        }
        let place = element.text_place();
        let span = place.byte..place.byte + u64::from(place.len.max(1));
        let names = known.range(span).flat_map(|(_, names)| names.iter().cloned()).collect();
        let cut = text.char_indices().nth(VALUE_MAX).map(|(end, _)| format!("{}...", &text[..end]));
        let line = Line {
            name: element.local_name().to_owned(),
            value: cut.unwrap_or_else(|| text.to_owned()),
            fields: names,
            ..Line::default()
        };
        let segment = u32::try_from(blocks.len() + 1).unwrap_or(u32::MAX);
        blocks.push(Block { segment, tag: element.path(), lines: vec![line], ..Block::default() });
    }
    blocks
}
