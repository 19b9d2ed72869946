//! Real messages, where a corpus is at hand: each is read without a fault and stays what it is
//! when written, except that a processing instruction is refused.

use crate::fault::Level;
use crate::xml::{Kind, Layout, Options, read, write};
use std::path::{Path, PathBuf};

/// Every XML file below a directory.
fn files(directory: &Path, found: &mut Vec<PathBuf>) {
    let Ok(entries) = std::fs::read_dir(directory) else { return };
    for path in entries.flatten().map(|entry| entry.path()) {
        if path.is_dir() {
            files(&path, found);
        } else if path.extension().is_some_and(|end| end.eq_ignore_ascii_case("xml")) {
            found.push(path);
        }
    }
}

/// What is wrong with how one file is read and written, or nothing.
fn wrong(input: &[u8]) -> Option<String> {
    let (documents, faults) = read(input, &Options::default());
    if let Some(fault) = faults.iter().find(|fault| fault.level < Level::Note) {
        let refused = fault.kind == Kind::ProcessingInstruction;
        return (!refused).then(|| format!("{fault:?}"));
    }
    let tree = documents[0].root().to_tree();
    let (text, faults) = write(&tree, Layout::Indented);
    let (again, _) = read(text.as_bytes(), &Options::default());
    let stays = again.len() == 1 && again[0].root().to_tree() == tree;
    (!stays).then(|| format!("changed when written: {faults:?}"))
}

#[test]
#[expect(clippy::disallowed_methods, reason = "a test may look at files and variables")]
#[expect(clippy::print_stderr, reason = "says what was not tested")]
fn corpus_files_are_read() {
    let Ok(root) = std::env::var("ACQUIT_CORPUS") else {
        eprintln!("skipped: ACQUIT_CORPUS names no directory with sample messages");
        return;
    };
    let mut paths = Vec::new();
    files(Path::new(&root), &mut paths);
    assert_ne!(paths, Vec::<PathBuf>::new(), "no XML file below {root}");
    paths.sort();
    let broken: Vec<String> = paths
        .iter()
        .filter_map(|path| {
            let input = std::fs::read(path).expect("a file just listed can be read");
            wrong(&input).map(|what| format!("{}: {what}", path.display()))
        })
        .collect();
    assert_eq!(broken, Vec::<String>::new());
}
