//! The fuzz targets above the readers: files people write, and the life of invoices.

use std::collections::BTreeMap;
use std::sync::OnceLock;

use acquit_domain::{Id, parcel::Channel, parcel::Media};
use acquit_domain::{Known, Outcome, Parcel, PartyCode, Timestamp};
use acquit_flow::{apply, decide, read, row_hash};
use acquit_mapping::rulebook::Rulebook;
use sha2::{Digest as _, Sha256};

use crate::repository::{below, root};

/// Files of a book small enough to be loaded thousands of times: one release, one partner.
fn small_book() -> &'static BTreeMap<String, String> {
    static FILES: OnceLock<BTreeMap<String, String>> = OnceLock::new();
    FILES.get_or_init(|| {
        let wanted = |path: &str| {
            !path.starts_with("guides/") && !path.starts_with("issuers/")
                || path.starts_with("issuers/anp/")
        };
        let texts = below(&root().join("mappings")).into_iter().filter(|(path, _)| wanted(path));
        texts.filter_map(|(path, bytes)| Some((path, String::from_utf8(bytes).ok()?))).collect()
    })
}

/// Files that are replaced by the bytes, chosen by the first of them.
const REPLACED: &[&str] = &[
    "lifecycle.toml",
    "issuers/anp/issuer.toml",
    "issuers/anp/invoic-d96a.edi",
    "messages/portnet-inv.xml",
    "vat.toml",
    "parties.toml",
    "platform.toml",
];

/// A book with one file replaced by any text loads, or tells its faults.
pub fn mapping_rules(bytes: &[u8]) {
    let Some((choice, text)) = bytes.split_first() else { return };
    let name = REPLACED[usize::from(*choice) % REPLACED.len()];
    let mut files = small_book().clone();
    files.insert(name.to_owned(), String::from_utf8_lossy(text).into_owned());
    if let Err(faults) = Rulebook::load(&files) {
        assert!(!faults.is_empty(), "a book that does not load says why");
    }
}

/// Most events of one life.
const EVENTS_MAX: usize = 24;

/// Any sequence of messages about two invoices keeps the log's chains and the states in step.
pub fn state_machine(bytes: &[u8]) {
    static BOOK: OnceLock<Rulebook> = OnceLock::new();
    let book = BOOK.get_or_init(crate::house::book);
    let (mut known, mut lives) = (Known::default(), BTreeMap::new());
    for (n, byte) in bytes.iter().take(EVENTS_MAX).enumerate() {
        let parcel = parcel(n, *byte);
        let reading = read(book, &parcel);
        let outcome = decide(book, &reading, &known, parcel.received_at);
        follow(&outcome, &mut lives);
        apply(&mut known, &outcome);
    }
    for (key, invoice) in &known.invoices {
        let (rows, hash) = lives.get(key).copied().unwrap_or((0, [0; 32]));
        assert_eq!(invoice.exchanges, rows, "an invoice counts its rows");
        assert_eq!(invoice.last_hash, hash, "an invoice holds the hash of its last row");
    }
}

/// Rows of each invoice so far, and the hash of the last.
type Lives = BTreeMap<acquit_domain::InvoiceKey, (u32, [u8; 32])>;

fn follow(outcome: &Outcome, lives: &mut Lives) {
    for row in &outcome.exchanges {
        let (Some(key), Some(n)) = (&row.invoice, row.n) else { continue };
        let (count, last) = lives.get(key).copied().unwrap_or((0, [0; 32]));
        assert_eq!(n, count + 1, "rows of an invoice are numbered without gaps");
        assert_eq!(row.previous, last, "a row holds the hash of the row before");
        assert_eq!(row.hash, row_hash(row), "a row holds its own hash");
        lives.insert(key.clone(), (n, row.hash));
    }
}

/// The message a byte stands for: function, amount, invoice, and whether its reference is used
/// again.
fn parcel(n: usize, byte: u8) -> Parcel {
    let function = [9, 1, 5, 7][usize::from(byte & 3)];
    let (invoice, more) = (byte >> 2 & 1, u32::from(byte >> 3 & 1));
    let reference = if byte & 0x80 == 0 { n } else { usize::from(byte & 0x7F) };
    let text = format!(
        "UNB+UNOC:3+ANP:ZZ+PORTNET:ZZ+261123:1030+R{reference}'UNH+1+INVOIC:D:96A:UN'\
         BGM+380+0006932{invoice}+{function}'DTM+137:20261031:102'DTM+13:20261230:102'\
         NAD+SU+ANP::92'NAD+BY+6110D00116::92'CUX+2:MAD:4'LIN+1++ABO:SA'QTY+47:1'\
         MOA+203:300{more}.00'TAX+7+VAT+++:::20.00'UNS+S'MOA+79:300{more}.00'MOA+124:600.{cents}0'\
         MOA+77:360{gross}.{cents}0'UNT+16+1'UNZ+1+R{reference}'",
        cents = 2 * more,
        gross = more,
    );
    Parcel {
        id: Id::new(1_763_892_000_000 + n as u64, n as u128 + 1),
        partner: PartyCode::new("611AGEN001"),
        channel: Channel::Http,
        media: Media::Unknown,
        charset: String::new(),
        name: String::new(),
        received_at: Timestamp::parse("2026-11-23T10:35:00Z").unwrap_or_default(),
        sha256: Sha256::digest(&text).into(),
        bytes: text.into_bytes().into(),
        idempotency_key: String::new(),
    }
}
