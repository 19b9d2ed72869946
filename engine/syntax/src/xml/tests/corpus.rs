//! Real messages, where a corpus is at hand: every file that is well-formed is read so.

use crate::fault::Level;
use crate::xml::{Options, read};
use std::path::{Path, PathBuf};

/// Every file below a directory whose name ends like one of XML.
#[expect(clippy::disallowed_methods, reason = "a test may look at files")]
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
    paths.sort();
    let mut broken = Vec::new();
    for path in &paths {
        let bytes = std::fs::read(path).expect("a file just listed can be read");
        let (_, faults) = read(&bytes, &Options::default());
        let worst = faults.iter().filter(|fault| fault.level < Level::Note);
        broken.extend(worst.map(|fault| format!("{}: {}", path.display(), fault.kind.name())));
    }
    eprintln!("{} files read, faults: {broken:#?}", paths.len());
}
