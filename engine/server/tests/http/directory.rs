//! The directory people look for parties in: the rulebook's, from the first start on.

use crate::harness::SERVER;
use acquit_domain::{Party, PartyCode, Role};
use acquit_mapping::rulebook::Rulebook;
use acquit_server::{bootstrap, embedded};
use acquit_store::Store;

const ISSUER: (&str, Role) = ("6110D00116", Role::Issuer);
const OPERATOR: (&str, Role) = ("OPERATOR", Role::Operator);

/// Looks for parties and compares the codes found.
fn check(query: &str, party: (&'static str, Role), codes: &[&str]) {
    let answer = SERVER.get(&format!("/v1/parties?{query}"), party);
    assert_eq!(answer.status, 200, "{query}: {}", answer.body);
    let json = answer.json();
    let found: Vec<&str> =
        json["items"].as_array().unwrap().iter().filter_map(|one| one["code"].as_str()).collect();
    assert_eq!(found, codes, "{query}: {json}");
}

#[test]
fn parties_of_the_rulebook_are_found() {
    check("name=PORTNET", ISSUER, &["6110D00116"]);
    check("code=611AGEN001", ISSUER, &["611AGEN001"]);
    check("code=ANP", ISSUER, &["611AGEN001"]);
    check("q=veritas", ISSUER, &["BUREAU-VERITAS"]);
    check("code=6111000000017", ISSUER, &["6111000000017"]);
    check("code=290240", OPERATOR, &["290240"]);
    check("code=290240", ISSUER, &[]);
    check("code=CMI", OPERATOR, &["CMI"]);
}

#[tokio::test]
async fn what_messages_said_stays_where_the_book_says_nothing() {
    let book = Rulebook::load(&embedded::mappings()).unwrap();
    let store = Store::in_memory().unwrap();
    let code = PartyCode::new("290240").unwrap();
    let met = Party::named(code.clone(), Role::Client, "Autre nom".to_owned());
    store.put_parties(vec![Party { rc: "777".to_owned(), ..met }]).await.unwrap();
    for _ in 0..2 {
        bootstrap::put_directory(&store, &book).await.unwrap();
        let held = store.party(code.clone()).await.unwrap().unwrap();
        assert_eq!(held.name, "SATAA IMPORT EXPORT SARL AU");
        assert_eq!(held.rc, "777");
    }
}
