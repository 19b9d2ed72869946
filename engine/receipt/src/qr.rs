//! The QR code (ISO/IEC 18004) of a text.
//!
//! What this module is *not*: it draws nothing.

use qrcode::{Color, EcLevel, QrCode};

/// The dark modules of a code, row by row, as runs: fewer shapes to draw than modules.
pub(crate) struct Modules {
    /// How many modules a side has.
    pub(crate) side: u16,
    /// Row, first column and length of each dark run.
    pub(crate) dark: Vec<(u16, u16, u16)>,
}

/// The code of a text; `None` when the text is longer than a code holds.
pub(crate) fn modules(text: &str) -> Option<Modules> {
    let code = QrCode::with_error_correction_level(text, EcLevel::M).ok()?;
    let width = code.width();
    let side = u16::try_from(width).ok()?;
    let colors = code.to_colors();
    let mut dark = Vec::new();
    for (row, modules) in (0..side).zip(colors.chunks(width)) {
        let mut begun = None;
        let ended = modules.iter().chain([&Color::Light]);
        for (column, module) in (0..=side).zip(ended) {
            match (module, begun) {
                (Color::Dark, None) => begun = Some(column),
                (Color::Light, Some(from)) => {
                    dark.push((row, from, column - from));
                    begun = None;
                }
                (Color::Dark, Some(_)) | (Color::Light, None) => {}
            }
        }
    }
    Some(Modules { side, dark })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_finder_is_seven_modules_wide() {
        let code = modules("https://portal.example/r/1").expect("it is short");
        assert_eq!(code.dark.first(), Some(&(0, 0, 7)));
        assert_eq!(code.side % 4, 1);
    }

    #[test]
    fn a_text_that_is_too_long_has_no_code() {
        assert!(modules(&"a".repeat(3_000)).is_none());
    }
}
