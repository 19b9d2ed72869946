//! An EDIFACT message, segment by segment.

use super::fields::{Fields, fields};
use super::{Block, Line};
use crate::records::SeenEdifact;
use acquit_syntax::edifact::guide::{Directory, ElementUse, Guide, SlotId};
use acquit_syntax::edifact::tape::{Part, Segment};

/// Every segment of a message, explained.
pub(super) fn blocks(message: &SeenEdifact<'_>) -> Vec<Block> {
    let content = &message.message.content;
    let known = fields(message.record);
    let mut slots: Vec<Option<SlotId>> = vec![None; content.tape.segments.len()];
    for node in &message.checked.nodes {
        if let (Some(guide), Some(slot)) = (message.guide, slots.get_mut(node.segment as usize))
            && guide.slot(node.slot).group().is_none()
            && node.slot != SlotId(0)
        {
            *slot = Some(node.slot);
        }
    }
    let segments = content.tape.segments.iter().enumerate();
    segments.map(|(at, segment)| block(message, &known, at, segment, slots[at])).collect()
}

fn block(
    message: &SeenEdifact<'_>,
    known: &Fields,
    at: usize,
    segment: &Segment,
    slot: Option<SlotId>,
) -> Block {
    let content = &message.message.content;
    let tag_end = (segment.start + u32::from(segment.tag_len)).min(segment.end);
    let tag = content.window.get(segment.start as usize..tag_end as usize).unwrap_or_default();
    let directory = message.guide.map(Guide::directory);
    let definition = directory.and_then(|directory| directory.segment(segment.tag));
    let elements = match (directory, definition) {
        (Some(directory), Some(definition)) => directory.elements(definition),
        _ => &[],
    };
    let parts = content.tape.parts_of(segment).iter();
    let lines = parts
        .filter(|part| part.start < part.end)
        .map(|part| line(message, directory, elements, known, part))
        .collect();
    Block {
        message: 0,
        segment: u32::try_from(at + 1).unwrap_or(u32::MAX),
        tag: String::from_utf8_lossy(tag).into_owned(),
        name: definition.map(|definition| definition.name.to_string()).unwrap_or_default(),
        slot: match (message.guide, slot) {
            (Some(guide), Some(slot)) => standing(guide, slot),
            (Some(_), None) => "has no place in the message here".to_owned(),
            (None, _) => String::new(),
        },
        lines,
    }
}

/// Where a slot stands: its group, how often it may occur, whether it must.
fn standing(guide: &Guide, id: SlotId) -> String {
    let slot = guide.slot(id);
    let must = if slot.mandatory { "mandatory" } else { "conditional" };
    let group = match guide.slot(slot.parent).group() {
        Some(number) => format!("SG{number} \u{b7} "),
        None => String::new(),
    };
    format!("{group}1..{} \u{b7} {must}", slot.repeat)
}

fn line(
    message: &SeenEdifact<'_>,
    directory: Option<&Directory>,
    elements: &[ElementUse],
    known: &Fields,
    part: &Part,
) -> Line {
    let value = message.message.content.text(part).into_owned();
    let first = message.message.byte + u64::from(part.start);
    let element = usize::from(part.element).checked_sub(1).and_then(|at| elements.get(at));
    let component = directory.zip(element).and_then(|(directory, element)| {
        directory.components(element).get(usize::from(part.component).saturating_sub(1))
    });
    let name = directory.zip(component).and_then(|(directory, of)| directory.element_name(of.id));
    let meaning =
        directory.zip(component).and_then(|(directory, of)| directory.code_name(of.id, &value));
    Line {
        element: part.element,
        component: if element.is_some_and(|element| element.id.is_composite()) {
            part.component
        } else {
            part.component.saturating_sub(1)
        },
        id: component.map(|component| component.id.to_string()).unwrap_or_default(),
        name: name.unwrap_or_default().to_owned(),
        meaning: meaning.unwrap_or_default().to_owned(),
        fields: known.get(&first).cloned().unwrap_or_default(),
        value,
    }
}
