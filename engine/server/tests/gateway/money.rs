//! What an operator hands in over HTTP: settlements under either name of a provider, and files of
//! cheques, told to people in their words.

use crate::house::House;

const SETTLEMENT: &str = "transaction;order;reference;type;amount;currency;fee;date;operator\n\
    T1;;;paid;10.00;MAD;;2026-11-23;\n";

#[test]
fn a_settlement_under_either_name() {
    let house = House::open(&[]);
    for named in ["cmi", "CMI", "nobody"] {
        let taken = house.hand_in(&format!("/v1/settlements/{named}"), SETTLEMENT);
        let day = house.get(&format!("/v1/settlements/{named}/2026-11-23"));
        match named {
            "nobody" => assert_eq!((taken.status, day["status"].as_u64()), (404, Some(404))),
            _ => {
                assert_eq!(taken.json()["items"][0]["provider"], "CMI", "{taken:?}");
                assert_eq!(day["file"], "10.00", "{day}");
            }
        }
    }
    house.stop();
}

#[test]
fn a_cheque_is_told_in_words() {
    let house = House::open(&[]);
    house.invoice("00069321");
    let order = house.pay("00069321", "cheque");
    let line = format!("{};REM1;3600.00;paid\n", order["number"].as_str().unwrap());
    let taken = house.hand_in("/v1/cheques", &line);
    assert_eq!(taken.json()["loaded"], 1, "{taken:?}");
    let invoice = house.get("/v1/invoices/6110D00116/00069321");
    let rows = invoice["exchanges"].as_array().unwrap();
    let told = rows.iter().any(|row| row["observation"] == "Encaissement: Chèque");
    assert!(told, "{rows:?}");
    house.stop();
}
