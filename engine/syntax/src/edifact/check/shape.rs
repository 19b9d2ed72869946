//! Segments like the ones before.
//!
//! Which components a segment says is nearly always what another segment of its kind said before
//! it: then only the values are new. A *shape* is what was found right at a glance, position by
//! position; it is learnt from [`segment::is_plain`] and allows nothing that function does not.
//!
//! Shapes are not kept with the guide, which never changes once it was read, but with whoever
//! checks: two who check the same message come to the same end, whatever they saw before.

use std::sync::Arc;

use super::{Input, segment, value};
use crate::edifact::guide::{Directory, Rule};
use crate::edifact::tape::Part;

/// How many shapes of a segment are remembered.
const SHAPES: usize = 2;

/// The shapes of the segments of a directory.
#[derive(Debug, Clone, Default)]
pub(super) struct Shapes {
    /// The directory they were learnt with.
    directory: Option<Arc<Directory>>,
    /// By definition.
    known: Vec<Known>,
}

/// The shapes of one segment, and which of them is forgotten next.
#[derive(Debug, Clone, Default)]
struct Known {
    shapes: [Vec<Position>; SHAPES],
    next: usize,
}

/// What is said, or left empty, at one position.
#[derive(Debug, Clone, Copy)]
struct Position {
    place: u64,
    rule: Rule,
    empty: bool,
}

impl Shapes {
    /// Prepares for segments of a directory.
    pub(super) fn begin(&mut self, directory: &Arc<Directory>) {
        if !self.directory.as_ref().is_some_and(|known| Arc::ptr_eq(known, directory)) {
            self.directory = Some(Arc::clone(directory));
            self.known.clear();
            self.known.resize_with(directory.segments().len(), Known::default);
        }
    }

    /// [`segment::is_plain`], remembering what was.
    #[inline]
    pub(super) fn is_plain(
        &mut self,
        directory: &Directory,
        definition: usize,
        input: &Input<'_>,
        parts: &[Part],
    ) -> bool {
        let Some(known) = self.known.get_mut(definition) else { return false };
        known.shapes.iter().any(|shape| fits(shape, directory, input, parts))
            || known.learn(directory, definition, input, parts)
    }
}

impl Known {
    /// Looks at a segment of another shape, which is remembered when it is right.
    #[inline(never)]
    fn learn(
        &mut self,
        directory: &Directory,
        definition: usize,
        input: &Input<'_>,
        parts: &[Part],
    ) -> bool {
        let plain = segment::is_plain(directory, definition, input, parts);
        if plain && let Some(look) = directory.look(definition) {
            let positions = parts.iter().map(|part| {
                let rule = look.rule(part.element, part.component)?;
                // Release characters are left to the value.
                let (place, empty) = (part.unreleased_place(), part.start == part.end);
                Some(Position { place, rule: *rule, empty })
            });
            let shape = &mut self.shapes[self.next % SHAPES];
            shape.clear();
            shape.extend(positions.map_while(|position| position));
            if shape.len() < parts.len() {
                shape.clear();
            }
            self.next += 1;
        }
        plain
    }
}

/// Whether a segment has a shape and its values are right at a glance.
#[inline]
fn fits(shape: &[Position], directory: &Directory, input: &Input<'_>, parts: &[Part]) -> bool {
    shape.len() == parts.len()
        && !parts.is_empty()
        && parts.iter().zip(shape).all(|(part, position)| {
            let empty = part.start == part.end;
            part.unreleased_place() == position.place
                && empty == position.empty
                && (empty || value::is_plain(&position.rule, directory, input, part))
        })
}
