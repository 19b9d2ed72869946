//! The shell without HTTP: room, order, and one pass for the command line.

use crate::samples::xml;
use acquit_domain::{Channel, Keys, Parcel, PartyCode, Verdict};
use acquit_mapping::rulebook::Rulebook;
use acquit_server::embedded;
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
