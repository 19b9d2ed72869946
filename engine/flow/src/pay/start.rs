//! Starting a payment: a new order, or a further attempt at one that lives.

use super::telling::{Telling, amount, finding};
use super::till::{due_in, later};
use super::{StartOrder, clock, mail, orders, reply, step};
use crate::decide::{Desk, Purpose};
use acquit_domain::exchange::Direction;
use acquit_domain::pay::order::{ORDER_ATTEMPTS_MAX, ORDER_ITEMS_MAX};
use acquit_domain::pay::{
    Attempt, AttemptState, Call, CallPurpose, Handoff, Order, OrderItem, OrderState,
};
use acquit_domain::{Invoice, InvoiceKey, InvoiceState, Money, PartyCode, Severity, Verdict};
use acquit_mapping::language::Language;
use acquit_mapping::lifecycle::Event;
use acquit_mapping::provider::{Confirmation, HandoffKind, Means, Provider, Start};
use std::collections::BTreeSet;

/// What the numbers of our orders begin with.
pub(super) const ORDER_PREFIX: &str = "PN";
/// Name of the counter of orders.
const ORDERS: &str = "order";

/// What a start is refused with: a code, and what it is about.
type Refusal = (&'static str, String);

/// Decides a wish to pay.
pub(super) fn decide(desk: &mut Desk<'_>, start: &StartOrder) -> Verdict {
    let mut seen = BTreeSet::new();
    let keys: Vec<InvoiceKey> =
        start.invoices.iter().filter(|key| seen.insert(*key)).cloned().collect();
    let book = desk.book;
    let offered = book.means(&start.means);
    let prepared = match offered {
        None => Err(("MEANS-NOT-ALLOWED", start.means.clone())),
        Some((_, means)) => check(desk, &keys, means).and_then(|()| place(desk, start, &keys)),
    };
    match (prepared, offered) {
        (Ok(order), Some((provider, means))) => {
            begin(desk, start, order, provider, means);
            Verdict::Accepted
        }
        (Err((code, value)), _) => refuse(desk, start, &keys, code, &value),
        (Ok(_), None) => Verdict::Rejected,
    }
}

fn refuse(
    desk: &mut Desk<'_>,
    start: &StartOrder,
    keys: &[InvoiceKey],
    code: &'static str,
    value: &str,
) -> Verdict {
    let function =
        desk.book.means(&start.means).map_or(acquit_domain::Function::Unknown, |m| m.1.function);
    let mut telling = Telling::new(function, "").with(finding(code, Severity::Error, value));
    telling.user.clone_from(&start.user);
    let only = keys.first().filter(|_| keys.len() == 1);
    telling.note(desk, only, Verdict::Rejected, "Règlement refusé");
    desk.outcome.findings.push(finding(code, Severity::Error, value));
    reply::refuse(desk, code);
    Verdict::Rejected
}

/// Whether these invoices may be paid together by this means.
fn check(desk: &Desk<'_>, keys: &[InvoiceKey], means: &Means) -> Result<(), Refusal> {
    if keys.is_empty() || keys.len() > ORDER_ITEMS_MAX {
        return Err(("ORDER-SIZE", keys.len().to_string()));
    }
    let mut first: Option<&Invoice> = None;
    for key in keys {
        let told = || key.number.to_string();
        let Some(invoice) = desk.invoice(key) else { return Err(("INV-UNKNOWN", told())) };
        let lead = *first.get_or_insert(invoice);
        if lead.key.issuer != key.issuer {
            return Err(("ORDER-ISSUERS", told()));
        }
        if lead.client.code != invoice.client.code {
            return Err(("ORDER-CLIENTS", told()));
        }
        if lead.gross.currency != invoice.gross.currency {
            return Err(("ORDER-CURRENCY", told()));
        }
        allowed(desk, invoice, means)?;
        if invoice.flags.blocked {
            return Err(("STATE-BLOCKED", told()));
        }
        if !is_payable(invoice) {
            return Err(("STATE-EVENT", told()));
        }
    }
    Ok(())
}

/// True when money may go on an invoice.
pub(super) fn is_payable(invoice: &Invoice) -> bool {
    use InvoiceState::{InProcess, Open, Partial};
    matches!(invoice.state, Open | InProcess | Partial) && invoice.balance().minor > 0
}

/// Whether the issuer is active and takes the means.
fn allowed(desk: &Desk<'_>, invoice: &Invoice, means: &Means) -> Result<(), Refusal> {
    let agreement = desk.book.agreement(&invoice.key.issuer);
    if agreement.is_some_and(|agreement| !agreement.active) {
        return Err(("ISS-INACTIVE", invoice.key.issuer.to_string()));
    }
    let allowed = agreement.map_or(&invoice.means, |agreement| &agreement.means);
    match allowed.contains(&means.means) {
        true => Ok(()),
        false => Err(("MEANS-NOT-ALLOWED", means.means.clone())),
    }
}

/// The order of the new attempt: one that lives and has just these invoices for what is due of
/// them now, else a new one. Another order whose attempt still lives keeps its invoices.
fn place(desk: &mut Desk<'_>, start: &StartOrder, keys: &[InvoiceKey]) -> Result<Order, Refusal> {
    let mut others: Vec<Order> = Vec::new();
    for key in keys {
        for order in desk.live_orders(key) {
            if others.iter().all(|other| other.id != order.id) {
                others.push(order);
            }
        }
    }
    let same = |order: &Order| {
        order.items.len() == keys.len()
            && order.items.iter().all(|item| {
                let held = desk.invoice(&item.invoice);
                keys.contains(&item.invoice)
                    && held.is_some_and(|held| held.balance().minor == item.amount_minor)
            })
    };
    if let Some(order) = others.iter().find(|order| same(order)) {
        if order.attempts.len() >= ORDER_ATTEMPTS_MAX {
            return Err(("ORDER-ATTEMPTS", order.number.clone()));
        }
        return Ok(order.clone());
    }
    if let Some(order) = others.iter().find(|order| order.has_live_attempt()) {
        return Err(("ORDER-LIVE", order.number.clone()));
    }
    let made = make(desk, start, keys)?;
    for order in others {
        let telling = Telling::new(acquit_domain::Function::Ope, &order.number);
        orders::void(desk, order.id, "Commande remplacée", &telling);
    }
    Ok(made)
}

fn make(desk: &mut Desk<'_>, start: &StartOrder, keys: &[InvoiceKey]) -> Result<Order, Refusal> {
    let invoices: Vec<Invoice> = keys.iter().filter_map(|key| desk.invoice(key)).cloned().collect();
    let Some(first) = invoices.first() else { return Err(("ORDER-SIZE", "0".to_owned())) };
    let mut total = Money::new(0, first.gross.currency);
    for invoice in &invoices {
        let sum = total.plus(invoice.balance());
        total = sum.ok_or_else(|| ("ORDER-SIZE", invoice.key.number.to_string()))?;
    }
    let id = desk.draw(Purpose::Order);
    let number = format!("{ORDER_PREFIX}{:010}", desk.count(ORDERS));
    Ok(Order {
        id,
        number,
        issuer: first.key.issuer.clone(),
        client: first.client.code.clone(),
        client_name: first.client.name.clone(),
        payer: start.payer.clone(),
        user: start.user.clone(),
        total,
        items: invoices.iter().map(item).collect(),
        state: OrderState::Created,
        attempts: Vec::new(),
        due: None,
        created_at: desk.now,
        updated_at: desk.now,
        version: 0,
    })
}

/// An invoice as it stands in an order; of a balance the share without tax is that of the whole.
fn item(invoice: &Invoice) -> OrderItem {
    let (due, gross) = (invoice.balance().minor, invoice.gross.minor);
    let net = i128::from(invoice.net.minor) * i128::from(due) / i128::from(gross.max(1));
    OrderItem {
        invoice: invoice.key.clone(),
        version: invoice.version,
        amount_minor: due,
        net_minor: if due == gross { invoice.net.minor } else { i64::try_from(net).unwrap_or(due) },
    }
}

/// Begins an attempt: the rows, the call, the clocks.
fn begin(
    desk: &mut Desk<'_>,
    start: &StartOrder,
    mut order: Order,
    provider: &Provider,
    means: &Means,
) {
    let mut attempt = attempt(desk, start, &order, provider, means);
    let number = order.number.clone();
    let events: &[&str] = match (means.start, means.handoff) {
        (Start::Call, _) => &["sent"],
        (Start::Nothing, HandoffKind::Form | HandoffKind::Redirect) => &["redirected"],
        (Start::Nothing, _) => &["sent", "reference_issued"],
    };
    for event in events {
        step::attempt(desk, &number, &mut attempt, event);
    }
    attempt.handoff = handoff(&order, &attempt, means);
    clock::wind(desk, &mut attempt);
    if means.start == Start::Call {
        desk.call(Call {
            to: provider.code.clone(),
            purpose: CallPurpose::Start,
            subject: order.id,
            attempt: attempt.ordinal,
        });
    }
    step::order(desk, &mut order, "attempt_started");
    clock::wind_order(desk, &mut order, &attempt, means);
    reply::of_order(desk, "OK", order.id, attempt.ordinal);
    let event = match means.confirmed_by {
        Confirmation::Bank => Event::OfflineDeclared,
        Confirmation::Provider => Event::AttemptStarted,
    };
    order.attempts.push(attempt);
    let telling = Telling {
        direction: Direction::Out,
        partner: PartyCode::new(&provider.code),
        user: start.user.clone(),
        recipient: provider.name.clone(),
        ..Telling::new(means.function, &order.number)
    };
    let telling =
        telling.word("invoices", orders::numbers(&order)).word("means", label(desk, means));
    for item in &order.items {
        step::invoice(desk, &item.invoice, event, 0, &telling);
    }
    let instructed = means.start == Start::Nothing && means.handoff == HandoffKind::Instructions;
    if instructed {
        mail::send(desk, &order, "payment_started", &[], None);
    }
    desk.put_order(order);
}

/// The name of a means for people.
pub(super) fn label(desk: &Desk<'_>, means: &Means) -> String {
    let table = desk.book.code_table(acquit_mapping::rulebook::MEANS);
    let label = table.and_then(|table| table.label(&means.means, Language::Fr));
    label.unwrap_or(&means.means).to_owned()
}

fn attempt(
    desk: &mut Desk<'_>,
    start: &StartOrder,
    order: &Order,
    provider: &Provider,
    means: &Means,
) -> Attempt {
    let ordinal = order.attempts.iter().map(|one| one.ordinal).max().unwrap_or(0) + 1;
    Attempt {
        id: desk.draw(Purpose::Attempt),
        ordinal,
        means: means.means.clone(),
        provider: provider.code.clone(),
        state: AttemptState::Created,
        reference: start.reference.clone(),
        transaction: String::new(),
        operator: String::new(),
        channel_reference: String::new(),
        handoff: Handoff::None,
        reason: String::new(),
        started_at: desk.now,
        expires_at: Some(expiry(desk, order, means)),
        ended_at: None,
        due: None,
        polls: 0,
    }
}

/// Until when an attempt is honoured: what the issuer agreed for references, else the means.
fn expiry(desk: &Desk<'_>, order: &Order, means: &Means) -> acquit_domain::Timestamp {
    let agreement = desk.book.agreement(&order.issuer);
    let seconds = match (means.handoff, means.start, agreement) {
        (HandoffKind::Reference, Start::Call, Some(agreement)) => {
            u64::from(agreement.reference_minutes).saturating_mul(60)
        }
        _ => u64::from(means.seconds),
    };
    later(desk.now, seconds)
}

/// What is known of how the payer goes on before the provider was asked. Addresses and secrets
/// are the shell's: a form is filled by it.
fn handoff(order: &Order, attempt: &Attempt, means: &Means) -> Handoff {
    match (means.start, means.handoff) {
        (Start::Call, _) => Handoff::None,
        (_, HandoffKind::Form) => Handoff::Form { url: String::new(), fields: Vec::new() },
        (_, HandoffKind::Redirect) => Handoff::Redirect { url: String::new() },
        (_, HandoffKind::Reference | HandoffKind::Instructions) => {
            let reference = match attempt.reference.as_str() {
                "" => &order.number,
                reference => reference,
            };
            Handoff::Instructions {
                lines: vec![
                    ("reference".to_owned(), reference.to_owned()),
                    ("amount".to_owned(), amount(order.total.minor, order.total.currency)),
                    ("currency".to_owned(), order.total.currency.code().to_owned()),
                ],
            }
        }
    }
}

/// The deadline of an order: its own clock, and not before its attempts and the time after them
/// in which news may still come.
pub(super) fn order_due(
    desk: &Desk<'_>,
    order: &Order,
    attempt: &Attempt,
    means: &Means,
) -> acquit_domain::pay::Due {
    let seconds =
        step::clock(desk.book, "order", "created").map_or(259_200, |(seconds, _)| seconds);
    let mut due = due_in(desk.now, seconds, "ran_out");
    let grace = u64::from(means.grace_seconds);
    let late = attempt.expires_at.map(|at| later(at, grace));
    due.at = due.at.max(late.unwrap_or(due.at));
    due.at = due.at.max(order.due.as_ref().map_or(due.at, |due| due.at));
    due
}
