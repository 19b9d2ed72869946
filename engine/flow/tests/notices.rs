//! What issuers say about payments, over the committed samples: PNM of a desk, UNM to our notice.
#![expect(clippy::disallowed_methods, reason = "tests read the committed samples")]
mod support;

use acquit_domain::parcel::{Channel, Media, Parcel};
use acquit_domain::pay::{FundsSource, News, NewsKind, Payer};
use acquit_domain::{
    Currency, Id, InvoiceKey, InvoiceNumber, Known, Money, Outcome, PartyCode, Timestamp,
};
use acquit_flow::pay::StartOrder;
use acquit_flow::{Occurrence, apply, decide, decide_payment, read};
use acquit_mapping::rulebook::Rulebook;
use std::path::Path;
use support::book;

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

    fn parcel(&mut self, partner: &str, bytes: &[u8]) -> Parcel {
        self.parcels += 1;
        Parcel {
            id: Id::new(1_763_892_000_000 + self.parcels, self.parcels.into()),
            partner: PartyCode::new(partner),
            channel: Channel::Http,
            media: Media::Unknown,
            charset: String::new(),
            name: String::new(),
            received_at: self.now,
            bytes: bytes.into(),
            sha256: [self.parcels as u8; 32],
            idempotency_key: String::new(),
        }
    }

    fn happens(&mut self, occurrence: &Occurrence) -> Outcome {
        let parcel = self.parcel("PORTAIL", b"{}");
        let outcome = decide_payment(&self.book, &parcel, occurrence, &self.known, self.now);
        apply(&mut self.known, &outcome);
        outcome
    }

    fn send(&mut self, text: &str) -> Outcome {
        self.send_as("6110D00116", text)
    }

    /// An invoice is paid at a provider: the one order there is, with what follows.
    fn pay(&mut self, issuer: &str, means: &str, provider: &str, minor: i64) -> Outcome {
        let number = InvoiceNumber::new("00069321").expect("a number");
        let issuer = PartyCode::new(issuer).expect("a code");
        self.happens(&Occurrence::Start(StartOrder {
            invoices: vec![InvoiceKey { issuer, number }],
            means: means.to_owned(),
            payer: Payer::default(),
            user: "yary".to_owned(),
            reference: String::new(),
        }));
        let order = self.known.payments.orders.values().next().expect("an order").clone();
        let mut news = News::new(provider, NewsKind::Paid, FundsSource::Query);
        news.order = order.number;
        news.transaction = "242".to_owned();
        news.amount = Some(Money::new(minor, Currency::MAD));
        self.happens(&Occurrence::News { news: vec![news] })
    }

    fn send_as(&mut self, partner: &str, text: &str) -> Outcome {
        let parcel = self.parcel(partner, text.as_bytes());
        let reading = read(&self.book, &parcel);
        let outcome = decide(&self.book, &reading, &self.known, self.now);
        apply(&mut self.known, &outcome);
        outcome
    }
}

fn sample(name: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../samples/messages").join(name);
    std::fs::read_to_string(path).expect("a committed sample")
}

/// One line a row: which message, which event, the statuses, what is observed.
fn told(outcome: &Outcome) -> Vec<String> {
    let status = |status: Option<acquit_domain::Status>| status.map_or("-", |s| s.key());
    let rows = outcome.exchanges.iter().map(|row| {
        let (before, after) = (status(row.before), status(row.after));
        let verdict = row.verdict.key();
        format!("{} {before} -> {after} {verdict} « {} »", row.function.code(), row.observation)
    });
    rows.chain(outcome.answers.iter().map(|letter| letter.kind.key().to_owned())).collect()
}

const CONFIRMED: &str = "UNM awaiting_partner -> payment_confirmed accepted \
                         « Paiement confirmé par l'émetteur »";

#[test]
fn a_payment_at_the_issuers_desk_pays_the_invoice_and_is_answered() {
    let mut house = House::new();
    let desk = sample("portnet-pnm/cheque-at-the-desk.xml");
    let refused = "PNM - -> - rejected « Rejet de la notification de paiement »";
    assert_eq!(told(&house.send(&desk)), [refused, "ACC"]);
    house.send(&sample("portnet-inv/original.xml"));
    let short = desk.replace("3600.0", "3500.0").replace("0301", "0302");
    let told_short = told(&house.send(&short));
    let refused = "PNM unpaid -> unpaid rejected « Rejet de la notification de paiement »";
    assert_eq!(told_short, [refused, "ACC"]);
    let paid =
        "PNM unpaid -> paid accepted « Facture payée (émetteur) au guichet de l'émetteur cheque »";
    assert_eq!(told(&house.send(&desk.replace("0301", "0303"))), [paid, "ACC"]);
}

#[test]
fn an_answer_to_no_notice_is_noted_and_never_answered() {
    let mut house = House::new();
    let outcome = house.send(&sample("portnet-unm/integrated.xml"));
    assert_eq!(told(&outcome), ["UNM - -> - accepted « Réponse à une notification inconnue »"]);
    assert!(outcome.findings.iter().any(|finding| finding.code == "ACK-UNKNOWN"));
}

#[test]
fn an_answer_to_our_notice_confirms_the_payment() {
    let mut house = House::new();
    house.send(&sample("portnet-inv/original.xml"));
    let paid = house.pay("6110D00116", "amanpay.paydirect", "AMANPAY", 360_000);
    let [letter] = paid.letters.as_slice() else { panic!("{:?}", told(&paid)) };
    let body = String::from_utf8(letter.body.clone()).expect("XML");
    assert!(body.contains("<IdTransaction>242</IdTransaction>"), "{body}");
    assert!(body.contains("<NumeroFacture>00069321</NumeroFacture>"), "{body}");
    let unm = sample("portnet-unm/integrated.xml").replace("000000000000046", &letter.reference);
    let told = told(&house.send(&unm));
    assert_eq!(told, [CONFIRMED]);
}

const ANP: &str = "UNB+UNOC:3+ANP:ZZ+PORTNET:ZZ+261123:1000+IC0001'\
UNH+1+INVOIC:D:96A:UN'BGM+380+00069321+9'DTM+137:20261031:102'DTM+13:20261230:102'\
NAD+SU+ANP::92'NAD+BY+6110D00116::92'CUX+2:MAD:4'LIN+1++ABO:SA'QTY+47:1'MOA+203:3000.00'\
TAX+7+VAT+++:::20.00'UNS+S'MOA+79:3000.00'MOA+124:600.00'MOA+77:3600.00'UNT+16+1'\
UNZ+1+IC0001'";

#[test]
fn an_issuer_that_speaks_edifact_is_told_by_remadv_and_answers_by_bansta() {
    let mut house = House::new();
    house.send_as("ANP", ANP);
    let code = house.book.agreement_by_code("ANP").expect("an agreement").code.clone();
    let paid = house.pay(&code, "cmi.fatourati", "FATOURATI", 360_000);
    let [letter] = paid.letters.as_slice() else { panic!("{:?}", told(&paid)) };
    let body = String::from_utf8(letter.body.clone()).expect("UNOC without accents");
    for part in ["REMADV:D:96A:UN'", "RFF+PQ:242'", "DOC+380+00069321'MOA+12:3600.00'"] {
        assert!(body.contains(part), "{part} in {body}");
    }
    let bansta = sample("bansta-d96a/integrated.edi")
        .replace("6110D00116:ZZZ+611PNET00100:ZZZ+171222", "ANP:ZZ+PORTNET:ZZ+261123")
        .replace("00000000000046", &letter.reference);
    let told = told(&house.send_as("ANP", &bansta));
    assert_eq!(told, [CONFIRMED, "CONTRL"]);
}
