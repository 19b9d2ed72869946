//! What writings of every carrier have in common: the text of a place.

use crate::codec::Codec;
use crate::edifact::Unwritten;
use crate::record::ItemRef;
use crate::specimen::{At, Filling};

/// A writing under way.
#[derive(Debug, Default)]
pub(crate) struct Writing {
    pub(crate) unwritten: Vec<Unwritten>,
}

impl Writing {
    /// The text of one place; nothing when the record does not say it.
    pub(crate) fn fill(
        &mut self,
        filling: &Filling,
        at: At,
        item: ItemRef<'_, '_>,
    ) -> Option<String> {
        self.fill_as(filling, None, at, item)
    }

    /// As [`Writing::fill`], with another codec than the hole's own.
    pub(crate) fn fill_as(
        &mut self,
        filling: &Filling,
        codec: Option<&Codec>,
        at: At,
        item: ItemRef<'_, '_>,
    ) -> Option<String> {
        match filling {
            Filling::Literal(text) | Filling::Any(text) => Some(text.to_string()),
            Filling::Format(_) => None,
            Filling::Hole(hole) => {
                let said = item.value(hole.field);
                let codec = codec.unwrap_or(&hole.codec);
                let text = said.as_ref().and_then(|value| codec.write(value));
                if text.is_none() && (said.is_some() || !hole.optional) {
                    self.unwritten.push(Unwritten { field: hole.field, at });
                }
                text.map(std::borrow::Cow::into_owned)
            }
        }
    }
}

/// Whether a place has something to say.
pub(crate) fn says(filling: &Filling, item: ItemRef<'_, '_>) -> bool {
    matches!(filling, Filling::Hole(hole) if item.has(hole.field))
}
