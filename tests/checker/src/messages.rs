//! The messages of our issuers, from templates of our own.

use std::time::{SystemTime, UNIX_EPOCH};

/// What a message does, in both forms.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Act {
    /// An invoice.
    Original,
    /// Other content for it.
    Replace,
    /// The issuer was paid elsewhere.
    Paid,
    /// It is taken back.
    Cancel,
}

/// What a message says.
#[derive(Debug, Clone)]
pub struct Message {
    /// Who sends it: the issuer's code.
    pub issuer: String,
    /// Control reference: digits.
    pub reference: String,
    /// Number of the invoice.
    pub number: String,
    /// What it does.
    pub act: Act,
    /// Amount without tax, in centimes: a multiple of 500, so that the tax is exact.
    pub net: i64,
    /// When it was written, in seconds since 1970.
    pub written: i64,
    /// Customs number of the client.
    pub client: String,
    /// A text that nobody else may see.
    pub canary: String,
}

impl Message {
    /// With tax.
    #[must_use]
    pub fn gross(&self) -> i64 {
        self.net / 5 * 6
    }

    /// As the XML of PortNet.
    #[must_use]
    pub fn xml(&self) -> String {
        let (function, status) = match self.act {
            Act::Original => ("9", "2"),
            Act::Replace => ("5", "2"),
            Act::Paid => ("2", "1"),
            Act::Cancel => ("3", "3"),
        };
        let Message { issuer, reference, number, client, canary, .. } = self;
        let (net, gross) = (amount(self.net), amount(self.gross()));
        let day = day_of(self.written - 86_400);
        let due = day_of(self.written + 30 * 86_400);
        let written = Instant::of(self.written).iso();
        let cancelled = match self.act {
            Act::Cancel => format!("<DateAnnulation>{day}T00:00:00</DateAnnulation>"),
            _ => String::new(),
        };
        format!(
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n\
             <pn:TransmissionFacture xmlns:pn=\"http://portnet.ma/TransmissionFacture\">\
             <TransmissionFactureMessage><Entete><NumeroMessage>{reference}</NumeroMessage>\
             <Emetteur>{issuer}</Emetteur><Destinataire>611PNET00100</Destinataire>\
             <DateMessage>{written}</DateMessage><TypeMessage>INV</TypeMessage>\
             <Fonction>{function}</Fonction></Entete>\
             <Operateur><Nom>{canary}</Nom><IdentifiantDouane>{client}</IdentifiantDouane>\
             </Operateur><Facture><NumeroFacture>{number}</NumeroFacture>\
             <TypeFacture>1</TypeFacture><DescriptionFacture>{canary}</DescriptionFacture>\
             <DateFacture>{day}T00:00:00</DateFacture>\
             <DateReglement>{due}T00:00:00</DateReglement>\
             <StatutFacture>{status}</StatutFacture><Devise>MAD</Devise>\
             <MontantHT>{net}</MontantHT><MontantTTC>{gross}</MontantTTC>{cancelled}\
             <pn:FichierInfo><Fichier><Nom>{number}.pdf</Nom>\
             <Description>Facture</Description><Contenu>JVBERi0xLjQKJcOkw7zDtsOfCg==</Contenu>\
             </Fichier></pn:FichierInfo></Facture><pn:Prestation><PrestationInfo>\
             <TypePrestation>AB</TypePrestation><TypeDocument>AB</TypeDocument>\
             <Reference>{number}</Reference></PrestationInfo></pn:Prestation>\
             </TransmissionFactureMessage></pn:TransmissionFacture>\n"
        )
    }

    /// As INVOIC D.96A. An issuer cannot say in it that it was paid.
    #[must_use]
    pub fn edifact(&self) -> String {
        let function = match self.act {
            Act::Original | Act::Paid => "9",
            Act::Replace => "5",
            Act::Cancel => "1",
        };
        let Message { issuer, reference, number, client, canary, .. } = self;
        let (net, gross) = (amount(self.net), amount(self.gross()));
        let vat = amount(self.gross() - self.net);
        let at = Instant::of(self.written);
        let compact = |day: String| day.replace('-', "");
        let day = compact(day_of(self.written - 86_400));
        let due = compact(day_of(self.written + 30 * 86_400));
        let body = [
            format!("BGM+380+{number}+{function}'"),
            format!("DTM+137:{}:203'", at.minutes()),
            format!("DTM+3:{day}:102'"),
            format!("FTX+AAI+++{canary}'"),
            format!("NAD+II+{issuer}::ZZZ'"),
            format!("NAD+IV+{client}::ZZZ++{canary}'"),
            "CUX+2:MAD:4'".to_owned(),
            "PAT+1'".to_owned(),
            format!("DTM+13:{due}:102'"),
            "LIN+1++AB:SA'".to_owned(),
            "QTY+47:1'".to_owned(),
            format!("MOA+203:{net}'"),
            format!("PRI+AAA:{net}'"),
            "TAX+7+VAT+++:::20+S'".to_owned(),
            "UNS+S'".to_owned(),
            format!("MOA+79:{net}'"),
            format!("MOA+125:{net}'"),
            format!("MOA+176:{vat}'"),
            format!("MOA+77:{gross}'"),
            format!("MOA+9:{gross}'"),
            "TAX+7+VAT+++:::20+S'".to_owned(),
            format!("MOA+124:{vat}'"),
            format!("MOA+125:{net}'"),
        ];
        let segments = body.len() + 2;
        let mut text = format!(
            "UNA:+.? '\nUNB+UNOC:3+{issuer}:ZZZ+611PNET00100:ZZZ+{}:{}+{reference}++INVOIC++1'\n\
             UNH+1+INVOIC:D:96A:UN'\n",
            &at.minutes()[2..8],
            &at.minutes()[8..12],
        );
        body.iter().for_each(|segment| {
            text.push_str(segment);
            text.push('\n');
        });
        text.push_str(&format!("UNT+{segments}+1'\nUNZ+1+{reference}'\n"));
        text
    }
}

/// Centimes with a point.
#[must_use]
pub fn amount(centimes: i64) -> String {
    format!("{}.{:02}", centimes / 100, centimes % 100)
}

/// Now, in seconds since 1970.
#[must_use]
pub fn now() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_secs()).unwrap_or_default()
}

/// A date as `2026-11-24`.
fn day_of(seconds: i64) -> String {
    Instant::of(seconds).iso()[..10].to_owned()
}

/// An instant in parts, in UTC.
struct Instant([i64; 6]);

impl Instant {
    /// From seconds since 1970, by the civil calendar (eras of 400 years from March on).
    fn of(seconds: i64) -> Instant {
        let (days, rest) = (seconds.div_euclid(86_400), seconds.rem_euclid(86_400));
        let shifted = days + 719_468;
        let (era, day) = (shifted.div_euclid(146_097), shifted.rem_euclid(146_097));
        let year = (day - day / 1460 + day / 36_524 - day / 146_096) / 365;
        let of_year = day - (365 * year + year / 4 - year / 100);
        let month = (5 * of_year + 2) / 153;
        let date = of_year - (153 * month + 2) / 5 + 1;
        let month = if month < 10 { month + 3 } else { month - 9 };
        let year = year + era * 400 + i64::from(month <= 2);
        Instant([year, month, date, rest / 3600, rest / 60 % 60, rest % 60])
    }

    fn iso(&self) -> String {
        let [year, month, day, hour, minute, second] = self.0;
        format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}")
    }

    fn minutes(&self) -> String {
        let [year, month, day, hour, minute, _] = self.0;
        format!("{year:04}{month:02}{day:02}{hour:02}{minute:02}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn instants() {
        for (seconds, text) in [
            (0, "1970-01-01T00:00:00"),
            (951_782_399, "2000-02-28T23:59:59"),
            (951_782_400, "2000-02-29T00:00:00"),
            (1_795_435_200, "2026-11-23T12:00:00"),
        ] {
            assert_eq!(Instant::of(seconds).iso(), text);
        }
        assert_eq!((amount(360_000), amount(5)), ("3600.00".to_owned(), "0.05".to_owned()));
    }
}
