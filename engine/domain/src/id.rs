//! Identifiers: 128 bits, sortable by time, written as 26 characters of Crockford's base 32.

use std::fmt;
use std::str::FromStr;

/// An identifier of a parcel, exchange, letter or document.
///
/// The first 48 bits are milliseconds since 1970, so identifiers sort by time. The shell draws
/// the first one of a parcel; everything the parcel causes is [derived](Id::derive) from it, so
/// that deciding the same parcel again gives the same identifiers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Id(pub u128);

/// Crockford's base 32: no I, L, O or U, so that it can be read aloud.
const ALPHABET: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";

/// Length of an identifier as text.
pub const ID_LEN: usize = 26;

impl Id {
    /// Makes an identifier from a time in milliseconds since 1970 and 80 random bits.
    #[must_use]
    pub const fn new(millis: u64, random: u128) -> Id {
        Id((millis as u128) << 80 | random & ((1 << 80) - 1))
    }

    /// The identifier of the `n`-th thing of one `kind` that this one causes: same time, the
    /// other bits mixed by two rounds of a 64-bit finaliser.
    #[must_use]
    pub const fn derive(self, kind: u16, n: u32) -> Id {
        let salt = (kind as u64) << 32 | n as u64;
        let low = mix(self.0 as u64 ^ mix(salt.wrapping_add(0x9E37_79B9_7F4A_7C15)));
        let high = mix(low ^ (self.0 >> 64) as u64);
        let random = (high as u128) << 64 | low as u128;
        Id(self.0 >> 80 << 80 | random & ((1 << 80) - 1))
    }

    /// Milliseconds since 1970 at which it was made.
    #[must_use]
    pub const fn millis(self) -> u64 {
        (self.0 >> 80) as u64
    }
}

/// The finaliser of splitmix64: every input bit changes about half of the output bits.
const fn mix(mut word: u64) -> u64 {
    word = (word ^ (word >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    word = (word ^ (word >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    word ^ (word >> 31)
}

impl fmt::Display for Id {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut text = [0u8; ID_LEN];
        for (at, byte) in text.iter_mut().enumerate() {
            let shift = 5 * (ID_LEN - 1 - at);
            *byte = ALPHABET[(self.0 >> shift) as usize & 31];
        }
        out.write_str(std::str::from_utf8(&text).unwrap_or_default())
    }
}

/// The text is no identifier.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NotAnId;

impl FromStr for Id {
    type Err = NotAnId;

    fn from_str(text: &str) -> Result<Id, NotAnId> {
        if text.len() != ID_LEN {
            return Err(NotAnId);
        }
        let mut value = 0u128;
        for (at, byte) in text.bytes().enumerate() {
            let digit = ALPHABET.iter().position(|&known| known == byte).ok_or(NotAnId)?;
            if at == 0 && digit > 7 {
                return Err(NotAnId);
            }
            value = value << 5 | digit as u128;
        }
        Ok(Id(value))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_and_back() {
        for id in [Id(0), Id(u128::MAX), Id::new(1_763_900_000_000, 42)] {
            assert_eq!(id.to_string().parse(), Ok(id));
            assert_eq!(id.to_string().len(), ID_LEN);
        }
        assert_eq!("../../etc/passwd0000000000".parse::<Id>(), Err(NotAnId));
    }

    #[test]
    fn derived_identifiers_keep_the_time_and_differ() {
        let root = Id::new(1_763_900_000_000, 7);
        let made: std::collections::BTreeSet<Id> =
            (0..4).flat_map(|kind| (0..1000).map(move |n| root.derive(kind, n))).collect();
        assert_eq!(made.len(), 4000);
        assert!(made.iter().all(|id| id.millis() == root.millis()));
    }
}
