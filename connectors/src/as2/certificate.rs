//! Certificates and keys of an agreement.
//!
//! A partner's certificates are pinned: who signs must hold the key of one that was handed over
//! with the agreement. No authority vouches for them, and their names mean nothing.
//!
//! What it is *not*: it draws no key and asks no list of revoked certificates; a certificate is
//! taken back by taking it out of the agreement.

use acquit_domain::Timestamp;
use acquit_domain::time::SECOND;
use openssl::asn1::{Asn1Time, Asn1TimeRef};
use openssl::hash::MessageDigest;
use openssl::pkey::{Id, PKey, Private};
use openssl::x509::X509;
use std::fmt;

/// Fewest bits of a key that is taken (NIST SP 800-131A: 2048 from 2014 on).
pub const KEY_BITS_MIN: u32 = 2_048;
/// Most certificates of one partner at once.
pub const CERTIFICATES_MAX: usize = 8;

/// A certificate with what an operator asks of it.
#[derive(Clone)]
pub struct Certificate {
    pub(super) x509: X509,
    /// Whom it names.
    pub subject: String,
    /// From when on it is valid.
    pub from: Timestamp,
    /// Until when it is valid.
    pub until: Timestamp,
    /// SHA-256 of it, in hexadecimal: what two people compare over the telephone.
    pub fingerprint: String,
    /// How many bits its key has.
    pub bits: u32,
    /// What it says its key may do; `None` when it says nothing.
    pub uses: Option<Uses>,
}

/// What a certificate says its key may do (RFC 5280, section 4.2.1.3).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Uses {
    /// `digitalSignature` or `nonRepudiation`.
    pub signing: bool,
    /// `keyEncipherment`.
    pub encrypting: bool,
}

/// Why a certificate or a key cannot be used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CertificateFault(pub String);

impl fmt::Display for CertificateFault {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.0)
    }
}

impl std::error::Error for CertificateFault {}

fn fault(text: impl Into<String>) -> CertificateFault {
    CertificateFault(text.into())
}

impl Certificate {
    /// The certificates of a PEM text, or the one of DER bytes.
    ///
    /// # Errors
    /// When there is none, one does not read, or there are more than [`CERTIFICATES_MAX`].
    pub fn read(bytes: &[u8]) -> Result<Vec<Certificate>, CertificateFault> {
        let pem = X509::stack_from_pem(bytes).unwrap_or_default();
        let found = match pem.is_empty() {
            false => pem,
            true => X509::from_der(bytes).into_iter().collect(),
        };
        if found.is_empty() {
            return Err(fault("there is no certificate in it (PEM or DER)"));
        }
        if found.len() > CERTIFICATES_MAX {
            return Err(fault(format!("more than {CERTIFICATES_MAX} certificates")));
        }
        found.into_iter().map(Certificate::of).collect()
    }

    fn of(x509: X509) -> Result<Certificate, CertificateFault> {
        let strange = |_| fault("the certificate holds what cannot be read");
        let key = x509.public_key().map_err(strange)?;
        let names = x509.subject_name().entries().filter_map(|entry| {
            let value = entry.data().to_string().ok()?;
            Some(format!("{}={value}", entry.object().nid().short_name().ok()?))
        });
        let subject = names.collect::<Vec<_>>().join(", ");
        let digest = x509.digest(MessageDigest::sha256()).map_err(strange)?;
        let (from, until) = (instant(x509.not_before()), instant(x509.not_after()));
        let uses = uses(&x509);
        let bits = key.bits();
        let fingerprint = digest.iter().map(|byte| format!("{byte:02x}")).collect();
        let (from, until) = (from.map_err(strange)?, until.map_err(strange)?);
        Ok(Certificate { subject, from, until, fingerprint, bits, uses, x509 })
    }

    /// Whether it is valid at an instant.
    #[must_use]
    pub fn is_valid(&self, now: Timestamp) -> bool {
        self.from <= now && now <= self.until
    }

    /// Whether its key is one of RSA.
    #[must_use]
    pub fn is_rsa(&self) -> bool {
        self.x509.public_key().is_ok_and(|key| key.id() == Id::RSA)
    }
}

/// The key usage of a certificate, found in its extensions: 2.5.29.15.
fn uses(x509: &X509) -> Option<Uses> {
    const KEY_USAGE: &[u8] = &[0x06, 0x03, 0x55, 0x1d, 0x0f];
    let der = x509.to_der().ok()?;
    let at = der.windows(KEY_USAGE.len()).position(|window| window == KEY_USAGE)?;
    let mut rest = &der[at + KEY_USAGE.len()..];
    // critical BOOLEAN DEFAULT FALSE, then OCTET STRING { BIT STRING }
    if let Some(after) = rest.strip_prefix(&[0x01, 0x01]) {
        rest = after.get(1..)?;
    }
    let (octets, _) = super::der::Value::read(rest)?;
    let octets = octets.octets()?;
    let (bits, _) = super::der::Value::read(&octets)?;
    let first = bits.content.get(1)?;
    Some(Uses { signing: first & 0xc0 != 0, encrypting: first & 0x20 != 0 })
}

fn instant(time: &Asn1TimeRef) -> Result<Timestamp, openssl::error::ErrorStack> {
    let difference = Asn1Time::from_unix(0)?.diff(time)?;
    let seconds = i64::from(difference.days) * 86_400 + i64::from(difference.secs);
    Ok(Timestamp(seconds * SECOND))
}

impl fmt::Debug for Certificate {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "Certificate({}, {})", self.subject, self.fingerprint)
    }
}

/// A key of ours with its certificate.
#[derive(Clone)]
pub struct Identity {
    pub(super) key: PKey<Private>,
    /// The certificate partners have of it.
    pub certificate: Certificate,
}

impl Identity {
    /// Reads a key (PEM, PKCS #8 or PKCS #1, without a password) and its certificate.
    ///
    /// # Errors
    /// When one of them does not read, they do not belong together, or the key is no RSA key of
    /// at least [`KEY_BITS_MIN`] bits: whom AS2 is spoken with expects RSA, and its signatures
    /// are the same each time, which receipts rely on.
    pub fn read(key: &[u8], certificate: &[u8]) -> Result<Identity, CertificateFault> {
        let key = PKey::private_key_from_pem(key)
            .map_err(|_| fault("the key does not read (PEM without a password)"))?;
        let certificate = Certificate::read(certificate)?.swap_remove(0);
        if key.id() != Id::RSA || key.bits() < KEY_BITS_MIN {
            let text = format!("the key is no RSA key of at least {KEY_BITS_MIN} bits");
            return Err(fault(text));
        }
        let public = certificate.x509.public_key();
        if !public.is_ok_and(|public| public.public_eq(&key)) {
            return Err(fault("the key is not the one of the certificate"));
        }
        Ok(Identity { key, certificate })
    }
}

impl fmt::Debug for Identity {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "Identity({:?})", self.certificate)
    }
}
