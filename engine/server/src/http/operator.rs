//! What operators do: keys, and processing a message again. Each with a reason, each in the log.

use super::app::App;
use super::authentication::Caller;
use super::language::Spoken;
use super::posted::Posted;
use super::problem::{Code, Problem, ProblemWire};
use super::query::{Path, unread};
use super::wire::{AnswerWire, LetterWire, hex};
use crate::bootstrap;
use crate::shell::steps;
use acquit_domain::{Id, Outcome, PartyCode, Role};
use acquit_store::CommitResult;
use axum::Json;
use axum::extract::State;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::sync::Arc;
use utoipa::ToSchema;

/// Longest reason, in characters.
const REASON_MAX: usize = 500;

/// A key to make.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct NewKey {
    /// Code of the party it will belong to.
    party: String,
    /// What it lets its holder do.
    role: String,
    /// What people call it.
    #[serde(default)]
    label: String,
    /// Why.
    reason: String,
}

/// A key that was made. It is shown here and never again.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct MadeKey {
    /// The party it belongs to.
    party: String,
    /// What it lets its holder do.
    role: &'static str,
    /// The key.
    key: String,
    /// What names it without being it: SHA-256 of the key.
    sha256: String,
}

/// Makes a key for a party.
#[utoipa::path(post, path = "/v1/operator/keys", tag = "operations", request_body = NewKey,
    responses(
        (status = 200, body = MadeKey),
        (status = 400, description = "A party or role that is not known", body = ProblemWire),
        (status = 403, body = ProblemWire),
    ))]
pub(super) async fn add_key(
    State(app): State<Arc<App>>,
    caller: Caller,
    Posted(order): Posted<NewKey>,
) -> Result<Json<MadeKey>, Problem> {
    caller.allow(&[Role::Operator])?;
    let reason = reason(&order.reason)?;
    let unknown = |field: &str| Problem::new(Code::Request, format!("{field} is not known here."));
    let party = PartyCode::new(&order.party).ok_or_else(|| unknown("party"))?;
    let role = Role::of(&order.role).ok_or_else(|| unknown("role"))?;
    let party = PartyCode::new(&app.code_of(party.as_str())).unwrap_or(party);
    let book = &app.engine.book;
    if role == Role::Issuer && book.agreement(&party).is_none() {
        let codes: Vec<&str> = book.agreements.iter().map(|one| one.code.as_str()).collect();
        let detail = format!("party: no agreement knows this issuer; known: {}.", codes.join(", "));
        return Err(Problem::new(Code::Request, detail));
    }
    let note = format!("Clé créée pour {party} ({}) : {reason}", role.key());
    record(&app, &caller, &note).await?;
    let now = app.engine.clock.now();
    let made = bootstrap::new_key(&app.engine.store, party, role, &order.label, now)
        .await
        .map_err(unread)?;
    Ok(Json(MadeKey {
        party: made.party.to_string(),
        role: made.role.key(),
        sha256: hex(&Sha256::digest(made.key.as_bytes())),
        key: made.key,
    }))
}

/// A key to end.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct EndKey {
    /// SHA-256 of the key, in hexadecimal.
    sha256: String,
    /// Why.
    reason: String,
}

/// A key that was ended.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct EndedKey {
    /// SHA-256 of the key.
    sha256: String,
    /// True when it was valid until now.
    revoked: bool,
}

/// Ends the life of a key at once.
#[utoipa::path(post, path = "/v1/operator/keys/revoke", tag = "operations",
    request_body = EndKey,
    responses((status = 200, body = EndedKey), (status = 404, body = ProblemWire)))]
pub(super) async fn revoke_key(
    State(app): State<Arc<App>>,
    caller: Caller,
    Posted(order): Posted<EndKey>,
) -> Result<Json<EndedKey>, Problem> {
    caller.allow(&[Role::Operator])?;
    let reason = reason(&order.reason)?;
    let hash = hash_of(&order.sha256).ok_or_else(Problem::not_found)?;
    let store = &app.engine.store;
    let holder = store.key(hash).await.map_err(unread)?.ok_or_else(Problem::not_found)?;
    let note = format!("Clé révoquée pour {} : {reason}", holder.party);
    record(&app, &caller, &note).await?;
    let revoked = store.revoke_key(hash, app.engine.clock.now()).await.map_err(unread)?;
    app.holders.forget(&hash);
    Ok(Json(EndedKey { sha256: hex(&hash), revoked }))
}

/// Why something is done.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Why {
    /// Why.
    pub(super) reason: String,
}

/// Takes the parcel of an exchange through the pipeline again, as its sender's repeat would be:
/// for messages that met a bug or a rule that was mended since. What was applied before is known
/// and has no second effect.
#[utoipa::path(post, path = "/v1/operator/exchanges/{id}/reprocess", tag = "operations",
    params(("id" = String, Path)), request_body = Why,
    responses((status = 200, body = AnswerWire), (status = 404, body = ProblemWire)))]
pub(super) async fn reprocess(
    State(app): State<Arc<App>>,
    caller: Caller,
    Path(id): Path<String>,
    Spoken(language): Spoken,
    Posted(why): Posted<Why>,
) -> Result<Json<AnswerWire>, Problem> {
    caller.allow(&[Role::Operator])?;
    let reason = reason(&why.reason)?;
    let id: Id = id.parse().map_err(|_| Problem::not_found())?;
    let store = &app.engine.store;
    let row = store.exchange(&caller.viewer(), id).await.map_err(unread)?;
    let row = row.ok_or_else(Problem::not_found)?;
    let parcel = store.parcel(row.exchange.parcel).await.map_err(unread)?;
    let mut parcel = parcel.ok_or_else(Problem::not_found)?;
    record(&app, &caller, &format!("Message {id} retraité : {reason}")).await?;
    parcel.received_at = app.engine.clock.now();
    parcel.id = crate::shell::arrival::identifier(parcel.received_at);
    parcel.idempotency_key = String::new();
    let answer = app.intake.submit_large(parcel).await;
    let answer = answer.map_err(super::inbox::problem)?;
    Ok(Json(AnswerWire::told(&answer, app.told(language))))
}

/// Puts a letter back into its outbox, for a partner that lost it. It keeps its place, so a
/// partner that reads on from a cursor must read from the start to see it.
#[utoipa::path(post, path = "/v1/operator/letters/{id}/resend", tag = "operations",
    params(("id" = String, Path)), request_body = Why,
    responses((status = 200, body = LetterWire), (status = 404, body = ProblemWire)))]
pub(super) async fn resend(
    State(app): State<Arc<App>>,
    caller: Caller,
    Path(id): Path<String>,
    Posted(why): Posted<Why>,
) -> Result<Json<LetterWire>, Problem> {
    caller.allow(&[Role::Operator])?;
    let reason = reason(&why.reason)?;
    let id: Id = id.parse().map_err(|_| Problem::not_found())?;
    record(&app, &caller, &format!("Lettre {id} renvoyée : {reason}")).await?;
    let letter = app.engine.store.resend(id).await.map_err(unread)?;
    letter.map(|letter| Json(LetterWire::from(&letter))).ok_or_else(Problem::not_found)
}

/// The reason given: there must be one.
pub(super) fn reason(text: &str) -> Result<String, Problem> {
    let text: String = text.trim().chars().filter(|c| !c.is_control()).take(REASON_MAX).collect();
    match text.is_empty() {
        true => Err(Problem::new(Code::Request, "reason: say why.")),
        false => Ok(text),
    }
}

/// Writes what an operator does into the log, before it is done; the row.
pub(super) async fn record(app: &App, caller: &Caller, note: &str) -> Result<Id, Problem> {
    let engine = &app.engine;
    let outcome: Outcome = steps::operation(&engine.book, &engine.clock, &caller.party, note);
    let exchange = outcome.exchanges.first().map_or(outcome.parcel.id, |row| row.id);
    let results = engine.store.commit(vec![outcome]).await.map_err(unread)?;
    match results.as_slice() {
        [CommitResult::Committed] => Ok(exchange),
        _ => Err(Problem::new(Code::Busy, "The log could not be written; try again.")),
    }
}

/// A SHA-256 of its 64 hexadecimal digits.
fn hash_of(text: &str) -> Option<[u8; 32]> {
    let text = text.trim();
    if text.len() != 64 || !text.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return None;
    }
    let mut hash = [0; 32];
    for (at, byte) in hash.iter_mut().enumerate() {
        *byte = u8::from_str_radix(text.get(2 * at..2 * at + 2)?, 16).ok()?;
    }
    Some(hash)
}
