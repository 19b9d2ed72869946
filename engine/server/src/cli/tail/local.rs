//! The log of a data folder, read beside an engine that may be running.

use super::Row;
use crate::cli::exit::Failure;
use crate::cli::home;
use crate::config::Config;
use crate::http::wire::ExchangeWire;
use acquit_domain::PartyCode;
use acquit_store::{ExchangeFilter, LogRow, Store};

/// Rows asked for at once.
const PAGE: u32 = 500;

/// A data folder.
pub(super) struct Folder {
    store: Store,
    partner: Option<PartyCode>,
}

impl Folder {
    /// Opens the store of a folder.
    pub(super) async fn open(
        config: &Config,
        partner: Option<PartyCode>,
    ) -> Result<Folder, Failure> {
        Ok(Folder { store: home::reader(config).await?, partner })
    }

    /// The last rows, oldest first.
    pub(super) async fn last(&self, lines: usize) -> Result<Vec<Row>, Failure> {
        let filter = ExchangeFilter { before: Some(i64::MAX), ..self.filter() };
        let limit = u32::try_from(lines).unwrap_or(PAGE).clamp(1, PAGE);
        let mut rows = self.rows(&filter, limit).await?;
        rows.reverse();
        Ok(rows)
    }

    /// Rows after a position, and whether there may be more at once.
    pub(super) async fn after(&self, position: i64) -> Result<(Vec<Row>, bool), Failure> {
        let filter = ExchangeFilter { after: position, ..self.filter() };
        let rows = self.rows(&filter, PAGE).await?;
        let more = rows.len() == PAGE as usize;
        Ok((rows, more))
    }

    fn filter(&self) -> ExchangeFilter {
        ExchangeFilter { partner: self.partner.clone(), ..ExchangeFilter::default() }
    }

    async fn rows(&self, filter: &ExchangeFilter, limit: u32) -> Result<Vec<Row>, Failure> {
        let rows = self.store.exchanges(&home::operator(), filter, limit).await;
        Ok(rows.map_err(home::store)?.iter().map(row).collect())
    }
}

fn row(row: &LogRow) -> Row {
    let mut said = serde_json::to_value(ExchangeWire::from(&row.exchange)).unwrap_or_default();
    said["seq"] = row.seq.into();
    Row { position: row.seq, said }
}
