//! The committed files, loaded as the rulebook loads them, and how a sample is read.

use acquit_mapping::codes::{CodeTable, Codes};
use acquit_mapping::edifact::{EdifactSource, EdifactSpecimen, lay_over, parse_edifact};
use acquit_mapping::xml::XmlSpecimen;
use acquit_syntax::edifact::guide::{Directory, Guide};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// The top of the working tree.
pub(crate) fn top() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// A committed file.
pub(crate) fn text(path: &str) -> String {
    std::fs::read_to_string(top().join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// The code tables.
pub(crate) fn codes() -> Codes {
    let mut codes = Codes::new();
    let folder = std::fs::read_dir(top().join("mappings/codes")).expect("the folder of codes");
    for entry in folder.flatten() {
        let file = entry.file_name().to_string_lossy().into_owned();
        let Some(name) = file.strip_suffix(".toml") else { continue };
        let path = format!("codes/{file}");
        let (table, faults) = CodeTable::read(name, &path, &text(&format!("mappings/{path}")));
        assert_eq!(faults, [], "{path}");
        codes.insert(name.to_owned(), table);
    }
    codes
}

/// The guide of a message.
pub(crate) fn guide(release: &str, message: &str) -> Guide {
    let directory = |release: &str| {
        let read = |file: &str| text(&format!("mappings/guides/{release}/{file}.guide"));
        let (directory, flaws) = Directory::read(&read("segments"), &read("codes"));
        assert_eq!(flaws, [], "{release}");
        directory
    };
    let service = directory("SERVICE-3");
    let joined = match release {
        "SERVICE-3" => service,
        release => directory(release).with(&service),
    };
    let table = text(&format!("mappings/guides/{release}/{message}.guide"));
    let (guide, flaws) = Guide::read(&table, &Arc::new(joined));
    assert_eq!(flaws, [], "{release} {message}");
    guide
}

/// The release and message of the guide a specimen is compiled against.
const GUIDES: &[(&str, &str, &str)] = &[
    ("invoic-d96a", "D96A", "INVOIC"),
    ("invoic-d01b", "D01B", "INVOIC"),
    ("aperak-d96a", "D96A", "APERAK"),
    ("contrl-3", "SERVICE-3", "CONTRL"),
    ("remadv-d96a", "D96A", "REMADV"),
    ("bansta-d96a", "D96A", "BANSTA"),
    ("creadv-d96a", "D96A", "CREADV"),
    ("cremul-d96a", "D96A", "CREMUL"),
];

/// An EDIFACT specimen with a partner's file over it, and its guide.
pub(crate) fn edifact(name: &str, overlay: Option<&str>) -> (EdifactSpecimen, Guide) {
    let codes = codes();
    let (default, flaws) = parse_edifact(&text(&format!("mappings/messages/{name}.edi")), &codes);
    assert_eq!(flaws, [], "{name}");
    let source: EdifactSource = match overlay {
        None => default,
        Some(partner) => {
            let over = text(&format!("mappings/issuers/{partner}/{name}.edi"));
            let (source, flaws) = lay_over(&default, &over, &codes);
            assert_eq!(flaws, [], "{partner} {name}");
            source
        }
    };
    let known = GUIDES.iter().find(|(known, ..)| *known == name).expect("a guide of the specimen");
    let guide = guide(known.1, known.2);
    let (specimen, flaws) = EdifactSpecimen::compile(source, &guide);
    assert_eq!(flaws, [], "{name}");
    (specimen, guide)
}

/// An XML specimen.
#[allow(dead_code, reason = "not every test reads XML")]
pub(crate) fn xml(name: &str) -> XmlSpecimen {
    let (specimen, flaws) =
        XmlSpecimen::parse(&text(&format!("mappings/messages/{name}.xml")), &codes());
    assert_eq!(flaws, [], "{name}");
    specimen
}
