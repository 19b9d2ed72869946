//! What a caller says it sends, and what it would like to get.

use super::limits;
use acquit_domain::Media;
use axum::http::{HeaderMap, header};

/// What `Content-Type` says: the media and the character set.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Sent {
    /// What the bytes are said to be.
    pub media: Media,
    /// `charset=`; empty when not said.
    pub charset: String,
}

impl Sent {
    /// The largest body of this media, in bytes.
    #[must_use]
    pub(super) const fn body_max(&self) -> usize {
        match self.media {
            Media::Edifact => limits::EDIFACT_BODY_MAX,
            Media::Xml => limits::XML_BODY_MAX,
            Media::Json => limits::JSON_BODY_MAX,
            Media::Unknown => limits::UNKNOWN_BODY_MAX,
        }
    }
}

/// Longest character set name taken over.
const CHARSET_MAX: usize = 40;

/// Media types taken at the inbox (RFC 9110, clause 8.3). `application/x-www-form-urlencoded` is
/// what common tools send when nothing is said: the bytes are looked at.
const TAKEN: &[(&str, Media)] = &[
    ("application/edifact", Media::Edifact),
    ("application/edi-consent", Media::Unknown),
    ("application/xml", Media::Xml),
    ("text/xml", Media::Xml),
    ("application/json", Media::Json),
    ("application/octet-stream", Media::Unknown),
    // Reports of banks and settlements of providers.
    ("text/csv", Media::Unknown),
    ("application/x-www-form-urlencoded", Media::Unknown),
];

/// What the caller says it sends; `None` when that is nothing the inbox takes.
#[must_use]
pub(super) fn sent(headers: &HeaderMap) -> Option<Sent> {
    let mut values = headers.get_all(header::CONTENT_TYPE).iter();
    let Some(value) = values.next() else {
        return Some(Sent { media: Media::Unknown, charset: String::new() });
    };
    if values.next().is_some() {
        return None;
    }
    let mut parts = value.to_str().ok()?.split(';');
    let name = parts.next().unwrap_or_default().trim().to_ascii_lowercase();
    let media = TAKEN.iter().find(|(known, _)| *known == name).map(|(_, media)| *media)?;
    let charset = parts
        .filter_map(|part| part.trim().split_once('='))
        .find(|(key, _)| key.eq_ignore_ascii_case("charset"))
        .map(|(_, value)| value.trim_matches('"').to_owned())
        .filter(|value| value.len() <= CHARSET_MAX)
        .unwrap_or_default();
    Some(Sent { media, charset })
}

/// What form of answer the caller would like best.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Wanted {
    /// The JSON object of this API.
    Json,
    /// The letter itself, in EDIFACT.
    Edifact,
    /// The letter itself, in XML.
    Xml,
    /// An event stream.
    Stream,
    /// A page for people.
    Html,
    /// A document.
    Pdf,
}

/// Media types that may be asked for.
const ASKED: &[(&str, Wanted)] = &[
    ("application/json", Wanted::Json),
    ("application/edifact", Wanted::Edifact),
    ("application/xml", Wanted::Xml),
    ("text/xml", Wanted::Xml),
    ("text/event-stream", Wanted::Stream),
    ("text/html", Wanted::Html),
    ("application/pdf", Wanted::Pdf),
    ("*/*", Wanted::Json),
];

/// The form with the highest quality in `Accept`, the first of equals (RFC 9110, clause 12.5.1);
/// JSON when nothing is asked for.
#[must_use]
pub(super) fn wanted(headers: &HeaderMap) -> Wanted {
    let mut best = (0, Wanted::Json);
    for value in headers.get_all(header::ACCEPT).iter().filter_map(|value| value.to_str().ok()) {
        for range in value.split(',') {
            let mut parts = range.split(';').map(str::trim);
            let name = parts.next().unwrap_or_default().to_ascii_lowercase();
            let Some((_, form)) = ASKED.iter().find(|(known, _)| *known == name) else { continue };
            let quality = parts.find_map(|part| part.strip_prefix("q=")).map_or(1000, thousandths);
            if quality > best.0 {
                best = (quality, *form);
            }
        }
    }
    best.1
}

/// A quality value (`0.8`) in thousandths; 0 when it is none.
pub(super) fn thousandths(text: &str) -> u32 {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    let Ok(whole) = whole.parse::<u32>() else { return 0 };
    let fraction = format!("{fraction:0<3}");
    let fraction = fraction.get(..3).and_then(|text| text.parse::<u32>().ok()).unwrap_or(0);
    (whole.min(1) * 1000 + fraction).min(1000)
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::http::HeaderValue;

    fn headers(name: header::HeaderName, value: &'static str) -> HeaderMap {
        HeaderMap::from_iter([(name, HeaderValue::from_static(value))])
    }

    #[test]
    fn content_types() {
        let check = |value, expected: Option<Media>| {
            let found = sent(&headers(header::CONTENT_TYPE, value)).map(|sent| sent.media);
            assert_eq!(found, expected, "{value}");
        };
        check("application/edifact", Some(Media::Edifact));
        check("APPLICATION/XML; charset=utf-8", Some(Media::Xml));
        check("text/plain", None);
        check("", None);
        assert_eq!(sent(&HeaderMap::new()).map(|sent| sent.media), Some(Media::Unknown));
        let latin = sent(&headers(header::CONTENT_TYPE, "text/xml;charset=\"iso-8859-1\""));
        assert_eq!(latin.map(|sent| sent.charset), Some("iso-8859-1".into()));
    }

    #[test]
    fn accepted_forms() {
        let check = |value, expected| {
            assert_eq!(wanted(&headers(header::ACCEPT, value)), expected, "{value}");
        };
        check("application/edifact", Wanted::Edifact);
        check("application/xml;q=0.5, application/json", Wanted::Json);
        check("*/*;q=0.1, text/event-stream", Wanted::Stream);
        check("image/png", Wanted::Json);
        assert_eq!(wanted(&HeaderMap::new()), Wanted::Json);
    }
}
