-- Times at which jobs of the calendar ran: each once, whoever was first.
CREATE TABLE job_slots (
  job TEXT NOT NULL,
  slot TEXT NOT NULL,
  taken_at BIGINT NOT NULL,
  PRIMARY KEY (job, slot)
) WITHOUT ROWID;

-- What waits for one mailbox or one subscription.
CREATE INDEX deliveries_waiting ON deliveries (recipient, due_at) WHERE state = 'waiting';
