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
use crate::edifact::guide::{CODE_MAX, Directory, Manner, Rule};
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
    /// The bits of a [place](Part::place) that count.
    counts: u64,
    /// The code that stood there, when one did.
    code: u64,
    /// Fewest bytes of words or a code, and how many more there may be.
    least: u32,
    more: u32,
    rule: Rule,
    takes: Takes,
}

/// What is looked for at a position.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Takes {
    /// It is empty.
    Nothing,
    /// Words.
    Words,
    /// A code.
    Code,
    /// What its rule says.
    Other,
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
                let rule = *look.rule(part.element, part.component)?;
                Some(Position::of(part, rule, input))
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
            part.place() & position.counts == position.place
                && position.takes(directory, input, part)
        })
}

impl Position {
    /// Where a part stands that is right.
    fn of(part: &Part, rule: Rule, input: &Input<'_>) -> Position {
        const RELEASED: u64 = (Part::RELEASED as u64) << 48;
        let takes = match rule.manner {
            _ if part.start == part.end => Takes::Nothing,
            Manner::Coded => Takes::Code,
            Manner::Words => Takes::Words,
            _ => Takes::Other,
        };
        // Release characters are left to the value; codes are looked at without.
        let counts = if takes == Takes::Code { u64::MAX } else { !RELEASED };
        let coded = (takes == Takes::Code).then(|| value::pack(input.window, part).0);
        let most = if takes == Takes::Code { rule.max.min(CODE_MAX as u16) } else { rule.max };
        let least = rule.min.max(1);
        Position {
            place: part.place() & counts,
            counts,
            code: coded.unwrap_or_default(),
            least: u32::from(least),
            more: u32::from(most.saturating_sub(least)),
            rule,
            takes,
        }
    }

    /// Whether a part that stands here is right at a glance.
    #[inline(always)]
    fn takes(&self, directory: &Directory, input: &Input<'_>, part: &Part) -> bool {
        let length = part.end - part.start;
        let fits = length.wrapping_sub(self.least) <= self.more;
        match self.takes {
            Takes::Nothing => length == 0,
            Takes::Words => fits && input.window.get(part.start as usize) != Some(&b' '),
            Takes::Code => {
                fits && {
                    let code = value::pack(input.window, part);
                    code.0 == self.code || directory.lists()[usize::from(self.rule.list)].has(code)
                }
            }
            Takes::Other => length > 0 && value::is_plain(&self.rule, directory, input, part),
        }
    }
}
