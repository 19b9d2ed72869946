-- What was posted, and a settlement day that was closed, is neither changed nor deleted.
CREATE TRIGGER postings_never_change BEFORE UPDATE ON postings
BEGIN SELECT RAISE(ABORT, 'postings are append-only'); END;
CREATE TRIGGER postings_never_go BEFORE DELETE ON postings
BEGIN SELECT RAISE(ABORT, 'postings are append-only'); END;
CREATE TRIGGER funds_keep_their_amount BEFORE UPDATE OF
  id, provider, transaction_number, kind, amount, currency, entered_at ON funds
BEGIN SELECT RAISE(ABORT, 'money facts keep what they were entered with'); END;
CREATE TRIGGER funds_never_go BEFORE DELETE ON funds
BEGIN SELECT RAISE(ABORT, 'money facts never go'); END;
CREATE TRIGGER closed_days_never_change BEFORE UPDATE ON settlement_days
WHEN OLD.closed_at IS NOT NULL
BEGIN SELECT RAISE(ABORT, 'a closed day never changes'); END;
CREATE TRIGGER closed_days_never_go BEFORE DELETE ON settlement_days
WHEN OLD.closed_at IS NOT NULL
BEGIN SELECT RAISE(ABORT, 'a closed day never changes'); END;
CREATE TRIGGER closed_lines_never_come BEFORE INSERT ON settlement_lines
WHEN EXISTS (SELECT 1 FROM settlement_days d WHERE d.provider = NEW.provider
  AND d.day = NEW.day AND d.currency = NEW.currency AND d.closed_at IS NOT NULL)
BEGIN SELECT RAISE(ABORT, 'a closed day never changes'); END;
CREATE TRIGGER closed_lines_never_change BEFORE UPDATE ON settlement_lines
WHEN EXISTS (SELECT 1 FROM settlement_days d WHERE d.provider = OLD.provider
  AND d.day = OLD.day AND d.currency = OLD.currency AND d.closed_at IS NOT NULL)
BEGIN SELECT RAISE(ABORT, 'a closed day never changes'); END;
CREATE TRIGGER closed_lines_never_go BEFORE DELETE ON settlement_lines
WHEN EXISTS (SELECT 1 FROM settlement_days d WHERE d.provider = OLD.provider
  AND d.day = OLD.day AND d.currency = OLD.currency AND d.closed_at IS NOT NULL)
BEGIN SELECT RAISE(ABORT, 'a closed day never changes'); END;
