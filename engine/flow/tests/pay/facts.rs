//! `facts.txt`: what must come out by the facts of the trade, written before it was tried.

use crate::talk::Talk;
use acquit_domain::pay::NoticeFunction;
use acquit_domain::{InvoiceState, Money};
use std::fmt::Write;
use std::path::Path;

/// What people would ask: the invoices, the money, the letters, the cases, the last answer.
fn told(talk: &Talk) -> String {
    let (known, payments) = (&talk.house.known, &talk.house.known.payments);
    let mut text = String::new();
    for invoice in known.invoices.values().take(8) {
        let mut state = invoice.status.key().to_owned();
        if invoice.state == InvoiceState::InProcess {
            state.push_str(" trying");
        }
        for (flag, word) in
            [(invoice.flags.disputed, " disputed"), (invoice.flags.blocked, " stopped")]
        {
            if flag {
                state.push_str(word);
            }
        }
        let on = Money::new(invoice.allocated_minor, invoice.gross.currency);
        let _ = write!(text, "{} {state} {on}; ", invoice.key.number);
    }
    let suspense: i64 = payments.funds.values().map(|funds| funds.suspense()).sum();
    if suspense != 0 {
        let money = Money::new(suspense, acquit_domain::Currency::MAD);
        let _ = write!(text, "suspense {money}; ");
    }
    let letters = |function| -> usize {
        let of = payments.notices.values().filter(|notice| notice.function == function);
        of.map(|notice| notice.messages.len()).sum()
    };
    let (paid, back) = (letters(NoticeFunction::Payment), letters(NoticeFunction::Reversal));
    if paid + back > 0 {
        let _ = write!(text, "told {paid}/{back}; ");
    }
    let mut cases: Vec<&str> = payments
        .cases
        .values()
        .filter(|case| case.closed_at.is_none())
        .map(|case| case.kind.key())
        .collect();
    cases.sort_unstable();
    if !cases.is_empty() {
        let _ = write!(text, "case {}; ", cases.join("+"));
    }
    let reply = talk.house.last.as_ref().and_then(|outcome| outcome.payments.reply.as_ref());
    if let Some(reply) = reply {
        let _ = write!(text, "{} {:?}", reply.code, reply.answer);
    }
    text.trim_end_matches([' ', ';']).to_owned()
}

/// Every line `story => what stands` holds.
#[test]
fn facts() {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/pay/facts.txt");
    let held = std::fs::read_to_string(&file).expect("the table is there");
    let mut wrong = String::new();
    let mut name = "";
    for line in held.lines().filter(|line| !line.is_empty() && !line.starts_with('#')) {
        let Some(stands) = line.strip_prefix("    ") else {
            name = line;
            continue;
        };
        let (_, story) = name.split_once(": ").expect("NAME: STORY");
        let mut talk = Talk::new();
        talk.house.twice = true;
        for command in story.split(';') {
            talk.say(command.trim());
        }
        let told = told(&talk);
        if told != stands {
            let _ = writeln!(wrong, "{name}\n   expected {stands}\n   and is   {told}");
        }
    }
    assert!(wrong.is_empty(), "\n{wrong}");
}
