//! What the service segments say: interchange (UNB), group (UNG) and message (UNH) headers.
//!
//! The values are as written, decoded, without judgement; the reader's faults tell what is
//! wrong with them. The password of UNB (data element 0022) is never kept.

use super::charset::Charset;
use super::separators::Separators;
use super::tape::Segment;
use super::value::Content;

/// A party of an interchange or a group (composites S002, S003, S006 and S007).
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Party {
    /// Identification: 0004, 0010, 0040 or 0044.
    pub id: String,
    /// Code qualifier 0007.
    pub qualifier: String,
    /// Internal identification: 0008 or 0014.
    pub internal: String,
    /// Internal sub-identification: 0042 or 0046 (syntax 4).
    pub internal_sub: String,
}

/// Date and time of preparation (composite S004), when they are possible ones.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Prepared {
    /// Four-digit year; two digits up to 79 are read as 20xx.
    pub year: u16,
    /// Month, 1 to 12.
    pub month: u8,
    /// Day of the month.
    pub day: u8,
    /// Hour, 0 to 23.
    pub hour: u8,
    /// Minute, 0 to 59.
    pub minute: u8,
}

/// First and last year an interchange can have been prepared in.
pub const YEARS: std::ops::RangeInclusive<u16> = 1980..=2099;

impl Prepared {
    /// Reads 0017 (`YYMMDD`, or `CCYYMMDD` from syntax 4) and 0019 (`HHMM`).
    #[must_use]
    pub fn read(date: &str, time: &str) -> Option<Prepared> {
        let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
        if !(digits(date) && digits(time) && time.len() == 4) {
            return None;
        }
        let (year, rest) = match date.len() {
            6 => (century(date[..2].parse().ok()?), &date[2..]),
            8 => (date[..4].parse().ok()?, &date[4..]),
            _ => return None,
        };
        let (month, day) = (rest[..2].parse().ok()?, rest[2..].parse().ok()?);
        let (hour, minute) = (time[..2].parse().ok()?, time[2..].parse().ok()?);
        let possible = YEARS.contains(&year)
            && (1..=days_of(year, month)).contains(&day)
            && hour < 24
            && minute < 60;
        possible.then_some(Prepared { year, month, day, hour, minute })
    }
}

const fn century(year: u16) -> u16 {
    if year < 80 { 2000 + year } else { 1900 + year }
}

/// Days of a month; 0 for a month that does not exist.
const fn days_of(year: u16, month: u8) -> u8 {
    match month {
        1 | 3 | 5 | 7 | 8 | 10 | 12 => 31,
        4 | 6 | 9 | 11 => 30,
        2 if year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400)) => {
            29
        }
        2 => 28,
        _ => 0,
    }
}

/// An interchange header, UNB, with the service string advice before it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Interchange {
    /// The six characters of UNA when the interchange had one.
    pub una: Option<[u8; 6]>,
    /// The service characters in force.
    pub separators: Separators,
    /// The character set in force; UNOC when the identifier is not one that is read.
    pub charset: Charset,
    /// Syntax identifier 0001, `UNOC`.
    pub syntax: String,
    /// Syntax version number 0002, `3`.
    pub version: String,
    /// Sender, S002.
    pub sender: Party,
    /// Recipient, S003.
    pub recipient: Party,
    /// Date of preparation 0017 as written.
    pub date: String,
    /// Time of preparation 0019 as written.
    pub time: String,
    /// Interchange control reference 0020.
    pub reference: String,
    /// Whether a recipient's reference or password (0022) is present; its value is not kept.
    pub has_password: bool,
    /// Application reference 0026.
    pub application: String,
    /// Processing priority code 0029.
    pub priority: String,
    /// Acknowledgement request 0031; `1` asks for a CONTRL.
    pub acknowledgement: String,
    /// Interchange agreement identifier 0032.
    pub agreement: String,
    /// Test indicator 0035; `1` marks a test.
    pub test: String,
}

impl Interchange {
    /// Date and time of preparation, when possible ones.
    #[must_use]
    pub fn prepared(&self) -> Option<Prepared> {
        Prepared::read(&self.date, &self.time)
    }

    /// Whether the sender asks for an acknowledgement (0031 is 1).
    #[must_use]
    pub fn asks_acknowledgement(&self) -> bool {
        self.acknowledgement == "1"
    }

    /// Whether the interchange is a test (0035 is present and not 0).
    #[must_use]
    pub fn is_test(&self) -> bool {
        !matches!(self.test.as_str(), "" | "0")
    }

    /// The syntax version as a number; 0 when it is none.
    #[must_use]
    pub fn version_number(&self) -> u8 {
        self.version.parse().unwrap_or(0)
    }

    /// Reads a UNB. Separators and character set are those of `content`.
    pub(crate) fn read(content: &Content<'_>, unb: &Segment, una: Option<[u8; 6]>) -> Interchange {
        let get = |element, component| content.get(unb, element, component).into_owned();
        let has_password = content.part(unb, 6, 1).is_some_and(|part| part.start < part.end);
        Interchange {
            una,
            separators: content.separators,
            charset: content.charset,
            syntax: get(1, 1),
            version: get(1, 2),
            sender: party(content, unb, 2),
            recipient: party(content, unb, 3),
            date: get(4, 1),
            time: get(4, 2),
            reference: get(5, 1),
            has_password,
            application: get(7, 1),
            priority: get(8, 1),
            acknowledgement: get(9, 1),
            agreement: get(10, 1),
            test: get(11, 1),
        }
    }
}

fn party(content: &Content<'_>, segment: &Segment, element: u16) -> Party {
    let get = |component| content.get(segment, element, component).into_owned();
    Party { id: get(1), qualifier: get(2), internal: get(3), internal_sub: get(4) }
}

/// A functional group header, UNG.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Group {
    /// Message group identification 0038, `INVOIC`.
    pub kind: String,
    /// Application sender, S006.
    pub sender: Party,
    /// Application recipient, S007.
    pub recipient: Party,
    /// Date of preparation 0017 as written.
    pub date: String,
    /// Time of preparation 0019 as written.
    pub time: String,
    /// Group reference number 0048.
    pub reference: String,
    /// Controlling agency 0051.
    pub agency: String,
    /// Message version number 0052.
    pub version: String,
    /// Message release number 0054.
    pub release: String,
    /// Association assigned code 0057.
    pub association: String,
}

impl Group {
    /// Reads a UNG. The application password (0058) is not kept.
    pub(crate) fn read(content: &Content<'_>, ung: &Segment) -> Group {
        let get = |element, component| content.get(ung, element, component).into_owned();
        Group {
            kind: get(1, 1),
            sender: party(content, ung, 2),
            recipient: party(content, ung, 3),
            date: get(4, 1),
            time: get(4, 2),
            reference: get(5, 1),
            agency: get(6, 1),
            version: get(7, 1),
            release: get(7, 2),
            association: get(7, 3),
        }
    }
}

/// A message header, UNH.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Header {
    /// Message reference number 0062.
    pub reference: String,
    /// Message type 0065, `INVOIC`.
    pub kind: String,
    /// Message version number 0052, `D`.
    pub version: String,
    /// Message release number 0054, `96A`.
    pub release: String,
    /// Controlling agency 0051, `UN`.
    pub agency: String,
    /// Association assigned code 0057, `EAN008`.
    pub association: String,
    /// Common access reference 0068.
    pub access: String,
    /// Sequence of transfers 0070.
    pub sequence: String,
    /// First and last transfer 0073: `C` creation, `F` final.
    pub transfer: String,
}

impl Header {
    /// Reads a UNH.
    #[must_use]
    pub fn read(content: &Content<'_>, unh: &Segment) -> Header {
        let get = |element, component| content.get(unh, element, component).into_owned();
        Header {
            reference: get(1, 1),
            kind: get(2, 1),
            version: get(2, 2),
            release: get(2, 3),
            agency: get(2, 4),
            association: get(2, 5),
            access: get(3, 1),
            sequence: get(4, 1),
            transfer: get(4, 2),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Prepared;

    fn check(date: &str, time: &str, expected: &str) {
        let told = Prepared::read(date, time).map_or("none".to_owned(), |at| {
            let Prepared { year, month, day, hour, minute } = at;
            format!("{year}-{month:02}-{day:02} {hour:02}:{minute:02}")
        });
        assert_eq!(told, expected, "{date}:{time}");
    }

    #[test]
    fn date_and_time_of_preparation() {
        check("261123", "1030", "2026-11-23 10:30");
        check("20261123", "0000", "2026-11-23 00:00");
        check("990228", "2359", "1999-02-28 23:59");
        check("21261123", "1030", "none");
        check("260229", "1030", "none");
        check("240229", "1030", "2024-02-29 10:30");
        check("261323", "1030", "none");
        check("261123", "2460", "none");
        check("2611", "1030", "none");
        check("é61123", "1030", "none");
        check("261123", "", "none");
    }
}
