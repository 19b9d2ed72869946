//! The repository as a list of files, for the tests that keep it tidy.

use std::path::{Path, PathBuf};
use std::process::Command;

/// One file of the project.
#[derive(Debug, Clone)]
pub struct SourceFile {
    /// Path from the root of the repository, with `/`.
    pub path: String,
    /// The text; `None` when it is not UTF-8.
    pub text: Option<String>,
}

impl SourceFile {
    /// The lines with their numbers, from 1; none when the file is not text.
    pub fn lines(&self) -> impl Iterator<Item = (usize, &str)> {
        self.text.as_deref().unwrap_or("").lines().enumerate().map(|(at, line)| (at + 1, line))
    }

    /// Whether the path ends so.
    #[must_use]
    pub fn is(&self, ending: &str) -> bool {
        self.path.ends_with(ending)
    }

    /// Whether the path begins with one of these.
    #[must_use]
    pub fn under(&self, folders: &[&str]) -> bool {
        folders.iter().any(|folder| self.path.starts_with(folder))
    }
}

/// The root of the repository.
#[must_use]
pub fn root() -> PathBuf {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    here.parent().unwrap_or(here).to_path_buf()
}

/// Every file of the project: those git tracks, or, without git, all but `target`.
#[must_use]
pub fn files() -> Vec<SourceFile> {
    let root = root();
    let mut paths = tracked(&root).unwrap_or_else(|| walked(&root, &root));
    paths.sort();
    paths
        .into_iter()
        .filter_map(|path| {
            let bytes = std::fs::read(root.join(&path)).ok()?;
            Some(SourceFile { path, text: String::from_utf8(bytes).ok() })
        })
        .collect()
}

fn tracked(root: &Path) -> Option<Vec<String>> {
    let output = Command::new("git").arg("-C").arg(root).args(["ls-files", "-z"]).output().ok()?;
    if !output.status.success() {
        return None;
    }
    let listing = String::from_utf8(output.stdout).ok()?;
    let paths: Vec<String> =
        listing.split('\0').filter(|path| !path.is_empty()).map(str::to_owned).collect();
    (!paths.is_empty()).then_some(paths)
}

fn walked(root: &Path, folder: &Path) -> Vec<String> {
    let mut found = Vec::new();
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    for entry in entries {
        let (path, name) = (entry.path(), entry.file_name());
        if path.is_dir() {
            if name != "target" && name != ".git" {
                found.extend(walked(root, &path));
            }
        } else if let Some(path) = path.strip_prefix(root).ok().and_then(Path::to_str) {
            found.push(path.replace('\\', "/"));
        }
    }
    found
}

/// Every file below a folder, whole, in order of path; none when the folder is not there.
#[must_use]
pub fn below(folder: &Path) -> Vec<(String, Vec<u8>)> {
    let mut paths = walked(folder, folder);
    paths.sort();
    paths
        .into_iter()
        .filter_map(|path| {
            let bytes = std::fs::read(folder.join(&path)).ok()?;
            Some((path, bytes))
        })
        .collect()
}

/// The corpus of messages by others: the folder named by `ACQUIT_CORPUS`, when it is one.
#[must_use]
pub fn corpus() -> Option<PathBuf> {
    let folder = PathBuf::from(std::env::var_os("ACQUIT_CORPUS")?);
    folder.is_dir().then_some(folder)
}
