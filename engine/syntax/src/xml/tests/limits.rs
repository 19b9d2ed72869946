//! Every limit is met before it costs anything.

use super::check_with;
use crate::xml::{Kind, Limits, Options, read};

/// The first fault of an input read with small limits, and how many elements were kept.
#[track_caller]
fn check_limit(input: &str, expected: Kind) {
    let limits = Limits {
        depth: 3,
        attributes: 2,
        namespaces: 2,
        namespaces_in_scope: 3,
        nodes: 5,
        text: 10,
        comment: 20,
        name: 8,
        documents: 2,
        input: 200,
    };
    let options = Options { limits, several_documents: true, charset_hint: None };
    let (_, faults) = read(input.as_bytes(), &options);
    let kinds: Vec<Kind> =
        faults.iter().map(|fault| fault.kind).filter(|kind| *kind != Kind::Several).collect();
    assert_eq!(kinds, [expected], "{input}");
}

#[test]
fn limits_hold() {
    check_limit("<a><b><c><d/></c></b></a>", Kind::Depth);
    check_limit("<a b='' c='' d=''/>", Kind::Attributes);
    check_limit("<a xmlns='u' xmlns:b='u' xmlns:c='u'/>", Kind::Namespaces);
    check_limit("<a xmlns='u' xmlns:b='u'><b xmlns='u' xmlns:c='u'/></a>", Kind::Namespaces);
    check_limit("<a><b/><b/><b/><b/><b/></a>", Kind::Nodes);
    check_limit("<a>01234567890</a>", Kind::TextLength);
    check_limit("<a>01234&#51;67890</a>", Kind::TextLength);
    check_limit("<a>01234567<b/>890</a>", Kind::TextLength);
    check_limit("<a b='01234567890'/>", Kind::TextLength);
    check_limit("<a><!-- 01234567890123 --></a>", Kind::TextLength);
    check_limit("<abcdefghi/>", Kind::NameLength);
    check_limit("<a/><a/><a/>", Kind::Documents);
    check_limit(&"<a/>".repeat(51), Kind::InputLength);
}

#[test]
fn hostile_inputs_stop_early() {
    let deep = "<n>".repeat(1_000_000);
    let (documents, faults) = read(deep.as_bytes(), &Options::default());
    assert_eq!((documents[0].elements().len(), faults[0].kind), (64, Kind::Depth));
    let instructions = format!("{}<a/>", "<?a b?>".repeat(1_000_000));
    check_with(instructions.as_bytes(), &Options::default(), "XML-PI 1:0+7");
    let declarations: String = (0..300).map(|n| format!(" xmlns:p{n}='u{n}'")).collect();
    let (_, faults) = read(format!("<a{declarations}/>").as_bytes(), &Options::default());
    assert_eq!((faults[0].kind, faults.len()), (Kind::Namespaces, 1));
    let attributes: String = (0..20_000).map(|n| format!(" a{n}=''")).collect();
    let (_, faults) = read(format!("<a{attributes}/>").as_bytes(), &Options::default());
    assert_eq!((faults[0].kind, faults.len()), (Kind::Attributes, 1));
}

#[test]
fn mixed_text_is_gathered_once() {
    let mixed = format!("<a>{}</a>", "x<b/>".repeat(400_000));
    let (documents, faults) = read(mixed.as_bytes(), &Options::default());
    assert_eq!((documents[0].root().text().len(), faults.len()), (400_000, 0));
}
