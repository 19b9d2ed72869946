//! A party of the directory.

use acquit_domain::Party;
use serde::Serialize;
use utoipa::ToSchema;

/// A party as the directory shows it.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct PartyWire {
    /// The code it is known by.
    pub code: String,
    /// Its role.
    pub role: &'static str,
    /// Display name.
    pub name: String,
    /// « CIN ».
    pub cin: String,
    /// « Centre RC ».
    pub rc_centre: String,
    /// « Numéro du R.C ».
    pub rc: String,
    /// « IFU ».
    pub ifu: String,
    /// ICE.
    pub ice: String,
    /// « Adresse ».
    pub address: String,
    /// « Activé ».
    pub active: bool,
}

impl From<Party> for PartyWire {
    fn from(party: Party) -> PartyWire {
        PartyWire {
            code: party.code.to_string(),
            role: party.role.key(),
            name: party.name,
            cin: party.cin,
            rc_centre: party.rc_centre,
            rc: party.rc,
            ifu: party.ifu,
            ice: party.ice,
            address: party.address,
            active: party.active,
        }
    }
}
