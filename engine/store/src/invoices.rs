//! One invoice with all that belongs to it: « Suivi de la facture ».

use crate::error::Result;
use crate::exchange_row::{exchange_columns, exchange_of};
use crate::invoice_row::{invoice_columns, invoice_of, key_values};
use crate::link::Link;
use crate::log::LogRow;
use crate::store::Store;
use crate::value::{Fields, Row, fields};
use crate::viewer::Viewer;
use acquit_domain::invoice::Document;
use acquit_domain::{Id, Invoice, InvoiceKey, InvoiceNumber, PartyCode, Timestamp};

/// Most log rows of one invoice that are shown at once.
pub const EXCHANGES_MAX: u32 = 10_000;

const BY_KEY: &str = concat!(
    "SELECT ",
    invoice_columns!("i."),
    " FROM invoices i WHERE i.number = $1 AND i.issuer = $2"
);

const DOCUMENTS: &str = "SELECT id, name, description, recorded_at, sha256 FROM documents
WHERE number = $1 AND issuer = $2 ORDER BY recorded_at, id";

const DOCUMENT: &str = "SELECT d.number, d.issuer, d.id, d.name, d.description, d.recorded_at,
  d.sha256, b.bytes
FROM documents d CROSS JOIN blobs b
WHERE d.id = $1 AND b.sha256 = d.sha256";

const EXCHANGES: &str = concat!(
    "SELECT ",
    exchange_columns!(),
    " FROM exchanges WHERE number = $1 AND issuer = $2 AND n IS NOT NULL ORDER BY n LIMIT $3"
);

/// A document in the list of an invoice; its bytes are asked for by its identifier.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DocumentEntry {
    /// Its identifier.
    pub id: Id,
    /// Its canonical name.
    pub name: String,
    /// « Description ».
    pub description: String,
    /// « Date d'enregistrement ».
    pub recorded_at: Timestamp,
    /// SHA-256 of its bytes.
    pub sha256: [u8; 32],
}

/// An invoice with its documents and its log rows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InvoiceFile {
    /// The invoice.
    pub invoice: Invoice,
    /// « Liste des documents ».
    pub documents: Vec<DocumentEntry>,
    /// « Liste des messages », in the order of « N° d'échanges ».
    pub exchanges: Vec<LogRow>,
}

impl Store {
    /// One invoice with all that belongs to it; `None` when there is none the viewer may see.
    ///
    /// # Errors
    /// What the database says, or a row that cannot be.
    pub async fn invoice(&self, viewer: &Viewer, key: &InvoiceKey) -> Result<Option<InvoiceFile>> {
        let (viewer, key) = (viewer.clone(), key.clone());
        self.read(move |link| {
            let Some(invoice) = visible(link, &viewer, &key)? else {
                return Ok(None);
            };
            let documents = link.select(DOCUMENTS, &key_values(&key))?;
            let documents = documents.into_iter().map(entry_of).collect::<Result<_>>()?;
            let exchanges = exchanges_of(link, &key)?;
            Ok(Some(InvoiceFile { invoice, documents, exchanges }))
        })
        .await
    }

    /// The log rows of an invoice; `None` when there is no invoice the viewer may see.
    ///
    /// # Errors
    /// What the database says, or a row that cannot be.
    pub async fn exchanges_of(
        &self,
        viewer: &Viewer,
        key: &InvoiceKey,
    ) -> Result<Option<Vec<LogRow>>> {
        let (viewer, key) = (viewer.clone(), key.clone());
        self.read(move |link| {
            visible(link, &viewer, &key)?.map(|_| exchanges_of(link, &key)).transpose()
        })
        .await
    }

    /// A document with its bytes; `None` when there is none the viewer may see.
    ///
    /// # Errors
    /// What the database says, or a row that cannot be.
    pub async fn document(&self, viewer: &Viewer, id: Id) -> Result<Option<Document>> {
        let viewer = viewer.clone();
        self.read(move |link| {
            let Some(row) = link.select(DOCUMENT, &[id.into()])?.pop() else {
                return Ok(None);
            };
            let document = document_of(row)?;
            let seen = visible(link, &viewer, &document.invoice)?.is_some();
            Ok(seen.then_some(document))
        })
        .await
    }
}

pub(crate) fn visible(link: &Link, viewer: &Viewer, key: &InvoiceKey) -> Result<Option<Invoice>> {
    let Some(row) = link.select(BY_KEY, &key_values(key))?.pop() else {
        return Ok(None);
    };
    let invoice = invoice_of(row)?;
    Ok(viewer.sees(&invoice).then_some(invoice))
}

fn exchanges_of(link: &Link, key: &InvoiceKey) -> Result<Vec<LogRow>> {
    let [number, issuer] = key_values(key);
    let rows = link.select(EXCHANGES, &[number, issuer, EXCHANGES_MAX.into()])?;
    rows.into_iter()
        .map(|row| exchange_of(row).map(|(seq, exchange)| LogRow { seq, exchange }))
        .collect()
}

fn entry_of(row: Row) -> Result<DocumentEntry> {
    let mut row = fields("documents", row);
    entry(&mut row)
}

fn entry(row: &mut Fields) -> Result<DocumentEntry> {
    Ok(DocumentEntry {
        id: row.id()?,
        name: row.text()?,
        description: row.text()?,
        recorded_at: row.time()?,
        sha256: row.hash()?,
    })
}

fn document_of(row: Row) -> Result<Document> {
    let mut row = fields("documents", row);
    let number = row.word(InvoiceNumber::new)?;
    let invoice = InvoiceKey { issuer: row.word(PartyCode::new)?, number };
    let DocumentEntry { id, name, description, recorded_at, sha256 } = entry(&mut row)?;
    let bytes = row.blob()?.into();
    Ok(Document { id, invoice, name, description, recorded_at, sha256, bytes })
}
