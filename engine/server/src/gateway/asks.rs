//! « Demande de facture »: an issuer is asked, its answer is believed or not, each message in it
//! goes the way of every message of that issuer, and then the request is answered.
//!
//! ```text
//! call -> signed request -> signed answer -> intake, once for each document -> cashier: Asked
//! ```
//!
//! The documents are stored before the request is answered, each in a transaction of its own. A
//! crash in between leaves a request that still waits: it is asked again by its clock under the
//! same identifier, the documents are known by then, and the request is answered.
//!
//! What it is *not*: it reads no invoice, and it decides neither when nor how often to ask.

use super::callback::stage_alert;
use super::out::Said;
use super::{Gateway, House, mask};
use crate::shell::Arrival;
use acquit_domain::pay::{FundsSource, InvoiceRequest, RequestState};
use acquit_domain::{
    Channel, Id, InvoiceKey, InvoiceNumber, Keys, Parcel, PartyCode, Verdict, pay,
};
use acquit_flow::Occurrence;
use acquit_flow::pay::RequestAnswer;
use acquit_mapping::provider::{
    AskState, Asking, Delivered, Found, Refusal, Wanted, ask_record, hear_found,
};

/// Most bytes of an answer with documents.
pub(super) const FOUND_BYTES_MAX: usize = 24 << 20;
/// Most bytes of request and answer that are kept beside the documents, which are kept whole.
const ACCOUNT_BYTES_MAX: usize = 16 << 10;

impl Gateway {
    /// Asks an issuer, and hands in what it answered.
    pub(super) async fn ask_invoices(&self, wanted: &pay::Call) {
        let Some(request) = self.request(wanted.subject).await else { return };
        if request.state != RequestState::Asked {
            return;
        }
        let found = self.accounts.issuer(&request.issuer, &request.terminal);
        let Some((asking, house)) = found else {
            tracing::info!(to = wanted.to, "nobody is set up to be asked for invoices");
            let reason = "aucune adresse n'est configurée".to_owned();
            return self.hand_in_answer(&request, "", RequestAnswer::Nothing { reason }).await;
        };
        let (account, answer) = self.answered(asking, house, &request).await;
        self.hand_in_answer(&request, &account, answer).await;
    }

    async fn request(&self, id: Id) -> Option<InvoiceRequest> {
        let mut keys = Keys::default();
        keys.payments.requests.insert(id);
        match self.engine.store.known(&keys).await {
            Ok(mut known) => known.payments.requests.remove(&id),
            Err(error) => {
                tracing::error!(error = %error, "a request could not be prepared");
                None
            }
        }
    }

    /// Asks, and gives the account of it and what the answer means.
    async fn answered(
        &self,
        asking: &Asking,
        house: &House,
        request: &InvoiceRequest,
    ) -> (String, RequestAnswer) {
        let nothing = |reason: String| RequestAnswer::Nothing { reason };
        let Some(call) = asking.call() else {
            return (String::new(), nothing("no call is agreed".to_owned()));
        };
        let record = || {
            let texts = Vec::new();
            ask_record(&self.engine.book, request, &Wanted { texts })
        };
        let said = match self.tried(&asking.side, house, call, record).await {
            Ok(said) => said,
            Err(failed) => {
                let reason = mask::secrets(&failed.reason, house.all_secrets());
                tracing::warn!(to = asking.side.code, reason, "no answer");
                return (failed.account, nothing(reason));
            }
        };
        let account = self.accounts_of(&said);
        if call.not_found.contains(&said.status) {
            return (account, RequestAnswer::Empty { reason: String::new() });
        }
        if !(200..300).contains(&said.status) {
            return (account, nothing(format!("HTTP {}", said.status)));
        }
        let Some(message) = asking.side.message(&call.answer) else {
            return (account, nothing("no answer is agreed".to_owned()));
        };
        let delivered = Delivered {
            bytes: &said.body,
            headers: &said.headers,
            keys: &house.secrets.keys,
            scheme: house.scheme,
            merchant: "",
            store: "",
            now: self.engine.clock.now(),
            source: FundsSource::Query,
        };
        let id = request.id.to_string();
        match hear_found(&self.engine.book, asking, message, &delivered, &id) {
            Ok(found) => (account, self.taken(request, found).await),
            Err(refused) => {
                let reason = format!("{} {}", refused.finding.code, refused.finding.value);
                self.not_believed(request, &account, refused).await;
                (account, nothing(reason))
            }
        }
    }

    /// Request and answer as they are kept. Documents are parcels of their own.
    fn accounts_of(&self, said: &Said) -> String {
        let mut account = said.account.clone();
        if account.len() > ACCOUNT_BYTES_MAX {
            let end = (0..=ACCOUNT_BYTES_MAX).rev().find(|end| account.is_char_boundary(*end));
            account.truncate(end.unwrap_or_default());
            account.push_str("...\n");
        }
        account
    }

    /// An answer that is not believed is kept with the reason, and told to operators.
    async fn not_believed(&self, request: &InvoiceRequest, account: &str, refused: Refusal) {
        let Refusal { stage, finding } = refused;
        let parcel = self.parcel_of(&request.issuer, "asked", account.as_bytes().to_vec());
        self.keep(parcel, &finding, stage_alert(stage)).await;
    }

    /// Has the documents of an answer decided, as if their issuer had sent each by itself.
    async fn taken(&self, request: &InvoiceRequest, found: Found) -> RequestAnswer {
        match found.state {
            AskState::Later => return RequestAnswer::Later,
            AskState::Empty => return RequestAnswer::Empty { reason: found.reason },
            AskState::Found => {}
        }
        let (mut keys, mut refused, mut waiting) = (Vec::new(), 0, 0);
        let count = found.documents.len();
        for (name, bytes) in found.documents {
            let parcel = self.parcel_of(&request.issuer, &name, bytes);
            let answer = match self.intake.submit(parcel).await {
                Ok(answer) => answer,
                // What was stored stays; the clock asks again for the rest.
                Err(refusal) => return RequestAnswer::Nothing { reason: refusal.to_string() },
            };
            for message in answer.messages {
                match message.verdict {
                    Verdict::Accepted | Verdict::Partly | Verdict::Known => {
                        let number = InvoiceNumber::new(&message.invoice);
                        let issuer = request.issuer.clone();
                        keys.extend(number.map(|number| InvoiceKey { issuer, number }));
                    }
                    Verdict::Parked => waiting += 1,
                    Verdict::Rejected | Verdict::KnownButDifferent => refused += 1,
                }
            }
        }
        match (keys.is_empty(), waiting, refused) {
            (false, ..) => RequestAnswer::Found(keys),
            (true, 0, 0) if count == 0 => RequestAnswer::Empty { reason: found.reason },
            (true, 0, _) => {
                let reason = format!("{count} document(s) reçu(s), aucun accepté");
                RequestAnswer::Nothing { reason }
            }
            (true, ..) => RequestAnswer::Later,
        }
    }

    fn parcel_of(&self, issuer: &PartyCode, name: &str, bytes: Vec<u8>) -> Parcel {
        let arrival = Arrival {
            partner: Some(issuer.clone()),
            name: name.to_owned(),
            ..Arrival::over(Channel::Http)
        };
        arrival.parcel(&self.engine.clock, bytes)
    }

    async fn hand_in_answer(&self, request: &InvoiceRequest, account: &str, answer: RequestAnswer) {
        let what = Occurrence::Asked { request: request.id, answer };
        self.hand_in((request.issuer.as_str(), "asked"), account, what).await;
    }
}
