//! A house in memory: the committed rulebook, a store that lives in memory, and a clock that is
//! told the time.

use std::collections::BTreeMap;

use acquit_domain::parcel::{Channel, Media};
use acquit_domain::{Id, Known, Outcome, Parcel, PartyCode, Timestamp};
use acquit_flow::{Reading, decide, read};
use acquit_mapping::rulebook::Rulebook;
use acquit_store::{CommitResult, Store};
use sha2::{Digest as _, Sha256};

use crate::repository::{below, root};

/// Microseconds of a day.
const DAY_US: i64 = 86_400_000_000;

/// The committed rulebook.
///
/// # Panics
/// When a file of `mappings/` has a fault: all of them are told.
#[must_use]
pub fn book() -> Rulebook {
    let texts = below(&root().join("mappings"));
    let texts = texts
        .into_iter()
        .filter_map(|(path, bytes)| String::from_utf8(bytes).ok().map(|text| (path, text)));
    Rulebook::load(&texts.collect::<BTreeMap<_, _>>()).unwrap_or_else(|faults| {
        let lines: Vec<String> = faults.iter().map(ToString::to_string).collect();
        panic!("{}", lines.join("\n"))
    })
}

/// A parcel as it arrives.
#[derive(Debug, Clone, Copy, Default)]
pub struct Arrival<'a> {
    /// Who hands it over; empty: the operator.
    pub partner: &'a str,
    /// `charset=` of the transport; empty when not said.
    pub charset: &'a str,
    /// The bytes.
    pub bytes: &'a [u8],
}

/// The pipeline with its store.
pub struct House<'b> {
    /// The rules.
    pub book: &'b Rulebook,
    /// What is kept.
    pub store: Store,
    /// The time.
    pub now: Timestamp,
    parcels: u64,
}

impl<'b> House<'b> {
    /// An empty house at the time the base messages were written.
    ///
    /// # Panics
    /// When no store can be had in memory.
    #[must_use]
    pub fn new(book: &'b Rulebook) -> House<'b> {
        let now = Timestamp::parse("2026-11-23T10:35:00Z").expect("a valid instant");
        let store = Store::in_memory().expect("a store in memory");
        House { book, store, now, parcels: 0 }
    }

    /// Lets days pass.
    pub fn wait(&mut self, days: i64) {
        self.now = Timestamp(self.now.0 + days * DAY_US);
    }

    /// A parcel arriving now.
    pub fn parcel(&mut self, arrival: &Arrival<'_>) -> Parcel {
        self.parcels += 1;
        Parcel {
            id: Id::new(1_763_892_000_000 + self.parcels, self.parcels.into()),
            partner: PartyCode::new(arrival.partner),
            channel: Channel::Http,
            media: Media::Unknown,
            charset: arrival.charset.to_owned(),
            name: String::new(),
            received_at: self.now,
            bytes: arrival.bytes.into(),
            sha256: Sha256::digest(arrival.bytes).into(),
            idempotency_key: String::new(),
        }
    }

    /// Reads, decides and commits a parcel.
    ///
    /// # Panics
    /// When the store refuses what was decided.
    pub async fn send(&mut self, arrival: &Arrival<'_>) -> Outcome {
        self.send_knowing(arrival, |_| ()).await
    }

    /// The same, after changing what is known; what is decided must then not touch the store's
    /// other idea of it.
    ///
    /// # Panics
    /// When the store refuses what was decided.
    pub async fn send_knowing(
        &mut self,
        arrival: &Arrival<'_>,
        change: impl FnOnce(&mut Known),
    ) -> Outcome {
        let parcel = self.parcel(arrival);
        let reading: Reading = read(self.book, &parcel);
        let mut known = self.store.known(reading.keys()).await.expect("the store answers");
        change(&mut known);
        let outcome = decide(self.book, &reading, &known, self.now);
        let results = self.store.commit(vec![outcome.clone()]).await.expect("the store commits");
        assert_eq!(results, [CommitResult::Committed], "what was decided could be written");
        outcome
    }
}
