//! How fast a log is signed and checked: `cargo run --release --example audit_rate [MESSAGES]`.
//! The row hash is taken as it stands, so that only the store's own work is measured.
#![expect(clippy::print_stdout, reason = "a measurement prints")]
#![expect(clippy::unwrap_used, reason = "a measurement that fails may stop")]

#[path = "../tests/store/sample.rs"]
mod sample;

use acquit_domain::Timestamp;
use acquit_store::{Hashes, Store};
use ed25519_dalek::SigningKey;
use std::time::Instant;

/// Hashes that cost little: those that stand there.
const AS_THEY_STAND: Hashes = Hashes {
    row: |row| row.hash,
    invoice: |held| held.content,
    letter: sample::letter_hash,
    letters: sample::letters_hash,
};

fn main() {
    let messages = std::env::args().nth(1).map_or(100_000, |text| text.parse().unwrap());
    let folder = sample::Folder::new("audit-rate");
    let store = Store::open(&folder.file("store.db")).unwrap();
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).build().unwrap();
    runtime.block_on(async {
        for first in (0..messages).step_by(1000) {
            let batch = (first..(first + 1000).min(messages)).map(sample::outcome).collect();
            store.commit(batch).await.unwrap();
        }
        let from = Instant::now();
        let signer = SigningKey::from_bytes(&[3; 32]);
        let made = store.checkpoint(&signer, Timestamp(1)).await.unwrap().unwrap();
        println!("signed {} rows in {} ms", made.last_seq, from.elapsed().as_millis());
        let from = Instant::now();
        let report = store.verify(AS_THEY_STAND, vec![made.line()]);
        let report = report.await.unwrap();
        assert!(report.holds(), "{:?}", report.breaks);
        println!(
            "checked {} rows, {} invoices, {} files in {} ms",
            report.rows,
            report.invoices,
            report.blobs,
            from.elapsed().as_millis()
        );
    });
}
