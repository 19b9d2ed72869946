//! `acquit settle`: settlements of providers, statements and files of cheques.

use super::exit::{Exit, Failure};
use super::settle_arguments::{Settle, SettleCommand, SettleFile, SettleImport, SettleShow, Shape};
use super::terminal::{Terminal, tell};
use super::{home, input};
use crate::render::tell as told;
use crate::settlement::{self, Import, Refused};
use crate::shell::{Arrival, Cashier, Clock, Engine};
use acquit_domain::pay::Day;
use acquit_domain::{Channel, Currency, Date, Finding, Parcel, PartyCode};
use acquit_mapping::rulebook::Rulebook;
use std::path::Path;
use std::sync::Arc;

/// Room for occurrences that wait.
const QUEUE: usize = 16;
/// Findings of a refused file that are told.
const TOLD_MAX: usize = 20;
/// Who acts from the command line.
const USER: &str = "OPERATOR";

/// Runs the command.
pub(super) fn settle(
    book: &Arc<Rulebook>,
    arguments: &Settle,
    terminal: &mut Terminal,
) -> Result<Exit, Failure> {
    match &arguments.command {
        SettleCommand::Import(import) => import_file(book, import, terminal),
        SettleCommand::Show(show) => show_day(show, terminal),
        SettleCommand::Close(show) => close_day(book, show, terminal),
        SettleCommand::Statement(file) => statement(book, file, terminal),
        SettleCommand::Cheques(file) => cheques(book, file, terminal),
    }
}

/// An engine over the database, with its cashier.
async fn open(
    book: &Arc<Rulebook>,
    place: &super::arguments::Home,
) -> Result<(Engine, Cashier), Failure> {
    let config = home::config(place)?;
    let store = home::writer(&config).await?;
    let engine = Engine::new(store, book.clone(), Clock::System);
    let (cashier, _) = Cashier::start(engine.clone(), QUEUE);
    Ok((engine, cashier))
}

fn parcel(path: &Path, partner: &str) -> Result<Parcel, Failure> {
    let bytes = input::whole(path)?;
    let arrival = Arrival {
        partner: PartyCode::new(partner),
        name: input::name(path),
        ..Arrival::over(Channel::Cli)
    };
    Ok(arrival.parcel(&Clock::System, bytes))
}

fn date(text: &str) -> Result<Date, Failure> {
    text.parse().map_err(|_| Failure::usage("--day: write it as 2026-11-23"))
}

fn import_file(
    book: &Arc<Rulebook>,
    arguments: &SettleImport,
    terminal: &mut Terminal,
) -> Result<Exit, Failure> {
    let provider = provider(book, &arguments.provider)?;
    let file = parcel(&arguments.file, &provider)?;
    let today = acquit_flow::pay::local_day(book, Clock::System.now());
    let bank = match &arguments.bank {
        None => None,
        Some(path) => {
            let bank = book.bank(acquit_flow::BANK).cloned().unwrap_or_default();
            let bytes = input::whole(path)?;
            let (read, findings) = acquit_flow::read_statements(book, &bank, &bytes, today);
            if findings.iter().any(Finding::rejects) {
                return Err(refused(book, terminal, &Refused::Findings(findings)));
            }
            Some(read)
        }
    };
    let wanted = Import {
        provider,
        on: arguments.day.as_deref().map(date).transpose()?,
        bank,
        close: arguments.close,
        user: USER.to_owned(),
    };
    let bar = terminal.counter();
    let shape = if terminal.is_json { Shape::Json } else { arguments.format };
    let days = home::wait_on_threads(async {
        let (engine, cashier) = open(book, &arguments.home).await?;
        let watch = |done: usize, all: usize| {
            bar.set_length(all as u64);
            bar.set_position(done as u64);
        };
        let taken = settlement::import(&engine, &cashier, file, &wanted, &watch).await;
        taken.map_err(|why| refused(book, terminal, &why))
    });
    bar.finish_and_clear();
    let (days, findings) = days?;
    for finding in &findings {
        let lang = terminal.look.lang;
        tell(format_args!("acquit: {}", told(&book.words, finding, lang).sentence));
    }
    for day in &days {
        print(day, shape, terminal)?;
    }
    Ok(if days.iter().all(settlement::agrees) { Exit::Ok } else { Exit::Findings })
}

/// The code of a bank named by its code or its folder.
fn bank<'b>(book: &'b Rulebook, name: &str) -> Result<&'b str, Failure> {
    let same = |text: &str| text.eq_ignore_ascii_case(name);
    let found = book.banks.iter().find(|one| same(&one.code) || same(&one.folder));
    found.map(|one| one.code.as_str()).ok_or_else(|| {
        let known: Vec<&str> = book.banks.iter().map(|one| one.folder.as_str()).collect();
        let name = crate::render::escaped(name);
        Failure::usage(format!("--bank {name}: none of this name; known: {}", known.join(", ")))
    })
}

/// The code of a provider named by its code or its folder.
fn provider(book: &Rulebook, name: &str) -> Result<String, Failure> {
    let same = |text: &str| text.eq_ignore_ascii_case(name);
    let found = book.providers.iter().find(|one| same(&one.code) || same(&one.folder));
    found.map(|one| one.code.clone()).ok_or_else(|| {
        let known: Vec<&str> = book.providers.iter().map(|one| one.folder.as_str()).collect();
        Failure::usage(format!(
            "--provider {}: none of this name; known: {}",
            crate::render::escaped(name),
            known.join(", ")
        ))
    })
}

fn print(day: &Day, shape: Shape, terminal: &mut Terminal) -> Result<(), Failure> {
    match shape {
        Shape::Text => terminal.text(&settlement::text(day))?,
        Shape::Csv => terminal.bytes(&settlement::csv(day))?,
        Shape::Json => {
            let value = serde_json::to_value(settlement::json(day, true)).unwrap_or_default();
            terminal.json(&value)?;
        }
    }
    Ok(())
}

async fn stored(
    store: &acquit_store::Store,
    provider: String,
    arguments: &SettleShow,
) -> Result<Day, Failure> {
    let currency = Currency::of(&arguments.currency)
        .ok_or_else(|| Failure::usage("--currency: not known here"))?;
    let on = date(&arguments.day)?;
    let day = store.settlement_day(provider, on, currency).await.map_err(home::store)?;
    day.ok_or_else(|| Failure::usage("nothing was imported for this day; `acquit settle import`"))
}

fn show_day(arguments: &SettleShow, terminal: &mut Terminal) -> Result<Exit, Failure> {
    let config = home::config(&arguments.home)?;
    let day = home::wait(async {
        let store = home::reader(&config).await?;
        stored(&store, arguments.provider.to_uppercase(), arguments).await
    })?;
    let shape = if terminal.is_json { Shape::Json } else { arguments.format };
    print(&day, shape, terminal)?;
    Ok(if settlement::agrees(&day) { Exit::Ok } else { Exit::Findings })
}

fn close_day(
    book: &Arc<Rulebook>,
    arguments: &SettleShow,
    terminal: &mut Terminal,
) -> Result<Exit, Failure> {
    let code = provider(book, &arguments.provider)?;
    let day = home::wait_on_threads(async {
        let (engine, cashier) = open(book, &arguments.home).await?;
        let day = stored(&engine.store, code, arguments).await?;
        let what = serde_json::json!({ "close": day.provider, "day": day.on.to_string() });
        let arrival = Arrival::over(Channel::Cli);
        let parcel = arrival.parcel(&Clock::System, what.to_string().into_bytes());
        let closed = settlement::close(&cashier, &engine, parcel, day, USER).await;
        closed.map_err(|why| refused(book, terminal, &why))
    })?;
    let shape = if terminal.is_json { Shape::Json } else { arguments.format };
    print(&day, shape, terminal)?;
    Ok(Exit::Ok)
}

fn statement(
    book: &Arc<Rulebook>,
    arguments: &SettleFile,
    terminal: &mut Terminal,
) -> Result<Exit, Failure> {
    let file = parcel(&arguments.file, bank(book, &arguments.bank)?)?;
    let told = home::wait_on_threads(async {
        let (engine, cashier) = open(book, &arguments.home).await?;
        let taken = settlement::statements(&engine, &cashier, file).await;
        taken.map_err(|why| refused(book, terminal, &why))
    })?;
    let (told, findings) = told;
    for finding in &findings {
        tell(format_args!("acquit: {}", told_at(book, finding, terminal.look.lang)));
    }
    match terminal.is_json {
        true => terminal.json(&serde_json::json!({
            "accounts": told.accounts, "movements": told.movements, "payments": told.payments,
            "applied": told.applied, "suspended": told.suspended, "known": told.known,
            "pending": told.pending, "repeated": told.repeated,
        }))?,
        false => terminal.line(format_args!(
            "{} accounts, {} movements, {} payments: {} applied, {} in suspense, {} known; \
             {} pending",
            told.accounts,
            told.movements,
            told.payments,
            told.applied,
            told.suspended,
            told.known,
            told.pending
        ))?,
    }
    Ok(if told.suspended == 0 { Exit::Ok } else { Exit::Findings })
}

fn cheques(
    book: &Arc<Rulebook>,
    arguments: &SettleFile,
    terminal: &mut Terminal,
) -> Result<Exit, Failure> {
    let file = parcel(&arguments.file, bank(book, &arguments.bank)?)?;
    let (told, findings) = home::wait_on_threads(async {
        let (engine, cashier) = open(book, &arguments.home).await?;
        let taken = settlement::cheques(&engine, &cashier, file).await;
        taken.map_err(|why| refused(book, terminal, &why))
    })?;
    for finding in &findings {
        let lang = terminal.look.lang;
        tell(format_args!("acquit: {}", told_at(book, finding, lang)));
    }
    tell(format_args!("{} of {} cheques taken", told.loaded, told.lines));
    // What is rejected is the result: it goes back to the bank's folder.
    terminal.text(&told.rejects_file())?;
    let clean = told.rejects.is_empty() && findings.is_empty();
    Ok(if clean { Exit::Ok } else { Exit::Partly })
}

fn told_at(book: &Rulebook, finding: &Finding, lang: crate::render::Lang) -> String {
    let sentence = told(&book.words, finding, lang).sentence;
    match finding.place.segment {
        0 => format!("{} {sentence}", finding.code),
        line => format!("line {line}: {} {sentence}", finding.code),
    }
}

/// Why nothing was taken, in words.
fn refused(book: &Rulebook, terminal: &Terminal, why: &Refused) -> Failure {
    match why {
        Refused::Provider => Failure::usage("--provider: not known here"),
        Refused::Findings(findings) => {
            let lang = terminal.look.lang;
            let rejecting = findings.iter().filter(|finding| finding.rejects());
            let mut lines: Vec<String> =
                rejecting.clone().take(TOLD_MAX).map(|one| told_at(book, one, lang)).collect();
            let more = rejecting.count().saturating_sub(TOLD_MAX);
            if more > 0 {
                lines.push(format!("and {more} more"));
            }
            lines.push("nothing of the file was taken".to_owned());
            Failure { exit: Exit::Findings, text: lines.join("\n") }
        }
        Refused::Closed(day) => {
            let text = format!("FIL-CLOSED {} {} is closed", day.provider, day.on);
            Failure { exit: Exit::Refused, text }
        }
        Refused::Shell(refusal) => Failure::unreachable(refusal.to_string()),
        Refused::Store(error) => Failure::unreachable(error.to_string()),
    }
}
