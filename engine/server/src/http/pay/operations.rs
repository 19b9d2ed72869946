//! What operators do about payments, each with a reason and a row in the log.

use super::super::app::App;
use super::super::authentication::Caller;
use super::super::inbox::problem;
use super::super::language::Spoken;
use super::super::operator::{Why, reason, record};
use super::super::posted::Posted;
use super::super::problem::{Code, Problem, ProblemWire};
use super::super::query::{Path, unread};
use super::super::wire::{DoneWire, InvoiceKeyWire, MoneyWire};
use super::id;
use super::start::refusal;
use crate::shell::Arrival;
use acquit_domain::{Channel, Currency, InvoiceKey, InvoiceNumber, Media, Money, PartyCode, Role};
use acquit_flow::Occurrence;
use acquit_flow::pay::{Afterwards, Operation, OperatorAction};
use acquit_mapping::language::Language;
use axum::Json;
use axum::extract::State;
use serde::Deserialize;
use std::sync::Arc;
use utoipa::ToSchema;

type Done = Result<Json<DoneWire>, Problem>;

/// Has an operation decided and stored; a problem under its code when the rules refuse it.
async fn act(
    app: &App,
    caller: &Caller,
    language: Language,
    why: &str,
    what: Operation,
    told: serde_json::Value,
) -> Done {
    caller.allow(&[Role::Operator])?;
    let reason = reason(why)?;
    let bytes = serde_json::json!({ "operation": told, "reason": reason }).to_string();
    let arrival = Arrival {
        partner: Some(caller.party.clone()),
        media: Media::Json,
        ..Arrival::over(Channel::Http)
    };
    let parcel = arrival.parcel(&app.engine.clock, bytes.into_bytes());
    let action = OperatorAction { user: caller.party.to_string(), reason, what };
    let decided = app.cashier.decide(parcel, Occurrence::Operator(action)).await;
    let outcome = decided.map_err(problem)?;
    let exchange = outcome.exchanges.first().map_or(outcome.parcel.id, |row| row.id);
    let done = outcome.payments.reply.as_ref().is_some_and(|reply| reply.code == "OK");
    match done {
        true => Ok(Json(DoneWire::of(&outcome))),
        false => Err(refusal(app, &outcome.findings, exchange, language)),
    }
}

/// The invoice an address or a body names.
fn invoice(app: &App, issuer: &str, number: &str) -> Result<InvoiceKey, Problem> {
    let issuer = PartyCode::new(&app.code_of(issuer)).ok_or_else(Problem::not_found)?;
    let number = InvoiceNumber::new(number).ok_or_else(Problem::not_found)?;
    Ok(InvoiceKey { issuer, number })
}

/// An amount as this API writes it, in the currency of what it is taken from: digits, a point,
/// not more decimals than the currency has.
fn minor(field: &str, given: &MoneyWire) -> Result<Money, Problem> {
    let wrong = || Problem::new(Code::Request, format!("{field}: no amount above zero."));
    let currency = Currency::of(&given.currency).ok_or_else(wrong)?;
    let (whole, cents) = given.amount.split_once('.').unwrap_or((&given.amount, ""));
    let digits = usize::from(currency.digits());
    let plain = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    let pointed = given.amount.contains('.') && cents.is_empty();
    if whole.is_empty() || pointed || cents.len() > digits || !plain(whole) || !plain(cents) {
        return Err(wrong());
    }
    let minor: i64 = format!("{whole}{cents:0<digits$}").parse().map_err(|_| wrong())?;
    if minor > 0 { Ok(Money::new(minor, currency)) } else { Err(wrong()) }
}

macro_rules! on_invoice {
    ($name:ident, $path:literal, $operation:ident, $word:literal, $doc:literal) => {
        #[doc = $doc]
        #[utoipa::path(post, path = $path, tag = "operations",
            params(("issuer" = String, Path), ("number" = String, Path)), request_body = Why,
            responses(
                (status = 200, body = DoneWire),
                (status = 404, body = ProblemWire),
                (status = 409, description = "The rules refuse it", body = ProblemWire),
            ))]
        pub(in super::super) async fn $name(
            State(app): State<Arc<App>>,
            caller: Caller,
            Path((issuer, number)): Path<(String, String)>,
            Spoken(language): Spoken,
            Posted(why): Posted<Why>,
        ) -> Done {
            caller.allow(&[Role::Operator])?;
            let key = invoice(&app, &issuer, &number)?;
            let told = serde_json::json!({ $word: InvoiceKeyWire::from(&key) });
            act(&app, &caller, language, &why.reason, Operation::$operation(key), told).await
        }
    };
}

on_invoice!(
    block,
    "/v1/operator/invoices/{issuer}/{number}/block",
    Block,
    "block",
    "No new payment of the invoice may start, and money for it goes to suspense."
);
on_invoice!(
    unblock,
    "/v1/operator/invoices/{issuer}/{number}/unblock",
    Unblock,
    "unblock",
    "Payments of the invoice may start again; notices that were withheld go out."
);
on_invoice!(
    cancel,
    "/v1/operator/invoices/{issuer}/{number}/cancel",
    Cancel,
    "cancel",
    "Cancels the invoice in its issuer's name."
);

macro_rules! on_thing {
    ($name:ident, $path:literal, $operation:ident, $word:literal, $doc:literal) => {
        #[doc = $doc]
        #[utoipa::path(post, path = $path, tag = "operations",
            params(("id" = String, Path)), request_body = Why,
            responses(
                (status = 200, body = DoneWire),
                (status = 404, body = ProblemWire),
                (status = 409, description = "The rules refuse it", body = ProblemWire),
            ))]
        pub(in super::super) async fn $name(
            State(app): State<Arc<App>>,
            caller: Caller,
            Path(thing): Path<String>,
            Spoken(language): Spoken,
            Posted(why): Posted<Why>,
        ) -> Done {
            caller.allow(&[Role::Operator])?;
            let thing = id(&thing)?;
            let viewer = caller.viewer();
            let held = held::$name(&app.engine.store, &viewer, thing).await.map_err(unread)?;
            if !held {
                return Err(Problem::not_found());
            }
            let told = serde_json::json!({ $word: thing.to_string() });
            act(&app, &caller, language, &why.reason, Operation::$operation(thing), told).await
        }
    };
}

/// Whether there is such a thing.
mod held {
    use acquit_domain::Id;
    use acquit_store::{Result, Store, Viewer};

    pub(super) async fn resend_notice(store: &Store, viewer: &Viewer, id: Id) -> Result<bool> {
        Ok(store.notice(viewer, id).await?.is_some())
    }

    pub(super) async fn void_order(store: &Store, viewer: &Viewer, id: Id) -> Result<bool> {
        Ok(store.order(viewer, id).await?.is_some())
    }

    pub(super) async fn withdraw_request(store: &Store, viewer: &Viewer, id: Id) -> Result<bool> {
        Ok(store.request(viewer, id).await?.is_some())
    }
}

on_thing!(
    resend_notice,
    "/v1/operator/notices/{id}/resend",
    ResendNotice,
    "resend_notice",
    "Sends a notice to its issuer again, under a new number."
);
on_thing!(
    void_order,
    "/v1/operator/orders/{id}/void",
    VoidOrder,
    "void_order",
    "Takes an order back with its attempts. Money that comes all the same goes to suspense."
);
on_thing!(
    withdraw_request,
    "/v1/operator/invoice-requests/{id}/withdraw",
    WithdrawRequest,
    "withdraw_request",
    "Takes a request for invoices back."
);

/// Money in suspense to be put on an invoice.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(in super::super) struct Allocation {
    /// The invoice.
    invoice: InvoiceKeyWire,
    /// How much.
    amount: MoneyWire,
    /// Why.
    reason: String,
}

/// Puts money that lies in suspense on an invoice.
#[utoipa::path(post, path = "/v1/operator/funds/{id}/allocate", tag = "operations",
    params(("id" = String, Path)), request_body = Allocation,
    responses(
        (status = 200, body = DoneWire),
        (status = 404, body = ProblemWire),
        (status = 409, description = "The rules refuse it", body = ProblemWire),
    ))]
pub(in super::super) async fn allocate(
    State(app): State<Arc<App>>,
    caller: Caller,
    Path(funds): Path<String>,
    Spoken(language): Spoken,
    Posted(asked): Posted<Allocation>,
) -> Done {
    caller.allow(&[Role::Operator])?;
    let funds = id(&funds)?;
    let amount = of_funds(&app, funds, &asked.amount).await?;
    let key = invoice(&app, &asked.invoice.issuer, &asked.invoice.number)?;
    let told = serde_json::json!({ "allocate": funds.to_string(), "invoice": asked.invoice,
        "amount": asked.amount });
    let what = Operation::Allocate { funds, invoice: key, amount_minor: amount.minor };
    act(&app, &caller, language, &asked.reason, what, told).await
}

/// An amount of money that is there, in its currency.
async fn of_funds(app: &App, id: acquit_domain::Id, given: &MoneyWire) -> Result<Money, Problem> {
    let held = app.engine.store.funds(id).await.map_err(unread)?.ok_or_else(Problem::not_found)?;
    let amount = minor("amount", given)?;
    match amount.currency == held.currency {
        true => Ok(amount),
        false => {
            let detail = format!("amount: this money is in {}.", held.currency.code());
            Err(Problem::new(Code::Request, detail))
        }
    }
}

/// Money to be paid back.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(in super::super) struct Refund {
    /// How much; what lies in suspense goes first.
    amount: MoneyWire,
    /// What becomes of an invoice that was paid with it: `reopens` or `cancels`.
    then: Then,
    /// Why.
    reason: String,
}

/// What becomes of an invoice whose money is paid back.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub(in super::super) enum Then {
    /// It is due again.
    Reopens,
    /// It is cancelled.
    Cancels,
}

/// Pays money back. A provider that has a call for it is asked, and the money is entered as paid
/// back when it says yes: until then the refund is `refund_reopens` or `refund_cancels` and nothing
/// moves. A refusal, or no answer, opens a case. Where there is no such call, paying back is done
/// by hand and the ledger says so at once.
#[utoipa::path(post, path = "/v1/operator/funds/{id}/refund", tag = "operations",
    params(("id" = String, Path)), request_body = Refund,
    responses(
        (status = 200, body = DoneWire),
        (status = 404, body = ProblemWire),
        (status = 409, description = "The rules refuse it", body = ProblemWire),
    ))]
pub(in super::super) async fn refund(
    State(app): State<Arc<App>>,
    caller: Caller,
    Path(funds): Path<String>,
    Spoken(language): Spoken,
    Posted(asked): Posted<Refund>,
) -> Done {
    caller.allow(&[Role::Operator])?;
    let funds = id(&funds)?;
    let amount = of_funds(&app, funds, &asked.amount).await?;
    let (then, word) = match asked.then {
        Then::Reopens => (Afterwards::Reopens, "reopens"),
        Then::Cancels => (Afterwards::Cancels, "cancels"),
    };
    let told = serde_json::json!({ "refund": funds.to_string(), "amount": asked.amount,
        "then": word });
    let what = Operation::Refund { funds, amount_minor: amount.minor, then };
    act(&app, &caller, language, &asked.reason, what, told).await
}

/// What became of a refund.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(in super::super) struct Made {
    /// True when the provider paid it back.
    made: bool,
    /// Why.
    reason: String,
}

/// Says what became of a refund that its provider was asked for and did not answer; `{id}` is the
/// refund's, or that of the money that came.
#[utoipa::path(post, path = "/v1/operator/funds/{id}/settle-refund", tag = "operations",
    params(("id" = String, Path)), request_body = Made,
    responses(
        (status = 200, body = DoneWire),
        (status = 404, body = ProblemWire),
        (status = 409, description = "It is no refund that waits", body = ProblemWire),
    ))]
pub(in super::super) async fn settle_refund(
    State(app): State<Arc<App>>,
    caller: Caller,
    Path(refund): Path<String>,
    Spoken(language): Spoken,
    Posted(asked): Posted<Made>,
) -> Done {
    caller.allow(&[Role::Operator])?;
    let refund = id(&refund)?;
    let held = app.engine.store.funds(refund).await.map_err(unread)?;
    held.ok_or_else(Problem::not_found)?;
    let told = serde_json::json!({ "settle_refund": refund.to_string(), "made": asked.made });
    let what = Operation::SettleRefund { refund, made: asked.made };
    act(&app, &caller, language, &asked.reason, what, told).await
}

/// How a bank decided a dispute.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(in super::super) struct Settled {
    /// True when the money stays with us.
    won: bool,
    /// Why.
    reason: String,
}

/// The bank decided a dispute about money: won, or lost.
#[utoipa::path(post, path = "/v1/operator/funds/{id}/settle-dispute", tag = "operations",
    params(("id" = String, Path)), request_body = Settled,
    responses(
        (status = 200, body = DoneWire),
        (status = 404, body = ProblemWire),
        (status = 409, description = "There is no dispute about it", body = ProblemWire),
    ))]
pub(in super::super) async fn settle_dispute(
    State(app): State<Arc<App>>,
    caller: Caller,
    Path(funds): Path<String>,
    Spoken(language): Spoken,
    Posted(asked): Posted<Settled>,
) -> Done {
    caller.allow(&[Role::Operator])?;
    let funds = id(&funds)?;
    let held = app.engine.store.funds(funds).await.map_err(unread)?;
    held.ok_or_else(Problem::not_found)?;
    let told = serde_json::json!({ "settle_dispute": funds.to_string(), "won": asked.won });
    let what = Operation::SettleDispute { funds, won: asked.won };
    act(&app, &caller, language, &asked.reason, what, told).await
}

/// Closes a case: it needs no more attention.
#[utoipa::path(post, path = "/v1/operator/cases/{id}/close", tag = "operations",
    params(("id" = String, Path)), request_body = Why,
    responses(
        (status = 200, body = DoneWire),
        (status = 404, body = ProblemWire),
        (status = 409, description = "It is closed", body = ProblemWire),
    ))]
pub(in super::super) async fn close_case(
    State(app): State<Arc<App>>,
    caller: Caller,
    Path(case): Path<String>,
    Spoken(language): Spoken,
    Posted(why): Posted<Why>,
) -> Done {
    caller.allow(&[Role::Operator])?;
    let held = app.engine.store.case(id(&case)?).await.map_err(unread)?;
    let held = held.ok_or_else(Problem::not_found)?;
    let told = serde_json::json!({ "close_case": held.id.to_string() });
    let what = Operation::CloseCase {
        case: held.id,
        invoice: held.invoice,
        order: held.order,
        funds: held.funds,
    };
    act(&app, &caller, language, &why.reason, what, told).await
}

/// Delivers an e-mail or a webhook that was given up once more.
#[utoipa::path(post, path = "/v1/operator/deliveries/{id}/again", tag = "operations",
    params(("id" = String, Path)), request_body = Why,
    responses((status = 200, body = DoneWire), (status = 404, body = ProblemWire)))]
pub(in super::super) async fn deliver_again(
    State(app): State<Arc<App>>,
    caller: Caller,
    Path(delivery): Path<String>,
    Posted(why): Posted<Why>,
) -> Done {
    caller.allow(&[Role::Operator])?;
    let reason = reason(&why.reason)?;
    let delivery = id(&delivery)?;
    let now = app.engine.clock.now();
    let exchange = record(&app, &caller, &format!("Envoi {delivery} à refaire : {reason}")).await?;
    match app.engine.store.delivery_again(delivery, now).await.map_err(unread)? {
        true => Ok(Json(DoneWire::bare(exchange))),
        false => Err(Problem::not_found()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts() {
        let check = |amount: &str, currency: &str, expected: Option<i64>| {
            let given = MoneyWire { amount: amount.to_owned(), currency: currency.to_owned() };
            assert_eq!(minor("amount", &given).ok().map(|money| money.minor), expected, "{amount}");
        };
        check("2642.40", "MAD", Some(264_240));
        check("2642.4", "MAD", Some(264_240));
        check("2642", "MAD", Some(264_200));
        check("0.01", "MAD", Some(1));
        check("1.005", "TND", Some(1005));
        for wrong in ["0", "0.00", "-1", "+1", "1.005", "1.", ".5", "", "1e3", "1 000", "١"] {
            check(wrong, "MAD", None);
        }
        check("1", "XXX", None);
        check("99999999999999999999", "MAD", None);
    }
}
