//! CREADV and CREMUL: credit advices of EDIFACT. An advice tells what was booked and no balance.
//!
//! What this module is *not*: an answer. Whoever wants a CONTRL for reports of a bank has no
//! agreement for that here.

use super::super::settlement::{Unread, finding, minor_of};
use super::entry::{Alike, Transfer, entries};
use super::{BankEntry, Statement, not_agreed};
use acquit_domain::{Currency, Date, Finding, Place};
use acquit_mapping::bank::Bank;
use acquit_mapping::catalogue::EdifactForm;
use acquit_mapping::edifact::read_edifact;
use acquit_mapping::findings::{merge, of_edifact};
use acquit_mapping::record::{ItemRef, Record};
use acquit_mapping::rulebook::Rulebook;
use acquit_mapping::vocabulary::{Field, List, field};
use acquit_syntax::edifact::check::{self, Checked, Input, Rules};
use acquit_syntax::edifact::envelope::Interchange;
use acquit_syntax::edifact::reader::{Item, Message, Options, Reader};
use acquit_syntax::fault;
use std::sync::Arc;

/// The specimens of advices, with the type, version and release they are of.
const REPORTS: [(&str, [&str; 3]); 2] =
    [("creadv-d96a", ["CREADV", "D", "96A"]), ("cremul-d96a", ["CREMUL", "D", "96A"])];

/// Reads the interchanges of a file.
pub(super) fn read(book: &Rulebook, bank: &Bank, bytes: &[u8]) -> (Vec<Statement>, Vec<Finding>) {
    let mut reader = Reader::over(bytes, Options::default());
    let (mut statements, mut findings) = (Vec::new(), Vec::new());
    while let Some(item) = reader.next() {
        match item {
            Item::Unreadable { faults }
            | Item::GroupStart { faults, .. }
            | Item::GroupEnd { faults }
            | Item::End { faults, .. } => findings.extend(faults.iter().map(of_edifact)),
            Item::Start { header, faults, .. } => {
                findings.extend(faults.iter().map(of_edifact));
                findings.extend(judge(bank, header));
            }
            Item::Message(one) => message(book, bank, &one, &mut statements, &mut findings),
        }
    }
    (statements, findings)
}

/// Who sent it, and whether it is meant.
fn judge(bank: &Bank, header: &Interchange) -> Option<Finding> {
    let sender = &header.sender;
    let agreed =
        |known: &acquit_mapping::platform::Identification| known.is(&sender.id, &sender.qualifier);
    let place = Place { segment: 1, name: "UNB".to_owned(), ..Place::default() };
    if header.is_test() {
        return Some(finding("EDI-025", &header.test, place));
    }
    let known = bank.edifact.is_empty() || bank.edifact.iter().any(agreed);
    (!known).then(|| finding("EDI-023", &sender.id, place))
}

fn message(
    book: &Rulebook,
    bank: &Bank,
    message: &Message<'_>,
    statements: &mut Vec<Statement>,
    findings: &mut Vec<Finding>,
) {
    let header = message.header();
    let said = [header.kind.as_str(), &header.version, &header.release];
    let Some((report, _)) = REPORTS.iter().find(|(_, of)| *of == said) else {
        findings.push(finding("FIL-NONE", &said.join(":"), Place::default()));
        return;
    };
    let agreed = bank.may_send(report);
    let Some(form) = book.catalogue.edifact(&bank.folder, report).filter(|_| agreed) else {
        findings.push(not_agreed(report));
        return;
    };
    let mut record = Record::new();
    let found = content(form, message, &mut record);
    let rejected = found.iter().any(Finding::rejects);
    findings.extend(found);
    if rejected {
        return;
    }
    let read = match *report {
        "cremul-d96a" => many(report, &record),
        _ => single(report, &record).map(|one| vec![one]),
    };
    match read {
        Ok(read) => statements.extend(read),
        Err(found) => findings.extend(found.map(|found| *found)),
    }
}

/// Groups, checks and maps one message.
fn content<'a>(
    form: &'a Arc<EdifactForm>,
    message: &Message<'a>,
    record: &mut Record<'a>,
) -> Vec<Finding> {
    let origin = fault::Place {
        interchange: message.interchange,
        message: message.number,
        byte: message.byte,
        ..fault::Place::default()
    };
    let mut checked = Checked::default();
    let input = Input::of(&message.content, origin, message.faults);
    check::message(&form.guide, &input, &Rules::default(), &mut checked);
    let outer: Vec<Finding> = message.faults.iter().map(of_edifact).collect();
    let structure: Vec<Finding> = checked.faults.iter().map(of_edifact).collect();
    let mapped = read_edifact(&form.specimen, &checked, &message.content, origin, record);
    merge(outer, merge(structure, mapped))
}

/// A reading of what the whole message says.
struct Whole<'r> {
    number: String,
    is_booked: bool,
    is_reversal: bool,
    root: ItemRef<'r, 'r>,
}

fn whole<'r>(record: &'r Record<'_>) -> Whole<'r> {
    let root = record.root();
    let state = root.code(field::STATE).unwrap_or_default();
    Whole {
        number: root.text(field::NUMBER).unwrap_or_default().to_owned(),
        is_booked: state != "pending",
        is_reversal: state == "reversed",
        root,
    }
}

impl Whole<'_> {
    fn written_on(&self) -> Option<Date> {
        self.root.date(field::WRITTEN_AT)
    }

    fn booking(&self, item: ItemRef<'_, '_>, amount: Field, minor: i64, on: Date) -> BankEntry {
        BankEntry {
            line: item.place(amount).segment,
            operation: "transfer_in".to_owned(),
            booked_on: on,
            amount_minor: if self.is_reversal { -minor } else { minor },
            is_booked: self.is_booked,
            is_reversal: self.is_reversal,
            ..BankEntry::default()
        }
    }
}

fn advice(
    report: &'static str,
    whole: &Whole<'_>,
    account: String,
    currency: Currency,
    entries: Vec<BankEntry>,
) -> Statement {
    Statement {
        report,
        bank: String::new(),
        account,
        currency,
        number: String::new(),
        reference: whole.number.clone(),
        opened_on: None,
        opening_minor: None,
        closing_minor: None,
        entries,
    }
}

fn amount_of(
    item: ItemRef<'_, '_>,
    amount: Field,
    currency: Field,
) -> Result<(i64, Currency), Unread> {
    let missing = |what: &str| {
        let wrong = finding("EDI-013", "", item.place(amount)).with_expected(what);
        Some(Box::new(wrong))
    };
    let currency = item.code(currency).and_then(Currency::of).ok_or_else(|| missing("6345"))?;
    let minor = minor_of(item, amount, currency)?.ok_or_else(|| missing("5004"))?;
    if minor <= 0 {
        let wrong = finding("PAY-NUM", &minor.to_string(), item.place(amount));
        return Err(Some(Box::new(wrong)));
    }
    Ok((minor, currency))
}

/// When the money came, as far as the advice says it.
fn day_of(day: Option<Date>, whole: &Whole<'_>) -> Result<Date, Unread> {
    day.or_else(|| whole.written_on()).ok_or_else(|| {
        let wrong = finding("EDI-013", "", Place::default()).with_expected("DTM");
        Some(Box::new(wrong))
    })
}

/// CREADV: one payment.
fn single(report: &'static str, record: &Record<'_>) -> Result<Statement, Unread> {
    let whole = whole(record);
    let root = whole.root;
    let text = |name| root.text(name).unwrap_or_default().to_owned();
    let (minor, currency) = amount_of(root, field::PAID, field::CURRENCY)?;
    let on = day_of(root.date(field::PAID_ON), &whole)?;
    let booking = whole.booking(root, field::PAID, minor, on);
    let invoices = record.items(List::Invoices);
    let numbers = invoices.filter_map(|one| one.text(field::INVOICES_NUMBER).map(str::to_owned));
    let own = [field::PAYMENT_REFERENCE, field::CHANNEL_REFERENCE, field::DESCRIPTION].map(text);
    let transfer = Transfer {
        reference: String::new(),
        minor: None,
        payer: said(text(field::PAYER_NAME), text(field::PAYER_ADDRESS)),
        payer_account: text(field::PAYER_ACCOUNT),
        words: own.into_iter().chain(numbers).collect(),
    };
    let account = text(field::ACCOUNT);
    let reference = match root.text(field::TRANSACTION) {
        Some(reference) => reference.to_owned(),
        None => whole.number.clone(),
    };
    let mut alike = Alike::default();
    let taken = entries(&booking, &reference, &[transfer], (&account, &mut alike))?;
    Ok(advice(report, &whole, account, currency, taken))
}

/// CREMUL: many payments, each on an account of its own.
fn many(report: &'static str, record: &Record<'_>) -> Result<Vec<Statement>, Unread> {
    let whole = whole(record);
    let mut alike = Alike::default();
    let mut advices: Vec<Statement> = Vec::new();
    for item in record.items(List::Entries) {
        let text = |name| item.text(name).unwrap_or_default().to_owned();
        let (minor, currency) = amount_of(item, field::ENTRIES_AMOUNT, field::ENTRIES_CURRENCY)?;
        let on = day_of(item.date(field::ENTRIES_BOOKED_ON), &whole)?;
        let booking = whole.booking(item, field::ENTRIES_AMOUNT, minor, on);
        let mut transfers = Vec::new();
        for one in item.items(List::Transfers) {
            transfers.push(transfer(one, currency)?);
        }
        let (account, reference) = (text(field::ENTRIES_ACCOUNT), text(field::ENTRIES_TRANSACTION));
        let taken = entries(&booking, &reference, &transfers, (&account, &mut alike))?;
        let same = |one: &&mut Statement| one.account == account && one.currency == currency;
        match advices.iter_mut().find(same) {
            Some(held) => held.entries.extend(taken),
            None => advices.push(advice(report, &whole, account, currency, taken)),
        }
    }
    Ok(advices)
}

/// What is said, or what is said in its place.
fn said(own: String, other: String) -> String {
    if own.is_empty() { other } else { own }
}

fn transfer(item: ItemRef<'_, '_>, currency: Currency) -> Result<Transfer, Unread> {
    let text = |name| item.text(name).unwrap_or_default().to_owned();
    let remarks = item.items(List::Remarks);
    let remarks = remarks.filter_map(|one| one.text(field::REMARKS_TEXT).map(str::to_owned));
    Ok(Transfer {
        reference: text(field::TRANSFERS_TRANSACTION),
        minor: minor_of(item, field::TRANSFERS_AMOUNT, currency)?,
        payer: said(text(field::TRANSFERS_PAYER), text(field::TRANSFERS_PAYER_ADDRESS)),
        payer_account: text(field::TRANSFERS_PAYER_ACCOUNT),
        words: std::iter::once(text(field::TRANSFERS_PAYMENT_REFERENCE)).chain(remarks).collect(),
    })
}
