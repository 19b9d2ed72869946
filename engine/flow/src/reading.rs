//! What a parcel says: transmissions, messages, facts and findings.

use crate::pay::NoticeAnswer;
use acquit_domain::pay::News;
use acquit_domain::{EnvelopeKey, Finding, InvoiceMessage, Keys, Parcel, PartyCode, Timestamp};

/// The standard a transmission follows; it decides in which words it is answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standard {
    /// UN/EDIFACT: answered by CONTRL and APERAK.
    Edifact,
    /// PortNet XML: answered by ACC.
    PortnetXml,
}

impl Standard {
    /// The word used in envelope keys.
    #[must_use]
    pub const fn key(self) -> &'static str {
        match self {
            Standard::Edifact => "edifact",
            Standard::PortnetXml => "portnet",
        }
    }
}

/// An acknowledgement of a letter of ours.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Acknowledged {
    /// Our reference that it names.
    pub reference: String,
    /// True when it says yes.
    pub accepted: bool,
    /// What it says in words or codes; empty when nothing.
    pub reason: String,
}

/// What a message says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Said {
    /// Something about an invoice.
    Invoice(Box<InvoiceMessage>),
    /// An answer to a letter of ours (CONTRL, APERAK, ACC): never answered.
    Acknowledgement(Acknowledged),
    /// Answers of an issuer to notices of ours (UNM, BANSTA).
    Notices(Vec<NoticeAnswer>),
    /// A payment an issuer took at its own desk, or took back (PNM).
    Desk(Box<News>),
    /// Nothing that could be understood; the findings say why.
    Nothing,
}

impl Said {
    /// True when it answers a letter of ours, so that it is not answered itself.
    #[must_use]
    pub fn is_answer(&self) -> bool {
        matches!(self, Said::Acknowledgement(_) | Said::Notices(_))
    }
}

/// One message of a transmission.
#[derive(Debug, Clone)]
pub struct MessageReading {
    /// Ordinal of its transmission in the parcel, from 1.
    pub transmission: u32,
    /// Ordinal in its transmission, from 1.
    pub ordinal: u32,
    /// Type as the sender calls it (`INVOIC`, `INV`, `CONTRL`).
    pub kind: String,
    /// Version as the sender calls it (`D:96A:UN`); empty in XML.
    pub version: String,
    /// The message's own reference (UNH 0062, `NumeroMessage`).
    pub reference: String,
    /// First byte of the message in the parcel.
    pub first_byte: u64,
    /// Number of bytes of the message.
    pub bytes: u64,
    /// What it says.
    pub said: Said,
    /// Everything found in it, in order of place.
    pub findings: Vec<Finding>,
    /// What no specimen line claimed, for people.
    pub unread: Vec<String>,
}

impl MessageReading {
    /// True when something found in it rejects it.
    #[must_use]
    pub fn rejected(&self) -> bool {
        self.findings.iter().any(Finding::rejects)
    }
}

/// One interchange, or one XML document.
#[derive(Debug, Clone)]
pub struct Transmission {
    /// Ordinal in the parcel, from 1.
    pub ordinal: u32,
    /// The standard it follows.
    pub standard: Standard,
    /// What identifies it; `None` when the envelope does not say enough.
    pub key: Option<EnvelopeKey>,
    /// Whether there is somebody to answer to in the words of the standard.
    pub answerable: bool,
    /// SHA-256 of its bytes.
    pub sha256: [u8; 32],
    /// The party whose agreement it falls under, when its sender is known.
    pub party: Option<PartyCode>,
    /// Sender as the envelope writes it, with qualifier.
    pub sender: (String, String),
    /// Recipient as the envelope writes it, with qualifier.
    pub recipient: (String, String),
    /// Control reference (UNB 0020, `NumeroMessage`).
    pub reference: String,
    /// Syntax identifier and version of the envelope (`UNOC`, `3`); empty in XML.
    pub syntax: (String, String),
    /// The envelope asks for an acknowledgement (UNB 0031 is 1).
    pub wants_answer: bool,
    /// When the sender prepared it, if it says so.
    pub prepared_at: Option<Timestamp>,
    /// Findings about the envelope.
    pub findings: Vec<Finding>,
    /// The messages in order.
    pub messages: Vec<MessageReading>,
    /// First byte in the parcel.
    pub first_byte: u64,
    /// Number of bytes.
    pub bytes: u64,
}

impl Transmission {
    /// True when something found in the envelope rejects the whole.
    #[must_use]
    pub fn rejected(&self) -> bool {
        self.findings.iter().any(Finding::rejects)
    }
}

/// What was read of a parcel. Reading never fails: what could not be read is a finding.
#[derive(Debug, Clone)]
pub struct Reading {
    /// The parcel.
    pub parcel: Parcel,
    /// Interchanges or documents in order.
    pub transmissions: Vec<Transmission>,
    /// Findings about the parcel as a whole: nothing in it can be answered in its own protocol.
    pub findings: Vec<Finding>,
    /// What must be asked of the store before deciding.
    pub keys: Keys,
}

impl Reading {
    /// What must be asked of the store before deciding.
    #[must_use]
    pub fn keys(&self) -> &Keys {
        &self.keys
    }
}
