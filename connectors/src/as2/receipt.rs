//! Receipts: message disposition notifications (RFC 8098, RFC 4130, section 7.4).
//!
//! Written, a receipt is the same bytes for the same message, key and instant. Read, it is worth
//! something only when it is signed as agreed, names the message and gives its MIC.
//!
//! What it is *not*: it is no business answer.

use super::agreement::{Agreement, Need};
use super::algorithm::Digest;
use super::cms;
use super::disposition::{Disposition, Modifier};
use super::head::{Head, Signing};
use super::mime::{self, Entity, Media, header};
use super::name::{Name, message_id};
use super::outbound::{Expected, Mic, Posting, boundary, date, multipart_signed};
use acquit_domain::Timestamp;
use std::fmt;

/// Most parts that lie in each other until the report is found.
const DEPTH_MAX: usize = 3;

/// What became of a message, for its receipt.
#[derive(Debug, Clone, Copy)]
pub struct Told<'a> {
    /// The head of the message.
    pub head: &'a Head,
    /// What became of it.
    pub disposition: &'a Disposition,
    /// A sentence for people.
    pub text: &'a str,
    /// The MIC of what was taken.
    pub mic: Option<&'a Mic>,
    /// When it was taken.
    pub at: Timestamp,
}

/// Writes the receipt. It is signed when the message asks for that and there is an agreement.
///
/// # Errors
/// When OpenSSL cannot sign.
pub fn write(agreement: Option<&Agreement>, told: Told<'_>) -> Result<Posting, cms::CmsFault> {
    let Told { head, disposition, text, mic, at } = told;
    let report = report(told);
    let human = mime::write(
        &[("Content-Type", "text/plain; charset=us-ascii"), ("Content-Transfer-Encoding", "7bit")],
        format!(
            "The message <{}> from {} to {}: {disposition}.\r\n{text}\r\n",
            head.message_id, head.from, head.to
        )
        .as_bytes(),
    );
    let inner = boundary(&head.message_id, "report", &[&*human, &*report].concat());
    let content = mime::write_parts(&inner, &[&human, &report]);
    let media =
        format!("multipart/report; report-type=disposition-notification; boundary=\"{inner}\"");
    let asked = head.receipt.as_ref();
    let identity = agreement.and_then(|agreement| agreement.identities.first());
    let identity = identity.filter(|_| asked.is_some_and(|asked| asked.signing == Signing::Asked));
    let (media, body) = match identity {
        None => (media, content),
        Some(identity) => {
            let part = mime::write(&[("Content-Type", &media)], &content);
            let wanted = asked.and_then(|asked| asked.digest.as_ref()).map(|(digest, _)| *digest);
            let digest = mic.map(|mic| mic.digest).or(wanted).unwrap_or(Digest::Sha256);
            let signature = cms::sign(identity, &part, digest, at)?;
            let outer = boundary(&head.message_id, "receipt", &part);
            multipart_signed(&outer, digest, &part, &signature)
        }
    };
    let headers = [
        ("AS2-Version", super::VERSION.to_owned()),
        ("AS2-From", head.to.header()),
        ("AS2-To", head.from.header()),
        ("Message-ID", format!("<{}>", own_message_id(head))),
        ("Date", date(at)),
        ("Subject", "Message disposition notification".to_owned()),
        ("MIME-Version", "1.0".to_owned()),
        ("Content-Type", media),
    ];
    let headers = headers.map(|(name, value)| (name.to_owned(), value)).to_vec();
    Ok(Posting { headers, body })
}

/// The machine's part of a receipt.
fn report(told: Told<'_>) -> Vec<u8> {
    let Told { head, disposition, mic, .. } = told;
    let mut lines = vec![
        format!("Reporting-UA: {}", super::AGENT),
        format!("Original-Recipient: rfc822; {}", head.to.header()),
        format!("Final-Recipient: rfc822; {}", head.to.header()),
        format!("Original-Message-ID: <{}>", head.message_id),
        format!("Disposition: automatic-action/MDN-sent-automatically; {disposition}"),
    ];
    if let Some(Mic { digest, value }) = mic {
        lines.push(format!("Received-content-MIC: {value}, {}", head.spelled(*digest)));
    }
    lines.push(String::new());
    mime::write(
        &[
            ("Content-Type", "message/disposition-notification"),
            ("Content-Transfer-Encoding", "7bit"),
        ],
        lines.join("\r\n").as_bytes(),
    )
}

/// The identifier of a receipt: the same for the same message.
fn own_message_id(head: &Head) -> String {
    let of = format!("{} {} {}", head.from, head.to, head.message_id);
    let digest = Digest::Sha256.over(of.as_bytes());
    let text: String = digest.iter().take(16).map(|byte| format!("{byte:02x}")).collect();
    format!("receipt.{text}@acquit")
}

/// A receipt that was read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Receipt {
    /// The message it is about; `None` when it does not say.
    pub message_id: Option<String>,
    /// What became of it.
    pub disposition: Disposition,
    /// The MIC its receiver computed.
    pub mic: Option<(Option<Digest>, String)>,
    /// The digest it is signed with.
    pub signed: Option<Digest>,
}

/// Why a receipt cannot be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ReceiptFault {
    /// It is no report of a disposition.
    Shape,
    /// It is signed by nobody of the agreement, or it was changed.
    Signature,
}

impl fmt::Display for ReceiptFault {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(match self {
            ReceiptFault::Shape => "the answer is no receipt of AS2 (RFC 4130, section 7.4)",
            ReceiptFault::Signature => {
                "the receipt is signed with no certificate of the agreement, or it was changed"
            }
        })
    }
}

/// Whether a message is a receipt, as far as its headers and the start of its body say.
#[must_use]
pub fn is_receipt(headers: &[(String, String)], body: &[u8]) -> bool {
    let media = Media::read(header(headers, "content-type").unwrap_or_default());
    match media.name.as_str() {
        "multipart/report" => true,
        "multipart/signed" => {
            let parts = media.parameter("boundary").and_then(|text| mime::parts(body, text));
            let first = parts.as_deref().and_then(|parts| Entity::read(parts.first()?));
            first.is_some_and(|part| part.media().name == "multipart/report")
        }
        _ => false,
    }
}

/// Reads a receipt.
///
/// # Errors
/// [`ReceiptFault`].
pub fn read(
    agreement: &Agreement,
    headers: &[(String, String)],
    body: &[u8],
) -> Result<Receipt, ReceiptFault> {
    let described = header(headers, "content-type").ok_or(ReceiptFault::Shape)?;
    let headers = vec![("content-type".to_owned(), described.to_owned())];
    report_in(agreement, &Entity { headers, content: body }, None, DEPTH_MAX)
}

fn report_in(
    agreement: &Agreement,
    entity: &Entity<'_>,
    signed: Option<Digest>,
    depth: usize,
) -> Result<Receipt, ReceiptFault> {
    let depth = depth.checked_sub(1).ok_or(ReceiptFault::Shape)?;
    let media = entity.media();
    let parts = || {
        let boundary = media.parameter("boundary").ok_or(ReceiptFault::Shape)?;
        mime::parts(entity.content, boundary).ok_or(ReceiptFault::Shape)
    };
    match media.name.as_str() {
        "multipart/signed" if signed.is_none() => {
            let parts = parts()?;
            let [content, signature] = parts.as_slice() else { return Err(ReceiptFault::Shape) };
            let signature = Entity::read(signature).and_then(|part| part.decoded());
            let signature = signature.ok_or(ReceiptFault::Shape)?;
            let certificates = &agreement.certificates;
            let digest = cms::verify(&signature, content, certificates)
                .or_else(|_| cms::verify(&signature, &mime::canonical(content), certificates))
                .map_err(|_| ReceiptFault::Signature)?;
            let inner = Entity::read(content).ok_or(ReceiptFault::Shape)?;
            report_in(agreement, &inner, Some(digest), depth)
        }
        "multipart/report" => {
            let parts = parts()?;
            let report = parts.iter().filter_map(|part| Entity::read(part)).find(|part| {
                matches!(
                    part.media().name.as_str(),
                    "message/disposition-notification" | "message/disposition"
                )
            });
            let report = report.and_then(|part| part.decoded()).ok_or(ReceiptFault::Shape)?;
            fields(&report, signed).ok_or(ReceiptFault::Shape)
        }
        _ => Err(ReceiptFault::Shape),
    }
}

/// The fields of a report.
fn fields(report: &[u8], signed: Option<Digest>) -> Option<Receipt> {
    let whole = [report, b"\r\n\r\n"].concat();
    let fields = Entity::read(&whole)?.headers;
    let mic = header(&fields, "received-content-mic").map(|text| {
        let (value, digest) = text.split_once(',').unwrap_or((text, ""));
        (Digest::of(digest), value.trim().to_owned())
    });
    Some(Receipt {
        message_id: header(&fields, "original-message-id").and_then(message_id),
        disposition: Disposition::read(header(&fields, "disposition")?)?,
        mic,
        signed,
    })
}

/// What a receipt means for a message of ours.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Proof {
    /// It is proven that the partner has what we sent.
    Delivered,
    /// The partner did not take it, and says why.
    Refused(Disposition),
    /// The receipt is about another message.
    OtherMessage,
    /// What the partner has is not what we sent, or it does not say what it has.
    OtherContent,
    /// The receipt is not signed, and was to be.
    Unsigned,
}

impl Proof {
    /// One sentence.
    #[must_use]
    pub fn text(&self) -> String {
        match self {
            Proof::Delivered => "delivered".to_owned(),
            Proof::Refused(disposition) => format!("the partner says: {disposition}"),
            Proof::OtherMessage => "the receipt is about another message".to_owned(),
            Proof::OtherContent => {
                "the MIC of the receipt is not the one of what was sent".to_owned()
            }
            Proof::Unsigned => "the receipt is not signed, and was to be".to_owned(),
        }
    }
}

/// Holds a receipt against what was sent.
#[must_use]
pub fn judge(receipt: &Receipt, expected: &Expected) -> Proof {
    if receipt.message_id.as_deref() != Some(&expected.message_id) {
        return Proof::OtherMessage;
    }
    if expected.signed == Need::Required && receipt.signed.is_none() {
        return Proof::Unsigned;
    }
    if !receipt.disposition.is_positive() {
        return Proof::Refused(receipt.disposition.clone());
    }
    // A receiver of something unsigned may leave out the MIC; a value that is given has to agree.
    match &receipt.mic {
        None if expected.signed == Need::Required => Proof::OtherContent,
        None => Proof::Delivered,
        Some((digest, value)) => {
            let same_digest = digest.is_none_or(|digest| digest == expected.mic.digest);
            let differs = *value != expected.mic.value;
            match (same_digest, expected.signed) {
                (true, _) if differs => Proof::OtherContent,
                (false, Need::Required) => Proof::OtherContent,
                _ => Proof::Delivered,
            }
        }
    }
}

/// Between whom a receipt travels: its sender and its receiver.
#[must_use]
pub fn names(headers: &[(String, String)]) -> Option<(Name, Name)> {
    let name = |key| header(headers, key).and_then(Name::read);
    Some((name("as2-from")?, name("as2-to")?))
}

/// The disposition of a message that could not be worked with for reasons of ours.
#[must_use]
pub fn unexpected() -> Disposition {
    Disposition::Error(Modifier::UnexpectedProcessingError)
}
