//! Subscriptions to events.

use super::time;
use acquit_store::Subscription;
use serde::Serialize;
use utoipa::ToSchema;

/// A subscription. Its secret is not part of it.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct SubscriptionWire {
    /// Identifier.
    pub id: String,
    /// Whose it is.
    pub party: String,
    /// In which role its events are seen.
    pub role: &'static str,
    /// Where events are posted to.
    pub url: String,
    /// The types wanted, a star at the end for all that begin so; none means all.
    pub types: Vec<String>,
    /// The last event made into a delivery: a cursor of `/v1/events`.
    pub cursor: String,
    /// When it was made.
    pub created_at: String,
    /// When it was switched off.
    pub disabled_at: Option<String>,
}

impl From<&Subscription> for SubscriptionWire {
    fn from(subscription: &Subscription) -> SubscriptionWire {
        SubscriptionWire {
            id: subscription.id.to_string(),
            party: subscription.viewer.party.to_string(),
            role: subscription.viewer.role.key(),
            url: subscription.url.clone(),
            types: subscription.types.clone(),
            cursor: subscription.told.to_string(),
            created_at: subscription.created_at.to_string(),
            disabled_at: time(subscription.disabled_at),
        }
    }
}

/// A subscription with the secret of its signatures, which is shown here and never again.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct SecretWire {
    /// The subscription.
    #[serde(flatten)]
    pub subscription: SubscriptionWire,
    /// The secret (Standard Webhooks: `whsec_` and base64).
    pub secret: String,
}
