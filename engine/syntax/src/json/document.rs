//! A document: nodes in an arena, asked through small handles.

use super::writer::Tree;
use crate::fault::Place;
use crate::report::span;
use std::borrow::Cow;

/// "None" in a link.
pub(super) const NONE: u32 = u32::MAX;

/// What a value is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Shape {
    /// `null`.
    Null,
    /// `true` or `false`.
    Boolean,
    /// A number, as it is written.
    Number,
    /// A text.
    Text,
    /// An array.
    Array,
    /// An object.
    Object,
}

impl Shape {
    /// The word RFC 8259 uses.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Shape::Null => "null",
            Shape::Boolean => "boolean",
            Shape::Number => "number",
            Shape::Text => "string",
            Shape::Array => "array",
            Shape::Object => "object",
        }
    }
}

/// One value as it is held.
#[derive(Debug, Clone)]
pub(super) struct Held<'i> {
    pub(super) shape: Shape,
    pub(super) start: u32,
    pub(super) end: u32,
    pub(super) name: Cow<'i, str>,
    pub(super) name_at: (u32, u32),
    pub(super) text: Cow<'i, str>,
    pub(super) parent: u32,
    pub(super) next: u32,
    pub(super) first: u32,
    pub(super) last: u32,
    /// Which of its parent's, from 0.
    pub(super) index: u32,
}

/// A JSON text that was read.
#[derive(Debug, Clone)]
pub struct Document<'i> {
    pub(super) nodes: Vec<Held<'i>>,
    pub(super) complete: bool,
}

impl<'i> Document<'i> {
    /// The outermost value.
    #[must_use]
    pub fn root(&self) -> Node<'_, 'i> {
        Node { document: self, at: 0 }
    }

    /// Whether it was read to its end; otherwise the faults say why not.
    #[must_use]
    pub const fn is_complete(&self) -> bool {
        self.complete
    }

    /// Every value in the order of the text.
    pub fn nodes(&self) -> impl Iterator<Item = Node<'_, 'i>> {
        (0..self.nodes.len() as u32).map(|at| Node { document: self, at })
    }
}

/// One value of a document.
#[derive(Debug, Clone, Copy)]
pub struct Node<'d, 'i> {
    document: &'d Document<'i>,
    at: u32,
}

impl<'d, 'i> Node<'d, 'i> {
    /// What it is.
    #[must_use]
    pub fn shape(self) -> Shape {
        self.held().shape
    }

    /// The name it is a member by; empty in an array and outermost.
    #[must_use]
    pub fn name(self) -> &'d str {
        &self.held().name
    }

    /// The characters of a text, a number as written, `true`, `false` or `null`; empty for arrays
    /// and objects.
    #[must_use]
    pub fn text(self) -> &'d str {
        &self.held().text
    }

    /// Its members or elements in order.
    pub fn children(self) -> impl Iterator<Item = Node<'d, 'i>> {
        let document = self.document;
        let at = move |at: u32| (at != NONE).then_some(Node { document, at });
        std::iter::successors(at(self.held().first), move |node| at(node.held().next))
    }

    /// The first member of a name.
    #[must_use]
    pub fn member(self, name: &str) -> Option<Node<'d, 'i>> {
        let mut children = self.children();
        children.find(|child| self.shape() == Shape::Object && child.name() == name)
    }

    /// Where the value stands, its quotes and brackets included.
    #[must_use]
    pub fn place(self) -> Place {
        span(self.held().start as usize, self.held().end as usize)
    }

    /// Where its name stands, quotes included; where the value stands when it has none.
    #[must_use]
    pub fn name_place(self) -> Place {
        match self.held().name_at {
            (0, 0) => self.place(),
            (start, end) => span(start as usize, end as usize),
        }
    }

    /// The path to it (JSON Pointer, RFC 6901): `/items/0/amount`; empty for the outermost value.
    #[must_use]
    pub fn pointer(self) -> String {
        let mut path = Vec::new();
        let mut node = self;
        while node.held().parent != NONE {
            let parent = Node { document: self.document, at: node.held().parent };
            path.push(match parent.shape() {
                Shape::Object => node.name().replace('~', "~0").replace('/', "~1"),
                _ => node.held().index.to_string(),
            });
            node = parent;
        }
        path.iter().rev().flat_map(|step| ["/", step]).collect()
    }

    /// The same value to be written.
    #[must_use]
    pub fn to_tree(self) -> Tree {
        match self.shape() {
            Shape::Null => Tree::Null,
            Shape::Boolean => Tree::Boolean(self.text() == "true"),
            Shape::Number => Tree::Number(self.text().to_owned()),
            Shape::Text => Tree::Text(self.text().to_owned()),
            Shape::Array => Tree::Array(self.children().map(Node::to_tree).collect()),
            Shape::Object => {
                let member = |child: Node<'_, '_>| (child.name().to_owned(), child.to_tree());
                Tree::Object(self.children().map(member).collect())
            }
        }
    }

    fn held(self) -> &'d Held<'i> {
        &self.document.nodes[self.at as usize]
    }
}
