//! `transitions.txt`: given, what happens, and what stands then.

use crate::house::attempts;
use crate::talk::Talk;
use acquit_domain::Money;
use acquit_domain::pay::{Account, Funds};
use std::fmt::Write;
use std::path::Path;

/// What stands, one thing after the other.
fn told(talk: &Talk) -> String {
    let known = &talk.house.known;
    let payments = &known.payments;
    let mut text = String::new();
    for invoice in known.invoices.values() {
        let blocked = if invoice.flags.blocked { "+blocked" } else { "" };
        let disputed = if invoice.flags.disputed { "+disputed" } else { "" };
        let on = Money::new(invoice.allocated_minor, invoice.gross.currency);
        let (number, state) = (&invoice.key.number, invoice.state.key());
        let status = invoice.status.label();
        let gross = invoice.gross;
        let _ = write!(text, "{number} {state}{blocked}{disputed} « {status} » {on}/{gross}; ");
    }
    let mut orders: Vec<_> = payments.orders.values().collect();
    orders.sort_by_key(|order| order.number.clone());
    for order in orders {
        let _ = write!(text, "order {} [{}]; ", order.state.key(), attempts(order));
    }
    let mut funds: Vec<&Funds> = payments.funds.values().collect();
    funds.sort_by_key(|one| (one.entered_at, one.id));
    for one in funds {
        let _ = write!(text, "{} {}{}; ", one.key.kind.key(), one.state.key(), postings(one));
    }
    for notice in payments.notices.values() {
        let (function, state) = (notice.function.key(), notice.state.key());
        let _ = write!(text, "notice {function} {state} x{}; ", notice.messages.len());
    }
    for request in payments.requests.values() {
        let _ = write!(text, "request {} x{}; ", request.state.key(), request.tries);
    }
    for receipt in payments.receipts.values() {
        let void = if receipt.void_at.is_some() { " void" } else { "" };
        let _ = write!(text, "receipt {}{void}; ", receipt.number);
    }
    for case in payments.cases.values() {
        let _ = write!(text, "case {}; ", case.kind.key());
    }
    let _ = write!(text, "{}", caused(talk));
    text.trim_end_matches([' ', ';']).to_owned()
}

fn postings(funds: &Funds) -> String {
    let mut text = String::new();
    for posting in &funds.postings {
        let amount = Money::new(posting.amount_minor, funds.currency);
        let account = match &posting.account {
            Account::Received => continue,
            Account::Allocated(key) => key.number.to_string(),
            Account::Suspense => "suspense".to_owned(),
        };
        let _ = write!(text, " {account} {amount}");
    }
    text
}

/// What the last occurrence answered and sent.
fn caused(talk: &Talk) -> String {
    let Some(outcome) = &talk.house.last else { return String::new() };
    let payments = &outcome.payments;
    let mut text = String::new();
    if let Some(reply) = &payments.reply {
        let _ = write!(text, "-> {} {:?}; ", reply.code, reply.answer);
    }
    for call in &payments.calls {
        let _ = write!(text, "call {} {}; ", call.to, call.purpose.key());
    }
    for letter in outcome.letters.iter().filter(|letter| letter.kind.key() != "ACC") {
        let _ = write!(text, "letter {}; ", letter.kind.key());
    }
    for delivery in &payments.deliveries {
        let _ = write!(text, "mail {}; ", delivery.subject);
    }
    text
}

/// Runs the table and compares; `ACQUIT_BLESS=1` writes what is decided now.
#[test]
fn transitions() {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/pay/transitions.txt");
    let held = std::fs::read_to_string(&file).expect("the table is there");
    let mut now = String::new();
    for line in held.lines() {
        if line.starts_with("    ") {
            continue;
        }
        let _ = writeln!(now, "{line}");
        let Some((_, story)) = line.split_once(": ").filter(|_| !line.starts_with('#')) else {
            continue;
        };
        let mut talk = Talk::new();
        talk.house.twice = true;
        for command in story.replace("=>", ";").split(';') {
            talk.say(command.trim());
        }
        let _ = writeln!(now, "    {}", told(&talk));
    }
    if std::env::var("ACQUIT_BLESS").is_ok() {
        std::fs::write(&file, &now).expect("it can be written");
        return;
    }
    for (held, now) in held.lines().zip(now.lines()) {
        assert_eq!(held, now);
    }
    assert_eq!(held.lines().count(), now.lines().count());
}
