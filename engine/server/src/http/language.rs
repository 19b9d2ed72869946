//! Which language a caller reads (`Accept-Language`, RFC 9110, clause 12.5.4).

use super::media::thousandths;
use acquit_mapping::language::Language;
use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::http::{HeaderMap, header};
use std::convert::Infallible;

/// The language the caller reads.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Spoken(pub Language);

impl<S: Send + Sync> FromRequestParts<S> for Spoken {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Spoken, Infallible> {
        Ok(Spoken(language(&parts.headers)))
    }
}

/// The known language with the highest quality, the first of equals; French when none is known,
/// since it is the guide's own.
#[must_use]
pub(super) fn language(headers: &HeaderMap) -> Language {
    let mut best = (0, Language::default());
    let values = headers.get_all(header::ACCEPT_LANGUAGE).iter();
    for range in values.filter_map(|value| value.to_str().ok()).flat_map(|value| value.split(',')) {
        let mut parts = range.split(';').map(str::trim);
        let tag = parts.next().unwrap_or_default().to_ascii_lowercase();
        let primary = tag.split('-').next().unwrap_or_default();
        let Some(known) = Language::of(primary) else { continue };
        let quality = parts.find_map(|part| part.strip_prefix("q=")).map_or(1000, thousandths);
        if quality > best.0 {
            best = (quality, known);
        }
    }
    best.1
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::http::HeaderValue;

    #[test]
    fn languages() {
        let check = |value, expected| {
            let value = HeaderValue::from_static(value);
            let headers = HeaderMap::from_iter([(header::ACCEPT_LANGUAGE, value)]);
            assert_eq!(language(&headers), expected, "{headers:?}");
        };
        check("ar", Language::Ar);
        check("en-GB,en;q=0.9,fr;q=0.8", Language::En);
        check("de, fr;q=0.5, AR-ma;q=0.6", Language::Ar);
        check("de", Language::Fr);
        check("en;q=0", Language::Fr);
        assert_eq!(language(&HeaderMap::new()), Language::Fr);
    }
}
