//! Agreements of both sides and a message, for tests.

use super::keys::{Pair, draw};
use acquit_connectors::as2::{
    Agreement, Cargo, Cipher, Compress, Digest, Inward, Name, Need, Outward, Wanted,
};
use acquit_domain::Timestamp;
use std::time::{SystemTime, UNIX_EPOCH};

/// An interchange with bytes that are no text, and line ends of two kinds.
pub(crate) const INVOICE: &[u8] = b"UNA:+.? 'UNB+UNOC:3+MARSA+ACQUIT+261124:0030+1'\r\n\
    UNH+1+INVOIC:D:96A:UN'\nBGM+380+F1+9'FTX+AAI+++caf\xe9 \xff\x00'UNT+4+1'\n\nUNZ+1+1'\n";

/// Both sides.
pub(crate) struct House {
    pub(crate) ours: Pair,
    pub(crate) theirs: Pair,
    /// Our agreement.
    pub(crate) us: Agreement,
    /// The partner's, when the partner is this program too.
    pub(crate) them: Agreement,
}

impl House {
    pub(crate) fn new() -> House {
        let (ours, theirs) = (draw("ACQUIT", 30), draw("PARTNER", 30));
        let us = agreement(("ACQUIT", &ours), ("PARTNER", &theirs));
        let them = agreement(("PARTNER", &theirs), ("ACQUIT", &ours));
        House { ours, theirs, us, them }
    }
}

pub(crate) fn agreement(ours: (&str, &Pair), theirs: (&str, &Pair)) -> Agreement {
    Agreement {
        ours: Name::new(ours.0).expect("a name"),
        theirs: Name::new(theirs.0).expect("a name"),
        identities: vec![ours.1.identity()],
        certificates: theirs.1.certificates(),
        outward: Outward {
            sign: Some(Digest::Sha256),
            encrypt: Some(Cipher::Aes256),
            compress: Compress::BeforeSigning,
            receipt: Wanted::Now,
        },
        inward: Inward {
            signed: Need::Optional,
            encrypted: Need::Optional,
            digests: Vec::new(),
            ciphers: Vec::new(),
        },
    }
}

pub(crate) fn cargo(message_id: &str) -> Cargo<'_> {
    Cargo {
        bytes: INVOICE,
        media: "application/edifact",
        name: Some("invoice.edi"),
        message_id,
        subject: "INVOIC F1",
    }
}

pub(crate) fn now() -> Timestamp {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).expect("a clock");
    Timestamp(i64::try_from(since.as_micros()).expect("a time"))
}
