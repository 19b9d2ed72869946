//! The head of a message: between whom, which one, and which receipt it asks for.
//!
//! What it is *not*: nothing here is proven; the signature of what follows is.

use super::algorithm::Digest;
use super::mime::{Media, header};
use super::name::{Name, message_id};

/// Longest address of a receipt, in characters.
pub const ADDRESS_MAX: usize = 2_048;

/// The head of a message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Head {
    /// Who says to send it.
    pub from: Name,
    /// For whom it is.
    pub to: Name,
    /// Its identifier, without angle brackets.
    pub message_id: String,
    /// The receipt it asks for.
    pub receipt: Option<ReceiptRequest>,
}

/// The receipt a message asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReceiptRequest {
    /// Where it is to be posted; `None`: in the answer.
    pub address: Option<String>,
    /// Whether it is to be signed.
    pub signing: Signing,
    /// The digest for what is not signed, with the name the sender gives it.
    pub digest: Option<(Digest, String)>,
}

/// Whether a receipt is to be signed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Signing {
    /// It need not.
    Not,
    /// It is to be.
    Asked,
    /// It must be in a way that is not spoken.
    Impossible,
    /// It must be with digests that are not spoken.
    ImpossibleDigest,
}

/// Why a request is no message of AS2.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum HeadFault {
    /// `AS2-From` or `AS2-To` is missing, or no name.
    Names,
    /// `Message-ID` is missing, or none.
    MessageId,
    /// The address of the receipt is too long or no address.
    Address,
}

impl HeadFault {
    /// One sentence.
    #[must_use]
    pub const fn text(self) -> &'static str {
        match self {
            HeadFault::Names => "AS2-From and AS2-To are to name the two partners",
            HeadFault::MessageId => "Message-ID is to identify the message",
            HeadFault::Address => "Receipt-Delivery-Option is to be an address",
        }
    }
}

impl Head {
    /// Reads the head from the headers of a request.
    ///
    /// # Errors
    /// [`HeadFault`] when it is no message of AS2.
    pub fn read(headers: &[(String, String)]) -> Result<Head, HeadFault> {
        let name = |key| header(headers, key).and_then(Name::read).ok_or(HeadFault::Names);
        let (from, to) = (name("as2-from")?, name("as2-to")?);
        let message_id = header(headers, "message-id").and_then(message_id);
        let message_id = message_id.ok_or(HeadFault::MessageId)?;
        let receipt = match header(headers, "disposition-notification-to") {
            Some(_) => Some(request(headers)?),
            None => None,
        };
        Ok(Head { from, to, message_id, receipt })
    }

    /// The digest a receipt names, as its sender spells it.
    #[must_use]
    pub fn spelled(&self, digest: Digest) -> String {
        let asked = self.receipt.as_ref().and_then(|request| request.digest.as_ref());
        let same = asked.filter(|(asked, _)| *asked == digest);
        same.map_or_else(|| digest.name().to_owned(), |(_, spelled)| spelled.clone())
    }
}

/// What the headers ask for.
fn request(headers: &[(String, String)]) -> Result<ReceiptRequest, HeadFault> {
    let address = header(headers, "receipt-delivery-option").filter(|text| !text.is_empty());
    let printable = |text: &str| text.bytes().all(|byte| (0x21..0x7f).contains(&byte));
    if address.is_some_and(|text| text.len() > ADDRESS_MAX || !printable(text)) {
        return Err(HeadFault::Address);
    }
    let address = address.map(ToOwned::to_owned);
    let Some(options) = header(headers, "disposition-notification-options") else {
        return Ok(ReceiptRequest { address, signing: Signing::Not, digest: None });
    };
    // The options have no name before them: one is given, and they read as parameters.
    let options = Media::read(&format!("options;{options}"));
    let protocol = options.parameter("signed-receipt-protocol").map(values);
    let digests = options.parameter("signed-receipt-micalg").map(values);
    let digest = digests.as_ref().and_then(|(_, names)| {
        names.iter().find_map(|name| Some((Digest::of(name)?, name.clone())))
    });
    let known = |names: &[String]| names.iter().any(|name| name.contains("pkcs7-signature"));
    let signing = match (protocol, &digests) {
        (None, _) => Signing::Not,
        (Some((true, names)), _) if !known(&names) => Signing::Impossible,
        (Some((false, names)), _) if !known(&names) => Signing::Not,
        (Some(_), Some((true, _))) if digest.is_none() => Signing::ImpossibleDigest,
        (Some(_), _) => Signing::Asked,
    };
    Ok(ReceiptRequest { address, signing, digest })
}

/// Whether an option is required, and its values (RFC 4130, section 7.3).
fn values(text: &str) -> (bool, Vec<String>) {
    let mut words = text.split(',').map(|word| word.trim().to_ascii_lowercase());
    let required = words.next().is_some_and(|word| word == "required");
    let plain = |word: &String| word.bytes().all(|byte| (0x21..0x7f).contains(&byte));
    (required, words.filter(plain).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(more: &[(&str, &str)]) -> Vec<(String, String)> {
        let plain = [("AS2-From", "A"), ("as2-to", "\"B C\""), ("Message-ID", "<1@a>")];
        let all = plain.iter().chain(more);
        all.map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
    }

    fn check(options: &str, signing: Signing, digest: Option<(Digest, &str)>) {
        let headers = headers(&[
            ("disposition-notification-to", "x"),
            ("disposition-notification-options", options),
        ]);
        let request = Head::read(&headers).expect("a head").receipt.expect("a request");
        let digest = digest.map(|(digest, name)| (digest, name.to_owned()));
        assert_eq!((request.signing, request.digest), (signing, digest), "{options}");
    }

    #[test]
    fn options() {
        let (protocol, sha256) = ("signed-receipt-protocol=", Some((Digest::Sha256, "sha256")));
        let micalg = "signed-receipt-micalg=optional,md5,sha256,sha1";
        let required = format!("{protocol}required, pkcs7-signature; {micalg}");
        check(&required, Signing::Asked, sha256);
        check(&format!("{protocol}optional,pkcs7-signature"), Signing::Asked, None);
        check(&format!("{protocol}required,pgp; {micalg}"), Signing::Impossible, sha256);
        check(&format!("{protocol}optional,pgp; {micalg}"), Signing::Not, sha256);
        let md5 = "signed-receipt-micalg=required,md5";
        let impossible = format!("{protocol}required,pkcs7-signature;{md5}");
        check(&impossible, Signing::ImpossibleDigest, None);
        check("nonsense", Signing::Not, None);
        check("", Signing::Not, None);
    }

    #[test]
    fn heads() {
        let head = Head::read(&headers(&[])).expect("a head");
        assert_eq!((head.from.as_str(), head.to.as_str()), ("A", "B C"));
        assert_eq!((head.message_id.as_str(), head.receipt), ("1@a", None));
        assert_eq!(Head::read(&[]), Err(HeadFault::Names));
        assert_eq!(Head::read(&headers(&[])[..2]), Err(HeadFault::MessageId));
        let long = "a".repeat(ADDRESS_MAX + 1);
        let asks = ("disposition-notification-to", "x");
        let far = headers(&[asks, ("receipt-delivery-option", &long)]);
        assert_eq!(Head::read(&far), Err(HeadFault::Address));
    }
}
