//! A row of the log on one line, whatever the width of the terminal.

use super::Row;
use crate::render::escaped;
use acquit_domain::Status;
use console::{measure_text_width, truncate_str};
use std::fmt::Write;

/// Width from which every column is written out.
const WIDE: usize = 120;

/// Columns: what they hold, and how many characters in a narrow and in a wide terminal.
const COLUMNS: &[(&str, usize, usize)] = &[
    ("position", 7, 8),
    ("time", 14, 19),
    ("partner", 10, 14),
    ("function", 7, 30),
    ("state", 12, 24),
    ("invoice", 10, 16),
];

/// The line of a row, at most `width` characters.
pub(super) fn line(row: &Row, width: usize) -> String {
    let is_wide = width >= WIDE;
    let mut line = String::new();
    for (name, narrow, wide) in COLUMNS {
        let width = if is_wide { *wide } else { *narrow };
        let text = cell(row, name, is_wide);
        let text = truncate_str(&text, width, "\u{2026}");
        let blanks = width.saturating_sub(measure_text_width(&text));
        let _ = match *name {
            "position" => write!(line, "{:blanks$}{text}  ", ""),
            _ => write!(line, "{text}{:blanks$}  ", ""),
        };
    }
    line += &escaped(said(row, "verdict"));
    truncate_str(&line, width, "\u{2026}").into_owned()
}

/// What a row says under a name; empty when nothing.
fn said<'a>(row: &'a Row, name: &str) -> &'a str {
    row.said[name].as_str().unwrap_or_default()
}

fn cell(row: &Row, name: &str, is_wide: bool) -> String {
    let text = match name {
        "position" => return row.position.to_string(),
        // `2026-11-23T12:00:00Z`: without the zone, and in a narrow terminal without the year.
        "time" => {
            let at = said(row, "at").get(..19).unwrap_or_default().replace('T', " ");
            return if is_wide { at } else { at.get(5..).unwrap_or_default().to_owned() };
        }
        // `Invoice (facture) (INV)`: its code alone in a narrow terminal.
        "function" => {
            let label = said(row, "function");
            let code = label.strip_suffix(')').and_then(|text| text.rsplit_once('('));
            code.filter(|_| !is_wide).map_or(label, |(_, code)| code)
        }
        "state" => {
            let key = said(row, "state_after");
            return escaped(Status::of(key).map_or(key, |status| status.label()));
        }
        "invoice" => row.said["invoice"]["number"].as_str().unwrap_or_default(),
        name => said(row, name),
    };
    escaped(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(width: usize, expected: &str) {
        let said = serde_json::json!({
            "at": "2026-11-23T12:00:00.123456Z",
            "partner": "6110D00116",
            "function": "Invoice (facture) (INV)",
            "state_after": "unpaid",
            "invoice": { "issuer": "6110D00116", "number": "00069321-LONG" },
            "verdict": "known_but_different",
        });
        assert_eq!(line(&Row { position: 12, said }, width), expected);
    }

    #[test]
    fn a_row_fits_the_terminal() {
        check(
            160,
            "      12  2026-11-23 12:00:00  6110D00116      Invoice (facture) (INV)         \
             Non réglée                00069321-LONG     known_but_different",
        );
        check(
            80,
            "     12  11-23 12:00:00  6110D00116  INV      Non réglée    \
             00069321-\u{2026}  known_b\u{2026}",
        );
    }
}
