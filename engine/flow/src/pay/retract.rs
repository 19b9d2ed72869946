//! Which notices of payment still stand, and telling issuers that one does not any more.
//!
//! An issuer books what a notice says as a whole, so a notice is taken back as a whole too: also
//! when only a part of the money went back, and the invoice is due again for that part. The
//! payment of the rest is a new notice.

use super::notice;
use super::step;
use crate::decide::Desk;
use acquit_domain::pay::{Funds, Notice, NoticeFunction, NoticeState};
use acquit_domain::{Id, InvoiceKey};

fn is_about(notice: &Notice, function: NoticeFunction, key: &InvoiceKey) -> bool {
    notice.function == function && notice.lines.iter().any(|line| line.invoice == *key)
}

/// True when the issuer was told.
fn was_told(notice: &Notice) -> bool {
    !notice.messages.is_empty()
        && !matches!(notice.state, NoticeState::Created | NoticeState::Withheld)
}

/// What a notice says of an invoice holds: it is no notice of payment, or none of its money was
/// told to have gone back.
pub(super) fn stands(desk: &Desk<'_>, notice: &Notice, key: &InvoiceKey) -> bool {
    if notice.function == NoticeFunction::Reversal {
        return true;
    }
    let same =
        |other: &&Notice| other.transaction == notice.transaction && other.issuer == notice.issuer;
    let of = |function| {
        let about = desk.notices().filter(move |other| is_about(other, function, key));
        about.filter(same).map(|other| (other.created_at, other.id))
    };
    let last = of(NoticeFunction::Payment).max();
    let is_last = last.is_none_or(|(_, id)| id == notice.id);
    let paid = of(NoticeFunction::Payment).count();
    is_last && of(NoticeFunction::Reversal).count() < paid.max(1)
}

/// Tells issuers that what they were told was paid is not paid any more; notices they were not
/// told yet are never sent.
pub(super) fn notices(desk: &mut Desk<'_>, credit: &Funds, keys: &[InvoiceKey]) {
    let mut told: Vec<(Notice, Vec<(InvoiceKey, i64)>)> = Vec::new();
    for key in keys {
        withdraw(desk, key);
        let standing = |notice: &&Notice| {
            is_about(notice, NoticeFunction::Payment, key)
                && was_told(notice)
                && stands(desk, notice, key)
        };
        let last = desk.notices().filter(standing).max_by_key(|one| (one.created_at, one.id));
        let Some(notice) = last.cloned() else { continue };
        let said = notice.lines.iter().find(|line| line.invoice == *key);
        let part = (key.clone(), said.map_or(0, |line| line.amount_minor));
        match told.iter_mut().find(|(other, _)| other.id == notice.id) {
            Some((_, parts)) => parts.push(part),
            None => told.push((notice, vec![part])),
        }
    }
    for (notice, parts) in told {
        let order = notice.order.and_then(|id: Id| desk.order(id));
        let funds = desk.funds_by_id(notice.funds).unwrap_or_else(|| credit.clone());
        notice::make(desk, NoticeFunction::Reversal, order.as_ref(), &funds, &parts);
    }
}

/// A notice that was withheld, and whose money went back, is never sent.
fn withdraw(desk: &mut Desk<'_>, key: &InvoiceKey) {
    let withheld = |notice: &&Notice| {
        notice.state == NoticeState::Withheld && is_about(notice, NoticeFunction::Payment, key)
    };
    let withheld: Vec<Notice> = desk.notices().filter(withheld).cloned().collect();
    for mut notice in withheld {
        if step::notice(desk, &mut notice, "confirmed") {
            "sans objet".clone_into(&mut notice.motive);
            desk.put_notice(notice);
        }
    }
}
