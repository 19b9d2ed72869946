//! E-mails and webhooks, as operators see them: where they stand, not what they say.

use acquit_domain::pay::{Delivery, DeliveryKind};
use serde::Serialize;
use utoipa::ToSchema;

/// Something to deliver.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct DeliveryWire {
    /// Identifier; the same in every try.
    pub id: String,
    /// `mail` or `webhook`.
    pub kind: &'static str,
    /// The mailbox, but for its middle, or the subscription.
    pub to: String,
    /// Template of an e-mail, or type of an event.
    pub subject: String,
    /// `waiting`, `done` or `dead`.
    pub state: &'static str,
    /// How often it was tried.
    pub tries: u32,
    /// What the last try said.
    pub last: String,
    /// Its next try.
    pub due_at: Option<String>,
    /// When it was made.
    pub created_at: String,
}

impl From<&Delivery> for DeliveryWire {
    fn from(delivery: &Delivery) -> DeliveryWire {
        let to = match delivery.kind {
            DeliveryKind::Mail => veiled(&delivery.to),
            DeliveryKind::Webhook => delivery.to.clone(),
        };
        DeliveryWire {
            id: delivery.id.to_string(),
            kind: delivery.kind.key(),
            to,
            subject: delivery.subject.clone(),
            state: delivery.state.key(),
            tries: delivery.tries,
            last: delivery.last.clone(),
            due_at: delivery.due.as_ref().map(|due| due.at.to_string()),
            created_at: delivery.created_at.to_string(),
        }
    }
}

/// A mailbox of which the first letter and the domain are shown.
fn veiled(address: &str) -> String {
    let (name, domain) = address.split_once('@').unwrap_or((address, ""));
    let first: String = name.chars().take(1).collect();
    format!("{first}***@{domain}")
}

#[cfg(test)]
mod tests {
    #[test]
    fn mailboxes_are_veiled() {
        assert_eq!(super::veiled("amina@example.ma"), "a***@example.ma");
        assert_eq!(super::veiled(""), "***@");
    }
}
