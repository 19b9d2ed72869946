//! Who we are at a house: keys of every role, made over its API by its operator.

use crate::client::Client;
use serde::{Deserialize, Serialize};
use serde_json::json;
use std::net::SocketAddr;
use std::time::Duration;

/// An issuer whose invoices are paid by card.
pub const CARDS: &str = "MARSA-MAROC";
/// Another issuer.
pub const OTHER: &str = "6110D00116";
/// Customs number of the client of [`CARDS`].
pub const CLIENT_OF_CARDS: &str = "710010";
/// Customs number of the client of [`OTHER`].
pub const CLIENT_OF_OTHER: &str = "710020";
/// The card provider's key of signatures, our number there.
pub const CARD_KEY: &str = "TEST1234";
/// Our number at the card provider.
pub const MERCHANT: &str = "600000001";

/// A text that only the people around an issuer may see.
#[must_use]
pub fn canary(issuer: &str) -> &'static str {
    if issuer == CARDS { "CANARI ROUGE 7319" } else { "CANARI VERT 2846" }
}

/// A subscription of ours.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Ear {
    /// Whose it is.
    pub who: String,
    /// Its identifier.
    pub id: String,
    /// What its posts are signed with.
    pub secret: String,
}

/// The keys.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Keys {
    /// Of the operator.
    pub operator: String,
    /// Of the portal.
    pub portal: String,
    /// Of [`CARDS`].
    pub cards: String,
    /// Of [`OTHER`].
    pub other: String,
    /// Of [`CLIENT_OF_CARDS`].
    pub client_of_cards: String,
    /// Of [`CLIENT_OF_OTHER`].
    pub client_of_other: String,
    /// Subscriptions.
    pub ears: Vec<Ear>,
}

impl Keys {
    /// None yet.
    #[must_use]
    pub fn none() -> Keys {
        let none = String::new;
        Keys {
            operator: none(),
            portal: none(),
            cards: none(),
            other: none(),
            client_of_cards: none(),
            client_of_other: none(),
            ears: Vec::new(),
        }
    }

    /// Makes keys and subscriptions; `sink` is where subscribers listen.
    #[must_use]
    pub fn make(address: SocketAddr, operator: &str, sink: SocketAddr) -> Option<Keys> {
        let mut client = Client::new(address, Duration::from_secs(10));
        let mut key = |party: &str, role: &str| {
            let wish = json!({ "party": party, "role": role, "label": "checker",
                "reason": "checker" });
            let made = client.post("/v1/operator/keys", operator, &wish)?.json();
            Some(made["key"].as_str()?.to_owned())
        };
        let mut keys = Keys {
            operator: operator.to_owned(),
            portal: key("PORTAIL", "portal")?,
            cards: key(CARDS, "issuer")?,
            other: key(OTHER, "issuer")?,
            client_of_cards: key(CLIENT_OF_CARDS, "client")?,
            client_of_other: key(CLIENT_OF_OTHER, "client")?,
            ears: Vec::new(),
        };
        for (who, key) in [("portal", &keys.portal), (OTHER, &keys.other)] {
            let wish = json!({ "url": format!("http://{sink}/{who}") });
            let made = client.post("/v1/subscriptions", key, &wish)?.json();
            let id = made["id"].as_str().or(made["subscription"]["id"].as_str())?.to_owned();
            let secret = made["secret"].as_str()?.to_owned();
            keys.ears.push(Ear { who: who.to_owned(), id, secret });
        }
        Some(keys)
    }

    /// The key of an issuer.
    #[must_use]
    pub fn of(&self, issuer: &str) -> &str {
        if issuer == CARDS { &self.cards } else { &self.other }
    }
}
