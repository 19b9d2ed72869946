//! Generated interchanges of INVOIC D.96A, for measuring: a pure function of a seed. Forty
//! segments, three lines and about 955 bytes a message, amounts that add up to the cent.

use crate::mutants::Dice;
use std::io::Write as _;

/// Lines of each invoice.
pub const LINES: u64 = 3;

const CITIES: &[(&str, &str)] = &[
    ("Casablanca", "20250"),
    ("Rabat", "10000"),
    ("Tanger M\u{e9}d", "90000"),
    ("Agadir", "80000"),
    ("F\u{e8}s", "30000"),
    ("K\u{e9}nitra", "14000"),
    ("Nador", "62000"),
];
const ISSUERS: &[&str] = &[
    "Agence Nationale des Ports",
    "PORTNET S.A.",
    "Marsa Maroc",
    "Contr\u{f4}le & Qualit\u{e9} S.A.R.L.",
    "Transit + Fret M\u{e9}diterran\u{e9}e",
];
const BUYERS: &[&str] = &[
    "SATAA IMPORT EXPORT SARL AU",
    "L'Olivier d'Atlas",
    "C\u{e9}r\u{e9}ales du Nord: N\u{e9}goce",
    "Qui Transporte Quoi?",
    "Safi Energy Company",
];
const STREETS: &[&str] =
    &["12, bd Zerktouni", "3 rue de l'H\u{f4}tel de Ville", "Angle rue A + rue B", "Km 9"];
const SERVICES: &[&str] = &[
    "Abonnement annuel IMP",
    "Prestation d'inspection: lot A",
    "Manutention conteneur 40' HC",
    "Pesage + \u{e9}tiquetage",
    "Magasinage 1\u{e8}re p\u{e9}riode",
    "Scell\u{e9}s \u{e9}lectroniques",
];
const UNITS: &[&str] = &["PCE", "KGM", "HUR", "EA", "TNE", "DAY"];
/// VAT rates in hundredths of a percent.
const RATES: &[u64] = &[2000, 1400, 1000, 700, 0];

/// What is to be generated.
#[derive(Debug, Clone, Copy)]
pub struct Wanted {
    /// Seed of everything.
    pub seed: u64,
    /// Messages; the interchange ends when they are written.
    pub messages: u64,
    /// First number: invoices of different interchanges do not collide when they differ.
    pub first: u64,
    /// Issuer (NAD+SU) and sender of the interchange; empty: a made-up GLN.
    pub issuer: &'static str,
    /// Client (NAD+BY); empty: a made-up GLN.
    pub client: &'static str,
}

/// Messages of an interchange of about so many bytes.
#[must_use]
pub const fn messages_in(bytes: u64) -> u64 {
    bytes / 955 + 1
}

/// An interchange, UNOC (ISO 8859-1).
#[must_use]
pub fn interchange(wanted: &Wanted) -> Vec<u8> {
    let mut dice = Dice::new(wanted.seed);
    let mut text = String::new();
    let sender = if wanted.issuer.is_empty() { "6111000000017:14" } else { wanted.issuer };
    let reference = format!("IC{:08}", wanted.first);
    text.push_str("UNA:+.? '");
    text.push_str(&format!("UNB+UNOC:3+{sender}+PORTNET:ZZ+261123:1000+{reference}++INVOIC'"));
    let mut out = Vec::with_capacity(wanted.messages as usize * 1_000);
    latin1(&text, &mut out);
    for n in 0..wanted.messages {
        text.clear();
        message(wanted, wanted.first + n, &mut dice, &mut text);
        latin1(&text, &mut out);
    }
    // Writing into a vector cannot fail.
    let _ = write!(out, "UNZ+{}+{reference}'", wanted.messages);
    out
}

fn message(wanted: &Wanted, n: u64, dice: &mut Dice, text: &mut String) {
    let reference = format!("M{n:07}");
    let mut segments = 0;
    let mut add = |segment: String| {
        text.push_str(&segment);
        text.push('\'');
        segments += 1;
    };
    let day = 20_260_101 + 100 * roll(dice, 11) + roll(dice, 27);
    add(format!("UNH+{reference}+INVOIC:D:96A:UN:EAN008"));
    add(format!("BGM+380+INV{:08}+9", 69_321 + n));
    for qualifier in ["137", "35", "131"] {
        add(format!("DTM+{qualifier}:{day}:102"));
    }
    add(format!("RFF+ON:DUM{:09}", roll(dice, 1_000_000_000)));
    for (qualifier, code, names) in [("SU", wanted.issuer, ISSUERS), ("BY", wanted.client, BUYERS)]
    {
        let (city, postcode) = dice.pick(CITIES);
        let code = if code.is_empty() { gln(dice) + "::9" } else { format!("{}::92", id(code)) };
        let (name, street) = (released(dice.pick(names)), released(dice.pick(STREETS)));
        add(format!("NAD+{qualifier}+{code}++{name}+{street}+{city}++{postcode}+MA"));
        add(format!("RFF+VA:{:015}", roll(dice, 1_000_000_000_000_000)));
    }
    add("CUX+2:MAD:4".into());
    add(format!("PAT+1++5:3:D:{}", 30 * (1 + roll(dice, 3))));
    add(format!("DTM+13:{}:102", day + 1));
    let rate = dice.pick(RATES);
    let category = if rate > 0 { "S" } else { "E" };
    let mut net = 0;
    for line in 1..=LINES {
        let (quantity, price) = (1 + roll(dice, 499), 50 + roll(dice, 499_950));
        net += quantity * price;
        add(format!("LIN+{line}++{}:EN", gln(dice)));
        add(format!("PIA+1+ART{:06}:SA", roll(dice, 1_000_000)));
        add(format!("IMD+F++:::{}", released(dice.pick(SERVICES))));
        add(format!("QTY+47:{quantity}:{}", dice.pick(UNITS)));
        add(format!("MOA+203:{}", cents(quantity * price)));
        add(format!("PRI+AAA:{}", cents(price)));
        add(format!("TAX+7+VAT+++:::{}+{category}", cents(rate)));
    }
    let tax = (2 * net * rate + 10_000) / 20_000;
    add("UNS+S".into());
    add(format!("MOA+79:{}", cents(net)));
    add(format!("MOA+124:{}", cents(tax)));
    add(format!("MOA+77:{}", cents(net + tax)));
    add(format!("TAX+7+VAT+++:::{}+{category}", cents(rate)));
    let count = segments + 1;
    text.push_str(&format!("UNT+{count}+{reference}'"));
}

/// The identification alone of `ID:QUALIFIER`.
fn id(party: &str) -> &str {
    party.split(':').next().unwrap_or(party)
}

fn roll(dice: &mut Dice, bound: u64) -> u64 {
    dice.roll() % bound
}

fn cents(minor: u64) -> String {
    format!("{}.{:02}", minor / 100, minor % 100)
}

/// A global location number with its check digit (GS1 General Specifications, 7.9).
fn gln(dice: &mut Dice) -> String {
    let digits = format!("{:012}", 611_100_000_000 + roll(dice, 1_000_000));
    let weighted = digits.bytes().zip([1, 3].into_iter().cycle());
    let sum: u64 = weighted.map(|(digit, weight)| u64::from(digit - b'0') * weight).sum();
    format!("{digits}{}", (10 - sum % 10) % 10)
}

fn released(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 4);
    for c in text.chars() {
        if matches!(c, '?' | '\'' | '+' | ':') {
            out.push('?');
        }
        out.push(c);
    }
    out
}

fn latin1(text: &str, out: &mut Vec<u8>) {
    out.extend(text.chars().map(|c| u8::try_from(u32::from(c)).unwrap_or(b'?')));
}
