//! The closed list of what can be wrong with a form.

use crate::fault::Level;

/// What is wrong. The names given by [`Kind::name`] are stable.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    /// A percent sign without two hexadecimal digits, or bytes that are not of the character set.
    Encoding,
    /// A name that came before, perhaps in other letters (`Amount`, `amount`).
    Duplicate,
    /// A character no form field holds: NUL.
    Character,
    /// More pairs than the limit.
    Pairs,
    /// A name longer than the limit.
    NameLength,
    /// A value longer than the limit.
    ValueLength,
    /// An input longer than the limit.
    InputLength,
}

impl Kind {
    /// The stable name, as answers and logs show it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Kind::Encoding => "FORM-ENC",
            Kind::Duplicate => "FORM-DUP",
            Kind::Character => "FORM-CHAR",
            Kind::Pairs => "LIM-NODES",
            Kind::NameLength => "LIM-NAME",
            Kind::ValueLength => "LIM-TEXT",
            Kind::InputLength => "LIM-BODY",
        }
    }

    /// How far a fault of this kind reaches. [`Level::Input`] ends the reading.
    #[must_use]
    pub const fn level(self) -> Level {
        match self {
            Kind::Pairs | Kind::NameLength | Kind::ValueLength | Kind::InputLength => Level::Input,
            Kind::Duplicate => Level::Message,
            Kind::Encoding | Kind::Character => Level::Element,
        }
    }
}
