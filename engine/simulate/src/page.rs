//! Pages a person sees at a partner's: plain HTML, no script.

use crate::http::Answer;
use crate::xml::escape;

/// A page with a title and a body that is HTML already.
#[must_use]
pub fn page(title: &str, body: &str) -> Answer {
    let title = escape(title);
    let style = "body{font:16px/1.5 system-ui,sans-serif;max-width:40rem;margin:3rem auto;\
        padding:0 1rem}table{border-collapse:collapse}td,th{padding:.2rem 1rem .2rem 0;\
        text-align:left}button{font:inherit;padding:.5rem 1.5rem;margin:1rem .5rem 0 0}\
        .note{color:#666;border-left:4px solid #ccc;padding-left:1rem}";
    let html = format!(
        "<!doctype html><html lang=\"fr\"><head><meta charset=\"utf-8\">\
         <meta name=\"viewport\" content=\"width=device-width\"><title>{title}</title>\
         <style>{style}</style></head><body><h1>{title}</h1>{body}\
         <p class=\"note\">Partenaire simulé : aucun argent ne bouge.</p></body></html>"
    );
    Answer::new(200).body("text/html; charset=utf-8", html)
}

/// A table of two columns.
#[must_use]
pub fn facts(rows: &[(&str, &str)]) -> String {
    let row = |(name, value): &(&str, &str)| {
        format!("<tr><th>{}</th><td>{}</td></tr>", escape(name), escape(value))
    };
    format!("<table>{}</table>", rows.iter().map(row).collect::<String>())
}

/// A form of one button.
#[must_use]
pub fn button(action: &str, name: &str, value: &str, label: &str) -> String {
    format!(
        "<form method=\"post\" action=\"{}\" style=\"display:inline\">\
         <button name=\"{}\" value=\"{}\">{}</button></form>",
        escape(action),
        escape(name),
        escape(value),
        escape(label)
    )
}
