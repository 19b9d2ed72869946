//! Matching a provider's day: its settlement file against the ledger, line by line.
//!
//! What this module is *not*: it enters nothing; the differences it finds are decided one by one
//! ([`Occurrence::Settle`](super::Occurrence)), each again against what is held then.

use crate::read::{FileLine, LineKind};
use acquit_domain::pay::{
    Day, Funds, FundsKey, FundsKind, FundsSource, LineClass, News, NewsKind, SettlementLine,
};
use acquit_domain::{Currency, Date, Id, Money};
use acquit_mapping::value::Instant;
use std::collections::{BTreeMap, BTreeSet};

/// Differences decided in one transaction.
pub const DIFFERENCES_MAX: usize = 200;
/// How many days back a payment that was missing, or settled before, is remembered.
pub const LOOK_BACK_DAYS: i32 = 10;

/// Some differences of a provider's day, or the day itself once all are decided.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settlement {
    /// Code of the provider.
    pub provider: String,
    /// The day.
    pub on: Date,
    /// Currency of the amounts.
    pub currency: Currency,
    /// Lines that do not simply agree.
    pub differences: Vec<Difference>,
    /// The whole day, to be stored.
    pub day: Option<Day>,
    /// Who imports it, or closes it.
    pub user: String,
}

/// A line with what the file says; nothing when only the ledger has it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Difference {
    /// What the file says.
    pub said: Option<FileLine>,
    /// What it was matched with.
    pub line: SettlementLine,
    /// The money fact, for what only the ledger has.
    pub held: Option<FundsKey>,
    /// The provider had its time to name it: a case is to be opened.
    pub is_late: bool,
}

/// A transaction with what a line says was done: taken, or given back.
pub type Settled = (String, FundsKind);

/// What of the ledger a file is compared with.
#[derive(Debug, Clone, Default)]
pub struct Ledger {
    /// Money facts of the provider, of the day and those around it.
    pub funds: BTreeMap<Settled, Funds>,
    /// What files of earlier days settled.
    pub settled: BTreeSet<Settled>,
    /// What files of earlier days lacked, without a case, and none brought since.
    pub waiting: BTreeSet<Settled>,
    /// Cases about lines of this day as it was matched before.
    pub cases: BTreeMap<(u32, String), Id>,
    /// Most days that a payment may be missing from the provider's files before a case is opened.
    pub grace_days: i32,
}

/// Matches the lines of a file, all of one currency, with the ledger: a line for each of them in
/// order, then one for each payment of the day, or still missing, that the file does not name.
#[must_use]
pub fn match_day(lines: &[FileLine], ledger: &Ledger, on: Date, today: Date) -> Vec<Difference> {
    let mut seen: BTreeSet<Settled> = BTreeSet::new();
    let mut matched = Vec::with_capacity(lines.len());
    for said in lines {
        let key = (said.transaction.clone(), kind_of(said));
        let repeated = said.kind != LineKind::Declined
            && (ledger.settled.contains(&key) || seen.contains(&key));
        let held = ledger.funds.get(&key);
        let (class, text) = match repeated {
            true => (LineClass::Duplicate, "Ligne déjà réglée".to_owned()),
            false => compare(said, held),
        };
        let mut line = line_of(said, held.filter(|_| !repeated), class, text);
        line.case = ledger.cases.get(&(line.line, line.transaction.clone())).copied();
        matched.push(Difference { said: Some(said.clone()), line, held: None, is_late: false });
        seen.insert(key);
    }
    for (key, funds) in &ledger.funds {
        let waits = funds.paid_on == on || ledger.waiting.contains(key);
        // What a settlement itself brought is settled.
        if !waits || seen.contains(key) || ledger.settled.contains(key) || is_ours(funds) {
            continue;
        }
        matched.push(missing(funds, ledger, today));
    }
    matched
}

/// Money nobody but a settlement or an operator told of is not missing from a settlement.
fn is_ours(funds: &Funds) -> bool {
    matches!(funds.source, FundsSource::Settlement | FundsSource::Operator)
}

fn kind_of(said: &FileLine) -> FundsKind {
    match said.kind {
        LineKind::Paid | LineKind::Declined => FundsKind::Credit,
        LineKind::Refunded | LineKind::Disputed => FundsKind::Reversal,
    }
}

/// What a fact adds to the sum of the ledger, in minor units.
const fn signed(funds: &Funds) -> i64 {
    match funds.key.kind {
        FundsKind::Credit => funds.amount_minor,
        FundsKind::Reversal => -funds.amount_minor,
    }
}

/// What a line is, compared with the fact it names, and one sentence when it is no match.
pub(super) fn compare(said: &FileLine, held: Option<&Funds>) -> (LineClass, String) {
    use LineClass::{AmountDiff, DateDiff, FeeDiff, Match, ProviderOnly, StatusDiff};
    let money = |minor: i64| Money::new(minor, said.currency).to_string();
    let told = |class, text: String| (class, text);
    let Some(held) = held else {
        return match said.kind {
            LineKind::Declined => told(Match, String::new()),
            LineKind::Disputed => told(StatusDiff, "Contesté chez le prestataire".to_owned()),
            _ => told(ProviderOnly, "Inconnu de nos livres".to_owned()),
        };
    };
    if said.kind == LineKind::Declined {
        return told(StatusDiff, "Payé chez nous, refusé chez le prestataire".to_owned());
    }
    if held.source == FundsSource::Settlement {
        return told(ProviderOnly, "Connu par le relevé seul".to_owned());
    }
    if said.currency != held.currency || said.amount_minor != held.amount_minor {
        let ours = Money::new(held.amount_minor, held.currency);
        return told(AmountDiff, format!("{} au lieu de {ours}", money(said.amount_minor)));
    }
    let fee = said.fee_minor.filter(|fee| held.fee_minor != 0 && *fee != held.fee_minor);
    if let Some(fee) = fee {
        return told(FeeDiff, format!("Frais {} au lieu de {}", money(fee), money(held.fee_minor)));
    }
    if said.day != held.paid_on {
        return told(DateDiff, format!("{} au lieu de {}", said.day, held.paid_on));
    }
    told(Match, String::new())
}

fn line_of(
    said: &FileLine,
    held: Option<&Funds>,
    class: LineClass,
    text: String,
) -> SettlementLine {
    SettlementLine {
        line: said.line,
        transaction: said.transaction.clone(),
        order: said.order.clone(),
        reference: said.reference.clone(),
        amount_minor: Some(said.signed_minor()),
        ledger_minor: held.filter(|held| held.currency == said.currency).map(signed),
        fee_minor: said.fee_minor,
        day: Some(said.day),
        class,
        funds: held.map(|held| held.id),
        case: None,
        text,
    }
}

fn missing(funds: &Funds, ledger: &Ledger, today: Date) -> Difference {
    let since = acquit_domain::time::days_of(today) - acquit_domain::time::days_of(funds.paid_on);
    let is_late = since > ledger.grace_days;
    let until = acquit_domain::time::days_of(funds.paid_on) + ledger.grace_days;
    let until = acquit_domain::time::date_from_days(until);
    let text = match is_late {
        true => "Absent des relevés du prestataire".to_owned(),
        false => format!("Absent du relevé, attendu jusqu'au {until}"),
    };
    let line = SettlementLine {
        line: 0,
        transaction: funds.key.transaction.clone(),
        order: String::new(),
        reference: funds.reference.clone(),
        amount_minor: None,
        ledger_minor: Some(signed(funds)),
        fee_minor: None,
        day: Some(funds.paid_on),
        class: LineClass::EngineOnly,
        funds: Some(funds.id),
        case: ledger.cases.get(&(0, funds.key.transaction.clone())).copied(),
        text,
    };
    Difference { said: None, line, held: Some(funds.key.clone()), is_late }
}

impl Difference {
    /// True when something is to be decided about the line: a payment to be entered, a case to be
    /// opened. A difference of days, and what has still time, is only shown.
    #[must_use]
    pub fn is_open(&self) -> bool {
        if self.line.case.is_some() {
            return false;
        }
        match self.line.class {
            LineClass::Match | LineClass::DateDiff => false,
            LineClass::EngineOnly => self.is_late,
            LineClass::ProviderOnly => self.line.funds.is_none(),
            _ => true,
        }
    }
}

/// What a line that only the provider has says, to be entered.
pub(super) fn news_of(provider: &str, said: &FileLine) -> News {
    let kind = match said.kind {
        LineKind::Paid => NewsKind::Paid,
        LineKind::Refunded => NewsKind::Reversed,
        LineKind::Disputed => NewsKind::Disputed,
        LineKind::Declined => NewsKind::Declined,
    };
    News {
        order: said.order.clone(),
        reference: said.reference.clone(),
        transaction: said.transaction.clone(),
        amount: Some(Money::new(said.amount_minor, said.currency)),
        fee_minor: said.fee_minor.unwrap_or(0),
        operator: said.operator.clone(),
        // The middle of the day: a file says no more.
        at: Instant::local(said.day.at(12, 0, 0, 0)).timestamp(0),
        on: Some(said.day),
        ..News::new(provider, kind, FundsSource::Settlement)
    }
}

/// The sums of a day, from its lines.
#[must_use]
pub fn day_of(settlement: &Settlement, lines: Vec<SettlementLine>, sha256: [u8; 32]) -> Day {
    let sum = |of: fn(&SettlementLine) -> Option<i64>| {
        lines.iter().filter_map(of).fold(0i64, i64::saturating_add)
    };
    Day {
        provider: settlement.provider.clone(),
        on: settlement.on,
        currency: settlement.currency,
        sha256,
        file_minor: sum(|line| line.amount_minor),
        ledger_minor: sum(|line| line.ledger_minor),
        fee_minor: sum(|line| line.fee_minor),
        bank_minor: None,
        lines,
        closed_at: None,
    }
}

/// What a bank credited less than a day's file says, fees taken off, as a line of that day.
#[must_use]
pub fn bank_short(day: &Day, bank_minor: i64) -> Option<Difference> {
    let due = day.file_minor.saturating_sub(day.fee_minor);
    let short = due.saturating_sub(bank_minor);
    if short <= 0 {
        return None;
    }
    let money = |minor: i64| Money::new(minor, day.currency).to_string();
    let line = SettlementLine {
        line: 0,
        transaction: String::new(),
        order: String::new(),
        reference: String::new(),
        amount_minor: None,
        ledger_minor: None,
        fee_minor: None,
        day: Some(day.on),
        class: LineClass::BankShort,
        funds: None,
        case: None,
        text: format!("Banque: {} au lieu de {}", money(bank_minor), money(due)),
    };
    Some(Difference { said: None, line, held: None, is_late: true })
}
