-- Large parcels are taken part by part. A row says that a part is committed and what it leaves
-- for the next ones; the rows of a parcel go with its last part.
CREATE TABLE parts (
  parcel BLOB NOT NULL,
  part BIGINT NOT NULL,
  carried TEXT NOT NULL,
  PRIMARY KEY (parcel, part)
) WITHOUT ROWID;

-- How much of an answer there was no room for in its lists.
ALTER TABLE parcels ADD COLUMN more_messages BIGINT NOT NULL DEFAULT 0;
ALTER TABLE parcels ADD COLUMN more_findings BIGINT NOT NULL DEFAULT 0;
ALTER TABLE envelopes ADD COLUMN more_messages BIGINT NOT NULL DEFAULT 0;
ALTER TABLE envelopes ADD COLUMN more_findings BIGINT NOT NULL DEFAULT 0;

-- 1 while the parcel is still being taken.
ALTER TABLE envelopes ADD COLUMN in_parts BIGINT NOT NULL DEFAULT 0;
