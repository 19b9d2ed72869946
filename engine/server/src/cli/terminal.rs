//! What is written where: results on standard output, everything else on standard error.

use super::arguments::{Always, Global};
use crate::render::{Colour, Form, Lang, Look, WIDTH_DEFAULT, WIDTH_MIN, escaped, is_harmless};
use indicatif::{ProgressBar, ProgressStyle};
use serde_json::Value;
use std::fmt::Display;
use std::io::{self, BufWriter, IsTerminal, Stdout, Write};

/// Widest drawing, in columns, however wide the terminal is.
const WIDTH_MAX: usize = 160;

/// Standard output and how to use it.
#[derive(Debug)]
pub(super) struct Terminal {
    out: BufWriter<Stdout>,
    /// Results as JSON, one value a line.
    pub(super) is_json: bool,
    /// Nothing but results.
    pub(super) is_quiet: bool,
    /// How much to tell beside the results.
    pub(super) verbosity: u8,
    /// How findings look.
    pub(super) look: Look,
}

impl Terminal {
    /// From the global options and what standard output is.
    #[must_use]
    pub(super) fn new(global: &Global) -> Terminal {
        let is_terminal = io::stdout().is_terminal();
        let refuses_colour = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
        let colour = match global.color {
            Always::Always => Colour::Some,
            Always::Auto if is_terminal && !refuses_colour => Colour::Some,
            Always::Auto | Always::Never => Colour::None,
        };
        let form = if global.plain { Form::Narrated } else { Form::Drawn };
        let look = Look { form, colour, width: width(is_terminal), lang: lang(global.lang) };
        Terminal {
            out: BufWriter::new(io::stdout()),
            is_json: global.json,
            is_quiet: global.quiet,
            verbosity: global.verbose,
            look,
        }
    }

    /// A line of results.
    ///
    /// # Errors
    /// When standard output is gone.
    pub(super) fn line(&mut self, text: impl Display) -> io::Result<()> {
        writeln!(self.out, "{text}")
    }

    /// A JSON value, on a line. Characters that could control a terminal are escaped there too;
    /// JSON allows it in every string.
    ///
    /// # Errors
    /// When standard output is gone.
    pub(super) fn json(&mut self, value: &Value) -> io::Result<()> {
        self.json_text(&value.to_string())
    }

    /// Text that is JSON already.
    ///
    /// # Errors
    /// When standard output is gone.
    pub(super) fn json_text(&mut self, text: &str) -> io::Result<()> {
        self.json_piece(text)?;
        writeln!(self.out)
    }

    /// A piece of a JSON value that is too large to be held as a whole.
    ///
    /// # Errors
    /// When standard output is gone.
    pub(super) fn json_piece(&mut self, text: &str) -> io::Result<()> {
        for letter in text.chars() {
            match letter == '\n' || is_harmless(letter) {
                true => write!(self.out, "{letter}")?,
                false => write!(self.out, "\\u{:04x}", u32::from(letter))?,
            }
        }
        Ok(())
    }

    /// Text of results that brings its own line breaks.
    ///
    /// # Errors
    /// When standard output is gone.
    pub(super) fn text(&mut self, text: &str) -> io::Result<()> {
        self.out.write_all(text.as_bytes())
    }

    /// Bytes of results as they are: a document.
    ///
    /// # Errors
    /// When standard output is gone.
    pub(super) fn bytes(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.out.write_all(bytes)
    }

    /// Makes what was written visible now.
    ///
    /// # Errors
    /// When standard output is gone.
    pub(super) fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }

    /// Text with a style (parameters of SGR, `1;32`), where colours are wanted.
    #[must_use]
    pub(super) fn styled(&self, style: &str, text: &str) -> String {
        match self.look.colour {
            Colour::Some => format!("\u{1b}[{style}m{text}\u{1b}[0m"),
            Colour::None => text.to_owned(),
        }
    }

    /// A bar of things counted on standard error; hidden when nobody looks.
    #[must_use]
    pub(super) fn counter(&self) -> ProgressBar {
        if !io::stderr().is_terminal() || self.is_quiet || self.is_json {
            return ProgressBar::hidden();
        }
        match ProgressStyle::with_template("{bar:40} {percent:>3} %  {pos} / {len}  {eta}") {
            Ok(style) => ProgressBar::new(0).with_style(style),
            Err(_) => ProgressBar::new(0),
        }
    }

    /// A bar of bytes on standard error; hidden when nobody looks.
    #[must_use]
    pub(super) fn progress(&self, total: Option<u64>) -> ProgressBar {
        let is_watched = io::stderr().is_terminal() && !self.is_quiet && !self.is_json;
        let (true, Some(total)) = (is_watched, total) else { return ProgressBar::hidden() };
        let template = "{bar:40} {percent:>3} %  {bytes} / {total_bytes}  {bytes_per_sec}  {eta}";
        match ProgressStyle::with_template(template) {
            Ok(style) => ProgressBar::new(total).with_style(style),
            Err(_) => ProgressBar::new(total),
        }
    }
}

/// Lines on standard error; control characters of names in them are escaped.
pub(super) fn tell(text: impl Display) {
    for line in text.to_string().lines() {
        // When standard error is gone there is nobody left to tell.
        let _ = writeln!(io::stderr(), "{}", escaped(line));
    }
}

/// Columns of the terminal; `COLUMNS` says otherwise.
fn width(is_terminal: bool) -> usize {
    let said = std::env::var("COLUMNS").ok().and_then(|text| text.parse().ok());
    let measured = || is_terminal.then(|| usize::from(console::Term::stdout().size().1));
    said.or_else(measured).unwrap_or(WIDTH_DEFAULT).clamp(WIDTH_MIN, WIDTH_MAX)
}

/// The language asked for, or the environment's, or English.
fn lang(asked: Option<Lang>) -> Lang {
    let from_environment = || {
        let names = ["LC_ALL", "LC_MESSAGES", "LANG"];
        let value = names.into_iter().filter_map(|name| std::env::var(name).ok()).next()?;
        match value.get(..2) {
            Some("fr") => Some(Lang::Fr),
            Some("ar") => Some(Lang::Ar),
            _ => None,
        }
    };
    asked.or_else(from_environment).unwrap_or_default()
}
