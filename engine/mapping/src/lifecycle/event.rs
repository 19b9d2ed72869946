//! What can happen to an invoice: a closed list. Deciding *which* of them a message is belongs to
//! the flow; what each does in each state is written in `mappings/lifecycle.toml`.

/// Declares the events once: variant, word in the file, whether it is a fact about money, sentence.
macro_rules! events {
    ($($variant:ident $word:literal $money:literal, $sentence:literal;)+) => {
        /// What can happen to an invoice.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[repr(u8)]
        pub enum Event { $(#[doc = $sentence] $variant,)+ }

        impl Event {
            /// Every event, in the order of an invoice's life.
            pub const ALL: &'static [Event] = &[$(Event::$variant,)+];

            /// The word used in files and in the log.
            #[must_use]
            pub const fn key(self) -> &'static str {
                match self { $(Event::$variant => $word,)+ }
            }

            /// True for facts about money: they are recorded whatever the state, never refused.
            #[must_use]
            pub const fn is_money(self) -> bool {
                match self { $(Event::$variant => $money,)+ }
            }

            /// What happened, in one English sentence.
            #[must_use]
            pub const fn sentence(self) -> &'static str {
                match self { $(Event::$variant => $sentence,)+ }
            }
        }
    };
}

events! {
    RequestSent "request_sent" false, "The issuer was asked for the invoice.";
    RequestFound "request_found" false, "The issuer's answer to a request brings the invoice.";
    RequestEmpty "request_empty" false, "The issuer answered that there is no such invoice.";
    RequestSilent "request_silent" false, "The issuer did not answer in time; tries are left.";
    RequestExhausted "request_exhausted" false, "The issuer did not answer the last try in time.";
    RequestWithdrawn "request_withdrawn" false, "Who asked for the invoice withdrew the request.";
    Original "original" false, "The issuer sent the invoice, and nothing is held of it.";
    OriginalAgain "original_again" false, "The issuer sent the invoice again, content unchanged.";
    OriginalChanged "original_changed" false, "The number came again with other content.";
    Replace "replace" false, "The issuer replaced the invoice; no money of ours is on it.";
    ReplaceOlder "replace_older" false, "A replacement that was written before the content held.";
    ReplaceFunded "replace_funded" false, "An invoice was replaced that money of ours is on.";
    PaidByIssuer "paid_by_issuer" false, "The issuer says that the invoice is paid.";
    Cancel "cancel" false, "The issuer cancelled the invoice.";
    AttemptStarted "attempt_started" false, "A payment was started.";
    AttemptPending "attempt_pending" false, "The provider has not decided yet.";
    AttemptEnded "attempt_ended" false, "A payment came to nothing; another is still live.";
    AttemptsEnded "attempts_ended" false, "The last live payment came to nothing; nothing is paid.";
    AttemptsEndedPartly "attempts_ended_partly" false,
        "The last live payment came to nothing; a part was paid before.";
    ProvOkExact "prov_ok_exact" true, "A provider confirmed a payment of the amount due.";
    ProvOkLess "prov_ok_less" true, "A provider confirmed less; the issuer takes payments in part.";
    ProvOkShort "prov_ok_short" true, "A provider confirmed less; the issuer takes no part.";
    ProvOkMore "prov_ok_more" true, "A provider confirmed more than the amount due.";
    ProvOkBlocked "prov_ok_blocked" true, "A provider confirmed a payment of a blocked invoice.";
    ProvOkSuspended "prov_ok_suspended" true,
        "A provider confirmed a payment that cannot be put on the invoice it is for.";
    ProvOkAgain "prov_ok_again" true, "A provider confirmed a transaction again, same amount.";
    ProvOkConflict "prov_ok_conflict" true,
        "A provider confirmed a transaction again with another amount.";
    OfflineDeclared "offline_declared" false, "The client declared a cheque or a transfer.";
    FundsBooked "funds_booked" true, "The bank booked a cheque or a transfer of the amount due.";
    FundsAllocated "funds_allocated" true, "An operator allocated money in suspense to it.";
    FundsAllocatedPartly "funds_allocated_partly" true,
        "An operator allocated money in suspense to a part of it.";
    IssuerConfirmed "issuer_confirmed" false, "The issuer confirmed our notice of the payment.";
    IssuerAlreadyPaid "issuer_already_paid" false,
        "The issuer refused our notice because it has this payment already.";
    IssuerRefused "issuer_refused" false, "The issuer refused our notice of the payment.";
    IssuerSilent "issuer_silent" false, "The issuer did not answer our notice in time; tries left.";
    IssuerExhausted "issuer_exhausted" false, "The issuer did not answer our last notice in time.";
    ChequeUnpaid "cheque_unpaid" true, "The bank returned a cheque unpaid.";
    RefundReopens "refund_reopens" true, "The money was paid back; the invoice is due again.";
    RefundCancels "refund_cancels" true, "The money was paid back; the invoice is cancelled.";
    RefundPartial "refund_partial" true, "A part of the money was paid back.";
    ChargebackOpened "chargeback_opened" true, "The payer's bank disputes the payment.";
    ChargebackLost "chargeback_lost" true, "The dispute was lost; the money went back.";
    ChargebackWon "chargeback_won" true, "The dispute was won.";
    ReconMissing "recon_missing" true, "A settlement file lacks a payment that was confirmed.";
    ReconExtra "recon_extra" true, "A settlement file has a payment that was never confirmed.";
    Block "block" false, "An operator or the issuer blocked the invoice.";
    Unblock "unblock" false, "An operator or the issuer unblocked the invoice.";
    OperatorCancel "operator_cancel" false, "An operator cancelled the invoice, with a reason.";
    CaseClosed "case_closed" false, "An operator closed the case about the invoice.";
}

impl Event {
    /// The event of a word.
    #[must_use]
    pub fn of(key: &str) -> Option<Event> {
        Event::ALL.iter().copied().find(|event| event.key() == key)
    }
}

/// Declares a closed list of words with a sentence each.
macro_rules! words {
    ($(#[$doc:meta])* $name:ident { $($variant:ident $word:literal, $sentence:literal;)+ }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[repr(u8)]
        pub enum $name { $(#[doc = $sentence] $variant,)+ }

        impl $name {
            /// Every one with its word.
            pub const WORDS: &'static [($name, &'static str)] = &[$(($name::$variant, $word),)+];

            /// The word used in files.
            #[must_use]
            pub const fn key(self) -> &'static str {
                match self { $($name::$variant => $word,)+ }
            }

            /// What it means, in one English sentence.
            #[must_use]
            pub const fn sentence(self) -> &'static str {
                match self { $($name::$variant => $sentence,)+ }
            }
        }
    };
}

words! {
    /// What a move causes besides the new state.
    Effect {
        TakeContent "take_content", "The invoice takes the message's content if it is the newer.";
        KeepDocuments "keep_documents", "The files of the message are kept.";
        SetCancelledOn "set_cancelled_on", "The day of the cancellation is recorded.";
        AskIssuer "ask_issuer", "The request goes to the issuer, again with the same identifier.";
        TellPortal "tell_portal", "The portal is told.";
        TellClient "tell_client", "The client is told.";
        TellIssuer "tell_issuer", "The issuer gets a payment notification (PNM, function 1).";
        TellIssuerReversal "tell_issuer_reversal", "The issuer gets a reversal (PNM, function 3).";
        TellIssuerAgain "tell_issuer_again", "The same notice goes again under a new number.";
        VoidAttempts "void_attempts", "Live payments are voided, references are not honoured.";
        StopAttempts "stop_attempts", "No new payment starts; live ones run out.";
        AskProvider "ask_provider", "The provider is asked at growing intervals.";
        CreditFunds "credit_funds", "The money is entered in the ledger.";
        Allocate "allocate", "The money is allocated to the invoices of its order.";
        Suspend "suspend", "The money, or what exceeds the amount due, goes to suspense.";
        Reverse "reverse", "A reversal is entered and the allocation undone.";
        Receipt "receipt", "The client gets a receipt.";
        Refund "refund", "An operator gets the task of paying back.";
        OpenCase "open_case", "A case is opened for an operator.";
        CloseCase "close_case", "The case is closed.";
        ReleaseNotices "release_notices", "Notices that were withheld go out.";
    }
}

words! {
    /// What must be true for a move, besides the state.
    Guard {
        NotBlocked "not_blocked", "The invoice is not blocked.";
        Blocked "blocked", "The invoice is blocked.";
        Disputed "disputed", "The invoice is disputed.";
    }
}

words! {
    /// What an operator is told of.
    Alert {
        RequestUnanswered "request.unanswered", "An issuer does not answer a request.";
        ContentAfterPayment "state.content_after_payment", "An invoice changed after its payment.";
        CancelAfterPayment "state.cancel_after_payment", "An invoice was cancelled after payment.";
        PaidAfterCancel "state.paid_after_cancel", "A cancelled invoice is said to be paid.";
        PaidWhilePaying "state.paid_while_paying", "Paid elsewhere while a payment is live.";
        AmountChanged "state.amount_changed", "An invoice changed while a payment is live.";
        MoneySuspended "money.suspended", "Money could not be applied.";
        MoneyShort "money.short", "A payment is below the amount due.";
        MoneyOver "money.over", "A payment is above the amount due.";
        MoneyRefund "money.refund", "A refund was refused, or nobody knows whether it was made.";
        MoneyConflict "money.conflict", "One transaction was confirmed with two amounts.";
        MoneyReversed "money.reversed", "Money that was allocated went back.";
        NoticeRefused "notice.refused", "An issuer refused a payment notification.";
        NoticeUnanswered "notice.unanswered", "An issuer does not answer payment notifications.";
        Recon "recon.difference", "A settlement file and the ledger differ.";
        Undecided "attempt.undecided", "A provider does not say what became of a payment.";
    }
}

words! {
    /// A mark beside the state.
    Flag {
        Blocked "blocked", "No new payment may start; shown as « Bloquée ».";
        Disputed "disputed", "Something contradicts what was recorded.";
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_unique() {
        let mut words: Vec<&str> = Event::ALL.iter().map(|event| event.key()).collect();
        words.sort_unstable();
        words.dedup();
        assert_eq!(words.len(), Event::ALL.len());
        assert_eq!(Event::of("prov_ok_exact"), Some(Event::ProvOkExact));
    }
}
