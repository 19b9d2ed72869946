//! What a deadline or an operator's action is about.

use crate::Id;

/// One thing that waits, or that somebody acts on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Subject {
    /// An order.
    Order(Id),
    /// An attempt: its order and its ordinal.
    Attempt(Id, u32),
    /// A notice to an issuer.
    Notice(Id),
    /// A request for invoices.
    Request(Id),
    /// A money fact.
    Funds(Id),
}
