//! `acquit explain`: every segment in words, codes resolved, and the field each value becomes.

mod fields;
mod place;
mod segment;
mod tree;

use super::arguments::Explain;
use super::exit::{Exit, Failure};
use super::input;
use super::terminal::Terminal;
use crate::records::{self, Seen};
use acquit_mapping::rulebook::Rulebook;
use place::At;

/// One explained value.
#[derive(Debug, Default, serde::Serialize)]
pub(super) struct Line {
    /// Position of the element in the segment, from 1; 0 for XML.
    element: u16,
    /// Position of the component in the element.
    component: u16,
    /// Number of the data element, or name of the XML element.
    id: String,
    /// Its name.
    name: String,
    /// The value as it stands.
    value: String,
    /// What the value means, when it is a code.
    meaning: String,
    /// The canonical names it becomes.
    fields: Vec<String>,
}

/// One explained segment or XML element.
#[derive(Debug, Default, serde::Serialize)]
pub(super) struct Block {
    /// Ordinal of the message.
    message: u32,
    /// Ordinal of the segment, from 1.
    segment: u32,
    /// Its tag or path.
    tag: String,
    /// Its name.
    name: String,
    /// Where it stands in the segment table (`SG25 (1..99) mandatory`).
    slot: String,
    /// Its values.
    lines: Vec<Line>,
}

/// Runs the command.
pub(super) fn explain(
    book: &Rulebook,
    arguments: &Explain,
    terminal: &mut Terminal,
) -> Result<Exit, Failure> {
    let at = match &arguments.at {
        None => At::default(),
        Some(text) => At::parse(text).ok_or_else(|| {
            let form = "[MESSAGE:]SEGMENT[.ELEMENT[.COMPONENT]], counted from 1, or a tag";
            Failure::usage(format!("--at {}: expected {form}", crate::render::escaped(text)))
        })?,
    };
    let bytes = input::whole(&arguments.file)?;
    let mut shown = 0usize;
    let mut ordinal = 0u32;
    let count = records::visit::<Failure>(book, &bytes, &mut |seen| {
        ordinal += 1;
        if !at.has_message(ordinal) {
            return Ok(());
        }
        let blocks = match &seen {
            Seen::Edifact(message) => segment::blocks(message),
            Seen::Xml { document, record, .. } => tree::blocks(document, *record),
        };
        if !terminal.is_json && at == At::default() {
            terminal.line(headline(&seen))?;
        }
        let first = |tag: &str| blocks.iter().find(|block| block.tag == tag);
        let at = at.with_tag(&|tag| first(tag).map(|block| block.segment));
        for mut block in blocks.into_iter().filter(|block| at.has_segment(block.segment)) {
            block.message = ordinal;
            block.lines.retain(|line| at.has_part(line.element, line.component));
            shown += 1;
            print(&block, terminal)?;
        }
        Ok(())
    })?;
    if count == 0 {
        return Err(Failure::usage("no message in it; `acquit check` tells why"));
    }
    if shown == 0 {
        return Err(Failure::usage("--at: there is no such place"));
    }
    Ok(Exit::Ok)
}

/// The line above a message.
fn headline(seen: &Seen<'_>) -> String {
    match seen {
        Seen::Edifact(message) => {
            let header = &message.header;
            let sender = &message.interchange.sender.id;
            let recipient = &message.interchange.recipient.id;
            let text = format!(
                "message {}  {} {}.{}  {sender} \u{2192} {recipient}  reference {}",
                message.message.number,
                header.kind,
                header.version,
                header.release,
                header.reference,
            );
            crate::render::escaped(&text)
        }
        Seen::Xml { document, .. } => {
            let root = document.root().qualified_name();
            crate::render::escaped(&format!("document {}  {root}", document.ordinal()))
        }
    }
}

fn print(block: &Block, terminal: &mut Terminal) -> Result<(), Failure> {
    if terminal.is_json {
        let value = serde_json::to_value(block).unwrap_or_default();
        terminal.json(&value)?;
        return Ok(());
    }
    let tag = terminal.styled("1", &crate::render::escaped(&block.tag));
    let head = match block.segment {
        0 => tag,
        number => format!("segment {number}  {tag}  {}   {}", block.name, block.slot),
    };
    terminal.line(head.trim_end())?;
    for line in &block.lines {
        let place = match (line.element, line.component) {
            (0, _) => String::new(),
            (element, 0) => format!("{element}"),
            (element, component) => format!("{element}.{component}"),
        };
        let mut text = format!(
            "  {place:<6}{:<5} {:<36} {}",
            line.id,
            crate::render::escaped(&line.name),
            crate::render::escaped(&line.value)
        );
        if !line.meaning.is_empty() {
            text.push_str(&format!("   {}", line.meaning));
        }
        if !line.fields.is_empty() {
            let fields = terminal.styled("36", &line.fields.join(", "));
            text.push_str(&format!("   \u{2192} {fields}"));
        }
        terminal.line(text.trim_end())?;
    }
    Ok(())
}
