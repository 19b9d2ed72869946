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

/// Attempts that nobody pays any more say why.
#[test]
fn what_is_taken_back_says_why() {
    let begun = "inv A 3600; start card A; start ama A; redirect; news ama paid";
    for (paid, why) in [
        ("3600 tx=1", "commande réglée par un autre paiement"),
        ("3500 tx=1", "un autre paiement est arrivé, d'un autre montant que celui dû"),
        ("3600 tx=1 cur=EUR", "un autre paiement est arrivé, dans une autre devise"),
    ] {
        let mut talk = Talk::new();
        format!("{begun} {paid}").split(';').for_each(|command| talk.say(command.trim()));
        let orders = talk.house.known.payments.orders.values();
        let voided = orders.flat_map(|order| &order.attempts);
        let voided = voided.filter(|one| one.state == acquit_domain::pay::AttemptState::Voided);
        let reasons: Vec<&str> = voided.map(|one| one.reason.as_str()).collect();
        assert_eq!(reasons, [why], "{paid}");
    }
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

/// The nine columns of an invoice that was paid at the third attempt, as the guide shows the first
/// four lines of them (lines 193 to 197).
const SCREEN: &str = "\
1 | Invoice (facture) (INV) | INV_1 | Non réglée | - | PortNet | Création de la Facture | Non
2 | Dans le processus de paiement (AMA) | AMA_1 | Non réglée | yary | Amanpay | \
Règlement des factures: 00069321, 00069322 | Non
3 | Dans le processus de paiement (AMA) | AMA_1 | Non réglée | yary | Amanpay | \
Règlement des factures: 00069321, 00069322 | Non
4 | Dans le processus de paiement (AMA) | AMA_1 | Non réglée | yary | Amanpay | \
Règlement des factures: 00069321, 00069322 | Non
";

/// And what comes after it.
const AFTERWARDS: &str = "\
5 | Dans le processus de paiement (AMA) | AMA_1 | Attente confirmation partenaire | - | PortNet | \
Paiement confirmé par Amanpay | Non
6 | Notification de paiement (PNM) | PNM_1 | Attente confirmation partenaire | - | HOLDS | \
Notification de paiement | Oui
7 | Notification de retour (UNM) | UNM_1 | Paiement confirmé | - | PortNet | \
Paiement confirmé par l'émetteur | Non
8 | Invoice (facture) (INV) | INV_3 | Facture payée | - | PortNet | Facture payée (émetteur) | Non
";

fn screen(talk: &Talk, number: &str) -> String {
    let key = talk.key(number);
    let rows = talk.house.log.iter().filter(|row| row.invoice.as_ref() == Some(&key));
    let mut text = String::new();
    for row in rows {
        let user = if row.user.is_empty() { "-" } else { &row.user };
        let reply = if row.needs_reply { "Oui" } else { "Non" };
        let status = row.after.map_or("", acquit_domain::Status::label);
        let (n, function) = (row.n.unwrap_or(0), row.function.label());
        let (message, recipient, observation) = (&row.message, &row.recipient, &row.observation);
        let _ = write!(text, "{n} | {function} | {message} | {status} | {user} | ");
        let _ = writeln!(text, "{recipient} | {observation} | {reply}");
    }
    text
}

#[test]
fn the_log_reads_like_the_guide() {
    let mut talk = Talk::new();
    for command in ["inv 00069321 3600", "inv 00069322 1200"] {
        talk.say(command);
    }
    for _ in 0..3 {
        talk.say("start ama 00069321,00069322");
    }
    assert_eq!(screen(&talk, "00069321"), SCREEN);
    talk.say("news ama paid 4800 tx=242");
    talk.say("unm ok 00069321");
    talk.say("inv2 00069321 3600");
    let whole = screen(&talk, "00069321");
    assert_eq!(whole.strip_prefix(SCREEN), Some(AFTERWARDS), "{whole}");
}

/// As many invoices as an order may have, and one more.
#[test]
fn two_hundred_invoices_are_paid_at_once() {
    let mut talk = Talk::new();
    talk.say("issuer SHARES");
    let numbers: Vec<String> = (0..201).map(|n| format!("N{n:03}")).collect();
    for number in &numbers {
        talk.say(&format!("inv {number} 10.01"));
    }
    talk.say(&format!("start ama {}", numbers.join(",")));
    assert!(told(&talk).ends_with("ORDER-SIZE Refuse"), "{}", told(&talk));
    talk.say(&format!("start ama {}", numbers[..200].join(",")));
    talk.say("redirect");
    talk.say("news ama paid 1000.03 tx=1");
    let on = |talk: &Talk| -> i64 {
        talk.house.known.invoices.values().map(|invoice| invoice.allocated_minor).sum()
    };
    assert_eq!(on(&talk), 100_003, "shares are exact");
    talk.say("news ama paid 1001.97 tx=2");
    assert_eq!(on(&talk), 200_200);
    let waits = |invoice: &&acquit_domain::Invoice| invoice.state == InvoiceState::AwaitingIssuer;
    assert_eq!(talk.house.known.invoices.values().filter(waits).count(), 200);
    let lines: Vec<usize> =
        talk.house.known.payments.notices.values().map(|notice| notice.lines.len()).collect();
    assert_eq!(lines, [200]);
}
