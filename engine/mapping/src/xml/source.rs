//! An XML specimen: understood, ready to read and to write.

use super::parse::{RawElement, parse};
use crate::codec::Notation;
use crate::codes::Codes;
use crate::specimen::{At, Demand, Filling, Flaw, Mark, Scope, fill};
use crate::vocabulary::List;
use acquit_syntax::xml::{Document, Element};

/// Most children of one element of a specimen: which of them were met is kept in one mask.
const CHILDREN_MAX: usize = 128;

/// A specimen of an XML document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct XmlSpecimen {
    /// What the file says it is.
    pub title: String,
    /// The outermost element.
    pub root: XmlLine,
}

/// One element of a specimen.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct XmlLine {
    /// Name as written, prefix included.
    pub name: Box<str>,
    /// Name without prefix.
    pub local: Box<str>,
    /// Namespace; `None` for none.
    pub namespace: Option<Box<str>>,
    /// Namespace declarations to write, `xmlns:pn` and the like.
    pub declarations: Vec<(Box<str>, Box<str>)>,
    /// Attributes.
    pub attributes: Vec<(Box<str>, Filling)>,
    /// Text; `None` when it holds elements, or nothing.
    pub text: Option<Filling>,
    /// How often it stands here.
    pub mark: Option<Mark>,
    /// When it must be there although it is optional.
    pub demand: Option<Demand>,
    /// The list its holes belong to.
    pub list: Option<List>,
    /// Where it is written.
    pub at: At,
    /// Path by local names, for places.
    pub path: Box<str>,
    /// The elements in it.
    pub children: Vec<XmlLine>,
    /// Which of them must be there, those under a demand included.
    pub(super) required: u128,
}

impl XmlLine {
    /// How often it stands here.
    #[must_use]
    pub fn mark(&self) -> Mark {
        self.mark.unwrap_or(Mark::Once)
    }

    /// Everything that fills it and the elements in it.
    fn fillings(&self) -> Box<dyn Iterator<Item = &Filling> + '_> {
        let attributes = self.attributes.iter().map(|(_, filling)| filling);
        let own = self.text.iter().chain(attributes);
        Box::new(own.chain(self.children.iter().flat_map(XmlLine::fillings)))
    }

    /// The prefix as written.
    fn prefix(&self) -> Option<&str> {
        self.name.split_once(':').map(|(prefix, _)| prefix)
    }
}

impl XmlSpecimen {
    /// Reads a specimen. What cannot be understood is a flaw; the rest is read all the same.
    #[must_use]
    pub fn parse(text: &str, codes: &Codes) -> (XmlSpecimen, Vec<Flaw>) {
        let mut flaws = Vec::new();
        let (title, raw) = parse(text, &mut flaws);
        let mut prefixes = Vec::new();
        let root = raw.map(|raw| {
            let mut building = Building { codes, prefixes: &mut prefixes, flaws: &mut flaws };
            building.element(&raw, List::Root, "")
        });
        let root = root.unwrap_or_default();
        check_demands(&root, &root, &mut flaws);
        flaws.sort();
        (XmlSpecimen { title, root }, flaws)
    }

    /// Whether a document is of this kind: its outermost element, and every fixed text that must
    /// be there.
    #[must_use]
    pub fn claims(&self, document: &Document<'_>) -> bool {
        self.is(&self.root, document.root()) && self.agrees(&self.root, document.root())
    }

    /// Whether the outermost element of a document is this specimen's.
    #[must_use]
    pub fn has_root(&self, document: &Document<'_>) -> bool {
        self.is(&self.root, document.root())
    }

    fn agrees(&self, line: &XmlLine, element: Element<'_>) -> bool {
        if let Some(Filling::Literal(text)) = &line.text
            && element.trimmed() != &**text
        {
            return false;
        }
        line.children.iter().all(|child| {
            let found = element.children().find(|found| self.is(child, *found));
            match found {
                Some(found) => self.agrees(child, found),
                None => child.mark() != Mark::Once || !fixes(child),
            }
        })
    }

    /// Whether an element is the one a line means. Its namespace may be the line's or the
    /// outermost element's or none at all; an undeclared prefix counts when it is the one
    /// written here. Another namespace is somebody else's.
    pub(super) fn is(&self, line: &XmlLine, element: Element<'_>) -> bool {
        if element.local_name() != &*line.local {
            return false;
        }
        match (element.namespace(), element.prefix()) {
            (None, None) => true,
            (None, Some(prefix)) => {
                line.prefix() == Some(prefix) || self.root.prefix() == Some(prefix)
            }
            (Some(namespace), _) => {
                let is = |line: &XmlLine| {
                    line.namespace.as_deref().is_some_and(|known| is_among(known, namespace))
                };
                is(line) || is(&self.root)
            }
        }
    }
}

/// Whether a namespace is among those of a specimen: several are separated by blanks, and one that
/// ends in `*` stands for all that begin alike. The first of them is written.
fn is_among(known: &str, namespace: &str) -> bool {
    known == namespace
        || known.split_ascii_whitespace().any(|one| match one.strip_suffix('*') {
            Some(begin) => namespace.starts_with(begin),
            None => one == namespace,
        })
}

/// Whether a line or one under it has a fixed text.
fn fixes(line: &XmlLine) -> bool {
    matches!(line.text, Some(Filling::Literal(_)))
        || line.children.iter().any(|child| child.mark() == Mark::Once && fixes(child))
}

/// Checks the demands of an element and those in it against the whole specimen.
fn check_demands(line: &XmlLine, root: &XmlLine, flaws: &mut Vec<Flaw>) {
    if let Some(demand) = &line.demand {
        demand.check(root.fillings(), flaws);
    }
    line.children.iter().for_each(|child| check_demands(child, root, flaws));
}

struct Building<'b> {
    codes: &'b Codes,
    prefixes: &'b mut Vec<(String, String)>,
    flaws: &'b mut Vec<Flaw>,
}

impl Building<'_> {
    fn element(&mut self, raw: &RawElement, around: List, path: &str) -> XmlLine {
        let (mark, demand) = Mark::parse(&raw.mark, raw.mark_at, self.flaws);
        let list = mark.scope(around);
        let scope = Scope { list, codes: self.codes, notation: Notation::Xml };
        let outer = self.prefixes.len();
        let mut line = XmlLine { name: raw.name.as_str().into(), at: raw.at, ..XmlLine::default() };
        for (name, value, at) in &raw.attributes {
            match name.strip_prefix("xmlns") {
                Some(prefix) => {
                    let prefix = prefix.trim_start_matches(':').to_owned();
                    self.prefixes.push((prefix, value.clone()));
                    line.declarations.push((name.as_str().into(), value.as_str().into()));
                }
                None => {
                    let filling = fill(value, *at, scope, self.flaws);
                    line.attributes.push((name.as_str().into(), filling));
                }
            }
        }
        let (prefix, local) = raw.name.split_once(':').unwrap_or(("", &raw.name));
        let declared = self.prefixes.iter().rev().find(|(known, _)| known == prefix);
        if declared.is_none() && !prefix.is_empty() {
            self.flaws.push(Flaw::new(raw.at, format!("the prefix \"{prefix}\" is not declared")));
        }
        line.namespace = declared.map(|(_, namespace)| namespace.as_str().into());
        line.local = local.into();
        line.path = format!("{path}/{local}").into();
        line.mark = Some(mark);
        line.demand = demand;
        line.list = Some(list);
        if !raw.text.is_empty() {
            let text = fill(&raw.text, raw.text_at, scope, self.flaws);
            // Versions of one message say the same in a text, or in an element under it.
            let may_be_empty = matches!(&text, Filling::Hole(hole) if hole.optional);
            line.text = Some(text);
            if !raw.children.is_empty() && !may_be_empty {
                self.flaws.push(Flaw::new(raw.text_at, "text beside elements"));
            }
        }
        line.children =
            raw.children.iter().map(|child| self.element(child, list, &line.path)).collect();
        self.prefixes.truncate(outer);
        self.require(&mut line);
        line
    }

    /// Notes which children must be there, and that no two have one name.
    fn require(&mut self, line: &mut XmlLine) {
        if line.children.len() > CHILDREN_MAX {
            let message = format!("an element has at most {CHILDREN_MAX} others in it");
            self.flaws.push(Flaw::new(line.at, message));
            line.children.truncate(CHILDREN_MAX);
        }
        for (at, child) in line.children.iter().enumerate() {
            if child.mark() == Mark::Once || child.demand.is_some() {
                line.required |= 1 << at;
            }
            if line.children[..at].iter().any(|other| other.local == child.local) {
                let message = format!("<{}> stands here already; mark it `each`", child.name);
                self.flaws.push(Flaw::new(child.at, message));
            }
        }
    }
}
