//! An invoice as a row of the table `invoices`.

use crate::codes::{flags_code, flags_of, kind_code, kind_of, status_code, status_of};
use crate::error::Result;
use crate::value::{Row, Value, date_or_none, fields, json_list};
use crate::wire::{services_in, services_out, taxes_in, taxes_out};
use acquit_domain::invoice::{ClientData, Service};
use acquit_domain::{Currency, Invoice, InvoiceKey, InvoiceNumber, InvoiceState, Money, PartyCode};

/// Stands around each line in the column `lines`.
const LINE_MARK: char = '\u{1e}';
/// Stands between service and operation of a line in the column `lines`.
const PART_MARK: char = '\u{1f}';

/// The columns [`invoice_of`] reads, in its order.
macro_rules! invoice_columns {
    ($prefix:literal) => {
        concat!(
            $prefix,
            "issuer, ",
            $prefix,
            "number, state, flags, status, version, exchanges, last_hash, kind, principal, ",
            "issuer_name, client, client_name, client_ice, client_ifu, client_rc, issued_on, ",
            "due_on, cancelled_on, currency, net, gross, description, means, allocated, services, ",
            "taxes, content, written_at, message, created_at, updated_at"
        )
    };
}
pub(crate) use invoice_columns;

/// Writes a new invoice; nothing when its issuer and number are there already.
pub(crate) const INSERT: &str = "INSERT INTO invoices (
  number, issuer, version, exchanges, last_hash, state, flags, status, updated_at, cancelled_on,
  means, allocated, kind, principal, issuer_name, client, client_name, client_ice, client_ifu,
  client_rc, issued_on, due_on, currency, net, gross, description, lines, services, taxes, content,
  written_at, message, created_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19,
  $20, $21, $22, $23, $24, $25, $26, $27, $28, $29, $30, $31, $32, $33)
ON CONFLICT DO NOTHING";

/// Writes what a move changes; nothing when the version is not the one that was read.
pub(crate) const UPDATE: &str = "UPDATE invoices SET
  version = $4, exchanges = $5, last_hash = $6, state = $7, flags = $8, status = $9,
  updated_at = $10, cancelled_on = $11, means = $12, allocated = $13
WHERE number = $1 AND issuer = $2 AND version = $3";

/// Writes everything anew; nothing when the version is not the one that was read.
pub(crate) const REPLACE: &str = "UPDATE invoices SET
  version = $4, exchanges = $5, last_hash = $6, state = $7, flags = $8, status = $9,
  updated_at = $10, cancelled_on = $11, means = $12, allocated = $13, kind = $14, principal = $15,
  issuer_name = $16, client = $17, client_name = $18, client_ice = $19, client_ifu = $20,
  client_rc = $21, issued_on = $22, due_on = $23, currency = $24, net = $25, gross = $26,
  description = $27, lines = $28, services = $29, taxes = $30, content = $31, written_at = $32,
  message = $33
WHERE number = $1 AND issuer = $2 AND version = $3";

/// Forgets the references of the service lines held, before they are written anew.
pub(crate) const FORGET_REFERENCES: &str = "DELETE FROM invoice_references
WHERE kind = 0 AND reference IN (
    SELECT line.value ->> 2 FROM invoices i, json_each(i.services) line
    WHERE i.number = $1 AND i.issuer = $2)
  AND number = $1 AND issuer = $2";

/// Writes one reference of an invoice.
pub(crate) const ADD_REFERENCE: &str = "INSERT INTO invoice_references
  (kind, reference, number, issuer) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING";

/// Number and issuer: what every statement about an invoice begins with.
pub(crate) fn key_values(key: &InvoiceKey) -> [Value; 2] {
    [key.number.as_str().into(), key.issuer.as_str().into()]
}

/// The arguments of [`INSERT`].
pub(crate) fn insert_values(invoice: &Invoice, version: i64) -> Row {
    let mut row = Vec::with_capacity(34);
    row.extend(key_values(&invoice.key));
    push_state(&mut row, invoice, version);
    push_content(&mut row, invoice);
    row.push(invoice.created_at.into());
    row
}

/// The arguments of [`UPDATE`].
pub(crate) fn update_values(invoice: &Invoice, read: i64, version: i64) -> Row {
    let mut row = Vec::with_capacity(34);
    row.extend(key_values(&invoice.key));
    row.push(read.into());
    push_state(&mut row, invoice, version);
    row
}

/// The arguments of [`REPLACE`].
pub(crate) fn replace_values(invoice: &Invoice, read: i64, version: i64) -> Row {
    let mut row = update_values(invoice, read, version);
    push_content(&mut row, invoice);
    row
}

fn push_state(row: &mut Row, invoice: &Invoice, version: i64) {
    row.push(version.into());
    row.push(invoice.exchanges.into());
    row.push(invoice.last_hash.into());
    row.push(Value::Word(invoice.state.key()));
    row.push(flags_code(invoice.flags).into());
    row.push(status_code(invoice.status).into());
    row.push(invoice.updated_at.into());
    row.push(date_or_none(invoice.cancelled_on));
    row.push(json_list(&invoice.means));
    row.push(invoice.allocated_minor.into());
}

fn push_content(row: &mut Row, invoice: &Invoice) {
    row.push(kind_code(invoice.kind).into());
    row.push(invoice.principal.as_ref().map(InvoiceNumber::as_str).into());
    row.push(invoice.issuer_name.as_str().into());
    row.push(invoice.client.code.as_str().into());
    row.push(invoice.client.name.as_str().into());
    row.push(invoice.client.ice.as_str().into());
    row.push(invoice.client.ifu.as_str().into());
    row.push(invoice.client.rc.as_str().into());
    row.push(invoice.issued_on.into());
    row.push(date_or_none(invoice.due_on));
    row.push(invoice.net.currency.code().into());
    row.push(invoice.net.minor.into());
    row.push(invoice.gross.minor.into());
    row.push(invoice.description.as_str().into());
    row.push(lines_text(&invoice.services).into());
    row.push(json_list(&services_out(&invoice.services)));
    row.push(json_list(&taxes_out(&invoice.taxes)));
    row.push(invoice.content.into());
    row.push(invoice.written_at.into());
    row.push(invoice.message.as_str().into());
}

/// Services and operations of all lines as one text: each pair once, between marks.
fn lines_text(services: &[Service]) -> String {
    let mut text = String::with_capacity(32);
    text.push(LINE_MARK);
    for line in services {
        // The mark before the pair stands there already; it goes again with a pair known.
        let start = text.len();
        let plain = |code: &str| !code.contains([LINE_MARK, PART_MARK]);
        match plain(&line.service) && plain(&line.operation) {
            true => text.extend([line.service.as_str(), "\u{1f}", line.operation.as_str()]),
            false => text.push_str(&pair_text(&line.service, &line.operation)),
        }
        text.push(LINE_MARK);
        let (before, pair) = text.split_at(start);
        let is_known = before.match_indices(pair).any(|(at, _)| before[..at].ends_with(LINE_MARK));
        if is_known {
            text.truncate(start);
        }
    }
    text
}

fn pair_text(service: &str, operation: &str) -> String {
    format!("{}{PART_MARK}{}", plain(service), plain(operation))
}

fn plain(code: &str) -> String {
    code.chars().filter(|c| !matches!(*c, LINE_MARK | PART_MARK)).collect()
}

/// What the column `lines` of an invoice contains when one of its lines has this service, this
/// operation, or both.
pub(crate) fn line_pattern(service: Option<&str>, operation: Option<&str>) -> Option<String> {
    match (service, operation) {
        (None, None) => None,
        (Some(service), None) => Some(format!("{LINE_MARK}{}{PART_MARK}", plain(service))),
        (None, Some(operation)) => Some(format!("{PART_MARK}{}{LINE_MARK}", plain(operation))),
        (Some(service), Some(operation)) => {
            Some(format!("{LINE_MARK}{}{LINE_MARK}", pair_text(service, operation)))
        }
    }
}

/// The invoice of a row that has the columns of `invoice_columns!`.
pub(crate) fn invoice_of(row: Row) -> Result<Invoice> {
    let mut row = fields("invoices", row);
    let key =
        InvoiceKey { issuer: row.word(PartyCode::new)?, number: row.word(InvoiceNumber::new)? };
    let state = row.word(InvoiceState::of)?;
    let flags = flags_of(row.int()?).ok_or_else(|| row.wrong("unknown flags"))?;
    let status = status_of(row.int()?).ok_or_else(|| row.wrong("unknown status"))?;
    let (version, exchanges, last_hash) = (row.int()?, row.count()?, row.hash()?);
    let kind = kind_of(row.int()?).ok_or_else(|| row.wrong("unknown kind"))?;
    let (principal, issuer_name) = (row.word_or_none(InvoiceNumber::new)?, row.text()?);
    let (code, name) = (row.text()?, row.text()?);
    let (ice, ifu, rc) = (row.text()?, row.text()?, row.text()?);
    let (issued_on, due_on, cancelled_on) = (row.date()?, row.date_or_none()?, row.date_or_none()?);
    let currency = row.word(Currency::of)?;
    let (net, gross) = (Money::new(row.int()?, currency), Money::new(row.int()?, currency));
    let (description, means, allocated_minor) = (row.text()?, row.json()?, row.int()?);
    let services = services_in(row.json()?).ok_or_else(|| row.wrong("services"))?;
    let taxes = taxes_in(row.json()?).ok_or_else(|| row.wrong("taxes"))?;
    Ok(Invoice {
        key,
        state,
        flags,
        status,
        version,
        exchanges,
        last_hash,
        kind,
        principal,
        issuer_name,
        client: ClientData { code, name, ice, ifu, rc },
        issued_on,
        due_on,
        cancelled_on,
        net,
        gross,
        description,
        means,
        allocated_minor,
        services,
        taxes,
        content: row.hash()?,
        written_at: row.time()?,
        message: row.text()?,
        created_at: row.time()?,
        updated_at: row.time()?,
    })
}
