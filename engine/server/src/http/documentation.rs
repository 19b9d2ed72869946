//! `/openapi.json`, and `/docs`: the same document as a page that needs nothing from elsewhere.

use super::app::App;
use super::codes::codes_response;
use axum::Router;
use axum::extract::State;
use axum::http::{HeaderValue, header};
use axum::response::{Html, IntoResponse, Response};
use axum::routing::get;
use serde_json::Value;
use std::fmt::Write;
use std::sync::Arc;
use utoipa::openapi::OpenApi;

/// The style of the pages.
pub(super) const STYLE: &str = "body{font:16px/1.5 system-ui,sans-serif;max-width:60rem;\
margin:2rem auto;\
padding:0 1rem;color-scheme:light dark}h2{border-bottom:1px solid;margin-top:2.5rem}\
code,pre{font-family:ui-monospace,monospace;font-size:.9em}summary{cursor:pointer}\
.method{display:inline-block;min-width:4rem;font-weight:700}\
table{border-collapse:collapse}td,th{text-align:start;padding:.15rem 1rem .15rem 0;\
vertical-align:top}";

/// The page brings its own style and nothing else.
const POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'; \
base-uri 'none'; form-action 'none'";

/// The addresses of the documentation; the texts of the calls are made once.
pub(super) fn router(document: &OpenApi) -> Router<Arc<App>> {
    let json = document.to_json().unwrap_or_else(|_| "{}".to_owned());
    let tree: Value = serde_json::from_str(&json).unwrap_or(Value::Null);
    let page = page(&tree);
    Router::new()
        .route("/openapi.json", get(move || async move { json_response(json) }))
        .route("/docs/codes", get(codes))
        .route("/docs", get(move || async move { html_response(page) }))
}

/// What every code means.
async fn codes(State(app): State<Arc<App>>) -> Response {
    codes_response(&app.engine.book.words)
}

fn json_response(text: String) -> Response {
    ([(header::CONTENT_TYPE, "application/json")], text).into_response()
}

pub(super) fn html_response(page: String) -> Response {
    let mut response = Html(page).into_response();
    let policy = HeaderValue::from_static(POLICY);
    response.headers_mut().insert(header::CONTENT_SECURITY_POLICY, policy);
    response
}

/// The document as a page.
fn page(tree: &Value) -> String {
    let mut out = String::new();
    let title = text(&tree["info"]["title"]);
    let _ = write!(
        out,
        "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><meta name=\"viewport\" \
         content=\"width=device-width\"><title>{title}</title><style>{STYLE}</style>\
         <h1>{title} {}</h1><p>{}</p><p><a href=\"/openapi.json\">openapi.json</a> · \
         <a href=\"/docs/codes\">codes</a></p>",
        text(&tree["info"]["version"]),
        text(&tree["info"]["description"]),
    );
    for tag in tree["tags"].as_array().into_iter().flatten() {
        let _ = write!(out, "<h2>{}</h2><p>{}</p>", text(&tag["name"]), text(&tag["description"]));
        for (path, item) in tree["paths"].as_object().into_iter().flatten() {
            for (method, call) in item.as_object().into_iter().flatten() {
                if call["tags"][0] == tag["name"] {
                    call_section(&mut out, path, method, call);
                }
            }
        }
    }
    out.push_str("<h2>Shapes</h2>");
    for (name, shape) in tree["components"]["schemas"].as_object().into_iter().flatten() {
        shape_section(&mut out, name, shape);
    }
    out
}

/// One call.
fn call_section(out: &mut String, path: &str, method: &str, call: &Value) {
    let _ = write!(
        out,
        "<details><summary><span class=\"method\">{}</span><code>{}</code></summary>\
         <p>{} {}</p>",
        escaped(&method.to_uppercase()),
        escaped(path),
        text(&call["summary"]),
        text(&call["description"]),
    );
    let parameters = call["parameters"].as_array();
    if let Some(parameters) = parameters.filter(|parameters| !parameters.is_empty()) {
        out.push_str("<table>");
        for parameter in parameters {
            let _ = write!(
                out,
                "<tr><td><code>{}</code><td>{}<td>{}",
                text(&parameter["name"]),
                text(&parameter["in"]),
                text(&parameter["description"]),
            );
        }
        out.push_str("</table>");
    }
    out.push_str("<table>");
    for (status, response) in call["responses"].as_object().into_iter().flatten() {
        let shape = response["content"]
            .as_object()
            .and_then(|content| content.values().next())
            .map_or(String::new(), |content| shape_name(&content["schema"]));
        let _ = write!(
            out,
            "<tr><td>{}<td>{}<td>{shape}",
            escaped(status),
            text(&response["description"])
        );
    }
    out.push_str("</table></details>");
}

/// One shape.
fn shape_section(out: &mut String, name: &str, shape: &Value) {
    let name = escaped(name);
    let _ = write!(
        out,
        "<details id=\"{name}\"><summary><code>{name}</code></summary><p>{}</p><table>",
        text(&shape["description"])
    );
    let parts = std::iter::once(shape).chain(shape["allOf"].as_array().into_iter().flatten());
    for part in parts {
        for (field, value) in part["properties"].as_object().into_iter().flatten() {
            let _ = write!(
                out,
                "<tr><td><code>{}</code><td>{}<td>{}",
                escaped(field),
                shape_name(value),
                text(&value["description"])
            );
        }
    }
    out.push_str("</table></details>");
}

/// The name of a schema, with a link when it has a section of its own.
fn shape_name(schema: &Value) -> String {
    if let Some(name) = schema["$ref"].as_str().and_then(|path| path.rsplit('/').next()) {
        let name = escaped(name);
        return format!("<a href=\"#{name}\"><code>{name}</code></a>");
    }
    match &schema["type"] {
        Value::String(kind) if kind == "array" => {
            format!("array of {}", shape_name(&schema["items"]))
        }
        Value::String(kind) => escaped(kind),
        Value::Array(kinds) => {
            let kinds: Vec<&str> = kinds.iter().filter_map(Value::as_str).collect();
            escaped(&kinds.join(" or "))
        }
        _ => {
            let one_of = schema["oneOf"].as_array().into_iter().flatten();
            one_of.map(shape_name).collect::<Vec<_>>().join(" or ")
        }
    }
}

/// A text of the document, safe inside HTML.
fn text(value: &Value) -> String {
    escaped(value.as_str().unwrap_or_default())
}

/// Text with the characters that mean something in HTML escaped.
pub(super) fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '&' => out.push_str("&amp;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            other => out.push(other),
        }
    }
    out
}
