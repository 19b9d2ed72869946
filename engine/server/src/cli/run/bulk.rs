//! Files with very many messages: taken part by part as the server does it, and told as one step
//! with counts, the messages that were not accepted first.
//!
//! What it is *not*: it holds no list of all messages. What is told of each of them is read from
//! the log afterwards, a page at a time.

use super::{Steps, ending, letter, milliseconds, refused};
use crate::cli::exit::{Exit, Failure};
use crate::cli::home;
use crate::http::wire::{ExchangeWire, FindingWire, LetterWire, MessageWire};
use crate::render::escaped;
use crate::shell::{Answer, Engine, Intake};
use acquit_domain::part::Tally;
use acquit_domain::{Direction, Exchange, Id, Parcel, Severity, Verdict};
use acquit_store::ExchangeFilter;
use std::time::{Duration, Instant};

/// Log rows read at once.
const PAGE: u32 = 500;

/// Parcels waiting before the decider: there is one.
const QUEUE: usize = 1;

/// Takes up what an earlier run left unfinished.
pub(super) async fn resume(engine: &Engine) -> Result<(), Failure> {
    let (intake, decider) = Intake::start(engine.clone(), QUEUE);
    intake.resume().await.map_err(refused)?;
    stopped(intake, decider).await
}

/// Takes one file part by part, prints what became of it, and says how it makes the command end.
pub(super) async fn take(
    steps: &mut Steps<'_>,
    engine: &Engine,
    file: &str,
    parcel: Parcel,
    started: Instant,
) -> Result<Exit, Failure> {
    let (id, bytes) = (parcel.id, parcel.bytes.clone());
    let before = *engine.store.watch().borrow();
    let bar = steps.terminal.progress(Some(bytes.len() as u64));
    let size = bytes.len() as u64;
    let (intake, decider) = Intake::start(engine.clone(), QUEUE);
    let shown = bar.clone();
    let answer = intake.submit_watched(parcel, move |stage| {
        shown.set_position(size.saturating_mul(stage.done) / stage.all.max(1));
    });
    let answer = answer.await;
    bar.finish_and_clear();
    stopped(intake, decider).await?;
    let answer = answer.map_err(refused)?;
    let told = Told { file, answer: &answer, took: started.elapsed(), rows: Rows { before, id } };
    match steps.terminal.is_json {
        true => json(steps, engine, &told).await?,
        false => {
            print(steps, engine, &told).await?;
            let kind = answer.messages.first().map_or("", |message| &message.kind);
            steps.draw(file, &bytes, &answer.findings, |_| kind)?;
            if answer.more.findings > 0 {
                let more = answer.more.findings;
                steps.terminal.line(format_args!("... and {more} findings more that are kept"))?;
            }
        }
    }
    Ok(ending(answer.verdict, &answer.findings))
}

/// Ends a decider once it stored what it took.
async fn stopped(intake: Intake, decider: tokio::task::JoinHandle<()>) -> Result<(), Failure> {
    drop(intake);
    decider.await.map_err(|error| Failure::unreachable(error.to_string()))
}

/// What is told of one file.
struct Told<'a> {
    file: &'a str,
    answer: &'a Answer,
    took: Duration,
    rows: Rows,
}

/// The rows of the log that a parcel caused: those after a position that name it.
#[derive(Clone, Copy)]
struct Rows {
    before: i64,
    id: Id,
}

impl Rows {
    /// Shows every row, a page at a time.
    async fn each(
        self,
        engine: &Engine,
        mut show: impl FnMut(&Exchange) -> Result<(), Failure>,
    ) -> Result<(), Failure> {
        let mut filter = ExchangeFilter { after: self.before, ..ExchangeFilter::default() };
        loop {
            let rows = engine.store.exchanges(&home::operator(), &filter, PAGE).await;
            let rows = rows.map_err(home::store)?;
            let Some(last) = rows.last() else { return Ok(()) };
            filter.after = last.seq;
            for row in rows.iter().filter(|row| row.exchange.parcel == self.id) {
                show(&row.exchange)?;
            }
        }
    }
}

/// Counts, then the first messages that were not accepted.
async fn print(steps: &mut Steps<'_>, engine: &Engine, told: &Told<'_>) -> Result<(), Failure> {
    let mut tally = Tally::default();
    let mut refused: Vec<String> = Vec::new();
    let most = steps.limit;
    told.rows
        .each(engine, |row| {
            if row.direction == Direction::In {
                tally.count(row.verdict);
                if row.verdict != Verdict::Accepted && refused.len() < most {
                    refused.push(line(row));
                }
            }
            Ok(())
        })
        .await?;
    let answer = told.answer;
    let messages = answer.messages.len() as u64 + u64::from(answer.more.messages);
    let counts: Vec<String> =
        tally.iter().map(|(verdict, count)| format!("{count} {}", verdict.key())).collect();
    let letters: Vec<String> = answer.letters.iter().map(letter).collect();
    steps.step += 1;
    let verdict = match answer.verdict {
        Verdict::Accepted => String::new(),
        other => format!("   {}", steps.terminal.styled("1;33", other.key())),
    };
    steps.terminal.line(format_args!(
        "{}  {}   {messages} messages: {}{verdict}   {}   {}",
        steps.step,
        escaped(told.file),
        counts.join(", "),
        letters.join(", "),
        milliseconds(told.took),
    ))?;
    for line in &refused {
        steps.terminal.line(line)?;
    }
    let not_accepted: u64 = tally
        .iter()
        .filter(|(verdict, _)| *verdict != Verdict::Accepted)
        .map(|(_, count)| u64::from(count))
        .sum();
    let hidden = not_accepted - refused.len() as u64;
    if hidden > 0 {
        let text = "messages more not accepted; --limit shows more, --json all";
        steps.terminal.line(format_args!("   ... and {hidden} {text}"))?;
    }
    Ok(())
}

/// A message that was not accepted.
fn line(row: &Exchange) -> String {
    let number = row.invoice.as_ref().map_or("", |key| key.number.as_str());
    let mut codes: Vec<&str> = Vec::new();
    for finding in row.findings.iter().filter(|finding| finding.severity != Severity::Note) {
        if !codes.contains(&finding.code.as_ref()) {
            codes.push(finding.code.as_ref());
        }
    }
    let (message, number, verdict) = (escaped(&row.message), escaped(number), row.verdict.key());
    format!("   {message} {number}   {verdict}   {}", codes.join(" "))
}

/// The same value as for other files, written as it is read; every row of the log is in it.
async fn json(steps: &mut Steps<'_>, engine: &Engine, told: &Told<'_>) -> Result<(), Failure> {
    let answer = told.answer;
    let messages: Vec<MessageWire> = answer.messages.iter().map(MessageWire::from).collect();
    let findings: Vec<FindingWire> = answer.findings.iter().map(FindingWire::from).collect();
    let letters: Vec<LetterWire> = answer.letters.iter().map(LetterWire::from).collect();
    let (left_out, unlisted) = (answer.more.messages, answer.more.findings);
    let head = serde_json::json!({
        "file": told.file,
        "verdict": answer.verdict.key(),
        "messages": messages,
        "findings": findings,
        "letters": letters,
        "more": { "messages": left_out, "findings": unlisted },
        "duration_us": u64::try_from(told.took.as_micros()).unwrap_or(u64::MAX),
    });
    let head = head.to_string();
    let terminal = &mut *steps.terminal;
    terminal.json_piece(head.strip_suffix('}').unwrap_or(&head))?;
    terminal.json_piece(",\"exchanges\":[")?;
    let mut separator = "";
    told.rows
        .each(engine, |row| {
            let row = serde_json::to_string(&ExchangeWire::from(row)).unwrap_or_default();
            terminal.json_piece(separator)?;
            terminal.json_piece(&row)?;
            separator = ",";
            Ok(())
        })
        .await?;
    Ok(terminal.json_text("]}")?)
}
