//! A bank statement of 120 characters, as Moroccan banks send it after ETEBAC 3.

use crate::{check, specimen, told};

const SPECIMEN: &str = "\
# Bank statement, 120 characters: old balance, movements, new balance.
# Source: CFONB 120 as Moroccan banks profile it. Version 1.
length 120
charset iso-8859-15
lines crlf

01
  3/5     {bank}
  12/5    {any}
  17/3    {currency code currency}
  20/1    {any 2}
  22/11   {account}
  35/6    {opened_on date ddmmyy}
  91/14   {opening overpunch 20/1}
04        each entries
  3/5     {any}
  8/4     {any}
  12/5    {any}
  17/3    {currency code currency}
  20/1    {any 2}
  22/11   {account}
  35/6    {any}
  43/6    {booked_on date ddmmyy}
  49/31   {label?}
  80/9    {transaction?}
  91/14   {amount overpunch 20/1}
07
  17/3    {any MAD}
  20/1    {any 2}
  35/6    {any}
  91/14   {closing overpunch 20/1}
";

/// A record: texts at their places, blanks elsewhere.
fn record(fields: &[(usize, &str)]) -> String {
    let mut text = vec![' '; 120];
    for (start, field) in fields {
        for (place, character) in text[start - 1..].iter_mut().zip(field.chars()) {
            *place = character;
        }
    }
    text.iter().collect::<String>() + "\r\n"
}

fn statement(amount: &str) -> String {
    let account = (22, "00000012345");
    let balance = |kind, date, amount| {
        let front = [(1, kind), (3, "00007"), (12, "00780"), (17, "MAD"), (20, "2")];
        record(&[&front[..], &[account, (35, date), (91, amount)]].concat())
    };
    let movement = record(&[
        (1, "04"),
        (3, "00007"),
        (8, "0123"),
        (12, "00780"),
        (17, "MAD"),
        (20, "2"),
        account,
        (33, "05"),
        (35, "221217"),
        (43, "231217"),
        (49, "VIREMENT RECU PN-00069321-1"),
        (80, "REF123456"),
        (91, amount),
    ]);
    let opening = balance("01", "221217", "0000000100000{");
    opening + &movement + &balance("07", "231217", "0000000136000{")
}

#[test]
fn a_statement_is_read_and_written() {
    let carrier = specimen("fixed", SPECIMEN);
    let said = "account = 00000012345\nbank = 00007\nclosing = 13600.00\ncurrency = MAD\n\
        opened_on = 2017-12-22\nopening = 10000.00\nentries[1].account = 00000012345\n\
        entries[1].amount = 3600.00\nentries[1].booked_on = 2017-12-23\nentries[1].currency = MAD\n\
        entries[1].label = VIREMENT RECU PN-00069321-1\nentries[1].transaction = REF123456\n";
    check(&carrier, &statement("0000000036000{"), said);
    let taken_back = said.replace("= 3600.00", "= -3600.00");
    check(&carrier, &statement("0000000036000}"), &taken_back);
}

#[test]
fn a_shifted_line_is_told_with_its_number() {
    let carrier = specimen("fixed", SPECIMEN);
    let shift = |to: &str| {
        let file = statement("0000000036000{").replace("REF123456  0", to);
        told(&carrier, file.as_bytes())
    };
    let shorter = shift("REF123456 0");
    assert!(shorter.contains("error FIX-LENGTH  line 2 \"119\" @122\n"), "{shorter}");
    let longer = shift("REF123456   0");
    assert!(longer.contains("error FIX-LENGTH  line 2 \"121\" @122\n"), "{longer}");
    let amount = "error FIX-VALUE 04 91/14 line 2 \"0000000036000\" @212\n";
    assert!(longer.contains(amount), "{longer}");
}
