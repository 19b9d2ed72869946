//! The text of an XML specimen as a plain tree. Specimens are written by us and for us: no
//! document type, no processing instruction, no CDATA section.

use crate::specimen::{At, Flaw, REQUIRED};

/// Deepest nesting of elements.
pub(super) const DEPTH_MAX: usize = 32;

/// An element as written.
#[derive(Debug, Clone, Default)]
pub(super) struct RawElement {
    pub(super) name: String,
    pub(super) attributes: Vec<(String, String, At)>,
    pub(super) text: String,
    pub(super) text_at: At,
    pub(super) at: At,
    pub(super) mark: String,
    pub(super) mark_at: At,
    pub(super) children: Vec<RawElement>,
}

/// Cuts a text into a tree, and gives the comments before the root.
pub(super) fn parse(text: &str, flaws: &mut Vec<Flaw>) -> (String, Option<RawElement>) {
    let mut parser = Parser { rest: text, at: At { line: 1, column: 1 }, open: Vec::new() };
    let (mut title, mut root) = (Vec::new(), None);
    while !parser.rest.is_empty() {
        parser.step(&mut title, &mut root, flaws);
    }
    while let Some(element) = parser.open.pop() {
        flaws.push(Flaw::new(element.at, format!("<{}> is not closed", element.name)));
        parser.close(element, &mut root, flaws);
    }
    if root.is_none() {
        flaws.push(Flaw::new(parser.at, "there is no element"));
    }
    if title.is_empty() {
        let message = "the first comment says what the file is, its source and its date";
        flaws.push(Flaw::new(At { line: 1, column: 1 }, message));
    }
    (title.join("\n"), root)
}

struct Parser<'t> {
    rest: &'t str,
    at: At,
    open: Vec<RawElement>,
}

impl<'t> Parser<'t> {
    /// Reads one comment, tag or text.
    fn step(
        &mut self,
        title: &mut Vec<String>,
        root: &mut Option<RawElement>,
        flaws: &mut Vec<Flaw>,
    ) {
        let at = self.at;
        if self.rest.starts_with("<!--") {
            let whole = self.until("-->");
            let inner = whole.trim_start_matches("<!--").trim_end_matches("-->");
            let comment = inner.trim();
            let before = whole.len() - whole.trim_start_matches("<!--").trim_start().len();
            let at = At { column: at.column + u32::try_from(before).unwrap_or(0), ..at };
            match (&root, self.open.is_empty()) {
                (None, true) => title.push(comment.to_owned()),
                _ => self.mark(comment, at, root, flaws),
            }
        } else if self.rest.starts_with("<?xml ") && at == (At { line: 1, column: 1 }) {
            self.until("?>");
        } else if self.rest.starts_with("</") {
            let tag = self.until(">");
            let name = tag.trim_start_matches("</").trim_end_matches('>').trim();
            self.end(name, at, root, flaws);
        } else if self.rest.starts_with("<!") || self.rest.starts_with("<?") {
            self.until(">");
            flaws.push(Flaw::new(at, "a specimen has elements and comments only"));
        } else if self.rest.starts_with('<') {
            let tag = self.until(">");
            self.start(tag, at, root, flaws);
        } else {
            self.text(at, flaws);
        }
    }

    /// Takes text up to and with `end`, or all when it is not there.
    fn until(&mut self, end: &str) -> &'t str {
        let length = self.rest.find(end).map_or(self.rest.len(), |at| at + end.len());
        self.take(length)
    }

    fn take(&mut self, length: usize) -> &'t str {
        let (taken, rest) = self.rest.split_at(length);
        for character in taken.chars() {
            if character == '\n' {
                self.at = At { line: self.at.line + 1, column: 1 };
            } else {
                self.at.column += 1;
            }
        }
        self.rest = rest;
        taken
    }

    /// A start tag.
    fn start(&mut self, tag: &str, at: At, root: &mut Option<RawElement>, flaws: &mut Vec<Flaw>) {
        let inner = tag.trim_start_matches('<').trim_end_matches('>');
        let (inner, empty) = match inner.strip_suffix('/') {
            Some(inner) => (inner, true),
            None => (inner, false),
        };
        let (name, mut rest) = inner.split_once(char::is_whitespace).unwrap_or((inner, ""));
        let mut element = RawElement { name: name.to_owned(), at, ..RawElement::default() };
        while !rest.trim().is_empty() {
            let Some((key, value, after)) = attribute(rest) else {
                flaws.push(Flaw::new(at, format!("\"{}\" is no attribute", rest.trim())));
                break;
            };
            element.attributes.push((key.to_owned(), unescape(value), at));
            rest = after;
        }
        if name.is_empty() || name.contains(['{', '"', '=']) {
            flaws.push(Flaw::new(at, format!("\"{name}\" is no name of an element")));
        }
        if self.open.len() >= DEPTH_MAX {
            flaws.push(Flaw::new(at, format!("at most {DEPTH_MAX} levels")));
        } else if empty {
            self.close(element, root, flaws);
        } else {
            self.open.push(element);
        }
    }

    /// An end tag; it closes what is still open inside of its element, too.
    fn end(&mut self, name: &str, at: At, root: &mut Option<RawElement>, flaws: &mut Vec<Flaw>) {
        if !self.open.iter().any(|element| element.name == name) {
            flaws.push(Flaw::new(at, format!("</{name}> closes nothing open")));
            return;
        }
        while let Some(element) = self.open.pop() {
            let found = element.name == name;
            if !found {
                flaws.push(Flaw::new(element.at, format!("<{}> is not closed", element.name)));
            }
            self.close(element, root, flaws);
            if found {
                return;
            }
        }
    }

    /// Puts a closed element where it belongs.
    fn close(&mut self, element: RawElement, root: &mut Option<RawElement>, flaws: &mut Vec<Flaw>) {
        match (self.open.last_mut(), &root) {
            (Some(parent), _) => parent.children.push(element),
            (None, None) => *root = Some(element),
            (None, Some(_)) => flaws.push(Flaw::new(element.at, "there is one outermost element")),
        }
    }

    fn text(&mut self, at: At, flaws: &mut Vec<Flaw>) {
        let length = self.rest.find('<').unwrap_or(self.rest.len());
        let text = self.take(length).trim();
        if text.is_empty() {
            return;
        }
        match self.open.last_mut() {
            Some(element) => {
                element.text.push_str(&unescape(text));
                element.text_at = at;
            }
            None => flaws.push(Flaw::new(at, "text outside of the outermost element")),
        }
    }

    /// A comment marks the last element that begins on its line.
    fn mark(
        &mut self,
        comment: &str,
        at: At,
        root: &mut Option<RawElement>,
        flaws: &mut Vec<Flaw>,
    ) {
        let last_open = self.open.last_mut().map(last_child);
        let Some(element) = last_open.or(root.as_mut()) else { return };
        let is_mark = ["once", "optional", "each", REQUIRED]
            .contains(&comment.split_ascii_whitespace().next().unwrap_or(""));
        if is_mark && element.at.line == at.line {
            comment.clone_into(&mut element.mark);
            element.mark_at = at;
        } else if is_mark {
            flaws.push(Flaw::new(at, "a mark stands on the line of a start tag"));
        }
    }
}

/// The element that began last: the last child of the innermost open one, or itself.
fn last_child(open: &mut RawElement) -> &mut RawElement {
    match open.children.len() {
        0 => open,
        length => &mut open.children[length - 1],
    }
}

/// Cuts one attribute off: name, value, rest.
fn attribute(text: &str) -> Option<(&str, &str, &str)> {
    let (name, rest) = text.trim_start().split_once('=')?;
    let rest = rest.trim_start().strip_prefix('"')?;
    let (value, rest) = rest.split_once('"')?;
    Some((name.trim(), value, rest))
}

/// Resolves the five predefined entities.
fn unescape(text: &str) -> String {
    let resolved = text.replace("&lt;", "<").replace("&gt;", ">").replace("&quot;", "\"");
    resolved.replace("&apos;", "'").replace("&amp;", "&")
}
