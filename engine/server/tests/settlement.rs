//! Days of providers matched with the ledger, statements, files of cheques: over the committed
//! rules and a store in memory.
#![expect(clippy::unwrap_used, reason = "tests")]

use acquit_domain::pay::{CaseKind, Day, FundsSource, News, NewsKind, Order, Payer};
use acquit_domain::{
    Channel, Currency, Date, InvoiceKey, InvoiceNumber, InvoiceState, Keys, Money, Outcome, Parcel,
    PartyCode, Timestamp,
};
use acquit_flow::Occurrence;
use acquit_flow::pay::StartOrder;
use acquit_mapping::rulebook::Rulebook;
use acquit_server::embedded;
use acquit_server::settlement::{self, Import, Refused};
use acquit_server::shell::{Arrival, Cashier, Clock, Engine};
use acquit_store::{CaseFilter, Store};
use std::sync::{Arc, LazyLock};

static BOOK: LazyLock<Arc<Rulebook>> =
    LazyLock::new(|| Arc::new(Rulebook::load(&embedded::mappings()).unwrap()));

/// The file of an invoice, in Base64.
static DOCUMENT: LazyLock<&str> = LazyLock::new(|| {
    let sample = include_str!("../../../samples/demo/01-portnet-subscription.xml");
    let (_, content) = sample.split_once("<Contenu>").unwrap();
    content.split_once("</Contenu>").unwrap().0
});

const CARDS: &str = "611AGEN001";
const BANKS: &str = "6110D00116";
const DAY: &str = "2026-11-23";

struct House {
    engine: Engine,
    cashier: Cashier,
    messages: u32,
}

fn house_at(now: &str) -> House {
    let clock = Clock::manual(Timestamp::parse(now).unwrap());
    let engine = Engine::new(Store::in_memory().unwrap(), BOOK.clone(), clock);
    let (cashier, _) = Cashier::start(engine.clone(), 64);
    House { engine, cashier, messages: 0 }
}

fn house() -> House {
    house_at("2026-11-23T12:00:00Z")
}

impl House {
    fn parcel(&self, partner: &str, bytes: &[u8]) -> Parcel {
        let partner = PartyCode::new(partner);
        let arrival = Arrival { partner, ..Arrival::over(Channel::Http) };
        arrival.parcel(&self.engine.clock, bytes.to_vec())
    }

    async fn invoice(&mut self, issuer: &str, number: &str, minor: i64) {
        self.messages += 1;
        let gross = Money::new(minor, Currency::MAD);
        let text = format!(
            "<pn:TransmissionFacture xmlns:pn=\"http://portnet.ma/TransmissionFacture\">\
<TransmissionFactureMessage><Entete><NumeroMessage>9999{:011}</NumeroMessage>\
<Emetteur>{issuer}</Emetteur><Destinataire>611PNET00100</Destinataire>\
<DateMessage>2026-11-23T10:00:00</DateMessage><TypeMessage>INV</TypeMessage>\
<Fonction>9</Fonction></Entete><Operateur><Nom>SATAA</Nom>\
<IdentifiantDouane>290240</IdentifiantDouane><TypeIdentification>IFU</TypeIdentification>\
<NumIdentification/><Centre/><IdFiscalUnique>40496362</IdFiscalUnique></Operateur>\
<Facture><NumeroFacture>{number}</NumeroFacture><TypeFacture>1</TypeFacture>\
<DescriptionFacture>Abonnement</DescriptionFacture><ReferenceFacturePrincipale/>\
<DateFacture>2026-10-31T00:00:00</DateFacture><DateReglement>2026-12-30T00:00:00\
</DateReglement><StatutFacture>2</StatutFacture><Devise>MAD</Devise>\
<MontantHT>{gross}</MontantHT><MontantTTC>{gross}</MontantTTC><pn:FichierInfo><Fichier>\
<Nom>INV.pdf</Nom><Description>Facture</Description><Contenu>{}</Contenu></Fichier>\
</pn:FichierInfo></Facture>\
<pn:Prestation><PrestationInfo><TypePrestation>AB</TypePrestation>\
<TypeDocument>AB</TypeDocument><Reference>ABO-IMP</Reference>\
<DateFin>2027-10-30T00:00:00</DateFin></PrestationInfo></pn:Prestation>\
</TransmissionFactureMessage></pn:TransmissionFacture>",
            self.messages, *DOCUMENT
        );
        let done = self.engine.run_once(vec![self.parcel(issuer, text.as_bytes())]).await.unwrap();
        assert_eq!(done[0].invoices.len(), 1, "{:?}", done[0].findings);
    }

    async fn happens(&self, occurrence: Occurrence) -> Outcome {
        self.cashier.decide(self.parcel("OPERATOR", b"{}"), occurrence).await.unwrap()
    }

    /// Starts to pay an invoice, and gives the order.
    async fn start(&mut self, issuer: &str, number: &str, means: &str, reference: &str) -> Order {
        self.invoice(issuer, number, 10_000).await;
        let outcome = self
            .happens(Occurrence::Start(StartOrder {
                invoices: vec![key(issuer, number)],
                means: means.to_owned(),
                payer: Payer {
                    name: "A. Alami".to_owned(),
                    email: String::new(),
                    phone: String::new(),
                    language: "fr".to_owned(),
                },
                user: "alami".to_owned(),
                reference: reference.to_owned(),
            }))
            .await;
        let reply = outcome.payments.reply.as_ref().map(|reply| reply.code.clone());
        let order = outcome.payments.orders.first();
        order.unwrap_or_else(|| panic!("not started: {reply:?}")).after.clone()
    }

    /// An invoice of 100 dirhams paid by card, with fees.
    async fn paid(&mut self, number: &str, transaction: &str, fee_minor: i64) -> Order {
        let order = self.start(CARDS, number, "cmi.card", "").await;
        let news = News {
            order: order.number.clone(),
            transaction: transaction.to_owned(),
            amount: Some(Money::new(10_000, Currency::MAD)),
            fee_minor,
            ..News::new("CMI", NewsKind::Authorised, FundsSource::Callback)
        };
        let outcome = self.happens(Occurrence::News { news: vec![news] }).await;
        assert_eq!(outcome.payments.funds.len(), 1, "{:?}", outcome.payments.reply);
        order
    }

    async fn import(&self, text: &str, wanted: Import) -> Result<Day, Refused> {
        let parcel = self.parcel("CMI", text.as_bytes());
        let wanted = Import { provider: "CMI".to_owned(), user: "test".to_owned(), ..wanted };
        let done =
            settlement::import(&self.engine, &self.cashier, parcel, &wanted, &|_, _| ()).await;
        done.map(|(mut days, _)| days.remove(0))
    }

    async fn state(&self, issuer: &str, number: &str) -> InvoiceState {
        let mut keys = Keys::default();
        keys.invoices.insert(key(issuer, number));
        let known = self.engine.store.known(&keys).await.unwrap();
        known.invoices[&key(issuer, number)].state
    }

    async fn cases(&self) -> Vec<CaseKind> {
        let filter = CaseFilter { open: Some(true), kind: None, after: None };
        let cases = self.engine.store.cases(filter, 100).await.unwrap();
        cases.iter().map(|case| case.kind).collect()
    }

    /// The ledger balances: what came is on invoices or in suspense.
    async fn balances(&self) {
        for one in self.engine.store.totals().await.unwrap() {
            assert_eq!(one.credits - one.reversals, one.allocated + one.suspense, "{one:?}");
        }
    }
}

fn key(issuer: &str, number: &str) -> InvoiceKey {
    InvoiceKey {
        issuer: PartyCode::new(issuer).unwrap(),
        number: InvoiceNumber::new(number).unwrap(),
    }
}

const HEADER: &str = "transaction;order;reference;type;amount;currency;fee;date;operator\n";

/// A settlement file: `transaction order type amount fee day` a line.
fn file(lines: &[&str]) -> String {
    let mut text = HEADER.to_owned();
    for line in lines {
        let words: Vec<&str> = line.split(' ').map(|word| word.trim_matches('-')).collect();
        let [transaction, order, kind, amount, fee, day] = words[..] else { panic!("{line}") };
        let day = if day.is_empty() { DAY } else { &format!("2026-11-{day}") };
        text.push_str(&format!("{transaction};{order};;{kind};{amount};MAD;{fee};{day};\n"));
    }
    text
}

/// The classes of the lines, in order.
fn classes(day: &Day) -> String {
    let word = |line: &acquit_domain::pay::SettlementLine| {
        let case = if line.case.is_some() { "!" } else { "" };
        format!("{}:{}{case}", line.transaction, line.class.key())
    };
    day.lines.iter().map(word).collect::<Vec<_>>().join(" ")
}

#[tokio::test]
async fn every_line_of_a_day_is_in_a_class() {
    let mut house = house();
    for (number, transaction, fee) in
        [("1", "T1", 0), ("2", "T2", 0), ("4", "T4", 0), ("5", "T5", 0), ("6", "T6", 0)]
    {
        house.paid(&format!("0007000{number}"), transaction, fee).await;
    }
    house.paid("00070007", "T7", 0).await;
    house.paid("00070009", "T9", 200).await;
    let lost = house.start(CARDS, "00070003", "cmi.card", "").await;
    let text = file(&[
        "T1 - paid 100.00 1.00 -",
        &format!("T3 {} paid 100.00 - -", lost.number),
        "T4 - paid 90.00 - -",
        "T5 - paid 100.00 - 22",
        "T6 - paid 100.00 - -",
        "T6 - paid 100.00 - -",
        "T7 - declined 100.00 - -",
        "T8 - paid 55.00 - -",
        "T9 - paid 100.00 3.00 -",
    ]);
    let day = house.import(&text, Import::default()).await.unwrap();
    let expected = "T1:match T3:provider_only T4:amount_diff! T5:date_diff T6:match \
                    T6:duplicate! T7:status_diff! T8:provider_only! T9:fee_diff! T2:engine_only";
    assert_eq!(classes(&day), expected);
    assert_eq!((day.on.to_string().as_str(), day.file_minor), (DAY, 74_500));
    assert_eq!(house.state(CARDS, "00070003").await, InvoiceState::AwaitingIssuer);
    let report = settlement::json(&day, true);
    assert_eq!((report.unexplained.as_str(), report.due.as_str()), ("0.00", "741.00"));
    house.balances().await;
    // The same file again is known: the same day, no second case, no second payment.
    let cases = house.cases().await;
    let again = house.import(&text, Import::default()).await.unwrap();
    assert_eq!(classes(&again), expected);
    assert_eq!(house.cases().await, cases);
    assert_eq!(again.lines, house.stored().await.lines);
    house.balances().await;
}

impl House {
    async fn stored(&self) -> Day {
        let on: Date = DAY.parse().unwrap();
        let store = &self.engine.store;
        let day = store.settlement_day("CMI".to_owned(), on, Currency::MAD).await.unwrap();
        day.unwrap()
    }
}

#[tokio::test]
async fn a_closed_day_never_changes() {
    let mut house = house();
    house.paid("00070001", "T1", 0).await;
    let text = file(&["T1 - paid 100.00 - -"]);
    let closed = Import { close: true, ..Import::default() };
    let day = house.import(&text, closed).await.unwrap();
    assert!(day.closed_at.is_some());
    // The same file gives the same; another one is for a later day.
    assert_eq!(house.import(&text, Import::default()).await.unwrap(), day);
    let other = file(&["T1 - paid 100.00 - -", "T2 - paid 10.00 - -"]);
    let refused = house.import(&other, Import::default()).await;
    assert!(matches!(refused, Err(Refused::Closed(_))), "{refused:?}");
    assert_eq!(house.stored().await, day);
    let on = Some("2026-11-24".parse().unwrap());
    let later = house.import(&other, Import { on, ..Import::default() }).await.unwrap();
    assert_eq!(classes(&later), "T1:duplicate! T2:provider_only!");
    house.balances().await;
}

#[tokio::test]
async fn what_a_file_lacks_has_some_days() {
    let mut house = house();
    house.paid("00070001", "T1", 0).await;
    house.paid("00070002", "T2", 0).await;
    house.paid("00070003", "T3", 0).await;
    let day = house.import(&file(&["T1 - paid 100.00 - -"]), Import::default()).await.unwrap();
    assert_eq!(classes(&day), "T1:match T2:engine_only T3:engine_only");
    // The next file has one of them.
    let next = Import { on: Some("2026-11-24".parse().unwrap()), ..Import::default() };
    let day = house.import(&file(&["T2 - paid 100.00 - 23"]), next).await.unwrap();
    assert_eq!(classes(&day), "T2:match T3:engine_only");
    // Days later the other is asked for.
    let now = house.engine.clock.now();
    house.engine.clock.set(Timestamp(now.0 + 5 * 86_400_000_000));
    let late = Import { on: Some("2026-11-28".parse().unwrap()), ..Import::default() };
    let day = house.import(&file(&["T9 - declined 1.00 - 28"]), late).await.unwrap();
    assert_eq!(classes(&day), "T9:match T3:engine_only!");
    assert_eq!(house.cases().await, [CaseKind::Reconciliation]);
    assert_eq!(house.state(CARDS, "00070003").await, InvoiceState::AwaitingIssuer, "no reversal");
}

#[tokio::test]
async fn a_file_that_cannot_be_read_counts_for_nothing() {
    let house = house();
    for text in [
        "",
        HEADER,
        "a;b\n1;2\n",
        &file(&["T1 - paid 1o0.00 - -"]),
        &file(&["T1 - gold 100.00 - -"]),
        &file(&["T1 - paid 0.00 - -"]),
        &file(&["T1 - paid 10.001 - -"]),
        &file(&["T1 - paid 99999999999999999999 - -"]),
    ] {
        let refused = house.import(text, Import::default()).await;
        assert!(matches!(refused, Err(Refused::Findings(_))), "{text}: {refused:?}");
    }
    assert!(house.engine.store.settlement_days(None, 10).await.unwrap().is_empty());
}

#[tokio::test]
async fn exports_are_safe_in_spreadsheets() {
    let house = house();
    // badinputs L001, L002.
    let text = format!(
        "{HEADER}\"=HYPERLINK(\"\"http://evil\"\")\";+1;@x;paid;1.00;MAD;;{DAY};\n-1;;;refund;1.00;\
         MAD;;{DAY};\n"
    );
    let day = house.import(&text, Import::default()).await.unwrap();
    let csv = String::from_utf8(settlement::csv(&day)).unwrap();
    assert!(csv.contains("\"'=HYPERLINK(\"\"http://evil\"\")\",\"'+1\",\"'@x\",1.00,"), "{csv}");
    assert!(csv.contains("\"'-1\",,,-1.00,"), "{csv}");
}

/// A record of 120 characters: texts at their places.
fn record(fields: &[(usize, &str)]) -> String {
    let mut text = vec![' '; 120];
    for (start, field) in fields {
        for (place, character) in text[start - 1..].iter_mut().zip(field.chars()) {
            *place = character;
        }
    }
    text.iter().collect::<String>() + "\r\n"
}

/// Minor units with the sign in the last digit.
fn overpunch(minor: i64) -> String {
    let digits = format!("{:014}", minor.unsigned_abs());
    let (front, last) = digits.split_at(13);
    let signs = if minor < 0 { "}JKLMNOPQR" } else { "{ABCDEFGHI" };
    let last: usize = last.parse().unwrap();
    format!("{front}{}", signs.chars().nth(last).unwrap())
}

/// A statement from 100.00: code, label, reference and minor units of each movement.
fn statement(date: &str, movements: &[(&str, &str, &str, i64)], off: i64) -> String {
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

#[tokio::test]
async fn a_day_is_compared_with_the_bank() {
    let mut house = house();
    house.paid("00070001", "T1", 0).await;
    let text = file(&["T1 - paid 100.00 1.00 -"]);
    let today: Date = DAY.parse().unwrap();
    let bank = |minor| {
        let text = statement("241126", &[("30", "REMISE CMI 231126", "R1", minor)], 0);
        let (read, findings) = acquit_flow::read_statements(&BOOK, text.as_bytes(), today);
        assert!(!findings.iter().any(acquit_domain::Finding::rejects), "{findings:?}");
        Import { bank: Some(read), ..Import::default() }
    };
    let day = house.import(&text, bank(9_900)).await.unwrap();
    assert_eq!((classes(&day).as_str(), day.bank_minor), ("T1:match", Some(9_900)));
    let day = house.import(&text, bank(9_000)).await.unwrap();
    assert_eq!(classes(&day), "T1:match :bank_short!");
    let again = house.import(&text, bank(9_000)).await.unwrap();
    assert_eq!(again.lines, day.lines, "one case");
}

#[tokio::test]
async fn transfers_find_their_orders() {
    let mut house = house();
    let by_order = house.start(BANKS, "00080001", "transfer", "").await;
    house.start(BANKS, "00080002", "transfer", "").await;
    house.start(BANKS, "00080003", "transfer", "VIR-2026-77").await;
    let named = format!("VIR RECU {}", by_order.number);
    let text = statement(
        "231126",
        &[
            ("05", &named, "A1", 10_000),
            ("13", "FACT 00080002 MERCI", "A2", 10_000),
            ("05", "VIR-2026-77", "A3", 9_000),
            ("05", "SANS RIEN", "A4", 777),
            ("01", "CHEQUE PAYE 00080003", "A5", -500),
        ],
        0,
    );
    let parcel = house.parcel("BANK", text.as_bytes());
    let (told, _) = settlement::statements(&house.engine, &house.cashier, parcel).await.unwrap();
    assert_eq!((told.movements, told.payments), (5, 4));
    assert_eq!((told.applied, told.suspended, told.known), (2, 2, 0));
    assert_eq!(house.state(BANKS, "00080001").await, InvoiceState::AwaitingIssuer);
    assert_eq!(house.state(BANKS, "00080002").await, InvoiceState::AwaitingIssuer);
    assert_eq!(house.cases().await.len(), 2);
    // A statement that comes twice tells nothing new.
    let parcel = house.parcel("BANK", text.as_bytes());
    let (told, _) = settlement::statements(&house.engine, &house.cashier, parcel).await.unwrap();
    assert_eq!((told.applied, told.suspended, told.known), (0, 0, 4));
    house.balances().await;
}

#[test]
fn statements_are_checked() {
    let today: Date = DAY.parse().unwrap();
    let code = |text: &str| {
        let (read, findings) = acquit_flow::read_statements(&BOOK, text.as_bytes(), today);
        let wrong = findings.iter().find(|finding| finding.rejects());
        (read.len(), wrong.map_or(String::new(), |one| one.code.to_string()))
    };
    let one: &[(&str, &str, &str, i64)] = &[("05", "X", "R", 100)];
    assert_eq!(code(&statement("231126", one, 0)), (1, String::new()));
    // Years first: 26-11-23.
    assert_eq!(code(&statement("261123", one, 0)), (1, String::new()));
    assert_eq!(code(&statement("231126", one, 1)).1, "FIL-BALANCE");
    assert_eq!(code(&statement("231190", one, 0)).1, "FIL-DATES");
    assert_eq!(code("").0, 0);
}

#[tokio::test]
async fn cheques_come_back_with_motives() {
    let mut house = house();
    house.start(BANKS, "00080001", "cheque", "CHQ-0001").await;
    house.start(BANKS, "00080002", "cheque", "CHQ-0002").await;
    house.start(BANKS, "00080003", "cheque", "CHQ-0003").await;
    let text = "CHQ-0001;REM-1;100.00;paid\r\nCHQ-0002;REM-1;90.00;paid\r\n\
                CHQ-0003;REM-1;100.00;unpaid\r\nCHQ-9;|REM;1|;5.00;paid\r\n";
    let take = async |text: &str| {
        let parcel = house.parcel("BANK", text.as_bytes());
        settlement::cheques(&house.engine, &house.cashier, parcel).await.unwrap().0
    };
    let told = take(text).await;
    assert_eq!((told.lines, told.loaded), (4, 2));
    assert_eq!(
        told.rejects_file(),
        "CHQ-0002;REM-1;90.00;paid;NoAccountMoveLineFound OR AmountError\r\n\
         CHQ-9;|REM;1|;5.00;paid;NoPaymentFound\r\n"
    );
    assert_eq!(house.state(BANKS, "00080001").await, InvoiceState::AwaitingIssuer);
    assert_eq!(house.state(BANKS, "00080003").await, InvoiceState::Open);
    let told = take("CHQ-0001;REM-1;100.00;paid\r\n").await;
    assert_eq!(told.rejects_file(), "CHQ-0001;REM-1;100.00;paid;ReferenceDeliveryAlreadyExist\r\n");
    // A cheque that was paid comes back.
    let told = take("CHQ-0001;REM-2;100.00;unpaid\r\n").await;
    assert_eq!(told.loaded, 1);
    assert_eq!(house.state(BANKS, "00080001").await, InvoiceState::Open);
    // The statement tells the same a day later, and nothing goes back twice.
    let text = statement("241126", &[("03", "CHQ IMPAYE CHQ-0001", "B1", -10_000)], 0);
    let parcel = house.parcel("BANK", text.as_bytes());
    let (told, _) = settlement::statements(&house.engine, &house.cashier, parcel).await.unwrap();
    assert_eq!((told.known, told.suspended), (1, 0));
    house.balances().await;
}
