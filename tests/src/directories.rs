//! The segment tables of `mappings/guides/`, compiled.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use acquit_syntax::edifact::guide::{Directory, Guide};

/// Guides by message type and release (`INVOIC`, `96A`).
#[derive(Debug, Clone)]
pub struct Guides(BTreeMap<(String, String), Guide>);

impl Guides {
    /// The guide of a message, when there is one.
    #[must_use]
    pub fn get(&self, message: &str, release: &str) -> Option<&Guide> {
        self.0.get(&(message.to_owned(), release.to_owned()))
    }

    /// Every guide.
    pub fn all(&self) -> impl Iterator<Item = &Guide> {
        self.0.values()
    }
}

/// The guides, read with the service directory of syntax 3.
#[must_use]
pub fn guides() -> Guides {
    read(3)
}

/// The guides, read with the service directory of a syntax version (3 for all before 4).
#[must_use]
pub fn read(syntax: u8) -> Guides {
    let root = super::repository::root().join("mappings/guides");
    let service = directory(&root.join(if syntax == 4 { "SERVICE-4" } else { "SERVICE-3" }));
    let mut guides = BTreeMap::new();
    let folders = std::fs::read_dir(&root).into_iter().flatten().flatten();
    for folder in folders.map(|entry| entry.path()).filter(|path| path.is_dir()) {
        let joined = Arc::new(directory(&folder).with(&service));
        for file in std::fs::read_dir(&folder).into_iter().flatten().flatten() {
            let name = file.file_name().to_string_lossy().into_owned();
            if name == "segments.guide" || name == "codes.guide" {
                continue;
            }
            let (guide, _) = Guide::read(&text(&file.path()), &joined);
            let key = (guide.message().to_owned(), guide.release().to_owned());
            guides.insert(key, guide);
        }
    }
    Guides(guides)
}

fn directory(folder: &Path) -> Directory {
    Directory::read(&text(&folder.join("segments.guide")), &text(&folder.join("codes.guide"))).0
}

fn text(path: &Path) -> String {
    std::fs::read_to_string(path).unwrap_or_default()
}
