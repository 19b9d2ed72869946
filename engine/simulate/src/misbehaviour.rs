//! What partners do wrong, by name, each with its probability and all from one seed.
//!
//! Whether one happens depends on the seed, its name and what it is about, and on nothing else:
//! the same simulation misbehaves in the same places whatever the order of its payments.

use sha2::{Digest, Sha256};
use std::collections::BTreeMap;

/// One thing partners do wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Misbehaviour {
    /// The same news twice, at once.
    Duplicate,
    /// The news comes an hour late.
    Late,
    /// A refusal that came before the payment is told after it.
    OutOfOrder,
    /// News that somebody else signed comes before the true one.
    BadSignature,
    /// Another amount than asked for.
    AmountMismatch,
    /// The news bears another merchant's number.
    OtherMerchant,
    /// News of an order nobody made.
    UnknownOrder,
    /// Paid although the reference had ended.
    ExpiredReference,
    /// Paid twice, with two transactions.
    DoubleCapture,
    /// A call is never answered.
    TimeOut,
    /// A call is answered 500.
    Error500,
    /// The news says paid, and the query says failed.
    Lies,
    /// An issuer never answers a notice about an invoice.
    NoAnswer,
    /// An issuer answers a notice after everything else.
    LateAnswer,
    /// An issuer refuses a notice that is right.
    WrongAnswer,
    /// An issuer answers twice: no, since it has booked it, and yes.
    DoubleAnswer,
}

/// Every misbehaviour with the name people write.
pub const NAMES: &[(Misbehaviour, &str)] = &[
    (Misbehaviour::Duplicate, "duplicate"),
    (Misbehaviour::Late, "late"),
    (Misbehaviour::OutOfOrder, "out-of-order"),
    (Misbehaviour::BadSignature, "bad-signature"),
    (Misbehaviour::AmountMismatch, "amount-mismatch"),
    (Misbehaviour::OtherMerchant, "other-merchant"),
    (Misbehaviour::UnknownOrder, "unknown-order"),
    (Misbehaviour::ExpiredReference, "expired-reference"),
    (Misbehaviour::DoubleCapture, "double-capture"),
    (Misbehaviour::TimeOut, "time-out"),
    (Misbehaviour::Error500, "500"),
    (Misbehaviour::Lies, "lies"),
    (Misbehaviour::NoAnswer, "no-unm"),
    (Misbehaviour::LateAnswer, "late-unm"),
    (Misbehaviour::WrongAnswer, "wrong-unm"),
    (Misbehaviour::DoubleAnswer, "duplicate-unm"),
];

/// What a probability of 1 is.
const CERTAIN: u64 = 1_000_000;

impl Misbehaviour {
    /// The name people write.
    #[must_use]
    pub fn name(self) -> &'static str {
        NAMES.iter().find(|(one, _)| *one == self).map_or("", |(_, name)| name)
    }
}

/// How often each happens, in millionths, from one seed.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Misbehaviours {
    /// The seed; the same one misbehaves in the same places.
    pub seed: u64,
    often: BTreeMap<Misbehaviour, u64>,
}

impl Misbehaviours {
    /// Nobody misbehaves.
    #[must_use]
    pub fn none(seed: u64) -> Misbehaviours {
        Misbehaviours { seed, often: BTreeMap::new() }
    }

    /// Adds one from its text: `duplicate=0.1`; without a probability it always happens.
    ///
    /// # Errors
    /// When the name is unknown (the known ones are in the text) or the probability is none.
    pub fn add(&mut self, text: &str) -> Result<(), String> {
        let (name, often) = text.split_once('=').unwrap_or((text, "1"));
        let Some((one, _)) = NAMES.iter().find(|(_, known)| *known == name) else {
            let known: Vec<&str> = NAMES.iter().map(|(_, name)| *name).collect();
            return Err(format!("unknown misbehaviour {name:?}; known: {}", known.join(", ")));
        };
        let often = probability(often).ok_or_else(|| {
            format!("{often:?} is no probability; expected such as 0.1, at most 1")
        })?;
        self.often.insert(*one, often);
        Ok(())
    }

    /// Whether it happens about this.
    #[must_use]
    pub fn happens(&self, what: Misbehaviour, about: &str) -> bool {
        self.often.get(&what).is_some_and(|often| self.draw(what.name(), about) % CERTAIN < *often)
    }

    /// A number drawn for a purpose about a thing: always the same one.
    #[must_use]
    pub fn draw(&self, purpose: &str, about: &str) -> u64 {
        let mut hash = Sha256::new();
        for part in [&self.seed.to_be_bytes()[..], purpose.as_bytes(), about.as_bytes()] {
            hash.update(part);
            hash.update([0]);
        }
        let hash = hash.finalize();
        hash.iter().take(8).fold(0, |number, byte| number << 8 | u64::from(*byte))
    }
}

/// Millionths of `0.25`, without any rounding.
fn probability(text: &str) -> Option<u64> {
    let (whole, part) = text.split_once('.').unwrap_or((text, ""));
    if part.len() > 6 || !part.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let part: u64 = format!("{part:0<6}").parse().ok()?;
    let whole: u64 = whole.parse().ok()?;
    whole.checked_mul(CERTAIN)?.checked_add(part).filter(|often| *often <= CERTAIN)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn often_is_as_often_as_said() {
        let mut misbehaviours = Misbehaviours::none(7);
        misbehaviours.add("duplicate=0.25").expect("known");
        misbehaviours.add("late").expect("known");
        let count =
            |what| (0..4000).filter(|n| misbehaviours.happens(what, &n.to_string())).count();
        assert!((900..1100).contains(&count(Misbehaviour::Duplicate)));
        assert_eq!(count(Misbehaviour::Late), 4000);
        assert_eq!(count(Misbehaviour::Lies), 0);
    }

    #[test]
    fn what_is_not_known_is_told() {
        let mut misbehaviours = Misbehaviours::none(7);
        let unknown = misbehaviours.add("slow=1").expect_err("unknown");
        assert!(unknown.contains("slow") && unknown.contains("time-out"), "{unknown}");
        for text in ["late=2", "late=-1", "late=1.5", "late=x", "late=0.1234567"] {
            assert!(misbehaviours.add(text).is_err(), "{text}");
        }
    }
}
