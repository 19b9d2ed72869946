//! What operators do, each with a name and a reason, and a row in the log.

use super::judge::left_on;
use super::reverse::{self, Reversal, Why};
use super::telling::{Telling, finding};
use super::{
    Operation, OperatorAction, case, effects, mail, notice, orders, receipt, refund, reply,
    request, start, step,
};
use crate::decide::Desk;
use acquit_domain::exchange::Function;
use acquit_domain::pay::{Account, CaseKind, FundsKey, FundsKind, FundsSource, Posting};
use acquit_domain::{Id, InvoiceKey, Severity, Verdict};
use acquit_mapping::lifecycle::{Effect, Event};

/// Decides what an operator does. What the rules refuse is refused by its code.
pub(super) fn decide(desk: &mut Desk<'_>, action: &OperatorAction) -> Verdict {
    let mut telling = Telling::new(Function::Ope, "").word("reason", action.reason.as_str());
    telling.user.clone_from(&action.user);
    let done = match &action.what {
        Operation::Block(key) => step_one(desk, key, Event::Block, &telling),
        Operation::Unblock(key) => step_one(desk, key, Event::Unblock, &telling),
        Operation::Cancel(key) => step_one(desk, key, Event::OperatorCancel, &telling),
        Operation::Allocate { funds, invoice, amount_minor } => {
            allocate(desk, *funds, invoice, *amount_minor, action, &telling)
        }
        Operation::Refund { funds, amount_minor, then } => {
            refund::ask(desk, *funds, *amount_minor, *then, &telling, &action.reason)
        }
        Operation::SettleRefund { refund, made } => {
            refund::settle(desk, *refund, *made, &telling, &action.reason)
        }
        Operation::SettleDispute { funds, won } => dispute(desk, *funds, *won, action, &telling),
        Operation::CloseCase { case, invoice, order, .. } => {
            close_case(desk, *case, invoice.as_ref(), *order, action, &telling)
        }
        Operation::ResendNotice(id) => {
            logged(desk, &telling, "Nouvel envoi", |desk| notice::resend(desk, *id))
        }
        Operation::VoidOrder(id) => logged(desk, &telling, "Commande annulée", |desk| {
            orders::void(desk, *id, &action.reason, &telling)
        }),
        Operation::WithdrawRequest(id) => logged(desk, &telling, "Demande retirée", |desk| {
            request::withdraw(desk, *id, &telling)
        }),
    };
    match done {
        Ok(()) => {
            reply::noted(desk, "OK");
            Verdict::Accepted
        }
        Err(code) => {
            let found = finding(code, Severity::Error, what(desk, action, code));
            desk.outcome.findings.push(found);
            reply::refuse(desk, code);
            Verdict::Rejected
        }
    }
}

/// What was wrong with an action: the amount, where it is that; else why it was wanted.
fn what(desk: &Desk<'_>, action: &OperatorAction, code: &str) -> String {
    match action.what {
        Operation::Allocate { funds, amount_minor, .. }
        | Operation::Refund { funds, amount_minor, .. }
            if code == "PAY-LEFT" =>
        {
            let currency = desk.funds_by_id(funds).map(|funds| funds.currency);
            let of = |currency| mail::money(amount_minor, currency);
            currency.map_or_else(|| amount_minor.to_string(), of)
        }
        _ => action.reason.clone(),
    }
}

type Done = Result<(), &'static str>;

fn step_one(desk: &mut Desk<'_>, key: &InvoiceKey, event: Event, telling: &Telling) -> Done {
    let Some(stepped) = step::invoice(desk, key, event, 0, telling) else {
        return Err("INV-UNKNOWN");
    };
    if stepped.refused.is_some() {
        return Err("STATE-EVENT");
    }
    effects::follow(desk, key, stepped.send, telling);
    Ok(())
}

/// Does something that has its own rows or none, and logs that it was done.
fn logged(
    desk: &mut Desk<'_>,
    telling: &Telling,
    text: &str,
    what: impl FnOnce(&mut Desk<'_>) -> bool,
) -> Done {
    let done = what(desk);
    let verdict = if done { Verdict::Accepted } else { Verdict::Rejected };
    let text = telling.fill(&format!("{text}: {{reason}}"));
    telling.note(desk, None, verdict, &text);
    if done { Ok(()) } else { Err("STATE-EVENT") }
}

/// Puts money that lies in suspense on an invoice: all that is due of it, or a part when it is
/// less.
fn allocate(
    desk: &mut Desk<'_>,
    id: Id,
    key: &InvoiceKey,
    minor: i64,
    action: &OperatorAction,
    telling: &Telling,
) -> Done {
    let Some(mut funds) = desk.funds_by_id(id) else { return Err("FUNDS-UNKNOWN") };
    let Some(invoice) = desk.invoice(key).cloned() else { return Err("INV-UNKNOWN") };
    // What the provider is asked to pay back is not put anywhere meanwhile.
    let free = left_on(desk, id, &Account::Suspense) - refund::asked_minor(desk, id);
    if funds.key.kind != FundsKind::Credit || invoice.gross.currency != funds.currency {
        return Err("PAY-CUR");
    }
    let due = invoice.balance().minor;
    if minor <= 0 || minor > free || minor > due {
        return Err("PAY-LEFT");
    }
    if !start::is_payable(&invoice) {
        return Err("STATE-EVENT");
    }
    let full = minor == due;
    let event = if full { Event::FundsAllocated } else { Event::FundsAllocatedPartly };
    let Some(stepped) = step::invoice(desk, key, event, minor, telling) else {
        return Err("INV-UNKNOWN");
    };
    debug_assert!(stepped.causes(Effect::Allocate));
    let exchange = stepped.exchange;
    let at = desk.now;
    funds.postings.extend([
        Posting { account: Account::Suspense, amount_minor: -minor, at, exchange },
        Posting { account: Account::Allocated(key.clone()), amount_minor: minor, at, exchange },
    ]);
    let empty = free == minor && refund::asked_minor(desk, id) == 0;
    if empty {
        step::funds(desk, &mut funds, "allocated");
        case::close_suspense(desk, id, &action.reason);
    }
    let number = receipt::give(desk, &funds);
    let order = after_allocation(desk, &funds, key, full, telling);
    if stepped.causes(Effect::TellIssuer) {
        let lines = [(key.clone(), desk.invoice(key).map_or(minor, |held| held.allocated_minor))];
        let function = acquit_domain::pay::NoticeFunction::Payment;
        notice::make(desk, function, order.as_ref(), &funds, &lines);
    }
    if let Some(order) = order {
        let receipt = desk.receipt_of(funds.id).map(|receipt| receipt.id);
        let paid = mail::money(minor, funds.currency);
        let more = [("amount", paid), ("receipt", number)];
        mail::send(desk, &order, "payment_confirmed", &more, receipt);
    }
    desk.put_funds(funds);
    Ok(())
}

/// The orders of an invoice that was paid from suspense: its own is settled, others are void.
fn after_allocation(
    desk: &mut Desk<'_>,
    funds: &acquit_domain::pay::Funds,
    key: &InvoiceKey,
    full: bool,
    telling: &Telling,
) -> Option<acquit_domain::pay::Order> {
    let own = funds.order.and_then(|id| desk.order(id));
    if let Some(mut order) = own.filter(|order| order.items.iter().any(|one| one.invoice == *key)) {
        let paid = order
            .items
            .iter()
            .all(|item| desk.invoice(&item.invoice).is_some_and(|held| held.balance().minor <= 0));
        if paid {
            step::order(desk, &mut order, "allocated");
        }
        desk.put_order(order);
    }
    if full {
        effects::void_orders(desk, key, telling);
    }
    funds.order.and_then(|id| desk.order(id))
}

/// Ends a dispute as the bank decided it.
fn dispute(
    desk: &mut Desk<'_>,
    id: Id,
    won: bool,
    action: &OperatorAction,
    telling: &Telling,
) -> Done {
    let Some(credit) = desk.funds_by_id(id) else { return Err("FUNDS-UNKNOWN") };
    let disputed = desk
        .open_cases()
        .iter()
        .any(|case| case.kind == CaseKind::Chargeback && case.funds == Some(id));
    if !disputed {
        return Err("STATE-EVENT");
    }
    if won {
        reverse::settle_won(desk, &credit, telling);
        return Ok(());
    }
    let minor = reverse::left_in_all(desk, id);
    if minor <= 0 {
        return Err("PAY-LEFT");
    }
    let key = FundsKey {
        provider: credit.key.provider.clone(),
        transaction: format!("{}/C", credit.key.transaction),
        kind: FundsKind::Reversal,
    };
    if desk.funds(&key).is_some() {
        return Err("DUP-000");
    }
    let reversal = Reversal {
        why: Why::Chargeback,
        minor,
        key,
        source: FundsSource::Operator,
        reference: String::new(),
        resolution: action.reason.clone(),
        asked: None,
    };
    reverse::back(desk, &credit, &reversal, telling);
    Ok(())
}

fn close_case(
    desk: &mut Desk<'_>,
    id: Id,
    invoice: Option<&InvoiceKey>,
    order: Option<Id>,
    action: &OperatorAction,
    telling: &Telling,
) -> Done {
    if case::close(desk, |case| case.id == id, &action.reason) == 0 {
        return Err("STATE-EVENT");
    }
    // A case about a payment is one about every invoice of its order.
    let order = order.and_then(|id| desk.order(id));
    let items = order.iter().flat_map(|order| &order.items).map(|item| &item.invoice);
    let mut moved = false;
    for key in invoice.into_iter().chain(items) {
        moved |= case::undispute(desk, key, telling);
    }
    if !moved {
        let text = telling.fill("Dossier clos: {reason}");
        telling.note(desk, invoice, Verdict::Accepted, &text);
    }
    Ok(())
}
