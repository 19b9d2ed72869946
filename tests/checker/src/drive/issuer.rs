//! An issuer: invoices, what follows them, repetitions and mistakes.

use super::{Payable, Person, Wish};
use crate::house_keys::{CARDS, CLIENT_OF_CARDS, CLIENT_OF_OTHER, OTHER, canary};
use crate::journal::{Kind, What};
use crate::messages::{Act, Message, now};
use std::sync::PoisonError;

/// Invoices an issuer keeps in mind.
const KEPT: usize = 40;

/// The forms messages travel in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Form {
    Xml,
    Edifact,
}

/// An invoice the issuer has sent.
#[derive(Clone)]
struct Own {
    message: Message,
    form: Form,
    /// The bytes of its last message.
    bytes: Vec<u8>,
    /// Whether it was paid or cancelled.
    is_over: bool,
}

pub(super) fn run(mut person: Person, payable: Payable) {
    let is_cards = person.number.is_multiple_of(2);
    let issuer = if is_cards { CARDS } else { OTHER };
    let mut own: Vec<Own> = Vec::new();
    while !person.is_over() {
        if own.len() > KEPT {
            own.remove(0);
        }
        let chance = person.random.below(100);
        let at = usize::try_from(person.random.below(own.len() as u64)).unwrap_or_default();
        match (chance, own.get(at).cloned()) {
            (0..40, _) | (_, None) => original(&mut person, issuer, &payable, &mut own),
            (40..50, Some(before)) if !before.is_over => {
                own[at] = change(&mut person, before, Act::Replace);
            }
            (55..61, Some(before)) if !before.is_over => {
                own[at] = change(&mut person, before, Act::Cancel);
            }
            (61..67, Some(before)) if !before.is_over => {
                own[at] = change(&mut person, before, Act::Paid);
            }
            (67..80, Some(before)) => {
                send(&mut person, &before.message, before.form, before.bytes.clone(), Kind::Repeat);
            }
            (80..86, Some(before)) => changed(&mut person, &before),
            (86..90, _) => bad(&mut person, issuer, Kind::BadSum),
            (90..94, _) => bad(&mut person, issuer, Kind::BadSyntax),
            (50..55, Some(before)) if !before.is_over => own[at] = late(&mut person, before),
            (94..97, _) => early(&mut person, issuer, &mut own),
            _ => control(&mut person, issuer),
        }
    }
}

fn message(person: &mut Person, issuer: &str) -> Message {
    let name = person.name();
    let client = if issuer == CARDS { CLIENT_OF_CARDS } else { CLIENT_OF_OTHER };
    Message {
        issuer: issuer.to_owned(),
        reference: name.clone(),
        number: format!("F{name}"),
        act: Act::Original,
        net: 500 * (1 + i64::try_from(person.random.below(9000)).unwrap_or_default()),
        written: now() - 86_400,
        client: client.to_owned(),
        canary: canary(issuer).to_owned(),
    }
}

fn form(person: &mut Person) -> Form {
    if person.random.below(2) == 0 { Form::Xml } else { Form::Edifact }
}

fn bytes(message: &Message, form: Form) -> Vec<u8> {
    match form {
        Form::Xml => message.xml().into_bytes(),
        Form::Edifact => message.edifact().into_bytes(),
    }
}

fn original(person: &mut Person, issuer: &str, payable: &Payable, own: &mut Vec<Own>) {
    let (message, form) = (message(person, issuer), form(person));
    let sent = bytes(&message, form);
    let status = send(person, &message, form, sent.clone(), Kind::Original);
    // Some are left to payers, and nobody else moves them.
    if issuer == CARDS && status == Some(200) && person.random.below(2) == 0 {
        let mut waiting = payable.lock().unwrap_or_else(PoisonError::into_inner);
        waiting.push((message.number.clone(), message.gross()));
    } else {
        own.push(Own { message, form, bytes: sent, is_over: false });
    }
}

/// A message that follows another one.
fn change(person: &mut Person, before: Own, act: Act) -> Own {
    let mut message = before.message;
    message.reference = person.name();
    message.act = act;
    // A minute: INVOIC tells no seconds.
    message.written += 60;
    if act == Act::Replace {
        message.net += 500;
    }
    let form = if act == Act::Paid { Form::Xml } else { before.form };
    let kind = match act {
        Act::Replace | Act::Original => Kind::Replace,
        Act::Cancel => Kind::Cancel,
        Act::Paid => Kind::Paid,
    };
    let sent = bytes(&message, form);
    send(person, &message, form, sent.clone(), kind);
    Own { message, form, bytes: sent, is_over: before.is_over || act != Act::Replace }
}

/// Two replacements, of which the one written first comes last.
fn late(person: &mut Person, before: Own) -> Own {
    let mut older = before.message.clone();
    older.reference = person.name();
    older.act = Act::Replace;
    older.written += 60;
    older.net += 1500;
    let mut newer = before;
    newer.message.written += 60;
    let newer = change(person, newer, Act::Replace);
    let sent = bytes(&older, newer.form);
    send(person, &older, newer.form, sent, Kind::Replace);
    newer
}

/// Other content under a reference that was used.
fn changed(person: &mut Person, before: &Own) {
    let mut message = before.message.clone();
    message.net += 5000;
    let sent = bytes(&message, before.form);
    send(person, &message, before.form, sent, Kind::Changed);
}

/// A message with a mistake.
fn bad(person: &mut Person, issuer: &str, kind: Kind) {
    let message = message(person, issuer);
    let (net, more) = (message.net, message.net + 500);
    let (net, more) = (crate::messages::amount(net), crate::messages::amount(more));
    let text = message.edifact();
    let text = match kind {
        Kind::BadSum => text.replace(&format!("MOA+79:{net}'"), &format!("MOA+79:{more}'")),
        _ => text.replace("UNT+25+1'", "UNT+24+1'"),
    };
    send(person, &message, Form::Edifact, text.into_bytes(), kind);
}

/// The replacement first, and then its original.
fn early(person: &mut Person, issuer: &str, own: &mut Vec<Own>) {
    let (first, form) = (message(person, issuer), form(person));
    let mut second = first.clone();
    second.reference = person.name();
    second.act = Act::Replace;
    second.written += 120;
    second.net += 1000;
    let sent = bytes(&second, form);
    send(person, &second, form, sent.clone(), Kind::Replace);
    let before = bytes(&first, form);
    send(person, &first, form, before, Kind::Original);
    own.push(Own { message: second, form, bytes: sent, is_over: false });
}

/// A CONTRL about something we were never sent.
fn control(person: &mut Person, issuer: &str) {
    let message = message(person, issuer);
    let reference = &message.reference;
    let text = format!(
        "UNB+UNOC:3+{issuer}:ZZZ+611PNET00100:ZZZ+261101:1149+{reference}'\n\
         UNH+1+CONTRL:D:3:UN'\nUCI+1+611PNET00100:ZZZ+{issuer}:ZZZ+8'\nUNT+3+1'\n\
         UNZ+1+{reference}'\n"
    );
    send(person, &message, Form::Edifact, text.into_bytes(), Kind::Control);
}

/// Sends a message until it is answered; the status.
fn send(
    person: &mut Person,
    message: &Message,
    form: Form,
    bytes: Vec<u8>,
    kind: Kind,
) -> Option<u16> {
    let what = What {
        kind,
        issuer: message.issuer.clone(),
        number: message.number.clone(),
        amount: message.gross(),
        written: message.written,
        reference: message.reference.clone(),
    };
    let key = person.load.keys.of(&message.issuer).to_owned();
    let headers = match form {
        Form::Xml => "Content-Type: application/xml\r\n",
        Form::Edifact => "Content-Type: application/edifact\r\n",
    };
    let (who, body) = (message.issuer.as_str(), bytes.as_slice());
    let wish = Wish { who, key: &key, line: "POST /v1/inbox", headers, body, what };
    person.ask(wish).map(|answer| answer.status)
}
