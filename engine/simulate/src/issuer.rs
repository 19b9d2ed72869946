//! An issuer in the family of PortNet XML: sends invoices (INV), reads notices of payment (PNM)
//! from its outbox, answers each invoice of them (UNM), and later books it as paid (INV 2).
//!
//! Its answers are in the words real issuers' systems use, spelling included.

use crate::http::Call;
use crate::journal::{local, lock};
use crate::misbehaviour::{Misbehaviour, Misbehaviours};
use crate::xml::{all, escape, text};
use crate::{amount, http};
use jiff::{Timestamp, ToSpan};
use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};

/// The smallest PDF there is reason to send, in base 64.
const DOCUMENT: &str = "\
    JVBERi0xLjQKMSAwIG9iajw8L1R5cGUvQ2F0YWxvZy9QYWdlcyAyIDAgUj4+ZW5kb2JqCjIgMCBvYmo8\
    PC9UeXBlL1BhZ2VzL0tpZHNbMyAwIFJdL0NvdW50IDE+PmVuZG9iagozIDAgb2JqPDwvVHlwZS9QYWdl\
    L1BhcmVudCAyIDAgUi9NZWRpYUJveFswIDAgMjAwIDEwMF0+PmVuZG9iagp0cmFpbGVyPDwvUm9vdCAx\
    IDAgUj4+CiUlRU9GCg==";

/// Longest outbox that is read in one go.
const LETTERS_MAX: usize = 500;

/// Whom an invoice is for.
#[derive(Debug, Clone)]
pub struct Client {
    /// « Code douanier ».
    pub code: String,
    /// Name.
    pub name: String,
}

/// An invoice as its issuer knows it.
#[derive(Debug, Clone)]
struct Invoice {
    client: Client,
    minor: i64,
    issued_on: String,
    due_on: String,
    /// The transaction that paid it.
    paid_by: String,
    is_booked: bool,
}

/// What an issuer did in one round over its outbox.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Round {
    /// Letters taken.
    pub letters: usize,
    /// Invoices of notices said yes to.
    pub confirmed: usize,
    /// Invoices of notices said no to.
    pub refused: usize,
}

/// The simulated issuer.
#[derive(Debug)]
pub struct Issuer {
    /// Where the platform is: `http://127.0.0.1:8080`.
    pub url: String,
    /// Its key there.
    pub key: String,
    /// Its code.
    pub code: String,
    sequence: AtomicU64,
    invoices: Mutex<BTreeMap<String, Invoice>>,
    /// Whether it believes a notice about an invoice it did not send itself.
    learns: bool,
    /// What it does wrong.
    misbehaviours: Misbehaviours,
    /// Answers it has written and not sent.
    late: Mutex<Vec<String>>,
}

impl Issuer {
    /// An issuer that has sent nothing yet.
    #[must_use]
    pub fn new(url: &str, key: &str, code: &str) -> Issuer {
        // References must not come again after a restart.
        let first = u64::try_from(Timestamp::now().as_millisecond()).unwrap_or_default();
        Issuer {
            url: url.to_owned(),
            key: key.to_owned(),
            code: code.to_owned(),
            sequence: AtomicU64::new(first % 100_000_000_000),
            invoices: Mutex::default(),
            learns: false,
            misbehaviours: Misbehaviours::default(),
            late: Mutex::default(),
        }
    }

    /// An issuer whose invoices somebody else sent in its name: it knows what notices say of them.
    #[must_use]
    pub fn learning(url: &str, key: &str, code: &str) -> Issuer {
        Issuer { learns: true, ..Issuer::new(url, key, code) }
    }

    /// The same issuer, doing wrong what is said.
    #[must_use]
    pub fn misbehaving(self, misbehaviours: Misbehaviours) -> Issuer {
        Issuer { misbehaviours, ..self }
    }

    /// Makes an invoice known that was sent by other means.
    pub fn know(&self, number: &str, client: Client, minor: i64, issued_on: &str, due_on: &str) {
        let invoice = Invoice {
            client,
            minor,
            issued_on: issued_on.to_owned(),
            due_on: due_on.to_owned(),
            paid_by: String::new(),
            is_booked: false,
        };
        lock(&self.invoices).insert(number.to_owned(), invoice);
    }

    /// Sends a new invoice; the verdict of the platform.
    ///
    /// # Errors
    /// When the platform does not answer.
    pub async fn send(&self, number: &str, client: &Client, minor: i64) -> io::Result<String> {
        let today = local(Timestamp::now()).date();
        let due_on = today.checked_add(30.days()).unwrap_or(today).to_string();
        self.know(number, client.clone(), minor, &today.to_string(), &due_on);
        let document = self.inv(number, "9", "2").unwrap_or_default();
        self.post(&document).await
    }

    /// Books every invoice it said yes to, and tells (INV 2); how many.
    ///
    /// # Errors
    /// When the platform does not answer.
    pub async fn book(&self) -> io::Result<usize> {
        let to_book: Vec<String> = {
            let invoices = lock(&self.invoices);
            let open = invoices.iter().filter(|(_, one)| !one.paid_by.is_empty() && !one.is_booked);
            open.map(|(number, _)| number.clone()).collect()
        };
        for number in &to_book {
            let document = self.inv(number, "2", "1").unwrap_or_default();
            self.post(&document).await?;
            if let Some(invoice) = lock(&self.invoices).get_mut(number) {
                invoice.is_booked = true;
            }
        }
        Ok(to_book.len())
    }

    /// Reads its outbox once, answers notices, and takes what it read.
    ///
    /// # Errors
    /// When the platform does not answer.
    pub async fn round(&self) -> io::Result<Round> {
        let url = format!("{}/v1/outbox?limit={LETTERS_MAX}", self.url);
        let answer = Call::new("GET", &url).bearer(&self.key).send().await?;
        let mut round = Round::default();
        let page = answer.as_json();
        for letter in page["items"].as_array().into_iter().flatten() {
            let body = letter["body"].as_str().unwrap_or("");
            if letter["type"] == "PNM" && body.contains("NotificationPaiement") {
                self.answer(body, &mut round).await?;
            }
            let id = letter["id"].as_str().unwrap_or("");
            let url = format!("{}/v1/outbox/{id}/taken", self.url);
            Call::new("POST", &url).bearer(&self.key).send().await?;
            round.letters += 1;
        }
        Ok(round)
    }

    /// Answers every invoice of a notice.
    async fn answer(&self, notice: &str, round: &mut Round) -> io::Result<()> {
        let transaction = text(notice, "IdTransaction");
        let is_payment = text(notice, "Fonction") == "1";
        let mut seen = BTreeSet::new();
        for line in all(notice, "Facture") {
            let number = text(line, "NumeroFacture");
            if !seen.insert(number.clone()) {
                continue;
            }
            let paid = amount::read(&text(line, "MontantTTC"));
            if self.learns && !lock(&self.invoices).contains_key(&number) {
                let client =
                    Client { code: text(notice, "IdentifiantDouane"), name: text(notice, "Nom") };
                let day = |tag: &str| text(line, tag).chars().take(10).collect::<String>();
                let (issued_on, due_on) = (day("DateFacture"), day("DateReglement"));
                self.know(&number, client, paid.unwrap_or_default(), &issued_on, &due_on);
            }
            if self.happens(Misbehaviour::NoAnswer, &number) {
                continue;
            }
            let motive = match is_payment {
                _ if self.happens(Misbehaviour::WrongAnswer, &number) => {
                    Err("Montant du paiement ne peut etre different du montant facture")
                }
                true => self.judge(&number, &transaction, paid),
                false => self.take_back(&number),
            };
            if self.happens(Misbehaviour::DoubleAnswer, &number) {
                let first = Err("Facture deja payee");
                self.post(&self.unm(notice, &number, first)).await?;
            }
            let document = self.unm(notice, &number, motive);
            if self.happens(Misbehaviour::LateAnswer, &number) {
                lock(&self.late).push(document);
                continue;
            }
            self.post(&document).await?;
            match motive.is_ok() {
                true => round.confirmed += 1,
                false => round.refused += 1,
            }
        }
        Ok(())
    }

    /// Numbers of a simulation end with the ordinal of their payment, so that the same seed
    /// misbehaves about the same ones.
    fn happens(&self, what: Misbehaviour, number: &str) -> bool {
        let ordinal = number.rsplit('-').next().unwrap_or(number);
        self.misbehaviours.happens(what, ordinal)
    }

    /// Sends the answers it is late with; how many.
    ///
    /// # Errors
    /// When the platform does not answer.
    pub async fn answer_late(&self) -> io::Result<usize> {
        let late = std::mem::take(&mut *lock(&self.late));
        for document in &late {
            self.post(document).await?;
        }
        Ok(late.len())
    }

    /// Whether a payment of an invoice is taken.
    fn judge(
        &self,
        number: &str,
        transaction: &str,
        paid: Option<i64>,
    ) -> Result<&'static str, &'static str> {
        let mut invoices = lock(&self.invoices);
        let Some(invoice) = invoices.get_mut(number) else {
            return Err("Facture introuvable dans le système");
        };
        if !invoice.paid_by.is_empty() {
            return Err("La facture est dèja reglée dans le système");
        }
        match paid {
            None => return Err("Montant du paiement : Format incorrect"),
            Some(paid) if paid != invoice.minor => {
                return Err("Montant du paiement ne peut etre different du montant facture");
            }
            Some(_) => {}
        }
        invoice.paid_by = transaction.to_owned();
        Ok("Paiement Facture integree avec succes")
    }

    fn take_back(&self, number: &str) -> Result<&'static str, &'static str> {
        match lock(&self.invoices).get_mut(number) {
            None => Err("Facture introuvable dans le système"),
            Some(invoice) => {
                invoice.paid_by = String::new();
                invoice.is_booked = false;
                Ok("Facture annulee avec succes")
            }
        }
    }

    /// Sends a message; the platform's verdict.
    async fn post(&self, document: &str) -> io::Result<String> {
        let url = format!("{}/v1/inbox", self.url);
        let call = Call::new("POST", &url).bearer(&self.key);
        let answer = call.body("application/xml", document).send().await?;
        match answer.status {
            200 => Ok(answer.as_json()["verdict"].as_str().unwrap_or("").to_owned()),
            status => Err(io::Error::other(format!("{status}: {}", short(&answer)))),
        }
    }

    fn header(&self, kind: &str, function: &str) -> String {
        let number = 999_900_000_000_000 + self.sequence.fetch_add(1, Ordering::Relaxed);
        let at = local(Timestamp::now()).strftime("%Y-%m-%dT%H:%M:%S").to_string();
        let code = escape(&self.code);
        format!(
            "<Entete><NumeroMessage>{number}</NumeroMessage><Emetteur>{code}</Emetteur>\
             <Destinataire>611PNET00100</Destinataire><DateMessage>{at}</DateMessage>\
             <TypeMessage>{kind}</TypeMessage><Fonction>{function}</Fonction></Entete>"
        )
    }

    /// An INV about an invoice; `None` when it does not know it.
    fn inv(&self, number: &str, function: &str, state: &str) -> Option<String> {
        let invoice = lock(&self.invoices).get(number).cloned()?;
        let (name, code) = (escape(&invoice.client.name), escape(&invoice.client.code));
        let net = amount::write(invoice.minor * 100 / 120);
        let gross = amount::write(invoice.minor);
        let (issued_on, due_on) = (&invoice.issued_on, &invoice.due_on);
        let header = self.header("INV", function);
        let number = escape(number);
        Some(format!(
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<pn:TransmissionFacture \
             xmlns:pn=\"http://portnet.ma/TransmissionFacture\"><TransmissionFactureMessage>\
             {header}\
             <Operateur><Nom>{name}</Nom><IdentifiantDouane>{code}</IdentifiantDouane></Operateur>\
             <Facture><NumeroFacture>{number}</NumeroFacture><TypeFacture>1</TypeFacture>\
             <DescriptionFacture>Prestation simulée</DescriptionFacture>\
             <DateFacture>{issued_on}T00:00:00</DateFacture>\
             <DateReglement>{due_on}T00:00:00</DateReglement>\
             <StatutFacture>{state}</StatutFacture><Devise>MAD</Devise>\
             <MontantHT>{net}</MontantHT><MontantTTC>{gross}</MontantTTC>\
             <pn:FichierInfo><Fichier><Nom>INV{number}.pdf</Nom><Description>Facture</Description>\
             <Contenu>{DOCUMENT}</Contenu></Fichier></pn:FichierInfo></Facture>\
             <pn:Prestation><PrestationInfo><TypePrestation>AB</TypePrestation>\
             <TypeDocument>AB</TypeDocument><Reference>ABO</Reference>\
             <DateFin>{due_on}T00:00:00</DateFin></PrestationInfo></pn:Prestation>\
             </TransmissionFactureMessage></pn:TransmissionFacture>"
        ))
    }

    /// A UNM about an invoice of a notice.
    fn unm(&self, notice: &str, number: &str, said: Result<&str, &str>) -> String {
        let header = self.header("UNM", "R");
        let at = local(Timestamp::now()).strftime("%Y-%m-%dT%H:%M:%S").to_string();
        let (state, motive) = match said {
            Ok(motive) => ("1", motive),
            Err(motive) => ("0", motive),
        };
        let of = |tag: &str| escape(&text(notice, tag));
        let (transaction, reference) = (of("IdTransaction"), of("NumeroMessage"));
        let (client, number, code) = (of("IdentifiantDouane"), escape(number), escape(&self.code));
        format!(
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<pn:NotificationRetour \
             xmlns:pn=\"http://portnet.ma/NotificationRetour\"><NotificationRetourMessage>{header}\
             <Integration><Etat>{state}</Etat><DateTraitement>{at}</DateTraitement>\
             <MotifReject>{motive}</MotifReject></Integration><DonneesPaiement>\
             <IdTransaction>{transaction}</IdTransaction>\
             <ReferencePartenaire>{reference}</ReferencePartenaire>\
             <NumeroFacture>{number}</NumeroFacture><IdentifiantDouane>{client}</IdentifiantDouane>\
             <IdentifiantPartenaire>{code}</IdentifiantPartenaire><Localite>NONE</Localite>\
             </DonneesPaiement></NotificationRetourMessage></pn:NotificationRetour>"
        )
    }
}

/// The beginning of an answer's body.
fn short(answer: &http::Answer) -> String {
    answer.as_text().chars().take(300).collect()
}
