//! Drawing on one page, mirrored for languages that read from the right.
//!
//! Places are said from the side where reading begins; the canvas turns them into places from the
//! left. What this module is *not*: it decides no place.

use acquit_mapping::language::Language;
use krilla::color::rgb;
use krilla::geom::{PathBuilder, Point, Rect, Transform};
use krilla::paint::Fill;
use krilla::surface::Surface;
use krilla::text::TextDirection;

use crate::lettering::{Fonts, Reading, Weight};
use crate::qr::Modules;

/// Width of A4 (ISO 216), in twips.
pub(crate) const PAGE_WIDTH: i32 = 11_906;

/// How a text looks.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Style {
    /// Size in twips.
    pub(crate) size: i32,
    pub(crate) weight: Weight,
    pub(crate) reading: Reading,
    pub(crate) ink: Ink,
}

/// What something is drawn with.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Ink {
    /// What is said.
    Black,
    /// What explains.
    Grey,
    /// Lines between rows.
    Pale,
}

/// Which end of a text stands at a place.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Edge {
    /// Where reading begins.
    Start,
    /// Where reading ends.
    End,
}

/// One page.
pub(crate) struct Canvas<'a, 's> {
    surface: &'a mut Surface<'s>,
    fonts: &'a Fonts,
    language: Language,
}

impl<'a, 's> Canvas<'a, 's> {
    /// A page whose unit is the twip. [`Canvas::finish`] must follow.
    pub(crate) fn new(
        surface: &'a mut Surface<'s>,
        fonts: &'a Fonts,
        language: Language,
    ) -> Canvas<'a, 's> {
        surface.push_transform(&Transform::from_scale(0.05, 0.05));
        Canvas { surface, fonts, language }
    }

    /// Ends the page.
    pub(crate) fn finish(self) {
        self.surface.pop();
    }

    /// One line of text, `edge` of it at `x`.
    pub(crate) fn text(&mut self, text: &str, style: Style, edge: Edge, x: i32, baseline: i32) {
        let runs = self.fonts.runs(text, style.reading);
        let width = |run| self.fonts.width(run, style.weight, style.size);
        let widths: Vec<i32> = runs.iter().map(width).collect();
        let total: i32 = widths.iter().sum();
        let mut left = match (edge, self.language) {
            (Edge::Start, Language::Fr | Language::En) => x,
            (Edge::End, Language::Fr | Language::En) => x - total,
            (Edge::Start, Language::Ar) => PAGE_WIDTH - x - total,
            (Edge::End, Language::Ar) => PAGE_WIDTH - x,
        };
        self.surface.set_fill(Some(fill(style.ink)));
        for (run, width) in runs.iter().zip(widths) {
            let direction = match run.level.is_rtl() {
                true => TextDirection::RightToLeft,
                false => TextDirection::LeftToRight,
            };
            let at = Point::from_xy(place(left), place(baseline));
            let font = self.fonts.font(run.script, style.weight);
            let size = place(style.size);
            self.surface.draw_text(at, font, size, &run.text, false, direction);
            left += width;
        }
    }

    /// A horizontal line of a thickness, its upper side at `y`.
    pub(crate) fn rule(&mut self, from: i32, to: i32, y: i32, thickness: i32, ink: Ink) {
        let left = match self.language {
            Language::Fr | Language::En => from,
            Language::Ar => PAGE_WIDTH - to,
        };
        let (width, height) = (place(to - from), place(thickness));
        if let Some(line) = Rect::from_xywh(place(left), place(y), width, height) {
            self.fill([line], ink);
        }
    }

    /// A QR code, the side where reading ends at `x`; its modules are whole twips, never blurred.
    pub(crate) fn code(&mut self, code: &Modules, x: i32, y: i32, side_max: i32) {
        let module = (side_max / i32::from(code.side)).max(1);
        let side = module * i32::from(code.side);
        let left = match self.language {
            Language::Fr | Language::En => x - side,
            Language::Ar => PAGE_WIDTH - x,
        };
        let at = |origin: i32, modules: u16| place(origin + module * i32::from(modules));
        let dark = code.dark.iter().filter_map(|(row, from, length)| {
            let width = place(module * i32::from(*length));
            Rect::from_xywh(at(left, *from), at(y, *row), width, place(module))
        });
        self.fill(dark, Ink::Black);
    }

    fn fill(&mut self, shapes: impl IntoIterator<Item = Rect>, ink: Ink) {
        let mut path = PathBuilder::new();
        for shape in shapes {
            path.push_rect(shape);
        }
        self.surface.set_fill(Some(fill(ink)));
        if let Some(path) = path.finish() {
            self.surface.draw_path(&path);
        }
    }
}

/// A length as the PDF library takes it: whatever number it computes with.
fn place<Number: From<i16>>(twips: i32) -> Number {
    i16::try_from(twips).unwrap_or(i16::MAX).into()
}

fn fill(ink: Ink) -> Fill {
    let lightness = match ink {
        Ink::Black => 0,
        Ink::Grey => 96,
        Ink::Pale => 216,
    };
    let color = rgb::Color::new(lightness, lightness, lightness);
    Fill { paint: color.into(), ..Fill::default() }
}
