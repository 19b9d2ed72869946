//! Events to subscribers, signed as Standard Webhooks says.

use super::{Tried, Webhooks, subscription};
use crate::shell::engine::Engine;
use acquit_connectors::egress::{Client, Egress};
use acquit_connectors::retry::Retry;
use acquit_connectors::webhook::{self, Key};
use acquit_domain::pay::Delivery;

/// Name of the value that is the body.
pub(super) const BODY: &str = "body";

/// Which addresses of subscribers are called.
pub(crate) fn egress(webhooks: &Webhooks) -> Egress {
    Egress { hosts: webhooks.hosts.clone(), ports: webhooks.ports.clone(), ..Egress::default() }
}

/// Opens the way out, with its guard.
pub(super) fn open(webhooks: &Webhooks) -> Result<Client, String> {
    Client::new(egress(webhooks)).map_err(|failure| format!("webhooks: {failure}"))
}

/// Posts an event once.
pub(super) async fn send(
    engine: &Engine,
    client: &Client,
    delivery: &Delivery,
) -> acquit_store::Result<Tried> {
    let found = match subscription(delivery) {
        Some(id) => engine.store.subscription(id).await?,
        None => None,
    };
    let Some(held) = found else { return Ok(Tried::never("there is no such subscription")) };
    if held.disabled_at.is_some() {
        return Ok(Tried::never("the subscription is switched off"));
    }
    let keys: Vec<Key> = held.secret.split(' ').filter_map(Key::parse).collect();
    if keys.is_empty() {
        return Ok(Tried::never("the subscription has no key to sign with"));
    }
    let body = delivery.values.iter().find(|(name, _)| name == BODY);
    let body = body.map_or("", |(_, body)| body.as_str());
    let id = delivery.id.to_string();
    #[cfg(feature = "faults")]
    crate::planted::point("before_publish");
    #[cfg(feature = "faults")]
    let id = match crate::planted::is("webhook_id_per_try") {
        true => format!("{id}.{}", delivery.tries),
        false => id,
    };
    let told = webhook::Delivery { url: &held.url, id: &id, body: body.as_bytes(), keys: &keys };
    Ok(match webhook::post(client, &told, engine.clock.now()).await {
        Ok(answer) => Tried::taken(answer.status.to_string()),
        Err(failure) if failure.retry == Retry::Never => Tried::never(failure.to_string()),
        Err(failure) => Tried::later(failure.to_string(), failure.after),
    })
}
