//! `POST /v1/inbox`: bytes in, everything stored, then the answer.

use super::app::App;
use super::authentication::Caller;
use super::body::{Received, receive};
use super::language::language;
use super::limits::{IDEMPOTENCY_KEY_MAX, INLINE_READ_MAX};
use super::media::{self, Wanted};
use super::problem::{Code, Problem, ProblemWire};
use super::wire::{AnswerWire, BytesWire, Told};
use crate::shell::{Answer, Arrival, Refusal, steps};
use acquit_domain::{Channel, Letter, LetterKind, Level, Media, Role};
use axum::Json;
use axum::extract::{Request, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use std::sync::Arc;

/// Takes the raw bytes of one parcel: EDIFACT, XML or JSON. The answer comes only after
/// everything in it is stored; 503 means that nothing of it was.
#[utoipa::path(
    post,
    path = "/v1/inbox",
    tag = "partners",
    request_body(
        description = "The parcel, as it is",
        content(
            (BytesWire = "application/edifact"),
            (BytesWire = "application/xml"),
            (BytesWire = "application/json"),
            (BytesWire = "application/octet-stream"),
        )
    ),
    params(("Idempotency-Key" = Option<String>, Header, description = "Same key, same answer")),
    responses(
        (status = 200, description = "Taken; a rejection is an answer", body = AnswerWire),
        (status = 400, description = "Nothing could be answered; bytes kept", body = ProblemWire),
        (status = 401, description = "No valid key", body = ProblemWire),
        (status = 403, description = "Not for this role", body = ProblemWire),
        (status = 409, description = "Idempotency key used before", body = ProblemWire),
        (status = 413, description = "Too large", body = ProblemWire),
        (status = 415, description = "Media type not taken", body = ProblemWire),
        (status = 429, description = "Too much at once from this party", body = ProblemWire),
        (status = 503, description = "Not stored; try again", body = ProblemWire),
    )
)]
pub(super) async fn post(
    State(app): State<Arc<App>>,
    caller: Caller,
    request: Request,
) -> Result<Response, Problem> {
    caller.allow(&[Role::Issuer, Role::Provider])?;
    let (parts, body) = request.into_parts();
    let idempotency_key = idempotency_key(&parts.headers)?;
    let sent = media::sent(&parts.headers).ok_or_else(|| {
        let detail = "Send application/edifact, application/xml or application/json.";
        Problem::new(Code::MediaType, detail).closing()
    })?;
    if !app.intake.has_room() {
        return Err(Problem::new(Code::Busy, "Too many parcels wait.").closing());
    }
    // Held until the answer is there: what one party has at work is what others wait behind.
    let declared = declared(&parts.headers).filter(|length| *length <= sent.body_max());
    let mut share = app.shares.take(&caller.party, declared.unwrap_or_default())?;
    let received = receive(&app, &parts.headers, body, sent.body_max()).await?;
    share.grow(received.bytes.len())?;
    let arrival = Arrival {
        partner: Some(caller.party.clone()),
        channel: Channel::Http,
        media: sent.media,
        charset: sent.charset,
        name: String::new(),
        idempotency_key,
    };
    let head = Head::of(&received.bytes);
    let answer = submit(&app, arrival, received).await?;
    let told = app.told(language(&parts.headers));
    Ok(respond(&answer, media::wanted(&parts.headers), head, told))
}

/// The length a body says it has.
fn declared(headers: &HeaderMap) -> Option<usize> {
    headers.get(header::CONTENT_LENGTH)?.to_str().ok()?.parse().ok()
}

/// Hands the parcel over and waits until it is stored. The room its bytes take in memory is
/// given back after that.
async fn submit(app: &App, arrival: Arrival, received: Received) -> Result<Answer, Problem> {
    let Received { bytes, .. } = &received;
    let large = bytes.len() > INLINE_READ_MAX;
    let parcel = arrival.parcel(&app.engine.clock, bytes.as_slice());
    let before = match &parcel.partner {
        Some(party) if !parcel.idempotency_key.is_empty() => {
            app.intake.answered(party, &parcel.idempotency_key, parcel.sha256).await
        }
        _ => Ok(None),
    };
    let answer = match before {
        Ok(Some(answer)) => Ok(answer),
        Err(refusal) => Err(refusal),
        Ok(None) if large => app.intake.submit_large(parcel).await,
        Ok(None) => app.intake.submit(parcel).await,
    };
    drop(received);
    answer.map_err(problem)
}

/// What a refusal of the shell is over HTTP.
pub(super) fn problem(refusal: Refusal) -> Problem {
    match refusal {
        Refusal::Busy => Problem::new(Code::Busy, "Too many parcels wait; nothing was stored."),
        Refusal::Stopped(_) => {
            Problem::new(Code::Stopped, "Send it again: what was stored is known.")
        }
        Refusal::Repeat => Problem::new(Code::Busy, "This was answered before; ask again."),
        Refusal::Mismatch => Problem::new(
            Code::IdempotencyMismatch,
            "This Idempotency-Key was used for other content; nothing was stored.",
        ),
    }
}

/// `Idempotency-Key`: at most 255 printable characters; empty when none.
pub(super) fn idempotency_key(headers: &HeaderMap) -> Result<String, Problem> {
    let mut values = headers.get_all("idempotency-key").iter();
    let Some(value) = values.next() else { return Ok(String::new()) };
    let text = value
        .to_str()
        .ok()
        .filter(|text| !text.trim().is_empty() && text.chars().count() <= IDEMPOTENCY_KEY_MAX);
    match (text, values.next()) {
        (Some(text), None) => Ok(text.trim().to_owned()),
        _ => Err(Problem::new(
            Code::IdempotencyKey,
            format!("One key of 1 to {IDEMPOTENCY_KEY_MAX} printable characters is taken."),
        )
        .closing()),
    }
}

/// Bytes among which the end of an XML declaration is looked for.
const DECLARATION_MAX: usize = 200;

/// What the first bytes look like, for answers to what cannot be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Head {
    /// ANSI X12, which is another standard altogether.
    X12,
    /// An XML declaration that ends at this byte.
    Xml(u64),
    /// Anything else.
    Other,
}

impl Head {
    fn of(bytes: &[u8]) -> Head {
        if bytes.starts_with(b"ISA") {
            return Head::X12;
        }
        let begin = bytes.get(..bytes.len().min(DECLARATION_MAX)).unwrap_or_default();
        let end = begin.windows(2).position(|pair| pair == b"?>");
        match end.filter(|_| begin.starts_with(b"<?xml")) {
            Some(end) => Head::Xml(end as u64),
            None => Head::Other,
        }
    }
}

/// The answer in the form wanted; a problem when nothing could be answered in the sender's own
/// protocol.
fn respond(answer: &Answer, wanted: Wanted, head: Head, told: Told<'_>) -> Response {
    if let Some(status) = unreadable(answer, head) {
        let findings = told.findings(&answer.findings);
        let detail = "The bytes are kept, but nothing in them could be answered.";
        return Problem::new(Code::Unreadable, detail)
            .about(status, findings, answer.exchange.to_string())
            .into_response();
    }
    let letter = match wanted {
        Wanted::Edifact => letters(answer, Media::Edifact, &[LetterKind::Contrl]),
        Wanted::Xml => letters(answer, Media::Xml, &[LetterKind::Acc]),
        _ => None,
    };
    if let Some((media, body)) = letter {
        return ([(header::CONTENT_TYPE, media.key())], body).into_response();
    }
    Json(AnswerWire::told(answer, told)).into_response()
}

/// The bodies of the letters of some kinds: all of them one after the other in EDIFACT, where a
/// file may hold several interchanges; the first in XML, where it may not hold two documents.
fn letters(answer: &Answer, media: Media, kinds: &[LetterKind]) -> Option<(Media, Vec<u8>)> {
    let of_kind = |letter: &&Letter| letter.media == media && kinds.contains(&letter.kind);
    let mut found = answer.letters.iter().filter(of_kind);
    let mut body = found.next()?.body.clone();
    if media == Media::Edifact {
        found.for_each(|letter| body.extend_from_slice(&letter.body));
    }
    Some((media, body))
}

/// The status of an answer that holds nothing in the sender's own protocol.
fn unreadable(answer: &Answer, head: Head) -> Option<StatusCode> {
    if !answer.letters.is_empty() {
        return None;
    }
    let found = answer
        .findings
        .iter()
        .find(|finding| finding.level == Level::Input && finding.rejects())?;
    Some(match (found.code.as_ref(), head) {
        (steps::BUG, _) => return None,
        ("EDI-LOOP", _) => StatusCode::UNPROCESSABLE_ENTITY,
        (_, Head::X12) => StatusCode::UNSUPPORTED_MEDIA_TYPE,
        // The declaration names a character set that is not read, or another than there is.
        ("XML-ENC", Head::Xml(end)) if found.place.byte < end => StatusCode::UNSUPPORTED_MEDIA_TYPE,
        // A body above its limit never comes this far: this one was small, and holds too much.
        _ => StatusCode::BAD_REQUEST,
    })
}
