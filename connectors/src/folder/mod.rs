//! The folder channel: files a partner drops, letters it fetches.
//!
//! ```text
//! <root>/<partner>/upload/tmp     the partner writes here
//!                  upload/new     and renames here: Acquit takes files from here
//!                  upload/cur     taken files, after the commit
//!                  upload/err     refused files, each with NAME.txt: what is wrong with it
//!                  download/tmp   Acquit writes here
//!                  download/new   and renames here: the partner fetches letters from here
//!                  download/cur   the partner may move fetched letters here
//! ```
//!
//! A file goes through [`poll`](FolderChannel::poll) (read once; what was read is what is
//! hashed, parsed and archived), then the caller commits, then
//! [`settle`](FolderChannel::settle) moves it. A crash in between only means that the file is
//! read again, and known again. Folders are scanned, not watched: events of the file system are
//! lost on network mounts, so a scan is needed in any case, and a scan of a folder that holds
//! few files costs microseconds.
//!
//! The calls block; an asynchronous caller runs them on a thread of their own.
//!
//! Invariants: a link is never followed or opened; a file with a second name (hard link), a
//! folder, a pipe or a device is never read; no name of a partner becomes a path unless it is a
//! [`FileName`](crate::name::FileName); nothing in `cur` or `err` is ever overwritten.

mod deliver;
mod identity;
mod scan;
mod settle;

use crate::name::FileName;
use acquit_domain::Timestamp;
use acquit_domain::time::SECOND;
use std::collections::BTreeMap;
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::{fs, io};

pub use deliver::{Case, letter_name};
use identity::Identity;

/// Largest file that is read, in bytes: the same as the largest EDIFACT body over HTTP.
pub const FILE_BYTES_MAX: u64 = 48 * 1024 * 1024;

/// Most files taken by one poll; the others wait for the next one.
pub const FILES_PER_POLL_MAX: usize = 256;

/// Most bytes read by one poll, whatever the number of files (one file always fits).
pub const BYTES_PER_POLL_MAX: u64 = 64 * 1024 * 1024;

/// Most files of one folder looked at by one poll.
pub const SIGHTINGS_MAX: usize = 100_000;

/// How long a file must not have changed before it is taken when its writer writes in place, in
/// microseconds.
pub const QUIET_US: i64 = 2 * SECOND;

/// How it is known that a file in `upload/new` is whole.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Arrival {
    /// The partner may write in place: taken when size and time of change were the same at two
    /// polls and the last change is [`QUIET_US`] old.
    #[default]
    Quiet,
    /// The partner always renames into `upload/new`: taken at first sight.
    Renamed,
    /// The partner writes an empty `NAME.done` when `NAME` is whole.
    Marked,
}

/// Why a file was not read as it stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FileFault {
    /// `FIL-NAME`: the name cannot be used.
    Name(crate::name::NameFault),
    /// `FIL-TYPE`: a symbolic link; never opened.
    Link,
    /// `FIL-TYPE`: the file has a second name, perhaps in another partner's folder.
    HardLink,
    /// `FIL-TYPE`: a folder, a pipe, a socket or a device. Ignored, and left where it is.
    NoFile,
    /// `LIM-BODY`: more than [`FILE_BYTES_MAX`] bytes.
    TooLarge,
}

impl FileFault {
    /// The stable code of the finding.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            FileFault::Name(_) => "FIL-NAME",
            FileFault::Link | FileFault::HardLink | FileFault::NoFile => "FIL-TYPE",
            FileFault::TooLarge => "LIM-BODY",
        }
    }

    /// One sentence, in English.
    #[must_use]
    pub const fn text(self) -> &'static str {
        match self {
            FileFault::Name(fault) => fault.text(),
            FileFault::Link => "a symbolic link is never followed",
            FileFault::HardLink => "the file has a second name",
            FileFault::NoFile => "this is no file",
            FileFault::TooLarge => "the file is larger than the limit",
        }
    }
}

/// A file that arrived. It stays where it is until it is [settled](FolderChannel::settle).
#[derive(Debug)]
pub struct Arrived {
    /// The name, safe to show; not to be joined to a path.
    pub shown: String,
    /// What was read; empty when it must not be read.
    pub bytes: Arc<[u8]>,
    /// Why it has to be refused whatever it holds.
    pub fault: Option<FileFault>,
    /// What settles it.
    pub token: Token,
}

/// Names an arrived file until it is settled.
#[derive(Debug)]
pub struct Token {
    /// The name in `upload/new`, as the folder listed it: one component.
    listed: OsString,
    /// The name, when it may be kept.
    name: Option<FileName>,
    /// Which file it was when it was read.
    identity: Identity,
    /// What was read.
    bytes: Arc<[u8]>,
}

/// What becomes of an arrived file, after the commit (or after the commit failed).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fate<'a> {
    /// Goes to `upload/cur`.
    Taken,
    /// Goes to `upload/err`, with the diagnostic beside it.
    Refused {
        /// Text of the `.txt` file.
        diagnostic: &'a str,
    },
    /// Could not be stored: stays in place, and the next poll gives it again.
    Again,
}

/// A move that is still owed to a file that was committed.
#[derive(Debug)]
struct Owed {
    identity: Identity,
    name: String,
    /// The text to put beside it, when it was refused.
    diagnostic: Option<String>,
}

/// How the channel is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Health {
    /// The last call succeeded.
    Good,
    /// `SYS-IO`: the last call failed; what it was about stays in place and is tried again.
    Failing {
        /// What failed, for which folder.
        what: String,
        /// Since when.
        since: Timestamp,
    },
}

/// One partner's folders.
#[derive(Debug)]
pub struct FolderChannel {
    folder: PathBuf,
    arrival: Arrival,
    /// What every file not yet taken looked like at the last poll.
    sightings: BTreeMap<OsString, Identity>,
    /// Files given to the caller and not settled yet.
    given: BTreeMap<OsString, Identity>,
    /// Files that were committed and could not be moved: never read again by this process.
    owed: BTreeMap<OsString, Owed>,
    /// How taking files is.
    upload: Health,
    /// How putting letters is.
    download: Health,
}

/// Half of a channel: one may fail while the other works.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Side {
    Upload,
    Download,
}

/// The folders under a partner's folder.
const FOLDERS: &[&str] = &[
    "upload/tmp",
    "upload/new",
    "upload/cur",
    "upload/err",
    "download/tmp",
    "download/new",
    "download/cur",
];

impl FolderChannel {
    /// Opens (and makes, when missing) the folders of `partner` under `root`.
    ///
    /// # Errors
    /// When a folder can be neither made nor used; the message names it.
    pub fn open(root: &Path, partner: &FileName, arrival: Arrival) -> io::Result<FolderChannel> {
        let folder = root.join(partner.as_str());
        for name in FOLDERS {
            let path = folder.join(name);
            fs::create_dir_all(&path).map_err(|error| about(&path, &error))?;
        }
        Ok(FolderChannel {
            folder,
            arrival,
            sightings: BTreeMap::new(),
            given: BTreeMap::new(),
            owed: BTreeMap::new(),
            upload: Health::Good,
            download: Health::Good,
        })
    }

    /// How the channel is: what fails in taking files, or else in putting letters.
    #[must_use]
    pub fn health(&self) -> &Health {
        match self.upload {
            Health::Failing { .. } => &self.upload,
            Health::Good => &self.download,
        }
    }

    fn folder(&self, name: &str) -> PathBuf {
        self.folder.join(name)
    }

    /// Notes whether a call succeeded, and hands its result on. A move still owed keeps taking
    /// files failing.
    fn noted<T>(&mut self, side: Side, result: io::Result<T>, now: Timestamp) -> io::Result<T> {
        let is_owing = side == Side::Upload && !self.owed.is_empty();
        let health = match side {
            Side::Upload => &mut self.upload,
            Side::Download => &mut self.download,
        };
        match (&result, health) {
            (Ok(_), Health::Failing { .. }) if is_owing => {}
            (Ok(_), health) => *health = Health::Good,
            (Err(error), Health::Failing { what, .. }) => *what = error.to_string(),
            (Err(error), health) => {
                *health = Health::Failing { what: error.to_string(), since: now };
            }
        }
        result
    }
}

/// The same error, saying for which path.
fn about(path: &Path, error: &io::Error) -> io::Error {
    io::Error::new(error.kind(), format!("{}: {error}", path.display()))
}
