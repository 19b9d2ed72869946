//! One document: an arena of elements whose names and texts are spans.

use super::XML_NAMESPACE;
use super::element::Element;
use super::encoding::{Decoded, Encoding};

/// "No such element" or "no namespace" in an index.
pub(super) const NONE: u32 = u32::MAX;
/// The index of the namespace of the prefix `xml`, which nobody declares.
pub(super) const XML: u32 = u32::MAX - 1;

/// Where a text stands: as it is in the source, or resolved in the document's own buffer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Stored {
    /// In the source, from and to these offsets.
    Source(u32, u32),
    /// In the buffer of resolved texts, from and to these offsets.
    Resolved(u32, u32),
}

/// A qualified name in the source.
#[derive(Debug, Clone, Copy)]
pub(super) struct Name {
    /// Offset of its first byte.
    pub(super) start: u32,
    /// Bytes of the whole name.
    pub(super) length: u16,
    /// Bytes of the prefix without its colon; 0 when there is none.
    pub(super) prefix: u16,
}

/// One element in the arena.
#[derive(Debug, Clone)]
pub(super) struct Node {
    /// The parent, or [`NONE`] for the root.
    pub(super) parent: u32,
    /// The next sibling, or [`NONE`].
    pub(super) next: u32,
    /// The first child, or [`NONE`].
    pub(super) first_child: u32,
    /// The name.
    pub(super) name: Name,
    /// Which declaration gives its namespace: an index, [`NONE`] or [`XML`].
    pub(super) namespace: u32,
    /// Its attributes, from and to these indices.
    pub(super) attributes: (u32, u32),
    /// Its namespace declarations, from and to these indices.
    pub(super) declarations: (u32, u32),
    /// Its text.
    pub(super) text: Stored,
    /// Where its text stands in the source, markup between its pieces included.
    pub(super) text_span: (u32, u32),
    /// Where the element stands in the source, from `<` to behind the last `>`.
    pub(super) span: (u32, u32),
}

/// One attribute in the arena.
#[derive(Debug, Clone)]
pub(super) struct AttributeNode {
    /// The name.
    pub(super) name: Name,
    /// Which declaration gives its namespace: an index, [`NONE`] or [`XML`].
    pub(super) namespace: u32,
    /// The value.
    pub(super) value: Stored,
    /// Where the value stands in the source, without its quotes.
    pub(super) span: (u32, u32),
}

/// One namespace declaration in the arena.
#[derive(Debug, Clone)]
pub(super) struct DeclarationNode {
    /// The prefix in the source, from and to these offsets; empty for the default namespace.
    pub(super) prefix: (u32, u32),
    /// The namespace; empty when the default namespace is taken away.
    pub(super) namespace: Stored,
}

/// One XML document. It always has a root element; whether it was read to its end says
/// [`Document::is_complete`].
#[derive(Debug, Clone)]
pub struct Document<'i> {
    pub(super) decoded: Decoded<'i>,
    pub(super) ordinal: u32,
    pub(super) complete: bool,
    pub(super) resolved: String,
    pub(super) nodes: Vec<Node>,
    pub(super) attributes: Vec<AttributeNode>,
    pub(super) declarations: Vec<DeclarationNode>,
}

impl<'i> Document<'i> {
    /// A document nothing was read of yet.
    pub(super) fn begin(decoded: Decoded<'i>, ordinal: u32) -> Self {
        Self {
            decoded,
            ordinal,
            complete: false,
            resolved: String::new(),
            nodes: Vec::new(),
            attributes: Vec::new(),
            declarations: Vec::new(),
        }
    }
}

impl Document<'_> {
    /// The root element.
    #[must_use]
    pub fn root(&self) -> Element<'_> {
        Element { document: self, index: 0 }
    }

    /// Every element in document order; an element's place in it is [`Element::index`].
    pub fn elements(&self) -> impl ExactSizeIterator<Item = Element<'_>> {
        (0..self.length()).map(|index| Element { document: self, index })
    }

    /// The element with this [`Element::index`].
    #[must_use]
    pub fn element(&self, index: usize) -> Option<Element<'_>> {
        let index = u32::try_from(index).ok().filter(|index| *index < self.length())?;
        Some(Element { document: self, index })
    }

    /// Ordinal of the document in its input, from 1.
    #[must_use]
    pub fn ordinal(&self) -> u32 {
        self.ordinal
    }

    /// Whether the root element was closed. When not, a fault says where reading stopped, and
    /// the elements are those met until then.
    #[must_use]
    pub fn is_complete(&self) -> bool {
        self.complete
    }

    /// How the input was encoded.
    #[must_use]
    pub fn encoding(&self) -> Encoding {
        self.decoded.encoding
    }

    /// How many elements there are. Far below 2^32, because the input is.
    fn length(&self) -> u32 {
        u32::try_from(self.nodes.len()).unwrap_or(NONE)
    }

    /// The source between two offsets.
    pub(super) fn source(&self, span: (u32, u32)) -> &str {
        &self.decoded.source.text()[span.0 as usize..span.1 as usize]
    }

    /// A stored text.
    pub(super) fn stored(&self, stored: Stored) -> &str {
        match stored {
            Stored::Source(start, end) => self.source((start, end)),
            Stored::Resolved(start, end) => &self.resolved[start as usize..end as usize],
        }
    }

    /// A name: prefix and local part.
    pub(super) fn name(&self, name: Name) -> (Option<&str>, &str) {
        let whole = self.qualified(name);
        match name.prefix {
            0 => (None, whole),
            length => {
                let length = usize::from(length);
                (Some(&whole[..length]), &whole[length + 1..])
            }
        }
    }

    /// A name with its prefix.
    pub(super) fn qualified(&self, name: Name) -> &str {
        self.source((name.start, name.start + u32::from(name.length)))
    }

    /// The namespace an index stands for.
    pub(super) fn namespace(&self, index: u32) -> Option<&str> {
        match index {
            NONE => None,
            XML => Some(XML_NAMESPACE),
            _ => Some(self.stored(self.declarations[index as usize].namespace)),
        }
    }
}
