//! Mistakes that can be planted in the model, to prove that the promises would catch them.

/// A mistake planted in a world.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Bug {
    /// The store writes what was decided on something older than what is held.
    VersionsIgnored,
    /// The store parks a message for an invoice that came meanwhile.
    ParkedTooLate,
    /// A node keeps what it decided on top of something that was not committed.
    DecidedOnAir,
    /// The store forgets half of the transmissions it took.
    RepeatsForgotten,
    /// The store loses log rows now and then.
    RowsLost,
    /// The store loses what waits for an invoice.
    ParkedLost,
    /// The store keeps no bytes.
    BytesLost,
    /// A node answers before it commits, and may crash between.
    AnswerBeforeCommit,
    /// A node gives every answer a date of its own.
    AnswersAnew,
    /// Nobody looks at the clocks of attempts.
    ClocksLost,
    /// A decision opens a paid invoice again, and the log says nothing of it.
    Unpays,
    /// A decision puts a centime less on an invoice than it says.
    CentimeLost,
    /// A decision settles invoices and tells no issuer.
    NobodyTold,
    /// A decision takes money and opens no case for what lies in suspense.
    CasesLost,
    /// A decision forgets the deadline of an attempt.
    NoClock,
}

/// Every one with its name.
pub const BUGS: &[(Bug, &str)] = &[
    (Bug::VersionsIgnored, "versions-ignored"),
    (Bug::ParkedTooLate, "parked-too-late"),
    (Bug::DecidedOnAir, "decided-on-air"),
    (Bug::RepeatsForgotten, "repeats-forgotten"),
    (Bug::RowsLost, "rows-lost"),
    (Bug::ParkedLost, "parked-lost"),
    (Bug::BytesLost, "bytes-lost"),
    (Bug::AnswerBeforeCommit, "answer-before-commit"),
    (Bug::AnswersAnew, "answers-anew"),
    (Bug::ClocksLost, "clocks-lost"),
    (Bug::Unpays, "unpays"),
    (Bug::CentimeLost, "centime-lost"),
    (Bug::NobodyTold, "nobody-told"),
    (Bug::CasesLost, "cases-lost"),
    (Bug::NoClock, "no-clock"),
];

impl Bug {
    /// The one with this name.
    #[must_use]
    pub fn of(name: &str) -> Option<Bug> {
        BUGS.iter().find(|(_, known)| *known == name).map(|(bug, _)| *bug)
    }

    /// Changes what was decided, when it is a mistake of deciding.
    pub(crate) fn spoil(self, outcome: &mut acquit_domain::Outcome) {
        use acquit_domain::pay::Account;
        use acquit_domain::{InvoiceState, Status};
        let payments = &mut outcome.payments;
        match self {
            Bug::Unpays => {
                let paid =
                    |state| matches!(state, InvoiceState::AwaitingIssuer | InvoiceState::Confirmed);
                let invoices = outcome.invoices.iter_mut().map(|change| &mut change.invoice);
                for invoice in invoices.filter(|invoice| paid(invoice.state)) {
                    invoice.state = InvoiceState::Open;
                    invoice.status = Status::Unpaid;
                }
            }
            Bug::CentimeLost => {
                let funds = payments.funds.iter_mut().map(|change| &mut change.after);
                for posting in funds.flat_map(|funds| &mut funds.postings) {
                    if matches!(posting.account, Account::Allocated(_)) {
                        posting.amount_minor -= 1;
                    }
                }
            }
            Bug::NobodyTold => payments.notices.clear(),
            Bug::CasesLost => payments.cases.clear(),
            Bug::NoClock => {
                let orders = payments.orders.iter_mut().map(|change| &mut change.after);
                orders.flat_map(|order| &mut order.attempts).for_each(|one| one.due = None);
            }
            _ => {}
        }
    }
}
