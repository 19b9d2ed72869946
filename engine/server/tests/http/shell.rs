//! The shell without HTTP: room, order, and one pass for the command line.

use crate::samples::xml;
use acquit_domain::{Channel, Keys, Parcel, PartyCode, Timestamp, Verdict};
use acquit_mapping::rulebook::Rulebook;
use acquit_server::embedded;
use acquit_server::shell::waiting::{end, retry};
use acquit_server::shell::{Arrival, Clock, Engine, Intake, Refusal};
use acquit_store::Store;
use std::sync::Arc;

/// An engine over a store in memory.
fn engine() -> Engine {
    let book = Arc::new(Rulebook::load(&embedded::mappings()).unwrap());
    Engine::new(Store::in_memory().unwrap(), book, Clock::System)
}

/// A parcel of the issuer.
fn parcel(engine: &Engine, number: &str) -> Parcel {
    let partner = PartyCode::new("6110D00116");
    let arrival = Arrival { partner, ..Arrival::over(Channel::Http) };
    arrival.parcel(&engine.clock, xml(number).into_bytes())
}

#[tokio::test]
async fn what_finds_no_room_is_refused_before_it_is_taken() {
    let engine = engine();
    let (intake, decider) = Intake::start(engine.clone(), 1);
    let tasks: Vec<_> = (0..50)
        .map(|at| {
            let (intake, parcel) = (intake.clone(), parcel(&engine, &format!("000600{at:02}")));
            tokio::spawn(async move { intake.submit(parcel).await })
        })
        .collect();
    let mut taken = 0;
    let mut keys = Keys::default();
    for task in tasks {
        match task.await.unwrap() {
            Ok(answer) => {
                assert_eq!(answer.verdict, Verdict::Accepted);
                taken += 1;
            }
            Err(refusal) => assert_eq!(refusal, Refusal::Busy),
        }
    }
    for at in 0..50 {
        let text = format!("000600{at:02}");
        keys.invoices.insert(acquit_domain::InvoiceKey {
            issuer: PartyCode::new("6110D00116").unwrap(),
            number: acquit_domain::InvoiceNumber::new(&text).unwrap(),
        });
    }
    let known = engine.store.known(&keys).await.unwrap();
    assert_eq!(known.invoices.len(), taken, "stored is what was answered");
    assert!((1..50).contains(&taken), "{taken}");
    drop(intake);
    decider.await.unwrap();
}

#[tokio::test]
async fn parcels_of_one_pass_see_each_other() {
    let engine = engine();
    let parcels = ["00060101", "00060102", "00060101"].map(|number| parcel(&engine, number));
    let outcomes = engine.run_once(parcels.into()).await.unwrap();
    let verdicts: Vec<Verdict> = outcomes.iter().map(|outcome| outcome.verdict).collect();
    assert_eq!(verdicts, [Verdict::Accepted, Verdict::Accepted, Verdict::Known]);
    assert_eq!(outcomes[0].answers[0].body, outcomes[2].answers[0].body);
}

/// An invoice of a port for a client nobody knows; it must know its clients.
const FOR_A_STRANGER: &str = "UNB+UNOC:3+ANP:ZZ+PORTNET:ZZ+261123:1000+IC0001'\
UNH+1+INVOIC:D:96A:UN'BGM+380+00069321+9'DTM+137:20261031:102'NAD+SU+ANP::92'\
NAD+BY+290777::92'CUX+2:MAD:4'LIN+1++ABO:SA'MOA+203:3000.00'UNS+S'MOA+77:3000.00'UNT+11+1'\
UNZ+1+IC0001'";

#[tokio::test]
async fn what_waits_for_a_client_is_taken_when_another_issuer_names_it() {
    let book = Arc::new(Rulebook::load(&embedded::mappings()).unwrap());
    let now = Timestamp::parse("2026-11-23T10:35:00Z").unwrap();
    let engine = Engine::new(Store::in_memory().unwrap(), book, Clock::manual(now));
    let port = Arrival { partner: PartyCode::new("ANP"), ..Arrival::over(Channel::Http) };
    let waiting = port.parcel(&engine.clock, FOR_A_STRANGER.as_bytes().to_vec());
    let outcomes = engine.run_once(vec![waiting]).await.unwrap();
    assert_eq!(outcomes[0].verdict, Verdict::Parked);
    assert!(retry(&engine, now, None).await.unwrap().is_empty());
    let named = xml("00060103").replace("290240", "290777");
    let other = Arrival { partner: PartyCode::new("6110D00116"), ..Arrival::over(Channel::Http) };
    engine.run_once(vec![other.parcel(&engine.clock, named.into_bytes())]).await.unwrap();
    let taken = retry(&engine, now, None).await.unwrap();
    assert_eq!(taken.iter().map(|taken| taken.verdict).collect::<Vec<_>>(), [Verdict::Accepted]);
    assert_eq!(taken[0].letters.len(), 1, "its sender is told");
    assert!(retry(&engine, now, None).await.unwrap().is_empty(), "once");
    assert!(end(&engine, Timestamp(i64::MAX)).await.unwrap().is_empty(), "nothing waits");
}
