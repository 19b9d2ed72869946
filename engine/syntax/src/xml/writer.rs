//! From a tree to text, byte for byte the same each time.

use super::characters::{is_allowed, is_blank, qualified_name};
use super::kind::Kind;
use super::options::DEPTH_CEILING;
use super::report::excerpt;
use super::tree::Tree;
use crate::fault::{Fault, Place};

/// How children are laid out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Layout {
    /// Everything on one line after the XML declaration.
    #[default]
    Compact,
    /// Each child element on a line of its own, indented by [`INDENT`]; elements with text of
    /// their own stay on one line.
    Indented,
}

/// One step of indentation.
pub const INDENT: &str = "  ";

/// The XML declaration every document begins with.
const DECLARATION: &str = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n";

/// Write a tree as a document in UTF-8. Reading the text gives the tree again.
///
/// A character XML does not allow is written as U+FFFD, and an element or attribute whose name
/// is none, or an attribute said twice, is left out; each is a fault with its place in the text
/// written.
#[must_use]
pub fn write(tree: &Tree, layout: Layout) -> (String, Vec<Fault<Kind>>) {
    let mut writing =
        Writing { out: DECLARATION.to_owned(), faults: Vec::new(), prefixes: Vec::new() };
    writing.element(tree, layout, 0);
    if layout == Layout::Indented {
        writing.out.push('\n');
    }
    (writing.out, writing.faults)
}

/// The text so far, what was wrong, and the prefixes declared around the place written at.
struct Writing<'t> {
    out: String,
    faults: Vec<Fault<Kind>>,
    prefixes: Vec<&'t str>,
}

impl<'t> Writing<'t> {
    /// Write an element and all in it.
    fn element(&mut self, tree: &'t Tree, layout: Layout, depth: usize) {
        let Some(prefix) = qualified_name(&tree.name) else {
            return self.fault(Kind::Malformed, &tree.name, &tree.name, "name");
        };
        if depth >= DEPTH_CEILING {
            return self.fault(Kind::Depth, &tree.name, "", "fewer levels");
        }
        let around = self.prefixes.len();
        let declared = tree.attributes.iter().filter_map(|(name, _)| name.strip_prefix("xmlns:"));
        self.prefixes.extend(declared);
        self.check_prefix(&tree.name, prefix);
        self.out.push('<');
        self.out.push_str(&tree.name);
        self.attributes(tree);
        if tree.text.is_empty() && tree.children.is_empty() {
            self.out.push_str("/>");
        } else {
            self.out.push('>');
            self.content(tree, layout, depth);
            self.out.push_str("</");
            self.out.push_str(&tree.name);
            self.out.push('>');
        }
        self.prefixes.truncate(around);
    }

    /// Write the attributes of an element.
    fn attributes(&mut self, tree: &'t Tree) {
        for (index, (name, value)) in tree.attributes.iter().enumerate() {
            let Some(prefix) = qualified_name(name) else {
                self.fault(Kind::Malformed, &tree.name, name, "name");
                continue;
            };
            if tree.attributes[..index].iter().any(|(other, _)| other == name) {
                self.fault(Kind::Malformed, &tree.name, name, "each attribute once");
                continue;
            }
            if !name.starts_with("xmlns:") {
                self.check_prefix(name, prefix);
            }
            self.out.push(' ');
            self.out.push_str(name);
            self.out.push_str("=\"");
            self.characters(value, &tree.name, escape_in_attribute);
            self.out.push('"');
        }
    }

    /// Write what stands between the tags of an element.
    fn content(&mut self, tree: &'t Tree, layout: Layout, depth: usize) {
        if tree.children.is_empty() {
            return self.characters(&tree.text, &tree.name, escape_in_text);
        }
        let bare = is_blank(&tree.text);
        if !bare {
            self.characters(&tree.text, &tree.name, escape_in_text);
        }
        let layout = if bare { layout } else { Layout::Compact };
        for child in &tree.children {
            self.line(layout, depth + 1);
            self.element(child, layout, depth + 1);
        }
        self.line(layout, depth);
    }

    /// Begin a line, where children have lines.
    fn line(&mut self, layout: Layout, depth: usize) {
        if layout == Layout::Indented {
            self.out.push('\n');
            self.out.extend(std::iter::repeat_n(INDENT, depth));
        }
    }

    /// Write characters, those that would be read as something else by reference.
    fn characters(&mut self, text: &str, name: &str, escape: fn(char) -> Option<&'static str>) {
        let mut plain = 0;
        for (at, character) in text.char_indices() {
            let forbidden = !is_allowed(character);
            let instead = if forbidden { Some("\u{FFFD}") } else { escape(character) };
            let Some(instead) = instead else { continue };
            self.out.push_str(&text[plain..at]);
            if forbidden {
                let code = format!("U+{:04X}", u32::from(character));
                self.fault(Kind::Character, name, &code, "a character of XML 1.0");
            }
            self.out.push_str(instead);
            plain = at + character.len_utf8();
        }
        self.out.push_str(&text[plain..]);
    }

    /// Tell of a prefix nobody declared around here.
    fn check_prefix(&mut self, name: &str, length: usize) {
        let prefix = &name[..length];
        if length > 0 && prefix != "xml" && !self.prefixes.contains(&prefix) {
            self.fault(Kind::Prefix, name, prefix, "a declared prefix");
        }
    }

    /// Add a fault at the end of what is written so far.
    fn fault(&mut self, kind: Kind, name: &str, value: &str, expected: &str) {
        let place = Place { interchange: 1, byte: self.out.len() as u64, ..Place::default() };
        self.faults.push(Fault {
            kind,
            level: kind.level(),
            place,
            name: name.to_owned(),
            value: excerpt(value),
            expected: expected.to_owned(),
        });
    }
}

/// What is written for a character in text. `>` is escaped so that `]]>` never stands there, a
/// carriage return so that it is not read as a line end (XML 1.0, 2.4 and 2.11).
fn escape_in_text(character: char) -> Option<&'static str> {
    match character {
        '&' => Some("&amp;"),
        '<' => Some("&lt;"),
        '>' => Some("&gt;"),
        '\r' => Some("&#xD;"),
        _ => None,
    }
}

/// What is written for a character in an attribute; white space by reference, because it would
/// be read as a space (XML 1.0, 3.3.3).
fn escape_in_attribute(character: char) -> Option<&'static str> {
    match character {
        '"' => Some("&quot;"),
        '\t' => Some("&#x9;"),
        '\n' => Some("&#xA;"),
        _ => escape_in_text(character),
    }
}
