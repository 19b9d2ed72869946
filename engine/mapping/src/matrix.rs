//! The machines as text: every state by every event, for review and for comparing two versions.
//!
//! What this module is *not*: a parser's counterpart. Nothing reads this text but people.

use std::fmt::Write;

use crate::lifecycle::{Flag, Lifecycle, Machine, Row, Stay};

/// What the signs in a cell mean.
const LEGEND: &str = "\
-       refused by name: the pair is not written
=       recorded, the state stays
STATE   recorded, the state after it
~       parked until the original comes
!       recorded, and the sender is refused
?       only when something else is true, refused otherwise
+b -b   blocked is set, cleared
+d -d   disputed is set, cleared
*       an operator is told
$       a fact about money: never refused
";

/// Every machine, one table after the other.
#[must_use]
pub fn matrix(lifecycle: &Lifecycle) -> String {
    let mut text = LEGEND.to_owned();
    for machine in lifecycle.machines() {
        let _ = writeln!(text, "\n{}\n{}", machine.name, "=".repeat(machine.name.len()));
        table(&mut text, machine);
    }
    text
}

fn table(text: &mut String, machine: &Machine) {
    let states = machine.state_names();
    let mut rows = vec![head(machine, &states)];
    rows.push(stays(machine, &states));
    for (event, name) in machine.event_names().iter().enumerate() {
        let money = if machine.is_money(event) { " $" } else { "" };
        let mut row = vec![format!("{name}{money}")];
        for state in 0..states.len() {
            row.push(
                machine
                    .row(state, event)
                    .map_or_else(|| "-".to_owned(), |found| cell(found, state, &states)),
            );
        }
        rows.push(row);
    }
    write_aligned(text, &rows);
}

fn head(machine: &Machine, states: &[&str]) -> Vec<String> {
    let initial = machine.initial();
    let mark = |(at, name): (usize, &&str)| {
        if at == initial { format!(">{name}") } else { (*name).to_owned() }
    };
    let mut row = vec![String::new()];
    row.extend(states.iter().enumerate().map(mark));
    row
}

fn stays(machine: &Machine, states: &[&str]) -> Vec<String> {
    let mut row = vec!["(stays)".to_owned()];
    for state in 0..states.len() {
        row.push(match (machine.stay(state), machine.clock(state)) {
            (_, Some(clock)) => format!("{} s", clock.seconds * u64::from(clock.tries)),
            (Some(Stay::Final), _) => "final".to_owned(),
            _ => "rests".to_owned(),
        });
    }
    row
}

fn cell(row: &Row, state: usize, states: &[&str]) -> String {
    let mut cell = match (&row.park, row.to == state) {
        (Some(_), _) => "~".to_owned(),
        (None, true) => "=".to_owned(),
        (None, false) => states.get(row.to).copied().unwrap_or("?").to_owned(),
    };
    for (sign, marks) in [('+', &row.set), ('-', &row.clear)] {
        for mark in marks {
            let letter = match mark {
                Flag::Blocked => 'b',
                Flag::Disputed => 'd',
            };
            cell.extend([sign, letter]);
        }
    }
    for (sign, holds) in
        [('!', row.refuse.is_some()), ('?', row.when.is_some()), ('*', row.alert.is_some())]
    {
        if holds {
            cell.push(sign);
        }
    }
    cell
}

fn write_aligned(text: &mut String, rows: &[Vec<String>]) {
    let columns = rows.iter().map(Vec::len).max().unwrap_or(0);
    let width = |column: usize| {
        rows.iter().filter_map(|row| row.get(column)).map(|cell| cell.chars().count()).max()
    };
    let widths: Vec<usize> = (0..columns).map(|column| width(column).unwrap_or(0)).collect();
    for row in rows {
        let mut line = String::new();
        for (cell, width) in row.iter().zip(&widths) {
            let _ = write!(line, "{cell:<width$}  ");
        }
        let _ = writeln!(text, "{}", line.trim_end());
    }
}
