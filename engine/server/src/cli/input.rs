//! Files named on the command line, and `-`.

use super::exit::Failure;
use std::fs::File;
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

/// Largest input that is held in memory as a whole: what HTTP accepts as one EDIFACT body.
pub(super) const WHOLE_BYTES_MAX: u64 = 48 * 1024 * 1024;

/// An input that is read as a stream and may be looked at again around a place.
#[derive(Debug)]
pub(super) struct Input {
    /// Name to show.
    pub(super) name: String,
    /// The bytes.
    pub(super) file: File,
    /// How many there are.
    pub(super) size: u64,
}

/// The name of an input as it is shown.
pub(super) fn name(path: &Path) -> String {
    match is_standard(path) {
        true => "(standard input)".to_owned(),
        false => path.display().to_string(),
    }
}

fn is_standard(path: &Path) -> bool {
    path.as_os_str() == "-"
}

/// Opens an input. Standard input is put into an unnamed temporary file, so that it may be of
/// any size and its places can be shown.
///
/// # Errors
/// When it cannot be read.
pub(super) fn open(path: &Path) -> Result<Input, Failure> {
    let fail = |error: io::Error| Failure::about(name(path), &error);
    let file =
        if is_standard(path) { spool().map_err(fail)? } else { File::open(path).map_err(fail)? };
    let data = file.metadata().map_err(fail)?;
    if data.is_dir() {
        return Err(Failure::usage(format!("{}: this is a folder", name(path))));
    }
    Ok(Input { name: name(path), file, size: data.len() })
}

/// Reads a whole input.
///
/// # Errors
/// When it cannot be read, or is larger than [`WHOLE_BYTES_MAX`].
pub(super) fn whole(path: &Path) -> Result<Vec<u8>, Failure> {
    let fail = |error: io::Error| Failure::about(name(path), &error);
    let mut bytes = Vec::new();
    let limit = WHOLE_BYTES_MAX + 1;
    if is_standard(path) {
        io::stdin().lock().take(limit).read_to_end(&mut bytes).map_err(fail)?;
    } else {
        File::open(path).map_err(fail)?.take(limit).read_to_end(&mut bytes).map_err(fail)?;
    }
    match bytes.len() as u64 > WHOLE_BYTES_MAX {
        true => Err(Failure::usage(format!("{}: more than 48 MiB", name(path)))),
        false => Ok(bytes),
    }
}

/// Standard input as a file without a name.
fn spool() -> io::Result<File> {
    let folder = std::env::temp_dir();
    let (path, mut file) = temporary(&folder)?;
    std::fs::remove_file(&path)?;
    io::copy(&mut io::stdin().lock(), &mut file)?;
    file.flush()?;
    io::Seek::rewind(&mut file)?;
    Ok(file)
}

fn temporary(folder: &Path) -> io::Result<(PathBuf, File)> {
    for n in 0..1000 {
        let path = folder.join(format!("acquit-{}-{n}", std::process::id()));
        let made = File::options().read(true).write(true).create_new(true).open(&path);
        match made {
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
            made => return made.map(|file| (path, file)),
        }
    }
    Err(io::Error::other("no free name for a temporary file"))
}
