//! The hashes of log rows and of the invoices they tell of: what makes the log tamper-evident.

use acquit_domain::Decimal;
use acquit_domain::time::days_of;
use acquit_domain::{Exchange, Finding, Id, Invoice, Letter};
use sha2::{Digest, Sha256};

/// Bytes of the fields of most rows and invoices.
const USUAL: usize = 1024;

/// Length-prefixed fields one after the other, so that no two rows give the same bytes. They are
/// hashed in one piece, because hashing many short ones costs several times as much.
struct Fields(Vec<u8>);

impl Fields {
    fn new() -> Fields {
        Fields(Vec::with_capacity(USUAL))
    }

    fn hash(&self) -> [u8; 32] {
        Sha256::digest(&self.0).into()
    }

    fn bytes(&mut self, bytes: &[u8]) {
        self.number(bytes.len() as i64);
        self.0.extend_from_slice(bytes);
    }

    fn text(&mut self, text: &str) {
        self.bytes(text.as_bytes());
    }

    fn number(&mut self, number: i64) {
        self.0.extend_from_slice(&number.to_be_bytes());
    }

    fn finding(&mut self, finding: &Finding) {
        self.text(&finding.code);
        self.text(finding.severity.key());
        self.text(finding.level.key());
        for number in [
            finding.place.interchange,
            finding.place.message,
            finding.place.segment,
            u32::from(finding.place.element),
            u32::from(finding.place.component),
            u32::from(finding.place.repeat),
            finding.place.len,
        ] {
            self.0.extend_from_slice(&number.to_be_bytes());
        }
        self.0.extend_from_slice(&finding.place.byte.to_be_bytes());
        self.text(&finding.place.name);
        self.text(&finding.value);
        self.text(&finding.expected);
        self.text(&finding.likely);
        self.0.push(finding.syntax_error.unwrap_or(0));
    }
}

/// The hash of a row: SHA-256 over every field of it but `hash` and `duration_us`, each
/// length-prefixed, in the order of the structure, the previous hash of its chain included.
#[must_use]
pub fn row_hash(row: &Exchange) -> [u8; 32] {
    let mut fields = Fields::new();
    fields.bytes(&row.id.0.to_be_bytes());
    fields.bytes(&row.parcel.0.to_be_bytes());
    fields.number(row.first_byte as i64);
    fields.number(row.bytes as i64);
    fields.number(row.at.0);
    fields.text(row.partner.as_str());
    fields.text(row.channel.key());
    fields.text(row.direction.key());
    fields.text(row.function.code());
    fields.text(&row.message);
    fields.text(&row.reference);
    match &row.invoice {
        Some(key) => {
            fields.text(key.issuer.as_str());
            fields.text(key.number.as_str());
        }
        None => fields.number(-1),
    }
    fields.number(row.n.map_or(-1, i64::from));
    fields.text(&row.event);
    fields.text(row.from.map_or("", |state| state.key()));
    fields.text(row.to.map_or("", |state| state.key()));
    fields.text(row.before.map_or("", |status| status.key()));
    fields.text(row.after.map_or("", |status| status.key()));
    fields.text(&row.user);
    fields.text(&row.recipient);
    fields.text(&row.observation);
    fields.number(i64::from(row.needs_reply));
    fields.text(row.verdict.key());
    fields.number(row.findings.len() as i64);
    row.findings.iter().for_each(|finding| fields.finding(finding));
    fields.number(row.unread.len() as i64);
    row.unread.iter().for_each(|name| fields.text(name));
    fields.bytes(&row.book);
    fields.bytes(&row.content);
    fields.bytes(row.letters.as_ref().map_or(&[], |hash| hash.as_slice()));
    fields.bytes(&row.previous);
    fields.hash()
}

/// The hash of a letter: SHA-256 over everything of it but what became of it.
#[must_use]
pub fn letter_hash(letter: &Letter) -> [u8; 32] {
    let mut fields = Fields::new();
    fields.bytes(&letter.id.0.to_be_bytes());
    fields.text(letter.to.as_str());
    fields.text(letter.kind.key());
    fields.text(&letter.reference);
    fields.bytes(letter.answers.map(|id| id.0.to_be_bytes()).as_ref().map_or(&[], |id| id));
    fields.text(letter.media.key());
    fields.bytes(&letter.body);
    fields.number(letter.written_at.0);
    fields.hash()
}

/// The hash of letters that belong together, which the last row of what caused them carries:
/// SHA-256 over their hashes in the order of their identifiers.
#[must_use]
pub fn letters_hash(letters: &mut [(Id, [u8; 32])]) -> [u8; 32] {
    letters.sort_unstable_by_key(|(id, _)| *id);
    let mut together = Sha256::new();
    letters.iter().for_each(|(_, hash)| together.update(hash));
    together.finalize().into()
}

/// The hash of an invoice as it is held, without what counts its changes: SHA-256 over every
/// field people or payments depend on. Each row of its chain carries the one after it, so that
/// the last row proves the invoice.
#[must_use]
pub fn invoice_hash(invoice: &Invoice) -> [u8; 32] {
    let mut fields = Fields::new();
    fields.text(invoice.key.issuer.as_str());
    fields.text(invoice.key.number.as_str());
    fields.text(invoice.state.key());
    fields.number(i64::from(invoice.flags.blocked) << 1 | i64::from(invoice.flags.disputed));
    fields.text(invoice.status.key());
    fields.text(invoice.kind.key());
    fields.text(invoice.principal.as_ref().map_or("", |number| number.as_str()));
    fields.text(&invoice.issuer_name);
    let client = &invoice.client;
    for text in [&client.code, &client.name, &client.ice, &client.ifu, &client.rc] {
        fields.text(text);
    }
    for date in [Some(invoice.issued_on), invoice.due_on, invoice.cancelled_on] {
        fields.number(date.map_or(i64::MIN, |date| i64::from(days_of(date))));
    }
    fields.number(invoice.net.minor);
    fields.number(invoice.gross.minor);
    fields.text(invoice.gross.currency.code());
    fields.text(&invoice.description);
    fields.number(invoice.means.len() as i64);
    invoice.means.iter().for_each(|mean| fields.text(mean));
    fields.number(invoice.allocated_minor);
    fields.services(invoice);
    fields.bytes(&invoice.content);
    fields.number(invoice.written_at.0);
    fields.text(&invoice.message);
    fields.hash()
}

impl Fields {
    fn services(&mut self, invoice: &Invoice) {
        let decimal = |value: Option<Decimal>| value.map(|value| value.normalize().to_string());
        self.number(invoice.services.len() as i64);
        for service in &invoice.services {
            for text in [&service.service, &service.operation, &service.reference, &service.label] {
                self.text(text);
            }
            self.text(&decimal(service.quantity).unwrap_or_default());
            self.text(&decimal(service.price).unwrap_or_default());
            self.number(service.net_minor.unwrap_or(i64::MIN));
            self.number(service.ends_on.map_or(i64::MIN, |date| i64::from(days_of(date))));
        }
        self.number(invoice.taxes.len() as i64);
        for tax in &invoice.taxes {
            self.text(&tax.rate.normalize().to_string());
            self.text(&tax.category);
            self.number(tax.base_minor.unwrap_or(i64::MIN));
            self.number(tax.amount_minor.unwrap_or(i64::MIN));
        }
    }
}
