//! What reading a message finds to tell: values that are none, what is missing, what is left.

use super::super::compile::{PlanHole, PlanLine, ROOT_LINE};
use super::{FINDINGS_MAX, Reading, UNREAD_NAME_MAX, UNT};
use crate::codec::{Notation, ReadValue};
use crate::findings;
use crate::record::{ItemId, Spot};
use crate::specimen::Demand;
use acquit_domain::{Finding, Level, Severity};
use acquit_syntax::edifact::check::Node;
use acquit_syntax::edifact::tape::{Part, Segment};

impl<'a> Reading<'_, 'a> {
    /// A value that was tolerated, or none.
    #[cold]
    pub(super) fn oddly(
        &mut self,
        line: &'a PlanLine,
        hole: &'a PlanHole,
        (node, part): (Node, &Part),
        read: ReadValue<'a>,
        item: ItemId,
    ) {
        if self.findings.len() >= FINDINGS_MAX {
            return;
        }
        let (text, spot) = (self.content.text(part), self.spot(node, part));
        match read {
            Ok((value, tolerated)) => {
                if let Some(value) = value {
                    self.record.put(item, hole.hole.field, value, (spot, &line.tag));
                }
                if let Some(tolerated) = tolerated {
                    let place = self.record.place(spot, &line.tag);
                    self.findings.push(findings::tolerated(tolerated, place, &text));
                }
            }
            Err(unreadable) => {
                let (field, place) = (hole.hole.field, self.record.place(spot, &line.tag));
                let finding = findings::unreadable(&unreadable, field, Notation::Edifact, place);
                self.findings.push(finding.with_value(findings::excerpt(&text)));
            }
        }
    }

    /// A hole that must be filled and is not.
    #[cold]
    pub(super) fn absent(
        &mut self,
        line: &PlanLine,
        hole: &PlanHole,
        node: Node,
        segment: &Segment,
    ) {
        let whole = self.spot_of_segment(node, segment);
        let element = (hole.position >> 16) as u16;
        let component = (hole.position & 0xFFFF) as u16;
        let spot = Spot { element, component, repeat: 1, len: 0, ..whole };
        self.tell("EDI-013", line, spot, "", hole.hole.field.key());
    }

    /// A segment no line claimed, or one line twice.
    #[cold]
    pub(super) fn leave(
        &mut self,
        node: Node,
        segment: &Segment,
        parts: &[Part],
        repeated: Option<&'a PlanLine>,
    ) {
        if segment.tag == UNT {
            return;
        }
        let window = self.content.window;
        let tag_end = segment.start as usize + usize::from(segment.tag_len);
        let tag = window.get(segment.start as usize..tag_end).unwrap_or_default();
        let tag = String::from_utf8_lossy(tag).into_owned();
        let spot = self.spot_of_segment(node, segment);
        if let Some(line) = repeated.filter(|line| line.facts) {
            self.tell("EDI-035", line, spot, &line.name, "1");
            return;
        }
        let content = self.content;
        self.record.leave_unread(spot, || {
            let mut name = tag;
            if let Some(part) = parts.first().filter(|part| part.end > part.start) {
                name.push('+');
                name.extend(content.text(part).chars().take(UNREAD_NAME_MAX));
            }
            name
        });
    }

    /// Tells the lines that must stand in a group repetition and do not.
    #[inline]
    pub(super) fn missing(&mut self, at: usize) {
        let context = self.contexts[at];
        let required = match context.line {
            ROOT_LINE => self.specimen.required,
            line => self.specimen.plan[usize::from(line)].required,
        };
        let absent = required & !context.seen;
        if absent != 0 {
            self.tell_missing(at, context.line, absent);
        }
    }

    #[cold]
    fn tell_missing(&mut self, at: usize, parent: u16, absent: u128) {
        for line in &self.specimen.plan {
            let demanded = |demand: &Demand| demand.holds(self.record.root());
            let lacks = line.parent == parent && absent & line.mask != 0;
            if lacks && line.demand.as_ref().is_none_or(demanded) {
                let spot = self.spot_after(at, line);
                self.tell("EDI-013", line, spot, "", &line.name);
            }
        }
    }

    /// Where a line would stand: at the first segment behind it.
    fn spot_after(&self, holder: usize, line: &PlanLine) -> Spot {
        let nodes = &self.checked.nodes;
        let end = (nodes[holder].end as usize).min(nodes.len());
        let behind = nodes[holder..end].iter().find(|node| node.slot > line.slot);
        let node = behind.or_else(|| nodes[holder..end].last());
        let Some(node) = node else { return Spot::default() };
        let Some(segment) = self.content.tape.segments.get(node.segment as usize) else {
            return Spot::default();
        };
        Spot { len: 0, ..self.spot_of_segment(*node, segment) }
    }

    /// Adds an error.
    #[cold]
    pub(super) fn tell(
        &mut self,
        code: &'static str,
        line: &PlanLine,
        spot: Spot,
        value: &str,
        expected: &str,
    ) {
        if self.findings.len() >= FINDINGS_MAX {
            return;
        }
        let place = self.record.place(spot, &line.tag);
        let level = if spot.element == 0 { Level::Segment } else { Level::Element };
        let finding = Finding {
            level,
            syntax_error: findings::code_0085(code),
            ..Finding::business(code, Severity::Error, place)
        };
        let finding = finding.with_value(findings::excerpt(value));
        self.findings.push(finding.with_expected(expected));
    }
}
