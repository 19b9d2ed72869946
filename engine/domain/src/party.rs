//! Parties: issuers, providers, clients, portals, operators.

use std::fmt;
use std::sync::Arc;

/// Longest party code (data element 3039 in D.96A is an..17, 0004 and 0010 are an..35).
pub const PARTY_CODE_MAX: usize = 35;

/// A party's code: an opaque string (`6110D00116`, `611AGEN001`, a customs code, a GLN).
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PartyCode(Arc<str>);

impl PartyCode {
    /// A code from text: trimmed, not empty, at most [`PARTY_CODE_MAX`] characters, printable.
    #[must_use]
    pub fn new(text: &str) -> Option<PartyCode> {
        let text = text.trim();
        let fits = !text.is_empty() && text.chars().count() <= PARTY_CODE_MAX;
        (fits && !text.chars().any(char::is_control)).then(|| PartyCode(text.into()))
    }

    /// The code as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for PartyCode {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.0)
    }
}

/// What a key lets its holder do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Role {
    /// Pushes invoices, pulls letters, sees its own rows.
    Issuer,
    /// Posts payment confirmations, pulls letters.
    Provider,
    /// Pays; sees the invoices addressed to it.
    Client,
    /// Reads on behalf of all clients.
    Portal,
    /// Watches and repairs.
    Operator,
}

impl Role {
    /// The word used on every surface.
    #[must_use]
    pub const fn key(self) -> &'static str {
        match self {
            Role::Issuer => "issuer",
            Role::Provider => "provider",
            Role::Client => "client",
            Role::Portal => "portal",
            Role::Operator => "operator",
        }
    }

    /// The role of a word.
    #[must_use]
    pub fn of(key: &str) -> Option<Role> {
        [Role::Issuer, Role::Provider, Role::Client, Role::Portal, Role::Operator]
            .into_iter()
            .find(|role| role.key() == key)
    }
}

/// A party as the directory holds it (guide, lines 152 to 165).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Party {
    /// The code it is known by.
    pub code: PartyCode,
    /// Its role in the platform.
    pub role: Role,
    /// Display name; no key.
    pub name: String,
    /// « CIN »: national identity card number; empty when unknown.
    pub cin: String,
    /// « Centre RC »: place of the commercial register; empty when unknown.
    pub rc_centre: String,
    /// « Numéro du R.C »; empty when unknown.
    pub rc: String,
    /// « IFU »: tax identifier; empty when unknown.
    pub ifu: String,
    /// ICE: common company identifier, 15 digits; empty when unknown.
    pub ice: String,
    /// « Adresse »; empty when unknown.
    pub address: String,
    /// « Activé »: an inactive issuer accepts no new invoice and starts no payment.
    pub active: bool,
}

impl Party {
    /// A party of which only the code, role and name are known.
    #[must_use]
    pub fn named(code: PartyCode, role: Role, name: String) -> Party {
        Party {
            code,
            role,
            name,
            cin: String::new(),
            rc_centre: String::new(),
            rc: String::new(),
            ifu: String::new(),
            ice: String::new(),
            address: String::new(),
            active: true,
        }
    }
}
