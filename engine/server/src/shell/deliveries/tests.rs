//! When what failed is tried again, and what logs show.

use super::*;
use acquit_domain::pay::DeliveryState;

fn delivery(kind: DeliveryKind, tries: u32, dice: u128) -> Delivery {
    Delivery {
        id: Id(dice),
        kind,
        to: "a@b.example".to_owned(),
        subject: String::new(),
        language: String::new(),
        values: Vec::new(),
        receipt: None,
        state: DeliveryState::Waiting,
        tries,
        last: String::new(),
        due: None,
        created_at: Timestamp(0),
    }
}

/// Seconds until the next try after so many.
fn wait(kind: DeliveryKind, tries: u32, dice: u128, failed: &Failed) -> Option<i64> {
    next(&delivery(kind, tries, dice), failed, Timestamp(0)).map(|at| at.0 / SECOND)
}

#[test]
fn waits_grow_to_a_day_and_end() {
    let later = Failed { again: true, after: None };
    let all = |kind, dice| -> Vec<i64> {
        (0..20).map_while(|tries| wait(kind, tries, dice, &later)).collect()
    };
    assert_eq!(all(DeliveryKind::Mail, 0), [60, 300, 1800, 7200, 21_600, 43_200, 86_400]);
    let webhook = all(DeliveryKind::Webhook, 0);
    assert_eq!(webhook, [5, 300, 1800, 7200, 18_000, 36_000, 50_400, 72_000, 86_400]);
    assert_eq!(all(DeliveryKind::Mail, 0xff)[..2], [66, 330], "a tenth later at most");
}

#[test]
fn the_other_side_is_listened_to() {
    let after = Some(Duration::from_secs(1000));
    assert_eq!(wait(DeliveryKind::Webhook, 0, 0, &Failed { again: true, after }), Some(1000));
    assert_eq!(wait(DeliveryKind::Webhook, 2, 0, &Failed { again: true, after }), Some(1800));
    assert_eq!(wait(DeliveryKind::Mail, 0, 0, &Failed { again: false, after }), None);
}

#[test]
fn logs_show_no_address() {
    assert_eq!(masked("client@example.ma"), "c***@example.ma");
    assert_eq!(masked("01J"), "01J");
}
