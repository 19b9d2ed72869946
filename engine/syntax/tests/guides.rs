//! Every file of `mappings/guides/` reads without a flaw; what is wrong in a file is told, all of
//! it at once.
#![expect(clippy::disallowed_methods, reason = "tests read the files the product embeds")]

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use acquit_syntax::edifact::guide::{Directory, ElementId, Guide, SlotId};

fn guides() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../mappings/guides")
}

fn text(path: &Path) -> String {
    fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

fn directory(folder: &Path) -> Directory {
    let (segments, codes) = (folder.join("segments.guide"), folder.join("codes.guide"));
    let (directory, flaws) = Directory::read(&text(&segments), &text(&codes));
    assert_eq!(flaws, [], "{}", folder.display());
    directory
}

fn children(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).expect("the folder of guides is part of the project");
    let mut all: Vec<PathBuf> = entries.filter_map(|entry| Some(entry.ok()?.path())).collect();
    all.sort();
    all
}

#[test]
fn every_guide_reads() {
    let services = ["SERVICE-3", "SERVICE-4"].map(|name| directory(&guides().join(name)));
    let mut tables = 0;
    for folder in children(&guides()).into_iter().filter(|path| path.is_dir()) {
        let own = directory(&folder);
        for service in &services {
            let joined = Arc::new(own.with(service));
            for file in children(&folder) {
                let name = file.file_stem().and_then(|stem| stem.to_str()).unwrap_or("");
                if name == "segments" || name == "codes" {
                    continue;
                }
                let (guide, flaws) = Guide::read(&text(&file), &joined);
                assert_eq!(flaws, [], "{}", file.display());
                assert_eq!(guide.message(), name);
                assert_eq!(guide.slot(SlotId::ROOT).end.index(), guide.slots().len());
                tables += 1;
            }
        }
    }
    assert!(tables >= 2 * 30, "only {tables} tables were found");
}

#[test]
fn a_guide_tells_names() {
    let d96a = directory(&guides().join("D96A"));
    let check = |element: &str, code: &str, expected: &str| {
        let id = ElementId::new(element).expect("an element");
        let name = d96a.element_name(id).unwrap_or("?");
        let code = d96a.code_name(id, code).unwrap_or("?");
        assert_eq!(format!("{name}: {code}"), expected);
    };
    check("1001", "380", "Document/message name, coded: Commercial invoice");
    check("5025", "77", "Monetary amount type qualifier: Invoice amount");
    check("5025", "388", "Monetary amount type qualifier: ?");
    check("2380", "1", "Date/time/period: ?");
    check("C507", "1", "Date/time/period: ?");
}

const SEGMENTS: &str = "directory X\nsegments\nBGM Begin\n  M 1004\nUNT End\n  C 1004\n\
                        composites\nelements\n1004 an..35 Number\n";

/// Reads the three files and tells their flaws, one a line.
fn check(table: &str, segments: &str, codes: &str, expected: &str) {
    let (directory, mut flaws) = Directory::read(segments, codes);
    flaws.extend(Guide::read(table, &Arc::new(directory)).1);
    let told: Vec<String> = flaws
        .iter()
        .map(|f| format!("{:?} {}:{} {}", f.file, f.line, f.column, f.message))
        .collect();
    assert_eq!(told.join("\n"), expected);
}

#[test]
fn flaws_of_a_table() {
    let check = |lines: &str, expected: &str| {
        let table = format!("message X D 1\n{lines}\n");
        check(&table, SEGMENTS, "directory X\n", expected);
    };
    check("0010 BGM M 1", "");
    check("- SG1 C 9\n  - BGM M 1", "");
    check("0010 ZZZ M 1", "Table 2:6 segment ZZZ is not in X");
    check("x BGM M 1", "Table 2:1 expected a position, as `0080`, or `-`");
    check("0010 BGM X 1", "Table 2:10 expected the status `M` or `C`");
    check("0010 BGM M 0", "Table 2:12 expected how often it may repeat, as `1`");
    check("0010 BGM M", "Table 2:11 expected how often it may repeat, as `1`");
    check(
        "0010 BGM M 1\n    0020 UNT M 1",
        "Table 3:5 this line is nested deeper than the group it stands in",
    );
    check(
        "- SG1 C 9\n  - BGM C 1",
        "Table 3:5 a group begins with its trigger: a segment with `M 1`",
    );
    check("- SG1 C 9", "Table 2:3 group SG1 is empty");
}

#[test]
fn flaws_of_a_directory() {
    let table = "message X D 1\n0010 BGM M 1\n";
    let check = |from: &str, to: &str, codes: &str, expected: &str| {
        check(table, &SEGMENTS.replacen(from, to, 1), codes, expected);
    };
    check("", "", "directory Y\n", "Codes 1:11 this file belongs to directory X");
    check("M 1004", "M 1005", "", "Segments 4:5 element 1005 is not defined below");
    check("M 1004", "M C002", "", "Segments 4:5 composite C002 is not defined below");
    check("M 1004", "X 1004", "", "Segments 4:3 expected the status `M` or `C`");
    check("M 1004", "M 1004 x", "", "Segments 4:10 expected how often it may repeat, as `3`");
    check(
        "an..35",
        "x..35",
        "",
        "Segments 4:5 element 1004 is not defined below\n\
        Segments 6:5 element 1004 is not defined below\n\
        Segments 9:6 expected a representation, as `an..35`, `n6` or `a3`",
    );
    check("an..35", "an..35 code", "", "Segments 1:1 1004 is marked `code` but has no list");
    check("an..35", "an..35 code", "1004\n  1 One\n", "");
    check(
        "an..35",
        "an..35 code",
        "1004\n  1 One\n  1 Again\n",
        "Codes 1:1 element 1004 lists a value twice",
    );
    check("", "", "1004\n  | 1 2\n", "Codes 1:1 1004 is not a coded element of segments.guide");
    check(
        "an..35",
        "an..35 code",
        "1004\n  123456789 Long\n",
        "Codes 2:3 a code has 1 to 8 characters",
    );
}
