//! Moving a house from a file to a server: all of it, or nothing.

use crate::conformance::operator;
use crate::run;
use crate::sample::{self, Folder};
use crate::server::{Database, asker};
use acquit_domain::{Invoice, Timestamp};
use acquit_store::{Error, InvoiceFilter, PageRequest, Sort, Store};
use ed25519_dalek::SigningKey;
use std::path::Path;

/// A house with invoices, letters, documents, checkpoints and money.
fn filled(path: &Path) {
    crate::money::filled(path);
    run(async {
        let store = Store::open(path).expect("a store");
        let mut outcomes: Vec<_> = (100..140).map(sample::outcome).collect();
        let issuer = sample::issuer(100);
        let name = format!("00000000000000#{issuer}#20260101000000#facture.pdf");
        outcomes[0].documents = vec![sample::document(&outcomes[0], &name, b"%PDF")];
        crate::conformance::take(&store, outcomes).await;
        let key = SigningKey::from_bytes(&[3; 32]);
        store.checkpoint(&key, Timestamp(1)).await.expect("signed").expect("rows");
    });
}

async fn invoices(store: &Store) -> Vec<Invoice> {
    let (filter, page) = (InvoiceFilter::default(), PageRequest { limit: 200, after: None });
    let found = store.invoices(&operator(), &filter, Sort::default(), &page).await;
    found.expect("read").items
}

#[test]
fn a_house_moves_whole() {
    let Some(database) = Database::new() else { return };
    let folder = Folder::new("moving");
    let path = folder.file("store.db");
    filled(&path);
    let before = run(async {
        let store = Store::open_reader(&path).expect("a store");
        (invoices(&store).await, store.totals().await.expect("read"))
    });
    run(async {
        let copied = Store::copy_to_server(path.clone(), database.url.clone(), |_| ()).await;
        let copied = copied.expect("copied");
        let rows = |name: &str| copied.iter().find(|one| one.table == name).map(|one| one.rows);
        assert_eq!(rows("checkpoints"), Some(1));
        assert_eq!(rows("receipts"), Some(1));
        let store = Store::connect(&database.url).await.expect("a store");
        assert_eq!(invoices(&store).await, before.0);
        assert_eq!(store.totals().await.expect("read"), before.1);
        let kept = store.checkpoints().await.expect("read");
        let report = store.verify(sample::HASHES, kept).await.expect("a report");
        assert!(report.holds(), "{:?}", report.breaks);
        // Life goes on, with numbers nobody has.
        crate::conformance::take(&store, (200..210).map(sample::outcome).collect()).await;
        let report = store.verify(sample::HASHES, Vec::new()).await.expect("a report");
        assert!(report.holds(), "{:?}", report.breaks);
    });
}

#[test]
fn a_house_moves_into_an_empty_one_only() {
    let Some(database) = Database::new() else { return };
    let folder = Folder::new("moving-twice");
    let path = folder.file("store.db");
    filled(&path);
    let copy = || run(Store::copy_to_server(path.clone(), database.url.clone(), |_| ()));
    copy().expect("copied");
    let refused = copy().err();
    let is_full =
        |error: &Error| matches!(error, Error::Open { reason, .. } if reason.contains("not empty"));
    assert!(refused.as_ref().is_some_and(is_full), "{refused:?}");
    let held = Store::open(&path).expect("a store");
    assert!(matches!(copy(), Err(Error::InUse { .. })), "an engine holds it");
    drop(held);
}

#[test]
fn nothing_of_an_interrupted_move_stays() {
    let Some(database) = Database::new() else { return };
    let folder = Folder::new("moving-cut");
    let path = folder.file("store.db");
    filled(&path);
    let cut = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity
        WHERE datname = current_database() AND pid <> pg_backend_pid()";
    let ask = asker(&database);
    let mut steps = 0;
    let interrupted = run(Store::copy_to_server(path.clone(), database.url.clone(), move |_| {
        steps += 1;
        if steps == 12 {
            ask(cut);
        }
    }));
    assert!(matches!(interrupted, Err(Error::Unavailable(_))), "{interrupted:?}");
    assert_eq!(database.ask("SELECT count(*) FROM exchanges"), ["0"]);
    run(Store::copy_to_server(path, database.url.clone(), |_| ())).expect("begun again");
}

#[test]
fn a_server_that_holds_something_else_is_found_out() {
    let Some(database) = Database::new() else { return };
    let folder = Folder::new("moving-unequal");
    let path = folder.file("store.db");
    filled(&path);
    drop(run(Store::connect(&database.url)).expect("tables"));
    database.ask(
        "CREATE FUNCTION spoil() RETURNS trigger LANGUAGE plpgsql AS
           $$ BEGIN NEW.observation := 'x'; RETURN NEW; END $$;
         CREATE TRIGGER spoils BEFORE INSERT ON exchanges FOR EACH ROW EXECUTE FUNCTION spoil()",
    );
    let spoilt = run(Store::copy_to_server(path, database.url.clone(), |_| ()));
    assert_eq!(spoilt, Err(Error::Unequal("exchanges".to_owned())));
    assert_eq!(database.ask("SELECT count(*) FROM invoices"), ["0"]);
}
