//! Statements of 120 characters, written for the tests.

/// A record of 120 characters: texts at their places.
pub(crate) fn record(fields: &[(usize, &str)]) -> String {
    let mut text = vec![' '; 120];
    for (start, field) in fields {
        for (place, character) in text[start - 1..].iter_mut().zip(field.chars()) {
            *place = character;
        }
    }
    text.iter().collect::<String>() + "\r\n"
}

/// Minor units with the sign in the last digit.
pub(crate) fn overpunch(minor: i64) -> String {
    let digits = format!("{:014}", minor.unsigned_abs());
    let (front, last) = digits.split_at(13);
    let signs = if minor < 0 { "}JKLMNOPQR" } else { "{ABCDEFGHI" };
    let last: usize = last.parse().unwrap();
    format!("{front}{}", signs.chars().nth(last).unwrap())
}

/// A statement from 100.00: code, label, reference and minor units of each movement.
pub(crate) fn statement(date: &str, movements: &[(&str, &str, &str, i64)], off: i64) -> String {
    let front = [(3, "00007"), (12, "00780"), (17, "MAD"), (20, "2"), (22, "00000012345")];
    let with = |more: &[(usize, &str)]| record(&[&front[..], more].concat());
    let mut text = with(&[(1, "01"), (35, date), (91, &overpunch(10_000))]);
    let mut sum = 10_000 + off;
    for (code, label, reference, minor) in movements {
        sum += minor;
        text += &with(&[
            (1, "04"),
            (8, "0123"),
            (33, code),
            (35, date),
            (43, date),
            (49, label),
            (80, reference),
            (91, &overpunch(*minor)),
        ]);
    }
    text + &with(&[(1, "07"), (35, date), (91, &overpunch(sum))])
}
