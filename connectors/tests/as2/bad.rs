//! What is wrong with a message, and what its receipt says of it: a table, and no byte panics.

use super::house::{House, cargo, now};
use super::keys::draw;
use acquit_connectors::as2::{
    Agreement, BuildFault, Cargo, Cipher, Compress, Digest, Disposition, Expected, Head, Identity,
    Mic, Need, Posting, Proof, ReceiptFault, Told, build, judge, open, read, write,
};

/// Opens a posting at the partner and says the disposition of its receipt.
fn disposed(partner: &Agreement, posting: &Posting) -> String {
    let head = Head::read(&posting.headers).expect("a head");
    match open(partner, &head, &posting.headers, &posting.body) {
        Ok(_) => Disposition::Processed.to_string(),
        Err(refused) => refused.disposition.to_string(),
    }
}

/// A message of ours, protected so.
fn message(house: &House, how: &str) -> Posting {
    let mut us = house.us.clone();
    let (sign, encrypt) = (us.outward.sign, us.outward.encrypt);
    us.outward.sign = sign.filter(|_| how.contains('s'));
    us.outward.encrypt = encrypt.filter(|_| how.contains('e'));
    us.outward.compress = match how {
        _ if how.contains('c') => Compress::BeforeSigning,
        _ if how.contains('z') => Compress::AfterSigning,
        _ => Compress::Never,
    };
    build(&us, cargo("1@acquit"), now()).expect("a message").0
}

/// A row: how it is protected, what is done to it, what the receipt says.
type Row = (&'static str, fn(&mut Posting, &mut Agreement), &'static str);

fn body(posting: &mut Posting, from: &[u8], to: &[u8]) {
    let at = posting.body.windows(from.len()).position(|window| window == from);
    let at = at.expect("what is to be changed is there");
    posting.body.splice(at..at + from.len(), to.iter().copied());
}

fn media(posting: &mut Posting, value: &str) {
    for (name, found) in &mut posting.headers {
        if name == "Content-Type" {
            value.clone_into(found);
        }
    }
}

const ROWS: &[Row] = &[
    ("", |_, _| {}, "processed"),
    ("sec", |_, _| {}, "processed"),
    ("sez", |_, _| {}, "processed"),
    // A changed byte.
    ("s", |p, _| body(p, b"BGM+380", b"BGM+381"), "processed/error: authentication-failed"),
    ("s", |p, _| body(p, b"invoice.edi", b"invoice.exe"), "processed/error: authentication-failed"),
    ("sec", |p, _| p.body.truncate(p.body.len() - 20), "processed/error: decryption-failed"),
    // Signed or encrypted by or for somebody else.
    (
        "s",
        |_, a| a.certificates = draw("SOMEBODY", 30).certificates(),
        "processed/error: authentication-failed",
    ),
    ("s", |_, a| a.certificates.clear(), "processed/error: authentication-failed"),
    (
        "e",
        |_, a| a.identities = vec![draw("SOMEBODY", 30).identity()],
        "processed/error: decryption-failed",
    ),
    ("e", |_, a| a.identities.clear(), "processed/error: decryption-failed"),
    // Less protected than agreed.
    (
        "e",
        |_, a| a.inward.signed = Need::Required,
        "processed/error: insufficient-message-security",
    ),
    (
        "s",
        |_, a| a.inward.encrypted = Need::Required,
        "processed/error: insufficient-message-security",
    ),
    ("se", |_, a| (a.inward.signed, a.inward.encrypted) = <_>::default(), "processed"),
    // Not what it says to be.
    ("e", |p, _| p.body = b"no CMS".to_vec(), "processed/error: decryption-failed"),
    ("e", |p, _| p.body.clear(), "processed/error: decryption-failed"),
    ("c", |p, _| p.body = b"no CMS".to_vec(), "processed/error: decompression-failed"),
    ("c", |p, _| p.body.truncate(60), "processed/error: decompression-failed"),
    ("s", |p, _| p.body.truncate(60), "processed/error: unexpected-processing-error"),
    ("s", |p, _| p.body.clear(), "processed/error: unexpected-processing-error"),
    ("s", |p, _| media(p, "multipart/signed"), "processed/error: unexpected-processing-error"),
    (
        "s",
        |p, _| media(p, "multipart/signed; boundary=other"),
        "processed/error: unexpected-processing-error",
    ),
    ("s", |p, _| body(p, b"MII", b"MMM"), "processed/error: authentication-failed"),
    // Another media type is another message: not signed.
    (
        "s",
        |p, a| {
            media(p, "application/edifact");
            a.inward.signed = Need::Required;
        },
        "processed/error: insufficient-message-security",
    ),
];

#[test]
fn what_is_wrong_is_named() {
    let house = House::new();
    for (row, (how, change, expected)) in ROWS.iter().enumerate() {
        let (mut posting, mut them) = (message(&house, how), house.them.clone());
        change(&mut posting, &mut them);
        assert_eq!(&disposed(&them, &posting), expected, "row {row}: {how}");
    }
}

#[test]
fn line_ends_of_text_that_a_gateway_changed_are_put_back() {
    let mut house = House::new();
    house.us.outward.encrypt = None;
    house.us.outward.compress = Compress::Never;
    let text = Cargo { bytes: b"UNH+1'\r\nBGM+380'\r\n", ..cargo("1@acquit") };
    let (mut posting, _) = build(&house.us, text, now()).expect("a message");
    let plain = String::from_utf8(posting.body).expect("text");
    posting.body = plain.replace("\r\n", "\n").into_bytes();
    assert_eq!(disposed(&house.them, &posting), "processed");
}

#[test]
fn weak_algorithms_are_taken_when_agreed_only() {
    let mut house = House::new();
    house.us.outward.sign = Some(Digest::Sha1);
    house.us.outward.encrypt = Some(Cipher::TripleDes);
    let posting = message(&house, "se");
    let weak = "processed/error: insufficient-message-security";
    assert_eq!(disposed(&house.them, &posting), weak);
    house.them.inward.digests = vec![Digest::Sha1];
    assert_eq!(disposed(&house.them, &posting), weak);
    house.them.inward.ciphers = vec![Cipher::TripleDes];
    assert_eq!(disposed(&house.them, &posting), "processed");
}

#[test]
fn a_signature_without_signer_proves_nothing() {
    let house = House::new();
    let mut posting = message(&house, "s");
    // SignedData of version 1 with no digest, no certificate and no signer.
    let empty = [
        &[0x30, 0x23, 0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 7, 2, 0xa0, 0x16][..],
        &[0x30, 0x14, 0x02, 1, 1, 0x31, 0, 0x30, 0x0b, 0x06, 0x09, 0x2a, 0x86, 0x48, 0x86][..],
        &[0xf7, 0x0d, 1, 7, 1, 0x31, 0][..],
    ]
    .concat();
    let text = String::from_utf8_lossy(&posting.body).into_owned();
    let begin = text.find("filename=\"smime.p7s\"").expect("a signature");
    let begin = posting.body.windows(4).enumerate().skip(begin);
    let begin = begin.into_iter().find(|(_, window)| *window == b"\r\n\r\n").expect("its head").0;
    let end = posting.body.windows(4).rposition(|window| window == b"\r\n--").expect("its end");
    let signature = super::peer::told(&empty);
    posting.body.splice(begin + 4..end, signature.into_bytes());
    let refused = disposed(&house.them, &posting);
    assert_eq!(refused, "processed/error: authentication-failed");
}

#[test]
fn agreements_that_cannot_be_kept_are_told_before_anything_leaves() {
    let mut house = House::new();
    house.us.certificates = draw("EXPIRED", 0).certificates();
    let later = acquit_domain::Timestamp(now().0 + acquit_domain::time::DAY);
    let told = build(&house.us, cargo("1@a"), later).map(drop);
    assert_eq!(told, Err(BuildFault::NoCertificate));
    house.us.identities.clear();
    assert_eq!(build(&house.us, cargo("1@a"), now()).map(drop), Err(BuildFault::NoKey));
    let mixed = Identity::read(&house.ours.key, &house.theirs.certificate);
    let told = mixed.expect_err("another key").to_string();
    assert_eq!(told, "the key is not the one of the certificate");
}

#[test]
fn receipts_that_prove_nothing() {
    let house = House::new();
    let (posting, expected) = build(&house.us, cargo("1@acquit"), now()).expect("a message");
    let head = Head::read(&posting.headers).expect("a head");
    let received = open(&house.them, &head, &posting.headers, &posting.body).expect("opened");
    let processed = Disposition::Processed;
    let check = |head: &Head, mic: Option<&Mic>, expected: &Expected, proof: Proof| {
        let told = Told { head, disposition: &processed, text: "", mic, at: now() };
        let receipt = write(Some(&house.them), told).expect("a receipt");
        let receipt = read(&house.us, &receipt.headers, &receipt.body).expect("read");
        assert_eq!(judge(&receipt, expected), proof);
    };
    let mic = Some(&received.mic);
    check(&head, mic, &expected, Proof::Delivered);
    check(&head, None, &expected, Proof::OtherContent);
    let wrong = Mic::of(Digest::Sha256, b"another content");
    check(&head, Some(&wrong), &expected, Proof::OtherContent);
    let other_digest = Mic::of(Digest::Sha512, b"another content");
    check(&head, Some(&other_digest), &expected, Proof::OtherContent);
    check(
        &Head { message_id: "2@acquit".into(), ..head.clone() },
        mic,
        &expected,
        Proof::OtherMessage,
    );
    check(&Head { receipt: None, ..head.clone() }, mic, &expected, Proof::Unsigned);
    // Signed by somebody else, changed, no receipt at all.
    let told = Told { head: &head, disposition: &processed, text: "", mic, at: now() };
    let receipt = write(Some(&house.us), told).expect("a receipt");
    let stranger = read(&house.us, &receipt.headers, &receipt.body);
    assert_eq!(stranger, Err(ReceiptFault::Signature));
    let mut receipt = write(Some(&house.them), told).expect("a receipt");
    body(&mut receipt, b"processed", b"PROCESSED");
    let changed = read(&house.us, &receipt.headers, &receipt.body);
    assert_eq!(changed, Err(ReceiptFault::Signature));
    let none = read(&house.us, &posting.headers, &posting.body);
    assert_eq!(none, Err(ReceiptFault::Shape));
    assert_eq!(read(&house.us, &[], b""), Err(ReceiptFault::Shape));
}

#[test]
fn no_byte_makes_it_panic() {
    let house = House::new();
    for how in ["s", "c", "z", "sc"] {
        let posting = message(&house, how);
        let head = Head::read(&posting.headers).expect("a head");
        for at in (0..posting.body.len()).step_by(7) {
            let mut changed = posting.body.clone();
            changed[at] ^= 0x55;
            let _ = open(&house.them, &head, &posting.headers, &changed);
            let _ = open(&house.them, &head, &posting.headers, &posting.body[..at]);
            let _ = read(&house.them, &posting.headers, &changed);
        }
    }
}
