//! When a line must be there: `required unless event in cancel`.
//!
//! The only condition a specimen knows: a name of the whole message that holds one of several
//! keys (`when`), or none of them (`unless`). What this is *not*: a rule of business; it says what
//! a message must bring to be read.

use super::{At, Filling, Flaw};
use crate::codec::Codec;
use crate::record::ItemRef;
use crate::vocabulary::{Field, Kind, List};

/// The mark that begins a demand.
pub(crate) const REQUIRED: &str = "required";

/// Most keys of one demand; the longest code table in use has fewer.
const KEYS_MAX: usize = 32;

/// When an otherwise optional line must be there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Demand {
    /// The name that decides: one of the whole message, a code.
    pub field: Field,
    /// With one of the keys it must not: `unless`.
    pub unless: bool,
    /// The keys that decide.
    pub keys: Vec<Box<str>>,
    /// Where each key is written, for what is told of them.
    places: Vec<At>,
    /// Where the name is written.
    at: At,
}

impl Demand {
    /// Reads what stands behind `required`: `when NAME in KEY ..` or `unless NAME in KEY ..`, each
    /// word with its place.
    pub(super) fn parse(
        words: &mut dyn Iterator<Item = (&str, At)>,
        mark: At,
        flaws: &mut Vec<Flaw>,
    ) -> Option<Demand> {
        let shape = "expected `required when NAME in KEY ..` or `required unless NAME in KEY ..`";
        let (Some((word @ ("when" | "unless"), _)), Some((name, at)), Some(("in", _))) =
            (words.next(), words.next(), words.next())
        else {
            flaws.push(Flaw::new(mark, shape));
            return None;
        };
        let field = Field::of(List::Root, name).filter(|field| decides(*field));
        if field.is_none() {
            let known =
                List::Root.names().filter(|name| Field::of(List::Root, name).is_some_and(decides));
            let flaw = Flaw::new(at, format!("no code of the whole message is \"{name}\""));
            flaws.push(flaw.with(known));
        }
        let (keys, places): (Vec<Box<str>>, Vec<At>) =
            words.map(|(key, at)| (key.into(), at)).unzip();
        if keys.is_empty() || keys.len() > KEYS_MAX {
            flaws.push(Flaw::new(mark, format!("{shape}, 1 to {KEYS_MAX} keys")));
        }
        Some(Demand { field: field?, unless: word == "unless", keys, places, at })
    }

    /// Whether the line must be there in a message that says this. While the name says nothing,
    /// it must.
    #[must_use]
    pub fn holds(&self, root: ItemRef<'_, '_>) -> bool {
        let Some(said) = root.code(self.field) else { return true };
        self.keys.iter().any(|key| **key == *said) != self.unless
    }

    /// Checks that the specimen reads the name, and that its table has the keys.
    pub(crate) fn check<'f>(
        &self,
        fillings: impl IntoIterator<Item = &'f Filling>,
        flaws: &mut Vec<Flaw>,
    ) {
        let table = fillings.into_iter().find_map(|filling| match filling {
            Filling::Hole(hole) if hole.field == self.field => match &hole.codec {
                Codec::Code(table) => Some(table),
                _ => None,
            },
            _ => None,
        });
        let Some(table) = table else {
            let message = format!("no line of this file reads \"{}\"", self.field.key());
            flaws.push(Flaw::new(self.at, message));
            return;
        };
        for (key, at) in self.keys.iter().zip(&self.places) {
            if !table.keys().any(|known| *known == **key) {
                let message = format!("no code of \"{}\" is \"{key}\"", table.name());
                flaws.push(Flaw::new(*at, message).with(table.keys()));
            }
        }
    }
}

/// Whether a name can decide: codes have keys that are known when the file is loaded.
fn decides(field: Field) -> bool {
    field.definition().kind == Kind::Code
}
