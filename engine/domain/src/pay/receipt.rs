//! Receipts: one per confirmed payment (SEED-29).

use crate::{Id, Timestamp};

/// A receipt; its lines are those of the order and the money fact it names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Receipt {
    /// Identifier.
    pub id: Id,
    /// Number for people, without gaps within a year: `2026-00000042`.
    pub number: String,
    /// The order that was paid, when there is one.
    pub order: Option<Id>,
    /// The money fact.
    pub funds: Id,
    /// When it was given.
    pub at: Timestamp,
    /// When the payment went back, and the receipt lost its worth.
    pub void_at: Option<Timestamp>,
}
