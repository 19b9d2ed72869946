//! One line of input, one line of output: what was read, then what was wrong.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod corpus;
mod encodings;
mod faults;
mod limits;
mod robustness;
mod trees;
mod writing;

use super::{Document, Element, Kind, Options, read};
use crate::fault::Fault;
use std::fmt::Write;

/// A small message with everything a real one has.
const MESSAGE: &str = concat!(
    "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n",
    "<pn:Envoi xmlns:pn=\"urn:example:envoi\" version='1'>\n  <Entete><Numero>42</Numero>",
    "<Nom>Café &amp; Fils</Nom></Entete><!-- vide --><pn:Piece><![CDATA[<b>]]></pn:Piece>",
    "<Montant devise=\"MAD\">&#51;600.00</Montant><Fin/>\r\n</pn:Envoi>\n",
);

/// One line for an element: `name{namespace}@attribute=value"text"(children)`.
fn show_element(out: &mut String, element: Element<'_>) {
    out.push_str(element.qualified_name());
    if let Some(namespace) = element.namespace() {
        write!(out, "{{{namespace}}}").unwrap();
    }
    for attribute in element.attributes() {
        write!(out, "@{}=", attribute.qualified_name()).unwrap();
        if let Some(namespace) = attribute.namespace() {
            write!(out, "{{{namespace}}}").unwrap();
        }
        out.push_str(attribute.value());
    }
    if !element.text().is_empty() {
        write!(out, "{:?}", element.text()).unwrap();
    }
    let mut separator = "(";
    for child in element.children() {
        out.push_str(separator);
        show_element(out, child);
        separator = " ";
    }
    if separator == " " {
        out.push(')');
    }
}

/// One line for everything read.
fn show(documents: &[Document<'_>], faults: &[Fault<Kind>]) -> String {
    let mut out = String::new();
    for document in documents {
        show_element(&mut out, document.root());
        out.push_str(if document.is_complete() { " | " } else { " ... | " });
    }
    for fault in faults {
        let (place, name) = (fault.place, fault.kind.name());
        write!(out, "{name} {}:{}+{} ", place.interchange, place.byte, place.len).unwrap();
    }
    out.trim_end().to_owned()
}

/// One input read with options gives this line.
#[track_caller]
fn check_with(input: &[u8], options: &Options<'_>, expected: &str) {
    let (documents, faults) = read(input, options);
    assert_eq!(show(&documents, &faults), expected, "{}", String::from_utf8_lossy(input));
}

/// One input gives this line.
#[track_caller]
fn check(input: &str, expected: &str) {
    check_with(input.as_bytes(), &Options::default(), expected);
}

/// One input that may hold several documents gives this line.
#[track_caller]
fn check_several(input: &str, expected: &str) {
    let options = Options { several_documents: true, ..Options::default() };
    check_with(input.as_bytes(), &options, expected);
}
