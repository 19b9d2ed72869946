//! The house the tests live in: an engine over a store in memory.

use acquit_domain::pay::{CaseKind, Day, FundsSource, News, NewsKind, Order, Payer};
use acquit_domain::{
    Channel, Currency, InvoiceKey, InvoiceNumber, InvoiceState, Keys, Money, Outcome, Parcel,
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

pub(crate) static BOOK: LazyLock<Arc<Rulebook>> =
    LazyLock::new(|| Arc::new(Rulebook::load(&embedded::mappings()).unwrap()));

/// The file of an invoice, in Base64.
static DOCUMENT: LazyLock<&str> = LazyLock::new(|| {
    let sample = include_str!("../../../../samples/demo/01-portnet-subscription.xml");
    let (_, content) = sample.split_once("<Contenu>").unwrap();
    content.split_once("</Contenu>").unwrap().0
});

pub(crate) const CARDS: &str = "611AGEN001";
pub(crate) const BANKS: &str = "6110D00116";
pub(crate) const DAY: &str = "2026-11-23";

pub(crate) struct House {
    pub(crate) engine: Engine,
    pub(crate) cashier: Cashier,
    pub(crate) messages: u32,
}

pub(crate) fn house_at(now: &str) -> House {
    let clock = Clock::manual(Timestamp::parse(now).unwrap());
    let engine = Engine::new(Store::in_memory().unwrap(), BOOK.clone(), clock);
    let (cashier, _) = Cashier::start(engine.clone(), 64);
    House { engine, cashier, messages: 0 }
}

pub(crate) fn house() -> House {
    house_at("2026-11-23T12:00:00Z")
}

impl House {
    pub(crate) fn parcel(&self, partner: &str, bytes: &[u8]) -> Parcel {
        let partner = PartyCode::new(partner);
        let arrival = Arrival { partner, ..Arrival::over(Channel::Http) };
        arrival.parcel(&self.engine.clock, bytes.to_vec())
    }

    pub(crate) async fn invoice(&mut self, issuer: &str, number: &str, minor: i64) {
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

    pub(crate) async fn happens(&self, occurrence: Occurrence) -> Outcome {
        self.cashier.decide(self.parcel("OPERATOR", b"{}"), occurrence).await.unwrap()
    }

    /// Starts to pay an invoice, and gives the order.
    pub(crate) async fn start(
        &mut self,
        issuer: &str,
        number: &str,
        means: &str,
        reference: &str,
    ) -> Order {
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
    pub(crate) async fn paid(&mut self, number: &str, transaction: &str, fee_minor: i64) -> Order {
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

    pub(crate) async fn import(&self, text: &str, wanted: Import) -> Result<Day, Refused> {
        let parcel = self.parcel("CMI", text.as_bytes());
        let wanted = Import { provider: "CMI".to_owned(), user: "test".to_owned(), ..wanted };
        let done =
            settlement::import(&self.engine, &self.cashier, parcel, &wanted, &|_, _| ()).await;
        done.map(|(mut days, _)| days.remove(0))
    }

    pub(crate) async fn state(&self, issuer: &str, number: &str) -> InvoiceState {
        let mut keys = Keys::default();
        keys.invoices.insert(key(issuer, number));
        let known = self.engine.store.known(&keys).await.unwrap();
        known.invoices[&key(issuer, number)].state
    }

    pub(crate) async fn cases(&self) -> Vec<CaseKind> {
        let filter = CaseFilter { open: Some(true), kind: None, after: None };
        let cases = self.engine.store.cases(filter, 100).await.unwrap();
        cases.iter().map(|case| case.kind).collect()
    }

    /// The ledger balances: what came is on invoices or in suspense.
    pub(crate) async fn balances(&self) {
        for one in self.engine.store.totals().await.unwrap() {
            assert_eq!(one.credits - one.reversals, one.allocated + one.suspense, "{one:?}");
        }
    }
}

pub(crate) fn key(issuer: &str, number: &str) -> InvoiceKey {
    InvoiceKey {
        issuer: PartyCode::new(issuer).unwrap(),
        number: InvoiceNumber::new(number).unwrap(),
    }
}
