//! Requests for invoices (« Demande de facture »).

use super::telling::{Telling, finding};
use super::till::due_in;
use super::{AskInvoices, RequestAnswer, clock, reply, step};
use crate::decide::{Desk, Purpose, requested_invoice};
use acquit_domain::exchange::Direction;
use acquit_domain::pay::{Call, CallPurpose, Due, InvoiceRequest, RequestState};
use acquit_domain::{
    Function, Id, InvoiceKey, InvoiceNumber, InvoiceState, PartyCode, Severity, Timestamp, Verdict,
};
use acquit_mapping::lifecycle::Event;

/// How long an issuer has to answer, in seconds, and how often it is asked, where the rules say
/// nothing.
const CLOCK: (u64, u32) = (86_400, 3);
/// Most invoices taken from one answer.
const FOUND_MAX: usize = 10_000;

/// Decides a wish for invoices.
pub(super) fn ask(desk: &mut Desk<'_>, ask: &AskInvoices) -> Verdict {
    let agreement = desk.book.agreement(&ask.issuer);
    let code = match agreement {
        None => "ISS-UNKNOWN",
        Some(agreement) if !agreement.active => "ISS-INACTIVE",
        Some(_) if ask.client_id.is_empty() && ask.number.is_empty() => "REQ-EMPTY",
        Some(_) if !ask.number.is_empty() && InvoiceNumber::new(&ask.number).is_none() => {
            "REQ-EMPTY"
        }
        Some(_) => "OK",
    };
    if code != "OK" {
        let found = finding(code, Severity::Error, &ask.issuer);
        let mut telling = Telling::new(Function::Dem, &ask.number).with(found.clone());
        telling.user.clone_from(&ask.user);
        telling.note(desk, None, Verdict::Rejected, "Demande refusée");
        desk.outcome.findings.push(found);
        reply::refuse(desk, code);
        return Verdict::Rejected;
    }
    let issuer = agreement.and_then(|one| PartyCode::new(&one.code));
    let issuer = issuer.unwrap_or_else(|| ask.issuer.clone());
    let terminal = terminal(desk, ask, &issuer);
    let mut request = InvoiceRequest {
        id: desk.draw(Purpose::Request),
        issuer,
        terminal,
        client_id: ask.client_id.clone(),
        number: ask.number.clone(),
        client: ask.client.clone(),
        user: ask.user.clone(),
        state: RequestState::Asked,
        tries: 0,
        found: Vec::new(),
        reason: String::new(),
        due: None,
        asked_at: desk.now,
        ended_at: None,
        version: 0,
    };
    call(desk, &mut request);
    let telling = telling(desk, &request, Direction::Out);
    if let Some(key) = key_of(&request).filter(|key| desk.invoice(key).is_none()) {
        let invoice = requested_invoice(desk, key, &request.client);
        desk.put(invoice, true);
    }
    log(desk, &request, Event::RequestSent, &telling, "Demande de factures");
    reply::of_order(desk, "OK", request.id, 0);
    desk.put_request(request);
    Verdict::Accepted
}

/// The terminal that is asked: the one named, or the one whose own code the issuer was named by.
fn terminal(desk: &Desk<'_>, ask: &AskInvoices, issuer: &PartyCode) -> String {
    let is_own = ask.issuer != *issuer && desk.book.asking(issuer).is_some();
    match ask.terminal.as_str() {
        "" if is_own => ask.issuer.to_string(),
        named => named.to_owned(),
    }
}

/// The invoice a request names.
fn key_of(request: &InvoiceRequest) -> Option<InvoiceKey> {
    let number = InvoiceNumber::new(&request.number)?;
    Some(InvoiceKey { issuer: request.issuer.clone(), number })
}

fn telling(desk: &Desk<'_>, request: &InvoiceRequest, direction: Direction) -> Telling {
    let agreement = desk.book.agreement(&request.issuer);
    let name = agreement.map_or(request.issuer.as_str(), |agreement| &agreement.name).to_owned();
    let mut telling =
        Telling::new(Function::Dem, &request.number).word("reason", request.reason.as_str());
    telling.partner = Some(request.issuer.clone());
    telling.user.clone_from(&request.user);
    telling.direction = direction;
    if direction == Direction::Out {
        telling.recipient = name;
        telling.needs_reply = true;
    }
    telling
}

/// How long an issuer has that answers by a message of its own, and how often it is asked.
fn patience(desk: &Desk<'_>) -> (u64, u32) {
    let clock = desk.book.lifecycle.clock(InvoiceState::Requested);
    clock.map_or(CLOCK, |clock| (clock.seconds, clock.tries))
}

/// Winds the clock of an answer.
fn wind(desk: &Desk<'_>, request: &mut InvoiceRequest, (seconds, tries): (u64, u32)) {
    let last = request.tries >= tries;
    let event = if last { Event::RequestExhausted } else { Event::RequestSilent };
    request.due = Some(due_in(desk.now, seconds, event.key()));
}

/// Calls the issuer and winds the clock of its answer.
fn call(desk: &mut Desk<'_>, request: &mut InvoiceRequest) {
    request.tries += 1;
    // Who is asked by a call answers at once, be it to say that it will answer later.
    let asking = desk.book.asking(&request.issuer);
    let clock = asking.map(|asking| (u64::from(asking.seconds), asking.tries));
    wind(desk, request, clock.unwrap_or_else(|| patience(desk)));
    desk.call(Call {
        to: request.issuer.to_string(),
        purpose: CallPurpose::AskInvoices,
        subject: request.id,
        attempt: 0,
    });
}

/// A clock of a request ran out: it is asked again, or ends. False when it was another clock.
pub(super) fn deadline(desk: &mut Desk<'_>, id: Id, event: &str, at: Timestamp) -> bool {
    let Some(mut request) = desk.request(id) else { return false };
    let open = request.state == RequestState::Asked;
    if !open || !clock::is_now(desk, request.due.as_ref(), event, at) {
        return false;
    }
    let again = event == Event::RequestSilent.key();
    let happened = if again { Event::RequestSilent } else { Event::RequestExhausted };
    let telling = telling(desk, &request, Direction::Out);
    log(desk, &request, happened, &telling, "Demande sans réponse");
    if again {
        call(desk, &mut request);
    } else {
        let reason = match request.reason.as_str() {
            "" => "sans réponse".to_owned(),
            last => format!("sans réponse: {last}"),
        };
        end(desk, &mut request, RequestState::Unanswered, &reason);
        if key_of(&request).is_none() {
            desk.alert("request.unanswered", format!("{}: {}", request.issuer, request.id), None);
        }
    }
    desk.put_request(request);
    true
}

fn end(desk: &Desk<'_>, request: &mut InvoiceRequest, state: RequestState, reason: &str) {
    request.state = state;
    request.due = None::<Due>;
    request.ended_at = Some(desk.now);
    reason.clone_into(&mut request.reason);
}

/// Logs what happens to a request, in the chain of the invoice it names.
fn log(desk: &mut Desk<'_>, request: &InvoiceRequest, event: Event, telling: &Telling, text: &str) {
    let key = key_of(request);
    let stepped = key.as_ref().and_then(|key| step::invoice_if(desk, key, event, telling));
    if stepped.is_none() {
        telling.note(desk, key.as_ref(), Verdict::Accepted, text);
    }
}

/// Decides an answer. One to a request that ended still brings its invoices.
pub(super) fn asked(desk: &mut Desk<'_>, id: Id, answer: &RequestAnswer) -> Verdict {
    let Some(mut request) = desk.request(id) else {
        reply::refuse(desk, "REQ-UNKNOWN");
        return Verdict::Rejected;
    };
    let telling = telling(desk, &request, Direction::In);
    let open = request.state == RequestState::Asked;
    match answer {
        RequestAnswer::Found(_) | RequestAnswer::Empty { .. } => {
            let (found, reason) = match answer {
                RequestAnswer::Found(found) => take(desk, &request, found),
                RequestAnswer::Empty { reason } => (Vec::new(), reason.clone()),
                _ => Default::default(),
            };
            match found.is_empty() {
                true => {
                    log(desk, &request, Event::RequestEmpty, &telling, "Aucune facture impayée")
                }
                false => found_them(desk, &request, &found, &telling),
            }
            if open || !found.is_empty() {
                let state =
                    if found.is_empty() { RequestState::Empty } else { RequestState::Found };
                end(desk, &mut request, state, &reason);
                request.found = found;
            }
        }
        RequestAnswer::Later => {
            let key = key_of(&request);
            telling.note(desk, key.as_ref(), Verdict::Accepted, "Traitement en cours");
            if open {
                wind(desk, &mut request, patience(desk));
            }
        }
        RequestAnswer::Nothing { reason } => {
            if open {
                reason.clone_into(&mut request.reason);
            }
            let key = key_of(&request);
            let text = format!("Émetteur injoignable: {reason}");
            telling.note(desk, key.as_ref(), Verdict::Accepted, &text);
        }
    }
    reply::of_order(desk, "OK", request.id, 0);
    desk.put_request(request);
    Verdict::Accepted
}

/// Which of the invoices found answer a request: those of its issuer that are held now, for the
/// client who asks; and why there are others.
fn take(
    desk: &Desk<'_>,
    request: &InvoiceRequest,
    found: &[InvoiceKey],
) -> (Vec<InvoiceKey>, String) {
    use InvoiceState::{Absent, Empty, Requested};
    let held = |key: &&InvoiceKey| {
        let held = desk.invoice(key).filter(|_| key.issuer == request.issuer);
        held.is_some_and(|held| !matches!(held.state, Absent | Empty | Requested))
    };
    let theirs = |key: &&InvoiceKey| {
        desk.invoice(key).is_some_and(|held| held.client.code == request.client)
    };
    let (mut own, mut others): (Vec<InvoiceKey>, Vec<InvoiceKey>) =
        found.iter().take(FOUND_MAX).filter(held).cloned().partition(|key| theirs(&key));
    own.sort();
    own.dedup();
    others.sort();
    others.dedup();
    let reason = match others.len() {
        0 => String::new(),
        count => format!("{count} facture(s) d'un autre client"),
    };
    (own, reason)
}

/// Logs the invoices found, in the chain of the one that was asked for; one that is not among
/// them is not unpaid.
fn found_them(
    desk: &mut Desk<'_>,
    request: &InvoiceRequest,
    found: &[InvoiceKey],
    telling: &Telling,
) {
    let numbers: Vec<&str> = found.iter().map(|key| key.number.as_str()).collect();
    let text = format!("Factures reçues: {}", numbers.join(", "));
    let key = key_of(request);
    telling.note(desk, key.as_ref(), Verdict::Accepted, &text);
    if let Some(key) = key.filter(|key| !found.contains(key)) {
        step::invoice_if(desk, &key, Event::RequestEmpty, telling);
    }
}

/// Who asked takes the request back; false when it ended before.
pub(super) fn withdraw(desk: &mut Desk<'_>, id: Id, telling: &Telling) -> bool {
    let asked = |request: &InvoiceRequest| request.state == RequestState::Asked;
    let Some(mut request) = desk.request(id).filter(asked) else { return false };
    log(desk, &request, Event::RequestWithdrawn, telling, "Demande retirée");
    end(desk, &mut request, RequestState::Withdrawn, "retirée");
    desk.put_request(request);
    true
}
