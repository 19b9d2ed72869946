use super::{Item, Options, Reader, Repertoire};
use crate::edifact::Fault;
use crate::edifact::kind::Kind;

const UNB: &str = "UNB+UNOC:3+ANP:ZZ+PORTNET:ZZ+261123:1030+IC1'";
const UNH: &str = "UNH+1+INVOIC:D:96A:UN'";
const BASE: &str = "UNA:+.? 'UNB+UNOC:3+ANP:ZZ+PORTNET:ZZ+261123:1030+IC1'UNH+1+INVOIC:D:96A:UN'\
    BGM+380+A?'1+9'DTM+137:20261031:102'UNS+S'UNT+5+1'UNZ+1+IC1'";

/// The faults of an item in short: `EDI-029/Message m1s16e1.1@4+2 UNT=99 (16)`.
fn faults(found: &[Fault]) -> String {
    found.iter().map(fault).collect()
}

fn fault(fault: &Fault) -> String {
    let place = fault.place;
    let mut told =
        format!(" {}/{:?} m{}s{}", fault.kind.name(), fault.level, place.message, place.segment);
    if place.element > 0 {
        told += &format!("e{}.{}", place.element, place.component);
    }
    told += &format!("@{}+{}", place.byte, place.len);
    for (before, text) in [(" ", &fault.name), ("=", &fault.value)] {
        if !text.is_empty() {
            told += &format!("{before}{}", text.escape_debug());
        }
    }
    if fault.expected.is_empty() { told } else { told + &format!(" ({})", fault.expected) }
}

fn item(item: &Item<'_>) -> String {
    match item {
        Item::Unreadable { faults: found } => format!("none{}", faults(found)),
        Item::Start { header, byte, faults: found } => {
            format!("start {} at {byte}{}", header.reference, faults(found))
        }
        Item::GroupStart { header, faults: found } => {
            format!("group {}{}", header.reference, faults(found))
        }
        Item::Message(message) => {
            let header = message.header();
            let tags = message.content.tape.segments.len();
            let span = message.span();
            let (from, to, found) = (span.start, span.end, faults(message.faults));
            format!("{} {} of {tags} at {from}-{to}{found}", header.kind, header.reference)
        }
        Item::GroupEnd { faults: found } => format!("group end{}", faults(found)),
        Item::End { totals, faults: found } => {
            let super::Totals { messages, groups, segments, byte_end, .. } = totals;
            format!("end {messages}m {groups}g {segments}s at {byte_end}{}", faults(found))
        }
    }
}

/// All items, the input pushed in pieces of `step` bytes; the whole slice when 0.
fn items(input: &[u8], options: &Options, step: usize) -> Vec<String> {
    let mut told = Vec::new();
    if step == 0 {
        let mut reader = Reader::over(input, options.clone());
        while let Some(next) = reader.next() {
            told.push(item(&next));
        }
        return told;
    }
    let mut reader = Reader::new(options.clone());
    for piece in input.chunks(step) {
        reader.push(piece);
        while let Some(next) = reader.next() {
            told.push(item(&next));
        }
    }
    reader.finish();
    while let Some(next) = reader.next() {
        told.push(item(&next));
    }
    told
}

/// The items of an input, one a line, whatever the division into pieces.
fn check(input: &[u8], expected: &str) {
    check_with(&Options::default(), input, expected);
}

fn check_with(options: &Options, input: &[u8], expected: &str) {
    for step in [0, 1, 7, 100] {
        let told = items(input, options, step).join("\n");
        assert_eq!(told, expected, "{} by {step}", input.escape_ascii());
    }
}

/// The kinds told for the base with `old` replaced by `new`, `item: KIND/level ..`.
fn kinds(old: &str, new: &str, expected: &str) {
    assert!(BASE.contains(old), "{old}");
    let input = BASE.replacen(old, new, 1);
    let mut found = String::new();
    for line in items(input.as_bytes(), &Options::default(), 0) {
        let name = line.split(' ').next().unwrap_or_default().to_owned();
        let kinds: Vec<&str> = line.split(' ').filter(|word| word.contains("/")).collect();
        if !kinds.is_empty() {
            found += &format!("{name}: {}; ", kinds.join(" "));
        }
    }
    assert_eq!(found.trim_end_matches("; "), expected, "{old} -> {new}");
}

#[test]
fn a_sound_interchange() {
    check(BASE.as_bytes(), "start IC1 at 0\nINVOIC 1 of 5 at 54-126\nend 1m 0g 7s at 136");
    let lines = BASE[9..].replace('\'', "'\r\n").replace("?'\r\n", "?'");
    check(lines.as_bytes(), "start IC1 at 0\nINVOIC 1 of 5 at 47-127\nend 1m 0g 7s at 139");
    let group =
        format!("{UNB}UNG+INVOIC+A+B+261123:1030+G1+UN+D:96A'{UNH}UNT+2+1'UNE+1+G1'UNZ+1+IC1'");
    check(
        group.as_bytes(),
        "start IC1 at 0\ngroup G1\nINVOIC 1 of 2 at 84-114\ngroup end\nend 1m 1g 6s at 133",
    );
    let two = format!("{BASE}\r\nUNB+UNOC:3+A+B+261123:1030+IC2'{UNH}UNT+2+1'UNZ+1+IC2'\n");
    check(
        two.as_bytes(),
        "start IC1 at 0\nINVOIC 1 of 5 at 54-126\nend 1m 0g 7s at 136\n\
         start IC2 at 138\nINVOIC 1 of 2 at 169-199\nend 1m 0g 4s at 209",
    );
}

#[test]
fn no_interchange() {
    check(b"", "none EDI-EMPTY/Input m0s0@0+0");
    check(b" \r\n", "none EDI-EMPTY/Input m0s0@3+0");
    check(b"UNA:+", "none EDI-UNA/Input m0s0@0+5=UNA:+");
    check(b"UNA: .? 'UNB", "none EDI-020/Input m0s0@4+1= ");
    check(b"UNH+1'", "none EDI-NOUNB/Input m0s0@0+6=UNH+1\\' (UNB)");
    check(b"UIB+UNOC:3'", "none EDI-047/Input m0s0@0+3=UIB");
    check(b"U\0N\0B\0", "none EDI-NOUNB/Input m0s0@0+6=U\\0N\\0B\\0 (UNB)");
}

#[test]
fn before_and_after() {
    let end = format!("{UNH}UNT+2+1'UNZ+1+IC1'");
    check(
        format!("\u{feff}{UNB}{end}").as_bytes(),
        "start IC1 at 3 WARN-BOM/Note m0s0@0+3=\\u{feff}\nINVOIC 1 of 2 at 48-78\n\
         end 1m 0g 4s at 88",
    );
    check(
        format!("Subject: x UNB\r\n\r\n{UNB}{end}\x1a").as_bytes(),
        "start IC1 at 18 WARN-JUNK/Note m0s0@0+18=Subject: x UNB\\r\\n\\r\\n\n\
         INVOIC 1 of 2 at 63-93\nend 1m 0g 4s at 103",
    );
    check(
        format!("{UNB}{end}GET /").as_bytes(),
        "start IC1 at 0\nINVOIC 1 of 2 at 45-75\n\
         end 1m 0g 4s at 85 EDI-033/Interchange m0s5@85+5=GET /",
    );
}

#[test]
fn interchange_header() {
    kinds("UNOC:3", "UNOZ:3", "start: EDI-002/Interchange");
    kinds("UNOC:3", "UNOC:9", "start: EDI-002/Interchange");
    kinds("UNOC:3", "UNOX:3", "start: EDI-046/Interchange");
    kinds("UNOC:3", "UNOC", "start: EDI-013/Interchange");
    kinds("ANP:ZZ", ":ZZ", "start: EDI-013/Interchange");
    kinds("261123:1030", "261123", "start: EDI-013/Interchange");
    kinds("261123:1030", "261323:1030", "start: EDI-012/Interchange");
    kinds("261123:1030", "261123:2530", "start: EDI-012/Interchange");
    kinds("261123:1030", "2611X3:1030", "start: EDI-037/Interchange");
    kinds("261123:1030", "2611:1030", "start: EDI-040/Interchange");
    kinds("261123:1030", "20261123:1030", "start: EDI-039/Note");
    kinds("UNOC:3", "UNOC:4", "start: EDI-040/Note");
    kinds("+IC1'UNH", "'UNH", "start: EDI-013/Interchange");
    kinds(
        "+IC1'UNH",
        "+123456789012345'UNH",
        "start: EDI-039/Interchange; end: EDI-028/Interchange",
    );
    kinds("ANP:ZZ", "ANP:ZZ:1:2:3", "start: EDI-016/Interchange EDI-016/Interchange");
    kinds("ANP:ZZ", "A\u{1}P:ZZ", "start: EDI-021/Interchange");
    let secret = BASE.replace("+IC1'UNH", "+IC1+SECRETSECRETSECRET'UNH");
    let told = items(secret.as_bytes(), &Options::default(), 0).join("\n");
    assert!(told.contains("EDI-039/Interchange m0s1e6.1") && !told.contains("SECRET"), "{told}");
}

#[test]
fn interchange_trailer() {
    kinds("UNZ+1+IC1'", "", "end: EDI-013/Interchange");
    kinds("UNZ+1+IC1'", "UNZ+1+IC1", "end: EDI-013/Interchange");
    kinds("UNZ+1", "UNZ+7", "end: EDI-029/Interchange");
    kinds("UNZ+1", "UNZ+X", "end: EDI-037/Interchange");
    kinds("UNZ+1", "UNZ+", "end: EDI-013/Interchange");
    kinds("UNZ+1+IC1", "UNZ+1+IC2", "end: EDI-028/Interchange");
    kinds(
        "UNZ+1+IC1'",
        &format!("{BASE}UNZ+1+IC1'"),
        "end: EDI-013/Interchange; end: EDI-033/Interchange",
    );
    let empty = format!("{UNB}UNZ+0+IC1'");
    check(
        empty.as_bytes(),
        "start IC1 at 0\nend 0m 0g 2s at 55 EDI-032/Interchange m0s2@45+9 UNZ (UNH)",
    );
}

#[test]
fn between_messages() {
    kinds("UNZ", "FTX+AAI+++stray'UNZ", "end: EDI-033/Interchange");
    kinds("UNH", "UNB+UNOC:3+EVIL+B+261123:1030+IC1'UNH", "end: EDI-033/Interchange");
    kinds("UNH", "UNT+2+1'UNH", "end: EDI-033/Interchange");
    kinds("UNH", "UNE+1+1'UNH", "end: EDI-033/Interchange");
    kinds("UNZ", "UNO+1'UNZ", "end: EDI-047/Interchange");
    kinds(
        "UNH",
        "UNG+INVOIC+A+B+261123:1030+G1+UN+D:96A'UNE+0+G1'UNH",
        "group: EDI-032/Group; end: EDI-030/Interchange",
    );
}

#[test]
fn groups() {
    let ung = "UNG+INVOIC+A+B+261123:1030+G1+UN+D:96A'";
    let check = |group: &str, expected| {
        kinds(
            "UNH+1+INVOIC:D:96A:UN'BGM+380+A?'1+9'DTM+137:20261031:102'UNS+S'UNT+5+1'",
            group,
            expected,
        );
    };
    let message = format!("{UNH}UNT+2+1'");
    check(&format!("{ung}{message}UNE+1+G1'"), "");
    check(&format!("{ung}{message}UNE+2+G1'"), "group: EDI-029/Group");
    check(&format!("{ung}{message}UNE+1+G2'"), "group: EDI-028/Group");
    check(&format!("{ung}{message}"), "group: EDI-013/Group");
    check(&format!("{ung}{UNH}UNE+1+G1'"), "INVOIC: EDI-013/Message");
    check(
        &format!("UNG+INVOIC+A+B++G1+UN+D:96A'{message}UNE+1+G1'"),
        "group: EDI-013/Group EDI-013/Group",
    );
    check(
        &format!("{ung}{message}UNH+2+ORDERS:D:96A:UN'UNT+2+2'UNE+2+G1'"),
        "group: EDI-031/Group",
    );
}

#[test]
fn message_header_and_trailer() {
    kinds("UNT+5", "UNT+99", "INVOIC: EDI-029/Message");
    kinds("UNT+5+1", "UNT+5+2", "INVOIC: EDI-028/Message");
    kinds("UNT+5", "UNT+X", "INVOIC: EDI-037/Message");
    kinds("UNT+5+1'", "", "INVOIC: EDI-013/Message");
    kinds("UNS+S'", "UNS+S?'", "INVOIC: EDI-013/Message");
    kinds("INVOIC:D:96A:UN", "INVOIC:D:96A", "INVOIC: EDI-013/Message");
    kinds("UNH+1+INVOIC", "UNH+1+TESTMSG", "TESTMSG: EDI-039/Message");
    kinds("UNZ+1", "UNH+1+INVOIC:D:96A:UN'UNT+2+1'UNZ+2", "INVOIC: EDI-026/Message");
    kinds("UNZ+1", "UNH+1+ORDERS:D:96A:UN'UNT+2+1'UNZ+2", "");
}

#[test]
fn header_inside_a_message() {
    // A stray UNH: the UNT answers the first.
    kinds("BGM", "UNH+2+INVOIC:D:96A:UN'BGM", "INVOIC: EDI-015/Message EDI-029/Message");
    // A lost UNT: the UNT answers the second, which is a message of its own.
    let lost = format!("{UNB}{UNH}BGM+1'UNH+2+INVOIC:D:96A:UN'UNT+2+2'UNZ+2+IC1'");
    check(
        lost.as_bytes(),
        "start IC1 at 0\nINVOIC 1 of 2 at 45-73 EDI-013/Message m1s3@73+0 UNT (UNT)\n\
         INVOIC 2 of 2 at 73-103\nend 2m 0g 6s at 113",
    );
    let all = format!("{UNB}{UNH}UNH+2+INVOIC:D:96A:UN'UNH+3+INVOIC:D:96A:UN'UNZ+3+IC1'");
    check(
        all.as_bytes(),
        "start IC1 at 0\nINVOIC 1 of 1 at 45-67 EDI-013/Message m1s2@67+0 UNT (UNT)\n\
         INVOIC 2 of 1 at 67-89 EDI-013/Message m2s2@89+0 UNT (UNT)\n\
         INVOIC 3 of 1 at 89-111 EDI-013/Message m3s2@111+0 UNT (UNT)\nend 3m 0g 5s at 121",
    );
}

#[test]
fn segments() {
    kinds("BGM", "bgm", "INVOIC: EDI-015/Message");
    kinds("BGM", "BGMX", "INVOIC: EDI-015/Message");
    kinds("BGM", "1GM", "INVOIC: EDI-015/Message");
    kinds("UNS+S'", "'UNS+S'", "INVOIC: EDI-015/Message EDI-029/Message");
    kinds("BGM+", "BGM:1:2+", "INVOIC: EDI-034/Segment");
    kinds("UNS+S'", "USH+1'UST+1'UNS+S'", "INVOIC: EDI-027/Message EDI-029/Message");
    kinds("UNS+S'", "UNO+1'UNS+S'", "INVOIC: EDI-047/Message EDI-029/Message");
    kinds("UNS+S'", "UNA+1'UNS+S'", "INVOIC: EDI-029/Message");
    kinds(
        "UNS+S'",
        BASE,
        "INVOIC: EDI-013/Message; end: EDI-013/Interchange; end: EDI-033/Interchange",
    );
}

#[test]
fn characters() {
    kinds("A?'1", "A\x001", "INVOIC: EDI-021/Element");
    kinds("A?'1", "\u{1b}[31m", "INVOIC: EDI-021/Element");
    kinds("A?'1", "réglé", "INVOIC: WARN-CHARSET/Note");
    kinds("UNOC", "UNOA", "");
    kinds("UNOC:3+ANP", "UNOA:3+Anp", "start: EDI-021/Note");
    kinds("UNOC:3+ANP", "UNOB:3+Anp", "");
    kinds("UNOC:3+ANP", "UNOB:3+a@b", "start: EDI-021/Note");
    kinds("UNOC:3+ANP", "UNOA:3+É", "start: EDI-021/Interchange");
    kinds("BGM+380", "BGM+3\r\n80", "INVOIC: WARN-WRAP/Note");
    let latin = [&BASE.as_bytes()[..80], b"\xE9", &BASE.as_bytes()[81..]].concat();
    check(&latin, "start IC1 at 0\nINVOIC 1 of 5 at 54-126\nend 1m 0g 7s at 136");
    let c1 = [&BASE.as_bytes()[..80], b"\x9B", &BASE.as_bytes()[81..]].concat();
    check(
        &c1,
        "start IC1 at 0\nINVOIC 1 of 5 at 54-126 \
        EDI-021/Element m1s2e1.1@80+3 BGM=\u{9b}80 (UNOC)\nend 1m 0g 7s at 136"
            .replace("\u{9b}", "\\u{9b}")
            .as_str(),
    );
    let first = format!("{UNB}{UNH}FTX+À'UNT+3+1'UNH+2+INVOIC:D:96A:UN'FTX+");
    let both = [first.as_bytes(), b"\x9B'UNT+3+2'UNZ+2+IC1'"].concat();
    check(
        &both,
        "start IC1 at 0\nINVOIC 1 of 3 at 45-82 WARN-CHARSET/Note m1s2e1.1@71+2 FTX=Ã\\u{80} \
         (UNOC)\nINVOIC 2 of 3 at 82-118 EDI-021/Element m2s2e1.1@108+1 FTX=\\u{9b} (UNOC)\n\
         end 2m 0g 8s at 128",
    );
    let utf8 = BASE.replace("UNOC:3", "UNOW:4").replace("261123", "20261123");
    let broken = [&utf8.as_bytes()[..84], b"\xC3(", &utf8.as_bytes()[86..]].concat();
    check(
        &broken,
        "start IC1 at 0\nINVOIC 1 of 5 at 56-128\nend 1m 0g 7s at 138 \
        EDI-021/Interchange m1s2@84+1 (UTF-8)",
    );
}

#[test]
fn strict_repertoire() {
    let strict = Options { repertoire: Repertoire::Strict, ..Options::default() };
    let input = format!("{UNB}{UNH}FTX+AAI+++Total'FTX+AAI+++due'UNT+4+1'UNZ+1+IC1'")
        .replace("UNOC", "UNOA");
    check_with(
        &strict,
        input.as_bytes(),
        "start IC1 at 0\nINVOIC 1 of 4 at 45-105 EDI-021/Element m1s2e4.1@77+5 FTX=Total (UNOA) \
         EDI-021/Element m1s3e4.1@93+3 FTX=due (UNOA)\nend 1m 0g 6s at 115",
    );
}

#[test]
fn limits() {
    let small = Options {
        segment_bytes_max: 60,
        message_bytes_max: 300,
        messages_max: 2,
        ..Options::default()
    };
    let message = |body: &str| format!("{UNB}{UNH}{body}UNT+3+1'UNZ+1+IC1'");
    let long = message(&format!("FTX+{}'", "x".repeat(61)));
    check_with(
        &small,
        long.as_bytes(),
        "start IC1 at 0\nend 0m 0g 1s at 67 LIM-SEG/Interchange m0s0@67+0",
    );
    let large = message(&"FTX+AAI+++x'".repeat(40));
    let told = items(large.as_bytes(), &small, 7).join("\n");
    assert!(told.contains("LIM-MSG/Interchange"), "{told}");
    let many = format!("{UNB}{}", format!("{UNH}UNT+2+1'").repeat(3));
    let told = items(many.as_bytes(), &small, 7).join("\n");
    assert!(told.ends_with("end 2m 0g 5s at 105 LIM-MSGS/Interchange m0s0@105+0"), "{told}");
}

#[test]
fn syntax_4() {
    let input = "UNA:+.?*'UNB+UNOC:4+A+B+20261123:1030+1'UNH+1+INVOIC:D:96A:UN'SEQ+1*2'UNT+3+1'\
        UNZ+1+1'";
    for (input, repeats) in [(input.to_owned(), 2), (input.replace("UNOC:4", "UNOC:3"), 1)] {
        let mut reader = Reader::over(input.as_bytes(), Options::default());
        let mut most = 0;
        while let Some(item) = reader.next() {
            if let Item::Message(message) = item {
                let parts = &message.content.tape.parts;
                most = parts.iter().map(|part| part.repeat).max().unwrap_or_default();
            }
        }
        assert_eq!(most, repeats, "{input}");
    }
}

#[test]
fn packages() {
    let four = format!("{UNB}{UNH}UNT+2+1'").replace("UNOC:3", "UNOC:4");
    let four = four.replace("261123", "20261123");
    let check = |package: &str, expected| check(format!("{four}{package}").as_bytes(), expected);
    check(
        "UNO+P1+1+2+12'\0'UNZ+1+IC1'UNP+12+P1'UNZ+2+IC1'",
        "start IC1 at 0\nINVOIC 1 of 2 at 47-77\nend 1m 0g 6s at 123 \
         EDI-047/Note m0s4@77+13 UNO",
    );
    check(
        "UNO+P1+1+2+3'abcUNP+4+P2'UNZ+2+IC1'",
        "start IC1 at 0\nINVOIC 1 of 2 at 47-77\nend 1m 0g 6s at 112 \
         EDI-047/Note m0s4@77+12 UNO EDI-029/Interchange m0s5e1.1@97+1 UNP=4 (3) \
         EDI-028/Interchange m0s5e2.1@99+2 UNP=P2 (P1)",
    );
    check(
        "UNO+P1+1+2+99'abcUNP+99+P1'UNZ+2+IC1'",
        "start IC1 at 0\nINVOIC 1 of 2 at 47-77\nend 1m 0g 4s at 114 \
         EDI-047/Note m0s4@77+13 UNO EDI-013/Interchange m0s5@114+0 UNZ (UNZ)",
    );
}

#[test]
fn bytes_dropped_keep_their_offsets() {
    let message = format!("{UNH}UNT+2+1'");
    let input = format!("{UNB}{}UNZ+5000+IC1'", message.repeat(5000));
    let mut reader = Reader::new(Options::default());
    let (mut messages, mut kept) = (0u64, 0);
    for piece in input.as_bytes().chunks(1000) {
        reader.push(piece);
        while let Some(item) = reader.next() {
            if let Item::Message(read) = item {
                assert_eq!(read.byte, 45 + 30 * messages);
                messages += 1;
            }
        }
        kept = kept.max(reader.buffer.len());
    }
    assert_eq!(messages, 5000);
    assert!(kept < 3000, "{kept} bytes kept");
}

#[test]
fn every_cut_and_every_flip_is_read() {
    let grouped = format!(
        "{UNB}UNG+INVOIC+A+B+261123:1030+G1+UN+D:96A'{UNH}UNH+2+X'UNT+2+1'UNE+1+G1'UNZ+1+IC1'"
    );
    for base in [BASE, &BASE.replace("UNOC:3", "UNOW:4"), &grouped] {
        for at in 0..base.len() {
            let cut = &base.as_bytes()[..at];
            assert_eq!(items(cut, &Options::default(), 0), items(cut, &Options::default(), 5));
            for bit in 0..8 {
                let mut flipped = base.as_bytes().to_vec();
                flipped[at] ^= 1 << bit;
                let whole = items(&flipped, &Options::default(), 0);
                let pieces = items(&flipped, &Options::default(), 11);
                assert_eq!(whole, pieces, "{}", flipped.escape_ascii());
            }
        }
    }
}

#[test]
fn every_kind_of_the_reader_is_told_somewhere() {
    // What only a directory, an agreement or a rulebook can decide.
    let elsewhere = [
        "EDI-007", "EDI-014", "EDI-017", "EDI-018", "EDI-019", "EDI-022", "EDI-023", "EDI-024",
        "EDI-025", "EDI-035", "EDI-036", "EDI-038", "EDI-043", "EDI-045", "EDI-048",
    ];
    let tests = include_str!("tests.rs");
    let untold = |kind: &&Kind| !tests.contains(&format!("{}/", kind.name()));
    let untold: Vec<&str> = Kind::ALL.iter().filter(untold).map(|kind| kind.name()).collect();
    assert_eq!(untold, elsewhere);
}
