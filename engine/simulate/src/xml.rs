//! As much XML as partners' messages need: the text of an element, and text written safely.
//!
//! What it is *not*: a reader of XML. It finds elements by their written tag.

/// The text of the first element of this tag; empty when there is none.
#[must_use]
pub fn text(document: &str, tag: &str) -> String {
    all(document, tag).into_iter().next().map(|inner| unescape(inner.trim())).unwrap_or_default()
}

/// What is inside of every element of this tag, as written.
#[must_use]
pub fn all<'a>(document: &'a str, tag: &str) -> Vec<&'a str> {
    let (open, close) = (format!("<{tag}>"), format!("</{tag}>"));
    let pieces = document.split(open.as_str()).skip(1);
    pieces.filter_map(|piece| piece.split_once(close.as_str()).map(|(inner, _)| inner)).collect()
}

/// Text for an element or an attribute.
#[must_use]
pub fn escape(text: &str) -> String {
    let mut written = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '&' => written.push_str("&amp;"),
            '<' => written.push_str("&lt;"),
            '>' => written.push_str("&gt;"),
            '"' => written.push_str("&quot;"),
            '\'' => written.push_str("&#39;"),
            other => written.push(other),
        }
    }
    written
}

fn unescape(text: &str) -> String {
    text.replace("&lt;", "<")
        .replace("&gt;", ">")
        .replace("&quot;", "\"")
        .replace("&apos;", "'")
        .replace("&#39;", "'")
        .replace("&amp;", "&")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn elements() {
        let document = "<A><B> x &amp; y </B><B>2</B></A>";
        assert_eq!(text(document, "B"), "x & y");
        assert_eq!(all(document, "B").len(), 2);
        assert_eq!(text(document, "C"), "");
        assert_eq!(text(&format!("<A>{}</A>", escape("<'&\">")), "A"), "<'&\">");
    }
}
