use super::{LineEnd, Refused, Writer};
use crate::edifact::charset::Charset;
use crate::edifact::envelope::{Group, Header, Interchange, Party};
use crate::edifact::reader::{Item, Options, Reader};
use crate::edifact::separators::Separators;

fn header(una: Option<&[u8; 6]>, charset: Charset, version: u8) -> Interchange {
    let separators = una.map_or(Separators::DEFAULT, |una| {
        Separators::from_una(*una).expect("separators of the test")
    });
    let party = |id: &str| Party { id: id.to_owned(), ..Party::default() };
    Interchange {
        una: una.copied(),
        separators: separators.with_version(version, una.copied()),
        charset,
        syntax: charset.identifier().to_owned(),
        version: version.to_string(),
        sender: party("ANP"),
        recipient: party("PORTNET"),
        date: if version < 4 { "261123" } else { "20261123" }.to_owned(),
        time: "1030".to_owned(),
        reference: "R1".to_owned(),
        ..Interchange::default()
    }
}

fn invoic() -> Header {
    let [kind, version, release, agency] = ["INVOIC", "D", "96A", "UN"].map(str::to_owned);
    Header { kind, version, release, agency, ..Header::default() }
}

fn told(written: Result<Vec<u8>, Refused>) -> String {
    match written {
        Ok(bytes) => String::from_utf8_lossy(&bytes).replace("\r\n", "\u{b6}"),
        Err(refused) => refused.to_string(),
    }
}

/// One message of one segment, written by `write`; only that segment is shown.
fn check(header: &Interchange, write: impl Fn(&mut Writer), expected: &str) {
    let mut writer = Writer::new(header, LineEnd::None);
    writer.message(&invoic());
    write(&mut writer);
    let told = told(writer.finish());
    let end = header.separators.terminator as char;
    let after_header = told.split_once(&format!("UN{end}")).map_or(told.as_str(), |it| it.1);
    let segment = after_header.split(&format!("{end}UNT")).next().unwrap_or_default();
    assert_eq!(segment, expected);
}

#[test]
fn segments() {
    let latin = header(None, Charset::UnoC, 3);
    let check = |write: &dyn Fn(&mut Writer), expected| check(&latin, write, expected);
    check(
        &|w| {
            w.segment("BGM").element("380").element("A?1+'").element("9");
        },
        "BGM+380+A??1?+?'+9",
    );
    check(
        &|w| {
            w.segment("NAD").element("SU").composite(["ANP", "", "92"]).element("");
        },
        "NAD+SU+ANP::92",
    );
    check(
        &|w| {
            w.segment("FTX").element("").element("").composite(["", "x:y", ""]);
        },
        "FTX+++:x?:y",
    );
    check(
        &|w| {
            w.segment("UNS");
        },
        "UNS",
    );
    check(
        &|w| {
            w.segment("FTX").element("50% * 2");
        },
        "FTX+50% * 2",
    );
    check(
        &|w| {
            w.segment("FTX").element("a\nb");
        },
        "the character '\\n' in FTX cannot be written",
    );
    check(
        &|w| {
            w.segment("FTX").element("10 €");
        },
        "the character '€' in FTX cannot be written",
    );
    check(
        &|w| {
            w.segment("UNZ").element("1");
        },
        "UNZ belongs to the envelope",
    );
    check(
        &|w| {
            w.segment("bgm");
        },
        "\"bgm\" is not a segment tag",
    );
    check(
        &|w| {
            w.segment("SEQ").element("1").repeat(["2"]);
        },
        "SEQ repeats an element before syntax 4",
    );
}

#[test]
fn syntax_4_and_own_separators() {
    let four = header(Some(b":+.?*'"), Charset::UnoW, 4);
    check(
        &four,
        |w| {
            w.segment("SEQ").element("1*").repeat(["2", "é"]).repeat([""]);
        },
        "SEQ+1?**2:é",
    );
    let own = header(Some(b"*;,  ~"), Charset::UnoC, 3);
    check(
        &own,
        |w| {
            w.segment("MOA").composite(["203", &own.separators.number("12.50")]);
        },
        "MOA;203*12,50",
    );
    check(
        &own,
        |w| {
            w.segment("FTX").element("a*b");
        },
        "the character '*' in FTX cannot be written",
    );
    let undeclared = Interchange { una: None, ..own };
    check(&undeclared, |_| {}, "the service characters cannot be read back");
}

#[test]
fn envelopes() {
    let latin = header(None, Charset::UnoC, 3);
    let group = Group { kind: "INVOIC".to_owned(), ..Group::default() };
    let mut writer = Writer::new(&latin, LineEnd::None);
    writer.message(&invoic());
    writer.segment("BGM").element("380");
    writer.message(&invoic());
    let expected = "UNB+UNOC:3+ANP+PORTNET+261123:1030+R1'UNH+1+INVOIC:D:96A:UN'BGM+380'UNT+3+1'\
        UNH+2+INVOIC:D:96A:UN'UNT+2+2'UNZ+2+R1'";
    assert_eq!(told(writer.finish()), expected);
    let mut writer = Writer::new(&latin, LineEnd::CrLf);
    writer.group(&group);
    writer.message(&invoic());
    let expected = "UNB+UNOC:3+ANP+PORTNET+261123:1030+R1'¶UNG+INVOIC++++1'¶\
        UNH+1+INVOIC:D:96A:UN'¶UNT+2+1'¶UNE+1+1'¶UNZ+1+R1'¶";
    assert_eq!(told(writer.finish()), expected);
    let mut writer = Writer::new(&latin, LineEnd::None);
    writer.segment("BGM");
    assert_eq!(told(writer.finish()), "BGM cannot stand here");
    let mut writer = Writer::new(&latin, LineEnd::None);
    writer.message(&invoic());
    writer.group(&group);
    assert_eq!(told(writer.finish()), "UNG cannot stand here");
}

/// Reads an interchange without faults and writes it again.
fn again(input: &[u8], line_end: LineEnd) -> Result<Vec<u8>, Refused> {
    let mut reader = Reader::over(input, Options::default());
    let mut writer = None;
    while let Some(item) = reader.next() {
        match (item, &mut writer) {
            (Item::Start { header, faults, .. }, _) => {
                assert!(faults.is_empty(), "{faults:?}");
                writer = Some(Writer::new(header, line_end));
            }
            (Item::GroupStart { header, .. }, Some(writer)) => writer.group(header),
            (Item::Message(message), Some(writer)) => {
                assert!(message.faults.is_empty(), "{:?}", message.faults);
                writer.message(&message.header());
                let segments = &message.content.tape.segments;
                for segment in &segments[1..segments.len() - 1] {
                    writer.copy(&message.content, segment);
                }
            }
            (Item::End { faults, .. }, _) => assert!(faults.is_empty(), "{faults:?}"),
            _ => {}
        }
    }
    writer.expect("an interchange").finish()
}

#[test]
fn what_was_read_is_written_again() {
    for input in [
        "UNA:+.? 'UNB+UNOC:3+ANP:ZZ+PORTNET:ZZ+261123:1030+IC0001'UNH+1+INVOIC:D:96A:UN'\
         BGM+380+A?+B??+9'FTX+AAI+++:x?:y?'z'UNS+S'UNT+5+1'UNZ+1+IC0001'",
        "UNB+UNOB:1+A+B:14:I+990101:0000+1++APP+A+1+AG+1'UNG+INVOIC+A+B+990101:0000+G+UN+D:96A'\
         UNH+1+INVOIC:D:96A:UN+ACC+1:C'UNT+2+1'UNE+1+G'UNZ+1+1'",
        "UNA:+,?*'UNB+UNOW:4+A+B+20261123:1030+1'UNH+1+INVOIC:D:96A:UN'SEQ+1*2:3*+é?*'UNT+3+1'\
         UNZ+1+1'",
        "UNA*;.  ~UNB;UNOC*3;A;B;261123*1030;1~UNH;1;INVOIC*D*96A*UN~FTX;a+b'c?~UNT;3;1~UNZ;1;1~",
        "UNB\u{1d}UNOB\u{1f}1\u{1d}A\u{1d}B\u{1d}261123\u{1f}1030\u{1d}1\u{1c}UNH\u{1d}1\u{1d}\
         INVOIC\u{1f}D\u{1f}96A\u{1f}UN\u{1c}UNT\u{1d}2\u{1d}1\u{1c}UNZ\u{1d}1\u{1d}1\u{1c}",
    ] {
        let written = again(input.as_bytes(), LineEnd::None).map_err(|refused| refused.to_string());
        let written = written.map(|bytes| String::from_utf8_lossy(&bytes).into_owned());
        let expected = input.replace("*+é", "+é");
        assert_eq!(written, Ok(expected));
        let lines = again(input.as_bytes(), LineEnd::CrLf).expect("written with line ends");
        let joined = again(&lines, LineEnd::None).expect("written from lines");
        assert_eq!(Ok(String::from_utf8_lossy(&joined).into_owned()), written);
    }
}
