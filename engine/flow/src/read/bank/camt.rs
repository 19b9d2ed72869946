//! camt.053 and camt.054: ISO 20022 statements and notifications.
//!
//! What this module is *not*: a validation against the schema. What the specimen does not name
//! says nothing about payments.

use super::super::settlement::{Unread, finding, minor_of};
use super::entry::{Alike, Transfer, entries};
use super::{BankEntry, Statement, not_agreed};
use acquit_domain::{Currency, Finding, Money, Severity};
use acquit_mapping::bank::Bank;
use acquit_mapping::findings::of_xml;
use acquit_mapping::record::{ItemRef, Record};
use acquit_mapping::rulebook::Rulebook;
use acquit_mapping::vocabulary::{List, field};
use acquit_mapping::xml::{Strictness, read_xml};
use acquit_syntax::xml::{Document, Options, read as read_documents};

/// The specimens of such reports.
const REPORTS: [&str; 2] = ["camt053", "camt054"];

/// Reads the documents of a file.
pub(super) fn read(book: &Rulebook, bank: &Bank, bytes: &[u8]) -> (Vec<Statement>, Vec<Finding>) {
    let options = Options { several_documents: true, ..Options::default() };
    let (documents, faults) = read_documents(bytes, &options);
    let mut findings: Vec<Finding> = faults.iter().map(of_xml).collect();
    let mut statements = Vec::new();
    for one in &documents {
        document(book, bank, one, &mut statements, &mut findings);
    }
    (statements, findings)
}

fn document(
    book: &Rulebook,
    bank: &Bank,
    document: &Document<'_>,
    statements: &mut Vec<Statement>,
    findings: &mut Vec<Finding>,
) {
    let forms =
        REPORTS.iter().filter_map(|name| Some((*name, book.catalogue.xml(&bank.folder, name)?)));
    let Some((report, form)) = forms.into_iter().find(|(_, form)| form.specimen.claims(document))
    else {
        let place = acquit_domain::Place { name: document.root().path(), ..Default::default() };
        findings.push(finding("FIL-NONE", document.root().qualified_name(), place));
        return;
    };
    if !bank.may_send(report) {
        findings.push(not_agreed(report));
        return;
    }
    let mut record = Record::new();
    let mapped =
        read_xml(&form.specimen, document, Strictness { unknown: Severity::Note }, &mut record);
    // Reports of banks say much that is not about payments.
    findings.extend(mapped.into_iter().filter(|found| found.code != "XML-UNKNOWN"));
    let mut alike = Alike::default();
    for item in record.items(List::Statements) {
        match statement(report, item, &mut alike) {
            Ok(statement) => statements.push(statement),
            Err(found) => findings.extend(found.map(|found| *found)),
        }
    }
}

fn statement(
    report: &'static str,
    item: ItemRef<'_, '_>,
    alike: &mut Alike,
) -> Result<Statement, Unread> {
    let text = |name| item.text(name).unwrap_or_default().to_owned();
    let currency = currency_of(item)?;
    let account = text(field::STATEMENTS_ACCOUNT);
    let opening = balance(item, "opening", currency)?;
    let opening = match opening {
        None => balance(item, "previous", currency)?,
        some => some,
    };
    let closing = balance(item, "closing", currency)?;
    let mut movements = Vec::new();
    for entry in item.items(List::Entries) {
        movements.extend(movement(entry, currency, &account, alike)?);
    }
    Ok(Statement {
        report,
        bank: text(field::STATEMENTS_BANK),
        account,
        currency,
        number: text(field::STATEMENTS_NUMBER),
        reference: text(field::STATEMENTS_REFERENCE),
        opened_on: opening.and_then(|(_, on)| on),
        opening_minor: opening.map(|(minor, _)| minor),
        closing_minor: closing.map(|(minor, _)| minor),
        entries: movements,
    })
}

/// The account's currency: that of its balances or its entries when it names none itself. A report
/// in which nothing moved may name none at all.
fn currency_of(item: ItemRef<'_, '_>) -> Result<Currency, Unread> {
    let own = item.code(field::STATEMENTS_CURRENCY);
    let balance = item.items(List::Balances).find_map(|one| one.code(field::BALANCES_CURRENCY));
    let entry = item.items(List::Entries).find_map(|one| one.code(field::ENTRIES_CURRENCY));
    let said = own.or(balance).or(entry);
    said.map_or(Some(Currency::MAD), Currency::of).ok_or(None)
}

type Balance = Option<(i64, Option<acquit_domain::Date>)>;

fn balance(item: ItemRef<'_, '_>, kind: &str, currency: Currency) -> Result<Balance, Unread> {
    let of = |one: &ItemRef<'_, '_>| one.code(field::BALANCES_KIND) == Some(kind);
    let Some(found) = item.items(List::Balances).find(of) else { return Ok(None) };
    same_currency(found.code(field::BALANCES_CURRENCY), currency, || {
        found.place(field::BALANCES_CURRENCY)
    })?;
    let minor = minor_of(found, field::BALANCES_AMOUNT, currency)?.ok_or(None)?;
    let owed = found.code(field::BALANCES_SIGN) == Some("debit");
    Ok(Some((if owed { -minor } else { minor }, found.date(field::BALANCES_ON))))
}

fn same_currency(
    said: Option<&str>,
    currency: Currency,
    place: impl FnOnce() -> acquit_domain::Place,
) -> Result<(), Unread> {
    match said {
        Some(said) if said != currency.code() => {
            let wrong = finding("PAY-CUR", said, place()).with_expected(currency.code());
            Err(Some(Box::new(wrong)))
        }
        _ => Ok(()),
    }
}

fn movement(
    item: ItemRef<'_, '_>,
    currency: Currency,
    account: &str,
    alike: &mut Alike,
) -> Result<Vec<BankEntry>, Unread> {
    let text = |name| item.text(name).unwrap_or_default().to_owned();
    let place = || item.place(field::ENTRIES_AMOUNT);
    same_currency(item.code(field::ENTRIES_CURRENCY), currency, place)?;
    let minor = minor_of(item, field::ENTRIES_AMOUNT, currency)?.ok_or(None)?;
    let came = item.code(field::ENTRIES_SIGN).ok_or(None)? == "credit";
    if minor < 0 {
        let said = Money::new(minor, currency).to_string();
        return Err(Some(Box::new(finding("PAY-NUM", &said, place()))));
    }
    let state = item.code(field::ENTRIES_STATE);
    let is_booked = state == Some("booked");
    let Some(booked_on) = item.date(field::ENTRIES_BOOKED_ON) else {
        // What is booked was booked on a day.
        let missing = finding("XML-013", "", place()).with_expected("BookgDt");
        return if is_booked { Err(Some(Box::new(missing))) } else { Ok(Vec::new()) };
    };
    // The detail decides where it means something here.
    let detail = text(field::ENTRIES_DETAIL);
    let known = ["cheque_back", "card_back", "fee", "interest"].contains(&detail.as_str());
    let operation = if known { detail } else { text(field::ENTRIES_OPERATION) };
    let booking = BankEntry {
        line: 0,
        operation,
        booked_on,
        amount_minor: if came { minor } else { -minor },
        label: text(field::ENTRIES_LABEL),
        is_booked,
        is_reversal: item.code(field::ENTRIES_REVERSAL) == Some("yes"),
        ..BankEntry::default()
    };
    let mut transfers = Vec::new();
    for one in item.items(List::Batches).flat_map(|batch| batch.items(List::Transfers)) {
        transfers.push(transfer(one, currency)?);
    }
    let reference = text(field::ENTRIES_TRANSACTION);
    entries(&booking, &reference, &transfers, (account, alike))
}

fn transfer(item: ItemRef<'_, '_>, currency: Currency) -> Result<Transfer, Unread> {
    let text = |name| item.text(name).unwrap_or_default().to_owned();
    let foreign = item.code(field::TRANSFERS_CURRENCY).is_some_and(|said| said != currency.code());
    let minor = match foreign {
        true => None,
        false => minor_of(item, field::TRANSFERS_AMOUNT, currency)?,
    };
    // A structured remark holds others.
    let remarks = item
        .items(List::Remarks)
        .flat_map(|one| std::iter::once(one).chain(one.items(List::Remarks)))
        .filter_map(|one| one.text(field::REMARKS_TEXT).map(str::to_owned));
    Ok(Transfer {
        reference: text(field::TRANSFERS_TRANSACTION),
        minor,
        payer: text(field::TRANSFERS_PAYER),
        payer_account: text(field::TRANSFERS_PAYER_ACCOUNT),
        words: std::iter::once(text(field::TRANSFERS_PAYMENT_REFERENCE)).chain(remarks).collect(),
    })
}
