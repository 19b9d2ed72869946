//! Payments over HTTP: orders, receipts, requests for invoices, subscriptions, and what operators
//! see of them and do about them.
//!
//! What it is *not*: what providers call is not here, and nothing here calls a provider.

pub(super) mod ledger;
pub(super) mod operations;
pub(super) mod orders;
pub(super) mod receipts;
pub(super) mod requests;
pub(super) mod start;
pub(super) mod subscriptions;

use super::authentication::Caller;
use super::problem::{Code, Problem};
use super::wire::Page;
use acquit_domain::{Id, Role};
use axum::http::StatusCode;

/// Who may look at payments at all; which ones is the store's to say.
const READERS: &[Role] = &[Role::Client, Role::Portal, Role::Issuer, Role::Operator];

/// An identifier in an address.
fn id(text: &str) -> Result<Id, Problem> {
    text.parse().map_err(|_| Problem::not_found())
}

/// The cursor of a list whose cursors are the identifiers of its items.
fn cursor(after: Option<&String>) -> Result<Option<Id>, Problem> {
    let Some(text) = after.filter(|text| !text.is_empty()) else { return Ok(None) };
    let unknown = || Problem::new(Code::Cursor, "after: this server gave no such cursor.");
    text.parse().map(Some).map_err(|_| unknown())
}

/// A page of a list of which one item more than fits was asked for.
fn page<S, T>(mut found: Vec<S>, limit: u32, id: fn(&S) -> Id, item: impl Fn(&S) -> T) -> Page<T> {
    let limit = usize::try_from(limit).unwrap_or(usize::MAX);
    let more = found.len() > limit;
    found.truncate(limit);
    let next = found.last().filter(|_| more).map(|last| id(last).to_string());
    Page::listed(found.iter().map(item).collect(), next)
}

/// The status of what the rules refuse: nothing there is 404, everything else 409.
fn refused(code: &str) -> StatusCode {
    match code {
        "INV-UNKNOWN" | "FUNDS-UNKNOWN" | "REQ-UNKNOWN" | "ISS-UNKNOWN" => StatusCode::NOT_FOUND,
        "REQ-EMPTY" | "ORDER-SIZE" => StatusCode::BAD_REQUEST,
        _ => StatusCode::CONFLICT,
    }
}

/// « Nom utilisateur »: who the portal or the client's own system says it is, else the party.
fn user(said: &str, caller: &Caller) -> String {
    /// Longest name, in characters.
    const USER_MAX: usize = 100;
    let said: String = said.trim().chars().filter(|c| !c.is_control()).take(USER_MAX).collect();
    if said.is_empty() { caller.party.to_string() } else { said }
}

/// A text of at most so many characters, none of them a control; a problem that names the field
/// otherwise.
fn text(field: &str, given: &str, most: usize) -> Result<String, Problem> {
    let given = given.trim();
    if given.chars().count() > most || given.chars().any(char::is_control) {
        let detail = format!("{field}: at most {most} characters, none of them a control.");
        return Err(Problem::new(Code::Request, detail));
    }
    Ok(given.to_owned())
}
