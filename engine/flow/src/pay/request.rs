//! Requests for invoices (« Demande de facture »).

use super::telling::{Telling, finding};
use super::till::due_in;
use super::{AskInvoices, RequestAnswer, clock, reply, step};
use crate::decide::{Desk, Purpose, requested_invoice, take_invoice};
use acquit_domain::exchange::Direction;
use acquit_domain::pay::{Call, CallPurpose, Due, InvoiceRequest, RequestState};
use acquit_domain::{
    Function, Id, InvoiceKey, InvoiceMessage, InvoiceNumber, InvoiceState, PartyCode, Severity,
    Timestamp, Verdict,
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
    let mut request = InvoiceRequest {
        id: desk.draw(Purpose::Request),
        issuer,
        terminal: ask.terminal.clone(),
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

/// Calls the issuer and winds the clock of its answer.
fn call(desk: &mut Desk<'_>, request: &mut InvoiceRequest) {
    request.tries += 1;
    let clock = desk.book.lifecycle.clock(InvoiceState::Requested);
    let (seconds, tries) = clock.map_or(CLOCK, |clock| (clock.seconds, clock.tries));
    let last = request.tries >= tries;
    let event = if last { Event::RequestExhausted } else { Event::RequestSilent };
    request.due = Some(due_in(desk.now, seconds, event.key()));
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
        end(desk, &mut request, RequestState::Unanswered, "sans réponse");
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
    match answer {
        RequestAnswer::Found(found) if !found.is_empty() => {
            take(desk, &mut request, found, &telling);
            end(desk, &mut request, RequestState::Found, "");
        }
        RequestAnswer::Found(_) | RequestAnswer::Empty { .. } => {
            let reason = match answer {
                RequestAnswer::Empty { reason } => reason.as_str(),
                _ => "",
            };
            log(desk, &request, Event::RequestEmpty, &telling, "Aucune facture impayée");
            end(desk, &mut request, RequestState::Empty, reason);
        }
        RequestAnswer::Later => {
            let key = key_of(&request);
            telling.note(desk, key.as_ref(), Verdict::Accepted, "Traitement en cours");
        }
        RequestAnswer::Nothing { reason } => {
            reason.clone_into(&mut request.reason);
            let key = key_of(&request);
            let text = format!("Émetteur injoignable: {reason}");
            telling.note(desk, key.as_ref(), Verdict::Accepted, &text);
        }
    }
    reply::of_order(desk, "OK", request.id, 0);
    desk.put_request(request);
    Verdict::Accepted
}

/// Takes the invoices found: each is made if nothing is held of it. Only the issuer's own count.
fn take(
    desk: &mut Desk<'_>,
    request: &mut InvoiceRequest,
    found: &[InvoiceMessage],
    telling: &Telling,
) {
    for said in found.iter().take(FOUND_MAX) {
        let agreement = desk.book.agreement(&said.key.issuer);
        let Some(agreement) = agreement.filter(|one| one.is(request.issuer.as_str())) else {
            continue;
        };
        let held = desk.invoice(&said.key).cloned();
        let new = held.as_ref().is_none_or(|held| {
            use InvoiceState::{Absent, Empty, Requested};
            matches!(held.state, Absent | Empty | Requested)
        });
        if new {
            take_invoice(desk, said, &request.id.to_string(), agreement, held);
        }
        step::invoice(desk, &said.key, Event::RequestFound, 0, telling);
        request.found.push(said.key.clone());
    }
    if let Some(key) = key_of(request).filter(|key| !request.found.contains(key)) {
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
