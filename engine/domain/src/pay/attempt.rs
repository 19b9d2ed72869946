//! One payment attempt at one provider: it always ends, and never goes away.

use super::{Due, words};
use crate::{Id, Timestamp};

words! {
    /// Where an attempt stands; the same words as `machine.attempt` of `lifecycle.toml`.
    AttemptState {
        /// Made; the provider knows nothing of it.
        Created "created",
        /// The provider was asked.
        Sent "sent",
        /// A reference was given out.
        Issued "issued",
        /// The payer was sent to the provider's page.
        Redirected "redirected",
        /// The provider has not decided.
        Pending "pending",
        /// Authorised, not captured.
        Authorised "authorised",
        /// Paid.
        Captured "captured",
        /// Refused by the provider.
        Declined "declined",
        /// Its time ran out.
        Expired "expired",
        /// Given up; the provider knows of no payment.
        Abandoned "abandoned",
        /// Taken back by us.
        Voided "voided",
        /// What was sent may have been taken: the provider is asked first.
        Unknown "unknown",
    }
}

impl AttemptState {
    /// True while money is expected from it.
    #[must_use]
    pub const fn is_live(self) -> bool {
        !matches!(
            self,
            AttemptState::Captured
                | AttemptState::Declined
                | AttemptState::Expired
                | AttemptState::Abandoned
                | AttemptState::Voided
        )
    }
}

/// How the payer goes on.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Handoff {
    /// Nothing to do, or not yet.
    #[default]
    None,
    /// The browser posts a form to the provider.
    Form {
        /// Where.
        url: String,
        /// Fields in order.
        fields: Vec<(String, String)>,
    },
    /// The payer gives a reference at a bank, an application or an agency.
    Reference {
        /// The reference (Fatourati: 13 digits).
        reference: String,
        /// Until when it is honoured.
        expires_at: Timestamp,
        /// Where it can be given.
        places: Vec<String>,
    },
    /// The browser goes to a page of the provider.
    Redirect {
        /// Where.
        url: String,
    },
    /// The payer follows instructions (cheque, transfer).
    Instructions {
        /// Named facts in order (`account`, `reference`, `amount`).
        lines: Vec<(String, String)>,
    },
}

/// One payment attempt.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attempt {
    /// Identifier.
    pub id: Id,
    /// Ordinal in its order, from 1.
    pub ordinal: u32,
    /// The means, « moyen » (`cmi.card`, `amanpay.cashcode`, `cheque`).
    pub means: String,
    /// Code of the provider; that of the banks together for cheque and transfer.
    pub provider: String,
    /// Where it stands.
    pub state: AttemptState,
    /// The reference the payer got, or the number of the cheque.
    pub reference: String,
    /// The provider's number of the transaction (« ID transaction »), once known.
    pub transaction: String,
    /// The sub-channel that took the money (`ATTIJARI`, `CASHPLUS`), once known.
    pub operator: String,
    /// The channel's own reference of the payment, once known.
    pub channel_reference: String,
    /// How the payer goes on.
    pub handoff: Handoff,
    /// Why it ended as it did, in the provider's words.
    pub reason: String,
    /// When it was started.
    pub started_at: Timestamp,
    /// Until when the provider honours it.
    pub expires_at: Option<Timestamp>,
    /// When it ended.
    pub ended_at: Option<Timestamp>,
    /// Its next deadline.
    pub due: Option<Due>,
    /// How often the provider was asked about it.
    pub polls: u32,
}
