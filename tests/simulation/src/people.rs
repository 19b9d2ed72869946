//! Issuers, clients and operators: what they say, and what they do with what they are told.

use crate::book::{ISSUERS, MEANS};
use crate::bugs::Bug;
use crate::network::{Answer, Errand, Sender};
use crate::rebuild::Entry;
use crate::store::Committed;
use crate::words::{Answered, Claim, Does, invoic, unm, xml};
use crate::world::{Event, World};
use acquit_domain::pay::{CaseAction, FundsKind, NoticeFunction, Payer, Subject};
use acquit_domain::time::SECOND;
use acquit_domain::{Id, InvoiceKey, InvoiceNumber, LetterKind, Outcome, PartyCode, Timestamp};
use acquit_flow::Occurrence;
use acquit_flow::pay::{Afterwards, AskInvoices, Operation, OperatorAction, StartOrder};

/// Minutes in which issuers say what they have to say.
const SPEAKING_MINUTES: i64 = 600;

/// What an issuer said of an invoice, and clients may know of it.
#[derive(Debug, Clone, Default)]
pub struct Told {
    /// Code of the issuer.
    pub issuer: &'static str,
    /// Everything said.
    pub claims: Vec<Claim>,
}

/// What clients and operators do.
#[derive(Debug, Clone)]
pub enum Act {
    /// A client wants to pay.
    Start,
    /// An operator looks at a case.
    Case(Id),
    /// An operator does something unasked.
    Meddle,
    /// A client asks an issuer for invoices.
    Ask,
}

impl World<'_> {
    /// Plans what everybody does of their own accord.
    pub(crate) fn people(&mut self) {
        let issuer = self.dice.pick(ISSUERS);
        let invoices = 1 + self.dice.roll(3);
        for number in 0..invoices {
            self.invoice(issuer, number);
        }
        if self.dice.chance(250) {
            let other = self.dice.pick(ISSUERS);
            self.invoice(other, 7);
        }
        if self.messages_only {
            return;
        }
        for _ in 0..1 + self.dice.roll(5) {
            let after = self.dice.between(60, 60 * SPEAKING_MINUTES * 2) * SECOND;
            self.plan(after, Event::Act(Act::Start));
        }
        for _ in 0..self.dice.roll(4) {
            let after = self.dice.between(60, 260_000) * SECOND;
            let act = if self.dice.chance(250) { Act::Ask } else { Act::Meddle };
            self.plan(after, Event::Act(act));
        }
    }

    /// Everything an issuer will say of one invoice.
    fn invoice(&mut self, issuer: &'static str, number: u64) {
        let number = format!("F{number}");
        let client =
            if issuer == "SIMKNOWN" && self.dice.chance(300) { "777001" } else { "290240" };
        let claim = Claim {
            issuer,
            reference: 0,
            does: Does::Brings,
            number,
            gross_minor: 600 * (1 + self.dice.between(0, 2_000)),
            client: client.to_owned(),
            at: self.now,
        };
        let mut said = vec![claim.clone()];
        if self.dice.chance(300) {
            said.push(claim.clone());
        }
        for _ in 0..self.dice.roll(3) {
            let gross_minor = 600 * (1 + self.dice.between(0, 2_000));
            said.push(Claim { does: Does::Replaces, gross_minor, ..claim.clone() });
        }
        if self.dice.chance(200) {
            said.push(Claim { does: Does::Cancels, ..claim.clone() });
        }
        if self.dice.chance(150) {
            said.push(Claim { does: Does::Pays, ..claim.clone() });
        }
        if !self.messages_only && self.dice.chance(60) {
            said.push(Claim { gross_minor: claim.gross_minor + 600, ..claim });
        }
        for (minute, claim) in said.into_iter().enumerate() {
            let at = Timestamp(self.now.0 + (minute as i64) * 60 * SECOND);
            self.say(Claim { at, ..claim });
        }
    }

    fn say(&mut self, mut claim: Claim) {
        self.references += 1;
        claim.reference = self.references;
        let edifact = claim.issuer == "SIMEDI" && claim.does != Does::Pays && self.dice.chance(700);
        let bytes = if edifact { invoic(&claim) } else { xml(&claim) };
        let key = key(claim.issuer, &claim.number);
        let issuer = claim.issuer;
        let told = self.told.entry(key).or_default();
        told.issuer = issuer;
        told.claims.push(claim);
        let early = self.dice.chance(700);
        let minutes = if early { 40 } else { SPEAKING_MINUTES };
        let after = self.dice.between(1, minutes * 60) * SECOND;
        let errand = Errand::Message { issuer, bytes: bytes.into() };
        self.send(after, Sender::Issuer, String::new(), errand);
    }

    /// A client or an operator acts.
    pub(crate) fn act(&mut self, act: Act) {
        if !self.storms() && !matches!(act, Act::Start) {
            return;
        }
        match act {
            Act::Start => self.start(),
            Act::Ask => self.ask(),
            Act::Case(case) => {
                if let Some(what) = self.resolution(case) {
                    self.operate(what);
                }
            }
            Act::Meddle => {
                let Some(key) = self.any_invoice() else { return };
                let orders: Vec<Id> = self.store.held.payments.orders.keys().copied().collect();
                let what = match self.dice.roll(5) {
                    0 => Operation::Block(key),
                    1 | 2 => Operation::Unblock(key),
                    3 if !orders.is_empty() => Operation::VoidOrder(self.dice.pick(&orders)),
                    _ => Operation::Cancel(key),
                };
                self.operate(what);
            }
        }
    }

    fn any_invoice(&mut self) -> Option<InvoiceKey> {
        let keys: Vec<InvoiceKey> = self.told.keys().cloned().collect();
        (!keys.is_empty()).then(|| self.dice.pick(&keys))
    }

    fn start(&mut self) {
        let Some(first) = self.any_invoice() else { return };
        let mut invoices = vec![first.clone()];
        let others = self.told.keys().filter(|key| key.issuer == first.issuer && **key != first);
        let others: Vec<InvoiceKey> = others.cloned().collect();
        if self.dice.chance(300) && !others.is_empty() {
            invoices.push(self.dice.pick(&others));
        }
        let start = StartOrder {
            invoices,
            means: self.dice.pick(MEANS).to_owned(),
            payer: Payer { email: "a@example.ma".to_owned(), ..Payer::default() },
            user: "yary".to_owned(),
            reference: String::new(),
        };
        self.acts("290240", Sender::Client, Occurrence::Start(start));
    }

    fn ask(&mut self) {
        let Some(key) = self.any_invoice() else { return };
        let ask = AskInvoices {
            issuer: key.issuer,
            terminal: String::new(),
            client_id: "236".to_owned(),
            number: "F9".to_owned(),
            client: "290240".to_owned(),
            user: "yary".to_owned(),
        };
        self.acts("290240", Sender::Operator, Occurrence::Ask(ask));
    }

    fn operate(&mut self, what: Operation) {
        let action = OperatorAction { user: "samira".into(), reason: "vu".into(), what };
        self.acts("611PNET00100", Sender::Operator, Occurrence::Operator(action));
    }

    /// People's acts bear a key, so that trying again does nothing twice.
    fn acts(&mut self, partner: &'static str, sender: Sender, occurrence: Occurrence) {
        let key = format!("act-{}", self.sendings.len());
        let errand = Errand::Happens { partner, occurrence: Box::new(occurrence) };
        self.send(0, sender, key, errand);
    }

    /// What an operator does about a case: mostly the best of what it offers.
    fn resolution(&mut self, id: Id) -> Option<Operation> {
        let case = self.store.held.payments.cases.get(&id)?.clone();
        let actions: Vec<CaseAction> = case.actions.iter().copied().take(2).collect();
        let action = if actions.is_empty() { CaseAction::Accept } else { self.dice.pick(&actions) };
        let payments = &self.store.held.payments;
        let of = |funds: &&acquit_domain::pay::Funds| {
            let meant = match case.funds {
                Some(id) => funds.id == id,
                None => case.order.is_some() && funds.order == case.order,
            };
            meant && funds.key.kind == FundsKind::Credit
        };
        let funds = payments.funds.values().find(of).cloned();
        let order = case.order.and_then(|id| payments.orders.get(&id));
        let invoice = case.invoice.clone().or_else(|| {
            order.and_then(|order| order.items.first()).map(|item| item.invoice.clone())
        });
        let notices = payments.notices.values().filter(|notice| {
            case.invoice.iter().any(|key| notice.lines.iter().any(|line| line.invoice == *key))
        });
        let notice = notices.map(|notice| notice.id).next_back();
        let then = self.dice.pick(&[Afterwards::Reopens, Afterwards::Cancels]);
        let won = self.dice.chance(500);
        Some(match (action, funds, invoice, notice) {
            (CaseAction::Allocate, Some(funds), Some(invoice), _) => {
                let amount_minor = funds.suspense();
                Operation::Allocate { funds: funds.id, invoice, amount_minor }
            }
            (CaseAction::Refund, Some(funds), ..) => {
                let whole = self.dice.chance(700);
                let lies = funds.suspense().max(1);
                let amount_minor = if whole { funds.amount_minor } else { lies };
                Operation::Refund { funds: funds.id, amount_minor, then }
            }
            (CaseAction::Accept, Some(funds), ..)
                if case.kind == acquit_domain::pay::CaseKind::Chargeback =>
            {
                Operation::SettleDispute { funds: funds.id, won }
            }
            (CaseAction::Resend, _, _, Some(notice)) => Operation::ResendNotice(notice),
            (_, _, Some(invoice), _) if self.dice.chance(300) => Operation::Unblock(invoice),
            (_, _, invoice, _) => {
                let (order, funds) = (case.order, case.funds);
                Operation::CloseCase { case: id, invoice: case.invoice.or(invoice), order, funds }
            }
        })
    }

    /// What others do because of what was committed.
    pub(crate) fn follow(&mut self, outcome: &Outcome) {
        for letter in outcome.letters.iter().filter(|letter| letter.kind == LetterKind::Pnm) {
            // Some issuers never answer: the clock of the notice goes on.
            if !self.storm(200) {
                let after = self.dice.between(60, 40_000) * SECOND;
                self.plan(after, Event::Fetch(letter.id));
            }
        }
        let open = outcome.payments.cases.iter().filter(|case| case.closed_at.is_none());
        for case in open {
            // Where only issuers speak, nobody changes what they said.
            if self.storm(600) && !self.messages_only {
                let after = self.dice.between(60, 100_000) * SECOND;
                self.plan(after, Event::Act(Act::Case(case.id)));
            }
        }
        if !outcome.parked.is_empty() && !self.retrying {
            self.retrying = true;
            self.plan(3_600 * SECOND, Event::Retry);
        }
    }

    /// An issuer reads a notice and answers it, invoice by invoice.
    pub(crate) fn fetched(&mut self, letter: Id) {
        let Some((letter, _)) = self.store.letters.get(&letter) else { return };
        let reference = letter.reference.clone();
        let notices = self.store.held.payments.notices.values();
        let Some(notice) =
            notices.into_iter().find(|notice| notice.messages.contains(&reference)).cloned()
        else {
            return;
        };
        let Some(issuer) = ISSUERS.iter().find(|code| **code == notice.issuer.as_str()) else {
            return;
        };
        for line in &notice.lines {
            let taken = match notice.function {
                NoticeFunction::Payment => "Paiement Facture integree avec succes",
                NoticeFunction::Reversal => "Facture annulee avec succes",
            };
            let (yes, words) = match self.dice.roll(20) {
                0 if self.storms() => (false, "Montant du paiement introuvable"),
                1 if self.storms() => (false, "La facture est dèja reglée dans le système"),
                2 if self.storms() => (false, "Jouranl de banque introuvable sur le systeme"),
                3 if self.storms() => (false, "Non"),
                _ => (true, taken),
            };
            self.references += 1;
            let said = Answered {
                issuer,
                reference: self.references,
                yes,
                words,
                transaction: notice.transaction.clone(),
                message: reference.clone(),
                number: line.invoice.number.as_str().to_owned(),
                client: notice.client.clone(),
                at: self.now,
            };
            let errand = Errand::Message { issuer, bytes: unm(&said).into() };
            self.send(0, Sender::Issuer, String::new(), errand);
        }
    }

    /// An answer reaches its sender.
    pub(crate) fn answered(&mut self, at: usize, answer: Answer) {
        let Some(sending) = self.sendings.get_mut(at) else { return };
        let (sender, errand) = (sending.sender, sending.errand.clone());
        if let Some(first) = &sending.answered {
            let message = matches!(errand, Errand::Message { .. });
            if message && first.letters != answer.letters {
                let text = format!("P2 never twice: another answer to {}", self.sentence(at));
                self.fail(text);
            }
            // A provider is answered anew what has become of its payment.
            if let (Sender::Provider(payment), false) = (sender, message) {
                self.heard(payment, &errand, &answer);
            }
            return;
        }
        sending.answered = Some(answer.clone());
        self.tell(|world| {
            let kinds: Vec<&str> = answer.letters.iter().map(|(kind, _)| kind.key()).collect();
            format!("answered: {} {} {}", world.sentence(at), kinds.join(","), answer.code())
        });
        match sender {
            Sender::Client => self.pays(&answer),
            Sender::Provider(payment) => self.heard(payment, &errand, &answer),
            Sender::Issuer | Sender::Operator => {}
        }
    }

    /// A node looks at the clocks, and at what waited too long.
    pub(crate) fn look(&mut self, node: usize) {
        self.nodes[node].look_at = None;
        if !self.nodes[node].up {
            return;
        }
        self.clocks_moved = true;
        for (subject, due) in self.store.deadlines() {
            let lost = self.bug == Some(Bug::ClocksLost) && matches!(subject, Subject::Attempt(..));
            if due.at <= self.now && !lost {
                let event = due.event.clone();
                self.happens(node, Occurrence::Deadline { subject, event, at: due.at });
            }
        }
        let parked = self.store.held.parked.values().flatten();
        let ended: Vec<_> = parked.filter(|parked| parked.until <= self.now).cloned().collect();
        for parked in ended {
            let known = self.store.known(&acquit_flow::retry_keys(self.book, &parked));
            let outcome = acquit_flow::expire(self.book, &parked, &known, self.now);
            self.ended(&outcome, Entry::parked(&parked, true, self.now));
        }
    }

    /// What waits for its client is looked at again.
    pub(crate) fn retry_parked(&mut self) {
        self.retrying = !self.store.held.parked.is_empty();
        let parked: Vec<_> = self.store.held.parked.values().flatten().cloned().collect();
        for parked in parked {
            let keys = acquit_flow::retry_keys(self.book, &parked);
            if keys.clients.is_empty() {
                continue;
            }
            let known = self.store.known(&keys);
            if let Some(outcome) = acquit_flow::retry(self.book, &parked, &known, self.now) {
                self.ended(&outcome, Entry::parked(&parked, false, self.now));
            }
        }
        if self.retrying {
            self.plan(3_600 * SECOND, Event::Retry);
        }
    }

    fn ended(&mut self, outcome: &Outcome, entry: Entry) {
        self.tell(|_| format!("waiting ends: {}", outcome.verdict.key()));
        match self.write(outcome, entry) {
            Committed::Yes => self.follow(outcome),
            Committed::Conflict(_) => self.conflicts += 1,
            Committed::Unbalanced(why) => self.fail(format!("P14 exact: {why}")),
        }
    }
}

/// The key of an invoice.
pub(crate) fn key(issuer: &str, number: &str) -> InvoiceKey {
    InvoiceKey {
        issuer: PartyCode::new(issuer).expect("a short code"),
        number: InvoiceNumber::new(number).expect("a short number"),
    }
}
