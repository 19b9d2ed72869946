//! One partner's session: requests about files, answered from its own folders.
//!
//! A file being written stands under a hidden name in `upload/tmp` and gets its own when its
//! writer closes it, after it was made durable: whoever looks sees whole files alone, and what a
//! broken connection left half is gone with it.

use super::place::{Folder, Place, canonical};
use crate::folder::{FILE_BYTES_MAX, SIGHTINGS_MAX};
use crate::name::NAME_BYTES_KEPT;
use russh_sftp::protocol::{
    Attrs, Data, File as Entry, FileAttributes, Handle, Name, OpenFlags, Status, StatusCode,
    Version,
};
use russh_sftp::server::Handler;
use std::collections::{BTreeMap, HashMap, VecDeque};
use std::fs::{self, File, OpenOptions};
use std::io;
use std::os::unix::fs::{FileExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

/// Most files and listings open in one session.
const HANDLES_MAX: usize = 16;

/// Most bytes given for one read.
const READ_BYTES_MAX: u32 = 64 * 1024;

/// Most names in one answer to a listing.
const NAMES_PER_ANSWER: usize = 100;

/// Most bytes a partner may have in `upload/tmp` and `upload/new` together, in files.
const WAITING_BYTES_MAX: u64 = 1 << 30;

/// What a session has open.
enum Open {
    /// A file being read.
    Read(File),
    /// A file being written, where it is meanwhile, and where it will be.
    Write { file: File, hidden: PathBuf, target: PathBuf },
    /// What is left of a listing.
    List(VecDeque<Entry>),
}

/// A session over a partner's folders.
pub(super) struct Files {
    root: PathBuf,
    open: BTreeMap<String, Open>,
    /// Names of handles: never the same twice in a session.
    handles: u64,
    /// Distinguishes this session's hidden names from those of others.
    session: u64,
}

impl Files {
    pub(super) fn new(root: PathBuf, session: u64) -> Files {
        Files { root, open: BTreeMap::new(), handles: 0, session }
    }

    fn keep(&mut self, id: u32, open: Open) -> Result<Handle, StatusCode> {
        if self.open.len() >= HANDLES_MAX {
            return Err(StatusCode::Failure);
        }
        self.handles += 1;
        let handle = self.handles.to_string();
        self.open.insert(handle.clone(), open);
        Ok(Handle { id, handle })
    }

    fn path(&self, place: &Place) -> PathBuf {
        match place {
            Place::Hall(_) => self.root.clone(),
            Place::Room(folder) => folder.below(&self.root),
            Place::File(folder, name) => folder.below(&self.root).join(name.as_str()),
        }
    }

    /// What is known of a path without following a link.
    fn attributes(&self, path: &str) -> Result<FileAttributes, StatusCode> {
        let place = Place::of(path)?;
        let data = fs::symlink_metadata(self.path(&place)).map_err(|error| status(&error))?;
        if matches!(place, Place::File(..)) && !data.is_file() {
            return Err(StatusCode::NoSuchFile);
        }
        Ok(shown(&data))
    }

    /// Begins to write a file.
    fn write_to(
        &mut self,
        id: u32,
        folder: Folder,
        name: &str,
        flags: OpenFlags,
    ) -> Result<Handle, StatusCode> {
        let unlike = flags.contains(OpenFlags::APPEND) || flags.contains(OpenFlags::READ);
        if !folder.takes_files() || unlike || !flags.contains(OpenFlags::CREATE) {
            return Err(StatusCode::PermissionDenied);
        }
        if name.len() > NAME_BYTES_KEPT || self.waiting() > WAITING_BYTES_MAX {
            return Err(StatusCode::Failure);
        }
        let target = folder.below(&self.root).join(name);
        let exists = fs::symlink_metadata(&target).is_ok();
        if exists && (flags.contains(OpenFlags::EXCLUDE) || folder == Folder::UploadNew) {
            // It may be being taken at this moment: another name, please.
            return Err(StatusCode::Failure);
        }
        let hidden = format!(".{:016x}-{}", self.session, self.handles + 1);
        let hidden = Folder::UploadTmp.below(&self.root).join(hidden);
        let file = OpenOptions::new().write(true).create_new(true).open(&hidden);
        let file = file.map_err(|error| status(&error))?;
        self.keep(id, Open::Write { file, hidden: hidden.clone(), target })
            .inspect_err(|_| drop(fs::remove_file(&hidden)))
    }

    /// Bytes the partner has waiting.
    fn waiting(&self) -> u64 {
        let folders = [Folder::UploadTmp, Folder::UploadNew];
        let listed = folders.iter().flat_map(|folder| fs::read_dir(folder.below(&self.root)));
        let entries = listed.flatten().flatten().take(SIGHTINGS_MAX);
        entries.filter_map(|entry| entry.metadata().ok()).map(|data| data.len()).sum()
    }

    fn listing(&self, place: &Place) -> Result<VecDeque<Entry>, StatusCode> {
        let folder = self.path(place);
        if let Place::Hall(names) = place {
            let data = fs::symlink_metadata(&folder).map_err(|error| status(&error))?;
            return Ok(names.iter().map(|name| Entry::new(*name, shown(&data))).collect());
        }
        let listed = fs::read_dir(&folder).map_err(|error| status(&error))?;
        let entries = listed.flatten().take(SIGHTINGS_MAX).filter_map(|entry| {
            let name = entry.file_name().into_string().ok()?;
            let data = entry.metadata().ok()?;
            let is_seen = data.is_file() && !name.starts_with('.');
            is_seen.then(|| Entry::new(name, shown(&data)))
        });
        Ok(entries.collect())
    }
}

impl Drop for Files {
    /// Half a file is nobody's.
    fn drop(&mut self) {
        for open in self.open.values() {
            if let Open::Write { hidden, .. } = open {
                let _ = fs::remove_file(hidden);
            }
        }
    }
}

impl Handler for Files {
    type Error = StatusCode;

    fn unimplemented(&self) -> StatusCode {
        StatusCode::OpUnsupported
    }

    async fn init(&mut self, _: u32, _: HashMap<String, String>) -> Result<Version, StatusCode> {
        Ok(Version::new())
    }

    async fn open(
        &mut self,
        id: u32,
        filename: String,
        flags: OpenFlags,
        _: FileAttributes,
    ) -> Result<Handle, StatusCode> {
        let Place::File(folder, name) = Place::of(&filename)? else {
            return Err(StatusCode::Failure);
        };
        if flags.contains(OpenFlags::WRITE) {
            return self.write_to(id, folder, name.as_str(), flags);
        }
        let path = folder.below(&self.root).join(name.as_str());
        let opened = OpenOptions::new().read(true).custom_flags(libc::O_NOFOLLOW).open(path);
        let file = opened.map_err(|error| status(&error))?;
        match file.metadata() {
            Ok(data) if data.is_file() => self.keep(id, Open::Read(file)),
            _ => Err(StatusCode::NoSuchFile),
        }
    }

    async fn close(&mut self, id: u32, handle: String) -> Result<Status, StatusCode> {
        match self.open.remove(&handle) {
            None => Err(StatusCode::Failure),
            Some(Open::Read(_) | Open::List(_)) => Ok(done(id)),
            Some(Open::Write { file, hidden, target }) => {
                let landing = move || {
                    let landed = land(&file, &hidden, &target);
                    landed.inspect_err(|_| drop(fs::remove_file(&hidden)))
                };
                aside(landing).await.map(|()| done(id))
            }
        }
    }

    async fn read(
        &mut self,
        id: u32,
        handle: String,
        offset: u64,
        len: u32,
    ) -> Result<Data, StatusCode> {
        let Some(Open::Read(file)) = self.open.get(&handle) else {
            return Err(StatusCode::Failure);
        };
        let mut data = vec![0; len.min(READ_BYTES_MAX) as usize];
        let count = file.read_at(&mut data, offset).map_err(|error| status(&error))?;
        if count == 0 {
            return Err(StatusCode::Eof);
        }
        data.truncate(count);
        Ok(Data { id, data })
    }

    async fn write(
        &mut self,
        id: u32,
        handle: String,
        offset: u64,
        data: Vec<u8>,
    ) -> Result<Status, StatusCode> {
        let Some(Open::Write { file, .. }) = self.open.get(&handle) else {
            return Err(StatusCode::Failure);
        };
        let end = offset.saturating_add(data.len() as u64);
        if end > FILE_BYTES_MAX {
            return Err(StatusCode::Failure);
        }
        file.write_all_at(&data, offset).map_err(|error| status(&error))?;
        Ok(done(id))
    }

    async fn lstat(&mut self, id: u32, path: String) -> Result<Attrs, StatusCode> {
        Ok(Attrs { id, attrs: self.attributes(&path)? })
    }

    async fn stat(&mut self, id: u32, path: String) -> Result<Attrs, StatusCode> {
        Ok(Attrs { id, attrs: self.attributes(&path)? })
    }

    async fn fstat(&mut self, id: u32, handle: String) -> Result<Attrs, StatusCode> {
        let data = match self.open.get(&handle) {
            Some(Open::Read(file) | Open::Write { file, .. }) => file.metadata(),
            Some(Open::List(_)) => fs::symlink_metadata(&self.root),
            None => return Err(StatusCode::Failure),
        };
        Ok(Attrs { id, attrs: shown(&data.map_err(|error| status(&error))?) })
    }

    /// Times and permissions a client wishes are heard and not kept.
    async fn setstat(
        &mut self,
        id: u32,
        path: String,
        _: FileAttributes,
    ) -> Result<Status, StatusCode> {
        Place::of(&path).map(|_| done(id))
    }

    async fn fsetstat(
        &mut self,
        id: u32,
        handle: String,
        _: FileAttributes,
    ) -> Result<Status, StatusCode> {
        self.open.get(&handle).map(|_| done(id)).ok_or(StatusCode::Failure)
    }

    async fn opendir(&mut self, id: u32, path: String) -> Result<Handle, StatusCode> {
        let place = Place::of(&path)?;
        if matches!(place, Place::File(..)) {
            return Err(StatusCode::NoSuchFile);
        }
        let listing = self.listing(&place)?;
        self.keep(id, Open::List(listing))
    }

    async fn readdir(&mut self, id: u32, handle: String) -> Result<Name, StatusCode> {
        let Some(Open::List(left)) = self.open.get_mut(&handle) else {
            return Err(StatusCode::Failure);
        };
        if left.is_empty() {
            return Err(StatusCode::Eof);
        }
        let files = left.drain(..left.len().min(NAMES_PER_ANSWER)).collect();
        Ok(Name { id, files })
    }

    async fn remove(&mut self, id: u32, filename: String) -> Result<Status, StatusCode> {
        match Place::of(&filename)? {
            Place::File(folder, name) if folder.gives_up_files() => {
                let path = folder.below(&self.root).join(name.as_str());
                fs::remove_file(path).map_err(|error| status(&error)).map(|()| done(id))
            }
            _ => Err(StatusCode::PermissionDenied),
        }
    }

    async fn realpath(&mut self, id: u32, path: String) -> Result<Name, StatusCode> {
        Ok(Name { id, files: vec![Entry::dummy(canonical(&path)?)] })
    }

    async fn rename(
        &mut self,
        id: u32,
        oldpath: String,
        newpath: String,
    ) -> Result<Status, StatusCode> {
        match (Place::of(&oldpath)?, Place::of(&newpath)?) {
            (Place::File(from, old), Place::File(to, new)) if from.moves_to(to) => {
                let source = from.below(&self.root).join(old.as_str());
                let target = to.below(&self.root).join(new.as_str());
                let moving = move || moved(&source, &target).map_err(|error| status(&error));
                aside(moving).await.map(|()| done(id))
            }
            _ => Err(StatusCode::PermissionDenied),
        }
    }
}

/// Does what waits for the disk on a thread that may wait.
async fn aside<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, StatusCode> + Send + 'static,
) -> Result<T, StatusCode> {
    tokio::task::spawn_blocking(work).await.unwrap_or(Err(StatusCode::Failure))
}

/// Makes a written file durable and gives it its name.
fn land(file: &File, hidden: &Path, target: &Path) -> Result<(), StatusCode> {
    file.sync_all().map_err(|error| status(&error))?;
    if target.parent() == hidden.parent() {
        // In its own folder a partner may write over its file.
        return fs::rename(hidden, target).map_err(|error| status(&error));
    }
    moved(hidden, target).map_err(|error| status(&error))
}

/// Moves a file to a name that must be free (SFTP version 3, 6.5), durably.
fn moved(source: &Path, target: &Path) -> io::Result<()> {
    if !fs::symlink_metadata(source)?.is_file() {
        return Err(io::ErrorKind::NotFound.into());
    }
    // A link fails when the name is taken, a rename would write over it.
    fs::hard_link(source, target)?;
    fs::remove_file(source)?;
    match target.parent() {
        Some(folder) => File::open(folder)?.sync_all(),
        None => Ok(()),
    }
}

/// What a partner is shown of a file: size, time and kind, no owner.
fn shown(data: &fs::Metadata) -> FileAttributes {
    let mut attributes = FileAttributes::from(data);
    (attributes.uid, attributes.gid) = (None, None);
    attributes
}

fn done(id: u32) -> Status {
    Status {
        id,
        status_code: StatusCode::Ok,
        error_message: "Ok".to_owned(),
        language_tag: "en-US".to_owned(),
    }
}

fn status(error: &io::Error) -> StatusCode {
    match error.kind() {
        io::ErrorKind::NotFound => StatusCode::NoSuchFile,
        io::ErrorKind::PermissionDenied => StatusCode::PermissionDenied,
        _ => StatusCode::Failure,
    }
}
