//! Two deciders on one store, as two nodes are: what one decides may have moved by the time it is
//! stored.

use crate::samples::xml;
use acquit_domain::{Channel, InvoiceKey, InvoiceNumber, Keys, Parcel, PartyCode, Verdict};
use acquit_flow::Occurrence;
use acquit_flow::pay::AskInvoices;
use acquit_mapping::rulebook::Rulebook;
use acquit_server::embedded;
use acquit_server::shell::{Answer, Arrival, Cashier, Clock, Engine, Intake};
use acquit_store::Store;
use std::sync::Arc;

const ISSUER: &str = "6110D00116";
/// Rounds of a race.
const ROUNDS: u32 = 40;

/// Two ways into the same store.
struct Nodes {
    engine: Engine,
    intakes: [Intake; 2],
}

impl Nodes {
    fn start() -> Nodes {
        let book = Arc::new(Rulebook::load(&embedded::mappings()).unwrap());
        let engine = Engine::new(Store::in_memory().unwrap(), book, Clock::System);
        let intakes = [(); 2].map(|()| Intake::start(engine.clone(), 64).0);
        Nodes { engine, intakes }
    }

    async fn sends(&self, node: usize, text: &str) -> Answer {
        let partner = PartyCode::new(ISSUER);
        let arrival = Arrival { partner, ..Arrival::over(Channel::Http) };
        let parcel: Parcel = arrival.parcel(&self.engine.clock, text.as_bytes().to_vec());
        self.intakes[node].submit(parcel).await.unwrap()
    }

    /// The invoice is cancelled, and nothing waits for it.
    async fn is_cancelled(&self, number: &str) {
        let key = InvoiceKey {
            issuer: PartyCode::new(ISSUER).unwrap(),
            number: InvoiceNumber::new(number).unwrap(),
        };
        let keys = Keys { invoices: [key.clone()].into(), ..Keys::default() };
        let known = self.engine.store.known(&keys).await.unwrap();
        assert!(known.parked.is_empty(), "{number}");
        assert_eq!(known.invoices[&key].status.key(), "cancelled", "{number}");
    }

    /// How often something decided turned out to be late.
    fn conflicts(&self) -> u64 {
        self.engine.statistics.conflicts.load(std::sync::atomic::Ordering::Relaxed)
    }
}

/// The codes found, and the answer in the protocol of its sender.
fn told(answer: &Answer) -> (Vec<&str>, Vec<&[u8]>) {
    let codes = answer.findings.iter().map(|finding| finding.code.as_ref());
    let codes = codes.filter(|code| *code != "DUP-000").collect();
    (codes, answer.letters.iter().map(|letter| letter.body.as_slice()).collect())
}

/// A repeat decided in the batch of its original knows what became of the original, not what was
/// decided of it before another node turned out to be first.
#[tokio::test]
async fn a_repeat_knows_only_what_was_stored() {
    let nodes = Nodes::start();
    for round in 0..ROUNDS {
        let number = format!("000{:05}", 71_000 + round);
        let original = xml(&number);
        let other = original.replace(&format!("9{number}"), &format!("8{number}"));
        let node = (round % 2) as usize;
        let (first, again, _) = tokio::join!(
            nodes.sends(node, &original),
            nodes.sends(node, &original),
            nodes.sends(1 - node, &other),
        );
        assert_eq!(again.verdict, Verdict::Known, "round {round}");
        assert_eq!(told(&first), told(&again), "round {round}");
    }
    assert!(nodes.conflicts() > 0, "no race was run");
}

/// The issuer's cancellation of an invoice.
fn cancellation(original: &str, number: &str) -> String {
    original
        .replace("<Fonction>9<", "<Fonction>3<")
        .replace("<StatutFacture>2<", "<StatutFacture>3<")
        .replace(&format!("9{number}"), &format!("8{number}"))
}

/// A cancellation that comes while another node takes its invoice does not wait for an invoice
/// that is there.
#[tokio::test]
async fn nothing_waits_for_what_has_come() {
    let nodes = Nodes::start();
    for round in 0..ROUNDS {
        let number = format!("000{:05}", 72_000 + round);
        let original = xml(&number);
        let cancellation = cancellation(&original, &number);
        let node = (round % 2) as usize;
        tokio::join!(nodes.sends(node, &original), nodes.sends(1 - node, &cancellation));
        nodes.is_cancelled(&number).await;
    }
    assert!(nodes.conflicts() > 0, "no race was run");
}

/// The same for one that somebody asked its issuer for, which has a row and is not there yet: what
/// came before it and what comes at the same time.
#[tokio::test]
async fn nothing_waits_for_what_was_asked_for_and_has_come() {
    let nodes = Nodes::start();
    let (cashier, _deciding) = Cashier::start(nodes.engine.clone(), 64);
    for round in 0..ROUNDS {
        let number = format!("000{:05}", 73_000 + round);
        let wish = Occurrence::Ask(AskInvoices {
            issuer: PartyCode::new(ISSUER).unwrap(),
            terminal: String::new(),
            client_id: String::new(),
            number: number.clone(),
            client: "290240".to_owned(),
            user: "yary".to_owned(),
        });
        let parcel = Arrival::over(Channel::Http).parcel(&nodes.engine.clock, b"{}".as_slice());
        let asked = cashier.decide(parcel, wish).await.unwrap();
        assert_eq!(asked.payments.reply.map(|reply| reply.code).as_deref(), Some("OK"));
        let original = xml(&number);
        let cancellation = cancellation(&original, &number);
        let node = (round % 2) as usize;
        if round % 4 < 2 {
            let waits = nodes.sends(node, &cancellation).await;
            assert_eq!(waits.verdict, Verdict::Parked, "round {round}");
            nodes.sends(1 - node, &original).await;
        } else {
            tokio::join!(nodes.sends(node, &original), nodes.sends(1 - node, &cancellation));
        }
        nodes.is_cancelled(&number).await;
    }
}
