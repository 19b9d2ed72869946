//! Files of the wild, where `ACQUIT_CORPUS` says they are: every message of a release there is a
//! specimen of is read, written and read again, and says the same; nothing panics.
#![expect(clippy::disallowed_methods, reason = "tests read files")]
#![expect(clippy::print_stderr, reason = "it says what it skipped and what it read")]
#![allow(missing_docs, reason = "tests")]

mod support;

use acquit_mapping::edifact::{EdifactSpecimen, read_edifact, write_message};
use acquit_mapping::record::Record;
use acquit_syntax::edifact::check::{self, Checked, Input};
use acquit_syntax::edifact::envelope::Interchange;
use acquit_syntax::edifact::guide::Guide;
use acquit_syntax::edifact::reader::{Item, Message, Options, Reader};
use acquit_syntax::edifact::writer::{LineEnd, Writer};
use acquit_syntax::fault::Place;
use std::path::Path;

const SPECIMENS: &[&str] = &["invoic-d96a", "invoic-d01b", "aperak-d96a", "contrl-3"];

#[derive(Debug, Default)]
struct Count {
    files: usize,
    messages: usize,
    with_findings: usize,
    segments: u32,
    unread: u32,
    compared: usize,
}

#[test]
fn messages_of_the_wild() {
    let Ok(corpus) = std::env::var("ACQUIT_CORPUS") else {
        eprintln!("skipped: ACQUIT_CORPUS names no folder");
        return;
    };
    let forms: Vec<_> = SPECIMENS.iter().map(|name| support::edifact(name, None)).collect();
    let mut count = Count::default();
    walk(&Path::new(&corpus).join("edifact"), &forms, &mut count);
    eprintln!("{count:?}");
    assert!(count.files > 0, "no file in {corpus}");
}

fn walk(folder: &Path, forms: &[(EdifactSpecimen, Guide)], count: &mut Count) {
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    for path in entries.map(|entry| entry.path()) {
        if path.is_dir() {
            walk(&path, forms, count);
        } else if let Ok(bytes) = std::fs::read(&path) {
            count.files += 1;
            file(&bytes, forms, count);
        }
    }
}

fn file(bytes: &[u8], forms: &[(EdifactSpecimen, Guide)], count: &mut Count) {
    let mut reader = Reader::over(bytes, Options::default());
    let mut envelope = Interchange::default();
    while let Some(item) = reader.next() {
        match item {
            Item::Start { header, .. } => envelope = header.clone(),
            Item::Message(message) => {
                let header = message.header();
                let said = [&header.kind, &header.version, &header.release];
                let form = forms.iter().find(|(specimen, _)| specimen.message()[..3] == said);
                if let Some((specimen, guide)) = form {
                    one(&message, specimen, guide, &envelope, count);
                }
            }
            _ => {}
        }
    }
}

fn one(
    message: &Message<'_>,
    specimen: &EdifactSpecimen,
    guide: &Guide,
    envelope: &Interchange,
    count: &mut Count,
) {
    let (mut checked, mut record) = (Checked::default(), Record::new());
    let content = message.content;
    let input = Input::new(content.window, content.tape, content.separators);
    check::message(guide, &input, &check::Rules::default(), &mut checked);
    let found = read_edifact(specimen, &checked, &content, Place::default(), &mut record);
    count.messages += 1;
    count.segments += record.parts;
    count.unread += record.unread_count;
    if !found.is_empty() {
        count.with_findings += 1;
        eprintln!("{} {}: {}", specimen.message()[0], found[0].code, found[0].place.name);
        return;
    }
    let mut writer = Writer::new(envelope, LineEnd::None);
    let unwritten = write_message(specimen, &record, &mut writer);
    let Ok(written) = writer.finish() else { return };
    if !unwritten.is_empty() || envelope.separators.decimal != b'.' {
        return;
    }
    let mut again = Reader::over(&written, Options::default());
    while let Some(item) = again.next() {
        let Item::Message(message) = item else { continue };
        let content = message.content;
        let input = Input::new(content.window, content.tape, content.separators);
        check::message(guide, &input, &check::Rules::default(), &mut checked);
        let mut second = Record::new();
        read_edifact(specimen, &checked, &content, Place::default(), &mut second);
        assert_eq!(record.to_string(), second.to_string(), "what was written says the same");
        count.compared += 1;
    }
}
