//! Notices to issuers: what was paid (PNM), their answers (UNM), and what to do without one.

use super::telling::{Telling, finding};
use super::{Motive, NoticeAnswer, case, clock, reply, retract, step};
use crate::decide::{Desk, Purpose};
use acquit_domain::exchange::Direction;
use acquit_domain::pay::{
    CaseKind, Due, Funds, Notice, NoticeFunction, NoticeLine, NoticeState, Order,
};
use acquit_domain::{
    Function, Id, Invoice, InvoiceKey, InvoiceState, Severity, Timestamp, Verdict,
};
use acquit_mapping::agreement::NoticePer;
use acquit_mapping::lifecycle::{Effect, Event};

/// Tells the issuer of invoices that were paid in full.
pub(super) fn payment(desk: &mut Desk<'_>, order: &Order, funds: &Funds, keys: &[InvoiceKey]) {
    let lines: Vec<(InvoiceKey, i64)> = keys
        .iter()
        .filter_map(|key| Some((key.clone(), desk.invoice(key)?.allocated_minor)))
        .collect();
    make(desk, NoticeFunction::Payment, Some(order), funds, &lines);
}

/// Makes notices: one for all invoices, or one for each, as agreed.
pub(super) fn make(
    desk: &mut Desk<'_>,
    function: NoticeFunction,
    order: Option<&Order>,
    funds: &Funds,
    lines: &[(InvoiceKey, i64)],
) {
    let Some((first, _)) = lines.first() else { return };
    let agreement = desk.book.agreement(&first.issuer);
    let per = agreement.map_or(NoticePer::Order, |agreement| agreement.notice_per);
    let size = if per == NoticePer::Invoice { 1 } else { lines.len() };
    for group in lines.chunks(size.max(1)) {
        let made = blank(desk, function, order, funds, group);
        if let Some(mut notice) = made {
            let blocked = |line: &NoticeLine| {
                desk.invoice(&line.invoice).is_some_and(|held| held.flags.blocked)
            };
            match notice.lines.iter().any(blocked) {
                true => {
                    step::notice(desk, &mut notice, "withheld");
                }
                false => send(desk, &mut notice),
            }
            desk.put_notice(notice);
        }
    }
}

fn blank(
    desk: &mut Desk<'_>,
    function: NoticeFunction,
    order: Option<&Order>,
    funds: &Funds,
    group: &[(InvoiceKey, i64)],
) -> Option<Notice> {
    let id = desk.draw(Purpose::Notice);
    let invoices: Vec<(&Invoice, i64)> =
        group.iter().filter_map(|(key, minor)| Some((desk.invoice(key)?, *minor))).collect();
    let (first, _) = invoices.first()?;
    let line = |(invoice, minor): &(&Invoice, i64)| NoticeLine {
        invoice: invoice.key.clone(),
        amount_minor: *minor,
        issued_on: invoice.issued_on,
        due_on: invoice.due_on,
        confirmed: None,
    };
    Some(Notice {
        id,
        issuer: first.key.issuer.clone(),
        function,
        order: order.map(|order| order.id),
        funds: funds.id,
        transaction: funds.key.transaction.clone(),
        means: funds.means.clone(),
        paid_at: funds.entered_at,
        client: first.client.code.clone(),
        client_name: first.client.name.clone(),
        currency: funds.currency,
        lines: invoices.iter().map(line).collect(),
        state: NoticeState::Created,
        messages: Vec::new(),
        motive: String::new(),
        due: None,
        created_at: desk.now,
        version: 0,
    })
}

/// Writes the letter of a notice, logs it, and winds the clock of its answer.
fn send(desk: &mut Desk<'_>, notice: &mut Notice) {
    let written = crate::letters::notice(desk, notice);
    if written {
        step::notice(desk, notice, "sent");
    }
    let tries = u32::try_from(notice.messages.len()).unwrap_or(u32::MAX);
    let clock = step::clock(desk.book, "notification", notice.state.key());
    notice.due = clock.map(|(seconds, most)| {
        let last = notice.state == NoticeState::Created || tries >= most;
        // Partners book payments on working days: hours of other days do not count.
        let at = desk.book.calendar.after(desk.now, seconds);
        Due { at, event: if last { "exhausted" } else { "silent" }.to_owned() }
    });
    let number = notice.messages.last().cloned().unwrap_or_default();
    let agreement = desk.book.agreement(&notice.issuer);
    let telling = Telling {
        direction: Direction::Out,
        partner: Some(notice.issuer.clone()),
        recipient: agreement.map_or(notice.issuer.as_str(), |one| &one.name).to_owned(),
        needs_reply: true,
        ..Telling::new(Function::Pnm, &number)
    };
    let text = match notice.function {
        NoticeFunction::Payment => "Notification de paiement",
        NoticeFunction::Reversal => "Notification d'annulation de paiement",
    };
    for line in &notice.lines {
        telling.note(desk, Some(&line.invoice), Verdict::Accepted, text);
    }
}

/// A clock of a notice ran out: it goes again, or an operator is told. False when the clock was
/// not the one that runs.
pub(super) fn deadline(desk: &mut Desk<'_>, id: Id, event: &str, at: Timestamp) -> bool {
    let Some(mut notice) = desk.notice(id) else { return false };
    if !clock::is_now(desk, notice.due.as_ref(), event, at)
        || !step::notice(desk, &mut notice, event)
    {
        return false;
    }
    notice.due = None;
    if is_pointless(desk, &notice) {
        step::notice(desk, &mut notice, "confirmed");
        desk.put_notice(notice);
        return true;
    }
    let telling = Telling {
        partner: Some(notice.issuer.clone()),
        ..Telling::new(Function::Pnm, notice.messages.last().map_or("", String::as_str))
    };
    let again = event == "silent";
    let happened = if again { Event::IssuerSilent } else { Event::IssuerExhausted };
    let unanswered: Vec<NoticeLine> =
        notice.lines.iter().filter(|line| line.confirmed.is_none()).cloned().collect();
    for line in &unanswered {
        if notice.function == NoticeFunction::Reversal {
            if !again {
                never_answered(desk, &notice, line, &telling);
            }
            continue;
        }
        let stepped = step::invoice_if(desk, &line.invoice, happened, &telling);
        if let Some(stepped) = stepped.filter(|stepped| stepped.causes(Effect::OpenCase)) {
            let about = about(&notice, line);
            let text = format!("Notification {} sans réponse", notice.transaction);
            case::open(desk, CaseKind::NoticeUnanswered, about, stepped.exchange, &text);
        }
    }
    if again {
        forget(desk, &mut notice);
        send(desk, &mut notice);
    }
    desk.put_notice(notice);
    true
}

/// Takes the invoices off a notice whose money went back: it must not tell of them again.
fn forget(desk: &Desk<'_>, notice: &mut Notice) {
    let kept: Vec<NoticeLine> = notice
        .lines
        .iter()
        .filter(|line| retract::stands(desk, notice, &line.invoice))
        .cloned()
        .collect();
    notice.lines = kept;
}

/// The issuer never answered that a payment went back: its books may still say paid.
fn never_answered(desk: &mut Desk<'_>, notice: &Notice, line: &NoticeLine, telling: &Telling) {
    let text = format!("Annulation {} sans réponse", notice.transaction);
    let row = telling.note(desk, Some(&line.invoice), Verdict::Accepted, &text);
    case::open(desk, CaseKind::NoticeUnanswered, about(notice, line), row, &text);
}

/// True when no invoice of a notice of payment waits for its issuer any more: the issuer has said
/// itself that they are paid, or the money went back.
fn is_pointless(desk: &Desk<'_>, notice: &Notice) -> bool {
    let waits = |line: &NoticeLine| {
        let held = desk.invoice(&line.invoice);
        let waits = held.is_none_or(|held| held.state == InvoiceState::AwaitingIssuer);
        waits && retract::stands(desk, notice, &line.invoice)
    };
    notice.function == NoticeFunction::Payment && !notice.lines.iter().any(waits)
}

fn about(notice: &Notice, line: &NoticeLine) -> case::About {
    case::About {
        invoice: Some(line.invoice.clone()),
        order: notice.order,
        funds: Some(notice.funds),
    }
}

/// Decides an issuer's answers.
pub(crate) fn answers(desk: &mut Desk<'_>, answers: &[NoticeAnswer]) -> Verdict {
    let mut verdicts = Vec::with_capacity(answers.len());
    for answer in answers {
        let found = find(desk, answer);
        if found.is_empty() {
            verdicts.push(unknown(desk, answer));
        }
        for notice in found {
            verdicts.push(answered(desk, notice, answer));
        }
    }
    crate::decide::whole(&verdicts)
}

/// The notices an answer is about; only their own issuer may answer. One that names a transaction
/// and no invoice is about every notice of it: there is one for each invoice, when so agreed.
fn find(desk: &Desk<'_>, answer: &NoticeAnswer) -> Vec<Notice> {
    let partner = desk.parcel.partner.as_ref().map(|_| desk.partner());
    let about = |notice: &&Notice| {
        let line = answer
            .invoice
            .as_ref()
            .is_none_or(|key| notice.lines.iter().any(|line| line.invoice == *key));
        line && partner.as_ref().is_none_or(|partner| *partner == notice.issuer)
    };
    let numbered =
        |notice: &&Notice| !answer.message.is_empty() && notice.messages.contains(&answer.message);
    let named = |notice: &&Notice| {
        !answer.transaction.is_empty() && notice.transaction == answer.transaction
    };
    if let Some(found) = desk.notices().filter(about).find(numbered) {
        return vec![found.clone()];
    }
    let asks_reversal = matches!(answer.motive, Motive::CancelOk | Motive::AlreadyCancelled);
    let function = if asks_reversal { NoticeFunction::Reversal } else { NoticeFunction::Payment };
    let named: Vec<&Notice> = desk.notices().filter(about).filter(named).collect();
    let asked: Vec<&Notice> =
        named.iter().copied().filter(|notice| notice.function == function).collect();
    let meant = if asked.is_empty() { named } else { asked };
    let many = if answer.invoice.is_none() { meant.len() } else { 1 };
    meant.into_iter().take(many).cloned().collect()
}

fn telling(answer: &NoticeAnswer, notice: Option<&Notice>) -> Telling {
    let reference = if answer.message.is_empty() { &answer.transaction } else { &answer.message };
    let mut telling = Telling::new(Function::Unm, reference).word("reason", answer.text.as_str());
    telling.partner = notice.map(|notice| notice.issuer.clone());
    telling
}

fn unknown(desk: &mut Desk<'_>, answer: &NoticeAnswer) -> Verdict {
    let named = if answer.message.is_empty() { &answer.transaction } else { &answer.message };
    let telling = telling(answer, None).with(finding("ACK-UNKNOWN", Severity::Warning, named));
    let text = "Réponse à une notification inconnue";
    let row = telling.note(desk, answer.invoice.as_ref(), Verdict::Accepted, text);
    desk.alert("acknowledgement", format!("ACK-UNKNOWN: {named}"), Some(row));
    desk.outcome.findings.push(finding("ACK-UNKNOWN", Severity::Warning, named));
    reply::noted(desk, "ACK-UNKNOWN");
    Verdict::Accepted
}

/// What an answer means for a notice: `None` when the partner could not look at it yet.
fn accepted(notice: &Notice, motive: Motive) -> Option<(bool, Event)> {
    let reversal = notice.function == NoticeFunction::Reversal;
    match motive {
        Motive::Ok | Motive::CancelOk => Some((true, Event::IssuerConfirmed)),
        // A repeated notice was taken the first time, and the answer to that one was lost.
        Motive::AlreadyPaid if notice.messages.len() > 1 => Some((true, Event::IssuerAlreadyPaid)),
        Motive::AlreadyCancelled if reversal => Some((true, Event::IssuerConfirmed)),
        Motive::PartnerConfig => None,
        _ => Some((false, Event::IssuerRefused)),
    }
}

fn answered(desk: &mut Desk<'_>, mut notice: Notice, answer: &NoticeAnswer) -> Verdict {
    let telling = telling(answer, Some(&notice));
    notice.motive.clone_from(&answer.text);
    reply::noted(desk, "OK");
    let Some((ok, event)) = accepted(&notice, answer.motive) else {
        // The clock sends it again.
        let text = format!("Notification à renvoyer: {}", answer.text);
        telling.note(desk, answer.invoice.as_ref(), Verdict::Accepted, &text);
        desk.put_notice(notice);
        return Verdict::Accepted;
    };
    let mut lines = notice.lines.clone();
    for line in &mut lines {
        if answer.invoice.as_ref().is_some_and(|key| *key != line.invoice) {
            continue;
        }
        // A receiver may answer one notice twice, no and then yes: yes stands. And "paid already"
        // after its yes is no contradiction.
        let known = line.confirmed == Some(true) && answer.motive == Motive::AlreadyPaid;
        line.confirmed = Some(ok || line.confirmed == Some(true));
        let event = if known { Event::IssuerAlreadyPaid } else { event };
        on_invoice(desk, &notice, line, event, &telling);
    }
    notice.lines = lines;
    let all = |ok: bool| notice.lines.iter().all(|line| line.confirmed == Some(ok));
    let refused = notice.lines.iter().any(|line| line.confirmed == Some(false));
    if all(true) {
        step::notice(desk, &mut notice, "confirmed");
        notice.due = None;
    } else if refused && notice.lines.iter().all(|line| line.confirmed.is_some()) {
        step::notice(desk, &mut notice, "refused");
        notice.due = None;
    }
    desk.put_notice(notice);
    Verdict::Accepted
}

/// What an answer does to the invoice of a line.
fn on_invoice(
    desk: &mut Desk<'_>,
    notice: &Notice,
    line: &NoticeLine,
    event: Event,
    telling: &Telling,
) {
    if notice.function == NoticeFunction::Reversal {
        let text = match event {
            Event::IssuerRefused => telling.fill("Annulation refusée par l'émetteur: {reason}"),
            _ => "Annulation confirmée par l'émetteur".to_owned(),
        };
        let row = telling.note(desk, Some(&line.invoice), Verdict::Accepted, &text);
        if event == Event::IssuerRefused {
            let text = format!("Annulation {} refusée", notice.transaction);
            case::open(desk, CaseKind::NoticeRefused, about(notice, line), row, &text);
        }
        return;
    }
    let stands = retract::stands(desk, notice, &line.invoice);
    let stepped = match stands {
        true => step::invoice_if(desk, &line.invoice, event, telling),
        false => None,
    };
    let Some(stepped) = stepped else {
        telling.note(desk, Some(&line.invoice), Verdict::Accepted, "Réponse sans effet");
        return;
    };
    if stepped.causes(Effect::OpenCase) {
        let text = telling.fill("Notification refusée: {reason}");
        case::open(desk, CaseKind::NoticeRefused, about(notice, line), stepped.exchange, &text);
    }
    if event != Event::IssuerRefused {
        agreed(desk, &line.invoice, telling);
    }
}

/// The issuer says that an invoice is paid: what stood open about its notice is decided, and an
/// invoice that a refusal had blocked is not blocked for that any more.
fn agreed(desk: &mut Desk<'_>, key: &InvoiceKey, telling: &Telling) {
    let of = |case: &acquit_domain::pay::Case| {
        let kind = matches!(case.kind, CaseKind::NoticeRefused | CaseKind::NoticeUnanswered);
        kind && case.invoice.as_ref() == Some(key)
    };
    let refused = |case: &acquit_domain::pay::Case| case.kind == CaseKind::NoticeRefused;
    let was_refused = desk.open_cases().iter().any(|case| of(case) && refused(case));
    case::close(desk, of, "Confirmé par l'émetteur");
    if was_refused && desk.invoice(key).is_some_and(|held| held.flags.blocked) {
        let telling = telling.clone().word("reason", "confirmé par l'émetteur");
        step::invoice(desk, key, Event::Unblock, 0, &telling);
    }
}

/// An operator sends a notice again; false when it stands where it cannot.
pub(super) fn resend(desk: &mut Desk<'_>, id: Id) -> bool {
    let Some(mut notice) = desk.notice(id) else { return false };
    forget(desk, &mut notice);
    if notice.lines.is_empty() || !step::notice(desk, &mut notice, "resent") {
        return false;
    }
    for line in &mut notice.lines {
        line.confirmed = line.confirmed.filter(|ok| *ok);
    }
    send(desk, &mut notice);
    desk.put_notice(notice);
    true
}

/// Notices of an invoice that were withheld go out, if they are still true.
pub(super) fn release(desk: &mut Desk<'_>, key: &InvoiceKey) {
    let held: Vec<Notice> = desk
        .notices()
        .filter(|notice| notice.state == NoticeState::Withheld)
        .filter(|notice| notice.lines.iter().any(|line| line.invoice == *key))
        .cloned()
        .collect();
    for mut notice in held {
        let ready = notice.lines.iter().all(|line| {
            desk.invoice(&line.invoice).is_some_and(|held| {
                !held.flags.blocked && held.state == InvoiceState::AwaitingIssuer
            })
        });
        if ready && step::notice(desk, &mut notice, "released") {
            send(desk, &mut notice);
            desk.put_notice(notice);
        }
    }
}

/// The issuer's own word that an invoice is paid answers a notice that waits, or that it refused
/// or never answered.
pub(super) fn implied(desk: &mut Desk<'_>, key: &InvoiceKey, telling: &Telling) {
    agreed(desk, key, telling);
    let waiting: Vec<Notice> = desk
        .notices()
        .filter(|notice| notice.function == NoticeFunction::Payment)
        .filter(|notice| {
            let open = matches!(notice.state, NoticeState::Refused | NoticeState::Dead);
            notice.due.is_some() || open
        })
        .filter(|notice| notice.lines.iter().any(|line| line.invoice == *key))
        .cloned()
        .collect();
    for mut notice in waiting {
        for line in notice.lines.iter_mut().filter(|line| line.invoice == *key) {
            line.confirmed = Some(true);
        }
        if notice.lines.iter().all(|line| line.confirmed == Some(true)) {
            step::notice(desk, &mut notice, "confirmed");
            notice.due = None;
        }
        desk.put_notice(notice);
    }
}
