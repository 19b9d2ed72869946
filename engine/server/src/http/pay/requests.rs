//! « Demande de facture »: asking an issuer for invoices.

use super::super::app::App;
use super::super::authentication::Caller;
use super::super::inbox::{idempotency_key, problem};
use super::super::language::language;
use super::super::limits::ORDER_BODY_MAX;
use super::super::posted;
use super::super::problem::{Code, Problem, ProblemWire};
use super::super::query::{Path, Query, page_size, unread, word};
use super::super::wire::{Page, RequestWire};
use super::start::refusal;
use super::{cursor, id, page, text, user};
use crate::shell::pay::ORDER_ENTRY;
use crate::shell::{Arrival, Refusal};
use acquit_domain::pay::{InvoiceRequest, RequestState};
use acquit_domain::{Channel, Id, Media, PartyCode, Role};
use acquit_flow::Occurrence;
use acquit_flow::pay::AskInvoices;
use axum::Json;
use axum::extract::{Request, State};
use serde::Deserialize;
use std::sync::Arc;
use utoipa::{IntoParams, ToSchema};

/// Longest terminal, number of a client or number of an invoice, in characters.
const NAME_MAX: usize = 64;

/// Who asks for invoices, and sees what was asked.
const ASKERS: &[Role] = &[Role::Client, Role::Portal];
/// Who sees what was asked.
const READERS: &[Role] = &[Role::Client, Role::Portal, Role::Issuer, Role::Operator];

/// A request for the unpaid invoices of a client, or for one invoice.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(in super::super) struct NewRequest {
    /// Code of the issuer.
    issuer: String,
    /// The terminal (« Port Casablanca »).
    #[serde(default)]
    terminal: String,
    /// The client's number at the issuer.
    #[serde(default)]
    client_id: String,
    /// Number of the invoice.
    #[serde(default)]
    number: String,
    /// Customs code of the client; said by portals, a client's own is known.
    #[serde(default)]
    client: String,
    /// « Nom utilisateur ».
    #[serde(default)]
    user: String,
}

/// Asks an issuer for the unpaid invoices of a client, or for one invoice. The answer comes
/// later: ask for the request.
#[utoipa::path(post, path = "/v1/invoice-requests", tag = "payments",
    request_body = NewRequest,
    params(("Idempotency-Key" = Option<String>, Header)),
    responses(
        (status = 200, body = RequestWire),
        (status = 400, body = ProblemWire),
        (status = 403, body = ProblemWire),
        (status = 404, description = "No agreement with such an issuer", body = ProblemWire),
        (status = 409, body = ProblemWire),
    ))]
pub(in super::super) async fn post(
    State(app): State<Arc<App>>,
    caller: Caller,
    request: Request,
) -> Result<Json<RequestWire>, Problem> {
    caller.allow(ASKERS)?;
    let (parts, body) = request.into_parts();
    let idempotency_key = idempotency_key(&parts.headers)?;
    let language = language(&parts.headers);
    let _share = app.shares.take(&caller.party, 0)?;
    let (wish, bytes) =
        posted::read::<NewRequest>(&app, &parts.headers, body, ORDER_BODY_MAX).await?;
    let ask = wish.ask(&caller)?;
    terminal(&app, &ask)?;
    let arrival = Arrival {
        partner: Some(caller.party.clone()),
        media: Media::Json,
        idempotency_key,
        ..Arrival::over(Channel::Http)
    };
    let parcel = arrival.parcel(&app.engine.clock, bytes);
    let (key, sha256) = (parcel.idempotency_key.clone(), parcel.sha256);
    let decided = match again(&app, &caller, &key, sha256).await? {
        Some(request) => return found(&app, &caller, request).await,
        None => app.cashier.decide(parcel, Occurrence::Ask(ask)).await,
    };
    let outcome = match decided {
        Ok(outcome) => outcome,
        Err(Refusal::Repeat) => {
            let before = again(&app, &caller, &key, sha256).await?;
            let before = before.ok_or_else(|| problem(Refusal::Repeat))?;
            return found(&app, &caller, before).await;
        }
        Err(refused) => return Err(problem(refused)),
    };
    let reply = outcome.payments.reply.as_ref().filter(|reply| reply.code == "OK");
    match reply.and_then(|reply| reply.order) {
        Some(request) => found(&app, &caller, request).await,
        None => {
            let exchange = outcome.exchanges.first().map_or(outcome.parcel.id, |row| row.id);
            Err(refusal(&app, &outcome.findings, exchange, language))
        }
    }
}

impl NewRequest {
    fn ask(self, caller: &Caller) -> Result<AskInvoices, Problem> {
        let unknown = |field: &str| Problem::new(Code::Request, format!("{field}: no code."));
        let client = match caller.role {
            Role::Client => caller.party.to_string(),
            _ => text("client", &self.client, NAME_MAX)?,
        };
        if client.is_empty() {
            return Err(Problem::new(Code::Request, "client: say for whom."));
        }
        if !self.client_id.trim().is_empty() && !self.number.trim().is_empty() {
            let detail = "client_id, number: one of the two, not both.";
            return Err(Problem::new(Code::Request, detail));
        }
        Ok(AskInvoices {
            issuer: PartyCode::new(&self.issuer).ok_or_else(|| unknown("issuer"))?,
            terminal: text("terminal", &self.terminal, NAME_MAX)?,
            client_id: text("client_id", &self.client_id, NAME_MAX)?,
            number: text("number", &self.number, NAME_MAX)?,
            client,
            user: user(&self.user, caller),
        })
    }
}

/// Refuses a terminal that the issuer does not have, when it is asked at its terminals only.
fn terminal(app: &App, ask: &AskInvoices) -> Result<(), Problem> {
    let known = app.gateway().map(|gateway| gateway.terminals(&ask.issuer)).unwrap_or_default();
    if ask.terminal.is_empty() || known.is_empty() || known.contains(&ask.terminal) {
        return Ok(());
    }
    let detail = format!("terminal: one of {}.", known.join(", "));
    Err(Problem::new(Code::Request, detail))
}

/// The request made before under an idempotency key.
async fn again(
    app: &App,
    caller: &Caller,
    key: &str,
    sha256: [u8; 32],
) -> Result<Option<Id>, Problem> {
    if key.is_empty() {
        return Ok(None);
    }
    let stored = app.engine.store.idempotent(caller.party.clone(), key.to_owned()).await;
    let Some(stored) = stored.map_err(unread)? else { return Ok(None) };
    if stored.sha256 != sha256 {
        return Err(problem(Refusal::Mismatch));
    }
    let entry = stored.messages.iter().find(|entry| entry.kind == ORDER_ENTRY);
    let request = entry.and_then(|entry| entry.reference.split_once('/')?.0.parse().ok());
    request.map(Some).ok_or_else(|| Problem::new(Code::Refused, "This was refused before."))
}

async fn found(app: &App, caller: &Caller, request: Id) -> Result<Json<RequestWire>, Problem> {
    let held = app.engine.store.request(&caller.viewer(), request).await.map_err(unread)?;
    held.map(|held| Json(RequestWire::from(&held))).ok_or_else(Problem::not_found)
}

/// Which requests.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(in super::super) struct Asked {
    /// `asked`, `found`, `empty`, `unanswered` or `withdrawn`.
    state: Option<String>,
    /// How many.
    limit: Option<u32>,
    /// The cursor of the page before.
    after: Option<String>,
}

/// The requests for invoices the caller may see, the latest first.
#[utoipa::path(get, path = "/v1/invoice-requests", tag = "payments", params(Asked),
    responses((status = 200, body = Page<RequestWire>), (status = 400, body = ProblemWire)))]
pub(in super::super) async fn list(
    State(app): State<Arc<App>>,
    caller: Caller,
    Query(asked): Query<Asked>,
) -> Result<Json<Page<RequestWire>>, Problem> {
    caller.allow(READERS)?;
    let state = word("state", asked.state.as_ref(), RequestState::of)?;
    let before = cursor(asked.after.as_ref())?;
    let limit = page_size(asked.limit);
    let found = app.engine.store.requests(&caller.viewer(), state, before, limit + 1).await;
    let wire = |request: &InvoiceRequest| RequestWire::from(request);
    Ok(Json(page(found.map_err(unread)?, limit, |request| request.id, wire)))
}

/// One request for invoices, with the invoices found.
#[utoipa::path(get, path = "/v1/invoice-requests/{id}", tag = "payments",
    params(("id" = String, Path)),
    responses((status = 200, body = RequestWire), (status = 404, body = ProblemWire)))]
pub(in super::super) async fn one(
    State(app): State<Arc<App>>,
    caller: Caller,
    Path(request): Path<String>,
) -> Result<Json<RequestWire>, Problem> {
    caller.allow(READERS)?;
    found(&app, &caller, id(&request)?).await
}
