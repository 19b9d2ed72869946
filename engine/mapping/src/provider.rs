//! `providers/<name>/provider.toml`: who takes payments, by which means, and how they go.
//!
//! What this module is *not*: addresses, merchant numbers and secrets of a running house; those
//! are in `acquit.toml`, because they differ between a test and a real house.

mod asking;
mod hear;
mod message;
mod say;

pub use asking::{AskState, Asking, DOCUMENTS_MAX, Found, ask_record, hear_found};
pub use hear::{Delivered, Heard, Refusal, Stage, fields, hear, judge_query, parts, whole_texts};
pub use message::{Answers, Call, Login, Message, Way, Words};
pub use say::{Saying, Wanted, known, path, record, say};

use say::local;

use crate::codes::Codes;
use crate::files::{FileFault, Page, Section};
use acquit_domain::Function;
use acquit_domain::pay::CallPurpose;

/// Longest life of a session, a reference or a period of grace, in seconds: a year.
const SECONDS_MAX: i64 = 366 * 86_400;
/// Most times of one list of polls.
const POLLS_MAX: usize = 20;

/// How the payer goes on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum HandoffKind {
    /// The browser posts a form.
    Form,
    /// The payer gives a reference somewhere.
    Reference,
    /// The browser goes to a page.
    Redirect,
    /// The payer follows instructions; nobody is told that the payment was begun.
    Instructions,
}

/// What must be done at the provider before the payer can go on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Start {
    /// Nothing.
    Nothing,
    /// The provider is called, and its answer says how the payer goes on.
    Call,
}

/// What a payment is confirmed by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Confirmation {
    /// The provider's own word.
    Provider,
    /// Booked funds on a bank statement, and nothing before (SEED-43).
    Bank,
}

const HANDOFFS: &[(HandoffKind, &str)] = &[
    (HandoffKind::Form, "form"),
    (HandoffKind::Reference, "reference"),
    (HandoffKind::Redirect, "redirect"),
    (HandoffKind::Instructions, "instructions"),
];
const STARTS: &[(Start, &str)] = &[(Start::Nothing, "nothing"), (Start::Call, "call")];
const CONFIRMATIONS: &[(Confirmation, &str)] =
    &[(Confirmation::Provider, "provider"), (Confirmation::Bank, "bank")];
/// What the start of a payment is called in the exchange log.
const FUNCTIONS: &[(Function, &str)] = &[
    (Function::Ama, "AMA"),
    (Function::Cmi, "CMI"),
    (Function::Fat, "FAT"),
    (Function::Chq, "CHQ"),
    (Function::Vir, "VIR"),
];

/// One means of payment at a provider.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Means {
    /// Its word: a key of the code table `means`.
    pub means: String,
    /// The provider's own word for it; empty: ours.
    pub told: String,
    /// What its start is called in the exchange log.
    pub function: Function,
    /// How the payer goes on.
    pub handoff: HandoffKind,
    /// What must be done before.
    pub start: Start,
    /// Whether our answer to the provider decides that money is taken (card).
    pub capture_by_answer: bool,
    /// Whether the provider is asked back before its callback is believed.
    pub verify: bool,
    /// What the payment is confirmed by.
    pub confirmed_by: Confirmation,
    /// Longest session of the payer at the provider, or life of a reference when the issuer's
    /// agreement says nothing, in seconds.
    pub seconds: u32,
    /// How long after its end news of an attempt are expected, in seconds.
    pub grace_seconds: u32,
    /// When the provider is asked about an undecided attempt, in seconds after it became so.
    pub polls: Vec<u32>,
    /// Where a reference can be given, in the order they are shown.
    pub places: Vec<String>,
}

/// A payment provider.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Provider {
    /// Name of its folder; callbacks come to `/callbacks/<folder>`.
    pub folder: String,
    /// Code it is shown by; its transaction numbers are unique under it.
    pub code: String,
    /// Display name (« Récepteur du message »).
    pub name: String,
    /// Whether times are told with their zone; else as they are on the platform's wall.
    pub zoned: bool,
    /// Its means.
    pub means: Vec<Means>,
    /// What it and we say to each other.
    pub messages: Vec<Message>,
    /// What is sent to it when something is asked.
    pub calls: Vec<Call>,
}

impl Provider {
    /// Reads one `provider.toml`. `means` are the keys of the code table of that name.
    #[must_use]
    pub fn read(
        folder: &str,
        file: &str,
        text: &str,
        means: &[&str],
        codes: &Codes,
    ) -> (Provider, Vec<FileFault>) {
        let page = Page::parse(file, text);
        let root = page.root();
        let messages = root.sections("message");
        let messages: Vec<Message> =
            messages.iter().map(|one| message::read_message(one, codes)).collect();
        let calls = root.sections("call");
        let calls = calls.iter().map(|one| message::read_call(one, &messages)).collect();
        let provider = Provider {
            folder: folder.to_owned(),
            code: root.needed("code").text.to_owned(),
            name: root.needed("name").text.to_owned(),
            zoned: root.flag("zoned").unwrap_or(false),
            means: root.sections("means").iter().map(|one| read_means(one, means)).collect(),
            messages,
            calls,
        };
        root.finish();
        (provider, page.into_faults())
    }

    /// The message of this name.
    #[must_use]
    pub fn message(&self, name: &str) -> Option<&Message> {
        self.messages.iter().find(|one| one.name == name)
    }

    /// The call of this name.
    #[must_use]
    pub fn call(&self, name: &str) -> Option<&Call> {
        self.calls.iter().find(|one| one.name == name)
    }

    /// The call for a purpose about a payment by these means.
    #[must_use]
    pub fn call_for(&self, purpose: CallPurpose, means: &str) -> Option<&Call> {
        let takes =
            |call: &Call| call.means.is_empty() || call.means.iter().any(|one| one == means);
        self.calls.iter().find(|call| call.purpose == purpose && takes(call))
    }

    /// The means of this word.
    #[must_use]
    pub fn offers(&self, means: &str) -> Option<&Means> {
        self.means.iter().find(|one| one.means == means)
    }
}

fn read_means(section: &Section<'_, '_>, known: &[&str]) -> Means {
    let word = section.needed("means");
    if !word.text.is_empty() && !known.contains(&word.text) {
        section.unknown(word, known);
    }
    let function = section.needed("function");
    let polls = section.words("polls");
    if polls.len() > POLLS_MAX {
        section.fault(section.at(), format!("at most {POLLS_MAX} polls"), &[]);
    }
    let means = Means {
        means: word.text.to_owned(),
        told: section.text("told").unwrap_or_default().to_owned(),
        function: section.pick(function, FUNCTIONS).unwrap_or(Function::Unknown),
        handoff: section.choice("handoff", HANDOFFS).unwrap_or(HandoffKind::Instructions),
        start: section.choice("start", STARTS).unwrap_or(Start::Nothing),
        capture_by_answer: section.flag("capture_by_answer").unwrap_or(false),
        verify: section.flag("verify").unwrap_or(false),
        confirmed_by: section
            .choice("confirmed_by", CONFIRMATIONS)
            .unwrap_or(Confirmation::Provider),
        seconds: seconds(section, "seconds").unwrap_or(10_800),
        grace_seconds: seconds(section, "grace_seconds").unwrap_or(2 * 86_400),
        polls: polls.iter().filter_map(|word| poll(section, word.text)).collect(),
        places: section.words("places").iter().map(|word| word.text.to_owned()).collect(),
    };
    section.finish();
    means
}

fn seconds(section: &Section<'_, '_>, key: &'static str) -> Option<u32> {
    section.integer(key, 1..=SECONDS_MAX).and_then(|value| u32::try_from(value).ok())
}

/// Reads `90 s`, `5 min`, `6 h` or `1 d`.
fn poll(section: &Section<'_, '_>, text: &str) -> Option<u32> {
    let (number, unit) = text.split_once(' ').unwrap_or((text, ""));
    let factor: u32 = match unit {
        "s" => 1,
        "min" => 60,
        "h" => 3600,
        "d" => 86_400,
        _ => 0,
    };
    let value = number.parse::<u32>().ok().and_then(|number| number.checked_mul(factor));
    let value = value.filter(|value| *value > 0 && i64::from(*value) <= SECONDS_MAX);
    if value.is_none() {
        let message = format!("\"{text}\" is no time: write \"90 s\", \"5 min\", \"6 h\", \"1 d\"");
        section.fault(section.at(), message, &[]);
    }
    value
}

#[cfg(test)]
mod tests {
    use super::*;

    fn faults(text: &str) -> String {
        let (_, faults) = Provider::read("x", "x", text, &["cmi.card"], &Codes::new());
        faults.iter().map(|fault| format!("{}: {}\n", fault.line, fault.message)).collect()
    }

    #[test]
    fn a_provider_is_read() {
        let text = "code = \"CMI\"\nname = \"CMI\"\n[[means]]\nmeans = \"cmi.card\"\n\
                    function = \"CMI\"\nhandoff = \"form\"\ncapture_by_answer = true\n\
                    seconds = 2700\npolls = [\"5 min\", \"1 d\"]\n";
        let (provider, faults) =
            { Provider::read("cmi", "provider.toml", text, &["cmi.card"], &Codes::new()) };
        assert_eq!(faults, []);
        let means = provider.offers("cmi.card").expect("the one means");
        assert_eq!((means.seconds, means.polls.as_slice()), (2700, [300, 86_400].as_slice()));
        assert!(means.capture_by_answer && provider.offers("cheque").is_none());
    }

    #[test]
    fn faults_are_told_together() {
        let text =
            "code = \"X\"\n[[means]]\nmeans = \"gold\"\nfunction = \"INV\"\npolls = [\"soon\"]\n";
        let told = faults(text);
        for part in ["gold", "INV", "soon", "name"] {
            assert!(told.contains(part), "{part} in {told}");
        }
    }
}
