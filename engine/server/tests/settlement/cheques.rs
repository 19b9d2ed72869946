//! Files of cheques into payments, and the lines the bank gets back.

use crate::house::{BANKS, house};
use crate::records::statement;
use acquit_domain::InvoiceState;
use acquit_server::settlement;

#[tokio::test]
async fn cheques_come_back_with_motives() {
    let mut house = house();
    house.start(BANKS, "00080001", "cheque", "CHQ-0001").await;
    house.start(BANKS, "00080002", "cheque", "CHQ-0002").await;
    house.start(BANKS, "00080003", "cheque", "CHQ-0003").await;
    house.start(BANKS, "00080004", "cheque", "CHQ-0004").await;
    let text = "CHQ-0001;REM-1;100.00;paid\r\nCHQ-0002;REM-1;90.00;paid\r\n\
                CHQ-0003;REM-1;100.00;unpaid\r\nCHQ-9;|REM;1|;5.00;paid\r\n";
    let take = async |text: &str| {
        let parcel = house.parcel("BANK", text.as_bytes());
        settlement::cheques(&house.engine, &house.cashier, parcel).await.unwrap().0
    };
    let told = take(text).await;
    assert_eq!((told.lines, told.loaded), (4, 2));
    assert_eq!(
        told.rejects_file(),
        "CHQ-0002;REM-1;90.00;paid;NoAccountMoveLineFound OR AmountError\r\n\
         CHQ-9;|REM;1|;5.00;paid;NoPaymentFound\r\n"
    );
    assert_eq!(house.state(BANKS, "00080001").await, InvoiceState::AwaitingIssuer);
    assert_eq!(house.state(BANKS, "00080003").await, InvoiceState::Open);
    let told = take("CHQ-0001;REM-1;100.00;paid\r\n").await;
    assert_eq!(told.rejects_file(), "CHQ-0001;REM-1;100.00;paid;ReferenceDeliveryAlreadyExist\r\n");
    // A cheque that was paid comes back.
    let told = take("CHQ-0001;REM-2;100.00;unpaid\r\n").await;
    assert_eq!(told.loaded, 1);
    assert_eq!(house.state(BANKS, "00080001").await, InvoiceState::Open);
    // The statement tells the same a day later, and nothing goes back twice.
    let text = statement("241126", &[("03", "CHQ IMPAYE CHQ-0001", "B1", -10_000)], 0);
    let parcel = house.parcel("BANK", text.as_bytes());
    let (told, _) = settlement::statements(&house.engine, &house.cashier, parcel).await.unwrap();
    assert_eq!((told.known, told.suspended), (1, 0));
    // One that came back before it was cashed, told again when less was cashed: no effect.
    let told = take("CHQ-0004;REM-3;100.00;unpaid\r\n").await;
    assert_eq!(told.loaded, 1);
    let told = take("CHQ-0004;REM-4;90.00;paid\r\n").await;
    assert_eq!(told.rejects.len(), 1);
    let told = take("CHQ-0004;REM-3;100.00;unpaid\r\n").await;
    let again = "CHQ-0004;REM-3;100.00;unpaid;ReferenceDeliveryAlreadyExist\r\n";
    assert_eq!(told.rejects_file(), again);
    house.balances().await;
}
