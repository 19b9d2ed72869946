//! The form a payer's browser posts: filled and signed here, where the keys are.

use super::{Accounts, House};
use crate::shell::pay::Handover;
use acquit_domain::pay::{Attempt, Handoff, Order};
use acquit_mapping::provider::{Provider, Wanted, record, say};
use acquit_mapping::record::Record;
use acquit_mapping::vocabulary::{Field, field};

/// Name of the message a browser posts.
const PAYMENT: &str = "payment";

impl Handover for Accounts {
    fn fill(&self, order: &Order, attempt: &Attempt) -> Option<Handoff> {
        let Handoff::Form { .. } = &attempt.handoff else { return None };
        let (provider, house) = self.house_of(&attempt.provider)?;
        let message = provider.message(PAYMENT)?;
        let mut record = self.record(provider, house, (order, attempt), &[]);
        let key = (house.scheme, house.key());
        let said = say(&self.book, provider, message, &mut record, key);
        if !said.missing.is_empty() || house.account.page.is_empty() || house.key().is_empty() {
            let (missing, folder) = (said.missing.join(", "), &provider.folder);
            tracing::error!(provider = folder, missing, "the form of a payment is not complete");
            return None;
        }
        Some(Handoff::Form { url: house.account.page.clone(), fields: said.fields })
    }
}

impl Accounts {
    /// Everything a message about an attempt may say, and more about what it is for.
    pub(super) fn record(
        &self,
        provider: &Provider,
        house: &House,
        (order, attempt): (&Order, &Attempt),
        more: &[(Field, &str)],
    ) -> Record<'static> {
        let account = &house.account;
        let callback = format!("{}/callbacks/{}", self.public, provider.folder);
        let (status, cancel) = (format!("{callback}/status"), format!("{callback}/cancel"));
        let home = format!("{}/", self.public);
        let page = |own: &str| if own.is_empty() { home.clone() } else { own.to_owned() };
        let (success, failure) = (page(&account.success), page(&account.failure));
        let mut texts = vec![
            (field::MERCHANT, account.merchant.as_str()),
            (field::STORE, account.store.as_str()),
            (field::LOGIN, account.login.as_str()),
            (field::PASSWORD, house.secrets.password.as_str()),
            (field::CALLBACK_URL, callback.as_str()),
            (field::STATUS_URL, status.as_str()),
            (field::CANCEL_URL, cancel.as_str()),
            (field::SUCCESS_URL, success.as_str()),
            (field::FAILURE_URL, failure.as_str()),
        ];
        texts.extend_from_slice(more);
        let wanted = Wanted { texts };
        record(&self.book, order, attempt, &wanted)
    }
}
