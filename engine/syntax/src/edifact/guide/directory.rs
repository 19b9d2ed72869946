//! A directory: segments, composites, elements and code values of one release.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::codes::{self, Code, CodeList};
use super::quick::{Look, Quick};
use super::raw::{Raw, RawElement, RawList, RawUse};
use super::shape::{COMPONENTS_MAX, ComponentUse, ELEMENTS_MAX, ElementId, ElementUse, SegmentDef};
use super::text::{Flaw, Flaws};
use crate::edifact::tape::Tag;

/// Segments and code values of one release, shared by the guides of its messages.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Directory {
    name: String,
    segments: Vec<SegmentDef>,
    elements: Vec<ElementUse>,
    components: Vec<ComponentUse>,
    quick: Quick,
    lists: Vec<Arc<CodeList>>,
    names: BTreeMap<ElementId, Arc<str>>,
}

impl Directory {
    /// Reads `segments.guide` and `codes.guide` of one release.
    #[must_use]
    pub fn read(segments: &str, codes: &str) -> (Directory, Vec<Flaw>) {
        let (raw, mut flaws) = Raw::read(segments);
        let (lists, more) = codes::read(codes, raw.directory);
        flaws.all.extend(more);
        let mut directory = Directory {
            name: raw.directory.to_owned(),
            lists: lists.into_iter().map(Arc::new).collect(),
            ..Directory::default()
        };
        for (tag, segment) in &raw.segments {
            directory.define(*tag, segment, &raw, &mut flaws);
        }
        directory.segments.sort_by_key(|segment| segment.tag);
        directory.quick = Quick::new(
            &directory.segments,
            &directory.elements,
            &directory.components,
            &directory.lists,
        );
        if directory.components.len() > usize::from(u16::MAX) {
            flaws.line(1, 1, format!("the segments use more than {} components", u16::MAX));
        }
        for (id, composite) in &raw.composites {
            directory.names.insert(*id, Arc::from(composite.name));
        }
        for (id, element) in &raw.elements {
            directory.names.insert(*id, Arc::from(element.name));
        }
        let coded: Vec<ElementId> =
            raw.elements.iter().filter(|(_, e)| e.coded).map(|(id, _)| *id).collect();
        codes::agree(&directory, &coded, &mut flaws.all);
        flaws.all.sort();
        (directory, flaws.all)
    }

    /// This directory with the segments of another added: UNH, UNS and UNT come from the service
    /// directory of the interchange's syntax version. Code lists are shared, not copied.
    #[must_use]
    pub fn with(&self, service: &Directory) -> Directory {
        let mut joined = self.clone();
        let moved = u16::try_from(joined.lists.len()).unwrap_or(u16::MAX);
        joined.lists.extend(service.lists.iter().cloned());
        for segment in &service.segments {
            if self.segment(segment.tag).is_some() {
                continue;
            }
            let first = joined.elements.len();
            for element in service.elements(segment) {
                let start = joined.components.len();
                joined.components.extend(service.components(element).iter().map(|component| {
                    let list = component.list.map(|list| list.saturating_add(moved));
                    ComponentUse { list, ..*component }
                }));
                joined.elements.push(ElementUse { first: narrow(start), ..*element });
            }
            joined.segments.push(SegmentDef { first: narrow(first), ..segment.clone() });
        }
        joined.segments.sort_by_key(|segment| segment.tag);
        joined.quick =
            Quick::new(&joined.segments, &joined.elements, &joined.components, &joined.lists);
        for (id, name) in &service.names {
            joined.names.entry(*id).or_insert_with(|| Arc::clone(name));
        }
        joined
    }

    /// Its name: `D.96A`, `SERVICE-3`.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The definition of a segment.
    #[must_use]
    pub fn segment(&self, tag: Tag) -> Option<&SegmentDef> {
        self.index_of(tag).map(|index| &self.segments[usize::from(index)])
    }

    /// All segments, by tag.
    #[must_use]
    pub fn segments(&self) -> &[SegmentDef] {
        &self.segments
    }

    /// The elements of a segment of this directory, in order.
    #[must_use]
    #[inline]
    pub fn elements(&self, segment: &SegmentDef) -> &[ElementUse] {
        let first = usize::from(segment.first);
        &self.elements[first..first + usize::from(segment.count)]
    }

    /// The components of an element of this directory, in order.
    #[must_use]
    #[inline]
    pub fn components(&self, element: &ElementUse) -> &[ComponentUse] {
        let first = usize::from(element.first);
        &self.components[first..first + usize::from(element.count)]
    }

    /// What the segment at an index must look like; nothing when a glance cannot tell.
    #[inline]
    pub(crate) fn look(&self, segment: usize) -> Option<&Look> {
        self.quick.look(segment)
    }

    /// All code lists.
    #[must_use]
    pub fn lists(&self) -> &[Arc<CodeList>] {
        &self.lists
    }

    /// The values of a coded element.
    #[must_use]
    pub fn list(&self, id: ElementId) -> Option<&CodeList> {
        self.lists.iter().find(|list| list.id == id).map(AsRef::as_ref)
    }

    /// Name of an element or composite.
    #[must_use]
    pub fn element_name(&self, id: ElementId) -> Option<&str> {
        self.names.get(&id).map(AsRef::as_ref).filter(|name: &&str| !name.is_empty())
    }

    /// Name of a code value of an element.
    #[must_use]
    pub fn code_name(&self, id: ElementId, value: &str) -> Option<&str> {
        self.list(id)?.name(Code::new(value.as_bytes())?)
    }

    pub(crate) fn index_of(&self, tag: Tag) -> Option<u16> {
        self.segments.binary_search_by_key(&tag, |segment| segment.tag).ok().map(narrow)
    }

    fn define(&mut self, tag: Tag, raw: &RawList<'_>, all: &Raw<'_>, flaws: &mut Flaws) {
        let first = self.elements.len();
        let mut mandatory_mask = 0u64;
        for (index, item) in raw.uses.iter().enumerate() {
            if index >= ELEMENTS_MAX {
                flaws.at(item.at, format!("a segment has at most {ELEMENTS_MAX} elements"));
                break;
            }
            mandatory_mask |= u64::from(item.mandatory) << (index + 1);
            self.element(item, all, flaws);
        }
        self.segments.push(SegmentDef {
            tag,
            name: Arc::from(raw.name),
            first: narrow(first),
            count: narrow(self.elements.len() - first),
            mandatory_mask,
        });
    }

    fn element(&mut self, item: &RawUse<'_>, all: &Raw<'_>, flaws: &mut Flaws) {
        let first = self.components.len();
        let mut mandatory_mask = 0u32;
        let parts: &[RawUse<'_>] = match all.composites.get(&item.id) {
            Some(composite) => &composite.uses,
            None if item.id.is_composite() => {
                flaws.at(item.at, format!("composite {} is not defined below", item.id));
                &[]
            }
            // A simple element stands as the only, and then mandatory, component of itself.
            None => &[RawUse { mandatory: true, ..*item }],
        };
        for (index, part) in parts.iter().enumerate().take(COMPONENTS_MAX) {
            mandatory_mask |= u32::from(part.mandatory) << (index + 1);
            match all.elements.get(&part.id) {
                Some(element) => self.define_component(part, element),
                None => flaws.at(part.at, format!("element {} is not defined below", part.id)),
            }
        }
        self.elements.push(ElementUse {
            id: item.id,
            mandatory: item.mandatory,
            repeat: item.repeat,
            first: narrow(first),
            count: narrow(self.components.len() - first),
            mandatory_mask,
        });
    }

    fn define_component(&mut self, part: &RawUse<'_>, element: &RawElement<'_>) {
        let list = self.lists.iter().position(|list| element.coded && list.id == part.id);
        self.components.push(ComponentUse {
            id: part.id,
            mandatory: part.mandatory,
            class: element.shape.0,
            min: element.shape.1,
            max: element.shape.2,
            list: list.map(narrow),
        });
    }
}

/// Indices fit: a directory too large for 16 bits is told as a flaw when it is read.
fn narrow(index: usize) -> u16 {
    u16::try_from(index).unwrap_or(u16::MAX)
}
