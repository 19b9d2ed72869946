//! What can happen to payments: everything [`decide_payment`](super::decide_payment) decides.

use super::settle::Settlement;
use crate::read::Statement;
use acquit_domain::pay::{News, Payer, Subject};
use acquit_domain::{Currency, Date, Id, InvoiceKey, PartyCode, Timestamp};

/// Something that happened to payments. Every occurrence comes with a parcel: the bytes that
/// told it, or a small text the shell wrote for a clock or an operator.
#[derive(Debug, Clone, PartialEq)]
pub enum Occurrence {
    /// Somebody wants to pay.
    Start(StartOrder),
    /// The provider answered our call to begin an attempt.
    Began {
        /// The order.
        order: Id,
        /// Ordinal of the attempt.
        attempt: u32,
        /// The answer.
        answer: Beginning,
    },
    /// The provider answered our call or question about a refund.
    Refunded {
        /// The order.
        order: Id,
        /// Ordinal of the attempt.
        attempt: u32,
        /// The refund.
        refund: Id,
        /// The answer.
        answer: RefundAnswer,
    },
    /// Providers or banks say what became of payments: callback, answer to a question, statement,
    /// file of cheques. Their signatures were verified when they were read.
    News {
        /// What is said, in the order it is said.
        news: Vec<News>,
    },
    /// A bank's report: like news, and the order is looked for among the words of the label, which
    /// are the reason.
    Statement {
        /// What is said, in order.
        news: Vec<News>,
        /// The reports all of whose movements were told with this.
        reports: Vec<ReportSeen>,
    },
    /// A provider's day is matched with the ledger.
    Settle(Settlement),
    /// A clock ran out.
    Deadline {
        /// Of what.
        subject: Subject,
        /// The event it stands for: that of the subject's [`Due`](acquit_domain::pay::Due).
        event: String,
        /// When it was due. A deadline that was moved meanwhile has no effect.
        at: Timestamp,
    },
    /// An operator acts.
    Operator(OperatorAction),
    /// An issuer answers notices of ours.
    NoticeAnswers(Vec<NoticeAnswer>),
    /// Somebody asks for invoices (« Demande de facture »).
    Ask(AskInvoices),
    /// The issuer answered a request.
    Asked {
        /// The request.
        request: Id,
        /// The answer.
        answer: RequestAnswer,
    },
}

/// A report of a bank on one account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReportSeen {
    /// The account.
    pub account: String,
    /// Its currency.
    pub currency: Currency,
    /// What tells it apart among the reports on its account; begins with the kind of report.
    pub identity: String,
    /// SHA-256 of the file it came in.
    pub sha256: [u8; 32],
    /// Its number, when it has one.
    pub number: Option<i64>,
    /// Day of the old balance.
    pub opened_on: Option<Date>,
    /// The old balance in minor units.
    pub opening_minor: Option<i64>,
    /// The new balance in minor units.
    pub closing_minor: Option<i64>,
}

impl ReportSeen {
    /// What of a statement is remembered.
    #[must_use]
    pub fn of(statement: &Statement, sha256: [u8; 32]) -> ReportSeen {
        ReportSeen {
            account: statement.account.clone(),
            currency: statement.currency,
            identity: statement.identity(),
            sha256,
            number: statement.number.parse().ok(),
            opened_on: statement.opened_on,
            opening_minor: statement.opening_minor,
            closing_minor: statement.closing_minor,
        }
    }
}

/// A wish to pay.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StartOrder {
    /// The invoices; an order that lives and has just these gets a further attempt.
    pub invoices: Vec<InvoiceKey>,
    /// The means: a key of the code table `means` (`cmi.card`).
    pub means: String,
    /// Who pays.
    pub payer: Payer,
    /// Who asks for it (« Nom utilisateur »).
    pub user: String,
    /// Number of the cheque, or what the payer writes on the transfer; empty for other means.
    pub reference: String,
}

/// What a provider answers to our call to begin an attempt.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Beginning {
    /// A reference the payer gives somewhere.
    Reference {
        /// The reference.
        reference: String,
        /// Until when the provider honours it, when it says so.
        expires_at: Option<Timestamp>,
        /// The provider's number of the transaction, or empty.
        transaction: String,
    },
    /// A page the payer goes to.
    Redirect {
        /// Its address.
        url: String,
        /// The provider's number of the transaction, or empty.
        transaction: String,
    },
    /// It will not.
    Refused {
        /// Code and words of the provider.
        reason: String,
    },
    /// Nothing, or nothing that can be understood: what was sent may have been taken.
    NoAnswer {
        /// What happened instead.
        reason: String,
    },
}

/// What a provider answers about a refund.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RefundAnswer {
    /// It is made.
    Made {
        /// The provider's number of it, or empty.
        transaction: String,
    },
    /// It is taken, and will be made or refused.
    Pending,
    /// It will not, or nothing left this house.
    Refused {
        /// Code and words of the provider.
        reason: String,
    },
    /// The provider was asked about it and knows nothing of it.
    Unknown,
    /// Nothing, or nothing that can be understood: it may have been made.
    NoAnswer {
        /// What happened instead.
        reason: String,
    },
}

/// What an operator does, always with a name and a reason.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OperatorAction {
    /// Who.
    pub user: String,
    /// Why.
    pub reason: String,
    /// What.
    pub what: Operation,
}

/// What operators can do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Operation {
    /// No new payment of it may start.
    Block(InvoiceKey),
    /// Payments of it may start again; notices that were withheld go out.
    Unblock(InvoiceKey),
    /// The invoice is cancelled in the issuer's name.
    Cancel(InvoiceKey),
    /// Money in suspense is put on an invoice.
    Allocate {
        /// The money.
        funds: Id,
        /// The invoice.
        invoice: InvoiceKey,
        /// How much, in minor units.
        amount_minor: i64,
    },
    /// Money is paid back; what lies in suspense goes first. Its provider is asked to when it has
    /// a call for it; else it is entered as paid back by hand.
    Refund {
        /// The money.
        funds: Id,
        /// How much, in minor units.
        amount_minor: i64,
        /// What becomes of an invoice that was paid with it.
        then: Afterwards,
    },
    /// What became of a refund that a provider was asked for and did not answer.
    SettleRefund {
        /// The refund, or the credit it takes back.
        refund: Id,
        /// True when it was made.
        made: bool,
    },
    /// The bank decided a dispute: won by us, or lost.
    SettleDispute {
        /// The money.
        funds: Id,
        /// True when it stays with us.
        won: bool,
    },
    /// A case needs no more attention.
    CloseCase {
        /// The case.
        case: Id,
        /// What it is about, as the case says, so that it can be looked up.
        invoice: Option<InvoiceKey>,
        /// The order it is about.
        order: Option<Id>,
        /// The money it is about.
        funds: Option<Id>,
    },
    /// A notice is sent again under a new number.
    ResendNotice(Id),
    /// An order is taken back with its attempts.
    VoidOrder(Id),
    /// A request for invoices is taken back.
    WithdrawRequest(Id),
}

/// What becomes of an invoice whose money is paid back in full.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Afterwards {
    /// It is due again.
    Reopens,
    /// It is cancelled.
    Cancels,
}

/// What an issuer answers about one invoice of a notice (UNM, BANSTA, ApplicationResponse).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NoticeAnswer {
    /// `IdTransaction` of the notice, or empty.
    pub transaction: String,
    /// Number of our message (`ReferencePartenaire`), or empty.
    pub message: String,
    /// The invoice; `None` when the answer is about the whole notice.
    pub invoice: Option<InvoiceKey>,
    /// What is answered.
    pub motive: Motive,
    /// The issuer's words.
    pub text: String,
}

/// What an issuer answers; the motives of the UNM of PortNet, and what other standards say alike.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Motive {
    /// Taken (`Paiement Facture integree avec succes`).
    Ok,
    /// The reversal or cancellation is taken.
    CancelOk,
    /// The invoice is paid already.
    AlreadyPaid,
    /// The invoice is cancelled already.
    AlreadyCancelled,
    /// The invoice is unknown there.
    UnknownInvoice,
    /// The amount is wrong, missing or unreadable.
    Amount,
    /// A date or a number of ours is missing or unreadable.
    Format,
    /// The partner's own set-up is wrong: later it may work.
    PartnerConfig,
    /// Any other refusal.
    Other,
}

/// A request for the unpaid invoices of a client, or for one invoice.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AskInvoices {
    /// Whom to ask.
    pub issuer: PartyCode,
    /// The terminal, or empty.
    pub terminal: String,
    /// The client's number at the issuer, or empty.
    pub client_id: String,
    /// Number of the invoice, or empty.
    pub number: String,
    /// Customs code of the client who asks.
    pub client: String,
    /// Who asks (« Nom utilisateur »).
    pub user: String,
}

/// What an issuer answers to a request.
#[derive(Debug, Clone, PartialEq)]
pub enum RequestAnswer {
    /// These invoices, which came before as messages of the issuer and were decided as such.
    Found(Vec<InvoiceKey>),
    /// There is nothing unpaid.
    Empty {
        /// In words.
        reason: String,
    },
    /// It will answer later.
    Later,
    /// Nothing came back; the clock asks again.
    Nothing {
        /// What happened instead.
        reason: String,
    },
}
