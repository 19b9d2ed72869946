//! Looking for files that are whole, and reading each of them once.

use super::{Arrival, Arrived, FileFault, FolderChannel, Identity, Side, Token, about};
use super::{BYTES_PER_POLL_MAX, FILES_PER_POLL_MAX, QUIET_US, SIGHTINGS_MAX};
use crate::name::{FileName, shown};
use acquit_domain::Timestamp;
use std::collections::BTreeMap;
use std::ffi::{OsStr, OsString};
use std::fs::{self, OpenOptions};
use std::io::{self, Read};
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;
use std::sync::Arc;

/// Suffix of the file that says another one is whole.
const DONE: &str = ".done";

impl FolderChannel {
    /// Files that are whole, oldest first, each read once and given once until it is settled. A
    /// file that cannot be read stays where it is and is tried again; one that must not be read
    /// is given with its fault.
    ///
    /// # Errors
    /// When `upload/new` cannot be listed: nothing was taken, and [`health`](Self::health) says
    /// so.
    pub fn poll(&mut self, now: Timestamp) -> io::Result<Vec<Arrived>> {
        let folder = self.folder("upload/new");
        let listed = match list(&folder).map_err(|error| about(&folder, &error)) {
            Ok(listed) => listed,
            Err(error) => return self.noted(Side::Upload, Err(error), now),
        };
        let mut worst = self.pay(&listed);
        let (mut arrived, mut bytes) = (Vec::new(), 0);
        for (name, identity) in self.ready(&listed, now).into_iter().take(FILES_PER_POLL_MAX) {
            if !arrived.is_empty() && bytes + identity.size > BYTES_PER_POLL_MAX {
                break;
            }
            bytes += identity.size;
            match take(&folder, &name, identity) {
                Ok(Some(file)) => {
                    self.given.insert(name, identity);
                    arrived.push(file);
                }
                // It changed while it was read: not whole yet.
                Ok(None) => {}
                // A file that vanished was taken back by its owner; that is no fault.
                Err(error) if error.kind() == io::ErrorKind::NotFound => {}
                Err(error) => worst = Err(about(&folder.join(&name), &error)),
            }
        }
        // One file that cannot be read does not hold up the others: health tells.
        let _ = self.noted(Side::Upload, worst, now);
        Ok(arrived)
    }

    /// Files to take now, oldest first; remembers the others for the next poll.
    fn ready(
        &mut self,
        listed: &BTreeMap<OsString, Identity>,
        now: Timestamp,
    ) -> Vec<(OsString, Identity)> {
        let mut ready: Vec<(OsString, Identity)> = listed
            .iter()
            .filter(|(name, identity)| !self.is_owed(name, identity))
            .filter(|(name, identity)| self.given.get(*name) != Some(*identity))
            .filter(|(name, identity)| self.is_ready(listed, name, identity, now))
            .map(|(name, identity)| (name.clone(), *identity))
            .collect();
        ready.sort_by(|(name, a), (other, b)| {
            (a.modified_at(), name.as_os_str()).cmp(&(b.modified_at(), other.as_os_str()))
        });
        self.given.retain(|name, identity| listed.get(name) == Some(identity));
        self.sightings.clone_from(listed);
        ready
    }

    fn is_ready(
        &self,
        listed: &BTreeMap<OsString, Identity>,
        name: &OsStr,
        identity: &Identity,
        now: Timestamp,
    ) -> bool {
        let unchanged = self.sightings.get(name) == Some(identity);
        match identity.fault() {
            // Left where it is, so told once, at the first sight.
            Some(FileFault::NoFile) => return !unchanged,
            // A writer that links a finished file into place removes the first name next.
            Some(FileFault::HardLink) => return unchanged,
            Some(FileFault::Link) => return true,
            Some(FileFault::TooLarge | FileFault::Name(_)) | None => {}
        }
        match self.arrival {
            Arrival::Renamed => true,
            Arrival::Quiet => {
                unchanged && identity.modified_at().0.saturating_add(QUIET_US) <= now.0
            }
            Arrival::Marked => {
                let mut marker = name.to_owned();
                marker.push(DONE);
                !name.as_bytes().ends_with(DONE.as_bytes()) && listed.contains_key(&marker)
            }
        }
    }
}

/// What a folder holds, each name with what it is; links are not followed.
fn list(folder: &Path) -> io::Result<BTreeMap<OsString, Identity>> {
    let mut listed = BTreeMap::new();
    for entry in fs::read_dir(folder)?.take(SIGHTINGS_MAX) {
        let entry = entry?;
        // An entry that vanished between listing and looking is not there.
        if let Ok(data) = entry.metadata() {
            listed.insert(entry.file_name(), Identity::of(&data));
        }
    }
    Ok(listed)
}

/// Reads one file; `None` when it changed while it was read, so that it is not whole yet.
fn take(folder: &Path, listed: &OsStr, identity: Identity) -> io::Result<Option<Arrived>> {
    let name = FileName::new(listed.as_bytes());
    let fault = identity.fault().or_else(|| name.as_ref().err().copied().map(FileFault::Name));
    let bytes: Arc<[u8]> = match identity.fault() {
        Some(_) => Arc::from([].as_slice()),
        None => match read(&folder.join(listed), identity)? {
            Some(bytes) => bytes.into(),
            None => return Ok(None),
        },
    };
    let token =
        Token { listed: listed.to_owned(), name: name.ok(), identity, bytes: bytes.clone() };
    Ok(Some(Arrived { shown: shown(listed.as_bytes()), bytes, fault, token }))
}

/// The bytes of the file that was looked at; `None` when it is another one by now, or changed
/// while it was read. A link is not followed, and a pipe does not block.
fn read(path: &Path, expected: Identity) -> io::Result<Option<Vec<u8>>> {
    let mut file = OpenOptions::new()
        .read(true)
        .custom_flags(libc::O_NOFOLLOW | libc::O_NONBLOCK)
        .open(path)?;
    if Identity::of(&file.metadata()?) != expected {
        return Ok(None);
    }
    let mut bytes = Vec::with_capacity(usize::try_from(expected.size).unwrap_or(0));
    // One byte more than expected tells a file that grew.
    file.by_ref().take(expected.size + 1).read_to_end(&mut bytes)?;
    let whole = Identity::of(&file.metadata()?) == expected && bytes.len() as u64 == expected.size;
    Ok(whole.then_some(bytes))
}
