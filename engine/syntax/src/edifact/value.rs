//! What a part says: its bytes without release characters and line breaks, and their text.

use super::charset::Charset;
use super::separators::Separators;
use super::tape::{Part, Segment, Tape};
use std::borrow::Cow;

/// The tokens of a run of segments together with what is needed to read their values.
#[derive(Debug, Clone, Copy)]
pub struct Content<'a> {
    /// The bytes the positions of the tape count from.
    pub window: &'a [u8],
    /// The tokens.
    pub tape: &'a Tape,
    /// The service characters in force.
    pub separators: Separators,
    /// The character set declared.
    pub charset: Charset,
}

impl<'a> Content<'a> {
    /// The bytes of a part as they stand, release characters and line breaks included.
    #[must_use]
    pub fn raw(&self, part: &Part) -> &'a [u8] {
        &self.window[part.start as usize..part.end as usize]
    }

    /// The bytes of a part's value.
    #[must_use]
    pub fn bytes(&self, part: &Part) -> Cow<'a, [u8]> {
        let raw = self.raw(part);
        if !part.is_bare() {
            return Cow::Owned(released(raw, &self.separators));
        }
        Cow::Borrowed(raw)
    }

    /// The value of a part as text.
    #[must_use]
    pub fn text(&self, part: &Part) -> Cow<'a, str> {
        match self.bytes(part) {
            Cow::Borrowed(bytes) => self.charset.decode(bytes),
            Cow::Owned(bytes) => Cow::Owned(self.charset.decode(&bytes).into_owned()),
        }
    }

    /// Appends the value of a part as text, in UTF-8.
    pub fn append(&self, part: &Part, to: &mut Vec<u8>) {
        if part.is_wrapped() || !self.charset.is_latin() {
            return to.extend_from_slice(self.text(part).as_bytes());
        }
        let release = self.separators.release.filter(|_| part.is_released());
        let mut bytes = self.raw(part).iter().copied();
        while let Some(byte) = bytes.next() {
            // What follows a release character stands for itself.
            let byte = if Some(byte) == release { bytes.next() } else { Some(byte) };
            match byte {
                Some(byte @ ..0x80) => to.push(byte),
                Some(byte) => to.extend([0xC0 | byte >> 6, 0x80 | byte & 0x3F]),
                None => {}
            }
        }
    }

    /// The first repetition of a component of a segment, when the segment reaches that far.
    #[must_use]
    pub fn part(&self, segment: &Segment, element: u16, component: u16) -> Option<&'a Part> {
        let wanted = (element, component, 1);
        let mut parts = self.tape.parts_of(segment).iter();
        parts.find(|part| (part.element, part.component, part.repeat) == wanted)
    }

    /// The text of a component of a segment; empty when the segment does not reach that far.
    #[must_use]
    pub fn get(&self, segment: &Segment, element: u16, component: u16) -> Cow<'a, str> {
        self.part(segment, element, component).map_or(Cow::Borrowed(""), |part| self.text(part))
    }
}

/// Takes out release characters and line breaks.
fn released(raw: &[u8], separators: &Separators) -> Vec<u8> {
    let is_break = |byte: u8| matches!(byte, b'\r' | b'\n') && byte != separators.terminator;
    let mut value = Vec::with_capacity(raw.len());
    let mut releasing = false;
    for &byte in raw {
        if is_break(byte) {
            continue;
        }
        if !releasing && Some(byte) == separators.release {
            releasing = true;
        } else {
            value.push(byte);
            releasing = false;
        }
    }
    value
}

#[cfg(test)]
mod tests {
    use super::Content;
    use crate::edifact::charset::Charset;
    use crate::edifact::separators::Separators;
    use crate::edifact::tape::Tape;
    use crate::edifact::tokenizer::Scanner;

    fn check(input: &str, expected: &str) {
        read(input.as_bytes(), Charset::UnoW, expected);
        let latin: Option<Vec<u8>> = input.chars().map(|c| u8::try_from(c).ok()).collect();
        read(&latin.expect("these are characters of UNOC"), Charset::UnoC, expected);
    }

    fn read(window: &[u8], charset: Charset, expected: &str) {
        let input = charset.decode(window);
        let (separators, mut tape) = (Separators::DEFAULT, Tape::default());
        let _ = Scanner::new(&separators).next(window, &mut tape);
        let content = Content { window, tape: &tape, separators, charset };
        let values: Vec<_> = tape.parts.iter().map(|part| content.text(part)).collect();
        for (part, value) in tape.parts.iter().zip(&values) {
            let mut appended = vec![b'|'];
            content.append(part, &mut appended);
            assert_eq!(appended[1..], *value.as_bytes(), "{input}");
        }
        assert_eq!(values.join("|"), expected, "{input}");
    }

    #[test]
    fn values() {
        check("FTX+AAI+a?+b?:c?'d??+é'", "AAI|a+b:c'd?|é");
        check("FTX+A\r\nAI+a?\r\n+b?A'", "AAI|a+bA");
        check("FTX+à+b:é:c+dé+éd+e'", "à|b|é|c|dé|éd|e");
        check("FTX++:?''", "||'");
    }
}
