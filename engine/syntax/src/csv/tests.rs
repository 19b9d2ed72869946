//! One line of input, one line of output: the rows, then what was wrong.

use super::{Cell, Header, Layout, Limits, LineEnd, Options, Reader, Row, Writer};
use crate::charset::Charset;

fn show(input: &[u8], options: Options) -> String {
    let mut reader = Reader::over(input, options);
    let mut parts = Vec::new();
    if !reader.header().is_empty() {
        parts.push(format!("header {:?}", reader.header()));
    }
    let mut row = Row::default();
    while reader.next(&mut row) {
        parts.push(format!("{}:{:?}", row.line(), row.fields().collect::<Vec<_>>()));
    }
    parts.extend(reader.faults().iter().map(|fault| {
        let place = fault.place;
        format!(
            "{} {}/{} {}+{}",
            fault.kind.name(),
            place.segment,
            place.element,
            place.byte,
            place.len
        )
    }));
    parts.join(" ")
}

#[track_caller]
fn check(input: &str, expected: &str) {
    assert_eq!(show(input.as_bytes(), Options::default()), expected, "{input:?}");
}

/// The dialect of the bank's file of cheques.
fn bank() -> Options {
    Options { delimiter: b';', quote: Some(b'|'), columns: Some(4), ..Options::default() }
}

#[test]
fn rows() {
    check("a,b\r\nc,d\r\n", r#"1:["a", "b"] 2:["c", "d"]"#);
    check("a,b\nc,d", r#"1:["a", "b"] 2:["c", "d"]"#);
    check("a,b\rc,d\r", r#"1:["a", "b"] 2:["c", "d"]"#);
    check("\n\na\n\n\nb\n", r#"3:["a"] 6:["b"]"#);
    check(",\n", r#"1:["", ""]"#);
    check("a,\nb,\n", r#"1:["a", ""] 2:["b", ""]"#);
    check("\"a,1\",\"b\"\"c\"\"\"\n", r#"1:["a,1", "b\"c\""]"#);
    check("\"a\r\nb\nc\",d\r\ne,f", r#"1:["a\r\nb\nc", "d"] 4:["e", "f"]"#);
    check("\"\"\n\"\"\"\"", r#"1:[""] 2:["\""]"#);
    check("a \"b\" c\n", r#"1:["a \"b\" c"]"#);
    check("\u{FEFF}a\n", r#"1:["a"] CSV-BOM 0/0 0+3"#);
    let present = Options { header: Header::Present, ..Options::default() };
    assert_eq!(show(b"a, b\n1,2\n", present), r#"header ["a", "b"] 2:["1", "2"]"#);
    assert_eq!(show(b"|P;1|;R;3.00;paid\r\n", bank()), r#"1:["P;1", "R", "3.00", "paid"]"#);
    let none = Options { quote: None, ..Options::default() };
    assert_eq!(show(b"\"a,b\n", none), r#"1:["\"a", "b"]"#);
    let latin = Options { charset: Charset::Windows1252, ..Options::default() };
    assert_eq!(show(b"\"r\xE9\",\x80\n", latin), r#"1:["ré", "€"]"#);
}

#[test]
fn faults() {
    check("", "CSV-EMPTY 0/0 0+0");
    check("\r\n\n", "CSV-EMPTY 0/0 0+0");
    check(
        "a,b\nc\nd,e,f\n",
        r#"1:["a", "b"] 2:["c"] 3:["d", "e", "f"] CSV-COLUMNS 2/0 4+1 CSV-COLUMNS 3/0 6+5"#,
    );
    check("\"a,b\nc,d\n", r#"1:["\"a", "b"] 2:["c", "d"] CSV-QUOTE 1/1 0+2"#);
    check("\"a\"b,c\n", r#"1:["ab", "c"] CSV-QUOTE 1/1 3+1"#);
    check("a\x01,b\n", "1:[\"a\\u{1}\", \"b\"] CSV-CHAR 1/1 0+2");
    assert_eq!(show(b"a,\xFF\n", Options::default()), "1:[\"a\", \"\u{fffd}\"] CSV-ENC 1/2 2+1");
    let present = Options { header: Header::Present, ..Options::default() };
    assert_eq!(
        show(b"a,b,a\n1,2,3\n", present),
        r#"header ["a", "b", "a"] 2:["1", "2", "3"] CSV-DUP 1/3 4+1"#
    );
    assert_eq!(show(b"\n", present), "CSV-EMPTY 0/0 1+0");
    assert_eq!(show(b"x;y\n", bank()), r#"1:["x", "y"] CSV-COLUMNS 1/0 0+3"#);
    let limits = Limits { input: 30, rows: 2, columns: 3, field: 4 };
    let few = Options { limits, ..Options::default() };
    assert_eq!(show(b"a\nb\nc\n", few), r#"1:["a"] 2:["b"] LIM-MSGS 3/0 4+1"#);
    assert_eq!(show(b"a,b,c,d\n", few), "LIM-NODES 1/0 0+5");
    assert_eq!(show(b"abcde\n", few), r#"1:["abcd"] LIM-TEXT 1/1 0+5"#);
    assert_eq!(show(&[b'a'; 31], few), "LIM-BODY 0/0 30+1");
}

#[test]
fn what_is_written_is_safe_and_reads_the_same() {
    let mut writer = Writer::new(Layout::default());
    let formulas = ["=HYPERLINK(\"http://evil\")", "+1", "-1", "@x", "\t=1", "\r=1", "1-1"];
    writer.row(formulas.map(Cell::Text));
    writer.row([
        Cell::Number("-3600.00"),
        Cell::Number("-1+2"),
        Cell::Exact("=1"),
        Cell::Text(" x"),
    ]);
    writer.row([Cell::Text("")]);
    let (bytes, refused) = writer.finish();
    let text = String::from_utf8_lossy(&bytes);
    assert_eq!(
        text,
        concat!(
            "\"'=HYPERLINK(\"\"http://evil\"\")\",\"'+1\",\"'-1\",\"'@x\",",
            "\"'\t=1\",\"'\r=1\",1-1\r\n",
            "-3600.00,\"'-1+2\",=1,\" x\"\r\n\"\"\r\n"
        )
    );
    assert_eq!(refused, None);
    let layout = Layout {
        delimiter: b';',
        quote: b'|',
        line_end: LineEnd::Lf,
        charset: Charset::Windows1252,
    };
    let mut writer = Writer::new(layout);
    let cells = ["a;b", "c|d", "é\nx", "ال"];
    writer.row(cells.map(Cell::Exact));
    let (bytes, refused) = writer.finish();
    assert_eq!(refused, Some('ا'));
    let options = Options { charset: Charset::Windows1252, ..bank() };
    assert_eq!(show(&bytes, options), r#"1:["a;b", "c|d", "é\nx", "??"]"#);
}

#[test]
fn no_bytes_make_it_panic_and_exact_cells_come_back() {
    let good = "|P;1|;R||7;\"3600\"\r\n|a\nb|;é;|x||y|\n;;\r|u".as_bytes();
    for at in 0..good.len() {
        for byte in b"\0|;\"\r\n,a\x7F\xC3\xFF" {
            let mut input = good.to_vec();
            input[at] = *byte;
            for input in [&input[..], &input[at..], &input[..=at]] {
                look(input);
            }
        }
    }
}

fn look(input: &[u8]) {
    let options = Options { columns: None, ..bank() };
    let mut reader = Reader::over(input, options);
    let mut writer = Writer::new(Layout { delimiter: b';', quote: b'|', ..Layout::default() });
    let (mut row, mut rows) = (Row::default(), Vec::new());
    while reader.next(&mut row) {
        let place = row.whole();
        assert!(place.byte + u64::from(place.len) <= input.len() as u64);
        writer.row(row.fields().map(Cell::Exact));
        rows.push(row.fields().map(str::to_owned).collect::<Vec<_>>());
    }
    let lines = input.iter().filter(|byte| matches!(byte, b'\r' | b'\n')).count();
    assert!(row.line() as usize <= lines + 1);
    let (bytes, _) = writer.finish();
    let (mut again, mut second) = (Reader::over(&bytes, options), Vec::new());
    while again.next(&mut row) {
        second.push(row.fields().map(str::to_owned).collect::<Vec<_>>());
    }
    assert_eq!(rows, second, "{}", input.escape_ascii());
}
