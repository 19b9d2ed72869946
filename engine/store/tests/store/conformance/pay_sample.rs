//! Outcomes about payments, made from a number, for the tests of this folder and the
//! measurements of this crate.
#![allow(dead_code, unreachable_pub, reason = "each test and measurement uses a part")]

use crate::sample;
use acquit_domain::outcome::InvoiceChange;
use acquit_domain::pay::{
    Account, Attempt, AttemptState, Case, CaseAction, CaseKind, Change, Delivery, DeliveryKind,
    DeliveryState, Due, Funds, FundsKey, FundsKind, FundsSource, FundsState, Handoff, Notice,
    NoticeFunction, NoticeLine, NoticeState, Order, OrderItem, OrderState, Payer, Posting, Receipt,
};
use acquit_domain::time::{SECOND, date_from_days};
use acquit_domain::*;

/// An instant of the stories told here.
pub fn at(seconds: i64) -> Timestamp {
    Timestamp(sample::START.0 + seconds * SECOND)
}

pub fn due(seconds: i64, event: &str) -> Option<Due> {
    Some(Due { at: at(seconds), event: event.to_owned() })
}

pub fn new<T>(after: T) -> Change<T> {
    Change { after, read_version: None }
}

/// A change of something read with `version`.
pub fn next<T>(after: T, version: i64) -> Change<T> {
    Change { after, read_version: Some(version) }
}

/// An outcome that moves one invoice on by one log row.
pub fn moved(n: u64, held: &Invoice, change: impl FnOnce(&mut Invoice)) -> Outcome {
    let mut outcome = sample::empty(sample::parcel(n, n.to_be_bytes().to_vec()));
    let mut invoice = held.clone();
    invoice.version += 1;
    change(&mut invoice);
    let mut row = sample::exchange(&outcome.parcel, &invoice, 1, Function::Fat);
    row.from = Some(held.state);
    row.to = Some(invoice.state);
    outcome.exchanges = sample::chain(&mut invoice, vec![row], held.exchanges);
    let read_version = Some(held.version);
    outcome.invoices =
        vec![InvoiceChange { invoice, read_version, content_changed: false, waiting: 0 }];
    outcome
}

/// The invoice an outcome leaves.
pub fn held(outcome: &Outcome) -> Invoice {
    outcome.invoices[0].invoice.clone()
}

pub fn attempt(order: Id, ordinal: u32) -> Attempt {
    let reference = format!("90{:011}", order.derive(7, ordinal).0 % 100_000_000_000);
    Attempt {
        id: order.derive(8, ordinal),
        ordinal,
        means: "fatourati.reference".to_owned(),
        provider: "FATOURATI".to_owned(),
        state: AttemptState::Issued,
        handoff: Handoff::Reference {
            reference: reference.clone(),
            expires_at: at(86_400),
            places: vec!["CASHPLUS".to_owned()],
        },
        reference,
        transaction: String::new(),
        operator: String::new(),
        channel_reference: String::new(),
        reason: String::new(),
        started_at: at(1),
        expires_at: Some(at(86_400)),
        ended_at: None,
        due: due(86_400, "expire"),
        polls: 0,
    }
}

/// An order of one invoice with one attempt.
pub fn order(n: u64, invoice: &Invoice) -> Order {
    let id = sample::parcel(n, Vec::new()).id.derive(4, 1);
    Order {
        id,
        number: format!("PN{n:010}"),
        issuer: invoice.key.issuer.clone(),
        client: invoice.client.code.clone(),
        client_name: invoice.client.name.clone(),
        payer: Payer {
            name: "A. Alami".to_owned(),
            email: "a@example.ma".to_owned(),
            phone: String::new(),
            language: "fr".to_owned(),
        },
        user: "alami".to_owned(),
        total: Money::new(invoice.gross.minor.abs(), invoice.gross.currency),
        items: vec![OrderItem {
            invoice: invoice.key.clone(),
            version: invoice.version,
            amount_minor: invoice.gross.minor.abs(),
            net_minor: invoice.net.minor,
        }],
        state: OrderState::Live,
        attempts: vec![attempt(id, 1)],
        due: due(90_000, "order_expired"),
        created_at: at(1),
        updated_at: at(1),
        version: 1,
    }
}

/// An order is started: the invoice is being paid.
pub fn started(n: u64, invoice: &Invoice) -> (Outcome, Order) {
    let mut outcome = moved(n, invoice, |invoice| invoice.state = InvoiceState::InProcess);
    let order = order(n, invoice);
    outcome.payments.orders = vec![new(order.clone())];
    (outcome, order)
}

/// A money fact whose postings are told by the first row of an outcome.
pub fn funds(outcome: &Outcome, transaction: &str, kind: FundsKind, amount: i64) -> Funds {
    Funds {
        id: outcome.parcel.id.derive(5, 1),
        key: FundsKey {
            provider: "FATOURATI".to_owned(),
            transaction: transaction.to_owned(),
            kind,
        },
        of: None,
        order: None,
        attempt: None,
        amount_minor: amount,
        currency: Currency::MAD,
        fee_minor: 0,
        means: "fatourati.reference".to_owned(),
        operator: "CASHPLUS".to_owned(),
        reference: format!("CH-{transaction}"),
        source: FundsSource::Callback,
        paid_on: date_from_days(20_454),
        entered_at: at(2),
        state: FundsState::Received,
        postings: Vec::new(),
        version: 1,
    }
}

pub fn posting(outcome: &Outcome, account: Account, amount_minor: i64) -> Posting {
    Posting { account, amount_minor, at: at(2), exchange: outcome.exchanges[0].id }
}

/// Money that pays the whole order: fact, receipt, notice, delivery, and the invoice with it.
pub fn paid(n: u64, invoice: &Invoice, order: &Order) -> (Outcome, Funds) {
    let amount = order.total.minor;
    let mut outcome = moved(n, invoice, |invoice| {
        invoice.state = InvoiceState::AwaitingIssuer;
        invoice.allocated_minor += amount;
    });
    let mut funds = funds(&outcome, &format!("T{n}"), FundsKind::Credit, amount);
    funds.order = Some(order.id);
    funds.attempt = Some(1);
    funds.state = FundsState::Allocated;
    funds.postings = vec![
        posting(&outcome, Account::Received, amount),
        posting(&outcome, Account::Allocated(invoice.key.clone()), amount),
    ];
    let mut after = order.clone();
    after.version += 1;
    after.state = OrderState::Paid;
    after.due = None;
    after.attempts[0].state = AttemptState::Captured;
    after.attempts[0].transaction = funds.key.transaction.clone();
    after.attempts[0].due = None;
    let receipt = receipt(&outcome, &funds, n);
    outcome.payments.deliveries = vec![delivery(&outcome, receipt.id)];
    outcome.payments.receipts = vec![receipt];
    outcome.payments.notices = vec![new(notice(&outcome, invoice, &after, &funds))];
    outcome.payments.orders = vec![next(after, order.version)];
    outcome.payments.funds = vec![new(funds.clone())];
    (outcome, funds)
}

pub fn receipt(outcome: &Outcome, funds: &Funds, n: u64) -> Receipt {
    Receipt {
        id: outcome.parcel.id.derive(6, 1),
        number: format!("2026-{n:08}"),
        order: funds.order,
        funds: funds.id,
        at: at(2),
        void_at: None,
    }
}

pub fn notice(outcome: &Outcome, invoice: &Invoice, order: &Order, funds: &Funds) -> Notice {
    Notice {
        id: outcome.parcel.id.derive(7, 1),
        issuer: invoice.key.issuer.clone(),
        function: NoticeFunction::Payment,
        order: Some(order.id),
        funds: funds.id,
        transaction: format!("TX-{}", funds.key.transaction),
        means: funds.means.clone(),
        paid_at: at(2),
        client: order.client.clone(),
        client_name: order.client_name.clone(),
        currency: funds.currency,
        lines: vec![NoticeLine {
            invoice: invoice.key.clone(),
            amount_minor: funds.amount_minor,
            issued_on: invoice.issued_on,
            due_on: invoice.due_on,
            confirmed: None,
        }],
        state: NoticeState::Sent,
        messages: vec![format!("M{}", funds.key.transaction)],
        motive: String::new(),
        due: due(93_600, "silent"),
        created_at: at(2),
        version: 1,
    }
}

pub fn delivery(outcome: &Outcome, receipt: Id) -> Delivery {
    Delivery {
        id: outcome.parcel.id.derive(9, 1),
        kind: DeliveryKind::Mail,
        to: "a@example.ma".to_owned(),
        subject: "payment_confirmed".to_owned(),
        language: "fr".to_owned(),
        values: vec![("amount".to_owned(), "2642,40".to_owned())],
        receipt: Some(receipt),
        state: DeliveryState::Waiting,
        tries: 0,
        last: String::new(),
        due: due(2, "deliver"),
        created_at: at(2),
    }
}

pub fn case(outcome: &Outcome, invoice: &Invoice, funds: Option<Id>) -> Case {
    Case {
        id: outcome.parcel.id.derive(10, 1),
        kind: CaseKind::Double,
        invoice: Some(invoice.key.clone()),
        order: None,
        funds,
        text: "Paid twice.".to_owned(),
        actions: vec![CaseAction::Refund, CaseAction::Contact],
        exchange: outcome.exchanges[0].id,
        opened_at: at(3),
        closed_at: None,
        resolution: String::new(),
    }
}

/// Money nobody asked for, told about an invoice but left in suspense, with a case.
pub fn orphan(n: u64, invoice: &Invoice, amount: i64) -> (Outcome, Funds) {
    let mut outcome = moved(n, invoice, |_| ());
    let mut funds = funds(&outcome, &format!("T{n}"), FundsKind::Credit, amount);
    funds.state = FundsState::Suspended;
    funds.postings = vec![
        posting(&outcome, Account::Received, amount),
        posting(&outcome, Account::Suspense, amount),
    ];
    outcome.payments.cases = vec![case(&outcome, invoice, Some(funds.id))];
    outcome.payments.funds = vec![new(funds.clone())];
    (outcome, funds)
}
