//! Fonts, directions and widths: a text becomes runs that are drawn from left to right.
//!
//! Latin, Greek, Cyrillic and Arabic are shown; a character of another script becomes `?`, since
//! a PDF/A may not hold a character without a shape. Direction marks that people or machines put
//! into names are left out: they could make a receipt read otherwise than its data.
//!
//! What this module is *not*: it breaks no lines and knows no page.

use krilla::Data;
use krilla::text::Font;
use rustybuzz::{Direction, Face, UnicodeBuffer};
use std::sync::Arc;
use unicode_bidi::{BidiInfo, Level};

/// Longest text that is shown, in characters; what is longer ends in an ellipsis.
pub(crate) const TEXT_CHARACTERS_MAX: usize = 400;

/// What the fonts' units are counted in: both have a thousand to the em.
const UNITS_PER_EM: i32 = 1_000;

/// Regular or bold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Weight {
    Regular,
    Bold,
}

/// Which way a text begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Reading {
    /// As its first letter does: names.
    OfItself,
    /// From left to right: numbers, references, addresses.
    LeftToRight,
    /// From right to left: sentences in Arabic.
    RightToLeft,
}

/// A piece of one script and one direction.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Run {
    pub(crate) text: String,
    pub(crate) script: Script,
    pub(crate) level: Level,
}

/// Which of the two fonts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Script {
    Latin,
    Arabic,
}

/// One font, to draw with and to measure with.
struct Cut {
    font: Font,
    face: Face<'static>,
}

/// The four fonts of a receipt.
pub(crate) struct Fonts {
    latin: [Cut; 2],
    arabic: [Cut; 2],
}

impl Fonts {
    /// The fonts inside the program; `None` would mean that the program was built wrongly.
    pub(crate) fn load() -> Option<Fonts> {
        let latin = [
            cut(include_bytes!("../fonts/latin-regular.ttf"))?,
            cut(include_bytes!("../fonts/latin-bold.ttf"))?,
        ];
        let arabic = [
            cut(include_bytes!("../fonts/arabic-regular.ttf"))?,
            cut(include_bytes!("../fonts/arabic-bold.ttf"))?,
        ];
        Some(Fonts { latin, arabic })
    }

    fn cut(&self, script: Script, weight: Weight) -> &Cut {
        let cuts = match script {
            Script::Latin => &self.latin,
            Script::Arabic => &self.arabic,
        };
        match weight {
            Weight::Regular => &cuts[0],
            Weight::Bold => &cuts[1],
        }
    }

    /// The font to draw a run with.
    pub(crate) fn font(&self, script: Script, weight: Weight) -> Font {
        self.cut(script, weight).font.clone()
    }

    /// The width of a run at a size, in the unit of the size.
    pub(crate) fn width(&self, run: &Run, weight: Weight, size: i32) -> i32 {
        let mut buffer = UnicodeBuffer::new();
        buffer.push_str(&run.text);
        buffer.guess_segment_properties();
        buffer.set_direction(match run.level.is_rtl() {
            true => Direction::RightToLeft,
            false => Direction::LeftToRight,
        });
        let shaped = rustybuzz::shape(&self.cut(run.script, weight).face, &[], buffer);
        let units: i32 = shaped.glyph_positions().iter().map(|glyph| glyph.x_advance).sum();
        units * size / UNITS_PER_EM
    }

    /// The runs of one line, from left to right.
    pub(crate) fn runs(&self, line: &str, reading: Reading) -> Vec<Run> {
        let level = match reading {
            Reading::OfItself => None,
            Reading::LeftToRight => Some(Level::ltr()),
            Reading::RightToLeft => Some(Level::rtl()),
        };
        let bidi = BidiInfo::new(line, level);
        let mut runs = Vec::new();
        for paragraph in &bidi.paragraphs {
            let (levels, ranges) = bidi.visual_runs(paragraph, paragraph.range.clone());
            for range in ranges {
                let level = levels.get(range.start).copied().unwrap_or(Level::ltr());
                let mut pieces = self.scripts(&line[range], level);
                if level.is_rtl() {
                    pieces.reverse();
                }
                runs.append(&mut pieces);
            }
        }
        runs
    }

    /// Cuts a text of one direction where its script changes.
    fn scripts(&self, text: &str, level: Level) -> Vec<Run> {
        let mut runs: Vec<Run> = Vec::new();
        for character in text.chars() {
            let script = self.script(character, level);
            match runs.last_mut() {
                Some(run) if run.script == script => run.text.push(character),
                _ => runs.push(Run { text: character.to_string(), script, level }),
            }
        }
        runs
    }

    /// The font that shows a character: in Arabic text its own marks and spaces.
    fn script(&self, character: char, level: Level) -> Script {
        let has = |script| self.has(script, character);
        match level.is_rtl() {
            true if has(Script::Arabic) => Script::Arabic,
            false if !has(Script::Latin) && has(Script::Arabic) => Script::Arabic,
            _ => Script::Latin,
        }
    }

    fn has(&self, script: Script, character: char) -> bool {
        self.cut(script, Weight::Regular).face.glyph_index(character).is_some()
    }

    /// A text that can be shown: one line, no direction marks, no unknown characters, not endless.
    pub(crate) fn shown(&self, text: &str) -> String {
        let mut shown = String::new();
        for (at, character) in text.chars().filter(|c| !is_mark(*c)).enumerate() {
            if at == TEXT_CHARACTERS_MAX {
                shown.push('…');
                break;
            }
            let known = self.has(Script::Latin, character) || self.has(Script::Arabic, character);
            shown.push(match character {
                _ if character.is_control() || character.is_whitespace() => {
                    if character == '\u{a0}' { character } else { ' ' }
                }
                _ if known => character,
                _ => '?',
            });
        }
        shown
    }
}

/// A font in both libraries; `None` when its bytes are no font of the expected units.
fn cut(bytes: &'static [u8]) -> Option<Cut> {
    let data: Arc<dyn AsRef<[u8]> + Send + Sync> = Arc::new(bytes);
    let font = Font::new(Data::from(data), 0)?;
    let face = Face::from_slice(bytes, 0).filter(|face| face.units_per_em() == UNITS_PER_EM)?;
    Some(Cut { font, face })
}

/// Characters that have no shape and only say a direction or a joining.
fn is_mark(character: char) -> bool {
    matches!(character,
        '\u{ad}' | '\u{61c}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}'
        | '\u{2060}'..='\u{2069}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, reading: Reading, runs: &[&str]) {
        let fonts = Fonts::load().expect("the fonts are inside");
        let found = fonts.runs(&fonts.shown(text), reading);
        let found: Vec<&str> = found.iter().map(|run| run.text.as_str()).collect();
        assert_eq!(found, runs, "{text}");
    }

    #[test]
    fn directions() {
        check("ASKA IMPORT", Reading::RightToLeft, &["ASKA IMPORT"]);
        check("أجل 20 يوم", Reading::RightToLeft, &[" يوم", "20", "أجل "]);
        check("شركة ASKA", Reading::OfItself, &["ASKA", "شركة "]);
        check("CB4648-12", Reading::LeftToRight, &["CB4648-12"]);
    }

    #[test]
    fn odd_names() {
        check("A\u{202e}B\u{0}C\nD", Reading::OfItself, &["AB C D"]);
        check("海運 Ltd", Reading::OfItself, &["?? Ltd"]);
        check("", Reading::OfItself, &[]);
    }

    #[test]
    fn widths_grow_with_size_and_weight() {
        let fonts = Fonts::load().expect("the fonts are inside");
        let run = |text: &str| fonts.runs(text, Reading::OfItself).swap_remove(0);
        let width = |text, weight, size| fonts.width(&run(text), weight, size);
        assert_eq!(width("0", Weight::Regular, 1_000), 572);
        assert!(width("0000", Weight::Bold, 180) >= width("0000", Weight::Regular, 180));
        // Joined letters are narrower than letters that stand alone.
        let joined = width("بببب", Weight::Regular, 1_000);
        assert!(joined < 4 * width("ب", Weight::Regular, 1_000));
    }
}
