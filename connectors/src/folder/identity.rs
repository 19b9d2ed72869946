//! Which file something is: enough to see that it was replaced or changed.

use super::FileFault;
use acquit_domain::Timestamp;
use acquit_domain::time::SECOND;
use std::fs::Metadata;
use std::os::unix::fs::MetadataExt;

/// A file as it stood at one moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Identity {
    device: u64,
    inode: u64,
    links: u64,
    is_file: bool,
    is_link: bool,
    /// Size in bytes.
    pub(super) size: u64,
    /// When the content changed last, seconds and nanoseconds.
    modified: (i64, i64),
}

impl Identity {
    /// From what the file system says; of the link itself, when it is one.
    pub(super) fn of(data: &Metadata) -> Identity {
        Identity {
            device: data.dev(),
            inode: data.ino(),
            links: data.nlink(),
            is_file: data.is_file(),
            is_link: data.is_symlink(),
            size: data.size(),
            modified: (data.mtime(), data.mtime_nsec()),
        }
    }

    /// When the content changed last.
    pub(super) fn modified_at(&self) -> Timestamp {
        let (seconds, nanoseconds) = self.modified;
        Timestamp(seconds.saturating_mul(SECOND).saturating_add(nanoseconds / 1000))
    }

    /// Why a thing like this must not be read.
    pub(super) fn fault(&self) -> Option<FileFault> {
        if self.is_link {
            Some(FileFault::Link)
        } else if !self.is_file {
            Some(FileFault::NoFile)
        } else if self.links != 1 {
            Some(FileFault::HardLink)
        } else if self.size > super::FILE_BYTES_MAX {
            Some(FileFault::TooLarge)
        } else {
            None
        }
    }
}
