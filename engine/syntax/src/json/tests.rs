//! One line of input, one line of output: what was read, then what was wrong.
#![expect(clippy::unwrap_used, reason = "tests")]

use super::{Document, Layout, Limits, Node, Shape, read, write};
use crate::fault::Fault;
use std::fmt::Write;

/// A callback with everything a real one has.
const CALLBACK: &str = "{\"type\": \"payment.confirmed\", \"data\":{\"amount\":\"3600.00\",\
    \"n\":[1, -0.5e3 ,true,null,[]], \"payer\":\"Caf\\u00e9 \\ud83d\\ude00 \\/ \\\"x\\\"\"}}\r\n";

fn show_node(out: &mut String, node: Node<'_, '_>) {
    if !node.name().is_empty() {
        write!(out, "{}=", node.name()).unwrap();
    }
    let (open, close) = match node.shape() {
        Shape::Text => return write!(out, "{:?}", node.text()).unwrap(),
        Shape::Object => ("{", "}"),
        Shape::Array => ("[", "]"),
        _ => return out.push_str(node.text()),
    };
    out.push_str(open);
    for (at, child) in node.children().enumerate() {
        out.push_str(if at == 0 { "" } else { " " });
        show_node(out, child);
    }
    out.push_str(close);
}

fn show(document: Option<&Document<'_>>, faults: &[Fault<super::Kind>]) -> String {
    let mut out = String::new();
    if let Some(document) = document {
        show_node(&mut out, document.root());
        out.push_str(if document.is_complete() { "" } else { " ..." });
    }
    for fault in faults {
        let place = fault.place;
        write!(out, " | {} {}+{}", fault.kind.name(), place.byte, place.len).unwrap();
    }
    out
}

#[track_caller]
fn check_with(input: &[u8], limits: Limits, expected: &str) {
    let (document, faults) = read(input, &limits);
    assert_eq!(show(document.as_ref(), &faults), expected, "{}", input.escape_ascii());
}

#[track_caller]
fn check(input: &str, expected: &str) {
    check_with(input.as_bytes(), Limits::default(), expected);
}

#[test]
fn values() {
    check("{}", "{}");
    check(" [ ] ", "[]");
    check("\"\"", "\"\"");
    check("null", "null");
    check(r#"{"a":{"b":[1,2.50,-0]},"c":true}"#, "{a={b=[1 2.50 -0]} c=true}");
    check(r#"["\u00e9\n\/","\ud83d\ude00"]"#, r#"["é\n/" "😀"]"#);
    check("3600.00", "3600.00");
    check("1E400", "1E400");
}

#[test]
fn faults() {
    check("", " | JSON-EMPTY 0+0");
    check(" \n", " | JSON-EMPTY 2+0");
    check("\u{FEFF}{}", "{} | JSON-BOM 0+3");
    check(r#"{"a":1,"a":2}"#, "{a=1 a=2} | JSON-DUP 7+3");
    check(r#"{"a":1,"\u0061":2,"b":{"a":3}}"#, "{a=1 a=2 b={a=3}} | JSON-DUP 7+8");
    check("{} {}", "{} | JSON-TRAIL 3+2");
    check(
        "[01,+1,.5,1.,NaN,-Infinity,0x1F]",
        concat!(
            "[01 +1 .5 1. NaN -Infinity 0x1F] | JSON-NUM 1+2 | JSON-NUM 4+2 | JSON-NUM 7+2 | ",
            "JSON-NUM 10+2 | JSON-NUM 13+3 | JSON-NUM 17+9 | JSON-NUM 27+4"
        ),
    );
    check("[1,]", "[1] ... | JSON-MALFORMED 3+1");
    check("{'a':1}", "{} ... | JSON-MALFORMED 1+1");
    check(r#"{"a" 1}"#, "{} ... | JSON-MALFORMED 5+1");
    check(r#"{"a":tru}"#, "{} ... | JSON-MALFORMED 5+1");
    check("[1 2]", "[1] ... | JSON-MALFORMED 3+1");
    check("[1}", "[1] ... | JSON-MALFORMED 2+1");
    check("[\"a", "[] ... | JSON-MALFORMED 1+2");
    check(r#"["\x"]"#, "[] ... | JSON-MALFORMED 2+2");
    check(
        r#"["\ud800","\udc00x","\uFFFD"]"#,
        "[\"\u{fffd}\" \"\u{fffd}x\" \"\u{fffd}\"] | JSON-CHAR 2+1 | JSON-CHAR 11+1",
    );
    check("[\"a\tb\"]", "[\"a\\tb\"] | JSON-CHAR 3+1");
    check("// no\n1", " | JSON-MALFORMED 0+1");
    check_with(b"{\"a\":\"\xFF\"}", Limits::default(), " | JSON-ENC 6+1");
    check_with(b"\xFF\xFE{\0}\0", Limits::default(), " | JSON-ENC 0+1");
}

#[test]
fn limits() {
    let nested = "[".repeat(100_000);
    let (document, faults) = read(nested.as_bytes(), &Limits::default());
    assert_eq!(faults[0].kind.name(), "JSON-DEPTH");
    assert!(!document.unwrap().is_complete());
    let few = Limits { nodes: 3, name: 2, text: 4, input: 40, depth: 2 };
    check_with(b"[1,2,3]", few, "[1 2] ... | LIM-NODES 5+1");
    check_with(b"{\"abc\":1}", few, "{} ... | LIM-NAME 1+5");
    check_with(b"[\"abcde\"]", few, "[] ... | LIM-TEXT 1+7");
    check_with(b"[12345]", few, "[] ... | LIM-TEXT 1+5");
    check_with(b"[[[]]]", few, "[[]] ... | JSON-DEPTH 2+1");
    check_with(&[b' '; 41], few, " | LIM-BODY 40+1");
    let many: String = (0..50_000).map(|at| format!("\"k{at}\":0,")).collect();
    let (_, faults) = read(format!("{{{many}\"k7\":1}}").as_bytes(), &Limits::default());
    assert_eq!(faults.len(), 1);
}

#[test]
fn places_and_pointers() {
    let (document, _) = read(CALLBACK.as_bytes(), &Limits::default());
    let document = document.unwrap();
    let told: Vec<String> =
        document.nodes().map(|node| format!("{}@{}", node.pointer(), node.place().byte)).collect();
    assert_eq!(told[..4], ["@0", "/type@9", "/data@37", "/data/amount@47"]);
    let last = document.nodes().last().unwrap();
    assert_eq!((last.pointer(), last.text()), ("/data/payer".into(), "Café 😀 / \"x\""));
    let place = last.name_place();
    let name = &CALLBACK[place.byte as usize..place.byte as usize + place.len as usize];
    assert_eq!(name, "\"payer\"");
    let (document, _) = read(br#"{"a/b~c":[{"":7}]}"#, &Limits::default());
    assert_eq!(document.unwrap().nodes().last().unwrap().pointer(), "/a~1b~0c/0/");
}

#[test]
fn writing_what_was_read_is_stable() {
    for input in [CALLBACK, "[]", "{\"a\":[{},{\"b\":\"\\u0001\\t\"}],\"c\":-1.50}"] {
        let (document, _) = read(input.as_bytes(), &Limits::default());
        let tree = document.unwrap().root().to_tree();
        for layout in [Layout::Compact, Layout::Indented] {
            let text = write(&tree, layout);
            let (again, faults) = read(text.as_bytes(), &Limits::default());
            assert!(faults.is_empty(), "{text}");
            let again = again.unwrap().root().to_tree();
            assert_eq!(again, tree);
            assert_eq!(write(&again, layout), text);
        }
    }
    let tree = super::Tree::Object(vec![
        ("a".into(), super::Tree::Number("NaN".into())),
        ("b".into(), super::Tree::Array(vec![super::Tree::Null])),
    ]);
    assert_eq!(write(&tree, Layout::Compact), r#"{"a":"NaN","b":[null]}"#);
    assert_eq!(
        write(&tree, Layout::Indented),
        "{\n  \"a\": \"NaN\",\n  \"b\": [\n    null\n  ]\n}\n"
    );
}

/// Reads, looks at everything, and holds what must always hold.
fn look(input: &[u8]) {
    let (document, faults) = read(input, &Limits::default());
    assert!(document.is_some() || !faults.is_empty());
    for fault in &faults {
        assert!(fault.place.byte + u64::from(fault.place.len) <= input.len() as u64, "{fault:?}");
    }
    let Some(document) = document else { return };
    assert!(document.is_complete() || !faults.is_empty());
    for node in document.nodes() {
        let place = node.place();
        assert!(place.byte + u64::from(place.len) <= input.len() as u64);
        let _ = (node.pointer(), node.name_place());
    }
    if faults.is_empty() {
        let text = write(&document.root().to_tree(), Layout::Compact);
        let (again, faults) = read(text.as_bytes(), &Limits::default());
        assert!(faults.is_empty(), "{text}");
        assert_eq!(again.unwrap().root().to_tree(), document.root().to_tree());
    }
}

#[test]
fn no_bytes_make_it_panic() {
    let good = CALLBACK.as_bytes();
    for at in 0..good.len() {
        look(&good[..at]);
        look(&good[at..]);
        look(&[&good[..at], &good[at + 1..]].concat());
        for byte in b"\0\t\"\\,:{}[]0e+-.uD\x7F\x80\xC3\xEF\xFF" {
            let mut input = good.to_vec();
            input[at] = *byte;
            look(&input);
        }
    }
}
