//! Messages and receipts of this program, read by itself.

use super::house::{House, INVOICE, cargo, now};
use acquit_connectors::as2::{
    Cipher, Compress, Digest, Disposition, Head, Need, Proof, Told, Wanted, build, is_receipt,
    judge, open, read, write,
};

/// Every way of protecting a message.
pub(crate) fn ways() -> Vec<(Option<Digest>, Option<Cipher>, Compress)> {
    let mut ways = Vec::new();
    for sign in [None, Some(Digest::Sha256), Some(Digest::Sha512)] {
        for encrypt in [None, Some(Cipher::Aes128), Some(Cipher::Aes256)] {
            for compress in [Compress::Never, Compress::BeforeSigning, Compress::AfterSigning] {
                ways.push((sign, encrypt, compress));
            }
        }
    }
    ways
}

#[test]
fn what_is_built_is_opened_and_receipted() {
    let mut house = House::new();
    for (sign, encrypt, compress) in ways() {
        let outward = &mut house.us.outward;
        (outward.sign, outward.encrypt, outward.compress) = (sign, encrypt, compress);
        let way = format!("{outward:?}");
        let (posting, expected) = build(&house.us, cargo("1@acquit"), now()).expect("a message");
        let head = Head::read(&posting.headers).expect("a head");
        assert!(!is_receipt(&posting.headers, &posting.body));
        let received = open(&house.them, &head, &posting.headers, &posting.body).expect(&way);
        assert!(received.bytes == INVOICE, "{way}");
        assert_eq!(received.media.name, "application/edifact");
        assert_eq!(received.name, "invoice.edi");
        let protection = received.protection;
        assert_eq!((protection.signed, protection.encrypted), (sign, encrypt), "{way}");
        assert_eq!(protection.compressed, compress != Compress::Never, "{way}");
        let told = Told {
            head: &head,
            disposition: &Disposition::Processed,
            text: "Taken.",
            mic: Some(&received.mic),
            at: now(),
        };
        let receipt = write(Some(&house.them), told).expect("a receipt");
        assert!(is_receipt(&receipt.headers, &receipt.body), "{way}");
        let read = read(&house.us, &receipt.headers, &receipt.body).expect(&way);
        assert_eq!(read.signed.is_some(), sign.is_some(), "{way}");
        // What is not signed may be receipted with a digest its sender did not compute.
        let proof = judge(&read, &expected);
        assert_eq!(proof, Proof::Delivered, "{way}");
    }
}

#[test]
fn the_same_message_has_the_same_receipt_bytes() {
    let house = House::new();
    let at = now();
    let (first, expected) = build(&house.us, cargo("1@acquit"), at).expect("a message");
    let (second, again) = build(&house.us, cargo("1@acquit"), at).expect("a message");
    assert_ne!(first.body, second.body, "encryption draws a new key each time");
    assert_eq!(expected, again);
    let receipts = [first, second].map(|posting| {
        let head = Head::read(&posting.headers).expect("a head");
        let received = open(&house.them, &head, &posting.headers, &posting.body).expect("opened");
        let (disposition, mic) = (&Disposition::Processed, Some(&received.mic));
        write(Some(&house.them), Told { head: &head, disposition, text: "", mic, at })
    });
    assert_eq!(receipts[0], receipts[1]);
}

#[test]
fn partners_change_their_keys_one_after_the_other() {
    let mut house = House::new();
    let new = super::keys::draw("PARTNER 2027", 700);
    // The partner hands over a new certificate: both are taken, the new one is encrypted for.
    house.us.certificates.extend(new.certificates());
    let (posting, _) = build(&house.us, cargo("1@acquit"), now()).expect("a message");
    let head = Head::read(&posting.headers).expect("a head");
    let refused = open(&house.them, &head, &posting.headers, &posting.body).expect_err("no key");
    assert_eq!(refused.disposition.to_string(), "processed/error: decryption-failed");
    house.them.identities.push(new.identity());
    open(&house.them, &head, &posting.headers, &posting.body).expect("both keys decrypt");
    for identity in house.them.identities.clone() {
        house.them.identities = vec![identity];
        let (posting, _) = build(&house.them, cargo("2@partner"), now()).expect("a message");
        let head = Head::read(&posting.headers).expect("a head");
        open(&house.us, &head, &posting.headers, &posting.body).expect("both keys sign");
    }
}

#[test]
fn a_message_without_receipt_asks_for_none() {
    let mut house = House::new();
    house.us.outward.receipt = Wanted::Nothing;
    let (posting, expected) = build(&house.us, cargo("1@acquit"), now()).expect("a message");
    assert_eq!(Head::read(&posting.headers).expect("a head").receipt, None);
    assert_eq!(expected.signed, Need::Required);
}
