//! Interchanges of the wild against their guides: what each is told, and nothing else.
//!
//! The files are not part of the project: `ACQUIT_CORPUS` names the folder that holds them.
//! Not covered here: envelopes, character sets, and messages no guide of this project covers.
#![expect(clippy::disallowed_methods, reason = "tests read files the environment names")]
#![expect(clippy::print_stdout, reason = "a test says what it skipped")]

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use acquit_syntax::edifact::check::{Characters, Checked, Input, Rules, message};
use acquit_syntax::edifact::guide::{Directory, Guide};
use acquit_syntax::edifact::separators::Separators;
use acquit_syntax::edifact::tape::{Tag, Tape};
use acquit_syntax::edifact::tokenizer::{Scanner, Stop};
use acquit_syntax::fault::Level;

/// File, folder of its guides, message, service directory, and the faults that are no notes.
const CASES: &[(&str, &str, &str, &str, &str)] = &[
    (
        "ConnectingEurope_eInvoicing-EN16931/EDIFACT_EXAMPLE1.TXT",
        "D14B",
        "INVOIC",
        "SERVICE-4",
        "EDI-045 x1",
    ),
    (
        "ConnectingEurope_eInvoicing-EN16931/EDIFACT_EXAMPLE2.TXT",
        "D14B",
        "INVOIC",
        "SERVICE-4",
        "EDI-045 x1",
    ),
    ("ConnectingEurope_eInvoicing-EN16931/EDIFACT_EXAMPLE9.TXT", "D14B", "INVOIC", "SERVICE-4", ""),
    (
        "JoschaMetze_edifact_mapper/fv2604__contrl__contrl.edi",
        "SERVICE-3",
        "CONTRL",
        "SERVICE-3",
        "EDI-037 x8",
    ),
    ("hupe1980_edifact-rs/d01b_invoic_conforming.edi", "D01B", "INVOIC", "SERVICE-3", "EDI-013 x2"),
    ("hupe1980_edifact-rs/d01b_invoic_malformed.edi", "D01B", "INVOIC", "SERVICE-3", "EDI-013 x3"),
    ("nerdocs_pydifact/invoice_with_colon_at_end.edi", "D97A", "INVOIC", "SERVICE-3", ""),
    ("nerdocs_pydifact/messages__v3__aperak_rejected.edi", "D96A", "APERAK", "SERVICE-3", ""),
    ("perspilling_cremul-parser/CREMUL0001.DAT", "D96A", "CREMUL", "SERVICE-3", ""),
    ("perspilling_cremul-parser/CREMUL0003.DAT", "D96A", "CREMUL", "SERVICE-3", ""),
    (
        concat!(
            "smooks_smooks-edi-cartridge/edifact-cartridge__data__",
            "INVOIC_D.03B_Interchange_with_UNA.txt"
        ),
        "D03B",
        "INVOIC",
        "SERVICE-4",
        "",
    ),
    (
        "xlate_staedi/EDIFACT__invoic_d97b_bad.edi",
        "D97A",
        "INVOIC",
        "SERVICE-3",
        "EDI-035 x1 EDI-037 x2 EDI-039 x1",
    ),
];

#[test]
fn the_wild_is_told_what_it_is_told() {
    let Some(corpus) = std::env::var_os("ACQUIT_CORPUS").map(PathBuf::from) else {
        println!("skipped {} interchanges: ACQUIT_CORPUS is not set", CASES.len());
        return;
    };
    for (file, folder, kind, service, expected) in CASES {
        let path = corpus.join("edifact").join(file);
        let Ok(bytes) = fs::read(&path) else {
            println!("skipped {file}: not in the corpus");
            continue;
        };
        assert_eq!(faults(&bytes, &guide(folder, kind, service)), *expected, "{file}");
    }
}

fn guides() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../mappings/guides")
}

fn guide(folder: &str, kind: &str, service: &str) -> Guide {
    let text = |folder: &str, file: &str| {
        fs::read_to_string(guides().join(folder).join(file)).expect("a file of the project")
    };
    let directory = |folder: &str| {
        Directory::read(&text(folder, "segments.guide"), &text(folder, "codes.guide")).0
    };
    let joined = Arc::new(directory(folder).with(&directory(service)));
    Guide::read(&text(folder, &format!("{kind}.guide")), &joined).0
}

/// The faults of all messages of an interchange, counted by kind.
fn faults(bytes: &[u8], guide: &Guide) -> String {
    let una = bytes.strip_prefix(b"UNA").and_then(|rest| rest.first_chunk::<6>().copied());
    let body = if una.is_some() { &bytes[9..] } else { bytes };
    let separators = una.map_or(Separators::DEFAULT, |una| {
        Separators::from_una(una).expect("the corpus declares good separators")
    });
    let version = if body.starts_with(b"UNB+UNOW:4") || una.is_some_and(|una| una[4] == b'*') {
        separators.with_version(4, una)
    } else {
        separators
    };
    let mut tape = Tape::default();
    let mut scanner = Scanner::new(&version);
    while scanner.next(body, &mut tape) == Stop::Segment {}
    scanner.finish(body, &mut tape);
    let mut counts: BTreeMap<&str, u32> = BTreeMap::new();
    let (header, trailer) = (Tag::new(b"UNH"), Tag::new(b"UNT"));
    let mut out = Checked::default();
    let mut from = 0;
    for (at, segment) in tape.segments.iter().enumerate() {
        if segment.tag == header {
            from = at;
        } else if segment.tag == trailer {
            let segments = &tape.segments[from..=at];
            let characters = Characters::Utf8;
            let input = Input { segments, characters, ..Input::new(body, &tape, version) };
            message(guide, &input, &Rules::default(), &mut out);
            for fault in out.faults.iter().filter(|fault| fault.level != Level::Note) {
                *counts.entry(fault.kind.name()).or_default() += 1;
            }
        }
    }
    counts.iter().map(|(kind, count)| format!("{kind} x{count}")).collect::<Vec<_>>().join(" ")
}
