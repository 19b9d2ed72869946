//! `acquit check`: everything that can be said about a file without what the store holds.
//!
//! A file is read exactly as the pipeline reads it. One that is too large for that is cut, at
//! the boundaries of its messages, into interchanges small enough, so that memory stays bounded
//! and every rule still applies.

mod pieces;
mod reading;

use super::arguments::Check;
use super::exit::{Exit, Failure};
use super::input::{self, Input};
use super::limit::Limit;
use super::terminal::{Terminal, tell};
use crate::http::wire::FindingWire;
use crate::render::{Origin, Source, Told, render, tell as told};
use acquit_domain::{Finding, Severity};
use acquit_mapping::rulebook::Rulebook;
use std::collections::BTreeMap;
use std::time::{Duration, Instant};

/// Most findings of one file and one severity kept for `--json`; all are counted.
const FINDINGS_MAX: usize = 10_000;

/// What was found in one file.
#[derive(Debug, Default)]
pub(super) struct Tally {
    /// Messages by type (`INVOIC D.96A`).
    messages: BTreeMap<String, u64>,
    errors: u64,
    warnings: u64,
    notes: u64,
}

impl Tally {
    fn count(&mut self, severity: Severity) {
        match severity {
            Severity::Error => self.errors += 1,
            Severity::Warning => self.warnings += 1,
            Severity::Note => self.notes += 1,
        }
    }

    fn total(&self) -> u64 {
        self.messages.values().sum()
    }

    fn add(&mut self, other: &Tally) {
        for (kind, count) in &other.messages {
            *self.messages.entry(kind.clone()).or_default() += count;
        }
        self.errors += other.errors;
        self.warnings += other.warnings;
        self.notes += other.notes;
    }
}

/// What a reader hands over.
pub(super) enum Said<'a> {
    /// A message of this type was read.
    Message(&'a str),
    /// Something was found, in a message of this type (empty outside of messages).
    Finding(&'a Finding, &'a str),
}

/// Runs the command.
pub(super) fn check(
    book: &Rulebook,
    arguments: &Check,
    terminal: &mut Terminal,
) -> Result<Exit, Failure> {
    let started = Instant::now();
    let mut all = Tally::default();
    let mut failed = None;
    let mut done = 0usize;
    for path in &arguments.files {
        match input::open(path) {
            Ok(file) => {
                all.add(&one(book, file, arguments.limit, terminal)?);
                done += 1;
            }
            Err(failure) => {
                tell(format_args!("acquit: {}", failure.text));
                failed = Some(failure.exit);
            }
        }
    }
    if done > 0 && !terminal.is_json && !terminal.is_quiet {
        let line = summary(done, &all, started.elapsed());
        terminal.line(line)?;
    }
    Ok(match failed {
        Some(_) if done > 0 => Exit::Partly,
        Some(exit) => exit,
        None if all.errors > 0 => Exit::Findings,
        None => Exit::Ok,
    })
}

/// Everything that rejects what these bytes say.
pub(super) fn rejections(book: &Rulebook, name: &str, bytes: Vec<u8>) -> Vec<Finding> {
    let read = reading::piece(book, name, bytes);
    let sent = read.transmissions.iter();
    let inner = sent.flat_map(|sent| {
        sent.findings.iter().chain(sent.messages.iter().flat_map(|message| &message.findings))
    });
    read.findings.iter().chain(inner).filter(|finding| finding.rejects()).cloned().collect()
}

/// Checks one file and prints what was found in it.
fn one(
    book: &Rulebook,
    file: Input,
    limit: usize,
    terminal: &mut Terminal,
) -> Result<Tally, Failure> {
    let mut tally = Tally::default();
    let mut drawings: Vec<u8> = Vec::new();
    let mut wires: Vec<serde_json::Value> = Vec::new();
    let (look, is_json) = (terminal.look, terminal.is_json);
    let name = file.name.clone();
    let bar = terminal.progress(Some(file.size));
    let mut drawn = Limit::new(if is_json { FINDINGS_MAX } else { limit });
    let mut take = |said: Said<'_>| match said {
        Said::Message(kind) => *tally.messages.entry(kind.to_owned()).or_default() += 1,
        Said::Finding(finding, kind) => {
            tally.count(finding.severity);
            let sentences = told(&book.words, finding, look.lang);
            if !drawn.draws(finding) {
                return;
            }
            if is_json {
                wires.push(wire(finding, &sentences));
            } else {
                let origin = Origin { file: &name, message: kind };
                let source = Source::File(&file.file);
                let text = render(&look, origin, &source, finding, &sentences);
                drawings.extend_from_slice(text.as_bytes());
            }
        }
    };
    reading::read(book, &file, &bar, &mut take)?;
    bar.finish_and_clear();
    if is_json {
        let value = serde_json::json!({
            "file": file.name,
            "verdict": if tally.errors > 0 { "rejected" } else { "accepted" },
            "messages": tally.messages,
            "errors": tally.errors,
            "warnings": tally.warnings,
            "notes": tally.notes,
            "findings": wires,
        });
        terminal.json(&value)?;
        return Ok(tally);
    }
    let line = headline(&file.name, &tally, terminal);
    terminal.line(line)?;
    terminal.bytes(&drawings)?;
    if let Some(rest) = drawn.rest() {
        terminal.line(rest)?;
    }
    Ok(tally)
}

/// A finding with its sentence, as JSON.
fn wire(finding: &Finding, sentences: &Told) -> serde_json::Value {
    let mut value = serde_json::to_value(FindingWire::from(finding)).unwrap_or_default();
    value["message"] = sentences.sentence.clone().into();
    value
}

/// The line of one file: name, verdict, messages by type.
fn headline(name: &str, tally: &Tally, terminal: &Terminal) -> String {
    let verdict = match (tally.errors, tally.warnings, tally.notes) {
        (0, 0, 0) => terminal.styled("1;32", "ok"),
        (0, 0, notes) => format!("{}, {}", terminal.styled("1;32", "ok"), counted(notes, "note")),
        (0, warnings, _) => terminal.styled("1;33", &counted(warnings, "warning")),
        (errors, _, _) => terminal.styled("1;31", &counted(errors, "error")),
    };
    let mut line = format!("{}   {verdict}", crate::render::escaped(name));
    for (kind, count) in &tally.messages {
        let kind = crate::render::escaped(kind);
        line.push_str(&format!("   {kind}  {}", counted(*count, "message")));
    }
    line
}

/// The last line: everything counted, and the time it took.
fn summary(files: usize, all: &Tally, took: Duration) -> String {
    let parts = [
        counted(files as u64, "file"),
        counted(all.total(), "message"),
        counted(all.errors, "error"),
        counted(all.warnings, "warning"),
        format!("{}.{} ms", took.as_millis(), took.as_micros() % 1000 / 100),
    ];
    parts.join(" \u{b7} ")
}

/// A count with its noun.
pub(super) fn counted(count: u64, noun: &str) -> String {
    match count {
        1 => format!("1 {noun}"),
        count => format!("{count} {noun}s"),
    }
}
