//! Providers and banks with their payers: what really happened to money, and what is told of it:
//! late, twice, in another order, wrong, or taken back.

use crate::network::{Answer, Errand, Sender};
use crate::world::{Event, World};
use acquit_domain::pay::outcome::Answer as Word;
use acquit_domain::pay::{Call, CallPurpose, FundsKey, FundsKind, FundsSource, News, NewsKind};
use acquit_domain::time::SECOND;
use acquit_domain::{Currency, Id, Money};
use acquit_flow::Occurrence;
use acquit_flow::pay::{Beginning, RefundAnswer, RequestAnswer};
use std::collections::{BTreeMap, BTreeSet};

/// What has really become of a payment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Truth {
    /// Nobody has paid.
    Open,
    /// Authorised: our answer decides.
    Authorised,
    /// So much was taken.
    Paid(i64),
    /// Refused.
    Declined,
}

/// A payment as its provider knows it.
#[derive(Debug, Clone)]
pub struct Payment {
    provider: String,
    order: Id,
    number: String,
    attempt: u32,
    means: String,
    total: i64,
    reference: String,
    transaction: String,
    truth: Truth,
}

/// What a payer does, or a provider in the payer's stead.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PayerAct {
    /// Comes, and does what the dice say.
    Comes,
    /// Pays all of it.
    Pays,
    /// The money goes back.
    Reverses,
    /// The bank disputes the payment.
    Disputes,
    /// The dispute was won.
    Wins,
    /// Pays a second time.
    PaysAgain,
    /// Is said to have been refused, whatever happened.
    Denies,
    /// Is told again, with another amount.
    Lies,
}

/// Everything that was told of money.
#[derive(Debug, Clone, Default)]
pub struct Truths {
    /// Amounts told of a transaction, by provider, number and kind.
    pub told: BTreeMap<(String, String, FundsKind), BTreeSet<(i64, String)>>,
    /// Facts that were taken from whoever told them: they must be held for ever.
    pub taken: BTreeSet<FundsKey>,
}

/// Kinds of news that tell of money.
fn money(kind: NewsKind) -> Option<FundsKind> {
    match kind {
        NewsKind::Paid | NewsKind::Booked | NewsKind::Authorised => Some(FundsKind::Credit),
        NewsKind::Reversed => Some(FundsKind::Reversal),
        _ => None,
    }
}

impl World<'_> {
    /// A client learns how to pay.
    pub(crate) fn pays(&mut self, answer: &Answer) {
        let Some(reply) = &answer.reply else { return };
        let (Some(order), "OK") = (reply.order, reply.code.as_str()) else { return };
        // What a provider is called for begins with the call.
        if let Some(at) = self.payment(order, reply.attempt, false) {
            let after = self.dice.between(5, 4_000) * SECOND;
            self.plan(after, Event::Payer(at, PayerAct::Comes));
        }
    }

    /// The payment of an attempt; made when it is none yet.
    fn payment(&mut self, id: Id, ordinal: u32, called: bool) -> Option<usize> {
        let known = |one: &Payment| one.order == id && one.attempt == ordinal;
        if let Some(at) = self.payments.iter().position(known) {
            return called.then_some(at);
        }
        let order = self.store.held.payments.orders.get(&id)?;
        let attempt = order.attempt(ordinal)?;
        let offered = self.book.means(&attempt.means)?;
        if !called && offered.1.start == acquit_mapping::provider::Start::Call {
            return None;
        }
        self.payments.push(Payment {
            provider: attempt.provider.clone(),
            order: id,
            number: order.number.clone(),
            attempt: ordinal,
            means: attempt.means.clone(),
            total: order.total.minor,
            reference: format!("{}R{ordinal}", order.number),
            transaction: format!("T{}", self.payments.len()),
            truth: Truth::Open,
        });
        Some(self.payments.len() - 1)
    }

    /// A call reaches a provider, or is lost on its way there or back.
    pub(crate) fn called(&mut self, node: usize, call: &Call) {
        self.tell(|_| format!("{} is called to {}", call.to, call.purpose.key()));
        if call.purpose == CallPurpose::AskInvoices {
            let answer = match self.dice.roll(4) {
                0 => RequestAnswer::Empty { reason: "rien".to_owned() },
                1 => RequestAnswer::Later,
                _ => RequestAnswer::Nothing { reason: "timeout".to_owned() },
            };
            return self.happens(node, Occurrence::Asked { request: call.subject, answer });
        }
        let (lost, unheard) = (self.storm(80), self.storm(80));
        if call.purpose == CallPurpose::Start {
            let answer = if lost { None } else { self.begin(call) };
            let answer = answer
                .filter(|_| !unheard)
                .unwrap_or_else(|| Beginning::NoAnswer { reason: "timeout".to_owned() });
            let (order, attempt) = (call.subject, call.attempt);
            return self.happens(node, Occurrence::Began { order, attempt, answer });
        }
        if self.gives_back(node, call, lost, unheard) {
            return;
        }
        let asks = matches!(call.purpose, CallPurpose::Query | CallPurpose::Capture);
        if asks && !lost {
            let news = self.says(call);
            if !unheard {
                self.happens(node, Occurrence::News { news: vec![news] });
            }
        }
    }

    /// A provider is asked to pay back, or what became of that; false when it is asked for
    /// something else. What is taken is made; the call, or its answer, may be lost.
    fn gives_back(&mut self, node: usize, call: &Call, lost: bool, unheard: bool) -> bool {
        let purpose = call.purpose;
        let funds = self.store.held.payments.funds.values();
        let refund = funds
            .filter(|one| one.is_asked() && one.order == Some(call.subject))
            .find(|one| one.attempt == Some(call.attempt))
            .map(|one| one.id);
        let makes = matches!(purpose, CallPurpose::Refund | CallPurpose::Void);
        let (true, Some(refund)) = (makes || purpose == CallPurpose::RefundQuery, refund) else {
            return purpose == CallPurpose::RefundQuery;
        };
        let known = self.refunds.contains(&refund);
        let refuses = !known && self.storm(150);
        if makes && !lost && !refuses {
            self.refunds.insert(refund);
        }
        let answer = match (lost || unheard, makes || known, refuses) {
            (true, ..) => RefundAnswer::NoAnswer { reason: "timeout".to_owned() },
            (_, false, _) => RefundAnswer::Unknown,
            (_, _, true) => RefundAnswer::Refused { reason: "05".to_owned() },
            _ => RefundAnswer::Made { transaction: format!("{refund}") },
        };
        let (order, attempt) = (call.subject, call.attempt);
        self.happens(node, Occurrence::Refunded { order, attempt, refund, answer });
        true
    }

    fn begin(&mut self, call: &Call) -> Option<Beginning> {
        if self.storm(60) {
            return Some(Beginning::Refused { reason: "no".to_owned() });
        }
        let at = self.payment(call.subject, call.attempt, true)?;
        let far = self.storm(150);
        let after = self.dice.between(5, if far { 200_000 } else { 4_000 }) * SECOND;
        self.plan(after, Event::Payer(at, PayerAct::Comes));
        let payment = &self.payments[at];
        Some(match payment.means.as_str() {
            "amanpay.amanty" => {
                let url = "https://provider.example/pay".to_owned();
                Beginning::Redirect { url, transaction: String::new() }
            }
            _ => Beginning::Reference {
                reference: payment.reference.clone(),
                expires_at: None,
                transaction: String::new(),
            },
        })
    }

    /// What a provider answers when it is asked.
    fn says(&mut self, call: &Call) -> News {
        let at = self
            .payments
            .iter()
            .position(|one| one.order == call.subject && one.attempt == call.attempt);
        let Some(at) = at else {
            let order = self.store.held.payments.orders.get(&call.subject);
            let mut news = News::new(&call.to, NewsKind::NotFound, FundsSource::Query);
            news.order = order.map(|order| order.number.clone()).unwrap_or_default();
            return news;
        };
        if call.purpose == CallPurpose::Capture && self.payments[at].truth == Truth::Authorised {
            self.payments[at].truth = Truth::Paid(self.payments[at].total);
        }
        let (kind, minor) = match self.payments[at].truth {
            Truth::Open if self.dice.chance(300) => (NewsKind::NotFound, None),
            Truth::Open => (NewsKind::Pending, None),
            Truth::Authorised => (NewsKind::Authorised, Some(self.payments[at].total)),
            Truth::Paid(minor) => (NewsKind::Paid, Some(minor)),
            Truth::Declined => (NewsKind::Declined, None),
        };
        self.news(at, kind, FundsSource::Query, minor)
    }

    fn news(&mut self, at: usize, kind: NewsKind, source: FundsSource, minor: Option<i64>) -> News {
        let payment = &self.payments[at];
        let mut news = News::new(&payment.provider, kind, source);
        news.transaction.clone_from(&payment.transaction);
        news.order.clone_from(&payment.number);
        if source == FundsSource::Query || payment.attempt > 1 {
            news.order = format!("{}-{}", payment.number, payment.attempt);
        }
        if payment.provider == "FATOURATI" {
            news.reference.clone_from(&payment.reference);
        }
        news.means.clone_from(&payment.means);
        news.amount = minor.map(|minor| Money::new(minor, Currency::MAD));
        self.register(&news);
        news
    }

    /// Remembers what is told of money before it is told.
    fn register(&mut self, news: &News) {
        if let (Some(kind), Some(amount)) = (money(news.kind), news.amount) {
            let key = (news.provider.clone(), news.transaction.clone(), kind);
            let told = self.truths.told.entry(key).or_default();
            told.insert((amount.minor, amount.currency.code().to_owned()));
        }
    }

    fn tells(&mut self, at: usize, news: News) {
        let banked = news.source == FundsSource::Statement;
        let partner = match news.provider.as_str() {
            "CMI" => "CMI",
            "FATOURATI" => "FATOURATI",
            "AMANPAY" => "AMANPAY",
            _ => "BANK",
        };
        let occurrence = match banked {
            true => Occurrence::Statement { news: vec![news], reports: Vec::new() },
            false => Occurrence::News { news: vec![news] },
        };
        let errand = Errand::Happens { partner, occurrence: Box::new(occurrence) };
        self.send(0, Sender::Provider(at), String::new(), errand);
    }

    /// Tells of money: by callback, by file or by statement, as its means does.
    fn tells_money(&mut self, at: usize, kind: NewsKind, minor: i64) {
        let (kind, source) = match (self.payments[at].means.as_str(), kind) {
            ("cheque", NewsKind::Paid) => (NewsKind::Booked, FundsSource::Cheques),
            ("transfer", NewsKind::Paid) => (NewsKind::Booked, FundsSource::Statement),
            ("cheque", _) => (kind, FundsSource::Cheques),
            ("transfer", _) => (kind, FundsSource::Statement),
            _ => (kind, FundsSource::Callback),
        };
        let news = self.news(at, kind, source, Some(minor));
        self.tells(at, news);
    }

    /// A payer does something.
    pub(crate) fn payer(&mut self, at: usize, act: PayerAct) {
        self.tell(|world| format!("{} {act:?}", world.payments[at].number));
        match act {
            PayerAct::Comes => self.comes(at),
            PayerAct::Pays => self.takes(at, self.payments[at].total),
            PayerAct::PaysAgain => {
                self.payments.push(Payment {
                    transaction: format!("T{}", self.payments.len()),
                    truth: Truth::Open,
                    ..self.payments[at].clone()
                });
                let again = self.payments.len() - 1;
                self.takes(again, self.payments[again].total);
            }
            PayerAct::Denies => {
                let news = self.news(at, NewsKind::Declined, FundsSource::Callback, None);
                self.tells(at, news);
            }
            PayerAct::Lies => {
                let minor = self.payments[at].total + 600;
                let kind = NewsKind::Paid;
                self.tells_money(at, kind, minor);
            }
            PayerAct::Reverses | PayerAct::Disputes | PayerAct::Wins => {
                let Truth::Paid(minor) = self.payments[at].truth else { return };
                let kind = match act {
                    PayerAct::Reverses => NewsKind::Reversed,
                    PayerAct::Disputes => NewsKind::Disputed,
                    _ => NewsKind::DisputeWon,
                };
                let mut news = self.news(at, kind, FundsSource::Query, Some(minor));
                if self.dice.chance(500) {
                    news.reverses.clone_from(&news.transaction);
                }
                self.tells(at, news);
            }
        }
    }

    /// What a payer who comes does.
    fn comes(&mut self, at: usize) {
        if self.payments[at].truth != Truth::Open {
            return;
        }
        let total = self.payments[at].total;
        let card = self.payments[at].means == "cmi.card";
        match self.dice.roll(if self.storms() { 100 } else { 60 }) {
            0..60 => self.takes(at, total),
            60..67 if !card => self.takes(at, (total - 100).max(1)),
            67..72 if !card => self.takes(at, total + 700),
            72..80 => {
                self.payments[at].truth = Truth::Declined;
                self.payer(at, PayerAct::Denies);
            }
            80..87 => {
                let news = self.news(at, NewsKind::Pending, FundsSource::Callback, None);
                self.tells(at, news);
                let after = self.dice.between(60, 100_000) * SECOND;
                self.plan(after, Event::Payer(at, PayerAct::Pays));
            }
            87..92 => {
                self.takes(at, total);
                let after = self.dice.between(1, 50_000) * SECOND;
                let act = self.dice.pick(&[PayerAct::PaysAgain, PayerAct::Denies, PayerAct::Lies]);
                self.plan(after, Event::Payer(at, act));
            }
            // A provider that tells of a payment nobody made.
            92..94 if !card => self.tells_money(at, NewsKind::Paid, total),
            _ => {}
        }
    }

    /// The payer's money is taken, and told.
    fn takes(&mut self, at: usize, minor: i64) {
        if self.payments[at].means == "cmi.card" {
            self.payments[at].truth = Truth::Authorised;
            return self.tells_money(at, NewsKind::Authorised, minor);
        }
        self.payments[at].truth = Truth::Paid(minor);
        self.tells_money(at, NewsKind::Paid, minor);
        if self.storm(150) {
            let after = self.dice.between(10, 500_000) * SECOND;
            let acts = [PayerAct::Reverses, PayerAct::Disputes, PayerAct::Wins];
            let act = self.dice.pick(&acts);
            self.plan(after, Event::Payer(at, act));
        }
    }

    /// A provider hears our answer.
    pub(crate) fn heard(&mut self, at: usize, errand: &Errand, answer: &Answer) {
        let Errand::Happens { occurrence, .. } = errand else { return };
        let Some(reply) = &answer.reply else { return };
        let (Occurrence::News { news } | Occurrence::Statement { news, .. }) = occurrence.as_ref()
        else {
            return;
        };
        for one in news {
            let (Some(kind), Some(_)) = (money(one.kind), one.amount) else { continue };
            let believed = match one.kind {
                NewsKind::Authorised => reply.answer == Word::Take,
                // What we paid back ourselves is held under a name of our own.
                NewsKind::Reversed => reply.code == "OK",
                _ => reply.status != "PENDING",
            };
            if believed {
                let transaction = one.transaction.clone();
                let key = FundsKey { provider: one.provider.clone(), transaction, kind };
                self.taken(&key);
            }
            if one.kind == NewsKind::Authorised && reply.answer == Word::Take {
                self.payments[at].truth = Truth::Paid(self.payments[at].total);
            }
        }
    }

    /// Money that was taken from whoever told it is held.
    fn taken(&mut self, key: &FundsKey) {
        if !self.store.held.payments.funds.contains_key(key) {
            self.fail(format!("P13 no half answer: {} is not held", key.transaction));
        }
        self.truths.taken.insert(key.clone());
    }
}
