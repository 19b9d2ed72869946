//! Letters out: whole or not at all.

use super::settle::{sync_folder, write_new};
use super::{FolderChannel, Side, about};
use crate::name::FileName;
use acquit_domain::{Letter, Media, Timestamp};
use std::path::Path;
use std::{fs, io};

/// How the extension of a letter is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Case {
    /// `.xml`, `.edi`.
    #[default]
    Lower,
    /// `.XML`, `.EDI`: for partners whose programs look for capitals only.
    Upper,
}

/// The name of a letter's file: its identifier and the extension of its media.
#[must_use]
pub fn letter_name(letter: &Letter, case: Case) -> String {
    let extension = match (letter.media, case) {
        (Media::Edifact, Case::Lower) => "edi",
        (Media::Edifact, Case::Upper) => "EDI",
        (Media::Xml, Case::Lower) => "xml",
        (Media::Xml, Case::Upper) => "XML",
        (Media::Json, Case::Lower) => "json",
        (Media::Json, Case::Upper) => "JSON",
        (Media::Unknown, Case::Lower) => "dat",
        (Media::Unknown, Case::Upper) => "DAT",
    };
    format!("{}.{extension}", letter.id)
}

impl FolderChannel {
    /// Puts a letter into `download/new`: written beside, made durable, then renamed. The same
    /// letter again is no fault, so that delivering can be repeated after a crash.
    ///
    /// # Errors
    /// When it could not be written; nothing is visible to the partner then.
    pub fn deliver(&mut self, name: &FileName, bytes: &[u8], now: Timestamp) -> io::Result<()> {
        let result = self.put(name, bytes);
        self.noted(Side::Download, result, now)
    }

    fn put(&self, name: &FileName, bytes: &[u8]) -> io::Result<()> {
        let target = self.folder("download/new").join(name.as_str());
        let fetched = self.folder("download/cur").join(name.as_str());
        if holds(&target, bytes) || holds(&fetched, bytes) {
            return Ok(());
        }
        let beside = self.folder("download/tmp").join(name.as_str());
        let _ = fs::remove_file(&beside);
        write_new(&beside, bytes)
            .and_then(|()| fs::rename(&beside, &target))
            .and_then(|()| sync_folder(&self.folder("download/new")))
            .map_err(|error| about(&target, &error))
    }
}

/// True when the file exists and holds exactly these bytes.
fn holds(path: &Path, bytes: &[u8]) -> bool {
    let same_size = fs::symlink_metadata(path)
        .is_ok_and(|data| data.is_file() && data.len() == bytes.len() as u64);
    same_size && fs::read(path).is_ok_and(|held| held == bytes)
}
