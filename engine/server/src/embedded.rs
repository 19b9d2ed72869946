//! The rulebook and the samples that travel inside the binary.

use std::collections::BTreeMap;

/// A file inside the binary: its path and its text.
pub type File = (&'static str, &'static [u8]);

mod files {
    include!(concat!(env!("OUT_DIR"), "/embedded.rs"));
}

/// The files of `mappings/`, sorted by path.
pub const MAPPINGS: &[File] = files::MAPPINGS;

/// The files of `samples/`, sorted by path.
pub const SAMPLES: &[File] = files::SAMPLES;

/// The rulebook's files as text; a file that is no text is left out.
#[must_use]
pub fn mappings() -> BTreeMap<String, String> {
    MAPPINGS
        .iter()
        .filter_map(|(path, bytes)| {
            let text = std::str::from_utf8(bytes).ok()?;
            Some(((*path).to_owned(), text.to_owned()))
        })
        .collect()
}
