//! JSON specimens: the text as it travels, with holes between quotes or without.
//!
//! A hole in quotes is a text; one without takes a number, a truth value or a text, and is written
//! without quotes where it can be. A mark stands at the end of the line a member begins on, for an
//! array or object behind its opening bracket. What this is *not*: a schema; members stand in any
//! order, and `null` is nothing said.

mod parse;

pub use parse::DEPTH_MAX;

use crate::carrier::taking::{Said, Taking, Wrong, spot};
use crate::carrier::writing::{Writing, says};
use crate::carrier::{Read, Written};
use crate::codec::Notation;
use crate::codes::Codes;
use crate::findings;
use crate::record::{ItemId, ItemRef, Record};
use crate::specimen::{At, Demand, Filling, Flaw, Mark};
use crate::vocabulary::List;
use crate::xml::Strictness;
use acquit_syntax::json::{Layout, Limits, Node, Shape, Tree, is_number, read, write};

/// A specimen of a JSON text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JsonSpecimen {
    /// What the file says it is.
    pub title: String,
    /// The outermost value.
    pub root: JsonLine,
}

/// A member of an object, the element of an array, or the outermost value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JsonLine {
    /// The name it is a member by.
    pub name: Box<str>,
    /// The way to it; an element of an array is `*`.
    pub path: Box<str>,
    /// What stands there.
    pub value: JsonValue,
    /// Whether it must be there.
    pub mark: Mark,
    /// When it must be there although it is optional.
    pub demand: Option<Demand>,
    /// Where it is written.
    pub at: At,
}

/// A value of a specimen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum JsonValue {
    /// A text between quotes, literal or hole.
    Text(Filling),
    /// A number, a word, or a hole without quotes.
    Bare(Filling),
    /// An object: its members in the order they are written.
    Object(Vec<JsonLine>),
    /// An array, each element an item of a list.
    Array(Box<JsonLine>, List),
}

impl JsonSpecimen {
    /// Reads a specimen. What cannot be understood is a flaw; the rest is read all the same.
    #[must_use]
    pub fn parse(text: &str, codes: &Codes) -> (JsonSpecimen, Vec<Flaw>) {
        parse::parse(text, codes)
    }
}

impl JsonLine {
    /// Every place of it and of what is in it.
    fn fillings(&self) -> Box<dyn Iterator<Item = &Filling> + '_> {
        match &self.value {
            JsonValue::Text(filling) | JsonValue::Bare(filling) => {
                Box::new(std::iter::once(filling))
            }
            JsonValue::Object(members) => Box::new(members.iter().flat_map(JsonLine::fillings)),
            JsonValue::Array(element, _) => element.fillings(),
        }
    }
}

/// Reads a text.
#[must_use]
pub fn read_json<'a>(specimen: &'a JsonSpecimen, bytes: &[u8], strictness: Strictness) -> Read<'a> {
    let (document, faults) = read(bytes, &Limits::default());
    let found = faults.iter().map(findings::of_json).collect();
    let mut taking = Taking::new(Notation::Json, strictness, found);
    if let Some(document) = document {
        value(&mut taking, &specimen.root, document.root(), Record::ROOT);
        taking.end();
    }
    taking.finish()
}

fn value<'a>(taking: &mut Taking<'a>, line: &'a JsonLine, node: Node<'_, '_>, item: ItemId) {
    taking.record.parts += 1;
    let pointer = node.pointer();
    let said = Said { text: node.text(), spot: spot(node.place()), name: &pointer };
    match (&line.value, node.shape()) {
        (JsonValue::Object(lines), Shape::Object) => members(taking, lines, node, item),
        (JsonValue::Array(element, list), Shape::Array) => {
            for child in node.children() {
                let item = taking.record.add(item, *list, spot(child.place()), &element.path);
                value(taking, element, child, item);
            }
        }
        (JsonValue::Text(Filling::Any(_)) | JsonValue::Bare(Filling::Any(_)), _) => {}
        (JsonValue::Bare(filling @ Filling::Literal(_)), Shape::Null) => {
            taking.fill(filling, &line.path, said, item);
        }
        (JsonValue::Text(filling) | JsonValue::Bare(filling), Shape::Text | Shape::Null)
        | (JsonValue::Bare(filling), Shape::Number | Shape::Boolean) => {
            let text = if node.shape() == Shape::Null { "" } else { said.text };
            if !text.is_empty() || line.mark == Mark::Once {
                taking.fill(filling, &line.path, Said { text, ..said }, item);
            }
        }
        (_, Shape::Null) if line.mark != Mark::Once => {}
        (expected, _) => taking.tell(Wrong::Type, said, shape(expected)),
    }
}

/// What a value should be.
const fn shape(value: &JsonValue) -> &'static str {
    match value {
        JsonValue::Text(_) => Shape::Text.name(),
        JsonValue::Bare(_) => Shape::Number.name(),
        JsonValue::Object(_) => Shape::Object.name(),
        JsonValue::Array(..) => Shape::Array.name(),
    }
}

fn members<'a>(taking: &mut Taking<'a>, lines: &'a [JsonLine], object: Node<'_, '_>, item: ItemId) {
    let mut seen = vec![false; lines.len()];
    for child in object.children() {
        let Some(at) = lines.iter().position(|line| *line.name == *child.name()) else {
            let pointer = child.pointer();
            let spot = spot(child.name_place());
            taking.unknown(Said { text: child.text(), spot, name: &pointer });
            continue;
        };
        // The reader of the bytes told a name that comes twice; what came first counts.
        if !std::mem::replace(&mut seen[at], true) {
            value(taking, &lines[at], child, item);
        }
    }
    for (line, _) in lines.iter().zip(seen).filter(|(_, seen)| !seen) {
        if line.mark == Mark::Once || line.demand.is_some() {
            let name = format!("{}/{}", object.pointer(), line.name);
            let spot = spot(object.place());
            let spot = crate::record::Spot { len: 0, ..spot };
            taking.missing(line.demand.as_ref(), Said { text: "", spot, name: &name }, &line.name);
        }
    }
}

/// Writes a record on one line. A member that stands once is written even when nothing is said,
/// as `null`; an optional one when it says something; an array always.
#[must_use]
pub fn write_json(specimen: &JsonSpecimen, record: &Record<'_>) -> Written {
    let mut writing = Writing::default();
    let tree = tree(&mut writing, &specimen.root, record.root(), record.root());
    let bytes = write(&tree, Layout::Compact).into_bytes();
    Written { bytes, unwritten: writing.unwritten }
}

fn tree(
    writing: &mut Writing,
    line: &JsonLine,
    item: ItemRef<'_, '_>,
    root: ItemRef<'_, '_>,
) -> Tree {
    match &line.value {
        JsonValue::Text(filling) => {
            writing.fill(filling, line.at, item).map_or(Tree::Null, Tree::Text)
        }
        JsonValue::Bare(filling) => writing.fill(filling, line.at, item).map_or(Tree::Null, bare),
        JsonValue::Array(element, list) => {
            let items = item.items(*list);
            Tree::Array(items.map(|item| tree(writing, element, item, root)).collect())
        }
        JsonValue::Object(lines) => {
            let stands = |line: &&JsonLine| {
                let demanded = line.demand.as_ref().is_some_and(|demand| demand.holds(root));
                line.mark != Mark::Optional || demanded || speaks(line, item)
            };
            let member = |line: &JsonLine| (line.name.to_string(), tree(writing, line, item, root));
            Tree::Object(lines.iter().filter(stands).map(member).collect())
        }
    }
}

/// A value without quotes.
fn bare(text: String) -> Tree {
    match text.as_str() {
        "null" => Tree::Null,
        "true" | "false" => Tree::Boolean(text == "true"),
        _ if is_number(&text) => Tree::Number(text),
        _ => Tree::Text(text),
    }
}

/// Whether a line, or one in it, has something to say.
fn speaks(line: &JsonLine, item: ItemRef<'_, '_>) -> bool {
    match &line.value {
        JsonValue::Text(filling) | JsonValue::Bare(filling) => says(filling, item),
        JsonValue::Object(lines) => lines.iter().any(|line| speaks(line, item)),
        JsonValue::Array(_, list) => item.items(*list).next().is_some(),
    }
}
