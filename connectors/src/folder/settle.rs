//! Moving a file after the commit, so that what was read is what is archived.

use super::{Fate, FileFault, FolderChannel, Identity, Owed, Side, Token, about};
use crate::name::NAME_BYTES_KEPT;
use acquit_domain::Timestamp;
use std::collections::BTreeMap;
use std::ffi::{OsStr, OsString};
use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

/// Most tries to find a free name in `cur` or `err`.
const NAMES_MAX: u32 = 100_000;

impl FolderChannel {
    /// Moves an arrived file where its fate sends it. Call it after the commit: a crash before
    /// it means that the file is read again and known again, never that it is lost.
    ///
    /// A file that was replaced or changed since it was read stays in `upload/new` and is read
    /// as a new one; the bytes that were read are archived all the same.
    ///
    /// # Errors
    /// When something could not be written: the file is left in place, [`health`](Self::health)
    /// says so, and the next polls try the move again without giving the file a second time.
    pub fn settle(&mut self, token: &Token, fate: Fate<'_>, now: Timestamp) -> io::Result<()> {
        self.given.remove(&token.listed);
        if token.identity.fault() == Some(FileFault::NoFile) || fate == Fate::Again {
            return Ok(());
        }
        let name = kept_name(token);
        let diagnostic = match fate {
            Fate::Taken | Fate::Again => None,
            Fate::Refused { diagnostic } => Some(diagnostic),
        };
        let result = self.put_away(&name, diagnostic, |target| self.archive(token, target));
        if result.is_err() && self.is_same(&token.listed, &token.identity) {
            let diagnostic = diagnostic.map(str::to_owned);
            let owed = Owed { identity: token.identity, name, diagnostic };
            self.owed.insert(token.listed.clone(), owed);
        }
        self.noted(Side::Upload, result, now)
    }

    /// Finds a free name, writes the diagnostic beside it, and moves the file there. The
    /// diagnostic comes first, so that a file in `err` always has one.
    fn put_away(
        &self,
        name: &str,
        diagnostic: Option<&str>,
        move_to: impl FnOnce(&Path) -> io::Result<()>,
    ) -> io::Result<()> {
        let Some(diagnostic) = diagnostic else {
            return move_to(&free(&self.folder("upload/cur"), name)?);
        };
        let target = free(&self.folder("upload/err"), name)?;
        let mut beside = target.clone().into_os_string();
        beside.push(".txt");
        let beside = PathBuf::from(beside);
        write_new(&beside, diagnostic.as_bytes()).map_err(|error| about(&beside, &error))?;
        move_to(&target).inspect_err(|_| drop(fs::remove_file(&beside)))
    }

    /// Moves the file, or writes what was read when it is no longer the same file.
    fn archive(&self, token: &Token, target: &Path) -> io::Result<()> {
        let source = self.folder("upload/new").join(&token.listed);
        if identity(&source) == Some(token.identity) {
            fs::rename(&source, target).map_err(|error| about(target, &error))?;
            if identity(target) == Some(token.identity) {
                self.drop_marker(token);
                return Ok(());
            }
            // Replaced in the last instant: the newcomer goes back to be read on its own.
            fs::rename(target, &source).map_err(|error| about(&source, &error))?;
        }
        write_new(target, &token.bytes).map_err(|error| about(target, &error))
    }

    /// Removes the marker that said the file was whole.
    fn drop_marker(&self, token: &Token) {
        let mut marker = token.listed.clone();
        marker.push(".done");
        let _ = fs::remove_file(self.folder("upload/new").join(marker));
    }

    /// Tries again to move files that were committed and could not be moved. One that was
    /// replaced since is owed nothing: it is a new file.
    pub(super) fn pay(&mut self, listed: &BTreeMap<OsString, Identity>) -> io::Result<()> {
        self.owed.retain(|name, owed| listed.get(name) == Some(&owed.identity));
        let (mut paid, mut worst) = (Vec::new(), Ok(()));
        for (name, owed) in &self.owed {
            let source = self.folder("upload/new").join(name);
            let moved = self.put_away(&owed.name, owed.diagnostic.as_deref(), |target| {
                fs::rename(&source, target).map_err(|error| about(target, &error))
            });
            match moved {
                Ok(()) => paid.push(name.clone()),
                Err(error) => worst = Err(error),
            }
        }
        for name in paid {
            self.owed.remove(&name);
        }
        worst
    }

    /// True when this very file was committed already and only its move is owed.
    pub(super) fn is_owed(&self, name: &OsStr, identity: &Identity) -> bool {
        self.owed.get(name).is_some_and(|owed| owed.identity == *identity)
    }

    fn is_same(&self, name: &OsStr, expected: &Identity) -> bool {
        identity(&self.folder("upload/new").join(name)) == Some(*expected)
    }
}

/// What a path holds now; `None` when nothing or unknown.
fn identity(path: &Path) -> Option<Identity> {
    fs::symlink_metadata(path).ok().map(|data| Identity::of(&data))
}

/// The name a file is kept under: its own when it may be kept and leaves room for suffixes, one
/// made from what it holds otherwise.
fn kept_name(token: &Token) -> String {
    match &token.name {
        Some(name) if name.as_str().len() <= NAME_BYTES_KEPT => name.as_str().to_owned(),
        _ => format!("unnamed-{:016x}", fingerprint(&token.bytes, &token.listed)),
    }
}

/// FNV-1a over content and name: names a file whose own name cannot be kept.
fn fingerprint(bytes: &[u8], listed: &OsString) -> u64 {
    let fold = |hash: u64, byte: &u8| (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3);
    let name = listed.as_encoded_bytes().iter();
    bytes.iter().chain(name).fold(0xcbf2_9ce4_8422_2325, fold)
}

/// A path in `folder` that is free, together with its `.txt`: `NAME`, `NAME.2`, `NAME.3`, ...
fn free(folder: &Path, name: &str) -> io::Result<PathBuf> {
    let taken = |name: &str| fs::symlink_metadata(folder.join(name)).is_ok();
    (1..NAMES_MAX)
        .map(|n| if n == 1 { name.to_owned() } else { format!("{name}.{n}") })
        .find(|name| !taken(name) && !taken(&format!("{name}.txt")))
        .map(|name| folder.join(name))
        .ok_or_else(|| io::Error::other(format!("{}: no free name", folder.display())))
}

/// Writes a file that must not exist yet, and makes it durable; leaves nothing half written.
pub(super) fn write_new(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut file = OpenOptions::new().write(true).create_new(true).open(path)?;
    let written = file.write_all(bytes).and_then(|()| file.sync_all());
    if written.is_err() {
        let _ = fs::remove_file(path);
    }
    written
}

/// Makes the names in a folder durable.
pub(super) fn sync_folder(folder: &Path) -> io::Result<()> {
    File::open(folder)?.sync_all()
}
