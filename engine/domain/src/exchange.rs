//! The exchange log: append-only rows, numbered and hash-chained per invoice.

use crate::{Channel, Finding, Id, InvoiceKey, InvoiceState, PartyCode, Status, Timestamp};

/// Which way a message went.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Direction {
    /// From a partner to us.
    In,
    /// From us to a partner.
    Out,
}

impl Direction {
    /// The word used on every surface.
    #[must_use]
    pub const fn key(self) -> &'static str {
        match self {
            Direction::In => "in",
            Direction::Out => "out",
        }
    }
}

/// « Fonction de la demande »: the function of a message in the log.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Function {
    /// Invoice.
    Inv,
    /// Acknowledgement of an INV.
    Acc,
    /// Syntax acknowledgement (EDIFACT CONTRL).
    Contrl,
    /// Application acknowledgement (EDIFACT APERAK).
    Aperak,
    /// Payment started at Amanpay.
    Ama,
    /// Payment started at CMI (card).
    Cmi,
    /// Payment started at CMI Fatourati.
    Fat,
    /// Cheque declared.
    Chq,
    /// Transfer declared.
    Vir,
    /// Payment notification to the issuer.
    Pnm,
    /// The issuer's answer to a payment notification.
    Unm,
    /// Invoice request.
    Dem,
    /// Something an operator did.
    Ope,
    /// A message that could not be told apart.
    Unknown,
}

/// Every function with its code and the words of the guide.
pub const FUNCTIONS: &[(Function, &str, &str)] = &[
    (Function::Inv, "INV", "Invoice (facture) (INV)"),
    (Function::Acc, "ACC", "Accusé (ACC)"),
    (Function::Contrl, "CONTRL", "Accusé de syntaxe (CONTRL)"),
    (Function::Aperak, "APERAK", "Accusé d'application (APERAK)"),
    (Function::Ama, "AMA", "Dans le processus de paiement (AMA)"),
    (Function::Cmi, "CMI", "Dans le processus de paiement (CMI)"),
    (Function::Fat, "FAT", "Dans le processus de paiement (FAT)"),
    (Function::Chq, "CHQ", "Dans le processus de paiement (CHQ)"),
    (Function::Vir, "VIR", "Dans le processus de paiement (VIR)"),
    (Function::Pnm, "PNM", "Notification de paiement (PNM)"),
    (Function::Unm, "UNM", "Notification de retour (UNM)"),
    (Function::Dem, "DEM", "Demande de facture (DEM)"),
    (Function::Ope, "OPE", "Opération (OPE)"),
    (Function::Unknown, "?", "Message inconnu"),
];

impl Function {
    /// The code (`INV`).
    #[must_use]
    pub fn code(self) -> &'static str {
        FUNCTIONS.iter().find(|(function, ..)| *function == self).map_or("?", |(_, code, _)| code)
    }

    /// The guide's words (`Invoice (facture) (INV)`).
    #[must_use]
    pub fn label(self) -> &'static str {
        FUNCTIONS.iter().find(|(function, ..)| *function == self).map_or("", |(.., label)| label)
    }

    /// The function of a code.
    #[must_use]
    pub fn of(code: &str) -> Option<Function> {
        FUNCTIONS.iter().find(|(_, known, _)| *known == code).map(|(function, ..)| *function)
    }
}

/// What was decided of a parcel, an interchange or a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Verdict {
    /// Taken and applied.
    Accepted,
    /// Some messages taken, some rejected.
    Partly,
    /// Rejected; nothing was applied.
    Rejected,
    /// A repeat of something taken before: same answer, no effect.
    Known,
    /// Carries a reference already used for other content; rejected, the first stays.
    KnownButDifferent,
    /// Kept, and waiting for something else to come (the original, the client's record).
    Parked,
}

/// Every verdict with its key.
pub const VERDICTS: &[(Verdict, &str)] = &[
    (Verdict::Accepted, "accepted"),
    (Verdict::Partly, "partly"),
    (Verdict::Rejected, "rejected"),
    (Verdict::Known, "known"),
    (Verdict::KnownButDifferent, "known_but_different"),
    (Verdict::Parked, "parked"),
];

impl Verdict {
    /// The word used on every surface.
    #[must_use]
    pub fn key(self) -> &'static str {
        VERDICTS.iter().find(|(verdict, _)| *verdict == self).map_or("rejected", |(_, key)| key)
    }

    /// The verdict of a word.
    #[must_use]
    pub fn of(key: &str) -> Option<Verdict> {
        VERDICTS.iter().find(|(_, known)| *known == key).map(|(verdict, _)| *verdict)
    }
}

/// What was decided of one message, as the sender is told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MessageVerdict {
    /// Type as the sender calls it (`INV`, `INVOIC`).
    pub kind: String,
    /// The message's own reference (`NumeroMessage`, UNH 0062).
    pub reference: String,
    /// Number of the invoice concerned; empty when it could not be read.
    pub invoice: String,
    /// Visible status before, when the invoice was known.
    pub before: Option<Status>,
    /// Visible status after, when the invoice is known.
    pub status: Option<Status>,
    /// What was decided.
    pub verdict: Verdict,
}

/// A row of the exchange log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Exchange {
    /// Identifier.
    pub id: Id,
    /// The parcel it came from or that caused it.
    pub parcel: Id,
    /// First byte of the message in the parcel.
    pub first_byte: u64,
    /// Number of bytes of the message in the parcel.
    pub bytes: u64,
    /// « Date »: when it was decided.
    pub at: Timestamp,
    /// The partner concerned.
    pub partner: PartyCode,
    /// How it travelled.
    pub channel: Channel,
    /// Which way.
    pub direction: Direction,
    /// « Fonction de la demande ».
    pub function: Function,
    /// « Nom Message » (`INV_115`).
    pub message: String,
    /// Control reference of the transmission.
    pub reference: String,
    /// The invoice concerned.
    pub invoice: Option<InvoiceKey>,
    /// « N° d'échanges »: position among the rows of its invoice, from 1 without gaps.
    pub n: Option<u32>,
    /// Name of the event in `lifecycle.toml`; empty when none applied.
    pub event: String,
    /// Internal state before.
    pub from: Option<InvoiceState>,
    /// Internal state after.
    pub to: Option<InvoiceState>,
    /// Visible status before.
    pub before: Option<Status>,
    /// « Etat »: visible status after.
    pub after: Option<Status>,
    /// « Nom utilisateur »; empty when no person did it.
    pub user: String,
    /// « Récepteur du message ».
    pub recipient: String,
    /// « Observations ».
    pub observation: String,
    /// « Besoin réponse ».
    pub needs_reply: bool,
    /// What was decided.
    pub verdict: Verdict,
    /// Everything found in it.
    pub findings: Vec<Finding>,
    /// What no specimen line claimed, for people (`NAD+DP`, `QTY+12`).
    pub unread: Vec<String>,
    /// Hash of the rulebook that decided.
    pub book: [u8; 32],
    /// Fingerprint of the invoice after this row: the last row of a chain proves the invoice.
    pub content: [u8; 32],
    /// Hash of the letters that what this row belongs to caused; on the last row of an outcome
    /// that caused any.
    pub letters: Option<[u8; 32]>,
    /// Hash of the row before it in its chain (zero for the first).
    pub previous: [u8; 32],
    /// Hash of this row over everything above: [`crate::exchange`] rows of one invoice form a
    /// chain.
    pub hash: [u8; 32],
    /// Time spent reading and deciding, in microseconds; no part of the hash.
    pub duration_us: u32,
}
