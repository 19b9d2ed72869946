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

    fn parcel(&mut self, bytes: &[u8]) -> Parcel {
        self.parcels += 1;
        Parcel {
            id: Id::new(1_763_892_000_000 + self.parcels, self.parcels.into()),
            partner: PartyCode::new("6110D00116"),
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
        let parcel = self.parcel(b"{}");
        let outcome = decide_payment(&self.book, &parcel, occurrence, &self.known, self.now);
        apply(&mut self.known, &outcome);
        outcome
    }

    fn send(&mut self, text: &str) -> Outcome {
        let parcel = self.parcel(text.as_bytes());
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
    let number = InvoiceNumber::new("00069321").expect("a number");
    let issuer = PartyCode::new("6110D00116").expect("a code");
    house.happens(&Occurrence::Start(StartOrder {
        invoices: vec![InvoiceKey { issuer, number }],
        means: "amanpay.paydirect".to_owned(),
        payer: Payer::default(),
        user: "yary".to_owned(),
        reference: String::new(),
    }));
    let order = house.known.payments.orders.values().next().expect("an order").clone();
    let mut news = News::new("AMANPAY", NewsKind::Paid, FundsSource::Callback);
    news.order = order.number.clone();
    news.transaction = "242".to_owned();
    news.amount = Some(Money::new(360_000, Currency::MAD));
    let paid = house.happens(&Occurrence::News { news: vec![news] });
    let [letter] = paid.letters.as_slice() else { panic!("{:?}", told(&paid)) };
    let body = String::from_utf8(letter.body.clone()).expect("XML");
    assert!(body.contains("<IdTransaction>242</IdTransaction>"), "{body}");
    assert!(body.contains("<NumeroFacture>00069321</NumeroFacture>"), "{body}");
    let unm = sample("portnet-unm/integrated.xml").replace("000000000000046", &letter.reference);
    let told = told(&house.send(&unm));
    assert_eq!(
        told,
        ["UNM awaiting_partner -> payment_confirmed accepted « Paiement confirmé par l'émetteur »"]
    );
}
