//! All providers of a simulation, opened together on ports that follow each other.

use crate::amanpay::{self, Amanpay};
use crate::cmi::{self, Cmi};
use crate::fatourati::{self, Fatourati};
use crate::http::{self, Serving};
use crate::mail::{self, Mails, Sink};
use crate::street::Street;
use crate::subscriber::Subscriber;
use std::io;

/// Our account at a simulated provider, as a configuration wants it. The keys guard nothing.
#[derive(Debug, Clone)]
pub struct Account {
    /// Folder of the provider in the rules.
    pub folder: &'static str,
    /// Page of the payment form.
    pub page: String,
    /// Where the interface begins.
    pub api: String,
    /// Where access tokens are given out.
    pub token: String,
    /// Our number there.
    pub merchant: &'static str,
    /// Our shop there.
    pub store: &'static str,
    /// Our user.
    pub login: &'static str,
    /// Its password.
    pub password: &'static str,
    /// The key of signatures.
    pub key: &'static str,
    /// Host and port.
    pub host: String,
}

/// Providers, mail and a subscriber that are open; they close when this is dropped.
#[derive(Debug)]
pub struct Partners {
    /// CMI.
    pub cmi: Serving,
    /// Fatourati.
    pub fatourati: Serving,
    /// Amanpay.
    pub amanpay: Serving,
    /// Where mail is taken.
    pub smtp: Sink,
    /// Where mails are shown.
    pub mails: Serving,
    /// Mails that arrived.
    pub arrived: Mails,
    /// Where events are told.
    pub events: Serving,
    /// Events that were told.
    pub subscriber: Subscriber,
}

const CMI_KEY: &str = "SIMULATED-STORE-KEY";
const FATOURATI_KEY: &str = "SIMULATED-FATOURATI-KEY";
const AMANPAY_KEY: &str = "whsec_U0lNVUxBVEVELUFNQU5QQVktS0VZLTAwMDE=";
const PASSWORD: &str = "SIMULATED-PASSWORD";

impl Partners {
    /// Opens them on this port of the loopback address and the five after it; 0 takes free ones.
    ///
    /// # Errors
    /// When a port is taken.
    pub async fn open(street: &Street, port: u16) -> io::Result<Partners> {
        let at = |n: u16| if port == 0 { 0 } else { port.saturating_add(n) };
        let cmi = cmi::Agreement {
            merchant: "600000001".into(),
            store_key: CMI_KEY.into(),
            login: "apiuser".into(),
            password: PASSWORD.into(),
        };
        let fatourati = fatourati::Agreement {
            merchant: "100024".into(),
            store: "108901".into(),
            client: "merchant".into(),
            secret: PASSWORD.into(),
            store_key: FATOURATI_KEY.into(),
        };
        let amanpay = amanpay::Agreement {
            merchant: "29917".into(),
            token: PASSWORD.into(),
            secret: AMANPAY_KEY.into(),
        };
        let (arrived, subscriber) = (Mails::default(), Subscriber::new(street.journal.clone()));
        Ok(Partners {
            cmi: Cmi::open(http::listen(at(0)).await?, cmi, street.clone())?,
            fatourati: Fatourati::open(http::listen(at(1)).await?, fatourati, street.clone())?,
            amanpay: Amanpay::open(http::listen(at(2)).await?, amanpay, street.clone())?,
            smtp: mail::take(http::listen(at(3)).await?, arrived.clone())?,
            mails: mail::show(http::listen(at(4)).await?, arrived.clone())?,
            arrived,
            events: subscriber.open(http::listen(at(5)).await?)?,
            subscriber,
        })
    }

    /// Our accounts at the providers.
    #[must_use]
    pub fn accounts(&self) -> [Account; 3] {
        let host = |serving: &Serving| serving.address.to_string();
        let (cmi, fatourati) = (self.cmi.url(), self.fatourati.url());
        [
            Account {
                folder: "cmi",
                page: format!("{cmi}/fim/est3Dgate"),
                api: format!("{cmi}/fim/api"),
                token: String::new(),
                merchant: "600000001",
                store: "",
                login: "apiuser",
                password: PASSWORD,
                key: CMI_KEY,
                host: host(&self.cmi),
            },
            Account {
                folder: "fatourati",
                page: String::new(),
                api: format!("{fatourati}/api/v1/merchants/{{merchant}}/stores/{{store}}"),
                token: format!("{fatourati}/realms/simulated/protocol/openid-connect/token"),
                merchant: "100024",
                store: "108901",
                login: "merchant",
                password: PASSWORD,
                key: FATOURATI_KEY,
                host: host(&self.fatourati),
            },
            Account {
                folder: "amanpay",
                page: String::new(),
                api: self.amanpay.url(),
                token: String::new(),
                merchant: "29917",
                store: "",
                login: "",
                password: PASSWORD,
                key: AMANPAY_KEY,
                host: host(&self.amanpay),
            },
        ]
    }
}
