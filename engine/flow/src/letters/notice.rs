//! The letter of a notice of payment.
//!
//! What this module is *not*: it decides nothing; who is told what is the notice's.

use crate::decide::{Desk, Purpose, local_time};
use acquit_domain::exchange::Function;
use acquit_domain::letter::{LetterKind, LetterState};
use acquit_domain::pay::{Notice, NoticeFunction};
use acquit_domain::{Letter, Media, Money};
use acquit_mapping::record::Record;
use acquit_mapping::value::Instant;
use acquit_mapping::vocabulary::{List, field};
use acquit_mapping::xml::write_xml;

/// Name of the counter of our messages to issuers.
const MESSAGES: &str = "message";
/// The code table of the means of payment in a PNM.
const MOYEN: &str = "portnet_moyen";

/// Gives the notice its next number and writes its letter; false when nobody described how its
/// issuer is told, so that nothing can go out.
pub(crate) fn notice(desk: &mut Desk<'_>, notice: &mut Notice) -> bool {
    let number = format!("{:015}", desk.count(MESSAGES));
    let body = portnet(desk, notice, &number);
    notice.messages.push(number.clone());
    let Some(body) = body else { return false };
    let letter = Letter {
        id: desk.id(Purpose::Letter),
        to: notice.issuer.clone(),
        kind: LetterKind::Pnm,
        reference: number,
        answers: None,
        media: Media::Xml,
        body,
        written_at: desk.now,
        state: LetterState::Waiting,
    };
    desk.outcome.letters.push(letter);
    true
}

/// The notice as a PNM of PortNet.
fn portnet(desk: &Desk<'_>, notice: &Notice, number: &str) -> Option<Vec<u8>> {
    let agreement = desk.book.agreement(&notice.issuer);
    let folder = agreement.map_or("", |agreement| agreement.folder.as_str());
    let name = agreement.map_or("portnet-pnm", |agreement| agreement.notice_specimen.as_str());
    let form = desk.book.catalogue.xml(folder, name)?;
    let recipient = agreement.and_then(|agreement| agreement.xml.first());
    let recipient = recipient.map_or(notice.issuer.as_str(), String::as_str);
    let total = notice.lines.iter().fold(0i64, |sum, line| sum.saturating_add(line.amount_minor));
    let mut record = Record::new();
    let root = Record::ROOT;
    let zone = &desk.book.platform.zone;
    record.say(root, field::MESSAGE, number);
    record.say(root, field::SENDER, desk.book.platform.code.clone());
    record.say(root, field::RECIPIENT, recipient);
    record.say(root, field::WRITTEN_AT, Instant::local(local_time(zone, desk.now)));
    record.say_code(
        root,
        field::EVENT,
        match notice.function {
            NoticeFunction::Payment => "payment",
            NoticeFunction::Reversal => "reversal",
        },
    );
    record.say(root, field::MEANS, moyen(desk, notice));
    record.say(root, field::TRANSACTION, notice.transaction.as_str());
    record.say(root, field::PAID_AT, Instant::local(local_time(zone, notice.paid_at)));
    record.say(root, field::PAID, Money::new(total, notice.currency).decimal());
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
        let paid = Money::new(line.amount_minor, notice.currency).decimal();
        record.say(item, field::INVOICES_GROSS, paid);
    }
    Some(write_xml(&form.specimen, &record).0.into_bytes())
}

/// `Moyen`: the code of the means, as issuers' systems know it.
fn moyen(desk: &Desk<'_>, notice: &Notice) -> String {
    let function = desk.book.means(&notice.means).map(|(_, means)| means.function);
    let key = match function {
        Some(Function::Chq) => "cheque",
        Some(Function::Vir) => "transfer",
        _ => "other",
    };
    let code = desk.book.code_table(MOYEN).and_then(|table| table.code_of(key));
    code.unwrap_or(key).to_owned()
}
