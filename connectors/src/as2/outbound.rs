//! A message that leaves: bytes and agreement in, headers and body out.
//!
//! ```text
//! part = headers + bytes;  compress?  sign?  compress?  encrypt?
//! ```
//!
//! What it is *not*: it sends nothing. The same message built again has the same identifier and
//! the same MIC (the encryption differs), so that a receipt can be matched after a restart.

use super::agreement::{Agreement, Compress, Wanted};
use super::algorithm::Digest;
use super::certificate::Certificate;
use super::cms::{self, CmsFault};
use super::compress::deflate;
use super::mime::{self, base64_line, base64_lines};
use acquit_domain::Timestamp;
use std::fmt;

/// What is to be sent.
#[derive(Debug, Clone, Copy)]
pub struct Cargo<'a> {
    /// The bytes.
    pub bytes: &'a [u8],
    /// Their media type.
    pub media: &'a str,
    /// Their name, when they have one.
    pub name: Option<&'a str>,
    /// Identifies the message: the same in every try (without angle brackets).
    pub message_id: &'a str,
    /// What they are, for people.
    pub subject: &'a str,
}

/// Headers and body, ready to be posted.
#[derive(Clone, PartialEq, Eq)]
pub struct Posting {
    /// Headers, `Content-Type` among them.
    pub headers: Vec<(String, String)>,
    /// Body.
    pub body: Vec<u8>,
}

impl Posting {
    /// Headers, an empty line, body: for keeping.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        let headers: Vec<(&str, &str)> =
            self.headers.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        mime::write(&headers, &self.body)
    }

    /// What was kept; the names of headers are in lower case then.
    #[must_use]
    pub fn of_bytes(bytes: &[u8]) -> Option<Posting> {
        let entity = mime::Entity::read(bytes)?;
        Some(Posting { headers: entity.headers, body: entity.content.to_vec() })
    }
}

impl fmt::Debug for Posting {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "Posting({} headers, {} bytes)", self.headers.len(), self.body.len())
    }
}

/// What a receipt must name for a message to be delivered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Expected {
    /// The message.
    pub message_id: String,
    /// Its MIC.
    pub mic: Mic,
    /// Whether the receipt must be signed.
    pub signed: super::agreement::Need,
}

/// The message integrity check (RFC 4130, section 7.3.1).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mic {
    /// The digest.
    pub digest: Digest,
    /// Its value, in base64.
    pub value: String,
}

impl Mic {
    /// The MIC of some bytes.
    #[must_use]
    pub fn of(digest: Digest, bytes: &[u8]) -> Mic {
        Mic { digest, value: base64_line(&digest.over(bytes)) }
    }
}

/// Why a message cannot be built.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum BuildFault {
    /// The agreement says to sign, and names no key of ours.
    NoKey,
    /// The agreement says to encrypt, and no certificate of the partner is valid.
    NoCertificate,
    /// OpenSSL refuses.
    Cms(CmsFault),
}

impl fmt::Display for BuildFault {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(match self {
            BuildFault::NoKey => "the agreement says to sign, and names no key of ours",
            BuildFault::NoCertificate => {
                "the agreement says to encrypt, and no certificate of the partner is valid now"
            }
            BuildFault::Cms(_) => "signing or encrypting failed",
        })
    }
}

/// A part on its way out: how it is described, and its content.
struct Part {
    headers: Vec<(&'static str, String)>,
    content: Vec<u8>,
}

impl Part {
    fn bytes(&self) -> Vec<u8> {
        let headers: Vec<(&str, &str)> =
            self.headers.iter().map(|(name, value)| (*name, value.as_str())).collect();
        mime::write(&headers, &self.content)
    }
}

/// Builds a message.
///
/// # Errors
/// [`BuildFault`], which an operator has to mend.
pub fn build(
    agreement: &Agreement,
    cargo: Cargo<'_>,
    at: Timestamp,
) -> Result<(Posting, Expected), BuildFault> {
    let outward = &agreement.outward;
    let mut part = plain(cargo);
    let bare = outward.encrypt.is_none() && outward.compress == Compress::Never;
    // What the MIC is over when nothing is signed (RFC 4130, section 7.3.1; RFC 5402, 4.1).
    let mut over = if bare { part.content.clone() } else { part.bytes() };
    if outward.compress == Compress::BeforeSigning {
        part = compressed(&part);
    }
    if let Some(digest) = outward.sign {
        over = part.bytes();
        part = signed(agreement, &over, digest, cargo.message_id, at)?;
    }
    if outward.compress == Compress::AfterSigning {
        part = compressed(&part);
    }
    if let Some(cipher) = outward.encrypt {
        let certificate = encrypting(&agreement.certificates, at);
        let certificate = certificate.ok_or(BuildFault::NoCertificate)?;
        let content = cms::encrypt(certificate, &part.bytes(), cipher).map_err(BuildFault::Cms)?;
        part = wrapped("enveloped-data", "smime.p7m", content);
    }
    let mic = Mic::of(outward.sign.unwrap_or(Digest::Sha256), &over);
    let signed = match outward.sign {
        Some(_) => super::agreement::Need::Required,
        None => super::agreement::Need::Optional,
    };
    let message_id = cargo.message_id.to_owned();
    let headers = headers(agreement, cargo, at, &part);
    let posting = Posting { headers, body: part.content };
    Ok((posting, Expected { message_id, mic, signed }))
}

/// The certificate to encrypt with: the last one handed over that is valid.
#[must_use]
pub fn encrypting(certificates: &[Certificate], at: Timestamp) -> Option<&Certificate> {
    certificates.iter().rev().find(|certificate| certificate.is_valid(at))
}

fn plain(cargo: Cargo<'_>) -> Part {
    let mut headers = vec![
        ("Content-Type", cargo.media.to_owned()),
        ("Content-Transfer-Encoding", "binary".to_owned()),
    ];
    if let Some(name) = cargo.name {
        let plain = |letter: &char| letter.is_ascii_graphic() && !['"', '\\'].contains(letter);
        let name: String = name.chars().filter(plain).collect();
        headers.push(("Content-Disposition", format!("attachment; filename=\"{name}\"")));
    }
    Part { headers, content: cargo.bytes.to_vec() }
}

fn compressed(part: &Part) -> Part {
    wrapped("compressed-data", "smime.p7z", deflate(&part.bytes()))
}

fn wrapped(kind: &str, name: &str, content: Vec<u8>) -> Part {
    let headers = vec![
        ("Content-Type", format!("application/pkcs7-mime; smime-type={kind}; name=\"{name}\"")),
        ("Content-Transfer-Encoding", "binary".to_owned()),
        ("Content-Disposition", format!("attachment; filename=\"{name}\"")),
    ];
    Part { headers, content }
}

fn signed(
    agreement: &Agreement,
    content: &[u8],
    digest: Digest,
    message_id: &str,
    at: Timestamp,
) -> Result<Part, BuildFault> {
    let identity = agreement.identities.first().ok_or(BuildFault::NoKey)?;
    let signature = cms::sign(identity, content, digest, at).map_err(BuildFault::Cms)?;
    let boundary = boundary(message_id, "message", content);
    let (media, content) = multipart_signed(&boundary, digest, content, &signature);
    Ok(Part { headers: vec![("Content-Type", media)], content })
}

/// `multipart/signed` (RFC 1847, section 2.1; RFC 8551, section 3.5.3): its type and its content.
pub(super) fn multipart_signed(
    boundary: &str,
    digest: Digest,
    content: &[u8],
    signature: &[u8],
) -> (String, Vec<u8>) {
    let headers = [
        ("Content-Type", "application/pkcs7-signature; name=\"smime.p7s\""),
        ("Content-Transfer-Encoding", "base64"),
        ("Content-Disposition", "attachment; filename=\"smime.p7s\""),
    ];
    let signature = mime::write(&headers, &base64_lines(signature));
    let media = format!(
        "multipart/signed; protocol=\"application/pkcs7-signature\"; micalg={}; \
         boundary=\"{boundary}\"",
        digest.name()
    );
    (media, mime::write_parts(boundary, &[content, &signature]))
}

/// A boundary that does not stand in the content: the same for the same message.
pub(super) fn boundary(message_id: &str, of: &str, content: &[u8]) -> String {
    let mut n = 0_u32;
    loop {
        let digest = Digest::Sha256.over(format!("{of} {n} {message_id}").as_bytes());
        let text: String = digest.iter().take(16).map(|byte| format!("{byte:02x}")).collect();
        let boundary = format!("=_{of}_{text}");
        if !content.windows(boundary.len()).any(|window| window == boundary.as_bytes()) {
            return boundary;
        }
        n += 1;
    }
}

/// The headers of a message (RFC 4130, section 6).
fn headers(
    agreement: &Agreement,
    cargo: Cargo<'_>,
    at: Timestamp,
    part: &Part,
) -> Vec<(String, String)> {
    let subject: String = cargo.subject.chars().filter(|letter| !letter.is_control()).collect();
    let mut headers = vec![
        ("AS2-Version", super::VERSION.to_owned()),
        ("AS2-From", agreement.ours.header()),
        ("AS2-To", agreement.theirs.header()),
        ("Message-ID", format!("<{}>", cargo.message_id)),
        ("Date", date(at)),
        ("Subject", subject),
        ("MIME-Version", "1.0".to_owned()),
    ];
    let address = match &agreement.outward.receipt {
        Wanted::Nothing => None,
        Wanted::Now => Some(None),
        Wanted::Later(address) => Some(Some(address.clone())),
    };
    if let Some(address) = address {
        headers.push(("Disposition-Notification-To", agreement.ours.header()));
        if let Some(digest) = agreement.outward.sign {
            let digest = digest.name();
            headers.push((
                "Disposition-Notification-Options",
                format!(
                    "signed-receipt-protocol=required, pkcs7-signature; \
                     signed-receipt-micalg=optional, {digest}"
                ),
            ));
        }
        headers.extend(address.map(|address| ("Receipt-Delivery-Option", address)));
    }
    headers.extend(part.headers.iter().cloned());
    headers.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()
}

/// A date of RFC 5322, section 3.3.
pub(super) fn date(at: Timestamp) -> String {
    let at = jiff::Timestamp::from_microsecond(at.0).unwrap_or_default();
    at.strftime("%a, %d %b %Y %H:%M:%S +0000").to_string()
}
