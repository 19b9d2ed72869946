//! A specimen compiled against the segment table of its release: a plan indexed by slot.

use super::line::{Cell, Line};
use super::source::EdifactSource;
use crate::codec::{Codec, Form};
use crate::specimen::{Demand, Filling, Flaw, Hole, Mark};
use crate::vocabulary::{Field, List};
use acquit_syntax::edifact::guide::{Guide, SlotId};
use acquit_syntax::edifact::tape::{Part, Tag};

/// Most lines directly under one line: which of them were met is kept in one mask.
pub const SIBLINGS_MAX: usize = 128;

/// "No line": the parent of the outermost lines.
pub(super) const ROOT_LINE: u16 = u16::MAX;

/// A specimen ready to read and to write.
#[derive(Debug, Clone)]
pub struct EdifactSpecimen {
    /// What the file says it is.
    pub title: String,
    /// The lines, nested, for writing and for people.
    pub lines: Vec<Line>,
    /// The lines in pre-order, for reading.
    pub(super) plan: Vec<PlanLine>,
    /// What may stand in each slot of the guide.
    pub(super) slots: Vec<SlotPlan>,
    /// Which of the outermost lines must be there, those under a demand included.
    pub(super) required: u128,
    /// Message type, version, release and agency, as UNH says them.
    header: [Box<str>; 4],
}

/// What reading needs to know of a slot.
#[derive(Debug, Clone)]
pub(super) struct SlotPlan {
    /// The lines that may stand there.
    pub(super) candidates: Box<[Candidate]>,
    /// A group: its trigger decides.
    pub(super) group: bool,
    /// A trigger: its node stands in the node of its group.
    pub(super) trigger: bool,
}

/// A line that may stand in a slot, with what most often says that it does not.
#[derive(Debug, Clone, Copy)]
pub(super) struct Candidate {
    /// The line.
    pub(super) line: u16,
    /// The line it is nested under, or [`ROOT_LINE`].
    pub(super) parent: u16,
    /// Its literal in the first component, as a [`word`]; 0 when there is none or it is longer.
    pub(super) first: u64,
    /// Whether it has more literals than that one.
    pub(super) more: bool,
}

/// What must stand in a component.
#[derive(Debug, Clone)]
pub(super) struct Literal {
    /// Its position, see [`position`].
    pub(super) position: u32,
    /// Where it stands in a first repetition, see [`Part::place`].
    pub(super) place: u64,
    /// Which part of the segment it is when the message is written as the line is.
    pub(super) likely: u16,
    /// Its first eight bytes, see [`word`].
    pub(super) word: u64,
    /// All of it.
    pub(super) bytes: Box<[u8]>,
}

impl Literal {
    fn new(line: &Line, cell: &Cell, text: &str) -> Literal {
        let bytes: Box<[u8]> = text.as_bytes().into();
        Literal {
            position: position(cell.element, cell.component),
            place: Part::place_of(cell.element, cell.component),
            likely: parts_before(line, cell),
            word: word(&bytes, bytes.len()),
            bytes,
        }
    }
}

/// Most bytes of a [`word`].
pub(super) const WORD_BYTES: usize = 8;

/// The first `length` bytes, at most eight of them, as one number, the first lowest.
#[inline]
pub(super) fn word(bytes: &[u8], length: usize) -> u64 {
    let whole = match bytes.first_chunk::<WORD_BYTES>() {
        Some(eight) => u64::from_le_bytes(*eight),
        None => bytes.iter().rev().fold(0, |word, byte| word << 8 | u64::from(*byte)),
    };
    whole & MASKS[length.min(WORD_BYTES)]
}

/// The bytes of a word of so many bytes.
const MASKS: [u64; WORD_BYTES + 1] = {
    let mut masks = [0; WORD_BYTES + 1];
    let mut length = 1;
    while length <= WORD_BYTES {
        masks[length] = masks[length - 1] << 8 | 0xFF;
        length += 1;
    }
    masks
};

/// What reading needs to know of a line.
#[derive(Debug, Clone)]
pub(super) struct PlanLine {
    /// The line it is nested under, or [`ROOT_LINE`].
    pub(super) parent: u16,
    /// Its bit in the masks of its parent.
    pub(super) mask: u128,
    /// Once, optional or each.
    pub(super) mark: Mark,
    /// Its slot, for the order in which things stand.
    pub(super) slot: SlotId,
    /// When it must be there although it is optional.
    pub(super) demand: Option<Demand>,
    /// Which of its own lines must be there, those under a demand included.
    pub(super) required: u128,
    /// The literals, in order of position.
    pub(super) literals: Vec<Literal>,
    /// The holes, in order of position.
    pub(super) holes: Vec<PlanHole>,
    /// True when a hole holds a fact (amount, date, code) and not only words: then a second
    /// segment that says it is an error.
    pub(super) facts: bool,
    /// For people: tag and first literal.
    pub(super) name: Box<str>,
    /// The tag.
    pub(super) tag: Box<str>,
}

/// How a value is read when there is nothing to tell of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Glance {
    /// Any characters.
    Words,
    /// Any characters, perhaps over several components.
    Pieces,
    /// An exact number.
    Number,
    /// A whole number.
    Whole,
    /// A key of a code table.
    Coded,
    /// A day; the component behind it says its form.
    Day,
    /// Not at a glance.
    Care,
}

impl Glance {
    fn of(codec: &Codec, format_follows: bool) -> Glance {
        match codec {
            Codec::Text => Glance::Words,
            Codec::Split { .. } => Glance::Pieces,
            Codec::Decimal | Codec::Money => Glance::Number,
            Codec::Integer => Glance::Whole,
            Codec::Code(_) => Glance::Coded,
            Codec::Date(_) if format_follows => Glance::Day,
            _ => Glance::Care,
        }
    }
}

/// A hole and where it stands.
#[derive(Debug, Clone)]
pub(super) struct PlanHole {
    /// Position, see [`position`].
    pub(super) position: u32,
    /// Where it stands in a first repetition, see [`Part::place`].
    pub(super) place: u64,
    /// What the data is, as the hole says.
    pub(super) field: Field,
    /// How it is read, nearly always.
    pub(super) glance: Glance,
    /// Which part of the segment it is when the message is written as the line is.
    pub(super) likely: u16,
    /// Where the form of its date stands, when the message says it; 0 when not.
    pub(super) format: u32,
    /// The hole.
    pub(super) hole: Hole,
}

/// A position in a segment that sorts as it stands there: element, then component.
pub(super) const fn position(element: u16, component: u16) -> u32 {
    (element as u32) << 16 | component as u32
}

impl EdifactSpecimen {
    /// Compiles a specimen against the guide of its release. A line that cannot stand where it
    /// is written is a flaw.
    #[must_use]
    pub fn compile(source: EdifactSource, guide: &Guide) -> (EdifactSpecimen, Vec<Flaw>) {
        let mut flaws = Vec::new();
        let mut specimen = EdifactSpecimen {
            title: source.title,
            header: header(&source.lines, guide, &mut flaws),
            lines: Vec::new(),
            plan: Vec::new(),
            slots: Vec::new(),
            required: 0,
        };
        specimen.required =
            specimen.plan_lines(&source.lines, ROOT_LINE, SlotId::ROOT, guide, &mut flaws);
        check_demands(&source.lines, &source.lines, &mut flaws);
        specimen.lines = source.lines;
        specimen.index(guide);
        (specimen, flaws)
    }

    /// Message type, version, release and agency its UNH names (`INVOIC`, `D`, `96A`, `UN`).
    #[must_use]
    pub fn message(&self) -> [&str; 4] {
        self.header.each_ref().map(|part| &**part)
    }

    /// Plans lines that stand in one group, and says which of them must be there.
    fn plan_lines(
        &mut self,
        lines: &[Line],
        parent: u16,
        group: SlotId,
        guide: &Guide,
        flaws: &mut Vec<Flaw>,
    ) -> u128 {
        let mut required = 0;
        // The trigger of the group is the line the group is nested under.
        let own = if group == SlotId::ROOT { 0 } else { 2 };
        let mut cursor = SlotId(group.0 + own);
        for (at, line) in lines.iter().enumerate() {
            if at >= SIBLINGS_MAX {
                let message = format!("a group has at most {SIBLINGS_MAX} lines");
                flaws.push(Flaw::new(line.at, message));
                break;
            }
            let Some(slot) = slot_after(guide, group, cursor, &line.tag) else {
                flaws.push(misplaced(guide, group, cursor, line));
                continue;
            };
            cursor = slot;
            let opens = guide.slot(slot).group().is_some();
            if !opens && !line.children.is_empty() {
                flaws.push(Flaw::new(line.at, format!("{} begins no group here", line.tag)));
            }
            let index = u16::try_from(self.plan.len()).unwrap_or(ROOT_LINE - 1);
            let segment = if opens { SlotId(slot.0 + 1) } else { slot };
            let mask = 1u128 << at;
            self.plan.push(plan_line(line, parent, mask, segment, flaws));
            if line.mark == Mark::Once || line.demand.is_some() {
                required |= mask;
            }
            if opens {
                let inner = self.plan_lines(&line.children, index, slot, guide, flaws);
                self.plan[usize::from(index)].required = inner;
            }
        }
        required
    }

    /// Lists the lines by slot.
    fn index(&mut self, guide: &Guide) {
        for (at, slot) in guide.slots().iter().enumerate() {
            let here = self.plan.iter().enumerate().filter(|(_, line)| line.slot.index() == at);
            let candidates = here.filter_map(|(line, planned)| {
                let literal = planned.literals.first();
                let short = literal.filter(|literal| {
                    literal.position == position(1, 1) && literal.bytes.len() <= WORD_BYTES
                });
                let first = short.map_or(0, |literal| literal.word);
                let more = planned.literals.len() > usize::from(short.is_some());
                let (line, parent) = (u16::try_from(line).ok()?, planned.parent);
                Some(Candidate { line, parent, first, more })
            });
            let (group, trigger) = (slot.group().is_some(), slot.is_trigger());
            self.slots.push(SlotPlan { candidates: candidates.collect(), group, trigger });
        }
    }
}

/// Checks the demands of lines against all lines of their specimen.
fn check_demands(lines: &[Line], all: &[Line], flaws: &mut Vec<Flaw>) {
    for line in lines {
        if let Some(demand) = &line.demand {
            demand.check(all.iter().flat_map(Line::fillings), flaws);
        }
        check_demands(&line.children, all, flaws);
    }
}

/// The first place at or after `cursor`, directly in `group`, for a segment with this tag.
fn slot_after(guide: &Guide, group: SlotId, cursor: SlotId, tag: &str) -> Option<SlotId> {
    let tag = Tag::new(tag.as_bytes());
    let mut places = guide.children(group).filter(|slot| *slot >= cursor);
    places.find(|slot| guide.slot(*slot).tag == tag)
}

/// A line that cannot stand where it is written.
fn misplaced(guide: &Guide, group: SlotId, cursor: SlotId, line: &Line) -> Flaw {
    let mut known: Vec<String> = Vec::new();
    for slot in guide.children(group).filter(|slot| *slot >= cursor) {
        let name = guide.segment(slot).map(|segment| segment.tag.0.to_be_bytes());
        let name: String = name.into_iter().flatten().filter(|b| *b != 0).map(char::from).collect();
        if !known.contains(&name) {
            known.push(name);
        }
    }
    let message = format!("{} cannot stand here in {}", line.tag, guide.message());
    Flaw::new(line.at, message).with(known.iter().map(String::as_str))
}

/// What UNH says the message is; it must be the guide's.
fn header(lines: &[Line], guide: &Guide, flaws: &mut Vec<Flaw>) -> [Box<str>; 4] {
    let unh = lines.iter().find(|line| &*line.tag == "UNH");
    let part = |component: u16| -> Box<str> {
        let cells = unh.map_or(&[][..], |line| &line.cells);
        let cell = cells.iter().find(|cell| (cell.element, cell.component) == (2, component));
        match cell.map(|cell| &cell.filling) {
            Some(Filling::Literal(text) | Filling::Any(text)) => text.clone(),
            _ => "".into(),
        }
    };
    let header = [part(1), part(2), part(3), part(4)];
    let expected = [guide.message(), guide.version(), guide.release()];
    if header[..3].iter().zip(expected).any(|(said, known)| **said != *known) {
        let at = unh.map(|line| line.at).unwrap_or_default();
        let expected = format!("the table is of UNH+{{message}}+{}:", expected.join(":"));
        flaws.push(Flaw::new(at, expected));
    }
    header
}

/// One line as reading wants it.
fn plan_line(
    line: &Line,
    parent: u16,
    mask: u128,
    slot: SlotId,
    flaws: &mut Vec<Flaw>,
) -> PlanLine {
    let mut planned = PlanLine {
        parent,
        mask,
        mark: line.mark,
        slot,
        demand: line.demand.clone(),
        required: 0,
        literals: Vec::new(),
        holes: Vec::new(),
        facts: false,
        name: line.name().into(),
        tag: line.tag.clone(),
    };
    for cell in &line.cells {
        let position = position(cell.element, cell.component);
        match &cell.filling {
            Filling::Literal(text) => planned.literals.push(Literal::new(line, cell, text)),
            Filling::Hole(hole) => {
                planned.facts |= hole.codec.kind() != crate::vocabulary::Kind::Text;
                let format = format_of(line, cell);
                let glance = Glance::of(&hole.codec, format == position + 1);
                let (field, hole) = (hole.field, hole.clone());
                let likely = parts_before(line, cell);
                let place = Part::place_of(cell.element, cell.component);
                let hole = PlanHole { position, place, field, glance, likely, format, hole };
                planned.holes.push(hole);
            }
            Filling::Any(_) => {}
            Filling::Format(_) => {
                if !line.cells.iter().any(|date| format_of(line, date) == position) {
                    flaws.push(Flaw::new(line.at, "`format` stands behind a date"));
                }
            }
        }
    }
    if let Mark::Each(list) = line.mark
        && list == List::Root
    {
        flaws.push(Flaw::new(line.at, "the message as a whole is no list"));
    }
    planned
}

/// How many parts stand before a cell in a segment that is written as its line is: every element
/// has one, and one more for each further component.
fn parts_before(line: &Line, cell: &Cell) -> u16 {
    let inside = |element: u16, component: u16| {
        let here = line.cells.iter().filter(|other| other.element == element);
        let last = here.map(|other| other.component).filter(|other| *other < component).max();
        last.map_or(0, |last| last.max(1))
    };
    let before: u16 = (1..cell.element).map(|element| inside(element, u16::MAX).max(1)).sum();
    before + cell.component - 1
}

/// Where the form of the date in a cell stands; 0 when it is no date or the form is fixed.
fn format_of(line: &Line, cell: &Cell) -> u32 {
    let Filling::Hole(hole) = &cell.filling else { return 0 };
    if !matches!(hole.codec, Codec::Date(_) | Codec::Instant(_)) {
        return 0;
    }
    let form = line
        .cells
        .iter()
        .find(|other| other.element == cell.element && matches!(other.filling, Filling::Format(_)));
    form.map_or(0, |form| position(form.element, form.component))
}

impl EdifactSpecimen {
    /// The form a date of a line is written in.
    pub(super) fn written_form(line: &Line, cell: &Cell) -> Option<Form> {
        let form = line.cells.iter().find_map(|other| match &other.filling {
            Filling::Format(code) if other.element == cell.element => Some(code),
            _ => None,
        });
        form.and_then(|code| Form::of_code(code))
    }
}
