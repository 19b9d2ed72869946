//! The rulebook a command works with: the built-in one, or a folder's.

use super::exit::Failure;
use acquit_mapping::rulebook::Rulebook;
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Largest file of a rulebook, in bytes.
const FILE_BYTES_MAX: u64 = 16 * 1024 * 1024;

/// Deepest folder of a rulebook.
const DEPTH_MAX: usize = 8;

/// Loads the rulebook.
///
/// # Errors
/// When the folder cannot be read, or its files have faults: all of them are told.
pub(super) fn load(folder: Option<&Path>) -> Result<Arc<Rulebook>, Failure> {
    built(&texts(folder)?)
}

/// The rulebook of these texts.
///
/// # Errors
/// When they have faults: all of them are told.
pub(super) fn built(texts: &BTreeMap<String, String>) -> Result<Arc<Rulebook>, Failure> {
    match Rulebook::load(texts) {
        Ok(book) => Ok(Arc::new(book)),
        Err(faults) => {
            let mut text = format!("the rulebook has {} faults", faults.len());
            for fault in &faults {
                text.push_str("\n  ");
                text.push_str(&fault.to_string());
            }
            Err(Failure::configuration(text))
        }
    }
}

/// The texts of the rulebook's files by their path in it.
///
/// # Errors
/// When the folder cannot be read.
pub(super) fn texts(folder: Option<&Path>) -> Result<BTreeMap<String, String>, Failure> {
    let Some(folder) = folder else { return Ok(crate::embedded::mappings()) };
    let mut texts = BTreeMap::new();
    collect(folder, folder, DEPTH_MAX, &mut texts)?;
    match texts.is_empty() {
        true => Err(Failure::configuration(format!("{}: no file in it", folder.display()))),
        false => Ok(texts),
    }
}

fn collect(
    base: &Path,
    folder: &Path,
    depth: usize,
    texts: &mut BTreeMap<String, String>,
) -> Result<(), Failure> {
    let fail = |path: &Path, error| {
        let failure = Failure::about(path.display(), &error);
        Failure::configuration(failure.text)
    };
    let entries = fs::read_dir(folder).map_err(|error| fail(folder, error))?;
    for entry in entries {
        let path: PathBuf = entry.map_err(|error| fail(folder, error))?.path();
        let data = fs::metadata(&path).map_err(|error| fail(&path, error))?;
        let is_hidden = path.file_name().is_none_or(|name| name.as_encoded_bytes()[0] == b'.');
        if data.is_dir() && depth > 0 && !is_hidden {
            collect(base, &path, depth - 1, texts)?;
        } else if data.is_file() && data.len() <= FILE_BYTES_MAX && !is_hidden {
            let text = fs::read_to_string(&path).map_err(|error| fail(&path, error))?;
            let relative = path.strip_prefix(base).unwrap_or(&path);
            texts.insert(relative.to_string_lossy().into_owned(), text);
        }
    }
    Ok(())
}
