//! `GET /v1/receipts/{id}`: a receipt as JSON or as a document.

use super::super::app::App;
use super::super::authentication::Caller;
use super::super::language::language;
use super::super::media::{self, Wanted};
use super::super::problem::{Code, Problem, ProblemWire};
use super::super::query::{Path, unread};
use super::super::wire::{InvoiceKeyWire, NamedWire, ReceiptLineWire, ReceiptWire, ReferencesWire};
use super::{READERS, id};
use crate::receipts::{self, Facts};
use acquit_mapping::language::Language;
use acquit_mapping::rulebook::Rulebook;
use axum::Json;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::{IntoResponse, Response};
use std::sync::Arc;

/// A receipt: JSON, or with `Accept: application/pdf` the document, in the caller's language
/// (`Accept-Language`). The same receipt gives the same bytes each time.
#[utoipa::path(get, path = "/v1/receipts/{id}", tag = "payments", params(("id" = String, Path)),
    responses(
        (status = 200, description = "The receipt",
            content((ReceiptWire = "application/json"), (String = "application/pdf"))),
        (status = 404, body = ProblemWire),
    ))]
pub(in super::super) async fn one(
    State(app): State<Arc<App>>,
    caller: Caller,
    Path(receipt): Path<String>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    caller.allow(READERS)?;
    let engine = &app.engine;
    let receipt = engine.store.receipt(&caller.viewer(), id(&receipt)?).await.map_err(unread)?;
    let receipt = receipt.ok_or_else(Problem::not_found)?;
    let facts = receipts::facts(engine, &receipt).await.map_err(unread)?;
    let facts = facts.ok_or_else(Problem::not_found)?;
    let language = language(&headers);
    match media::wanted(&headers) {
        Wanted::Pdf => document(&app, facts, language).await,
        _ => Ok(Json(wire(&engine.book, &facts, language)).into_response()),
    }
}

fn wire(book: &Rulebook, facts: &Facts, language: Language) -> ReceiptWire {
    let given = |text: &str| Some(text.to_owned()).filter(|text| !text.is_empty());
    let (receipt, funds, issuer) = (&facts.receipt, &facts.funds, facts.issuer());
    let provider = &funds.key.provider;
    ReceiptWire {
        id: receipt.id.to_string(),
        number: receipt.number.clone(),
        at: receipt.at.to_string(),
        void_at: receipt.void_at.map(|at| at.to_string()),
        issuer: NamedWire { name: receipts::issuer_name(book, &issuer), code: issuer },
        client: NamedWire { code: facts.client.0.clone(), name: facts.client.1.clone() },
        means: funds.means.clone(),
        means_label: receipts::means_label(book, &funds.means, language),
        provider: NamedWire {
            name: receipts::provider_name(book, provider),
            code: provider.clone(),
        },
        operator: given(&funds.operator),
        references: ReferencesWire {
            order: facts.number().to_owned(),
            transaction: given(&funds.key.transaction),
            reference: given(&facts.reference),
            channel: given(&funds.reference),
        },
        lines: facts
            .lines
            .iter()
            .map(|line| ReceiptLineWire {
                invoice: InvoiceKeyWire::from(&line.invoice),
                issued_on: line.issued_on.map(|date| date.to_string()),
                amount: line.amount.into(),
            })
            .collect(),
        total: facts.total().into(),
        fees: facts.fees().into(),
        verification: facts.verification.clone(),
    }
}

/// The document. One whose payment went back is given no more: it would lie.
#[cfg(feature = "pdf")]
async fn document(app: &App, facts: Facts, language: Language) -> Result<Response, Problem> {
    use axum::http::{HeaderValue, header};
    if facts.receipt.void_at.is_some() {
        let detail = "The payment went back; this receipt is worth nothing any more.";
        return Err(Problem::new(Code::Refused, detail));
    }
    let number: String = facts.receipt.number.chars().filter(char::is_ascii_graphic).collect();
    let data = facts.data(&app.engine.book, language);
    // Drawing a page takes some milliseconds of a processor.
    let drawn = tokio::task::spawn_blocking(move || acquit_receipt::pdf(&data, language)).await;
    let Ok(Ok(bytes)) = drawn else {
        tracing::error!(receipt = number, "a receipt could not be drawn");
        return Err(Problem::new(Code::Internal, "The receipt could not be drawn."));
    };
    let mut response = bytes.into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/pdf"));
    let name = format!("attachment; filename=\"{}.pdf\"", number.replace(['"', '\\'], ""));
    if let Ok(value) = HeaderValue::from_str(&name) {
        headers.insert(header::CONTENT_DISPOSITION, value);
    }
    Ok(response)
}

#[cfg(not(feature = "pdf"))]
async fn document(_: &App, _: Facts, _: Language) -> Result<Response, Problem> {
    Err(Problem::new(Code::MediaType, "This server was built without documents."))
}
