//! A statement for one row as a statement for many: PostgreSQL takes a column of arguments as one
//! array, which is its fastest way that still knows `ON CONFLICT`.
//!
//! `INSERT INTO t (a, b) VALUES ($1, $2) ..` becomes `INSERT INTO t (a, b) SELECT k.a1, k.a2 FROM
//! UNNEST($1::.., $2::..) WITH ORDINALITY k ORDER BY k.o ..`; an `UPDATE` or `DELETE` is joined
//! with the same rows.

use crate::dialect::postgres::NUMBERED;
use crate::value::Value;
use std::collections::{HashMap, HashSet};
use std::fmt::Write;

/// What a statement does, as far as writing many rows depends on it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Kind {
    /// Adds rows. Those that are there already are passed over.
    Add,
    /// Adds rows, or changes those that are there; the arguments of their key, from 0. A row said
    /// twice changes nothing the second time.
    Put(Vec<usize>),
    /// Changes rows, found by their first argument among others.
    Change,
    /// Removes rows.
    Remove,
}

/// A statement for many rows.
#[derive(Debug, Clone)]
pub(super) struct Many {
    pub(super) sql: String,
    pub(super) kind: Kind,
}

impl Many {
    /// Makes it from the text for one row, as PostgreSQL takes it, and the types of its
    /// arguments. When `telling`, it gives back what [`Many::unchanged`] wants to know.
    /// `None` when the text is of another form than those described above.
    pub(super) fn of(sql: &str, types: &[String], telling: bool) -> Option<Many> {
        let columns: Vec<String> = (1..=types.len()).map(|at| format!("a{at}")).collect();
        let arrays: Vec<String> =
            types.iter().zip(1..).map(|(of, at)| format!("${at}::{of}[]")).collect();
        let rows = format!(
            "UNNEST({}) WITH ORDINALITY AS k({}, o)",
            arrays.join(", "),
            columns.join(", ")
        );
        match sql.split_whitespace().next()? {
            "INSERT" => insert(sql, types.len(), &rows, telling),
            "UPDATE" => joined(sql, "FROM", &rows, telling, Kind::Change),
            "DELETE" => joined(sql, "USING", &rows, telling, Kind::Remove),
            _ => None,
        }
    }

    /// Cuts rows into rounds within which one statement does what one after the other would.
    pub(super) fn rounds(&self, rows: &[&[Value]]) -> Vec<Vec<usize>> {
        let key: Vec<usize> = match &self.kind {
            Kind::Add | Kind::Remove => return vec![(0..rows.len()).collect()],
            Kind::Put(key) => key.clone(),
            Kind::Change => vec![0],
        };
        let mut seen: HashSet<&[Value]> = HashSet::new();
        let mut place: HashMap<Vec<&Value>, usize> = HashMap::new();
        let mut rounds: Vec<Vec<usize>> = Vec::new();
        for (at, row) in rows.iter().enumerate() {
            if matches!(self.kind, Kind::Put(_)) && !seen.insert(row) {
                continue;
            }
            let named = key.iter().filter_map(|column| row.get(*column)).collect();
            let round = place.entry(named).or_insert(0);
            if rounds.len() == *round {
                rounds.push(Vec::new());
            }
            rounds[*round].push(at);
            *round += 1;
        }
        rounds
    }

    /// The rows, of those given, that changed nothing, from what the statement gave back.
    pub(super) fn unchanged(&self, rows: &[&[Value]], told: Vec<Vec<Value>>) -> Vec<usize> {
        match self.kind {
            Kind::Add | Kind::Put(_) => {
                let mut added: HashMap<Vec<Value>, usize> = HashMap::new();
                for row in told {
                    *added.entry(row).or_insert(0) += 1;
                }
                let is_left = |at: &usize| {
                    let named: Vec<Value> =
                        rows[*at].iter().take(NAMED).map(Value::as_read).collect();
                    match added.get_mut(&named) {
                        Some(left) if *left > 0 => {
                            *left -= 1;
                            false
                        }
                        _ => true,
                    }
                };
                (0..rows.len()).filter(is_left).collect()
            }
            Kind::Change | Kind::Remove => {
                let changed: HashSet<i64> = told
                    .into_iter()
                    .filter_map(|row| match row.first() {
                        Some(Value::Int(place)) => Some(*place),
                        _ => None,
                    })
                    .collect();
                (1i64..)
                    .zip(0..rows.len())
                    .filter(|(o, _)| !changed.contains(o))
                    .map(|p| p.1)
                    .collect()
            }
        }
    }
}

/// Columns, from the first, that tell the rows apart which a guarded statement adds.
const NAMED: usize = 2;

fn insert(sql: &str, count: usize, rows: &str, telling: bool) -> Option<Many> {
    let (head, rest) = sql.split_once("VALUES")?;
    let tail = rest.trim_start().strip_prefix('(')?.split_once(')')?.1.trim();
    let (table, listed) = head.trim().strip_prefix("INSERT INTO")?.split_once('(')?;
    let (table, listed) = (table.trim(), listed.trim().strip_suffix(')')?);
    let names: Vec<&str> = listed.split(',').map(str::trim).collect();
    if names.len() != count {
        return None;
    }
    let values: Vec<String> = (1..=count).map(|at| format!("k.a{at}")).collect();
    let mut text = format!("INSERT INTO {table} (");
    let number = NUMBERED.iter().find(|(name, of)| *name == table && !names.contains(of));
    if let Some((_, column)) = number {
        let _ = write!(text, "{column}, ");
    }
    let _ = write!(text, "{listed}) SELECT ");
    if let Some((_, column)) = number {
        let _ = write!(text, "(SELECT coalesce(max({column}), 0) FROM {table}) + k.o, ");
    }
    let _ = write!(text, "{} FROM {rows} ORDER BY k.o {tail}", values.join(", "));
    if telling {
        let named: Vec<&str> = names.iter().take(NAMED).copied().collect();
        let _ = write!(text, " RETURNING {}", named.join(", "));
    }
    let kind = match tail.contains("DO UPDATE") {
        false => Kind::Add,
        true => {
            let key = tail.split_once("CONFLICT")?.1.trim_start().strip_prefix('(')?;
            let key = key.split_once(')')?.0.split(',').map(str::trim);
            Kind::Put(key.map(|name| names.iter().position(|n| *n == name)).collect::<Option<_>>()?)
        }
    };
    Some(Many { sql: text, kind })
}

fn joined(sql: &str, word: &str, rows: &str, telling: bool, kind: Kind) -> Option<Many> {
    let (head, condition) = sql.split_once("WHERE")?;
    let mut text =
        format!("{} {word} {rows} WHERE {}", column_of(head).trim(), column_of(condition));
    if telling {
        text.push_str(" RETURNING k.o");
    }
    Some(Many { sql: text, kind })
}

/// `$3` as the third column of the rows.
fn column_of(text: &str) -> String {
    text.replace('$', "k.a")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(sql: &str, types: &[&str], expected: &str) {
        let types: Vec<String> = types.iter().map(|of| (*of).to_owned()).collect();
        assert_eq!(Many::of(sql, &types, true).expect("a form known").sql, expected);
    }

    #[test]
    fn statements_take_many_rows() {
        check(
            "INSERT INTO parked (a, b)\nVALUES ($1, $2) ON CONFLICT DO NOTHING",
            &["text", "int8"],
            "INSERT INTO parked (a, b) SELECT k.a1, k.a2 FROM UNNEST($1::text[], $2::int8[]) \
             WITH ORDINALITY AS k(a1, a2, o) ORDER BY k.o ON CONFLICT DO NOTHING RETURNING a, b",
        );
        check(
            "INSERT INTO alerts (code) VALUES ($1)",
            &["text"],
            "INSERT INTO alerts (seq, code) SELECT (SELECT coalesce(max(seq), 0) FROM alerts) \
             + k.o, k.a1 FROM UNNEST($1::text[]) WITH ORDINALITY AS k(a1, o) ORDER BY k.o  \
             RETURNING code",
        );
        check(
            "UPDATE letters SET state = $2 WHERE id = $1",
            &["bytea", "text"],
            "UPDATE letters SET state = k.a2 FROM UNNEST($1::bytea[], $2::text[]) \
             WITH ORDINALITY AS k(a1, a2, o) WHERE  id = k.a1 RETURNING k.o",
        );
        check(
            "DELETE FROM parked WHERE exchange = $1",
            &["bytea"],
            "DELETE FROM parked USING UNNEST($1::bytea[]) WITH ORDINALITY AS k(a1, o) \
             WHERE  exchange = k.a1 RETURNING k.o",
        );
        assert!(Many::of("SELECT 1", &[], false).is_none());
    }

    #[test]
    fn a_row_written_twice_goes_into_two_rounds() {
        let put = "INSERT INTO parties (code, name) VALUES ($1, $2)
            ON CONFLICT (code) DO UPDATE SET name = excluded.name";
        let many = Many::of(put, &["text".to_owned(), "text".to_owned()], false).expect("known");
        let row = |code: &str, name: &str| vec![Value::from(code), Value::from(name)];
        let rows = [row("A", "1"), row("A", "1"), row("B", "1"), row("A", "2")];
        let rows: Vec<&[Value]> = rows.iter().map(Vec::as_slice).collect();
        assert_eq!(many.rounds(&rows), [vec![0, 2], vec![3]]);
    }

    #[test]
    fn what_was_there_is_found_out() {
        let add = "INSERT INTO parts (parcel, part) VALUES ($1, $2) ON CONFLICT DO NOTHING";
        let many = Many::of(add, &["int8".to_owned(), "int8".to_owned()], true).expect("known");
        let rows: Vec<Vec<Value>> =
            [(1, 1), (1, 2), (1, 1)].map(|(a, b)| vec![Value::Int(a), Value::Int(b)]).to_vec();
        let given: Vec<&[Value]> = rows.iter().map(Vec::as_slice).collect();
        assert_eq!(many.unchanged(&given, vec![rows[0].clone()]), [1, 2]);
        let types = ["int8".to_owned(), "int8".to_owned()];
        let change = Many::of("UPDATE t SET a = $2 WHERE b = $1", &types, true);
        let told = vec![vec![Value::Int(1)], vec![Value::Int(3)]];
        assert_eq!(change.expect("known").unchanged(&given, told), [1]);
    }
}
