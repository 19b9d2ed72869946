//! A letter as a row of the table `letters`.

use crate::error::Result;
use crate::value::{Row, Value, fields};
use acquit_domain::letter::LetterState;
use acquit_domain::{Id, Letter, LetterKind, Media, PartyCode};

/// The columns [`letter_of`] reads, in its order.
macro_rules! letter_columns {
    () => {
        "l.seq, l.id, l.recipient, l.kind, l.reference, l.answers, l.media, l.body, \
         l.written_at, l.state"
    };
}
pub(crate) use letter_columns;

/// Writes a letter once.
pub(crate) const INSERT: &str = "INSERT INTO letters (
  id, exchange, recipient, kind, reference, answers, media, body, written_at, state, queued)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
ON CONFLICT DO NOTHING";

/// Says where a letter stands; nothing when somebody has said so for good.
pub(crate) const MARK: &str =
    "UPDATE letters SET state = $2 WHERE id = $1 AND state IN ('waiting', 'taken')";

/// The arguments of [`INSERT`]; `exchange` is the row that proves it, and a letter that is not
/// `queued` is kept, but waits for nobody.
pub(crate) fn insert_values(letter: &Letter, exchange: Option<Id>, queued: bool) -> Row {
    vec![
        letter.id.into(),
        exchange.into(),
        letter.to.as_str().into(),
        Value::Word(letter.kind.key()),
        letter.reference.as_str().into(),
        letter.answers.into(),
        Value::Word(letter.media.key()),
        Value::Blob(letter.body.clone()),
        letter.written_at.into(),
        Value::Word(letter.state.key()),
        queued.into(),
    ]
}

/// The media of a media type.
pub(crate) fn media_of(key: &str) -> Option<Media> {
    [Media::Edifact, Media::Xml, Media::Json, Media::Unknown]
        .into_iter()
        .find(|media| media.key() == key)
}

/// The position in the outbox and the letter of a row that has the columns of
/// `letter_columns!`.
pub(crate) fn letter_of(row: Row) -> Result<(i64, Letter)> {
    let mut row = fields("letters", row);
    let seq = row.int()?;
    let letter = Letter {
        id: row.id()?,
        to: row.word(PartyCode::new)?,
        kind: row.word(LetterKind::of)?,
        reference: row.text()?,
        answers: row.id_or_none()?,
        media: row.word(media_of)?,
        body: row.blob()?,
        written_at: row.time()?,
        state: row.word(LetterState::of)?,
    };
    Ok((seq, letter))
}
