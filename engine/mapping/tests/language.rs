//! The language itself: what is refused in a file and how it is told, how overlays lie, and that
//! nothing panics whatever is written or sent.
#![expect(clippy::disallowed_methods, reason = "tests read files")]
#![allow(missing_docs, reason = "tests")]

mod support;

use acquit_mapping::edifact::{EdifactSpecimen, Line, lay_over, parse_edifact, read_edifact};
use acquit_mapping::record::Record;
use acquit_mapping::specimen::Flaw;
use acquit_mapping::xml::{Strictness, XmlSpecimen, read_xml};
use acquit_syntax::edifact::check::{self, Checked, Input};
use acquit_syntax::edifact::reader::{Item, Options, Reader};
use acquit_syntax::fault::Place;

/// The flaws of the lines of an INVOIC D.96A, one a line.
fn flaws_of(lines: &str) -> Vec<String> {
    let text = format!("# A test.\nUNH+{{message}}+INVOIC:D:96A:UN'\n{lines}\n");
    let (source, mut flaws) = parse_edifact(&text, &support::codes());
    if flaws.is_empty() {
        flaws = EdifactSpecimen::compile(source, &support::guide("D96A", "INVOIC")).1;
    }
    shortened(&flaws)
}

/// Flaws with at most three known words.
fn shortened(flaws: &[Flaw]) -> Vec<String> {
    let told = flaws.iter().map(|flaw| {
        let mut flaw = flaw.clone();
        flaw.known.truncate(3);
        flaw.to_string()
    });
    told.collect()
}

#[track_caller]
fn check(lines: &str, expected: &[&str]) {
    assert_eq!(flaws_of(lines), expected, "{lines}");
}

#[test]
fn mistakes_in_edifact_specimens() {
    check("BGM+380+{number}+9'", &[]);
    check(
        "BGM+380+{numbre}'",
        &["3:9: no name of \"message\" is \"numbre\"; known: message, sender, sender_qualifier"],
    );
    check(
        "MOA+77:{gross monney}'",
        &["3:8: no codec is named \"monney\"; known: text, none, split"],
    );
    check(
        "BGM+{kind code kinds}'",
        &["3:5: no code table is named \"kinds\"; known: amanpay_event, \
           amanpay_refund, amanpay_status"],
    );
    check(
        "BGM+{kind}'",
        &["3:5: no code table is named \"\"; known: amanpay_event, \
           amanpay_refund, amanpay_status"],
    );
    check(
        "BGM+380+{gross date}'",
        &["3:9: \"gross\" is decimal, and codec \"date\" reads another"],
    );
    check("BGM+380+X{number}'", &["3:9: a hole stands alone between separators"]);
    check("BGM+380+{number}", &["3:1: the terminator ' is missing"]);
    check(
        "BGM+380' sometimes",
        &["3:10: \"sometimes\" is no mark; known: once, optional, each NAME"],
    );
    check(
        "BGM+380' each things",
        &["3:15: no list is named \"things\"; known: lines, taxes, documents"],
    );
    check(
        "BGM+380' optional twice",
        &["3:10: \"optional twice\" is no mark; known: once, optional, each NAME"],
    );
    check(" BGM+380'", &["3:2: two spaces nest a line one level deeper"]);
    check("bgm+380'", &["3:1: \"bgm\" is no segment tag"]);
    check("+ BGM+380'", &["3:3: `+` and `-` belong in a partner's file"]);
    check(
        "DTM+3:{issued_on date yyyy}'",
        &["3:7: no form of a date is \"yyyy\"; known: ccyymmdd, yymmdd, yymmddhhmm"],
    );
    check(
        "DTM+3:{issued_on date}:{format 999}'",
        &["3:24: no form of a date has the code \"999\"; known: 102, 101, 201"],
    );
    check("DTM+3:20200101:{format 102}'", &["3:1: `format` stands behind a date"]);
    check(
        "MOA+77:{gross}'\nBGM+380'",
        &["4:1: BGM cannot stand here in INVOIC; known: MOA, TAX, ALC"],
    );
    check("BGM+380'\n  DTM+3:{issued_on}'", &["3:1: BGM begins no group here"]);
    check(
        "NAD+II+{issuer}'\n  QTY+47:1'",
        &["4:3: QTY cannot stand here in INVOIC; known: LOC, FII, RFF"],
    );
    check(
        "LIN+{line int}' each lines\n  MOA+203:{gross}'",
        &["4:11: no name of \"lines\" is \"gross\"; known: line, service, operation"],
    );
}

#[test]
fn mistakes_in_demands() {
    const EVENT: &str = "BGM+380+{number}+{event code message_function}'\n";
    let check = |line: &str, expected: &[&str]| check(&format!("{EVENT}{line}"), expected);
    check("DTM+3:{issued_on}'  required when event in original replace", &[]);
    check("DTM+3:{issued_on}'  required unless event in cancel", &[]);
    let shape = "4:21: expected `required when NAME in KEY ..` or `required unless NAME in KEY ..`";
    check("DTM+3:{issued_on}'  required", &[shape]);
    check("DTM+3:{issued_on}'  required if event in cancel", &[shape]);
    check("DTM+3:{issued_on}'  required when event is cancel", &[shape]);
    let lacking = format!("{shape}, 1 to 32 keys");
    check("DTM+3:{issued_on}'  required when event in", &[lacking.as_str()]);
    check(
        "DTM+3:{issued_on}'  required when evnt in cancel",
        &["4:35: no code of the whole message is \"evnt\"; known: event, kind, state"],
    );
    check(
        "DTM+3:{issued_on}'  required when number in 1",
        &["4:35: no code of the whole message is \"number\"; known: event, kind, state"],
    );
    check(
        "DTM+3:{issued_on}'  required when kind in credit",
        &["4:35: no line of this file reads \"kind\""],
    );
    check(
        "DTM+3:{issued_on}'  required when event in  cancel  cancelled",
        &["4:53: no code of \"message_function\" is \"cancelled\"; known: cancel, original, paid"],
    );
    let (_, flaws) = XmlSpecimen::parse(
        "<!-- A test. -->\n<A>\n<B>{event code message_function}</B>\n\
         <C>{number}</C> <!-- required unless event in canceled -->\n</A>",
        &support::codes(),
    );
    let expected =
        "4:47: no code of \"message_function\" is \"canceled\"; known: cancel, original, paid";
    assert_eq!(shortened(&flaws), [expected]);
}

#[test]
fn all_mistakes_come_at_once() {
    let expected = [
        "3:9: no name of \"message\" is \"a\"; known: message, sender, sender_qualifier",
        "4:8: no codec is named \"b\"; known: text, none, split",
        "5:1: the terminator ' is missing",
    ];
    check("BGM+380+{a}'\nMOA+77:{gross b}'\nUNS+S", &expected);
    let (_, flaws) = parse_edifact("BGM+380'", &support::codes());
    let title = "1:1: the first lines say what the file is, its source and its date";
    assert_eq!(shortened(&flaws), [title]);
    let (source, _) = parse_edifact("# A test.\nUNH+{message}+INVOIC:D:01B:UN'", &support::codes());
    let (_, flaws) = EdifactSpecimen::compile(source, &support::guide("D96A", "INVOIC"));
    assert_eq!(shortened(&flaws), ["2:1: the table is of UNH+{message}+INVOIC:D:96A:"]);
}

#[test]
fn mistakes_in_xml_specimens() {
    let check = |text: &str, expected: &[&str]| {
        let text = format!("<!-- A test. -->\n{text}");
        let (_, flaws) = XmlSpecimen::parse(&text, &support::codes());
        assert_eq!(shortened(&flaws), expected, "{text}");
    };
    check("<A><B>{number}</B></A>", &[]);
    check("<A b=\"{number}\"/>", &[]);
    check(
        "<A>{numbre}</A>",
        &["2:4: no name of \"message\" is \"numbre\"; known: message, sender, sender_qualifier"],
    );
    check("<A><B>{number}</A>", &["2:4: <B> is not closed"]);
    check("<A><B/><B/></A>", &["2:8: <B> stands here already; mark it `each`"]);
    check("<p:A/>", &["2:1: the prefix \"p\" is not declared"]);
    check(
        "<A>\n<B/> <!-- each things -->\n</A>",
        &["3:16: no list is named \"things\"; known: lines, taxes, documents"],
    );
    check("<A>\n<B/>\n<!-- optional -->\n</A>", &["4:6: a mark stands on the line of a start tag"]);
    check("<A>x<B/></A>", &["2:4: text beside elements"]);
    check("<A></B></A>", &["2:4: </B> closes nothing open"]);
    check("<A/><B/>", &["2:5: there is one outermost element"]);
    check("<!DOCTYPE A><A/>", &["2:1: a specimen has elements and comments only"]);
    check("", &["2:1: there is no element"]);
}

/// Lines as text, nested by spaces.
fn outline(lines: &[Line], level: usize, out: &mut String) {
    for line in lines {
        out.push_str(&"  ".repeat(level));
        out.push_str(&line.text);
        out.push('\n');
        outline(&line.children, level + 1, out);
    }
}

#[test]
fn overlays() {
    let codes = support::codes();
    let default = "# A test.\nBGM+380+{number}'\nDTM+3:{issued_on}'\nNAD+II+{issuer}'\n  \
                   RFF+VA:{issuer_ice}' optional\nUNS+S'\nMOA+77:{gross}'\n";
    let (default, flaws) = parse_edifact(default, &codes);
    assert_eq!(flaws, []);
    let check = |over: &str, expected: &str| {
        let (source, flaws) = lay_over(&default, &format!("# A test.\n{over}"), &codes);
        let mut told = String::new();
        outline(&source.lines, 0, &mut told);
        let told = told.replace('\n', " | ");
        let flaws: Vec<String> = flaws.iter().map(ToString::to_string).collect();
        assert_eq!(format!("{told}{}", flaws.join("; ")), expected, "{over}");
    };
    let (bgm, dtm, nad) = ("BGM+380+{number}' |", "DTM+3:{issued_on}' |", "NAD+II+{issuer}' |");
    let (rff, end) = ("  RFF+VA:{issuer_ice}' |", "UNS+S' | MOA+77:{gross}' |");
    check("", &format!("{bgm} {dtm} {nad} {rff} {end} "));
    check("NAD+SU+{issuer}::9'", &format!("{bgm} {dtm} NAD+SU+{{issuer}}::9' | {rff} {end} "));
    check(
        "NAD+SU+{issuer}'\n  RFF+GN:{issuer_rc}'",
        &format!("{bgm} {dtm} NAD+SU+{{issuer}}' |   RFF+GN:{{issuer_rc}}' | {end} "),
    );
    check("RFF+FC:{issuer_ice}'", &format!("{bgm} {dtm} {nad}   RFF+FC:{{issuer_ice}}' | {end} "));
    check("- DTM+3:{issued_on}'", &format!("{bgm} {nad} {rff} {end} "));
    check("- UNS+S'", &format!("{bgm} {dtm} {nad} {rff} MOA+77:{{gross}}' | "));
    check(
        "DTM+137:{issued_on}'\n+ DTM+13:{due_on}'",
        &format!("{bgm} DTM+137:{{issued_on}}' | DTM+13:{{due_on}}' | {nad} {rff} {end} "),
    );
    check("+ UNH+{message}'", &format!("UNH+{{message}}' | {bgm} {dtm} {nad} {rff} {end} "));
    let unknown = "2:1: the default has no such line; add it with `+`";
    check("DTM+13:{due_on}'", &format!("{bgm} {dtm} {nad} {rff} {end} {unknown}"));
    let nested = "3:5: `+` and `-` stand at the outermost level";
    check(
        "NAD+SU+{issuer}'\n  + RFF+GN:{issuer_rc}'",
        &format!("{bgm} {dtm} NAD+SU+{{issuer}}' |   RFF+GN:{{issuer_rc}}' | {end} {nested}"),
    );
}

/// A small generator of positions: the same every time.
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, end: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963);
        usize::try_from(self.0 >> 33).unwrap_or(0) % end.max(1)
    }
}

/// A text with a few characters changed, taken out or put in.
fn garbled(text: &str, numbers: &mut Numbers) -> String {
    const NOISE: &[char] =
        &['{', '}', '\'', '+', ':', '?', ' ', '\n', '<', '>', '/', '!', '-', '"', 'é', '0', '&'];
    let mut characters: Vec<char> = text.chars().collect();
    for _ in 0..=numbers.below(4) {
        let at = numbers.below(characters.len());
        let noise = NOISE[numbers.below(NOISE.len())];
        match numbers.below(3) {
            0 => characters[at] = noise,
            1 => drop(characters.remove(at)),
            _ => characters.insert(at, noise),
        }
    }
    characters.into_iter().collect()
}

#[test]
fn garbled_specimens_are_told_and_never_panic() {
    let (codes, mut numbers) = (support::codes(), Numbers(1));
    let guide = support::guide("D96A", "INVOIC");
    let default = support::text("mappings/messages/invoic-d96a.edi");
    let overlay = support::text("mappings/issuers/anp/invoic-d96a.edi");
    let xml = support::text("mappings/messages/portnet-inv.xml");
    for _ in 0..100 {
        let (source, _) = parse_edifact(&garbled(&default, &mut numbers), &codes);
        let (over, _) = lay_over(&source, &garbled(&overlay, &mut numbers), &codes);
        let _ = EdifactSpecimen::compile(over, &guide);
        let _ = XmlSpecimen::parse(&garbled(&xml, &mut numbers), &codes);
    }
    for end in (0..xml.len()).filter(|end| xml.is_char_boundary(*end)) {
        let _ = XmlSpecimen::parse(&xml[..end], &codes);
    }
}

#[test]
fn garbled_messages_are_read_and_never_panic() {
    let mut numbers = Numbers(2);
    let (specimen, guide) = support::edifact("invoic-d96a", None);
    let sample = support::text("samples/messages/invoic-d96a/original.edi");
    let mut checked = Checked::default();
    for _ in 0..500 {
        let bytes = garbled(&sample, &mut numbers).into_bytes();
        let mut reader = Reader::over(&bytes, Options::default());
        while let Some(item) = reader.next() {
            let Item::Message(message) = item else { continue };
            let content = message.content;
            let input = Input::new(content.window, content.tape, content.separators);
            check::message(&guide, &input, &check::Rules::default(), &mut checked);
            let mut record = Record::new();
            let origin = Place::default();
            let _ = read_edifact(&specimen, &checked, &content, origin, &mut record);
        }
    }
    let specimen = support::xml("portnet-inv");
    let sample = support::text("samples/messages/portnet-inv/original.xml");
    for _ in 0..500 {
        let bytes = garbled(&sample, &mut numbers).into_bytes();
        let (documents, _) =
            acquit_syntax::xml::read(&bytes, &acquit_syntax::xml::Options::default());
        for document in &documents {
            let mut record = Record::new();
            let _ = read_xml(&specimen, document, Strictness::default(), &mut record);
        }
    }
}
