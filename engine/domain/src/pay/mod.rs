//! Payments: orders and their attempts, money facts, notices to issuers, requests, cases.
//!
//! An order (« Commande ») gathers invoices of one issuer for one client, with a total that is
//! frozen when it is made. Its attempts are part of it: one row, one version. Money facts are
//! apart, because they may come without any order and never go away.
//!
//! What this module is *not*: it does not say which state follows which; that is the life cycle's
//! (`mappings/lifecycle.toml`), applied by the flow.

pub mod attempt;
pub mod call;
pub mod case;
pub mod delivery;
pub mod funds;
pub mod known;
pub mod news;
pub mod notice;
pub mod order;
pub mod outcome;
pub mod receipt;
pub mod request;
pub mod settlement;
pub mod subject;

pub use attempt::{Attempt, AttemptState, Handoff};
pub use call::{Call, CallPurpose};
pub use case::{Case, CaseAction, CaseKind};
pub use delivery::{Delivery, DeliveryKind, DeliveryState};
pub use funds::{Account, Funds, FundsKey, FundsKind, FundsSource, FundsState, Posting};
pub use known::{Expected, OrderName, PaymentKeys, PaymentsKnown};
pub use news::{News, NewsKind};
pub use notice::{Notice, NoticeFunction, NoticeLine, NoticeState};
pub use order::{Order, OrderItem, OrderState, Payer};
pub use outcome::{Change, Payments, Versioned};
pub use receipt::Receipt;
pub use request::{InvoiceRequest, RequestState};
pub use settlement::{Day, LineClass, SettlementLine};
pub use subject::Subject;

use crate::Timestamp;

/// The next deadline of something that waits: when, and which event of its machine it is then.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Due {
    /// The instant.
    pub at: Timestamp,
    /// Name of the event in `lifecycle.toml`, or `poll`.
    pub event: String,
}

/// Declares a closed list of words with one enum variant each.
macro_rules! words {
    ($(#[$doc:meta])* $name:ident { $($(#[$inner:meta])* $variant:ident $word:literal,)+ }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum $name { $($(#[$inner])* $variant,)+ }

        impl $name {
            /// Every one, in order.
            pub const ALL: &'static [$name] = &[$($name::$variant,)+];

            /// The word used in files, in the database and on the wire.
            #[must_use]
            pub const fn key(self) -> &'static str {
                match self { $($name::$variant => $word,)+ }
            }

            /// The one with this word.
            #[must_use]
            pub fn of(key: &str) -> Option<$name> {
                $name::ALL.iter().copied().find(|one| one.key() == key)
            }
        }
    };
}
pub(crate) use words;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_and_back() {
        assert!(OrderState::ALL.iter().all(|one| OrderState::of(one.key()) == Some(*one)));
        assert!(AttemptState::ALL.iter().all(|one| AttemptState::of(one.key()) == Some(*one)));
        assert!(CaseKind::ALL.iter().all(|one| CaseKind::of(one.key()) == Some(*one)));
        assert_eq!(FundsState::of("gone"), None);
    }
}
