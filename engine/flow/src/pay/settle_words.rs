//! The words a payer wrote on a transfer, and what they name: orders, references, invoices.
//!
//! What this module is *not*: a search in texts. A word is a number whole or not at all; only
//! blanks inside a number of an order, and small letters, are mended.

use super::settle_bank::{TRANSFER, preferred};
use super::start::ORDER_PREFIX;
use crate::decide::Desk;
use acquit_domain::pay::{Expected, News, NewsKind, Order, OrderName};
use acquit_domain::{InvoiceKey, InvoiceNumber, Keys, PartyCode};
use acquit_mapping::rulebook::Rulebook;

/// Words of a label that may be a reference.
const WORDS_MAX: usize = 24;
/// Shortest number of an invoice that is looked for among the words of a label.
const NUMBER_MIN: usize = 4;
/// Digits of the number of an order.
const ORDER_DIGITS: usize = 10;

/// The words of a label that may be a reference: they hold a digit.
fn words(label: &str) -> Vec<String> {
    let mended = mended(label);
    let cut = |letter: char| !(letter.is_alphanumeric() || matches!(letter, '-' | '/'));
    let mut words: Vec<String> = Vec::new();
    for word in label.split(cut).chain(mended.iter().map(String::as_str)) {
        for piece in word.split('/').chain(std::iter::once(word)) {
            let may = piece.len() >= NUMBER_MIN && piece.chars().any(|one| one.is_ascii_digit());
            if may && words.len() < WORDS_MAX && !words.iter().any(|known| known == piece) {
                words.push(piece.to_owned());
            }
        }
    }
    words
}

/// Numbers of orders that were taken apart, or written in small letters: the prefix, and the digits
/// that follow it with nothing between them but blanks, points and dashes.
fn mended(label: &str) -> Vec<String> {
    let upper = label.to_ascii_uppercase();
    let found = upper.match_indices(ORDER_PREFIX).filter_map(|(at, _)| {
        let rest = upper.get(at + ORDER_PREFIX.len()..)?;
        let told = rest.chars().take_while(|one| {
            one.is_ascii_digit() || one.is_ascii_whitespace() || matches!(one, '.' | '-' | ':')
        });
        let digits: String = told.filter(char::is_ascii_digit).take(ORDER_DIGITS).collect();
        (digits.len() == ORDER_DIGITS).then(|| format!("{ORDER_PREFIX}{digits}"))
    });
    found.collect()
}

/// Asks for everything the words may name, and for the orders that wait for just this amount.
pub(super) fn ask(keys: &mut Keys, book: &Rulebook, news: &News) {
    for word in words(&news.reason) {
        let number = super::keys::order_number(&word).0;
        keys.payments.orders.insert(OrderName::Number(number.to_owned()));
        keys.payments.orders.insert(OrderName::Reference(word.clone()));
        for agreement in &book.agreements {
            let issuer = PartyCode::new(&agreement.code);
            if let (Some(issuer), Some(number)) = (issuer, InvoiceNumber::new(&word)) {
                keys.invoices.insert(InvoiceKey { issuer, number });
            }
        }
    }
    if news.means != TRANSFER {
        return;
    }
    // A transfer may have been divided among several orders.
    let part = super::settle_bank::part_name(&news.transaction, 1);
    keys.payments.funds.insert((news.provider.clone(), part));
    if let (NewsKind::Booked, Some(total)) = (news.kind, news.amount) {
        let (means, currency) = (TRANSFER.to_owned(), total.currency);
        let total_minor = total.minor;
        keys.payments.expected.insert(Expected { means, total_minor, currency });
    }
}

/// Whether a word names an order in one way.
type Way = dyn Fn(&Order, &str) -> bool;

/// Numbers of the orders the words name, each by its own number, by a reference of an attempt or by
/// a number of one of its invoices. Of orders of one invoice the one that waits.
pub(super) fn orders_named(desk: &Desk<'_>, label: &str) -> Vec<String> {
    let mut numbers: Vec<String> = Vec::new();
    let words = words(label);
    let by_number = |order: &Order, word: &str| order.number == super::keys::order_number(word).0;
    let by_reference =
        |order: &Order, word: &str| order.attempts.iter().any(|one| one.reference == word);
    let by_invoice = |order: &Order, word: &str| {
        order.items.iter().any(|item| item.invoice.number.as_str() == word)
    };
    let ways: [&Way; 3] = [&by_number, &by_reference, &by_invoice];
    for is_named in ways {
        for word in &words {
            let named = desk.orders().filter(|order| is_named(order, word));
            let Some(order) = named.max_by_key(|order| preferred(order)) else { continue };
            if !numbers.contains(&order.number) {
                numbers.push(order.number.clone());
            }
        }
        // A number of an order says it all: its invoices may be named beside it.
        if !numbers.is_empty() {
            break;
        }
    }
    numbers
}

/// Numbers of invoices the words name that no order has.
pub(super) fn invoices_named(desk: &Desk<'_>, label: &str) -> Vec<String> {
    let words = words(label);
    let named = desk.known.invoices.keys().filter(|key| {
        let number = key.number.as_str();
        words.iter().any(|word| word == number)
    });
    named.map(|key| key.number.to_string()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_that_may_be_references() {
        for (label, expected) in [
            ("VIR RECU PN0000000001-1 SATAA", "PN0000000001-1 PN0000000001"),
            ("pn 0000000001", "0000000001 PN0000000001"),
            ("PN.00000 00001 MERCI", "00000 00001 PN0000000001"),
            ("FACT 00080002/00080003", "00080002 00080003 00080002/00080003"),
            ("FACT.00080002,00080003", "00080002 00080003"),
            ("SANS RIEN 123", ""),
        ] {
            assert_eq!(words(label).join(" "), expected, "{label}");
        }
    }
}
