//! A letter as it travels (RFC 5322, MIME).
//!
//! What this module is *not*: it sends nothing.

use std::time::{Duration, SystemTime};

use lettre::Message;
use lettre::message::header::{ContentTransferEncoding, ContentType, HeaderName, HeaderValue};
use lettre::message::{Attachment as Part, Body, Mailbox, MultiPart, SinglePart};

use super::{Mail, MailFailure};

/// Longest subject, in characters; what is longer is cut.
const SUBJECT_CHARACTERS_MAX: usize = 200;
/// Longest name of a file, in characters; what is longer is cut.
const NAME_CHARACTERS_MAX: usize = 100;
/// Most bytes of all attachments of a letter.
const ATTACHMENTS_BYTES_MAX: usize = 10 << 20;

/// The letter as it travels: the same for the same data.
///
/// # Errors
/// When an address is none, a media type is none, or the attachments are too large; trying again
/// does not help.
pub fn compose(mail: &Mail, from: &str) -> Result<Message, MailFailure> {
    let from: Mailbox = address(from)?;
    let to: Mailbox = address(&mail.to)?;
    let bytes: usize = mail.attachments.iter().map(|file| file.bytes.len()).sum();
    if bytes > ATTACHMENTS_BYTES_MAX {
        return Err(MailFailure::never(format!("{bytes} bytes of attachments are too many")));
    }
    let mut builder = Message::builder()
        .message_id(Some(message_id(&mail.id, from.email.domain())))
        .date(moment(mail))
        .from(from)
        .to(to)
        .subject(line(&mail.subject, SUBJECT_CHARACTERS_MAX));
    let said = [
        ("Content-Language", line(&mail.language, 16)),
        // RFC 3834: no machine should answer it.
        ("Auto-Submitted", "auto-generated".to_owned()),
    ];
    for (name, value) in said {
        let name = HeaderName::new_from_ascii_str(name);
        builder = builder.raw_header(HeaderValue::new(name, value));
    }
    let refused = |error: lettre::error::Error| MailFailure::never(error.to_string());
    if mail.attachments.is_empty() && mail.html.is_none() {
        return builder.singlepart(SinglePart::plain(mail.text.clone())).map_err(refused);
    }
    builder.multipart(parts(mail)?).map_err(refused)
}

/// Text, HTML and files, their bounds named after the letter.
fn parts(mail: &Mail) -> Result<MultiPart, MailFailure> {
    let name = plain(&mail.id);
    let text = SinglePart::plain(mail.text.clone());
    let mut mixed = MultiPart::mixed().boundary(format!("acquit-mixed-{name}")).build();
    mixed = match &mail.html {
        None => mixed.singlepart(text),
        Some(html) => {
            let both = MultiPart::alternative().boundary(format!("acquit-text-{name}"));
            mixed.multipart(both.singlepart(text).singlepart(SinglePart::html(html.clone())))
        }
    };
    for file in &mail.attachments {
        let media = ContentType::parse(&file.media);
        let media = media.map_err(|_| MailFailure::never("a media type does not read"))?;
        let name = line(&file.name, NAME_CHARACTERS_MAX).replace(['/', '\\', '"'], "_");
        // Other encodings may touch the ends of lines.
        let body = Body::new_with_encoding(file.bytes.clone(), ContentTransferEncoding::Base64);
        let body = body.map_err(|_| MailFailure::never("an attachment cannot be encoded"))?;
        mixed = mixed.singlepart(Part::new(name).body(body, media));
    }
    Ok(mixed)
}

/// An address; with anything that could begin a new line it is none.
pub(super) fn address(text: &str) -> Result<Mailbox, MailFailure> {
    if text.contains(char::is_control) {
        return Err(MailFailure::never("an address has control characters"));
    }
    text.trim().parse().map_err(|error| MailFailure::never(format!("no address: {error}")))
}

/// `<id@domain>`, RFC 5322, section 3.6.4.
pub(super) fn message_id(id: &str, domain: &str) -> String {
    format!("<{}@{domain}>", plain(id))
}

/// An identifier in letters, digits, dots and hyphens; every other byte is written out.
fn plain(id: &str) -> String {
    let mut plain = String::new();
    for byte in id.bytes().take(64) {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'.' | b'-' => plain.push(byte.into()),
            other => plain.push_str(&format!("_{other:02x}")),
        }
    }
    plain
}

/// A text on one line, at most so many characters.
fn line(text: &str, characters_max: usize) -> String {
    let shown = text.chars().map(|c| if c.is_control() { ' ' } else { c });
    shown.take(characters_max).collect::<String>().trim().to_owned()
}

/// The letter's date; RFC 5322 knows none before 1900, and we none before 1970.
fn moment(mail: &Mail) -> SystemTime {
    let micros = u64::try_from(mail.at.0).unwrap_or(0);
    SystemTime::UNIX_EPOCH + Duration::from_micros(micros)
}
