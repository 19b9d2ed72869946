//! The directory of parties.

use crate::error::Result;
use crate::store::Store;
use crate::value::{Row, Value, fields};
use acquit_domain::{Party, PartyCode, Role};

/// Most parties a look-up gives.
pub const PARTIES_MAX: u32 = 200;

/// Remembers a party that was met: what was said fills in what is not known.
pub(crate) const REMEMBER: &str = "INSERT INTO parties (
  code, role, name, cin, rc_centre, rc, ifu, ice, address, active, search)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
ON CONFLICT (code) DO UPDATE SET
  name = CASE WHEN parties.name = '' THEN excluded.name ELSE parties.name END,
  rc = CASE WHEN parties.rc = '' THEN excluded.rc ELSE parties.rc END,
  ifu = CASE WHEN parties.ifu = '' THEN excluded.ifu ELSE parties.ifu END,
  ice = CASE WHEN parties.ice = '' THEN excluded.ice ELSE parties.ice END,
  search = CASE WHEN parties.name = '' THEN excluded.search ELSE parties.search END
WHERE (parties.name = '' AND excluded.name <> '') OR (parties.rc = '' AND excluded.rc <> '')
  OR (parties.ifu = '' AND excluded.ifu <> '') OR (parties.ice = '' AND excluded.ice <> '')
  OR (parties.name = '' AND parties.search <> excluded.search)";

/// Writes a party as given.
const PUT: &str = "INSERT INTO parties (
  code, role, name, cin, rc_centre, rc, ifu, ice, address, active, search)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
ON CONFLICT (code) DO UPDATE SET
  role = excluded.role, name = excluded.name, cin = excluded.cin,
  rc_centre = excluded.rc_centre, rc = excluded.rc, ifu = excluded.ifu, ice = excluded.ice,
  address = excluded.address, active = excluded.active, search = excluded.search";

const COLUMNS_FROM: &str =
    "SELECT code, role, name, cin, rc_centre, rc, ifu, ice, address, active FROM parties WHERE ";

/// What to look for; empty fields look for nothing. Codes and numbers are compared whole, names
/// and addresses by parts, whatever the case.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PartyFilter {
    /// In any field.
    pub q: String,
    /// Code.
    pub code: String,
    /// Part of the name.
    pub name: String,
    /// « CIN ».
    pub cin: String,
    /// « Numéro du R.C ».
    pub rc: String,
    /// « Centre RC ».
    pub rc_centre: String,
    /// « IFU ».
    pub ifu: String,
    /// Part of the address.
    pub address: String,
    /// Only parties of this role.
    pub role: Option<Role>,
}

impl Store {
    /// The parties looked for, by code.
    ///
    /// # Errors
    /// What the database says, or a row that cannot be.
    pub async fn parties(&self, filter: PartyFilter, limit: u32) -> Result<Vec<Party>> {
        let (sql, args) = question(&filter, limit.min(PARTIES_MAX));
        self.read(move |link| link.select(&sql, &args)?.into_iter().map(party_of).collect()).await
    }

    /// The party of a code.
    ///
    /// # Errors
    /// What the database says, or a row that cannot be.
    pub async fn party(&self, code: PartyCode) -> Result<Option<Party>> {
        let filter = PartyFilter { code: code.as_str().to_owned(), ..PartyFilter::default() };
        Ok(self.parties(filter, 1).await?.pop())
    }

    /// Writes parties as given, over what was known of them.
    ///
    /// # Errors
    /// What the database says.
    pub async fn put_parties(&self, parties: Vec<Party>) -> Result<()> {
        let rows: Vec<Row> = parties.iter().map(party_values).collect();
        self.write(move |link| link.write_all(PUT, rows.iter().map(Vec::as_slice))).await
    }
}

fn question(filter: &PartyFilter, limit: u32) -> (String, Vec<Value>) {
    let mut sql = COLUMNS_FROM.to_owned();
    let mut args = Vec::new();
    let mut also = |words: [&'static str; 2], value: &str| {
        if !value.is_empty() {
            args.push(value.into());
            sql.push_str(&format!("{}${}{} AND ", words[0], args.len(), words[1]));
        }
    };
    also(["instr(search, ", ") > 0"], &folded(&filter.q));
    also(["code = ", ""], &filter.code);
    also(["instr(search, ", ") > 0"], &folded(&filter.name));
    also(["cin = ", ""], &filter.cin);
    also(["rc = ", ""], &filter.rc);
    also(["rc_centre = ", ""], &filter.rc_centre);
    also(["ifu = ", ""], &filter.ifu);
    also(["instr(search, ", ") > 0"], &folded(&filter.address));
    also(["role = ", ""], filter.role.map_or("", Role::key));
    args.push(limit.into());
    sql.push_str(&format!("1 = 1 ORDER BY code LIMIT ${}", args.len()));
    (sql, args)
}

/// Case does not matter when people search.
fn folded(text: &str) -> String {
    text.trim().to_lowercase()
}

/// The arguments of [`REMEMBER`] and [`PUT`].
pub(crate) fn party_values(party: &Party) -> Row {
    let code = party.code.as_str();
    let said = [code, &party.name, &party.cin, &party.rc, &party.ifu, &party.ice, &party.address];
    vec![
        code.into(),
        Value::Word(party.role.key()),
        party.name.as_str().into(),
        party.cin.as_str().into(),
        party.rc_centre.as_str().into(),
        party.rc.as_str().into(),
        party.ifu.as_str().into(),
        party.ice.as_str().into(),
        party.address.as_str().into(),
        party.active.into(),
        folded(&said.join("\n")).into(),
    ]
}

fn party_of(row: Row) -> Result<Party> {
    let mut row = fields("parties", row);
    Ok(Party {
        code: row.word(PartyCode::new)?,
        role: row.word(Role::of)?,
        name: row.text()?,
        cin: row.text()?,
        rc_centre: row.text()?,
        rc: row.text()?,
        ifu: row.text()?,
        ice: row.text()?,
        address: row.text()?,
        active: row.int()? != 0,
    })
}
