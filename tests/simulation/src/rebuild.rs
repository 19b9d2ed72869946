//! The past again: what was committed is decided anew, in the order of the commits, on an empty
//! store. Everything held must come out alike, or something was decided on what nobody held.

use crate::node::{Job, Work};
use crate::store::{Committed, Store};
use crate::world::World;
use acquit_domain::known::Parked;
use acquit_domain::{Parcel, Timestamp};
use acquit_flow::Occurrence;

/// Something that was committed.
#[derive(Debug, Clone)]
pub struct Entry {
    at: Timestamp,
    what: What,
}

/// What was decided.
#[derive(Debug, Clone)]
enum What {
    /// A parcel, from its raw bytes.
    Message(Parcel),
    /// Something that happened to payments.
    Happens(Parcel, Box<Occurrence>),
    /// The end of waiting, or another look at what waits.
    Parked(Box<Parked>, bool),
}

impl Entry {
    /// What a job decides, at a time.
    #[must_use]
    pub fn of(job: &Job, at: Timestamp) -> Entry {
        let what = match &job.work {
            Work::Message(_) => What::Message(job.parcel.clone()),
            Work::Happens(occurrence) => What::Happens(job.parcel.clone(), occurrence.clone()),
        };
        Entry { at, what }
    }

    /// The end of waiting of a parked message, or another look at it.
    #[must_use]
    pub fn parked(parked: &Parked, ends: bool, at: Timestamp) -> Entry {
        Entry { at, what: What::Parked(Box::new(parked.clone()), ends) }
    }

    fn again(&self, world: &World<'_>, store: &mut Store) -> Committed {
        let book = world.book;
        let outcome = match &self.what {
            What::Message(parcel) => {
                let reading = acquit_flow::read(book, parcel);
                acquit_flow::decide(book, &reading, &store.known(reading.keys()), self.at)
            }
            What::Happens(parcel, occurrence) => {
                let known = store.known(&acquit_flow::payment_keys(book, occurrence));
                acquit_flow::decide_payment(book, parcel, occurrence, &known, self.at)
            }
            What::Parked(parked, ends) => {
                let known = store.known(&acquit_flow::retry_keys(book, parked));
                let looked = acquit_flow::retry(book, parked, &known, self.at);
                match (looked, ends) {
                    (Some(outcome), _) => outcome,
                    (None, true) => acquit_flow::expire(book, parked, &known, self.at),
                    (None, false) => return Committed::Conflict("its client is not known"),
                }
            }
        };
        store.commit(&outcome)
    }
}

impl World<'_> {
    /// Decides the whole past again.
    ///
    /// # Errors
    /// Where it differs from what is held.
    pub(crate) fn rebuild(&self) -> Result<(), String> {
        let mut store = Store::new(None);
        store.held.clients.clone_from(&self.clients_before);
        for (at, entry) in self.history.iter().enumerate() {
            let result = entry.again(self, &mut store);
            if result != Committed::Yes {
                return Err(format!("P6 rebuildable: commit {at} again is {result:?}"));
            }
        }
        let (was, is) = (&self.store, &store);
        let differs = [
            ("invoices", was.held.invoices != is.held.invoices),
            ("envelopes", was.held.envelopes != is.held.envelopes),
            ("orders", was.held.payments.orders != is.held.payments.orders),
            ("money", was.held.payments.funds != is.held.payments.funds),
            ("notices", was.held.payments.notices != is.held.payments.notices),
            ("receipts", was.receipts != is.receipts),
            ("cases", was.cases != is.cases),
            ("letters", was.letters != is.letters),
            ("log", was.log != is.log),
        ];
        match differs.iter().find(|(_, differs)| *differs) {
            Some((what, _)) => Err(format!("P6 rebuildable: other {what}")),
            None => Ok(()),
        }
    }
}
