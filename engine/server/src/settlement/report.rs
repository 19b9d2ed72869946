//! A provider's day as people and programs read it: text, CSV, JSON.

use acquit_domain::pay::{Day, LineClass, SettlementLine};
use acquit_domain::{Currency, Money};
use acquit_syntax::csv::{Cell, Layout, Writer};
use serde::Serialize;
use std::fmt::Write as _;
use utoipa::ToSchema;

/// Most lines that are no match of a report in text.
const LISTED_MAX: usize = 200;

/// A provider's day.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct DayWire {
    /// Code of the provider.
    pub provider: String,
    /// The day.
    pub day: String,
    /// Currency of the amounts.
    pub currency: String,
    /// SHA-256 of the file, in hexadecimal digits.
    pub sha256: String,
    /// Sum of the file.
    pub file: String,
    /// Sum of the ledger as it was before.
    pub ledger: String,
    /// Sum of the fees.
    pub fees: String,
    /// What the provider owes: the file without its fees.
    pub due: String,
    /// What the bank credited, when it was asked.
    pub bank: Option<String>,
    /// What no class explains; 0 always.
    pub unexplained: String,
    /// True when it never changes again.
    pub closed: bool,
    /// When it was closed.
    pub closed_at: Option<String>,
    /// Counts and sums by class.
    pub classes: Vec<SumWire>,
    /// The lines; those that match are left out unless they are asked for.
    pub lines: Vec<LineWire>,
}

/// The lines of one class.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct SumWire {
    /// The class.
    pub class: &'static str,
    /// How many.
    pub count: usize,
    /// Their sum in the file.
    pub file: String,
    /// Their sum in the ledger.
    pub ledger: String,
    /// File less ledger.
    pub difference: String,
}

/// One line.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct LineWire {
    /// Line of the file; 0 when only the ledger has it.
    pub line: u32,
    /// What it is.
    pub class: &'static str,
    /// The provider's number of the transaction.
    pub transaction: String,
    /// Our order number, when told.
    pub order: String,
    /// The payer's reference, when told.
    pub reference: String,
    /// Amount of the file.
    pub amount: Option<String>,
    /// Amount of the ledger.
    pub ledger: Option<String>,
    /// Fees of the file.
    pub fee: Option<String>,
    /// Day of the payment.
    pub day: Option<String>,
    /// The money fact.
    pub funds: Option<String>,
    /// The case.
    pub case: Option<String>,
    /// One sentence when it is no match.
    pub text: String,
}

/// Counts and sums of one class in minor units.
struct Sum {
    class: LineClass,
    count: usize,
    file: i64,
    ledger: i64,
}

fn sums(day: &Day) -> Vec<Sum> {
    let of = |class: &LineClass| {
        let mut sum = Sum { class: *class, count: 0, file: 0, ledger: 0 };
        for line in day.lines.iter().filter(|line| line.class == *class) {
            sum.count += 1;
            sum.file = sum.file.saturating_add(line.amount_minor.unwrap_or(0));
            sum.ledger = sum.ledger.saturating_add(line.ledger_minor.unwrap_or(0));
        }
        sum
    };
    LineClass::ALL.iter().map(of).filter(|sum| sum.count > 0).collect()
}

/// What no class explains: the sum of the file as it was read, and that of the ledger, against the
/// sums of the classes.
fn unexplained(day: &Day, sums: &[Sum]) -> i64 {
    let file: i64 = sums.iter().map(|sum| sum.file).sum();
    let ledger: i64 = sums.iter().map(|sum| sum.ledger).sum();
    (day.file_minor - file).abs().saturating_add((day.ledger_minor - ledger).abs())
}

fn money(minor: i64, currency: Currency) -> String {
    Money::new(minor, currency).to_string()
}

/// A day in its wire form, with all its lines or those that are no match.
#[must_use]
pub fn json(day: &Day, all: bool) -> DayWire {
    let currency = day.currency;
    let sums = sums(day);
    let shown = |line: &&SettlementLine| all || line.class != LineClass::Match;
    DayWire {
        provider: day.provider.clone(),
        day: day.on.to_string(),
        currency: currency.code().to_owned(),
        sha256: crate::http::wire::hex(&day.sha256),
        file: money(day.file_minor, currency),
        ledger: money(day.ledger_minor, currency),
        fees: money(day.fee_minor, currency),
        due: money(day.file_minor.saturating_sub(day.fee_minor), currency),
        bank: day.bank_minor.map(|minor| money(minor, currency)),
        unexplained: money(unexplained(day, &sums), currency),
        closed: day.closed_at.is_some(),
        closed_at: day.closed_at.map(|at| at.to_string()),
        classes: sums.iter().map(|sum| sum_wire(sum, currency)).collect(),
        lines: day.lines.iter().filter(shown).map(|line| line_wire(line, currency)).collect(),
    }
}

fn sum_wire(sum: &Sum, currency: Currency) -> SumWire {
    SumWire {
        class: sum.class.key(),
        count: sum.count,
        file: money(sum.file, currency),
        ledger: money(sum.ledger, currency),
        difference: money(sum.file - sum.ledger, currency),
    }
}

fn line_wire(line: &SettlementLine, currency: Currency) -> LineWire {
    let amount = |minor: Option<i64>| minor.map(|minor| money(minor, currency));
    LineWire {
        line: line.line,
        class: line.class.key(),
        transaction: line.transaction.clone(),
        order: line.order.clone(),
        reference: line.reference.clone(),
        amount: amount(line.amount_minor),
        ledger: amount(line.ledger_minor),
        fee: amount(line.fee_minor),
        day: line.day.map(|day| day.to_string()),
        funds: line.funds.map(|id| id.to_string()),
        case: line.case.map(|id| id.to_string()),
        text: line.text.clone(),
    }
}

/// The columns of the export.
const COLUMNS: [&str; 12] = [
    "line",
    "class",
    "transaction",
    "order",
    "reference",
    "amount",
    "ledger",
    "fee",
    "day",
    "funds",
    "case",
    "text",
];

/// A day as CSV, every line of it. What a spreadsheet would take for a formula gets an apostrophe.
#[must_use]
pub fn csv(day: &Day) -> Vec<u8> {
    let mut writer = Writer::new(Layout::default());
    writer.row(COLUMNS.iter().map(|name| Cell::Exact(name)));
    for line in &day.lines {
        let wire = line_wire(line, day.currency);
        let number = wire.line.to_string();
        let or_none = |text: &Option<String>| text.clone().unwrap_or_default();
        let numbers = [or_none(&wire.amount), or_none(&wire.ledger), or_none(&wire.fee)];
        let words = [or_none(&wire.day), or_none(&wire.funds), or_none(&wire.case)];
        let cells = [Cell::Number(&number), Cell::Text(wire.class)]
            .into_iter()
            .chain([&wire.transaction, &wire.order, &wire.reference].map(|text| Cell::Text(text)))
            .chain(numbers.iter().map(|text| Cell::Number(text)))
            .chain(words.iter().map(|text| Cell::Text(text)))
            .chain([Cell::Text(&wire.text)]);
        writer.row(cells);
    }
    writer.finish().0
}

/// A day as text: the balance by class, then the lines that are no match.
#[must_use]
pub fn text(day: &Day) -> String {
    let wire = json(day, false);
    let mut out = String::new();
    let state = if wire.closed { "closed" } else { "open" };
    let lines = day.lines.len();
    let _ = writeln!(
        out,
        "{}  {}  {}  {lines} lines  {state}\n",
        wire.provider, wire.day, wire.currency
    );
    let _ = writeln!(
        out,
        "{:<14} {:>8} {:>18} {:>18} {:>18}",
        "class", "lines", "file", "ledger", "difference"
    );
    for sum in &wire.classes {
        let _ = writeln!(
            out,
            "{:<14} {:>8} {:>18} {:>18} {:>18}",
            sum.class, sum.count, sum.file, sum.ledger, sum.difference
        );
    }
    let difference = money(day.file_minor - day.ledger_minor, day.currency);
    let _ = writeln!(
        out,
        "{:<14} {lines:>8} {:>18} {:>18} {difference:>18}\n",
        "sum", wire.file, wire.ledger
    );
    let bank = wire.bank.as_deref().unwrap_or("not asked");
    let _ = writeln!(out, "fees {}   due {}   bank {bank}", wire.fees, wire.due);
    let _ = writeln!(out, "unexplained {}", wire.unexplained);
    for line in wire.lines.iter().take(LISTED_MAX) {
        let place = if line.line == 0 { "-".to_owned() } else { line.line.to_string() };
        let amount = line.amount.as_ref().or(line.ledger.as_ref()).map_or("", String::as_str);
        let case = line.case.as_ref().map_or(String::new(), |case| format!("  case {case}"));
        let transaction = crate::render::escaped(&line.transaction);
        let said = crate::render::escaped(&line.text);
        let _ =
            writeln!(out, "{place:>7}  {:<13}  {transaction}  {amount}  {said}{case}", line.class);
    }
    if let Some(more) = wire.lines.len().checked_sub(LISTED_MAX).filter(|more| *more > 0) {
        let _ = writeln!(out, "… {more} more: --format csv lists all");
    }
    out
}

/// Whether every line agrees, days apart.
#[must_use]
pub fn agrees(day: &Day) -> bool {
    day.lines.iter().all(|line| matches!(line.class, LineClass::Match | LineClass::DateDiff))
}
