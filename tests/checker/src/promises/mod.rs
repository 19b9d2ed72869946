//! The promises, each a function that looks for what breaks it.

mod answers;
mod messages;
mod money;
mod order;
mod private;
mod proof;
mod told;

pub use messages::sums;

use crate::evidence::Evidence;
use crate::report::{Column, Report};

/// A promise: its name, what it says, what breaches of it count as, and how it is looked at.
pub struct Promise {
    /// `P1` to `P14`.
    pub name: &'static str,
    /// What is promised.
    pub sentence: &'static str,
    check: fn(&Evidence, &mut Report) -> Result<(), String>,
}

/// All of them.
pub const PROMISES: [Promise; 14] = [
    Promise {
        name: "P1",
        sentence: "what was answered is kept, byte for byte, and has an end",
        check: messages::never_lost,
    },
    Promise {
        name: "P2",
        sentence: "nothing has its effect twice, and a repetition gets the first answer",
        check: messages::never_twice,
    },
    Promise {
        name: "P3",
        sentence: "the rows of an invoice are numbered without gaps, each begins where the one \
                   before ended, and the content last written is held",
        check: order::in_order,
    },
    Promise {
        name: "P4",
        sentence: "a state that ends an invoice is left only by what may undo it",
        check: order::one_end,
    },
    Promise {
        name: "P5",
        sentence: "an invoice is paid at most once, and money beyond it is somebody's task",
        check: money::one_payer,
    },
    Promise {
        name: "P6",
        sentence: "what is held follows from the log",
        check: proof::rebuildable,
    },
    Promise {
        name: "P7",
        sentence: "everything that came in is accounted for, at any instant",
        check: messages::accounted,
    },
    Promise {
        name: "P8",
        sentence: "an interchange gets one CONTRL that says what was decided, and a CONTRL none",
        check: answers::answered,
    },
    Promise {
        name: "P9",
        sentence: "subscribers are told of every change, in order, under one identifier",
        check: told::told,
    },
    Promise { name: "P10", sentence: "nobody sees what is another's", check: private::isolated },
    Promise { name: "P11", sentence: "a change of the log is found", check: proof::tamper_evident },
    Promise {
        name: "P12",
        sentence: "memory and files have limits, and what is too much is refused before it is \
                   taken",
        check: private::bounded,
    },
    Promise {
        name: "P13",
        sentence: "no means no: what was refused is not there",
        check: messages::no_half_answer,
    },
    Promise { name: "P14", sentence: "money is exact to the last centime", check: money::exact },
];

/// Looks at every promise.
#[must_use]
pub fn check(evidence: &Evidence) -> Report {
    let mut report = Report { peak_rss: evidence.samples.rss_mib, ..Report::default() };
    for promise in &PROMISES {
        if let Err(why) = (promise.check)(evidence, &mut report) {
            // What cannot be looked at is not kept.
            report.breach(promise.name, Column::Unexpected, format!("cannot be judged: {why}"));
        }
    }
    report
}

/// Looks at what can be asked only of a running engine: its feed of events (P9).
pub fn check_told(evidence: &Evidence, report: &mut Report) {
    if let Err(why) = told::told(evidence, report) {
        report.breach("P9", Column::Unanswered, format!("cannot be judged: {why}"));
    }
}
