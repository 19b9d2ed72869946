//! Where an invoice stands: the internal state, and the seven statuses people see.

/// Internal state of an invoice (machine A). What may follow what is written in
/// `mappings/lifecycle.toml`, not here.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum InvoiceState {
    /// Never heard of; later events may be parked until the original comes.
    Absent,
    /// « Demandée »: asked of the issuer, not yet received.
    Requested,
    /// The request was answered with nothing; never listed.
    Empty,
    /// Received and payable.
    Open,
    /// At least one live payment attempt.
    InProcess,
    /// Paid in part.
    Partial,
    /// Funds allocated, issuer told, its answer awaited.
    AwaitingIssuer,
    /// The issuer confirmed the payment.
    Confirmed,
    /// The issuer says it is paid.
    Paid,
    /// The issuer cancelled it.
    Cancelled,
}

/// Every internal state with its key, in order.
pub const STATES: &[(InvoiceState, &str)] = &[
    (InvoiceState::Absent, "absent"),
    (InvoiceState::Requested, "requested"),
    (InvoiceState::Empty, "empty"),
    (InvoiceState::Open, "open"),
    (InvoiceState::InProcess, "in_process"),
    (InvoiceState::Partial, "partial"),
    (InvoiceState::AwaitingIssuer, "awaiting_issuer"),
    (InvoiceState::Confirmed, "confirmed"),
    (InvoiceState::Paid, "paid"),
    (InvoiceState::Cancelled, "cancelled"),
];

impl InvoiceState {
    /// True when there is more than that somebody asked for it: what waits for it waits no more.
    #[must_use]
    pub fn has_come(self) -> bool {
        !matches!(self, InvoiceState::Absent | InvoiceState::Requested | InvoiceState::Empty)
    }

    /// The word used in files and in the database.
    #[must_use]
    pub fn key(self) -> &'static str {
        STATES.iter().find(|(state, _)| *state == self).map_or("absent", |(_, key)| key)
    }

    /// The state of a word.
    #[must_use]
    pub fn of(key: &str) -> Option<InvoiceState> {
        STATES.iter().find(|(_, known)| *known == key).map(|(state, _)| *state)
    }
}

/// The seven statuses of the guide (line 133).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Status {
    /// « Demandée »
    Requested,
    /// « Non réglée »
    Unpaid,
    /// « Attente confirmation partenaire »
    AwaitingPartner,
    /// « Paiement confirmé »
    PaymentConfirmed,
    /// « Facture payée »
    Paid,
    /// « Bloquée »
    Blocked,
    /// « Annulée »
    Cancelled,
}

/// Every status with its key and its French label, in the guide's order of life.
pub const STATUSES: &[(Status, &str, &str)] = &[
    (Status::Requested, "requested", "Demandée"),
    (Status::Unpaid, "unpaid", "Non réglée"),
    (Status::AwaitingPartner, "awaiting_partner", "Attente confirmation partenaire"),
    (Status::PaymentConfirmed, "payment_confirmed", "Paiement confirmé"),
    (Status::Paid, "paid", "Facture payée"),
    (Status::Blocked, "blocked", "Bloquée"),
    (Status::Cancelled, "cancelled", "Annulée"),
];

impl Status {
    /// The key used in JSON, files and the database.
    #[must_use]
    pub fn key(self) -> &'static str {
        STATUSES.iter().find(|(status, ..)| *status == self).map_or("unpaid", |(_, key, _)| key)
    }

    /// The label of the guide, in French.
    #[must_use]
    pub fn label(self) -> &'static str {
        STATUSES.iter().find(|(status, ..)| *status == self).map_or("", |(.., label)| label)
    }

    /// The status of a key.
    #[must_use]
    pub fn of(key: &str) -> Option<Status> {
        STATUSES.iter().find(|(_, known, _)| *known == key).map(|(status, ..)| *status)
    }
}

/// Marks beside the state; each may be set whatever the state is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Flags {
    /// No new payment may start; shown as « Bloquée ».
    pub blocked: bool,
    /// Something contradicts what was recorded; an operator has a case to close.
    pub disputed: bool,
}
