//! `acquit run`: files through the whole pipeline once, each told as one step.

mod bulk;

use super::arguments::Run;
use super::check::counted;
use super::exit::{Exit, Failure};
use super::limit::Limit;
use super::terminal::{Terminal, tell};
use super::{home, input};
use crate::http::wire::{ExchangeWire, FindingWire, LetterWire, MessageWire};
use crate::render::{Origin, Source, escaped, render, tell as told};
use crate::service::open_store;
use crate::shell::{Arrival, Clock, Engine, Refusal};
use acquit_domain::{Channel, Finding, Letter, LetterKind, Outcome, PartyCode, Status, Verdict};
use acquit_mapping::rulebook::Rulebook;
use acquit_store::Store;
use acquit_syntax::edifact::reader::{Item, Options, Reader};
use acquit_syntax::edifact::tape::Tag;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// Runs the command.
pub(super) fn run(
    book: &Arc<Rulebook>,
    arguments: &Run,
    terminal: &mut Terminal,
) -> Result<Exit, Failure> {
    let partner = match &arguments.partner {
        None => None,
        Some(text) => {
            let wrong = || Failure::usage(format!("--as {}: no party code", escaped(text)));
            let code = PartyCode::new(text).ok_or_else(wrong)?;
            if book.agreement(&code).is_none() {
                return Err(Failure::usage(unknown(book, &code)));
            }
            Some(code)
        }
    };
    home::wait(async {
        let store = match &arguments.data {
            Some(data) => open_store(data),
            None => Store::in_memory(),
        };
        let engine = Engine::new(store.map_err(home::store)?, book.clone(), Clock::System);
        if arguments.data.is_some() {
            // What an earlier run left unfinished comes before anything new.
            bulk::resume(&engine).await?;
        }
        let mut steps = Steps {
            book,
            terminal,
            step: 0,
            limit: arguments.limit,
            exit: Exit::Ok,
            done: 0,
            failed: None,
        };
        for path in &arguments.files {
            match input::whole(path) {
                Ok(bytes) => steps.one(&engine, path, partner.clone(), bytes).await?,
                Err(failure) => {
                    tell(format_args!("acquit: {}", failure.text));
                    steps.failed = Some(failure.exit);
                }
            }
        }
        Ok(match steps.failed {
            Some(_) if steps.done > 0 => Exit::Partly,
            Some(exit) => exit,
            None => steps.exit,
        })
    })
}

/// What was run so far.
struct Steps<'a> {
    book: &'a Rulebook,
    terminal: &'a mut Terminal,
    step: u64,
    limit: usize,
    exit: Exit,
    done: u64,
    failed: Option<Exit>,
}

impl Steps<'_> {
    /// Takes one file through the pipeline and prints what became of it.
    async fn one(
        &mut self,
        engine: &Engine,
        path: &Path,
        partner: Option<PartyCode>,
        bytes: Vec<u8>,
    ) -> Result<(), Failure> {
        let file = input::name(path);
        let arrival = Arrival { partner, name: file.clone(), ..Arrival::over(Channel::Cli) };
        let parcel = arrival.parcel(&Clock::System, bytes);
        let started = Instant::now();
        if acquit_flow::may_be_large(&parcel) {
            let ending = bulk::take(self, engine, &file, parcel, started).await?;
            self.count(ending);
            return Ok(());
        }
        let outcomes = engine.run_once(vec![parcel]).await.map_err(refused)?;
        let took = started.elapsed();
        for outcome in &outcomes {
            self.count(ending(outcome.verdict, &outcome.findings));
            match self.terminal.is_json {
                true => self.terminal.json(&json(&file, outcome, took))?,
                false => self.print(&file, outcome, took)?,
            }
        }
        Ok(())
    }

    /// Counts a file that was taken; findings outweigh refusals, and either outweighs nothing.
    fn count(&mut self, ending: Exit) {
        self.done += 1;
        if self.exit != Exit::Findings && ending != Exit::Ok {
            self.exit = ending;
        }
    }

    fn print(&mut self, file: &str, outcome: &Outcome, took: Duration) -> Result<(), Failure> {
        let letters: Vec<String> = outcome.answers.iter().map(letter).collect();
        let mut last = format!("{}   {}", letters.join(", "), milliseconds(took));
        for message in &outcome.messages {
            self.step += 1;
            let row = outcome.exchanges.iter().find(|row| row.message == message.reference);
            let row = row.or(outcome.exchanges.first());
            let sender = row.map_or("?", |row| row.partner.as_str());
            let before = message.before.map_or("\u{2205}".to_owned(), |status| self.label(status));
            let after = message.status.map_or("\u{2205}".to_owned(), |status| self.label(status));
            let subject =
                if message.invoice.is_empty() { &message.reference } else { &message.invoice };
            let verdict = match message.verdict {
                Verdict::Accepted => String::new(),
                Verdict::Rejected => format!("   {}", self.terminal.styled("1;31", "rejected")),
                other => format!("   {}", self.terminal.styled("1;33", other.key())),
            };
            self.terminal.line(format_args!(
                "{}  {} {}   {} \u{2192} {}   {before} \u{2192} {after}{verdict}   {last}",
                self.step,
                escaped(&message.kind),
                escaped(subject),
                escaped(sender),
                escaped(&self.book.platform.name),
            ))?;
            last.clear();
        }
        if outcome.messages.is_empty() {
            self.step += 1;
            let verdict = self.terminal.styled("1;31", outcome.verdict.key());
            let name = escaped(file);
            self.terminal.line(format_args!("{}  {name}   {verdict}   {last}", self.step))?;
        }
        self.findings(file, outcome)
    }

    fn findings(&mut self, file: &str, outcome: &Outcome) -> Result<(), Failure> {
        let kind = |ordinal: usize| outcome.messages.get(ordinal).map_or("", |one| &one.kind);
        self.draw(file, &outcome.parcel.bytes, &outcome.findings, kind)?;
        let unread: usize = outcome.exchanges.iter().map(|row| row.unread.len()).sum();
        if unread > 0 && self.terminal.verbosity > 0 {
            let names: Vec<String> =
                outcome.exchanges.iter().flat_map(|row| row.unread.iter().cloned()).collect();
            let count = counted(unread as u64, "segment");
            let names = escaped(&names.join(", "));
            self.terminal.line(format_args!("   unread: {count}: {names}"))?;
        }
        Ok(())
    }

    /// Draws findings, those of a message with the type it has.
    fn draw<'k>(
        &mut self,
        file: &str,
        bytes: &[u8],
        findings: &[Finding],
        kind: impl Fn(usize) -> &'k str,
    ) -> Result<(), Failure> {
        let look = self.terminal.look;
        let mut drawn = Limit::new(self.limit);
        for finding in findings {
            if !drawn.draws(finding) {
                continue;
            }
            let ordinal = finding.place.message as usize;
            let message = ordinal.checked_sub(1).map_or("", &kind);
            let sentences = told(&self.book.words, finding, look.lang);
            let origin = Origin { file, message };
            let source = Source::Bytes(bytes);
            self.terminal.text(&render(&look, origin, &source, finding, &sentences))?;
        }
        if let Some(rest) = drawn.rest() {
            self.terminal.line(rest)?;
        }
        Ok(())
    }

    fn label(&self, status: Status) -> String {
        let language = self.terminal.look.lang.language();
        let label = self.book.words.label("status", status.key(), language);
        label.unwrap_or(status.label()).to_owned()
    }
}

/// Nobody of this code hands over files; those who do.
fn unknown(book: &Rulebook, code: &PartyCode) -> String {
    let known: Vec<&str> = book.agreements.iter().map(|one| one.code.as_str()).collect();
    format!("--as {}: no partner of this code; known: {}", escaped(code.as_str()), known.join(", "))
}

/// Family of the codes by which the life cycle refuses what is otherwise well written.
const BY_THE_RULES: &str = "STATE-";

/// How a file makes the command end: refused when nothing but the rules refused anything of it.
fn ending(verdict: Verdict, findings: &[Finding]) -> Exit {
    match verdict {
        Verdict::Accepted | Verdict::Known | Verdict::Parked => return Exit::Ok,
        Verdict::Rejected | Verdict::Partly | Verdict::KnownButDifferent => {}
    }
    let mut rejecting = findings.iter().filter(|finding| finding.rejects()).peekable();
    let by_the_rules = rejecting.peek().is_some()
        && rejecting.all(|finding| finding.code.starts_with(BY_THE_RULES));
    if by_the_rules { Exit::Refused } else { Exit::Findings }
}

fn refused(refusal: Refusal) -> Failure {
    Failure::unreachable(format!("nothing was stored: {refusal}"))
}

fn milliseconds(took: Duration) -> String {
    format!("{}.{:02} ms", took.as_millis(), took.as_micros() % 1000 / 10)
}

/// A letter in a word: what it is and what it says (`CONTRL 7`, `APERAK 27`, `ACC`).
fn letter(letter: &Letter) -> String {
    let (tag, element) = match letter.kind {
        LetterKind::Contrl => (Tag::new(b"UCI"), 4),
        LetterKind::Aperak => (Tag::new(b"BGM"), 3),
        LetterKind::Acc | LetterKind::Pnm => return letter.kind.key().to_owned(),
    };
    let mut reader = Reader::over(&letter.body, Options::default());
    while let Some(item) = reader.next() {
        let Item::Message(message) = item else { continue };
        let content = &message.content;
        let found = content.tape.segments.iter().find(|segment| segment.tag == tag);
        if let Some(segment) = found {
            return format!("{} {}", letter.kind.key(), content.get(segment, element, 1));
        }
    }
    letter.kind.key().to_owned()
}

fn json(file: &str, outcome: &Outcome, took: Duration) -> serde_json::Value {
    let messages: Vec<MessageWire> = outcome.messages.iter().map(MessageWire::from).collect();
    let moves: Vec<ExchangeWire> = outcome.exchanges.iter().map(ExchangeWire::from).collect();
    let findings: Vec<FindingWire> = outcome.findings.iter().map(FindingWire::from).collect();
    let letters: Vec<LetterWire> = outcome.answers.iter().map(LetterWire::from).collect();
    serde_json::json!({
        "file": file,
        "verdict": outcome.verdict.key(),
        "messages": messages,
        "exchanges": moves,
        "findings": findings,
        "letters": letters,
        "duration_us": u64::try_from(took.as_micros()).unwrap_or(u64::MAX),
    })
}
