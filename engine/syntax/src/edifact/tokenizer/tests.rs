use super::{Scanner, Stop};
use crate::edifact::separators::Separators;
use crate::edifact::tape::Tape;

/// Tokens in short: `TAG[e.c.r=bytes ...]`, `~` after a wrapped and `?` after a released part.
fn tokens(input: &[u8], separators: &Separators, step: usize) -> String {
    let (mut scanner, mut tape) = (Scanner::new(separators), Tape::default());
    let mut ends: Vec<usize> = (0..=input.len()).step_by(step).collect();
    ends.push(input.len());
    for end in ends {
        while scanner.next(&input[..end], &mut tape) == Stop::Segment {}
    }
    let cut = scanner.finish(input, &mut tape);
    let mut told: Vec<String> = tape.segments.iter().map(|s| segment(input, &tape, s)).collect();
    if cut {
        told.push("cut".to_owned());
    }
    told.join(" ")
}

fn segment(input: &[u8], tape: &Tape, segment: &crate::edifact::tape::Segment) -> String {
    let mut told = String::new();
    for part in tape.parts_of(segment) {
        let bytes = &input[part.start as usize..part.end as usize];
        let flags = [("?", part.is_released()), ("~", part.is_wrapped())];
        let flags: String = flags.iter().filter(|flag| flag.1).map(|flag| flag.0).collect();
        let repeat = if part.repeat > 1 { format!(".{}", part.repeat) } else { String::new() };
        let text = bytes.escape_ascii();
        told += &format!(" {}.{}{repeat}={text}{flags}", part.element, part.component);
    }
    let tag: Vec<u8> = segment.tag.0.to_be_bytes().into_iter().filter(|b| *b != 0).collect();
    format!("{}/{}[{}]", tag.escape_ascii(), segment.tag_len, told.trim_start())
}

fn check(input: &str, expected: &str) {
    let version4 = Separators::DEFAULT.with_version(4, None);
    for step in [1, 2, 3, 7, 64, 1 << 20] {
        assert_eq!(tokens(input.as_bytes(), &version4, step), expected, "{input} by {step}");
    }
}

#[test]
fn segments_elements_components() {
    check("", "");
    check("BGM+380+A:B++C'", "BGM/3[1.1=380 2.1=A 2.2=B 3.1= 4.1=C]");
    check("UNS+S'UNT'", "UNS/3[1.1=S] UNT/3[]");
    check("UNS+S++'", "UNS/3[1.1=S 2.1= 3.1=]");
    check("A+1*2:3*4'", "A/1[1.1=1 1.1.2=2 1.2.2=3 1.1.3=4]");
    check("LIN:1:2+9'", "LIN/3[0.1=1 0.2=2 1.1=9]");
    check("''", "/0[] /0[]");
    check("ABCDE+1'", "ABCD/5[1.1=1]");
    check("UNZ+1", "UNZ/3[1.1=1] cut");
    check("UN", "UN/2[] cut");
}

#[test]
fn release_character() {
    check("A+1?+2'", "A/1[1.1=1?+2?]");
    check("A+??'B+?''", "A/1[1.1=???] B/1[1.1=?\\'?]");
    check("A+x?", "A/1[1.1=x??] cut");
    check("A+?\r\n+'", "A/1[1.1=?\\r\\n+?~]");
    check(&format!("A+{}?''", "x".repeat(61)), &format!("A/1[1.1={}?\\'?]", "x".repeat(61)));
    check("A+?XY'", "A/1[1.1=?XY?]");
}

#[test]
fn line_breaks() {
    check("A+1'\r\nB+2'\r\n", "A/1[1.1=1] B/1[1.1=2]");
    check("A+1\r\n2'", "A/1[1.1=1\\r\\n2~]");
    check("UN\r\nS+S'", "UNS/3[1.1=S]");
    check("A+1\r\n+2'", "A/1[1.1=1\\r\\n~ 2.1=2]");
    check("A'  \n\tB'", "A/1[] B/1[]");
}

#[test]
fn lines_as_segments() {
    let lines = Separators { terminator: b'\n', ..Separators::DEFAULT };
    assert_eq!(tokens(b"A+1\r\nB'+2\r\n", &lines, 3), "A/1[1.1=1\\r~] B\\'/2[1.1=2\\r~]");
}

#[test]
fn a_flood_of_separators_is_stopped() {
    let input = format!("A+{}'", ":".repeat(200_000));
    let (mut scanner, mut tape) = (Scanner::new(&Separators::DEFAULT), Tape::default());
    assert_eq!(scanner.next(input.as_bytes(), &mut tape), Stop::TooManyParts);
    assert!(tape.parts.len() < 70_000);
}
