//! Which namespace a prefix means where (Namespaces in XML 1.0).

use super::XML_NAMESPACE;
use super::document::{DeclarationNode, Document, NONE, Name, XML};
use super::kind::Kind;
use super::report::{Report, Stopped};
use super::resolve::{self, offset};
use super::tag::Pair;

/// The namespace of `xmlns` itself, which nobody may declare (Namespaces in XML 1.0, section 3).
const XMLNS_NAMESPACE: &str = "http://www.w3.org/2000/xmlns/";

/// Most undeclared prefixes told of in one document.
const UNDECLARED_MAX: usize = 32;

/// The declarations in scope, the innermost last, and the prefixes found undeclared.
#[derive(Debug, Default)]
pub(super) struct Scope {
    active: Vec<u32>,
    undeclared: Vec<String>,
}

impl Scope {
    /// How many declarations are in scope.
    pub(super) fn length(&self) -> usize {
        self.active.len()
    }

    /// Leave elements until so many declarations are in scope.
    pub(super) fn shorten(&mut self, length: usize) {
        self.active.truncate(length);
    }

    /// Store a declaration and bring it into scope; `first` is the tag's first declaration.
    pub(super) fn declare(
        &mut self,
        report: &mut Report<'_>,
        document: &mut Document<'_>,
        first: usize,
        pair: Pair,
    ) -> Result<(), Stopped> {
        let limits = report.limits;
        if document.declarations.len() - first >= limits.namespaces {
            return Err(report.limit(Kind::Namespaces, pair.name, limits.namespaces));
        }
        if self.active.len() >= limits.namespaces_in_scope {
            return Err(report.limit(Kind::Namespaces, pair.name, limits.namespaces_in_scope));
        }
        let start = (pair.name.start + "xmlns:".len()).min(pair.name.end);
        let prefix = &report.text[start..pair.name.end];
        let prefix_span = (offset(start), offset(pair.name.end));
        let repeated = document.declarations[first..]
            .iter()
            .any(|other| document.source(other.prefix) == prefix);
        let namespace = resolve::value(report, pair.value, &mut document.resolved)?;
        if repeated || !may_bind(prefix, document.stored(namespace)) {
            let expected = if repeated { "each prefix once" } else { "a namespace it may mean" };
            return Err(report.stop(Kind::Malformed, pair.name, "", expected));
        }
        self.active.push(offset(document.declarations.len()));
        document.declarations.push(DeclarationNode { prefix: prefix_span, namespace });
        Ok(())
    }

    /// The namespace of an element: the default one when its name has no prefix.
    pub(super) fn of_element(
        &mut self,
        report: &mut Report<'_>,
        document: &Document<'_>,
        name: Name,
    ) -> u32 {
        let (prefix, _) = document.name(name);
        match self.find(document, prefix.unwrap_or_default()) {
            Some(index) if document.namespace(index) == Some("") => NONE,
            Some(index) => index,
            None => self.undeclared(report, document, name),
        }
    }

    /// The namespace of an attribute: none when its name has no prefix.
    pub(super) fn of_attribute(
        &mut self,
        report: &mut Report<'_>,
        document: &Document<'_>,
        name: Name,
    ) -> u32 {
        let Some(prefix) = document.name(name).0 else { return NONE };
        match self.find(document, prefix) {
            Some(index) => index,
            None => self.undeclared(report, document, name),
        }
    }

    /// The innermost declaration of a prefix.
    fn find(&self, document: &Document<'_>, prefix: &str) -> Option<u32> {
        let declares = |&&index: &&u32| {
            document.source(document.declarations[index as usize].prefix) == prefix
        };
        match self.active.iter().rev().find(declares) {
            Some(index) => Some(*index),
            None => (prefix == "xml").then_some(XML),
        }
    }

    /// Tell of an undeclared prefix, once.
    fn undeclared(&mut self, report: &mut Report<'_>, document: &Document<'_>, name: Name) -> u32 {
        let Some(prefix) = document.name(name).0 else { return NONE };
        let known = self.undeclared.iter().any(|told| told == prefix);
        if !known && self.undeclared.len() < UNDECLARED_MAX {
            self.undeclared.push(prefix.to_owned());
            let start = name.start as usize;
            let span = start..start + prefix.len();
            report.note(Kind::Prefix, span, document.qualified(name), "a declared prefix");
        }
        NONE
    }
}

/// Whether a prefix may be bound to a namespace (Namespaces in XML 1.0, sections 3 and 5).
fn may_bind(prefix: &str, namespace: &str) -> bool {
    match prefix {
        "xml" => namespace == XML_NAMESPACE,
        "xmlns" => false,
        _ => {
            namespace != XML_NAMESPACE
                && namespace != XMLNS_NAMESPACE
                && (prefix.is_empty() || !namespace.is_empty())
        }
    }
}
