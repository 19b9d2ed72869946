//! Money that comes in.

use acquit_domain::pay::News;

/// What a fact is told apart by, also when its provider gives it no number: then by what it pays.
pub(super) fn transaction(news: &News) -> String {
    let names = [&news.transaction, &news.channel_reference, &news.reference, &news.order];
    names.into_iter().find(|name| !name.is_empty()).cloned().unwrap_or_default()
}
