//! Keys, parties, alerts.

use super::take;
use crate::sample;
use acquit_domain::outcome::Alert;
use acquit_domain::{Party, Role, Timestamp};
use acquit_store::{KeyHolder, PartyFilter, Store};

/// Keys are found by their hash, and end when revoked.
pub async fn keys_are_held_and_revoked(store: &Store) {
    let holder = KeyHolder {
        party: sample::party("MARSA"),
        role: Role::Issuer,
        label: "first".to_owned(),
        created_at: Timestamp(5),
        revoked_at: None,
    };
    let hash = sample::sha256(b"key");
    assert!(store.add_key(hash, holder.clone()).await.expect("added"));
    assert!(!store.add_key(hash, holder.clone()).await.expect("there already"));
    assert_eq!(store.key(hash).await.expect("asked"), Some(holder.clone()));
    assert_eq!(store.key([0; 32]).await.expect("asked"), None);
    assert!(store.revoke_key(hash, Timestamp(9)).await.expect("revoked"));
    assert!(!store.revoke_key(hash, Timestamp(10)).await.expect("revoked already"));
    let revoked = KeyHolder { revoked_at: Some(Timestamp(9)), ..holder };
    assert_eq!(store.keys().await.expect("listed"), [revoked]);
}

/// Parties are found by each field; meeting one again does not spoil what is known of it.
pub async fn parties_are_looked_up(store: &Store) {
    let mut marsa =
        Party::named(sample::party("6110D00116"), Role::Issuer, "MARSA MAROC".to_owned());
    marsa.rc = "40327".to_owned();
    marsa.rc_centre = "CASABLANCA".to_owned();
    marsa.ifu = "1084523".to_owned();
    marsa.cin = "BE1".to_owned();
    marsa.address = "175 Bd Zerktouni".to_owned();
    let anp = Party::named(sample::party("ANP"), Role::Issuer, "AGENCE DES PORTS".to_owned());
    store.put_parties(vec![marsa.clone(), anp.clone()]).await.expect("written");
    let check = |change: fn(&mut PartyFilter), expected: Vec<Party>| async move {
        let mut filter = PartyFilter::default();
        change(&mut filter);
        assert_eq!(store.parties(filter.clone(), 10).await.expect("found"), expected, "{filter:?}");
    };
    check(|_| (), vec![marsa.clone(), anp.clone()]).await;
    check(|f| f.q = "marsa".to_owned(), vec![marsa.clone()]).await;
    check(|f| f.q = "%".to_owned(), vec![]).await;
    check(|f| f.code = "ANP".to_owned(), vec![anp.clone()]).await;
    check(|f| f.name = "ports".to_owned(), vec![anp.clone()]).await;
    check(|f| f.rc = "40327".to_owned(), vec![marsa.clone()]).await;
    check(|f| f.rc_centre = "RABAT".to_owned(), vec![]).await;
    check(|f| f.ifu = "1084523".to_owned(), vec![marsa.clone()]).await;
    check(|f| f.cin = "BE1".to_owned(), vec![marsa.clone()]).await;
    check(|f| f.address = "zerktouni".to_owned(), vec![marsa.clone()]).await;
    check(|f| f.role = Some(Role::Client), vec![]).await;

    let mut outcome = sample::outcome(1);
    outcome.parties = vec![Party::named(marsa.code.clone(), Role::Client, "M".to_owned())];
    take(store, vec![outcome]).await;
    assert_eq!(store.party(marsa.code.clone()).await.expect("found"), Some(marsa));
}

/// Alerts are given in the order they were raised.
pub async fn alerts_are_listed(store: &Store) {
    let mut outcome = sample::outcome(1);
    let alert = |code: &str| Alert {
        code: code.to_owned(),
        text: "look".to_owned(),
        at: Timestamp(3),
        exchange: Some(outcome.parcel.id),
    };
    let raised = vec![alert("reference.reuse"), alert("conflict.control_ref")];
    outcome.alerts = raised.clone();
    take(store, vec![outcome]).await;
    let listed = store.alerts(0, 10).await.expect("listed");
    assert_eq!(listed.iter().map(|(_, alert)| alert.clone()).collect::<Vec<_>>(), raised);
    assert_eq!(store.alerts(listed[0].0, 10).await.expect("listed").len(), 1);
}
