//! What the one who caused a decision is told.

use crate::decide::Desk;
use acquit_domain::Id;
use acquit_domain::pay::outcome::{Answer, Reply};

fn blank(code: &str, answer: Answer) -> Reply {
    Reply {
        code: code.to_owned(),
        answer,
        order: None,
        attempt: 0,
        receipt: String::new(),
        status: String::new(),
    }
}

/// The first thing said counts: a parcel that tells many things is answered for the first.
fn say(desk: &mut Desk<'_>, reply: Reply) {
    desk.till.reply.get_or_insert(reply);
}

/// Done, or taken note of with a code.
pub(super) fn noted(desk: &mut Desk<'_>, code: &str) {
    say(desk, blank(code, Answer::Noted));
}

/// No.
pub(super) fn refuse(desk: &mut Desk<'_>, code: &str) {
    say(desk, blank(code, Answer::Refuse));
}

/// Something about an attempt of an order.
pub(super) fn of_order(desk: &mut Desk<'_>, code: &str, order: Id, attempt: u32) {
    say(desk, Reply { order: Some(order), attempt, ..blank(code, Answer::Noted) });
}

/// What a provider is answered.
pub(super) fn provider(
    desk: &mut Desk<'_>,
    code: &str,
    answer: Answer,
    order: Option<(Id, u32)>,
    receipt: &str,
    status: &str,
) {
    say(
        desk,
        Reply {
            order: order.map(|(id, _)| id),
            attempt: order.map_or(0, |(_, ordinal)| ordinal),
            receipt: receipt.to_owned(),
            status: status.to_owned(),
            ..blank(code, answer)
        },
    );
}
