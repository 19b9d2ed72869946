//! Trees to be written, and their one form in bytes.

use super::number::is_number;

/// A value to be written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Tree {
    /// `null`.
    Null,
    /// `true` or `false`.
    Boolean(bool),
    /// A number as it is to stand there; one that is none of JSON is written in quotes.
    Number(String),
    /// A text.
    Text(String),
    /// An array.
    Array(Vec<Tree>),
    /// An object: its members in order.
    Object(Vec<(String, Tree)>),
}

/// How a tree is laid out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Layout {
    /// On one line without white space.
    Compact,
    /// One member or element a line, two spaces a level, a line end behind.
    Indented,
}

/// Spaces a level.
const INDENT: usize = 2;

/// Writes a tree: members in their order, only what must be escaped is escaped.
#[must_use]
pub fn write(tree: &Tree, layout: Layout) -> String {
    let mut out = String::new();
    value(tree, layout, 0, &mut out);
    if layout == Layout::Indented {
        out.push('\n');
    }
    out
}

fn value(tree: &Tree, layout: Layout, level: usize, out: &mut String) {
    match tree {
        Tree::Null => out.push_str("null"),
        Tree::Boolean(true) => out.push_str("true"),
        Tree::Boolean(false) => out.push_str("false"),
        Tree::Number(number) if is_number(number) => out.push_str(number),
        Tree::Number(text) | Tree::Text(text) => quoted(text, out),
        Tree::Array(elements) if elements.is_empty() => out.push_str("[]"),
        Tree::Object(members) if members.is_empty() => out.push_str("{}"),
        Tree::Array(elements) => {
            for (at, element) in elements.iter().enumerate() {
                out.push(if at == 0 { '[' } else { ',' });
                line(layout, level + 1, out);
                value(element, layout, level + 1, out);
            }
            line(layout, level, out);
            out.push(']');
        }
        Tree::Object(members) => {
            for (at, (name, member)) in members.iter().enumerate() {
                out.push(if at == 0 { '{' } else { ',' });
                line(layout, level + 1, out);
                quoted(name, out);
                out.push_str(if layout == Layout::Indented { ": " } else { ":" });
                value(member, layout, level + 1, out);
            }
            line(layout, level, out);
            out.push('}');
        }
    }
}

fn line(layout: Layout, level: usize, out: &mut String) {
    if layout == Layout::Indented {
        out.push('\n');
        out.extend(std::iter::repeat_n(' ', INDENT * level));
    }
}

fn quoted(text: &str, out: &mut String) {
    out.push('"');
    for character in text.chars() {
        match character {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            '\0'..='\u{1F}' => out.push_str(&format!("\\u{:04x}", u32::from(character))),
            _ => out.push(character),
        }
    }
    out.push('"');
}
