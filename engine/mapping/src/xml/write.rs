//! Writing: a record through a specimen to a document.

use super::source::{XmlLine, XmlSpecimen};
use crate::edifact::Unwritten;
use crate::record::{ItemRef, Record};
use crate::specimen::{At, Filling, Mark};
use crate::vocabulary::Field;
use acquit_syntax::xml::{Layout, Tree, write};
use std::collections::BTreeSet;

/// Writes a record as a document in UTF-8, indented as specimens are. An element that stands once
/// is written even when it is empty; an optional one when it says something new or must be there.
#[must_use]
pub fn write_xml(specimen: &XmlSpecimen, record: &Record<'_>) -> (String, Vec<Unwritten>) {
    let root = record.root();
    let mut writing = Writing { root, unwritten: Vec::new(), said: BTreeSet::new() };
    let tree = writing.element(&specimen.root, root);
    let (text, _) = write(&tree, Layout::Indented);
    (text, writing.unwritten)
}

struct Writing<'w> {
    /// The whole message.
    root: ItemRef<'w, 'w>,
    unwritten: Vec<Unwritten>,
    said: BTreeSet<(u32, Field)>,
}

impl Writing<'_> {
    fn element(&mut self, line: &XmlLine, item: ItemRef<'_, '_>) -> Tree {
        let mut tree = Tree::new(&*line.name);
        for (name, namespace) in &line.declarations {
            // Of several the first is ours.
            let own = namespace.split_ascii_whitespace().next().unwrap_or_default();
            tree = tree.with_attribute(&**name, own);
        }
        for (name, filling) in &line.attributes {
            if let Some(value) = self.fill(filling, line.at, item) {
                tree = tree.with_attribute(&**name, value);
            }
        }
        if let Some(filling) = &line.text {
            tree.text = self.fill(filling, line.at, item).unwrap_or_default();
        }
        for (at, child) in line.children.iter().enumerate() {
            match child.mark() {
                Mark::Once => tree.children.push(self.element(child, item)),
                Mark::Optional if self.says(child, item) || self.demands(child) => {
                    tree.children.push(self.element(child, item));
                }
                Mark::Optional => {}
                Mark::Each(list) => {
                    // Of several lines for one list each item is written by the first.
                    let earlier = line.children.iter().take(at);
                    let is_first = earlier.into_iter().all(|one| one.mark() != Mark::Each(list));
                    let items = item.items(list).filter(|_| is_first);
                    tree.children.extend(items.map(|item| self.element(child, item)));
                }
            }
        }
        tree
    }

    /// Whether an optional element must be there in this message.
    fn demands(&self, line: &XmlLine) -> bool {
        line.demand.as_ref().is_some_and(|demand| demand.holds(self.root))
    }

    /// The text of one place; nothing when the record does not say it.
    fn fill(&mut self, filling: &Filling, at: At, item: ItemRef<'_, '_>) -> Option<String> {
        match filling {
            Filling::Literal(text) | Filling::Any(text) => Some(text.to_string()),
            Filling::Format(_) => None,
            Filling::Hole(hole) => {
                let said = item.value(hole.field);
                let value = said.as_ref().and_then(|value| hole.codec.write(value));
                if value.is_none() && !hole.optional {
                    self.unwritten.push(Unwritten { field: hole.field, at });
                }
                self.said.insert((item.id(), hole.field));
                value.map(std::borrow::Cow::into_owned)
            }
        }
    }

    /// Whether an element, or one in it, would say something new.
    fn says(&self, line: &XmlLine, item: ItemRef<'_, '_>) -> bool {
        let new = |filling: &Filling| match filling {
            Filling::Hole(hole) => {
                item.has(hole.field) && !self.said.contains(&(item.id(), hole.field))
            }
            _ => false,
        };
        line.text.as_ref().is_some_and(new)
            || line.attributes.iter().any(|(_, filling)| new(filling))
            || line.children.iter().any(|child| match child.mark() {
                Mark::Each(list) => item.items(list).next().is_some(),
                Mark::Once | Mark::Optional => self.says(child, item),
            })
    }
}
