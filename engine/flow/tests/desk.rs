//! The pipeline over the committed rulebook: one parcel in, what was decided out.
#![expect(clippy::disallowed_methods, reason = "tests read golden files")]
mod support;

use acquit_domain::parcel::{Channel, Media, Parcel};
use acquit_domain::{Id, Known, Outcome, PartyCode, Timestamp, Verdict};
use acquit_flow::{apply, decide, expire, read, retry, retry_keys};
use acquit_mapping::rulebook::Rulebook;
use sha2::{Digest, Sha256};
use std::path::Path;
use support::book;

/// A house in memory: a rulebook and what is known.
struct House {
    book: Rulebook,
    known: Known,
    parcels: u64,
    now: Timestamp,
}

impl House {
    fn new() -> House {
        let now = Timestamp::parse("2026-11-23T10:00:00Z").expect("a valid instant");
        House { book: book(), known: Known::default(), parcels: 0, now }
    }

    fn send(&mut self, partner: &str, bytes: &[u8]) -> Outcome {
        self.parcels += 1;
        let parcel = Parcel {
            id: Id::new(1_763_892_000_000 + self.parcels, self.parcels.into()),
            partner: PartyCode::new(partner),
            channel: Channel::Http,
            media: Media::Unknown,
            charset: String::new(),
            name: String::new(),
            received_at: self.now,
            bytes: bytes.into(),
            sha256: Sha256::digest(bytes).into(),
            idempotency_key: String::new(),
        };
        let reading = read(&self.book, &parcel);
        let outcome = decide(&self.book, &reading, &self.known, self.now);
        apply(&mut self.known, &outcome);
        outcome
    }
}

/// What was decided, one line each: verdict, findings, moves, letters (ours named REF).
fn told(outcome: &Outcome) -> String {
    let mut lines = vec![format!("  verdict {}", outcome.verdict.key())];
    lines.extend(outcome.findings.iter().map(|finding| {
        let place = &finding.place;
        let at = format!("{}/{}/{}", place.segment, place.element, place.component);
        format!(
            "  {} {} {} {at} {}",
            finding.severity.key(),
            finding.code,
            place.name,
            finding.value
        )
    }));
    lines.extend(outcome.exchanges.iter().map(|row| {
        let status = |status: Option<acquit_domain::Status>| status.map_or("-", |s| s.key());
        let number = row.n.map_or("-".to_owned(), |n| n.to_string());
        let (before, after) = (status(row.before), status(row.after));
        format!(
            "  row {number} {} {} {before} -> {after} « {} » {}",
            row.message,
            row.event,
            row.observation,
            row.verdict.key()
        )
    }));
    lines.extend(outcome.answers.iter().map(|letter| {
        let latin: String = letter.body.iter().map(|byte| char::from(*byte)).collect();
        let text = match std::str::from_utf8(&letter.body) {
            Ok(text) => text.to_owned(),
            Err(_) => latin,
        };
        let lines: Vec<String> = text
            .replace(&letter.reference, "REF")
            .replace("'", if letter.body.starts_with(b"<") { "'" } else { "'\n" })
            .lines()
            .map(|line| format!("    {line}"))
            .collect();
        format!("  letter {}\n{}", letter.kind.key(), lines.join("\n"))
    }));
    lines.extend(
        outcome.alerts.iter().map(|alert| format!("  alert {} {}", alert.code, alert.text)),
    );
    lines.join("\n")
}

const INVOIC: &str = "UNA:+.? 'UNB+UNOC:3+ANP:ZZ+PORTNET:ZZ+261123:1000+IC0001'\
UNH+1+INVOIC:D:96A:UN'BGM+380+00069321+9'DTM+137:20261031:102'DTM+13:20261230:102'\
NAD+SU+ANP::92'NAD+BY+6110D00116::92'CUX+2:MAD:4'LIN+1++ABO:SA'QTY+47:1'MOA+203:3000.00'\
TAX+7+VAT+++:::20.00'UNS+S'MOA+79:3000.00'MOA+124:600.00'MOA+77:3600.00'UNT+16+1'\
UNZ+1+IC0001'";

const PORTNET: &str = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n\
<pn:TransmissionFacture xmlns:pn=\"http://portnet.ma/TransmissionFacture\">\
<TransmissionFactureMessage><Entete><NumeroMessage>999900000000115</NumeroMessage>\
<Emetteur>6110D00116</Emetteur><Destinataire>611PNET00100</Destinataire>\
<DateMessage>2026-11-23T10:00:00</DateMessage><TypeMessage>INV</TypeMessage>\
<Fonction>9</Fonction></Entete><Operateur><Nom>SATAA IMPORT EXPORT SARL AU</Nom>\
<IdentifiantDouane>290240</IdentifiantDouane><TypeIdentification>IFU</TypeIdentification>\
<NumIdentification/><Centre/><IdFiscalUnique>40496362</IdFiscalUnique></Operateur>\
<Facture><NumeroFacture>00069321</NumeroFacture><TypeFacture>1</TypeFacture>\
<DescriptionFacture>[REN]Abonnement annuel IMP</DescriptionFacture>\
<ReferenceFacturePrincipale/><DateFacture>2026-10-31T00:00:00</DateFacture>\
<DateReglement>2026-12-30T00:00:00</DateReglement><StatutFacture>2</StatutFacture>\
<Devise>MAD</Devise><MontantHT>3000.00</MontantHT><MontantTTC>3600.00</MontantTTC>\
<pn:FichierInfo><Fichier><Nom>INV00069321.pdf</Nom><Description>Facture</Description>\
<Contenu>JVBERi0xLjQKJcOkw7zDtsOfCg==</Contenu></Fichier></pn:FichierInfo></Facture>\
<pn:Prestation><PrestationInfo><TypePrestation>AB</TypePrestation>\
<TypeDocument>AB</TypeDocument><Reference>ABO-IMP</Reference>\
<DateFin>2027-10-30T00:00:00</DateFin></PrestationInfo></pn:Prestation>\
</TransmissionFactureMessage></pn:TransmissionFacture>";

/// A message of a base with some texts replaced.
type Sent = (&'static str, &'static [(&'static str, &'static str)]);

const ANP: &str = "ANP";
const XML: &str = "6110D00116";

/// Stories: what is sent in turn, to a house that starts empty.
const STORIES: &[(&str, &[Sent])] = &[
    ("an invoice, and the same bytes again", &[(ANP, &[]), (ANP, &[])]),
    (
        "the same reference with other content, twice",
        &[(ANP, &[]), (ANP, &[("3600.00", "9600.00")]), (ANP, &[("3600.00", "9600.00")])],
    ),
    ("the same content under a new reference", &[(ANP, &[]), (ANP, &[("IC0001", "IC0002")])]),
    (
        "the same number for another amount",
        &[
            (ANP, &[]),
            (
                ANP,
                &[
                    ("IC0001", "IC0002"),
                    ("3000.00", "9000.00"),
                    ("3600.00", "10800.00"),
                    (":600.00", ":1800.00"),
                ],
            ),
        ],
    ),
    ("a wrong total", &[(ANP, &[("3600.00", "3600.01")])]),
    (
        "a rejected interchange is mended and sent again under its reference",
        &[(ANP, &[("UNZ+1+", "UNZ+7+")]), (ANP, &[])],
    ),
    ("a wrong count of segments", &[(ANP, &[("UNT+16", "UNT+99")])]),
    ("an amount with a letter", &[(ANP, &[("3600.00", "36OO.00")])]),
    (
        "a cancellation before the invoice",
        &[(ANP, &[("21+9'", "21+1'"), ("IC0001", "IC0000")]), (ANP, &[])],
    ),
    (
        "a cancellation, and what comes after it",
        &[
            (ANP, &[]),
            (ANP, &[("21+9'", "21+1'"), ("IC0001", "IC0002")]),
            (ANP, &[("21+9'", "21+5'"), ("IC0001", "IC0003"), ("20261230", "20261231")]),
        ],
    ),
    (
        "a replacement",
        &[(ANP, &[]), (ANP, &[("21+9'", "21+5'"), ("IC0001", "IC0002"), ("1230", "1231")])],
    ),
    ("a client nobody knows", &[(ANP, &[("6110D00116", "NOPE")])]),
    ("an invoice of another issuer", &[(ANP, &[("NAD+SU+ANP", "NAD+SU+MARSAMAROC")])]),
    ("a message type nobody agreed", &[(ANP, &[("INVOIC:D:96A", "ORDERS:D:96A")])]),
    ("a wrong CONTRL is never answered", &[(ANP, &[("INVOIC:D:96A", "CONTRL:D:3")])]),
    ("nothing readable", &[(ANP, &[("UNB", "XXX")])]),
    ("the guide's invoice in PortNet XML, and again", &[(XML, &[]), (XML, &[])]),
    (
        "PortNet XML: paid, then cancelled",
        &[
            (XML, &[]),
            (XML, &[("000115<", "000116<"), (">9<", ">2<"), ("Facture>2<", "Facture>1<")]),
            (XML, &[("000115<", "000117<"), (">9<", ">3<"), ("Facture>2<", "Facture>3<")]),
        ],
    ),
    (
        "PortNet XML: cancelled, then paid",
        &[
            (XML, &[]),
            (XML, &[("000115<", "000116<"), (">9<", ">3<"), ("Facture>2<", "Facture>3<")]),
            (XML, &[("000115<", "000117<"), (">9<", ">2<"), ("Facture>2<", "Facture>1<")]),
        ],
    ),
    ("PortNet XML: a wrong amount", &[(XML, &[("<MontantTTC>3600.00", "<MontantTTC>3.600,00")])]),
    ("PortNet XML: an unknown outermost element", &[(XML, &[("TransmissionFacture", "Autre")])]),
    ("PortNet XML: cut short", &[(XML, &[("</pn:TransmissionFacture>", "")])]),
];

#[test]
fn stories() {
    let mut told_all = String::new();
    for (name, sent) in STORIES {
        told_all.push_str(&format!("# {name}\n"));
        let mut house = House::new();
        for (base, changes) in *sent {
            let mut text = if *base == ANP { INVOIC } else { PORTNET }.to_owned();
            for (from, to) in *changes {
                assert!(text.contains(from), "{name}: {from}");
                text = text.replace(from, to);
            }
            let outcome = house.send(base, text.as_bytes());
            told_all.push_str(&format!("{}\n\n", told(&outcome)));
        }
    }
    let golden = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/stories.txt");
    if std::env::var_os("ACQUIT_BLESS").is_some() {
        std::fs::write(&golden, &told_all).expect("the golden file can be written");
    }
    let expected = std::fs::read_to_string(&golden).unwrap_or_default();
    assert!(expected == told_all, "stories differ; bless with ACQUIT_BLESS=1\n{told_all}");
}

#[test]
fn waiting_ends_with_a_refusal() {
    let mut house = House::new();
    let cancel = INVOIC.replace("21+9'", "21+1'");
    house.send(ANP, cancel.as_bytes());
    let parked: Vec<_> = house.known.parked.values().flatten().cloned().collect();
    assert_eq!(parked.len(), 1);
    let outcome = expire(&house.book, &parked[0], &house.known, parked[0].until);
    let again = expire(&house.book, &parked[0], &house.known, parked[0].until);
    assert_eq!(told(&outcome), told(&again));
    assert!(told(&outcome).contains("PARK-EXPIRED"), "{}", told(&outcome));
    assert_eq!(outcome.letters.len(), 1);
    apply(&mut house.known, &outcome);
    assert!(house.known.parked.values().all(Vec::is_empty));
}

#[test]
fn what_waits_for_its_client_is_taken_when_the_client_is_met() {
    let mut house = House::new();
    let unknown = INVOIC.replace("NAD+BY+6110D00116", "NAD+BY+290777");
    let replaced = unknown.replace("21+9'", "21+5'").replace("IC0001", "IC0002");
    house.send(ANP, unknown.as_bytes());
    let replaced = replaced.replace("3000.00", "3001.00").replace(":600.00", ":600.20");
    house.send(ANP, replaced.replace("3600.00", "3601.20").as_bytes());
    let parked: Vec<_> = house.known.parked.values().flatten().cloned().collect();
    let reasons: Vec<&str> = parked.iter().map(|parked| parked.reason.as_str()).collect();
    assert_eq!(reasons, ["REF-CLIENT", "PARK-ORDER"]);
    assert!(retry(&house.book, &parked[0], &house.known, house.now).is_none());
    // Another issuer, that may invoice anybody, names the client.
    house.send(XML, PORTNET.replace("290240", "290777").as_bytes());
    assert!(retry_keys(&house.book, &parked[0]).clients.contains("290777"));
    assert!(retry(&house.book, &parked[1], &house.known, house.now).is_none());
    let outcome = retry(&house.book, &parked[0], &house.known, house.now).expect("is known now");
    let ended = expire(&house.book, &parked[0], &house.known, house.now);
    assert_eq!(told(&outcome), told(&ended), "the end of waiting is the last look");
    assert_eq!(outcome.released, [parked[0].exchange, parked[1].exchange]);
    let rows: Vec<_> = outcome.exchanges.iter().map(|row| (&*row.event, row.verdict)).collect();
    assert_eq!(rows, [("original", Verdict::Accepted), ("replace", Verdict::Accepted)]);
    assert_eq!(outcome.letters.len(), 2, "each is told");
    assert!(!outcome.keep_bytes);
    apply(&mut house.known, &outcome);
    assert!(house.known.parked.values().all(Vec::is_empty));
}

#[test]
fn the_same_bytes_get_the_same_answer() {
    for base in [INVOIC, PORTNET] {
        for change in ["3600.00", "3601.00"] {
            let mut house = House::new();
            let text = base.replace("3600.00", change);
            let first = house.send("", text.as_bytes());
            house.now = Timestamp(house.now.0 + acquit_domain::time::DAY);
            let again = house.send("", text.as_bytes());
            assert_eq!(first.answers, again.answers);
            assert!(!first.answers.is_empty());
            assert!(again.invoices.is_empty() && again.letters.is_empty());
        }
    }
}

#[test]
fn nobody_speaks_for_another() {
    let mut house = House::new();
    let foreign = house.send(XML, INVOIC.as_bytes());
    assert!(told(&foreign).contains("SEC-SENDER"), "{}", told(&foreign));
    assert!(foreign.letters.iter().all(|letter| letter.to.as_str() == XML));
    assert!(foreign.exchanges.iter().all(|row| row.partner.as_str() == XML));
    assert!(foreign.envelopes.is_empty(), "nothing stands in the real sender's way");
    let own = house.send(ANP, INVOIC.as_bytes());
    assert_eq!(own.verdict.key(), "accepted");
    let foreign = house.send(XML, INVOIC.as_bytes());
    assert!(told(&foreign).contains("SEC-SENDER"), "{}", told(&foreign));
    assert!(!told(&foreign).contains("DUP-000"), "what is held is not told");
}

#[test]
fn a_parcel_of_very_many_interchanges_is_refused_whole() {
    let one = "UNB+UNOC:3+ANP:ZZ+PORTNET:ZZ+261123:1000+IC1'UNZ+0+IC1'";
    let taken = House::new().send(ANP, one.repeat(1_000).as_bytes());
    assert!(!told(&taken).contains("LIM-MSGS"));
    let refused = House::new().send(ANP, one.repeat(1_001).as_bytes());
    assert!(told(&refused).contains("LIM-MSGS"), "{}", told(&refused));
    assert!(refused.answers.is_empty() && refused.exchanges.len() == 1);
}

/// Cancellations that say no more than which invoice they cancel.
const INVOIC_CANCEL: &str = "UNB+UNOC:3+ANP:ZZ+PORTNET:ZZ+261123:1000+IC0009'\
UNH+1+INVOIC:D:96A:UN'BGM+380+00069321+1'DTM+137:20261123:102'NAD+SU+ANP::92'\
NAD+BY+6110D00116::92'UNS+S'MOA+9:0'UNT+8+1'UNZ+1+IC0009'";
const PORTNET_CANCEL: &str = "<pn:TransmissionFacture \
xmlns:pn=\"http://portnet.ma/TransmissionFacture\"><TransmissionFactureMessage><Entete>\
<NumeroMessage>999900000000119</NumeroMessage><Emetteur>6110D00116</Emetteur>\
<Destinataire>611PNET00100</Destinataire><DateMessage>2026-11-23T10:00:00</DateMessage>\
<TypeMessage>INV</TypeMessage><Fonction>3</Fonction></Entete><Facture>\
<NumeroFacture>00069321</NumeroFacture><DateAnnulation>2026-11-22T00:00:00</DateAnnulation>\
</Facture></TransmissionFactureMessage></pn:TransmissionFacture>";

#[test]
fn a_cancellation_need_only_name_its_invoice() {
    for (who, invoice, cancel) in [(ANP, INVOIC, INVOIC_CANCEL), (XML, PORTNET, PORTNET_CANCEL)] {
        for first in [invoice, cancel] {
            let mut house = House::new();
            let second = if first == invoice { cancel } else { invoice };
            let before = house.send(who, first.as_bytes());
            let after = house.send(who, second.as_bytes());
            let rejected = [before, after].iter().any(|done| done.verdict == Verdict::Rejected);
            assert!(!rejected, "{who}: {second}");
            let held: Vec<_> = house.known.invoices.values().collect();
            assert_eq!((held.len(), held[0].status.key()), (1, "cancelled"), "{who}: {first}");
            assert_eq!(held[0].gross.minor, 360_000, "what it amounts to stays");
            assert!(house.known.parked.values().all(Vec::is_empty), "{who}: {first}");
        }
    }
}
