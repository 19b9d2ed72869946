//! What is written is read again as it was.

use super::MESSAGE;
use crate::xml::{Layout, Options, Tree, read, write};

/// A tree is written as this, declaration aside, and is read again as it was.
#[track_caller]
fn check(tree: Tree, layout: Layout, expected: &str) {
    let (text, faults) = write(&tree, layout);
    assert_eq!(text.split_once('\n').map(|parts| parts.1), Some(expected));
    assert_eq!(faults, []);
    let (documents, faults) = read(text.as_bytes(), &Options::default());
    assert_eq!(faults, []);
    assert_eq!(documents[0].root().to_tree(), tree);
}

fn leaf(name: &str, text: &str) -> Tree {
    Tree::new(name).with_text(text)
}

#[test]
fn characters_are_escaped() {
    let compact = Layout::Compact;
    check(Tree::new("a"), compact, "<a/>");
    check(leaf("a", "x"), compact, "<a>x</a>");
    check(leaf("a", " \n"), compact, "<a> \n</a>");
    check(leaf("a", "<&]]>\"'"), compact, "<a>&lt;&amp;]]&gt;\"'</a>");
    check(leaf("a", "x\r\ny"), compact, "<a>x&#xD;\ny</a>");
    let tree = Tree::new("a").with_attribute("b", "<&\"'>\t\r\n x");
    check(tree, compact, "<a b=\"&lt;&amp;&quot;'&gt;&#x9;&#xD;&#xA; x\"/>");
    check(leaf("a", "é€😀\u{7F}"), compact, "<a>é€😀\u{7F}</a>");
}

#[test]
fn children_are_laid_out() {
    let tree = || {
        Tree::new("p:a")
            .with_attribute("xmlns:p", "u")
            .with_child(leaf("b", "1").with_attribute("p:c", "2"))
            .with_child(Tree::new("p:d").with_child(Tree::new("e")))
    };
    let compact = "<p:a xmlns:p=\"u\"><b p:c=\"2\">1</b><p:d><e/></p:d></p:a>";
    check(tree(), Layout::Compact, compact);
    let lines = "<p:a xmlns:p=\"u\">\n  <b p:c=\"2\">1</b>\n  <p:d>\n    <e/>\n  </p:d>\n</p:a>\n";
    check(tree(), Layout::Indented, lines);
    check(leaf("a", "x").with_child(leaf("b", "y")), Layout::Indented, "<a>x<b>y</b></a>\n");
}

#[test]
fn a_message_read_and_written_stays() {
    let (documents, _) = read(MESSAGE.as_bytes(), &Options::default());
    let tree = documents[0].root().to_tree();
    for layout in [Layout::Compact, Layout::Indented] {
        let (text, _) = write(&tree, layout);
        let (again, _) = read(text.as_bytes(), &Options::default());
        assert_eq!(again[0].root().to_tree(), tree);
        assert_eq!(write(&again[0].root().to_tree(), layout).0, text);
    }
}

/// A tree that cannot be written as it is: what is written, and the names of the faults.
#[track_caller]
fn check_faults(tree: &Tree, expected: &str) {
    let (text, faults) = write(tree, Layout::Compact);
    let names: Vec<&str> = faults.iter().map(|fault| fault.kind.name()).collect();
    let body = text.split_once('\n').map_or("", |parts| parts.1);
    assert_eq!(format!("{body} {}", names.join(" ")), expected);
}

#[test]
fn what_cannot_be_written_is_told() {
    check_faults(&leaf("a", "x\u{1b}y\0"), "<a>x\u{FFFD}y\u{FFFD}</a> XML-CHAR XML-CHAR");
    check_faults(&Tree::new("pn:a"), "<pn:a/> XML-PREFIX");
    check_faults(&Tree::new("a").with_child(Tree::new("b c")), "<a></a> XML-MALFORMED");
    let twice = Tree::new("a").with_attribute("b", "1").with_attribute("b", "2");
    check_faults(&twice, "<a b=\"1\"/> XML-MALFORMED");
    let deep = (0..600).fold(Tree::new("a"), |tree, _| Tree::new("a").with_child(tree));
    assert_eq!(write(&deep, Layout::Compact).1[0].kind.name(), "XML-DEPTH");
}
