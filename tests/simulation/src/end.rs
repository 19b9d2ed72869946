//! What must hold when a world has come to rest: nothing waits, nothing is lost, nothing happened
//! twice, and what issuers said ends as they said it, whatever the order.

use crate::laws::settled;
use crate::network::{Errand, Sender};
use crate::people::Told;
use crate::words::Does;
use crate::world::World;
use acquit_domain::pay::{FundsKind, FundsSource, NoticeState};
use acquit_domain::{InvoiceState, LetterKind, Media};
use sha2::{Digest, Sha256};

impl World<'_> {
    /// The promises about the end.
    ///
    /// # Errors
    /// The promise that is broken, and how.
    pub(crate) fn at_rest(&self) -> Result<(), String> {
        if self.works() {
            return Err("P7 accounted: a node still works".to_owned());
        }
        if let Some(what) = self.store.waits() {
            return Err(format!("P1 ends by clock: {what}"));
        }
        self.sent()?;
        self.money()?;
        self.issuers_told()?;
        if self.messages_only { self.foretold() } else { Ok(()) }
    }

    /// Everything sent was answered, in the words of its standard, and its bytes are kept.
    fn sent(&self) -> Result<(), String> {
        for (at, sending) in self.sendings.iter().enumerate() {
            let Some(answer) = &sending.answered else {
                return Err(format!("P8 answered: nobody answers {}", self.sentence(at)));
            };
            let Errand::Message { bytes, .. } = &sending.errand else { continue };
            let sha256: [u8; 32] = Sha256::digest(bytes).into();
            if !self.store.bytes.contains(&sha256) {
                return Err(format!("P1 never lost: no bytes of {}", self.sentence(at)));
            }
            let edifact = bytes.starts_with(b"UNA");
            let unm = bytes.starts_with(b"<?xml");
            let (kind, wanted) = match (edifact, unm) {
                (true, _) => (LetterKind::Contrl, 1),
                (_, false) => (LetterKind::Acc, 1),
                _ => (LetterKind::Acc, 0),
            };
            let got = answer.letters.iter().filter(|(other, _)| *other == kind).count();
            if got != wanted {
                let text = format!("{got} {} for {}", kind.key(), self.sentence(at));
                return Err(format!("P8 answered: {text}"));
            }
            let media = |(letter, _): &&(acquit_domain::Letter, bool)| {
                letter.kind == kind && letter.media == Media::Unknown
            };
            if self.store.letters.values().any(|one| media(&one)) {
                return Err("P8 answered: a letter of no standard".to_owned());
            }
            if sending.sender != Sender::Issuer {
                return Err("P8 answered: a message of nobody".to_owned());
            }
        }
        Ok(())
    }

    /// What was taken is held, and what is held was told, to the centime.
    fn money(&self) -> Result<(), String> {
        let funds = &self.store.held.payments.funds;
        if let Some(lost) = self.truths.taken.iter().find(|key| !funds.contains_key(*key)) {
            return Err(format!("P1 never lost: money of {}", lost.transaction));
        }
        for one in funds.values() {
            if matches!(one.source, FundsSource::Operator | FundsSource::Issuer) {
                continue;
            }
            let key = (one.key.provider.clone(), one.key.transaction.clone(), one.key.kind);
            let told = self.truths.told.get(&key);
            let amount = (one.amount_minor, one.currency.code());
            let said = told.is_some_and(|told| {
                told.iter().any(|(minor, code)| (*minor, code.as_str()) == amount)
                    || one.key.kind == FundsKind::Reversal
                        && told.iter().any(|(minor, _)| one.amount_minor <= *minor)
            });
            if !said {
                let text = format!("{} of {}", one.amount_minor, one.key.transaction);
                return Err(format!("P14 exact: nobody told {text}"));
            }
        }
        Ok(())
    }

    /// Whoever was paid knows, or an operator knows why not.
    fn issuers_told(&self) -> Result<(), String> {
        for invoice in self.store.held.invoices.values() {
            if invoice.state == InvoiceState::InProcess {
                let number = &invoice.key.number;
                return Err(format!("P1 ends by clock: {number} is in process for ever"));
            }
            if invoice.state != InvoiceState::AwaitingIssuer {
                continue;
            }
            let rests = |notice: &&acquit_domain::pay::Notice| {
                let about = notice.lines.iter().any(|line| line.invoice == invoice.key);
                about && notice.state != NoticeState::Created
            };
            let known = self.store.held.payments.notices.values().any(|one| rests(&one));
            if !known || !settled(invoice.state) {
                return Err(format!("P9 told: {} waits for nobody", invoice.key.number));
            }
        }
        Ok(())
    }

    /// Where only issuers spoke, the end is foretold by what they said, not by its order.
    fn foretold(&self) -> Result<(), String> {
        for (key, told) in &self.told {
            let Some(held) = self.store.held.invoices.get(key) else {
                // Its client never became known: it was refused in the end, as agreed.
                if told.issuer == "SIMKNOWN" {
                    continue;
                }
                return Err(format!("P1 never lost: invoice {}", key.number));
            };
            let (state, disputed, gross) = end_of(told);
            let end = (held.state, held.flags.disputed, held.gross.minor);
            if told.issuer != "SIMKNOWN" && end != (state, disputed, gross) {
                let text =
                    format!("{} ends {end:?}, not {:?}", key.number, (state, disputed, gross));
                return Err(format!("P3 converges: {text}"));
            }
        }
        Ok(())
    }
}

/// The reference model, from the comments of `lifecycle.toml`: paid beats cancelled beats open,
/// both together are disputed, and the content written last is held.
fn end_of(told: &Told) -> (InvoiceState, bool, i64) {
    let says = |does| told.claims.iter().any(|claim| claim.does == does);
    let (paid, cancelled) = (says(Does::Pays), says(Does::Cancels));
    let state = match (paid, cancelled) {
        (true, _) => InvoiceState::Paid,
        (false, true) => InvoiceState::Cancelled,
        _ => InvoiceState::Open,
    };
    let brings = |does| matches!(does, Does::Brings | Does::Replaces);
    let contents = told.claims.iter().filter(|claim| brings(claim.does));
    let newest = contents.max_by_key(|claim| claim.at);
    (state, paid && cancelled, newest.map_or(0, |claim| claim.gross_minor))
}
