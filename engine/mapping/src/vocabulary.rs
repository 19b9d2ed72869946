//! The closed list of canonical names a hole of a specimen may use.
//!
//! A name has a type, belongs to a list (or to the message as a whole) and means one thing in
//! every format: that is what makes an INVOIC and a PortNet `INV` comparable. What this is *not*:
//! a schema. Which names a message must fill is said by its specimen, and which a decision needs
//! is said by the decision.

mod names;

pub use names::{NAMES, field};

use std::fmt;

/// A canonical name: a position in [`NAMES`].
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Field(pub u16);

impl Field {
    /// What the vocabulary says of it.
    #[must_use]
    pub fn definition(self) -> &'static Name {
        NAMES.get(usize::from(self.0)).unwrap_or(&NAMES[0])
    }

    /// The name as written in a hole.
    #[must_use]
    pub fn key(self) -> &'static str {
        self.definition().key
    }

    /// The field of a name in a list.
    #[must_use]
    pub fn of(list: List, key: &str) -> Option<Field> {
        let at = NAMES.iter().position(|name| name.list == list && name.key == key)?;
        u16::try_from(at).ok().map(Field)
    }
}

/// `lines.net`, or the name alone when it belongs to the message as a whole.
impl fmt::Display for Field {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.definition().list {
            List::Root => out.write_str(self.key()),
            list => write!(out, "{}.{}", list.key(), self.key()),
        }
    }
}

impl fmt::Debug for Field {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, out)
    }
}

/// One entry of the vocabulary.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Name {
    /// As written in a hole.
    pub key: &'static str,
    /// What its values are.
    pub kind: Kind,
    /// Where it belongs.
    pub list: List,
    /// What it means, one sentence.
    pub meaning: &'static str,
}

/// What the values of a name are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    /// Characters, kept as they came.
    Text,
    /// A calendar day.
    Date,
    /// A local date and time without zone, or an instant with one.
    Instant,
    /// An exact decimal number: an amount, a quantity, a rate in percent.
    Decimal,
    /// A whole number.
    Integer,
    /// A key of a code table.
    Code,
    /// A file.
    Bytes,
}

impl Kind {
    /// The word used in faults and in the documentation.
    #[must_use]
    pub const fn key(self) -> &'static str {
        match self {
            Kind::Text => "text",
            Kind::Date => "date",
            Kind::Instant => "instant",
            Kind::Decimal => "decimal",
            Kind::Integer => "integer",
            Kind::Code => "code",
            Kind::Bytes => "bytes",
        }
    }
}

/// Declares the lists once: variant, key, meaning.
macro_rules! lists {
    ($($variant:ident $key:literal $meaning:literal;)+) => {
        /// What a name belongs to: the message as a whole, or the items of one list.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum List { $(#[doc = $meaning] $variant,)+ }

        impl List {
            /// Every list; the first is the message as a whole.
            pub const ALL: &'static [List] = &[$(List::$variant,)+];

            /// The word written after `each`.
            #[must_use]
            pub const fn key(self) -> &'static str {
                match self { $(List::$variant => $key,)+ }
            }

            /// What its items are.
            #[must_use]
            pub const fn meaning(self) -> &'static str {
                match self { $(List::$variant => $meaning,)+ }
            }
        }
    };
}

lists! {
    Root "message" "The message as a whole.";
    Lines "lines" "Service lines of an invoice.";
    Taxes "taxes" "Totals per rate of tax.";
    Documents "documents" "Files that came with the message.";
    Invoices "invoices" "Invoices a payment or an acknowledgement is about.";
    Entries "entries" "Lines of a statement, a settlement or a file of cheques.";
    Statements "statements" "Accounts a bank's message tells of.";
    Balances "balances" "Balances of an account.";
    Batches "batches" "Transfers a bank booked together.";
    Transfers "transfers" "Single transfers of one booking.";
    Remarks "remarks" "What the payer wrote on a transfer, piece by piece.";
    Groups "groups" "Functional groups a CONTRL answers.";
    Messages "messages" "Messages a CONTRL answers.";
    Segments "segments" "Segments a CONTRL finds wrong.";
    Elements "elements" "Elements a CONTRL finds wrong.";
    Errors "errors" "Errors an APERAK or an acknowledgement reports.";
}

impl List {
    /// The list of a word; the message as a whole has none.
    #[must_use]
    pub fn of(key: &str) -> Option<List> {
        List::ALL[1..].iter().copied().find(|list| list.key() == key)
    }

    /// The names that belong to it.
    pub fn names(self) -> impl Iterator<Item = &'static str> {
        NAMES.iter().filter(move |name| name.list == self).map(|name| name.key)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_name_is_found_by_its_list_and_key() {
        for (at, name) in NAMES.iter().enumerate() {
            let field = Field::of(name.list, name.key);
            assert_eq!(field.map(|field| usize::from(field.0)), Some(at), "{}", name.key);
        }
        assert_eq!(field::LINES_NET.to_string(), "lines.net");
        assert_eq!(field::NUMBER.to_string(), "number");
        assert_eq!(List::of("message"), None);
        assert_eq!(List::of("lines"), Some(List::Lines));
    }

    #[test]
    fn every_meaning_is_a_sentence() {
        assert!(NAMES.iter().all(|name| name.meaning.ends_with('.')));
    }
}
