//! Letters to a partner over AS2: delivered when the receipt proves it.

use super::{Partner, message_id};
use crate::shell::outbound::{Handed, Handing, Outlet};
use acquit_connectors::as2::{Cargo, Proof, Sending, Sent, send};
use acquit_connectors::retry::Retry;
use acquit_domain::{Letter, Timestamp};
use std::sync::Arc;
use std::time::Duration;
use tokio::time::timeout;

/// How long a receipt that comes later is waited for before other things are done.
const RECEIPT_WAIT: Duration = Duration::from_secs(30);
/// How long until a message is sent again whose receipt did not come.
const RECEIPT_PATIENCE: Duration = Duration::from_secs(600);

/// The way to a partner.
pub(super) struct Sender(pub(super) Arc<Partner>);

/// A letter as a message.
pub(super) fn cargo<'a>(letter: &'a Letter, message_id: &'a str) -> Cargo<'a> {
    Cargo {
        bytes: &letter.body,
        media: letter.media.key(),
        name: None,
        message_id,
        subject: letter.kind.key(),
    }
}

impl Outlet for Sender {
    fn deliver<'a>(&'a self, letter: &'a Letter, at: Timestamp) -> Handing<'a> {
        Box::pin(async move {
            let Sender(partner) = self;
            let message_id = message_id(letter.id);
            let receipt = partner.waiting.wait(letter.id);
            let to = Sending {
                client: &partner.client,
                agreement: &partner.agreement,
                url: &partner.url,
            };
            let sent = send(to, cargo(letter, &message_id), at).await;
            let handed = match sent {
                Sent::Delivered => Handed::Delivered,
                Sent::Failed(Retry::Never, reason) => Handed::Never(reason),
                Sent::Failed(Retry::Later, reason) => Handed::later(reason),
                Sent::Waits => match timeout(RECEIPT_WAIT, receipt).await {
                    Ok(Ok(proof)) => proven(&proof),
                    Ok(Err(_)) | Err(_) => Handed::Later {
                        reason: "the receipt has not come yet".to_owned(),
                        after: Some(RECEIPT_PATIENCE),
                    },
                },
            };
            partner.waiting.forget(letter.id);
            handed
        })
    }
}

fn proven(proof: &Proof) -> Handed {
    match proof {
        Proof::Delivered => Handed::Delivered,
        Proof::Refused(_) => Handed::Never(proof.text()),
        Proof::OtherMessage | Proof::OtherContent | Proof::Unsigned => Handed::later(proof.text()),
    }
}
