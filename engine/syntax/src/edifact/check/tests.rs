//! One line of input, one line of output.

use std::sync::Arc;

mod shapes;

use super::{Characters, Checked, Input, Rules, elements, group, message};
use crate::edifact::guide::{Directory, Guide, SlotKind};
use crate::edifact::kind::Kind;
use crate::edifact::separators::Separators;
use crate::edifact::tape::Tape;
use crate::edifact::tokenizer::{Scanner, Stop};
use crate::fault::{Level, Place};

macro_rules! guide_text {
    ($($path:tt)+) => {
        include_str!(concat!("../../../../../mappings/guides/", $($path)+))
    };
}

macro_rules! directory {
    ($folder:literal, $service:literal) => {{
        let read = |segments, codes| {
            let (directory, flaws) = Directory::read(segments, codes);
            assert_eq!(flaws, []);
            directory
        };
        let own = read(
            guide_text!(concat!($folder, "/segments.guide")),
            guide_text!(concat!($folder, "/codes.guide")),
        );
        let service = read(
            guide_text!(concat!($service, "/segments.guide")),
            guide_text!(concat!($service, "/codes.guide")),
        );
        Arc::new(own.with(&service))
    }};
}

fn guide(table: &str, directory: &Arc<Directory>) -> Guide {
    let (guide, flaws) = Guide::read(table, directory);
    assert_eq!(flaws, []);
    guide
}

fn invoic_96a() -> Guide {
    guide(guide_text!("D96A/INVOIC.guide"), &directory!("D96A", "SERVICE-3"))
}

fn tape(text: &[u8], separators: &Separators) -> Tape {
    let mut tape = Tape::default();
    let mut scanner = Scanner::new(separators);
    while scanner.next(text, &mut tape) == Stop::Segment {}
    scanner.finish(text, &mut tape);
    tape
}

/// Every fault as `segment TAG/element/component NAME level value (expected)`, one a line.
fn faults(guide: &Guide, text: &[u8], rules: &Rules<'_>) -> String {
    let tape = tape(text, &Separators::DEFAULT);
    let mut out = Checked::default();
    message(guide, &Input::new(text, &tape, Separators::DEFAULT), rules, &mut out);
    told(&out)
}

fn told(out: &Checked) -> String {
    let line = |fault: &crate::edifact::Fault| {
        let Place { segment, element, component, .. } = fault.place;
        let mut line = format!("{segment} {}", fault.name);
        for position in [element, component].into_iter().filter(|position| *position > 0) {
            line += &format!("/{position}");
        }
        line += &format!(" {}", fault.kind.name());
        if fault.level != Level::Element && fault.level != Level::Segment {
            line += &format!(" {:?}", fault.level);
        }
        if !fault.value.is_empty() {
            line += &format!(" {:?}", fault.value);
        }
        line
    };
    out.faults.iter().map(line).collect::<Vec<_>>().join("; ")
}

/// The tree as nested tags, a group as `SGn(...)`, its repetition after `#` from the second on.
fn tree(guide: &Guide, out: &Checked, node: u32) -> String {
    let this = out.nodes[node as usize];
    let name = guide.name(this.slot);
    let again = if this.repetition > 1 { format!("#{}", this.repetition) } else { String::new() };
    if matches!(guide.slot(this.slot).kind, SlotKind::Segment { .. }) {
        return format!("{name}{again}");
    }
    let inner: Vec<String> = out.children(node).map(|child| tree(guide, out, child)).collect();
    format!("{name}{again}({})", inner.join(" "))
}

const HEAD: &str = "UNH+1+INVOIC:D:96A:UN'BGM+380+00069321+9'DTM+137:20261031:102'";
const TAIL: &str = "UNS+S'MOA+77:3600.00'UNT+6+1'";

/// Checks segments put between a header and a summary that are right; segment 4 is the first.
fn check(segments: &str, expected: &str) {
    let text = format!("{HEAD}{segments}{TAIL}");
    assert_eq!(faults(&invoic_96a(), text.as_bytes(), &Rules::default()), expected, "{segments}");
}

/// Checks a whole message.
fn check_message(text: &str, expected: &str) {
    assert_eq!(faults(&invoic_96a(), text.as_bytes(), &Rules::default()), expected, "{text}");
}

#[test]
fn groups_follow_the_table() {
    let guide = invoic_96a();
    let check = |segments: &str, expected: &str| {
        let text = format!("{HEAD}{segments}{TAIL}");
        let tape = tape(text.as_bytes(), &Separators::DEFAULT);
        let mut out = Checked::default();
        let input = Input::new(text.as_bytes(), &tape, Separators::DEFAULT);
        message(&guide, &input, &Rules::default(), &mut out);
        let whole = tree(&guide, &out, 0);
        let inner = whole
            .strip_prefix("INVOIC(UNH BGM DTM ")
            .and_then(|rest| rest.strip_suffix("UNS SG48(MOA) UNT)"));
        assert_eq!(inner.map(str::trim_end), Some(expected), "{segments}: {whole}");
    };
    check("", "");
    check("DTM+3:20261031:102'FTX+AAI'", "DTM#2 FTX");
    check("RFF+DM:1'RFF+IV:2'DTM+3:20261031:102'", "SG1(RFF) SG1#2(RFF DTM)");
    check("NAD+SU'RFF+VA:1'NAD+BY'RFF+VA:1'", "SG2(NAD SG3(RFF)) SG2#2(NAD SG3(RFF))");
    check("NAD+SU'RFF+VA:1'RFF+FC:1'", "SG2(NAD SG3(RFF) SG3#2(RFF))");
    check("CUX+2:MAD:4'PAT+1'DTM+13:20261231:102'", "SG7(CUX) SG8(PAT DTM)");
    check("LIN+1'QTY+47:1'MOA+203:1'PRI+AAA:1'", "SG25(LIN QTY SG26(MOA) SG28(PRI))");
    check("LIN+1'MOA+203:1'LIN+2'MOA+203:1'", "SG25(LIN SG26(MOA)) SG25#2(LIN SG26(MOA))");
    check("LIN+1'TAX+7+VAT'MOA+124:1'LIN+2'", "SG25(LIN SG33(TAX MOA)) SG25#2(LIN)");
}

#[test]
fn order_and_repetition() {
    check("", "");
    check("ZZZ+1'", "4 ZZZ EDI-015");
    check("bgm+1'", "4 bgm EDI-015 Message");
    check("BGMX+1'", "4 BGMX EDI-015 Message");
    check("''", "4  EDI-015 Message; 5  EDI-015 Message");
    check("BGM+380+1+9'", "4 BGM EDI-015");
    check("UNH+2+INVOIC:D:96A:UN'", "4 UNH EDI-015 Message");
    check("PAI+::ZZZ'PAI+::ZZZ'", "5 PAI EDI-035");
    check(&"ALI+MA'".repeat(7), "9 ALI EDI-035; 10 ALI EDI-035");
    check(&"CUX+2:MAD:4'".repeat(6), "9 CUX EDI-036");
    check("LIN+1'LIN+2'FTX+AAI'BGM+380'", "7 BGM EDI-015");
    check("USH+1+1+1'UST+1+1'", "4 USH EDI-015; 5 UST EDI-015");
    check_message("", "1 UNH EDI-013; 1 BGM EDI-013; 1 DTM EDI-013; 1 UNS EDI-013; 1 MOA EDI-013");
    let missing_bgm = HEAD.replace("BGM+380+00069321+9'", "") + TAIL;
    check_message(&missing_bgm, "2 BGM EDI-013");
    let lower_bgm = HEAD.replace("BGM", "bgm") + TAIL;
    check_message(&lower_bgm, "2 bgm EDI-015 Message; 3 BGM EDI-013");
    let bgm_twice = HEAD.replace("DTM", "BGM+380+1+9'DTM") + TAIL;
    check_message(&bgm_twice, "3 BGM EDI-035");
    let moa_first = HEAD.replace("BGM", "MOA+77:1'BGM") + TAIL;
    check_message(&moa_first, "2 MOA EDI-015");
    check_message(&(HEAD.to_owned() + "LIN+1'UNT+6+1'"), "5 UNS EDI-013; 5 MOA EDI-013");
    check_message(&(HEAD.to_owned() + "LIN+1'"), "5 UNS EDI-013; 5 MOA EDI-013");
    check_message(&(HEAD.to_owned() + "CNT+1:1'MOA+77:1'UNT+6+1'"), "4 UNS EDI-013");
}

#[test]
fn elements_and_components() {
    check("FTX+AAI+++text'", "");
    check("FTX'", "4 FTX/1 EDI-013");
    check("FTX++1'", "4 FTX/1 EDI-013");
    check("MOA'", "4 MOA EDI-015");
    check("RFF+:1'", "4 RFF/1/1 EDI-013");
    check("FTX+AAI+++:two'", "4 FTX/4/1 EDI-013");
    check("BGM+:::1:2'", "4 BGM EDI-015");
    check("CUX+::::::1'", "4 CUX/1/7 EDI-016 \"1\"");
    check("RFF+VA:1:2:3:4:5'", "4 RFF/1/5 EDI-016 \"4\"");
    check("CUX+2:MAD:4+++++++1'", "4 CUX/8 EDI-016 \"1\"");
    check("FTX+AAI+++'", "4 FTX/1 EDI-045 \"+++\"");
    check("FTX+AAI+++text:::'", "4 FTX/4 EDI-045 Note \":::\"");
    check("FTX+'", "4 FTX/1 EDI-045 \"+\"; 4 FTX/1 EDI-013");
    check("FTX+AAI++A::+text'", "4 FTX/3 EDI-045 Note \"::\"");
    check("FTX:1+AAI'", "4 FTX EDI-034 \"1\"");
    check("LIN:1+1'", "");
    check("LIN:1:1+1'", "4 LIN EDI-034 \"1\"");
}

#[test]
fn values() {
    check("RFF+VA:        '", "4 RFF/1/2 EDI-012 Note \"        \"");
    check("RFF+ :1'", "4 RFF/1/1 EDI-012 \" \"");
    check("RFF+VAT1:1'", "4 RFF/1/1 EDI-039 \"VAT1\"");
    check("RFF+ZQX:1'", "4 RFF/1/1 EDI-012 Note \"ZQX\"");
    check("FTX+AAI+++?+?'?:??'", "");
    check("LIN+1'MOA+203:.50'", "5 MOA/1/2 EDI-038 \".50\"");
    check("LIN+1'MOA+203:5.'", "5 MOA/1/2 EDI-038 \"5.\"");
    check("LIN+1'MOA+203:1E3'", "5 MOA/1/2 EDI-037 \"1E3\"");
    check("LIN+1'MOA+203:-3.5'", "");
    check("LIN+1'MOA+203:-'", "5 MOA/1/2 EDI-037 \"-\"");
    check("LIN+1'MOA+203:1.2.3'", "5 MOA/1/2 EDI-019 \"1.2.3\"");
    check("LIN+1'MOA+203:1,5'", "5 MOA/1/2 EDI-019 \"1,5\"");
    check("LIN+1'MOA+203:-123456789012345678.00'", "5 MOA/1/2 EDI-039 \"-123456789012345678.00\"");
    check("LIN+1'MOA+203:-1234567890123456.78'", "");
    let long = "1".repeat(36);
    check(&format!("RFF+VA:{long}'"), &format!("4 RFF/1/2 EDI-039 {long:?}"));
    check(&format!("RFF+VA:{}??'", "1".repeat(34)), "");
    check_message(&format!("{HEAD}UNS+5'MOA+77:1'UNT+6+1'"), "4 UNS/1 EDI-037 \"5\"");
    check_message(&format!("{HEAD}UNS+SS'MOA+77:1'UNT+6+1'"), "4 UNS/1 EDI-039 \"SS\"");
    check_message(&format!("{HEAD}UNS+T'MOA+77:1'UNT+6+1'"), "4 UNS/1 EDI-012 \"T\"");
    check_message(&format!("{HEAD}UNS+S'MOA+388:1'UNT+6+1'"), "5 MOA/1/1 EDI-012 Note \"388\"");
    let function = HEAD.replace("+9'", "+99'");
    check_message(&format!("{function}{TAIL}"), "2 BGM/3 EDI-012 \"99\"");
}

#[test]
fn characters_are_counted_not_bytes() {
    let guide = invoic_96a();
    let check = |characters, value: &str, expected: &str| {
        let text = format!("{HEAD}RFF+VA:{value}'{TAIL}");
        let tape = tape(text.as_bytes(), &Separators::DEFAULT);
        let input = Input { characters, ..Input::new(text.as_bytes(), &tape, Separators::DEFAULT) };
        let mut out = Checked::default();
        message(&guide, &input, &Rules::default(), &mut out);
        assert_eq!(
            out.faults.iter().map(|f| f.kind.name()).collect::<Vec<_>>().join(" "),
            expected
        );
    };
    check(Characters::Utf8, &"é".repeat(35), "");
    check(Characters::Utf8, &"é".repeat(36), "EDI-039");
    check(Characters::SingleByte, &"é".repeat(18), "EDI-039");
    check(Characters::SingleByte, &format!("{}\r\n{}", "1".repeat(20), "2".repeat(15)), "");
    check(Characters::SingleByte, &format!("{}\r\n{}", "1".repeat(20), "2".repeat(16)), "EDI-039");
}

#[test]
fn what_was_told_is_not_told_again() {
    let text = format!("{HEAD}USH+1'bgm+1'UNS+S+++'MOA+77:1'UNT+6+1'");
    let tape = tape(text.as_bytes(), &Separators::DEFAULT);
    let mut out = Checked::default();
    let guide = invoic_96a();
    let mut input = Input::new(text.as_bytes(), &tape, Separators::DEFAULT);
    message(&guide, &input, &Rules::default(), &mut out);
    let whole = "4 USH EDI-015; 5 bgm EDI-015 Message; 6 UNS/1 EDI-045 \"+++\"";
    assert_eq!(told(&out), whole);
    let mut before = out.faults.clone();
    before[0].kind = Kind::SecurityNotSupported;
    before.truncate(2);
    input.told = &before;
    message(&guide, &input, &Rules::default(), &mut out);
    assert_eq!(told(&out), "6 UNS/1 EDI-045 \"+++\"");
    assert_eq!(out.unplaced, [3, 4]);
}

#[test]
fn trailing_separators_can_be_relaxed() {
    let rules = Rules { trailing: Level::Note, ..Rules::default() };
    let severe = Rules { trailing_components: Level::Segment, ..Rules::default() };
    let components = format!("{HEAD}UNS+S'MOA+77:1::'UNT+6+1'");
    let told = faults(&invoic_96a(), components.as_bytes(), &severe);
    assert_eq!(told, "5 MOA/1 EDI-045 \"::\"");
    let text = format!("{HEAD}UNS+S+++'MOA+77:1'UNT+6+1'");
    assert_eq!(faults(&invoic_96a(), text.as_bytes(), &rules), "4 UNS/1 EDI-045 Note \"+++\"");
    let strict = faults(&invoic_96a(), text.as_bytes(), &Rules::default());
    assert_eq!(strict, "4 UNS/1 EDI-045 \"+++\"");
}

/// Whole messages of the releases and kinds in daily use, from UNH to UNT.
#[test]
fn samples_are_clean() {
    let d96a = directory!("D96A", "SERVICE-3");
    let d01b = directory!("D01B", "SERVICE-3");
    let check = |table: &str, directory: &Arc<Directory>, text: &str| {
        let guide = guide(table, directory);
        assert_eq!(faults(&guide, text.as_bytes(), &Rules::default()), "", "{text}");
    };
    check(
        guide_text!("D96A/INVOIC.guide"),
        &d96a,
        concat!(
            "UNH+1+INVOIC:D:96A:UN'BGM+380+00069321+9'DTM+137:201711011149:203'DTM+3:20171031:102'",
            "PAI+::ZZZ'FTX+AAI+++[REN]Abonnement annuel IMP'RFF+DM:INV_115'",
            "NAD+II+6110D00116::ZZZ++PORTNET'RFF+VA:000025569000083'RFF+FC:40496362'",
            "RFF+GN:RC CASABLANCA 261469'NAD+IV+290240::ZZZ++SATAA IMPORT EXPORT SARL AU'",
            "RFF+VA:001561191000066'TAX+7+VAT+++:::20+S'CUX+2:MAD:4'PAT+1'DTM+13:20171230:102'",
            "LIN+1++AB:SA'IMD+F++:::Abonnement PORTNET'QTY+47:1'DTM+206:20171030:102'",
            "MOA+203:3000.00'PRI+AAA:3000.00'RFF+CT:Abonnement annuel IMP'TAX+7+VAT+++:::20+S'",
            "UNS+S'MOA+79:3000.00'MOA+125:3000.00'MOA+176:600.00'MOA+77:3600.00'MOA+9:3600.00'",
            "TAX+7+VAT+++:::20+S'MOA+124:600.00'MOA+125:3000.00'UNT+35+1'",
        ),
    );
    check(
        guide_text!("D01B/INVOIC.guide"),
        &d01b,
        concat!(
            "UNH+1+INVOIC:D:01B:UN'BGM+380+00069321+9'DTM+137:201711011149:203'DTM+3:20171031:102'",
            "PAI+::ZZZ'FTX+AAI+++[REN]Abonnement annuel IMP'RFF+DM:INV_115'",
            "NAD+II+6110D00116::ZZZ++PORTNET'RFF+VA:000025569000083'RFF+XA:261469'",
            "NAD+IV+290240::ZZZ++SATAA IMPORT EXPORT SARL AU'RFF+VA:001561191000066'CUX+2:MAD:4'",
            "PAT+1'DTM+13:20171230:102'LIN+1++AB:SA'IMD+F++:::Abonnement PORTNET'QTY+47:1'",
            "DTM+206:20171030:102'MOA+203:3000.00'PRI+AAA:3000.00'TAX+7+VAT+++:::20+S'UNS+S'",
            "MOA+79:3000.00'MOA+389:3000.00'MOA+176:600.00'MOA+388:3600.00'MOA+9:3600.00'",
            "TAX+7+VAT+++:::20+S'MOA+124:600.00'MOA+125:3000.00'UNT+31+1'",
        ),
    );
    check(
        guide_text!("D96A/APERAK.guide"),
        &d96a,
        concat!(
            "UNH+1+APERAK:D:96A:UN'BGM+23+ACC0000001+27'DTM+137:201711011150:203'",
            "FTX+AAO+++TOTAL TTC DIFFERENT DE HT?+TVA'RFF+ACW:99990000000115'RFF+IV:00069321'",
            "NAD+MR+6110D00116::ZZZ'ERC+AMT001::ZZZ'FTX+AAO+++MOA 77 3600.00 attendu 3600.01'",
            "RFF+IV:00069321'UNT+11+1'",
        ),
    );
    check(
        guide_text!("D96A/REMADV.guide"),
        &d96a,
        concat!(
            "UNH+1+REMADV:D:96A:UN'BGM+481+PNM00000242+9'DTM+137:201712221153:203'",
            "DTM+138:20171222:102'RFF+PQ:242'PAI+::ZZZ'NAD+PR+290240::ZZZ'NAD+PE+6110D00116::ZZZ'",
            "CUX+2:MAD:11'DOC+380+00069321'MOA+12:3600.00'DTM+171:20171031:102'RFF+TN:242'UNS+S'",
            "MOA+12:3600.00'UNT+16+1'",
        ),
    );
    check(
        guide_text!("D96A/BANSTA.guide"),
        &d96a,
        concat!(
            "UNH+1+BANSTA:D:96A:UN'BGM+77+UNM00000001+9'DTM+137:201712221200:203'",
            "RFF+ACW:00000000000046'LIN+1'RFF+PQ:242'SEQ++1'GIS+32'DTM+171:20171222:102'",
            "MOA+12:3600.00'FTX+AAO+++Paiement Facture integree avec succes'DOC+380+00069321'",
            "UNT+13+1'",
        ),
    );
}

#[test]
fn acknowledgements_are_clean() {
    let service = {
        let (service, flaws) = Directory::read(
            guide_text!("SERVICE-3/segments.guide"),
            guide_text!("SERVICE-3/codes.guide"),
        );
        assert_eq!(flaws, []);
        Arc::new(service)
    };
    let contrl = guide_text!("SERVICE-3/CONTRL.guide");
    let head = "UNH+1+CONTRL:D:3:UN'UCI+99990000000115+6110D00116:ZZZ+611PNET00100:ZZZ";
    let check = |text: String| {
        let guide = guide(contrl, &service);
        assert_eq!(faults(&guide, text.as_bytes(), &Rules::default()), "", "{text}");
    };
    check(format!("{head}+7'UNT+3+1'"));
    check(format!("{head}+4+26'UNT+3+1'"));
    let details = "UCM+2+INVOIC:D:96A:UN+4+13'UCS+12+13'UCD+13+2:1'";
    check(format!("{head}+7'{details}UNT+6+1'"));
}

/// Whatever the bytes are, checking ends and the tree is sound.
#[test]
fn mutations_do_not_panic() {
    let guide = invoic_96a();
    let text = format!("{HEAD}RFF+VA:1'NAD+SU+ANP::92'LIN+1++A:SA'MOA+203:3.00'{TAIL}");
    let version_4 = Separators::DEFAULT.with_version(4, None);
    let mut out = Checked::default();
    for at in 0..text.len() {
        for byte in [0, b'\'', b'+', b':', b'?', b'\r', b' ', b'*', 0xC3, b'U', b'9', b'.'] {
            let mut bytes = text.clone().into_bytes();
            bytes[at] = byte;
            bytes.truncate(text.len() - usize::from(byte) % 40);
            for (separators, characters) in [
                (Separators::DEFAULT, Characters::SingleByte),
                (version_4, Characters::SingleByte),
                (version_4, Characters::Utf8),
            ] {
                let tape = tape(&bytes, &separators);
                let input = Input { characters, ..Input::new(&bytes, &tape, separators) };
                both_ways(&guide, &input, &mut out);
            }
        }
    }
}

/// The quick look, whatever shapes it learnt before, and the thorough one tell the same, of a
/// sound tree.
fn both_ways(guide: &Guide, input: &Input<'_>, out: &mut Checked) {
    message(guide, input, &Rules::default(), out);
    let told = std::mem::take(&mut out.faults);
    group(guide, input, out);
    out.doubtful = (1..out.nodes.len() as u32).collect();
    elements(guide, input, &Rules::default(), out);
    assert_eq!(told, out.faults);
    sound(out, input.segments.len());
}

#[test]
fn elements_repeat_from_syntax_4() {
    let directory = directory!("D14B", "SERVICE-4");
    let guide = guide(guide_text!("D14B/INVOIC.guide"), &directory);
    let separators = Separators::DEFAULT.with_version(4, None);
    let check = |segment: &str, expected: &str| {
        let text = format!("{HEAD}NAD+SU'CTA'{segment}{TAIL}");
        let tape = tape(text.as_bytes(), &separators);
        let input = Input::new(text.as_bytes(), &tape, separators);
        let mut out = Checked::default();
        message(&guide, &input, &Rules::default(), &mut out);
        assert_eq!(told(&out), expected, "{segment}");
    };
    check("COM+1:TE*2:FX*3:EM'", "");
    check("COM+1:TE*2:FX*3:EM*4:AL'", "6 COM/1 EDI-035 \"4\"");
    check("COM+1:TE*2'", "6 COM/1/2 EDI-013");
    check("COM+1:TE'NAD+BY*SU'", "7 NAD/1 EDI-035 \"SU\"");
    check("LIN+1'MOA+203:1,5'", "");
    check("LIN+1'MOA+203:1,5.0'", "7 MOA/1/2 EDI-019 \"1,5.0\"");
}

/// Every segment is in the tree once or unplaced, and every node lies within its parent.
fn sound(out: &Checked, segments: usize) {
    let mut placed: Vec<u32> = out.unplaced.clone();
    for (at, node) in (0u32..).zip(&out.nodes).skip(1) {
        let parent = out.nodes[node.parent as usize];
        assert!(node.parent < at && node.end > at && node.end <= parent.end);
    }
    let leaves = (0u32..).zip(&out.nodes).skip(1).filter(|(at, node)| node.end == at + 1);
    placed.extend(leaves.map(|(_, node)| node.segment));
    placed.sort_unstable();
    assert_eq!(placed, (0..segments as u32).collect::<Vec<_>>());
}

/// A guide that was told to be wrong may check wrongly, but it checks.
#[test]
fn flawed_guides_do_not_panic() {
    let table = guide_text!("D96A/CREADV.guide");
    let segments = guide_text!("D96A/segments.guide");
    let service = Directory::read(guide_text!("SERVICE-3/segments.guide"), "").0;
    let sound = Arc::new(Directory::read(segments, "").0.with(&service));
    let text = b"UNH+1+CREADV:D:96A:UN'BGM+454+1+9'DTM+209:1:102'RFF+A:1'MOA+9:1'FII+BF'UNT+6+1'";
    let tape = tape(text, &Separators::DEFAULT);
    let input = Input::new(text, &tape, Separators::DEFAULT);
    let mut out = Checked::default();
    let without = |text: &str, line: usize| {
        let kept = text.lines().enumerate().filter(|(at, _)| *at != line);
        kept.map(|(_, line)| line).collect::<Vec<_>>().join("\n")
    };
    for line in 0..table.lines().count() {
        for wrong in
            [without(table, line), table.replace("SG", "  SG"), table.replace(" M ", " C ")]
        {
            let guide = Guide::read(&wrong, &sound).0;
            message(&guide, &input, &Rules::default(), &mut out);
        }
    }
    for line in 0..segments.lines().count() {
        let directory = Directory::read(&without(segments, line), "").0.with(&service);
        let guide = Guide::read(table, &Arc::new(directory)).0;
        message(&guide, &input, &Rules::default(), &mut out);
    }
}

#[test]
fn a_flood_of_faults_is_bounded() {
    let text = format!("{HEAD}{}{TAIL}", "ZZZ+1'".repeat(5_000));
    let tape = tape(text.as_bytes(), &Separators::DEFAULT);
    let mut out = Checked::default();
    let input = Input::new(text.as_bytes(), &tape, Separators::DEFAULT);
    message(&invoic_96a(), &input, &Rules::default(), &mut out);
    assert_eq!((out.faults.len(), out.untold), (super::FAULTS_MAX, 5_000 - 999));
    let text = format!("{HEAD}{}BGM'{TAIL}", "RFF+ZQX:1'".repeat(99));
    let tape = self::tape(text.as_bytes(), &Separators::DEFAULT);
    let input = Input::new(text.as_bytes(), &tape, Separators::DEFAULT);
    message(&invoic_96a(), &input, &Rules::default(), &mut out);
    assert_eq!((out.faults.len(), out.notes, out.untold), (100, 99, 0));
}

#[test]
fn ten_thousand_lines_keep_their_tree() {
    let line = "LIN+1++X:SA'PIA+1+X:SA'IMD+F++:::X'MOA+203:1.00'TAX+7+VAT'MOA+124:0.20'";
    let text = format!("{HEAD}{}{TAIL}", line.repeat(10_000));
    let tape = tape(text.as_bytes(), &Separators::DEFAULT);
    let mut out = Checked::default();
    let input = Input::new(text.as_bytes(), &tape, Separators::DEFAULT);
    message(&invoic_96a(), &input, &Rules::default(), &mut out);
    assert_eq!(told(&out), "");
    assert_eq!(out.nodes.last().map(|node| node.repetition), Some(1));
    sound(&out, tape.segments.len());
}
