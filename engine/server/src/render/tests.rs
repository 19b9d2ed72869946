use super::*;
use acquit_domain::{Level, Place, Severity};
use std::fs;
use std::path::Path;

const INPUT: &str = "UNB+UNOC:3+ANP:ZZ+PORTNET:ZZ+261123:1030+77'UNH+1+INVOIC:D:96A:UN'\
BGM+380+0001+9'DTM+3:20261123:102'UNS+S'MOA+79:2202.00'MOA+77:2642.4O'TAX+7+VAT+++:::20'\
MOA+124:440.40'UNT+18+1'UNZ+1+77'";

fn finding() -> Finding {
    let byte = INPUT.find("2642.4O").unwrap_or_default() as u64;
    let place = Place {
        interchange: 1,
        message: 1,
        segment: 6,
        element: 1,
        component: 2,
        byte,
        len: 7,
        name: "MOA".to_owned(),
        ..Place::default()
    };
    Finding {
        code: "EDI-037".into(),
        severity: Severity::Error,
        level: Level::Element,
        place,
        value: "2642.4O".to_owned(),
        expected: "n..18".to_owned(),
        likely: "2642.40".to_owned(),
        syntax_error: Some(37),
    }
}

/// Compares with a golden text beside this file; `ACQUIT_BLESS=1` writes it.
fn check(name: &str, look: Look, source: &Source<'_>, finding: &Finding) {
    let origin = Origin { file: "inbox/\u{1b}77.edi", message: "INVOIC D.96A" };
    let sentence = "2642.4O is no number".to_owned();
    let told = Told { sentence, cause: "a letter".to_owned(), ..Told::default() };
    let text = render(&look, origin, source, finding, &told);
    let golden = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/render/golden").join(name);
    if std::env::var_os("ACQUIT_BLESS").is_some() {
        fs::write(&golden, &text).expect("the golden folder can be written");
    }
    let expected = fs::read_to_string(&golden).expect("a golden text");
    assert_eq!(text, expected, "\n{text}");
    let harmless = |letter: char| letter == '\n' || !letter.is_control();
    assert!(look.colour == Colour::Some || text.chars().all(harmless), "a control character");
}

const LOOK: Look = Look { form: Form::Drawn, colour: Colour::None, width: 80, lang: Lang::En };

#[test]
fn drawn() {
    let source = Source::Bytes(INPUT.as_bytes());
    check("drawn.txt", LOOK, &source, &finding());
    check("drawn-fr.txt", Look { lang: Lang::Fr, ..LOOK }, &source, &finding());
    check("drawn-ar.txt", Look { lang: Lang::Ar, ..LOOK }, &source, &finding());
    check("drawn-narrow.txt", Look { width: 10, ..LOOK }, &source, &finding());
    check("drawn-colour.txt", Look { colour: Colour::Some, ..LOOK }, &source, &finding());
    check("drawn-absent.txt", LOOK, &Source::Absent, &finding());
}

#[test]
fn narrated() {
    let look = Look { form: Form::Narrated, ..LOOK };
    check("narrated.txt", look, &Source::Absent, &finding());
    check("narrated-fr.txt", Look { lang: Lang::Fr, ..look }, &Source::Absent, &finding());
}

#[test]
fn something_missing_and_something_in_xml() {
    let mut missing = finding();
    missing.place.len = 0;
    missing.level = Level::Segment;
    missing.value = String::new();
    check("drawn-missing.txt", LOOK, &Source::Bytes(INPUT.as_bytes()), &missing);
    let document = "<Facture>\n  <Montant>\u{1b}]0;x\u{7}1,0,0</Montant>\n</Facture>";
    let mut number = finding();
    number.code = "XML-NUM".into();
    let byte = document.find("1,0,0").expect("it is there") as u64;
    let name = "/Facture/Montant".to_owned();
    number.place = Place { interchange: 1, byte, len: 5, name, ..Place::default() };
    check("drawn-xml.txt", LOOK, &Source::Bytes(document.as_bytes()), &number);
}

/// Every place and length in inputs of every byte: no panic, and never too wide.
#[test]
fn any_place_of_any_bytes() {
    let bytes: Vec<u8> = (0..=255).chain("é€\u{202e}\n".bytes()).collect();
    let told = Told::default();
    for byte in 0..=bytes.len() as u64 + 2 {
        for len in [0, 1, 3, 400] {
            let mut finding = finding();
            (finding.place.byte, finding.place.len) = (byte, len);
            let origin = Origin { file: "x", message: "" };
            let text = render(&LOOK, origin, &Source::Bytes(&bytes), &finding, &told);
            let shown = text.lines().filter(|line| line.starts_with("6 |"));
            assert!(shown.clone().count() <= 1, "{text}");
            assert!(shown.map(|line| line.chars().count()).max().unwrap_or(0) <= 80, "{text}");
            assert!(text.chars().all(|letter| letter == '\n' || !letter.is_control()), "{text}");
        }
    }
}
