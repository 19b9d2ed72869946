//! Rows of `tests/badinputs` about callbacks: their identifiers stand behind each line.

use crate::cmi::{KEY, callback, cmi, oid};
use crate::house::House;

/// Sends a callback to a house with one payment that is begun; the answer, and what came of it.
#[track_caller]
fn check(change: impl Fn(&str) -> String, status: u16, body: &str, effects: usize) {
    let house = House::open(&[("cmi", cmi("http://127.0.0.1:1"))]);
    house.invoice("00069321");
    let order = house.pay("00069321", "cmi.card");
    let answer = house.form("/callbacks/cmi", &change(&oid(&order)));
    assert_eq!((answer.status, answer.body.as_str()), (status, body));
    assert_eq!(house.state(&order).1, effects);
    house.stop();
}

/// A callback with a text replaced after it was signed.
fn torn(oid: &str, from: &str, to: &str) -> String {
    callback(oid, &[]).replace(from, to)
}

#[test]
fn forms_that_are_not_believed() {
    check(|oid| torn(oid, "&HASH=", "&HASH=AAAA&HASH="), 200, "FAILURE", 0); // C005
    // C006
    check(|oid| torn(oid, "amount=3600.00", "amount=1.00&amount=3600.00"), 200, "FAILURE", 0);
    // C007
    check(|oid| torn(oid, "amount=3600.00", "Amount=1.00&amount=3600.00"), 200, "FAILURE", 0);
    check(|oid| torn(oid, "amount=", "amounu="), 200, "FAILURE", 0); // C008
    let swapped = |oid: &str| {
        let from = format!("oid={oid}&rnd=abc");
        torn(oid, &from, &format!("oic={oid}&oid=abc"))
    };
    check(swapped, 200, "FAILURE", 0); // C009
    // C027
    check(|oid| callback(oid, &[("rnd", "abc")]).replace("abc", "%ZZ%C3%28"), 200, "FAILURE", 0);
    check(|oid| torn(oid, "amount=3600.00", "amount=36.00"), 200, "FAILURE", 0);
}

#[test]
fn forms_that_say_something_else() {
    check(|oid| callback(oid, &[("amount", "36.00")]), 200, "FAILURE", 0); // C010
    check(|oid| callback(oid, &[("currency", "978")]), 200, "FAILURE", 0); // C011
    check(|oid| callback(oid, &[("clientid", "600000002")]), 200, "FAILURE", 0); // C012
    check(|oid| callback(oid, &[("ProcReturnCode", "05")]), 200, "APPROVED", 0); // C015
    check(|oid| callback(oid, &[("ProcReturnCode", "00\n")]), 200, "APPROVED", 0); // C019
    check(|oid| callback(oid, &[("ProcReturnCode", "000")]), 200, "APPROVED", 0); // C019
    check(|oid| callback(oid, &[("ProcReturnCode", "")]), 200, "APPROVED", 0); // C016
    check(|oid| callback(oid, &[("rnd", "a|b\\c")]), 200, "ACTION=POSTAUTH", 1); // C021
    check(|oid| callback(oid, &[("amount", "3600,00")]), 200, "FAILURE", 0); // C022
    check(|oid| callback(oid, &[("amount", "3600")]), 200, "ACTION=POSTAUTH", 1); // C022
    check(|oid| callback(oid, &[("mdStatus", "0")]), 200, "APPROVED", 0);
    check(|_| callback("PN0000009999-1", &[]), 200, "FAILURE", 0);
}

#[test]
fn a_refusal_and_then_a_payment() {
    let house = House::open(&[("cmi", cmi("http://127.0.0.1:1"))]);
    house.invoice("00069321");
    let order = house.pay("00069321", "cmi.card");
    let refused = callback(&oid(&order), &[("ProcReturnCode", "05")]);
    assert_eq!(house.form("/callbacks/cmi", &refused).body, "APPROVED"); // C017
    let paid = callback(&oid(&order), &[]);
    assert_eq!(house.form("/callbacks/cmi", &paid).body, "ACTION=POSTAUTH");
    assert_eq!(house.state(&order), ("captured".to_owned(), 1));
    house.stop();
}

#[test]
fn what_is_refused_before_it_is_read() {
    let house = House::open(&[("cmi", cmi("http://127.0.0.1:1"))]);
    let large = house.form("/callbacks/cmi", &"a=b&".repeat(100_000)); // C025
    assert_eq!((large.status, large.code().as_str()), (413, "LIM-BODY"));
    let asked = house.send("GET /callbacks/cmi", "", b""); // C028
    assert_eq!((asked.status, asked.code().as_str()), (405, "HTTP-405"));
    for path in ["/callbacks/nobody", "/callbacks/cmi/status", "/callbacks/cmi/operation"] {
        assert_eq!(house.form(path, "a=b").status, 404, "{path}");
    }
    let mut closed = cmi("http://127.0.0.1:1");
    closed.keys.clear();
    let house = House::open(&[("cmi", closed)]);
    assert!(!callback("x", &[]).contains(KEY));
    assert_eq!(house.form("/callbacks/cmi", &callback("PN0000000001-1", &[])).body, "FAILURE");
    let mut elsewhere = cmi("http://127.0.0.1:1");
    elsewhere.from = vec!["192.0.2.1".parse().unwrap()];
    let house = House::open(&[("cmi", elsewhere)]);
    house.invoice("00069321");
    let order = house.pay("00069321", "cmi.card");
    let paid = callback(&oid(&order), &[]);
    assert_eq!(house.form("/callbacks/cmi", &paid).body, "FAILURE");
    assert_eq!(house.state(&order).1, 0);
}
