//! Killed between the parts of a large interchange, the server loses nothing, does nothing twice,
//! and answers once.

use crate::server::{Home, Server, call, keys};
use acquit_domain::{Direction, Function, Id, PartyCode, Role, Verdict};
use acquit_server::service::DATABASE_FILE;
use acquit_store::{ExchangeFilter, Store, Viewer};
use std::collections::BTreeMap;
use std::fmt::Write;
use std::thread;
use std::time::{SystemTime, UNIX_EPOCH};

/// Messages of the interchange: ten parts.
const MESSAGES: usize = 5_000;

/// Parts that are not the last.
const PARTS: u32 = 9;

/// An interchange of many invoices, each with a number of its own.
pub(crate) fn interchange(messages: usize) -> Vec<u8> {
    let sample = include_bytes!("../../../../samples/messages/invoic-d96a/original.edi");
    let text = String::from_utf8_lossy(sample);
    let (head, rest) = text.split_once("UNH+1+").expect("a message");
    let (message, _) = rest.split_once("UNT+35+1'").expect("an end");
    let mut whole = head.to_owned();
    for number in 1..=messages {
        let message = message.replace("00069321", &format!("K{number:07}"));
        let _ = writeln!(whole, "UNH+{number}+{message}UNT+35+{number}'");
    }
    let _ = writeln!(whole, "UNZ+{messages}+99990000000115'");
    whole.into_bytes()
}

/// The store of a server, looked at from outside.
struct Eye {
    store: Store,
    runtime: tokio::runtime::Runtime,
}

impl Eye {
    fn open(home: &Home) -> Eye {
        let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime");
        let path = home.data().join(DATABASE_FILE);
        Eye { store: Store::open_reader(&path).expect("a database"), runtime }
    }

    /// The unfinished parcel and how many of its parts are committed.
    fn unfinished(&self) -> Option<(Id, u32)> {
        self.runtime.block_on(async {
            let id = self.store.unfinished().await.expect("readable").pop()?;
            let parcel = self.store.unfinished_parcel(id).await.expect("readable")?;
            Some((id, parcel.parts))
        })
    }

    /// How often each invoice was taken, by the rows of the log.
    fn taken(&self) -> BTreeMap<String, usize> {
        let party = PartyCode::new("OPERATOR").expect("a code");
        let operator = Viewer { party, role: Role::Operator };
        let mut filter = ExchangeFilter::default();
        let mut taken = BTreeMap::new();
        loop {
            let rows = self.store.exchanges(&operator, &filter, 1000);
            let rows = self.runtime.block_on(rows).expect("readable");
            let Some(last) = rows.last() else { return taken };
            filter.after = last.seq;
            let accepted = rows.iter().map(|row| &row.exchange).filter(|row| {
                row.direction == Direction::In
                    && row.function == Function::Inv
                    && row.verdict == Verdict::Accepted
            });
            for row in accepted {
                let invoice = row.invoice.as_ref().expect("an invoice");
                *taken.entry(invoice.number.to_string()).or_insert(0) += 1;
            }
        }
    }

    /// The bodies of the letters that answered a parcel.
    fn letters(&self, parcel: Id) -> Vec<Vec<u8>> {
        let answer = self.runtime.block_on(self.store.answer(parcel)).expect("readable");
        answer.expect("answered").letters.into_iter().map(|letter| letter.body).collect()
    }
}

/// After how many parts the server is killed: another number each run, which is printed. Some
/// parts are always left, for the server goes on while the kill is under way.
#[expect(clippy::print_stdout, reason = "a test that failed says when it killed")]
fn moment() -> u32 {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).expect("after 1970").subsec_nanos();
    let parts = 1 + now / 1000 % (PARTS - 4);
    println!("killed after {parts} parts");
    parts
}

/// Waits for some parts, kills the server, and gives the parcel it was taking.
fn kill_between_parts(home: &Home, mut server: Server) -> Id {
    let parts = moment();
    (0..parts).for_each(|_| server.logged(&["a part was stored"]));
    server.kill();
    let (parcel, done) = Eye::open(home).unfinished().expect("killed before the last part");
    assert!((parts..=PARTS).contains(&done), "{done} parts are there");
    parcel
}

/// Every message once, and a log that proves itself.
fn check_once(home: &Home) {
    let taken = Eye::open(home).taken();
    assert_eq!(taken.len(), MESSAGES);
    assert!(taken.values().all(|times| *times == 1), "some messages were taken twice");
    let (code, text) = home.run(&["verify"]);
    assert_eq!(code, 0, "{text}");
}

#[test]
fn killed_between_parts_over_http() {
    let home = Home::new("crash-http");
    let [key] = keys(&home, [Role::Issuer]);
    let headers = format!(
        "Authorization: Bearer {key}\r\nContent-Type: application/edifact\r\n\
         Accept: application/edifact\r\n"
    );
    let server = Server::start(&home);
    let (address, sent) = (server.address.clone(), headers.clone());
    let posted =
        thread::spawn(move || call(&address, "POST /v1/inbox", &sent, &interchange(MESSAGES)));
    let parcel = kill_between_parts(&home, server);
    assert_eq!(posted.join().expect("no panic"), None, "answered before the end");

    let mut server = Server::start(&home);
    server.logged(&["the last part of a large parcel was stored"]);
    let eye = Eye::open(&home);
    assert_eq!(eye.unfinished(), None);
    check_once(&home);
    let letters = eye.letters(parcel);
    assert_eq!(letters.len(), 1);

    let again = call(&server.address, "POST /v1/inbox", &headers, &interchange(MESSAGES));
    let again = again.expect("an answer");
    let (head, body) = again.split_once("\r\n\r\n").expect("a head");
    assert!(head.starts_with("HTTP/1.1 200"), "{head}");
    assert_eq!(body.as_bytes(), letters[0]);
    check_once(&home);
}

#[test]
fn killed_between_parts_of_a_file() {
    let home = Home::new("crash-file");
    let server = Server::start(&home);
    home.drop_file("many.edi", &interchange(MESSAGES));
    let parcel = kill_between_parts(&home, server);
    assert_eq!(home.names("upload/new"), ["many.edi"]);

    let mut server = Server::start(&home);
    let taken = ["a file was settled", "many.edi", "taken"];
    server.logged_each(&[&taken, &["a letter was delivered"]]);
    assert_eq!(home.names("upload/cur"), ["many.edi"]);
    assert_eq!(home.names("upload/new"), [""; 0]);
    let delivered = home.names("download/new");
    assert_eq!(delivered.len(), 1, "{delivered:?}");
    let letter = std::fs::read(home.path("download/new").join(&delivered[0])).expect("a letter");
    assert_eq!([letter], *Eye::open(&home).letters(parcel));
    check_once(&home);
}
