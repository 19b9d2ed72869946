//! Payments as the public surface shows them.

mod case;
mod delivery;
mod done;
mod funds;
mod handoff;
mod notice;
mod order;
mod payment;
mod receipt;
mod request;
mod subscription;

pub use case::CaseWire;
pub use delivery::DeliveryWire;
pub use done::{DoneWire, MovedWire};
pub use funds::{AllocationWire, BackWire, FundsWire, TotalsWire};
pub use handoff::{HandoffWire, LineWire};
pub use notice::{NoticeLineWire, NoticeWire};
pub use order::{AttemptWire, OrderItemWire, OrderWire, PayerWire, StartedWire};
pub use payment::PaymentWire;
pub use receipt::{NamedWire, ReceiptLineWire, ReceiptWire, ReferencesWire};
pub use request::RequestWire;
pub use subscription::{SecretWire, SubscriptionWire};

use super::MoneyWire;
use acquit_domain::{Currency, Money, Timestamp};

fn money(minor: i64, currency: Currency) -> MoneyWire {
    Money::new(minor, currency).into()
}

fn time(at: Option<Timestamp>) -> Option<String> {
    at.map(|at| at.to_string())
}

/// Words that are there, or nothing.
fn given(text: &str) -> Option<String> {
    Some(text.to_owned()).filter(|text| !text.is_empty())
}
