//! CMI card payments: the hash of version 3, on requests and on callbacks.
//!
//! The hash covers the values of all fields but `hash` and `encoding`, in the natural order of
//! their names, and *not* the names: two fields whose values keep their order can be renamed. A
//! reader must therefore refuse names that it does not know, and names given twice.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use sha2::{Digest, Sha512};
use std::cmp::Ordering;

/// Which way a form goes; values are prepared differently.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Way {
    /// From us: values are trimmed.
    Request,
    /// To us: one line feed at the end goes, character references are resolved.
    Callback,
}

/// Fields that are not part of the hash.
const LEFT_OUT: [&str; 2] = ["hash", "encoding"];

/// The text that is hashed: escaped values in the natural order of their names, each followed by
/// `|`, and the escaped key.
#[must_use]
pub fn plain(fields: &[(String, String)], key: &str, way: Way) -> String {
    let counts = |name: &str| !LEFT_OUT.iter().any(|left| name.eq_ignore_ascii_case(left));
    let mut sorted: Vec<&(String, String)> =
        fields.iter().filter(|(name, _)| counts(name)).collect();
    sorted.sort_by(|(one, _), (other, _)| natural(one, other));
    let mut text = String::new();
    for (_, value) in sorted {
        escape(&prepared(value, way), &mut text);
        text.push('|');
    }
    escape(key, &mut text);
    text
}

/// The hash: base 64 of SHA-512 over [`plain`].
#[must_use]
pub fn hash(fields: &[(String, String)], key: &str, way: Way) -> String {
    STANDARD.encode(Sha512::digest(plain(fields, key, way)))
}

/// True when the field `hash` of a callback is the hash of the others.
#[must_use]
pub fn verify(fields: &[(String, String)], key: &str) -> bool {
    let given = fields.iter().find(|(name, _)| name.eq_ignore_ascii_case("hash"));
    given.is_some_and(|(_, given)| super::same(given.trim(), &hash(fields, key, Way::Callback)))
}

fn prepared(value: &str, way: Way) -> String {
    match way {
        Way::Request => value.trim().to_owned(),
        Way::Callback => resolved(value.strip_suffix('\n').unwrap_or(value)),
    }
}

fn escape(value: &str, text: &mut String) {
    for character in value.chars() {
        if matches!(character, '\\' | '|') {
            text.push('\\');
        }
        text.push(character);
    }
}

/// Names of the characters 160 to 255 in HTML 4.01, in order.
const LATIN: [&str; 96] = [
    "nbsp", "iexcl", "cent", "pound", "curren", "yen", "brvbar", "sect", "uml", "copy", "ordf",
    "laquo", "not", "shy", "reg", "macr", "deg", "plusmn", "sup2", "sup3", "acute", "micro",
    "para", "middot", "cedil", "sup1", "ordm", "raquo", "frac14", "frac12", "frac34", "iquest",
    "Agrave", "Aacute", "Acirc", "Atilde", "Auml", "Aring", "AElig", "Ccedil", "Egrave", "Eacute",
    "Ecirc", "Euml", "Igrave", "Iacute", "Icirc", "Iuml", "ETH", "Ntilde", "Ograve", "Oacute",
    "Ocirc", "Otilde", "Ouml", "times", "Oslash", "Ugrave", "Uacute", "Ucirc", "Uuml", "Yacute",
    "THORN", "szlig", "agrave", "aacute", "acirc", "atilde", "auml", "aring", "aelig", "ccedil",
    "egrave", "eacute", "ecirc", "euml", "igrave", "iacute", "icirc", "iuml", "eth", "ntilde",
    "ograve", "oacute", "ocirc", "otilde", "ouml", "divide", "oslash", "ugrave", "uacute", "ucirc",
    "uuml", "yacute", "thorn", "yuml",
];
/// Other names a page of a bank may use.
const NAMED: [(&str, char); 10] = [
    ("amp", '&'),
    ("lt", '<'),
    ("gt", '>'),
    ("quot", '"'),
    ("euro", '€'),
    ("lsquo", '‘'),
    ("rsquo", '’'),
    ("ldquo", '“'),
    ("rdquo", '”'),
    ("ndash", '–'),
];
/// Longest name between `&` and `;`.
const REFERENCE_MAX: usize = 10;

/// Resolves character references, as the sender's own software does before it hashes.
fn resolved(value: &str) -> String {
    let mut text = String::with_capacity(value.len());
    let mut rest = value;
    while let Some(at) = rest.find('&') {
        text.push_str(&rest[..at]);
        rest = &rest[at..];
        let end = rest.find(';').filter(|end| *end <= REFERENCE_MAX);
        let meant = end.and_then(|end| reference(&rest[1..end]));
        match (end, meant) {
            (Some(end), Some(meant)) => {
                text.push(meant);
                rest = &rest[end + 1..];
            }
            _ => {
                text.push('&');
                rest = &rest[1..];
            }
        }
    }
    text.push_str(rest);
    text
}

fn reference(name: &str) -> Option<char> {
    if let Some(number) = name.strip_prefix('#') {
        let code = match number.strip_prefix(['x', 'X']) {
            Some(digits) => u32::from_str_radix(digits, 16).ok()?,
            None => number.parse().ok()?,
        };
        return char::from_u32(code).filter(|character| !character.is_control());
    }
    let latin = LATIN.iter().position(|known| *known == name);
    let latin = latin.and_then(|at| u32::try_from(160 + at).ok()).and_then(char::from_u32);
    latin.or_else(|| NAMED.iter().find(|(known, _)| *known == name).map(|(_, meant)| *meant))
}

/// The natural order of names without regard to case: runs of digits compare as numbers, so that
/// `BillToStreet2` comes before `BillToStreet12`.
#[must_use]
pub fn natural(one: &str, other: &str) -> Ordering {
    let (mut one, mut other) = (one.as_bytes(), other.as_bytes());
    while let (Some(&a), Some(&b)) = (one.first(), other.first()) {
        if a.is_ascii_digit() && b.is_ascii_digit() {
            let (left, right) = (digits(&mut one), digits(&mut other));
            match left.len().cmp(&right.len()).then_with(|| left.cmp(right)) {
                Ordering::Equal => continue,
                unequal => return unequal,
            }
        }
        match a.to_ascii_uppercase().cmp(&b.to_ascii_uppercase()) {
            Ordering::Equal => {
                one = &one[1..];
                other = &other[1..];
            }
            unequal => return unequal,
        }
    }
    one.len().cmp(&other.len())
}

/// Takes a run of digits, zeros in front left out.
fn digits<'t>(text: &mut &'t [u8]) -> &'t [u8] {
    let end = text.iter().position(|byte| !byte.is_ascii_digit()).unwrap_or(text.len());
    let (run, rest) = text.split_at(end);
    *text = rest;
    let zeros = run.iter().position(|byte| *byte != b'0').unwrap_or(run.len());
    &run[zeros..]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fields(text: &str) -> Vec<(String, String)> {
        let pair = |line: &str| line.split_once('=').map(|(n, v)| (n.to_owned(), v.to_owned()));
        text.lines().filter_map(pair).collect()
    }

    const REQUEST: &str = "amount=3600.00\n\
        BillToName=SATAA IMPORT EXPORT SARL AU\n\
        BillToStreet12=100 rue A\n\
        BillToStreet2=x\n\
        callbackUrl=https://portnet.example/cb/cmi\n\
        clientid=600000001\n\
        currency=504\n\
        email=client@example.ma\n\
        encoding=UTF-8\n\
        failUrl=https://portnet.example/fail\n\
        hashAlgorithm=ver3\n\
        lang=fr\n\
        oid=PN-00069321-1\n\
        okUrl=https://portnet.example/ok\n\
        refreshtime=5\n\
        rnd=0.12345600 1700000000\n\
        shopurl=https://portnet.example\n\
        storetype=3D_PAY_HOSTING\n\
        TranType=PreAuth";
    const CALLBACK: &str = "amount=3600.00\n\
        AuthCode=190799\n\
        BillToName=L&#39;AMI | FILS \\ CIE\n\
        clientid=600000001\n\
        currency=504\n\
        ErrMsg=\n\
        EXTRA.TRXDATE=20171222 11:53:07\n\
        EXTRA_CARDBRAND=VISA\n\
        hashAlgorithm=ver3\n\
        mdStatus=1\n\
        oid=PN-00069321-1\n\
        ProcReturnCode=00\n\
        Response=Approved\n\
        ReturnOid=PN-00069321-1\n\
        rnd=abc\n\
        TransId=22356KLMN01012345";

    #[test]
    fn a_request_hashes_as_the_vector_says() {
        let expected = concat!(
            "OoACXUbgZ4ceFw/xvvCBVnEl+p2Ch0K9w8ZaiOaU5VigucAtsuovQ7eJqORT",
            "Nkh7M3hXvXNVlAABYh/5GQ5QuQ=="
        );
        assert_eq!(hash(&fields(REQUEST), "TEST1234", Way::Request), expected);
    }

    #[test]
    fn a_callback_hashes_as_the_vector_says() {
        let mut posted = fields(CALLBACK);
        let expected = concat!(
            "Y47zEGERrtE574anaDmsx7QutZk/L0MWJ8ke/YXtYyBQlnVUThNMkwEErJVQ",
            "1EpusYNHymi3WSQehMRnHO///w=="
        );
        assert_eq!(hash(&posted, "TEST1234", Way::Callback), expected);
        posted.push(("HASH".to_owned(), expected.to_owned()));
        assert!(verify(&posted, "TEST1234") && !verify(&posted, "TEST1235"));
        posted[0].1 = "36.00".to_owned();
        assert!(!verify(&posted, "TEST1234"));
    }

    #[test]
    fn marks_in_values_and_keys_are_escaped() {
        let plain = plain(&fields("a=x|y\\z\nb= 1 "), "k|\\", Way::Request);
        assert_eq!(plain, "x\\|y\\\\z|1|k\\|\\\\");
    }

    #[test]
    fn names_sort_naturally() {
        let mut names = vec!["TransId", "EXTRA_CARDBRAND", "b12", "EXTRA.TRXDATE", "B2", "b02x"];
        names.sort_by(|one, other| natural(one, other));
        let sorted = ["B2", "b02x", "b12", "EXTRA.TRXDATE", "EXTRA_CARDBRAND", "TransId"];
        assert_eq!(names, sorted);
    }

    #[test]
    fn character_references_are_resolved() {
        for (value, meant) in [
            ("&eacute;&amp;&#233;&#xE9;&quot;", "é&éé\""),
            ("&nothing;&;&#0;& &amp", "&nothing;&;&#0;& &amp"),
            ("x\n\n", "x\n"),
        ] {
            assert_eq!(prepared(value, Way::Callback), meant, "{value}");
        }
    }
}
