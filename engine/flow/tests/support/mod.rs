//! The committed rulebook, for tests of the pipeline.
#![expect(clippy::disallowed_methods, reason = "tests read the committed mappings")]

use acquit_mapping::rulebook::Rulebook;
use std::collections::BTreeMap;
use std::path::Path;

fn files(root: &Path, below: &Path, into: &mut BTreeMap<String, String>) {
    for entry in std::fs::read_dir(below).expect("the mappings folder is there") {
        let path = entry.expect("an entry of a folder").path();
        if path.is_dir() {
            files(root, &path, into);
        } else if let Ok(text) = std::fs::read_to_string(&path) {
            let name = path.strip_prefix(root).expect("a path below the root");
            into.insert(name.to_string_lossy().replace('\\', "/"), text);
        }
    }
}

/// The committed rulebook.
pub(crate) fn book() -> Rulebook {
    book_with(&[])
}

/// The committed rulebook with files of a test.
pub(crate) fn book_with(more: &[(String, String)]) -> Rulebook {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../mappings");
    let mut all = BTreeMap::new();
    files(&root, &root, &mut all);
    all.extend(more.iter().cloned());
    match Rulebook::load(&all) {
        Ok(book) => book,
        Err(faults) => {
            let lines: Vec<String> = faults.iter().map(ToString::to_string).collect();
            panic!("{}", lines.join("\n"));
        }
    }
}
