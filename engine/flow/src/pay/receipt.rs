//! Receipts: one for each payment that was applied, numbered without gaps within a year.

use super::telling::local_day;
use crate::decide::{Desk, Purpose};
use acquit_domain::Id;
use acquit_domain::pay::{Funds, Receipt};

/// Gives a receipt for a money fact, once; its number.
pub(super) fn give(desk: &mut Desk<'_>, funds: &Funds) -> String {
    if let Some(receipt) = desk.receipt_of(funds.id).filter(|receipt| receipt.void_at.is_none()) {
        return receipt.number;
    }
    let year = local_day(desk.book, desk.now).year();
    let number = format!("{year}-{:08}", desk.count(&format!("receipt:{year}")));
    let receipt = Receipt {
        id: desk.draw(Purpose::Receipt),
        number: number.clone(),
        order: funds.order,
        funds: funds.id,
        at: desk.now,
        void_at: None,
    };
    desk.put_receipt(receipt);
    number
}

/// The payment went back: its receipt has lost its worth.
pub(super) fn void(desk: &mut Desk<'_>, funds: Id) {
    if let Some(mut receipt) = desk.receipt_of(funds).filter(|receipt| receipt.void_at.is_none()) {
        receipt.void_at = Some(desk.now);
        desk.put_receipt(receipt);
    }
}
