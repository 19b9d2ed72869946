//! Letters: sent until they are taken, given up when that cannot help, always the same letter.

use crate::house::{House, letter};
use crate::peers::MailServer;
use acquit_domain::pay::{DeliveryState, FundsSource, News, NewsKind};
use acquit_domain::{Channel, Media};
use acquit_flow::Occurrence;
use acquit_server::shell::Arrival;

#[tokio::test(flavor = "multi_thread")]
async fn a_letter_is_the_same_letter_until_it_is_taken() {
    let server = MailServer::new(&["451 later\r\n", "451 later\r\n"]).await;
    let house = House::new(&server.config()).await;
    let sent = letter(7, "client@example.ma");
    house.deliver(sent.clone()).await;
    let once = house.until(sent.id, DeliveryState::Waiting, 1).await;
    assert!(once.last.contains("451"), "{once:?}");
    house.pass(59);
    house.pass(10);
    house.until(sent.id, DeliveryState::Waiting, 2).await;
    house.pass(340);
    let done = house.until(sent.id, DeliveryState::Done, 3).await;
    assert!(done.last.contains("queued"), "{done:?}");
    let ids = server.headers("Message-ID:");
    assert_eq!(ids.len(), 3);
    assert!(ids.iter().all(|id| *id == ids[0] && id.ends_with("@portal.example>")), "{ids:?}");
    let letters = server.letters();
    assert_eq!(letters[0], letters[2], "byte for byte");
    assert!(letters[0].contains("Content-Language: fr"));
    house.service.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_sent_is_given_up_and_told() {
    let server = MailServer::new(&["550 no\r\n"]).await;
    let house = House::new(&server.config()).await;
    let sent = letter(8, "nobody@example.ma");
    house.deliver(sent.clone()).await;
    house.until(sent.id, DeliveryState::Dead, 1).await;
    let alerts = crate::house::until(|| async {
        Some(house.alerts("mail.dead").await).filter(|alerts| !alerts.is_empty())
    });
    let alerts = alerts.await;
    assert_eq!(alerts.len(), 1, "{alerts:?}");
    assert!(alerts[0].contains("n***@example.ma") && !alerts[0].contains("nobody"), "{alerts:?}");

    let mut unknown = letter(9, "client@example.ma");
    "love".clone_into(&mut unknown.subject);
    house.deliver(unknown.clone()).await;
    house.until(unknown.id, DeliveryState::Dead, 1).await;
    assert_eq!(server.letters().len(), 1);
    house.service.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_confirmed_payment_is_told_with_its_receipt() {
    let server = MailServer::new(&[]).await;
    let house = House::new(&server.config()).await;
    let id = crate::deadlines::begun(&house, "00074001").await;
    let order = crate::deadlines::order(&house.store, id).await;
    let mut news = News::new("BANQUE", NewsKind::Booked, FundsSource::Statement);
    news.order.clone_from(&order.number);
    "BQ-74001".clone_into(&mut news.transaction);
    "cheque".clone_into(&mut news.means);
    news.amount = Some(order.total);
    let arrival = Arrival { media: Media::Json, ..Arrival::over(Channel::Http) };
    let parcel = arrival.parcel(&house.clock, b"{}".as_slice());
    let outcome = house.service.cashier.decide(parcel, Occurrence::News { news: vec![news] }).await;
    assert_eq!(outcome.expect("decided").payments.receipts.len(), 1);
    let letter = crate::house::until(|| async {
        server.letters().into_iter().find(|letter| letter.contains("filename=\"recu-2026-"))
    });
    let letter = letter.await;
    assert!(letter.contains("Content-Type: application/pdf"), "{letter}");
    assert!(letter.contains("To: client@example.ma") && letter.contains("JVBERi0"), "{letter}");
    house.service.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_mail_server_letters_end() {
    let house = House::new("").await;
    let sent = letter(10, "client@example.ma");
    house.deliver(sent.clone()).await;
    let dead = house.until(sent.id, DeliveryState::Dead, 1).await;
    assert_eq!(dead.last, "no mail server is set up");
    house.service.stop().await;
}
