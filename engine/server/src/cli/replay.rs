//! `acquit replay`: the past decided again by another rulebook, and what would be different.
//!
//! Every parcel of the log is read and decided anew, in the order it came and at the time it
//! came, over a store in memory. Identifiers are derived from the parcel's, so each row has the
//! same one as before and the two can be compared. What waited ends when it ended. Nothing of the
//! data folder is changed.
//!
//! What operators did is no message and is not decided again; neither is a repeat, which got the
//! answer of the first.

use super::arguments::Replay;
use super::exit::{Exit, Failure};
use super::home;
use super::terminal::Terminal;
use crate::render::escaped;
use crate::shell::{Clock, Engine, Refusal, waiting};
use acquit_domain::{Exchange, Function, Id, Timestamp, Verdict};
use acquit_mapping::rulebook::Rulebook;
use acquit_store::{ExchangeFilter, Store};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// Rows read at once.
const PAGE: u32 = 500;

/// What was counted.
#[derive(Debug, Default)]
struct Tally {
    parcels: u64,
    rows: u64,
    different: u64,
    missing_bytes: u64,
}

/// Runs the command.
pub(super) fn replay(
    book: &Arc<Rulebook>,
    arguments: &Replay,
    terminal: &mut Terminal,
) -> Result<Exit, Failure> {
    let config = home::config(&arguments.home)?;
    let tally = home::wait(async {
        let past = home::reader(&config).await?;
        let again = Store::in_memory().map_err(home::store)?;
        let clock = Clock::manual(Timestamp(0));
        let engine = Engine::new(again, book.clone(), clock);
        let rows = rows(&past).await?;
        decide_again(&past, &engine, &rows, terminal).await
    })?;
    let Tally { parcels, rows, different, missing_bytes } = tally;
    if terminal.is_json {
        terminal.json(&serde_json::json!({
            "parcels": parcels,
            "rows": rows,
            "different": different,
            "without_bytes": missing_bytes,
        }))?;
    } else {
        terminal.line(format_args!(
            "{parcels} parcels \u{b7} {rows} rows \u{b7} {different} would be different"
        ))?;
    }
    Ok(if different == 0 { Exit::Ok } else { Exit::Findings })
}

/// Every row of the log, in order.
async fn rows(past: &Store) -> Result<Vec<Exchange>, Failure> {
    let (mut rows, mut after) = (Vec::new(), 0);
    loop {
        let filter = ExchangeFilter { after, ..ExchangeFilter::default() };
        let page = past.exchanges(&home::operator(), &filter, PAGE).await.map_err(home::store)?;
        let Some(last) = page.last() else { return Ok(rows) };
        after = last.seq;
        rows.extend(page.into_iter().map(|row| row.exchange));
    }
}

async fn decide_again(
    past: &Store,
    engine: &Engine,
    rows: &[Exchange],
    terminal: &mut Terminal,
) -> Result<Tally, Failure> {
    let mut tally = Tally { rows: rows.len() as u64, ..Tally::default() };
    let before: BTreeMap<Id, &Exchange> = rows.iter().map(|row| (row.id, row)).collect();
    let mut after: BTreeMap<Id, Exchange> = BTreeMap::new();
    let (mut seen, mut lost) = (BTreeSet::new(), BTreeSet::new());
    for row in rows.iter().filter(|row| is_decided(row)) {
        engine.clock.set(row.at);
        if !seen.insert(row.parcel) {
            if !after.contains_key(&row.id) {
                after.extend(end_waiting(engine, row).await?);
            }
            continue;
        }
        let Some(parcel) = past.parcel(row.parcel).await.map_err(home::store)? else {
            tally.missing_bytes += 1;
            lost.insert(row.parcel);
            continue;
        };
        tally.parcels += 1;
        let outcomes = engine.run_once(vec![parcel]).await.map_err(stopped)?;
        for outcome in outcomes {
            after.extend(outcome.exchanges.into_iter().map(|row| (row.id, row)));
        }
    }
    for row in rows.iter().filter(|row| is_decided(row) && !lost.contains(&row.parcel)) {
        let now = after.remove(&row.id);
        if now.as_ref().is_none_or(|now| said(now) != said(row)) {
            tally.different += 1;
            print(Some(row), now.as_ref(), terminal)?;
        }
    }
    for row in after.values().filter(|row| !before.contains_key(&row.id)) {
        tally.different += 1;
        print(None, Some(row), terminal)?;
    }
    Ok(tally)
}

/// True for rows that deciding a parcel makes: those of operators are made without, and a repeat
/// only gives an answer again.
fn is_decided(row: &Exchange) -> bool {
    row.function != Function::Ope && row.verdict != Verdict::Known
}

/// Looks again at what waits when a row was made, as the server's clock did, and gives the rows.
async fn end_waiting(engine: &Engine, row: &Exchange) -> Result<Vec<(Id, Exchange)>, Failure> {
    let mut outcomes = waiting::end(engine, row.at).await.map_err(home::store)?;
    let taken = waiting::retry(engine, row.at, Some(row.parcel)).await;
    outcomes.extend(taken.map_err(home::store)?);
    let rows = outcomes.into_iter().flat_map(|outcome| outcome.exchanges);
    Ok(rows.map(|row| (row.id, row)).collect())
}

fn stopped(refusal: Refusal) -> Failure {
    Failure::unreachable(format!("the replay stopped: {refusal}"))
}

/// What a row says, for comparing and for showing: verdict, event, status, codes of findings.
fn said(row: &Exchange) -> String {
    let mut codes: Vec<&str> = row.findings.iter().map(|finding| &*finding.code).collect();
    codes.dedup();
    let status = row.after.map_or("-", acquit_domain::Status::key);
    let event = if row.event.is_empty() { "-" } else { &row.event };
    format!("{} {event} {status} {}", row.verdict.key(), codes.join(",")).trim_end().to_owned()
}

fn print(
    before: Option<&Exchange>,
    after: Option<&Exchange>,
    terminal: &mut Terminal,
) -> Result<(), Failure> {
    let Some(row) = before.or(after) else { return Ok(()) };
    let invoice = row.invoice.as_ref().map_or("", |key| key.number.as_str());
    let (was, would) = (before.map(said), after.map(said));
    if terminal.is_json {
        terminal.json(&serde_json::json!({
            "exchange": row.id.to_string(),
            "at": row.at.to_string(),
            "partner": row.partner.as_str(),
            "invoice": invoice,
            "before": was,
            "after": would,
        }))?;
        return Ok(());
    }
    let head = format!("{}  {}  {invoice}", row.at, row.partner);
    terminal.line(escaped(&head))?;
    let was = was.unwrap_or_else(|| "(no row)".to_owned());
    let would = would.unwrap_or_else(|| "(no row)".to_owned());
    terminal.line(terminal.styled("31", &format!("  - {was}")))?;
    terminal.line(terminal.styled("32", &format!("  + {would}")))?;
    Ok(())
}
