//! The pages that explain the calls and the codes.

use crate::harness::SERVER;
use acquit_mapping::rulebook::Rulebook;
use acquit_server::embedded;
use acquit_server::http::CODES;

#[test]
fn every_code_is_explained_where_links_lead() {
    let page = SERVER.call("GET /docs/codes", "", "", b"");
    assert_eq!(page.status, 200);
    assert!(page.head.contains("content-type: text/html"), "{}", page.head);
    let book = Rulebook::load(&embedded::mappings()).unwrap();
    let words = book.words.iter().map(|wording| wording.code.as_str());
    for code in words.chain(CODES.iter().map(|code| code.key())) {
        assert!(page.body.contains(&format!("<h3 id=\"{code}\">")), "{code}");
    }
    let section = page.body.split("<h3 id=\"BIZ-SUM\">").nth(1).unwrap();
    let section = section.split("<h3").next().unwrap();
    for text in ["APERAK AMT001", "Le TTC ne vaut pas", "The gross amount", "المبلغ"] {
        assert!(section.contains(text), "{text}: {section}");
    }
    let calls = SERVER.call("GET /docs", "", "", b"");
    assert!(calls.body.contains("href=\"/docs/codes\""));
}
