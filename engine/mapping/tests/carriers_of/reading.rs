//! One message of each carrier, read and written back; what is wrong with others.

use crate::{check, mutate, specimen, told};
use acquit_mapping::record::Record;
use acquit_mapping::vocabulary::field;

const CALLBACK_FORM: &str = "\
# Callback of a card payment page. Source: this test. Version 1.
AuthCode={authorisation?}            optional
ProcReturnCode={result code result}  optional
amount={paid amount 2}
currency={currency code currency}
oid={payment_order}
rnd={any x}
storetype=3D_PAY_HOSTING
EXTRA.TRXDATE={paid_at? instant ccyymmdd_hh:mm:ss} optional
HASH={signature}
";

const FORM: &str = "AuthCode=P12345&ProcReturnCode=00&amount=3600.00&currency=504&oid=PI-0001\
    &rnd=abc&storetype=3D_PAY_HOSTING&EXTRA.TRXDATE=20171222+11%3A53%3A07&HASH=Y4%2Bz%3D";

#[test]
fn forms() {
    let carrier = specimen("form", CALLBACK_FORM);
    check(
        &carrier,
        FORM,
        "authorisation = P12345\ncurrency = MAD\npaid = 3600.00\n\
        paid_at = 2017-12-22T11:53:07\npayment_order = PI-0001\nresult = paid\nsignature = Y4+z=\n",
    );
    check(
        &carrier,
        "amount=3600&currency=978&oid=1&rnd=&storetype=3D_PAY_HOSTING&HASH=h&AuthCode=",
        "currency = EUR\npaid = 3600\npayment_order = 1\nsignature = h\n",
    );
}

#[test]
fn faults_of_forms() {
    let carrier = specimen("form", CALLBACK_FORM);
    let wrong = |from: &str, to: &str, line: &str| {
        let all = told(&carrier, FORM.replacen(from, to, 1).as_bytes());
        let found =
            all.lines().any(|told| told.rsplit_once(" @").is_some_and(|(told, _)| told == line));
        assert!(found, "{from} {to}: {all}");
    };
    wrong("amount=", "amounu=", "error FORM-MISSING amount");
    wrong("amount=", "amounu=", "note FORM-UNKNOWN amounu \"3600.00\"");
    wrong("amount=", "Amount=1.00&amount=", "error FORM-DUP amount \"3600.00\"");
    wrong("&HASH=", "&HASH=AAAA&HASH=", "error FORM-DUP HASH \"Y4+z=\"");
    wrong("3600.00", "3600,00", "error FORM-VALUE amount \"3600,00\"");
    wrong("3600.00", "3600.0000000001", "error FORM-VALUE amount \"3600.0000000001\"");
    wrong("Code=00", "Code=00%0A", "error FORM-VALUE ProcReturnCode \"00\\n\"");
    wrong("rnd=abc", "rnd=%ZZ", "error FORM-ENC rnd \"%ZZ\"");
    wrong("3D_PAY", "2D_PAY", "error FORM-VALUE storetype \"2D_PAY_HOSTING\"");
    wrong("=504", "=999", "error BIZ-CUR currency \"999\"");
    wrong("=PI-0001", "=", "error FORM-MISSING oid");
    mutate(&carrier, FORM);
}

const CALLBACK_JSON: &str = "\
# Callback of a payment aggregator. Source: this test. Version 1.
{
  \"type\": \"payment.confirmed\",
  \"store\": \"{store}\",
  \"totalAmount\": {paid amount 2},
  \"currency\": {currency code currency},
  \"data\": {                                     optional
    \"operator\": \"{operator?}\",                optional
    \"at\": {paid_at? instant epoch_seconds}     optional
  },
  # The invoices that were paid.
  \"selectedItems\": [                            each invoices
    { \"id\": \"{number}\", \"amount\": {paid amount 2}, \"due\": {any true} }
  ],
  \"ok\": {result code result},
  \"extraData\": {any null}                       optional
}
";

const JSON: &str = "{\"type\":\"payment.confirmed\",\"store\":\"100030\",\
    \"totalAmount\":3600.00,\
    \"currency\":\"504\",\"data\":{\"operator\":\"CAF\\u00c9\",\"at\":1509450540},\
    \"selectedItems\":[{\"id\":\"1\",\"amount\":\"1000.00\"},\
    {\"id\":\"2\",\"amount\":2600,\"due\":true}],\"ok\":true}";

#[test]
fn json() {
    let carrier = specimen("json", CALLBACK_JSON);
    // The literal `due` is written back, so that what is missing there is not told again.
    let full = JSON.replace("\"1000.00\"}", "\"1000.00\",\"due\":false}");
    check(
        &carrier,
        &full,
        "currency = MAD\noperator = CAFÉ\npaid = 3600.00\n\
        paid_at = 2017-10-31T11:49:00Z\nresult = paid\nstore = 100030\n\
        invoices[1].number = 1\ninvoices[1].paid = 1000.00\n\
        invoices[2].number = 2\ninvoices[2].paid = 2600\n",
    );
    let read = carrier.read(full.as_bytes(), Default::default());
    let written = String::from_utf8(carrier.write(&read.records[0]).bytes).unwrap();
    assert_eq!(
        written,
        "{\"type\":\"payment.confirmed\",\"store\":\"100030\",\"totalAmount\":3600.00,\
        \"currency\":\"MAD\",\"data\":{\"operator\":\"CAFÉ\",\"at\":1509450540},\"selectedItems\":\
        [{\"id\":\"1\",\"amount\":1000.00,\"due\":true},\
        {\"id\":\"2\",\"amount\":2600.00,\"due\":true}],\
        \"ok\":\"paid\"}"
    );
    mutate(&carrier, &full);
}

#[test]
fn faults_of_json() {
    let carrier = specimen("json", CALLBACK_JSON);
    let wrong = |from: &str, to: &str, line: &str| {
        let all = told(&carrier, JSON.replacen(from, to, 1).as_bytes());
        let found =
            all.lines().any(|told| told.rsplit_once(" @").is_some_and(|(told, _)| told == line));
        assert!(found, "{from} {to}: {all}");
    };
    wrong("", "", "error JSON-MISSING /selectedItems/0/due");
    wrong("\"store\"", "\"shop\"", "error JSON-MISSING /store");
    wrong("\"store\"", "\"shop\"", "note JSON-UNKNOWN /shop \"100030\"");
    wrong("3600.00", "3600.0000000001", "error JSON-TYPE /totalAmount \"3600.0000000001\"");
    wrong("3600.00", "1e400", "error JSON-TYPE /totalAmount \"1e400\"");
    wrong("3600.00", "[1]", "error JSON-TYPE /totalAmount");
    wrong("3600.00", "null", "error JSON-MISSING /totalAmount");
    wrong("3600.00", "007", "error JSON-NUM  \"007\"");
    wrong("\"100030\"", "100030", "error JSON-TYPE /store \"100030\"");
    wrong("confirmed", "exploded", "error JSON-VALUE /type \"payment.exploded\"");
    wrong("1509450540", "\"noon\"", "error JSON-TYPE /data/at \"noon\"");
    wrong("{\"type\"", "{\"store\":\"1\",\"type\"", "error JSON-DUP store \"store\"");
    wrong("\"id\":\"2\"", "\"id\":2", "error JSON-TYPE /selectedItems/1/id \"2\"");
    assert_eq!(told(&carrier, b"\xFF"), "error JSON-ENC  @0\n");
    assert_eq!(told(&carrier, b""), "error JSON-EMPTY  @0\n");
}

#[test]
fn an_array_may_be_outermost() {
    let text = "# Transactions. Version 1.\n[  each entries\n  { \"id\": \"{transaction}\" }\n]\n";
    let carrier = specimen("json", text);
    check(
        &carrier,
        "[{\"id\":\"a\"},{\"id\":\"b\"}]",
        "entries[1].transaction = a\nentries[2].transaction = b\n",
    );
    check(&carrier, "[]", "");
    assert_eq!(told(&carrier, b"{}"), "error JSON-TYPE  @0\n");
}

const CHEQUES: &str = "\
# The bank's file of cheques. Source: this test. Version 1.
delimiter ;
quote |
header absent
charset windows-1252
{payment_reference};{remittance?};{amount amount 2};{result code result}   each entries
";

#[test]
fn csv_without_header() {
    let carrier = specimen("csv", CHEQUES);
    let file = "|P;1|;R7;3600.00;paid\r\nP2;;12.50;unpaid\r\n";
    check(
        &carrier,
        file,
        "entries[1].amount = 3600.00\nentries[1].payment_reference = P;1\n\
        entries[1].remittance = R7\nentries[1].result = paid\nentries[2].amount = 12.50\n\
        entries[2].payment_reference = P2\nentries[2].result = declined\n",
    );
    let read = carrier.read(file.as_bytes(), Default::default());
    assert_eq!(carrier.write(&read.records[0]).bytes, file.as_bytes());
    assert_eq!(
        read.records[0]
            .root()
            .items(acquit_mapping::vocabulary::List::Entries)
            .nth(1)
            .map(|item| item.place(field::ENTRIES_AMOUNT).segment),
        Some(2)
    );
    assert_eq!(
        told(&carrier, b"P1;R;3,00;perhaps\n;;1.00;paid;\n"),
        "entries[1].payment_reference = P1\nentries[1].remittance = R\nentries[2].amount = 1.00\n\
         entries[2].result = paid\nerror CSV-COLUMNS  line 2 \"5\" @18\n\
         error CSV-VALUE column 3 line 1 \"3,00\" @5\n\
         error CSV-VALUE column 4 line 1 \"perhaps\" @10\n\
         error CSV-MISSING column 1 line 2 @18\n"
    );
    mutate(&carrier, file);
}

const SETTLEMENT: &str = "\
# A settlement file. Source: this test. Version 1.
delimiter ,
Transaction,Order,Amount,Fee,Currency,Date
{transaction},{payment_order?},{amount amount 2 comma},{fee? amount 2 comma},MAD,\
{paid_on date dd/mm/ccyy} each entries
";

#[test]
fn csv_with_header() {
    let carrier = specimen("csv", SETTLEMENT);
    check(
        &carrier,
        "date,TRANSACTION,\"Amount\",Currency\n22/12/2017,T1,\"3600,00\",MAD\n",
        "entries[1].amount = 3600.00\nentries[1].paid_on = 2017-12-22\n\
         entries[1].transaction = T1\n",
    );
    assert_eq!(
        told(&carrier, b"Transaction,Amount,Date,Net\nT1,\"1,00\",01/02/2017,1\n"),
        "entries[1].amount = 1.00\nentries[1].paid_on = 2017-02-01\nentries[1].transaction = T1\n\
         unread Net\nnote CSV-UNKNOWN Net line 1 \"Net\" @0\nerror CSV-MISSING Currency line 1 @0\n"
    );
}

#[test]
fn a_long_file_is_read_whole() {
    let carrier = specimen("csv", CHEQUES);
    let mut file = String::new();
    for number in 0..50_000 {
        file += &format!("P{number};R{number};{number}.50;paid\r\n");
    }
    let read = carrier.read(file.as_bytes(), Default::default());
    assert!(read.findings.is_empty());
    assert_eq!(read.records[0].root().children().count(), 50_000);
    let record: &Record<'_> = &read.records[0];
    assert_eq!(carrier.write(record).bytes, file.into_bytes());
}

const STATEMENT: &str = "\
# Bank statement of 40 characters. Source: this test, after CFONB 120. Version 1.
length 40
charset iso-8859-15
lines crlf

01
  3/5    {bank}
  8/1    {any 2}
  9/6    {opened_on date ddmmyy}
  15/14  {opening overpunch 8/1}
04       each entries
  8/1    {any 2}
  9/6    {booked_on date ddmmyy}
  15/14  {amount overpunch 8/1}
  29/12  {label?}
07
  15/14  {closing overpunch 2}
";

/// A statement of three records and the beginning of another one.
fn statement(entries: &[&str]) -> String {
    let mut lines = vec!["01 00007 2 010218 0000000000100{"];
    lines.extend(entries);
    lines.push("07 ..... . ...... 0000000000010{");
    let record = |line: &str| format!("{:<40}\r\n", line.replacen(' ', "", 4).replace('.', " "));
    lines.iter().map(|line| record(line)).collect()
}

#[test]
fn fixed_width() {
    let carrier = specimen("fixed", STATEMENT);
    let one = statement(&[
        "04 ..... 2 010218 0000000036000{VIR RECU",
        "04 ..... 3 020218 0000000036000}",
    ]);
    check(
        &carrier,
        &one,
        "bank = 00007\nclosing = 1.00\nopened_on = 2018-02-01\n\
        opening = 10.00\nentries[1].amount = 3600.00\nentries[1].booked_on = 2018-02-01\n\
        entries[1].label = VIR RECU\nentries[2].amount = -360.000\n\
        entries[2].booked_on = 2018-02-02\n",
    );
    mutate(&carrier, &one);
    let read = carrier.read(one.as_bytes(), Default::default());
    let written = carrier.write(&read.records[0]).bytes;
    let same = one.replace("3020218000000003600", "2020218000000000360");
    assert_eq!(String::from_utf8(written).unwrap(), same);
    let two = one.clone() + &statement(&[]);
    let read = carrier.read(two.as_bytes(), Default::default());
    let messages: Vec<u32> = read.records.iter().map(|record| record.message).collect();
    assert_eq!((messages, read.findings.len()), (vec![1, 2], 0));
    let unbroken = one.replace("\r\n", "");
    let read = carrier.read(unbroken.as_bytes(), Default::default());
    assert_eq!((read.records.len(), read.findings.len()), (1, 0));
}

#[test]
fn faults_of_fixed_width() {
    let carrier = specimen("fixed", STATEMENT);
    let wrong = |from: &str, to: &str, line: &str| {
        let file = statement(&["04 ..... 2 010218 0000000036000{VIR RECU"]);
        let all = told(&carrier, file.replacen(from, to, 1).as_bytes());
        let found =
            all.lines().any(|told| told.rsplit_once(" @").is_some_and(|(told, _)| told == line));
        assert!(found, "{from} {to}: {all}");
    };
    wrong("010218", "310218", "error FIX-VALUE 01 9/6 line 1 \"310218\"");
    wrong("36000{", "360000", "error FIX-VALUE 04 15/14 line 2 \"00000000360000\"");
    wrong("2010218", "x010218", "error FIX-VALUE 01 15/14 line 1 \"0000000000100{\"");
    wrong("RECU    ", "RECU", "error FIX-LENGTH  line 2 \"36\"");
    wrong("\r\n07", "\r\n08", "error FIX-MISSING 07 line 3");
    wrong(
        "\r\n07",
        "\r\n08",
        "note FIX-UNKNOWN 08 line 3 \"08            0000000000010{            \"",
    );
    wrong("0100007", "01     ", "error FIX-MISSING 01 3/5 line 1");
}
