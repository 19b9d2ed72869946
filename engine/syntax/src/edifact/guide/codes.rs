//! Code values of one coded element, made for one question: is this value listed?

use super::shape::ElementId;
use super::text::{Flaws, GuideFile, Line, lines};
use super::{Directory, Flaw};

/// Longest code value kept, in bytes: no directory lists a longer one.
pub const CODE_MAX: usize = 8;

/// A code value packed in one word, first byte lowest; zero is no code.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Code(pub u64);

impl Code {
    /// Packs a value; nothing when it is empty or longer than [`CODE_MAX`].
    #[must_use]
    pub fn new(value: &[u8]) -> Option<Code> {
        if value.is_empty() || value.len() > CODE_MAX {
            return None;
        }
        let packed = value.iter().rev().fold(0u64, |packed, byte| packed << 8 | u64::from(*byte));
        Some(Code(packed))
    }
}

/// The values of one coded element, with their names where the file tells them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CodeList {
    /// The element.
    pub id: ElementId,
    /// Open addressing, a power of two at least twice the number of values; 0 is free.
    table: Vec<u64>,
    shift: u32,
    /// Values in the order of the file, each with the end of its name in `names`.
    values: Vec<(Code, u32)>,
    names: String,
}

impl CodeList {
    fn new(id: ElementId) -> CodeList {
        CodeList { id, table: Vec::new(), shift: 0, values: Vec::new(), names: String::new() }
    }

    /// Whether a value is listed.
    #[must_use]
    #[inline]
    pub fn has(&self, code: Code) -> bool {
        let mask = self.table.len() - 1;
        let mut at = self.home(code);
        loop {
            let held = self.table[at & mask];
            if held == code.0 {
                return code.0 != 0;
            }
            if held == 0 {
                return false;
            }
            at += 1;
        }
    }

    /// Name of a value; nothing when the value is not listed or has no name in this release.
    #[must_use]
    pub fn name(&self, code: Code) -> Option<&str> {
        let at = self.values.iter().position(|(value, _)| *value == code)?;
        let begin = if at == 0 { 0 } else { self.values[at - 1].1 };
        let name = self.names.get(begin as usize..self.values[at].1 as usize)?;
        Some(name).filter(|name| !name.is_empty())
    }

    /// Whether a digit stands in any value.
    pub(super) fn has_digits(&self) -> bool {
        let digit = |code: &Code| code.0.to_le_bytes().iter().any(u8::is_ascii_digit);
        self.values.iter().any(|(code, _)| digit(code))
    }

    /// How many values are listed.
    #[must_use]
    pub fn len(&self) -> usize {
        self.values.len()
    }

    /// Whether no value is listed.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.values.is_empty()
    }

    /// Fibonacci hashing: the high bits of a product depend on every byte of the code.
    #[inline]
    fn home(&self, code: Code) -> usize {
        usize::try_from(code.0.wrapping_mul(0x9E37_79B9_7F4A_7C15) >> self.shift).unwrap_or(0)
    }

    fn push(&mut self, code: Code, name: &str) {
        self.names.push_str(name);
        self.values.push((code, u32::try_from(self.names.len()).unwrap_or(u32::MAX)));
    }

    /// Fills the table; true when a value was listed twice.
    fn seal(&mut self) -> bool {
        let bits = (self.values.len() * 2).next_power_of_two().max(2).trailing_zeros();
        self.table = vec![0; 1 << bits];
        self.shift = 64 - bits;
        let mut twice = false;
        for index in 0..self.values.len() {
            let code = self.values[index].0;
            twice |= self.has(code);
            let mut at = self.home(code);
            while self.table[at & (self.table.len() - 1)] != 0 {
                at += 1;
            }
            let mask = self.table.len() - 1;
            self.table[at & mask] = code.0;
        }
        twice
    }
}

/// Reads `codes.guide`: every list, in the order of the file.
pub(super) fn read(text: &str, directory: &str) -> (Vec<CodeList>, Vec<Flaw>) {
    let mut flaws = Flaws::new(GuideFile::Codes);
    let mut lists: Vec<CodeList> = Vec::new();
    for mut line in lines(text) {
        if line.level > 0 {
            match lists.last_mut() {
                Some(list) => values(list, line, &mut flaws),
                None => flaws.at(line.rest, "a code stands under its element, as `1225`"),
            }
            continue;
        }
        let word = line.word();
        if word.text == "directory" {
            if line.rest.text != directory {
                flaws.at(line.rest, format!("this file belongs to directory {directory}"));
            }
        } else if let Some(id) = ElementId::new(word.text) {
            lists.push(CodeList::new(id));
        } else {
            flaws.at(word, "expected the number of a coded element, as `1225`");
        }
    }
    for list in &mut lists {
        if list.seal() {
            flaws.line(1, 1, format!("element {} lists a value twice", list.id));
        }
    }
    (lists, flaws.all)
}

/// One line of a list: `| 1 2 3`, or a value and its name.
fn values(list: &mut CodeList, mut line: Line<'_>, flaws: &mut Flaws) {
    let first = line.word();
    if first.text != "|" {
        match Code::new(first.text.as_bytes()) {
            Some(code) => list.push(code, line.rest.text),
            None => flaws.at(first, format!("a code has 1 to {CODE_MAX} characters")),
        }
        return;
    }
    while !line.rest.text.is_empty() {
        let word = line.word();
        match Code::new(word.text.as_bytes()) {
            Some(code) => list.push(code, ""),
            None => flaws.at(word, format!("a code has 1 to {CODE_MAX} characters")),
        }
    }
}

/// Says which lists have no coded element, and which coded elements no list.
pub(super) fn agree(directory: &Directory, coded: &[ElementId], flaws: &mut Vec<Flaw>) {
    let mut say = |file, message: String| flaws.push(Flaw { file, line: 1, column: 1, message });
    for list in directory.lists() {
        if !coded.contains(&list.id) {
            say(GuideFile::Codes, format!("{} is not a coded element of segments.guide", list.id));
        }
    }
    for id in coded {
        if directory.list(*id).is_none() {
            say(GuideFile::Segments, format!("{id} is marked `code` but has no list"));
        }
    }
}
