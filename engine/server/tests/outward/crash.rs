//! Killed with a letter on its way, the server sends it again: the same letter.

use crate::house::{letter, put, until};
use crate::peers::MailServer;
use acquit_domain::pay::DeliveryState;
use acquit_server::service::{DATABASE_FILE, open_store};
use acquit_server::shell::Clock;
use acquit_store::Store;
use std::path::Path;
use std::process::{Child, Command, Stdio};

fn serve(folder: &Path) -> Child {
    let mut command = Command::new(env!("CARGO_BIN_EXE_acquit"));
    command.current_dir(folder).env_clear().args(["serve", "--listen", "127.0.0.1:0"]);
    command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().expect("the program starts")
}

#[tokio::test(flavor = "multi_thread")]
async fn a_letter_survives_a_kill() {
    let folder = std::env::temp_dir().join(format!("acquit-outward-{}", std::process::id()));
    std::fs::create_dir_all(&folder).expect("a temporary folder");
    // It takes the first letter and never says so.
    let server = MailServer::new(&[""]).await;
    std::fs::write(folder.join("acquit.toml"), server.config()).expect("a configuration");
    let sent = letter(11, "client@example.ma");
    let store = open_store(&folder.join("data")).expect("a fresh store");
    put(&store, &Clock::System, sent.clone()).await;
    drop(store);

    let mut first = serve(&folder);
    until(|| async { (server.letters().len() == 1).then_some(()) }).await;
    first.kill().expect("it runs");
    first.wait().expect("it ends");

    let mut second = serve(&folder);
    until(|| async { (server.letters().len() == 2).then_some(()) }).await;
    let eye = Store::open_reader(&folder.join("data").join(DATABASE_FILE)).expect("a database");
    until(|| async {
        let all = eye.deliveries(false, None, 9).await.expect("listed");
        all.iter().find(|one| one.id == sent.id && one.state == DeliveryState::Done).map(|_| ())
    })
    .await;
    second.kill().expect("it runs");
    second.wait().expect("it ends");
    let ids = server.headers("Message-ID:");
    assert_eq!(ids[0], ids[1]);
    assert!(server.letters()[0] == server.letters()[1], "the same letter");
    let _ = std::fs::remove_dir_all(&folder);
}
