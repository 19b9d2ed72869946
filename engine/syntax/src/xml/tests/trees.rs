//! What is read from what is right.

use super::{MESSAGE, check};
use crate::xml::{Element, Options, line_column, read};

#[test]
fn texts_are_what_they_mean() {
    check("<a/>", "a |");
    check("<a></a>", "a |");
    check("<a>x</a>", "a\"x\" |");
    check("<a> x\n</a>", "a\" x\\n\" |");
    check("<a>x\r\ny\rz</a>", "a\"x\\ny\\nz\" |");
    check("<a>&lt;&amp;&gt;&quot;&apos;</a>", "a\"<&>\\\"'\" |");
    check("<a>&#51;600.00</a>", "a\"3600.00\" |");
    check("<a>&#x20AC;&#13;</a>", "a\"€\\r\" |");
    check("<a>x<!-- - -->y</a>", "a\"xy\" |");
    check("<a><![CDATA[<&]]]></a>", "a\"<&]\" |");
    check("<a> <![CDATA[x]]> </a>", "a\" x \" |");
    check("<a><![CDATA[]]>x</a>", "a\"x\" |");
    check("<a>x<b>y</b>z</a>", "a\"xz\"(b\"y\") |");
    check("<a>\n <b>y</b>\n <c/>\n</a>", "a(b\"y\" c) |");
    check("<a >x</a >\n", "a\"x\" |");
    check("<a>x>y]]</a>", "a\"x>y]]\" |");
}

#[test]
fn attributes_are_normalized() {
    check("<a b='1' c = \"2\"/>", "a@b=1@c=2 |");
    check("<a b='x\ty\r\nz'/>", "a@b=x y z |");
    check("<a b='&#9;&lt;&quot;'/>", "a@b=\t<\" |");
    check("<a b='\">'/>", "a@b=\"> |");
    check("<a xml:lang='fr'/>", "a@xml:lang={http://www.w3.org/XML/1998/namespace}fr |");
}

#[test]
fn names_are_in_their_namespaces() {
    check("<a xmlns='u'><b/></a>", "a{u}(b{u}) |");
    check("<a xmlns='u'><b xmlns=''><c/></b></a>", "a{u}(b(c)) |");
    check("<p:a xmlns:p='u'><b p:c='1' d='2'/></p:a>", "p:a{u}(b@p:c={u}1@d=2) |");
    check("<p:a xmlns:p='u'><p:a xmlns:p='v'/><p:a/></p:a>", "p:a{u}(p:a{v} p:a{u}) |");
    check("<a b='1' xmlns='u'/>", "a{u}@b=1 |");
    check("<été·1/>", "été·1 |");
}

#[test]
fn declarations_are_tolerant_where_it_is_safe() {
    check("<?xml version='1.0'?><a/>", "a |");
    check("<?xml version=\"1.0\" encoding=\"utf-8\" standalone=\"yes\" ?>\n<a/>", "a |");
    check("<!-- x --><a/><!-- y -->\n", "a |");
    check("\u{FEFF}<a/>", "a | XML-BOM 1:0+3");
    check("\n<?xml version='1.0'?><a/>", "a | XML-DECL 1:0+1");
    check("\u{FEFF}<?xml version='1.0' encoding='UTF-8'?><a/>", "a | XML-BOM 1:0+3");
    check("<pn:a><pn:b/><q:c/></pn:a>", "pn:a(pn:b q:c) | XML-PREFIX 1:1+2 XML-PREFIX 1:14+1");
}

/// An element found by its path.
fn find<'d>(root: Element<'d>, names: &[&str]) -> Element<'d> {
    names.iter().fold(root, |element, name| element.child(name).unwrap())
}

#[test]
fn a_whole_message() {
    check(
        MESSAGE,
        "pn:Envoi{urn:example:envoi}@version=1(Entete(Numero\"42\" Nom\"Café & Fils\") \
         pn:Piece{urn:example:envoi}\"<b>\" Montant@devise=MAD\"3600.00\" Fin) |",
    );
    let (documents, _) = read(MESSAGE.as_bytes(), &Options::default());
    let root = documents[0].root();
    let amount = root.child("Montant").unwrap();
    assert_eq!(amount.attribute("devise"), Some("MAD"));
    assert_eq!(amount.parent().unwrap().index(), 0);
    assert_eq!(documents[0].elements().len(), 7);
    assert_eq!(documents[0].element(amount.index()).unwrap().local_name(), "Montant");
    assert!(documents[0].element(7).is_none());
    let declaration = root.declarations().next().unwrap();
    assert_eq!((declaration.prefix, declaration.namespace), (Some("pn"), "urn:example:envoi"));
}

#[test]
fn places_are_those_of_the_input() {
    let (documents, _) = read(MESSAGE.as_bytes(), &Options::default());
    let root = documents[0].root();
    let cut = |place: crate::fault::Place| {
        let start = usize::try_from(place.byte).unwrap();
        &MESSAGE[start..start + place.len as usize]
    };
    let name = find(root, &["Entete", "Nom"]);
    assert_eq!(cut(name.place()), "<Nom>Café &amp; Fils</Nom>");
    assert_eq!(cut(name.text_place()), "Café &amp; Fils");
    assert_eq!(cut(root.child("Fin").unwrap().place()), "<Fin/>");
    assert_eq!(cut(root.child("Montant").unwrap().text_place()), "&#51;600.00");
    assert_eq!(cut(root.child("Montant").unwrap().attributes().next().unwrap().place()), "MAD");
    assert_eq!(line_column(MESSAGE.as_bytes(), name.place().byte), (3, 30));
    let after = find(root, &["Piece"]).place().byte;
    assert_eq!(line_column(MESSAGE.as_bytes(), after), (3, 78));
}

#[test]
fn paths_count_repeated_siblings() {
    let input = b"<a><b/><c><d/></c><b><d/><e/><d/></b></a>";
    let (documents, _) = read(input, &Options::default());
    let paths: Vec<String> = documents[0].elements().map(Element::path).collect();
    let expected = "/a /a/b[1] /a/c /a/c/d /a/b[2] /a/b[2]/d[1] /a/b[2]/e /a/b[2]/d[2]";
    assert_eq!(paths.join(" "), expected);
}
