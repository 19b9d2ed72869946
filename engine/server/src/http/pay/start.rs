//! `POST /v1/orders`: a wish to pay.

use super::super::app::App;
use super::super::authentication::Caller;
use super::super::inbox::{idempotency_key, problem};
use super::super::language::language;
use super::super::limits::{BEGIN_PATIENCE, ORDER_BODY_MAX};
use super::super::posted;
use super::super::problem::{Code, Problem, ProblemWire};
use super::super::query::unread;
use super::super::wire::{HandoffWire, InvoiceKeyWire, StartedWire};
use super::{refused, text, user};
use crate::shell::pay::ORDER_ENTRY;
use crate::shell::{Arrival, Refusal};
use acquit_domain::pay::Payer;
use acquit_domain::pay::order::ORDER_ITEMS_MAX;
use acquit_domain::{
    Channel, Finding, Id, InvoiceKey, InvoiceNumber, Keys, Media, Outcome, Parcel, PartyCode, Role,
};
use acquit_flow::Occurrence;
use acquit_flow::pay::StartOrder;
use acquit_mapping::language::Language;
use acquit_store::OrderFile;
use axum::Json;
use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use std::sync::Arc;
use std::time::Duration;
use utoipa::ToSchema;

/// Longest name of a payer, in characters.
const NAME_MAX: usize = 200;
/// Longest mailbox, in characters (RFC 5321, clause 4.5.3.1.3, less the angle brackets).
const EMAIL_MAX: usize = 254;
/// Longest telephone number, in characters.
const PHONE_MAX: usize = 40;
/// Longest number of a cheque or text of a transfer, in characters.
const REFERENCE_MAX: usize = 64;

/// A wish to pay.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(in super::super) struct NewOrder {
    /// The invoices, of one issuer and one client.
    invoices: Vec<InvoiceKeyWire>,
    /// The means: one of those listed with each invoice (`cmi.card`).
    channel: String,
    /// Who pays.
    #[serde(default)]
    payer: NewPayer,
    /// « Nom utilisateur ».
    #[serde(default)]
    user: String,
    /// Number of the cheque, or what the payer writes on the transfer.
    #[serde(default)]
    reference: String,
}

/// Who pays, when it is not simply the client: a portal may name another (by mandate).
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub(in super::super) struct NewPayer {
    /// Name.
    name: String,
    /// E-mail for notices.
    email: String,
    /// Telephone.
    phone: String,
    /// Language of what is sent: `fr`, `en` or `ar`; that of `Accept-Language` when not said.
    language: String,
}

/// Starts a payment: makes an order, or a further attempt at a live order of just these invoices.
/// With an `Idempotency-Key` a repeat of the same bytes gets the same order and attempt again.
///
/// When the provider has to be asked first the answer waits for it some seconds; 202 says that
/// it has not answered yet: ask for the order a little later.
#[utoipa::path(post, path = "/v1/orders", tag = "payments", request_body = NewOrder,
    params(("Idempotency-Key" = Option<String>, Header)),
    responses(
        (status = 200, description = "How the payer goes on", body = StartedWire),
        (status = 202, description = "The provider has not answered yet", body = StartedWire),
        (status = 400, body = ProblemWire),
        (status = 403, body = ProblemWire),
        (status = 404, description = "No such invoice for this caller", body = ProblemWire),
        (status = 409, description = "The rules refuse it (STATE-BLOCKED, ORDER-LIVE, \
            MEANS-NOT-ALLOWED, ORDER-ISSUERS ..), or the idempotency key was used before",
            body = ProblemWire),
        (status = 413, body = ProblemWire),
        (status = 503, description = "Not stored; try again", body = ProblemWire),
    ))]
pub(in super::super) async fn post(
    State(app): State<Arc<App>>,
    caller: Caller,
    request: Request,
) -> Result<Response, Problem> {
    caller.allow(&[Role::Client, Role::Portal])?;
    let (parts, body) = request.into_parts();
    let idempotency_key = idempotency_key(&parts.headers)?;
    let language = language(&parts.headers);
    let _share = app.shares.take(&caller.party, 0)?;
    let (wish, bytes) =
        posted::read::<NewOrder>(&app, &parts.headers, body, ORDER_BODY_MAX).await?;
    let start = wish.start(&app, &caller, language)?;
    let arrival = Arrival {
        partner: Some(caller.party.clone()),
        media: Media::Json,
        idempotency_key,
        ..Arrival::over(Channel::Http)
    };
    let parcel = arrival.parcel(&app.engine.clock, bytes);
    if let Some(response) = answered(&app, &caller, &parcel, language).await? {
        return Ok(response);
    }
    own(&app, &caller, &start).await?;
    match app.cashier.decide(parcel.clone(), Occurrence::Start(start)).await {
        Ok(outcome) => decided(&app, &caller, &outcome, language).await,
        Err(Refusal::Repeat) => {
            let again = answered(&app, &caller, &parcel, language).await?;
            again.ok_or_else(|| problem(Refusal::Repeat))
        }
        Err(refusal) => Err(problem(refusal)),
    }
}

impl NewOrder {
    /// What is to be decided.
    fn start(self, app: &App, caller: &Caller, spoken: Language) -> Result<StartOrder, Problem> {
        if self.invoices.is_empty() || self.invoices.len() > ORDER_ITEMS_MAX {
            let detail = format!("invoices: 1 to {ORDER_ITEMS_MAX} are paid together.");
            return Err(Problem::new(Code::Request, detail));
        }
        let mut invoices = Vec::with_capacity(self.invoices.len());
        for named in &self.invoices {
            let key = key(app, named)?;
            if invoices.contains(&key) {
                let detail = format!("invoices: {} stands there twice.", key.number);
                return Err(Problem::new(Code::Request, detail));
            }
            invoices.push(key);
        }
        let language = match self.payer.language.as_str() {
            "" => spoken,
            given => Language::of(given)
                .ok_or_else(|| Problem::new(Code::Request, "payer.language: one of fr, en, ar."))?,
        };
        let payer = Payer {
            name: text("payer.name", &self.payer.name, NAME_MAX)?,
            email: mailbox(&self.payer.email)?,
            phone: text("payer.phone", &self.payer.phone, PHONE_MAX)?,
            language: language.key().to_owned(),
        };
        Ok(StartOrder {
            invoices,
            means: text("channel", &self.channel, REFERENCE_MAX)?,
            payer,
            user: user(&self.user, caller),
            reference: text("reference", &self.reference, REFERENCE_MAX)?,
        })
    }
}

/// The invoice a body names.
fn key(app: &App, named: &InvoiceKeyWire) -> Result<InvoiceKey, Problem> {
    let issuer = PartyCode::new(&app.code_of(&named.issuer)).ok_or_else(Problem::not_found)?;
    let number = InvoiceNumber::new(&named.number).ok_or_else(Problem::not_found)?;
    Ok(InvoiceKey { issuer, number })
}

/// A mailbox, or nothing: one `@` with something on both sides, and nothing that could end a
/// header. Whether it exists only a letter can tell.
fn mailbox(given: &str) -> Result<String, Problem> {
    let address = text("payer.email", given, EMAIL_MAX)?;
    let parts = address.split_once('@');
    let whole = parts.is_some_and(|(name, host)| {
        let plain = |c: char| !c.is_whitespace() && !"<>,;\"\\()[]:".contains(c);
        !name.is_empty() && host.contains('.') && !host.contains('@') && address.chars().all(plain)
    });
    match address.is_empty() || whole {
        true => Ok(address),
        false => Err(Problem::new(Code::Request, "payer.email: this is no mailbox.")),
    }
}

/// All the invoices must be there for this caller; what is not there and what is another's are
/// answered alike.
async fn own(app: &App, caller: &Caller, start: &StartOrder) -> Result<(), Problem> {
    let keys = Keys { invoices: start.invoices.iter().cloned().collect(), ..Keys::default() };
    let known = app.engine.store.known(&keys).await.map_err(unread)?;
    let seen = |key: &InvoiceKey| {
        known.invoices.get(key).is_some_and(|invoice| {
            caller.role == Role::Portal || invoice.client.code == caller.party.as_str()
        })
    };
    match start.invoices.iter().all(seen) {
        true => Ok(()),
        false => Err(Problem::not_found()),
    }
}

/// The answer given before under the idempotency key of a parcel, again.
async fn answered(
    app: &App,
    caller: &Caller,
    parcel: &Parcel,
    language: Language,
) -> Result<Option<Response>, Problem> {
    if parcel.idempotency_key.is_empty() {
        return Ok(None);
    }
    let (party, key) = (caller.party.clone(), parcel.idempotency_key.clone());
    let stored = app.engine.store.idempotent(party, key).await.map_err(unread)?;
    let Some(stored) = stored else { return Ok(None) };
    if stored.sha256 != parcel.sha256 {
        return Err(problem(Refusal::Mismatch));
    }
    let entry = stored.messages.iter().find(|entry| entry.kind == ORDER_ENTRY);
    let named = entry.and_then(|entry| {
        let (order, ordinal) = entry.reference.split_once('/')?;
        Some((order.parse::<Id>().ok()?, ordinal.parse::<u32>().ok()?))
    });
    match named {
        Some((order, ordinal)) => started(app, caller, order, ordinal).await.map(Some),
        None => Err(refusal(app, &stored.findings, stored.parcel, language)),
    }
}

/// What is said of what was decided.
async fn decided(
    app: &App,
    caller: &Caller,
    outcome: &Outcome,
    language: Language,
) -> Result<Response, Problem> {
    let reply = outcome.payments.reply.as_ref();
    let begun = reply
        .filter(|reply| reply.code == "OK")
        .and_then(|reply| reply.order.map(|order| (order, reply.attempt)));
    let Some((order, ordinal)) = begun else {
        let exchange = outcome.exchanges.first().map_or(outcome.parcel.id, |row| row.id);
        return Err(refusal(app, &outcome.findings, exchange, language));
    };
    started(app, caller, order, ordinal).await
}

/// The attempt as the payer is told of it.
async fn started(app: &App, caller: &Caller, order: Id, ordinal: u32) -> Result<Response, Problem> {
    let patience = match app.engine.calls.are_made() {
        true => BEGIN_PATIENCE,
        false => Duration::ZERO,
    };
    let file = app.cashier.begun(&caller.viewer(), order, ordinal, patience).await;
    let file = file.map_err(unread)?.ok_or_else(Problem::not_found)?;
    Ok(told(app, &file, ordinal)?.into_response())
}

fn told(
    app: &App,
    file: &OrderFile,
    ordinal: u32,
) -> Result<(StatusCode, Json<StartedWire>), Problem> {
    let order = &file.order;
    let attempt = order.attempt(ordinal).ok_or_else(Problem::not_found)?;
    let handoff = HandoffWire::of(app.cashier.handoff(order, attempt));
    let waits = handoff.is_none() && attempt.state.is_live();
    let status = if waits { StatusCode::ACCEPTED } else { StatusCode::OK };
    Ok((status, Json(StartedWire::of(order, attempt, handoff))))
}

/// The problem of what the rules refused, under the code of what was found.
pub(super) fn refusal(
    app: &App,
    findings: &[Finding],
    exchange: Id,
    language: Language,
) -> Problem {
    let Some(first) = findings.first() else {
        return Problem::new(Code::Refused, "The rules refuse this.");
    };
    let findings = app.told(language).findings(findings);
    let detail = findings.first().map(|finding| finding.message.clone().unwrap_or_default());
    let detail = detail.filter(|text| !text.is_empty());
    Problem::new(Code::Refused, detail.unwrap_or_else(|| first.code.to_string())).about(
        refused(&first.code),
        findings,
        exchange.to_string(),
    )
}
