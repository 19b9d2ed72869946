//! One line of input, one line of output: the pairs, then what was wrong.

use super::{Limits, Options, read, write};
use crate::charset::Charset;

const CALLBACK: &str = "AuthCode=P12345&ProcReturnCode=00&amount=3600.00&oid=PI-0001&rnd=a%7Cb\
    &BillToName=L%26%2339%3BAMI+%C3%A9&EXTRA.TRXDATE=20171222+11%3A53%3A07&ErrMsg=&HASH=Y4%2Bz%3D";

fn show(input: &[u8], options: &Options) -> String {
    let (form, faults) = read(input, options);
    let mut parts: Vec<String> =
        form.pairs.iter().map(|pair| format!("{}={:?}", pair.name, pair.value)).collect();
    if !form.complete {
        parts.push("...".to_owned());
    }
    parts.extend(faults.iter().map(|fault| {
        let place = fault.place;
        format!("{} {} {}+{}", fault.kind.name(), fault.name, place.byte, place.len)
    }));
    parts.join(" | ")
}

#[track_caller]
fn check(input: &[u8], expected: &str) {
    assert_eq!(show(input, &Options::default()), expected, "{}", input.escape_ascii());
}

#[test]
fn pairs() {
    check(b"", "");
    check(b"a=1&b=2", "a=\"1\" | b=\"2\"");
    check(b"&&a&b=&=c&", "a=\"\" | b=\"\" | =\"c\"");
    check(b"a=x+y%20z%0A&b=1=2", "a=\"x y z\\n\" | b=\"1=2\"");
    check(b"%61=%C3%A9", "a=\"é\"");
    check(b"x;y=1", "x;y=\"1\"");
}

#[test]
fn faults() {
    check(b"HASH=A&HASH=B", "HASH=\"A\" | HASH=\"B\" | FORM-DUP HASH 7+4");
    check(b"Amount=1&amount=2", "Amount=\"1\" | amount=\"2\" | FORM-DUP amount 9+6");
    check(b"rnd=%ZZ", "rnd=\"%ZZ\" | FORM-ENC rnd 4+3");
    check(b"rnd=%C3%28", "rnd=\"\u{fffd}(\" | FORM-ENC rnd 4+6");
    check(b"a=%", "a=\"%\" | FORM-ENC a 2+1");
    check(b"a=\xFF", "a=\"\u{fffd}\" | FORM-ENC a 2+1");
    check(b"a=%00", "a=\"\\0\" | FORM-CHAR a 2+3");
    let few =
        Options { limits: Limits { input: 20, pairs: 2, name: 3, value: 4 }, ..Options::default() };
    assert_eq!(show(b"a=1&b=2&c=3", &few), "a=\"1\" | b=\"2\" | ... | LIM-NODES  8+1");
    assert_eq!(show(b"abcd=1", &few), "... | LIM-NAME  0+4");
    assert_eq!(show(b"a=12345", &few), "... | LIM-TEXT  2+5");
    assert_eq!(show(&[b'a'; 21], &few), "... | LIM-BODY  20+1");
    let large = b"a=b&".repeat(5_000_000);
    let (form, _) = read(&large, &Options::default());
    assert!(!form.complete);
}

#[test]
fn character_sets() {
    let options = Options { charset: Charset::Windows1252, ..Options::default() };
    assert_eq!(show(b"a=%E9%80", &options), "a=\"é€\"");
    assert_eq!(write([("a", "é€")], Charset::Windows1252), b"a=%E9%80");
    assert_eq!(write([("a b", "é&=+")], Charset::Utf8), b"a+b=%C3%A9%26%3D%2B");
}

#[test]
fn writing_what_was_read_gives_the_same_bytes() {
    let (form, faults) = read(CALLBACK.as_bytes(), &Options::default());
    assert!(faults.is_empty());
    let pairs = form.pairs.iter().map(|pair| (&*pair.name, &*pair.value));
    assert_eq!(write(pairs, Charset::Utf8), CALLBACK.as_bytes());
    assert_eq!(form.value("BillToName"), Some("L&#39;AMI é"));
    assert_eq!(form.value("billtoname"), None);
}

#[test]
fn no_bytes_make_it_panic() {
    let good = CALLBACK.as_bytes();
    for at in 0..good.len() {
        for byte in b"\0%&=+ \n;A\x7F\x80\xC3\xFF" {
            let mut input = good.to_vec();
            input[at] = *byte;
            for input in [&input[..], &input[at..], &input[..=at]] {
                let (form, faults) = read(input, &Options::default());
                for fault in faults {
                    assert!(fault.place.byte + u64::from(fault.place.len) <= input.len() as u64);
                }
                for pair in &form.pairs {
                    let place = pair.value_place;
                    let from = place.byte as usize;
                    assert_eq!(&input[from..from + place.len as usize], pair.raw_value);
                }
            }
        }
    }
}
