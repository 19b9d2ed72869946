//! What to look for among the invoices, in which order, and which page of it.

use acquit_domain::{Date, InvoiceKind, Status};

/// Most invoices on a page.
pub const PAGE_MAX: u32 = 200;

/// Hits up to which a total is exact. Counting further would read what nobody looks at.
pub const TOTAL_MAX: u32 = 1000;

/// What to look for; an absent criterion excludes nothing. Texts are compared whole.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct InvoiceFilter {
    /// « Numéro de la facture ».
    pub number: Option<String>,
    /// « Type de facture ».
    pub kind: Option<InvoiceKind>,
    /// « Statut facture ».
    pub status: Option<Status>,
    /// « Date de la facture du ».
    pub issued_from: Option<Date>,
    /// « Au », included.
    pub issued_to: Option<Date>,
    /// « Émetteur »: code of the issuer.
    pub issuer: Option<String>,
    /// Code of the client.
    pub client: Option<String>,
    /// « Prestation ».
    pub service: Option<String>,
    /// « Type d'opération », of the same line when both are given.
    pub operation: Option<String>,
    /// « Référence » of a service line.
    pub reference: Option<String>,
    /// Reference of a payment.
    pub payment_reference: Option<String>,
}

/// A column lists can be sorted by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum SortColumn {
    /// Date of the invoice.
    #[default]
    IssuedOn,
    /// Date it is due; those without one come first.
    DueOn,
    /// Number, as text.
    Number,
    /// Kind: principal, supplementary, credit note.
    Kind,
    /// Code of the issuer.
    Issuer,
    /// Code of the client.
    Client,
    /// Net amount in minor units.
    Net,
    /// Gross amount in minor units.
    Gross,
    /// Status, in the guide's order of life.
    Status,
}

/// Every column with its word.
pub const SORT_COLUMNS: &[(SortColumn, &str)] = &[
    (SortColumn::IssuedOn, "issued_on"),
    (SortColumn::DueOn, "due_on"),
    (SortColumn::Number, "number"),
    (SortColumn::Kind, "kind"),
    (SortColumn::Issuer, "issuer"),
    (SortColumn::Client, "client"),
    (SortColumn::Net, "net"),
    (SortColumn::Gross, "gross"),
    (SortColumn::Status, "status"),
];

impl SortColumn {
    /// The word, which is also the name of the column.
    pub(crate) fn key(self) -> &'static str {
        SORT_COLUMNS.iter().find(|(column, _)| *column == self).map_or("issued_on", |(_, key)| key)
    }
}

/// An order; ties are in the order of arrival.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sort {
    /// By what.
    pub column: SortColumn,
    /// Largest first.
    pub descending: bool,
}

impl Default for Sort {
    /// Newest first.
    fn default() -> Sort {
        Sort { column: SortColumn::IssuedOn, descending: true }
    }
}

impl Sort {
    /// The order of a word: `due_on` upwards, `-due_on` downwards.
    #[must_use]
    pub fn of(word: &str) -> Option<Sort> {
        let (descending, name) = match word.strip_prefix('-') {
            Some(name) => (true, name),
            None => (false, word),
        };
        let (column, _) = SORT_COLUMNS.iter().find(|(_, key)| *key == name)?;
        Some(Sort { column: *column, descending })
    }
}

/// Which page.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct PageRequest {
    /// How many, 1 to [`PAGE_MAX`].
    pub limit: u32,
    /// The cursor of the page before.
    pub after: Option<String>,
}

/// Whether a total is exact.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Relation {
    /// That many.
    Exactly,
    /// That many or more.
    AtLeast,
}

impl Relation {
    /// The word used on every surface.
    #[must_use]
    pub const fn key(self) -> &'static str {
        match self {
            Relation::Exactly => "eq",
            Relation::AtLeast => "gte",
        }
    }
}

/// How many hits there were when the first page was made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Total {
    /// The number, at most [`TOTAL_MAX`].
    pub value: u32,
    /// Whether it is exact.
    pub relation: Relation,
}

/// A page of a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Page<T> {
    /// What is on it.
    pub items: Vec<T>,
    /// The cursor of the next page; `None` on the last.
    pub next: Option<String>,
    /// How many there are on all pages.
    pub total: Total,
}
