//! What a report of a bank says of payments.

use super::{BANK, BankEntry, Statement};
use acquit_domain::Money;
use acquit_domain::pay::{FundsSource, News, NewsKind};
use acquit_mapping::rulebook::Rulebook;

/// What a statement says of payments: transfers that came or were taken back, cheques and card
/// payments that went back. Of other movements (remittances, fees, settlements of providers),
/// and of what is not booked, nothing is entered.
#[must_use]
pub fn statement_news(book: &Rulebook, statement: &Statement) -> Vec<News> {
    let news = |entry: &BankEntry| {
        let (kind, means) = meaning(book, entry)?;
        let minor = entry.amount_minor.checked_abs()?;
        let reversed = kind == NewsKind::Reversed && means == "transfer";
        Some(News {
            transaction: entry.transaction.clone(),
            // A bank may take a booking back under the reference of the booking.
            reverses: if reversed { entry.transaction.clone() } else { String::new() },
            amount: Some(Money::new(minor, statement.currency)),
            means: means.to_owned(),
            operator: statement.bank.clone(),
            reason: entry.label.clone(),
            payer: entry.payer.clone(),
            payer_account: entry.payer_account.clone(),
            on: Some(entry.booked_on),
            ..News::new(BANK, kind, FundsSource::Statement)
        })
    };
    statement.entries.iter().filter_map(news).collect()
}

fn meaning(book: &Rulebook, entry: &BankEntry) -> Option<(NewsKind, &'static str)> {
    if !entry.is_booked {
        return None;
    }
    let came = entry.amount_minor > 0;
    match (entry.operation.as_str(), came, entry.is_reversal) {
        ("cheque_back", false, _) => Some((NewsKind::Reversed, "cheque")),
        ("card_back", false, _) => Some((NewsKind::Disputed, "cmi.card")),
        // What came is taken back; what we sent and comes back is no payment of anybody.
        (operation, false, true) if is_transfer(book, entry, operation) => {
            Some((NewsKind::Reversed, "transfer"))
        }
        (operation, true, false) if is_transfer(book, entry, operation) => {
            Some((NewsKind::Booked, "transfer"))
        }
        _ => None,
    }
}

/// Whether a movement is a transfer of somebody. One the bank gives no known kind may be, unless it
/// names a provider, whose settlement it is then.
fn is_transfer(book: &Rulebook, entry: &BankEntry, operation: &str) -> bool {
    let kinds = ["bank_family", "bank_operation"].iter().filter_map(|name| book.code_table(name));
    let known = kinds.into_iter().any(|table| table.keys().any(|key| key == operation));
    let known = known || matches!(operation, "fee" | "interest" | "cheque_back" | "card_back");
    match operation {
        "transfer_in" => true,
        _ if known => false,
        // Statements of 120 characters have a code for every movement.
        _ if entry.line != 0 => false,
        _ => {
            let said = format!("{} {}", entry.label, entry.payer).to_uppercase();
            let names = book.providers.iter().flat_map(|one| [&one.code, &one.name]);
            let mut names = names.filter(|name| !name.is_empty() && *name != BANK);
            !names.any(|name| said.contains(&name.to_uppercase()))
        }
    }
}
