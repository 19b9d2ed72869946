//! The text of a JSON specimen: JSON with holes that need no quotes, comments, and marks at the
//! ends of lines.

use super::{JsonLine, JsonSpecimen, JsonValue};
use crate::codec::Notation;
use crate::codes::Codes;
use crate::specimen::{At, Demand, Filling, Flaw, Mark, Scope, fill};
use crate::vocabulary::List;
use acquit_syntax::json::{Limits, read};

/// Deepest nesting of a specimen.
pub const DEPTH_MAX: usize = 32;

/// Reads a specimen.
pub(super) fn parse(text: &str, codes: &Codes) -> (JsonSpecimen, Vec<Flaw>) {
    let title: Vec<&str> = text.lines().map_while(|line| line.strip_prefix('#')).collect();
    let title: Vec<&str> = title.iter().map(|line| line.trim()).collect();
    let mut parser = Parser { text, at: 0, depth: 0, codes, flaws: Vec::new() };
    if title.is_empty() {
        parser.tell("the first lines say what the file is, its source and its date");
    }
    let root = parser.line(List::Root, "", "");
    if root.is_some() && parser.next().is_some() {
        parser.tell("there is one outermost value");
    }
    let root = root.unwrap_or_else(|| JsonLine {
        name: "".into(),
        path: "".into(),
        value: JsonValue::Object(Vec::new()),
        mark: Mark::Once,
        demand: None,
        at: At { line: 1, column: 1 },
    });
    check_demands(&root, &root, &mut parser.flaws);
    (JsonSpecimen { title: title.join("\n"), root }, parser.flaws)
}

/// Checks the demands of a line and those in it against the whole specimen.
fn check_demands(line: &JsonLine, root: &JsonLine, flaws: &mut Vec<Flaw>) {
    if let Some(demand) = &line.demand {
        demand.check(root.fillings(), flaws);
    }
    match &line.value {
        JsonValue::Object(lines) => lines.iter().for_each(|line| check_demands(line, root, flaws)),
        JsonValue::Array(element, _) => check_demands(element, root, flaws),
        JsonValue::Text(_) | JsonValue::Bare(_) => {}
    }
}

struct Parser<'t, 'c> {
    text: &'t str,
    at: usize,
    depth: usize,
    codes: &'c Codes,
    flaws: Vec<Flaw>,
}

impl<'t> Parser<'t, '_> {
    /// A value with its mark; nothing where the text cannot be followed.
    fn line(&mut self, around: List, path: &str, name: &str) -> Option<JsonLine> {
        let first = self.next()?;
        let at = self.place();
        let mut line = JsonLine {
            name: name.into(),
            path: path.into(),
            value: JsonValue::Object(Vec::new()),
            mark: Mark::Once,
            demand: None,
            at,
        };
        let hole = self
            .rest()
            .get(1..)
            .unwrap_or_default()
            .starts_with(|next: char| next.is_ascii_lowercase());
        line.value = match first {
            b'[' | b'{' if self.depth >= DEPTH_MAX => {
                self.tell(format!("at most {DEPTH_MAX} levels"));
                return None;
            }
            b'[' => self.array(&mut line, around)?,
            b'{' if !hole => self.object(&mut line, around)?,
            b'"' => {
                let text = self.quoted()?;
                JsonValue::Text(self.fill(&text, at, around))
            }
            _ => {
                let end = if first == b'{' { "}" } else { "" };
                let text = self.word(end);
                if text.is_empty() {
                    self.tell("expected a value");
                    return None;
                }
                JsonValue::Bare(self.fill(text, at, around))
            }
        };
        self.mark(&mut line);
        Some(line)
    }

    /// An array with the one line that stands for every element.
    fn array(&mut self, line: &mut JsonLine, around: List) -> Option<JsonValue> {
        self.at += 1;
        let before = self.flaws.len();
        let at = self.place();
        self.mark(line);
        let list = line.mark.scope(around);
        if !matches!(line.mark, Mark::Each(_)) && self.flaws.len() == before {
            self.flaws.push(Flaw::new(at, "expected `each LIST` behind [").with(["each LIST"]));
        }
        self.depth += 1;
        let element = self.line(list, &format!("{}/*", line.path), "")?;
        self.depth -= 1;
        if self.next() != Some(b']') {
            self.tell("expected ] behind the one line that stands for every element");
            return None;
        }
        self.at += 1;
        Some(JsonValue::Array(Box::new(element), list))
    }

    /// An object with its members.
    fn object(&mut self, line: &mut JsonLine, around: List) -> Option<JsonValue> {
        self.at += 1;
        self.mark(line);
        self.depth += 1;
        let mut lines: Vec<JsonLine> = Vec::new();
        loop {
            match self.next() {
                Some(b'}') => break,
                Some(b'"') => {}
                _ => {
                    self.tell("expected a name in quotes, or }");
                    return None;
                }
            }
            let at = self.place();
            let name = self.quoted()?;
            if self.next() != Some(b':') {
                self.tell("expected :");
                return None;
            }
            self.at += 1;
            if lines.iter().any(|line| *line.name == *name) {
                self.flaws.push(Flaw::new(at, format!("\"{name}\" stands here already")));
            }
            let mut member = self.line(around, &format!("{}/{name}", line.path), &name)?;
            if self.next() == Some(b',') {
                self.at += 1;
                self.mark(&mut member);
            }
            lines.push(member);
        }
        self.at += 1;
        self.depth -= 1;
        Some(JsonValue::Object(lines))
    }

    fn fill(&mut self, text: &str, at: At, list: List) -> Filling {
        let scope = Scope { list, codes: self.codes, notation: Notation::Json };
        fill(text, at, scope, &mut self.flaws)
    }

    /// Takes the mark at the end of the line, if there is one.
    fn mark(&mut self, line: &mut JsonLine) {
        let rest = self.rest();
        let blanks = rest.len() - rest.trim_start_matches(' ').len();
        let (_, rest) = rest.split_at(blanks);
        if !rest.starts_with(|first: char| first.is_ascii_lowercase()) {
            return;
        }
        self.at += blanks;
        let at = self.place();
        let text = rest.lines().next().unwrap_or_default();
        self.at += text.len();
        if line.mark != Mark::Once || line.demand.is_some() {
            self.flaws.push(Flaw::new(at, "one mark is enough"));
        }
        let (mark, demand): (Mark, Option<Demand>) = Mark::parse(text.trim(), at, &mut self.flaws);
        let list = matches!(mark, Mark::Each(_));
        if list && !self.text[..self.at - text.len()].trim_end().ends_with('[') {
            self.flaws.push(Flaw::new(at, "`each` stands behind the [ of an array"));
            return;
        }
        (line.mark, line.demand) = (mark, demand);
    }

    /// A text in quotes, decoded.
    fn quoted(&mut self) -> Option<String> {
        let rest = self.rest();
        let mut released = false;
        let end = rest[1..].find(|character| match character {
            '\n' => true,
            '"' if !released => true,
            _ => {
                released = character == '\\' && !released;
                false
            }
        });
        let token = end.and_then(|end| rest.get(..end + 2)).unwrap_or(rest);
        let (document, faults) = read(token.as_bytes(), &Limits::default());
        match document.filter(|_| faults.is_empty()) {
            Some(document) => {
                self.at += token.len();
                Some(document.root().text().to_owned())
            }
            None => {
                self.tell("this text is not closed, or has an unknown escape");
                None
            }
        }
    }

    /// A word, or a hole without quotes up to its brace.
    fn word(&mut self, end: &str) -> &'t str {
        let rest = self.rest();
        let length = match end {
            "" => rest.find(|c: char| c.is_whitespace() || matches!(c, ',' | '}' | ']')),
            end => rest.find(end).map(|at| at + end.len()),
        };
        let word = &rest[..length.unwrap_or(rest.len())];
        self.at += word.len();
        word
    }

    /// Passes over white space and comments, and says what stands behind them.
    fn next(&mut self) -> Option<u8> {
        loop {
            let rest = self.rest();
            self.at += rest.len() - rest.trim_start().len();
            let rest = self.rest();
            match rest.as_bytes().first() {
                Some(b'#') => self.at += rest.find('\n').unwrap_or(rest.len()),
                other => return other.copied(),
            }
        }
    }

    fn rest(&self) -> &'t str {
        &self.text[self.at..]
    }

    /// Where the next character stands.
    fn place(&self) -> At {
        let before = &self.text[..self.at];
        let start = before.rfind('\n').map_or(0, |at| at + 1);
        let number = |count: usize| u32::try_from(count).unwrap_or(u32::MAX).saturating_add(1);
        At {
            line: number(before.matches('\n').count()),
            column: number(before[start..].chars().count()),
        }
    }

    fn tell(&mut self, message: impl Into<String>) {
        self.flaws.push(Flaw::new(self.place(), message));
    }
}
