//! One line of input, one line of output: the records, then what was wrong.

use super::{Align, Limits, LineEnd, Options, Reader, Writer};
use crate::charset::Charset;

fn show(input: &[u8], options: Options) -> String {
    let mut reader = Reader::over(input, options);
    let mut parts = Vec::new();
    for record in reader.by_ref() {
        let (kind, rest) = (record.text(1, 2), record.text(3, 99));
        parts.push(format!("{}:{kind}|{rest}", record.line()));
    }
    parts.extend(reader.faults().iter().map(|fault| {
        let (place, value) = (fault.place, &fault.value);
        format!("{} {} {}+{} {value}", fault.kind.name(), place.segment, place.byte, place.len)
    }));
    parts.join(" ").trim_end().to_owned()
}

#[track_caller]
fn check(input: &[u8], expected: &str) {
    assert_eq!(show(input, Options::of_length(6)), expected, "{}", input.escape_ascii());
}

#[test]
fn records() {
    check(b"01abcd\r\n04efgh\r\n", "1:01|abcd 2:04|efgh");
    check(b"01abcd\n04efgh", "1:01|abcd 2:04|efgh");
    check(b"01abcd\r04efgh\r", "1:01|abcd 2:04|efgh");
    check(b"01abcd04efgh", "1:01|abcd 2:04|efgh");
    check(b"\n01abcd\n\n04efgh\n\x1A", "2:01|abcd 4:04|efgh");
    check("01é b€04é €d".as_bytes(), "1:01|é b€ 2:04|é €d");
    check("\u{FEFF}01abcd".as_bytes(), "1:01|abcd FIX-BOM 0 0+3");
    let latin = Options { charset: Charset::Windows1252, ..Options::of_length(6) };
    assert_eq!(show(b"01\xE9 b\x80", latin), "1:01|é b€");
}

#[test]
fn faults() {
    check(b"", "FIX-EMPTY 0 0+0");
    check(b"\r\n", "FIX-EMPTY 0 0+0");
    check(
        b"01abcd\n04e\n07efghij\n",
        "1:01|abcd 2:04|e 3:07|efghij FIX-LENGTH 2 7+3 3 FIX-LENGTH 3 11+8 8",
    );
    check(b"01abcd04e", "1:01|abcd 2:04|e FIX-LENGTH 2 6+3 3");
    check(b"01a\0cd", "1:01|a\0cd FIX-CHAR 1 0+6 01a\0cd");
    check(b"01a\xFFcd", "1:01|a\u{fffd}cd FIX-ENC 1 0+6 01a\u{fffd}cd");
    let few = Options { limits: Limits { input: 20, records: 1 }, ..Options::of_length(6) };
    assert_eq!(show(b"01abcd04efgh", few), "1:01|abcd LIM-MSGS 2 6+6");
    assert_eq!(show(&[b'0'; 21], few), "LIM-BODY 0 20+1");
}

#[test]
fn writing() {
    let mut writer = Writer::new(10, LineEnd::CrLf, Charset::Windows1252);
    assert!(writer.put(1, 2, "04", Align::Left));
    assert!(writer.put(3, 4, "é", Align::Left));
    assert!(writer.put(7, 4, "12", Align::Right('0')));
    writer.end();
    assert!(!writer.put(1, 2, "abc", Align::Left));
    assert!(writer.put(3, 4, "a\nb", Align::Right(' ')));
    assert!(!writer.put(9, 4, "xyz", Align::Left));
    writer.end();
    let (bytes, refused) = writer.finish();
    assert_eq!((&*bytes, refused), (&b"04\xE9   0012\r\nab a b  xy\r\n"[..], None));
}

#[test]
fn no_bytes_make_it_panic() {
    let good = "01é bcd\r\n04efgh\n07ijkl".as_bytes();
    for at in 0..good.len() {
        for byte in b"\0\r\n 0\x1A\x7F\x80\xC3\xFF" {
            let mut input = good.to_vec();
            input[at] = *byte;
            for input in [&input[..], &input[at..], &input[..=at]] {
                for record in Reader::over(input, Options::of_length(6)) {
                    let place = record.whole();
                    assert!(place.byte + u64::from(place.len) <= input.len() as u64);
                    let _ = (record.text(0, 1), record.text(5, 9), record.text(99, 9));
                }
            }
        }
    }
}
