//! Bytes in every encoding read, and in some refused.

use super::check_with;
use crate::xml::{Options, line_column, read};

#[track_caller]
fn check(input: &[u8], expected: &str) {
    check_with(input, &Options::default(), expected);
}

#[test]
fn declared_encodings_are_read() {
    check(b"<?xml version='1.0' encoding='ISO-8859-1'?><a>\xE9\x80</a>", "a\"é€\" |");
    check(b"<?xml version='1.0' encoding='iso-8859-15'?><a>\xA4</a>", "a\"€\" |");
    check(b"<?xml version='1.0' encoding='windows-1252'?><a>\x80</a>", "a\"€\" |");
    check(b"<?xml version='1.0' encoding='US-ASCII'?><a>x</a>", "a\"x\" |");
    check(b"<?xml version='1.0' encoding='ISO-8859-1'?><a>x</a>", "a\"x\" |");
}

#[test]
fn other_encodings_are_refused() {
    check(b"<?xml version='1.0' encoding='UTF-7'?><a/>", "XML-ENC 1:30+1");
    check(b"<?xml version='1.0' encoding='UTF-16'?><a/>", "XML-ENC 1:0+1");
    check(b"<?xml version='1.0' encoding='US-ASCII'?><a>\xC3\xA9</a>", "XML-ENC 1:44+1");
    check(b"<?xml version='1.0' encoding='UTF-8'?><a>FACTUR\xC9</a>", "XML-ENC 1:47+1");
    check(b"<a>\xE9</a>", "XML-ENC 1:3+1");
    check(
        b"\xEF\xBB\xBF<?xml version='1.0' encoding='ISO-8859-1'?><a/>",
        "XML-BOM 1:0+3 XML-ENC 1:33+10",
    );
    check(b"<\0a\0/\0>\0", "XML-ENC 1:0+1");
    check(b"\xFF\xFE\0\0<\0\0\0", "XML-ENC 1:0+1");
    check(b"\xFF\xFE<\0a\0/\0>", "XML-ENC 1:8+1");
    check(b"\xFF\xFE<\0\x00\xD8>\0", "XML-ENC 1:4+1");
}

/// The text in UTF-16 with its mark.
fn utf16(text: &str, bytes: fn(u16) -> [u8; 2]) -> Vec<u8> {
    std::iter::once(0xFEFF).chain(text.encode_utf16()).flat_map(bytes).collect()
}

#[test]
fn utf16_is_read_with_its_mark() {
    let text = "<?xml version='1.0' encoding='UTF-16'?><a>é😀</a>";
    check(&utf16(text, u16::to_le_bytes), "a\"é😀\" |");
    check(&utf16(text, u16::to_be_bytes), "a\"é😀\" |");
    check(&utf16("<a>é</a>", u16::to_be_bytes), "a\"é\" |");
    check(&utf16(&text.replace("16", "8"), u16::to_le_bytes), "XML-ENC 1:62+10");
}

#[test]
fn places_are_those_of_the_bytes() {
    let input = b"<?xml version='1.0' encoding='ISO-8859-1'?>\n<a>\xE9\xE8<b>x</b></a>";
    let (documents, _) = read(input, &Options::default());
    let place = documents[0].root().child("b").unwrap().place();
    assert_eq!(&input[place.byte as usize..][..place.len as usize], b"<b>x</b>");
    assert_eq!(line_column(input, place.byte), (2, 6));
    let input = utf16("<a>\né😀<b/></a>", u16::to_le_bytes);
    let (documents, _) = read(&input, &Options::default());
    let place = documents[0].root().child("b").unwrap().place();
    assert_eq!((place.byte, place.len), (16, 8));
    assert_eq!(line_column(&input, place.byte), (2, 3));
}
