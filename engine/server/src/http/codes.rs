//! `/docs/codes`: what every code means, in three languages, from the rulebook's words.

use super::documentation::{STYLE, escaped, html_response};
use acquit_mapping::language::LANGUAGES;
use acquit_mapping::words::{Wording, Words};
use axum::response::Response;
use std::fmt::Write;

/// What stands above the codes.
const HEAD: &str = "<h1>Codes</h1><p>Every finding and every problem carries one of these codes, \
on every surface, and a code never changes its meaning. <i>CONTRL</i> is the code of data element \
0085, <i>APERAK</i> the application error code (ERC, data element 9321), which ACC quotes too. \
Words in braces are filled from the finding; what stands in square brackets is left out when \
there is nothing to fill.</p><p><a href=\"/docs\">Calls</a></p>";

/// The page as an answer.
pub(super) fn codes_response(words: &Words) -> Response {
    html_response(page(words))
}

/// Every family of codes, and every code with the anchor that problems and findings link to.
fn page(words: &Words) -> String {
    let mut out = format!(
        "<!doctype html><html lang=\"fr\"><meta charset=\"utf-8\"><meta name=\"viewport\" \
         content=\"width=device-width\"><title>Codes</title><style>{STYLE}</style>{HEAD}"
    );
    let mut families: Vec<&str> = words.iter().map(|wording| wording.family.as_str()).collect();
    families.sort_unstable();
    families.dedup();
    for family in families {
        let _ = write!(out, "<h2>{}</h2>", escaped(family));
        for wording in words.iter().filter(|wording| wording.family == family) {
            section(&mut out, wording);
        }
    }
    out
}

/// One code.
fn section(out: &mut String, wording: &Wording) {
    let code = escaped(&wording.code);
    let _ = write!(out, "<h3 id=\"{code}\"><a href=\"#{code}\">{code}</a></h3><p>");
    out.push_str(wording.severity.key());
    if let Some(number) = wording.contrl {
        let _ = write!(out, " · CONTRL {number}");
    }
    if let Some(error) = &wording.aperak {
        let _ = write!(out, " · APERAK {}", escaped(error));
    }
    out.push_str("</p><ul>");
    for (language, key) in LANGUAGES {
        let _ = write!(
            out,
            "<li lang=\"{key}\" dir=\"auto\">{}",
            escaped(wording.sentence.text(*language))
        );
        if let Some(cause) = &wording.cause {
            let _ = write!(out, " <i>{}</i>", escaped(cause.text(*language)));
        }
        out.push_str("</li>");
    }
    out.push_str("</ul>");
}
