//! From a record (names and values as they stood) to what an issuer says: typed, exact, checked.
//!
//! A value that is no value of its type (an unknown currency, an amount with too many decimals)
//! becomes a finding at its place, never a default.

use crate::check::{Places, Rules, check};
use acquit_domain::invoice::{Attachment, ClientData, MessageFunction, Service, Tax};
use acquit_domain::money::NotMoney;
use acquit_domain::{
    Currency, Date, Decimal, Finding, InvoiceKey, InvoiceKind, InvoiceMessage, InvoiceNumber,
    Money, Place, Severity, Timestamp,
};
use acquit_mapping::agreement::{Agreement, SpeaksFor, Tolerance, VatCheck};
use acquit_mapping::record::{ItemRef, Record};
use acquit_mapping::rulebook::Rulebook;
use acquit_mapping::value::Instant;
use acquit_mapping::vocabulary::{Field, List, field};
use sha2::{Digest, Sha256};

/// What a record says about an invoice, with the findings of turning it into that.
pub(crate) fn invoice(
    book: &Rulebook,
    agreement: &Agreement,
    record: &Record<'_>,
) -> (Option<InvoiceMessage>, Vec<Finding>) {
    let root = record.root();
    let mut desk = Claim { currency: None, found: Vec::new() };
    issuer(&mut desk, agreement, root);
    let Some(number) = desk.number(root) else { return (None, desk.found) };
    let Some(issuer) = acquit_domain::PartyCode::new(&agreement.code) else {
        return (None, desk.found);
    };
    desk.currency = desk.currency(root);
    let (kind, function) = kind_and_function(root);
    let principal = root.text(field::PRINCIPAL).and_then(InvoiceNumber::new);
    let mut said = InvoiceMessage {
        key: InvoiceKey { issuer, number },
        function,
        kind,
        principal,
        issuer_name: text(root, field::ISSUER_NAME),
        client: client(root),
        written_at: root.instant(field::WRITTEN_AT).and_then(|at| instant(book, at)),
        issued_on: root.date(field::ISSUED_ON),
        due_on: root.date(field::DUE_ON),
        cancelled_on: root.date(field::CANCELLED_ON),
        currency: desk.currency,
        net_minor: desk.amount(root, field::NET),
        vat_minor: desk.amount(root, field::VAT),
        gross_minor: desk.amount(root, field::GROSS),
        due_minor: desk.amount(root, field::DUE),
        taxes: Vec::new(),
        services: Vec::new(),
        description: text(root, field::DESCRIPTION),
        attachments: attachments(root),
        content: [0; 32],
    };
    said.services = root.items(List::Lines).map(|line| desk.service(line)).collect();
    said.taxes = desk.taxes(root);
    complete_amounts(&mut said);
    said.content = content(&said);
    needs(&mut desk, &said, root);
    let rate_allowed = |rate: Decimal, on: Date| {
        agreement.vat_check == VatCheck::Off || book.vat.allowed(rate, on)
    };
    let rules = Rules {
        rate_allowed: &rate_allowed,
        rate_severity: match agreement.vat_check {
            VatCheck::Error => Severity::Error,
            VatCheck::Warning | VatCheck::Off => Severity::Warning,
        },
        zero_is_fine: agreement.tolerates(Tolerance::ZeroAmounts),
    };
    // Places are looked up only when there is something to tell of them.
    if !check(&said, &Places::default(), &rules).is_empty() {
        desk.found.extend(check(&said, &places(root), &rules));
    }
    (Some(said), desk.found)
}

/// The issuer a message names must be who sends it, unless it speaks for others.
fn issuer(desk: &mut Claim, agreement: &Agreement, root: ItemRef<'_, '_>) {
    let Some(named) = root.text(field::ISSUER) else { return };
    if agreement.speaks_for == SpeaksFor::Itself && !agreement.is(named) {
        let mut finding =
            Finding::business("SEC-ISSUER", Severity::Error, root.place(field::ISSUER))
                .with_value(named)
                .with_expected(&agreement.code);
        // Told in CONTRL as well: the value is not one this sender may use.
        finding.syntax_error = Some(12);
        desk.found.push(finding);
    }
}

/// What is needed for one claim.
struct Claim {
    currency: Option<Currency>,
    found: Vec<Finding>,
}

impl Claim {
    fn error(&mut self, code: &'static str, place: Place, value: impl std::fmt::Display) {
        self.found.push(Finding::business(code, Severity::Error, place).with_value(value));
    }

    fn number(&mut self, root: ItemRef<'_, '_>) -> Option<InvoiceNumber> {
        let text = root.text(field::NUMBER)?;
        let number = InvoiceNumber::new(text);
        if number.is_none() {
            self.error("BIZ-NUMBER", root.place(field::NUMBER), text);
        }
        number
    }

    fn currency(&mut self, root: ItemRef<'_, '_>) -> Option<Currency> {
        let code = root.code(field::CURRENCY)?;
        let currency = Currency::of(code);
        if currency.is_none() {
            self.error("BIZ-CUR", root.place(field::CURRENCY), code);
        }
        currency
    }

    /// An amount in minor units. Without a currency nothing is exact: the lack of one is told
    /// elsewhere.
    fn amount(&mut self, item: ItemRef<'_, '_>, field: Field) -> Option<i64> {
        let value = item.decimal(field)?;
        match Money::exact(value, self.currency?) {
            Ok(money) => Some(money.minor),
            Err(NotMoney::Scale) => {
                self.error("BIZ-SCALE", item.place(field), value);
                None
            }
            Err(NotMoney::Range) => {
                self.error("BIZ-RANGE", item.place(field), value);
                None
            }
        }
    }

    fn service(&mut self, line: ItemRef<'_, '_>) -> Service {
        Service {
            service: text(line, field::LINES_SERVICE),
            operation: text(line, field::LINES_OPERATION),
            reference: text(line, field::LINES_REFERENCE),
            label: text(line, field::LINES_LABEL),
            quantity: line.decimal(field::LINES_QUANTITY),
            price: line.decimal(field::LINES_PRICE),
            net_minor: self.amount(line, field::LINES_NET),
            ends_on: line.date(field::LINES_ENDS_ON),
        }
    }

    /// Taxes as the message totals them; else per rate of the lines.
    fn taxes(&mut self, root: ItemRef<'_, '_>) -> Vec<Tax> {
        let mut taxes: Vec<Tax> = root
            .items(List::Taxes)
            .filter_map(|tax| {
                Some(Tax {
                    rate: tax.decimal(field::TAXES_RATE)?,
                    category: text(tax, field::TAXES_CATEGORY),
                    base_minor: self.amount(tax, field::TAXES_BASE),
                    amount_minor: self.amount(tax, field::TAXES_AMOUNT),
                })
            })
            .collect();
        let lacking = taxes.is_empty() || taxes.iter().any(|tax| tax.base_minor.is_none());
        if lacking && let Some(computed) = self.taxes_of_lines(root) {
            fill_bases(&mut taxes, computed);
        }
        taxes
    }

    /// Bases per rate from the lines, when every line says its rate and its net amount.
    fn taxes_of_lines(&mut self, root: ItemRef<'_, '_>) -> Option<Vec<Tax>> {
        let currency = self.currency?;
        let mut taxes: Vec<Tax> = Vec::new();
        for line in root.items(List::Lines) {
            let rate = line.decimal(field::LINES_TAX_RATE)?;
            let net = Money::exact(line.decimal(field::LINES_NET)?, currency).ok()?.minor;
            match taxes.iter_mut().find(|tax| tax.rate == rate) {
                Some(tax) => tax.base_minor = tax.base_minor?.checked_add(net),
                None => taxes.push(Tax {
                    rate,
                    category: text(line, field::LINES_TAX_CATEGORY),
                    base_minor: Some(net),
                    amount_minor: None,
                }),
            }
        }
        (!taxes.is_empty()).then_some(taxes)
    }
}

/// Lends the bases computed from the lines to the taxes that say none.
fn fill_bases(taxes: &mut Vec<Tax>, computed: Vec<Tax>) {
    if taxes.is_empty() {
        *taxes = computed;
        return;
    }
    for tax in taxes.iter_mut().filter(|tax| tax.base_minor.is_none()) {
        let same = computed.iter().find(|other| other.rate == tax.rate);
        tax.base_minor = same.and_then(|other| other.base_minor);
    }
}

fn text(item: ItemRef<'_, '_>, field: Field) -> String {
    item.text(field).unwrap_or_default().to_owned()
}

/// The kind, and what the message does. A corrected invoice (384) takes the place of the one
/// that bears its number; with another number it belongs to the one it names.
fn kind_and_function(root: ItemRef<'_, '_>) -> (Option<InvoiceKind>, MessageFunction) {
    let function = root.code(field::EVENT).and_then(MessageFunction::of);
    let function = function.unwrap_or(MessageFunction::Original);
    match root.code(field::KIND) {
        Some("corrected") => {
            let named = root.text(field::PRINCIPAL);
            if named.is_none() || named == root.text(field::NUMBER) {
                let function = match function {
                    MessageFunction::Original => MessageFunction::Replace,
                    other => other,
                };
                (Some(InvoiceKind::Principal), function)
            } else {
                (Some(InvoiceKind::Supplementary), function)
            }
        }
        kind => (kind.and_then(InvoiceKind::of), function),
    }
}

fn client(root: ItemRef<'_, '_>) -> ClientData {
    ClientData {
        code: text(root, field::CLIENT),
        name: text(root, field::CLIENT_NAME),
        ice: text(root, field::CLIENT_ICE),
        ifu: text(root, field::CLIENT_IFU),
        rc: text(root, field::CLIENT_RC),
    }
}

fn attachments(root: ItemRef<'_, '_>) -> Vec<Attachment> {
    root.items(List::Documents)
        .filter_map(|document| {
            Some(Attachment {
                name: text(document, field::DOCUMENTS_NAME),
                description: text(document, field::DOCUMENTS_DESCRIPTION),
                bytes: document.bytes(field::DOCUMENTS_CONTENT)?.into(),
            })
        })
        .collect()
}

/// A date and time of a message as an instant: local time in the platform's zone when it names
/// none. In the hour that a clock change repeats, the earlier instant.
pub(crate) fn instant(book: &Rulebook, at: Instant) -> Option<Timestamp> {
    if at.offset_seconds.is_some() {
        return at.timestamp(0);
    }
    let zone = jiff::tz::TimeZone::get(&book.platform.zone).ok()?;
    let instant = zone.to_ambiguous_timestamp(at.at).compatible().ok()?;
    Some(Timestamp(instant.as_microsecond()))
}

/// Fills in the totals that follow from the others.
fn complete_amounts(said: &mut InvoiceMessage) {
    if said.gross_minor.is_none() {
        said.gross_minor = said.due_minor;
    }
    if said.net_minor.is_none() {
        said.net_minor = match (said.gross_minor, said.vat_minor) {
            (Some(gross), Some(vat)) => gross.checked_sub(vat),
            (gross, None) if said.taxes.is_empty() => gross,
            _ => None,
        };
    }
}

/// What a message that brings or replaces an invoice must say.
fn needs(desk: &mut Claim, said: &InvoiceMessage, root: ItemRef<'_, '_>) {
    let brings = matches!(said.function, MessageFunction::Original | MessageFunction::Replace);
    if !brings || !desk.found.is_empty() {
        return;
    }
    let lacks = [
        (said.kind.is_none(), field::KIND),
        (said.issued_on.is_none(), field::ISSUED_ON),
        (said.currency.is_none(), field::CURRENCY),
        (said.gross_minor.is_none(), field::GROSS),
        (said.net_minor.is_none(), field::NET),
        (said.client.code.is_empty(), field::CLIENT),
    ];
    for (_, field) in lacks.into_iter().filter(|(lacking, _)| *lacking) {
        let finding = Finding::business("BIZ-MISSING", Severity::Error, root.place(field));
        desk.found.push(finding.with_expected(field.key()));
    }
}

fn places(root: ItemRef<'_, '_>) -> Places {
    let place = |field: Field| root.has(field).then(|| root.place(field));
    Places {
        message: root.place(field::NUMBER),
        net: place(field::NET),
        vat: place(field::VAT),
        gross: place(field::GROSS),
        due_on: place(field::DUE_ON),
        client: place(field::CLIENT_ICE).or_else(|| place(field::CLIENT_IFU)),
        principal: place(field::PRINCIPAL),
    }
}

/// Bytes of what a usual message says, without its attachments.
const CONTENT_USUAL: usize = 1024;

/// SHA-256 of what the message says of the invoice, without what belongs to the sending
/// (function, reference, date of writing): two messages that say the same have the same.
fn content(said: &InvoiceMessage) -> [u8; 32] {
    // Together in one piece: hashing many short ones costs several times as much.
    let mut whole: Vec<u8> = Vec::with_capacity(CONTENT_USUAL);
    let mut put = |part: &[u8]| {
        whole.extend_from_slice(&(part.len() as u32).to_be_bytes());
        whole.extend_from_slice(part);
    };
    put(said.key.number.as_str().as_bytes());
    put(said.kind.map_or("", InvoiceKind::key).as_bytes());
    put(said.principal.as_ref().map_or("", InvoiceNumber::as_str).as_bytes());
    for part in [&said.client.code, &said.client.name, &said.client.ice, &said.client.ifu] {
        put(part.as_bytes());
    }
    for date in [said.issued_on, said.due_on] {
        put(&date.map_or(i32::MIN, acquit_domain::time::days_of).to_be_bytes());
    }
    put(said.currency.as_ref().map_or("", Currency::code).as_bytes());
    for minor in [said.net_minor, said.vat_minor, said.gross_minor] {
        put(&minor.unwrap_or(i64::MIN).to_be_bytes());
    }
    for service in &said.services {
        put(service.service.as_bytes());
        put(service.operation.as_bytes());
        put(service.reference.as_bytes());
        put(service.label.as_bytes());
        put(&service.net_minor.unwrap_or(i64::MIN).to_be_bytes());
        put(&service.ends_on.map_or(i32::MIN, acquit_domain::time::days_of).to_be_bytes());
    }
    put(said.description.as_bytes());
    let mut hash = Sha256::new_with_prefix(whole);
    for attachment in &said.attachments {
        for part in [attachment.name.as_bytes(), &attachment.bytes] {
            hash.update((part.len() as u32).to_be_bytes());
            hash.update(part);
        }
    }
    hash.finalize().into()
}
