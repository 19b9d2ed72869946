//! From the file to the tables.

use super::event::{Alert, Effect, Flag, Guard};
use super::machine::{Clock, Machine, Row, STAYS, Shown, State};
use super::vocabulary::{MACHINES, events, states};
use crate::files::{Page, Section, Word};
use acquit_domain::Status;
use acquit_domain::status::STATUSES;

/// The key that stands for every state without a row of its own.
const REST: &str = "rest";
/// Longest a clock may run, in seconds: ten years.
const CLOCK_MAX: i64 = 315_360_000;

pub(super) fn machines(page: &Page<'_>, codes: &[&str]) -> Vec<Machine> {
    let root = page.root();
    let mut machines = Vec::new();
    if let Some(mut section) = root.section("machine") {
        for (word, section) in section.tables() {
            match MACHINES.iter().find(|name| **name == word.text) {
                Some(name) => machines.push(machine(name, word.at, section, codes)),
                None => section.unknown(word, MACHINES),
            }
        }
    }
    for name in MACHINES {
        if !machines.iter().any(|machine| machine.name == *name) {
            root.fault(0, format!("the machine \"{name}\" is missing"), &[]);
        }
    }
    root.finish();
    machines.sort_by_key(|machine| MACHINES.iter().position(|name| *name == machine.name));
    machines
}

fn machine(name: &'static str, at: usize, section: Section<'_, '_>, codes: &[&str]) -> Machine {
    let states = states(name);
    let events = events(name);
    let mut machine = Machine {
        name,
        at,
        initial: 0,
        states: states.iter().map(|name| State { name, stay: None, clock: None, at }).collect(),
        table: vec![None; states.len() * events.len()],
        events,
        clocks: Vec::new(),
        rows: Vec::new(),
        projection: Vec::new(),
        payable: Vec::new(),
        settled: Vec::new(),
        reversals: Vec::new(),
    };
    let state_words = indexed(machine.states.iter().map(|state| state.name));
    let event_words = indexed(machine.events.iter().map(|event| event.name));
    let _ = section.needed("initial");
    machine.initial = section.choice("initial", &state_words).unwrap_or(0);
    machine.payable = section.choices("payable", &state_words);
    machine.settled = section.choices("settled", &state_words);
    machine.reversals = section.choices("reversals", &event_words);
    read_clocks(&mut machine, &section, &event_words);
    read_states(&mut machine, &section, &state_words);
    read_projection(&mut machine, &section, &state_words);
    if let Some(mut on) = section.section("on") {
        for (word, mut rows) in on.tables() {
            if let Some(event) = rows.pick(word, &event_words) {
                read_event(&mut machine, event, &mut rows, &state_words, codes);
            }
        }
    }
    section.finish();
    machine
}

fn indexed<'n>(names: impl Iterator<Item = &'n str>) -> Vec<(usize, &'n str)> {
    names.enumerate().collect()
}

fn read_clocks(machine: &mut Machine, section: &Section<'_, '_>, events: &[(usize, &str)]) {
    let Some(mut clocks) = section.section("clock") else { return };
    for (word, clock) in clocks.tables() {
        let seconds = clock.integer("seconds", 1..=CLOCK_MAX);
        if !clock.has("seconds") {
            clock.fault(word.at, "\"seconds\" is missing", &[]);
        }
        let _ = clock.needed("event");
        let event = clock.choice("event", events).unwrap_or(0);
        machine.clocks.push(Clock {
            name: word.text.to_owned(),
            seconds: seconds.and_then(|seconds| u64::try_from(seconds).ok()).unwrap_or(1),
            tries: clock.integer("tries", 1..=100).and_then(|n| u32::try_from(n).ok()).unwrap_or(1),
            event,
            last: clock.choice("last", events).unwrap_or(event),
        });
        clock.finish();
    }
}

fn read_states(machine: &mut Machine, section: &Section<'_, '_>, words: &[(usize, &str)]) {
    let names: Vec<String> = machine.clocks.iter().map(|clock| clock.name.clone()).collect();
    let clocks = indexed(names.iter().map(String::as_str));
    let Some(mut states) = section.section("state") else { return };
    for (word, state) in states.tables() {
        let stay = state.choice("stay", STAYS);
        let clock = state.choice("clock", &clocks);
        if let Some(index) = state.pick(word, words)
            && let Some(held) = machine.states.get_mut(index)
        {
            *held = State { name: held.name, stay, clock, at: word.at };
        }
        state.finish();
    }
}

fn read_projection(machine: &mut Machine, section: &Section<'_, '_>, words: &[(usize, &str)]) {
    let statuses: Vec<(Status, &str)> =
        STATUSES.iter().map(|(status, key, _)| (*status, *key)).collect();
    for line in section.sections("shows") {
        let _ = line.needed("status");
        let status = line.choice("status", &statuses);
        let states = line.choices("state", words);
        let flag = line.choice("flag", Flag::WORDS);
        if let Some(status) = status {
            machine.projection.push(Shown { states, flag, status });
        }
        line.finish();
    }
}

fn read_event(
    machine: &mut Machine,
    event: usize,
    rows: &mut Section<'_, '_>,
    words: &[(usize, &str)],
    codes: &[&str],
) {
    let mut rest = None;
    let mut known: Vec<(usize, &str)> = words.to_vec();
    known.push((usize::MAX, REST));
    for (word, section) in rows.tables() {
        match section.pick(word, &known) {
            None => {}
            Some(usize::MAX) => rest = Some(section),
            Some(state) => put(machine, state, event, &section, words, codes),
        }
    }
    let Some(rest) = rest else { return };
    let width = machine.events.len();
    let before = machine.rows.len();
    for state in 0..machine.states.len() {
        if machine.table.get(state * width + event).is_some_and(Option::is_none) {
            put(machine, state, event, &rest, words, codes);
        }
    }
    if machine.rows.len() == before {
        rest.fault(rest.at(), "\"rest\" stands for no state: each has a row of its own", &[]);
    }
}

fn put(
    machine: &mut Machine,
    state: usize,
    event: usize,
    section: &Section<'_, '_>,
    words: &[(usize, &str)],
    codes: &[&str],
) {
    let code = |key| {
        let word: Word<'_> = section.word(key)?;
        if !codes.contains(&word.text) {
            section.fault(word.at, format!("no finding has the code \"{}\"", word.text), &[]);
        }
        Some(word.text.to_owned())
    };
    let row = Row {
        to: section.choice("to", words).unwrap_or(state),
        when: section.choice("when", Guard::WORDS),
        otherwise: code("otherwise").unwrap_or_default(),
        set: section.choices("set", Flag::WORDS),
        clear: section.choices("clear", Flag::WORDS),
        send: section.choices("send", Effect::WORDS),
        alert: section.choice("alert", Alert::WORDS),
        note: section.needed("note").text.to_owned(),
        refuse: code("refuse"),
        park: code("park"),
    };
    if row.when.is_some() == row.otherwise.is_empty() {
        section.fault(section.at(), "\"when\" and \"otherwise\" belong together", &[]);
    }
    section.finish();
    let index = u16::try_from(machine.rows.len()).ok();
    machine.rows.push(row);
    let width = machine.events.len();
    if let Some(cell) = machine.table.get_mut(state * width + event) {
        *cell = index;
    }
}
