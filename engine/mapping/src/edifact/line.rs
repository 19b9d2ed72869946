//! One line of an EDIFACT specimen.

use crate::specimen::{At, Demand, Filling, Mark};
use crate::vocabulary::{Field, List};

/// A segment with names in its holes, and the lines of its group.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// Its tag.
    pub tag: Box<str>,
    /// What stands in its components, in order; empty components are left out.
    pub cells: Vec<Cell>,
    /// How often it stands here.
    pub mark: Mark,
    /// When it must be there although it is optional.
    pub demand: Option<Demand>,
    /// The list its holes belong to.
    pub list: List,
    /// Where it is written.
    pub at: At,
    /// The segment as written, without mark.
    pub text: Box<str>,
    /// The lines of the group it begins.
    pub children: Vec<Line>,
}

/// What stands in one component.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cell {
    /// Position of the element, 1 is the first after the tag.
    pub element: u16,
    /// Position of the component in the element.
    pub component: u16,
    /// What fills it.
    pub filling: Filling,
}

impl Line {
    /// The field of its first hole, which names the line to an overlay.
    #[must_use]
    pub fn first_field(&self) -> Option<Field> {
        self.cells.iter().find_map(|cell| match &cell.filling {
            Filling::Hole(hole) => Some(hole.field),
            _ => None,
        })
    }

    /// Everything that fills it and the lines of its group.
    pub(super) fn fillings(&self) -> Box<dyn Iterator<Item = &Filling> + '_> {
        let own = self.cells.iter().map(|cell| &cell.filling);
        Box::new(own.chain(self.children.iter().flat_map(Line::fillings)))
    }

    /// The segment for people: its tag and its first literal (`MOA+77`).
    #[must_use]
    pub fn name(&self) -> String {
        let literal = self.cells.iter().find_map(|cell| match &cell.filling {
            Filling::Literal(text) if cell.component == 1 => Some(text),
            _ => None,
        });
        literal.map_or_else(|| self.tag.to_string(), |text| format!("{}+{text}", self.tag))
    }
}
