//! Recipes of hostile inputs: a base text and what is done to it. `badinputs/README.md` has the
//! list of operations.

use serde_json::Value;

/// Most bytes a recipe may grow to: a recipe that describes more is refused, so that the table
/// cannot exhaust the machine it runs on.
pub const RECIPE_BYTES_MAX: usize = 128 << 20;

/// Base messages by name.
pub type Bases = serde_json::Map<String, Value>;

/// Makes the bytes of a recipe; `Err` names what it does not know.
pub fn materialise(recipe: &Value, bases: &Bases) -> Result<Vec<u8>, String> {
    let text = |name: &str| recipe.get(name).and_then(Value::as_str);
    if let Some(text) = text("text") {
        return Ok(text.as_bytes().to_vec());
    }
    if let Some(hex) = text("hex") {
        return unhex(hex);
    }
    if let Some(value) = recipe.get("rep") {
        let piece = argument(value, 0)?.repeat(number(value, 1)?);
        let (prefix, suffix) = (text("prefix").unwrap_or(""), text("suffix").unwrap_or(""));
        return Ok([prefix.as_bytes(), piece.as_bytes(), suffix.as_bytes()].concat());
    }
    if let Some(value) = recipe.get("nest") {
        let (name, depth) = (argument(value, 0)?, number(value, 1)?);
        let (open, close) = (format!("<{name}>"), format!("</{name}>"));
        return Ok((open.repeat(depth) + &close.repeat(depth)).into_bytes());
    }
    if let Some(count) = recipe.get("xmlns").and_then(Value::as_u64) {
        let names: String = (0..count).map(|n| format!(" xmlns:n{n}=\"urn:{n}\"")).collect();
        return Ok(format!("<a{names}/>").into_bytes());
    }
    if let Some(value) = recipe.get("quad") {
        let (long, times) = ("A".repeat(number(value, 0)?), number(value, 1)?);
        let uses = "&a;".repeat(times);
        return Ok(format!("<!DOCTYPE q [<!ENTITY a \"{long}\">]><q>{uses}</q>").into_bytes());
    }
    let Some(base) = text("base") else { return Err(format!("no base in {recipe}")) };
    let mut bytes = base_bytes(bases, base)?;
    for op in recipe.get("ops").and_then(Value::as_array).into_iter().flatten() {
        bytes = operate(bytes, op, bases)?;
        if bytes.len() > RECIPE_BYTES_MAX {
            return Err(format!("{op} grows past {RECIPE_BYTES_MAX} bytes"));
        }
    }
    Ok(bytes)
}

fn base_bytes(bases: &Bases, name: &str) -> Result<Vec<u8>, String> {
    let text = bases.get(name).and_then(Value::as_str).ok_or(format!("no base {name}"))?;
    Ok(text.as_bytes().to_vec())
}

/// One operation. Texts that are not there leave the bytes as they are an error: a recipe that
/// changes nothing would test nothing.
fn operate(bytes: Vec<u8>, op: &Value, bases: &Bases) -> Result<Vec<u8>, String> {
    let name = argument(op, 0)?;
    let first = || argument(op, 1).map(str::as_bytes);
    let second = || argument(op, 2).map(str::as_bytes);
    let missing = || format!("{op}: the base has no such text");
    Ok(match name {
        "sub" => replace(&bytes, first()?, second()?, None).ok_or_else(missing)?,
        "sub1" => replace(&bytes, first()?, second()?, Some(0)).ok_or_else(missing)?,
        "subnth" => {
            let nth = number(op, 3)?.saturating_sub(1);
            replace(&bytes, first()?, second()?, Some(nth)).ok_or_else(missing)?
        }
        "sublast" => {
            let last = positions(&bytes, first()?).len().checked_sub(1).ok_or_else(missing)?;
            replace(&bytes, first()?, second()?, Some(last)).ok_or_else(missing)?
        }
        "rep_sub1" => {
            let long = argument(op, 2)?.repeat(number(op, 3)?);
            replace(&bytes, first()?, long.as_bytes(), Some(0)).ok_or_else(missing)?
        }
        "hexsub1" | "hexsub" => {
            let (from, to) = (unhex(argument(op, 1)?)?, unhex(argument(op, 2)?)?);
            let only = (name == "hexsub1").then_some(0);
            replace(&bytes, &from, &to, only).ok_or_else(missing)?
        }
        "append" => [&bytes, first()?].concat(),
        "append_base" => [bytes, base_bytes(bases, argument(op, 1)?)?].concat(),
        "append_hex" => [bytes, unhex(argument(op, 1)?)?].concat(),
        "prepend_hex" => [unhex(argument(op, 1)?)?, bytes].concat(),
        "trunc_last" => bytes[..bytes.len().saturating_sub(number(op, 1)?)].to_vec(),
        "wrap" => bytes.chunks(number(op, 1)?).collect::<Vec<_>>().join(&b"\r\n"[..]),
        "enc" => encode(&bytes, argument(op, 1)?)?,
        _ => return cut(bytes, op),
    })
}

/// The operations on a stretch of the base.
fn cut(bytes: Vec<u8>, op: &Value) -> Result<Vec<u8>, String> {
    let name = argument(op, 0)?;
    let missing = || format!("{op}: the base has no such text");
    let from = *positions(&bytes, argument(op, 1)?.as_bytes()).first().ok_or_else(missing)?;
    let stretch = |end: &str| -> Result<usize, String> {
        positions(&bytes, end.as_bytes()).last().copied().ok_or_else(missing)
    };
    Ok(match name {
        "cut_before" if argument(op, 1)? == "UNH" => bytes[from..].to_vec(),
        "cut_before" => bytes[..stretch(argument(op, 1)?)?].to_vec(),
        "ins_before" | "rep_ins_before" => {
            let times = if name == "ins_before" { 1 } else { number(op, 3)? };
            let piece = argument(op, 2)?.repeat(times);
            [&bytes[..from], piece.as_bytes(), &bytes[from..]].concat()
        }
        "cut_between" | "dup_between" | "rep_between" => {
            let to = stretch(argument(op, 2)?)?;
            let times = match name {
                "cut_between" => 0,
                "dup_between" => 2,
                _ => number(op, 3)?,
            };
            let middle = bytes.get(from..to).ok_or_else(missing)?.repeat(times);
            [&bytes[..from], &middle, &bytes[to..]].concat()
        }
        _ => return Err(format!("operation {name} is not known")),
    })
}

fn argument(of: &Value, at: usize) -> Result<&str, String> {
    of.get(at).and_then(Value::as_str).ok_or_else(|| format!("{of}: no text at {at}"))
}

fn number(of: &Value, at: usize) -> Result<usize, String> {
    let found = of.get(at).and_then(Value::as_u64).ok_or_else(|| format!("{of}: no number"))?;
    usize::try_from(found).map_err(|error| format!("{of}: {error}"))
}

/// Where a text begins, each after the end of the one before.
fn positions(bytes: &[u8], wanted: &[u8]) -> Vec<usize> {
    let mut found = Vec::new();
    let mut at = 0;
    while !wanted.is_empty() && at + wanted.len() <= bytes.len() {
        if bytes[at..].starts_with(wanted) {
            found.push(at);
            at += wanted.len();
        } else {
            at += 1;
        }
    }
    found
}

/// Replaces all occurrences, or one; `None` when there is none.
fn replace(bytes: &[u8], from: &[u8], to: &[u8], only: Option<usize>) -> Option<Vec<u8>> {
    let mut chosen = positions(bytes, from);
    if let Some(nth) = only {
        chosen = vec![*chosen.get(nth)?];
    }
    chosen.first()?;
    let mut out = Vec::with_capacity(bytes.len());
    let mut at = 0;
    for position in chosen {
        out.extend_from_slice(&bytes[at..position]);
        out.extend_from_slice(to);
        at = position + from.len();
    }
    out.extend_from_slice(&bytes[at..]);
    Some(out)
}

fn encode(bytes: &[u8], charset: &str) -> Result<Vec<u8>, String> {
    let text = std::str::from_utf8(bytes).map_err(|error| error.to_string())?;
    match charset {
        "utf-8" => Ok(bytes.to_vec()),
        "latin-1" => text
            .chars()
            .map(|c| u8::try_from(u32::from(c)).map_err(|_| format!("{c} is not in {charset}")))
            .collect(),
        "utf-16le" => Ok(text.encode_utf16().flat_map(u16::to_le_bytes).collect()),
        "cp500" => text.chars().map(ebcdic).collect(),
        _ => Err(format!("charset {charset} is not known")),
    }
}

/// EBCDIC code page 500, the characters of an interchange.
fn ebcdic(c: char) -> Result<u8, String> {
    const SIGNS: &[(char, u8)] = &[
        (' ', 0x40),
        ('.', 0x4B),
        ('+', 0x4E),
        (':', 0x7A),
        ('\'', 0x7D),
        ('?', 0x6F),
        ('-', 0x60),
    ];
    let offset = |from: char, base: u8| base + (u32::from(c) - u32::from(from)) as u8;
    match c {
        'A'..='I' => Ok(offset('A', 0xC1)),
        'J'..='R' => Ok(offset('J', 0xD1)),
        'S'..='Z' => Ok(offset('S', 0xE2)),
        '0'..='9' => Ok(offset('0', 0xF0)),
        _ => SIGNS
            .iter()
            .find(|(sign, _)| *sign == c)
            .map(|(_, byte)| *byte)
            .ok_or(format!("{c} is not in this table of code page 500")),
    }
}

fn unhex(text: &str) -> Result<Vec<u8>, String> {
    (0..text.len())
        .step_by(2)
        .map(|at| {
            let pair = text.get(at..at + 2).ok_or("an odd number of digits")?;
            u8::from_str_radix(pair, 16).map_err(|error| error.to_string())
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::{Bases, materialise};
    use serde_json::json;

    fn check(ops: serde_json::Value, expected: &str) {
        let mut bases = Bases::new();
        bases.insert("B".into(), json!("UNB+a'UNH+b'UNT+a'UNZ+b'"));
        let recipe = json!({"base": "B", "ops": ops});
        let made = materialise(&recipe, &bases).map(|bytes| bytes.escape_ascii().to_string());
        assert_eq!(made.unwrap_or_else(|error| error), expected);
    }

    #[test]
    fn operations() {
        check(json!([["sub", "+a", "+c"]]), r"UNB+c\'UNH+b\'UNT+c\'UNZ+b\'");
        check(json!([["sub1", "+a", "+c"]]), r"UNB+c\'UNH+b\'UNT+a\'UNZ+b\'");
        check(json!([["subnth", "+a", "+c", 2]]), r"UNB+a\'UNH+b\'UNT+c\'UNZ+b\'");
        check(json!([["sublast", "+b", "+c"]]), r"UNB+a\'UNH+b\'UNT+a\'UNZ+c\'");
        check(json!([["cut_before", "UNH"]]), r"UNH+b\'UNT+a\'UNZ+b\'");
        check(json!([["cut_before", "UNZ"]]), r"UNB+a\'UNH+b\'UNT+a\'");
        check(json!([["cut_between", "UNH", "UNZ"]]), r"UNB+a\'UNZ+b\'");
        check(
            json!([["rep_between", "UNT", "UNZ", 3]]),
            r"UNB+a\'UNH+b\'UNT+a\'UNT+a\'UNT+a\'UNZ+b\'",
        );
        check(json!([["ins_before", "UNT", "X'"]]), r"UNB+a\'UNH+b\'X\'UNT+a\'UNZ+b\'");
        check(json!([["trunc_last", 8], ["wrap", 8]]), r"UNB+a\'UN\r\nH+b\'UNT+");
        check(json!([["hexsub1", "2b61", "00"]]), r"UNB\x00\'UNH+b\'UNT+a\'UNZ+b\'");
        check(json!([["sub", "zz", ""]]), r#"["sub","zz",""]: the base has no such text"#);
        check(json!([["melt"]]), r#"["melt"]: no text at 1"#);
    }
}
