//! Everything people write, loaded into one immutable book with one hash.
//!
//! The hash stands on every row of the exchange log, so that a replay can say what another book
//! would have done.
//!
//! What this module is *not*: it finds no files. It takes texts by their path below the mappings
//! folder, from wherever the shell has them.

use std::collections::BTreeMap;

use sha2::{Digest, Sha256};

use crate::agreement::Agreement;
use crate::bank::Bank;
use crate::calendar::Calendar;
use crate::catalogue::{Catalogue, Files};
use crate::codes::{CodeTable, Codes};
use crate::files::FileFault;
use crate::letters::Letters;
use crate::lifecycle::Lifecycle;
use crate::parties::Parties;
use crate::platform::Platform;
use crate::provider::{Asking, Means, Provider};
use crate::vat::Vat;
use crate::words::Words;
use acquit_domain::PartyCode;

/// The code table whose keys agreements name as means of payment.
pub const MEANS: &str = "means";
/// The calendar of working days.
const CALENDAR: &str = "calendars/ma.toml";
/// The code table whose codes findings name towards partners (APERAK ERC, 9321).
pub const ERRORS: &str = "application_error";

/// The book: never changed after loading.
#[derive(Debug, Clone)]
pub struct Rulebook {
    /// SHA-256 over the paths and texts of all files, in the order of their paths.
    pub hash: [u8; 32],
    /// Who we are.
    pub platform: Platform,
    /// What was agreed with each issuer, in the order of their folders.
    pub agreements: Vec<Agreement>,
    /// Who takes payments, in the order of their folders.
    pub providers: Vec<Provider>,
    /// How issuers are asked for invoices, those that can be.
    pub askings: Vec<Asking>,
    /// What was agreed with each bank, in the order of their folders.
    pub banks: Vec<Bank>,
    /// Working days.
    pub calendar: Calendar,
    /// Every code table.
    pub codes: Codes,
    /// Rates of tax.
    pub vat: Vat,
    /// The words of findings, and labels.
    pub words: Words,
    /// What people are written.
    pub letters: Letters,
    /// The machines.
    pub lifecycle: Lifecycle,
    /// The directory.
    pub parties: Parties,
    /// Every message that can be read or written, compiled.
    pub catalogue: Catalogue,
    by_edifact: BTreeMap<(String, String), usize>,
    by_xml: BTreeMap<String, usize>,
    by_code: BTreeMap<String, usize>,
}

impl Rulebook {
    /// Loads and checks a book. Keys are paths below the mappings folder, with `/`.
    ///
    /// # Errors
    /// Every fault of every file, in the order of files and lines.
    pub fn load(files: &Files) -> Result<Rulebook, Vec<FileFault>> {
        let mut faults = strangers(files);
        let codes = load_codes(files, &mut faults);
        let words = load_words(files, &codes, &mut faults);
        let mut letters = Letters::default();
        for (kind, path, text) in folder(files, "letters") {
            faults.extend(letters.read(kind, path, text));
        }
        let known: Vec<&str> = words.iter().map(|wording| wording.code.as_str()).collect();
        let lifecycle = one(files, "lifecycle.toml", &mut faults, |file, text| {
            Lifecycle::read(file, text, &known)
        });
        let agreements = load_agreements(files, &codes, &mut faults);
        let providers = load_providers(files, &codes, &mut faults);
        let askings = load_askings(files, &agreements, &codes, &mut faults);
        let banks = load_banks(files, &mut faults);
        let (catalogue, flaws) = Catalogue::load(files, &codes);
        faults.extend(flaws);
        let mut book = Rulebook {
            hash: hash(files),
            calendar: one(files, CALENDAR, &mut faults, Calendar::read),
            platform: one(files, "platform.toml", &mut faults, Platform::read),
            agreements,
            providers,
            banks,
            askings,
            codes,
            vat: one(files, "vat.toml", &mut faults, Vat::read),
            words,
            letters,
            lifecycle,
            parties: one(files, "parties.toml", &mut faults, Parties::read),
            catalogue,
            by_edifact: BTreeMap::new(),
            by_xml: BTreeMap::new(),
            by_code: BTreeMap::new(),
        };
        faults.extend(book.index());
        faults.sort();
        if faults.is_empty() { Ok(book) } else { Err(faults) }
    }

    /// Fills the look-ups; a name that two agreements claim is a fault of the second.
    fn index(&mut self) -> Vec<FileFault> {
        let mut faults = Vec::new();
        for (n, agreement) in self.agreements.iter().enumerate() {
            let mut claim = |taken: Option<usize>, name: &str| {
                let Some(other) = taken.filter(|other| *other != n) else { return };
                let other = self.agreements.get(other).map_or("", |other| &other.folder);
                faults.push(at_top(
                    &format!("issuers/{}/issuer.toml", agreement.folder),
                    format!("\"{name}\" is \"{other}\" already"),
                ));
            };
            for sender in &agreement.edifact {
                let key = (sender.id.clone(), sender.qualifier.clone());
                claim(self.by_edifact.insert(key, n), &sender.id);
            }
            for sender in &agreement.xml {
                claim(self.by_xml.insert(sender.clone(), n), sender);
            }
            for code in std::iter::once(&agreement.code).chain(&agreement.codes) {
                claim(self.by_code.insert(code.clone(), n), code);
            }
        }
        faults
    }

    /// The agreement with an EDIFACT sender (UNB 0004 and 0007).
    #[must_use]
    pub fn agreement_by_edifact(&self, id: &str, qualifier: &str) -> Option<&Agreement> {
        let n = self.by_edifact.get(&(id.to_owned(), qualifier.to_owned()))?;
        self.agreements.get(*n)
    }

    /// The agreement with an XML sender (`Emetteur`).
    #[must_use]
    pub fn agreement_by_xml(&self, sender: &str) -> Option<&Agreement> {
        self.agreements.get(*self.by_xml.get(sender)?)
    }

    /// The agreement with a party, by any code it goes by.
    #[must_use]
    pub fn agreement(&self, party: &PartyCode) -> Option<&Agreement> {
        self.agreement_by_code(party.as_str())
    }

    /// The agreement with a party, by any code it goes by.
    #[must_use]
    pub fn agreement_by_code(&self, code: &str) -> Option<&Agreement> {
        self.agreements.get(*self.by_code.get(code)?)
    }

    /// The provider of a code.
    #[must_use]
    pub fn provider(&self, code: &str) -> Option<&Provider> {
        self.providers.iter().find(|provider| provider.code == code)
    }

    /// How the issuer of an agreement is asked for invoices, by any code it goes by.
    #[must_use]
    pub fn asking(&self, issuer: &PartyCode) -> Option<&Asking> {
        let agreement = self.agreement(issuer)?;
        self.askings.iter().find(|asking| asking.side.code == agreement.code)
    }

    /// The bank a party hands reports over for.
    #[must_use]
    pub fn bank(&self, party: &str) -> Option<&Bank> {
        self.banks.iter().find(|bank| bank.code == party)
    }

    /// A means of payment, and who offers it.
    #[must_use]
    pub fn means(&self, means: &str) -> Option<(&Provider, &Means)> {
        self.providers.iter().find_map(|one| one.offers(means).map(|means| (one, means)))
    }

    /// True when the directory has a client of this code.
    #[must_use]
    pub fn knows_client(&self, code: &str) -> bool {
        self.parties.client(code).is_some()
    }

    /// A code table by name.
    #[must_use]
    pub fn code_table(&self, name: &str) -> Option<&CodeTable> {
        self.codes.get(name)
    }

    /// The hash as 64 hexadecimal digits.
    #[must_use]
    pub fn hash_text(&self) -> String {
        self.hash.iter().map(|byte| format!("{byte:02x}")).collect()
    }
}

/// SHA-256 over path, a zero byte, the text's length as 8 bytes and the text, of each file in the
/// order of their paths: no two different folders give the same bytes.
fn hash(files: &Files) -> [u8; 32] {
    let mut digest = Sha256::new();
    for (path, text) in files {
        digest.update(path.as_bytes());
        digest.update([0]);
        digest.update((text.len() as u64).to_be_bytes());
        digest.update(text.as_bytes());
    }
    digest.finalize().into()
}

/// Files of one name at the top of the folder.
const TOP: &[&str] = &["lifecycle.toml", "parties.toml", "platform.toml", "vat.toml"];

/// TOML files nobody reads: most likely misspelt.
fn strangers(files: &Files) -> Vec<FileFault> {
    let known = |path: &str| {
        let parts: Vec<&str> = path.split('/').collect();
        match parts.as_slice() {
            [name] => TOP.contains(name),
            ["calendars" | "codes" | "letters" | "words", _]
            | ["issuers", _, "issuer.toml" | "asks.toml"]
            | ["banks", _, "bank.toml"]
            | ["providers", ..] => true,
            _ => false,
        }
    };
    let strange = files.keys().filter(|path| path.ends_with(".toml") && !known(path));
    strange
        .map(|path| at_top(path, "no rule is read from a file of this name".to_owned()))
        .collect()
}

fn at_top(file: &str, message: String) -> FileFault {
    FileFault { file: file.to_owned(), line: 1, column: 1, message, known: Vec::new() }
}

/// Reads a file that must be there; as if it were empty when it is not.
fn one<T>(
    files: &Files,
    path: &str,
    faults: &mut Vec<FileFault>,
    read: impl Fn(&str, &str) -> (T, Vec<FileFault>),
) -> T {
    let Some(text) = files.get(path) else {
        faults.push(at_top(path, "the file is missing".to_owned()));
        return read(path, "").0;
    };
    let (thing, found) = read(path, text);
    faults.extend(found);
    thing
}

/// The TOML files of a folder: name without ending, path, text.
fn folder<'f>(
    files: &'f Files,
    folder: &'static str,
) -> impl Iterator<Item = (&'f str, &'f str, &'f str)> {
    files.iter().filter_map(move |(path, text)| {
        let name = path.strip_prefix(folder)?.strip_prefix('/')?.strip_suffix(".toml")?;
        Some((name, path.as_str(), text.as_str()))
    })
}

fn load_codes(files: &Files, faults: &mut Vec<FileFault>) -> Codes {
    let mut codes = Codes::new();
    for (name, path, text) in folder(files, "codes") {
        let (table, found) = CodeTable::read(name, path, text);
        faults.extend(found);
        codes.insert(name.to_owned(), table);
    }
    codes
}

fn load_words(files: &Files, codes: &Codes, faults: &mut Vec<FileFault>) -> Words {
    let errors: Vec<&str> =
        codes.get(ERRORS).map_or_else(Vec::new, |table| table.codes().collect());
    let mut words = Words::default();
    for (name, path, text) in folder(files, "words") {
        faults.extend(match name {
            "labels" => words.read_labels(path, text),
            _ => words.read(name, path, text, &errors),
        });
    }
    words
}

fn load_providers(files: &Files, codes: &Codes, faults: &mut Vec<FileFault>) -> Vec<Provider> {
    let means: Vec<&str> = codes.get(MEANS).map_or_else(Vec::new, |table| table.keys().collect());
    let mut providers: Vec<Provider> = Vec::new();
    for (name, path, text) in folder(files, "providers") {
        let Some(name) = name.strip_suffix("/provider") else { continue };
        let (provider, found) = Provider::read(name, path, text, &means, codes);
        faults.extend(found);
        let twice = |one: &&Means| providers.iter().any(|other| other.offers(&one.means).is_some());
        if let Some(means) = provider.means.iter().find(twice) {
            faults.push(at_top(path, format!("another provider offers \"{}\"", means.means)));
        }
        providers.push(provider);
    }
    providers
}

fn load_askings(
    files: &Files,
    agreements: &[Agreement],
    codes: &Codes,
    faults: &mut Vec<FileFault>,
) -> Vec<Asking> {
    let mut askings = Vec::new();
    for (name, path, text) in folder(files, "issuers") {
        let Some(name) = name.strip_suffix("/asks") else { continue };
        let Some(agreement) = agreements.iter().find(|one| one.folder == name) else {
            faults.push(at_top(path, format!("there is no issuers/{name}/issuer.toml")));
            continue;
        };
        let (asking, found) = Asking::read(agreement, path, text, codes);
        faults.extend(found);
        askings.push(asking);
    }
    askings
}

fn load_banks(files: &Files, faults: &mut Vec<FileFault>) -> Vec<Bank> {
    let mut banks: Vec<Bank> = Vec::new();
    for (name, path, text) in folder(files, "banks") {
        let Some(name) = name.strip_suffix("/bank") else { continue };
        let (bank, found) = Bank::read(name, path, text);
        faults.extend(found);
        if banks.iter().any(|other| other.code == bank.code) {
            faults.push(at_top(path, format!("\"{}\" is another bank's already", bank.code)));
        }
        banks.push(bank);
    }
    banks
}

fn load_agreements(files: &Files, codes: &Codes, faults: &mut Vec<FileFault>) -> Vec<Agreement> {
    let means: Vec<&str> = codes.get(MEANS).map_or_else(Vec::new, |table| table.keys().collect());
    let specimens = Catalogue::names(files);
    let mut agreements = Vec::new();
    for (name, path, text) in folder(files, "issuers") {
        let Some(name) = name.strip_suffix("/issuer") else { continue };
        let (agreement, found) = Agreement::read(name, path, text, &means, &specimens);
        faults.extend(found);
        agreements.push(agreement);
    }
    agreements
}

#[cfg(test)]
mod tests;
