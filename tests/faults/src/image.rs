//! What is left on a disk after the power went: built from the log of the shim.
//!
//! What was synced is there. Of what was not, the disk may hold nothing, any part, or sectors of
//! it, in whatever order; names of files are taken to be durable with their first bytes.

use acquit_checker::random::Random;
use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

/// Bytes that a disk writes whole.
const SECTOR: usize = 512;

/// One record of the log.
#[derive(Debug, Clone)]
pub(crate) enum Record {
    /// Bytes at a place.
    Write(String, usize, Vec<u8>),
    /// A new length.
    Cut(String, usize),
    /// A file that is no more.
    Remove(String),
    /// Everything of a file before it is on the disk.
    Sync(String),
    /// An answer left, with its first bytes.
    Answer(String),
}

/// What happens to what was not synced.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fate {
    /// All of it is lost.
    Lost,
    /// Some writes are there, others not.
    Some,
    /// Some sectors of some writes are there.
    Torn,
}

/// Reads the log; a record that was not finished ends it.
pub(crate) fn read(path: &Path) -> Result<Vec<Record>, String> {
    let bytes = fs::read(path).map_err(|error| error.to_string())?;
    let (mut records, mut rest) = (Vec::new(), bytes.as_slice());
    while let Some((record, left)) = one(rest) {
        records.push(record);
        rest = left;
    }
    Ok(records)
}

fn one(bytes: &[u8]) -> Option<(Record, &[u8])> {
    let (kind, rest) = bytes.split_first()?;
    let (place, rest) = number(rest)?;
    let (length, rest) = number(rest)?;
    let (named, rest) = number(rest)?;
    let (name, rest) = rest.split_at_checked(named)?;
    let name = String::from_utf8_lossy(name).rsplit('/').next().unwrap_or_default().to_owned();
    let has_bytes = matches!(kind, b'W' | b'A');
    let (bytes, rest) = rest.split_at_checked(if has_bytes { length } else { 0 })?;
    let record = match kind {
        b'W' => Record::Write(name, place, bytes.to_vec()),
        b'T' => Record::Cut(name, place),
        b'U' => Record::Remove(name),
        b'S' => Record::Sync(name),
        b'A' => Record::Answer(String::from_utf8_lossy(bytes).into_owned()),
        _ => return None,
    };
    Some((record, rest))
}

fn number(bytes: &[u8]) -> Option<(usize, &[u8])> {
    let (head, rest) = bytes.split_first_chunk::<8>()?;
    Some((usize::try_from(u64::from_le_bytes(*head)).ok()?, rest))
}

/// A file: what is safe, and what is not yet.
#[derive(Debug, Clone, Default)]
struct Leaf {
    safe: Vec<u8>,
    waiting: Vec<Record>,
}

/// A disk at an instant.
#[derive(Debug, Clone, Default)]
pub(crate) struct Disk {
    files: BTreeMap<String, Leaf>,
}

impl Disk {
    /// Goes on by one record.
    pub(crate) fn step(&mut self, record: &Record) {
        match record {
            Record::Write(name, ..) | Record::Cut(name, _) => {
                let file = self.files.entry(name.clone()).or_default();
                file.waiting.push(record.clone());
            }
            Record::Remove(name) => {
                self.files.remove(name);
            }
            Record::Sync(name) => {
                let file = self.files.entry(name.clone()).or_default();
                let waiting = std::mem::take(&mut file.waiting);
                waiting.iter().for_each(|record| apply(&mut file.safe, record, |_| true));
            }
            Record::Answer(_) => {}
        }
    }

    /// Writes what is left when the power goes now into a folder.
    pub(crate) fn leave(
        &self,
        folder: &Path,
        fate: Fate,
        random: &mut Random,
    ) -> Result<(), String> {
        let said = |error: std::io::Error| error.to_string();
        let _ = fs::remove_dir_all(folder);
        fs::create_dir_all(folder).map_err(said)?;
        for (name, file) in &self.files {
            let mut bytes = file.safe.clone();
            for record in &file.waiting {
                if fate == Fate::Lost || random.below(2) == 0 {
                    continue;
                }
                let torn = fate == Fate::Torn;
                apply(&mut bytes, record, |_| !torn || random.below(2) == 0);
            }
            fs::write(folder.join(name), bytes).map_err(said)?;
        }
        Ok(())
    }
}

/// Does what a record says, of a write those sectors that `reaches` the disk.
fn apply(bytes: &mut Vec<u8>, record: &Record, mut reaches: impl FnMut(usize) -> bool) {
    match record {
        Record::Write(_, place, written) => {
            for (at, sector) in written.chunks(SECTOR).enumerate() {
                if !reaches(at) {
                    continue;
                }
                let from = place + at * SECTOR;
                if bytes.len() < from + sector.len() {
                    bytes.resize(from + sector.len(), 0);
                }
                bytes[from..from + sector.len()].copy_from_slice(sector);
            }
        }
        Record::Cut(_, length) => bytes.resize(*length, 0),
        Record::Remove(_) | Record::Sync(_) | Record::Answer(_) => {}
    }
}
