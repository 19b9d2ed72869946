//! Payments: who sees what, what is due, what is delivered, days that are closed.

use super::pay_sample::{at, delivery, due, held, moved, next, orphan, paid, started};
use super::{operator, take, viewer};
use crate::sample;
use acquit_domain::pay::{
    CaseKind, Day, DeliveryState, LineClass, OrderState, SettlementLine, Subject,
};
use acquit_domain::time::date_from_days;
use acquit_domain::*;
use acquit_store::{CaseFilter, CommitResult, OrderFilter, Store, Subscription};

/// Orders, receipts and payment data are seen by their two parties and those who see everything.
pub async fn payments_of_tenants_are_apart(store: &Store) {
    let first = sample::outcome(1);
    let invoice = held(&first);
    let (start, order) = started(2, &invoice);
    let (pay, funds) = paid(3, &held(&start), &order);
    take(store, vec![first, start, pay.clone()]).await;
    let receipt = pay.payments.receipts[0].clone();
    let own = [
        viewer(Role::Client, &invoice.client.code),
        viewer(Role::Issuer, invoice.key.issuer.as_str()),
        viewer(Role::Portal, "PORTAL"),
        operator(),
    ];
    for viewer in own {
        let file = store.order(&viewer, order.id).await.expect("asked").expect("seen");
        assert_eq!(file.order, pay.payments.orders[0].after, "{viewer:?}");
        assert_eq!(
            (&file.funds[..], &file.receipts[..]),
            (&[funds.clone()][..], &[receipt.clone()][..])
        );
        assert_eq!(file.notices, [pay.payments.notices[0].after.clone()]);
        let money = store.payments_of(&viewer, &invoice.key).await.expect("asked").expect("seen");
        assert_eq!((money.orders, money.funds), (vec![file.order], vec![funds.clone()]));
        assert_eq!(store.receipt(&viewer, receipt.id).await, Ok(Some(receipt.clone())));
        let numbered = store.receipt_numbered(&viewer, receipt.number.clone()).await;
        assert_eq!(numbered, Ok(Some(receipt.clone())));
        let listed = store.orders(&viewer, OrderFilter::default(), 9).await.expect("listed");
        assert_eq!(listed.len(), 1);
    }
    let strangers = [
        viewer(Role::Client, "OTHER"),
        viewer(Role::Issuer, "OTHER"),
        viewer(Role::Client, invoice.key.issuer.as_str()),
        viewer(Role::Issuer, &invoice.client.code),
        viewer(Role::Provider, "FATOURATI"),
    ];
    for viewer in strangers {
        assert_eq!(store.order(&viewer, order.id).await, Ok(None), "{viewer:?}");
        assert_eq!(store.payments_of(&viewer, &invoice.key).await, Ok(None), "{viewer:?}");
        assert_eq!(store.receipt(&viewer, receipt.id).await, Ok(None), "{viewer:?}");
        assert_eq!(store.orders(&viewer, OrderFilter::default(), 9).await, Ok(Vec::new()));
        let notice = pay.payments.notices[0].after.id;
        assert_eq!(store.notice(&viewer, notice).await, Ok(None), "{viewer:?}");
        assert_eq!(store.notices(&viewer, None, None, 9).await, Ok(Vec::new()), "{viewer:?}");
    }
}

/// Orders come in pages, the latest first, by state.
pub async fn orders_come_in_pages(store: &Store) {
    let mut made = Vec::new();
    for n in 1..=5 {
        let first = sample::outcome(n);
        let (mut start, _) = started(n + 100_000, &held(&first));
        if n == 2 {
            start.payments.orders[0].after.state = OrderState::Created;
        }
        made.push(start.payments.orders[0].after.clone());
        take(store, vec![first, start]).await;
    }
    made.sort_by_key(|order| std::cmp::Reverse(order.id));
    let page = store.orders(&operator(), OrderFilter::default(), 2).await.expect("listed");
    assert_eq!(page, made[..2]);
    let filter = OrderFilter { before: Some(page[1].id), state: None };
    assert_eq!(store.orders(&operator(), filter, 9).await.expect("listed"), made[2..]);
    let filter = OrderFilter { state: Some(OrderState::Created), before: None };
    assert_eq!(store.orders(&operator(), filter, 9).await.expect("listed").len(), 1);
}

/// Deadlines come in the order of time, and go with what they are about.
pub async fn deadlines_come_in_order(store: &Store) {
    assert_eq!(store.next_due().await, Ok(None));
    let first = sample::outcome(1);
    let (start, order) = started(2, &held(&first));
    let (pay, _) = paid(3, &held(&start), &order);
    take(store, vec![first, start]).await;
    assert_eq!(store.next_due().await, Ok(Some(at(86_400))));
    assert_eq!(store.due(at(86_399), 9).await, Ok(Vec::new()));
    let both = [
        (Subject::Attempt(order.id, 1), due(86_400, "expire").expect("a deadline")),
        (Subject::Order(order.id), due(90_000, "order_expired").expect("a deadline")),
    ];
    assert_eq!(store.due(at(90_000), 9).await.expect("asked"), both);
    assert_eq!(store.due(at(90_000), 1).await.expect("asked"), both[..1]);
    take(store, vec![pay.clone()]).await;
    let notice = pay.payments.notices[0].after.clone();
    assert_eq!(store.next_due().await, Ok(Some(at(93_600))));
    let left = [(Subject::Notice(notice.id), due(93_600, "silent").expect("a deadline"))];
    assert_eq!(store.due(at(100_000), 9).await.expect("asked"), left);
    let mut ended = moved(4, &held(&pay), |_| ());
    let mut after = notice.clone();
    after.due = None;
    ended.payments.notices = vec![next(after, notice.version)];
    take(store, vec![ended]).await;
    assert_eq!(store.next_due().await, Ok(None));
}

/// A delivery waits until it is taken or given up, and can be made to wait again.
pub async fn deliveries_wait_until_taken(store: &Store) {
    let first = sample::outcome(1);
    let mut told = moved(2, &held(&first), |_| ());
    let one = delivery(&told, told.parcel.id);
    let mut other = one.clone();
    other.id = told.parcel.id.derive(9, 2);
    other.due = None;
    other.created_at = at(1);
    told.payments.deliveries = vec![one.clone(), other.clone()];
    take(store, vec![first, told]).await;
    assert_eq!(store.next_delivery_due().await, Ok(Some(at(1))));
    let waiting = store.deliveries_due(at(2), 9).await.expect("asked");
    assert_eq!(waiting.iter().map(|one| one.id).collect::<Vec<_>>(), [other.id, one.id]);
    assert_eq!(waiting[1], one);
    assert_eq!(store.delivery_done(other.id, "250 ok".to_owned()).await, Ok(true));
    assert_eq!(store.delivery_done(other.id, "250 ok".to_owned()).await, Ok(false));
    let failed = store.delivery_failed(one.id, "421 later".to_owned(), Some(at(60))).await;
    assert_eq!(failed, Ok(true));
    assert_eq!(store.deliveries_due(at(59), 9).await, Ok(Vec::new()));
    let again = store.deliveries_due(at(60), 9).await.expect("asked");
    assert_eq!((again[0].tries, again[0].last.as_str()), (1, "421 later"));
    assert_eq!(store.delivery_failed(one.id, "550 no".to_owned(), None).await, Ok(true));
    assert_eq!(store.next_delivery_due().await, Ok(None));
    let dead = store.deliveries(true, None, 9).await.expect("listed");
    assert_eq!((dead.len(), dead[0].state), (1, DeliveryState::Dead));
    assert_eq!(store.deliveries(false, None, 9).await.expect("listed").len(), 2);
    assert_eq!(store.delivery_again(one.id, at(70)).await, Ok(true));
    assert_eq!(store.next_delivery_due().await, Ok(Some(at(70))));
}

/// Cases are listed by what is open and by kind.
pub async fn cases_are_listed(store: &Store) {
    let first = sample::outcome(1);
    let (told, _) = orphan(2, &held(&first), 500);
    let case = told.payments.cases[0].clone();
    take(store, vec![first, told]).await;
    let all = CaseFilter::default;
    let check = |filter: CaseFilter, hits: usize| async move {
        assert_eq!(store.cases(filter.clone(), 9).await.expect("listed").len(), hits, "{filter:?}");
    };
    check(all(), 1).await;
    check(CaseFilter { open: Some(true), ..all() }, 1).await;
    check(CaseFilter { open: Some(false), ..all() }, 0).await;
    check(CaseFilter { kind: Some(CaseKind::Double), ..all() }, 1).await;
    check(CaseFilter { kind: Some(CaseKind::Orphan), ..all() }, 0).await;
    check(CaseFilter { after: Some(case.id), ..all() }, 0).await;
    assert_eq!(store.case(case.id).await, Ok(Some(case)));
}

fn day(closed_at: Option<Timestamp>, file_minor: i64) -> Day {
    let line = |line: u32, class: LineClass| SettlementLine {
        line,
        transaction: format!("T{line}"),
        order: "PN0000000001".to_owned(),
        reference: String::new(),
        amount_minor: Some(500),
        ledger_minor: None,
        fee_minor: Some(0),
        day: Some(date_from_days(20_454)),
        class,
        funds: None,
        case: None,
        text: "lost callback".to_owned(),
    };
    Day {
        provider: "FATOURATI".to_owned(),
        on: date_from_days(20_454),
        currency: Currency::MAD,
        sha256: [5; 32],
        file_minor,
        ledger_minor: 0,
        fee_minor: 0,
        bank_minor: None,
        lines: vec![line(1, LineClass::ProviderOnly), line(2, LineClass::Duplicate)],
        closed_at,
    }
}

/// A day may be matched again until it is closed; then it never changes.
pub async fn closed_days_never_change(store: &Store) {
    let matched = |n: u64, day: Day| {
        let mut outcome = sample::empty(sample::parcel(n, n.to_be_bytes().to_vec()));
        outcome.payments.days = vec![day];
        outcome
    };
    take(store, vec![matched(1, day(None, 900))]).await;
    let mut shorter = day(Some(at(9)), 1000);
    shorter.lines.pop();
    take(store, vec![matched(2, shorter.clone())]).await;
    let held = store.settlement_day(shorter.provider.clone(), shorter.on, shorter.currency).await;
    assert_eq!(held, Ok(Some(shorter.clone())));
    let late = store.commit(vec![matched(3, day(None, 7))]).await.expect("answered");
    assert_eq!(late, [CommitResult::Conflict]);
    let bare = Day { lines: Vec::new(), ..shorter };
    assert_eq!(store.settlement_days(None, 9).await, Ok(vec![bare.clone()]));
    let own = store.settlement_days(Some("FATOURATI".to_owned()), 9).await;
    assert_eq!(own, Ok(vec![bare]));
    assert_eq!(store.settlement_days(Some("CMI".to_owned()), 9).await, Ok(Vec::new()));
}

/// Subscriptions belong to their party, and move on with the deliveries they make.
pub async fn subscriptions_move_on(store: &Store) {
    let outcome = sample::outcome(1);
    let mut own = Subscription {
        id: outcome.parcel.id,
        viewer: viewer(Role::Client, "C1"),
        url: "https://example.ma/hook".to_owned(),
        secret: "sealed".to_owned(),
        types: vec!["invoice.paid".to_owned()],
        created_at: at(1),
        disabled_at: None,
        told: 0,
    };
    assert_eq!(store.add_subscription(own.clone()).await, Ok(true));
    assert_eq!(store.add_subscription(own.clone()).await, Ok(false));
    assert_eq!(store.subscriptions(&own.viewer).await, Ok(vec![own.clone()]));
    assert_eq!(store.subscriptions(&operator()).await, Ok(vec![own.clone()]));
    assert_eq!(store.subscriptions(&viewer(Role::Client, "C2")).await, Ok(Vec::new()));
    let to = vec![delivery(&outcome, own.id)];
    assert_eq!(store.tell_subscription(own.id, 3, 9, to.clone()).await, Ok(false));
    assert_eq!(store.next_delivery_due().await, Ok(None), "nothing was made");
    assert_eq!(store.tell_subscription(own.id, 0, 9, to).await, Ok(true));
    assert_eq!(store.deliveries(false, None, 9).await.expect("listed").len(), 1);
    own.told = 9;
    own.disabled_at = Some(at(7));
    own.types.clear();
    assert_eq!(store.change_subscription(own.clone()).await, Ok(true));
    assert_eq!(store.subscription(own.id).await, Ok(Some(own.clone())));
    let stranger = viewer(Role::Client, "C2").party;
    assert_eq!(store.remove_subscription(stranger, own.id).await, Ok(false));
    assert_eq!(store.remove_subscription(own.viewer.party.clone(), own.id).await, Ok(true));
    assert_eq!(store.subscription(own.id).await, Ok(None));
}
