//! Where excerpts come from: bytes at hand, or a file too large to hold.

use std::fs::File;
use std::os::unix::fs::FileExt;

/// Bytes looked at on either side of a place.
const REACH: u64 = 4096;

/// Bytes looked at to tell what an input is.
const SNIFFED: u64 = 64;

/// In what an answer goes back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Wire {
    /// CONTRL and APERAK.
    Edifact,
    /// ACC.
    Xml,
    /// Not known: nothing of the input is at hand.
    Unknown,
}

/// The input a finding is about.
#[derive(Debug)]
pub enum Source<'a> {
    /// Everything, in memory.
    Bytes(&'a [u8]),
    /// A part of it, beginning at an offset of the whole.
    Window {
        /// Offset of its first byte in the whole.
        offset: u64,
        /// The bytes.
        bytes: &'a [u8],
    },
    /// A file, read around the place when needed.
    File(&'a File),
    /// Nothing is at hand.
    Absent,
}

impl Source<'_> {
    /// What the input is written in: XML begins with `<`, after spaces and a byte order mark.
    pub(super) fn wire(&self) -> Wire {
        let start = match self {
            Source::Bytes(_) | Source::File(_) => self.around(0, 0),
            Source::Window { .. } | Source::Absent => None,
        };
        let Some((_, bytes)) = start else { return Wire::Unknown };
        let mut bytes = bytes.iter().take(SNIFFED as usize).filter(|byte| {
            !byte.is_ascii_whitespace() && !matches!(**byte, 0 | 0xEF | 0xBB | 0xBF | 0xFE | 0xFF)
        });
        if bytes.next() == Some(&b'<') { Wire::Xml } else { Wire::Edifact }
    }

    /// The bytes around a place, with where they begin; `None` when there are none.
    pub(super) fn around(&self, byte: u64, len: u64) -> Option<(u64, Vec<u8>)> {
        let first = byte.saturating_sub(REACH);
        let last = byte.saturating_add(len.min(REACH)).saturating_add(REACH);
        match self {
            Source::Bytes(bytes) => slice(0, bytes, first, last),
            Source::Window { offset, bytes } => slice(*offset, bytes, first, last),
            Source::File(file) => {
                let mut buffer = vec![0; usize::try_from(last - first).ok()?];
                let mut held = 0;
                while let Ok(read @ 1..) = file.read_at(&mut buffer[held..], first + held as u64) {
                    held += read;
                }
                buffer.truncate(held);
                (held > 0).then_some((first, buffer))
            }
            Source::Absent => None,
        }
    }

    /// The number of the line a byte stands on, when everything before it is at hand.
    pub(super) fn line(&self, byte: u64) -> Option<usize> {
        let Source::Bytes(bytes) = self else { return None };
        let before = bytes.get(..usize::try_from(byte).ok()?)?;
        Some(before.iter().filter(|&&byte| byte == b'\n').count() + 1)
    }
}

fn slice(offset: u64, bytes: &[u8], first: u64, last: u64) -> Option<(u64, Vec<u8>)> {
    let first = usize::try_from(first.saturating_sub(offset)).ok()?.min(bytes.len());
    let last = usize::try_from(last.checked_sub(offset)?).ok()?.min(bytes.len());
    (first < last).then(|| (offset + first as u64, bytes[first..last].to_vec()))
}
