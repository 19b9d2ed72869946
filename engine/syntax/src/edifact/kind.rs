//! Everything a reader of EDIFACT can find wrong: one closed list, with stable names.
//!
//! A kind is *what* is wrong. *How far* it reaches is the [`Level`](crate::fault::Level) of the
//! fault, because the same code is used at several levels (a missing UNZ and a missing element
//! are both code 13). Names never change once published: partners and screens refer to them.

/// Declares the kinds once: variant, stable name, code of data element 0085, words.
macro_rules! kinds {
    ($($(#[$doc:meta])* $variant:ident $name:literal $code:expr, $words:literal;)+) => {
        /// What a reader of EDIFACT found: the codes of data element 0085 (ISO 9735, syntax
        /// error) that can be decided by an interchange's receiver, and what has no code there.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[repr(u8)]
        pub enum Kind { $($(#[$doc])* #[doc = concat!("`", $name, "`: ", $words, ".")] $variant,)+ }

        impl Kind {
            /// Every kind, in the order of the declaration.
            pub const ALL: &'static [Kind] = &[$(Kind::$variant,)+];

            /// Stable name: `EDI-0nn` where data element 0085 has the code.
            #[must_use]
            pub const fn name(self) -> &'static str {
                match self { $(Kind::$variant => $name,)+ }
            }

            /// Code of data element 0085 that tells it in a CONTRL, when there is one.
            #[must_use]
            pub const fn code_0085(self) -> Option<u8> {
                match self { $(Kind::$variant => $code,)+ }
            }

            /// The kind in English words, without a full stop.
            #[must_use]
            pub const fn words(self) -> &'static str {
                match self { $(Kind::$variant => $words,)+ }
            }
        }
    };
}

kinds! {
    SyntaxNotSupported "EDI-002" Some(2), "syntax version or level not supported";
    NotTheRecipient "EDI-007" Some(7), "the interchange recipient is not the actual recipient";
    InvalidValue "EDI-012" Some(12), "invalid value";
    Missing "EDI-013" Some(13), "missing";
    ValueNotSupportedHere "EDI-014" Some(14), "value not supported in this position";
    NotSupportedHere "EDI-015" Some(15), "not supported in this position";
    TooManyConstituents "EDI-016" Some(16), "too many constituents";
    NoAgreement "EDI-017" Some(17), "no agreement";
    Unspecified "EDI-018" Some(18), "unspecified error";
    DecimalNotation "EDI-019" Some(19), "invalid decimal notation";
    InvalidAsServiceCharacter "EDI-020" Some(20), "character invalid as service character";
    InvalidCharacter "EDI-021" Some(21), "invalid character";
    InvalidServiceCharacter "EDI-022" Some(22), "invalid service character";
    UnknownSender "EDI-023" Some(23), "unknown interchange sender";
    TooOld "EDI-024" Some(24), "too old";
    TestNotSupported "EDI-025" Some(25), "test indicator not supported";
    Duplicate "EDI-026" Some(26), "duplicate detected";
    SecurityNotSupported "EDI-027" Some(27), "security function not supported";
    ReferencesDiffer "EDI-028" Some(28), "references do not match";
    ControlCount "EDI-029" Some(29), "control count does not match the number received";
    GroupsAndMessagesMixed "EDI-030" Some(30), "groups and messages mixed";
    SeveralTypesInGroup "EDI-031" Some(31), "more than one message type in the group";
    Empty "EDI-032" Some(32), "lower level empty";
    OutsideMessage "EDI-033" Some(33), "invalid occurrence outside message or group";
    NestingNotAllowed "EDI-034" Some(34), "nesting indicator not allowed";
    TooManyRepetitions "EDI-035" Some(35), "too many data element or segment repetitions";
    TooManyGroupRepetitions "EDI-036" Some(36), "too many segment group repetitions";
    WrongCharacterType "EDI-037" Some(37), "invalid type of characters";
    DigitMissingAtDecimalMark "EDI-038" Some(38), "missing digit beside the decimal mark";
    TooLong "EDI-039" Some(39), "data element too long";
    TooShort "EDI-040" Some(40), "data element too short";
    UnknownRecipient "EDI-043" Some(43), "unknown interchange recipient";
    TrailingSeparator "EDI-045" Some(45), "trailing separator";
    CharacterSetNotSupported "EDI-046" Some(46), "character set not supported";
    EnvelopeNotSupported "EDI-047" Some(47), "envelope functionality not supported";
    DependencyViolated "EDI-048" Some(48), "dependency condition violated";
    NoInput "EDI-EMPTY" None, "nothing was received";
    UnaCut "EDI-UNA" None, "the service string advice is cut short";
    NoInterchange "EDI-NOUNB" None, "no interchange header UNB was found";
    SegmentTooLarge "LIM-SEG" Some(16), "the segment is larger than this reader accepts";
    MessageTooLarge "LIM-MSG" Some(18), "the message is larger than this reader accepts";
    TooManyMessages "LIM-MSGS" Some(18), "more messages than this reader accepts";
    ByteOrderMark "WARN-BOM" None, "a byte order mark stands before the interchange";
    Junk "WARN-JUNK" None, "bytes before the interchange were skipped";
    Wrapped "WARN-WRAP" None, "line breaks inside segments were dropped";
    CharsetDoubtful "WARN-CHARSET" None, "the bytes look like UTF-8, not the declared set";
}

#[cfg(test)]
mod tests {
    use super::Kind;

    #[test]
    fn names_are_unique_and_tell_their_code() {
        let mut names: Vec<&str> = Kind::ALL.iter().map(|kind| kind.name()).collect();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), Kind::ALL.len());
        for kind in Kind::ALL {
            if let Some(digits) = kind.name().strip_prefix("EDI-0") {
                assert_eq!(kind.code_0085(), digits.parse().ok(), "{}", kind.name());
            }
        }
    }
}
