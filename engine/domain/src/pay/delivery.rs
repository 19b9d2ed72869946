//! Notices to people and to subscribers: e-mails and webhooks, delivered after the commit with
//! patience.

use super::{Due, words};
use crate::{Id, Timestamp};

words! {
    /// How it is delivered.
    DeliveryKind {
        /// An e-mail.
        Mail "mail",
        /// A webhook.
        Webhook "webhook",
    }
}

words! {
    /// Where it stands.
    DeliveryState {
        /// To be delivered.
        Waiting "waiting",
        /// Delivered.
        Done "done",
        /// Given up.
        Dead "dead",
    }
}

/// Something to deliver.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Delivery {
    /// Identifier; the same in every try.
    pub id: Id,
    /// How.
    pub kind: DeliveryKind,
    /// Address: of a mailbox, or the subscription's identifier.
    pub to: String,
    /// Template of an e-mail (`payment_confirmed`), or the type of an event.
    pub subject: String,
    /// Language of an e-mail.
    pub language: String,
    /// What fills the holes of the template, in order; or one pair `body` with the JSON.
    pub values: Vec<(String, String)>,
    /// The receipt to attach.
    pub receipt: Option<Id>,
    /// Where it stands.
    pub state: DeliveryState,
    /// How often it was tried.
    pub tries: u32,
    /// What the last try said.
    pub last: String,
    /// Its next try.
    pub due: Option<Due>,
    /// When it was made.
    pub created_at: Timestamp,
}
