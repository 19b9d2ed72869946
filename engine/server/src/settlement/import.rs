//! A settlement file into a provider's day.

use super::banks::today;
use super::{Refused, note};
use crate::http::wire::hex;
use crate::shell::{Cashier, Engine};
use acquit_domain::pay::{Day, FundsKind, LineClass, SettlementLine};
use acquit_domain::time::{date_from_days, days_of};
use acquit_domain::{Currency, Date, Finding, Parcel};
use acquit_flow::pay::settle::{
    DIFFERENCES_MAX, Difference, LOOK_BACK_DAYS, Ledger, Settled, Settlement, bank_short, day_of,
    match_day,
};
use acquit_flow::{FileLine, Occurrence, Statement};
use acquit_mapping::provider::Provider;
use std::collections::{BTreeMap, BTreeSet};

/// Most days the lines of one file may name; the ledger is looked at for each.
const DAYS_MAX: usize = 31;
/// Most days of a provider that are looked through for those around one.
const LISTED_MAX: u32 = 400;

/// How a settlement file is to be taken.
#[derive(Debug, Clone, Default)]
pub struct Import {
    /// Code of the provider.
    pub provider: String,
    /// Its day; the one most of its lines name without it.
    pub on: Option<Date>,
    /// Statements of the bank, to see whether the money came.
    pub bank: Option<Vec<Statement>>,
    /// Closes the day.
    pub close: bool,
    /// Who imports it.
    pub user: String,
}

/// Takes a settlement file, and gives the day of each currency in it. `watch` is told how many of
/// how many differences are decided.
///
/// # Errors
/// When it was not taken. What of it was entered before stays, and is known when it comes again.
pub async fn import(
    engine: &Engine,
    cashier: &Cashier,
    parcel: Parcel,
    wanted: &Import,
    watch: &(dyn Fn(usize, usize) + Send + Sync),
) -> Result<(Vec<Day>, Vec<Finding>), Refused> {
    let provider = engine.book.provider(&wanted.provider).ok_or(Refused::Provider)?.clone();
    let (book, folder) = (engine.book.clone(), provider.folder.clone());
    let bytes = parcel.bytes.clone();
    let read =
        tokio::task::spawn_blocking(move || acquit_flow::read_settlement(&book, &folder, &bytes));
    let (lines, findings) = read.await.unwrap_or_default();
    if findings.iter().any(Finding::rejects) || lines.is_empty() {
        return Err(Refused::Findings(findings));
    }
    let mut by_currency: BTreeMap<String, Vec<FileLine>> = BTreeMap::new();
    for line in lines {
        by_currency.entry(line.currency.code().to_owned()).or_default().push(line);
    }
    let mut days = Vec::new();
    let many = by_currency.len() > 1;
    for lines in by_currency.into_values() {
        let file = if many { part(engine, &parcel, &lines) } else { parcel.clone() };
        let work = Work { engine, cashier, provider: &provider, wanted, watch };
        days.push(work.day(file, parcel.sha256, lines).await?);
    }
    Ok((days, findings))
}

/// The parcel of one currency of a file of several.
fn part(engine: &Engine, parcel: &Parcel, lines: &[FileLine]) -> Parcel {
    let currency = lines.first().map_or(String::new(), |line| line.currency.code().to_owned());
    let what = serde_json::json!({
        "settlement": hex(&parcel.sha256), "currency": currency, "file": parcel.name,
    });
    note(&engine.clock, parcel, &what)
}

/// Closes a day as it was matched last: it never changes again.
///
/// # Errors
/// When there is no such day, or the engine takes nothing now.
pub async fn close(
    cashier: &Cashier,
    engine: &Engine,
    parcel: Parcel,
    mut day: Day,
    user: &str,
) -> Result<Day, Refused> {
    if day.closed_at.is_some() {
        return Ok(day);
    }
    day.closed_at = Some(engine.clock.now());
    let settlement = Settlement {
        provider: day.provider.clone(),
        on: day.on,
        currency: day.currency,
        differences: Vec::new(),
        day: Some(day.clone()),
        user: user.to_owned(),
    };
    cashier.decide(parcel, Occurrence::Settle(settlement)).await?;
    Ok(day)
}

/// What the matching of one day needs.
struct Work<'a> {
    engine: &'a Engine,
    cashier: &'a Cashier,
    provider: &'a Provider,
    wanted: &'a Import,
    watch: &'a (dyn Fn(usize, usize) + Send + Sync),
}

impl Work<'_> {
    async fn day(
        &self,
        parcel: Parcel,
        sha256: [u8; 32],
        lines: Vec<FileLine>,
    ) -> Result<Day, Refused> {
        let Some(first) = lines.first() else { return Err(Refused::Findings(Vec::new())) };
        let currency = first.currency;
        let on = self.wanted.on.unwrap_or_else(|| usual_day(&lines));
        let code = self.provider.code.clone();
        let stored = self.engine.store.settlement_day(code, on, currency).await?;
        match &stored {
            Some(day) if day.closed_at.is_some() && day.sha256 == sha256 => return Ok(day.clone()),
            Some(day) if day.closed_at.is_some() => {
                return Err(Refused::Closed(Box::new(day.clone())));
            }
            _ => {}
        }
        let ledger = self.ledger(&lines, on, currency, stored.as_ref()).await?;
        let today = today(self.engine);
        let file_minor = lines.iter().fold(0i64, |sum, one| sum.saturating_add(one.signed_minor()));
        let matched = move || match_day(&lines, &ledger, on, today);
        let mut matched = tokio::task::spawn_blocking(matched).await.unwrap_or_default();
        let mut settlement = Settlement {
            provider: self.provider.code.clone(),
            on,
            currency,
            differences: Vec::new(),
            day: None,
            user: self.wanted.user.clone(),
        };
        self.differences(&parcel, &settlement, &mut matched).await?;
        let lines = matched.into_iter().map(|one| one.line).collect();
        let mut day = day_of(&settlement, lines, sha256);
        // The sum of the file is that of what was read, not of what became of it.
        day.file_minor = file_minor;
        self.bank(&parcel, &settlement, &mut day, stored.as_ref()).await?;
        day.closed_at = self.wanted.close.then(|| self.engine.clock.now());
        settlement.day = Some(day.clone());
        self.cashier.decide(parcel, Occurrence::Settle(settlement)).await?;
        Ok(day)
    }

    /// Decides the differences, some at a time, and puts the lines as they were decided in place.
    async fn differences(
        &self,
        file: &Parcel,
        settlement: &Settlement,
        matched: &mut [Difference],
    ) -> Result<(), Refused> {
        let open: Vec<usize> = (0..matched.len())
            .filter(|&at| matched.get(at).is_some_and(Difference::is_open))
            .collect();
        for (number, places) in open.chunks(DIFFERENCES_MAX).enumerate() {
            (self.watch)(number * DIFFERENCES_MAX, open.len());
            let differences = places.iter().filter_map(|&at| matched.get(at).cloned()).collect();
            let what = serde_json::json!({
                "settlement": hex(&file.sha256), "file": file.name, "part": number + 1,
            });
            let part = Settlement { differences, ..settlement.clone() };
            let parcel = note(&self.engine.clock, file, &what);
            let outcome = self.cashier.decide(parcel, Occurrence::Settle(part)).await?;
            for (&at, line) in places.iter().zip(outcome.payments.lines) {
                if let Some(place) = matched.get_mut(at) {
                    place.line = line;
                }
            }
        }
        (self.watch)(open.len(), open.len());
        Ok(())
    }

    /// What the ledger holds of the day, of those around it, and of those its lines name.
    async fn ledger(
        &self,
        lines: &[FileLine],
        on: Date,
        currency: Currency,
        stored: Option<&Day>,
    ) -> Result<Ledger, Refused> {
        let store = &self.engine.store;
        let code = &self.provider.code;
        let mut days: BTreeSet<i32> = (-1..=1).map(|by| days_of(on) + by).collect();
        days.extend(lines.iter().map(|line| days_of(line.day)));
        let grace = self.engine.book.platform.limits.settlement_grace_days;
        let grace_days = i32::try_from(grace).unwrap_or(i32::MAX);
        let mut ledger = Ledger { grace_days, ..Ledger::default() };
        for day in days.into_iter().take(DAYS_MAX) {
            let held = store.funds_of_day(code.clone(), date_from_days(day), currency).await?;
            for funds in held {
                ledger.funds.insert((funds.key.transaction.clone(), funds.key.kind), funds);
            }
        }
        self.earlier(&mut ledger, on, currency).await?;
        for line in stored.iter().flat_map(|day| &day.lines) {
            if let Some(case) = line.case {
                ledger.cases.insert((line.line, line.transaction.clone()), case);
            }
        }
        Ok(ledger)
    }

    /// What the files of the days around settled, and what they lacked.
    async fn earlier(
        &self,
        ledger: &mut Ledger,
        on: Date,
        currency: Currency,
    ) -> Result<(), Refused> {
        let store = &self.engine.store;
        let code = self.provider.code.clone();
        let near = |day: &Day| {
            let apart = days_of(on) - days_of(day.on);
            day.currency == currency && apart != 0 && apart.abs() <= LOOK_BACK_DAYS
        };
        let mut missing: BTreeMap<Settled, acquit_domain::Id> = BTreeMap::new();
        let listed = store.settlement_days(Some(code.clone()), LISTED_MAX).await?;
        for day in listed.into_iter().filter(near) {
            let before = day.on < on;
            let Some(day) = store.settlement_day(code.clone(), day.on, currency).await? else {
                continue;
            };
            for line in day.lines {
                match (line.class, line.funds, line.case) {
                    (LineClass::EngineOnly, Some(funds), None) if before => {
                        missing.insert(settled(&line, line.ledger_minor), funds);
                    }
                    (LineClass::Duplicate | LineClass::BankShort | LineClass::EngineOnly, ..) => {}
                    _ if line.amount_minor == Some(0) => {}
                    _ => drop(ledger.settled.insert(settled(&line, line.amount_minor))),
                }
            }
        }
        for (key, id) in missing {
            if ledger.settled.contains(&key) {
                continue;
            }
            if let Some(funds) = store.funds(id).await? {
                ledger.funds.insert(key.clone(), funds);
                ledger.waiting.insert(key);
            }
        }
        Ok(())
    }

    /// Compares the day with what the bank credited.
    async fn bank(
        &self,
        file: &Parcel,
        settlement: &Settlement,
        day: &mut Day,
        stored: Option<&Day>,
    ) -> Result<(), Refused> {
        let Some(statements) = &self.wanted.bank else {
            day.bank_minor = stored.and_then(|day| day.bank_minor);
            let short = stored.iter().flat_map(|day| &day.lines);
            day.lines.extend(short.filter(|line| line.class == LineClass::BankShort).cloned());
            return Ok(());
        };
        let within = self.engine.book.platform.limits.settlement_bank_days;
        let within = i32::try_from(within).unwrap_or(i32::MAX);
        let bank = credited(statements, self.provider, day, within);
        day.bank_minor = Some(bank);
        let Some(mut short) = bank_short(day, bank) else { return Ok(()) };
        let held = stored.iter().flat_map(|day| &day.lines);
        short.line.case =
            held.filter(|line| line.class == LineClass::BankShort).find_map(|line| line.case);
        let mut matched = [short];
        self.differences(file, settlement, &mut matched).await?;
        day.lines.extend(matched.map(|one| one.line));
        Ok(())
    }
}

fn settled(line: &SettlementLine, minor: Option<i64>) -> Settled {
    let kind = if minor.unwrap_or(0) < 0 { FundsKind::Reversal } else { FundsKind::Credit };
    (line.transaction.clone(), kind)
}

/// The day most lines name; of equals the last.
fn usual_day(lines: &[FileLine]) -> Date {
    let mut counts: BTreeMap<Date, usize> = BTreeMap::new();
    for line in lines {
        *counts.entry(line.day).or_default() += 1;
    }
    let usual = counts.into_iter().max_by_key(|(day, count)| (*count, *day));
    usual.map_or(date_from_days(0), |(day, _)| day)
}

/// What a bank credited for a provider's day: movements that name the provider, else one of just
/// what is due.
fn credited(statements: &[Statement], provider: &Provider, day: &Day, most: i32) -> i64 {
    let names = [provider.code.to_uppercase(), provider.name.to_uppercase()];
    let due = day.file_minor.saturating_sub(day.fee_minor);
    let within = |on: Date| (0..=most).contains(&(days_of(on) - days_of(day.on)));
    let entries = || {
        let own = statements.iter().filter(|one| one.currency == day.currency);
        let credits = own.flat_map(|one| &one.entries).filter(|one| one.amount_minor > 0);
        credits.filter(|one| one.is_booked && within(one.booked_on))
    };
    let named = |label: &str| {
        let label = label.to_uppercase();
        names.iter().any(|name| !name.is_empty() && label.contains(name.as_str()))
    };
    let of_name = entries().filter(|one| named(&one.label)).map(|one| one.amount_minor);
    let sum = of_name.fold(0i64, i64::saturating_add);
    match sum {
        0 => entries().find(|one| one.amount_minor == due).map_or(0, |one| one.amount_minor),
        sum => sum,
    }
}
