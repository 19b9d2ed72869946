//! Invoices: the list people search, and the whole « Suivi de la facture » of one.

use super::app::App;
use super::authentication::Caller;
use super::problem::{Code, Problem, ProblemWire};
use super::query::{Path, Query, page_size, unread, word};
use super::wire::{InvoiceExchangeWire, InvoiceItemWire, InvoiceWire, Page, PaymentWire};
use acquit_domain::{
    Date, Invoice, InvoiceKey, InvoiceKind, InvoiceNumber, PartyCode, Role, Status,
};
use acquit_mapping::rulebook::Rulebook;
use acquit_store::{InvoiceFilter, PageRequest, SORT_COLUMNS, Sort};
use axum::Json;
use axum::extract::State;
use serde::Deserialize;
use std::sync::Arc;
use utoipa::IntoParams;

/// Who may look at invoices at all; which ones is the store's to say.
const READERS: &[Role] = &[Role::Client, Role::Portal, Role::Issuer, Role::Operator];

/// What to look for, in which order, which page.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct Asked {
    /// « Numéro de la facture ».
    number: Option<String>,
    /// `principal`, `supplementary` or `credit_note`.
    kind: Option<String>,
    /// One of the seven statuses.
    status: Option<String>,
    /// « Date de la facture du », `YYYY-MM-DD`.
    issued_from: Option<String>,
    /// « Au », included.
    issued_to: Option<String>,
    /// Code of the issuer.
    issuer: Option<String>,
    /// Code of the client.
    client: Option<String>,
    /// « Prestation ».
    service: Option<String>,
    /// « Type d'opération ».
    operation: Option<String>,
    /// « Référence » of a service line.
    reference: Option<String>,
    /// Reference of a payment.
    payment_reference: Option<String>,
    /// A column, with a minus for the largest first: `-issued_on`. One of `issued_on`, `due_on`,
    /// `number`, `kind`, `issuer`, `client`, `net`, `gross`, `status`. Lists are not sorted by
    /// `vat`, which follows from two others, nor by `means`, of which an invoice has several: 400.
    sort: Option<String>,
    /// How many.
    limit: Option<u32>,
    /// The cursor of the page before.
    after: Option<String>,
}

impl Asked {
    /// What the store is asked.
    fn question(self, app: &App) -> Result<(InvoiceFilter, Sort, PageRequest), Problem> {
        let date = |text: &str| text.parse::<Date>().ok();
        let given = |text: Option<String>| text.filter(|text| !text.is_empty());
        let filter = InvoiceFilter {
            kind: word("kind", self.kind.as_ref(), InvoiceKind::of)?,
            status: word("status", self.status.as_ref(), Status::of)?,
            issued_from: word("issued_from", self.issued_from.as_ref(), date)?,
            issued_to: word("issued_to", self.issued_to.as_ref(), date)?,
            number: given(self.number),
            issuer: given(self.issuer).map(|issuer| app.code_of(&issuer)),
            client: given(self.client),
            service: given(self.service),
            operation: given(self.operation),
            reference: given(self.reference),
            payment_reference: given(self.payment_reference),
        };
        let sort = sort(self.sort.as_deref().unwrap_or_default())?;
        let page = PageRequest { limit: page_size(self.limit), after: given(self.after) };
        Ok((filter, sort, page))
    }
}

/// The order asked for, newest first when none is; the columns there are when it is none of them.
fn sort(text: &str) -> Result<Sort, Problem> {
    if text.is_empty() {
        return Ok(Sort::default());
    }
    Sort::of(text).ok_or_else(|| {
        let columns: Vec<&str> = SORT_COLUMNS.iter().map(|(_, key)| *key).collect();
        let detail = format!("sort: one of {}, with a minus for downwards.", columns.join(", "));
        Problem::new(Code::Request, detail)
    })
}

/// The invoices the caller may see: an issuer its own, a client those addressed to it, portals
/// and operators all.
#[utoipa::path(get, path = "/v1/invoices", tag = "invoices", params(Asked),
    responses(
        (status = 200, body = Page<InvoiceItemWire>),
        (status = 400, body = ProblemWire),
        (status = 403, body = ProblemWire),
    ))]
pub(super) async fn list(
    State(app): State<Arc<App>>,
    caller: Caller,
    Query(asked): Query<Asked>,
) -> Result<Json<Page<InvoiceItemWire>>, Problem> {
    caller.allow(READERS)?;
    let (filter, sort, page) = asked.question(&app)?;
    let store = &app.engine.store;
    let found = store.invoices(&caller.viewer(), &filter, sort, &page).await.map_err(unread)?;
    let book = &app.engine.book;
    Ok(Json(Page::of(found, |invoice| InvoiceItemWire {
        means: offered(book, invoice),
        ..InvoiceItemWire::from(invoice)
    })))
}

/// One invoice with everything about it.
#[utoipa::path(get, path = "/v1/invoices/{issuer}/{number}", tag = "invoices",
    params(("issuer" = String, Path), ("number" = String, Path)),
    responses((status = 200, body = InvoiceWire), (status = 404, body = ProblemWire)))]
pub(super) async fn one(
    State(app): State<Arc<App>>,
    caller: Caller,
    Path(path): Path<(String, String)>,
) -> Result<Json<InvoiceWire>, Problem> {
    caller.allow(READERS)?;
    let key = key(&app, &path)?;
    let file = app.engine.store.invoice(&caller.viewer(), &key).await.map_err(unread)?;
    let file = file.ok_or_else(Problem::not_found)?;
    let money = app.engine.store.payments_of(&caller.viewer(), &key).await.map_err(unread)?;
    let mut wire = InvoiceWire::from(&file);
    wire.payments = PaymentWire::all(&key, &money.unwrap_or_default());
    wire.item.means = offered(&app.engine.book, &file.invoice);
    if caller.role == Role::Issuer {
        // Whom a payer gives which reference to is no business of who is paid.
        wire.payments.iter_mut().for_each(PaymentWire::for_issuer);
    }
    Ok(Json(wire))
}

/// « Suivi des échanges » of one invoice: the guide's nine columns.
#[utoipa::path(get, path = "/v1/invoices/{issuer}/{number}/exchanges", tag = "invoices",
    params(("issuer" = String, Path), ("number" = String, Path)),
    responses(
        (status = 200, body = Page<InvoiceExchangeWire>),
        (status = 404, body = ProblemWire),
    ))]
pub(super) async fn exchanges(
    State(app): State<Arc<App>>,
    caller: Caller,
    Path(path): Path<(String, String)>,
) -> Result<Json<Page<InvoiceExchangeWire>>, Problem> {
    caller.allow(READERS)?;
    let key = key(&app, &path)?;
    let rows = app.engine.store.exchanges_of(&caller.viewer(), &key).await.map_err(unread)?;
    let rows = rows.ok_or_else(Problem::not_found)?;
    let items = rows.iter().map(|row| InvoiceExchangeWire::from(&row.exchange)).collect();
    Ok(Json(Page::whole(items)))
}

/// The means an invoice can be paid by: those agreed with its issuer now, else those it came with,
/// as far as somebody offers them.
fn offered(book: &Rulebook, invoice: &Invoice) -> Vec<String> {
    let agreed = book.agreement(&invoice.key.issuer).map(|agreement| &agreement.means);
    let means = agreed.unwrap_or(&invoice.means).iter();
    means.filter(|means| book.means(means).is_some()).cloned().collect()
}

/// The invoice an address names.
fn key(app: &App, (issuer, number): &(String, String)) -> Result<InvoiceKey, Problem> {
    let issuer = PartyCode::new(&app.code_of(issuer)).ok_or_else(Problem::not_found)?;
    let number = InvoiceNumber::new(number).ok_or_else(Problem::not_found)?;
    Ok(InvoiceKey { issuer, number })
}
