//! `banks/<name>/bank.toml`: what was agreed with one bank, and the check digits of accounts.
//!
//! What this module is *not*: the shape of a bank's messages; those are the specimens it names,
//! and files of the same names beside `bank.toml` where the bank writes otherwise.

use crate::files::{FileFault, Page};
use crate::platform::{Identification, party_code};

/// Reports a bank may send, by the name of their specimens, in the order they are tried.
pub const REPORTS: &[&str] = &[
    "camt053",
    "camt054",
    "creadv-d96a",
    "cremul-d96a",
    "etebac3",
    "etebac3-year-first",
    "cheques",
];

/// Digits of a Moroccan account with its bank, its place and its key (RIB).
const RIB_DIGITS: usize = 24;
/// What the check digits of RIB and IBAN are computed with.
const MODULUS: u32 = 97;

/// What was agreed with a bank.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Bank {
    /// Its folder below `banks`.
    pub folder: String,
    /// Code of the party that hands its reports over.
    pub code: String,
    /// Its name.
    pub name: String,
    /// Its number, the first three digits of its accounts; empty for any.
    pub number: String,
    /// Its business identifier code (ISO 9362); empty for any.
    pub bic: String,
    /// Senders (UNB 0004:0007) that are this bank; none when any is taken.
    pub edifact: Vec<Identification>,
    /// What it may send, by name of the specimen.
    pub reports: Vec<String>,
    /// Our accounts there; without any, reports on every account are taken.
    pub accounts: Vec<String>,
}

impl Bank {
    /// Reads one file; `folder` is the name of its folder.
    #[must_use]
    pub fn read(folder: &str, file: &str, text: &str) -> (Bank, Vec<FileFault>) {
        let page = Page::parse(file, text);
        let root = page.root();
        let texts =
            |key: &'static str| root.words(key).into_iter().map(|word| word.text.to_owned());
        let bank = Bank {
            folder: folder.to_owned(),
            code: party_code(&root, root.needed("code")),
            name: root.needed("name").text.to_owned(),
            number: root.text("number").unwrap_or_default().to_owned(),
            bic: root.text("bic").unwrap_or_default().to_owned(),
            edifact: root
                .words("edifact")
                .into_iter()
                .map(|word| Identification::parse(word.text))
                .collect(),
            reports: texts("reports").collect(),
            accounts: texts("accounts").map(|account| plain_account(&account)).collect(),
        };
        for word in root.words("reports") {
            if !REPORTS.contains(&word.text) {
                root.unknown(word, REPORTS);
            }
        }
        for word in root.words("accounts") {
            if account_check(word.text) == AccountCheck::Wrong {
                let message = format!("the key of \"{}\" is wrong", word.text);
                root.fault(word.at, message, &[]);
            }
        }
        root.finish();
        (bank, page.into_faults())
    }

    /// Whether it may send such a report.
    #[must_use]
    pub fn may_send(&self, report: &str) -> bool {
        self.reports.iter().any(|one| one == report)
    }

    /// Whether an account is one of ours there. Statements of 120 characters name the account
    /// without its bank, place and key.
    #[must_use]
    pub fn has_account(&self, account: &str) -> bool {
        let account = plain_account(account);
        let short = account.trim_start_matches('0');
        self.accounts.is_empty()
            || self
                .accounts
                .iter()
                .any(|known| *known == account || known.len() == RIB_DIGITS && of_rib(known, short))
    }
}

/// Whether an account without its bank, place and key is the one of a RIB: bank (3), place (3),
/// account (16), key (2).
fn of_rib(rib: &str, short: &str) -> bool {
    let inner = rib.get(6..RIB_DIGITS - 2).unwrap_or_default();
    !short.is_empty() && inner.trim_start_matches('0') == short
}

/// What the check digits of an account say.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AccountCheck {
    /// It has them, and they agree.
    Right,
    /// It has them, and they do not agree.
    Wrong,
    /// It is neither a RIB nor an IBAN.
    None,
}

/// Checks an account that is a RIB (24 digits) or an IBAN: both leave a known remainder by 97.
#[must_use]
pub fn account_check(account: &str) -> AccountCheck {
    let text = compact(account);
    let judge = |right: bool| if right { AccountCheck::Right } else { AccountCheck::Wrong };
    if text.len() == RIB_DIGITS && text.bytes().all(|byte| byte.is_ascii_digit()) {
        return judge(remainder(text.bytes()) == 0);
    }
    match text.as_bytes() {
        [a, b, c, d, rest @ ..]
            if a.is_ascii_uppercase()
                && b.is_ascii_uppercase()
                && c.is_ascii_digit()
                && d.is_ascii_digit()
                && (11..=30).contains(&rest.len())
                && rest.iter().all(u8::is_ascii_alphanumeric) =>
        {
            judge(remainder(rest.iter().chain([a, b, c, d]).copied()) == 1)
        }
        _ => AccountCheck::None,
    }
}

/// An account without blanks; of a Moroccan IBAN its RIB.
#[must_use]
pub fn plain_account(account: &str) -> String {
    let text = compact(account);
    match text.strip_prefix("MA").filter(|_| account_check(&text) == AccountCheck::Right) {
        Some(rest) => rest.get(2..).unwrap_or_default().to_owned(),
        None => text,
    }
}

fn compact(account: &str) -> String {
    let kept = account.chars().filter(|one| !one.is_whitespace() && *one != '-');
    kept.map(|one| one.to_ascii_uppercase()).collect()
}

/// The remainder by 97 of digits, letters counting 10 to 35.
fn remainder(characters: impl Iterator<Item = u8>) -> u32 {
    characters.fold(0, |rest, one| match one {
        b'0'..=b'9' => (rest * 10 + u32::from(one - b'0')) % MODULUS,
        letter => (rest * 100 + u32::from(letter.saturating_sub(b'A')) + 10) % MODULUS,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_of_accounts() {
        use AccountCheck::{None, Right, Wrong};
        for (account, expected) in [
            // 97 less the remainder of the 22 digits times 100 is the key.
            ("007780000000000001234582", Right),
            ("007 780 0000000000012345 82", Right),
            ("007780000000000001234583", Wrong),
            ("MA64011519000001205000534921", Right),
            ("MA65011519000001205000534921", Wrong),
            ("CH2909000000250094239", Right),
            ("12345", None),
            ("", None),
            ("PN0000000001-1", None),
        ] {
            assert_eq!(account_check(account), expected, "{account}");
        }
        assert_eq!(plain_account("MA64 0115 1900 0001 2050 0053 4921"), "011519000001205000534921");
    }

    #[test]
    fn an_account_is_known_by_its_own_number() {
        let text = "code = \"B\"\nname = \"B\"\naccounts = [\"007780000000000001234582\"]";
        let (bank, faults) = Bank::read("b", "banks/b/bank.toml", text);
        assert_eq!(faults, []);
        assert!(bank.has_account("00000012345"));
        assert!(bank.has_account("007780000000000001234582"));
        assert!(!bank.has_account("00000012346"));
        assert!(!bank.has_account(""));
    }

    #[test]
    fn what_is_wrong_is_told() {
        let text = "code = \"B\"\nname = \"B\"\nreports = [\"camt99\"]\n\
                    accounts = [\"007780000000000001234583\"]\nodd = 1";
        let (_, faults) = Bank::read("b", "banks/b/bank.toml", text);
        assert_eq!(faults.len(), 3, "{faults:#?}");
    }
}
