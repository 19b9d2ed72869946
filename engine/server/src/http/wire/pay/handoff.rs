//! How the payer goes on.

use acquit_domain::mask::mask;
use acquit_domain::pay::Handoff;
use serde::Serialize;
use std::collections::BTreeMap;
use utoipa::ToSchema;

/// How the payer goes on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum HandoffWire {
    /// The browser posts these fields there.
    Form {
        /// Address of the form.
        url: String,
        /// Its fields.
        fields: BTreeMap<String, String>,
    },
    /// The payer gives the reference at one of the places.
    Reference {
        /// The reference.
        reference: String,
        /// Until when it is honoured.
        expires_at: String,
        /// Where it can be given.
        r#where: Vec<String>,
    },
    /// The browser goes there.
    Redirect {
        /// Address of the page.
        url: String,
    },
    /// The payer follows instructions: what to write on the cheque or the transfer.
    Instructions {
        /// What has to be given, in order.
        lines: Vec<LineWire>,
    },
}

/// One fact of instructions.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct LineWire {
    /// What it is: `reference`, `amount`, `currency`, `account`.
    pub name: String,
    /// Its value.
    pub value: String,
}

impl HandoffWire {
    /// The wire form of a hand-off; `None` when there is none (yet).
    #[must_use]
    pub fn of(handoff: Handoff) -> Option<HandoffWire> {
        Some(match handoff {
            Handoff::None => return None,
            // Nobody is set up to say where: there is no form yet.
            Handoff::Form { url, .. } | Handoff::Redirect { url } if url.is_empty() => return None,
            Handoff::Form { url, fields } => {
                HandoffWire::Form { url, fields: fields.into_iter().collect() }
            }
            Handoff::Reference { reference, expires_at, places } => HandoffWire::Reference {
                reference,
                expires_at: expires_at.to_string(),
                r#where: places,
            },
            Handoff::Redirect { url } => HandoffWire::Redirect { url },
            Handoff::Instructions { lines } => {
                let line = |(name, value): (String, String)| LineWire {
                    name,
                    value: mask(&value).into_owned(),
                };
                HandoffWire::Instructions { lines: lines.into_iter().map(line).collect() }
            }
        })
    }
}
