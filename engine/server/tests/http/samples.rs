//! Messages of the samples, made into messages of their own.

use acquit_server::embedded::SAMPLES;

/// The text of a sample.
fn sample(path: &str) -> String {
    let (_, bytes) = SAMPLES.iter().find(|(known, _)| *known == path).unwrap();
    String::from_utf8(bytes.to_vec()).unwrap()
}

/// The guide's invoice in PortNet XML, under another number and message number.
pub(crate) fn xml(number: &str) -> String {
    sample("messages/portnet-inv/original.xml")
        .replace("00069321", number)
        .replace("999900000000115", &format!("9{number}"))
}

/// The guide's invoice in EDIFACT, under another number and control reference.
pub(crate) fn edifact(number: &str) -> String {
    sample("messages/invoic-d96a/original.edi")
        .replace("00069321", number)
        .replace("99990000000115", &format!("IC{number}"))
}
