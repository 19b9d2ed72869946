//! A message of a partner: opened, stored, receipted.

use super::{Partner, letter_of, outlet, receipts};
use crate::shell::arrival::Arrival;
use crate::shell::{Engine, Intake, Refusal};
use acquit_connectors::as2::{
    Disposition, Head, Posting, Proof, Received, Refused, Told, build, duplicate, judge, open,
    post, read, unexpected, write,
};
use acquit_domain::{Channel, Media};
use sha2::{Digest, Sha256};
use std::sync::Arc;
use std::time::Duration;

/// Pauses between tries to post a receipt. A partner whose message was receipted in vain sends
/// it again (RFC 4130, section 5.5), and gets the same receipt.
const RECEIPT_TRIES: &[Duration] = &[
    Duration::ZERO,
    Duration::from_secs(5),
    Duration::from_secs(30),
    Duration::from_secs(120),
    Duration::from_secs(600),
];

/// What is answered to a message.
#[derive(Debug)]
pub enum Given {
    /// The receipt, in the answer.
    Receipt(Posting),
    /// The receipt comes later, or none was asked for.
    Taken,
    /// It was not taken, and no receipt was asked for.
    Refused(Refused),
}

/// A message with what it came by.
pub struct Taken<'a> {
    /// The engine.
    pub engine: &'a Engine,
    /// The way in.
    pub intake: &'a Intake,
    /// Who it comes from, says its head.
    pub partner: &'a Arc<Partner>,
}

impl Taken<'_> {
    /// Takes a message; nothing of it is stored when this fails.
    ///
    /// # Errors
    /// When the store or the intake takes nothing now.
    pub async fn message(
        &self,
        head: Head,
        headers: Vec<(String, String)>,
        body: Vec<u8>,
    ) -> Result<Given, Refusal> {
        let partner = Arc::clone(self.partner);
        let opening = tokio::task::spawn_blocking(move || {
            let opened = open(&partner.agreement, &head, &headers, &body);
            (head, opened)
        });
        let (head, opened) = opening.await.map_err(|_| Refusal::Busy)?;
        let opened = match opened {
            Ok(received) => self.store(&head, received).await?,
            Err(refused) => Err(refused),
        };
        match opened {
            Ok(receipt) => Ok(self.hand_over(&head, receipt)),
            Err(refused) => {
                let partner = self.partner.party.as_str();
                tracing::warn!(partner, message = %head.message_id,
                    disposition = %refused.disposition, why = refused.reason,
                    "a message of AS2 was refused");
                if head.receipt.is_none() {
                    return Ok(Given::Refused(refused));
                }
                let told = Told {
                    head: &head,
                    disposition: &refused.disposition,
                    text: refused.reason,
                    mic: None,
                    at: self.engine.clock.now(),
                };
                let receipt = write(Some(&self.partner.agreement), told);
                let receipt = receipt.map_err(|_| Refusal::Busy)?;
                Ok(self.hand_over(&head, Some(receipt)))
            }
        }
    }

    /// Stores what a message brought, then its receipt.
    async fn store(
        &self,
        head: &Head,
        received: Received,
    ) -> Result<Result<Option<Posting>, Refused>, Refusal> {
        let key = format!("as2:{}", head.message_id);
        let sha256: [u8; 32] = Sha256::digest(&received.bytes).into();
        let party = &self.partner.party;
        let taken = match self.intake.answered(party, &key, sha256).await {
            Ok(None) => {
                let arrival = Arrival {
                    partner: Some(party.clone()),
                    channel: Channel::As2,
                    media: media(&received.media.name),
                    charset: received.media.parameter("charset").unwrap_or_default().to_owned(),
                    name: acquit_connectors::name::shown(received.name.as_bytes()),
                    idempotency_key: key.clone(),
                };
                let parcel = arrival.parcel(&self.engine.clock, received.bytes);
                match self.intake.submit_large(parcel).await {
                    Err(Refusal::Repeat) => self.intake.answered(party, &key, sha256).await,
                    taken => taken.map(Some),
                }
            }
            before => before,
        };
        match taken {
            Ok(_) => {}
            Err(Refusal::Mismatch) => return Ok(Err(duplicate())),
            Err(refusal) => return Err(refusal),
        }
        if head.receipt.is_none() {
            return Ok(Ok(None));
        }
        if let Some(before) = receipts::given(self.engine, self.partner, head).await? {
            return Ok(Ok(Some(before)));
        }
        let told = Told {
            head,
            disposition: &Disposition::Processed,
            text: "The message was taken, and what it says will be answered.",
            mic: Some(&received.mic),
            at: self.engine.clock.now(),
        };
        let Ok(receipt) = write(Some(&self.partner.agreement), told) else {
            let reason = "the receipt could not be signed";
            return Ok(Err(Refused { disposition: unexpected(), reason }));
        };
        receipts::keep(self.engine, self.partner, head, &receipt).await.map(|kept| Ok(Some(kept)))
    }

    /// Gives a receipt the way it was asked for.
    fn hand_over(&self, head: &Head, receipt: Option<Posting>) -> Given {
        let Some(receipt) = receipt else { return Given::Taken };
        let address = head.receipt.as_ref().and_then(|request| request.address.clone());
        let Some(address) = address else { return Given::Receipt(receipt) };
        let (partner, message) = (Arc::clone(self.partner), head.message_id.clone());
        // Only the partner's own host is called, whatever address the message names.
        tokio::spawn(async move {
            for pause in RECEIPT_TRIES {
                tokio::time::sleep(*pause).await;
                match post(&partner.client, &address, &receipt).await {
                    Ok(answer) if (200..300).contains(&answer.status) => return,
                    Ok(answer) => {
                        let status = answer.status;
                        tracing::warn!(partner = %partner.party, message, status, "no receipt");
                    }
                    Err(failure) => {
                        let why = failure.to_string();
                        tracing::warn!(partner = %partner.party, message, why, "no receipt");
                    }
                }
            }
        });
        Given::Taken
    }

    /// Takes a receipt for a letter of ours, whoever waits for it.
    ///
    /// # Errors
    /// What is wrong with it.
    pub async fn receipt(&self, headers: &[(String, String)], body: &[u8]) -> Result<(), String> {
        let agreement = &self.partner.agreement;
        let receipt = read(agreement, headers, body).map_err(|fault| fault.to_string())?;
        let unknown = || "the receipt is about no letter of ours".to_owned();
        let message_id = receipt.message_id.clone().ok_or_else(unknown)?;
        let id = letter_of(&message_id).ok_or_else(unknown)?;
        let party = self.partner.party.clone();
        let letter = self.engine.store.letter(party.clone(), id).await;
        let letter = letter.map_err(|error| error.to_string())?.ok_or_else(unknown)?;
        let cargo = outlet::cargo(&letter, &message_id);
        let built = build(agreement, cargo, self.engine.clock.now());
        let (_, expected) = built.map_err(|fault| fault.to_string())?;
        let proof = judge(&receipt, &expected);
        tracing::info!(partner = %party, letter = %id, proof = %proof.text(), "a receipt came");
        let delivered = proof == Proof::Delivered;
        if !self.partner.waiting.say(id, proof) && delivered {
            self.engine.store.taken(party, id).await.map_err(|error| error.to_string())?;
        }
        Ok(())
    }
}

/// What the media type of a message says. The reader looks at the bytes all the same.
fn media(name: &str) -> Media {
    match name {
        "application/edifact" => Media::Edifact,
        "application/xml" | "text/xml" => Media::Xml,
        "application/json" => Media::Json,
        _ => Media::Unknown,
    }
}
