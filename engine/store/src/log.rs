//! The exchange log and the feed of events made from it. Their cursor is the position in the
//! log, which has no gaps.

use crate::error::Result;
use crate::exchange_row::{exchange_columns, exchange_of};
use crate::link::Link;
use crate::parcel_row::{parcel_columns, parcel_of};
use crate::store::Store;
use crate::value::{Value, fields};
use crate::viewer::{Scope, Viewer};
use acquit_domain::{
    Exchange, Function, Id, InvoiceKey, InvoiceNumber, Parcel, PartyCode, Role, Verdict,
};

/// Most log rows in one answer.
pub const ROWS_MAX: u32 = 1000;

/// Log rows one question for events looks at; what it found nothing in is skipped by its cursor.
pub const EVENTS_SCANNED: i64 = 5000;

const ROWS: &str = concat!("SELECT ", exchange_columns!(), " FROM exchanges e WHERE ");

const PARCEL: &str = concat!(
    "SELECT ",
    parcel_columns!(),
    " FROM parcels p CROSS JOIN blobs b \
     WHERE p.id = $1 AND b.sha256 = p.sha256"
);

/// Rows that moved an invoice, and what was taken about its payment without moving it: attempts,
/// money, notices to issuers and their answers, requests.
const MOVED: &str = "e.state_to IS NOT NULL AND (coalesce(e.state_from, '') <> e.state_to \
     OR coalesce(e.status_before, '') <> coalesce(e.status_after, '') \
     OR (e.verdict = 'accepted' \
         AND e.function IN ('AMA', 'CMI', 'FAT', 'CHQ', 'VIR', 'PNM', 'UNM', 'DEM')))";

/// A row of the log with its position.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LogRow {
    /// Position in the log, from 1 without gaps.
    pub seq: i64,
    /// The row.
    pub exchange: Exchange,
}

/// What to look for in the log; an absent criterion excludes nothing.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ExchangeFilter {
    /// Only rows after this position, oldest first.
    pub after: i64,
    /// When given, only rows before this position, and newest first.
    pub before: Option<i64>,
    /// Partner concerned.
    pub partner: Option<PartyCode>,
    /// Invoice concerned.
    pub invoice: Option<InvoiceKey>,
    /// Number of the invoice concerned, whoever issued it.
    pub number: Option<InvoiceNumber>,
    /// « Fonction de la demande ».
    pub function: Option<Function>,
    /// What was decided.
    pub verdict: Option<Verdict>,
}

/// A piece of the feed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EventPage {
    /// Rows that moved an invoice or tell of its payment, oldest first.
    pub rows: Vec<LogRow>,
    /// Where to go on; larger than the position asked for when anything was looked at, even when
    /// no row is for this viewer.
    pub next: i64,
    /// True when the log goes on after `next`.
    pub more: bool,
}

impl Store {
    /// Log rows the viewer may see: operators all, others those they are the partner of.
    ///
    /// # Errors
    /// What the database says, or a row that cannot be.
    pub async fn exchanges(
        &self,
        viewer: &Viewer,
        filter: &ExchangeFilter,
        limit: u32,
    ) -> Result<Vec<LogRow>> {
        let (sql, args) = question(viewer, filter, limit.clamp(1, ROWS_MAX));
        self.read(move |link| rows(link, &sql, &args)).await
    }

    /// One log row; `None` when there is none the viewer may see.
    ///
    /// # Errors
    /// What the database says, or a row that cannot be.
    pub async fn exchange(&self, viewer: &Viewer, id: Id) -> Result<Option<LogRow>> {
        let viewer = viewer.clone();
        self.read(move |link| exchange(link, &viewer, id)).await
    }

    /// The bytes of the message a log row is about; `None` when there is no such row the viewer
    /// may see, or when the bytes came from somebody else.
    ///
    /// # Errors
    /// What the database says, or a row that cannot be.
    pub async fn raw(&self, viewer: &Viewer, id: Id) -> Result<Option<Vec<u8>>> {
        let viewer = viewer.clone();
        self.read(move |link| {
            let Some(LogRow { exchange, .. }) = exchange(link, &viewer, id)? else {
                return Ok(None);
            };
            let parcel = parcel(link, exchange.parcel)?.filter(|parcel| {
                viewer.role == Role::Operator || parcel.partner.as_ref() == Some(&viewer.party)
            });
            Ok(parcel.map(|parcel| part(&parcel, &exchange)))
        })
        .await
    }

    /// A parcel with its bytes, for reading it again. It belongs to its partner: what is shown of
    /// it to others is the caller's duty.
    ///
    /// # Errors
    /// What the database says, or a row that cannot be.
    pub async fn parcel(&self, id: Id) -> Result<Option<Parcel>> {
        self.read(move |link| parcel(link, id)).await
    }

    /// Moves of invoices the viewer may see, after a position.
    ///
    /// # Errors
    /// What the database says, or a row that cannot be.
    pub async fn events(&self, viewer: &Viewer, after: i64, limit: u32) -> Result<EventPage> {
        let viewer = viewer.clone();
        self.read(move |link| events(link, &viewer, after, limit.clamp(1, ROWS_MAX))).await
    }
}

fn rows(link: &Link, sql: &str, args: &[Value]) -> Result<Vec<LogRow>> {
    let rows = link.select(sql, args)?;
    rows.into_iter()
        .map(|row| exchange_of(row).map(|(seq, exchange)| LogRow { seq, exchange }))
        .collect()
}

fn question(viewer: &Viewer, filter: &ExchangeFilter, limit: u32) -> (String, Vec<Value>) {
    let mut args: Vec<Value> = Vec::new();
    let mut sql = ROWS.to_owned();
    let mut also = |words: &'static str, value: Option<Value>| {
        if let Some(value) = value {
            args.push(value);
            sql.push_str(&format!("{words} ${} AND ", args.len()));
        }
    };
    also("e.partner =", viewer.log_partner().map(Value::from));
    also("e.partner =", filter.partner.as_ref().map(|partner| partner.as_str().into()));
    also("e.number =", filter.invoice.as_ref().map(|key| key.number.as_str().into()));
    also("e.number =", filter.number.as_ref().map(|number| number.as_str().into()));
    also("e.issuer =", filter.invoice.as_ref().map(|key| key.issuer.as_str().into()));
    also("e.function =", filter.function.map(|function| Value::Word(function.code())));
    also("e.verdict =", filter.verdict.map(|verdict| Value::Word(verdict.key())));
    if filter.verdict.is_some_and(|verdict| verdict != Verdict::Accepted) {
        // Said again in the words of the partial index, so that it can be used.
        sql.push_str("e.verdict <> 'accepted' AND ");
    }
    let (bound, order) = match filter.before {
        Some(before) => (("e.seq <", before), "DESC"),
        None => (("e.seq >", filter.after), "ASC"),
    };
    args.extend([bound.1.into(), limit.into()]);
    let last = args.len();
    sql.push_str(&format!("{} ${} ORDER BY e.seq {order} LIMIT ${last}", bound.0, last - 1));
    (sql, args)
}

fn exchange(link: &Link, viewer: &Viewer, id: Id) -> Result<Option<LogRow>> {
    let found = rows(link, &format!("{ROWS}e.id = $1"), &[id.into()])?.pop();
    let seen =
        |row: &LogRow| viewer.log_partner().is_none_or(|own| row.exchange.partner.as_str() == own);
    Ok(found.filter(seen))
}

fn parcel(link: &Link, id: Id) -> Result<Option<Parcel>> {
    let row = link.select(PARCEL, &[id.into()])?.pop();
    row.map(|row| parcel_of(&mut fields("parcels", row))).transpose()
}

/// The message's part of the parcel; the whole parcel when the row names none.
fn part(parcel: &Parcel, exchange: &Exchange) -> Vec<u8> {
    let first = usize::try_from(exchange.first_byte).unwrap_or(usize::MAX);
    let length = usize::try_from(exchange.bytes).unwrap_or(usize::MAX);
    let part = parcel.bytes.get(first..first.saturating_add(length));
    part.filter(|part| !part.is_empty()).unwrap_or(&parcel.bytes).to_vec()
}

fn events(link: &Link, viewer: &Viewer, after: i64, limit: u32) -> Result<EventPage> {
    let last = crate::commit::last_seq(link)?;
    let after = after.max(0);
    let until = after.saturating_add(EVENTS_SCANNED).min(last.max(after));
    let mut args: Vec<Value> = vec![after.into(), until.into(), limit.into()];
    let (own, party) = match viewer.scope() {
        Scope::All => ("", None),
        Scope::Issuer(own) => (" AND e.issuer = $4", Some(own)),
        Scope::Client(own) => (
            " AND EXISTS (SELECT 1 FROM invoices i WHERE i.number = e.number \
             AND i.issuer = e.issuer AND i.client = $4)",
            Some(own),
        ),
        Scope::Nothing => (" AND e.partner = $4", Some(viewer.party.as_str())),
    };
    args.extend(party.map(Value::from));
    let sql = format!("{ROWS}e.seq > $1 AND e.seq <= $2 AND {MOVED}{own} ORDER BY e.seq LIMIT $3");
    let rows = rows(link, &sql, &args)?;
    let full = u32::try_from(rows.len()).is_ok_and(|found| found == limit);
    let next = rows.last().filter(|_| full).map_or(until, |row| row.seq);
    Ok(EventPage { rows, next, more: next < last })
}
