//! The outbox: letters that wait for those who pull, and what became of them.

use crate::error::Result;
use crate::letter_row::{letter_columns, letter_of};
use crate::store::Store;
use crate::value::Value;
use acquit_domain::{Id, Letter, PartyCode};

/// Most letters in one answer.
pub const LETTERS_MAX: u32 = 200;

const WAITING: &str = concat!(
    "SELECT ",
    letter_columns!(),
    " FROM letters l WHERE l.recipient = $1 AND l.seq > $2 AND l.state = 'waiting' \
     AND l.queued = 1 ORDER BY l.seq LIMIT $3"
);

const OWN: &str =
    concat!("SELECT ", letter_columns!(), " FROM letters l WHERE l.id = $1 AND l.recipient = $2");

const TAKE: &str = "UPDATE letters SET state = 'taken'
WHERE id = $1 AND recipient = $2 AND state = 'waiting'";

const ANY: &str = concat!("SELECT ", letter_columns!(), " FROM letters l WHERE l.id = $1");

const AGAIN: &str = "UPDATE letters SET state = 'waiting', queued = 1,
  seq = (SELECT max(seq) + 1 FROM letters) WHERE id = $1";

impl Store {
    /// Letters waiting for a party, oldest first, after the position of the last one seen (0 for
    /// the start), each with its position.
    ///
    /// # Errors
    /// What the database says, or a row that cannot be.
    pub async fn outbox(
        &self,
        party: PartyCode,
        after: i64,
        limit: u32,
    ) -> Result<Vec<(i64, Letter)>> {
        self.read(move |link| {
            let args = [party.as_str().into(), after.into(), limit.min(LETTERS_MAX).into()];
            link.select(WAITING, &args)?.into_iter().map(letter_of).collect()
        })
        .await
    }

    /// One letter of a party, whatever became of it.
    ///
    /// # Errors
    /// What the database says, or a row that cannot be.
    pub async fn letter(&self, party: PartyCode, id: Id) -> Result<Option<Letter>> {
        self.read(move |link| {
            let rows = link.select(OWN, &[id.into(), party.as_str().into()])?;
            rows.into_iter().next().map(|row| Ok(letter_of(row)?.1)).transpose()
        })
        .await
    }

    /// Puts a letter back into the outbox, whatever became of it, after all others: who asks for
    /// what came after the last letter seen gets it too. `None` when there is no such letter. For
    /// operators.
    ///
    /// # Errors
    /// What the database says, or a row that cannot be.
    pub async fn resend(&self, id: Id) -> Result<Option<Letter>> {
        self.write(move |link| {
            link.execute(AGAIN, &[id.into()])?;
            let rows = link.select(ANY, &[id.into()])?;
            rows.into_iter().next().map(|row| Ok(letter_of(row)?.1)).transpose()
        })
        .await
    }

    /// Notes that letters of a party were delivered, in one transaction.
    ///
    /// # Errors
    /// What the database says.
    pub async fn taken_all(&self, party: PartyCode, ids: Vec<Id>) -> Result<()> {
        self.write(move |link| {
            for id in ids {
                link.execute(TAKE, &[id.into(), party.as_str().into()])?;
            }
            Ok(())
        })
        .await
    }

    /// Notes that a party took its letter. True also when it had taken it before; false when the
    /// party has no such letter.
    ///
    /// # Errors
    /// What the database says.
    pub async fn taken(&self, party: PartyCode, id: Id) -> Result<bool> {
        self.write(move |link| {
            let args: [Value; 2] = [id.into(), party.as_str().into()];
            let changed = link.execute(TAKE, &args)?;
            Ok(changed > 0 || !link.select(OWN, &args)?.is_empty())
        })
        .await
    }
}
