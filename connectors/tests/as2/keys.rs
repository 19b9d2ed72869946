//! Keys and certificates for tests, drawn anew each time.

use acquit_connectors::as2::{Certificate, Identity};
use openssl::asn1::Asn1Time;
use openssl::bn::BigNum;
use openssl::hash::MessageDigest;
use openssl::pkey::PKey;
use openssl::rsa::Rsa;
use openssl::x509::{X509, X509NameBuilder};

/// A key with its certificate, both as PEM.
#[derive(Clone)]
pub(crate) struct Pair {
    pub(crate) key: Vec<u8>,
    pub(crate) certificate: Vec<u8>,
}

impl Pair {
    pub(crate) fn identity(&self) -> Identity {
        Identity::read(&self.key, &self.certificate).expect("a key and its certificate")
    }

    pub(crate) fn certificates(&self) -> Vec<Certificate> {
        Certificate::read(&self.certificate).expect("a certificate")
    }
}

/// A new pair for a name, its certificate valid for some days from now on.
pub(crate) fn draw(name: &str, days: u32) -> Pair {
    let key = PKey::from_rsa(Rsa::generate(2048).expect("a key")).expect("a key");
    let mut subject = X509NameBuilder::new().expect("a name");
    subject.append_entry_by_text("CN", name).expect("a name");
    let subject = subject.build();
    let mut certificate = X509::builder().expect("a certificate");
    certificate.set_version(2).expect("a version");
    let mut serial = BigNum::new().expect("a number");
    serial.pseudo_rand(120, openssl::bn::MsbOption::ONE, false).expect("a number");
    let serial = serial.to_asn1_integer().expect("a number");
    certificate.set_serial_number(&serial).expect("a number");
    certificate.set_subject_name(&subject).expect("a name");
    certificate.set_issuer_name(&subject).expect("a name");
    let from = Asn1Time::days_from_now(0).expect("a time");
    let until = Asn1Time::days_from_now(days).expect("a time");
    certificate.set_not_before(&from).expect("a time");
    certificate.set_not_after(&until).expect("a time");
    certificate.set_pubkey(&key).expect("a key");
    certificate.sign(&key, MessageDigest::sha256()).expect("a signature");
    let certificate = certificate.build().to_pem().expect("PEM");
    Pair { key: key.private_key_to_pem_pkcs8().expect("PEM"), certificate }
}
