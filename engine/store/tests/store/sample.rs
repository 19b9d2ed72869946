//! Outcomes as one INVOIC message each gives, made from a number: the same number, the same
//! outcome. Shared by the tests and the measurements of this crate.
#![allow(dead_code, unreachable_pub, reason = "each test and measurement uses a part")]
#![expect(clippy::unwrap_used, reason = "the texts are constants")]

use acquit_domain::exchange::MessageVerdict;
use acquit_domain::invoice::{ClientData, Document, Service, Tax};
use acquit_domain::outcome::InvoiceChange;
use acquit_domain::status::Flags;
use acquit_domain::time::{SECOND, date_from_days};
use acquit_domain::*;
use acquit_store::Hashes;
use sha2::{Digest, Sha256};

/// 2026-01-01T00:00:00Z.
pub const START: Timestamp = Timestamp(1_767_225_600 * SECOND);

pub fn mix(seed: u64) -> u64 {
    let mut word = seed.wrapping_add(0x9E37_79B9_7F4A_7C15);
    word = (word ^ (word >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    word = (word ^ (word >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    word ^ (word >> 31)
}

pub fn sha256(bytes: &[u8]) -> [u8; 32] {
    Sha256::digest(bytes).into()
}

pub fn party(code: &str) -> PartyCode {
    PartyCode::new(code).unwrap()
}

pub fn key(issuer: &str, number: &str) -> InvoiceKey {
    InvoiceKey { issuer: party(issuer), number: InvoiceNumber::new(number).unwrap() }
}

pub fn issuer(n: u64) -> String {
    format!("6110D{:05}", 100 + mix(n) % 20)
}

/// One client has half of the invoices, the others share the rest.
pub fn client(n: u64) -> String {
    let drawn = mix(n ^ 0xC11E);
    if drawn.is_multiple_of(2) { "C000000".to_owned() } else { format!("C{:06}", drawn % 5000) }
}

pub fn key_of(n: u64) -> InvoiceKey {
    key(&issuer(n), &format!("{:08}", 2_000_000 + n))
}

fn services(n: u64) -> Vec<Service> {
    (0..3u64)
        .map(|line| {
            let drawn = mix(n * 3 + line);
            Service {
                service: ["AB", "CD", "EF", "GH", "JK", "LM"][drawn as usize % 6].to_owned(),
                operation: format!("OP{}", drawn / 7 % 5),
                // Calls of ships: those of these days, a few invoices each.
                reference: format!("ESC{:07}", n / 4 + drawn / 64 % 200),
                label: "Prestation portuaire".to_owned(),
                quantity: Some(Decimal::new(drawn as i64 % 1000, 2)),
                price: Some(Decimal::new(drawn as i64 % 100_000, 2)),
                net_minor: Some(drawn as i64 % 1_000_000),
                ends_on: None,
            }
        })
        .collect()
}

pub fn invoice(n: u64) -> Invoice {
    let drawn = mix(n ^ 0xFACE);
    let net = drawn as i64 % 1_000_000 + 100_000;
    let issued = 19_700 + (n / 800 + drawn % 30) as i32 % 1_200;
    let status = STATUSES_DRAWN[drawn as usize / 64 % STATUSES_DRAWN.len()];
    Invoice {
        key: key_of(n),
        state: InvoiceState::Open,
        flags: Flags::default(),
        status,
        version: 1,
        exchanges: 2,
        last_hash: [0; 32],
        kind: [InvoiceKind::Principal, InvoiceKind::Principal, InvoiceKind::Supplementary]
            [drawn as usize / 8 % 3],
        principal: None,
        issuer_name: "MARSA MAROC".to_owned(),
        client: ClientData {
            code: client(n),
            name: "SOCIETE D'IMPORTATION".to_owned(),
            ice: "001525713000089".to_owned(),
            ifu: "1084523".to_owned(),
            rc: "40327".to_owned(),
        },
        issued_on: date_from_days(issued),
        due_on: (!drawn.is_multiple_of(5)).then(|| date_from_days(issued + 30)),
        cancelled_on: None,
        net: Money::new(net, Currency::MAD),
        gross: Money::new(net + net / 5, Currency::MAD),
        description: "Prestations au navire".to_owned(),
        means: vec!["cmi.card".to_owned(), "transfer".to_owned()],
        allocated_minor: 0,
        services: services(n),
        taxes: vec![Tax {
            rate: Decimal::new(20, 0),
            category: "S".to_owned(),
            base_minor: Some(net),
            amount_minor: Some(net / 5),
        }],
        content: sha256(&n.to_be_bytes()),
        written_at: Timestamp(START.0 + n as i64),
        message: format!("M{n}"),
        created_at: Timestamp(START.0 + n as i64),
        updated_at: Timestamp(START.0 + n as i64),
    }
}

const STATUSES_DRAWN: &[Status] = &[
    Status::Unpaid,
    Status::Unpaid,
    Status::Paid,
    Status::Paid,
    Status::Paid,
    Status::AwaitingPartner,
    Status::Cancelled,
];

/// A hash over a whole row, as the flow makes one.
pub fn row_hash(exchange: &Exchange) -> [u8; 32] {
    let bare = Exchange { hash: [0; 32], duration_us: 0, ..exchange.clone() };
    sha256(format!("{bare:?}").as_bytes())
}

/// A hash over a whole invoice but what counts its changes, as the flow makes one.
pub fn invoice_hash(invoice: &Invoice) -> [u8; 32] {
    let nothing = Timestamp(0);
    let bare = Invoice {
        version: 0,
        exchanges: 0,
        last_hash: [0; 32],
        created_at: nothing,
        updated_at: nothing,
        ..invoice.clone()
    };
    sha256(format!("{bare:?}").as_bytes())
}

/// A hash over a whole letter but what became of it, as the flow makes one.
pub fn letter_hash(letter: &Letter) -> [u8; 32] {
    let bare = Letter { state: letter::LetterState::Waiting, ..letter.clone() };
    sha256(format!("{bare:?}").as_bytes())
}

/// A hash over letters that belong together, as the flow makes one.
pub fn letters_hash(letters: &mut [(Id, [u8; 32])]) -> [u8; 32] {
    letters.sort_unstable();
    sha256(format!("{letters:?}").as_bytes())
}

/// What everything here hashes to.
pub const HASHES: Hashes =
    Hashes { row: row_hash, invoice: invoice_hash, letter: letter_hash, letters: letters_hash };

pub fn exchange(parcel: &Parcel, invoice: &Invoice, at: u32, function: Function) -> Exchange {
    Exchange {
        id: parcel.id.derive(1, at),
        parcel: parcel.id,
        first_byte: 0,
        bytes: parcel.bytes.len() as u64,
        at: parcel.received_at,
        partner: invoice.key.issuer.clone(),
        channel: Channel::Http,
        direction: if function == Function::Inv { Direction::In } else { Direction::Out },
        function,
        message: format!("INVOIC_{at}"),
        reference: invoice.message.clone(),
        invoice: Some(invoice.key.clone()),
        n: Some(at),
        event: "inv_original".to_owned(),
        from: Some(InvoiceState::Absent),
        to: Some(invoice.state),
        before: None,
        after: Some(invoice.status),
        user: String::new(),
        recipient: "PORTNET".to_owned(),
        observation: String::new(),
        needs_reply: false,
        verdict: Verdict::Accepted,
        findings: Vec::new(),
        unread: Vec::new(),
        book: [7; 32],
        content: invoice_hash(invoice),
        letters: None,
        previous: [0; 32],
        hash: [0; 32],
        duration_us: 120,
    }
}

pub fn parcel(n: u64, bytes: Vec<u8>) -> Parcel {
    let random = u128::from(mix(n)) << 64 | u128::from(mix(!n));
    Parcel {
        id: Id::new((START.0 as u64 + n * 20) / 1000, random),
        partner: Some(party(&issuer(n))),
        channel: Channel::Http,
        media: Media::Edifact,
        charset: String::new(),
        name: String::new(),
        received_at: Timestamp(START.0 + n as i64 * 20),
        sha256: sha256(&bytes),
        bytes: bytes.into(),
        idempotency_key: String::new(),
    }
}

pub fn empty(parcel: Parcel) -> Outcome {
    Outcome::new(parcel, Verdict::Accepted)
}

/// Puts log rows under an invoice: numbers, chain and hashes, and their end in the invoice.
pub fn chain(invoice: &mut Invoice, mut rows: Vec<Exchange>, done: u32) -> Vec<Exchange> {
    for (at, row) in (done + 1..).zip(&mut rows) {
        row.n = Some(at);
        row.previous = invoice.last_hash;
        row.hash = row_hash(row);
        invoice.last_hash = row.hash;
        invoice.exchanges = at;
    }
    rows
}

/// The outcome of one INVOIC message with three lines: a parcel of 955 bytes, an invoice, two log
/// rows, an envelope and a letter.
pub fn outcome(n: u64) -> Outcome {
    let text: String = (0..60).map(|part| format!("{:015}'", mix(n * 60 + part) >> 16)).collect();
    let mut outcome = empty(parcel(n, text.as_bytes()[..955].to_vec()));
    let mut invoice = invoice(n);
    let letter = letter(&outcome.parcel, &invoice.key.issuer);
    let mut rows = vec![
        exchange(&outcome.parcel, &invoice, 1, Function::Inv),
        exchange(&outcome.parcel, &invoice, 2, Function::Contrl),
    ];
    rows[1].letters = Some(letters_hash(&mut [(letter.id, letter_hash(&letter))]));
    outcome.exchanges = chain(&mut invoice, rows, 0);
    outcome.messages = vec![MessageVerdict {
        kind: "INVOIC".to_owned(),
        reference: invoice.message.clone(),
        invoice: invoice.key.number.to_string(),
        before: None,
        status: Some(invoice.status),
        verdict: Verdict::Accepted,
    }];
    outcome.envelopes = vec![Envelope {
        key: EnvelopeKey {
            standard: "edifact",
            sender: format!("{}:ZZZ", invoice.key.issuer),
            recipient: "PORTNET:ZZZ".to_owned(),
            reference: format!("{n:014}"),
        },
        sha256: outcome.parcel.sha256,
        parcel: outcome.parcel.id,
        received_at: outcome.parcel.received_at,
        verdict: Verdict::Accepted,
        messages: outcome.messages.clone(),
        findings: Vec::new(),
        more: More::default(),
        in_parts: false,
        letters: vec![letter.clone()],
    }];
    outcome.answers = vec![letter.clone()];
    outcome.letters = vec![letter];
    outcome.invoices =
        vec![InvoiceChange { invoice, read_version: None, content_changed: true, waiting: 0 }];
    outcome
}

pub fn letter(parcel: &Parcel, to: &PartyCode) -> Letter {
    Letter {
        id: parcel.id.derive(2, 1),
        to: to.clone(),
        kind: LetterKind::Contrl,
        reference: format!("R{}", parcel.id),
        answers: Some(parcel.id),
        media: Media::Edifact,
        body: vec![b'U'; 300],
        written_at: parcel.received_at,
        state: letter::LetterState::Waiting,
    }
}

/// The same with the least beside the invoice, for filling large databases.
pub fn light(n: u64) -> Outcome {
    let mut outcome = empty(parcel(n, Vec::new()));
    outcome.keep_bytes = n == 0;
    let invoice = Invoice { exchanges: 0, ..invoice(n) };
    outcome.invoices =
        vec![InvoiceChange { invoice, read_version: None, content_changed: true, waiting: 0 }];
    outcome
}

pub fn document(outcome: &Outcome, name: &str, bytes: &[u8]) -> Document {
    Document {
        id: outcome.parcel.id.derive(3, 1),
        invoice: outcome.invoices[0].invoice.key.clone(),
        name: name.to_owned(),
        description: "Facture".to_owned(),
        recorded_at: outcome.parcel.received_at,
        sha256: sha256(bytes),
        bytes: bytes.into(),
    }
}

/// A folder of one test, removed when the test ends.
pub struct Folder(std::path::PathBuf);

impl Folder {
    pub fn new(name: &str) -> Folder {
        let path = std::env::temp_dir().join(format!("acquit-{name}-{}", std::process::id()));
        std::fs::create_dir_all(&path).unwrap();
        Folder(path)
    }

    pub fn file(&self, name: &str) -> std::path::PathBuf {
        self.0.join(name)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}
