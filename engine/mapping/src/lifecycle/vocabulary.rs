//! The states and events of every machine: the closed lists a file may use.

use super::event::Event;
use super::machine::Happening;
use acquit_domain::status::STATES;

/// Names of the machines, the invoice first.
pub(super) const MACHINES: &[&str] = &["invoice", "order", "attempt", "funds", "notification"];

/// The states of a machine.
pub(super) fn states(machine: &str) -> Vec<&'static str> {
    let words: &[&'static str] = match machine {
        "invoice" => return STATES.iter().map(|(_, key)| *key).collect(),
        "order" => &["created", "live", "paid", "held", "expired", "voided"],
        "attempt" => &[
            "created",
            "sent",
            "issued",
            "redirected",
            "pending",
            "authorised",
            "captured",
            "declined",
            "expired",
            "abandoned",
            "voided",
            "unknown",
        ],
        "funds" => &[
            "received",
            "allocated",
            "suspended",
            "reversed",
            "refunded",
            "refund_reopens",
            "refund_cancels",
            "denied",
        ],
        _ => &["created", "withheld", "sent", "taken", "confirmed", "refused", "dead"],
    };
    words.to_vec()
}

/// The events of a machine; the second part says whether it is a fact about money.
pub(super) fn events(machine: &str) -> Vec<Happening> {
    let words: &[(&'static str, bool)] = match machine {
        "invoice" => {
            return Event::ALL
                .iter()
                .map(|event| happening(event.key(), event.is_money()))
                .collect();
        }
        "order" => &[
            ("attempt_started", false),
            ("attempts_ended", false),
            ("paid_exact", true),
            ("paid_less", true),
            ("paid_more", true),
            ("ran_out", false),
            ("voided", false),
            ("allocated", true),
        ],
        "attempt" => &[
            ("sent", false),
            ("no_answer", false),
            ("reference_issued", false),
            ("redirected", false),
            ("pending", false),
            ("authorised", true),
            ("captured", true),
            ("declined", false),
            ("ran_out", false),
            ("abandoned", false),
            ("voided", false),
            ("found_nothing", false),
        ],
        "funds" => &[
            ("allocated", true),
            ("suspended", true),
            ("released", true),
            ("reversed", true),
            ("refunded", true),
            ("refund_reopens", false),
            ("refund_cancels", false),
            ("unanswered", false),
            ("denied", false),
        ],
        _ => &[
            ("withheld", false),
            ("released", false),
            ("sent", false),
            ("taken", false),
            ("confirmed", false),
            ("refused", false),
            ("silent", false),
            ("exhausted", false),
            ("resent", false),
        ],
    };
    words.iter().map(|(name, money)| happening(name, *money)).collect()
}

fn happening(name: &'static str, money: bool) -> Happening {
    Happening { name, money }
}
