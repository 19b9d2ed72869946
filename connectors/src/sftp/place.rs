//! What a partner sees: two folders with folders of their own, and files in those. A path is
//! looked up here, never handed to the file system.

use crate::name::FileName;
use russh_sftp::protocol::StatusCode;
use std::path::{Path, PathBuf};

/// Longest path looked at, in bytes.
const PATH_BYTES_MAX: usize = 1024;

/// One of the folders that hold files.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Folder {
    /// The partner's own: what it writes before it renames.
    UploadTmp,
    /// From here files are taken.
    UploadNew,
    /// Taken files.
    UploadCur,
    /// Refused files, each with its diagnostic.
    UploadErr,
    /// Letters to fetch.
    DownloadNew,
    /// Letters fetched, when the partner moves them.
    DownloadCur,
}

/// Every folder with the path it is seen under.
const FOLDERS: [(Folder, [&str; 2]); 6] = [
    (Folder::UploadTmp, ["upload", "tmp"]),
    (Folder::UploadNew, ["upload", "new"]),
    (Folder::UploadCur, ["upload", "cur"]),
    (Folder::UploadErr, ["upload", "err"]),
    (Folder::DownloadNew, ["download", "new"]),
    (Folder::DownloadCur, ["download", "cur"]),
];

/// What a path names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Place {
    /// `/`, `/upload` or `/download`, with the names in it.
    Hall(&'static [&'static str]),
    /// A folder of files.
    Room(Folder),
    /// A file, there or not.
    File(Folder, FileName),
}

impl Folder {
    /// Where it is below the partner's folder.
    pub(super) fn below(self, root: &Path) -> PathBuf {
        let (_, [side, name]) = FOLDERS[self as usize];
        root.join(side).join(name)
    }

    /// Whether a partner may write files into it.
    pub(super) const fn takes_files(self) -> bool {
        matches!(self, Folder::UploadTmp | Folder::UploadNew)
    }

    /// Whether a partner may remove files from it: its own that were not taken, and letters it
    /// has fetched.
    pub(super) const fn gives_up_files(self) -> bool {
        !matches!(self, Folder::UploadCur | Folder::UploadErr)
    }

    /// Whether a partner may move a file from here to there.
    pub(super) const fn moves_to(self, other: Folder) -> bool {
        match self {
            Folder::UploadTmp | Folder::UploadNew => other.takes_files(),
            Folder::DownloadNew | Folder::DownloadCur => {
                matches!(other, Folder::DownloadNew | Folder::DownloadCur)
            }
            Folder::UploadCur | Folder::UploadErr => false,
        }
    }
}

impl Place {
    /// What a path names; paths that do not begin with `/` begin there all the same.
    pub(super) fn of(path: &str) -> Result<Place, StatusCode> {
        let parts = parts(path)?;
        match parts.as_slice() {
            [] => Ok(Place::Hall(&["upload", "download"])),
            ["upload"] => Ok(Place::Hall(&["tmp", "new", "cur", "err"])),
            ["download"] => Ok(Place::Hall(&["new", "cur"])),
            [side, name, rest @ ..] => {
                let found = FOLDERS.iter().find(|(_, seen)| seen == &[*side, *name]);
                let folder = found.map(|(folder, _)| *folder).ok_or(StatusCode::NoSuchFile)?;
                match rest {
                    [] => Ok(Place::Room(folder)),
                    [name] => {
                        let name = FileName::new(name.as_bytes());
                        name.map(|name| Place::File(folder, name)).map_err(|_| StatusCode::Failure)
                    }
                    _ => Err(StatusCode::NoSuchFile),
                }
            }
            _ => Err(StatusCode::NoSuchFile),
        }
    }
}

/// The path as a partner sees it, without steps: what `realpath` answers.
pub(super) fn canonical(path: &str) -> Result<String, StatusCode> {
    Ok(format!("/{}", parts(path)?.join("/")))
}

/// The components of a path; a step up from the top stays at the top (RFC 3986, 5.2.4, the same).
fn parts(path: &str) -> Result<Vec<&str>, StatusCode> {
    if path.len() > PATH_BYTES_MAX {
        return Err(StatusCode::NoSuchFile);
    }
    let mut parts = Vec::new();
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." => drop(parts.pop()),
            name => parts.push(name),
        }
    }
    Ok(parts)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(path: &str, expected: &str) {
        let found = match Place::of(path) {
            Ok(Place::Hall(names)) => names.join(" "),
            Ok(Place::Room(folder)) => folder.below(Path::new("R")).display().to_string(),
            Ok(Place::File(folder, name)) => {
                folder.below(Path::new("R")).join(name.as_str()).display().to_string()
            }
            Err(code) => format!("{code:?}"),
        };
        assert_eq!(found, expected, "{path}");
    }

    #[test]
    fn paths() {
        check("/", "upload download");
        check(".", "upload download");
        check("", "upload download");
        check("/upload", "tmp new cur err");
        check("download/", "new cur");
        check("/upload/new", "R/upload/new");
        check("/upload/new/a.xml", "R/upload/new/a.xml");
        check("upload/tmp/../new/./a.xml", "R/upload/new/a.xml");
        check("/../../etc/passwd", "NoSuchFile");
        check("/upload/new/../../../../etc/shadow", "NoSuchFile");
        check("/upload/new/a/b", "NoSuchFile");
        check("/upload/new/.hidden", "Failure");
        check("/upload/new/a\nb", "Failure");
        check("/download/tmp", "NoSuchFile");
        check("/download/tmp/x", "NoSuchFile");
        check("/upload/new/a\\b", "Failure");
        check(&"/a".repeat(600), "NoSuchFile");
    }

    #[test]
    fn folders_are_in_the_order_of_their_table() {
        for (at, (folder, _)) in FOLDERS.iter().enumerate() {
            assert_eq!(*folder as usize, at);
        }
    }

    #[test]
    fn steps_up_end_at_the_top() {
        assert_eq!(canonical("a/../../b//./c").as_deref(), Ok("/b/c"));
        assert_eq!(canonical("..").as_deref(), Ok("/"));
    }
}
