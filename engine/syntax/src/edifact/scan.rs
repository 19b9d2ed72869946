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

#[cfg(test)]
mod tests {
    use super::scan;
    use crate::edifact::reader::Options;

    /// Each interchange in short: its reference, whether rejected, its messages and groups.
    fn check(input: &str, expected: &str) {
        let (envelopes, unreadable) = scan(input.as_bytes(), Options::default());
        let mut told: Vec<String> = Vec::new();
        for envelope in &envelopes {
            let verdict = if envelope.is_rejected() { "rejected" } else { "taken" };
            let span = &envelope.span;
            told.push(format!("{} {verdict} {span:?}:", envelope.header.reference));
            for message in &envelope.messages {
                let rejected = if message.rejected { "!" } else { "" };
                let group = message.group.map_or(String::new(), |group| format!("g{group} "));
                told.push(format!("{group}{}{rejected} {:?}", message.number, message.span));
            }
        }
        told.extend(unreadable.iter().map(|fault| fault.kind.name().to_owned()));
        assert_eq!(told.join(" "), expected, "{input}");
    }

    #[test]
    fn envelopes() {
        let unb = "UNB+UNOC:3+A+B+261123:1030+1'";
        let message = |number: u8| format!("UNH+{number}+INVOIC:D:96A:UN'UNT+2+{number}'");
        let [first, second] = [message(1), message(2)];
        let bad = "UNH+2+INVOIC:D:96A:UN'UNT+9+2'";
        check("", "EDI-EMPTY");
        check(&format!("{unb}{first}{second}UNZ+2+1'"), "1 taken 0..97: 1 29..59 2 59..89");
        check(&format!("{unb}{first}{bad}UNZ+2+1'"), "1 taken 0..97: 1 29..59 2! 59..89");
        check(&format!("{unb}{first}UNZ+3+1'"), "1 rejected 0..67: 1 29..59");
        check(
            &format!("{unb}{first}UNZ+1+1'\r\n{unb}{first}"),
            "1 taken 0..67: 1 29..59 1 rejected 69..128: 1 98..128",
        );
        check(
            &format!("{unb}UNG+INVOIC+A+B+261123:1030+7+UN+D:96A'{first}UNE+1+7'UNZ+1+1'"),
            "1 taken 0..113: g0 1 67..97",
        );
    }
}
