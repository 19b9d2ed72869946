//! What is wrong in a specimen is told at once, with line, column and the words that are known.

use crate::codes;
use acquit_mapping::carrier::Carrier;
use acquit_mapping::catalogue::{Catalogue, Files};

#[track_caller]
fn check(ending: &str, text: &str, expected: &[&str]) {
    let (_, flaws) = Carrier::parse(ending, text, &codes()).expect("a carrier");
    let told: Vec<String> = flaws.iter().map(|flaw| format!("{flaw}")).collect();
    let short: Vec<String> = told
        .iter()
        .map(|flaw| flaw.split("; known: ").next().unwrap_or_default().to_owned())
        .collect();
    assert_eq!(short, expected, "{text}");
}

#[test]
fn forms() {
    check(
        "form",
        "a={nubmer}\nb\na={net cash}   each lines\n",
        &[
            "1:1: the first lines say what the file is, its source and its date",
            "1:3: no name of \"message\" is \"nubmer\"",
            "2:1: expected a line as `name={hole}`",
            "3:1: \"a\" stands here already",
            "3:1: a form has no lists",
            "3:3: no codec is named \"cash\"",
        ],
    );
    check(
        "form",
        "# t\ncharset klingon\nb={paid amount x}\n",
        &[
            "2:9: no character set is named \"klingon\"",
            "3:3: expected a number of decimals, 0 to 9",
        ],
    );
    check("form", "# t\n", &["1:1: there is no line `name={hole}`"]);
}

#[test]
fn json() {
    check(
        "json",
        "# t\n{\n  \"a\": [ {number} ],\n  \"b\": {nubmer},  sometimes\n  \"b\": 1\n}\nx",
        &[
            "3:9: expected `each LIST` behind [",
            "4:8: no name of \"message\" is \"nubmer\"",
            "4:19: \"sometimes\" is no mark",
            "5:3: \"b\" stands here already",
            "7:1: there is one outermost value",
        ],
    );
    check("json", "# t\n{ \"a\" 1 }", &["2:7: expected :"]);
    check(
        "json",
        "# t\n{ \"a\": \"x }\n",
        &["2:8: this text is not closed, or has an unknown escape"],
    );
    check(
        "json",
        "# t\n{ \"a\": {number}   each lines\n}",
        &["2:19: `each` stands behind the [ of an array"],
    );
    check("json", "# t\n", &[]);
    check("json", &format!("# t\n{}", "[ each lines\n".repeat(40)), &["34:1: at most 32 levels"]);
}

#[test]
fn csv() {
    check(
        "csv",
        "# t\ndelimiter tabs\nquote x\nheader no\na,b\n{amount},{result}\n",
        &[
            "2:11: \"tabs\" is no delimiter",
            "3:7: \"x\" is no quote",
            "4:8: \"no\" is no header",
            "6:1: no name of \"message\" is \"amount\"",
            "6:10: no code table is named \"\"",
            "6:18: expected `each LIST` behind the row",
        ],
    );
    check(
        "csv",
        "# t\nheader absent\na,b\n{amount} each entries\n",
        &["3:1: expected one line: a row with holes"],
    );
    check("csv", "# t\na,b\n{amount} each entries\n", &["3:1: 2 names and 1 fields"]);
}

#[test]
fn fixed() {
    check(
        "fixed",
        "# t\n  3/2 {bank}\n01   twice\n  1/2 {bank}\n  3/x {bank}\n  5/2 {bonk}\n  6/2 x\n",
        &[
            "1:1: `length` says 1 to 10000 characters",
            "2:3: this field stands in no type of record",
            "3:6: \"twice\" is no mark",
            "4:3: 1/2 is taken by another field",
            "5:3: expected START/LENGTH, as `91/14 {amount}`",
            "6:7: no name of \"message\" is \"bonk\"",
            "7:3: 6/2 is taken by another field",
        ],
    );
    check(
        "fixed",
        "# t\nlength 4\nlines cr\n01\n  4/2 x\n",
        &["3:7: \"cr\" is no lines", "5:3: a record has 4 characters"],
    );
}

#[test]
fn a_partner_has_a_file_of_its_own_or_the_default() {
    let files = [
        ("messages/callback.json", "# t\n{ \"a\": \"{number}\" }"),
        ("providers/cmi/callback.form", "# t\na={number}"),
        ("providers/cmi/provider.toml", "code = 1"),
        ("issuers/anp/rows.csv", "# t\na\n{nubmer} each lines"),
    ];
    let files: Files =
        files.iter().map(|(path, text)| ((*path).to_owned(), (*text).to_owned())).collect();
    let (catalogue, faults) = Catalogue::load(&files, &codes());
    assert_eq!(faults.len(), 1, "{faults:?}");
    assert!(faults[0].to_string().starts_with("issuers/anp/rows.csv:3:1: no name"), "{faults:?}");
    let media =
        |partner, name| catalogue.carrier(partner, name).map(|form| form.specimen.media_type());
    assert_eq!(media("cmi", "callback"), Some("application/x-www-form-urlencoded"));
    assert_eq!(media("amanpay", "callback"), Some("application/json"));
    assert_eq!(media("amanpay", "rows"), None);
    assert_eq!(catalogue.carriers().count(), 3);
}

#[test]
fn no_text_makes_it_panic() {
    let texts = [
        ("json", "# t\n{ \"a\": [ each lines\n {net amount 2} ], \"b\": \"é\", optional\n}"),
        ("form", "# t\ncharset utf-8\na={net}  optional\nb=é\n"),
        ("csv", "# t\ndelimiter ;\nquote |\na;|é|\n{net};{vat} each lines\n"),
        ("fixed", "# t\nlength 9\n01 optional\n  3/2 {net overpunch 5/1}\n  6/1 é\n"),
    ];
    for (ending, text) in texts {
        for at in (0..text.len()).filter(|at| text.is_char_boundary(*at)) {
            for insert in ["", "{", "}", "\"", "[", "]", "/", " ", "\n", "#", "each ", "é", "\\"] {
                let text = format!("{}{insert}{}", &text[..at], &text[at..]);
                let _ = Carrier::parse(ending, &text, &codes());
                let _ = Carrier::parse(ending, &text[..at], &codes());
            }
        }
    }
}
