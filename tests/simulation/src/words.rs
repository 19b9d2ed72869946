//! What issuers send, as bytes: templates of PortNet XML and of INVOIC, filled in.
//!
//! What this is *not*: a use of the product's own writers, which would hide what its readers get
//! wrong.

use acquit_domain::Timestamp;
use acquit_domain::time::{DAY, SECOND};

/// What a message does to an invoice, with its codes in PortNet XML and INVOIC.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Does {
    /// Brings it.
    Brings,
    /// Takes the place of what was said before.
    Replaces,
    /// Says that it is paid.
    Pays,
    /// Says that it is cancelled.
    Cancels,
}

/// Something an issuer says of one invoice.
#[derive(Debug, Clone)]
pub struct Claim {
    /// Code of the issuer.
    pub issuer: &'static str,
    /// Our number of the message, the envelope's reference.
    pub reference: u32,
    /// What it does.
    pub does: Does,
    /// Number of the invoice.
    pub number: String,
    /// Gross amount in centimes: whole dirhams divisible by six, so that 20 % is exact.
    pub gross_minor: i64,
    /// Code of the client.
    pub client: String,
    /// When it is written.
    pub at: Timestamp,
}

/// An instant as parts for people, in the platform's zone of these worlds, which is UTC.
fn parts(at: Timestamp) -> (String, i64, i64, i64) {
    let seconds = at.0.rem_euclid(DAY) / SECOND;
    (at.date().to_string(), seconds / 3600, seconds / 60 % 60, seconds % 60)
}

fn dirhams(minor: i64) -> String {
    format!("{}.{:02}", minor / 100, minor % 100)
}

fn iso(at: Timestamp) -> String {
    let (date, hour, minute, second) = parts(at);
    format!("{date}T{hour:02}:{minute:02}:{second:02}")
}

/// The claim as a document of PortNet.
#[must_use]
pub fn xml(claim: &Claim) -> Vec<u8> {
    let (function, status) = match claim.does {
        Does::Brings => ("9", "2"),
        Does::Replaces => ("5", "2"),
        Does::Pays => ("2", "1"),
        Does::Cancels => ("3", "3"),
    };
    let Claim { issuer, reference, number, client, .. } = claim;
    let (date, gross) = (iso(claim.at), dirhams(claim.gross_minor));
    format!(
        "<pn:TransmissionFacture xmlns:pn=\"http://portnet.ma/TransmissionFacture\">\
<TransmissionFactureMessage><Entete><NumeroMessage>9999{reference:011}</NumeroMessage>\
<Emetteur>{issuer}</Emetteur><Destinataire>611PNET00100</Destinataire>\
<DateMessage>{date}</DateMessage><TypeMessage>INV</TypeMessage>\
<Fonction>{function}</Fonction></Entete><Operateur><Nom>{client} SARL</Nom>\
<IdentifiantDouane>{client}</IdentifiantDouane><TypeIdentification>IFU</TypeIdentification>\
<NumIdentification/><Centre/><IdFiscalUnique>40496362</IdFiscalUnique></Operateur>\
<Facture><NumeroFacture>{number}</NumeroFacture><TypeFacture>1</TypeFacture>\
<DescriptionFacture>Abonnement</DescriptionFacture><ReferenceFacturePrincipale/>\
<DateFacture>2026-10-31T00:00:00</DateFacture><DateReglement>2026-12-30T00:00:00\
</DateReglement><StatutFacture>{status}</StatutFacture><Devise>MAD</Devise>\
<MontantHT>{gross}</MontantHT><MontantTTC>{gross}</MontantTTC></Facture>\
<pn:Prestation><PrestationInfo><TypePrestation>AB</TypePrestation>\
<TypeDocument>AB</TypeDocument><Reference>ABO-IMP</Reference>\
<DateFin>2027-10-30T00:00:00</DateFin></PrestationInfo></pn:Prestation>\
</TransmissionFactureMessage></pn:TransmissionFacture>"
    )
    .into_bytes()
}

/// The claim as an INVOIC, D.96A. There is no INVOIC that says paid.
#[must_use]
pub fn invoic(claim: &Claim) -> Vec<u8> {
    let function = match claim.does {
        Does::Brings => "9",
        Does::Replaces => "5",
        Does::Pays | Does::Cancels => "3",
    };
    let Claim { issuer, reference, number, client, .. } = claim;
    let (date, hour, minute, _) = parts(claim.at);
    let digits: String = date.chars().filter(char::is_ascii_digit).collect();
    let net = claim.gross_minor / 6 * 5;
    let (gross, vat, net) =
        (dirhams(claim.gross_minor), dirhams(claim.gross_minor - net), dirhams(net));
    let short = digits.get(2..).unwrap_or_default();
    let body = format!(
        "BGM+380+{number}+{function}'DTM+137:{digits}{hour:02}{minute:02}:203'\
DTM+3:20261031:102'PAI+::ZZZ'FTX+AAI+++[REN]Abonnement annuel IMP'RFF+DM:INV_{reference}'\
NAD+II+{issuer}::ZZZ++{issuer}'NAD+IV+{client}::ZZZ++{client} SARL'TAX+7+VAT+++:::20+S'\
CUX+2:MAD:4'PAT+1'DTM+13:20261230:102'LIN+1++AB:SA'IMD+F++:::Abonnement PORTNET'QTY+47:1'\
DTM+206:20271030:102'MOA+203:{net}'PRI+AAA:{net}'RFF+CT:Abonnement annuel IMP'\
TAX+7+VAT+++:::20+S'UNS+S'MOA+79:{net}'MOA+125:{net}'MOA+176:{vat}'MOA+77:{gross}'\
MOA+9:{gross}'TAX+7+VAT+++:::20+S'MOA+124:{vat}'MOA+125:{net}'"
    );
    let segments = body.matches('\'').count() + 2;
    format!(
        "UNA:+.? 'UNB+UNOC:3+{issuer}:ZZZ+611PNET00100:ZZZ+{short}:{hour:02}{minute:02}\
+9999{reference:010}++INVOIC'UNH+1+INVOIC:D:96A:UN'{body}UNT+{segments}+1'\
UNZ+1+9999{reference:010}'"
    )
    .into_bytes()
}

/// An issuer's answer to a notice, about one invoice of it.
#[derive(Debug, Clone)]
pub struct Answered {
    /// Code of the issuer.
    pub issuer: &'static str,
    /// The envelope's reference.
    pub reference: u32,
    /// True when it says yes.
    pub yes: bool,
    /// Its words.
    pub words: &'static str,
    /// `IdTransaction` of the notice.
    pub transaction: String,
    /// Number of our message.
    pub message: String,
    /// Number of the invoice.
    pub number: String,
    /// Code of the client.
    pub client: String,
    /// When it is written.
    pub at: Timestamp,
}

/// The answer as a UNM.
#[must_use]
pub fn unm(said: &Answered) -> Vec<u8> {
    let Answered { issuer, reference, words, transaction, message, number, client, .. } = said;
    let (date, state) = (iso(said.at), i32::from(said.yes));
    format!(
        "<?xml version=\"1.0\" ?><pn:NotificationRetour \
xmlns:pn=\"http://portnet.ma/NotificationRetour\"><NotificationRetourMessage><Entete>\
<NumeroMessage>8888{reference:011}</NumeroMessage><Emetteur>{issuer}</Emetteur>\
<Destinataire>PORTNET</Destinataire><DateMessage>{date}</DateMessage>\
<TypeMessage>UNM</TypeMessage><Fonction>R</Fonction></Entete><Integration>\
<Etat>{state}</Etat><DateTraitement>{date}</DateTraitement><MotifReject>{words}</MotifReject>\
</Integration><DonneesPaiement><IdTransaction>{transaction}</IdTransaction>\
<ReferencePartenaire>{message}</ReferencePartenaire><NumeroFacture>{number}</NumeroFacture>\
<IdentifiantDouane>{client}</IdentifiantDouane>\
<IdenifiantPartenaire>{issuer}</IdenifiantPartenaire><Localite>CASABLANCA</Localite>\
</DonneesPaiement></NotificationRetourMessage></pn:NotificationRetour>"
    )
    .into_bytes()
}
