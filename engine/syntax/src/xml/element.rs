//! Handles to look at a document with: an element, its attributes, its children.

use super::document::{AttributeNode, DeclarationNode, Document, NONE, Node};
use super::tree::Tree;
use crate::fault::Place;

/// One element of a document. A handle: cheap to copy.
#[derive(Clone, Copy)]
pub struct Element<'d> {
    pub(super) document: &'d Document<'d>,
    pub(super) index: u32,
}

impl std::fmt::Debug for Element<'_> {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(out, "<{}> at {}", self.qualified_name(), self.place().byte)
    }
}

impl<'d> Element<'d> {
    /// The name without its prefix.
    #[must_use]
    pub fn local_name(self) -> &'d str {
        self.document.name(self.node().name).1
    }

    /// The prefix as written, declared or not.
    #[must_use]
    pub fn prefix(self) -> Option<&'d str> {
        self.document.name(self.node().name).0
    }

    /// The name as written, prefix included.
    #[must_use]
    pub fn qualified_name(self) -> &'d str {
        self.document.qualified(self.node().name)
    }

    /// The namespace the name is in. `None` for no namespace and for an undeclared prefix.
    #[must_use]
    pub fn namespace(self) -> Option<&'d str> {
        self.document.namespace(self.node().namespace)
    }

    /// The attributes in order, namespace declarations left out.
    #[must_use]
    pub fn attributes(self) -> Attributes<'d> {
        let (start, end) = self.node().attributes;
        let nodes = &self.document.attributes[start as usize..end as usize];
        Attributes { document: self.document, nodes: nodes.iter() }
    }

    /// The value of the attribute with this local name and no prefix.
    #[must_use]
    pub fn attribute(self, name: &str) -> Option<&'d str> {
        let found =
            self.attributes().find(|found| found.qualified_name() == name && !name.contains(':'));
        found.map(Attribute::value)
    }

    /// The namespace declarations written on this very element, in order.
    pub fn declarations(self) -> impl ExactSizeIterator<Item = Declaration<'d>> {
        let (start, end) = self.node().declarations;
        let nodes = &self.document.declarations[start as usize..end as usize];
        nodes.iter().map(move |node| self.declaration(node))
    }

    /// The element around this one; `None` for the root.
    #[must_use]
    pub fn parent(self) -> Option<Self> {
        self.at(self.node().parent)
    }

    /// The child elements in order.
    #[must_use]
    pub fn children(self) -> Children<'d> {
        Children { next: self.at(self.node().first_child) }
    }

    /// The first child element with this local name, in whatever namespace.
    #[must_use]
    pub fn child(self, local_name: &str) -> Option<Self> {
        self.children().find(|child| child.local_name() == local_name)
    }

    /// The character data directly in this element, put together: references resolved, CDATA
    /// sections included, line ends as line feeds (XML 1.0, 2.11). White space alone beside child
    /// elements is layout and left out.
    #[must_use]
    pub fn text(self) -> &'d str {
        self.document.stored(self.node().text)
    }

    /// [`Element::text`] without the white space of XML around it.
    #[must_use]
    pub fn trimmed(self) -> &'d str {
        self.text().trim_matches([' ', '\t', '\n', '\r'])
    }

    /// Position in document order: the root is 0.
    #[must_use]
    pub fn index(self) -> usize {
        self.index as usize
    }

    /// Where the element stands in the input, from its `<` to behind its last `>`.
    #[must_use]
    pub fn place(self) -> Place {
        self.document.place(self.node().span)
    }

    /// Where its text stands in the input; where it would stand when it is empty.
    #[must_use]
    pub fn text_place(self) -> Place {
        self.document.place(self.node().text_span)
    }

    /// The path from the root by local names, `/Facture/Ligne[2]/Montant`; a position where
    /// siblings share the name. Computed by walking the siblings.
    #[must_use]
    pub fn path(self) -> String {
        let mut steps: Vec<String> =
            std::iter::successors(Some(self), |element| element.parent()).map(Self::step).collect();
        steps.reverse();
        steps.concat()
    }

    /// The element and all below it as a tree of its own, ready to write.
    #[must_use]
    pub fn to_tree(self) -> Tree {
        Tree::copy(self)
    }

    /// The last step of the path.
    fn step(self) -> String {
        let name = self.local_name();
        let Some(parent) = self.parent() else { return format!("/{name}") };
        let (mut position, mut count) = (0, 0);
        for sibling in parent.children().filter(|sibling| sibling.local_name() == name) {
            count += 1;
            if sibling.index == self.index {
                position = count;
            }
        }
        if count > 1 { format!("/{name}[{position}]") } else { format!("/{name}") }
    }

    /// Its entry in the arena.
    fn node(self) -> &'d Node {
        &self.document.nodes[self.index as usize]
    }

    /// The element with this index, unless it is [`NONE`].
    fn at(self, index: u32) -> Option<Self> {
        (index != NONE).then_some(Element { document: self.document, index })
    }

    /// A declaration to look at.
    fn declaration(self, node: &'d DeclarationNode) -> Declaration<'d> {
        let prefix = self.document.source(node.prefix);
        Declaration {
            prefix: (!prefix.is_empty()).then_some(prefix),
            namespace: self.document.stored(node.namespace),
        }
    }
}

impl Document<'_> {
    /// A span of the source as a place in the input.
    fn place(&self, span: (u32, u32)) -> Place {
        let byte = self.decoded.input_offset(span.0 as usize);
        let end = self.decoded.input_offset(span.1 as usize);
        let len = u32::try_from(end - byte).unwrap_or(u32::MAX);
        Place { interchange: self.ordinal, byte, len, ..Place::default() }
    }
}

/// A namespace declaration, `xmlns` or `xmlns:prefix`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Declaration<'d> {
    /// The prefix bound; `None` for the default namespace.
    pub prefix: Option<&'d str>,
    /// The namespace it is bound to; empty when the default namespace is taken away.
    pub namespace: &'d str,
}

/// One attribute. A handle: cheap to copy.
#[derive(Clone, Copy)]
pub struct Attribute<'d> {
    document: &'d Document<'d>,
    node: &'d AttributeNode,
}

impl std::fmt::Debug for Attribute<'_> {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(out, "{}={:?}", self.qualified_name(), self.value())
    }
}

impl<'d> Attribute<'d> {
    /// The name without its prefix.
    #[must_use]
    pub fn local_name(self) -> &'d str {
        self.document.name(self.node.name).1
    }

    /// The prefix as written, declared or not.
    #[must_use]
    pub fn prefix(self) -> Option<&'d str> {
        self.document.name(self.node.name).0
    }

    /// The name as written, prefix included.
    #[must_use]
    pub fn qualified_name(self) -> &'d str {
        self.document.qualified(self.node.name)
    }

    /// The namespace of its prefix; an attribute without prefix is in none.
    #[must_use]
    pub fn namespace(self) -> Option<&'d str> {
        self.document.namespace(self.node.namespace)
    }

    /// The value: references resolved, white space normalized (XML 1.0, 3.3.3).
    #[must_use]
    pub fn value(self) -> &'d str {
        self.document.stored(self.node.value)
    }

    /// Where the value stands in the input, without its quotes.
    #[must_use]
    pub fn place(self) -> Place {
        self.document.place(self.node.span)
    }
}

/// The attributes of an element, in order.
#[derive(Clone)]
pub struct Attributes<'d> {
    document: &'d Document<'d>,
    nodes: std::slice::Iter<'d, AttributeNode>,
}

impl std::fmt::Debug for Attributes<'_> {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.debug_list().entries(self.clone()).finish()
    }
}

impl<'d> Iterator for Attributes<'d> {
    type Item = Attribute<'d>;

    fn next(&mut self) -> Option<Attribute<'d>> {
        let node = self.nodes.next()?;
        Some(Attribute { document: self.document, node })
    }
}

/// The child elements of an element, in order.
#[derive(Debug, Clone)]
pub struct Children<'d> {
    next: Option<Element<'d>>,
}

impl<'d> Iterator for Children<'d> {
    type Item = Element<'d>;

    fn next(&mut self) -> Option<Element<'d>> {
        let element = self.next?;
        self.next = element.at(element.node().next);
        Some(element)
    }
}
