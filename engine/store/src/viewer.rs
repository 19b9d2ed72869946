//! Who is asking. Every list of what belongs to somebody takes one, so that leaving it out does
//! not compile.

use acquit_domain::{Invoice, InvoiceKey, PartyCode, Role};

/// A party in one of its roles, as its key or its session said.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Viewer {
    /// The party.
    pub party: PartyCode,
    /// The role it asks in.
    pub role: Role,
}

/// Which invoices a viewer may see.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Scope<'a> {
    /// All of them.
    All,
    /// Those of this issuer.
    Issuer(&'a str),
    /// Those addressed to this client.
    Client(&'a str),
    /// None.
    Nothing,
}

impl Viewer {
    /// Which invoices it may see: issuers their own, clients those addressed to them, portal and
    /// operator all, providers none.
    pub(crate) fn scope(&self) -> Scope<'_> {
        match self.role {
            Role::Operator | Role::Portal => Scope::All,
            Role::Issuer => Scope::Issuer(self.party.as_str()),
            Role::Client => Scope::Client(self.party.as_str()),
            Role::Provider => Scope::Nothing,
        }
    }

    /// Whether it may see an invoice.
    pub(crate) fn sees(&self, invoice: &Invoice) -> bool {
        self.sees_named(&invoice.key, &invoice.client.code)
    }

    /// Whether it may see the invoice of this key and client.
    pub(crate) fn sees_named(&self, key: &InvoiceKey, client: &str) -> bool {
        match self.scope() {
            Scope::All => true,
            Scope::Issuer(issuer) => key.issuer.as_str() == issuer,
            Scope::Client(own) => client == own,
            Scope::Nothing => false,
        }
    }

    /// Whose log rows it may see; `None` for everybody's.
    pub(crate) fn log_partner(&self) -> Option<&str> {
        (self.role != Role::Operator).then_some(self.party.as_str())
    }
}
