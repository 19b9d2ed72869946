//! What must be true of a machine, whatever is written in it.

use super::event::Flag;
use super::machine::{Machine, Stay};
use crate::files::Page;
use acquit_domain::status::Flags;

/// Notes everything that is wrong with a machine at the place it is described.
pub(super) fn check(machine: &Machine, page: &Page<'_>) {
    stays(machine, page);
    clocks(machine, page);
    reached(machine, page);
    money(machine, page);
    reversals(machine, page);
    projection(machine, page);
}

fn stays(machine: &Machine, page: &Page<'_>) {
    for (index, state) in machine.states.iter().enumerate() {
        let leaves = moves(machine).any(|(from, _, to)| from == index && to != index);
        let message = match state.stay {
            None => format!("the state \"{}\" does not say how it stays", state.name),
            Some(Stay::Rests | Stay::Waits) if !leaves => {
                format!("the state \"{}\" is a dead end and not final", state.name)
            }
            Some(Stay::Waits) if state.clock.is_none() => {
                format!("the state \"{}\" waits without a clock", state.name)
            }
            _ => continue,
        };
        page.fault(state.at, message, &[]);
    }
}

fn clocks(machine: &Machine, page: &Page<'_>) {
    for (index, state) in machine.states.iter().enumerate() {
        let Some(clock) = machine.clock(index) else { continue };
        for event in [clock.event, clock.last] {
            if machine.row(index, event).is_none() {
                let event = machine.events.get(event).map_or("", |event| event.name);
                let message = format!(
                    "when its clock runs out, \"{}\" has no row for \"{event}\"",
                    state.name
                );
                page.fault(state.at, message, &[]);
            }
        }
        if clock.event == clock.last {
            continue;
        }
        let ends = |event| machine.row(index, event).is_some_and(|row| row.to != index);
        let told = machine.row(index, clock.last).is_some_and(|row| row.alert.is_some());
        if !ends(clock.last) && !told {
            let message = format!("the last try of \"{}\" neither moves on nor alerts", state.name);
            page.fault(state.at, message, &[]);
        }
    }
}

/// Every move: from, event, to.
fn moves(machine: &Machine) -> impl Iterator<Item = (usize, usize, usize)> {
    (0..machine.states.len()).flat_map(move |state| {
        (0..machine.events.len())
            .filter_map(move |event| Some((state, event, machine.row(state, event)?.to)))
    })
}

/// Every state that can be reached from some, by events that pass a test.
fn reach(machine: &Machine, from: &[usize], allowed: impl Fn(usize) -> bool) -> Vec<bool> {
    let mut reached = vec![false; machine.states.len()];
    let mut waiting = from.to_vec();
    while let Some(state) = waiting.pop() {
        match reached.get_mut(state) {
            Some(seen) if !*seen => *seen = true,
            _ => continue,
        }
        let next = moves(machine).filter(|(from, event, _)| *from == state && allowed(*event));
        waiting.extend(next.map(|(_, _, to)| to));
    }
    reached
}

fn reached(machine: &Machine, page: &Page<'_>) {
    let reached = reach(machine, &[machine.initial], |_| true);
    for (state, reached) in machine.states.iter().zip(reached) {
        if !reached {
            page.fault(state.at, format!("nothing leads to the state \"{}\"", state.name), &[]);
        }
    }
}

fn money(machine: &Machine, page: &Page<'_>) {
    for (event, happening) in machine.events.iter().enumerate() {
        if !happening.money {
            continue;
        }
        for (state, held) in machine.states.iter().enumerate() {
            let refused = match machine.row(state, event) {
                None => "has no row",
                Some(row) if row.when.is_some() || row.refuse.is_some() || row.park.is_some() => {
                    "is refused or parked"
                }
                Some(_) => continue,
            };
            let name = happening.name;
            let message = format!("the money fact \"{name}\" {refused} in \"{}\"", held.name);
            page.fault(held.at, message, &[]);
        }
    }
}

fn reversals(machine: &Machine, page: &Page<'_>) {
    let back = reach(machine, &machine.settled, |event| !machine.reversals.contains(&event));
    for state in &machine.payable {
        if back.get(*state) == Some(&true) {
            let name = machine.states.get(*state).map_or("", |state| state.name);
            let message =
                format!("a settled state leads back to \"{name}\" by an event that is no reversal");
            page.fault(machine.at, message, &[]);
        }
    }
}

fn projection(machine: &Machine, page: &Page<'_>) {
    if machine.projection.is_empty() && machine.name != "invoice" {
        return;
    }
    for (index, state) in machine.states.iter().enumerate() {
        for (blocked, disputed) in [(false, false), (true, false), (false, true), (true, true)] {
            if machine.shows(index, Flags { blocked, disputed }).is_none() {
                let mark = match (blocked, disputed) {
                    (false, false) => "no mark",
                    (true, false) => Flag::Blocked.key(),
                    (false, true) => Flag::Disputed.key(),
                    (true, true) => "both marks",
                };
                let message = format!("\"{}\" with {mark} shows no status", state.name);
                page.fault(state.at, message, &[]);
            }
        }
    }
}
