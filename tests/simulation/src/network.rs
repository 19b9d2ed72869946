//! What is sent until it is answered, over a network that loses, delays, doubles and reorders.

use crate::world::{Event, World};
use acquit_domain::pay::outcome::Reply;
use acquit_domain::time::SECOND;
use acquit_domain::{LetterKind, Outcome};
use acquit_flow::Occurrence;
use std::sync::Arc;

/// What is to be done at a node.
#[derive(Debug, Clone)]
pub enum Errand {
    /// An issuer's bytes.
    Message {
        /// Who sends them.
        issuer: &'static str,
        /// The bytes.
        bytes: Arc<[u8]>,
    },
    /// Something that happens to payments.
    Happens {
        /// Who tells it.
        partner: &'static str,
        /// What.
        occurrence: Box<Occurrence>,
    },
}

/// Who sends, and what follows from the answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sender {
    /// An issuer.
    Issuer,
    /// A client who starts a payment.
    Client,
    /// A provider, about one of its payments.
    Provider(usize),
    /// An operator.
    Operator,
}

/// What a sender is answered.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Answer {
    /// Letters, byte for byte.
    pub letters: Vec<(LetterKind, Vec<u8>)>,
    /// What the one who told something of payments is told.
    pub reply: Option<Reply>,
}

impl Answer {
    /// The answer that leaves with an outcome.
    #[must_use]
    pub fn of(outcome: &Outcome) -> Answer {
        let letters = outcome.answers.iter().map(|letter| (letter.kind, letter.body.clone()));
        Answer { letters: letters.collect(), reply: outcome.payments.reply.clone() }
    }

    /// The code of the reply.
    #[must_use]
    pub fn code(&self) -> &str {
        self.reply.as_ref().map_or("", |reply| reply.code.as_str())
    }
}

/// Something that is sent again until it is answered.
#[derive(Debug, Clone)]
pub struct Sending {
    /// Who sends it.
    pub sender: Sender,
    /// What.
    pub errand: Errand,
    /// Idempotency key, or empty.
    pub key: String,
    /// How often it was sent.
    pub tries: u32,
    /// The first answer that came back.
    pub answered: Option<Answer>,
}

impl World<'_> {
    /// Begins to send something after a while.
    pub(crate) fn send(&mut self, after: i64, sender: Sender, key: String, errand: Errand) {
        let at = self.sendings.len();
        self.sendings.push(Sending { sender, errand, key, tries: 0, answered: None });
        self.plan(after, Event::Send(at));
    }

    /// One try: copies on their way to nodes, and a look whether an answer came.
    pub(crate) fn try_to_send(&mut self, at: usize) {
        let repeats = self.storm(60);
        let Some(sending) = self.sendings.get_mut(at) else { return };
        let first = sending.tries == 0;
        if sending.answered.is_some() && !(repeats && sending.tries < 9) {
            return;
        }
        sending.tries += 1;
        let patience = (30 * SECOND) << sending.tries.min(8);
        let copies = 1 + usize::from(self.storm(60)) - usize::from(self.storm(80));
        for _ in 0..copies {
            let node = self.any_node();
            let delay = self.delay();
            self.plan(delay, Event::Arrive { node, sending: at });
        }
        self.plan(patience, Event::Send(at));
        if first {
            self.tell(|world| format!("sent: {}", world.sentence(at)));
        }
    }

    /// How long something travels: milliseconds mostly, hours and days while it storms.
    pub(crate) fn delay(&mut self) -> i64 {
        if self.storm(40) {
            return self.dice.between(60, 200_000) * SECOND;
        }
        self.dice.between(1_000, 400_000)
    }

    /// Sends an answer back; it may be lost.
    pub(crate) fn answer(&mut self, sending: usize, answer: Answer) {
        if !self.storm(80) {
            let delay = self.delay();
            self.plan(delay, Event::Answer { sending, answer: Box::new(answer) });
        }
    }

    /// What is sent, in a sentence.
    #[must_use]
    pub fn sentence(&self, at: usize) -> String {
        let Some(sending) = self.sendings.get(at) else { return String::new() };
        match &sending.errand {
            Errand::Message { issuer, bytes } => {
                let text = String::from_utf8_lossy(bytes);
                let part = |from: &str, to: &str| {
                    let rest = text.split_once(from)?.1;
                    Some(rest.split_once(to)?.0.to_owned())
                };
                let number = part("<NumeroFacture>", "<").or_else(|| part("BGM+380+", "'"));
                let kind = part("<TypeMessage>", "<").unwrap_or_else(|| "INVOIC".to_owned());
                let does = part("<Fonction>", "<").unwrap_or_default();
                format!("{issuer} {kind} {does} {} (message {at})", number.unwrap_or_default())
            }
            Errand::Happens { partner, occurrence } => format!("{partner} {occurrence:?}"),
        }
    }
}
