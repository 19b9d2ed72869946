//! A whole input at a glance: envelopes, messages and their places, before anything is read
//! for its meaning.
//!
//! The pipeline uses it to accept or reject an interchange as a whole (its count and reference
//! stand in its last segment) before the first of its messages has any effect. It is the same
//! [`Reader`] as elsewhere; no tokens are kept.

use super::Fault;
use super::envelope::{Group, Header, Interchange};
use super::reader::{Item, Message, Options, Reader, Totals};
use crate::fault::Level;
use std::ops::Range;

/// One interchange of an input.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Envelope {
    /// What UNB says.
    pub header: Interchange,
    /// Offset of its first byte and one past its last.
    pub span: Range<u64>,
    /// Its groups, in order.
    pub groups: Vec<GroupOutline>,
    /// Its messages, in order.
    pub messages: Vec<Outline>,
    /// What was counted.
    pub totals: Totals,
    /// Faults of UNB and UNZ and of what stands outside messages, by position.
    pub faults: Vec<Fault>,
}

impl Envelope {
    /// Whether the interchange is rejected as a whole.
    #[must_use]
    pub fn is_rejected(&self) -> bool {
        self.faults.iter().any(|fault| fault.level <= Level::Interchange)
    }
}

/// One functional group.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GroupOutline {
    /// What UNG says.
    pub header: Group,
    /// Faults of UNG and UNE.
    pub faults: Vec<Fault>,
}

/// One message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outline {
    /// Ordinal in the interchange, from 1.
    pub number: u32,
    /// What UNH says.
    pub header: Header,
    /// Index of its group in [`Envelope::groups`], when it stands in one.
    pub group: Option<usize>,
    /// Its bytes in the input.
    pub span: Range<u64>,
    /// How many segments it has, UNH and UNT included.
    pub segments: u32,
    /// Whether a fault of the reader's rejects it.
    pub rejected: bool,
}

/// The interchanges of an input, and why the rest (or all of it) is none.
#[must_use]
pub fn scan(input: &[u8], options: Options) -> (Vec<Envelope>, Vec<Fault>) {
    let (mut envelopes, mut unreadable): (Vec<Envelope>, Vec<Fault>) = Default::default();
    let mut reader = Reader::over(input, options);
    let mut group = None;
    while let Some(item) = reader.next() {
        let last = envelopes.last_mut();
        match (item, last) {
            (Item::Unreadable { faults }, _) => unreadable.extend_from_slice(faults),
            (Item::Start { header, byte, faults }, _) => {
                group = None;
                envelopes.push(begun(header, byte, faults));
            }
            (Item::GroupStart { header, faults }, Some(last)) => {
                group = Some(last.groups.len());
                let (header, faults) = (header.clone(), faults.to_vec());
                last.groups.push(GroupOutline { header, faults });
            }
            (Item::GroupEnd { faults }, Some(last)) => {
                if let Some(group) = group.take().and_then(|index| last.groups.get_mut(index)) {
                    group.faults.extend_from_slice(faults);
                }
            }
            (Item::Message(message), Some(last)) => last.messages.push(outline(&message, group)),
            (Item::End { totals, faults }, Some(last)) => {
                last.totals = totals;
                last.span.end = totals.byte_end;
                last.faults.extend_from_slice(faults);
            }
            (_, None) => {}
        }
    }
    (envelopes, unreadable)
}

fn begun(header: &Interchange, byte: u64, faults: &[Fault]) -> Envelope {
    Envelope {
        header: header.clone(),
        span: byte..byte,
        groups: Vec::new(),
        messages: Vec::new(),
        totals: Totals::default(),
        faults: faults.to_vec(),
    }
}

fn outline(message: &Message<'_>, group: Option<usize>) -> Outline {
    Outline {
        number: message.number,
        header: message.header(),
        group,
        span: message.span(),
        segments: message.content.tape.segments.len() as u32,
        rejected: message.faults.iter().any(|fault| fault.level != Level::Note),
    }
}
