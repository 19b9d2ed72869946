//! Mutants: valid inputs with small wounds, reproducible from a seed.

/// A small generator of pseudo-random numbers (xorshift64*, G. Marsaglia 2003, S. Vigna 2014).
#[derive(Debug, Clone)]
pub struct Dice(u64);

impl Dice {
    /// Begins at a seed.
    #[must_use]
    pub const fn new(seed: u64) -> Dice {
        Dice(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1)
    }

    /// The next number.
    pub fn roll(&mut self) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        self.0.wrapping_mul(0x2545_F491_4F6C_DD1D)
    }

    /// A number below a bound; 0 when the bound is 0.
    pub fn below(&mut self, bound: usize) -> usize {
        if bound == 0 { 0 } else { (self.roll() >> 16) as usize % bound }
    }

    /// One of several.
    pub fn pick<T: Copy>(&mut self, of: &[T]) -> T {
        of[self.below(of.len())]
    }
}

/// Pieces that hurt readers: separators, releases, envelopes, markup, control characters.
const PIECES: &[&[u8]] = &[
    b"'",
    b"+",
    b":",
    b"?",
    b"??",
    b"?'",
    b"*",
    b"\r\n",
    b"\0",
    b"\x1b[31m",
    b"\xc3\x28",
    b"\xef\xbb\xbf",
    b"UNA:+.? '",
    b"UNB+UNOC:3+A+B+261123:1030+1'",
    b"UNH+1+INVOIC:D:96A:UN'",
    b"UNT+1+1'",
    b"UNZ+1+1'",
    b"UNG+INVOIC+A+B+261123:1030+1+UN+D:96A'",
    b"UNE+1+1'",
    b"UNS+S'",
    b"MOA+77:1'",
    b"99999999999999999999",
    b"-",
    b".",
    b",",
    b"<",
    b">",
    b"</",
    b"/>",
    b"&",
    b"&#0;",
    b"&#x1b;",
    b"<![CDATA[",
    b"]]>",
    b"<!--",
    b"-->",
    b"<!DOCTYPE a>",
    b"<?a?>",
    b"xmlns:a=\"b\"",
    b"\"",
    b"=",
];

/// Most wounds of one mutant.
const WOUNDS_MAX: usize = 6;
/// Longest piece copied within a mutant, in bytes.
const COPY_MAX: usize = 200;

/// A mutant of some bytes.
#[must_use]
pub fn mutant(of: &[u8], dice: &mut Dice) -> Vec<u8> {
    let mut bytes = of.to_vec();
    for _ in 0..=dice.below(WOUNDS_MAX) {
        wound(&mut bytes, dice);
    }
    bytes
}

fn wound(bytes: &mut Vec<u8>, dice: &mut Dice) {
    let at = dice.below(bytes.len());
    match dice.below(7) {
        0 if !bytes.is_empty() => bytes[at] ^= 1 << dice.below(8),
        1 if !bytes.is_empty() => bytes[at] = dice.below(256) as u8,
        2 => bytes.truncate(at),
        3 => {
            let end = (at + dice.below(COPY_MAX)).min(bytes.len());
            bytes.drain(at..end);
        }
        4 => {
            let end = (at + dice.below(COPY_MAX)).min(bytes.len());
            let piece = bytes[at..end].to_vec();
            let to = dice.below(bytes.len());
            bytes.splice(to..to, piece);
        }
        _ => {
            let piece = dice.pick(PIECES);
            bytes.splice(at..at, piece.iter().copied());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Dice, mutant};

    #[test]
    fn a_seed_gives_the_same_mutants_again() {
        let run = |seed| {
            let mut dice = Dice::new(seed);
            (0..50).map(|_| mutant(b"UNB+UNOC:3+A+B'", &mut dice)).collect::<Vec<_>>()
        };
        assert_eq!(run(7), run(7));
        assert_ne!(run(7), run(8));
    }
}
