//! Small numbers written in the columns that are searched and sorted by.
//!
//! They are part of the database: a number never changes its meaning. Their order is the order
//! lists are sorted in.

use acquit_domain::status::Flags;
use acquit_domain::{InvoiceKind, Status};

/// The number of a status, in the guide's order of life.
pub(crate) const fn status_code(status: Status) -> i64 {
    match status {
        Status::Requested => 1,
        Status::Unpaid => 2,
        Status::AwaitingPartner => 3,
        Status::PaymentConfirmed => 4,
        Status::Paid => 5,
        Status::Blocked => 6,
        Status::Cancelled => 7,
    }
}

/// The status of a number.
pub(crate) const fn status_of(code: i64) -> Option<Status> {
    Some(match code {
        1 => Status::Requested,
        2 => Status::Unpaid,
        3 => Status::AwaitingPartner,
        4 => Status::PaymentConfirmed,
        5 => Status::Paid,
        6 => Status::Blocked,
        7 => Status::Cancelled,
        _ => return None,
    })
}

/// The number of a kind: UNCL 1001 has larger ones, these are ours.
pub(crate) const fn kind_code(kind: InvoiceKind) -> i64 {
    match kind {
        InvoiceKind::Principal => 1,
        InvoiceKind::Supplementary => 2,
        InvoiceKind::CreditNote => 3,
    }
}

/// The kind of a number.
pub(crate) const fn kind_of(code: i64) -> Option<InvoiceKind> {
    Some(match code {
        1 => InvoiceKind::Principal,
        2 => InvoiceKind::Supplementary,
        3 => InvoiceKind::CreditNote,
        _ => return None,
    })
}

/// Flags as bits: 1 blocked, 2 disputed.
pub(crate) const fn flags_code(flags: Flags) -> i64 {
    flags.blocked as i64 | (flags.disputed as i64) << 1
}

/// The flags of bits.
pub(crate) const fn flags_of(code: i64) -> Option<Flags> {
    if code < 0 || code > 3 {
        return None;
    }
    Some(Flags { blocked: code & 1 != 0, disputed: code & 2 != 0 })
}
