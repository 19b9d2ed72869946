//! No bytes make the reader panic, and what it says of them holds together.

use super::MESSAGE;
use crate::xml::{Element, Options, line_column, read};

/// Read, look at everything, and hold what must always hold.
fn look(input: &[u8]) {
    for several_documents in [false, true] {
        let options = Options { several_documents, ..Options::default() };
        let (documents, faults) = read(input, &options);
        for element in documents.iter().flat_map(|document| document.elements()) {
            let (place, text) = (element.place(), element.text_place());
            assert!(place.byte + u64::from(place.len) <= input.len() as u64);
            assert!(place.byte <= text.byte, "{element:?}");
            let _ = (element.path(), element.trimmed(), element.namespace());
            let _ = element.attributes().map(|found| found.value().len()).sum::<usize>();
        }
        for document in &documents {
            assert!(document.is_complete() || !faults.is_empty());
            let _ = document.root().to_tree();
        }
        assert!(!documents.is_empty() || !faults.is_empty());
        for fault in &faults {
            assert!(fault.place.byte <= input.len() as u64, "{fault:?}");
            let _ = line_column(input, fault.place.byte);
        }
    }
}

#[test]
fn every_prefix_is_read() {
    (0..=MESSAGE.len()).for_each(|length| look(&MESSAGE.as_bytes()[..length]));
}

#[test]
fn every_suffix_is_read() {
    (0..=MESSAGE.len()).for_each(|start| look(&MESSAGE.as_bytes()[start..]));
}

#[test]
fn every_changed_byte_is_read() {
    for at in 0..MESSAGE.len() {
        for byte in b"\0\t\r<>&;'\"/!?-[]=: x\x7F\x80\xC3\xEF\xFE\xFF" {
            let mut input = MESSAGE.as_bytes().to_vec();
            input[at] = *byte;
            look(&input);
        }
        for bit in 0..8 {
            let mut input = MESSAGE.as_bytes().to_vec();
            input[at] ^= 1 << bit;
            look(&input);
        }
    }
}

#[test]
fn every_piece_left_out_is_read() {
    for at in 0..MESSAGE.len() {
        for length in [1, 2, 3, 7] {
            let end = (at + length).min(MESSAGE.len());
            look(&[&MESSAGE.as_bytes()[..at], &MESSAGE.as_bytes()[end..]].concat());
        }
    }
}

#[test]
fn a_truncated_message_is_never_complete() {
    let end = MESSAGE.trim_end().len();
    for length in 0..end {
        let (documents, _) = read(&MESSAGE.as_bytes()[..length], &Options::default());
        assert!(documents.iter().all(|document| !document.is_complete()), "{length}");
    }
    let (documents, _) = read(&MESSAGE.as_bytes()[..end], &Options::default());
    assert_eq!(documents[0].elements().last().map(Element::local_name), Some("Fin"));
}
