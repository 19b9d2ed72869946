//! Laws over random lives: whatever happens, in whatever order, the ledger balances, nothing is
//! applied twice, and everything that waits ends.

use crate::house::{HOLDS, House, OLDEST, SHARES, key};
use crate::talk::{Talk, portnet};
use acquit_domain::pay::{FundsSource, News, NewsKind, Payer};
use acquit_domain::{Currency, Id, InvoiceKey, Money};
use acquit_flow::pay::{
    Afterwards, Beginning, Motive, NoticeAnswer, Occurrence, Operation, OperatorAction,
    RefundAnswer, StartOrder,
};

/// Occurrences of one ordinary run.
const OCCURRENCES: u64 = 100_000;
/// Occurrences of one life.
const LIFE: u64 = 48;

/// A small generator of numbers: the multiplier of splitmix64.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut word = self.0;
        word = (word ^ (word >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        word = (word ^ (word >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        (word ^ (word >> 31)) % sides
    }

    fn pick<T: Clone>(&mut self, of: &[T]) -> T {
        of[self.roll(of.len() as u64) as usize].clone()
    }
}

/// One life being lived.
struct Life {
    house: House,
    dice: Dice,
    issuer: &'static str,
    messages: u32,
}

const NUMBERS: &[&str] = &["A", "B", "C"];
const AMOUNTS: &[i64] = &[360_000, 120_000, 100];

impl Life {
    fn new(seed: u64) -> Life {
        let mut dice = Dice(seed);
        let issuer = dice.pick(&[HOLDS, OLDEST, SHARES]);
        let mut life = Life { house: House::new(), dice, issuer, messages: 0 };
        life.house.twice = seed.is_multiple_of(16);
        let invoices = 1 + life.dice.roll(3) as usize;
        for (at, minor) in AMOUNTS.iter().take(invoices).enumerate() {
            life.message("9", at, *minor);
        }
        life
    }

    fn message(&mut self, function: &str, at: usize, minor: i64) {
        self.messages += 1;
        let gross = acquit_domain::Money::new(minor, acquit_domain::Currency::MAD);
        let text = portnet(self.issuer, self.messages, function, NUMBERS[at], gross);
        self.house.send(self.issuer, text.as_bytes());
    }

    fn key(&mut self) -> InvoiceKey {
        key(self.issuer, NUMBERS[self.dice.roll(3) as usize])
    }

    fn order(&mut self) -> Option<(Id, String, u32, i64)> {
        let orders: Vec<_> = self.house.known.payments.orders.values().collect();
        if orders.is_empty() {
            return None;
        }
        let order = orders[self.dice.roll(orders.len() as u64) as usize];
        let attempts = order.attempts.len() as u64;
        let named = (order.id, order.number.clone(), order.total.minor);
        Some((named.0, named.1, 1 + self.dice.roll(attempts) as u32, named.2))
    }

    fn money(&mut self, of: i64) -> i64 {
        match self.dice.roll(8) {
            0 => of / 2,
            1 => of + 700,
            2 => 1,
            3 => of - 1,
            _ => of,
        }
        .max(1)
    }

    fn step(&mut self) {
        match self.dice.roll(24) {
            0..=3 => self.start(),
            4 | 5 => self.began(),
            6..=12 => self.news(),
            13 | 14 => self.unm(),
            15..=17 => self.operate(),
            18 => {
                let at = self.dice.roll(3) as usize;
                let function = self.dice.pick(&["9", "2", "3", "5"]);
                let minor = AMOUNTS[at] + 100 * self.dice.roll(2) as i64;
                self.message(function, at, minor);
            }
            19 | 20 => self.refunded(),
            _ => {
                let seconds = self.dice.pick(&[30, 70, 400, 4_000, 12_000, 100_000, 400_000]);
                self.house.wait(seconds, 3);
            }
        }
    }

    fn start(&mut self) {
        let mut invoices: Vec<InvoiceKey> = vec![self.key()];
        if self.dice.roll(3) == 0 {
            let other = self.key();
            if !invoices.contains(&other) {
                invoices.push(other);
            }
        }
        let means = self.dice.pick(&["cmi.card", "cmi.fatourati", "amanpay.amanty", "cheque"]);
        let start = StartOrder {
            invoices,
            means: means.to_owned(),
            payer: Payer { email: "a@example.ma".to_owned(), ..Payer::default() },
            user: "yary".to_owned(),
            reference: String::new(),
        };
        self.house.happens(None, &Occurrence::Start(start));
    }

    fn began(&mut self) {
        let Some((order, number, attempt, _)) = self.order() else { return };
        let answer = match self.dice.roll(6) {
            0 => Beginning::Refused { reason: "no".to_owned() },
            1 => Beginning::NoAnswer { reason: "timeout".to_owned() },
            2 | 3 => Beginning::Redirect { url: "u".to_owned(), transaction: String::new() },
            _ => Beginning::Reference {
                reference: format!("{number}R{attempt}"),
                expires_at: None,
                transaction: String::new(),
            },
        };
        self.house.happens(None, &Occurrence::Began { order, attempt, answer });
    }

    /// The provider answers about a refund, asked for just now or decided long ago.
    fn refunded(&mut self) {
        let funds = self.house.known.payments.funds.values();
        let of = |one: &&acquit_domain::pay::Funds| {
            one.of.is_some() && one.key.transaction.contains("/R") && one.attempt.is_some()
        };
        let refunds: Vec<_> =
            funds.filter(of).map(|one| (one.id, one.order, one.attempt)).collect();
        if refunds.is_empty() {
            return;
        }
        let (refund, order, attempt) = self.dice.pick(&refunds);
        let reason = "no".to_owned();
        let answer = match self.dice.roll(8) {
            0 => RefundAnswer::Refused { reason },
            1 => RefundAnswer::NoAnswer { reason },
            2 => RefundAnswer::Unknown,
            3 => RefundAnswer::Pending,
            _ => RefundAnswer::Made { transaction: format!("G{}", self.dice.roll(3)) },
        };
        if let (Some(order), Some(attempt)) = (order, attempt) {
            self.house.happens(None, &Occurrence::Refunded { order, attempt, refund, answer });
        }
    }

    fn news(&mut self) {
        use NewsKind::{
            Authorised, Booked, Cancelled, Declined, DisputeWon, Disputed, Expired, NotFound, Paid,
            Pending, Reversed,
        };
        let kind = self.dice.pick(&[
            Authorised, Authorised, Authorised, Paid, Paid, Paid, Paid, Booked, Booked, Declined,
            Declined, Pending, Cancelled, Expired, NotFound, Reversed, Reversed, Disputed,
            DisputeWon,
        ]);
        let source = match kind {
            Authorised => FundsSource::Callback,
            _ => self.dice.pick(&[
                FundsSource::Callback,
                FundsSource::Query,
                FundsSource::Query,
                FundsSource::Settlement,
            ]),
        };
        let order = self.order();
        let offered = order.as_ref().and_then(|(id, _, attempt, _)| {
            let order = self.house.known.payments.orders.get(id)?;
            Some(order.attempt(*attempt)?.provider.clone())
        });
        let provider = offered.unwrap_or_else(|| "AMANPAY".to_owned());
        let mut news = News::new(&provider, kind, source);
        let mut total = 360_000;
        if let Some((_, number, attempt, minor)) = order.filter(|_| self.dice.roll(20) > 0) {
            news.order = number.clone();
            total = minor;
            if self.dice.roll(4) == 0 {
                news.order = format!("{number}-{attempt}");
            } else if self.dice.roll(4) == 0 {
                news.reference = format!("{number}R{attempt}");
                news.order = String::new();
            }
        }
        news.transaction = format!("T{}", self.dice.roll(12));
        if self.dice.roll(12) == 0 {
            news.transaction = String::new();
        }
        if kind == Reversed && self.dice.roll(2) == 0 {
            news.reverses = news.transaction.clone();
            news.transaction = format!("V{}", self.dice.roll(12));
        }
        let currency =
            if self.dice.roll(30) == 0 { Currency::of("EUR") } else { Some(Currency::MAD) };
        let minor = self.money(total);
        news.amount = currency.map(|currency| Money::new(minor, currency));
        if self.dice.roll(15) == 0 {
            news.amount = None;
        }
        self.house.happens(None, &Occurrence::News { news: vec![news] });
    }

    fn unm(&mut self) {
        let notices: Vec<_> = self.house.known.payments.notices.values().collect();
        if notices.is_empty() {
            return;
        }
        let notice = notices[self.dice.roll(notices.len() as u64) as usize].clone();
        use Motive::{AlreadyPaid, Amount, CancelOk, Ok, Other, PartnerConfig};
        let motive =
            self.dice.pick(&[Ok, Ok, Ok, CancelOk, AlreadyPaid, Amount, PartnerConfig, Other]);
        let line = self.dice.pick(&notice.lines);
        let answer = NoticeAnswer {
            transaction: notice.transaction,
            message: notice.messages.last().cloned().unwrap_or_default(),
            invoice: Some(line.invoice).filter(|_| self.dice.roll(4) > 0),
            motive,
            text: "m".to_owned(),
        };
        self.house.happens(Some(self.issuer), &Occurrence::NoticeAnswers(vec![answer]));
    }

    fn operate(&mut self) {
        let payments = &self.house.known.payments;
        let credits: Vec<_> =
            payments.funds.values().map(|one| (one.id, one.amount_minor)).collect();
        let notices: Vec<_> = payments.notices.keys().copied().collect();
        let case = payments.cases.values().next_back().cloned();
        let key = self.key();
        let funds = if credits.is_empty() { None } else { Some(self.dice.pick(&credits)) };
        let what = match (self.dice.roll(12), funds, case) {
            (0, ..) => Operation::Block(key),
            (1 | 2, ..) => Operation::Unblock(key),
            (3, ..) if self.dice.roll(6) == 0 => Operation::Cancel(key),
            (4, _, Some(case)) => Operation::CloseCase {
                case: case.id,
                invoice: case.invoice,
                order: case.order,
                funds: case.funds,
            },
            (5, ..) if !notices.is_empty() => Operation::ResendNotice(self.dice.pick(&notices)),
            (6, ..) => match self.order() {
                Some((order, ..)) => Operation::VoidOrder(order),
                None => Operation::Unblock(key),
            },
            (7 | 8, Some((funds, minor)), _) => {
                let amount_minor =
                    self.dice.pick(&[minor, minor, minor / 2, 360_000, 120_000, 100]);
                Operation::Allocate { funds, invoice: key, amount_minor }
            }
            (9 | 10, Some((funds, minor)), _) => Operation::Refund {
                funds,
                amount_minor: self.money(minor),
                then: self.dice.pick(&[Afterwards::Reopens, Afterwards::Cancels]),
            },
            (_, Some((funds, _)), _) => {
                Operation::SettleDispute { funds, won: self.dice.roll(2) == 0 }
            }
            _ => Operation::Unblock(key),
        };
        let action = OperatorAction { user: "samira".into(), reason: "vu".into(), what };
        self.house.happens(None, &Occurrence::Operator(action));
    }
}

/// Lives so many occurrences; each life ends with the clock run to its end.
fn live(occurrences: u64, seed: u64) {
    for life in 0..occurrences.div_ceil(LIFE) {
        let seed = seed.wrapping_add(life.wrapping_mul(0xD1B5_4A32_D192_ED03));
        let lived = std::panic::catch_unwind(|| {
            let mut life = Life::new(seed);
            for _ in 0..LIFE {
                life.step();
            }
            life.house.wait(60 * 86_400, 10_000);
            assert_eq!(life.house.live_attempts(), 0, "an attempt never ends");
        });
        assert!(lived.is_ok(), "life {seed:#x}: run it with ACQUIT_SEED={seed}");
    }
}

fn number(name: &str) -> Option<u64> {
    std::env::var(name).ok()?.parse().ok()
}

/// The ordinary run; `ACQUIT_OCCURRENCES=1000000` lives a million, `ACQUIT_SEED=N` lives one life
/// again, `ACQUIT_LIVES=N` others.
#[test]
fn lives() {
    if let Some(seed) = number("ACQUIT_SEED") {
        return live(1, seed);
    }
    live(
        number("ACQUIT_OCCURRENCES").unwrap_or(OCCURRENCES),
        number("ACQUIT_LIVES").unwrap_or(20_261_123),
    );
}

/// What an issuer and a provider say of one payment ends alike, in whatever order it comes.
#[test]
fn orders_of_arrival_converge() {
    let steps = ["news ama paid 3600 tx=7", "unm ok A", "inv2 A 3600"];
    for order in [[0, 1, 2], [0, 2, 1], [1, 0, 2], [1, 2, 0], [2, 0, 1], [2, 1, 0]] {
        let mut talk = Talk::new();
        for command in ["inv A 3600", "start ama A", "redirect"] {
            talk.say(command);
        }
        for at in order {
            talk.say(steps[at]);
        }
        talk.say("wait end");
        let invoice = &talk.house.known.invoices[&talk.key("A")];
        let told = (invoice.state.key(), invoice.flags.blocked, invoice.flags.disputed);
        assert_eq!(told, ("paid", false, false), "{order:?}");
        let received: i64 =
            talk.house.known.payments.funds.values().map(|funds| funds.amount_minor).sum();
        assert_eq!(received, 360_000, "{order:?}");
    }
    // The issuer's word may come before the invoice itself.
    let mut talk = Talk::new();
    for command in ["inv2 A 3600", "inv A 3600", "start ama A"] {
        talk.say(command);
    }
    let invoice = &talk.house.known.invoices[&talk.key("A")];
    assert_eq!(invoice.state.key(), "paid");
}
