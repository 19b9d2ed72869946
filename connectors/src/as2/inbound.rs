//! A message that arrives: headers and body in, the bytes or the reason out.
//!
//! Layers are taken off from the outside: encrypted, compressed, signed, compressed; each at most
//! once. No byte makes it fail otherwise than with a [`Refused`], and none panics.
//!
//! What it is *not*: it looks at no business content, and answers nothing.

use super::agreement::{Agreement, Need};
use super::algorithm::{Cipher, Digest};
use super::cms::{self, CmsFault, Kind};
use super::compress::{InflateFault, inflate};
use super::disposition::{Disposition, Modifier};
use super::head::{Head, Signing};
use super::mime::{self, Entity, Media, header};
use super::outbound::Mic;

/// How many layers are taken off.
const LAYERS_MAX: usize = 4;
/// The digest of what is not signed when the sender asks for none (RFC 4130, section 7.4.3).
const DIGEST_UNSIGNED: Digest = Digest::Sha1;

/// What a message brought.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Received {
    /// The bytes.
    pub bytes: Vec<u8>,
    /// Their media type, in lower case, with its parameters.
    pub media: Media,
    /// Their name, when one was given. Data, never a path.
    pub name: String,
    /// The MIC for the receipt.
    pub mic: Mic,
    /// How they were protected.
    pub protection: Protection,
}

/// How a message was protected.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Protection {
    /// The digest of the signature.
    pub signed: Option<Digest>,
    /// The cipher.
    pub encrypted: Option<Cipher>,
    /// Whether it was compressed.
    pub compressed: bool,
}

/// Why a message is not taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refused {
    /// What the receipt says.
    pub disposition: Disposition,
    /// What it says for people.
    pub reason: &'static str,
}

fn error(modifier: Modifier, reason: &'static str) -> Refused {
    Refused { disposition: Disposition::Error(modifier), reason }
}

fn failure(modifier: Modifier, reason: &'static str) -> Refused {
    Refused { disposition: Disposition::Failure(modifier), reason }
}

/// There is no agreement between the two names.
#[must_use]
pub fn unknown_partner() -> Refused {
    error(Modifier::UnknownTradingPartner, "there is no agreement between these two names")
}

/// The identifier of the message was used for other bytes.
#[must_use]
pub fn duplicate() -> Refused {
    error(Modifier::DuplicateDocument, "its Message-ID was used for other content before")
}

/// A layer that was taken off.
enum Layer {
    Inner { bytes: Vec<u8>, over: Option<Vec<u8>> },
    Innermost,
}

/// Takes a message apart as the agreement says.
///
/// # Errors
/// [`Refused`] with what the receipt has to say.
pub fn open(
    agreement: &Agreement,
    head: &Head,
    headers: &[(String, String)],
    body: &[u8],
) -> Result<Received, Refused> {
    match head.receipt.as_ref().map(|request| request.signing) {
        Some(Signing::Impossible) => {
            let reason = "the receipt would have to be signed otherwise than with S/MIME";
            return Err(failure(Modifier::UnsupportedFormat, reason));
        }
        Some(Signing::ImpossibleDigest) => {
            let reason = "the receipt would have to use digests that are not spoken";
            return Err(failure(Modifier::UnsupportedMicAlgorithms, reason));
        }
        Some(Signing::Not | Signing::Asked) | None => {}
    }
    let described = ["content-type", "content-transfer-encoding", "content-disposition"];
    let described = described
        .iter()
        .filter_map(|name| Some(((*name).to_owned(), header(headers, name)?.to_owned())));
    let outer = Entity { headers: described.collect(), content: body };
    let mut protection = Protection::default();
    let mut over = None;
    let mut bytes: Option<Vec<u8>> = None;
    for _ in 0..=LAYERS_MAX {
        let entity = match &bytes {
            None => outer.clone(),
            Some(bytes) => Entity::read(bytes).ok_or_else(|| torn(protection))?,
        };
        match peel(agreement, &entity, &mut protection)? {
            Layer::Inner { bytes: inner, over: signed } => {
                over = signed.or(over);
                bytes = Some(inner);
            }
            Layer::Innermost => {
                enough(agreement, protection)?;
                let plain = protection.encrypted.is_none() && !protection.compressed;
                let decoded = entity.decoded().ok_or_else(|| torn(protection))?;
                let over = over.or_else(|| bytes.clone().filter(|_| !plain));
                let digest = protection.signed.unwrap_or_else(|| {
                    let asked = head.receipt.as_ref().and_then(|request| request.digest.as_ref());
                    asked.map_or(DIGEST_UNSIGNED, |(digest, _)| *digest)
                });
                let mic = Mic::of(digest, over.as_deref().unwrap_or(&decoded));
                let (media, name) = (entity.media(), file_name(&entity));
                return Ok(Received { bytes: decoded, media, name, mic, protection });
            }
        }
    }
    Err(strange("there are more layers than are taken off"))
}

/// What does not read. Encrypted and proven by no signature yet, it is most likely not what was
/// encrypted; it is told like any other fault of decryption, so that nobody who sends changed
/// bytes learns how far they got.
fn torn(protection: Protection) -> Refused {
    match protection {
        Protection { encrypted: Some(_), signed: None, .. } => decryption(CmsFault::Content),
        _ => strange("a part of the message does not read as MIME"),
    }
}

fn strange(reason: &'static str) -> Refused {
    error(Modifier::UnexpectedProcessingError, reason)
}

/// Takes one layer off.
fn peel(
    agreement: &Agreement,
    entity: &Entity<'_>,
    protection: &mut Protection,
) -> Result<Layer, Refused> {
    let media = entity.media();
    match media.name.as_str() {
        "application/pkcs7-mime" | "application/x-pkcs7-mime" => {
            let content = entity.decoded().ok_or_else(|| torn(*protection))?;
            match cms::kind(&content) {
                Some(Kind::Enveloped) => decrypt(agreement, &content, protection),
                Some(Kind::Compressed) => decompress(&content, protection),
                Some(Kind::Signed) => Err(strange("only detached signatures are taken")),
                None => Err(match media.parameter("smime-type") {
                    Some("compressed-data") => decompression(InflateFault::Shape),
                    _ => decryption(CmsFault::Shape),
                }),
            }
        }
        "multipart/signed" => verify(agreement, entity, &media, protection),
        _ => Ok(Layer::Innermost),
    }
}

fn decrypt(
    agreement: &Agreement,
    content: &[u8],
    protection: &mut Protection,
) -> Result<Layer, Refused> {
    if *protection != Protection::default() {
        return Err(strange("what is encrypted lies inside of another layer"));
    }
    let opened = cms::decrypt(content, &agreement.identities);
    let (bytes, cipher) = opened.map_err(decryption)?;
    protection.encrypted = Some(cipher);
    Ok(Layer::Inner { bytes, over: None })
}

fn decryption(fault: CmsFault) -> Refused {
    let reason = match fault {
        CmsFault::Algorithm => "it is encrypted with a cipher that is not spoken",
        CmsFault::Content | CmsFault::Signature | CmsFault::Write => {
            "it is encrypted for another certificate than ours, or it was changed"
        }
        CmsFault::Shape => "it is no encrypted content of CMS",
    };
    error(Modifier::DecryptionFailed, reason)
}

fn decompress(content: &[u8], protection: &mut Protection) -> Result<Layer, Refused> {
    if protection.compressed {
        return Err(strange("it is compressed twice"));
    }
    protection.compressed = true;
    let bytes = inflate(content).map_err(decompression)?;
    Ok(Layer::Inner { bytes, over: None })
}

fn decompression(fault: InflateFault) -> Refused {
    error(Modifier::DecompressionFailed, fault.text())
}

fn verify(
    agreement: &Agreement,
    entity: &Entity<'_>,
    media: &Media,
    protection: &mut Protection,
) -> Result<Layer, Refused> {
    if protection.signed.is_some() {
        return Err(strange("it is signed twice"));
    }
    let torn = || torn(*protection);
    let parts = media.parameter("boundary").and_then(|text| mime::parts(entity.content, text));
    let Some([content, signature]) = parts.as_deref() else { return Err(torn()) };
    let signature = Entity::read(signature).and_then(|part| part.decoded()).ok_or_else(torn)?;
    let certificates = &agreement.certificates;
    let mut over = content.to_vec();
    let verified = cms::verify(&signature, &over, certificates).or_else(|fault| {
        // What was signed is the canonical form of text; some gateways change line ends.
        let canonical = mime::canonical(content);
        if fault != CmsFault::Signature || canonical == over {
            return Err(fault);
        }
        over = canonical;
        cms::verify(&signature, &over, certificates)
    });
    let digest = verified.map_err(|fault| {
        let reason = match fault {
            CmsFault::Algorithm => "it is signed with an algorithm that is not spoken",
            CmsFault::Shape => "its signature is none of CMS",
            CmsFault::Signature | CmsFault::Content | CmsFault::Write => {
                "it is signed with no certificate of the agreement, or it was changed"
            }
        };
        error(Modifier::AuthenticationFailed, reason)
    })?;
    protection.signed = Some(digest);
    Ok(Layer::Inner { bytes: over.clone(), over: Some(over) })
}

/// Whether a message was protected as agreed.
fn enough(agreement: &Agreement, found: Protection) -> Result<(), Refused> {
    let inward = &agreement.inward;
    let reason = match found {
        Protection { signed: None, .. } if inward.signed == Need::Required => {
            "it is to be signed, and is not"
        }
        Protection { encrypted: None, .. } if inward.encrypted == Need::Required => {
            "it is to be encrypted, and is not"
        }
        Protection { signed: Some(digest), .. } if !inward.takes_digest(digest) => {
            "it is signed with a digest that was not agreed"
        }
        Protection { encrypted: Some(cipher), .. } if !inward.takes_cipher(cipher) => {
            "it is encrypted with a cipher that was not agreed"
        }
        _ => return Ok(()),
    };
    Err(error(Modifier::InsufficientMessageSecurity, reason))
}

/// The name a part gives its content.
fn file_name(entity: &Entity<'_>) -> String {
    let disposition = header(&entity.headers, "content-disposition").map(Media::read);
    let named = disposition.as_ref().and_then(|found| found.parameter("filename"));
    named.unwrap_or_default().to_owned()
}
