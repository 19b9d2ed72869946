//! A large parcel taken part by part does what it would do taken as a whole.

mod support;

use acquit_domain::exchange::MessageVerdict;
use acquit_domain::parcel::{Channel, Media, Parcel};
use acquit_domain::part::LISTED_MAX;
use acquit_domain::{
    Carried, Id, Known, Letter, LetterKind, Outcome, PartyCode, Progress, Timestamp, Verdict,
};
use acquit_flow::{
    Survey, apply, decide, decide_part, decide_survey, may_be_large, must_wait, parts, read, survey,
};
use acquit_mapping::rulebook::Rulebook;
use sha2::{Digest, Sha256};
use std::sync::LazyLock;

static BOOK: LazyLock<Rulebook> = LazyLock::new(support::book);

fn now() -> Timestamp {
    Timestamp::parse("2026-11-23T10:00:00Z").expect("a valid instant")
}

fn parcel(n: u64, bytes: &str) -> Parcel {
    Parcel {
        id: Id::new(1_763_892_000_000 + n, n.into()),
        partner: PartyCode::new("ANP"),
        channel: Channel::Http,
        media: Media::Unknown,
        charset: String::new(),
        name: String::new(),
        received_at: now(),
        bytes: bytes.as_bytes().into(),
        sha256: Sha256::digest(bytes).into(),
        idempotency_key: String::new(),
    }
}

/// One invoice; every seventh has a wrong sum, every eleventh a date that is none, every
/// thirteenth replaces the one before it or comes before its original.
fn message(n: usize) -> String {
    let gross = if n.is_multiple_of(7) { "3601.00" } else { "3600.00" };
    let date = if n.is_multiple_of(11) { "20261399" } else { "20261031" };
    let (number, function) = match n {
        n if n.is_multiple_of(26) => (n - 1, 5),
        n if n.is_multiple_of(13) => (n + 1, 5),
        n => (n, 9),
    };
    format!(
        "UNH+{n}+INVOIC:D:96A:UN'BGM+380+{number:08}+{function}'DTM+137:{date}:102'\
         DTM+13:20271230:102'NAD+SU+ANP::92'NAD+BY+6110D00116::92'CUX+2:MAD:4'\
         LIN+1++ABO:SA'QTY+47:1'\
         MOA+203:3000.00'TAX+7+VAT+++:::20.00'UNS+S'MOA+79:3000.00'MOA+124:600.00'MOA+77:{gross}'\
         UNT+16+{n}'"
    )
}

fn interchange(reference: &str, messages: std::ops::Range<usize>, count: usize) -> String {
    let body: String = messages.map(message).collect();
    format!("UNB+UNOC:3+ANP:ZZ+PORTNET:ZZ+261123:1000+{reference}'{body}UNZ+{count}+{reference}'")
}

/// What became of a parcel: all that was written, and the answer.
struct Done {
    outcomes: Vec<Outcome>,
    known: Known,
}

impl Done {
    fn last(&self) -> &Outcome {
        self.outcomes.last().expect("something was decided")
    }
}

/// Decides a parcel part by part; what is carried is read again from what the parts left after
/// each part, as after a crash, when `crashing`.
fn in_parts(known: &Known, parcel: &Parcel, crashing: bool) -> Done {
    assert!(may_be_large(parcel));
    let survey: Survey = survey(&BOOK, parcel);
    let mut known = known.clone();
    if let Some(outcome) = decide_survey(&BOOK, &survey, &known, now()) {
        apply(&mut known, &outcome);
        return Done { outcomes: vec![outcome], known };
    }
    let (mut outcomes, mut carried, mut done) = (Vec::new(), Carried::default(), 0);
    let mut reading = parts(&BOOK, &survey, 0, carried.reached);
    while let Some(part) = reading.next() {
        assert_eq!(part.number, done + 1);
        let outcome = decide_part(&BOOK, &part, &carried, &known, now());
        apply(&mut known, &outcome);
        if let Progress::Part { carried: left, .. } = &outcome.progress {
            carried.extend((**left).clone());
        }
        done = part.number;
        outcomes.push(outcome);
        if crashing && !part.is_last {
            reading = parts(&BOOK, &survey, done, carried.reached);
        }
    }
    Done { outcomes, known }
}

fn at_once(known: &Known, parcel: &Parcel) -> Done {
    let outcome = decide(&BOOK, &read(&BOOK, parcel), known, now());
    let mut known = known.clone();
    apply(&mut known, &outcome);
    Done { outcomes: vec![outcome], known }
}

/// Everything that must not depend on the parts: statuses, log, letters but for their own
/// reference, what is remembered.
fn told(done: &Done) -> Vec<String> {
    let rows = done.outcomes.iter().flat_map(|outcome| &outcome.exchanges).map(|row| {
        let found: Vec<&str> = row.findings.iter().map(|finding| &*finding.code).collect();
        let (n, at) = (row.n, row.first_byte);
        format!("row {at} {} {:?} {n:?} {} {found:?}", row.message, row.invoice, row.event)
    });
    let letters = done
        .outcomes
        .iter()
        .flat_map(|outcome| &outcome.letters)
        .map(|letter| String::from_utf8_lossy(&letter.body).replace(&letter.reference, "REF"));
    let invoices = done.known.invoices.values().map(|invoice| {
        let (key, state, rows) = (&invoice.key, invoice.state, invoice.exchanges);
        format!("invoice {key:?} {state:?} {rows} {}", invoice.gross)
    });
    let envelopes = done.known.envelopes.values().map(|envelope| {
        let (verdict, letters) = (envelope.verdict, envelope.letters.len());
        format!("envelope {:?} {verdict:?} {letters} {}", envelope.key, envelope.in_parts)
    });
    let parked = done.known.parked.values().flatten().map(|parked| format!("{}", parked.message));
    let mut all: Vec<String> = rows.chain(invoices).chain(envelopes).chain(parked).collect();
    all.extend(letters);
    all
}

/// The same parcel as a whole, in parts, and in parts with a crash after each.
fn check(text: &str, verdict: Verdict, outcomes: usize) {
    let parcel = parcel(1, text);
    let whole = at_once(&Known::default(), &parcel);
    assert_eq!(whole.last().verdict, verdict);
    for crashing in [false, true] {
        let done = in_parts(&Known::default(), &parcel, crashing);
        assert_eq!(done.outcomes.len(), outcomes);
        assert_eq!(done.last().verdict, verdict);
        let (left, right) = (told(&whole), told(&done));
        for (left, right) in left.iter().zip(&right) {
            assert_eq!(left, right);
        }
        assert_eq!(left.len(), right.len());
        let mut ids: Vec<Id> =
            done.outcomes.iter().flat_map(|outcome| &outcome.exchanges).map(|row| row.id).collect();
        ids.sort();
        ids.dedup();
        let rows: usize = done.outcomes.iter().map(|outcome| outcome.exchanges.len()).sum();
        assert_eq!(ids.len(), rows, "identifiers are unique");
    }
}

#[test]
fn parts_together_are_the_whole() {
    check(&interchange("IC1", 1..1_301, 1_300), Verdict::Partly, 3);
}

#[test]
fn parts_may_hold_several_interchanges() {
    let text = [
        interchange("IC1", 1..401, 400),
        interchange("IC2", 401..402, 2),
        interchange("IC3", 402..1_402, 1_000),
        interchange("IC1", 2_000..2_001, 1),
        interchange("IC4", 1_402..1_403, 1),
    ];
    check(&text.concat(), Verdict::Partly, 3);
}

#[test]
fn a_rejected_envelope_is_decided_without_its_messages() {
    check(&interchange("IC1", 1..1_301, 1_299), Verdict::Rejected, 1);
    let parcel = parcel(1, &interchange("IC1", 1..1_301, 1_299));
    let done = in_parts(&Known::default(), &parcel, false);
    let outcome = done.last();
    assert_eq!(outcome.messages.len() + outcome.more.messages as usize, 1_300);
    assert_eq!(outcome.messages.len(), LISTED_MAX);
}

#[test]
fn a_repeat_gets_the_stored_answer() {
    let text = interchange("IC1", 1..1_301, 1_300);
    let first = in_parts(&Known::default(), &parcel(1, &text), false);
    let again = in_parts(&first.known, &parcel(2, &text), false);
    assert_eq!(again.last().verdict, Verdict::Known);
    assert_eq!(again.last().more, first.last().more);
    let bodies = |outcome: &Outcome| -> Vec<Vec<u8>> {
        outcome.answers.iter().map(|letter| letter.body.to_vec()).collect()
    };
    let sent: Vec<Vec<u8>> =
        first.last().envelopes[0].letters.iter().map(|letter| letter.body.to_vec()).collect();
    assert_eq!(bodies(again.last()), sent);
    assert!(again.last().letters.is_empty() && again.last().invoices.is_empty());
    let other = in_parts(&first.known, &parcel(3, &text.replace("3000", "4000")), false);
    assert_eq!(other.last().verdict, Verdict::KnownButDifferent);
}

#[test]
fn what_bears_its_key_waits_until_the_last_part() {
    let text = interchange("IC1", 1..1_301, 1_300);
    let parcel = parcel(1, &text);
    let survey = survey(&BOOK, &parcel);
    let part = parts(&BOOK, &survey, 0, Carried::default().reached).next().expect("a part");
    let mut known = Known::default();
    let outcome = decide_part(&BOOK, &part, &Carried::default(), &known, now());
    apply(&mut known, &outcome);
    // A message that waited is answered when what it waited for comes; the sender not before
    // the end.
    let waited = |letter: &Letter| letter.kind == LetterKind::Aperak;
    assert!(outcome.letters.iter().all(waited) && outcome.answers.is_empty());
    assert!(must_wait(&survey.keys, &known, Id::new(9, 9)));
    assert!(!must_wait(&survey.keys, &known, parcel.id));
    let small = self::parcel(2, &interchange("IC1", 1..2, 1));
    assert!(must_wait(read(&BOOK, &small).keys(), &known, small.id));
    let done = in_parts(&Known::default(), &parcel, false);
    assert!(!must_wait(&survey.keys, &done.known, Id::new(9, 9)));
}

#[test]
fn lists_are_capped_and_name_what_was_rejected() {
    let done = in_parts(&Known::default(), &parcel(1, &interchange("IC1", 1..2_601, 2_600)), false);
    let outcome = done.last();
    assert_eq!(outcome.messages.len(), LISTED_MAX);
    assert_eq!(outcome.more.messages, 1_600);
    let rejected = |message: &&MessageVerdict| message.verdict == Verdict::Rejected;
    let rows = done.outcomes.iter().flat_map(|outcome| &outcome.exchanges);
    let all = rows.filter(|row| row.verdict == Verdict::Rejected).count();
    assert_eq!(outcome.messages.iter().filter(rejected).count(), all);
}
