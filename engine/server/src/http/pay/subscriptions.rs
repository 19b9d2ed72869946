//! Subscriptions to events: webhooks signed as Standard Webhooks 1.0.0 says.
//!
//! What it is *not*: nothing is posted here.

use super::super::app::App;
use super::super::authentication::Caller;
use super::super::limits::SUBSCRIPTIONS_MAX;
use super::super::posted::Posted;
use super::super::problem::{Code, Problem, ProblemWire};
use super::super::query::{Path, position, printable, unread};
use super::super::wire::{Page, SecretWire, SubscriptionWire, TEST_EVENT, hex};
use super::id;
use crate::shell::arrival::{identifier, random};
use acquit_domain::pay::{Delivery, DeliveryKind, DeliveryState, Due};
use acquit_domain::{Id, Role};
use acquit_store::{Store, Subscription};
use axum::Json;
use axum::extract::State;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use utoipa::ToSchema;

/// Most types of one subscription.
const TYPES_MAX: usize = 50;
/// Longest type, in characters.
const TYPE_MAX: usize = 100;
/// Longest address, in characters.
const URL_MAX: usize = 2_000;
/// Random bytes of a secret (Standard Webhooks: 24 to 64).
const SECRET_BYTES: usize = 32;
/// What stands before a secret.
const SECRET_PREFIX: &str = "whsec_";
/// What stands between the secret in force and the one before it, in the store.
const BETWEEN: char = ' ';
/// The deadline of a delivery that waits for its first try.
const TRY: &str = "deliver";

/// A subscription to make.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(in super::super) struct NewSubscription {
    /// Where events are posted to: `https`, a host that is not a private address.
    url: String,
    /// Types wanted; a star at the end stands for all that begin so
    /// (`ma.acquit.invoice.*`). All when absent.
    #[serde(default)]
    types: Vec<String>,
    /// The cursor of `/v1/events` after which it begins; the end of the log when absent.
    #[serde(default)]
    after: Option<String>,
}

/// Subscribes to the events the caller may see. The secret of the signatures is shown here and
/// never again.
#[utoipa::path(post, path = "/v1/subscriptions", tag = "log", request_body = NewSubscription,
    responses(
        (status = 200, body = SecretWire),
        (status = 400, body = ProblemWire),
        (status = 409, description = "This party has as many as it may", body = ProblemWire),
        (status = 422, description = "The address is not one to post to (SSRF-BLOCK)",
            body = ProblemWire),
    ))]
pub(in super::super) async fn post(
    State(app): State<Arc<App>>,
    caller: Caller,
    Posted(asked): Posted<NewSubscription>,
) -> Result<Json<SecretWire>, Problem> {
    let url = address(&app, &asked.url)?;
    let types = types(asked.types)?;
    let store = &app.engine.store;
    let end = *store.watch().borrow();
    let told = match &asked.after {
        None => end,
        after => position(after.as_ref())?,
    };
    if told > end {
        return Err(Problem::new(Code::Cursor, "after: this server gave no such cursor."));
    }
    let own = store.subscriptions(&caller.viewer()).await.map_err(unread)?;
    let own = own.iter().filter(|one| one.viewer.party == caller.party);
    if own.count() >= SUBSCRIPTIONS_MAX {
        let detail = format!("At most {SUBSCRIPTIONS_MAX} subscriptions of one party.");
        return Err(Problem::new(Code::Refused, detail));
    }
    let now = app.engine.clock.now();
    let secret = secret();
    let made = Subscription {
        id: identifier(now),
        viewer: caller.viewer(),
        url,
        secret: secret.clone(),
        types,
        created_at: now,
        disabled_at: None,
        told,
    };
    let wire = SubscriptionWire::from(&made);
    match store.add_subscription(made).await.map_err(unread)? {
        true => Ok(Json(SecretWire { subscription: wire, secret })),
        false => Err(Problem::new(Code::Busy, "Try again.")),
    }
}

/// The caller's subscriptions; operators see all.
#[utoipa::path(get, path = "/v1/subscriptions", tag = "log",
    responses((status = 200, body = Page<SubscriptionWire>)))]
pub(in super::super) async fn list(
    State(app): State<Arc<App>>,
    caller: Caller,
) -> Result<Json<Page<SubscriptionWire>>, Problem> {
    let found = app.engine.store.subscriptions(&caller.viewer()).await.map_err(unread)?;
    let own = |one: &&Subscription| sees(&caller, one);
    Ok(Json(Page::whole(found.iter().filter(own).map(SubscriptionWire::from).collect())))
}

/// One subscription.
#[utoipa::path(get, path = "/v1/subscriptions/{id}", tag = "log", params(("id" = String, Path)),
    responses((status = 200, body = SubscriptionWire), (status = 404, body = ProblemWire)))]
pub(in super::super) async fn one(
    State(app): State<Arc<App>>,
    caller: Caller,
    Path(subscription): Path<String>,
) -> Result<Json<SubscriptionWire>, Problem> {
    let held = held(&app.engine.store, &caller, id(&subscription)?).await?;
    Ok(Json(SubscriptionWire::from(&held)))
}

/// What is to change; what is absent stays.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(in super::super) struct Changed {
    /// Where events are posted to.
    #[serde(default)]
    url: Option<String>,
    /// Types wanted; an empty list means all.
    #[serde(default)]
    types: Option<Vec<String>>,
    /// True switches it off, false on again.
    #[serde(default)]
    disabled: Option<bool>,
}

/// Changes the address or the types of a subscription, or switches it off or on.
#[utoipa::path(post, path = "/v1/subscriptions/{id}", tag = "log",
    params(("id" = String, Path)), request_body = Changed,
    responses(
        (status = 200, body = SubscriptionWire),
        (status = 404, body = ProblemWire),
        (status = 422, description = "The address is not one to post to (SSRF-BLOCK)",
            body = ProblemWire),
    ))]
pub(in super::super) async fn change(
    State(app): State<Arc<App>>,
    caller: Caller,
    Path(subscription): Path<String>,
    Posted(asked): Posted<Changed>,
) -> Result<Json<SubscriptionWire>, Problem> {
    let mut held = held(&app.engine.store, &caller, id(&subscription)?).await?;
    if let Some(url) = &asked.url {
        held.url = address(&app, url)?;
    }
    if let Some(given) = asked.types {
        held.types = types(given)?;
    }
    match asked.disabled {
        Some(true) => held.disabled_at = held.disabled_at.or(Some(app.engine.clock.now())),
        Some(false) => held.disabled_at = None,
        None => {}
    }
    let wire = SubscriptionWire::from(&held);
    written(app.engine.store.change_subscription(held).await)?;
    Ok(Json(wire))
}

/// Gives a subscription a new secret, shown here and never again. Posts are signed with the new
/// one and the one before it, so that its holder can change over at leisure; the next rotation
/// ends the older one.
#[utoipa::path(post, path = "/v1/subscriptions/{id}/rotate", tag = "log",
    params(("id" = String, Path)),
    responses((status = 200, body = SecretWire), (status = 404, body = ProblemWire)))]
pub(in super::super) async fn rotate(
    State(app): State<Arc<App>>,
    caller: Caller,
    Path(subscription): Path<String>,
) -> Result<Json<SecretWire>, Problem> {
    let mut held = held(&app.engine.store, &caller, id(&subscription)?).await?;
    let secret = secret();
    let before = held.secret.split(BETWEEN).next().unwrap_or_default();
    held.secret = format!("{secret}{BETWEEN}{before}");
    let wire = SubscriptionWire::from(&held);
    written(app.engine.store.change_subscription(held).await)?;
    Ok(Json(SecretWire { subscription: wire, secret }))
}

/// What became of a subscription.
#[derive(Debug, Serialize, ToSchema)]
pub(in super::super) struct Removed {
    /// Its identifier.
    id: String,
    /// Always true.
    removed: bool,
}

/// Ends a subscription for good.
#[utoipa::path(post, path = "/v1/subscriptions/{id}/remove", tag = "log",
    params(("id" = String, Path)),
    responses((status = 200, body = Removed), (status = 404, body = ProblemWire)))]
pub(in super::super) async fn remove(
    State(app): State<Arc<App>>,
    caller: Caller,
    Path(subscription): Path<String>,
) -> Result<Json<Removed>, Problem> {
    let held = held(&app.engine.store, &caller, id(&subscription)?).await?;
    let id = held.id.to_string();
    written(app.engine.store.remove_subscription(held.viewer.party, held.id).await)?;
    Ok(Json(Removed { id, removed: true }))
}

/// A delivery that was made to try an address out.
#[derive(Debug, Serialize, ToSchema)]
pub(in super::super) struct Tried {
    /// Identifier of the delivery: `webhook-id` of the post.
    delivery: String,
    /// Type of its event.
    #[serde(rename = "type")]
    kind: &'static str,
}

/// Posts a test event to a subscription.
#[utoipa::path(post, path = "/v1/subscriptions/{id}/test", tag = "log",
    params(("id" = String, Path)),
    responses((status = 200, body = Tried), (status = 404, body = ProblemWire),
        (status = 409, description = "It is switched off", body = ProblemWire)))]
pub(in super::super) async fn test(
    State(app): State<Arc<App>>,
    caller: Caller,
    Path(subscription): Path<String>,
) -> Result<Json<Tried>, Problem> {
    let held = held(&app.engine.store, &caller, id(&subscription)?).await?;
    if held.disabled_at.is_some() {
        return Err(Problem::new(Code::Refused, "This subscription is switched off."));
    }
    let now = app.engine.clock.now();
    let delivery = identifier(now);
    let body = serde_json::json!({
        "specversion": "1.0",
        "id": delivery.to_string(),
        "source": "/v1/subscriptions",
        "type": TEST_EVENT,
        "time": now.to_string(),
        "datacontenttype": "application/json",
        "data": { "subscription": held.id.to_string(), "nonce": hex(&random::<8>()) },
    });
    let made = Delivery {
        id: delivery,
        kind: DeliveryKind::Webhook,
        to: held.id.to_string(),
        subject: TEST_EVENT.to_owned(),
        language: String::new(),
        values: vec![("body".to_owned(), body.to_string())],
        receipt: None,
        state: DeliveryState::Waiting,
        tries: 0,
        last: String::new(),
        due: Some(Due { at: now, event: TRY.to_owned() }),
        created_at: now,
    };
    let store = &app.engine.store;
    written(store.tell_subscription(held.id, held.told, held.told, vec![made]).await)?;
    Ok(Json(Tried { delivery: delivery.to_string(), kind: TEST_EVENT }))
}

/// Whether a subscription is one this caller may see: its party's, or any for operators. A party
/// with keys of two roles sees with each only what that role made.
fn sees(caller: &Caller, held: &Subscription) -> bool {
    let own = held.viewer.party == caller.party && held.viewer.role == caller.role;
    own || caller.role == Role::Operator
}

async fn held(store: &Store, caller: &Caller, id: Id) -> Result<Subscription, Problem> {
    let held = store.subscription(id).await.map_err(unread)?;
    held.filter(|held| sees(caller, held)).ok_or_else(Problem::not_found)
}

/// What was changed was there a moment ago; somebody else may have been faster.
fn written(done: acquit_store::Result<bool>) -> Result<(), Problem> {
    match done.map_err(unread)? {
        true => Ok(()),
        false => Err(Problem::new(Code::Busy, "It changed meanwhile; try again.")),
    }
}

/// A new secret.
fn secret() -> String {
    format!("{SECRET_PREFIX}{}", STANDARD.encode(random::<SECRET_BYTES>()))
}

/// An address that may be posted to.
fn address(app: &App, url: &str) -> Result<String, Problem> {
    if url.chars().count() > URL_MAX {
        return Err(Problem::new(Code::Request, format!("url: at most {URL_MAX} characters.")));
    }
    app.may_post(url).map_err(|why| Problem::new(Code::Blocked, printable(&why)))?;
    Ok(url.to_owned())
}

/// Types as a subscription keeps them.
fn types(given: Vec<String>) -> Result<Vec<String>, Problem> {
    let plain = |kind: &String| {
        let name = kind.strip_suffix('*').unwrap_or(kind);
        (1..=TYPE_MAX).contains(&kind.chars().count())
            && name.bytes().all(|byte| byte.is_ascii_lowercase() || b"._0123456789".contains(&byte))
    };
    if given.len() > TYPES_MAX || !given.iter().all(plain) {
        let detail = format!(
            "types: at most {TYPES_MAX}, each lower-case words with points, with a star at the end \
             for all that begin so."
        );
        return Err(Problem::new(Code::Request, detail));
    }
    Ok(given)
}
