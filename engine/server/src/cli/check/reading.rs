//! Reading a file the way the pipeline does, whole or in pieces.

use super::super::exit::Failure;
use super::super::input::{Input, WHOLE_BYTES_MAX};
use super::{Said, pieces};
use crate::shell::{Arrival, Clock};
use acquit_domain::{Channel, Finding, Place};
use acquit_flow::{MessageReading, Reading};
use acquit_mapping::rulebook::Rulebook;
use indicatif::ProgressBar;
use std::io::{self, Read};

/// Files up to this size are read whole; larger ones in pieces, when they are EDIFACT.
const WHOLE_MAX: u64 = 8 * 1024 * 1024;

/// Bytes read at once.
const CHUNK: usize = 256 * 1024;

/// Reads a file and hands over every message and every finding, in order.
///
/// # Errors
/// When the file cannot be read, or is too large and no EDIFACT.
pub(super) fn read(
    book: &Rulebook,
    file: &Input,
    bar: &ProgressBar,
    take: &mut dyn FnMut(Said<'_>),
) -> Result<(), Failure> {
    let fail = |error: io::Error| Failure::about(&file.name, &error);
    let mut chunk = vec![0; CHUNK];
    let mut handle = &file.file;
    if file.size <= WHOLE_MAX {
        let mut bytes = Vec::with_capacity(usize::try_from(file.size).unwrap_or(0) + 1);
        handle.read_to_end(&mut bytes).map_err(fail)?;
        let reading = piece(book, &file.name, bytes);
        whole(&reading, take);
        return Ok(());
    }
    let mut pieces = pieces::Pieces::new(book, &file.name);
    loop {
        let held = handle.read(&mut chunk).map_err(fail)?;
        if held == 0 {
            break;
        }
        bar.inc(held as u64);
        pieces.push(&chunk[..held], take);
        if pieces.is_foreign() {
            return foreign(book, file, take);
        }
    }
    pieces.finish(take);
    Ok(())
}

/// A large file that is no EDIFACT is read whole, up to what the pipeline takes.
fn foreign(book: &Rulebook, file: &Input, take: &mut dyn FnMut(Said<'_>)) -> Result<(), Failure> {
    if file.size > WHOLE_BYTES_MAX {
        let text = format!("{}: more than 48 MiB, and no EDIFACT", file.name);
        return Err(Failure::usage(text));
    }
    let mut handle = &file.file;
    let mut bytes = Vec::new();
    io::Seek::rewind(&mut handle)
        .and_then(|()| handle.read_to_end(&mut bytes))
        .map_err(|error| Failure::about(&file.name, &error))?;
    whole(&piece(book, &file.name, bytes), take);
    Ok(())
}

/// Reads some bytes as the pipeline reads a parcel.
pub(super) fn piece(book: &Rulebook, name: &str, bytes: Vec<u8>) -> Reading {
    let arrival = Arrival { name: name.to_owned(), ..Arrival::over(Channel::Cli) };
    acquit_flow::read(book, &arrival.parcel(&Clock::System, bytes))
}

/// Hands over everything of a reading, in order of place.
fn whole(reading: &Reading, take: &mut dyn FnMut(Said<'_>)) {
    for finding in &reading.findings {
        take(Said::Finding(finding, ""));
    }
    for transmission in &reading.transmissions {
        let mut outer = transmission.findings.iter().peekable();
        for message in &transmission.messages {
            let first = message.first_byte;
            while let Some(finding) = outer.next_if(|finding| finding.place.byte < first) {
                take(Said::Finding(finding, ""));
            }
            let kind = kind(message);
            take(Said::Message(&kind));
            message.findings.iter().for_each(|finding| take(Said::Finding(finding, &kind)));
        }
        outer.for_each(|finding| take(Said::Finding(finding, "")));
    }
}

/// Type of a message as people call it: `INVOIC D.96A`.
pub(in crate::cli) fn kind(message: &MessageReading) -> String {
    let mut parts = message.version.split(':');
    match (parts.next(), parts.next()) {
        (Some(version), Some(release)) => format!("{} {version}.{release}", message.kind),
        _ => message.kind.clone(),
    }
}

/// The same finding at the place it has in the whole file.
pub(super) fn moved(finding: &Finding, by: &dyn Fn(&Place) -> Place) -> Finding {
    Finding { place: by(&finding.place), ..finding.clone() }
}
