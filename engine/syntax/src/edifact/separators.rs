//! Service characters (ISO 9735-1 clause 7): which bytes separate, terminate and release.

/// The service characters in force in one interchange.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Separators {
    /// Between the components of a composite, `:` by default.
    pub component: u8,
    /// Between data elements, `+` by default.
    pub element: u8,
    /// The decimal mark of numeric values, `.` or `,`.
    pub decimal: u8,
    /// Makes the next character data, `?` by default; `None` when not used.
    pub release: Option<u8>,
    /// Between the repetitions of an element, from syntax version 4; `None` when not used.
    pub repetition: Option<u8>,
    /// Ends a segment, `'` by default.
    pub terminator: u8,
}

impl Default for Separators {
    fn default() -> Separators {
        Separators::DEFAULT
    }
}

/// Length of a service string advice, `UNA` and six characters.
pub const UNA_LEN: usize = 9;

impl Separators {
    /// The defaults of syntax level A: `UNA:+.? '`, no repetition (versions 1 to 3).
    pub const DEFAULT: Separators = Separators {
        component: b':',
        element: b'+',
        decimal: b'.',
        release: Some(b'?'),
        repetition: None,
        terminator: b'\'',
    };

    /// The defaults of syntax level B: the information separators IS1, IS3 and IS4, nothing to
    /// release.
    pub const LEVEL_B: Separators = Separators {
        component: 0x1F,
        element: 0x1D,
        decimal: b'.',
        release: None,
        repetition: None,
        terminator: 0x1C,
    };

    /// Reads the six characters after `UNA`. The fifth (repetition separator) is read only by
    /// [`Separators::with_version`], when the syntax version is known: before version 4 it is
    /// reserved and means nothing.
    ///
    /// A blank release character means "not used". `Err` holds the position, from 0, of the
    /// first character that cannot serve: NUL, a letter, a digit, a blank, a byte of a
    /// multi-byte character, a line break other than as terminator, or one used twice.
    ///
    /// # Errors
    /// The position in `una` of the character that cannot serve.
    pub fn from_una(una: [u8; 6]) -> Result<Separators, usize> {
        let [component, element, decimal, release, _, terminator] = una;
        let release = (release != b' ').then_some(release);
        let separators = Separators {
            component,
            element,
            decimal: if decimal == b',' { b',' } else { b'.' },
            release,
            repetition: None,
            terminator,
        };
        for (at, byte) in [(0, component), (1, element), (3, una[3]), (5, terminator)] {
            let blank_release = at == 3 && release.is_none();
            let line_end = at == 5 && matches!(byte, b'\r' | b'\n');
            if !(can_serve(byte) || blank_release || line_end) {
                return Err(at);
            }
        }
        if decimal.is_ascii_alphanumeric() || decimal == 0 {
            return Err(2);
        }
        match (component == element, una[..4].contains(&terminator), release) {
            (true, _, _) => Err(1),
            (_, true, _) => Err(5),
            (_, _, Some(release)) if release == component || release == element => Err(3),
            _ => Ok(separators),
        }
    }

    /// The same separators once UNB told the syntax version: from 4 on, the repetition
    /// separator is the fifth character of `una`, or `*` when there was none. One that cannot
    /// serve or is already in use is taken as not used.
    #[must_use]
    pub fn with_version(self, version: u8, una: Option<[u8; 6]>) -> Separators {
        let wanted = una.map_or(b'*', |una| una[4]);
        let taken = [Some(self.component), Some(self.element), self.release, Some(self.terminator)]
            .contains(&Some(wanted));
        let repeats = version >= 4 && can_serve(wanted) && !taken;
        Separators { repetition: repeats.then_some(wanted), ..self }
    }

    /// Whether a byte must be released to stand in a value.
    #[must_use]
    pub fn reserves(&self, byte: u8) -> bool {
        let Separators { component, element, release, repetition, terminator, .. } = *self;
        [component, element, terminator].contains(&byte)
            || [release, repetition].contains(&Some(byte))
    }

    /// A decimal number written with a point, with the decimal mark of these separators.
    #[must_use]
    pub fn number(&self, with_point: &str) -> String {
        with_point.replace('.', char::from(self.decimal).encode_utf8(&mut [0; 4]))
    }

    /// The nine bytes of the service string advice that declares these separators.
    #[must_use]
    pub fn to_una(self) -> [u8; UNA_LEN] {
        let release = self.release.unwrap_or(b' ');
        let repetition = self.repetition.unwrap_or(b' ');
        let [c, e, d, t] = [self.component, self.element, self.decimal, self.terminator];
        [b'U', b'N', b'A', c, e, d, release, repetition, t]
    }
}

/// Whether a byte may be a service character: printable and no letter, digit or blank, or one
/// of the information separators of level B.
const fn can_serve(byte: u8) -> bool {
    byte.is_ascii_punctuation() || matches!(byte, 0x1C..=0x1F | b'\t')
}

/// What a byte means to the tokenizer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub(crate) enum Class {
    Data,
    Component,
    Element,
    Repetition,
    Release,
    Terminator,
    /// CR or LF where they are not separators: dropped wherever they stand.
    LineBreak,
    /// A control character that is neither separator nor line break: never legal in data.
    Control,
}

/// The meaning of each of the 256 bytes under the given separators.
pub(crate) fn classes(separators: &Separators) -> [Class; 256] {
    let mut table = [Class::Data; 256];
    for control in (0..0x20).chain([0x7F]) {
        table[control] = Class::Control;
    }
    table[usize::from(b'\r')] = Class::LineBreak;
    table[usize::from(b'\n')] = Class::LineBreak;
    table[usize::from(separators.component)] = Class::Component;
    table[usize::from(separators.element)] = Class::Element;
    for (byte, class) in
        [(separators.repetition, Class::Repetition), (separators.release, Class::Release)]
    {
        if let Some(byte) = byte {
            table[usize::from(byte)] = class;
        }
    }
    table[usize::from(separators.terminator)] = Class::Terminator;
    table
}

#[cfg(test)]
mod tests {
    use super::Separators;

    fn check(una: &str, expected: &str) {
        let bytes: [u8; 6] = una.as_bytes().try_into().expect("six characters");
        let told = match Separators::from_una(bytes) {
            Ok(read) => {
                let read = read.with_version(4, Some(bytes));
                String::from_utf8_lossy(&read.to_una()).replace('\n', "LF")
            }
            Err(at) => format!("refused at {at}"),
        };
        assert_eq!(told, expected, "UNA{una}");
    }

    #[test]
    fn service_string_advice() {
        check(":+.? '", "UNA:+.? '");
        check(":+,?*'", "UNA:+,?*'");
        check("*;.? ~", "UNA*;.? ~");
        check(":+.  '", "UNA:+.  '");
        check(":+.? \n", "UNA:+.? LF");
        check("\u{1f}\u{1d}.  \u{1c}", "UNA\u{1f}\u{1d}.  \u{1c}");
        check("ABCDEF", "refused at 0");
        check(": .? '", "refused at 1");
        check(":+.? \0", "refused at 5");
        check("::.? '", "refused at 1");
        check(":+.: '", "refused at 3");
        check(":+.? +", "refused at 5");
        check(":+9? '", "refused at 2");
        check("\n+.? '", "refused at 0");
        check(":+.?+'", "UNA:+.? '");
    }
}
