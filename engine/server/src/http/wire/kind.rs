//! The types of events, from the rows of the log.
//!
//! A row that moves the visible status of its invoice is an event of that status. Every other
//! row about a payment is an event of what happened, and the rest is an exchange.

use acquit_domain::{Direction, Exchange, Function, Verdict};

/// Type of the event that tries a subscription out.
pub const TEST_EVENT: &str = "ma.acquit.test.v1";

/// What happened, by the event of the life cycle a row stands for.
const HAPPENED: &[(&str, &[&str])] = &[
    ("attempt.started", &["attempt_started", "offline_declared"]),
    ("attempt.pending", &["attempt_pending"]),
    ("attempt.ended", &["attempt_ended", "attempts_ended", "attempts_ended_partly"]),
    (
        "payment.confirmed",
        &["prov_ok_exact", "funds_booked", "funds_allocated", "recon_extra", "chargeback_won"],
    ),
    ("payment.partial", &["prov_ok_less", "funds_allocated_partly"]),
    (
        "payment.suspended",
        &[
            "prov_ok_short",
            "prov_ok_more",
            "prov_ok_blocked",
            "prov_ok_suspended",
            "prov_ok_conflict",
        ],
    ),
    ("payment.repeated", &["prov_ok_again"]),
    (
        "payment.reversed",
        &["cheque_unpaid", "refund_reopens", "refund_cancels", "refund_partial", "chargeback_lost"],
    ),
    ("payment.disputed", &["chargeback_opened"]),
    ("notice.confirmed", &["issuer_confirmed", "issuer_already_paid"]),
    ("notice.refused", &["issuer_refused"]),
    ("notice.unanswered", &["issuer_silent", "issuer_exhausted"]),
    ("request.sent", &["request_sent", "request_silent"]),
    ("request.found", &["request_found"]),
    ("request.ended", &["request_empty", "request_exhausted", "request_withdrawn"]),
];

/// The type of the event of a row.
#[must_use]
pub fn kind(row: &Exchange) -> String {
    match row.after {
        Some(after) if row.before != row.after => {
            return format!("ma.acquit.invoice.{}.v1", after.key());
        }
        _ => {}
    }
    let taken = matches!(row.verdict, Verdict::Accepted | Verdict::Partly);
    let happened = HAPPENED.iter().find(|(_, events)| events.contains(&row.event.as_str()));
    match happened.filter(|_| taken) {
        Some((word, _)) => format!("ma.acquit.{word}.v1"),
        None if taken && row.function == Function::Pnm && row.direction == Direction::Out => {
            "ma.acquit.notice.sent.v1".to_owned()
        }
        None => format!("ma.acquit.exchange.{}.v1", row.verdict.key()),
    }
}

/// Whether somebody who asked for these types wants this one: none means all, and a star at the
/// end of one stands for all that begin so.
#[must_use]
pub fn wants(types: &[String], kind: &str) -> bool {
    let is = |wanted: &String| match wanted.strip_suffix('*') {
        Some(begin) => kind.starts_with(begin),
        None => wanted == kind,
    };
    types.is_empty() || kind == TEST_EVENT || types.iter().any(is)
}

#[cfg(test)]
mod tests {
    use super::*;
    use acquit_mapping::lifecycle::Event;

    #[test]
    fn every_event_named_exists() {
        for name in HAPPENED.iter().flat_map(|(_, events)| events.iter()) {
            assert!(Event::of(name).is_some(), "{name}");
        }
    }

    #[test]
    fn wanted_types() {
        let check = |types: &[&str], kind: &str, expected| {
            let types: Vec<String> = types.iter().map(|one| (*one).to_owned()).collect();
            assert_eq!(wants(&types, kind), expected, "{types:?} {kind}");
        };
        check(&[], "ma.acquit.invoice.paid.v1", true);
        check(&["ma.acquit.invoice.*"], "ma.acquit.invoice.paid.v1", true);
        check(&["ma.acquit.invoice.*"], "ma.acquit.payment.confirmed.v1", false);
        check(&["ma.acquit.invoice.paid.v1"], "ma.acquit.invoice.paid.v1", true);
        check(&["ma.acquit.invoice.paid"], "ma.acquit.invoice.paid.v1", false);
        check(&["ma.acquit.invoice.*"], TEST_EVENT, true);
    }
}
