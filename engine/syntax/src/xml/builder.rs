//! One document in the making: elements opened, filled and closed in the order they stand.

use super::characters::{is_blank, is_white, qualified_name};
use super::document::{AttributeNode, Document, NONE, Name, Node, Stored};
use super::encoding::Decoded;
use super::gathered::Gathered;
use super::kind::Kind;
use super::namespaces::Scope;
use super::report::{Report, Stopped};
use super::resolve::{self, Within, offset};
use super::tag::{self, Pair};
use std::ops::Range;

/// How far the document has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Phase {
    /// The root element was not met yet.
    Prolog,
    /// Inside the root element.
    Root,
    /// The root element was closed.
    Epilog,
}

/// An element that was opened and not yet closed.
#[derive(Debug)]
struct Open {
    /// Its index in the arena.
    index: u32,
    /// The index of its last child so far, or [`NONE`].
    last_child: u32,
    /// How many declarations were in scope around it.
    scope: usize,
    /// Its text.
    gathered: Gathered,
}

/// A document in the making.
pub(super) struct Builder<'i> {
    document: Document<'i>,
    open: Vec<Open>,
    scope: Scope,
    /// The attributes of the tag being read, with the lengths of their prefixes.
    pairs: Vec<(Pair, usize)>,
}

impl<'i> Builder<'i> {
    /// A document nothing was read of yet.
    pub(super) fn begin(decoded: Decoded<'i>, ordinal: u32) -> Self {
        Self {
            document: Document::begin(decoded, ordinal),
            open: Vec::new(),
            scope: Scope::default(),
            pairs: Vec::new(),
        }
    }

    /// How far the document has come.
    pub(super) fn phase(&self) -> Phase {
        match (self.document.nodes.is_empty(), self.open.is_empty()) {
            (true, _) => Phase::Prolog,
            (false, false) => Phase::Root,
            (false, true) => Phase::Epilog,
        }
    }

    /// The name of the innermost open element; empty when none is.
    pub(super) fn innermost(&self) -> &str {
        let open = self.open.last().map(|open| &self.document.nodes[open.index as usize]);
        open.map_or("", |node| self.document.qualified(node.name))
    }

    /// The document as far as it was read, unless no root was met. Elements still open end where
    /// reading stopped.
    pub(super) fn finish(mut self, end: usize) -> Option<Document<'i>> {
        while let Some(open) = self.open.pop() {
            self.store(open, end..end);
        }
        (!self.document.nodes.is_empty()).then_some(self.document)
    }

    /// A start tag; `empty` when it is its own end tag as well.
    pub(super) fn open(
        &mut self,
        report: &mut Report<'_>,
        span: Range<usize>,
        empty: bool,
    ) -> Result<(), Stopped> {
        let count = report.faults.len();
        let end = span.end - 1 - usize::from(empty);
        let name_end = tag::name_end(report.text, span.start + 1, end);
        let name = &report.text[span.start + 1..name_end];
        let opened = self.open_named(report, span, name_end, empty);
        report.name_since(count, name);
        opened
    }

    /// A start tag whose name ends at `name_end`.
    fn open_named(
        &mut self,
        report: &mut Report<'_>,
        span: Range<usize>,
        name_end: usize,
        empty: bool,
    ) -> Result<(), Stopped> {
        if self.open.len() >= report.limits.depth {
            let limit = report.limits.depth;
            return Err(report.limit(Kind::Depth, span, limit));
        }
        let name = checked_name(report, span.start + 1..name_end)?;
        let scope = self.scope.length();
        let declarations = offset(self.document.declarations.len());
        self.split_pairs(report, name_end, span.end - 1 - usize::from(empty))?;
        let attributes = self.push_attributes(report)?;
        let namespace = self.scope.of_element(report, &self.document, name);
        let index = offset(self.document.nodes.len());
        let parent = self.attach(index);
        self.document.nodes.push(Node {
            parent,
            next: NONE,
            first_child: NONE,
            name,
            namespace,
            attributes,
            declarations: (declarations, offset(self.document.declarations.len())),
            text: Stored::Source(offset(span.end), offset(span.end)),
            text_span: (offset(span.end), offset(span.end)),
            span: (offset(span.start), offset(span.end)),
        });
        let entries = &self.document;
        let nodes = entries.nodes.len() + entries.attributes.len() + entries.declarations.len();
        if nodes > report.limits.nodes {
            let limit = report.limits.nodes;
            return Err(report.limit(Kind::Nodes, span, limit));
        }
        if empty {
            self.scope.shorten(scope);
            self.document.complete = self.open.is_empty();
        } else {
            let gathered = Gathered::Nothing;
            self.open.push(Open { index, last_child: NONE, scope, gathered });
        }
        Ok(())
    }

    /// An end tag.
    pub(super) fn close(
        &mut self,
        report: &mut Report<'_>,
        span: Range<usize>,
    ) -> Result<(), Stopped> {
        let found = &report.text[span.start + 2..span.end - 1];
        let length = found.bytes().rposition(|byte| !is_white(byte)).map_or(0, |at| at + 1);
        if found[..length] != *self.innermost() || length == 0 {
            let name = self.innermost();
            let expected = if name.is_empty() { String::new() } else { format!("</{name}>") };
            return Err(report.stop(Kind::Malformed, span, name, &expected));
        }
        if let Some(open) = self.open.pop() {
            self.scope.shorten(open.scope);
            self.store(open, span);
        }
        self.document.complete = self.open.is_empty();
        Ok(())
    }

    /// Character data in the innermost open element, without references; `section` when it is
    /// the inside of a CDATA section.
    pub(super) fn text(
        &mut self,
        report: &mut Report<'_>,
        span: Range<usize>,
        section: bool,
    ) -> Result<(), Stopped> {
        let piece = &report.text[span.clone()];
        if !section && let Some(at) = section_end(piece) {
            let at = span.start + at;
            return Err(report.stop(Kind::Malformed, at..at + 3, self.innermost(), "]]&gt;"));
        }
        let Some(open) = self.open.last_mut() else { return Ok(()) };
        if open.last_child != NONE && is_blank(piece) {
            return Ok(());
        }
        let gathered = match open.gathered {
            Gathered::Nothing if resolve::is_plain(report, piece, Within::Text) => {
                open.gathered = Gathered::Piece(span.clone());
                span.len()
            }
            _ => {
                let buffer = open.gathered.buffer(report, &span);
                resolve::append(report, span.clone(), Within::Text, buffer);
                buffer.len()
            }
        };
        check_length(report, span, gathered)
    }

    /// A reference in the innermost open element, from `&` to behind `;`.
    pub(super) fn reference(
        &mut self,
        report: &mut Report<'_>,
        span: Range<usize>,
    ) -> Result<(), Stopped> {
        let Some(open) = self.open.last_mut() else { return Ok(()) };
        let buffer = open.gathered.buffer(report, &span);
        resolve::append_reference(report, span.clone(), buffer)?;
        let length = buffer.len();
        check_length(report, span, length)
    }

    /// Make an element the next child of the innermost open one, and give that one's index.
    fn attach(&mut self, index: u32) -> u32 {
        let Some(open) = self.open.last_mut() else { return NONE };
        match open.last_child {
            NONE => {
                self.document.nodes[open.index as usize].first_child = index;
                open.gathered.drop_blank(&self.document);
            }
            last => self.document.nodes[last as usize].next = index,
        }
        open.last_child = index;
        open.index
    }

    /// Read the pairs of a tag: declarations into the scope, attributes set aside.
    fn split_pairs(
        &mut self,
        report: &mut Report<'_>,
        mut at: usize,
        end: usize,
    ) -> Result<(), Stopped> {
        self.pairs.clear();
        let first = self.document.declarations.len();
        loop {
            let pair = match tag::next_pair(report.text, &mut at, end) {
                Ok(Some(pair)) => pair,
                Ok(None) => return Ok(()),
                Err(broken) => {
                    let span = broken.at..broken.at + 1;
                    return Err(report.stop(Kind::Malformed, span, "", broken.expected));
                }
            };
            let name = checked_name(report, pair.name.clone())?;
            let text = &report.text[pair.name.clone()];
            if text == "xmlns" || text.starts_with("xmlns:") {
                self.scope.declare(report, &mut self.document, first, pair)?;
            } else if self.pairs.len() >= report.limits.attributes {
                let limit = report.limits.attributes;
                return Err(report.limit(Kind::Attributes, pair.name, limit));
            } else {
                self.pairs.push((pair, usize::from(name.prefix)));
            }
        }
    }

    /// Store the attributes set aside, now that every declaration of the tag is in scope.
    fn push_attributes(&mut self, report: &mut Report<'_>) -> Result<(u32, u32), Stopped> {
        let first = self.document.attributes.len();
        let mut pairs = std::mem::take(&mut self.pairs);
        for (pair, prefix) in pairs.drain(..) {
            let name = compact_name(&pair.name, prefix);
            let namespace = self.scope.of_attribute(report, &self.document, name);
            let span = (offset(pair.value.start), offset(pair.value.end));
            let value = resolve::value(report, pair.value, &mut self.document.resolved)?;
            let attribute = AttributeNode { name, namespace, value, span };
            if self.repeats(first, &attribute) {
                let message = "each attribute once";
                return Err(report.stop(Kind::Malformed, pair.name, "", message));
            }
            self.document.attributes.push(attribute);
        }
        // The emptied list goes back, so that the next tag needs no new one.
        self.pairs = pairs;
        Ok((offset(first), offset(self.document.attributes.len())))
    }

    /// Whether an attribute has the name of one since `first`, as written or as meant.
    fn repeats(&self, first: usize, attribute: &AttributeNode) -> bool {
        let document = &self.document;
        let (_, local) = document.name(attribute.name);
        document.attributes[first..].iter().any(|other| {
            document.qualified(other.name) == document.qualified(attribute.name)
                || attribute.namespace != NONE
                    && document.namespace(other.namespace)
                        == document.namespace(attribute.namespace)
                    && document.name(other.name).1 == local
        })
    }

    /// Store what was gathered in an element that ends with the tag at `closing`.
    fn store(&mut self, open: Open, closing: Range<usize>) {
        let (text, span) = match open.gathered {
            Gathered::Nothing => {
                let at = offset(closing.start);
                (Stored::Source(at, at), (at, at))
            }
            Gathered::Piece(span) => {
                let span = (offset(span.start), offset(span.end));
                (Stored::Source(span.0, span.1), span)
            }
            Gathered::Buffer(text, span) => {
                let begin = offset(self.document.resolved.len());
                self.document.resolved.push_str(&text);
                let end = offset(self.document.resolved.len());
                (Stored::Resolved(begin, end), (offset(span.start), offset(span.end)))
            }
        };
        let node = &mut self.document.nodes[open.index as usize];
        node.text = text;
        node.text_span = span;
        node.span.1 = offset(closing.end);
    }
}

/// Stop when the text gathered is longer than the limit.
fn check_length(report: &mut Report<'_>, span: Range<usize>, length: usize) -> Result<(), Stopped> {
    let limit = report.limits.text;
    if length > limit { Err(report.limit(Kind::TextLength, span, limit)) } else { Ok(()) }
}

/// Where `]]>` stands in character data, where it must not (XML 1.0, 2.4).
fn section_end(piece: &str) -> Option<usize> {
    let bytes = piece.as_bytes();
    memchr::memchr_iter(b'>', bytes).find(|&at| bytes[..at].ends_with(b"]]")).map(|at| at - 2)
}

/// A name in its compact form.
fn compact_name(span: &Range<usize>, prefix: usize) -> Name {
    let length = |bytes: usize| u16::try_from(bytes).expect("the limit on names is below 2^16");
    Name { start: offset(span.start), length: length(span.len()), prefix: length(prefix) }
}

/// A name, unless it is too long or none.
fn checked_name(report: &mut Report<'_>, span: Range<usize>) -> Result<Name, Stopped> {
    if span.len() > report.limits.name {
        let limit = report.limits.name;
        return Err(report.limit(Kind::NameLength, span, limit));
    }
    match qualified_name(&report.text[span.clone()]) {
        // A tag without a name is a stray `<`, and that is what to show.
        None if span.is_empty() => {
            Err(report.stop(Kind::Malformed, span.start - 1..span.end, "", "&lt;"))
        }
        Some(prefix) => Ok(compact_name(&span, prefix)),
        None => Err(report.stop(Kind::Malformed, span, "", "name")),
    }
}
