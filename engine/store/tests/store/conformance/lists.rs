//! The log, the feed, the outbox: order, cursors, and who sees what.

use super::{operator, take, viewer};
use crate::sample;
use acquit_domain::{Function, Role, Verdict};
use acquit_store::{ExchangeFilter, InvoiceFilter, PageRequest, Sort, Store};

/// Nobody is given another's rows, by any way in.
pub async fn tenants_are_apart(store: &Store) {
    let mut outcomes: Vec<_> = (0..60).map(sample::outcome).collect();
    for outcome in &mut outcomes {
        outcome.documents =
            vec![sample::document(outcome, "f.pdf", outcome.parcel.sha256.as_slice())];
    }
    take(store, outcomes.clone()).await;
    let (issuer, client) = (sample::issuer(1), sample::client(1));
    let viewers = [
        viewer(Role::Issuer, &issuer),
        viewer(Role::Client, &client),
        viewer(Role::Provider, &issuer),
        viewer(Role::Issuer, &client),
    ];
    for who in viewers {
        let mut seen = 0;
        for (n, outcome) in outcomes.iter().enumerate() {
            let invoice = &outcome.invoices[0].invoice;
            let own = match who.role {
                Role::Issuer => invoice.key.issuer == who.party,
                Role::Client => invoice.client.code == who.party.as_str(),
                _ => false,
            };
            seen += usize::from(own);
            let found = store.invoice(&who, &invoice.key).await.expect("asked");
            assert_eq!(found.is_some(), own, "{who:?} {n}");
            let rows = store.exchanges_of(&who, &invoice.key).await.expect("asked");
            assert_eq!(rows.is_some(), own, "{who:?} {n}");
            let document = store.document(&who, outcome.documents[0].id).await.expect("asked");
            assert_eq!(document.is_some(), own, "{who:?} {n}");
            let partner = outcome.exchanges[0].partner == who.party;
            let row = store.exchange(&who, outcome.exchanges[0].id).await.expect("asked");
            assert_eq!(row.is_some(), partner, "{who:?} {n}");
            let raw = store.raw(&who, outcome.exchanges[0].id).await.expect("asked");
            assert_eq!(raw.is_some(), partner, "{who:?} {n}");
            let letter = &outcome.letters[0];
            let letter_seen = store.letter(who.party.clone(), letter.id).await.expect("asked");
            assert_eq!(letter_seen.is_some(), letter.to == who.party);
        }
        let page = PageRequest { limit: 100, after: None };
        let all = store.invoices(&who, &InvoiceFilter::default(), Sort::default(), &page).await;
        assert_eq!(all.expect("searched").items.len(), seen, "{who:?}");
        let other = InvoiceFilter {
            issuer: Some(sample::issuer(2)),
            client: Some("C000000".to_owned()),
            ..InvoiceFilter::default()
        };
        let found = store.invoices(&who, &other, Sort::default(), &page).await.expect("searched");
        let permitted = found.items.iter().all(|invoice| match who.role {
            Role::Issuer => invoice.key.issuer == who.party,
            Role::Client => invoice.client.code == who.party.as_str(),
            _ => false,
        });
        assert!(permitted, "{who:?}");
        let events = store.events(&who, 0, 500).await.expect("asked");
        let expected = 2 * seen;
        let by_partner = who.role == Role::Provider;
        assert!(by_partner || events.rows.len() == expected, "{who:?}");
    }
}

/// The log is given whole, in order, both ways, and by each criterion.
pub async fn the_log_is_read_by_position(store: &Store) {
    let mut outcomes: Vec<_> = (0..40).map(sample::outcome).collect();
    outcomes[7].exchanges[1].verdict = Verdict::Rejected;
    take(store, outcomes.clone()).await;
    let mut filter = ExchangeFilter::default();
    let mut seen = Vec::new();
    loop {
        let rows = store.exchanges(&operator(), &filter, 7).await.expect("read");
        let Some(last) = rows.last() else { break };
        filter.after = last.seq;
        seen.extend(rows.into_iter().map(|row| row.seq));
    }
    assert_eq!(seen, (1..=80).collect::<Vec<i64>>());
    let newest = ExchangeFilter { before: Some(81), ..ExchangeFilter::default() };
    let rows = store.exchanges(&operator(), &newest, 2).await.expect("read");
    assert_eq!(rows.iter().map(|row| row.seq).collect::<Vec<_>>(), [80, 79]);

    let one = |filter: ExchangeFilter| async move {
        let rows = store.exchanges(&operator(), &filter, 1000).await.expect("read");
        rows.iter().map(|row| row.seq).collect::<Vec<_>>()
    };
    let verdict = Some(Verdict::Rejected);
    assert_eq!(one(ExchangeFilter { verdict, ..ExchangeFilter::default() }).await, [16]);
    let invoice = Some(sample::key_of(3));
    let number = invoice.as_ref().map(|key| key.number.clone());
    assert_eq!(one(ExchangeFilter { number, ..ExchangeFilter::default() }).await, [7, 8]);
    assert_eq!(one(ExchangeFilter { invoice, ..ExchangeFilter::default() }).await, [7, 8]);
    let function = Some(Function::Inv);
    assert_eq!(one(ExchangeFilter { function, ..ExchangeFilter::default() }).await.len(), 40);
    let partner = Some(sample::party(&sample::issuer(3)));
    let of_issuer =
        outcomes.iter().filter(|o| o.exchanges[0].partner.as_str() == sample::issuer(3));
    let expected = of_issuer.count() * 2;
    assert_eq!(one(ExchangeFilter { partner, ..ExchangeFilter::default() }).await.len(), expected);
}

/// The feed gives each move once, whatever the size of its pages, and says where it ends.
pub async fn the_feed_has_no_gaps(store: &Store) {
    let mut outcomes: Vec<_> = (0..30).map(sample::outcome).collect();
    for outcome in &mut outcomes {
        // The acknowledgement moves nothing.
        let moved = outcome.exchanges[0].clone();
        let row = &mut outcome.exchanges[1];
        (row.from, row.before) = (moved.to, moved.after);
    }
    let mut signal = store.watch();
    take(store, outcomes).await;
    assert_eq!(*signal.borrow_and_update(), 60);
    for limit in [1, 4, 1000] {
        let (mut after, mut seen) = (0, Vec::new());
        loop {
            let page = store.events(&operator(), after, limit).await.expect("read");
            seen.extend(page.rows.iter().map(|row| row.seq));
            after = page.next;
            if !page.more {
                break;
            }
        }
        assert_eq!(seen, (1..=60).step_by(2).collect::<Vec<i64>>());
        assert_eq!(after, 60);
    }
}

/// Letters wait until they are taken, each for its own party.
pub async fn letters_wait_until_taken(store: &Store) {
    let outcomes: Vec<_> = (0..40).map(sample::outcome).collect();
    take(store, outcomes.clone()).await;
    let to = outcomes[0].letters[0].to.clone();
    let own: Vec<_> = outcomes.iter().map(|o| &o.letters[0]).filter(|l| l.to == to).collect();
    let waiting = store.outbox(to.clone(), 0, 100).await.expect("read");
    assert_eq!(waiting.iter().map(|(_, letter)| letter).collect::<Vec<_>>(), own);
    let stranger = sample::party("STRANGER");
    assert!(!store.taken(stranger, own[0].id).await.expect("asked"));
    assert!(store.taken(to.clone(), own[0].id).await.expect("asked"));
    assert!(store.taken(to.clone(), own[0].id).await.expect("asked"), "a repeat is no error");
    let rest = store.outbox(to.clone(), 0, 100).await.expect("read");
    assert_eq!(rest.len(), own.len() - 1);
    let after = store.outbox(to.clone(), waiting[0].0, 100).await.expect("read");
    assert_eq!(after, rest);
    let last = rest.last().expect("others wait").0;
    let again = store.resend(own[0].id).await.expect("asked").expect("a letter");
    let after = store.outbox(to, last, 100).await.expect("read");
    assert_eq!(after.into_iter().map(|(_, letter)| letter).collect::<Vec<_>>(), [again]);
}
