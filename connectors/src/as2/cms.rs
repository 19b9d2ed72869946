//! Signatures and encryption (CMS, RFC 5652, as S/MIME 4.0 uses it, RFC 8551).
//!
//! OpenSSL verifies, encrypts and decrypts. A signature is put together here, because its time
//! and its digest are to be chosen: the same content, key and time give the same bytes, so that a
//! receipt made again is the receipt made before.
//!
//! What it is *not*: it trusts no certificate that is not in the agreement, and tells nobody which
//! byte of an encrypted message was wrong.

use super::algorithm::{Cipher, Digest};
use super::certificate::{Certificate, Identity};
use super::der::{self, Value};
use acquit_domain::Timestamp;
use openssl::cms::{CMSOptions, CmsContentInfo};
use openssl::error::ErrorStack;
use openssl::sign::Signer;
use openssl::stack::Stack;
use openssl::x509::X509;

/// Most signers of one message.
pub const SIGNERS_MAX: usize = 4;

/// `rsaEncryption` (RFC 3370, section 3.2).
const RSA: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 13, 1, 1, 1];
/// Attributes of a signer (RFC 5652, section 11).
const CONTENT_TYPE: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 13, 1, 9, 3];
const MESSAGE_DIGEST: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 13, 1, 9, 4];
const SIGNING_TIME: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 13, 1, 9, 5];

/// Why a signature does not hold or nothing could be decrypted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CmsFault {
    /// It is not what RFC 5652 says, or not of the kind that was expected.
    Shape,
    /// An algorithm that is not spoken.
    Algorithm,
    /// Nobody of the agreement signed it, or it was changed.
    Signature,
    /// It is encrypted for somebody else, or it was changed.
    Content,
    /// What should have been written could not be.
    Write,
}

/// Kinds of content.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// Signed.
    Signed,
    /// Encrypted.
    Enveloped,
    /// Compressed.
    Compressed,
}

/// What some bytes are.
#[must_use]
pub(super) fn kind(bytes: &[u8]) -> Option<Kind> {
    let (info, _) = Value::read(bytes)?;
    let kind = info.of(der::SEQUENCE)?.tagged(der::OBJECT)?;
    [
        (der::SIGNED_DATA, Kind::Signed),
        (der::ENVELOPED_DATA, Kind::Enveloped),
        (der::COMPRESSED_DATA, Kind::Compressed),
    ]
    .into_iter()
    .find_map(|(identifier, known)| kind.is_object(identifier).then_some(known))
}

/// What is in a content of a kind.
fn content<'a>(bytes: &'a [u8], kind: &[u8]) -> Option<der::Values<'a>> {
    let (info, _) = Value::read(bytes)?;
    let mut info = info.of(der::SEQUENCE)?;
    info.value().filter(|found| found.is_object(kind))?;
    info.tagged(der::CONTEXT_0)?.of(der::CONTEXT_0)?.value()?.of(der::SEQUENCE)
}

/// The signature of some bytes, detached, said to be made at an instant.
///
/// # Errors
/// [`CmsFault::Write`] when OpenSSL cannot sign.
pub(super) fn sign(
    identity: &Identity,
    bytes: &[u8],
    digest: Digest,
    at: Timestamp,
) -> Result<Vec<u8>, CmsFault> {
    signed(identity, bytes, digest, at).map_err(|_| CmsFault::Write)
}

fn signed(
    identity: &Identity,
    bytes: &[u8],
    digest: Digest,
    at: Timestamp,
) -> Result<Vec<u8>, ErrorStack> {
    let object = |identifier| der::write(der::OBJECT, &[identifier]);
    let version = der::write(der::INTEGER, &[&[1]]);
    let algorithm = der::write(der::SEQUENCE, &[&object(digest.object()), &[5, 0]]);
    let attribute = |kind, value: &[u8]| {
        der::write(der::SEQUENCE, &[&object(kind), &der::write(der::SET, &[value])])
    };
    let mut attributes = [
        attribute(CONTENT_TYPE, &object(der::DATA)),
        attribute(SIGNING_TIME, &der::write(der::TIME, &[time(at).as_bytes()])),
        attribute(MESSAGE_DIGEST, &der::write(der::OCTETS, &[&digest.over(bytes)])),
    ];
    attributes.sort();
    let attributes: Vec<&[u8]> = attributes.iter().map(Vec::as_slice).collect();
    let mut signer = Signer::new(digest.openssl(), &identity.key)?;
    let signature = signer.sign_oneshot_to_vec(&der::write(der::SET, &attributes))?;
    let x509 = &identity.certificate.x509;
    let serial = x509.serial_number().to_bn()?.to_vec();
    let sign_byte: &[u8] = if serial.first().is_none_or(|byte| *byte >= 0x80) { &[0] } else { &[] };
    let serial = der::write(der::INTEGER, &[sign_byte, &serial]);
    let issuer = der::write(der::SEQUENCE, &[&x509.issuer_name().to_der()?, &serial]);
    let rsa = der::write(der::SEQUENCE, &[&object(RSA), &[5, 0]]);
    let signer = [
        version.clone(),
        issuer,
        algorithm.clone(),
        der::write(der::CONTEXT_0, &attributes),
        rsa,
        der::write(der::OCTETS, &[&signature]),
    ]
    .concat();
    let data = [
        version,
        der::write(der::SET, &[&algorithm]),
        der::write(der::SEQUENCE, &[&object(der::DATA)]),
        der::write(der::CONTEXT_0, &[&x509.to_der()?]),
        der::write(der::SET, &[&der::write(der::SEQUENCE, &[&signer])]),
    ]
    .concat();
    let data = der::write(der::CONTEXT_0, &[&der::write(der::SEQUENCE, &[&data])]);
    Ok(der::write(der::SEQUENCE, &[&object(der::SIGNED_DATA), &data]))
}

/// An instant as `UTCTime` (RFC 5652, section 11.3).
fn time(at: Timestamp) -> String {
    let at = jiff::Timestamp::from_microsecond(at.0).unwrap_or_default();
    at.strftime("%y%m%d%H%M%SZ").to_string()
}

/// The digests the signers used. `None` when there is no signer, too many, or an algorithm that
/// is not spoken.
fn digests(signature: &[u8]) -> Option<Vec<Digest>> {
    let mut data = content(signature, der::SIGNED_DATA)?;
    data.tagged(der::INTEGER)?;
    data.tagged(der::SET)?;
    data.tagged(der::SEQUENCE)?;
    let signers = data.find_map(|value| value.filter(|value| value.tag == der::SET))?;
    let signers: Vec<Value<'_>> =
        signers.of(der::SET)?.take(SIGNERS_MAX + 1).collect::<Option<_>>()?;
    if signers.is_empty() || signers.len() > SIGNERS_MAX {
        return None;
    }
    let digest = |signer: Value<'_>| {
        let mut fields = signer.of(der::SEQUENCE)?;
        fields.tagged(der::INTEGER)?;
        fields.value()?;
        let algorithm = fields.value()?.of(der::SEQUENCE)?.tagged(der::OBJECT)?;
        Digest::of_object(algorithm.content)
    };
    signers.into_iter().map(digest).collect()
}

/// Verifies a detached signature: every signer must hold the key of a certificate of the
/// agreement. The weakest digest used is given.
///
/// # Errors
/// [`CmsFault`] `Shape`, `Algorithm` or `Signature`.
pub(super) fn verify(
    signature: &[u8],
    bytes: &[u8],
    certificates: &[Certificate],
) -> Result<Digest, CmsFault> {
    if kind(signature) != Some(Kind::Signed) {
        return Err(CmsFault::Shape);
    }
    let digests = digests(signature).ok_or(CmsFault::Algorithm)?;
    let digest = digests.into_iter().min().ok_or(CmsFault::Algorithm)?;
    let mut info = CmsContentInfo::from_der(signature).map_err(|_| CmsFault::Shape)?;
    let pinned = stack(certificates).map_err(|_| CmsFault::Signature)?;
    let options = CMSOptions::BINARY
        | CMSOptions::DETACHED
        | CMSOptions::NOINTERN
        | CMSOptions::NO_SIGNER_CERT_VERIFY;
    let verified = info.verify(Some(&pinned), None, Some(bytes), None, options);
    verified.map_err(|_| CmsFault::Signature)?;
    Ok(digest)
}

fn stack(certificates: &[Certificate]) -> Result<Stack<X509>, ErrorStack> {
    let mut stack = Stack::new()?;
    for certificate in certificates {
        stack.push(certificate.x509.clone())?;
    }
    Ok(stack)
}

/// Encrypts for the holder of a certificate.
///
/// # Errors
/// [`CmsFault::Write`] when OpenSSL cannot, as with a key that is not one of RSA.
pub(super) fn encrypt(
    certificate: &Certificate,
    bytes: &[u8],
    cipher: Cipher,
) -> Result<Vec<u8>, CmsFault> {
    let encrypted = stack(std::slice::from_ref(certificate))
        .and_then(|stack| {
            CmsContentInfo::encrypt(&stack, bytes, cipher.openssl(), CMSOptions::BINARY)
        })
        .and_then(|info| info.to_der());
    encrypted.map_err(|_| CmsFault::Write)
}

/// The cipher of encrypted content.
fn cipher(bytes: &[u8]) -> Option<Cipher> {
    let mut data = content(bytes, der::ENVELOPED_DATA)?;
    data.tagged(der::INTEGER)?;
    let recipients = data.find_map(|value| value.filter(|value| value.tag == der::SET))?;
    (!recipients.content.is_empty()).then_some(())?;
    let mut info = data.tagged(der::SEQUENCE)?.of(der::SEQUENCE)?;
    info.tagged(der::OBJECT)?;
    let algorithm = info.value()?.of(der::SEQUENCE)?.tagged(der::OBJECT)?;
    Cipher::of_object(algorithm.content)
}

/// Decrypts with whichever key of ours it was encrypted for.
///
/// # Errors
/// [`CmsFault`] `Shape`, `Algorithm` or `Content`.
pub(super) fn decrypt(
    bytes: &[u8],
    identities: &[Identity],
) -> Result<(Vec<u8>, Cipher), CmsFault> {
    if kind(bytes) != Some(Kind::Enveloped) {
        return Err(CmsFault::Shape);
    }
    let cipher = cipher(bytes).ok_or(CmsFault::Algorithm)?;
    let info = CmsContentInfo::from_der(bytes).map_err(|_| CmsFault::Shape)?;
    let opened = identities
        .iter()
        .find_map(|identity| info.decrypt(&identity.key, &identity.certificate.x509).ok());
    Ok((opened.ok_or(CmsFault::Content)?, cipher))
}
