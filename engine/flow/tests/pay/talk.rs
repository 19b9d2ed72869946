//! The words of `transitions.txt`: one command each, on a house.

use crate::house::{HOLDS, House, key};
use acquit_domain::pay::{FundsSource, News, NewsKind, Payer};
use acquit_domain::{Currency, Id, InvoiceKey, Money, PartyCode};
use acquit_flow::pay::{
    Afterwards, AskInvoices, Beginning, Motive, NoticeAnswer, Occurrence, Operation,
    OperatorAction, RefundAnswer, RequestAnswer, StartOrder,
};

/// Where commands are spoken: the issuer meant, and the message numbers given.
pub(crate) struct Talk {
    pub(crate) house: House,
    pub(crate) issuer: String,
    messages: u32,
    currency: Currency,
    past: Option<acquit_domain::Known>,
}

/// A portal message of an issuer.
pub(crate) fn portnet(issuer: &str, n: u32, function: &str, number: &str, gross: Money) -> String {
    let status = match function {
        "2" => "1",
        "3" => "3",
        _ => "2",
    };
    let devise = gross.currency.code();
    format!(
        "<pn:TransmissionFacture xmlns:pn=\"http://portnet.ma/TransmissionFacture\">\
<TransmissionFactureMessage><Entete><NumeroMessage>9999{n:011}</NumeroMessage>\
<Emetteur>{issuer}</Emetteur><Destinataire>611PNET00100</Destinataire>\
<DateMessage>2026-11-23T10:{:02}:{:02}</DateMessage><TypeMessage>INV</TypeMessage>\
<Fonction>{function}</Fonction></Entete><Operateur><Nom>SATAA</Nom>\
<IdentifiantDouane>290240</IdentifiantDouane><TypeIdentification>IFU</TypeIdentification>\
<NumIdentification/><Centre/><IdFiscalUnique>40496362</IdFiscalUnique></Operateur>\
<Facture><NumeroFacture>{number}</NumeroFacture><TypeFacture>1</TypeFacture>\
<DescriptionFacture>Abonnement</DescriptionFacture><ReferenceFacturePrincipale/>\
<DateFacture>2026-10-31T00:00:00</DateFacture><DateReglement>2026-12-30T00:00:00\
</DateReglement><StatutFacture>{status}</StatutFacture><Devise>{devise}</Devise>\
<MontantHT>{gross}</MontantHT><MontantTTC>{gross}</MontantTTC></Facture>\
<pn:Prestation><PrestationInfo><TypePrestation>AB</TypePrestation>\
<TypeDocument>AB</TypeDocument><Reference>ABO-IMP</Reference>\
<DateFin>2027-10-30T00:00:00</DateFin></PrestationInfo></pn:Prestation>\
</TransmissionFactureMessage></pn:TransmissionFacture>",
        n / 60 % 60,
        n % 60
    )
}

/// Dirhams in centimes.
fn minor(word: &str) -> i64 {
    let (whole, cents) = word.split_once('.').unwrap_or((word, "00"));
    let digits = format!("{whole}{cents:0<2}");
    digits.parse().expect("an amount in dirhams")
}

fn means(word: &str) -> &'static str {
    match word {
        "card" => "cmi.card",
        "fat" => "cmi.fatourati",
        "ama" => "amanpay.amanty",
        "cheque" => "cheque",
        "transfer" => "transfer",
        _ => "gold",
    }
}

impl Talk {
    pub(crate) fn new() -> Talk {
        Talk {
            house: House::new(),
            issuer: HOLDS.to_owned(),
            messages: 0,
            currency: Currency::MAD,
            past: None,
        }
    }

    pub(crate) fn key(&self, number: &str) -> InvoiceKey {
        match number.split_once('/') {
            Some((issuer, number)) => key(issuer, number),
            None => key(&self.issuer, number),
        }
    }

    fn keys(&self, numbers: &str) -> Vec<InvoiceKey> {
        numbers.split(',').map(|number| self.key(number)).collect()
    }

    /// Identifier and number of the newest order.
    fn order(&self) -> (Id, String, u32) {
        let orders = &self.house.known.payments.orders;
        let order = orders.values().max_by_key(|order| order.number.clone());
        let order = order.expect("an order was started");
        (order.id, order.number.clone(), order.attempts.len() as u32)
    }

    /// The order that is `n` before the newest.
    fn earlier(&self, n: usize) -> String {
        let orders = &self.house.known.payments.orders;
        let mut numbers: Vec<_> = orders.values().map(|order| order.number.clone()).collect();
        numbers.sort();
        numbers.iter().rev().nth(n).cloned().expect("so many orders")
    }

    fn funds(&self) -> Id {
        let funds = self.house.known.payments.funds.values();
        let credits = funds.filter(|one| one.of.is_none());
        credits.max_by_key(|one| (one.entered_at, one.id)).expect("some money").id
    }

    fn operator(&mut self, what: Operation) {
        let action = OperatorAction { user: "samira".into(), reason: "vu".into(), what };
        self.house.happens(Some("6110D00116"), &Occurrence::Operator(action));
    }

    fn news(&mut self, news: News) {
        let partner = news.provider.clone();
        self.house.happens(Some(&partner), &Occurrence::News { news: vec![news] });
    }

    /// Speaks one command.
    pub(crate) fn say(&mut self, command: &str) {
        let words: Vec<&str> = command.split_whitespace().collect();
        if words.first() == Some(&"meanwhile") {
            // The command marked `late` is decided at the same time, and stored after this one.
            self.past = Some(self.house.known.clone());
            return self.say(command.trim_start().trim_start_matches("meanwhile"));
        }
        if words.first() == Some(&"late") {
            self.house.stale = self.past.take();
            return self.say(command.trim_start().trim_start_matches("late"));
        }
        match words.as_slice() {
            ["issuer", code] => (*code).clone_into(&mut self.issuer),
            ["inv", number, amount] => self.message("9", number, minor(amount)),
            ["inv", number, minor, currency] => {
                self.currency = Currency::of(currency).expect("a currency");
                self.message("9", number, minor.parse().expect("minor units"));
                self.currency = Currency::MAD;
            }
            ["inv2", number, amount] => self.message("2", number, minor(amount)),
            ["inv3", number, amount] => self.message("3", number, minor(amount)),
            ["inv5", number, amount] => self.message("5", number, minor(amount)),
            ["start", way, numbers] => self.start(way, numbers, ""),
            ["start", way, numbers, reference] => self.start(way, numbers, reference),
            ["ref", reference] => self.began(Beginning::Reference {
                reference: (*reference).to_owned(),
                expires_at: None,
                transaction: String::new(),
            }),
            ["redirect"] => self.began(Beginning::Redirect {
                url: "https://provider.example/pay".to_owned(),
                transaction: String::new(),
            }),
            ["refused"] => self.began(Beginning::Refused { reason: "05".to_owned() }),
            ["silence"] => self.began(Beginning::NoAnswer { reason: "timeout".to_owned() }),
            ["wait", "end"] => self.house.wait(40 * 86_400, 1_000),
            ["wait", hours] => {
                let hours: i64 = hours.parse().expect("hours");
                self.house.wait(hours * 3600, 1_000);
            }
            ["unm", motive, numbers] => self.unm(motive, numbers, ""),
            ["unm", motive, numbers, transaction] => self.unm(motive, numbers, transaction),
            ["ask", number] => self.ask(number),
            ["answer", what @ ..] => self.answer(what),
            ["news", who, what, more @ ..] => self.told(who, what, more),
            _ => self.operate(&words),
        }
    }

    fn message(&mut self, function: &str, number: &str, minor: i64) {
        self.messages += 1;
        let gross = Money::new(minor, self.currency);
        let bytes = portnet(&self.issuer, self.messages, function, number, gross);
        let issuer = self.issuer.clone();
        self.house.send(&issuer, bytes.as_bytes());
    }

    fn start(&mut self, way: &str, numbers: &str, reference: &str) {
        let payer = Payer {
            name: "SATAA".to_owned(),
            email: "client@example.ma".to_owned(),
            phone: String::new(),
            language: "fr".to_owned(),
        };
        let start = StartOrder {
            invoices: self.keys(numbers),
            means: means(way).to_owned(),
            payer,
            user: "yary".to_owned(),
            reference: reference.to_owned(),
        };
        self.house.happens(Some("290240"), &Occurrence::Start(start));
    }

    fn began(&mut self, answer: Beginning) {
        let (order, _, attempt) = self.order();
        self.house.happens(None, &Occurrence::Began { order, attempt, answer });
    }

    /// `news WHO WHAT [AMOUNT] [tx=..] [ref=..] [rem=..] [order=N] [try=N] [of=..] [by=query]
    /// [cur=EUR]`
    fn told(&mut self, who: &str, what: &str, more: &[&str]) {
        let kind = NewsKind::of(what).expect("a kind of news");
        let (provider, source) = match who {
            "cmi" => ("CMI", FundsSource::Callback),
            "fat" => ("FATOURATI", FundsSource::Query),
            "ama" => ("AMANPAY", FundsSource::Callback),
            "bank" => ("BANK", FundsSource::Cheques),
            "attijari" => ("BCMAMAMC", FundsSource::Statement),
            _ => ("BANK", FundsSource::Statement),
        };
        let mut news = News::new(provider, kind, source);
        let (mut orders, mut attempt) = (0, "");
        for word in more {
            match word.split_once('=') {
                None => news.amount = Some(Money::new(minor(word), Currency::MAD)),
                Some(("minor", value)) => {
                    let minor = value.parse().expect("minor units");
                    news.amount = Some(Money::new(minor, Currency::MAD));
                }
                Some(("tx", value)) => value.clone_into(&mut news.transaction),
                Some(("ref", value)) => value.clone_into(&mut news.reference),
                Some(("rem", value)) => value.clone_into(&mut news.channel_reference),
                Some(("of", value)) => value.clone_into(&mut news.reverses),
                Some(("order", value)) => orders = value.parse().expect("a number"),
                Some(("try", value)) => attempt = value,
                Some(("on", value)) => news.on = value.parse().ok(),
                Some(("by", value)) => news.source = FundsSource::of(value).expect("a source"),
                Some(("cur", value)) => {
                    let money = news.amount.expect("an amount before its currency");
                    let currency = Currency::of(value).expect("a currency");
                    news.amount = Some(Money::new(money.minor, currency));
                }
                Some(_) => panic!("{word}"),
            }
        }
        if news.reference.is_empty() && news.reverses.is_empty() && orders < 9 {
            news.order = self.earlier(orders);
            if !attempt.is_empty() {
                news.order = format!("{}-{attempt}", news.order);
            }
        }
        news.reason = "05".to_owned();
        self.news(news);
    }

    /// `unm MOTIVE NUMBERS [TRANSACTION]`: to the newest notice, or by its transaction; `-` names
    /// no invoice.
    fn unm(&mut self, motive: &str, numbers: &str, transaction: &str) {
        let motive = match motive {
            "ok" => Motive::Ok,
            "cancel_ok" => Motive::CancelOk,
            "already" => Motive::AlreadyPaid,
            "amount" => Motive::Amount,
            "unknown" => Motive::UnknownInvoice,
            "config" => Motive::PartnerConfig,
            _ => Motive::Other,
        };
        let newest =
            self.house.known.payments.notices.values().max_by_key(|one| one.messages.clone());
        let message = newest.and_then(|notice| notice.messages.last().cloned()).unwrap_or_default();
        let by_number = transaction.is_empty();
        let answer = |invoice| NoticeAnswer {
            transaction: transaction.to_owned(),
            message: if by_number { message.clone() } else { String::new() },
            invoice,
            motive,
            text: format!("{motive:?}"),
        };
        let answers = match numbers {
            "-" => vec![answer(None)],
            numbers => self.keys(numbers).into_iter().map(Some).map(answer).collect(),
        };
        let issuer = self.issuer.clone();
        self.house.happens(Some(&issuer), &Occurrence::NoticeAnswers(answers));
    }

    fn ask(&mut self, number: &str) {
        let ask = AskInvoices {
            issuer: PartyCode::new(&self.issuer).expect("a short code"),
            terminal: "Port Casablanca".to_owned(),
            client_id: "236".to_owned(),
            number: if number == "-" { String::new() } else { number.to_owned() },
            client: "290240".to_owned(),
            user: "yary".to_owned(),
        };
        self.house.happens(Some("290240"), &Occurrence::Ask(ask));
    }

    fn answer(&mut self, what: &[&str]) {
        let requests = &self.house.known.payments.requests;
        let request = *requests.keys().next_back().expect("a request");
        let answer = match what {
            ["empty"] => RequestAnswer::Empty { reason: "rien".to_owned() },
            ["later"] => RequestAnswer::Later,
            ["nothing"] => RequestAnswer::Nothing { reason: "timeout".to_owned() },
            found => {
                // Its messages are decided as such before the request is answered.
                let named = found.iter().map(|one| one.split_once('=').expect("NUMBER=AMOUNT"));
                let keys = named.map(|(number, amount)| {
                    self.message("9", number, minor(amount));
                    self.key(number)
                });
                RequestAnswer::Found(keys.collect())
            }
        };
        let issuer = self.issuer.clone();
        self.house.happens(Some(&issuer), &Occurrence::Asked { request, answer });
    }

    fn give_back(&mut self, amount: &str, then: &str) {
        let what = Operation::Refund {
            funds: self.funds(),
            amount_minor: minor(amount),
            then: match then {
                "cancels" => Afterwards::Cancels,
                _ => Afterwards::Reopens,
            },
        };
        self.operator(what);
    }

    /// `refunded WHAT [TRANSACTION]`: the answer about the newest refund that a provider was asked
    /// for; about none, nothing.
    fn refunded(&mut self, what: &[&str]) {
        let funds = self.house.known.payments.funds.values();
        let asked = funds.filter(|one| one.of.is_some() && one.key.transaction.contains("/R"));
        let newest = asked.max_by_key(|one| (one.entered_at, one.id)).cloned();
        let Some(refund) = newest.filter(|one| one.is_asked() || what != ["yes"]) else { return };
        let answer = match what {
            ["yes"] => RefundAnswer::Made { transaction: String::new() },
            ["yes", number] => RefundAnswer::Made { transaction: (*number).to_owned() },
            ["no"] => RefundAnswer::Refused { reason: "05".to_owned() },
            ["pending"] => RefundAnswer::Pending,
            ["unknown"] => RefundAnswer::Unknown,
            _ => RefundAnswer::NoAnswer { reason: "timeout".to_owned() },
        };
        let order = refund.order.expect("a refund is of an order");
        let attempt = refund.attempt.expect("and of an attempt");
        let refund = refund.id;
        self.house.happens(None, &Occurrence::Refunded { order, attempt, refund, answer });
    }

    fn operate(&mut self, words: &[&str]) {
        let funds = || self.funds();
        let what = match words {
            ["block", number] => Operation::Block(self.key(number)),
            ["unblock", number] => Operation::Unblock(self.key(number)),
            ["cancel", number] => Operation::Cancel(self.key(number)),
            ["allocate", amount, number] => Operation::Allocate {
                funds: funds(),
                invoice: self.key(number),
                amount_minor: minor(amount),
            },
            // The provider makes it at once.
            ["refund", amount, then] => {
                self.give_back(amount, then);
                return self.refunded(&["yes"]);
            }
            ["giveback", amount, then] => return self.give_back(amount, then),
            ["refunded", what @ ..] => return self.refunded(what),
            ["found", made] => {
                let asked = self.house.known.payments.funds.values().find(|one| one.is_asked());
                let refund = asked.expect("a refund was asked for").id;
                Operation::SettleRefund { refund, made: *made == "made" }
            }
            ["dispute", won] => Operation::SettleDispute { funds: funds(), won: *won == "won" },
            ["close"] => {
                let cases = &self.house.known.payments.cases;
                let case = cases.values().next_back().expect("an open case");
                Operation::CloseCase {
                    case: case.id,
                    invoice: case.invoice.clone(),
                    order: case.order,
                    funds: case.funds,
                }
            }
            ["resend"] => {
                let notices = &self.house.known.payments.notices;
                Operation::ResendNotice(*notices.keys().next_back().expect("a notice"))
            }
            ["void"] => Operation::VoidOrder(self.order().0),
            ["withdraw"] => {
                let requests = &self.house.known.payments.requests;
                Operation::WithdrawRequest(*requests.keys().next_back().expect("a request"))
            }
            _ => panic!("no such command: {words:?}"),
        };
        self.operator(what);
    }
}
