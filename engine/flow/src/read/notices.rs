//! Reading what issuers say about payments: answers to our notices (UNM, BANSTA), and notices of
//! their own for what was paid at their desk (PNM).

use crate::claim;
use crate::pay::{Motive, NoticeAnswer};
use crate::reading::Said;
use acquit_domain::pay::{FundsSource, News, NewsKind};
use acquit_domain::{Currency, Finding, InvoiceKey, InvoiceNumber, Money, PartyCode, Severity};
use acquit_mapping::agreement::Agreement;
use acquit_mapping::record::{ItemRef, Record};
use acquit_mapping::rulebook::Rulebook;
use acquit_mapping::vocabulary::{Field, List, field};

/// The code table of the motives issuers write.
const MOTIVES: &str = "unm_motive";
/// The words of [`MOTIVES`].
const MOTIVE_WORDS: &[(&str, Motive)] = &[
    ("integrated", Motive::Ok),
    ("cancelled", Motive::CancelOk),
    ("already_paid", Motive::AlreadyPaid),
    ("already_cancelled", Motive::AlreadyCancelled),
    ("unknown_invoice", Motive::UnknownInvoice),
    ("amount", Motive::Amount),
    ("format", Motive::Format),
    ("partner_config", Motive::PartnerConfig),
];

/// A UNM: one answer about one invoice.
pub(super) fn unm(book: &Rulebook, agreement: &Agreement, record: &Record<'_>) -> Said {
    let root = record.root();
    let text = |field: Field| root.text(field).unwrap_or_default();
    let words = text(field::EXPLANATION);
    let accepted = root.code(field::STATE) != Some("rejected");
    let answer = NoticeAnswer {
        transaction: text(field::TRANSACTION).to_owned(),
        message: text(field::REFERENCE).to_owned(),
        invoice: invoice(agreement, text(field::NUMBER)),
        motive: motive(book, accepted, words),
        text: words.to_owned(),
    };
    Said::Notices(vec![answer])
}

/// A BANSTA: an answer for every line. A line that is still awaited says nothing yet.
pub(super) fn bansta(book: &Rulebook, agreement: &Agreement, record: &Record<'_>) -> Said {
    let message = record.root().text(field::REFERENCE).unwrap_or_default();
    let decided = |line: &ItemRef<'_, '_>| line.code(field::INVOICES_STATE) != Some("pending");
    let answers = record.items(List::Invoices).filter(decided).map(|line| {
        let words = line.text(field::INVOICES_EXPLANATION).unwrap_or_default();
        let state = line.code(field::INVOICES_STATE);
        let motive = match state {
            Some("unknown") => Motive::UnknownInvoice,
            _ => motive(book, state == Some("accepted"), words),
        };
        NoticeAnswer {
            transaction: line.text(field::INVOICES_TRANSACTION).unwrap_or_default().to_owned(),
            message: message.to_owned(),
            invoice: invoice(agreement, line.text(field::INVOICES_NUMBER).unwrap_or_default()),
            motive,
            text: words.to_owned(),
        }
    });
    Said::Notices(answers.collect())
}

/// What an answer means: the words count only where they can be told from the state.
fn motive(book: &Rulebook, accepted: bool, words: &str) -> Motive {
    let trimmed = words.trim().trim_end_matches('.');
    let word = book.code_table(MOTIVES).and_then(|table| table.key_of(trimmed));
    let known = MOTIVE_WORDS.iter().find(|(known, _)| Some(*known) == word).map(|(_, m)| *m);
    match (accepted, known) {
        (true, Some(Motive::CancelOk)) => Motive::CancelOk,
        (true, _) => Motive::Ok,
        // A refusal with words of success contradicts itself: an operator reads it.
        (false, None | Some(Motive::Ok | Motive::CancelOk)) => Motive::Other,
        (false, Some(motive)) => motive,
    }
}

fn invoice(agreement: &Agreement, number: &str) -> Option<InvoiceKey> {
    let issuer = PartyCode::new(&agreement.code)?;
    Some(InvoiceKey { issuer, number: InvoiceNumber::new(number)? })
}

/// A PNM of an issuer: money it took at its own desk, for invoices of its own.
pub(super) fn desk_payment(
    book: &Rulebook,
    agreement: &Agreement,
    record: &Record<'_>,
) -> (Said, Vec<Finding>) {
    let root = record.root();
    let reversal = root.code(field::EVENT) == Some("reversal");
    let kind = if reversal { NewsKind::Reversed } else { NewsKind::Paid };
    let mut news = News::new(&agreement.code, kind, FundsSource::Issuer);
    let mut findings = Vec::new();
    let mut sum = 0i64;
    let mut currency = None;
    for line in record.items(List::Invoices) {
        let number = line.text(field::INVOICES_NUMBER).unwrap_or_default();
        let (paid, said_in) = (
            line.decimal(field::INVOICES_GROSS),
            line.code(field::INVOICES_CURRENCY).and_then(Currency::of),
        );
        let minor = paid.zip(said_in).and_then(|(paid, said_in)| minor(paid, said_in));
        let (Some(key), Some(minor), Some(said_in)) = (invoice(agreement, number), minor, said_in)
        else {
            let place = line.place(field::INVOICES_NUMBER);
            findings.push(Finding::business("PAY-NUM", Severity::Error, place));
            continue;
        };
        if currency.is_some_and(|before| before != said_in) {
            let place = line.place(field::INVOICES_CURRENCY);
            findings.push(Finding::business("PAY-CUR", Severity::Error, place));
        }
        currency = Some(said_in);
        sum = sum.saturating_add(minor);
        news.invoices.push((key, minor));
    }
    let total = root.decimal(field::PAID).zip(currency).and_then(|(paid, it)| minor(paid, it));
    if total != Some(sum) || news.invoices.is_empty() {
        let place = root.place(field::PAID);
        findings.push(Finding::business("PAY-AMOUNT", Severity::Error, place));
    }
    news.amount = currency.map(|currency| Money::new(sum, currency));
    news.transaction = root.text(field::TRANSACTION).unwrap_or_default().to_owned();
    if news.transaction.is_empty() {
        news.transaction = root.text(field::MESSAGE).unwrap_or_default().to_owned();
    }
    if reversal {
        news.reverses.clone_from(&news.transaction);
    }
    news.means = means(book, root.text(field::MEANS).unwrap_or_default());
    news.at = root.instant(field::PAID_AT).and_then(|at| claim::instant(book, at));
    (Said::Desk(Box::new(news)), findings)
}

fn minor(amount: acquit_domain::Decimal, currency: Currency) -> Option<i64> {
    Money::exact(amount, currency).ok().map(|money| money.minor)
}

/// « Moyen »: the code of the partner, or what it says.
fn means(book: &Rulebook, code: &str) -> String {
    let table = book.code_table("portnet_moyen");
    table.and_then(|table| table.key_of(code)).unwrap_or(code).to_owned()
}
