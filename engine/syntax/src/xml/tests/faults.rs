//! What is said of what is wrong.

use super::{check, check_several, check_with};
use crate::xml::{Options, read};

#[test]
fn a_document_type_is_refused() {
    check("<!DOCTYPE a><a/>", "XML-DTD 1:0+12");
    check("<!doctype a><a/>", "XML-DTD 1:0+12");
    check("<!DOCTYPE a", "XML-DTD 1:0+11");
    check("<!DOCTYPE>", "XML-DTD 1:0+10");
    check("<!DOCTYPE i [<!ENTITY a SYSTEM \"file:///x\">]><i>&a;</i>", "XML-DTD 1:0+45");
    check("<a><!DOCTYPE b></a>", "a ... | XML-DTD 1:3+12");
}

#[test]
fn a_processing_instruction_is_refused() {
    check("<?a b?><a/>", "XML-PI 1:0+7");
    check("<?xml version='1.0'?>\n<?xml-stylesheet href='x'?><a/>", "XML-PI 1:22+27");
    check("<a><?php x?></a>", "a ... | XML-PI 1:3+9");
    check("<a/><?a?>", "a | XML-PI 1:4+5");
}

#[test]
fn nothing_is_no_document() {
    check("", "XML-EMPTY 1:0+0");
    check(" \n", "XML-EMPTY 1:2+0");
    check("<?xml version='1.0'?>", "XML-EMPTY 1:21+0");
    check("<!-- x -->", "XML-EMPTY 1:10+0");
    check("\u{FEFF}", "XML-BOM 1:0+3 XML-EMPTY 1:3+0");
}

#[test]
fn after_the_root_nothing_may_stand() {
    check("<a/>junk", "a | XML-TRAIL 1:4+4");
    check("<a/><b/>", "a | XML-TRAIL 1:4+4");
    check("<a/>&amp;", "a | XML-TRAIL 1:4+5");
    check("<a/><![CDATA[x]]>", "a | XML-TRAIL 1:4+13");
    check("<a/><?xml version='1.0'?><a/>", "a | XML-TRAIL 1:4+21");
    check_several("<a/>junk", "a | XML-TRAIL 1:4+4");
}

#[test]
fn several_documents_where_allowed() {
    check_several("<a/>", "a |");
    check_several("<a/>\n<b/>", "a | b | XML-MANY 2:5+4");
    let declared = "<?xml version='1.0'?><a/>\n";
    check_several(&declared.repeat(3), "a | a | a | XML-MANY 2:26+21");
    check_several(
        "<a/>\n\u{FEFF}<?xml version='1.0'?><b/>",
        "a | b | XML-BOM 1:4+4 XML-MANY 2:8+21",
    );
    check_several("<a/><b>", "a | b ... | XML-MANY 2:4+3 XML-MALFORMED 2:7+0");
    check_several("<a/><?xml version='1.0'?>", "a | XML-MANY 2:4+21 XML-MALFORMED 2:25+0");
    check_several(
        "<a/><?xml version='1.0' encoding='ISO-8859-1'?><b/>",
        "a | XML-MANY 2:4+43 XML-ENC 2:34+10",
    );
    check_several("<a/><!DOCTYPE b><b/>", "a | XML-DTD 1:4+12");
}

#[test]
fn tags_must_match() {
    check("<a><b></a>", "a(b) ... | XML-MALFORMED 1:6+4");
    check("<a></A>", "a ... | XML-MALFORMED 1:3+4");
    check("<a>", "a ... | XML-MALFORMED 1:3+0");
    check("<a></a x='1'>", "a ... | XML-MALFORMED 1:3+10");
    check("</a>", "XML-MALFORMED 1:0+4");
    check("<a/></a>", "a | XML-MALFORMED 1:4+4");
    check("<a><b", "a ... | XML-MALFORMED 1:3+2");
    check("<a></", "a ... | XML-MALFORMED 1:3+2");
    check("<a>x<", "a\"x\" ... | XML-MALFORMED 1:4+1");
    check("<a>1 < 2</a>", "a\"1 \" ... | XML-MALFORMED 1:5+1");
}

#[test]
fn names_must_be_names() {
    check("< a/>", "XML-MALFORMED 1:0+1");
    check("<1/>", "XML-MALFORMED 1:1+1");
    check("<>", "XML-MALFORMED 1:0+1");
    check("<a:/>", "XML-MALFORMED 1:1+2");
    check("<a:b:c/>", "XML-MALFORMED 1:1+5");
    check("<a&b/>", "XML-MALFORMED 1:1+3");
    check("<a><b×/></a>", "a ... | XML-MALFORMED 1:4+3");
}

#[test]
fn attributes_must_be_right() {
    check("<a b='1' b='2'/>", "XML-MALFORMED 1:9+1");
    check("<a xmlns:p='u' xmlns:q='u' p:b='' q:b=''/>", "XML-MALFORMED 1:34+3");
    check("<a b='1'c='2'/>", "XML-MALFORMED 1:8+1");
    check("<a b/>", "XML-MALFORMED 1:4+1");
    check("<a b=1/>", "XML-MALFORMED 1:5+1");
    check("<a b='<'/>", "XML-MALFORMED 1:6+1");
    check("<a ='1'/>", "XML-MALFORMED 1:3+1");
    check("<a b='1/>", "XML-MALFORMED 1:0+9");
    check("<a b='&nbsp;'/>", "XML-MALFORMED 1:6+6");
    check("<a b='x & y'/>", "XML-MALFORMED 1:8+1");
    check("<a / >", "XML-MALFORMED 1:3+1");
    check("<a xmlns='u' xmlns='v'/>", "XML-MALFORMED 1:13+5");
    check("<a xmlns:p=''/>", "XML-MALFORMED 1:3+7");
    check("<a xmlns:xml='u'/>", "XML-MALFORMED 1:3+9");
    check("<a xmlns:xmlns='u'/>", "XML-MALFORMED 1:3+11");
}

#[test]
fn references_must_mean_something() {
    check("<a>&nbsp;</a>", "a ... | XML-MALFORMED 1:3+6");
    check("<a>x&a;</a>", "a\"x\" ... | XML-MALFORMED 1:4+3");
    check("<a>0&#0;1</a>", "a\"0\" ... | XML-MALFORMED 1:4+4");
    check("<a>&#xD800;</a>", "a ... | XML-MALFORMED 1:3+8");
    check("<a>&#x110000;</a>", "a ... | XML-MALFORMED 1:3+10");
    check("<a>&#+1;</a>", "a ... | XML-MALFORMED 1:3+5");
    check("<a>&#;</a>", "a ... | XML-MALFORMED 1:3+3");
    check("<a>&;</a>", "a ... | XML-MALFORMED 1:3+2");
    check("<a>Café & Fils</a>", "a\"Café \" ... | XML-MALFORMED 1:9+10");
}

#[test]
fn markup_must_stand_where_it_may() {
    check("\u{FEFF}\u{FEFF}<a/>", "XML-BOM 1:0+3 XML-MALFORMED 1:3+3");
    check("junk<a/>", "XML-MALFORMED 1:0+4");
    check("UNB+UNOA:1'", "XML-MALFORMED 1:0+11");
    check("<a><?xml version='1.0'?></a>", "a ... | XML-MALFORMED 1:3+21");
    check("<!-- --><?xml version='1.0'?><a/>", "XML-MALFORMED 1:8+21");
    check("<?xml?><a/>", "XML-MALFORMED 1:0+7");
    check("<?xml encoding='UTF-8'?><a/>", "XML-MALFORMED 1:16+5");
    check("<?xml version='1.x'?><a/>", "XML-MALFORMED 1:15+3");
    check("<?xml version='1.0' encoding='UTF-8 '?><a/>", "XML-ENC 1:30+1");
    check("<?xml version='2.0'?><a/>", "XML-MALFORMED 1:15+3");
    check("<?xml version='1.0' x='1'?><a/>", "XML-MALFORMED 1:20+1");
    check("<?xml version='1.0' standalone='maybe'?><a/>", "XML-MALFORMED 1:32+5");
    check("<a>]]></a>", "a ... | XML-MALFORMED 1:3+3");
    check("<a><!-- -- --></a>", "a ... | XML-MALFORMED 1:8+10");
    check("<a><!-- </a>", "a ... | XML-MALFORMED 1:3+9");
    check("<a><![CDATA[ </a>", "a ... | XML-MALFORMED 1:3+14");
    check("<a><!b></a>", "a ... | XML-MALFORMED 1:3+8");
}

#[test]
fn forbidden_characters_are_replaced() {
    check("<a>a&#x1b;[31m</a>", "a\"a\u{FFFD}[31m\" | XML-CHAR 1:4+6");
    check("<a>\u{FFFE}</a>", "a\"\u{FFFD}\" | XML-CHAR 1:3+3");
    check("<a>x\u{1}y</a>", "a\"x\u{FFFD}y\" | XML-CHAR 1:4+1");
    check("<a>\0</a>", "a\"\u{FFFD}\" | XML-CHAR 1:3+1");
    check("<a b='\u{FFFF}&#8;'/>", "a@b=\u{FFFD}\u{FFFD} | XML-CHAR 1:6+3 XML-CHAR 1:9+4");
    check("<a><!-- \u{2} --></a>", "a | XML-CHAR 1:8+1");
    check("<a><![CDATA[\u{3}]]></a>", "a\"\u{FFFD}\" | XML-CHAR 1:12+1");
    check("<a>\u{FF21}\u{FFFD}\u{7F}\u{85}</a>", "a\"\u{FF21}\u{FFFD}\\u{7f}\\u{85}\" |");
    let many = format!("<a>{}</a>", "\u{1}".repeat(1_000));
    assert_eq!(read(many.as_bytes(), &Options::default()).1.len(), crate::xml::FAULTS_MAX);
}

/// The first fault of an input: element, value, what was expected.
#[track_caller]
fn check_words(input: &str, expected: [&str; 3]) {
    let (_, faults) = read(input.as_bytes(), &Options::default());
    let fault = &faults[0];
    assert_eq!([&*fault.name, &*fault.value, &*fault.expected], expected, "{input}");
}

#[test]
fn faults_say_which_element_and_what() {
    check_words("<a><b>1</c></a>", ["b", "</c>", "</b>"]);
    check_words("<a><b>&#1;</b></a>", ["b", "&#1;", "a character of XML 1.0"]);
    check_words("<a><b c='\u{1}'/></a>", ["b", "\u{1}", "a character of XML 1.0"]);
    check_words("<a><b>&nbsp;</b></a>", ["b", "&nbsp;", "character or predefined entity"]);
    check_words("<a><b c=1/></a>", ["b", "1", "quote"]);
    check_words("<a><p:b/></a>", ["p:b", "p", "a declared prefix"]);
    check_words("<a><b/>", ["a", "", "</a>"]);
    check_words("junk", ["", "junk", "root element"]);
}

#[test]
fn the_charset_of_the_channel_must_agree() {
    let hint = |charset| Options { charset_hint: Some(charset), ..Options::default() };
    let declared = b"<?xml version='1.0' encoding='UTF-8'?><a/>";
    check_with(declared, &hint("utf-8"), "a |");
    check_with(declared, &hint("iso-8859-1"), "XML-ENC 1:0+1");
    check_with(b"<a>\xE9</a>", &hint("ISO-8859-1"), "a\"é\" |");
    check_with(b"<a/>", &hint("utf-7"), "XML-ENC 1:0+1");
}
