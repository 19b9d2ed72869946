-- The tables of Acquit. Times are microseconds since 1970 in UTC, dates are days since 1970
-- (-10000000: no date), amounts are whole minor units, identifiers are 16 bytes.
-- Columns that are searched are columns; what is only shown is JSON text.

-- Bytes, kept once.
CREATE TABLE blobs (
  id INTEGER PRIMARY KEY,
  sha256 BLOB NOT NULL,
  bytes BLOB NOT NULL
);
CREATE UNIQUE INDEX blobs_by_sha256 ON blobs (sha256);

-- What arrived, and what its sender was told.
CREATE TABLE parcels (
  id BLOB NOT NULL PRIMARY KEY,
  partner TEXT,
  channel TEXT NOT NULL,
  media TEXT NOT NULL,
  charset TEXT NOT NULL,
  name TEXT NOT NULL,
  received_at BIGINT NOT NULL,
  sha256 BLOB NOT NULL,
  idempotency_key TEXT,
  verdict TEXT NOT NULL,
  messages TEXT NOT NULL,
  findings TEXT NOT NULL,
  answers BLOB NOT NULL
) WITHOUT ROWID;
CREATE UNIQUE INDEX parcels_by_idempotency_key ON parcels (partner, idempotency_key)
  WHERE idempotency_key IS NOT NULL;

-- Transmissions taken, by what identifies them.
CREATE TABLE envelopes (
  id INTEGER PRIMARY KEY,
  key TEXT NOT NULL,
  sha256 BLOB NOT NULL,
  parcel BLOB NOT NULL,
  received_at BIGINT NOT NULL,
  verdict TEXT NOT NULL,
  messages TEXT NOT NULL,
  findings TEXT NOT NULL,
  letters BLOB NOT NULL
);
CREATE UNIQUE INDEX envelopes_by_key ON envelopes (key);

-- The invoices. `lines` names the services and operations of all lines, for searching.
CREATE TABLE invoices (
  id INTEGER PRIMARY KEY,
  number TEXT NOT NULL,
  issuer TEXT NOT NULL,
  version BIGINT NOT NULL,
  exchanges BIGINT NOT NULL,
  last_hash BLOB NOT NULL,
  state TEXT NOT NULL,
  flags BIGINT NOT NULL,
  status BIGINT NOT NULL,
  updated_at BIGINT NOT NULL,
  cancelled_on BIGINT NOT NULL,
  means TEXT NOT NULL,
  allocated BIGINT NOT NULL,
  kind BIGINT NOT NULL,
  principal TEXT,
  issuer_name TEXT NOT NULL,
  client TEXT NOT NULL,
  client_name TEXT NOT NULL,
  client_ice TEXT NOT NULL,
  client_ifu TEXT NOT NULL,
  client_rc TEXT NOT NULL,
  issued_on BIGINT NOT NULL,
  due_on BIGINT NOT NULL,
  currency TEXT NOT NULL,
  net BIGINT NOT NULL,
  gross BIGINT NOT NULL,
  description TEXT NOT NULL,
  lines TEXT NOT NULL,
  services TEXT NOT NULL,
  taxes TEXT NOT NULL,
  content BLOB NOT NULL,
  written_at BIGINT NOT NULL,
  message TEXT NOT NULL,
  created_at BIGINT NOT NULL
);
CREATE UNIQUE INDEX invoices_by_number ON invoices (number, issuer);
CREATE INDEX invoices_by_client ON invoices (client, issued_on);
CREATE INDEX invoices_by_issuer ON invoices (issuer, issued_on);
-- Every column that can be searched or sorted by, so that a search no other index serves reads
-- this narrow index and never the wide rows.
CREATE INDEX invoices_for_search ON invoices (
  issued_on, id, status, kind, issuer, client, due_on, net, gross, number, lines
);

-- References found in an invoice: kind 0 of a service line, kind 1 of a payment.
CREATE TABLE invoice_references (
  kind BIGINT NOT NULL,
  reference TEXT NOT NULL,
  number TEXT NOT NULL,
  issuer TEXT NOT NULL,
  PRIMARY KEY (kind, reference, number, issuer)
) WITHOUT ROWID;

-- The log: append-only. `seq` has no gaps and is the cursor of every feed.
CREATE TABLE exchanges (
  seq INTEGER PRIMARY KEY,
  id BLOB NOT NULL,
  parcel BLOB NOT NULL,
  first_byte BIGINT NOT NULL,
  bytes BIGINT NOT NULL,
  at BIGINT NOT NULL,
  partner TEXT NOT NULL,
  channel TEXT NOT NULL,
  direction TEXT NOT NULL,
  function TEXT NOT NULL,
  message TEXT NOT NULL,
  reference TEXT NOT NULL,
  issuer TEXT,
  number TEXT,
  n BIGINT,
  event TEXT NOT NULL,
  state_from TEXT,
  state_to TEXT,
  status_before TEXT,
  status_after TEXT,
  person TEXT NOT NULL,
  recipient TEXT NOT NULL,
  observation TEXT NOT NULL,
  needs_reply BIGINT NOT NULL,
  verdict TEXT NOT NULL,
  findings TEXT NOT NULL,
  unread TEXT NOT NULL,
  book BLOB NOT NULL,
  content BLOB NOT NULL,
  letters BLOB,
  previous BLOB NOT NULL,
  hash BLOB NOT NULL,
  duration_us BIGINT NOT NULL
);
CREATE UNIQUE INDEX exchanges_by_id ON exchanges (id);
CREATE UNIQUE INDEX exchanges_by_invoice ON exchanges (number, issuer, n);
CREATE INDEX exchanges_by_partner ON exchanges (partner, seq);
CREATE INDEX exchanges_not_accepted ON exchanges (verdict, seq) WHERE verdict <> 'accepted';

-- Documents; their bytes are blobs.
CREATE TABLE documents (
  id BLOB NOT NULL PRIMARY KEY,
  number TEXT NOT NULL,
  issuer TEXT NOT NULL,
  name TEXT NOT NULL,
  description TEXT NOT NULL,
  recorded_at BIGINT NOT NULL,
  sha256 BLOB NOT NULL
) WITHOUT ROWID;
CREATE INDEX documents_by_invoice ON documents (number, issuer);

-- Letters; those that wait are the outbox. `exchange` is the log row that proves them.
CREATE TABLE letters (
  seq INTEGER PRIMARY KEY,
  id BLOB NOT NULL,
  exchange BLOB,
  recipient TEXT NOT NULL,
  kind TEXT NOT NULL,
  reference TEXT NOT NULL,
  answers BLOB,
  media TEXT NOT NULL,
  body BLOB NOT NULL,
  written_at BIGINT NOT NULL,
  state TEXT NOT NULL,
  queued BIGINT NOT NULL
);
CREATE UNIQUE INDEX letters_by_id ON letters (id);
CREATE INDEX letters_by_reference ON letters (recipient, reference);
CREATE INDEX letters_waiting ON letters (recipient, seq) WHERE state = 'waiting' AND queued = 1;

-- The directory of parties; `search` is everything people search by, in lower case.
CREATE TABLE parties (
  code TEXT NOT NULL PRIMARY KEY,
  role TEXT NOT NULL,
  name TEXT NOT NULL,
  cin TEXT NOT NULL,
  rc_centre TEXT NOT NULL,
  rc TEXT NOT NULL,
  ifu TEXT NOT NULL,
  ice TEXT NOT NULL,
  address TEXT NOT NULL,
  active BIGINT NOT NULL,
  search TEXT NOT NULL
) WITHOUT ROWID;

-- Messages kept aside until what they need has come.
CREATE TABLE parked (
  exchange BLOB NOT NULL PRIMARY KEY,
  number TEXT NOT NULL,
  issuer TEXT NOT NULL,
  parcel BLOB NOT NULL,
  interchange BIGINT NOT NULL,
  message BIGINT NOT NULL,
  reason TEXT NOT NULL,
  until BIGINT NOT NULL
) WITHOUT ROWID;
CREATE INDEX parked_by_invoice ON parked (number, issuer);
CREATE INDEX parked_by_time ON parked (until);

CREATE TABLE alerts (
  seq INTEGER PRIMARY KEY,
  code TEXT NOT NULL,
  text TEXT NOT NULL,
  at BIGINT NOT NULL,
  exchange BLOB
);

-- Signed summaries of the log; `line` is the text that is also kept outside.
CREATE TABLE checkpoints (
  last_seq INTEGER PRIMARY KEY,
  line TEXT NOT NULL
);

-- Keys of callers: never the key, only its hash.
CREATE TABLE keys (
  sha256 BLOB NOT NULL PRIMARY KEY,
  party TEXT NOT NULL,
  role TEXT NOT NULL,
  label TEXT NOT NULL,
  created_at BIGINT NOT NULL,
  revoked_at BIGINT
) WITHOUT ROWID;

-- How many log rows had each verdict.
CREATE TABLE counters (
  name TEXT NOT NULL PRIMARY KEY,
  value BIGINT NOT NULL
) WITHOUT ROWID;
