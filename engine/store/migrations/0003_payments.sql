-- Payments. What is searched is a column; what is only shown is JSON text.

-- Payment orders. Their attempts and invoices have tables of their own, one version covers all.
CREATE TABLE orders (
  id BLOB NOT NULL PRIMARY KEY,
  number TEXT NOT NULL,
  issuer TEXT NOT NULL,
  client TEXT NOT NULL,
  client_name TEXT NOT NULL,
  payer TEXT NOT NULL,
  person TEXT NOT NULL,
  currency TEXT NOT NULL,
  total BIGINT NOT NULL,
  state TEXT NOT NULL,
  due_at BIGINT,
  due_event TEXT,
  created_at BIGINT NOT NULL,
  updated_at BIGINT NOT NULL,
  version BIGINT NOT NULL
) WITHOUT ROWID;
CREATE UNIQUE INDEX orders_by_number ON orders (number);
CREATE INDEX orders_by_issuer ON orders (issuer, id);
CREATE INDEX orders_by_client ON orders (client, id);
CREATE INDEX orders_due ON orders (due_at) WHERE due_at IS NOT NULL;

-- The invoices of an order, with what was due of each when it was made.
CREATE TABLE order_items (
  order_id BLOB NOT NULL,
  position BIGINT NOT NULL,
  number TEXT NOT NULL,
  issuer TEXT NOT NULL,
  version BIGINT NOT NULL,
  amount BIGINT NOT NULL,
  net BIGINT NOT NULL,
  PRIMARY KEY (order_id, position)
) WITHOUT ROWID;
CREATE INDEX order_items_by_invoice ON order_items (number, issuer);

-- Attempts never go away.
CREATE TABLE attempts (
  order_id BLOB NOT NULL,
  ordinal BIGINT NOT NULL,
  id BLOB NOT NULL,
  means TEXT NOT NULL,
  provider TEXT NOT NULL,
  state TEXT NOT NULL,
  reference TEXT NOT NULL,
  transaction_number TEXT NOT NULL,
  operator TEXT NOT NULL,
  channel_reference TEXT NOT NULL,
  handoff TEXT NOT NULL,
  reason TEXT NOT NULL,
  started_at BIGINT NOT NULL,
  expires_at BIGINT,
  ended_at BIGINT,
  due_at BIGINT,
  due_event TEXT,
  polls BIGINT NOT NULL,
  PRIMARY KEY (order_id, ordinal)
) WITHOUT ROWID;
CREATE INDEX attempts_by_reference ON attempts (reference) WHERE reference <> '';
CREATE INDEX attempts_due ON attempts (due_at) WHERE due_at IS NOT NULL;

-- Money facts: nobody can tell one twice. `suspense` is what their postings leave in suspense.
CREATE TABLE funds (
  id BLOB NOT NULL PRIMARY KEY,
  provider TEXT NOT NULL,
  transaction_number TEXT NOT NULL,
  kind TEXT NOT NULL,
  of_funds BLOB,
  order_id BLOB,
  attempt BIGINT,
  amount BIGINT NOT NULL,
  currency TEXT NOT NULL,
  fee BIGINT NOT NULL,
  means TEXT NOT NULL,
  operator TEXT NOT NULL,
  reference TEXT NOT NULL,
  source TEXT NOT NULL,
  paid_on BIGINT NOT NULL,
  entered_at BIGINT NOT NULL,
  state TEXT NOT NULL,
  suspense BIGINT NOT NULL,
  version BIGINT NOT NULL
) WITHOUT ROWID;
CREATE UNIQUE INDEX funds_by_transaction ON funds (provider, transaction_number, kind);
CREATE INDEX funds_by_order ON funds (order_id) WHERE order_id IS NOT NULL;
CREATE INDEX funds_by_credit ON funds (of_funds) WHERE of_funds IS NOT NULL;
CREATE INDEX funds_by_day ON funds (provider, paid_on, currency);
CREATE INDEX funds_in_suspense ON funds (id) WHERE suspense <> 0;

-- Postings: append-only. `account` is received, allocated (with the invoice) or suspense.
CREATE TABLE postings (
  funds BLOB NOT NULL,
  n BIGINT NOT NULL,
  account TEXT NOT NULL,
  number TEXT,
  issuer TEXT,
  amount BIGINT NOT NULL,
  at BIGINT NOT NULL,
  exchange BLOB NOT NULL,
  PRIMARY KEY (funds, n)
) WITHOUT ROWID;
CREATE INDEX postings_by_invoice ON postings (number, issuer) WHERE number IS NOT NULL;
CREATE INDEX invoices_with_money ON invoices (number, issuer) WHERE allocated <> 0;

-- Running totals of the postings, by currency.
CREATE TABLE ledger (
  currency TEXT NOT NULL PRIMARY KEY,
  credits BIGINT NOT NULL,
  reversals BIGINT NOT NULL,
  allocated BIGINT NOT NULL,
  suspense BIGINT NOT NULL
) WITHOUT ROWID;

-- Notices to issuers, and the numbers of the messages sent for them.
CREATE TABLE notices (
  id BLOB NOT NULL PRIMARY KEY,
  issuer TEXT NOT NULL,
  function TEXT NOT NULL,
  order_id BLOB,
  funds BLOB NOT NULL,
  transaction_number TEXT NOT NULL,
  means TEXT NOT NULL,
  paid_at BIGINT NOT NULL,
  client TEXT NOT NULL,
  client_name TEXT NOT NULL,
  currency TEXT NOT NULL,
  lines TEXT NOT NULL,
  state TEXT NOT NULL,
  motive TEXT NOT NULL,
  due_at BIGINT,
  due_event TEXT,
  created_at BIGINT NOT NULL,
  version BIGINT NOT NULL
) WITHOUT ROWID;
CREATE INDEX notices_by_transaction ON notices (transaction_number);
CREATE INDEX notices_by_order ON notices (order_id) WHERE order_id IS NOT NULL;
CREATE INDEX notices_by_funds ON notices (funds);
CREATE INDEX notices_by_state ON notices (state, id);
CREATE INDEX notices_due ON notices (due_at) WHERE due_at IS NOT NULL;

CREATE TABLE notice_messages (
  notice BLOB NOT NULL,
  position BIGINT NOT NULL,
  message TEXT NOT NULL,
  PRIMARY KEY (notice, position)
) WITHOUT ROWID;
CREATE INDEX notice_messages_by_message ON notice_messages (message);

-- Requests for invoices.
CREATE TABLE requests (
  id BLOB NOT NULL PRIMARY KEY,
  issuer TEXT NOT NULL,
  terminal TEXT NOT NULL,
  client_number TEXT NOT NULL,
  number TEXT NOT NULL,
  client TEXT NOT NULL,
  person TEXT NOT NULL,
  state TEXT NOT NULL,
  tries BIGINT NOT NULL,
  found TEXT NOT NULL,
  reason TEXT NOT NULL,
  due_at BIGINT,
  due_event TEXT,
  asked_at BIGINT NOT NULL,
  ended_at BIGINT,
  version BIGINT NOT NULL
) WITHOUT ROWID;
CREATE INDEX requests_by_client ON requests (client, id);
CREATE INDEX requests_due ON requests (due_at) WHERE due_at IS NOT NULL;

-- Receipts: their numbers have no gaps within a year.
CREATE TABLE receipts (
  id BLOB NOT NULL PRIMARY KEY,
  number TEXT NOT NULL,
  order_id BLOB,
  funds BLOB NOT NULL,
  at BIGINT NOT NULL,
  void_at BIGINT
) WITHOUT ROWID;
CREATE UNIQUE INDEX receipts_by_number ON receipts (number);
CREATE INDEX receipts_by_order ON receipts (order_id) WHERE order_id IS NOT NULL;
CREATE INDEX receipts_by_funds ON receipts (funds);

-- What an operator has to decide.
CREATE TABLE cases (
  id BLOB NOT NULL PRIMARY KEY,
  kind TEXT NOT NULL,
  number TEXT,
  issuer TEXT,
  order_id BLOB,
  funds BLOB,
  text TEXT NOT NULL,
  actions TEXT NOT NULL,
  exchange BLOB NOT NULL,
  opened_at BIGINT NOT NULL,
  closed_at BIGINT,
  resolution TEXT NOT NULL
) WITHOUT ROWID;
CREATE INDEX cases_open ON cases (id) WHERE closed_at IS NULL;
CREATE INDEX cases_by_invoice ON cases (number, issuer) WHERE closed_at IS NULL;
CREATE INDEX cases_by_order ON cases (order_id) WHERE closed_at IS NULL;
CREATE INDEX cases_by_funds ON cases (funds) WHERE closed_at IS NULL;

-- E-mails and webhooks.
CREATE TABLE deliveries (
  id BLOB NOT NULL PRIMARY KEY,
  kind TEXT NOT NULL,
  recipient TEXT NOT NULL,
  subject TEXT NOT NULL,
  language TEXT NOT NULL,
  filling TEXT NOT NULL,
  receipt BLOB,
  state TEXT NOT NULL,
  tries BIGINT NOT NULL,
  last TEXT NOT NULL,
  due_at BIGINT,
  due_event TEXT,
  created_at BIGINT NOT NULL
) WITHOUT ROWID;
CREATE INDEX deliveries_due ON deliveries (due_at) WHERE due_at IS NOT NULL;
CREATE INDEX deliveries_dead ON deliveries (id) WHERE state = 'dead';

-- Days of providers that were matched with the ledger.
CREATE TABLE settlement_days (
  provider TEXT NOT NULL,
  day BIGINT NOT NULL,
  currency TEXT NOT NULL,
  sha256 BLOB NOT NULL,
  file BIGINT NOT NULL,
  ledger BIGINT NOT NULL,
  fee BIGINT NOT NULL,
  bank BIGINT,
  closed_at BIGINT,
  PRIMARY KEY (provider, day, currency)
) WITHOUT ROWID;

CREATE TABLE settlement_lines (
  provider TEXT NOT NULL,
  day BIGINT NOT NULL,
  currency TEXT NOT NULL,
  position BIGINT NOT NULL,
  line BIGINT NOT NULL,
  transaction_number TEXT NOT NULL,
  order_number TEXT NOT NULL,
  reference TEXT NOT NULL,
  amount BIGINT,
  ledger BIGINT,
  fee BIGINT,
  paid_on BIGINT NOT NULL,
  class TEXT NOT NULL,
  funds BLOB,
  case_id BLOB,
  text TEXT NOT NULL,
  PRIMARY KEY (provider, day, currency, position)
) WITHOUT ROWID;

-- Last numbers given of each series; a series without a row stands at 0.
CREATE TABLE numbers (
  name TEXT NOT NULL PRIMARY KEY,
  value BIGINT NOT NULL
) WITHOUT ROWID;

-- Who is told of events, and up to which position of the log it was told.
CREATE TABLE subscriptions (
  id BLOB NOT NULL PRIMARY KEY,
  party TEXT NOT NULL,
  role TEXT NOT NULL,
  url TEXT NOT NULL,
  secret TEXT NOT NULL,
  types TEXT NOT NULL,
  created_at BIGINT NOT NULL,
  disabled_at BIGINT,
  told BIGINT NOT NULL
) WITHOUT ROWID;
CREATE INDEX subscriptions_by_party ON subscriptions (party, id);
