//! The ledger under whatever happens: starts, news of providers, banks, issuers, operators and
//! clocks in any order, over the committed rules and the real store. The store takes everything
//! that is decided, the totals balance after every step, and the audit proves the end.
//!
//! Not covered here: which state follows which; that is told line by line in the flow's tests.
#![expect(clippy::print_stdout, reason = "tells the seed")]

use std::sync::LazyLock;

use acquit_domain::pay::outcome::Answer;
use acquit_domain::pay::{FundsSource, News, NewsKind, NoticeState, Order, OrderState, Payer};
use acquit_domain::{InvoiceKey, InvoiceNumber, Keys, Money, Outcome, PartyCode, Role, Timestamp};
use acquit_flow::pay::{
    Afterwards, Beginning, Motive, NoticeAnswer, Operation, OperatorAction, StartOrder,
};
use acquit_flow::{
    Occurrence, decide_payment, invoice_hash, letter_hash, letters_hash, payment_keys, row_hash,
};
use acquit_mapping::rulebook::Rulebook;
use acquit_store::{CommitResult, Hashes, OrderFilter, Store, Totals, Viewer};
use acquit_tests::house::{Arrival, House, book};
use acquit_tests::mutants::Dice;
use acquit_tests::recipe::Bases;
use acquit_tests::repository::root;

/// Stories told in each run, and things that happen in each.
const STORIES: u64 = 24;
const STEPS: usize = 60;
/// Deadlines after which a story must have come to its end.
const DEADLINES_MAX: usize = 2_000;

const ISSUER: &str = "611AGEN001";
const MEANS: &[&str] = &["cmi.card", "cmi.fatourati"];

static BOOK: LazyLock<Rulebook> = LazyLock::new(book);

static BASE: LazyLock<String> = LazyLock::new(|| {
    let text = std::fs::read_to_string(root().join("tests/badinputs/bases.json"));
    let bases: Bases = serde_json::from_str(&text.unwrap_or_default()).expect("bases are JSON");
    bases["EDI_INV"].as_str().unwrap_or("").to_owned()
});

/// What an issuer says about one of three invoices: a function of its own, sent under a number
/// of its own.
fn interchange(invoice: usize, function: u8, sent: usize) -> Vec<u8> {
    BASE.replace("00069321+9'", &format!("0006932{invoice}+{function}'"))
        .replace("IC0001", &format!("IC{sent}"))
        .into_bytes()
}

fn key(n: usize) -> InvoiceKey {
    let number = InvoiceNumber::new(&format!("0006932{n}")).expect("a number");
    InvoiceKey { issuer: PartyCode::new(ISSUER).expect("a code"), number }
}

fn operator() -> Viewer {
    Viewer { party: PartyCode::new("OPERATOR").expect("a code"), role: Role::Operator }
}

/// A story: a house, dice, and how many things happened.
struct Story {
    house: House<'static>,
    dice: Dice,
    happened: usize,
    taken: usize,
}

impl Story {
    fn new(seed: u64) -> Story {
        Story { house: House::new(&BOOK), dice: Dice::new(seed), happened: 0, taken: 0 }
    }

    fn store(&self) -> &Store {
        &self.house.store
    }

    async fn issuer_says(&mut self, invoice: usize, function: u8) {
        self.happened += 1;
        let bytes = interchange(invoice, function, self.happened);
        self.house.send(&Arrival { partner: ISSUER, charset: "", bytes: &bytes }).await;
        self.check().await;
    }

    /// Something happens to payments: decided, committed, balanced.
    async fn happens(&mut self, partner: &str, occurrence: &Occurrence) -> Outcome {
        self.happened += 1;
        let text = format!("{{\"n\":{},\"told\":{:?}}}", self.happened, format!("{occurrence:?}"));
        let arrival = Arrival { partner, charset: "", bytes: text.as_bytes() };
        let parcel = self.house.parcel(&arrival);
        let keys: Keys = payment_keys(&BOOK, occurrence);
        let known = self.store().known(&keys).await.expect("the store answers");
        let outcome = decide_payment(&BOOK, &parcel, occurrence, &known, self.house.now);
        let results = self.store().commit(vec![outcome.clone()]).await;
        let results = results.unwrap_or_else(|error| panic!("{error}: {occurrence:?}"));
        assert_eq!(results, [CommitResult::Committed], "{occurrence:?}");
        let reply = outcome.payments.reply.as_ref();
        self.taken += usize::from(reply.is_some_and(|reply| reply.answer == Answer::Take));
        self.check().await;
        outcome
    }

    async fn check(&self) {
        let totals = self.store().totals().await.expect("the store answers");
        assert!(totals.iter().all(Totals::balances), "{totals:?}");
    }

    async fn orders(&self) -> Vec<Order> {
        let all = self.store().orders(&operator(), OrderFilter::default(), 200).await;
        all.expect("the store answers")
    }

    async fn order(&mut self) -> Option<Order> {
        let orders = self.orders().await;
        let at = self.dice.below(orders.len());
        orders.into_iter().nth(at)
    }

    async fn step(&mut self) {
        self.house.now = Timestamp(self.house.now.0 + 1_000_000);
        match self.dice.below(12) {
            0..=2 => self.start().await,
            3..=6 => self.news().await,
            7 => self.deadlines(1).await,
            8 | 9 => self.answer().await,
            10 => self.operate().await,
            _ => {
                let (invoice, function) = (self.dice.below(3), self.dice.pick(&[9, 5, 1, 9]));
                self.issuer_says(invoice, function).await;
            }
        }
    }

    async fn start(&mut self) {
        let (first, count) = (self.dice.below(3), self.dice.below(2));
        let invoices = (0..=count).map(|n| key((first + n) % 3)).collect();
        let start = StartOrder {
            invoices,
            means: self.dice.pick(MEANS).to_owned(),
            payer: Payer { language: "fr".to_owned(), ..Payer::default() },
            user: "alami".to_owned(),
            reference: String::new(),
        };
        let outcome = self.happens("", &Occurrence::Start(start)).await;
        let Some(call) = outcome.payments.calls.first().cloned() else { return };
        let n = self.happened;
        let answer = match self.dice.below(4) {
            0 => Beginning::Refused { reason: "no".to_owned() },
            1 => Beginning::NoAnswer { reason: "silence".to_owned() },
            _ => Beginning::Reference {
                reference: format!("9{n:012}"),
                expires_at: None,
                transaction: String::new(),
            },
        };
        let (order, attempt) = (call.subject, call.attempt);
        self.happens("", &Occurrence::Began { order, attempt, answer }).await;
    }

    /// A provider or a bank says something, true or not, for the first time or again.
    async fn news(&mut self) {
        let order = self.order().await;
        let kinds = [
            NewsKind::Paid,
            NewsKind::Paid,
            NewsKind::Authorised,
            NewsKind::Declined,
            NewsKind::Reversed,
            NewsKind::Disputed,
            NewsKind::DisputeWon,
            NewsKind::Cancelled,
            NewsKind::Pending,
        ];
        let kind = self.dice.pick(&kinds);
        let provider = self.dice.pick(&["CMI", "FATOURATI", "BANK"]);
        let mut news = News::new(provider, kind, FundsSource::Callback);
        news.transaction = format!("TX{}", self.dice.below(20));
        let mut total = Money::new(100_000, acquit_domain::Currency::MAD);
        if let Some(order) = order.filter(|_| self.dice.below(8) > 0) {
            news.order = order.number;
            total = order.total;
        }
        let minor = match self.dice.below(6) {
            0 => total.minor / 2,
            1 => total.minor + 500,
            _ => total.minor,
        };
        news.amount = Some(Money::new(minor, total.currency));
        if kind == NewsKind::Reversed {
            news.reverses = format!("TX{}", self.dice.below(20));
        }
        self.happens(provider, &Occurrence::News { news: vec![news] }).await;
    }

    /// Time goes on to the next deadline, which is told.
    async fn deadlines(&mut self, count: usize) {
        for _ in 0..count {
            let Some(next) = self.store().next_due().await.expect("the store answers") else {
                return;
            };
            self.house.now = Timestamp(self.house.now.0.max(next.0));
            let due = self.store().due(self.house.now, 10).await.expect("the store answers");
            for (subject, due) in due {
                let occurrence = Occurrence::Deadline { subject, event: due.event, at: due.at };
                self.happens("", &occurrence).await;
            }
        }
    }

    /// The issuer answers one of our notices.
    async fn answer(&mut self) {
        let all = self.store().notices(&operator(), None, None, 200).await;
        let all = all.expect("the store answers");
        let Some(notice) = all.get(self.dice.below(all.len())) else { return };
        let motives = [Motive::Ok, Motive::Ok, Motive::AlreadyPaid, Motive::Amount];
        let line = notice.lines.get(self.dice.below(notice.lines.len() + 1));
        let answer = NoticeAnswer {
            transaction: notice.transaction.clone(),
            message: notice.messages.last().cloned().unwrap_or_default(),
            invoice: line.map(|line| line.invoice.clone()),
            motive: self.dice.pick(&motives),
            text: "answered".to_owned(),
        };
        self.happens(ISSUER, &Occurrence::NoticeAnswers(vec![answer])).await;
    }

    async fn operate(&mut self) {
        let suspense = self.store().suspense(None, 50).await.expect("the store answers");
        let order = self.order().await;
        let invoice = key(self.dice.below(3));
        let funds = suspense.get(self.dice.below(suspense.len())).cloned();
        let paid = match &order {
            None => None,
            Some(order) => {
                let file = self.store().order(&operator(), order.id).await;
                file.expect("the store answers").and_then(|file| file.funds.first().cloned())
            }
        };
        let what = match (self.dice.below(6), funds, order, paid) {
            (0, Some(funds), ..) => {
                let amount_minor = funds.suspense();
                Operation::Allocate { funds: funds.id, invoice, amount_minor }
            }
            (1, .., Some(paid)) => {
                let amount_minor = paid.amount_minor / 2 + 1;
                Operation::Refund { funds: paid.id, amount_minor, then: Afterwards::Reopens }
            }
            (2, _, Some(order), _) => Operation::VoidOrder(order.id),
            (3, .., Some(paid)) => Operation::SettleDispute { funds: paid.id, won: false },
            (4, ..) => Operation::Unblock(invoice),
            _ => Operation::Block(invoice),
        };
        let reason = "it has to be".to_owned();
        let action = OperatorAction { user: "operator".to_owned(), reason, what };
        self.happens("", &Occurrence::Operator(action)).await;
    }

    /// Nothing waits for ever: the clocks run out, and the audit proves the whole.
    async fn end(&mut self) {
        for _ in 0..DEADLINES_MAX {
            if self.store().next_due().await.expect("the store answers").is_none() {
                break;
            }
            self.deadlines(1).await;
        }
        assert_eq!(self.store().next_due().await, Ok(None), "something waits for ever");
        for order in self.orders().await {
            let live: Vec<_> = order.attempts.iter().filter(|one| one.state.is_live()).collect();
            assert!(live.is_empty(), "attempts for ever: {live:?}");
            assert_ne!(order.state, OrderState::Live, "{order:?}");
        }
        let created = self.store().notices(&operator(), Some(NoticeState::Sent), None, 200).await;
        assert_eq!(created.expect("the store answers"), [], "notices for ever");
        let hashes = Hashes {
            row: row_hash,
            invoice: invoice_hash,
            letter: letter_hash,
            letters: letters_hash,
        };
        let report = self.store().verify(hashes, Vec::new()).await.expect("the store answers");
        assert!(report.holds(), "{:?}", report.breaks);
    }
}

async fn tell(seed: u64) -> (usize, usize, i64) {
    let mut story = Story::new(seed);
    for invoice in 0..3 {
        story.issuer_says(invoice, 9).await;
    }
    for _ in 0..STEPS {
        story.step().await;
    }
    story.end().await;
    let totals = story.store().totals().await.expect("the store answers");
    let credits = totals.iter().map(|totals| totals.credits).sum();
    (story.happened, story.taken, credits)
}

/// `ACQUIT_SEED` tells one story again.
#[test]
fn whatever_happens_the_ledger_balances() {
    let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime");
    let told = std::env::var("ACQUIT_SEED").ok().and_then(|text| text.parse::<u64>().ok());
    let seeds = told.map_or(1..=STORIES, |seed| seed..=seed);
    let mut all = (0, 0, 0i64);
    for seed in seeds {
        println!("seed {seed}");
        let (happened, taken, credits) = runtime.block_on(tell(seed));
        all = (all.0 + happened, all.1 + taken, all.2 + credits);
    }
    println!("{} things happened, {} captures, {} minor units came in", all.0, all.1, all.2);
    assert!(told.is_some() || all.2 > 0, "no money came: nothing was tested");
}

/// The identifiers of everything are derived, so that a decision can be made twice.
#[test]
fn deciding_about_payments_is_a_function() {
    let mut house = House::new(&BOOK);
    let start = StartOrder {
        invoices: vec![key(1)],
        means: "cmi.card".to_owned(),
        payer: Payer::default(),
        user: "alami".to_owned(),
        reference: String::new(),
    };
    let occurrence = Occurrence::Start(start);
    let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime");
    let bytes = interchange(1, 9, 1);
    runtime.block_on(house.send(&Arrival { partner: ISSUER, charset: "", bytes: &bytes }));
    let parcel = house.parcel(&Arrival { partner: "", charset: "", bytes: b"{}" });
    let known = runtime.block_on(house.store.known(&payment_keys(&BOOK, &occurrence)));
    let known = known.expect("the store answers");
    let decided =
        || format!("{:?}", decide_payment(&BOOK, &parcel, &occurrence, &known, house.now));
    assert_eq!(decided(), decided());
}
