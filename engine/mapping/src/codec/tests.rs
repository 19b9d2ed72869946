//! One line in, one line out.

use super::*;

/// Reads with a codec and says what came of it; what was read is written and read again.
fn check(codec: &Codec, notation: Notation, text: &str, expected: &str) {
    let told = match codec.read(Cow::Borrowed(text), notation) {
        Ok((value, tolerated)) => {
            if let Some(value) = &value {
                let written = codec.write(value).expect("what was read can be written");
                let again = codec.read(written.clone(), notation).expect("and read again");
                assert_eq!(again.0.as_ref(), Some(value), "{text} written as {written}");
            }
            let value = value.map_or_else(|| "-".to_owned(), |value| value.to_string());
            tolerated.map_or(value.clone(), |tolerated| format!("{value} {tolerated:?}"))
        }
        Err(unreadable) => format!("{:?}", unreadable.why),
    };
    assert_eq!(told, expected, "{text}");
}

#[test]
fn amounts_in_xml() {
    let check = |text, expected| check(&Codec::Money, Notation::Xml, text, expected);
    check("3000.0", "3000.0");
    check("880.8000000000002", "880.8 Float");
    check("880.8049999999999", "880.805 Float");
    check("3600.005", "3600.005");
    check("+3600.00", "3600.00");
    check("-3600.00", "-3600.00");
    check(".50", "0.50");
    check("5.", "5");
    check("3.600,00", "DecimalMark");
    check("3600,00", "Number");
    check("3 600.00", "Number");
    check("1E3", "Number");
    check("٣٦٠٠.00", "Number");
    check("NaN", "Number");
    check("-", "Number");
    check("", "-");
    check("99999999999999999999.99", "99999999999999999999.99");
    check("99999999999999999999999999999999", "TooLong");
}

#[test]
fn amounts_in_edifact() {
    let check = |text, expected| check(&Codec::Decimal, Notation::Edifact, text, expected);
    check("3000,00", "3000.00");
    check("3000.00", "3000.00");
    check("-12", "-12");
    check("007", "7");
    check(".50", "DigitAtMark");
    check("5,", "DigitAtMark");
    check("1.2.3", "DecimalMark");
    check("+5", "Number");
    check("1E3", "Number");
    check("999999999999999999", "999999999999999999");
}

#[test]
fn whole_numbers() {
    let check = |text, expected| check(&Codec::Integer, Notation::Edifact, text, expected);
    check("12", "12");
    check("-3", "-3");
    check("1.0", "Number");
    check("-", "Number");
    check("1234567890123456789", "TooLong");
}

#[test]
fn days() {
    let edifact = Codec::Date(vec![Form::Day, Form::ShortDay, Form::Minute]);
    let check_edifact = |text, expected| check(&edifact, Notation::Edifact, text, expected);
    check_edifact("20171031", "2017-10-31");
    check_edifact("171031", "2017-10-31");
    check_edifact("970305", "1997-03-05");
    check_edifact("201710311149", "2017-10-31");
    check_edifact("20260230", "Date");
    check_edifact("2017103", "Date");
    check_edifact("2017-10-31", "Date");
    let xml = Codec::Date(vec![Form::IsoSeconds]);
    let check_xml = |text, expected| check(&xml, Notation::Xml, text, expected);
    check_xml("2017-10-31T00:00:00", "2017-10-31");
    check_xml("2017-10-31 11:49:00.123456", "2017-10-31");
    check_xml("2017-10-31", "2017-10-31");
    check_xml("2026-02-30", "Date");
    check_xml("31/10/2017", "Date");
    check_xml("2017-10-31T", "Date");
}

#[test]
fn dates_with_times() {
    let edifact = Codec::Instant(vec![Form::Minute, Form::Second, Form::Day]);
    let check_edifact = |text, expected| check(&edifact, Notation::Edifact, text, expected);
    check_edifact("201711011149", "2017-11-01T11:49:00");
    check_edifact("201711012549", "Date");
    let xml = Codec::Instant(vec![Form::IsoSeconds]);
    let check_xml = |text, expected| check(&xml, Notation::Xml, text, expected);
    check_xml("2026-11-23T10:30:00", "2026-11-23T10:30:00");
    check_xml("2026-11-23 10:30:00.5", "2026-11-23T10:30:00.5");
    check_xml("2026-11-23", "2026-11-23T00:00:00");
    check_xml("2026-11-23T10:30:00Z", "2026-11-23T10:30:00Z");
    check_xml("2026-11-23T10:30:00+01:00", "2026-11-23T10:30:00+01:00");
    check_xml("2026-11-23T23:59:60Z", "Date");
    check_xml("2026-11-23T10:30:00+99:00", "Date");
    check_xml("2026-11-23T10h30", "Date");
}

#[test]
fn instants_become_timestamps() {
    let instant = Form::IsoSeconds.read("2017-11-01T11:49:00").expect("a date and time");
    let told = |offset| instant.timestamp(offset).map(|at| at.to_string());
    assert_eq!(told(0).as_deref(), Some("2017-11-01T11:49:00Z"));
    assert_eq!(told(3600).as_deref(), Some("2017-11-01T10:49:00Z"));
    let zoned = Form::IsoSeconds.read("2017-11-01T11:49:00-01:30").expect("a date and time");
    assert_eq!(
        zoned.timestamp(0).map(|at| at.to_string()).as_deref(),
        Some("2017-11-01T13:19:00Z")
    );
}

#[test]
fn words_for_nothing() {
    let check = |text, expected| check(&Codec::Nullable, Notation::Xml, text, expected);
    check("40496362", "40496362");
    check("None", "- Null");
    check("False", "- Null");
    check("NONE", "- Null");
    check("Nonesuch", "Nonesuch");
}

#[test]
fn codes() {
    let text = "source = \"1001\"\n[codes]\nprincipal = [\"380\", \"388\"]\n";
    let (table, faults) = CodeTable::read("kind", "codes/kind.toml", text);
    assert_eq!(faults, []);
    let codec = Codec::Code(Arc::new(table));
    check(&codec, Notation::Edifact, "380", "principal");
    check(&codec, Notation::Edifact, "388", "principal");
    check(&codec, Notation::Edifact, "999", "Code");
}

#[test]
fn files() {
    let check = |text, expected| check(&Codec::Base64, Notation::Xml, text, expected);
    check("JVBERi0xLjQK", "9 bytes");
    check("JVBE\n Ri0x\r\nLjQK", "9 bytes");
    check("SlZCRVJpMHhMalFL", "9 bytes TwiceEncoded");
    check("SGVsbG8=", "5 bytes");
    check("@@@", "Base64");
    check("abc", "Base64");
}

#[test]
fn amounts_of_providers_and_banks() {
    let check = |codec: Codec, text, expected| check(&codec, Notation::Form, text, expected);
    let amount = || Codec::Amount { decimals: 2, comma: false };
    check(amount(), "3600.00", "3600.00");
    check(amount(), "3600", "3600");
    check(amount(), "-3600.5", "-3600.5");
    check(amount(), "3600.0000", "3600.00");
    check(amount(), "3600.0000000001", "Number");
    check(amount(), "3600,00", "Number");
    check(amount(), "1e400", "Number");
    check(amount(), "3600.", "Number");
    check(amount(), "+1", "Number");
    check(amount(), "3600.é", "Number");
    check(Codec::Amount { decimals: 2, comma: true }, "3600,50", "3600.50");
    check(Codec::Minor(2), "360000", "3600.00");
    check(Codec::Minor(2), "3600.00", "Number");
    check(Codec::Overpunch(2), "0000000036000{", "3600.00");
    check(Codec::Overpunch(2), "0000000036000}", "-3600.00");
    check(Codec::Overpunch(3), "1234E", "12.345");
    check(Codec::Overpunch(0), "R", "-9");
    check(Codec::Overpunch(2), "00000000360000", "Number");
    check(Codec::Overpunch(2), "é", "Number");
    check(Codec::Overpunch(2), "                {", "Number");
    let third = Value::Decimal(acquit_domain::Decimal::new(1, 3));
    assert_eq!(amount().write(&third), None, "what is lost is not written");
    let whole = Value::Decimal(acquit_domain::Decimal::from(3600));
    assert_eq!(amount().write(&whole).as_deref(), Some("3600.00"));
}

#[test]
fn dates_of_providers_and_banks() {
    let check = |form, text, expected| {
        check(&Codec::Instant(vec![form]), Notation::Csv, text, expected);
    };
    check(Form::DayFirstShort, "311017", "2017-10-31T00:00:00");
    check(Form::DayFirstShort, "171331", "Date");
    check(Form::DayFirst, "31102017", "2017-10-31T00:00:00");
    check(Form::DayFirstSlashes, "31/10/2017", "2017-10-31T00:00:00");
    check(Form::DayFirstSlashes, "31/02/2017", "Date");
    check(Form::DayClock, "20171222 11:53:07", "2017-12-22T11:53:07");
    check(Form::DayClock, "20171222 24:00:00", "Date");
    check(Form::Epoch, "1509450540", "2017-10-31T11:49:00Z");
    check(Form::Epoch, "-1", "Date");
    check(Form::Epoch, "99999999999999", "Date");
}
