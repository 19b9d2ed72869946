//! Segments in the form a check at a glance wants: small tables in the order of the parts.
//!
//! They say the same as the definitions they are made from, less whatever a glance cannot tell:
//! such a component is [`Manner::Other`], such a segment has no [`Look`].

use std::sync::Arc;

use super::codes::CodeList;
use super::shape::{Class, ComponentUse, ElementUse, SegmentDef};

/// How the values of a component are looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Manner {
    /// Any characters.
    Words,
    /// A code of a list.
    Coded,
    /// A number.
    Number,
    /// Any characters, of a least number.
    Lengthy,
    /// Anything but digits.
    Letters,
    /// Not at a glance.
    Other,
}

/// One component.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Rule {
    /// Fewest characters.
    pub(crate) min: u16,
    /// Most characters.
    pub(crate) max: u16,
    /// Index of its code list, when coded.
    pub(crate) list: u16,
    /// How it is looked at.
    pub(crate) manner: Manner,
}

/// Where the components of an element stand among those of its segment, and how many they are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Span {
    pub(crate) first: u8,
    pub(crate) count: u8,
}

/// Which components must be present, as bits: bit 0 is the segment's first component, and the
/// components of all its elements follow each other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Need {
    /// The components of an element.
    pub(crate) element: u64,
    /// The mandatory ones among them; 0 when any will do.
    pub(crate) components: u64,
    /// Whether the element is mandatory.
    pub(crate) mandatory: bool,
}

impl Need {
    /// Whether what is present is enough for this element.
    #[inline]
    pub(crate) fn is_met(self, present: u64) -> bool {
        let absent = present & self.element == 0;
        let complete = self.components & !present == 0;
        (absent & !self.mandatory) | (!absent & complete)
    }
}

/// What a segment must look like.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Look {
    /// Its elements, by position; there is none at 0.
    pub(crate) spans: Box<[Span]>,
    /// The components of all its elements.
    pub(crate) rules: Box<[Rule]>,
    /// The mandatory components of its mandatory elements.
    pub(crate) required: u64,
    /// What else must be present.
    pub(crate) needs: Box<[Need]>,
}

/// The segments of a directory, in its order.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Quick {
    looks: Vec<Option<Look>>,
}

impl Quick {
    /// Makes the tables of a directory's segments.
    pub(super) fn new(
        segments: &[SegmentDef],
        elements: &[ElementUse],
        components: &[ComponentUse],
        lists: &[Arc<CodeList>],
    ) -> Quick {
        let looks = segments.iter().map(|segment| {
            let first = usize::from(segment.first);
            Look::of(&elements[first..first + usize::from(segment.count)], components, lists)
        });
        Quick { looks: looks.collect() }
    }

    /// What the segment at an index must look like; nothing when a glance cannot tell.
    #[inline]
    pub(crate) fn look(&self, segment: usize) -> Option<&Look> {
        self.looks.get(segment)?.as_ref()
    }
}

impl Look {
    /// What a component is looked at by.
    pub(crate) fn rule(&self, element: u16, component: u16) -> Option<&Rule> {
        let span = self.spans.get(usize::from(element))?;
        let inside = (1..=u16::from(span.count)).contains(&component);
        self.rules.get(usize::from(span.first) + usize::from(component) - 1).filter(|_| inside)
    }

    fn of(
        elements: &[ElementUse],
        components: &[ComponentUse],
        lists: &[Arc<CodeList>],
    ) -> Option<Look> {
        let count: usize = elements.iter().map(|element| usize::from(element.count)).sum();
        if count > u64::BITS as usize {
            return None;
        }
        let mut spans = vec![Span { first: 0, count: 0 }];
        let (mut rules, mut needs, mut required) = (Vec::new(), Vec::new(), 0);
        for element in elements {
            let at = rules.len();
            let (first, count) = (u8::try_from(at).ok()?, u8::try_from(element.count).ok()?);
            spans.push(Span { first, count });
            let from = usize::from(element.first);
            let parts = &components[from..from + usize::from(element.count)];
            rules.extend(parts.iter().map(|part| rule(part, lists)));
            // Bit 1 of a mandatory mask is component 1, which is bit `at` here.
            let needed = u64::from(element.mandatory_mask >> 1).checked_shl(at as u32)?;
            let all = ((1u64 << element.count) - 1).checked_shl(at as u32)?;
            let mandatory = element.mandatory;
            match (mandatory, needed) {
                (true, 1..) => required |= needed,
                (true, 0) => needs.push(Need { element: all, components: 0, mandatory }),
                (false, _) if needed == 0 || needed == all && element.count == 1 => {}
                (false, _) => needs.push(Need { element: all, components: needed, mandatory }),
            }
        }
        Some(Look { spans: spans.into(), rules: rules.into(), required, needs: needs.into() })
    }
}

fn rule(component: &ComponentUse, lists: &[Arc<CodeList>]) -> Rule {
    let letters = |list: u16| lists.get(usize::from(list)).is_some_and(|list| !list.has_digits());
    let manner = match (component.class, component.list) {
        (Class::Alphanumeric, Some(_)) => Manner::Coded,
        (Class::Alphabetic, Some(list)) if letters(list) => Manner::Coded,
        (Class::Alphanumeric, None) if component.min <= 1 => Manner::Words,
        (Class::Alphanumeric, None) => Manner::Lengthy,
        (Class::Alphabetic, None) => Manner::Letters,
        (Class::Numeric, None) => Manner::Number,
        _ => Manner::Other,
    };
    let ComponentUse { min, max, list, .. } = *component;
    Rule { min, max, list: list.unwrap_or(u16::MAX), manner }
}
