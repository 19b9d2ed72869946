//! What the machines must do, on the committed file and on broken ones.
#![expect(clippy::disallowed_methods, reason = "tests read the committed file")]

use super::*;
use std::path::Path;
use std::sync::LazyLock;

const CODES: &[&str] =
    &["PARK-ORDER", "INV-DIFF", "STATE-TERMINAL", "STATE-BLOCKED", "STATE-EVENT"];

static TEXT: LazyLock<String> = LazyLock::new(|| {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../mappings/lifecycle.toml");
    std::fs::read_to_string(path).expect("the file is committed")
});

static LIFECYCLE: LazyLock<Lifecycle> = LazyLock::new(|| {
    let (lifecycle, faults) = Lifecycle::read("lifecycle.toml", &TEXT, CODES);
    assert_eq!(faults, []);
    lifecycle
});

fn flags(text: &str) -> Flags {
    Flags { blocked: text.contains('b'), disputed: text.contains('d') }
}

/// One line: state, marks, event; then what follows: state, marks, and what is refused or parked.
fn check(line: &str, expected: &str) {
    let words: Vec<&str> = line.split_whitespace().collect();
    let [state, marks, event] = words.as_slice() else { panic!("three words: {line}") };
    let state = InvoiceState::of(state).expect("a state");
    let event = Event::of(event).expect("an event");
    let found = match LIFECYCLE.decide(state, flags(marks), event) {
        Decision::Refused { code } => format!("refused {code}"),
        Decision::Move(found) => {
            let mut marks = String::new();
            marks.extend(found.flags.blocked.then_some('b'));
            marks.extend(found.flags.disputed.then_some('d'));
            let marks = if marks.is_empty() { "-" } else { &marks };
            let mut text = format!("{} {marks}", found.to.key());
            for code in [found.refuse, found.park].into_iter().flatten() {
                text = format!("{text} {code}");
            }
            text
        }
    };
    assert_eq!(found, expected, "{line}");
}

#[test]
fn an_invoice_from_its_arrival_to_its_payment() {
    check("absent - original", "open -");
    check("open - attempt_started", "in_process -");
    check("in_process - attempts_ended", "open -");
    check("in_process - prov_ok_exact", "awaiting_issuer -");
    check("awaiting_issuer - issuer_confirmed", "confirmed -");
    check("confirmed - paid_by_issuer", "paid -");
    check("open - prov_ok_exact", "awaiting_issuer -");
}

#[test]
fn what_comes_too_early_too_late_or_twice() {
    check("absent - cancel", "absent - PARK-ORDER");
    check("absent - replace", "absent - PARK-ORDER");
    check("open - original_again", "open -");
    check("open - original_changed", "open - INV-DIFF");
    check("paid - cancel", "paid d STATE-TERMINAL");
    check("cancelled - paid_by_issuer", "paid d");
    check("cancelled - cancel", "cancelled -");
    check("open - replace_older", "open -");
    check("in_process - replace", "in_process b");
    check("absent - original_again", "refused STATE-EVENT");
}

#[test]
fn blocked_invoices_start_no_payment_and_lose_no_money() {
    check("open b attempt_started", "refused STATE-BLOCKED");
    check("open b prov_ok_blocked", "open b");
    check("open b unblock", "open -");
    check("cancelled - prov_ok_exact", "cancelled -");
    check("cancelled - block", "refused STATE-EVENT");
    check("paid d chargeback_lost", "open -");
}

#[test]
fn every_state_with_every_mark_shows_a_status() {
    for (state, marks, status) in [
        (InvoiceState::Open, "", Status::Unpaid),
        (InvoiceState::InProcess, "", Status::Unpaid),
        (InvoiceState::Open, "b", Status::Blocked),
        (InvoiceState::Cancelled, "b", Status::Cancelled),
        (InvoiceState::Paid, "d", Status::Paid),
        (InvoiceState::AwaitingIssuer, "", Status::AwaitingPartner),
        (InvoiceState::Confirmed, "", Status::PaymentConfirmed),
        (InvoiceState::Requested, "", Status::Requested),
    ] {
        assert_eq!(LIFECYCLE.status(state, flags(marks)), status, "{state:?} {marks}");
    }
}

#[test]
fn states_and_events_stand_where_their_numbers_say() {
    for (index, (state, key)) in STATES.iter().enumerate() {
        assert_eq!(*state as usize, index);
        assert_eq!(LIFECYCLE.machines()[0].state(key), Some(index));
    }
    for (index, event) in Event::ALL.iter().enumerate() {
        assert_eq!(*event as usize, index);
        assert_eq!(LIFECYCLE.machines()[0].event(event.key()), Some(index));
    }
}

/// What is held of an invoice in the simulation of an issuer's messages.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Held {
    state: InvoiceState,
    flags: Flags,
    /// When the content held was written; 0 for none.
    content: u8,
}

/// A message of an issuer: its function (`9 5 2 3`) and when it was written.
type Sent = (char, u8);

fn classify(held: Held, (function, written): Sent) -> Event {
    let absent = held.state == InvoiceState::Absent;
    match function {
        '9' if absent => Event::Original,
        // The content held may be a replacement's by now; an original is compared with the first.
        '9' => Event::OriginalAgain,
        '5' if !absent && written <= held.content => Event::ReplaceOlder,
        '5' => Event::Replace,
        '2' => Event::PaidByIssuer,
        _ => Event::Cancel,
    }
}

/// Applies messages in order; what is parked is tried again after the next move.
fn simulate(messages: &[Sent]) -> Held {
    let mut held = Held { state: InvoiceState::Absent, flags: Flags::default(), content: 0 };
    let mut parked: Vec<Sent> = Vec::new();
    for message in messages {
        let mut waiting = vec![*message];
        while let Some(message) = waiting.pop() {
            let event = classify(held, message);
            let Decision::Move(found) = LIFECYCLE.decide(held.state, held.flags, event) else {
                panic!("{event:?} is refused in {:?}", held.state);
            };
            if found.park.is_some() {
                parked.push(message);
                continue;
            }
            held.state = found.to;
            held.flags = found.flags;
            if found.send.contains(&Effect::TakeContent) {
                held.content = held.content.max(message.1);
            }
            waiting.append(&mut parked);
        }
    }
    held
}

fn permutations(items: &[Sent]) -> Vec<Vec<Sent>> {
    if items.is_empty() {
        return vec![Vec::new()];
    }
    let mut all = Vec::new();
    for (at, first) in items.iter().enumerate() {
        let mut rest = items.to_vec();
        rest.remove(at);
        for mut tail in permutations(&rest) {
            tail.insert(0, *first);
            all.push(tail);
        }
    }
    all
}

#[test]
fn messages_of_an_issuer_converge_whatever_their_order_and_repetition() {
    let optional: [Sent; 4] = [('5', 2), ('5', 3), ('2', 4), ('3', 5)];
    for chosen in 0..1_u8 << optional.len() {
        let mut messages: Vec<Sent> = vec![('9', 1)];
        let taken = optional.iter().enumerate().filter(|(at, _)| chosen >> at & 1 == 1);
        messages.extend(taken.map(|(_, message)| *message));
        let expected = simulate(&messages);
        let repeated: Vec<Sent> = messages.iter().chain(messages.last()).copied().collect();
        for order in permutations(&messages).iter().chain(&permutations(&repeated)) {
            let found = simulate(order);
            assert_eq!(
                (found.state, found.content),
                (expected.state, expected.content),
                "{order:?}"
            );
            // Cancelled and paid is disputed whichever came first.
            assert_eq!(found.flags, expected.flags, "{order:?}");
        }
    }
}

/// Faults of the committed file with a change.
fn broken(change: impl Fn(&str) -> String, expected: &[&str]) {
    let text = change(&TEXT);
    assert_ne!(text, *TEXT, "the change changes something");
    let (_, faults) = Lifecycle::read("l.toml", &text, CODES);
    let found: Vec<&str> = faults.iter().map(|fault| fault.message.as_str()).collect();
    assert_eq!(found, expected);
}

#[test]
fn a_machine_that_cannot_be_is_refused() {
    broken(
        |text| text.replace("\"cheque_unpaid\", ", ""),
        &[
            "a settled state leads back to \"in_process\" by an event that is no reversal",
            "a settled state leads back to \"open\" by an event that is no reversal",
            "a settled state leads back to \"partial\" by an event that is no reversal",
        ],
    );
    broken(
        |text| text.replace("open = { stay = \"rests\" }", "open = {}"),
        &["the state \"open\" does not say how it stays"],
    );
    broken(
        |text| text.replace("empty = { stay = \"final\" }", "empty = { stay = \"rests\", x = 1 }"),
        &["unknown key \"x\""],
    );
    broken(
        |text| text.replace("to = \"empty\"", "to = \"requested\""),
        &["nothing leads to the state \"empty\""],
    );
    broken(
        |text| text.replace("[[machine.invoice.shows]]\nstatus = \"unpaid\"\n", ""),
        &[
            "\"open\" with disputed shows no status",
            "\"open\" with no mark shows no status",
            "\"in_process\" with disputed shows no status",
            "\"in_process\" with no mark shows no status",
            "\"partial\" with disputed shows no status",
            "\"partial\" with no mark shows no status",
        ],
    );
}

#[test]
fn words_that_do_not_exist_are_refused() {
    broken(
        |text| text.replace("[machine.invoice.on.unblock]", "[machine.invoice.on.unbolck]"),
        &["unknown word \"unbolck\""],
    );
    broken(
        |text| {
            let row = "confirmed = { to = \"paid\", send = [\"tell_client\"]";
            text.replace(row, "confirmed = { to = \"payed\", send = [\"tell\"]")
        },
        &["unknown word \"payed\"", "unknown word \"tell\""],
    );
    broken(
        |text| text.replace("\"STATE-BLOCKED\"", "\"STATE-BLOKED\""),
        &["no finding has the code \"STATE-BLOKED\""; 3],
    );
}

#[test]
fn money_is_never_refused() {
    broken(
        |text| text.replace("rest = { to = \"captured\",", "created = { to = \"captured\","),
        &[
            "the money fact \"captured\" has no row in \"sent\"",
            "the money fact \"captured\" has no row in \"issued\"",
            "the money fact \"captured\" has no row in \"redirected\"",
            "the money fact \"captured\" has no row in \"pending\"",
            "the money fact \"captured\" has no row in \"authorised\"",
            "the money fact \"captured\" has no row in \"unknown\"",
            "the money fact \"captured\" has no row in \"declined\"",
            "the money fact \"captured\" has no row in \"expired\"",
            "the money fact \"captured\" has no row in \"abandoned\"",
            "the money fact \"captured\" has no row in \"voided\"",
        ],
    );
    broken(
        |text| {
            let rest = "[machine.invoice.on.prov_ok_blocked] # T40\nrest = {";
            text.replace(rest, &format!("{rest} refuse = \"STATE-BLOCKED\","))
        },
        &STATES
            .iter()
            .map(|(_, key)| {
                format!("the money fact \"prov_ok_blocked\" is refused or parked in \"{key}\"")
            })
            .collect::<Vec<_>>()
            .iter()
            .map(String::as_str)
            .collect::<Vec<_>>(),
    );
}

#[test]
fn two_rows_for_one_pair_are_refused() {
    broken(
        |text| {
            let table = "[machine.invoice.on.unblock] # T39";
            text.replace(table, &format!("{table}\nrest = {{ note = \"x\" }}"))
        },
        &["duplicate key"],
    );
}
