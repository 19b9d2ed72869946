//! Letters posted to a partner.

use super::{Handed, Handing, Outlet};
use acquit_connectors::egress::Client;
use acquit_connectors::push::{Push, push};
use acquit_connectors::retry::Retry;
use acquit_connectors::webhook::Key;
use acquit_domain::{Letter, Timestamp};

/// A partner's address.
pub(super) struct Post {
    pub(super) client: Client,
    pub(super) url: String,
    pub(super) keys: Vec<Key>,
}

impl Outlet for Post {
    fn deliver<'a>(&'a self, letter: &'a Letter, at: Timestamp) -> Handing<'a> {
        Box::pin(async move {
            let id = letter.id.to_string();
            let answers = letter.answers.map(|id| id.to_string());
            let told = Push {
                url: &self.url,
                id: &id,
                kind: letter.kind.key(),
                reference: &letter.reference,
                answers: answers.as_deref(),
                media: letter.media.key(),
                body: &letter.body,
                keys: &self.keys,
            };
            match push(&self.client, &told, at).await {
                Ok(_) => Handed::Delivered,
                Err(failure) if failure.retry == Retry::Never => Handed::Never(failure.to_string()),
                Err(failure) => Handed::Later { reason: failure.to_string(), after: failure.after },
            }
        })
    }
}
