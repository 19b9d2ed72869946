//! What a simulation shows: a table by means, what partners kept and the ledger holds, and every
//! sentence about what is not explained.

use super::exit::Failure;
use super::terminal::Terminal;
use acquit_simulate::amount;
use acquit_simulate::drive::{End, Tally};
use serde_json::{Value, json};

/// Ends with the words of the table's columns.
const ENDS: &[(End, &str)] = &[
    (End::Confirmed, "confirmed"),
    (End::Declined, "declined"),
    (End::Left, "left"),
    (End::Suspended, "suspended"),
    (End::NotBegun, "not begun"),
    (End::Open, "open"),
];

/// One row of the table.
struct Row<'a> {
    name: &'a str,
    attempted: usize,
    ends: Vec<usize>,
    cases: usize,
}

fn row<'a>(tally: &Tally, means: Option<&'a str>) -> Row<'a> {
    let all = tally.driven.iter().filter(|one| means.is_none_or(|name| one.means == name));
    let (mut attempted, mut cases) = (0, 0);
    for one in all {
        (attempted, cases) = (attempted + 1, cases + one.cases);
    }
    let ends = ENDS.iter().map(|(end, _)| tally.count(means, *end)).collect();
    Row { name: means.unwrap_or("all"), attempted, ends, cases }
}

/// Every row: one for each means, and that of all.
fn rows(tally: &Tally) -> Vec<Row<'_>> {
    let mut means: Vec<&str> = tally.driven.iter().map(|one| one.means).collect();
    means.sort_unstable();
    means.dedup();
    means.into_iter().map(Some).chain([None]).map(|means| row(tally, means)).collect()
}

/// Prints the result of a simulation.
pub(super) fn report(tally: &Tally, seed: u64, terminal: &mut Terminal) -> Result<(), Failure> {
    let unexplained: Vec<&str> = tally.all_unexplained().collect();
    let (kept, held) = (amount::write(tally.kept), amount::write(tally.held));
    if terminal.is_json {
        terminal.json(&json!({
            "seed": seed,
            "rows": rows(tally).iter().map(as_json).collect::<Vec<_>>(),
            "kept": kept,
            "held": held,
            "denied": amount::write(tally.denied),
            "notices_confirmed": tally.confirmed,
            "booked": tally.booked,
            "late_answers": tally.late,
            "events_told": tally.told,
            "settlement_lines": tally.settled.0,
            "settlement_matches": tally.settled.1,
            "unexplained": unexplained,
        }))?;
        return Ok(());
    }
    let head: String = ENDS.iter().map(|(_, word)| format!("{word:>11}")).collect();
    terminal.line(format_args!("{:<20}{:>10}{head}{:>8}", "means", "attempted", "cases"))?;
    for row in rows(tally) {
        let ends: String = row.ends.iter().map(|count| format!("{count:>11}")).collect();
        let (name, attempted, cases) = (row.name, row.attempted, row.cases);
        terminal.line(format_args!("{name:<20}{attempted:>10}{ends}{cases:>8}"))?;
    }
    let (yes, booked) = (tally.confirmed, tally.booked);
    terminal.line(format_args!(
        "\npartners kept {kept} MAD, the ledger holds {held} MAD; issuers said yes {yes} times and \
         booked {booked}; seed {seed}"
    ))?;
    let (late, told, (lines, matches)) = (tally.late, tally.told, tally.settled);
    terminal.line(format_args!(
        "{lines} lines of settlements, {matches} match; {told} events told; {late} answers late"
    ))?;
    if tally.denied != 0 {
        let denied = amount::write(tally.denied);
        terminal
            .line(format_args!("of that, partners took {denied} MAD and deny it when asked"))?;
    }
    let mut reasons: Vec<&str> = tally.driven.iter().map(|one| one.reason.as_str()).collect();
    reasons.retain(|reason| !reason.is_empty());
    reasons.sort_unstable();
    reasons.dedup();
    for reason in reasons {
        terminal.line(format_args!("not begun: {reason}"))?;
    }
    terminal.line(format_args!("unexplained: {}", unexplained.len()))?;
    for text in unexplained {
        terminal.line(format_args!("  {text}"))?;
    }
    Ok(())
}

fn as_json(row: &Row<'_>) -> Value {
    let mut value = json!({ "means": row.name, "attempted": row.attempted, "cases": row.cases });
    for ((_, word), count) in ENDS.iter().zip(&row.ends) {
        value[word.replace(' ', "_")] = Value::from(*count);
    }
    value
}
