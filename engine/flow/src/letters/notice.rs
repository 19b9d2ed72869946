//! The letter of a notice of payment: PNM, REMADV or ApplicationResponse, as its issuer wants it.
//! One record, written through the specimen its agreement names.
//!
//! What this module is *not*: it decides nothing; who is told what is the notice's.

use super::envelope;
use crate::decide::{Desk, Purpose, local_time};
use acquit_domain::exchange::Function;
use acquit_domain::letter::{LetterKind, LetterState};
use acquit_domain::pay::{Notice, NoticeFunction};
use acquit_domain::{Letter, Media, Money};
use acquit_mapping::agreement::Agreement;
use acquit_mapping::platform::Identification;
use acquit_mapping::record::Record;
use acquit_mapping::value::Instant;
use acquit_mapping::vocabulary::{List, field};
use acquit_mapping::xml::write_xml;

/// Name of the counter of our messages to issuers.
const MESSAGES: &str = "message";
/// The code table of the means of payment in a PNM.
const MOYEN: &str = "portnet_moyen";
/// How an issuer is told when nothing else was agreed.
const DEFAULT: &str = "portnet-pnm";

/// Gives the notice its next number and writes its letter; false when nobody described how its
/// issuer is told, so that nothing can go out.
pub(crate) fn notice(desk: &mut Desk<'_>, notice: &mut Notice) -> bool {
    let count = desk.count(MESSAGES);
    let book = desk.book;
    let agreement = book.agreement(&notice.issuer);
    let name = agreement.map_or(DEFAULT, |agreement| agreement.notice_specimen.as_str());
    let folder = agreement.map_or("", |agreement| agreement.folder.as_str());
    let is_edifact = book.catalogue.edifact(folder, name).is_some();
    // A control reference (0020) has 14 characters, a `NumeroMessage` 15.
    let number = if is_edifact { format!("{count:014}") } else { format!("{count:015}") };
    notice.messages.push(number.clone());
    let told = Told { notice, number: &number, agreement, is_edifact };
    let body = match is_edifact {
        true => edifact(desk, &told, name),
        false => book.catalogue.xml(folder, name).map(|form| {
            let (text, _) = write_xml(&form.specimen, &record(desk, &told));
            text.into_bytes()
        }),
    };
    let Some(body) = body else { return false };
    let letter = Letter {
        id: desk.id(Purpose::Letter),
        to: notice.issuer.clone(),
        kind: LetterKind::Pnm,
        reference: number,
        answers: None,
        media: if is_edifact { Media::Edifact } else { Media::Xml },
        body,
        written_at: desk.now,
        state: LetterState::Waiting,
    };
    desk.outcome.letters.push(letter);
    true
}

/// A notice about to be written.
struct Told<'n> {
    notice: &'n Notice,
    number: &'n str,
    agreement: Option<&'n Agreement>,
    is_edifact: bool,
}

impl Told<'_> {
    /// The issuer in the envelope of EDIFACT, else its code.
    fn address(&self) -> Identification {
        let agreed = self.agreement.and_then(|agreement| agreement.edifact.first());
        let code = self.notice.issuer.as_str();
        agreed.cloned().unwrap_or_else(|| Identification::parse(code))
    }

    /// `Destinataire`.
    fn recipient(&self) -> &str {
        let agreed = self.agreement.and_then(|agreement| agreement.xml.first());
        agreed.map_or(self.notice.issuer.as_str(), String::as_str)
    }

    fn total(&self) -> i64 {
        self.notice.lines.iter().fold(0, |sum: i64, line| sum.saturating_add(line.amount_minor))
    }
}

/// The notice as one interchange with one message.
fn edifact(desk: &Desk<'_>, told: &Told<'_>, name: &str) -> Option<Vec<u8>> {
    let record = record(desk, told);
    let folder = told.agreement.map_or("", |agreement| agreement.folder.as_str());
    envelope::unasked(desk, &told.address(), told.number, folder, &|sheet| {
        sheet.message(name, &record).map(|_| ())
    })
}

/// What every specimen of a notice may say.
fn record<'r>(desk: &Desk<'_>, told: &'r Told<'r>) -> Record<'r> {
    let notice = told.notice;
    let zone = &desk.book.platform.zone;
    let function = match notice.function {
        NoticeFunction::Payment => "payment",
        NoticeFunction::Reversal => "reversal",
    };
    let paid_at = local_time(zone, notice.paid_at);
    let money = |minor: i64| Money::new(minor, notice.currency);
    let mut record = Record::new();
    let root = Record::ROOT;
    // In EDIFACT the number is the interchange's, and the message in it is the first.
    record.say(root, field::MESSAGE, if told.is_edifact { "1" } else { told.number });
    record.say(root, field::NUMBER, told.number);
    record.say(root, field::SENDER, desk.book.platform.code.clone());
    record.say(root, field::RECIPIENT, told.recipient());
    record.say(root, field::WRITTEN_AT, Instant::local(local_time(zone, desk.now)));
    record.say_code(root, field::EVENT, function);
    record.say(root, field::MEANS, means(desk, told));
    record.say(root, field::TRANSACTION, notice.transaction.as_str());
    record.say(root, field::PAID_AT, Instant::local(paid_at));
    record.say(root, field::PAID_ON, paid_at.date());
    record.say(root, field::PAID, money(told.total()).decimal());
    record.say_code(root, field::CURRENCY, notice.currency.code());
    record.say(root, field::CLIENT_NAME, notice.client_name.as_str());
    record.say(root, field::CLIENT, notice.client.as_str());
    record.say(root, field::ISSUER, notice.issuer.as_str());
    for line in &notice.lines {
        let item = record.add_own(root, List::Invoices);
        record.say(item, field::INVOICES_NUMBER, line.invoice.number.as_str());
        record.say(item, field::INVOICES_ISSUED_ON, line.issued_on);
        if let Some(due_on) = line.due_on {
            record.say(item, field::INVOICES_DUE_ON, due_on);
        }
        record.say_code(item, field::INVOICES_CURRENCY, notice.currency.code());
        record.say(item, field::INVOICES_GROSS, money(line.amount_minor).decimal());
        record.say(item, field::INVOICES_TRANSACTION, notice.transaction.as_str());
        record.say_code(item, field::INVOICES_STATE, function);
        let label = format!("{} {}", money(line.amount_minor).decimal(), notice.currency.code());
        record.say(item, field::INVOICES_LABEL, label);
    }
    record
}

/// `Moyen` as issuers' systems know it, or PAI 4461, where D.96A has nothing for cards.
fn means(desk: &Desk<'_>, told: &Told<'_>) -> String {
    let function = desk.book.means(&told.notice.means).map(|(_, means)| means.function);
    let (moyen, pai) = match function {
        Some(Function::Chq) => ("cheque", "20"),
        Some(Function::Vir) => ("transfer", "30"),
        _ => ("other", "ZZZ"),
    };
    if told.is_edifact {
        return pai.to_owned();
    }
    let code = desk.book.code_table(MOYEN).and_then(|table| table.code_of(moyen));
    code.unwrap_or(moyen).to_owned()
}
