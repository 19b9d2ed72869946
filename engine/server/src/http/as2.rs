//! `POST /as2`: messages and receipts of partners who speak AS2 (RFC 4130).
//!
//! Nobody has a key here: who a message is from is what its signature proves. What it holds is
//! taken the way parcels over HTTP are, and its receipt leaves after everything is stored.

use super::app::App;
use super::body::receive;
use super::inbox;
use super::limits::EDIFACT_BODY_MAX;
use super::problem::{Code, Problem};
use crate::shell::as2::{Given, Partners, Taken};
use acquit_connectors::as2::{Head, Posting, Told, is_receipt, names, unknown_partner, write};
use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use std::sync::Arc;
use tokio::sync::Semaphore;

/// The address.
pub(super) const ADDRESS: &str = "/as2";
/// Most messages received and opened at one time: none of them is proven to be from a partner yet.
const AT_ONCE: usize = 16;
static ROOM: Semaphore = Semaphore::const_new(AT_ONCE);

/// Takes a message or a receipt.
pub(super) async fn post(
    State(app): State<Arc<App>>,
    request: Request,
) -> Result<Response, Problem> {
    let partners: &Partners = app.as2.get().ok_or_else(Problem::not_found)?;
    let (parts, body) = request.into_parts();
    let headers = fields(&parts.headers);
    let Some((from, to)) = names(&headers) else {
        let detail = "AS2-From and AS2-To are to name the two partners.";
        return Err(Problem::new(Code::Request, detail).closing());
    };
    let busy = || Problem::new(Code::Busy, "Too many messages are being opened.").closing();
    let _room = ROOM.try_acquire().map_err(|_| busy())?;
    let Some(partner) = partners.find(&from, &to) else {
        return unknown(&app, &headers);
    };
    let received = receive(&app, &parts.headers, body, EDIFACT_BODY_MAX).await?;
    let taken = Taken { engine: &app.engine, intake: &app.intake, partner };
    if is_receipt(&headers, &received.bytes) {
        return match taken.receipt(&headers, &received.bytes).await {
            Ok(()) => Ok(StatusCode::OK.into_response()),
            Err(why) => Err(Problem::new(Code::Request, why)),
        };
    }
    let head = Head::read(&headers)
        .map_err(|fault| Problem::new(Code::Request, fault.text().to_owned() + "."))?;
    match taken.message(head, headers, received.bytes).await.map_err(inbox::problem)? {
        Given::Receipt(receipt) => Ok(respond(receipt)),
        Given::Taken => Ok(StatusCode::OK.into_response()),
        Given::Refused(refused) => {
            let detail = format!("{}: {}.", refused.disposition, refused.reason);
            Err(Problem::new(Code::Request, detail))
        }
    }
}

/// The answer to somebody there is no agreement with: a receipt nobody signed, in the answer only.
fn unknown(app: &App, headers: &[(String, String)]) -> Result<Response, Problem> {
    let refused = unknown_partner();
    let nobody = || Problem::new(Code::Request, refused.reason.to_owned() + ".").closing();
    let head = Head::read(headers).map_err(|_| nobody())?;
    let asked = head.receipt.as_ref().is_some_and(|receipt| receipt.address.is_none());
    if !asked {
        return Err(nobody());
    }
    let told = Told {
        head: &head,
        disposition: &refused.disposition,
        text: refused.reason,
        mic: None,
        at: app.engine.clock.now(),
    };
    write(None, told).map(respond).map_err(|_| nobody())
}

/// The headers of a request.
fn fields(headers: &HeaderMap) -> Vec<(String, String)> {
    let text = |value: &HeaderValue| String::from_utf8_lossy(value.as_bytes()).into_owned();
    headers.iter().map(|(name, value)| (name.to_string(), text(value))).collect()
}

/// A receipt as an answer.
fn respond(receipt: Posting) -> Response {
    let mut response = receipt.body.into_response();
    for (name, value) in &receipt.headers {
        let name = HeaderName::try_from(name.to_ascii_lowercase());
        if let (Ok(name), Ok(value)) = (name, HeaderValue::try_from(value)) {
            response.headers_mut().insert(name, value);
        }
    }
    response
}
