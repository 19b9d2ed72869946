//! `acquit tail`: the exchange log of a data folder, as a table or as JSON.

use super::arguments::Tail;
use super::exit::{Exit, Failure};
use super::home;
use super::terminal::{Terminal, tell};
use crate::http::wire::ExchangeWire;
use crate::render::escaped;
use acquit_domain::PartyCode;
use acquit_store::{ExchangeFilter, LogRow, Store};
use std::time::Duration;

/// Rows asked for at once.
const PAGE: u32 = 500;

/// Pause between two looks at the log.
const PAUSE: Duration = Duration::from_millis(500);

/// Runs the command.
pub(super) fn tail(arguments: &Tail, terminal: &mut Terminal) -> Result<Exit, Failure> {
    let config = home::config(&arguments.home)?;
    let partner = match &arguments.partner {
        None => None,
        Some(text) => {
            let wrong = || Failure::usage(format!("--partner {}: no party code", escaped(text)));
            Some(PartyCode::new(text).ok_or_else(wrong)?)
        }
    };
    home::wait(async {
        let store = home::reader(&config.data)?;
        let mut after = match arguments.after {
            Some(after) => after,
            None => last(&store, partner.clone(), arguments.lines, terminal).await?,
        };
        loop {
            let filter = ExchangeFilter { after, partner: partner.clone(), ..Default::default() };
            let rows = store.exchanges(&home::operator(), &filter, PAGE).await;
            let rows = rows.map_err(home::store)?;
            for row in &rows {
                after = row.seq;
                print(row, terminal)?;
            }
            if rows.len() == PAGE as usize {
                continue;
            }
            terminal.flush()?;
            if !arguments.follow {
                break;
            }
            tokio::select! {
                () = tokio::time::sleep(PAUSE) => {}
                _ = tokio::signal::ctrl_c() => break,
            }
        }
        if arguments.follow && !terminal.is_quiet {
            tell(format_args!("cursor {after}; --after {after} goes on from here"));
        }
        Ok(Exit::Ok)
    })
}

/// Prints the last rows and gives the position of the last one.
async fn last(
    store: &Store,
    partner: Option<PartyCode>,
    lines: usize,
    terminal: &mut Terminal,
) -> Result<i64, Failure> {
    let filter = ExchangeFilter { before: Some(i64::MAX), partner, ..Default::default() };
    let limit = u32::try_from(lines).unwrap_or(PAGE).clamp(1, PAGE);
    let rows = store.exchanges(&home::operator(), &filter, limit).await.map_err(home::store)?;
    for row in rows.iter().rev() {
        print(row, terminal)?;
    }
    Ok(rows.first().map_or(0, |row| row.seq))
}

fn print(row: &LogRow, terminal: &mut Terminal) -> Result<(), Failure> {
    let exchange = &row.exchange;
    if terminal.is_json {
        let mut value = serde_json::to_value(ExchangeWire::from(exchange)).unwrap_or_default();
        value["seq"] = row.seq.into();
        terminal.json(&value)?;
        return Ok(());
    }
    let invoice = exchange.invoice.as_ref().map_or("", |key| key.number.as_str());
    let state = exchange.after.map_or("", acquit_domain::Status::label);
    terminal.line(format_args!(
        "{:>8}  {}  {:<12}  {:<36}  {:<32}  {:<14}  {}",
        row.seq,
        exchange.at,
        escaped(exchange.partner.as_str()),
        exchange.function.label(),
        state,
        escaped(invoice),
        exchange.verdict.key(),
    ))?;
    Ok(())
}
