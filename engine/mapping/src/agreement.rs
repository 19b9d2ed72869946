//! `issuers/<name>/issuer.toml`: what was agreed with one partner.
//!
//! Every key is described in [`KEYS`], from which `mappings/README.md` is written.
//!
//! What this module is *not*: the shape of the partner's messages; those are specimens beside
//! the file, and only where they differ from the default.

mod keys;

pub use keys::KEYS;

use crate::files::{FileFault, Page, Section};
use crate::language::{LANGUAGES, Language};
use crate::platform::{DAYS_MAX, Identification, number, party_code};
use acquit_domain::invoice::{MESSAGE_FUNCTIONS, MessageFunction};

/// When a partner gets a CONTRL.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Contrl {
    /// For every interchange.
    Always,
    /// Only when the envelope asks (data element 0031 is 1).
    Asked,
    /// Never.
    Never,
}

/// When a partner gets an answer about the content (APERAK or ACC).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Answer {
    /// For every message.
    Always,
    /// Only for messages that are rejected.
    Rejections,
    /// Never.
    Never,
}

/// What is done with an invoice that was sent before with the same content.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SameContent {
    /// Accepted as known, without effect.
    Accept,
    /// Rejected.
    Reject,
}

/// What is done with an invoice that was sent before with other content.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ChangedContent {
    /// Rejected; the first stays.
    Reject,
    /// Taken as a replacement.
    Replace,
}

/// Which clients may be invoiced.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Clients {
    /// Anybody; a client never met is remembered.
    Any,
    /// Those of whom there is a record; messages for others wait for one.
    Known,
}

/// For whom the partner may send.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SpeaksFor {
    /// For itself: the issuer named in a message must be the sender.
    Itself,
    /// For anybody: the issuer named in a message is not compared; its invoices are the sender's.
    Anybody,
}

/// What is done with a rate of tax that does not hold on the invoice's date.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum VatCheck {
    /// The message is rejected.
    Error,
    /// It is told, nothing is refused.
    Warning,
    /// Nothing.
    Off,
}

/// What a notice of payment tells of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NoticePer {
    /// A whole order.
    Order,
    /// One invoice: for a partner that reads only the first of a notice.
    Invoice,
}

/// What is done with a payment below the amount due.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Underpaid {
    /// Held for an operator.
    Hold,
    /// Allocated to the invoices due first.
    OldestFirst,
    /// Allocated in proportion.
    ProRata,
}

/// What a partner may do that the standard or the manual does not allow.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Tolerance {
    /// Separators after the last element of a segment (EDI-045).
    TrailingSeparators,
    /// XML elements nobody described (XML-UNKNOWN).
    UnknownElements,
    /// EDIFACT segments of the standard that no line of the specimen reads.
    UnreadSegments,
    /// Lower-case letters under UNOA.
    LowerCase,
    /// Line breaks inside segments (WARN-WRAP).
    Wrapped,
    /// Several XML documents in one file (XML-MANY).
    SeveralDocuments,
    /// UTF-8 bytes under UNOC are read as UTF-8 (WARN-CHARSET).
    Utf8UnderUnoc,
    /// An invoice without its PDF (DOC-MISSING).
    MissingDocument,
    /// A prefix nobody declared (XML-PREFIX).
    UndeclaredPrefix,
    /// The literals `None`, `False` and `NONE` for nothing.
    EmptyLiterals,
    /// Amounts with the tail of a binary fraction (`880.8000000000002`).
    FloatTails,
    /// Documents coded in base 64 twice.
    DoubleBase64,
    /// Invoices of 0.00 (BIZ-ZERO).
    ZeroAmounts,
}

/// Every tolerance with its word.
pub const TOLERANCES: &[(Tolerance, &str)] = &[
    (Tolerance::TrailingSeparators, "trailing_separators"),
    (Tolerance::UnknownElements, "unknown_elements"),
    (Tolerance::UnreadSegments, "unread_segments"),
    (Tolerance::LowerCase, "lower_case"),
    (Tolerance::Wrapped, "wrapped"),
    (Tolerance::SeveralDocuments, "several_documents"),
    (Tolerance::Utf8UnderUnoc, "utf8_under_unoc"),
    (Tolerance::MissingDocument, "missing_document"),
    (Tolerance::UndeclaredPrefix, "undeclared_prefix"),
    (Tolerance::EmptyLiterals, "empty_literals"),
    (Tolerance::FloatTails, "float_tails"),
    (Tolerance::DoubleBase64, "double_base64"),
    (Tolerance::ZeroAmounts, "zero_amounts"),
];

const CONTRLS: &[(Contrl, &str)] =
    &[(Contrl::Always, "always"), (Contrl::Asked, "asked"), (Contrl::Never, "never")];
const ANSWERS: &[(Answer, &str)] =
    &[(Answer::Always, "always"), (Answer::Rejections, "rejections"), (Answer::Never, "never")];
const SAME: &[(SameContent, &str)] =
    &[(SameContent::Accept, "accept"), (SameContent::Reject, "reject")];
const CHANGED: &[(ChangedContent, &str)] =
    &[(ChangedContent::Reject, "reject"), (ChangedContent::Replace, "replace")];
const CLIENTS: &[(Clients, &str)] = &[(Clients::Any, "any"), (Clients::Known, "known")];
const SPEAKS: &[(SpeaksFor, &str)] =
    &[(SpeaksFor::Itself, "itself"), (SpeaksFor::Anybody, "anybody")];
const VAT_CHECKS: &[(VatCheck, &str)] =
    &[(VatCheck::Error, "error"), (VatCheck::Warning, "warning"), (VatCheck::Off, "off")];
const NOTICE_PER: &[(NoticePer, &str)] =
    &[(NoticePer::Order, "order"), (NoticePer::Invoice, "invoice")];
const UNDERPAID: &[(Underpaid, &str)] = &[
    (Underpaid::Hold, "hold"),
    (Underpaid::OldestFirst, "oldest_first"),
    (Underpaid::ProRata, "pro_rata"),
];
/// Character sets that may be named instead of the one the message declares.
const CHARSETS: &[(&str, &str)] = &[
    ("utf-8", "utf-8"),
    ("iso-8859-1", "iso-8859-1"),
    ("iso-8859-6", "iso-8859-6"),
    ("iso-8859-15", "iso-8859-15"),
    ("windows-1252", "windows-1252"),
    ("windows-1256", "windows-1256"),
];

/// A message a partner may send.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AgreedMessage {
    /// Name of its specimen (`invoic-d96a`).
    pub specimen: String,
    /// Association assigned codes (0057) that are taken; `None` takes any.
    pub association: Option<Vec<String>>,
    /// What it may do; empty takes every function.
    pub functions: Vec<MessageFunction>,
}

/// Everything agreed with one partner.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Agreement {
    /// Name of its folder.
    pub folder: String,
    /// The code it is shown by.
    pub code: String,
    /// Other codes of the same partner.
    pub codes: Vec<String>,
    /// Display name.
    pub name: String,
    /// An inactive partner sends nothing and is paid nothing.
    pub active: bool,
    /// Language its people are written to; `None` leaves it to the platform.
    pub language: Option<Language>,
    /// EDIFACT senders that are this partner.
    pub edifact: Vec<Identification>,
    /// XML senders (`Emetteur`) that are this partner.
    pub xml: Vec<String>,
    /// Whether the issuer in a message must be the sender.
    pub speaks_for: SpeaksFor,
    /// Messages it may send.
    pub messages: Vec<AgreedMessage>,
    /// Means of payment: keys of the code table `means`.
    pub means: Vec<String>,
    /// Term of payment in days, when a message gives no due date.
    pub due_days: u32,
    /// How long a payment reference is valid, in minutes.
    pub reference_minutes: u32,
    /// What is done with too small a payment.
    pub underpaid: Underpaid,
    /// Whether a notice of payment tells of a whole order or of one invoice.
    pub notice_per: NoticePer,
    /// Specimen of its notices.
    pub notice_specimen: String,
    /// When it gets a CONTRL.
    pub contrl: Contrl,
    /// When it gets an APERAK.
    pub aperak: Answer,
    /// When it gets an ACC.
    pub acc: Answer,
    /// Specimen of its ACC.
    pub acc_profile: String,
    /// The same invoice again.
    pub same_content: SameContent,
    /// The same number with other content.
    pub changed_content: ChangedContent,
    /// What is taken although it is not right; in order, each once.
    pub tolerate: Vec<Tolerance>,
    /// Character set to read instead of the declared one.
    pub charset: Option<String>,
    /// Oldest transmission taken, in days; `None` leaves it to the platform.
    pub max_age_days: Option<u32>,
    /// Whether test transmissions are read.
    pub test_messages: bool,
    /// Which clients it may invoice.
    pub clients: Clients,
    /// A rate that does not hold on the invoice's date.
    pub vat_check: VatCheck,
}

impl Agreement {
    /// Reads one `issuer.toml`. `means` are the keys of the code table of that name, `specimens`
    /// the names of messages there are.
    #[must_use]
    pub fn read(
        folder: &str,
        file: &str,
        text: &str,
        means: &[&str],
        specimens: &[&str],
    ) -> (Agreement, Vec<FileFault>) {
        let page = Page::parse(file, text);
        let root = page.root();
        let mut agreement = blank(folder);
        read_names(&mut agreement, &root);
        agreement.messages = read_messages(&root, specimens);
        read_payment(&mut agreement, &root, means);
        if let Some(answers) = root.section("answers") {
            read_answers(&mut agreement, &answers, specimens);
            answers.finish();
        }
        if let Some(notices) = root.section("notices") {
            read_notices(&mut agreement, &notices, specimens);
            notices.finish();
        }
        if let Some(duplicates) = root.section("duplicates") {
            let same = duplicates.choice("same_content", SAME);
            agreement.same_content = same.unwrap_or(agreement.same_content);
            let changed = duplicates.choice("changed_content", CHANGED);
            agreement.changed_content = changed.unwrap_or(agreement.changed_content);
            duplicates.finish();
        }
        read_reading(&mut agreement, &root);
        root.finish();
        (agreement, page.into_faults())
    }

    /// True when the partner goes by this code.
    #[must_use]
    pub fn is(&self, code: &str) -> bool {
        self.code == code || self.codes.iter().any(|other| other == code)
    }

    /// True when something not right is taken from this partner.
    #[must_use]
    pub fn tolerates(&self, tolerance: Tolerance) -> bool {
        self.tolerate.contains(&tolerance)
    }

    /// True when invoices for clients without a record wait for one.
    #[must_use]
    pub fn clients_must_be_known(&self) -> bool {
        self.clients == Clients::Known
    }

    /// The message agreed for a specimen and an association assigned code (0057, may be empty).
    #[must_use]
    pub fn message(&self, specimen: &str, association: &str) -> Option<&AgreedMessage> {
        self.messages.iter().find(|message| {
            let taken = |codes: &Vec<String>| codes.iter().any(|code| code == association);
            message.specimen == specimen && message.association.as_ref().is_none_or(taken)
        })
    }
}

impl AgreedMessage {
    /// True when the message may do this.
    #[must_use]
    pub fn allows(&self, function: MessageFunction) -> bool {
        self.functions.is_empty() || self.functions.contains(&function)
    }
}

/// What holds where a file says nothing.
fn blank(folder: &str) -> Agreement {
    Agreement {
        folder: folder.to_owned(),
        code: String::new(),
        codes: Vec::new(),
        name: String::new(),
        active: true,
        language: None,
        edifact: Vec::new(),
        xml: Vec::new(),
        speaks_for: SpeaksFor::Itself,
        messages: Vec::new(),
        means: Vec::new(),
        due_days: 60,
        reference_minutes: 180,
        underpaid: Underpaid::Hold,
        notice_per: NoticePer::Order,
        notice_specimen: "portnet-pnm".to_owned(),
        contrl: Contrl::Asked,
        aperak: Answer::Rejections,
        acc: Answer::Always,
        acc_profile: "portnet-acc".to_owned(),
        same_content: SameContent::Accept,
        changed_content: ChangedContent::Reject,
        tolerate: Vec::new(),
        charset: None,
        max_age_days: None,
        test_messages: false,
        clients: Clients::Any,
        vat_check: VatCheck::Warning,
    }
}

fn read_names(agreement: &mut Agreement, root: &Section<'_, '_>) {
    agreement.code = party_code(root, root.needed("code"));
    root.needed("name").text.clone_into(&mut agreement.name);
    agreement.active = root.flag("active").unwrap_or(true);
    agreement.language = root.choice("language", LANGUAGES);
    agreement.codes = root.words("codes").into_iter().map(|word| party_code(root, word)).collect();
    let senders = root.words("edifact");
    agreement.edifact = senders.iter().map(|word| Identification::parse(word.text)).collect();
    agreement.xml = root.words("xml").iter().map(|word| word.text.to_owned()).collect();
    let speaks_for = root.choice("speaks_for", SPEAKS);
    agreement.speaks_for = speaks_for.unwrap_or(agreement.speaks_for);
}

fn read_messages(root: &Section<'_, '_>, specimens: &[&str]) -> Vec<AgreedMessage> {
    let mut messages = Vec::new();
    for section in root.sections("message") {
        let specimen = section.needed("specimen");
        if !specimen.text.is_empty() && !specimens.contains(&specimen.text) {
            section.unknown(specimen, specimens);
        }
        let codes = section.words("association");
        let codes: Vec<String> = codes.iter().map(|word| word.text.to_owned()).collect();
        messages.push(AgreedMessage {
            specimen: specimen.text.to_owned(),
            association: section.has("association").then_some(codes),
            functions: section.choices("functions", MESSAGE_FUNCTIONS),
        });
        section.finish();
    }
    messages
}

fn read_payment(agreement: &mut Agreement, root: &Section<'_, '_>, means: &[&str]) {
    for word in root.words("means") {
        if means.contains(&word.text) {
            agreement.means.push(word.text.to_owned());
        } else {
            root.unknown(word, means);
        }
    }
    agreement.due_days = number(root, "due_days", DAYS_MAX).unwrap_or(agreement.due_days);
    let minutes = number(root, "reference_minutes", 10_000_000);
    agreement.reference_minutes = minutes.unwrap_or(agreement.reference_minutes);
    agreement.underpaid = root.choice("underpaid", UNDERPAID).unwrap_or(agreement.underpaid);
}

fn read_notices(agreement: &mut Agreement, section: &Section<'_, '_>, specimens: &[&str]) {
    agreement.notice_per = section.choice("per", NOTICE_PER).unwrap_or(agreement.notice_per);
    if let Some(specimen) = section.word("specimen") {
        if !specimens.contains(&specimen.text) {
            section.unknown(specimen, specimens);
        }
        specimen.text.clone_into(&mut agreement.notice_specimen);
    }
}

fn read_answers(agreement: &mut Agreement, section: &Section<'_, '_>, specimens: &[&str]) {
    agreement.contrl = section.choice("contrl", CONTRLS).unwrap_or(agreement.contrl);
    agreement.aperak = section.choice("aperak", ANSWERS).unwrap_or(agreement.aperak);
    agreement.acc = section.choice("acc", ANSWERS).unwrap_or(agreement.acc);
    if let Some(profile) = section.word("acc_profile") {
        if !specimens.contains(&profile.text) {
            section.unknown(profile, specimens);
        }
        profile.text.clone_into(&mut agreement.acc_profile);
    }
}

fn read_reading(agreement: &mut Agreement, root: &Section<'_, '_>) {
    agreement.tolerate = root.choices("tolerate", TOLERANCES);
    agreement.tolerate.sort_unstable();
    agreement.tolerate.dedup();
    agreement.charset = root.choice("charset", CHARSETS).map(str::to_owned);
    agreement.max_age_days = number(root, "max_age_days", DAYS_MAX);
    agreement.test_messages = root.flag("test_messages").unwrap_or(false);
    agreement.clients = root.choice("clients", CLIENTS).unwrap_or(agreement.clients);
    agreement.vat_check = root.choice("vat_check", VAT_CHECKS).unwrap_or(agreement.vat_check);
}

#[cfg(test)]
mod tests;
