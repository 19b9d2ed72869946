//! Holes: `{name codec arguments}`.

use super::{At, Flaw};
use crate::codec::{CODECS, Codec, Form, Notation};
use crate::codes::Codes;
use crate::vocabulary::{Field, Kind, List};
use std::sync::Arc;

/// Reserved word of a hole: anything may stand here; what follows the word is written.
pub const ANY: &str = "any";
/// Reserved word of a hole: the form (2379) of the date in the same element stands here; the code
/// that follows the word is written.
pub const FORMAT: &str = "format";

/// What fills one place of a specimen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Filling {
    /// Must agree.
    Literal(Box<str>),
    /// Data goes here.
    Hole(Hole),
    /// Anything or nothing; this is written.
    Any(Box<str>),
    /// The form of the date in the same element; this code is written.
    Format(Box<str>),
}

/// A place where data goes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hole {
    /// What the data is.
    pub field: Field,
    /// May be empty: the name is followed by a question mark.
    pub optional: bool,
    /// How the characters become a value.
    pub codec: Codec,
}

/// What the words in a hole are looked up in.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Scope<'c> {
    pub(crate) list: List,
    pub(crate) codes: &'c Codes,
    pub(crate) notation: Notation,
}

/// Understands the text of one place. Text without braces is a literal.
pub(crate) fn fill(text: &str, at: At, scope: Scope<'_>, flaws: &mut Vec<Flaw>) -> Filling {
    let inner = text.strip_prefix('{').and_then(|rest| rest.strip_suffix('}'));
    let Some(inner) = inner else {
        if text.contains(['{', '}']) {
            flaws.push(Flaw::new(at, "a hole stands alone between separators"));
        }
        return Filling::Literal(text.into());
    };
    let mut words = inner.split_ascii_whitespace();
    let name = words.next().unwrap_or("");
    let arguments: Vec<&str> = words.collect();
    match name {
        ANY => Filling::Any(arguments.join(" ").into()),
        FORMAT => {
            let code = arguments.first().copied().unwrap_or("102");
            if Form::of_code(code).is_none() {
                let known = Form::codes();
                let flaw = Flaw::new(at, format!("no form of a date has the code \"{code}\""));
                flaws.push(flaw.with(known.split(", ")));
            }
            Filling::Format(code.into())
        }
        _ => hole(name, &arguments, at, scope, flaws),
    }
}

/// Understands a hole with a name.
fn hole(
    name: &str,
    arguments: &[&str],
    at: At,
    scope: Scope<'_>,
    flaws: &mut Vec<Flaw>,
) -> Filling {
    let (key, optional) = match name.strip_suffix('?') {
        Some(key) => (key, true),
        None => (name, false),
    };
    let Some(field) = Field::of(scope.list, key) else {
        let list = scope.list.key();
        let flaw = Flaw::new(at, format!("no name of \"{list}\" is \"{key}\""));
        flaws.push(flaw.with(scope.list.names().chain([ANY, FORMAT])));
        return Filling::Any("".into());
    };
    let kind = field.definition().kind;
    let (word, arguments) = match arguments.split_first() {
        Some((word, arguments)) => (*word, arguments),
        None => (usual(kind), arguments),
    };
    let Some(codec) = codec(word, arguments, at, scope, flaws) else {
        return Filling::Any("".into());
    };
    if codec.kind() != kind {
        let message = format!("\"{key}\" is {}, and codec \"{word}\" reads another", kind.key());
        flaws.push(Flaw::new(at, message));
    }
    Filling::Hole(Hole { field, optional, codec })
}

/// The codec of a name that says none.
const fn usual(kind: Kind) -> &'static str {
    match kind {
        Kind::Text => "text",
        Kind::Date => "date",
        Kind::Instant => "instant",
        Kind::Decimal => "decimal",
        Kind::Integer => "int",
        Kind::Code => "code",
        Kind::Bytes => "base64",
    }
}

/// The codec of a word and its arguments.
fn codec(
    word: &str,
    arguments: &[&str],
    at: At,
    scope: Scope<'_>,
    flaws: &mut Vec<Flaw>,
) -> Option<Codec> {
    let simple = match word {
        "text" => Some(Codec::Text),
        "none" => Some(Codec::Nullable),
        "decimal" | "percent" => Some(Codec::Decimal),
        "money" => Some(Codec::Money),
        "int" => Some(Codec::Integer),
        "base64" => Some(Codec::Base64),
        _ => None,
    };
    if let Some(codec) = simple {
        if !arguments.is_empty() {
            flaws.push(Flaw::new(at, format!("codec \"{word}\" takes no argument")));
        }
        return Some(codec);
    }
    match word {
        "date" => Some(Codec::Date(forms(arguments, at, scope, flaws))),
        "instant" => Some(Codec::Instant(forms(arguments, at, scope, flaws))),
        "amount" => amount(arguments, at, flaws),
        "minor" => decimals(arguments, at, flaws).map(Codec::Minor),
        "overpunch" => decimals(arguments, at, flaws).map(Codec::Overpunch),
        "code" => table(arguments, at, scope, flaws),
        "split" => split(arguments, at, flaws),
        _ => {
            let known = CODECS.iter().map(|(name, ..)| *name);
            flaws.push(Flaw::new(at, format!("no codec is named \"{word}\"")).with(known));
            None
        }
    }
}

/// Forms of a date; without any, those of the notation.
fn forms(arguments: &[&str], at: At, scope: Scope<'_>, flaws: &mut Vec<Flaw>) -> Vec<Form> {
    if arguments.is_empty() {
        return match scope.notation {
            Notation::Edifact => vec![Form::Day, Form::Minute, Form::Second, Form::ShortDay],
            _ => vec![Form::IsoSeconds],
        };
    }
    let form = |word: &&str| {
        let form = Form::of(word);
        if form.is_none() {
            let flaw = Flaw::new(at, format!("no form of a date is \"{word}\""));
            flaws.push(flaw.with(Form::words()));
        }
        form
    };
    arguments.iter().filter_map(form).collect()
}

/// The code table a codec names.
fn table(arguments: &[&str], at: At, scope: Scope<'_>, flaws: &mut Vec<Flaw>) -> Option<Codec> {
    let name = arguments.first().copied().unwrap_or("");
    let Some(table) = scope.codes.get(name) else {
        let known = scope.codes.keys().map(String::as_str);
        flaws.push(Flaw::new(at, format!("no code table is named \"{name}\"")).with(known));
        return None;
    };
    Some(Codec::Code(Arc::new(table.clone())))
}

/// Most decimals an amount is written with; no currency has more than four.
const DECIMALS_MAX: u8 = 9;

/// `amount`, `amount 3`, `amount comma`, `amount 2 comma`.
fn amount(arguments: &[&str], at: At, flaws: &mut Vec<Flaw>) -> Option<Codec> {
    let (arguments, comma) = match arguments.split_last() {
        Some((&"comma", rest)) => (rest, true),
        _ => (arguments, false),
    };
    decimals(arguments, at, flaws).map(|decimals| Codec::Amount { decimals, comma })
}

/// A number of decimals; two when none is written.
fn decimals(arguments: &[&str], at: At, flaws: &mut Vec<Flaw>) -> Option<u8> {
    let decimals = match arguments {
        [] => Some(2),
        [text] => text.parse().ok().filter(|decimals| *decimals <= DECIMALS_MAX),
        _ => None,
    };
    if decimals.is_none() {
        let message = format!("expected a number of decimals, 0 to {DECIMALS_MAX}");
        flaws.push(Flaw::new(at, message));
    }
    decimals
}

/// `split COUNT WIDTH`.
fn split(arguments: &[&str], at: At, flaws: &mut Vec<Flaw>) -> Option<Codec> {
    if let [count, width] = arguments
        && let (Ok(count), Ok(width)) = (count.parse::<u16>(), width.parse::<u16>())
        && count > 0
        && width > 0
    {
        return Some(Codec::Split { count, width });
    }
    flaws.push(Flaw::new(at, "expected two numbers, as `split 5 70`"));
    None
}
