//! The bodies of the fuzz targets. Each takes any bytes and must neither panic nor hang; what
//! must hold of its result is asserted. `tests/fuzz` runs them under a fuzzer, `tests/targets.rs`
//! over samples and mutants in every run.

use std::sync::OnceLock;

use acquit_syntax::edifact::check::{Checked, Input, Rules, message};
use acquit_syntax::edifact::guide::Guide;
use acquit_syntax::edifact::reader::{Item, Options, Reader};
use acquit_syntax::edifact::separators::Separators;
use acquit_syntax::edifact::tape::Tape;
use acquit_syntax::edifact::tokenizer::{Scanner, Stop};
use acquit_syntax::fault::Place;

pub use crate::rules_targets::{mapping_rules, state_machine};
use acquit_syntax::xml;

/// A target: takes any bytes, panics when something that must hold does not.
pub type Target = fn(&[u8]);

/// Every target by name, with the mutants an ordinary test run can afford.
pub const TARGETS: &[(&str, Target, usize)] = &[
    ("edi_tokens", edi_tokens, 2_000),
    ("edi_stream_split", edi_stream_split, 2_000),
    ("edi_validate", edi_validate, 2_000),
    ("xml_inv", xml_inv, 2_000),
    // A whole book is loaded, or a whole life lived, for each.
    ("mapping_rules", mapping_rules, 100),
    ("state_machine", state_machine, 100),
];

/// Tokens are in order, inside the window, and within their segment.
pub fn edi_tokens(bytes: &[u8]) {
    let mut tape = Tape::default();
    let mut scanner = Scanner::new(&Separators::DEFAULT);
    while scanner.next(bytes, &mut tape) == Stop::Segment {}
    scanner.finish(bytes, &mut tape);
    let mut before = 0;
    for segment in &tape.segments {
        assert!(before <= segment.start && segment.start <= segment.end, "segments overlap");
        assert!(segment.end as usize <= bytes.len(), "a segment ends outside the window");
        before = segment.end;
        for part in tape.parts_of(segment) {
            assert!(segment.start <= part.start && part.end <= segment.end, "a part strays");
        }
    }
}

/// A stream pushed in chunks gives the items of the whole slice. The first byte chooses the
/// chunks.
pub fn edi_stream_split(bytes: &[u8]) {
    let Some((size, bytes)) = bytes.split_first() else { return };
    let whole = told(Reader::over(bytes, Options::default()));
    let mut reader = Reader::new(Options::default());
    let mut items = Vec::new();
    for chunk in bytes.chunks(usize::from(*size % 97) + 1) {
        reader.push(chunk);
        drain(&mut reader, &mut items);
    }
    reader.finish();
    drain(&mut reader, &mut items);
    assert_eq!(items, whole, "chunks of {} bytes read differently", usize::from(*size % 97) + 1);
}

fn told(mut reader: Reader<'_>) -> Vec<String> {
    let mut items = Vec::new();
    drain(&mut reader, &mut items);
    items
}

fn drain(reader: &mut Reader<'_>, items: &mut Vec<String>) {
    while let Some(item) = reader.next() {
        items.push(match item {
            Item::Message(message) => {
                format!("{:?} {:?} {:?}", message.header(), message.span(), message.faults)
            }
            other => format!("{other:?}"),
        });
    }
}

/// Every message checks against a guide: nodes nest, faults stand inside the input.
pub fn edi_validate(bytes: &[u8]) {
    static GUIDES: OnceLock<super::directories::Guides> = OnceLock::new();
    let guides = GUIDES.get_or_init(super::directories::guides);
    let mut reader = Reader::over(bytes, Options::default());
    let mut out = Checked::default();
    while let Some(item) = reader.next() {
        let Item::Message(read) = item else { continue };
        let header = read.header();
        let guide = guides.get(&header.kind, &header.release);
        let Some(guide) = guide.or_else(|| guides.get("INVOIC", "96A")) else { continue };
        validate(guide, &read, &mut out);
        for fault in &out.faults {
            let end = fault.place.byte + u64::from(fault.place.len);
            assert!(end <= bytes.len() as u64, "a fault stands outside the input");
        }
    }
}

/// Checks one message against a guide.
pub fn validate(
    guide: &Guide,
    read: &acquit_syntax::edifact::reader::Message<'_>,
    out: &mut Checked,
) {
    let origin = Place {
        interchange: read.interchange,
        message: read.number,
        byte: read.byte,
        ..Place::default()
    };
    let input = Input::of(&read.content, origin, read.faults);
    message(guide, &input, &Rules::default(), out);
    for (at, node) in out.nodes.iter().enumerate() {
        assert!(node.end as usize <= out.nodes.len() && node.end as usize > at, "a node strays");
    }
}

/// XML that reads can be written, and what was written reads without a rejecting fault.
pub fn xml_inv(bytes: &[u8]) {
    let options = xml::Options { several_documents: true, ..xml::Options::default() };
    let (documents, faults) = xml::read(bytes, &options);
    for fault in &faults {
        let end = fault.place.byte + u64::from(fault.place.len);
        assert!(end <= bytes.len() as u64, "a fault stands outside the input");
    }
    if !faults.is_empty() {
        return;
    }
    for document in &documents {
        let tree = document.root().to_tree();
        let (text, lost) = xml::write(&tree, xml::Layout::Compact);
        if lost.is_empty() {
            let (again, faults) = xml::read(text.as_bytes(), &options);
            assert_eq!((again.len(), faults.len()), (1, 0), "what was written reads: {faults:?}");
            assert_eq!(again[0].root().to_tree(), tree, "what was written reads the same");
        }
    }
}
